"""The demo companies that are measured, kept in build/bench: in our own SQLite store, and in PostgreSQL."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from tqdm import tqdm

from bench.question import SEED, TODAY
from data_sources import embedded
from data_sources.advice import advice
from data_sources.database import open_database
from data_sources.demo import VERSION, Demo, write_demo
from data_sources.sources import make_ready
from tests.servers import (
    NOBODY,
    _answers,
    _postgres_programs,
    _readable,
    _server_folder,
    free_port,
    kept,
    wait_until,
)

ROOT: Final = Path(__file__).parent.parent
STORE: Final = ROOT / "build" / "bench"
_READY: Final = (  # what works out our own store at load
    "scorecard/prepared.py", "scorecard/feeds.py", "scorecard/passes.py", "scorecard/sqltime.py",
    "scorecard/clock.py", "data_sources/database.py", "data_sources/relations.py", "data_sources/cleaning.py",
)  # fmt: skip


def sqlite(leads: int, store: Path = STORE) -> str:
    """The URL of that company in our own store, made ready; built anew when rows or making changed."""
    store.mkdir(parents=True, exist_ok=True)
    file, note = store / f"demo-{leads}.db", store / f"demo-{leads}.txt"
    url, engine = f"sqlite:///{file}", sa.create_engine(f"sqlite:///{file}", poolclass=sa.NullPool)
    if not file.exists() or embedded.marker(engine) != mark(leads):
        note.unlink(missing_ok=True)
        write(engine, leads)
    if not note.exists() or note.read_text() != _making():
        make_ready(engine)
        note.write_text(_making())
    return url


def _making() -> str:
    """What the code that makes a store ready looks like."""
    return hashlib.sha256(b"".join((ROOT / file).read_bytes() for file in _READY)).hexdigest()


@contextmanager
def postgres(store: Path = STORE) -> Iterator[str]:
    """A running PostgreSQL whose databases stay in the store (built anew where it can't read there)."""
    programs = _postgres_programs()
    with _server_folder("bench") as folder, _readable(programs) as found:
        data = _data_folder(store, folder)
        user = NOBODY if os.geteuid() == 0 else None
        if not (data / "PG_VERSION").exists():
            made = [str(found / "initdb"), "-D", str(data), "-U", "tandem", "--auth=trust", "--encoding=UTF8"]
            subprocess.run(made, cwd=folder, user=user, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        port = free_port()
        command = [found / "postgres", "-D", data, "-h", "127.0.0.1", "-p", port, "-k", ""]
        with kept(command, folder, stop=signal.SIGINT, user=user) as process:
            server = f"postgresql+psycopg://tandem@127.0.0.1:{port}"
            wait_until(lambda: _answers(f"{server}/postgres"), process, folder, "PostgreSQL")
            yield server


def _data_folder(store: Path, otherwise: Path) -> Path:
    """Where the server's files stay: they belong to the user it runs as, who must get there."""
    data = store / "postgres"
    data.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0:
        return data
    if any(not parent.stat().st_mode & 0o001 for parent in data.parents):
        return otherwise / "data"
    shutil.chown(data, NOBODY, NOBODY)
    data.chmod(0o700)
    return data


def in_postgres(server: str, leads: int) -> str:
    """The URL of that company's database on the server, with the indexes that `check` advises."""
    name = f"demo_{leads}"
    admin = sa.create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        known = connection.scalars(sa.text("SELECT datname FROM pg_database")).all()
        if name not in known:
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine = sa.create_engine(f"{server}/{name}", poolclass=sa.NullPool)
    if embedded.marker(engine) != mark(leads):
        write(engine, leads)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM ANALYZE"))  # as the server's own autovacuum soon would
    _index(engine, f"{server}/{name}")
    return f"{server}/{name}"


def _index(engine: sa.Engine, url: str) -> None:
    statements = [line.partition(": ")[2] for line in advice(open_database(url, _noon()))]
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


def _noon() -> datetime:
    return datetime.combine(TODAY, time(12), UTC)


def mark(leads: int) -> dict[str, str]:
    """What the demo in a database says of itself."""
    return {"version": VERSION, "seed": str(SEED), "leads": str(leads), "as_of": TODAY.isoformat()}


def write(engine: sa.Engine, leads: int) -> None:
    bar = tqdm(total=leads, unit=" leads", desc=f"demo company in {engine.dialect.name}", leave=False)
    with bar:
        write_demo(engine, Demo(leads, SEED, TODAY), lambda done, _: _set(bar, done))


def _set(bar: tqdm[Any], done: int) -> None:
    bar.update(done - bar.n)
