"""Writing to a SQL database: one transaction per write, by an engine of its own that nothing is read with.

In it the row is read again and compared with what the user saw, written, read back, and noted in `changes`;
any doubt takes everything back. Names and values go through the configuration's mapping in reverse. Data are
bound, never part of a statement.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import RLock
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, MetaData, event, func, select
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.schema import CreateTable

from data_sources import embedded
from data_sources.cleaning import Cleaning, Expression, Native
from data_sources.config import Config
from data_sources.engines import explained, label, parsed, place, read_only_engine, writing_engine
from data_sources.errors import scrubbed
from data_sources.mapping import TableMapping
from data_sources.relations import TableReader
from data_sources.sql_cells import outgoing
from data_sources.tables import Cell, Plan, catalogue
from data_sources.writing import CannotHoldError, ConflictError, NotWrittenError, is_kept, theirs
from scorecard import small
from scorecard.contract import TABLES
from scorecard.dataset import Kind
from scorecard.edits import CHANGES, Edit, Row, Value, Write, differing
from scorecard.settings import Settings

_TURN: Final = 7_316_402_881  # the number of the lock by which Tandem's processes take turns
_TURN_NAME: Final = "tandem_writing"
_TURN_SECONDS: Final = 10
_KNOWN_SECONDS: Final = 60.0
_NAMED_LOCKS: Final = ("mysql", "mariadb")
_LOCKING: Final = ("postgresql", *_NAMED_LOCKS)


@dataclass(frozen=True)
class _Target:
    """A table to write to: how it was found, how its cells stand, and itself with its own types."""

    plan: Plan
    kinds: Mapping[str, Kind]
    table: sa.TableClause

    @property
    def name(self) -> str:
        return self.plan.table.name

    def own(self, cell: Cell) -> Expression:
        """The column itself, under its own name and values."""
        assert cell.source is not None  # noqa: S101 - constants have none, and are left out before
        return self.plan.base.c[cell.source]


class SqlWriter:
    """Writes to one database; see `writing.Writer`."""

    refusal: str | None = None

    def __init__(self, config: Config, name: str | None = None) -> None:
        """SourceError when the URL isn't one; nothing is connected to yet.

        `name`: how to speak of the database.
        """
        self.config = config
        self.url = parsed(config.source)
        self.label = name or label(self.url)
        self._lock = RLock()
        self._engines: tuple[Engine, Engine] | None = None
        self._known: dict[str, tuple[float, _Target]] = {}

    def write(self, write: Write, how: Settings) -> bool:
        try:
            with self._lock:
                return self._written(write, how)
        except NotWrittenError:
            self._known.clear()  # perhaps its keeper has put right what was known
            raise
        except (SQLAlchemyError, OSError) as error:
            self._known.clear()
            reason = self._why(error)
        raise NotWrittenError(reason)  # out here, so that the driver's own words don't hang on to it

    def close(self) -> None:
        if self._engines is not None:
            for engine in self._engines:
                engine.dispose()
        self._engines = None

    def _opened(self) -> tuple[Engine, Engine]:
        """What reads the catalogue, and what writes."""
        if self._engines is None:
            self._engines = read_only_engine(self.url), writing_engine(self.url)
        return self._engines

    # --- one write

    def _written(self, write: Write, how: Settings) -> bool:
        targets = self._targets(sorted({edit.table for edit in write.edits} | {CHANGES}))
        _, engine = self._opened()
        try:
            with engine.connect() as connection, _turn(connection):
                with connection.begin():
                    fresh = self._in_transaction(connection, targets, write, how)
                _tell_counters(connection)
                return fresh
        except DBAPIError as error:
            # the answer to the last word may be lost, or another process was first with the same write
            was_first = isinstance(error, IntegrityError)
            if not (was_first or error.connection_invalidated) or not self._stands(targets, write.change_id):
                raise
            return not was_first

    def _in_transaction(
        self, connection: Connection, targets: Mapping[str, _Target], write: Write, how: Settings
    ) -> bool:
        if _is_noted(connection, targets[CHANGES], write.change_id):
            return False
        for edit in write.edits:
            _Rows(self, connection, targets[edit.table], how).apply(edit)
        for line in write.recorded(how.zone):
            _Rows(self, connection, targets[CHANGES], how).insert(line)
        return True

    def _stands(self, targets: Mapping[str, _Target], change_id: str) -> bool:
        with self._opened()[1].connect() as connection:
            return _is_noted(connection, targets[CHANGES], change_id)

    # --- where the tables stand

    def _targets(self, names: Sequence[str]) -> dict[str, _Target]:
        """The tables, made where they aren't there yet; how they are built is looked at once a minute."""
        now = time.monotonic()
        known = {name: target for name, (at, target) in self._known.items() if now - at < _KNOWN_SECONDS}
        asked = [name for name in names if name not in known]
        if asked:
            plans = self._plans(asked)
            lacking = [name for name in asked if name not in plans]
            for name in lacking:
                self._make(name)
            plans |= self._plans(lacking) if lacking else {}
            known |= {name: self._target(name, plans.get(name)) for name in asked}
            self._known |= {name: (now, known[name]) for name in asked}
        return {name: known[name] for name in names}

    def _plans(self, names: Sequence[str]) -> dict[str, Plan]:
        for name in names:
            if self._mapping(name).select is not None:
                raise NotWrittenError(
                    f"{name} is a SELECT of the configuration, which can be read but not written to. "
                    f"Make it a table "
                    f"(tandem.tables.{name}.table) to enter something here."
                )
        return catalogue(self._opened()[0], self.config, self.label, names).plans

    def _mapping(self, name: str) -> TableMapping:
        return self.config.tables.get(name, TableMapping())

    def _target(self, name: str, plan: Plan | None) -> _Target:
        if plan is None or plan.physical is None:
            raise NotWrittenError(
                f"{self.label} has no table {name} that can be read; the Data page says why."
            )
        if plan.is_view:
            raise NotWrittenError(
                f"{plan.where} in {self.label} is a view, so {name} can't be written to. Name the "
                f"table behind it in "
                f"tandem.tables.{name}.table to enter something here."
            )
        reader = TableReader(plan, self._opened()[0])
        kinds = {column: clean.kind for column, clean in reader.cleaned(reader.survey()).items()}
        return _Target(plan, kinds, self._typed(plan))

    def _typed(self, plan: Plan) -> sa.TableClause:
        """The table with its columns' own types; SQLite's cells are what is put into them."""
        if self.url.get_backend_name() == "sqlite" or plan.physical is None:
            return sa.table(plan.where, *(sa.column(c.name) for c in plan.base.c))
        schema, name = plan.physical
        found = sa.Table(name, MetaData(), schema=schema, autoload_with=self._opened()[0], resolve_fks=False)
        # without its key and defaults, which are the database's own matter
        return sa.table(name, *(sa.column(c.name, c.type) for c in found.c), schema=schema)

    def _make(self, name: str) -> None:
        """Makes a table of the contract; where the account may not, says what its keeper has to run."""
        table = new_table(self._opened()[1].dialect.name, name, self._mapping(name).table)
        try:
            with self._opened()[1].begin() as connection:
                connection.execute(CreateTable(table, if_not_exists=True))
        except SQLAlchemyError as error:
            if _BUSY.search(str(error)) or (isinstance(error, DBAPIError) and error.connection_invalidated):
                raise  # it was no matter of rights
            statement = " ".join(str(CreateTable(table).compile(dialect=self._opened()[1].dialect)).split())
        else:
            return
        raise NotWrittenError(
            f"{self.label} has no table {name} yet, and this account may not make it. Have its keeper "
            f"run: {statement};"
        )

    # --- what went wrong

    def _why(self, error: SQLAlchemyError | OSError) -> str:
        original = getattr(error, "orig", None) or error
        message = scrubbed(str(original), self.config.source)
        for pattern, sentence in _CAUSES:
            if re.search(pattern, message, re.IGNORECASE):
                return sentence.format(where=place(self.url), user=self.url.username)
        told = str(explained(error, self.config.source))
        if isinstance(error, (IntegrityError, DataError)) or "could not be read:" in told:
            return f"{place(self.url)} refuses the row, so nothing was written: {message[:300]}"
        return f"Nothing was written. {told}"


_BUSY: Final = re.compile(r"(?i)database is locked|lock timeout|\(1205,|\(1213,|deadlock|could not serialize")
_CAUSES: Final = (
    (
        r"permission denied|\(1142,|\(1143,|\(1044,|not authorized|command denied",
        (
            "{where}: user {user!r} may not write what was entered. Grant it SELECT, INSERT and "
            "UPDATE on that table, "
            "or take [tandem.writing] out of the configuration."
        ),
    ),
    (
        r"readonly database|read-only|\(1290,|\(1792,|unable to open database file",
        (
            "{where} can't be written to by this account, so nothing was written. Give it the right, or take "
            "[tandem.writing] out of the configuration."
        ),
    ),
    (
        _BUSY.pattern,
        ("{where} is being written to by somebody else, so nothing was written. Send it again in a moment."),
    ),
    (
        r"\(1366,|character with byte sequence|can't be encoded",
        (
            "{where} can't hold one of these characters in its column, so nothing was written. Leave "
            "out signs such "
            "as emoji, or have its keeper change the column to UTF-8 (utf8mb4)."
        ),
    ),
)


# --- rows -------------------------------------------------------------------------------------------------


class _Rows:
    """The rows of one table within a transaction."""

    def __init__(self, writer: SqlWriter, connection: Connection, target: _Target, how: Settings) -> None:
        self.writer, self.connection, self.target, self.how = writer, connection, target, how
        self.mapping = writer._mapping(target.name)  # noqa: SLF001 - the two are one
        self.contract = target.plan.table
        self.key = [target.plan.cells[name] for name in self.contract.key if name in target.plan.cells]

    def apply(self, edit: Edit) -> None:
        if edit.is_new:
            if self.contract.key and (there := self._found(edit.key)):
                raise ConflictError(edit, there[0][1])
            self.insert(edit.after)
            self._read_back(edit)
            return
        self._alter(edit)
        self._read_back(edit)

    def insert(self, after: Row) -> None:
        self.connection.execute(sa.insert(self.target.table).values(self._outgoing(after)))

    def _alter(self, edit: Edit) -> None:
        assert edit.before is not None  # noqa: S101 - else it would be new
        found = self._found(edit.key, lock=True)
        if not found:
            raise ConflictError(edit, None)
        if len(found) > 1:
            raise NotWrittenError(
                f"{len(found)} rows of {self.target.plan.where} have the key {edit.key_text}, so it "
                f"can't be told which "
                "is meant. Keep one of them, then send this again."
            )
        raw, now = found[0]
        if differing(edit.before, now):
            raise ConflictError(edit, now)
        changed = self.connection.execute(
            sa.update(self.target.table)
            .where(*self._is(raw, self.target.table))
            .values(self._outgoing(edit.after))
        )
        if changed.rowcount != 1:
            raise NotWrittenError(
                f"{self.target.plan.where}: {changed.rowcount} rows would have changed, not one."
            )

    # --- finding

    def _found(self, key: Sequence[Value], *, lock: bool = False) -> list[tuple[tuple[Any, ...], Row]]:
        """The rows with that key: its cells as they are stored, and the row as `small.rows` has it."""
        raws = {raw for raw in self._keys() if self._reads(raw) == list(key)}
        return [found for raw in raws for found in self._rows(raw, lock=lock) if self._has(found[1], key)]

    def _keys(self) -> list[tuple[Any, ...]]:
        columns = [self.target.own(cell) for cell in self._own_key()]
        asked = select(*columns).select_from(self.target.plan.base).distinct()
        return [tuple(row) for row in self.connection.execute(asked)]

    def _own_key(self) -> list[Cell]:
        return [cell for cell in self.key if cell.source is not None]

    def _reads(self, raw: Sequence[Any]) -> list[Value]:
        """A stored key as its values."""
        stored = {
            cell.name: self._ours(cell.name, value) for cell, value in zip(self._own_key(), raw, strict=True)
        }
        constants = {
            name: value for name, value in self.mapping.constants.items() if name in self.contract.key
        }
        row = small.typed(self.contract.name, {n: self.target.kinds[n] for n in stored}, stored, self.how)
        return [constants.get(name, row[name]) for name in self.contract.key]

    def _ours(self, name: str, value: Any) -> Any:
        """A stored value under our name for it."""
        values = self.mapping.values.get(name)
        return values.get(str(value).strip(), value) if values and value is not None else value

    def _rows(self, raw: tuple[Any, ...], *, lock: bool) -> list[tuple[tuple[Any, ...], Row]]:
        plan = self.target.plan
        asked = select(*(cell.raw.label(name) for name, cell in plan.cells.items())).select_from(plan.base)
        asked = asked.where(*self._is(raw, plan.base))
        if lock and self.connection.dialect.name in _LOCKING:
            asked = asked.with_for_update()
        return [(raw, self._typed(row)) for row in self.connection.execute(asked).mappings()]

    def _typed(self, row: Mapping[Any, Any]) -> Row:
        return small.typed(
            self.contract.name, self.target.kinds, {str(k): v for k, v in row.items()}, self.how
        )

    def _is(self, raw: Sequence[Any], table: Any) -> list[Any]:
        """The row with these stored cells. MariaDB is asked twice, since it may take 'a' and 'A' for one."""
        cleaning = Cleaning(self.connection.dialect.name)
        conditions: list[Any] = []
        for cell, value in zip(self._own_key(), raw, strict=True):
            column = table.c[str(cell.source)]
            conditions.append(column.is_(None) if value is None else column == value)
            if isinstance(value, str) and cleaning.dialect == "mysql":
                conditions.append(cleaning.exact(column) == value)
        return conditions

    def _has(self, row: Row, key: Sequence[Value]) -> bool:
        return [row[name] for name in self.contract.key] == list(key)

    # --- what goes in, and whether it stayed what it was

    def _outgoing(self, after: Row) -> dict[str, Any]:
        found = {}
        for name, value in after.items():
            cell = self.target.plan.cells.get(name)
            if cell is None:
                self._refuse_missing(name, value)
            elif cell.source is None:
                self._refuse_other(name, value)
            else:
                found[cell.source] = self._stored(cell, value)
        return found

    def _stored(self, cell: Cell, value: Value) -> Any:
        values = self.mapping.values.get(cell.name)
        kind = self.target.kinds[cell.name]
        native = self._native(cell)
        try:
            if values and value is not None:
                return outgoing(theirs(values, str(value)), cell.column, native, Kind.TEXT, self._place())
            return outgoing(value, cell.column, native, kind, self._place())
        except CannotHoldError as error:
            reason = f"{cell.source} of {self.target.plan.where} in {self.writer.label} {error}"
        raise NotWrittenError(reason)

    def _place(self) -> tuple[str, Any]:
        return Cleaning(self.connection.dialect.name).dialect, self.how.zone

    def _native(self, cell: Cell) -> Native:
        """How the database types the column itself, also where its values are mapped."""
        return cell.native if cell.plain else Native.TEXT

    def _refuse_missing(self, name: str, value: Value) -> None:
        if value is not None:
            raise NotWrittenError(
                f"{self.target.plan.where} in {self.writer.label} has no column {name}, so nothing "
                f"was written: part of "
                "it would be lost. Ask its keeper to add the column."
            )

    def _refuse_other(self, name: str, value: Value) -> None:
        fixed = self.mapping.constants.get(name)
        if value is not None and str(value) != str(fixed):
            raise NotWrittenError(
                f"The configuration says that {name} of {self.target.name} is always {fixed}, so it "
                f"can't be {value}."
            )

    def _read_back(self, edit: Edit) -> None:
        """A column that is too short or too coarse would keep something else than was entered."""
        if not self.contract.key:
            return
        found = self._found(edit.key)
        now = found[0][1] if len(found) == 1 else {}
        wrong = [
            name
            for name, value in edit.after.items()
            if not is_kept(self.contract, name, value, now.get(name))
        ]
        wrong = [name for name in wrong if self.target.kinds.get(name) is not Kind.DATE]
        if wrong:
            raise NotWrittenError(
                f"{wrong[0]} of {self.target.plan.where} in {self.writer.label} would keep something "
                f"else than was "
                f"entered, so nothing was written. Ask its keeper for a wider column: "
                f"{self.contract[wrong[0]].type}."
            )


def _is_noted(connection: Connection, changes: _Target, change_id: str) -> bool:
    cell = changes.plan.cells.get("change_id")
    if cell is None:
        raise NotWrittenError(
            f"{changes.plan.where} has no column change_id. Make it as docs/writing.md says."
        )
    asked = select(func.count()).select_from(changes.plan.base).where(cell.raw == change_id)
    return bool(connection.execute(asked).scalar())


# --- taking turns -----------------------------------------------------------------------------------------


@contextmanager
def _turn(connection: Connection) -> Iterator[None]:
    """Tandem's own writes come one after the other, of all its processes, where the database helps."""
    dialect = connection.dialect.name
    if dialect == "postgresql":
        event.listen(connection, "begin", _queue)
    if dialect not in _NAMED_LOCKS:
        yield
        return
    if not connection.execute(select(func.get_lock(_TURN_NAME, _TURN_SECONDS))).scalar():
        raise NotWrittenError("Somebody else's entry is being written just now. Send this again in a moment.")
    connection.commit()
    try:
        yield
    finally:
        with suppress(SQLAlchemyError):
            connection.execute(select(func.release_lock(_TURN_NAME))).scalar()
            connection.commit()


def _queue(connection: Connection) -> None:
    connection.execute(select(func.pg_advisory_xact_lock(_TURN)))


def _tell_counters(connection: Connection) -> None:
    """PostgreSQL counts changes with a lag of a second; without it the page shows them at once."""
    if connection.dialect.name == "postgresql":
        with suppress(SQLAlchemyError):
            connection.execute(select(func.pg_stat_force_next_flush()))
            connection.commit()


# --- making tables ----------------------------------------------------------------------------------------


def new_table(dialect: str, name: str, called: str | None = None) -> sa.Table:
    """A table of the contract as Tandem makes it, with its key where all of it is always filled."""
    schema, _, bare = (called or name).rpartition(".")
    contract = TABLES[name]
    is_keyed = all(c.required or c.default is not None for c in contract.columns if c.key)
    columns = [
        sa.Column(
            c.name,
            embedded.column_type(dialect, name, c),
            primary_key=c.key and is_keyed,
            autoincrement=False,
        )
        for c in contract.columns
    ]
    return sa.Table(bare, MetaData(), *columns, schema=schema or None, **embedded.options(dialect))
