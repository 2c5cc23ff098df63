"""Which source the configuration means: one door for the app and the command line."""

from __future__ import annotations

import atexit
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from data_sources.advice import advice
from data_sources.config import DEMO, Config
from data_sources.csv_folder import FolderReader
from data_sources.csv_writing import FolderWriter
from data_sources.database import Database
from data_sources.demo import FILE as DEMO_FILE
from data_sources.demo import open_demo
from data_sources.engines import explained, parsed
from data_sources.errors import SourceError
from data_sources.google_config import SCHEME, Google, is_google, reading
from data_sources.mirrored import MirroredSource, Reader
from data_sources.ready import make_ready
from data_sources.source import Source
from data_sources.sql_writing import SqlWriter
from data_sources.upload import UploadReader
from data_sources.workbook import SUFFIXES, WorkbookReader
from data_sources.writing import NoWriter, Writer
from scorecard.dataset import Dataset

__all__ = [
    "STORE",
    "advice",
    "connect",
    "explaining",
    "look",
    "make_ready",
    "open_source",
    "writer_of",
    "writing_engine",
]

GOOGLE: Final = ("google_sheets", "gsheets")  # the words for "the spreadsheets of [tandem.google]"
MIRRORS: Final = "mirrors"
DEMO_NAME: Final = "Demo company"
STORE_VARIABLE: Final = "TANDEM_STORE"
# where the demo company is built and spreadsheets are mirrored
STORE: Final = Path(os.environ.get(STORE_VARIABLE, "").strip() or Path(__file__).parent.parent / "var")


def _clock() -> datetime:
    return datetime.now(UTC)


def connect(
    config: Config, now: datetime, store: Path = STORE, clock: Callable[[], datetime] = _clock
) -> Source:
    """The configured source, ready to be probed and opened; the demo company is built where it must be.

    Mirrors of spreadsheets stand in `store`. SourceError when the source isn't one.
    """
    if config.source == DEMO:
        file = open_demo(store, now.astimezone(UTC).date(), finish=make_ready)
        demo = Database(replace(config, source=f"sqlite:///{file}"), clock)
        demo.label = DEMO_NAME
        return demo
    reader = _reader(config, clock)
    if reader is None:
        return Database(config, clock)
    return MirroredSource(reader, config, store / MIRRORS, make_ready, clock)


def _reader(config: Config, clock: Callable[[], datetime]) -> Reader | None:
    """What reads the spreadsheet that the source names; None for a database."""
    source = config.source
    if is_google(source) or source.casefold() in GOOGLE:
        google: Reader = _googles("sheets").GoogleReader(_google(config), now=clock)
        return google
    path = _path(source)
    if path is None:
        return None
    return WorkbookReader(path, clock) if path.suffix.casefold() in SUFFIXES else FolderReader(path, clock)


def _googles(part: str) -> Any:
    """What speaks with Google, loaded by those who do: its libraries take a moment."""
    return import_module(f"data_sources.google_{part}")


def writer_of(config: Config, store: Path = STORE) -> Writer:
    """What writes to the configured source; for one that can't be written to, what says why. SourceError."""
    if config.source == DEMO:
        return SqlWriter(replace(config, source=f"sqlite:///{store / DEMO_FILE}"), DEMO_NAME)
    if is_google(config.source) or config.source.casefold() in GOOGLE:
        google: Writer = _googles("writing").GoogleWriter(_google(config), config, store / MIRRORS)
        return google
    path = _path(config.source)
    if path is None:
        return SqlWriter(config)
    if path.suffix.casefold() not in SUFFIXES:
        return FolderWriter(path, config, store / MIRRORS)
    return NoWriter(f"Workbook {path.name}", _NO_WORKBOOK.format(name=path.name))


_NO_WORKBOOK: Final = (
    "Nothing can be entered here, because the source is the Excel workbook {name}: Excel keeps it "
    "locked while it is "
    "open, and another program that saves it loses formats and formulas. Write into the workbook "
    "itself, or keep the "
    "tables in a Google spreadsheet, CSV files or a database (docs/writing.md)."
)


def _google(config: Config) -> Google:
    return reading(config.google, SCHEME if config.source.casefold() in GOOGLE else config.source)


def look(files: Sequence[tuple[str, bytes]], config: Config, folder: Path) -> Source:
    """Files that somebody uploaded, as a source of their own; its mirror stands in `folder`.

    The configuration's settings hold for them too, and its mappings if they are of a spreadsheet. SourceError
    when the files are no workbook and no CSV.
    """
    own = replace(config, source="upload", tables=config.tables if _is_spreadsheet(config.source) else {})
    return MirroredSource(UploadReader(files), own, folder, make_ready)


def _is_spreadsheet(source: str) -> bool:
    return is_google(source) or source.casefold() in GOOGLE or _path(source) is not None


def _path(source: str) -> Path | None:
    """The workbook or the folder of CSV files that the source names; None for another source."""
    path = Path(source.removeprefix("file://")).expanduser()
    is_folder = "://" not in source and (path.is_dir() or source.endswith(("/", "\\")))
    return path if is_folder or path.suffix.casefold() in SUFFIXES else None


def open_source(config: Config, now: datetime, store: Path = STORE) -> Dataset:
    """One look at the configured source, for the command line; SourceError when it can't be had.

    A spreadsheet is read anew, into a mirror that ends with this process.
    """
    source = connect(config, now, store, clock=lambda: now)
    if isinstance(source, MirroredSource):
        folder = tempfile.TemporaryDirectory(prefix="tandem-")
        atexit.register(folder.cleanup)
        source = connect(config, now, Path(folder.name), clock=lambda: now)
    return source.open()


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
