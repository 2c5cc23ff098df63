"""Everything that is wrong with the data of a source, in the words of whoever keeps them.

What can't be read at all is found where it is read (by the source, and by `scorecard.small`). Here are the
rules that need several cells: references, the order of stamps, values that nearly match, copies on later
passes, money without a rate, days with day and month swapped, hidden totals, and what goals, quotas and
moved targets must not say. Large tables are only ever counted in SQL, with at most 50 examples a rule. Each
problem comes with who answers for it, and, of a spreadsheet, with its cell.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from scorecard import (
    cells,
    checks_dates,
    checks_large,
    checks_owners,
    checks_places,
    checks_plans,
    checks_signoffs,
    checks_together,
    checks_totals,
    profile_wishes,
    small,
)
from scorecard.clock import AsOf
from scorecard.contract import TABLES
from scorecard.dataset import Dataset
from scorecard.problems import Problem, Severity
from scorecard.settings import Settings

_LAST = "checked"  # the problems found last, whatever as_of


def check(
    dataset: Dataset,
    as_of: AsOf,
    metrics: Collection[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Problem, ...]:
    """Every problem of the source, errors first; worked out once per state and as_of.

    `metrics` are the names goals and quotas may measure by; None asks the catalogue. `progress(done, steps)`
    is told after each step.
    """
    key = ("checks", as_of.text, None if metrics is None else tuple(sorted(metrics)))
    if key not in dataset.cache:
        steps = _steps(dataset, as_of, _known(metrics))
        found: list[Problem] = []
        for done, step in enumerate(steps, 1):
            found += step()
            if progress is not None:
                progress(done, len(steps))
        told = sorted(checks_owners.answered(dataset, found), key=lambda p: p.severity is Severity.WARNING)
        dataset.cache[key] = dataset.cache[_LAST] = tuple(checks_places.located(dataset, told))
    problems: tuple[Problem, ...] = dataset.cache[key]
    return problems


def known_errors(dataset: Dataset, tables: Collection[str]) -> int:
    """How many rows or cells of these tables, or settings, have errors, as far as that is known at no cost.

    That is everything once the source has been checked; before, what small tables say, and of a spreadsheet
    what was found wrong when it was read.
    """
    touched = {*tables, "settings"}
    found = dataset.cache.get(_LAST)
    if found is None:
        found = [p for step in _cheap_steps(dataset, touched) for p in step()]
    return sum(p.rows for p in found if p.severity is Severity.ERROR and p.table in touched)


def is_checked(dataset: Dataset) -> bool:
    """Whether every problem is known."""
    return _LAST in dataset.cache


def _cheap_steps(dataset: Dataset, tables: Collection[str]) -> list[Callable[[], Iterable[Problem]]]:
    steps: list[Callable[[], Iterable[Problem]]] = [
        lambda: small.settings_problems(dataset),
        lambda: [
            p for t in _small_tables(dataset) if t in tables for p in small.reading(dataset, t).problems
        ],
        lambda: checks_plans.problems(dataset, _known(None)),
    ]
    if dataset.places is not None:
        steps.append(lambda: dataset.problems)
    return steps


def _known(metrics: Collection[str] | None) -> Collection[str]:
    if metrics is not None:
        return metrics
    from scorecard.metrics import METRICS  # noqa: PLC0415 - the catalogue is heavy, and not always wanted

    return METRICS


def _steps(dataset: Dataset, as_of: AsOf, metrics: Collection[str]) -> list[Callable[[], Iterable[Problem]]]:
    settings = small.settings(dataset)
    return [
        lambda: [_worded(problem, settings) for problem in dataset.problems],
        lambda: small.settings_problems(dataset),
        lambda: [p for table in _small_tables(dataset) for p in small.reading(dataset, table).problems],
        lambda: checks_plans.problems(dataset, metrics),
        lambda: checks_signoffs.problems(dataset),
        lambda: checks_together.problems(dataset),
        lambda: profile_wishes.problems(dataset),
        lambda: checks_large.problems(dataset, as_of),
        lambda: checks_dates.problems(dataset, as_of),
        lambda: checks_totals.problems(dataset),
    ]


def _small_tables(dataset: Dataset) -> list[str]:
    return [
        name for name, t in TABLES.items() if not t.large and name != "settings" and name in dataset.relations
    ]


def _worded(problem: Problem, settings: Settings) -> Problem:
    """A cell of a large table, told in the words that a cell of a small one would be."""
    table = TABLES.get(problem.table)
    if problem.rule != "cell" or table is None or problem.column not in table or problem.value is None:
        return problem
    cell = cells.parse(problem.value, table[str(problem.column)], settings)
    if cell.severity is not Severity.ERROR or cell.problem is None or cell.instead is None:
        return problem  # readable in a sheet, but not where a database has to compute with it
    return replace(problem, what=cell.problem, instead=cell.instead)
