"""Tandem's own tables in a SQL database, built from the contract: types, indexes, and filling them fast.

How a cell stands, by dialect:

            SQLite                                   PostgreSQL                MariaDB, MySQL
    time    TEXT 'YYYY-MM-DD HH:MM:SS', local        TIMESTAMP WITH TIME ZONE  DATETIME, local
    date    TEXT 'YYYY-MM-DD'                        DATE                      DATE
    number  REAL                                     DOUBLE PRECISION          DOUBLE
    boolean INTEGER 0 or 1                           INTEGER                   INTEGER
    text    TEXT                                     TEXT                      VARCHAR(190) where indexed,
    else TEXT

Local means: in the organisation's time zone. MariaDB compares text exactly (utf8mb4_bin). There are no
primary keys: a table may hold what its keeper wrote, duplicates and all, for the checks to find.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Any, Final, TypeAlias

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

from scorecard.contract import TABLES, Column, Type
from scorecard.edits import CHANGES

Row: TypeAlias = dict[str, Any]
Batches: TypeAlias = Iterable[tuple[str, Sequence[Row]]]

MARKER: Final = "tandem_demo"
ATTRIBUTES: Final = ("industry", "company_size", "job_level", "region")  # the leads' own columns in the demo
_MYSQL: Final = frozenset({"mysql", "mariadb"})
_INDEXED_TEXT: Final = 190  # four of them fit into MariaDB's longest index key, 3,072 bytes
_NEW, _OLD = "tandem_new_", "tandem_old_"

INDEXES: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "leads": (
        ("handed_off_at", "source", "owner", "marketing_owner", "assigned_at", "first_touch_at",
         "accepted_at",
         "rejected_at"),
        ("created_at", "source", "owner"),
        ("mql_at", "source", "marketing_owner"),
        ("sql_at", "source", "owner"),
        ("opportunity_at", "source", "owner", "amount"),
        ("won_at", "source", "owner", "amount"),
        ("lost_at", "source", "owner", "amount"),
        ("rejected_at", "reject_reason", "source"),
        ("lead_id", "pass_no"),
        ("pass_no", "lead_id"),
    ),
    "touches": (("lead_id", "at"), ("at",)),
    "orders": (("closed_at", "amount", "currency", "channel", "lead_id"), ("lead_id",)),
    "spend": (("date", "campaign_id", "amount"),),
    "web": (("date", "campaign_id"),),
}  # fmt: skip


class NotOurDemoError(Exception):
    """The database holds tables that are not a demo company's; nothing was touched."""


def indexes() -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """The indexes that make the scorecard fast: columns by table, in order."""
    return INDEXES


def metadata(dialect_name: str, prefix: str = "") -> sa.MetaData:
    """The contract's tables, and the marker, with types natural to the dialect; without indexes."""
    found = sa.MetaData()
    for table in TABLES.values():
        columns = [sa.Column(c.name, column_type(dialect_name, table.name, c)) for c in table.columns]
        if table.open_ended:
            columns += [sa.Column(name, _text(dialect_name, short=True)) for name in ATTRIBUTES]
        sa.Table(prefix + table.name, found, *columns, **options(dialect_name))
    marker = ("version", "seed", "leads", "as_of")
    sa.Table(prefix + MARKER, found, *(sa.Column(name, sa.TEXT) for name in marker), **options(dialect_name))
    return found


def options(dialect_name: str) -> dict[str, Any]:
    options = {"charset": "utf8mb4", "collate": "utf8mb4_bin", "engine": "InnoDB"}
    return {
        f"{d}_{name}": value
        for d in ("mysql", "mariadb")
        for name, value in options.items()
        if d == dialect_name
    }


def column_type(dialect_name: str, table: str, column: Column) -> TypeEngine[Any]:
    """How a column of that table stands in that database."""
    sqlite = dialect_name == "sqlite"
    match column.type:
        case Type.TIME:
            local = sa.TEXT() if sqlite else mysql.DATETIME()
            return sa.TIMESTAMP(timezone=True) if dialect_name == "postgresql" else local
        case Type.DATE:
            return sa.TEXT() if sqlite else sa.Date()
        case Type.INTEGER | Type.BOOLEAN:
            return sa.Integer()
        case Type.NUMBER | Type.MONEY | Type.SHARE:
            return sa.REAL() if sqlite else sa.Double()
        case Type.TEXT:
            if table == CHANGES and column.name in ("before", "after") and dialect_name in _MYSQL:
                return mysql.MEDIUMTEXT()  # several texts in one cell: TEXT ends at 64 KB
            indexed = any(column.name in columns for columns in INDEXES.get(table, ()))
            return _text(
                dialect_name, short=bool(indexed or column.key or column.references or column.allowed)
            )


def _text(dialect_name: str, *, short: bool) -> TypeEngine[Any]:
    return sa.String(_INDEXED_TEXT) if short and dialect_name in _MYSQL else sa.TEXT()


def marker(engine: sa.Engine) -> dict[str, str] | None:
    """What the demo in a database says of itself (version, seed, leads, as_of); None when there is none."""
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table(MARKER):
            return None
        rows = connection.execute(sa.select(_marker_columns())).mappings().all()
    return {str(key): str(value) for key, value in rows[0].items()} if rows else None


def _marker_columns() -> sa.TableClause:
    return sa.table(MARKER, *(sa.column(name) for name in ("version", "seed", "leads", "as_of")))


def refuse_others(engine: sa.Engine) -> None:
    """Raises NotOurDemoError when the database has a table of these names that no demo put there."""
    with engine.connect() as connection:
        there = set(sa.inspect(connection).get_table_names()) | set(sa.inspect(connection).get_view_names())
    foreign = sorted(there & TABLES.keys())
    if foreign and MARKER not in there:
        raise NotOurDemoError(
            f"{engine.url.render_as_string()} has tables that are no demo company's ({', '.join(foreign)}). "
            "Nothing was changed. Choose an empty database, or one with an older demo."
        )


def write(
    engine: sa.Engine,
    batches: Batches,
    zone: tzinfo,
    mark: Mapping[str, str],
    finish: Callable[[sa.Engine], None] | None = None,
) -> None:
    """Fills the database with these tables, in place of an older demo, whole or not at all.

    Each batch's rows have the table's columns. `zone` is that of naive times. `finish` may add to the new
    tables: it gets the new SQLite file's engine before the swap, elsewhere the database's own after it.
    Raises NotOurDemoError when other tables of these names are there.
    """
    refuse_others(engine)
    marked = _with_marker(batches, mark)
    if engine.dialect.name == "sqlite":
        _write_sqlite(engine, marked, finish)
        return
    if engine.dialect.name == "postgresql":
        _write_postgresql(engine, marked, zone)
    else:
        _write_by_rename(engine, marked)
    if finish is not None:
        finish(engine)


def _with_marker(batches: Batches, mark: Mapping[str, str]) -> Iterator[tuple[str, Sequence[Row]]]:
    yield from batches
    yield MARKER, [dict(mark)]


def _create_indexes(connection: sa.Connection, tables: sa.MetaData, prefix: str = "") -> None:
    for name, wanted in INDEXES.items():
        table = tables.tables[prefix + name]
        for columns in wanted:
            label = f"ix_{name}_{'_'.join(columns[:2])}"
            sa.Index(label, *(table.c[c] for c in columns)).create(connection)


def _cells(
    rows: Sequence[Row], table: sa.Table, convert: Mapping[str, Callable[[Any], Any]]
) -> Iterator[tuple[Any, ...]]:
    """The rows as tuples in the table's order, turned by column, which is quicker than by cell."""
    columns = []
    for name in table.columns.keys():  # noqa: SIM118 - a ColumnCollection iterates over columns
        values = [row[name] for row in rows]
        turn = convert.get(name)
        columns.append(values if turn is None else [None if v is None else turn(v) for v in values])
    return zip(*columns, strict=True)


def _of_type(table: str, *types: Type) -> list[str]:
    return [c.name for c in TABLES[table].columns if c.type in types] if table in TABLES else []


# SQLite


def _write_sqlite(engine: sa.Engine, batches: Batches, finish: Callable[[sa.Engine], None] | None) -> None:
    """Into a new file beside the old one, then swapped; a database in memory is filled where it is."""
    path = engine.url.database
    if path in {None, "", ":memory:"}:
        _fill_sqlite(engine, batches)
        if finish is not None:
            finish(engine)
        return
    new = Path(f"{path}.{os.getpid()}.new")
    remove(new)
    try:
        building = sa.create_engine(engine.url.set(database=str(new)), poolclass=sa.NullPool)
        _fill_sqlite(building, batches)
        if finish is not None:
            finish(building)
        building.dispose()
        engine.dispose()
        _side_files(Path(str(path)))  # a write-ahead log of the old file must not be read into the new one
        new.replace(str(path))
    finally:
        remove(new)


def remove(path: Path) -> None:
    """Deletes a SQLite file and what stands beside it, where they are there."""
    path.unlink(missing_ok=True)
    _side_files(path)


def _side_files(path: Path) -> None:
    for suffix in ("-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).unlink()


def _fill_sqlite(engine: sa.Engine, batches: Batches) -> None:
    tables = metadata("sqlite")
    with engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-65536", "temp_store=FILE"):
            raw.execute(f"PRAGMA {pragma}")
        tables.drop_all(connection)
        tables.create_all(connection)
        for name, rows in batches:
            table = tables.tables[name]
            insert = str(sa.insert(table).compile(dialect=engine.dialect))
            convert = dict.fromkeys(_of_type(name, Type.TIME, Type.DATE), str)
            raw.executemany(insert, _cells(rows, table, convert))
        _create_indexes(connection, tables)
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
        raw.execute("PRAGMA journal_mode=DELETE")


# PostgreSQL


def _write_postgresql(engine: sa.Engine, batches: Batches, zone: tzinfo) -> None:
    """In one transaction: readers see the old tables until all is there."""
    tables = metadata("postgresql")
    with engine.begin() as connection:
        raw: Any = connection.connection.driver_connection
        tables.drop_all(connection)
        tables.create_all(connection)
        quote = engine.dialect.identifier_preparer.quote
        for name, rows in batches:
            table = tables.tables[name]
            columns = ", ".join(quote(c.name) for c in table.columns)
            convert: dict[str, Callable[[Any], Any]] = dict.fromkeys(_of_type(name, Type.DATE), _date_or_none)
            convert |= dict.fromkeys(_of_type(name, Type.TIME), lambda v: _instant(v, zone))
            with raw.cursor() as cursor, cursor.copy(f"COPY {quote(name)} ({columns}) FROM STDIN") as copy:
                for cells in _cells(rows, table, convert):
                    copy.write_row(cells)
        _create_indexes(connection, tables)
        connection.exec_driver_sql("ANALYZE")


def _instant(value: object, zone: tzinfo) -> str | None:
    """A naive time with its zone's offset; what is no time a typed column can't hold."""
    return str(value.replace(tzinfo=zone)) if isinstance(value, datetime) else None


def _date_or_none(value: object) -> date | None:
    return value if isinstance(value, date) else None


# MariaDB, MySQL and others


def _write_by_rename(engine: sa.Engine, batches: Batches) -> None:
    """Into tables of other names, then swapped by one RENAME TABLE: DDL has no transaction here."""
    tables = metadata(engine.dialect.name, _NEW)
    old = metadata(engine.dialect.name, _OLD)
    with engine.connect() as connection:
        tables.drop_all(connection)
        tables.create_all(connection)
        for name, rows in batches:
            table = tables.tables[_NEW + name]
            convert: dict[str, Callable[[Any], Any]] = dict.fromkeys(
                _of_type(name, Type.DATE, Type.TIME), _date_or_none
            )
            keys = list(table.columns.keys())
            connection.execute(
                sa.insert(table), [dict(zip(keys, row, strict=True)) for row in _cells(rows, table, convert)]
            )
            connection.commit()
        _create_indexes(connection, tables, _NEW)
        old.drop_all(connection)
        _rename(connection)
        old.drop_all(connection)
        quote = engine.dialect.identifier_preparer.quote
        connection.exec_driver_sql("ANALYZE TABLE " + ", ".join(quote(name) for name in TABLES)).all()
        connection.commit()


def _rename(connection: sa.Connection) -> None:
    quote = connection.dialect.identifier_preparer.quote
    there = set(sa.inspect(connection).get_table_names())
    moves = []
    for name in (*TABLES, MARKER):
        if name in there:
            moves.append(f"{quote(name)} TO {quote(_OLD + name)}")
        moves.append(f"{quote(_NEW + name)} TO {quote(name)}")
    connection.exec_driver_sql("RENAME TABLE " + ", ".join(moves))
