"""Times in SQL: whatever a column holds becomes whole seconds since 1970, on every engine alike.

Zones are worked out in Python: a CASE over the few changes of offset in the data's years, so no database
needs zone tables of its own. Bounds are compared with the column as it stands, so that an index on it
serves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Float, String, and_, literal, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.visitors import InternalTraversal

from scorecard.clock import Zone
from scorecard.dataset import Kind, Relation

DAY = 86_400
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


class _epoch(FunctionElement[int]):  # noqa: N801
    """A stamp's seconds since 1970, whatever kind of column holds it; NULL stays NULL.

    Statements hold it many times over, so it is one element: SQLAlchemy compiles each part of an expression
    by itself, and that took as long as all the rest of a first report. `steps` are the zone's offsets by the
    seconds that the clock on the wall shows, `below` the one before the first step.
    """

    type = BigInteger()
    inherit_cache = True
    _traverse_internals = _with("kind", "steps", "below")

    def __init__(
        self, column: ColumnElement[Any], kind: Kind, steps: Sequence[tuple[int, int]], below: int
    ) -> None:
        super().__init__(column)
        self.kind = kind
        self.steps = tuple(steps)
        self.below = below


@compiles(_epoch)
def _epoch_sqlite(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    (x,) = (compiler.process(clause, **kw) for clause in element.clauses)
    has_offset = f"{x} GLOB '*[Zz]' OR ({x} GLOB '*[+-][0-9][0-9]:[0-9][0-9]' AND length({x}) > 16)"
    seconds = f"CAST(strftime('%s', {x}) AS INTEGER)"
    if element.kind is Kind.INSTANT or not element.steps:
        return _epoch_sql(element, seconds, has_offset)
    # LIMIT keeps SQLite from putting the seconds back wherever they are named, to be worked out each time.
    inner = _epoch_sql(element, "tandem_s", has_offset)
    return f"(SELECT {inner} FROM (SELECT {seconds} AS tandem_s LIMIT 1))"  # noqa: S608 - ours


@compiles(_epoch, "postgresql")
def _epoch_postgresql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    (x,) = (compiler.process(clause, **kw) for clause in element.clauses)
    has_offset = f"length({x}) > 10 AND {x} ~ '([zZ]|[+-][0-9]{{2}}(:?[0-9]{{2}})?)$'"
    stamp = f"CAST({x} AS TIMESTAMP WITH TIME ZONE)" if element.kind is Kind.ISO_TEXT else x
    seconds = f"CAST(FLOOR(date_part('epoch', {stamp})) AS BIGINT)"
    if element.kind is Kind.DATE:
        seconds = f"(CAST({x} - DATE '1970-01-01' AS BIGINT) * {DAY})"
    return _epoch_sql(element, seconds, has_offset, _steps_postgresql)


@compiles(_epoch, "mysql")
@compiles(_epoch, "mariadb")
def _epoch_mysql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    (x,) = (compiler.process(clause, **kw) for clause in element.clauses)
    stamp = f"CAST({x} AS DATETIME)" if element.kind is Kind.ISO_TEXT else x
    seconds = f"TIMESTAMPDIFF(SECOND, '1970-01-01 00:00:00', {stamp})"
    # MariaDB's cast reads no offsets; the source leaves such cells out and says so.
    return _epoch_sql(element, seconds, "FALSE")


def _epoch_sql(element: Any, seconds: str, has_offset: str, offset: Callable[..., str] | None = None) -> str:
    """`seconds` since 1970 as the clock on the stamp's wall shows them (an instant's in UTC), made UTC."""
    if element.kind is Kind.INSTANT:
        return seconds
    utc = f"({seconds} - {(offset or _steps_sql)(seconds, element.steps, element.below)})"
    return f"(CASE WHEN {has_offset} THEN {seconds} ELSE {utc} END)" if element.kind is Kind.ISO_TEXT else utc


def _steps_sql(x: str, steps: Sequence[tuple[int, int]], below: int) -> str:
    if not steps:
        return str(int(below))
    whens = " ".join(f"WHEN {x} >= {int(at)} THEN {int(value)}" for at, value in reversed(steps))
    return f"(CASE {whens} ELSE {int(below)} END)"


def _steps_postgresql(x: str, steps: Sequence[tuple[int, int]], below: int) -> str:
    """`_steps_sql` where NULL may stay NULL: a look-up works x out once, and not for each step."""
    if not steps:
        return str(int(below))
    thresholds = ", ".join(str(int(at)) for at, _ in steps)
    values = ", ".join(str(int(value)) for value in (below, *(value for _, value in steps)))
    bucket = f"width_bucket({x}, CAST('{{{thresholds}}}' AS BIGINT[]))"
    return f"(CAST('{{{values}}}' AS BIGINT[]))[{bucket} + 1]"


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
    (x,) = (compiler.process(clause, **kw) for clause in element.clauses)
    return _steps_sql(x, element.steps, element.below)


def stepped(at: ColumnElement[Any], steps: Sequence[tuple[int, int]], below: int = 0) -> ColumnElement[int]:
    """The value of the last (threshold, value) step at or below `at`; `below` before the first one.

    NULL falls to `below`: mask it where that matters.
    """
    return _stepped(at, steps, below)


class _local(_stepped):  # noqa: N801
    """An instant with the offset of its zone added."""

    inherit_cache = True


@compiles(_local)
def _local_sql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    (x,) = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"({x} + {_steps_sql(x, element.steps, element.below)})"


@compiles(_local, "postgresql")
def _local_postgresql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    (x,) = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"({x} + {_steps_postgresql(x, element.steps, element.below)})"


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
        # A repeated local time is the first one, a skipped one is read with the offset before the gap: both
        # mean that the new offset holds from the later of the two readings on.
        steps = [(t.utc + max(t.before, t.after), t.after) for t in self._changes]
        return _epoch(raw, kind, steps, self._below)

    def day(self, epoch: ColumnElement[Any]) -> ColumnElement[int]:
        """The local day number (days since 1970-01-01) of an instant; NULL stays NULL."""
        return whole(self.local(epoch), literal(DAY, BigInteger))

    def time_of_day(self, epoch: ColumnElement[Any]) -> ColumnElement[int]:
        """Local seconds since midnight of an instant."""
        return self.local(epoch) % DAY

    def local(self, epoch: ColumnElement[Any]) -> ColumnElement[int]:
        """An instant as seconds since 1970 of the local clock."""
        return _local(epoch, [(t.utc, t.after) for t in self._changes], self._below)

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
