"""Times in SQL: whatever a column holds becomes whole seconds since 1970, on every engine alike.

Zones are worked out in Python: a CASE over the few changes of offset in the data's years, so no database
needs zone tables of its own. Bounds are compared with the column as it stands, so that an index on it
serves.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Float, String, and_, case, literal, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.visitors import InternalTraversal

from scorecard.clock import Zone
from scorecard.dataset import Kind, Relation

DAY = 86_400
_LOCAL = (Kind.NAIVE, Kind.DATE)
_NEAR = 2 * DAY  # farther than this from a change of offset, local times sort as instants do


def _with(*names: str) -> list[tuple[str, InternalTraversal]]:
    """What tells two elements apart for SQLAlchemy's cache of statements: clauses and these fields."""
    return [*FunctionElement._traverse_internals, *((name, InternalTraversal.dp_plain_obj) for name in names)]  # noqa: SLF001


class whole(FunctionElement[int]):  # noqa: N801 - reads as a SQL function
    """`whole(a, b)`: a / b without the remainder, for a that isn't negative."""

    type = BigInteger()
    inherit_cache = True
    name = "whole"


@compiles(whole)
def _whole(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    a, b = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"(({a}) / ({b}))"


@compiles(whole, "mysql")
@compiles(whole, "mariadb")
def _whole_mysql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    a, b = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"(({a}) DIV ({b}))"


class _seconds(FunctionElement[int]):  # noqa: N801
    """A stamp's seconds since 1970 as the clock on its wall shows them (an instant's in UTC)."""

    type = BigInteger()
    inherit_cache = True
    _traverse_internals = _with("kind")

    def __init__(self, column: ColumnElement[Any], kind: Kind) -> None:
        super().__init__(column)
        self.kind = kind


@compiles(_seconds)
def _seconds_sqlite(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    (column,) = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"CAST(strftime('%s', {column}) AS INTEGER)"


@compiles(_seconds, "postgresql")
def _seconds_postgresql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    (column,) = (compiler.process(clause, **kw) for clause in element.clauses)
    if element.kind is Kind.DATE:
        return f"(CAST({column} - DATE '1970-01-01' AS BIGINT) * {DAY})"
    stamp = f"CAST({column} AS TIMESTAMP WITH TIME ZONE)" if element.kind is Kind.ISO_TEXT else column
    return f"CAST(FLOOR(date_part('epoch', {stamp})) AS BIGINT)"


@compiles(_seconds, "mysql")
@compiles(_seconds, "mariadb")
def _seconds_mysql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    (column,) = (compiler.process(clause, **kw) for clause in element.clauses)
    stamp = f"CAST({column} AS DATETIME)" if element.kind is Kind.ISO_TEXT else column
    return f"TIMESTAMPDIFF(SECOND, '1970-01-01 00:00:00', {stamp})"


class _has_offset(FunctionElement[bool]):  # noqa: N801
    """Whether a stamp written as text ends in Z or +hh:mm."""

    inherit_cache = True
    name = "has_offset"


@compiles(_has_offset)
def _has_offset_sqlite(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    (x,) = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"({x} GLOB '*[Zz]' OR ({x} GLOB '*[+-][0-9][0-9]:[0-9][0-9]' AND length({x}) > 16))"


@compiles(_has_offset, "postgresql")
def _has_offset_postgresql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    (x,) = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"(length({x}) > 10 AND {x} ~ '([zZ]|[+-][0-9]{{2}}(:?[0-9]{{2}})?)$')"


@compiles(_has_offset, "mysql")
@compiles(_has_offset, "mariadb")
def _has_offset_mysql(*_: Any, **__: Any) -> str:
    return "FALSE"  # MariaDB's cast reads no offsets; the source leaves such cells out and says so


class _stepped(FunctionElement[int]):  # noqa: N801
    """A step function of whole numbers: `below` the first threshold, then each step's value."""

    type = BigInteger()
    inherit_cache = True
    _traverse_internals = _with("steps", "below")

    def __init__(self, at: ColumnElement[Any], steps: Sequence[tuple[int, int]], below: int) -> None:
        super().__init__(at)
        self.steps = tuple(steps)
        self.below = below


@compiles(_stepped)
def _stepped_sql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    if not element.steps:
        return str(int(element.below))
    (x,) = (compiler.process(clause, **kw) for clause in element.clauses)
    whens = " ".join(f"WHEN {x} >= {int(at)} THEN {int(value)}" for at, value in reversed(element.steps))
    return f"(CASE {whens} ELSE {int(element.below)} END)"


def stepped(at: ColumnElement[Any], steps: Sequence[tuple[int, int]], below: int = 0) -> ColumnElement[int]:
    """The value of the last (threshold, value) step at or below `at`; `below` before the first one.

    NULL falls to `below`: mask it where that matters.
    """
    return _stepped(at, steps, below)


class _tree(FunctionElement[float]):  # noqa: N801
    """A step function of many steps as nested CASEs, so that a look-up halves them each time."""

    type = Float()
    inherit_cache = True
    _traverse_internals = _with("steps")

    def __init__(self, at: ColumnElement[Any], steps: Sequence[tuple[int, float | None]]) -> None:
        super().__init__(at)
        self.steps = tuple(steps)


@compiles(_tree)
def _tree_sql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    (x,) = (compiler.process(clause, **kw) for clause in element.clauses)

    def value(of: float | None) -> str:
        return "NULL" if of is None else repr(float(of))

    def nested(steps: Sequence[tuple[int, float | None]], below: float | None) -> str:
        if not steps:
            return value(below)
        middle = len(steps) // 2
        at, here = steps[middle]
        left, right = nested(steps[:middle], below), nested(steps[middle + 1 :], here)
        return left if left == right else f"CASE WHEN {x} >= {int(at)} THEN {right} ELSE {left} END"

    return f"({nested(element.steps, None)})"


def looked_up(at: ColumnElement[Any], steps: Sequence[tuple[int, float | None]]) -> ColumnElement[float]:
    """The value of the last (threshold, value) step at or below `at`, NULL before the first; for many."""
    return _tree(at, steps)


class SqlClock:
    """The organisation's zone as SQL, for the years the data span."""

    def __init__(self, zone: Zone, first_year: int, last_year: int) -> None:
        self.zone = zone
        self._changes = zone.transitions(first_year, last_year)
        first = datetime(first_year, 1, 1, tzinfo=UTC)
        self._below = self._changes[0].before if self._changes else zone.offset(int(first.timestamp()))

    def epoch(self, relation: Relation, column: str) -> ColumnElement[int]:
        """The stamp or date (its first instant) in seconds since 1970 UTC."""
        kind, raw = relation.kinds[column], relation[column]
        if kind is Kind.EPOCH:
            return raw
        seconds = _seconds(raw, kind)
        if kind is Kind.INSTANT:
            return seconds
        utc = case((raw.is_not(None), seconds - self._local_offset(seconds)))
        return case((_has_offset(raw), seconds), else_=utc) if kind is Kind.ISO_TEXT else utc

    def _local_offset(self, local: ColumnElement[Any]) -> ColumnElement[int]:
        # A repeated local time is the first one, a skipped one is read with the offset before the gap: both
        # mean that the new offset holds from the later of the two readings on.
        steps = [(t.utc + max(t.before, t.after), t.after) for t in self._changes]
        return stepped(local, steps, self._below)

    def day(self, epoch: ColumnElement[Any]) -> ColumnElement[int]:
        """The local day number (days since 1970-01-01) of an instant; NULL stays NULL."""
        return whole(self.local(epoch), literal(DAY, BigInteger))

    def time_of_day(self, epoch: ColumnElement[Any]) -> ColumnElement[int]:
        """Local seconds since midnight of an instant."""
        return self.local(epoch) % DAY

    def local(self, epoch: ColumnElement[Any]) -> ColumnElement[int]:
        """An instant as seconds since 1970 of the local clock."""
        return epoch + stepped(epoch, [(t.utc, t.after) for t in self._changes], self._below)

    def between(self, relation: Relation, column: str, lo: int | None, hi: int | None) -> ColumnElement[bool]:
        """Lo <= stamp < hi (seconds since 1970), written so that an index on the column serves."""
        bounds = [(lo, True), (hi, False)]
        return and_(*(self._bound(relation, column, at, low=low) for at, low in bounds if at is not None))

    def _bound(self, relation: Relation, column: str, at: int, *, low: bool) -> ColumnElement[bool]:
        kind, raw = relation.kinds[column], relation[column]
        if kind is Kind.EPOCH:
            return raw >= at if low else raw < at
        if kind is Kind.INSTANT:
            stamp = _instant(at)
            return raw >= stamp if low else raw < stamp
        if kind is Kind.DATE:
            day = self._first_day_from(at)
            return raw >= day if low else raw < day
        if kind is Kind.NAIVE and not self._near_change(at):
            wall = self.zone.from_epoch(at)
            return raw >= wall if low else raw < wall
        return and_(self._roughly(raw, kind, at, low=low), self._exactly(relation, column, at, low=low))

    def _exactly(self, relation: Relation, column: str, at: int, *, low: bool) -> ColumnElement[bool]:
        epoch = self.epoch(relation, column)
        return epoch >= at if low else epoch < at

    def _roughly(self, raw: ColumnElement[Any], kind: Kind, at: int, *, low: bool) -> ColumnElement[bool]:
        """A bound two days wider, for the index; text sorts by its first ten characters."""
        day = self.zone.from_epoch(at) + timedelta(days=-2 if low else 2)
        bound = day.date().isoformat() if kind is Kind.ISO_TEXT else day
        column = type_coerce(raw, String) if kind is Kind.ISO_TEXT else raw
        return column >= bound if low else column < bound

    def _first_day_from(self, at: int) -> date:
        day = self.zone.from_epoch(at).date()
        return day if self.zone.midnight(day) >= at else day + timedelta(days=1)

    def _near_change(self, at: int) -> bool:
        return any(abs(at - t.utc) < _NEAR for t in self._changes)


def _instant(at: int) -> datetime:
    return datetime.fromtimestamp(at, tz=UTC)
