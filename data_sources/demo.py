"""A generated company of any size: Halden & Pike, who make packs, tents and rescue gear for shops.

The same number of leads, seed and day always give the same rows. What there is to find, seen from `today`:

- the shared revenue goal of the running quarter is a little behind, because online marketing lags its part
  while outside sales leads its own;
- marketing is above its MQL quota while sales lags its revenue quota;
- the leads of a bought partner list are rejected since six weeks ("wrong company size");
- since marketing acted on it, fewer leads are rejected as "not reachable"; of two others none can tell;
- speed to lead is worse since a sales person is away;
- a campaign went live with one team's sign-off, and of another the offer changed after both had signed;
- a target was moved, a budget is overspent, and a handful of rows are wrong (`demo_company.flaws`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from data_sources import embedded
from data_sources.demo_company import entered, flaws, journeys, office, plans, tables
from data_sources.demo_company.feeds import Feeds
from data_sources.demo_company.hours import ZONE
from data_sources.demo_company.survey import Survey
from data_sources.demo_company.tables import Row
from data_sources.demo_company.world import CHUNK, Demo, World
from scorecard.contract import TABLES

__all__ = ["VERSION", "ZONE", "Demo", "open_demo", "rows", "write_demo"]

VERSION: Final = "6"  # changes whenever the rows of the same demo change
FILE: Final = "tandem-demo.db"
_WAIT_SECONDS: Final = 600

Progress = Callable[[int, int], None]


def rows(demo: Demo) -> Iterator[tuple[str, list[Row]]]:
    """Batches of rows by table, a bounded number of leads at a time; each row has all columns of its table.

    Times are naive datetimes in the company's zone, none of which a clock change skips or repeats.
    """
    world = World(demo)
    survey = Survey(world)
    feeds = Feeds(world, survey)
    small = {**office.tables(world, survey, feeds), **plans.tables(world, survey, feeds), **feeds.tables()}
    small["signoffs"] = office.signoffs(world, small["campaigns"], _whole("goals", small["goals"]))
    small["changes"] = entered.changes(small)
    wrong = flaws.tables(world)
    for name, batch in small.items():
        yield name, _whole(name, [*batch, *wrong.pop(name, [])])
    for chunk in range(world.chunks):
        passes = journeys.passes(world, chunk)
        yield "leads", tables.lead_rows(world, survey, passes)
        yield "touches", tables.touch_rows(passes, journeys.touches(world, chunk, passes))
        yield "orders", tables.order_rows(survey, journeys.orders(world, chunk, passes))
    for name, batch in wrong.items():
        yield name, _whole(name, batch)


def _whole(name: str, batch: list[Row]) -> list[Row]:
    """The rows with every column of the table, None where they say nothing."""
    columns = [c.name for c in TABLES[name].columns]
    columns += embedded.ATTRIBUTES if TABLES[name].open_ended else ()
    return [{column: row.get(column) for column in columns} for row in batch]


def write_demo(
    engine: sa.Engine,
    demo: Demo,
    progress: Progress | None = None,
    finish: Callable[[sa.Engine], None] | None = None,
) -> None:
    """Writes the company into a database, in place of an older demo, whole or not at all.

    `progress(done, leads)` is told while leads are written. `finish`: see embedded.write.
    Raises embedded.NotOurDemoError when the database holds other tables of these names.
    """
    embedded.write(engine, _told(demo, progress), ZONE, _mark(demo), finish)
    if progress is not None:
        progress(demo.leads, demo.leads)


def _told(demo: Demo, progress: Progress | None) -> Iterator[tuple[str, list[Row]]]:
    done = 0
    for name, batch in rows(demo):
        yield name, batch
        if name == "orders" and progress is not None:
            done = min(done + CHUNK, demo.leads)
            progress(done, demo.leads)


def _mark(demo: Demo) -> dict[str, str]:
    return {
        "version": VERSION,
        "seed": str(demo.seed),
        "leads": str(demo.leads),
        "as_of": demo.today.isoformat(),
    }


def open_demo(
    folder: Path,
    today: date,
    leads: int = 12_000,
    seed: int = 7,
    finish: Callable[[sa.Engine], None] | None = None,
) -> Path:
    """The built-in demo's SQLite file in that folder, built unless there for this version, day and size.

    Two processes that start at once build it once: the second waits for the first.
    """
    demo, path = Demo(leads, seed, today), folder / FILE
    folder.mkdir(parents=True, exist_ok=True)
    if not _is_built(path, demo):
        with _alone(folder):
            if not _is_built(path, demo):
                _discard_unreadable(path)
                write_demo(_engine(path), demo, finish=finish)
    return path


def _is_built(path: Path, demo: Demo) -> bool:
    if not path.exists():
        return False
    try:
        return embedded.marker(_engine(path)) == _mark(demo)
    except sa.exc.DatabaseError:  # cut short, or no database: built anew
        return False


def _discard_unreadable(path: Path) -> None:
    """A file that is no database is of no use to anybody; one with other tables stays, and is refused."""
    try:
        embedded.refuse_others(_engine(path))
    except sa.exc.DatabaseError:
        path.unlink()


def _engine(path: Path) -> sa.Engine:
    return sa.create_engine(sa.URL.create("sqlite", database=str(path)), poolclass=sa.NullPool)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Only one process at a time; SQLite's own lock, which ends with the process that holds it."""
    with closing(
        sqlite3.connect(folder / f"{FILE}.lock", timeout=_WAIT_SECONDS, isolation_level=None)
    ) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        yield
        lock.execute("ROLLBACK")
