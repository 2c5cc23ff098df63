"""SQL engines that can only read, and what to say when one can't be reached."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool, QueuePool
from sqlalchemy.util import LRUCache

from data_sources.errors import SourceError, safe_url, scrubbed

CONNECT_SECONDS: Final = 10
STATEMENT_SECONDS: Final = 120
LOCK_SECONDS: Final = 10  # that a write waits for somebody else's
_POOL: Final = {"pool_pre_ping": True, "pool_size": 4, "max_overflow": 4, "pool_recycle": 1800}
_DRIVERS: Final = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"} | dict.fromkeys(
    ("mysql", "mariadb"), "mysql+pymysql"
)
_PACKAGES: Final = {
    "psycopg": "psycopg[binary]",
    "psycopg2": "psycopg2-binary",
    "pymysql": "pymysql",
    "mysqldb": "mysqlclient",
    "snowflake": "snowflake-sqlalchemy",
    "trino": "trino[sqlalchemy]",
    "bigquery": "sqlalchemy-bigquery",
    "clickhouse": "clickhouse-connect",
    "clickhousedb": "clickhouse-connect",
    "duckdb": "duckdb-engine",
    "mssql": "pyodbc",
    "pyodbc": "pyodbc",
    "oracle": "oracledb",
    "redshift": "sqlalchemy-redshift",
    "databricks": "databricks-sqlalchemy",
}
_NAMES: Final = {"sqlite": "SQLite", "postgresql": "PostgreSQL", "mysql": "MariaDB", "mariadb": "MariaDB"}


def parsed(source: str) -> URL:
    """The URL of a database, with the driver that Tandem brings along; SourceError when it isn't one."""
    try:
        url = make_url(source)
    except (ArgumentError, ValueError):
        url = None
    if url is None:
        raise SourceError(
            f"{safe_url(source)!r} is not a database's URL. Write source like sqlite:///crm.db or "
            "postgresql://user:password@host:5432/database, with @ : / ? in a password as %40 %3A %2F %3F."
        )
    return url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))


def read_only_engine(url: URL) -> Engine:
    """An engine with a small pool of its own whose sessions are read-only where the database can do that."""
    reason = "" if url.get_backend_name() != "sqlite" else _sqlite_trouble(url)
    if reason:
        raise SourceError(reason)
    try:
        return _BUILDERS.get(url.get_backend_name(), _any)(url)
    except (ImportError, NoSuchModuleError, ArgumentError) as error:
        reason = _missing_driver(url, error)
    raise SourceError(reason)


def writing_engine(url: URL) -> Engine:
    """An engine of its own that may write, for what people enter; see `read_only_engine`.

    Nothing is read with it.
    """
    reason = "" if url.get_backend_name() != "sqlite" else _sqlite_trouble(url)
    if reason:
        raise SourceError(reason)
    try:
        return _WRITERS.get(url.get_backend_name(), _any)(url)
    except (ImportError, NoSuchModuleError, ArgumentError) as error:
        reason = _missing_driver(url, error)
    raise SourceError(reason)


def label(url: URL) -> str:
    """How to speak of the database: 'PostgreSQL crm', 'SQLite crm.db'."""
    backend = url.get_backend_name()
    name = Path(url.database or "").name if backend == "sqlite" else url.database or url.host or ""
    return f"{_NAMES.get(backend, backend)} {name}".strip()


# --- one builder per database ---------------------------------------------------------------------------


def _any(url: URL) -> Engine:
    return create_engine(url, hide_parameters=True, **_POOL)


class SQLite(SQLiteDialect_pysqlite):
    """SQLite, with statements compiled once a process instead of once a file.

    A spreadsheet's mirror is a new file, hence a new engine, after each edit, and compiling takes as long as
    all the rest of a first report. What is compiled depends on the library, which all engines here share.
    """

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return type(other) is SQLite

    def __hash__(self) -> int:
        return hash(SQLite)


_SHARED: Final = "tandem_sqlite"
_COMPILED: Final[LRUCache[Any, Any]] = LRUCache(1_000)  # statements; a report takes some 200
registry.register(_SHARED, __name__, SQLite.__name__)


def _sqlite(url: URL) -> Engine:
    address = f"file:{quote(str(sqlite_path(url).absolute()))}?mode=ro"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(address, uri=True, check_same_thread=False, timeout=CONNECT_SECONDS)

    engine = create_engine(
        f"{_SHARED}://",
        creator=connect,
        poolclass=QueuePool,
        hide_parameters=True,
        execution_options={"compiled_cache": _COMPILED},
        **_POOL,
    )
    _at_connect(
        engine, "PRAGMA query_only = ON", "PRAGMA mmap_size = 268435456", "PRAGMA temp_store = MEMORY"
    )
    return engine


def _sqlite_writer(url: URL) -> Engine:
    """Each transaction takes the file's lock at once, so that what it has read still holds when it writes."""
    address = f"file:{quote(str(sqlite_path(url).absolute()))}?mode=rw"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(
            address, uri=True, check_same_thread=False, timeout=LOCK_SECONDS, isolation_level=None
        )

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _postgresql_writer(url: URL) -> Engine:
    ours = f"-c statement_timeout={STATEMENT_SECONDS}s -c lock_timeout={LOCK_SECONDS}s -c TimeZone=UTC"
    if url.get_driver_name() != "psycopg":
        engine = _any(url)
        _at_connect(engine, f"SET lock_timeout = '{LOCK_SECONDS}s'", "SET TIME ZONE 'UTC'")
        return engine
    return _psycopg(url, ours)


def _mysql_writer(url: URL) -> Engine:
    return _mysql_with(url, f"SET SESSION innodb_lock_wait_timeout = {LOCK_SECONDS}")


def _postgresql(url: URL) -> Engine:
    if url.get_driver_name() != "psycopg":
        engine = _any(url)
        _at_connect(engine, "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", "SET TIME ZONE 'UTC'")
        return engine
    return _psycopg(
        url, f"-c default_transaction_read_only=on -c statement_timeout={STATEMENT_SECONDS}s -c TimeZone=UTC"
    )


def _psycopg(url: URL, ours: str) -> Engine:
    theirs = url.query.get("options", "")
    options = f"{theirs if isinstance(theirs, str) else ' '.join(theirs)} {ours}".strip()
    arguments: dict[str, Any] = {"options": options, "application_name": "tandem"}
    if "connect_timeout" not in url.query:
        arguments["connect_timeout"] = CONNECT_SECONDS
    bare = url.difference_update_query(["options"])
    return create_engine(bare, connect_args=arguments, hide_parameters=True, **_POOL)


def _mysql(url: URL) -> Engine:
    return _mysql_with(url, "SET SESSION TRANSACTION READ ONLY")


def _mysql_with(url: URL, statement: str) -> Engine:
    arguments: dict[str, Any] = {}
    if url.get_driver_name() == "pymysql":
        arguments = {
            "connect_timeout": CONNECT_SECONDS,
            "read_timeout": STATEMENT_SECONDS,
            "write_timeout": CONNECT_SECONDS,
        }
        url = url.update_query_dict({"charset": "utf8mb4"})
    engine = create_engine(url, connect_args=arguments, hide_parameters=True, **_POOL)
    _at_connect(engine, "SET time_zone = '+00:00'", statement)
    return engine


_BUILDERS: Final[dict[str, Callable[[URL], Engine]]] = {
    "sqlite": _sqlite,
    "postgresql": _postgresql,
    "mysql": _mysql,
    "mariadb": _mysql,
}

_WRITERS: Final[dict[str, Callable[[URL], Engine]]] = {
    "sqlite": _sqlite_writer,
    "postgresql": _postgresql_writer,
    "mysql": _mysql_writer,
    "mariadb": _mysql_writer,
}


def _at_connect(engine: Engine, *statements: str) -> None:
    def prepare(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        cursor.close()
        connection.commit()

    event.listen(engine, "connect", prepare)


# --- what went wrong ------------------------------------------------------------------------------------


def sqlite_path(url: URL) -> Path:
    """The file of a SQLite URL, also when it is written as file:crm.db?mode=ro."""
    return Path((url.database or "").removeprefix("file:"))


def _sqlite_trouble(url: URL) -> str:
    path = sqlite_path(url)
    if not url.database or url.database == ":memory:":
        return (
            "A SQLite database in memory holds no data. Write the file: source = 'sqlite:///path/to/crm.db'."
        )
    if path.is_dir():
        return f"{path} is a folder, not a SQLite database. Write the file's path in source."
    if not path.is_file():
        place = "" if path.is_absolute() else f" in {Path.cwd()}"
        return f"There is no SQLite database {path}{place}. Write an existing file's path in source."
    return ""


def _missing_driver(url: URL, error: Exception) -> str:
    driver = getattr(error, "name", None) or url.drivername.partition("+")[2] or url.drivername
    package = _PACKAGES.get(str(driver).lower(), _PACKAGES.get(url.drivername.partition("+")[0]))
    if package is None:
        return (
            f"There is no database driver called {url.drivername!r}. Install the SQLAlchemy dialect of your "
            "database with pip, or write sqlite, postgresql or mysql in source."
        )
    return f"The driver for {url.drivername} is not installed. Install it: pip install '{package}'."


def explained(error: BaseException, source: str) -> SourceError:
    """A database's error in one line: what happened, where, what to do; without passwords."""
    url = parsed(source)
    original = error.orig if isinstance(error, SQLAlchemyError) and hasattr(error, "orig") else error
    message = scrubbed(str(original or error), source)
    where = place(url)
    for pattern, sentence in _CAUSES:
        if re.search(pattern, message, re.IGNORECASE):
            return SourceError(
                scrubbed(sentence.format(where=where, user=url.username, db=url.database), source)
            )
    return SourceError(f"{where} could not be read: {message[:300]}")


def place(url: URL) -> str:
    """Where the database is: 'SQLite crm.db', 'PostgreSQL at db.example.com:5432'."""
    if url.get_backend_name() == "sqlite":
        return f"SQLite {sqlite_path(url)}"
    port = f":{url.port}" if url.port else ""
    return f"{_NAMES.get(url.get_backend_name(), url.get_backend_name())} at {url.host or 'localhost'}{port}"


_NO_HOST: Final = (
    "could not translate host|failed to resolve host|Name or service|getaddrinfo|name resolution"
)
_SILENT: Final = (
    r"Connection refused|timeout expired|timed out|No route to host|Network is unreachable|\(2003,"
    r"|connection is bad|server closed|Lost connection|\(2006,|\(2013,"
)
_CAUSES: Final = (
    (
        r"no password supplied|\(1045,|authentication (failed|error)|\brole \S+ does not exist",
        "{where} did not accept user {user!r} with that password. Check both in source.",
    ),
    (
        r"database \S+ does not exist|Unknown database|\(1049,",
        "{where} has no database called {db!r}. Check the last part of source.",
    ),
    (
        r"Access denied for user .* to database|\(1044,|permission denied|\(1142,|not authorized",
        "{where}: user {user!r} may not read what Tandem needs in {db!r}. Grant it SELECT there.",
    ),
    (
        _NO_HOST,
        "{where}: there is no host of that name. Check the host in source.",
    ),
    (
        _SILENT,
        "{where} does not answer. Check that it runs and that host and port in source are right.",
    ),
    (
        r"statement timeout|max_statement_time|max_execution_time",
        "{where} took too long to answer. The Data page names indexes that help.",
    ),
    (
        r"file is not a database|malformed",
        "{where} is not a SQLite database. Write the right file in source.",
    ),
    (r"unable to open database file", "{where} can't be opened. Give this account the right to read it."),
    (
        r"database is locked",
        "{where} is locked by whoever writes to it. It is tried again at the next refresh.",
    ),
)
