"""SQL that turns a source's cells into the contract's: clean, or NULL.

Nothing is written into SQL text: patterns, mapped values and characters are bound. Where a cell can
be told to be clean beforehand, its column is used as it stands, so that an index on it serves.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    Double,
    Integer,
    Numeric,
    String,
    Text,
    and_,
    case,
    cast,
    collate,
    func,
    literal,
    not_,
    null,
    or_,
    type_coerce,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

from scorecard.contract import Column, Type
from scorecard.dataset import Kind

Expression = ColumnElement[Any]


class Native(StrEnum):
    """How the database itself types a column."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    NAIVE = "naive"  # a timestamp without zone
    INSTANT = "instant"
    DATE = "date"
    DYNAMIC = "dynamic"  # SQLite without a type: each cell has its own
    OTHER = "other"  # uuid, enum, citext, json ...: read as text


SQL_TYPES: Final[Mapping[Native, TypeEngine[Any]]] = {
    Native.TEXT: Text(),
    Native.INTEGER: BigInteger(),
    Native.NUMBER: Numeric(asdecimal=False),
    Native.NAIVE: DateTime(),
    Native.INSTANT: DateTime(timezone=True),
    Native.DATE: Date(),
}
_KINDS: Final = {
    Native.TEXT: Kind.ISO_TEXT,
    Native.OTHER: Kind.ISO_TEXT,
    Native.DYNAMIC: Kind.ISO_TEXT,
    Native.INTEGER: Kind.EPOCH,
    Native.NUMBER: Kind.EPOCH,
    Native.BOOLEAN: Kind.ISO_TEXT,
    Native.NAIVE: Kind.NAIVE,
    Native.INSTANT: Kind.INSTANT,
    Native.DATE: Kind.DATE,
}
BLANKS: Final = (  # what scorecard.cells.trim takes off
    "".join(c for c in map(chr, range(0x3001)) if c.isspace()) + "\u180e\u200b\u200c\u200d\u2060\ufeff"
)
_HUGE: Final = 1e15  # beyond it a float no longer holds cents: no amount, no count
_TRUE: Final = ("yes", "y", "true", "t", "1", "x", "ja", "oui", "wahr", "vrai")
_FALSE: Final = ("no", "n", "false", "f", "0", "nein", "non", "falsch", "faux")
_COMPUTED: Final = "+0 days"  # without it SQLite gives 2026-02-31 back as it came
_DAY_LENGTH: Final = len("2026-09-30")
_NUMBER: Final = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)$"
_DAY: Final = r"^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_CLOCK: Final = r"([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?"
_STAMP_ZONED: Final = rf"{_DAY}{_CLOCK} ?(Z|z|[+-][0-9]{{2}}:?[0-9]{{2}})?)?$"
_STAMP_LOCAL: Final = rf"{_DAY}{_CLOCK})?$"


class _exact(FunctionElement[str]):  # noqa: N801 - reads as a SQL function
    """MariaDB: text that compares byte by byte, whatever its column's character set and collation."""

    type = Text()
    inherit_cache = True
    name = "exact"


@compiles(_exact)
def _exact_sql(element: Any, compiler: Any, **kw: Any) -> str:
    (x,) = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"CONVERT({x} USING utf8mb4) COLLATE utf8mb4_bin"


def count_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """How many rows meet it: 0, never NULL."""
    return func.count(case((condition, 1)))


class Cleaning:
    """The dialect-bound half: one object per database."""

    def __init__(self, dialect: str) -> None:
        self.dialect = "mysql" if dialect == "mariadb" else dialect

    # --- text

    def trimmed(self, x: Expression) -> Expression:
        """Without the blanks around it; MariaDB takes off spaces only."""
        if self.dialect == "sqlite":
            return func.trim(x, BLANKS, type_=Text())
        if self.dialect == "postgresql":
            return func.btrim(x, BLANKS, type_=Text())
        return func.trim(x, type_=Text())

    def as_text(self, x: Expression, native: Native) -> Expression:
        """The cell as text, its blanks still around it."""
        if native is Native.TEXT:
            return x
        if native is Native.NUMBER and self.dialect == "sqlite":
            whole = and_(func.typeof(x) == "real", x == cast(x, BigInteger))
            return case((whole, cast(cast(x, BigInteger), Text)), else_=cast(x, Text))
        return cast(x, String if self.dialect == "mysql" else Text)

    def exact(self, x: Expression) -> Expression:
        """Text that tells a from A and á."""
        if self.dialect == "mysql":
            return _exact(x)
        return collate(x, {"sqlite": "BINARY"}.get(self.dialect, "C"))

    def text(self, x: Expression, native: Native, *, collated: bool) -> Expression:
        """Trimmed text, blank is NULL."""
        written = self.as_text(x, native)
        if (collated or native is not Native.TEXT) and self.dialect in ("mysql", "postgresql"):
            written = self.exact(written)
        return func.nullif(self.trimmed(written), "", type_=Text())

    def is_untidy(self, x: Expression) -> ColumnElement[bool]:
        """Whether text has blanks around it or is blank: lengths tell, where a collation may not."""
        if self.dialect != "mysql":
            return or_(self.trimmed(x) != x, x == "")
        left = func.length(self.trimmed(x))
        return or_(left != func.length(x), left == 0)

    def is_ambiguous(self, x: Expression) -> ColumnElement[bool]:
        """Whether a collation might take this text for another: anything but ASCII in upper case."""
        written = self.exact(x)
        return or_(written != func.upper(written), func.length(x) != func.char_length(x))

    def mapped(self, x: Expression, native: Native, values: Mapping[str, str]) -> Expression:
        """The source's values under our names; others stay as they are, trimmed."""
        written = self.text(x, native, collated=True)
        return case(*((written == literal(old), literal(new)) for old, new in values.items()), else_=written)

    # --- numbers

    def number(self, x: Expression, native: Native, column: Column | None) -> Expression:
        """A readable number within the column's bounds, else NULL."""
        readable = self._number(x, native)
        if column is None:
            return readable
        low = -_HUGE if column.minimum is None else column.minimum
        high = _HUGE if column.maximum is None else column.maximum
        fits = readable.between(_bound(low), _bound(high))
        if column.type is not Type.INTEGER:
            return case((fits, readable))
        if native is Native.INTEGER and self.dialect != "sqlite":
            return case((fits, readable))
        return case((and_(fits, readable == func.round(readable)), cast(readable, BigInteger)))

    def _number(self, x: Expression, native: Native) -> Expression:
        if native is Native.BOOLEAN:
            return cast(x, Integer)
        if native in (Native.INTEGER, Native.NUMBER):
            return x
        if native in (Native.TEXT, Native.OTHER):
            return self._number_in_text(self.trimmed(self.as_text(x, native)))
        if native is Native.DYNAMIC:
            in_text = self._number_in_text(self.trimmed(cast(x, Text)))
            return case((func.typeof(x).in_(("integer", "real")), type_coerce(x, Double)), else_=in_text)
        return cast(null(), Double)

    def _number_in_text(self, x: Expression) -> Expression:
        if self.dialect == "sqlite":
            plain = and_(
                _glob(x, "*[0-9]*"),
                not_(_glob(x, "*[^0-9.+-]*")),
                not_(_glob(x, "*.*.*")),
                not_(_glob(x, "?*[+-]*")),
            )
            return case((plain, cast(x, Double)))
        as_number = Numeric(30, 6, asdecimal=False) if self.dialect == "mysql" else Numeric(asdecimal=False)
        return case((x.regexp_match(_NUMBER), cast(x, as_number)))

    # --- booleans

    def boolean(self, x: Expression, native: Native) -> Expression:
        """1, 0, or NULL."""
        if native is Native.BOOLEAN and self.dialect != "sqlite":
            return case((x.is_(True), 1), (x.is_(False), 0))
        if native is Native.INTEGER and self.dialect != "sqlite":
            return case((x == 1, 1), (x == 0, 0))
        written = func.lower(
            self.trimmed(self.as_text(x, Native.OTHER if native is Native.NUMBER else native))
        )
        return case((written.in_(_TRUE), 1), (written.in_(_FALSE), 0))

    # --- times

    def stamp(self, x: Expression, native: Native, kind: Kind) -> Expression:
        """A time or date the way `kind` says, cells that can't be read being NULL."""
        if kind is Kind.EPOCH:
            return self._epoch(x, native)
        if kind is not Kind.ISO_TEXT:
            return case((x != 0, x)) if self.dialect == "mysql" else x  # MySQL's '0000-00-00' is no day
        if native is Native.DYNAMIC or (self.dialect == "sqlite" and native is not Native.TEXT):
            x = case((func.typeof(x) == "text", type_coerce(x, Text)))
        elif native is not Native.TEXT:
            x = self.as_text(x, native)
        written = self.trimmed(x)
        return case((self.is_stamp(written), written))

    def _epoch(self, x: Expression, native: Native) -> Expression:
        if self.dialect == "sqlite":
            numeric = func.typeof(x).in_(("integer", "real"))
            return case((numeric, cast(x, BigInteger)))
        return x if native is Native.INTEGER else cast(func.floor(x), BigInteger)

    def is_stamp(self, x: Expression) -> ColumnElement[bool]:
        """Whether trimmed text is a day of the calendar, with a time or without: 2026-02-31 isn't."""
        if self.dialect == "sqlite":
            day = func.substr(x, 1, 10)
            timed = and_(func.substr(x, 11, 1).in_((" ", "T")), func.datetime(x).is_not(None))
            shape = _glob(x, "[12][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*")
            return and_(shape, func.date(day, _COMPUTED) == day, or_(func.length(x) == _DAY_LENGTH, timed))
        if self.dialect == "postgresql":
            return case((x.regexp_match(_STAMP_ZONED), _has_day_postgresql(x)), else_=False)
        if self.dialect == "mysql":
            last = func.day(func.last_day(func.concat(func.left(x, 7), "-01")))
            inside = cast(func.substr(x, 9, 2), Integer) <= last
            return case((x.regexp_match(_STAMP_LOCAL), inside), else_=False)
        return x.regexp_match(_STAMP_ZONED)

    def is_unclean_stamp(self, x: Expression, native: Native) -> ColumnElement[bool]:
        """Whether text isn't a stamp as it stands. SQLite is asked the cheap question first."""
        clean = and_(self.is_stamp(x), not_(self.is_untidy(x)))
        if self.dialect != "sqlite":
            return and_(x.is_not(None), not_(clean))
        as_written = case(
            (func.length(x) == _DAY_LENGTH, func.date(x, _COMPUTED)), else_=func.datetime(x, _COMPUTED)
        )
        text_only = literal(value=True) if native is Native.TEXT else func.typeof(x) == "text"
        return case(
            (x.is_(None), False), (as_written == x, not_(text_only)), else_=not_(and_(text_only, clean))
        )


def stamp_kind(native: Native) -> Kind:
    """How a column of that type holds times; SQLite's cells may say otherwise."""
    return _KINDS[native]


def _bound(value: float) -> Expression:
    return literal(int(value) if float(value).is_integer() else value)


def _glob(x: Expression, pattern: str) -> ColumnElement[bool]:
    return x.op("GLOB", is_comparison=True)(pattern)


def _has_day_postgresql(x: Expression) -> ColumnElement[bool]:
    year, month, day = (cast(func.substr(x, at, n), Integer) for at, n in ((1, 4), (6, 2), (9, 2)))
    # the day before the first of the next month
    following = func.make_date(year + month // 12, month % 12 + 1, 1, type_=Date())
    return day <= func.date_part("day", following - 1, type_=Integer())
