"""A table of the source made clean: surveyed once per state, no costlier in SQL than the survey shows.

A survey is one scan that counts cells which would need work in every query: stamps that aren't ISO, keys with
blanks around them, values of another type than their column's. Where it counts none, the column is used as it
stands. Only what numbers need is asked here; `data_sources.flaws` finds the examples.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Double,
    Engine,
    FromClause,
    Integer,
    Text,
    and_,
    case,
    func,
    or_,
    select,
    tuple_,
    type_coerce,
)
from sqlalchemy.types import TypeEngine

from data_sources.cleaning import SQL_TYPES, Cleaning, Expression, Native, count_if, stamp_kind
from data_sources.tables import Cell, Plan
from scorecard.contract import Column, Type
from scorecard.dataset import Kind, Relation

KEY_LIKE: Final = frozenset(
    ("leads.lead_id", "touches.lead_id", "orders.lead_id", "touches.touch_id", "orders.order_id",
     "leads.customer_id", "orders.customer_id")
)  # fmt: skip
LISTED: Final = 500  # repeated keys that are told apart one by one; beyond, SQL does it in every query
_TIMES: Final = (Type.TIME, Type.DATE)
_MAY_BE_WHOLE: Final = (Native.INTEGER, Native.NUMBER, Native.DYNAMIC)  # SQLite: what the cells are decides
_NUMBERS: Final = (Type.INTEGER, Type.NUMBER, Type.MONEY, Type.SHARE)


@dataclass(frozen=True)
class Repeats:
    """Keys that stand more than once: those whose rows are all the same, and those whose rows differ.

    `spare` are the rows to go without so that the same ones count once, where the database names its rows.
    With `many` there are more than LISTED keys, and the lists are empty.
    """

    same: tuple[tuple[Any, ...], ...] = ()
    differing: tuple[tuple[Any, ...], ...] = ()
    spare: tuple[Any, ...] = ()
    many: bool = False

    def __bool__(self) -> bool:
        return bool(self.same or self.differing or self.many)


NO_REPEATS: Final = Repeats()


@dataclass(frozen=True)
class Survey:
    """What one scan counted, by 'column.question', and the repeated keys."""

    counts: Mapping[str, int] = field(default_factory=dict)
    repeats: Repeats = NO_REPEATS

    def __getitem__(self, question: str) -> int:
        return self.counts.get(question, 0)


@dataclass(frozen=True)
class Clean:
    """A column as it goes into the relation; `bare` when it is the source's own, `filled` when never NULL."""

    expression: Expression
    kind: Kind
    bare: bool = False
    filled: bool = False


class TableReader:
    """One table: asks the survey's questions and builds the relation from the answers."""

    def __init__(self, plan: Plan, engine: Engine) -> None:
        self.plan = plan
        self.engine = engine
        self.cleaning = Cleaning(engine.dialect.name)

    # --- the survey

    def survey(self) -> Survey:
        questions = self._questions()
        counts: dict[str, int] = {}
        if questions:
            asked = select(*(count_if(q).label(f"q{i}") for i, q in enumerate(questions.values())))
            with self.engine.connect() as connection:
                row = connection.execute(asked.select_from(self.plan.base)).one()
            counts = dict(zip(questions, map(int, row), strict=True))
        found = Survey(counts)
        return Survey(counts, self._repeats(found))

    def _questions(self) -> dict[str, ColumnElement[bool]]:
        return {
            f"{name}.{question}": condition
            for name, cell in self.plan.cells.items()
            for question, condition in self._asked_of(cell).items()
        }

    def _asked_of(self, cell: Cell) -> dict[str, ColumnElement[bool]]:
        if cell.column is None:
            return {}
        blank = {"blank": cell.raw.is_(None)} if self._may_lack(cell) else {}
        if cell.column.type in _TIMES:
            return blank | self._asked_of_stamp(cell)
        if cell.name == "pass_no":
            return {"odd": or_(cell.raw.is_(None), self._number(cell).is_distinct_from(cell.raw))}
        return blank | (self._asked_of_key(cell) if self._is_key_like(cell) else {})

    def _may_lack(self, cell: Cell) -> bool:
        return cell.column is not None and cell.column.required and cell.plain and cell.nullable

    def _asked_of_stamp(self, cell: Cell) -> dict[str, ColumnElement[bool]]:
        raw, sqlite = cell.raw, self.cleaning.dialect == "sqlite"
        if sqlite and cell.native is not Native.TEXT:
            numeric = func.typeof(raw).in_(("integer", "real"))
            return {
                "numbers": numeric,
                "fractions": func.typeof(raw) == "real",
                "unclean": and_(raw.is_not(None), ~numeric, self.cleaning.is_unclean_stamp(raw, cell.native)),
                "texts": and_(raw.is_not(None), ~numeric),
            }
        if cell.native is Native.TEXT:
            return {"unclean": self.cleaning.is_unclean_stamp(raw, cell.native)}
        if self.cleaning.dialect == "mysql" and stamp_kind(cell.native) in (
            Kind.NAIVE,
            Kind.DATE,
            Kind.INSTANT,
        ):
            return {"unclean": raw == 0}
        return {}

    def _asked_of_key(self, cell: Cell) -> dict[str, ColumnElement[bool]]:
        if not cell.plain:
            return {}
        if self.cleaning.dialect == "sqlite" and cell.native in _MAY_BE_WHOLE:
            return {"odd": and_(cell.raw.is_not(None), func.typeof(cell.raw) != "integer")}
        if cell.native is not Native.TEXT:
            return {}
        asked = {"untidy": self.cleaning.is_untidy(cell.raw)}
        if cell.collated and self.cleaning.dialect == "mysql":
            asked["ambiguous"] = self.cleaning.is_ambiguous(cell.raw)
        return asked

    def _is_key_like(self, cell: Cell) -> bool:
        return f"{self.plan.table.name}.{cell.name}" in KEY_LIKE

    # --- the columns

    def cleaned(self, survey: Survey) -> dict[str, Clean]:
        """Every column of ours the way queries use it."""
        columns = {name: self._clean(cell, survey) for name, cell in self.plan.cells.items()}
        return {name: replace(c, filled=self._is_filled(name, c, survey)) for name, c in columns.items()}

    def _is_filled(self, name: str, clean: Clean, survey: Survey) -> bool:
        cell = self.plan.cells[name]
        if not clean.bare or not cell.plain:
            return False
        if name == "pass_no":
            return True  # an odd one would have been wrapped
        return not cell.nullable or (self._may_lack(cell) and survey.counts.get(f"{name}.blank") == 0)

    def _clean(self, cell: Cell, survey: Survey) -> Clean:
        if cell.column is None:
            return self._attribute(cell)
        if cell.column.type in _TIMES:
            return self._stamp(cell, survey)
        if cell.name == "pass_no":
            odd = bool(survey["pass_no.odd"]) or not cell.plain
            whole = case((cell.raw.is_(None), 1), else_=self._number(cell))
            return Clean(type_coerce(whole if odd else cell.raw, BigInteger), Kind.INTEGER, bare=not odd)
        if cell.column.type in _NUMBERS:
            kind = Kind.INTEGER if cell.column.type is Type.INTEGER else Kind.NUMBER
            return Clean(type_coerce(self._number(cell), _KIND_TYPES[kind]), kind)
        if cell.column.type is Type.BOOLEAN:
            return Clean(type_coerce(self.cleaning.boolean(cell.raw, cell.native), Integer), Kind.BOOLEAN)
        return self._key(cell, survey) if self._is_key_like(cell) else self._text(cell)

    def _number(self, cell: Cell) -> Expression:
        return self.cleaning.number(cell.raw, cell.native, cell.column)

    def _text(self, cell: Cell) -> Clean:
        return Clean(self.cleaning.text(cell.raw, cell.native, collated=cell.collated), Kind.TEXT)

    def _key(self, cell: Cell, survey: Survey) -> Clean:
        if not cell.plain:
            return self._text(cell)
        whole = _MAY_BE_WHOLE if self.cleaning.dialect == "sqlite" else (Native.INTEGER,)
        if cell.native in whole and not survey[f"{cell.name}.odd"]:
            return Clean(type_coerce(cell.raw, BigInteger), Kind.INTEGER, bare=True)
        clean = not survey[f"{cell.name}.untidy"] and not survey[f"{cell.name}.ambiguous"]
        if cell.native is Native.TEXT and clean:
            if self.cleaning.dialect == "mysql" or not cell.collated:
                return Clean(type_coerce(cell.raw, Text), Kind.TEXT, bare=True)
            return Clean(self.cleaning.exact(cell.raw), Kind.TEXT)
        return self._text(cell)

    def _stamp(self, cell: Cell, survey: Survey) -> Clean:
        kind = stamp_kind(cell.native)
        numbers, texts = survey[f"{cell.name}.numbers"], survey[f"{cell.name}.texts"]
        unclean = bool(survey[f"{cell.name}.unclean"])
        if self.cleaning.dialect == "sqlite" and cell.native is not Native.TEXT:
            kind = Kind.EPOCH if numbers > texts else Kind.ISO_TEXT
            unclean = (
                bool(texts or survey[f"{cell.name}.fractions"])
                if kind is Kind.EPOCH
                else bool(unclean or numbers)
            )
        elif kind is Kind.ISO_TEXT and cell.native is not Native.TEXT:
            unclean = True
        elif kind is Kind.EPOCH:
            unclean = cell.native is not Native.INTEGER
        if not unclean and cell.plain:
            return Clean(type_coerce(cell.raw, _KIND_TYPES[kind]), kind, bare=True)
        stamp = self.cleaning.stamp(cell.raw, cell.native, kind)
        return Clean(type_coerce(stamp, _KIND_TYPES[kind]), kind)

    def _attribute(self, cell: Cell) -> Clean:
        sqlite = self.cleaning.dialect == "sqlite"
        if cell.native in (Native.INTEGER, Native.NUMBER) and not sqlite:
            return Clean(cell.raw, Kind.INTEGER if cell.native is Native.INTEGER else Kind.NUMBER, bare=True)
        if cell.native in (Native.NAIVE, Native.INSTANT, Native.DATE):
            return Clean(cell.raw, stamp_kind(cell.native), bare=True)
        return Clean(self.cleaning.text(cell.raw, cell.native, collated=cell.collated), Kind.TEXT)

    # --- the rows

    def usable(self, columns: Mapping[str, Clean], repeats: Repeats = NO_REPEATS) -> FromClause:
        """Every row that has what it can't do without, but for the repeats that a condition can leave out."""
        query = select(*(c.expression.label(name) for name, c in columns.items())).select_from(self.plan.base)
        asked = [columns[n].expression.is_not(None) for n in self._needed(columns) if not columns[n].filled]
        return query.where(*asked, *self._left_out(columns, repeats)).subquery()

    def _left_out(self, columns: Mapping[str, Clean], repeats: Repeats) -> Iterator[ColumnElement[bool]]:
        key, name = self._parts(columns), self.plan.row_name
        if self._names_rows():
            if repeats.spare and name is not None:
                yield name.not_in(repeats.spare)
            return
        if repeats.differing:
            yield ~one_of(key, repeats.differing)
        if repeats.spare and name is not None:
            yield ~and_(one_of(key, repeats.same), name.in_(repeats.spare))

    def _names_rows(self) -> bool:
        """Whether a row's name is enough: SQLite has it in every index, and no change goes unnoticed."""
        return self.cleaning.dialect == "sqlite" and self.plan.row_name is not None

    def _needed(self, columns: Mapping[str, Clean]) -> list[str]:
        table = self.plan.table
        return [n for n in columns if n in table and (table[n].required or n == "pass_no" == table[n].name)]

    def key(self, source: FromClause) -> list[Expression]:
        """The key's parts in a relation of ours, a blank one (a team's quota has no person) being one too."""
        table = self.plan.table
        names = [n for n in table.key if n in self.plan.cells]
        return [source.c[n] if table[n].required else _or_blank(source.c[n], table[n]) for n in names]

    def _parts(self, columns: Mapping[str, Clean]) -> list[Expression]:
        """The same over the table itself."""
        table = self.plan.table
        parts = [(table[n], columns[n]) for n in table.key if n in columns]
        return [
            c.expression if c.filled or column.required else _or_blank(c.expression, column)
            for column, c in parts
        ]

    def _keeps_key(self, columns: Mapping[str, Clean]) -> bool:
        """Whether the database itself keeps two rows from having one key."""
        key = {n for n in self.plan.table.key if n in columns}
        as_stored = all(columns[n].bare for n in key)
        return as_stored and any(
            names <= key and all(columns[n].filled for n in names) for names in self.plan.unique
        )

    def _has_key(self) -> bool:
        table = self.plan.table
        return bool(table.key) and all(n in self.plan.cells for n in table.key if table[n].required)

    def _repeats(self, survey: Survey) -> Repeats:
        columns = self.cleaned(survey)
        if not self._has_key() or self._keeps_key(columns):
            return Repeats()
        source = self.usable(columns)
        key = self.key(source)
        asked = select(*key).group_by(*key).having(func.count() > 1).limit(LISTED + 1)
        with self.engine.connect() as connection:
            keys = [tuple(row) for row in connection.execute(asked)]
            if len(keys) > LISTED:
                return Repeats(many=True)
            return self._told_apart(connection, columns, keys) if keys else Repeats()

    def _told_apart(
        self, connection: Connection, columns: Mapping[str, Clean], keys: list[tuple[Any, ...]]
    ) -> Repeats:
        source = self.usable(columns)
        key = self.key(source)
        labelled = [part.label(f"key{i}") for i, part in enumerate(key)]
        distinct = select(*labelled, *source.c).where(one_of(key, keys)).distinct().subquery()
        names = [distinct.c[f"key{i}"] for i in range(len(key))]
        rows = connection.execute(select(*names).group_by(*names).having(func.count() > 1))
        differing = {tuple(row) for row in rows}
        same = tuple(k for k in keys if k not in differing)
        others = tuple(k for k in keys if k in differing)
        return Repeats(same, others, self._spare(connection, columns, same, others))

    def _spare(
        self,
        connection: Connection,
        columns: Mapping[str, Clean],
        same: Sequence[tuple[Any, ...]],
        differing: Sequence[tuple[Any, ...]],
    ) -> tuple[Any, ...]:
        """The rows to go without, by the database's name for them: all but one of each key's."""
        listed = [*same, *(differing if self._names_rows() else ())]
        if self.plan.row_name is None or not listed:
            return ()
        key = self._parts(columns)
        needed = [columns[n].expression.is_not(None) for n in self._needed(columns)]
        asked = (
            select(self.plan.row_name, *key).select_from(self.plan.base).where(one_of(key, listed), *needed)
        )
        rows = connection.execute(asked).all()
        kept = {tuple(parts): name for name, *parts in rows if tuple(parts) in set(same)}
        return tuple(name for name, *parts in rows if kept.get(tuple(parts)) != name)

    # --- the relation

    def relation(self, survey: Survey) -> Relation:
        columns = self.cleaned(survey)
        source = self._without_repeats(self.usable(columns, survey.repeats), survey.repeats)
        return Relation(
            self.plan.table.name,
            source,
            {name: clean.kind for name, clean in columns.items()},
            self.plan.attributes,
            unique=self._has_key() and self._keeps_key(columns),
            stored=self.stored(),
            loose=self.usable(columns),
        )

    def stored(self) -> FromClause:
        return (
            select(*(cell.raw.label(name) for name, cell in self.plan.cells.items()))
            .select_from(self.plan.base)
            .subquery()
        )

    def _without_repeats(self, source: FromClause, repeats: Repeats) -> FromClause:
        """What no condition could leave out."""
        key = self.key(source)
        if repeats.many:
            return _each_key_once(source, key)
        if not repeats.same or repeats.spare:
            return source
        rest = select(*source.c).where(~one_of(key, repeats.same))
        once = select(*source.c).where(one_of(key, repeats.same)).distinct()
        return rest.union_all(once).subquery()


def _or_blank(part: Expression, column: Column) -> Expression:
    return func.coalesce(part, _blank(column))


def _blank(column: Column) -> str | int:
    """What a blank part of a key stands for: its default, else nothing."""
    if column.type is Type.INTEGER:
        return int(column.default or 0)
    return column.default or ""


def _each_key_once(source: FromClause, key: Sequence[Expression]) -> FromClause:
    """Identical repeats once, differing ones not at all, worked out in SQL."""
    labelled = [part.label(f"tandem_key{i}") for i, part in enumerate(key)]
    distinct = select(*source.c, *labelled).distinct().subquery()
    parts = [distinct.c[f"tandem_key{i}"] for i in range(len(key))]
    counted = select(*distinct.c, func.count().over(partition_by=parts).label("tandem_rows")).subquery()
    names = [counted.c[c.key] for c in source.c]
    return select(*names).where(counted.c.tandem_rows == 1).subquery()


def one_of(key: Sequence[Expression], keys: Sequence[tuple[Any, ...]]) -> ColumnElement[bool]:
    """Whether a row's key is among those."""
    if len(key) == 1:
        return key[0].in_([k[0] for k in keys])
    return tuple_(*key).in_(list(keys))


_KIND_TYPES: Final[Mapping[Kind, TypeEngine[Any]]] = {
    Kind.INTEGER: BigInteger(),
    Kind.NUMBER: Double(),
    Kind.EPOCH: BigInteger(),
    Kind.INSTANT: SQL_TYPES[Native.INSTANT],
    Kind.NAIVE: SQL_TYPES[Native.NAIVE],
    Kind.DATE: SQL_TYPES[Native.DATE],
    Kind.ISO_TEXT: Text(),
}
