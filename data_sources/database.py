"""A SQL database as a source: read where it stands, never written, its names mapped by configuration.

`Database.probe()` says cheaply which state the database is in, `Database.open()` hands that state over as a
`scorecard.dataset.Dataset`. How the probe sees a change:

- SQLite: the file's and the write-ahead log's time, size and change counters.
- PostgreSQL: the counters of rows inserted, updated and deleted in the tables read (pg_stat_user_tables). The
  server counts with a lag of a second or so: a change may be seen by the probe after the next.
- MariaDB, MySQL: the tables' update_time, in whole seconds: for two seconds after a change each probe is new.
- Views, SELECTs, and all other databases: the time in steps of `refresh_seconds`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from threading import RLock
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, column, func, inspect, select, table, text
from sqlalchemy.exc import SQLAlchemyError

from data_sources.config import Config
from data_sources.engines import explained, label, parsed, read_only_engine, sqlite_path
from data_sources.errors import SourceError
from data_sources.flaws import LateProblems, flaws
from data_sources.relations import Repeats, Survey, TableReader
from data_sources.tables import Catalogue, Plan, catalogue
from scorecard.contract import TABLES
from scorecard.dataset import Dataset, Relation, Stamp
from scorecard.prepared import is_fresh
from scorecard.problems import Problem

SURVEYS: Final = "tandem_surveys"  # in a store of our own: what its surveys found at load
_STORED: Final = table(SURVEYS, column("name"), column("found"))
_HEADER: Final = 32  # bytes of a write-ahead log's header; its salts change whenever the log starts anew
_WATCHED, _UNWATCHED = 2.0, 30.0  # seconds between two probes
_COUNTER: Final = (24, 4)  # where a SQLite file counts its changes

_T = TypeVar("_T")
States = dict[str, str]  # which state each table is in, by our name for it


def _now() -> datetime:
    return datetime.now(UTC)


class Database:
    """One database, with its engine: share it, and close it when it is no longer the source."""

    def __init__(self, source: Config | str, clock: Callable[[], datetime] = _now) -> None:
        """SourceError when the URL isn't one or its driver is missing; nothing is connected to yet."""
        self.config = Config(source=source) if isinstance(source, str) else source
        self.clock = clock
        self.url = parsed(self.config.source)
        self.label = label(self.url)
        self.engine = read_only_engine(self.url)
        self._lock = RLock()
        self._catalogue: Catalogue | None = None
        self._states: States = {}
        self._surveyed: tuple[States, Relations] | None = None
        self._file: int | None = None
        self._failures = 0

    def last(self) -> Dataset | None:
        """A database keeps itself: there is no earlier state of it."""
        return None

    def probe(self, *, everything: bool = False) -> str:  # noqa: ARG002 - it always sees everything
        """A short text that changes when the data do, at the same small price for any size."""
        try:
            version = self._guarded(self._version)
        except SourceError:
            self._failures += 1
            raise
        self._failures = 0
        return version

    def wait(self, *, watched: bool) -> float:
        """Seconds until the next probe; longer while nobody looks, and the longer the more of them failed."""
        return min((_WATCHED if watched else _UNWATCHED) * 2.0 ** min(self._failures, 8), _UNWATCHED)

    def open(self) -> Dataset:
        """The database as it stands now; SourceError in one line when it can't be reached."""
        return self._guarded(self._open)

    def close(self) -> None:
        self.engine.dispose()

    def _guarded(self, work: Callable[[], _T]) -> _T:
        try:
            with self._lock:
                return work()
        except (SQLAlchemyError, OSError) as error:
            reason = explained(error, self.config.source)
        raise reason  # out here, so that the driver's own words don't hang on to it

    def _open(self) -> Dataset:
        self._catalogue = None
        version = self._version()
        found = self._known()
        read_at = self.clock()
        relations = Relations(self.engine, found.plans, self._known_surveys(found), self._guarded)
        self._surveyed = dict(self._states), relations
        return _dataset(self, found, relations, Stamp(version, read_at, self._changed_at()))

    def _known(self) -> Catalogue:
        if self._catalogue is None:
            self._catalogue = catalogue(self.engine, self.config, self.label)
        return self._catalogue

    # --- versions

    def _version(self) -> str:
        backend = self.url.get_backend_name()
        if backend == "sqlite":
            return self._sqlite_version()
        if backend == "postgresql":
            return self._counted_version(_postgresql_state)
        if backend in ("mysql", "mariadb"):
            return self._counted_version(_mysql_state)
        return self._bucket()

    def _bucket(self) -> str:
        return f"t{int(self.clock().timestamp()) // self.config.refresh_seconds}"

    def _sqlite_version(self) -> str:
        path = sqlite_path(self.url)
        try:
            stat = path.stat()
        except FileNotFoundError:
            stat = None
        if stat is None:
            raise SourceError(
                f"The SQLite database {path} is gone. Put it back, or write another path in source."
            )
        if self._file not in (None, stat.st_ino):
            self.engine.dispose()  # another file took its place: pooled connections still read the old one
        self._file = stat.st_ino
        log = path.with_name(f"{path.name}-wal")
        return f"{_file_state(path, *_COUNTER)}-{_file_state(log, 0, _HEADER)}"

    def _counted_version(self, state: Callable[[Connection, list[Plan]], States | None]) -> str:
        plans = list(self._known().plans.values())
        counted = [plan for plan in plans if plan.physical is not None]
        with self.engine.connect() as connection:
            found = state(connection, counted) if counted else {}
        self._states = found or {}
        return self._bucket() if found is None or len(counted) < len(plans) else _together(found)

    def _changed_at(self) -> datetime | None:
        if self.url.get_backend_name() != "sqlite":
            return None
        return datetime.fromtimestamp(sqlite_path(self.url).stat().st_mtime, UTC)

    def _known_surveys(self, found: Catalogue) -> dict[str, Survey]:
        """Surveys that needn't be made again: a store's own, and those of tables unchanged since."""
        if self._surveyed is None:
            return self._stored_surveys()
        states, relations = self._surveyed
        plans = {plan.table.name: plan for plan in relations.plans}
        same = [n for n, state in self._states.items() if states.get(n) == state and n in plans]
        alike = [name for name in same if _is_alike(plans[name], found.plans[name])]
        return self._stored_surveys() | relations.surveyed(alike)

    # --- a store of our own

    def _stored_surveys(self) -> dict[str, Survey]:
        if self.config.tables:
            return {}  # they are about the tables as they stand
        with self.engine.connect() as connection:
            if not inspect(connection).has_table(SURVEYS):
                return {}
            return {name: _survey(json.loads(found)) for name, found in connection.execute(select(_STORED))}

    def is_prepared(self) -> bool:
        """Whether the store holds passes worked out at load that no mapping or setting changes."""
        if self.config.tables or self.config.settings or self.url.get_backend_name() != "sqlite":
            return False
        with self.engine.connect() as connection:
            return is_fresh(connection)


def open_database(source: Config | str, now: datetime) -> Dataset:
    """One look at a database, for the command line; SourceError when it can't be had."""
    return Database(source, clock=lambda: now).open()


def _dataset(database: Database, found: Catalogue, relations: Relations, stamp: Stamp) -> Dataset:
    return Dataset(
        engine=database.engine,
        relations=relations,
        stamp=stamp,
        label=database.label,
        problems=LateProblems(lambda: database._guarded(relations.problems)),  # noqa: SLF001
        missing=tuple(found.missing),
        prepared="leads" in found.plans and database.is_prepared(),
        overrides=database.config.settings,
    )


class Relations(Mapping[str, Relation]):
    """The tables, each surveyed and built when it is first asked for."""

    def __init__(
        self,
        engine: Engine,
        plans: Mapping[str, Plan],
        surveys: Mapping[str, Survey],
        guarded: Callable[[Callable[[], Relation]], Relation],
    ) -> None:
        self._readers = {name: TableReader(plan, engine) for name, plan in plans.items()}
        self._surveys = dict(surveys)
        self._built: dict[str, Relation] = {}
        self._guarded = guarded

    def __getitem__(self, name: str) -> Relation:
        reader = self._readers[name]
        if name not in self._built:
            self._built[name] = self._guarded(partial(self._build, name, reader))
        return self._built[name]

    def _build(self, name: str, reader: TableReader) -> Relation:
        return self._built.get(name) or reader.relation(self.survey(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self._readers)

    def __len__(self) -> int:
        return len(self._readers)

    def __contains__(self, name: object) -> bool:
        return name in self._readers

    @property
    def plans(self) -> list[Plan]:
        """What stands for our tables in the source."""
        return [reader.plan for reader in self._readers.values()]

    def survey(self, name: str) -> Survey:
        if name not in self._surveys:
            self._surveys[name] = self._readers[name].survey()
        return self._surveys[name]

    def surveyed(self, names: Iterable[str]) -> dict[str, Survey]:
        """Those of the tables' surveys that have been made."""
        return {name: self._surveys[name] for name in names if name in self._surveys}

    def problems(self) -> tuple[Problem, ...]:
        large = [name for name in self if TABLES[name].large]
        return tuple(p for name in large for p in flaws(self._readers[name], self.survey(name)))


def remember_surveys(engine: Engine, source: str, changed: Collection[str] | None = None) -> None:
    """Writes what the surveys of a SQLite store of our own found into it, so that opening it costs no scan.

    For whoever fills that store, as its last step: `engine` may write, `source` is the store's URL. Triggers
    take a table's survey away when somebody writes to the table later. `changed`: those tables that differ
    from the ones surveyed before; None: all of them.
    """
    with engine.begin() as connection:
        if changed is None:
            connection.execute(text(f"DROP TABLE IF EXISTS {SURVEYS}"))
        else:
            connection.execute(_STORED.delete().where(_STORED.c.name.in_(list(changed))))
    found = _large_surveys(source)
    with engine.begin() as connection:
        connection.execute(text(f"DROP TABLE IF EXISTS {SURVEYS}"))
        connection.execute(text(f"CREATE TABLE {SURVEYS} (name VARCHAR(40), found TEXT)"))
        for name, survey in found.items():
            connection.execute(_STORED.insert(), {"name": name, "found": json.dumps(asdict(survey))})
            for event in ("INSERT", "UPDATE", "DELETE"):
                connection.execute(text(_forgetting(name, event)))


def _large_surveys(source: str) -> dict[str, Survey]:
    database = Database(source)
    try:
        relations = database.open().relations
        assert isinstance(relations, Relations)  # noqa: S101 - ours, from the line above
        return {name: relations.survey(name) for name in relations if TABLES[name].large}
    finally:
        database.close()


def _forgetting(table_name: str, event: str) -> str:
    """A trigger in SQLite's words; the names are the contract's."""
    trigger = f"{SURVEYS}_{table_name}_{event.lower()}"
    stored = f"FROM {SURVEYS} WHERE name = '{table_name}'"
    when = f"AFTER {event} ON {table_name} WHEN EXISTS (SELECT 1 {stored})"
    return f"CREATE TRIGGER IF NOT EXISTS {trigger} {when} BEGIN DELETE {stored}; END"


def _survey(found: Mapping[str, Any]) -> Survey:
    repeats = found["repeats"]
    same, differing = (tuple(tuple(key) for key in repeats[which]) for which in ("same", "differing"))
    return Survey(found["counts"], Repeats(same, differing, tuple(repeats["spare"]), repeats["many"]))


# --- states ---------------------------------------------------------------------------------------------


def _file_state(path: os.PathLike[str], offset: int, length: int) -> str:
    """Which state a file is in, also when two changes fall into one tick of its clock; '' without a file."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - a path-like
            stat = os.fstat(file.fileno())
            file.seek(offset)
            return f"{stat.st_ino:x}.{stat.st_mtime_ns:x}.{stat.st_size:x}.{file.read(length).hex()}"
    except FileNotFoundError:
        return ""


def _together(states: States) -> str:
    """One text for the states of all tables."""
    parts = ",".join(f"{name}:{state}" for name, state in sorted(states.items()))
    return sha256(parts.encode()).hexdigest()[:32]


def _is_alike(a: Plan, b: Plan) -> bool:
    """Whether a survey of one plan says as much about the other."""
    return (a.physical, a.unique, _asked(a)) == (b.physical, b.unique, _asked(b))


def _asked(plan: Plan) -> dict[str, tuple[Any, ...]]:
    return {name: (c.source, c.native, c.nullable, c.collated, c.plain) for name, c in plan.cells.items()}


def _postgresql_state(connection: Connection, plans: list[Plan]) -> States | None:
    """The counters of every table read, its partitions included; None where one can't be counted."""
    names = {_quoted(connection, p): p.table.name for p in plans}
    found = connection.execute(
        text(
            "SELECT wanted.name, count(*) FILTER (WHERE c.relkind NOT IN ('r', 'p')), "
            "md5(string_agg(concat_ws('.', c.oid, c.relnatts, pg_relation_filenode(leaf.relid), s.n_tup_ins, "
            "s.n_tup_upd, s.n_tup_del), ',' ORDER BY c.oid, leaf.relid)) "
            "FROM unnest(CAST(:names AS text[])) AS wanted(name) "
            "JOIN pg_class c ON c.oid = to_regclass(wanted.name) "
            "CROSS JOIN LATERAL (SELECT relid FROM pg_partition_tree(c.oid) WHERE isleaf "
            "UNION SELECT c.oid) AS leaf "
            "LEFT JOIN pg_stat_user_tables s ON s.relid = leaf.relid GROUP BY wanted.name"
        ),
        {"names": list(names)},
    ).all()
    if any(uncounted or state is None for _, uncounted, state in found):
        return None
    return {names[name]: str(state) for name, _, state in found}


def _quoted(connection: Connection, plan: Plan) -> str:
    schema, name = plan.physical or (None, plan.where)
    quote = connection.dialect.identifier_preparer.quote_identifier
    return f"{quote(schema)}.{quote(name)}" if schema else quote(name)


def _mysql_state(connection: Connection, plans: list[Plan]) -> States | None:
    """When each table was last changed; None where one doesn't know (nothing since the server started)."""
    tables = table(
        "tables",
        *map(column, ("table_schema", "table_name", "table_type", "update_time", "create_time")),
        schema="information_schema",
    )
    here = connection.execute(select(func.database())).scalar()
    asked = select(
        tables.c.table_name,
        tables.c.update_time,
        tables.c.create_time,
        func.timestampdiff(text("SECOND"), tables.c.update_time, func.now()) < 2,  # noqa: PLR2004
        func.now(6),
    )
    states = {}
    for plan in plans:
        schema, name = plan.physical or (None, plan.where)
        row = connection.execute(
            asked.where(tables.c.table_schema == (schema or here), tables.c.table_name == name)
        ).one_or_none()
        if row is None or row[1] is None:
            return None
        states[plan.table.name] = f"{row[0]}:{row[1]}:{row[2]}" + (f":{row[4]}" if row[3] else "")
    return states
