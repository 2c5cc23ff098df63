"""What leaving rows out costs the scorecard, by the period they would count in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scorecard import periods
from scorecard.formats import Formats
from scorecard.periods import Period
from scorecard.problems import Problem
from scorecard.words import listing


@dataclass(frozen=True)
class Cost:
    """Rows and money (settings.currency) left out of a quarter; of no known one where `period` is None."""

    period: Period | None
    rows: int
    amount: float

    def lost(self, formats: Formats) -> str:
        """'3 rows, 12,400 €'."""
        rows = [f"{formats.integer(self.rows)} {'row' if self.rows == 1 else 'rows'}"] * (self.rows > 0)
        return ", ".join(rows + [formats.money(self.amount)] * bool(self.amount))

    def in_words(self, formats: Formats) -> str:
        """'3 rows, 12,400 € left out of Q3 2026'; empty where it costs nothing."""
        of = "" if self.period is None else f" of {self.period.label(formats.locale)}"
        lost = self.lost(formats)
        return f"{lost} left out{of}" if lost else ""


def cost(problem: Problem) -> Cost:
    """What one problem costs."""
    period = None if problem.day is None else periods.containing(problem.day)
    return Cost(period, problem.rows_left_out, problem.amount_left_out or 0.0)


def costs(problems: Iterable[Problem]) -> tuple[Cost, ...]:
    """The costs by quarter, the latest first, what has no day last; only where something is left out."""
    totals: dict[Period | None, Cost] = {}
    for one in map(cost, problems):
        if one.rows or one.amount:
            old = totals.get(one.period, Cost(one.period, 0, 0.0))
            totals[one.period] = Cost(one.period, old.rows + one.rows, old.amount + one.amount)
    dated = sorted((c for c in totals.values() if c.period is not None), key=_start, reverse=True)
    return (*dated, *(c for c in totals.values() if c.period is None))


def _start(one: Cost) -> Period:
    assert one.period is not None  # noqa: S101 - only dated ones are sorted
    return one.period


def summed(found: Iterable[Cost], formats: Formats) -> str:
    """'3 rows, 12,400 € of Q3 2026 and 1 row of no known day'."""
    return listing(
        f"{one.lost(formats)} of {'no known day' if one.period is None else one.period.label(formats.locale)}"
        for one in found
    )
