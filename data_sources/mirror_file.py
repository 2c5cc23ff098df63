"""Writing a mirror's SQLite file: the tables that changed, what the file says of itself."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from data_sources import embedded
from data_sources.mapping import OWN
from data_sources.mirror_state import State, from_json, to_json
from data_sources.typed_rows import TypedRows
from scorecard.contract import TABLES, Column, Type
from scorecard.prepared import MADE_OF

ROW: Final = f"{OWN}row"  # which row of the tab it was, counted from 1
_STATE: Final = sa.table(f"{OWN}mirror", sa.column("state"))
_TEXT: Final = Column("attribute", Type.TEXT, "")
INDEXES: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    # passes and feeds are prepared: what stays to be looked up here are leads by their keys
    "leads": (("lead_id", "pass_no"), ("pass_no", "lead_id")),
    "touches": embedded.INDEXES["touches"],
    "orders": (("lead_id",),),
}


def fill(
    path: Path,
    state: State,
    rows: Mapping[str, TypedRows],
    changed: Collection[str],
    finish: Callable[[sa.Engine, Collection[str] | None], None],
) -> None:
    """Puts `rows` into the file in place of what it has of the `changed` tables; a new one is made a mirror.

    `finish` runs when anything changed that prepared passes are made of, and is told what (None: all).
    """
    engine = _engine(path)
    sa.event.listen(engine, "connect", _for_filling)
    with engine.connect() as connection:
        there = set(sa.inspect(connection).get_table_names())
        for name in there & set(changed):
            sa.Table(name, sa.MetaData()).drop(connection)
        for name, found in rows.items():
            _write_table(connection, name, found)
        anew = _STATE.name not in there
        _write_state(connection, state, anew=anew)
        for name in rows:
            connection.execute(sa.text(f"ANALYZE {name}"))
        connection.commit()
    if set(changed) & set(MADE_OF) or anew:
        finish(engine, None if anew else changed)
    engine.dispose()
    with path.open("rb+") as file:
        os.fsync(
            file.fileno()
        )  # a file swapped in but not on the disk would be a broken one after a power cut


def _for_filling(raw: Any, _: object) -> None:
    """For a file that nobody reads yet, and that is thrown away when anything fails."""
    for pragma in (
        "journal_mode=OFF", "synchronous=OFF", "secure_delete=OFF", "cache_size=-16384",
        "analysis_limit=1000",
    ):  # fmt: skip
        raw.execute(f"PRAGMA {pragma}")


def state_of(path: Path) -> State | None:
    """What the file says of itself, None without one; SQLAlchemyError or ValueError when it is no mirror."""
    if not path.is_file():
        return None
    with _engine(path).connect() as connection:
        return from_json(str(connection.execute(sa.select(_STATE.c.state)).scalar_one()))


def _engine(path: Path) -> sa.Engine:
    return sa.create_engine(sa.URL.create("sqlite", database=str(path)), poolclass=sa.NullPool)


def _write_table(connection: sa.Connection, name: str, rows: TypedRows) -> None:
    columns = [sa.Column(n, _column_type(name, n)) for n in rows.columns]
    made = sa.Table(name, sa.MetaData(), *columns, sa.Column(ROW, sa.Integer()))
    made.create(connection)
    insert = str(sa.insert(made).compile(dialect=connection.dialect))
    raw: Any = connection.connection.driver_connection
    raw.executemany(insert, zip(*rows.columns.values(), rows.at, strict=True))
    for number, wanted in enumerate(INDEXES.get(name, ())):
        there = [made.c[n] for n in wanted if n in rows.columns]
        if wanted[0] in rows.columns:
            sa.Index(f"ix_{name}_{number}", *there).create(connection)


def _column_type(name: str, column: str) -> TypeEngine[Any]:
    """Times of large tables are seconds since 1970: what they are prepared from, and the smallest to keep."""
    table = TABLES[name]
    found = table[column] if column in table else _TEXT  # noqa: SIM401 - a Table is no dict
    if table.large and found.type is Type.TIME:
        return sa.Integer()
    return embedded.column_type("sqlite", name, found)


def _write_state(connection: sa.Connection, state: State, *, anew: bool) -> None:
    if anew:
        sa.Table(_STATE.name, sa.MetaData(), sa.Column("state", sa.TEXT())).create(connection)
    connection.execute(_STATE.delete())
    connection.execute(_STATE.insert(), {"state": to_json(state)})
