"""Which of the source's tables and columns stand for the contract's: by configuration, else by name."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final

from sqlalchemy import (
    ColumnClause,
    Engine,
    FromClause,
    Inspector,
    Select,
    TextualSelect,
    bindparam,
    cast,
    column,
    inspect,
    literal,
    literal_column,
    select,
    table,
    text,
    types,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.exc import SQLAlchemyError

from data_sources.cleaning import SQL_TYPES, Cleaning, Expression, Native
from data_sources.config import Config
from data_sources.mapping import OWN, Constant, TableMapping, attribute_name
from scorecard.contract import TABLES, Column, Table, Type, column_for, normalise

_SAMPLE: Final = 100
_NO_MAPPING: Final = TableMapping()


@dataclass(frozen=True)
class Found:
    """A column as the source has it."""

    name: str
    native: Native
    nullable: bool = True
    collated: bool = False  # compares loosely, or nobody knows


@dataclass(frozen=True)
class Cell:
    """A column of ours and how its cells are had: `raw` as stored (mapped values under our names)."""

    name: str
    column: Column | None  # None: an attribute of leads
    raw: Expression
    native: Native
    nullable: bool = True
    collated: bool = False
    plain: bool = True  # the source's column itself, not an expression over it
    source: str | None = None  # what the source calls it; None: a constant of the configuration


@dataclass(frozen=True)
class Plan:
    """One table of the contract in the source; `where` is what the source calls it.

    `unique` are sets of our columns that the database keeps unique. `physical` is the schema and table, None
    for a SELECT, `is_view` whether that is a view. `row_name` is what the database itself calls a row.
    """

    table: Table
    base: FromClause
    cells: Mapping[str, Cell]
    where: str
    unique: tuple[frozenset[str], ...] = ()
    physical: tuple[str | None, str] | None = None
    row_name: Expression | None = None
    is_view: bool = False

    @property
    def attributes(self) -> tuple[str, ...]:
        return tuple(name for name, cell in self.cells.items() if cell.column is None)


@dataclass
class Catalogue:
    """All that was found, and sentences about what the configuration names but the source lacks."""

    plans: dict[str, Plan] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


def catalogue(engine: Engine, config: Config, label: str, only: Collection[str] = tuple(TABLES)) -> Catalogue:
    """Looks once through the source's catalogue, for all tables of ours or `only` these; reads no row."""
    return _Finder(engine, config, label).find(only)


class _Finder:
    def __init__(self, engine: Engine, config: Config, label: str) -> None:
        self.engine = engine
        self.config = config
        self.label = label
        self.cleaning = Cleaning(engine.dialect.name)
        self.result = Catalogue()

    def find(self, only: Collection[str]) -> Catalogue:
        with self.engine.connect() as connection:
            self.inspector: Inspector = inspect(connection)
            self.names = _names(self.inspector, None)
            for name, contract_table in TABLES.items():
                if name not in only:
                    continue
                plan = self._plan(contract_table, self.config.tables.get(name, _NO_MAPPING))
                if plan is not None and self._readable(plan):
                    self.result.plans[name] = plan
        return self.result

    def _plan(self, contract_table: Table, mapping: TableMapping) -> Plan | None:
        if mapping.select is not None:
            return self._of_select(contract_table, mapping, mapping.select)
        schema, name = self._locate(contract_table, mapping)
        if name is None:
            return None
        found = self._columns(schema, name)
        base = table(name, *self._typed(found), schema=schema)
        where = f"{schema}.{name}" if schema else name
        matched = self._match(contract_table, mapping, found, where)
        return self._finished(contract_table, mapping, base, matched, where, physical=(schema, name))

    def _typed(self, found: Mapping[str, Found]) -> list[ColumnClause[Any]]:
        """Columns with types by which a driver's values are read; SQLite's cells are taken as they come."""
        known = {} if self.engine.dialect.name == "sqlite" else SQL_TYPES
        return [column(f.name, known.get(f.native)) for f in found.values()]

    # --- where a table stands

    def _locate(self, contract_table: Table, mapping: TableMapping) -> tuple[str | None, str | None]:
        if mapping.table is None:
            wanted = normalise(contract_table.name)
            exact = [n for n in self.names if n == contract_table.name]
            near = [n for n in sorted(self.names) if normalise(n) == wanted]
            return None, next(iter(exact + near), None)
        if mapping.table in self.names:
            return None, mapping.table
        schema, _, name = mapping.table.rpartition(".")
        names = self._names_in(schema) if schema else self.names
        if name in names:
            return schema or None, name
        self._miss_table(contract_table, mapping.table, [f"{schema}.{n}" if schema else n for n in names])
        return None, None

    def _names_in(self, schema: str) -> set[str]:
        try:
            return _names(self.inspector, schema)
        except SQLAlchemyError:
            return set()  # there is no such schema; the table in it is reported as missing

    def _miss_table(self, contract_table: Table, wanted: str, names: Iterable[str]) -> None:
        near = get_close_matches(wanted, [*names, *self.names], n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        self.result.missing.append(
            f"tandem.tables.{contract_table.name} names the table {wanted}, which {self.label} does not have."
            f"{hint}"
        )

    # --- what its columns are

    def _columns(self, schema: str | None, name: str) -> dict[str, Found]:
        columns = self.inspector.get_columns(name, schema=schema)
        keys = set(self.inspector.get_pk_constraint(name, schema=schema).get("constrained_columns") or ())
        if self.engine.dialect.name == "sqlite":
            # only the rowid's own alias is kept from being NULL by PRIMARY KEY alone
            keys = {c["name"] for c in columns if c["name"] in keys and _is_rowid(c, keys)}
        loose = self._loose(schema, name)
        return {
            c["name"]: Found(
                c["name"],
                self._native(c["type"]),
                nullable=bool(c.get("nullable", True)) and c["name"] not in keys,
                collated=_is_collated(c["type"], loose),
            )
            for c in columns
        }

    def _loose(self, schema: str | None, name: str) -> bool:
        """SQLite: whether any column of the table says how it compares."""
        if self.engine.dialect.name != "sqlite":
            return self.cleaning.dialect == "mysql"
        asked: Select[Any] = select(column("sql")).select_from(
            table("sqlite_master", column("name"), schema=schema)
        )
        connection = self.inspector.bind
        sql = connection.execute(asked.where(column("name") == bindparam("n")), {"n": name}).scalar()  # type: ignore[union-attr]
        return "collate" in str(sql or "").casefold()

    def _native(self, type_: types.TypeEngine[Any]) -> Native:
        if self.engine.dialect.name == "sqlite":
            return _affinity(type_)
        return next((native for kind, native in _NATIVES if isinstance(type_, kind)), _native_of(type_))

    # --- a SELECT

    def _of_select(self, contract_table: Table, mapping: TableMapping, sql: str) -> Plan | None:
        where = f"the SELECT of tandem.tables.{contract_table.name}"
        try:
            found = self._described(_textual(sql, ()))
        except SQLAlchemyError as error:
            self.result.missing.append(f"{where} fails: {_reason(error)}")
            return None
        base = _textual(sql, self._typed(found)).subquery(contract_table.name)
        matched = self._match(contract_table, mapping, found, where)
        return self._finished(contract_table, mapping, base, matched, where)

    def _described(self, query: TextualSelect) -> dict[str, Found]:
        rows = select(text("*")).select_from(query.subquery("described")).limit(_SAMPLE)
        with self.engine.connect() as connection:
            cursor: Any = connection.execute(rows).cursor
            description, sample = cursor.description, cursor.fetchall()
            codes = self._codes(connection, [d[1] for d in description])
        natives = [
            codes.get(d[1]) or _sampled([row[i] for row in sample], self.engine.dialect.name)
            for i, d in enumerate(description)
        ]
        loose = self.cleaning.dialect in ("mysql", "sqlite")
        return {
            d[0]: Found(d[0], native, collated=loose) for d, native in zip(description, natives, strict=True)
        }

    def _codes(self, connection: Any, codes: list[Any]) -> dict[Any, Native]:
        if self.cleaning.dialect == "mysql":
            return {code: _MYSQL_CODES.get(code, Native.OTHER) for code in codes}
        if self.cleaning.dialect != "postgresql":
            return {}
        pg_type = table("pg_type", column("oid"), column("typname"))
        rows = connection.execute(
            select(pg_type.c.oid, pg_type.c.typname).where(pg_type.c.oid.in_([int(c) for c in codes]))
        )
        return {oid: _POSTGRES_NAMES.get(name, Native.OTHER) for oid, name in rows}

    # --- our columns among theirs

    def _match(
        self, contract_table: Table, mapping: TableMapping, found: Mapping[str, Found], where: str
    ) -> dict[str, Found]:
        """Our name to their column: what the configuration says, then headers that mean the same."""
        matched: dict[str, Found] = {}
        for ours, theirs in mapping.columns.items():
            if theirs and (hit := _named(found, theirs)):
                matched[ours] = hit
            elif theirs:
                self._miss_column(contract_table, ours, theirs, where, found)
        taken = {f.name for f in matched.values()}
        settled = set(mapping.columns) | set(mapping.constants)
        rest = [f for f in found.values() if f.name not in taken and not f.name.startswith(OWN)]
        # an exact header goes before one that only means the same
        for f in sorted(rest, key=lambda f: f.name not in contract_table):
            ours = column_for(contract_table.name, f.name) or ""
            if ours and ours not in matched and ours not in settled:
                matched[ours] = f
            elif not ours and contract_table.open_ended:
                name = attribute_name(f.name)
                if name and name not in matched and name not in settled:
                    matched[name] = f
        return matched

    def _miss_column(
        self, contract_table: Table, ours: str, theirs: str, where: str, found: Mapping[str, Found]
    ) -> None:
        near = get_close_matches(theirs, list(found), n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        self.result.missing.append(
            f"tandem.tables.{contract_table.name}.columns.{ours} names the column {theirs}, which {where} "
            f"does not have.{hint}"
        )

    # --- the plan

    def _finished(
        self,
        contract_table: Table,
        mapping: TableMapping,
        base: FromClause,
        matched: Mapping[str, Found],
        where: str,
        *,
        physical: tuple[str | None, str] | None = None,
    ) -> Plan | None:
        if not matched and not mapping.constants:
            self.result.missing.append(f"{where} has none of the columns of {contract_table.name}.")
            return None
        cells = {ours: self._cell(contract_table, mapping, base, ours, f) for ours, f in matched.items()}
        cells |= {ours: _constant(contract_table, ours, value) for ours, value in mapping.constants.items()}
        order = {c.name: i for i, c in enumerate(contract_table.columns)}
        cells = dict(sorted(cells.items(), key=lambda item: order.get(item[0], len(order))))
        unique = self._unique(physical, matched) if physical else ()
        is_view = physical is not None and physical[1] in self._views(physical[0])
        row_name = self._row_name(base, physical)
        return Plan(contract_table, base, cells, where, unique, physical, row_name, is_view)

    def _row_name(self, base: FromClause, physical: tuple[str | None, str] | None) -> Expression | None:
        """SQLite's rowid, PostgreSQL's ctid, elsewhere a primary key of one column; None for views."""
        if physical is None or physical[1] in self._views(physical[0]):
            return None
        schema, name = physical
        keys = self.inspector.get_pk_constraint(name, schema=schema).get("constrained_columns") or []
        own = {"sqlite": "rowid", "postgresql": "ctid"}.get(self.engine.dialect.name)
        if own is None:
            return base.c[keys[0]] if len(keys) == 1 else None
        named: Expression = literal_column(own)
        if own == "rowid" and not self._has_rowid(name, schema):
            return None
        return cast(named, types.Text) if own == "ctid" else named

    def _views(self, schema: str | None) -> set[str]:
        return {*self.inspector.get_view_names(schema=schema)}

    def _has_rowid(self, name: str, schema: str | None) -> bool:
        try:
            with self.engine.connect() as connection:
                asked: Select[Any] = select(literal_column("rowid")).select_from(table(name, schema=schema))
                connection.execute(asked.limit(0)).close()
        except SQLAlchemyError:
            return False
        return True

    def _cell(
        self, contract_table: Table, mapping: TableMapping, base: FromClause, ours: str, found: Found
    ) -> Cell:
        contract_column = _contract_column(contract_table, ours)
        raw = base.c[found.name]
        if values := mapping.values.get(ours):
            mapped = self.cleaning.mapped(raw, found.native, values)
            return Cell(
                ours, contract_column, mapped, Native.TEXT, collated=False, plain=False, source=found.name
            )
        return Cell(
            ours, contract_column, raw, found.native, found.nullable, found.collated, source=found.name
        )

    def _unique(
        self, physical: tuple[str | None, str], matched: Mapping[str, Found]
    ) -> tuple[frozenset[str], ...]:
        schema, name = physical
        ours = {f.name: o for o, f in matched.items()}
        pk = self.inspector.get_pk_constraint(name, schema=schema).get("constrained_columns") or []
        sets: list[list[Any]] = [
            pk,
            *([*u["column_names"]] for u in self.inspector.get_unique_constraints(name, schema=schema)),
        ]
        for index in self.inspector.get_indexes(name, schema=schema):
            partial = any(key.endswith("_where") for key in index.get("dialect_options", {}))
            if index["unique"] and not partial:
                sets.append([*index["column_names"]])
        return tuple(
            frozenset(ours[n] for n in names) for names in sets if names and all(n in ours for n in names)
        )

    def _readable(self, plan: Plan) -> bool:
        """Asks for no row: a view that broke or a right that lacks shows up here and not on a page."""
        wanted = [cell.raw.label(name) for name, cell in plan.cells.items()]
        try:
            with self.engine.connect() as connection:
                connection.execute(select(*wanted).select_from(plan.base).limit(0)).close()
        except SQLAlchemyError as error:
            self.result.missing.append(f"{plan.where} can't be read: {_reason(error)}")
            return False
        return True


# --- types ----------------------------------------------------------------------------------------------

_NATIVES: Final[tuple[tuple[Any, Native], ...]] = (
    (types.Boolean, Native.BOOLEAN),
    (mysql.TIMESTAMP, Native.INSTANT),
    (mysql.BIT, Native.OTHER),
    (types.Integer, Native.INTEGER),
    (types.Numeric, Native.NUMBER),
    (types.Double, Native.NUMBER),
    (types.Float, Native.NUMBER),
    (types.Date, Native.DATE),
)
_POSTGRES_NAMES: Final = {
    "bool": Native.BOOLEAN,
    "timestamp": Native.NAIVE,
    "timestamptz": Native.INSTANT,
    "date": Native.DATE,
    **dict.fromkeys(("int2", "int4", "int8", "oid"), Native.INTEGER),
    **dict.fromkeys(("float4", "float8", "numeric", "money"), Native.NUMBER),
    **dict.fromkeys(("text", "varchar"), Native.TEXT),
}
_MYSQL_CODES: Final = {
    7: Native.INSTANT,
    10: Native.DATE,
    12: Native.NAIVE,
    **dict.fromkeys((1, 2, 3, 8, 9, 13), Native.INTEGER),
    **dict.fromkeys((0, 4, 5, 246), Native.NUMBER),
    **dict.fromkeys((252, 253, 254), Native.TEXT),
}


def _native_of(type_: types.TypeEngine[Any]) -> Native:
    if isinstance(type_, types.DateTime):
        return Native.INSTANT if type_.timezone else Native.NAIVE
    if isinstance(type_, types.Enum):
        return Native.OTHER
    if isinstance(type_, types.CHAR):
        return (
            Native.OTHER
            if type(type_).__module__.startswith("sqlalchemy.dialects.postgresql")
            else Native.TEXT
        )
    return Native.TEXT if isinstance(type_, types.String) else Native.OTHER


def _affinity(type_: types.TypeEngine[Any]) -> Native:
    """SQLite's rules for the declared type; what a cell holds is another question."""
    declared = "" if isinstance(type_, types.NullType) else str(type_).upper()
    if "INT" in declared:
        return Native.INTEGER
    if any(word in declared for word in ("CHAR", "CLOB", "TEXT")):
        return Native.TEXT
    return Native.DYNAMIC if not declared or "BLOB" in declared else Native.NUMBER


def _sampled(values: Iterable[object], dialect: str) -> Native:
    """The type of a column that only its cells can tell."""
    if dialect == "sqlite":
        return Native.DYNAMIC
    kinds = {_PYTHON.get(type(value).__name__, Native.OTHER) for value in values if value is not None}
    return kinds.pop() if len(kinds) == 1 else Native.OTHER


_PYTHON: Final = {
    "str": Native.TEXT,
    "int": Native.INTEGER,
    "bool": Native.BOOLEAN,
    "float": Native.NUMBER,
    "Decimal": Native.NUMBER,
    "datetime": Native.NAIVE,
    "date": Native.DATE,
}


def _is_collated(type_: types.TypeEngine[Any], loose: bool) -> bool:  # noqa: FBT001 - a column's own word first
    collation = getattr(type_, "collation", None)
    if collation:
        return not str(collation).endswith("_bin")
    return loose


def _is_rowid(found: Mapping[str, Any], keys: set[str]) -> bool:
    return len(keys) == 1 and str(found["type"]).upper() == "INTEGER"


# --- small things ---------------------------------------------------------------------------------------


def _names(inspector: Inspector, schema: str | None) -> set[str]:
    names = {*inspector.get_table_names(schema=schema), *inspector.get_view_names(schema=schema)}
    if inspector.dialect.name == "postgresql":
        names |= {*inspector.get_materialized_view_names(schema=schema)}
    return names


def _named(found: Mapping[str, Found], wanted: str) -> Found | None:
    """Their column of that name, exactly or but for case."""
    return found.get(wanted) or next(
        (f for f in found.values() if f.name.casefold() == wanted.casefold()), None
    )


def _contract_column(contract_table: Table, ours: str) -> Column | None:
    return contract_table[ours] if ours in contract_table else None  # noqa: SIM401 - a Table is no dict


def _constant(contract_table: Table, ours: str, value: Constant) -> Cell:
    contract_column = _contract_column(contract_table, ours)
    if isinstance(value, str):
        return Cell(ours, contract_column, literal(value, types.Text()), Native.TEXT, plain=False)
    if isinstance(value, bool) or (contract_column is not None and contract_column.type is Type.TEXT):
        return Cell(
            ours, contract_column, literal(str(value).lower(), types.Text()), Native.TEXT, plain=False
        )
    native = Native.INTEGER if isinstance(value, int) else Native.NUMBER
    return Cell(ours, contract_column, literal(value, SQL_TYPES[native]), native, plain=False)


def _textual(sql: str, columns: Iterable[Any]) -> TextualSelect:
    """The operator's SELECT: none of its colons is a parameter, its last comment ends with its line."""
    escaped = re.sub(r"(?<![:\\]):(?=\w)", r"\\:", sql)
    return text(f"{escaped}\n").columns(*columns)


def _reason(error: SQLAlchemyError) -> str:
    original = getattr(error, "orig", None) or error
    return " ".join(str(original).split())[:300]
