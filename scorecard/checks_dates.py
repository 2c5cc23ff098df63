"""Days whose month and day seem to be swapped: 2026-12-07 where 2026-07-12 fits between its neighbours.

A stamp is suspected when it lies in the future, or out of order with the other stamps of its row. It is told
only when the swapped day would be in order, and nearer to its neighbours than the written one is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, or_

from scorecard import small
from scorecard.checks_large import ORDER
from scorecard.checks_rows import Rows
from scorecard.clock import AsOf, Zone
from scorecard.contract import TABLES, Type
from scorecard.dataset import Dataset, Relation
from scorecard.passes import sql_clock
from scorecard.problems import Problem, Severity, grouped

LOOKED: Final = 5_000  # suspected rows of a table that are looked at one by one
EXAMPLES: Final = 50
_AHEAD: Final = timedelta(days=14)  # what lies no farther ahead may be entered in advance, or in another zone
_FEEDS: Final = {"touches": "at", "orders": "closed_at", "spend": "date", "web": "date"}
_STAMPS: Final = tuple(dict.fromkeys(name for pair in ORDER for name in pair))
Days = dict[str, date]


def problems(dataset: Dataset, as_of: AsOf) -> Iterator[Problem]:
    """Every stamp that seems to be swapped."""
    zone = small.settings(dataset).zone
    last = max(as_of.day, zone.from_epoch(int(dataset.stamp.read_at.timestamp())).date()) + _AHEAD
    if "leads" in dataset.relations:
        yield from _told(_leads(dataset, last))
    for table, column in _FEEDS.items():
        if dataset.has(f"{table}.{column}"):
            yield from _told(_feed(dataset, table, column, last))
    for table in (t.name for t in TABLES.values() if not t.large):
        yield from _told(_small(dataset, table, last))


def swapped(day: date) -> date | None:
    """The day with its month and day swapped; None where that is no other day."""
    return None if day.day > 12 or day.day == day.month else date(day.year, day.day, day.month)  # noqa: PLR2004


def _told(found: Iterable[Problem]) -> Iterator[Problem]:
    listed = list(found)
    yield from listed[:EXAMPLES]
    if rest := listed[EXAMPLES:]:
        yield Problem(
            Severity.WARNING, "swapped", rest[0].table,
            f"{grouped(len(rest))} more days seem to have day and month swapped.",
            "Correct them like those above.", rows=len(rest),
        )  # fmt: skip


def _problem(table: str, column: str, day: date, why: str, **about: Any) -> Problem:
    meant = swapped(day)
    return Problem(
        Severity.WARNING, "swapped", table,
        f"{why}; with day and month swapped, {meant}, it would be in order.",
        f"Write {meant}, if that is what was meant.", column=column, value=str(day), **about,
    )  # fmt: skip


# --- single days ------------------------------------------------------------------------------------------


def _feed(dataset: Dataset, table: str, column: str, last: date) -> list[Problem]:
    """Days of a feed that lie in the future and wouldn't, swapped."""
    relation, clock = dataset.relations[table].alias(), sql_clock(dataset)
    late = clock.between(relation, column, clock.zone.midnight(last + timedelta(days=1)), None)
    rows = list(Rows(dataset, relation).where(late, {"at": clock.epoch(relation, column)}, LOOKED))
    days = [clock.zone.from_epoch(int(found["at"])).date() for found, *_ in rows]
    why = f"{column} lies in the future"
    found = [
        _problem(table, column, day, why, key=key, owner=about["owner"])
        for day, (_, key, about) in zip(days, rows, strict=True)
        if _is_swapped(day, last)
    ]
    return found if _is_slip(len(found), len(days)) else []


def _is_slip(swappable: int, ahead: int) -> bool:
    """Whether days of the future are slips; of days that were meant, only two in five could be swapped."""
    return 2 * swappable > ahead


def _small(dataset: Dataset, table: str, last: date) -> Iterator[Problem]:
    """The same of the stamps of a small table."""
    zone = small.settings(dataset).zone
    for column in (c.name for c in TABLES[table].columns if c.event and c.type in (Type.DATE, Type.TIME)):
        stamps = [(row, row[column]) for row in small.rows(dataset, table) if row[column] is not None]
        days = [(row, zone.from_epoch(at).date() if isinstance(at, int) else at) for row, at in stamps]
        ahead = [(row, day) for row, day in days if day > last]
        slips = [(row, day) for row, day in ahead if _is_swapped(day, last)]
        for row, day in slips if _is_slip(len(slips), len(ahead)) else ():
            key, owner = small.key_text(TABLES[table], row, row), small.owner_of(table, row)
            yield _problem(table, column, day, f"{column} lies in the future", key=key, owner=owner)


def _is_swapped(day: date, last: date) -> bool:
    meant = swapped(day)
    return meant is not None and meant <= last


# --- the stamps of a lead ---------------------------------------------------------------------------------


def _leads(dataset: Dataset, last: date) -> Iterator[Problem]:
    relation, clock = dataset.relations["leads"].alias(), sql_clock(dataset)
    names = [name for name in _STAMPS if name in relation]
    shown = {name: clock.epoch(relation, name) for name in names}
    late = clock.zone.midnight(last + timedelta(days=1))
    suspected = or_(
        *(clock.between(relation, name, late, None) for name in names), *_disordered(relation, shown)
    )
    rows = Rows(dataset, relation).where(suspected, shown, LOOKED)
    suspects = [(key, about["owner"], _days(found, clock.zone)) for found, key, about in rows]
    slips = [(key, owner, days, _slips(days, last)) for key, owner, days in suspects]
    ahead = [bool(found) for _, _, days, found in slips if max(days.values()) > last]
    believed = _is_slip(sum(ahead), len(ahead))
    for key, owner, days, found in slips:
        if believed or max(days.values()) <= last:
            for column, why in found.items():
                yield _problem("leads", column, days[column], why, key=key, owner=owner)


def _days(stamps: Mapping[str, Any], zone: Zone) -> Days:
    return {name: zone.from_epoch(int(at)).date() for name, at in stamps.items() if at is not None}


def _disordered(
    relation: Relation, stamps: Mapping[str, ColumnElement[Any]]
) -> Iterator[ColumnElement[bool]]:
    """Pairs of stamps in the wrong order, on first passes: later ones may repeat what is copied."""
    for early, late in ORDER:
        if early in stamps and late in stamps:
            alike = relation.kinds[early] is relation.kinds[late]
            earlier = relation[late] < relation[early] if alike else stamps[late] < stamps[early]
            yield and_(earlier, relation["pass_no"] == 1) if "pass_no" in relation else earlier


def _slips(days: Days, last: date) -> dict[str, str]:
    """The columns whose day is swapped, with why they are suspected; those of one day slip together."""
    wrong = _wrong(days, last)
    if not wrong:
        return {}
    suspects = {column for column, *_ in wrong} | {o for _, o, *_ in wrong if o is not None}
    tried = [{c for c, other in days.items() if other == day} for day in sorted({days[c] for c in suspects})]
    fits = [(span, sorted(group)) for group in tried if (span := _fit(days, group, wrong, last)) is not None]
    if not fits:
        return {}
    _, group = min(fits)
    return {column: _why(column, wrong, days) for column in group}


_Wrong = tuple[str, str | None, int]  # a column, the one it should follow (None: it lies ahead), days amiss


def _wrong(days: Days, last: date) -> list[_Wrong]:
    found: list[_Wrong] = [(c, None, (day - last).days) for c, day in days.items() if day > last]
    for early, late in ORDER:
        if early in days and late in days and days[late] < days[early]:
            found.append((late, early, (days[early] - days[late]).days))
    return found


def _fit(days: Days, group: set[str], wrong: list[_Wrong], last: date) -> int | None:
    """How many days the stamps span when the group's days are swapped; None where that puts nothing right."""
    others = {c: meant for c in group if (meant := swapped(days[c])) is not None}
    moved = {**days, **others}
    if not others or _wrong(moved, last):
        return None
    for late, early, amiss in wrong:
        if early is not None and (moved[late] - moved[early]).days > amiss:
            return None  # they were nearer to each other as they stood: another slip, or none
    return (max(moved.values()) - min(moved.values())).days


def _why(column: str, wrong: list[_Wrong], days: Days) -> str:
    for late, early, _ in wrong:
        if column == late and early is None:
            return f"{column} lies in the future"
        if column in (late, early):
            other = early if column == late else late
            assert other is not None  # noqa: S101 - a pair has two
            return f"{column} lies {'before' if column == late else 'after'} {other} ({days[other]})"
    return f"{column} is out of order"
