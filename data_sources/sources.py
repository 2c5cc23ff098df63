"""Which source the configuration means: one door for the app and the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from data_sources.advice import advice
from data_sources.config import DEMO, Config
from data_sources.database import Database
from data_sources.demo import open_demo
from data_sources.engines import explained, parsed
from data_sources.errors import SourceError
from data_sources.ready import make_ready
from scorecard.dataset import Dataset

__all__ = ["STORE", "advice", "connect", "explaining", "make_ready", "open_source", "writing_engine"]

STORE: Final = Path(__file__).parent.parent / "var"  # where the demo company is built, once a day


def connect(config: Config, now: datetime, store: Path = STORE) -> Database:
    """The configured source, ready to be opened and probed; the demo company is built where it must be."""
    if config.source != DEMO:
        return Database(config)
    file = open_demo(store, now.astimezone(UTC).date(), finish=make_ready)
    demo = Database(replace(config, source=f"sqlite:///{file}"))
    demo.label = "Demo company"
    return demo


def open_source(config: Config, now: datetime, store: Path = STORE) -> Dataset:
    """One look at the configured source, for the command line; SourceError when it can't be had."""
    database = connect(config, now, store)
    database.clock = lambda: now
    return database.open()


def writing_engine(url: str) -> sa.Engine:
    """An engine that may write, for the demo company; SourceError when the URL can't be read."""
    try:
        return sa.create_engine(parsed(url))
    except (SQLAlchemyError, ImportError) as error:
        reason = explained(error, url)
    raise reason


@contextmanager
def explaining(url: str) -> Iterator[None]:
    """Turns what a database raises into one line without passwords."""
    reason: SourceError | None = None
    try:
        yield
    except SQLAlchemyError as error:
        reason = explained(error, url)
    if reason is not None:
        raise reason
