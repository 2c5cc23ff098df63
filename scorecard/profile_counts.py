"""How hand-offs turned out, value by value of a column: counted and summed where the data stand.

Only hand-offs that are `days` old count, and of their wins only those within so many days of each own
hand-off, so that an old value and a new one are compared at the same age.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import ColumnElement, and_, case, func, select

from scorecard.clock import AsOf, Zone
from scorecard.dataset import Kind
from scorecard.measures import PassView, Question, in_base
from scorecard.passes import once
from scorecard.periods import Period, of_dates
from scorecard.scopes import Filter

MOST: Final = 50  # values of one column that are looked at, the largest first


@dataclass(frozen=True, slots=True)
class Tally:
    """Hand-offs, those of them won in time, and of these the ones with an amount: how many, sum, squares."""

    n: int = 0
    won: int = 0
    valued: int = 0
    amount: float = 0.0
    squares: float = 0.0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(a + b for a, b in zip(self._parts, other._parts, strict=True)))

    def __sub__(self, other: Tally) -> Tally:
        return Tally(*(a - b for a, b in zip(self._parts, other._parts, strict=True)))

    @property
    def _parts(self) -> tuple[Any, ...]:
        return self.n, self.won, self.valued, self.amount, self.squares

    @property
    def rate(self) -> float | None:
        """Won in time of handed off."""
        return self.won / self.n if self.n else None

    @property
    def mean(self) -> float | None:
        """The mean amount of a win."""
        return self.amount / self.valued if self.valued else None


@dataclass(frozen=True, slots=True)
class Values:
    """One column: its largest values, all hand-offs that have a value, and how many values there are.

    `tallies` has the largest of the `enough` values that have min_n hand-offs, and those that were named.
    """

    column: str
    tallies: Mapping[str, Tally] = field(default_factory=dict)
    known: Tally = Tally()
    distinct: int = 0
    enough: int = 0


def cohort(as_of: AsOf, zone: Zone, days: int, months: int) -> Period:
    """The last so many months of hand-offs that are `days` old at as_of, whole days."""
    last = as_of.day - timedelta(days=days)
    while zone.midnight(last + timedelta(days=days + 1)) > as_of.instant:
        last -= timedelta(days=1)
    return of_dates(_months_before(last + timedelta(days=1), months), last)


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for number in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    raise AssertionError  # every month has a 28th


def everything(question: Question, days: int) -> Tally:
    """All hand-offs of the question's span."""
    found: Tally = question.once(("profile", days), lambda: _everything(question, days))
    return found


def values(question: Question, column: str, days: int, named: Iterable[str] = ()) -> Values:
    """One column's values; `named` ones are among them if anybody has them, however few."""
    asked, wanted = question.asking(by=column), tuple(sorted(set(named)))
    found: Values = asked.once(("profile", days, wanted), lambda: _values(asked, days, wanted))
    return found


def nurtured(question: Question, days: int) -> tuple[Tally, Tally]:
    """Hand-offs of leads that took the extra step before, and all others."""
    found: tuple[Tally, Tally] = question.once(("profile_nurtured", days), lambda: _nurtured(question, days))
    return found


# --- the statements ---------------------------------------------------------------------------------------


def _everything(question: Question, days: int) -> Tally:
    asked = question.asking(by=None)
    found = asked.run(_grouped(asked, _view(asked), days))
    return _tally(found[0][1:]) if found else Tally()


def _view(question: Question) -> PassView:
    return PassView(question, question.passes, "owner")


def _values(question: Question, days: int, named: tuple[str, ...]) -> Values:
    view = _view(question)
    table, _, name = str(question.by).rpartition(".")
    if view.own(table or None, name) is None:
        return _without_few(question, _through_campaigns(question, view, days), named)
    found = _largest(question, days)
    lost = [value for value in named if value not in found.tallies]
    if lost and found.distinct > len(found.tallies):
        few = question.where.with_parts(Filter.of((str(question.by), value) for value in lost))
        more = _largest(question.asking(where=few), days)
        found = replace(found, tallies={**found.tallies, **more.tallies})
    return _without_few(question, found, named)


def _without_few(question: Question, found: Values, named: tuple[str, ...]) -> Values:
    """Only values with min_n hand-offs, and those that were named."""
    least = question.settings.min_n
    kept = {v: tally for v, tally in found.tallies.items() if tally.n >= least or v in named}
    return replace(found, tallies=kept)


def _through_campaigns(question: Question, view: PassView, days: int) -> Values:
    """A column of campaigns: few enough to add up here."""
    tallies: dict[str, Tally] = {}
    for group, *counted in question.run(_grouped(question, view, days)):
        name = view.named(group)
        if name is not None:
            tallies[str(name)] = tallies.get(str(name), Tally()) + _tally(counted)
    least = max(question.settings.min_n, 1)
    known = sum(tallies.values(), Tally())
    enough = sum(tally.n >= least for tally in tallies.values())
    largest = dict(sorted(tallies.items(), key=lambda item: (-item[1].n, item[0])))
    return Values(str(question.by), largest, known, len(tallies), enough)


def _largest(question: Question, days: int) -> Values:
    """The largest groups, and beside each what all groups together come to."""
    groups = _grouped(question, _view(question), days, filled=True).subquery("groups")
    figures = [groups.c[name] for name in ("n", "won", "valued", "amount", "squares")]
    least = max(question.settings.min_n, 1)
    enough = func.count(case((groups.c.n >= least, 1))).over()
    together = [*(func.sum(figure).over() for figure in figures), func.count().over(), enough]
    ordered = select(groups.c.g, *figures, *together).order_by(groups.c.n.desc(), groups.c.g).limit(MOST)
    found = question.run(ordered)
    if not found:
        return Values(str(question.by))
    written = _writer(question)
    tallies = {written(row[0]): _tally(row[1:6]) for row in found}
    return Values(str(question.by), tallies, _tally(found[0][6:11]), int(found[0][11]), int(found[0][12]))


def _grouped(question: Question, view: PassView, days: int, *, filled: bool = False) -> sa.Select[Any]:
    """Columns g, n, won, valued, amount, squares; a row a group, `filled`: none for the blank one."""
    group = view.group(question.by, (), view.column("handed"))
    rows = _amounts(question, _wins(question, view, group, days))
    figures = {
        "n": func.count(),
        "won": func.count(rows.c.won),
        "valued": func.count(rows.c.a),
        "amount": func.sum(rows.c.a),
        "squares": func.sum(rows.c.a * rows.c.a),
    }
    counted = select(rows.c.g, *(figure.label(name) for name, figure in figures.items())).group_by(rows.c.g)
    return counted.where(rows.c.g.is_not(None)) if filled else counted


def _wins(question: Question, view: PassView, group: ColumnElement[Any], days: int) -> sa.CTE:
    """The span's hand-offs, and what each won in time: 1, the amount as it stands, its currency, the day."""
    names = ["handed", "pass_won", "nurtured_before", "amount", "amount_at", "currency"]
    between = question.passes.between("handed", question.start, question.seen_end)
    rows = view.passes.rows(names, group, between, *view.conditions(question.where))
    won_on = question.clock.day(question.seen(rows.c.pass_won))
    won = won_on - question.clock.day(rows.c.handed) <= days
    shown = and_(won, rows.c.amount_at < question.as_of.until, rows.c.amount > 0)
    columns = [case((won, 1)).label("won"), case((shown, rows.c.amount)).label("a")]
    columns += [rows.c.currency.label("c"), won_on.label("d")]
    return once(select(rows.c.g, *columns), "w")


def _amounts(question: Question, wins: sa.CTE) -> sa.Subquery:
    """The same with every amount in settings.currency, at the rate of the day it was won."""
    later = question.asking(end=question.as_of.until)  # a win may come long after the span of hand-offs
    amount = in_base(later, wins.c.a, wins.c.c, wins.c.d, "leads")
    return select(wins.c.g, wins.c.won, amount.label("a")).subquery("a")


def _nurtured(question: Question, days: int) -> tuple[Tally, Tally]:
    asked = question.asking(by=None)
    view = _view(asked)
    before = view.column("nurtured_before") < view.column("handed")
    rows = _amounts(asked, _wins(asked, view, case((before, 1), else_=0), days))
    amounts = [func.count(rows.c.a), func.sum(rows.c.a), func.sum(rows.c.a * rows.c.a)]
    counted = select(rows.c.g, func.count(), func.count(rows.c.won), *amounts).group_by(rows.c.g)
    found = {int(row[0]): _tally(row[1:]) for row in asked.run(counted)}
    return found.get(1, Tally()), found.get(0, Tally())


def _tally(figures: Any) -> Tally:
    n, won, valued, amount, squares = figures
    return Tally(int(n), int(won), int(valued), float(amount or 0), float(squares or 0))


# --- values as they are written ---------------------------------------------------------------------------


def _writer(question: Question) -> Any:
    """How a value of the column is written in profiles: yes and no, whole numbers without a point."""
    leads = question.dataset.relations["leads"]
    name = str(question.by).rpartition(".")[2]
    yes_no = leads.kinds.get(name) is Kind.BOOLEAN or name == "decision_maker"
    return _yes_no if yes_no else _written


def _yes_no(value: object) -> str:
    return "yes" if value else "no"


def _written(value: object) -> str:
    if isinstance(value, float | Decimal) and value % 1 == 0:
        return str(int(value))
    return str(value)
