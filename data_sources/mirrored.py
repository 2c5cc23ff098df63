"""A spreadsheet as a source: read by its reader, mirrored into SQLite, asked there like any database.

Of the processes that share a folder one reads the spreadsheet; the others follow what it publishes.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Final, Protocol

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from data_sources.config import Config
from data_sources.errors import SourceError
from data_sources.mirror import HeldError, Mirror, MoreNeededError
from data_sources.tab import Book
from scorecard.dataset import Dataset

_FOLLOW_SECONDS: Final = 1.0  # how often a process looks that only follows


class Reader(Protocol):
    """Reads one spreadsheet. `identity` tells it from others, `label` is how to speak of it."""

    @property
    def label(self) -> str: ...
    @property
    def identity(self) -> str: ...

    def read(self, wanted: Callable[[Sequence[str]], Collection[str]], *, everything: bool) -> Book | None:
        """What is due (or `everything`) of the tabs that `wanted(titles)` names; None when nothing changed.

        SourceError when the spreadsheet can't be read.
        """

    def forget(self) -> None:
        """The next read brings every tab, changed or not."""

    def wait(self, *, watched: bool) -> float:
        """Seconds until the next read is due."""

    def close(self) -> None:
        """Lets go of connections."""


class MirroredSource:
    """One spreadsheet with its mirror; see `source.Source`. Threads take turns."""

    def __init__(
        self,
        reader: Reader,
        config: Config,
        folder: Path,
        finish: Callable[[sa.Engine, Collection[str] | None], None],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`folder` holds the mirrors of all spreadsheets; `finish`: see `mirror.Mirror`."""
        self.reader, self.clock = reader, clock
        own = folder / hashlib.sha256(reader.identity.encode()).hexdigest()[:16]
        self.mirror = Mirror(own, config, reader.label, finish, clock)
        self._lock = _Lock(own / "writer.lock")
        self._starting = True
        self._alone = RLock()

    @property
    def label(self) -> str:
        return self.reader.label

    def last(self) -> Dataset | None:
        with self._alone:
            return self.mirror.last()

    def probe(self, *, everything: bool = False) -> str:
        with self._alone:
            return self._probed(everything=everything)

    def _probed(self, *, everything: bool) -> str:
        if not self._lock.held():
            return self._followed()
        if self._starting:
            self.mirror.last()
            self.mirror.sweep()
            self.reader.forget()
        version = self._read(everything=everything).stamp.version
        self._starting = False
        return version

    def _followed(self) -> str:
        found = self.mirror.refreshed()
        if found is None:
            raise SourceError(
                f"{self.label} is being read for the first time by another process of Tandem. Wait a moment."
            )
        return found.stamp.version

    def _read(self, *, everything: bool) -> Dataset:
        book = self.reader.read(self.mirror.wanted, everything=everything)
        last = self.mirror.last()
        if book is None and last is not None:
            self.mirror.touch(self.clock())
            return last
        try:
            if book is not None:
                return self._mirrored(book)
        except MoreNeededError:
            pass  # what was left out this time is asked for now
        self.reader.forget()
        book = self.reader.read(self.mirror.wanted, everything=True)
        if book is None:
            raise SourceError(f"{self.label} could not be read whole. It is tried again.")
        return self._mirrored(book)

    def _mirrored(self, book: Book) -> Dataset:
        """What has been lost since this process started is held; what was gone before is let go."""
        try:
            self.mirror.label = self.label
            return self.mirror.update(book, let_go=self._starting)
        except HeldError:
            self.reader.forget()  # or what was lost would pass for unchanged at the next look
            raise
        except (OSError, SQLAlchemyError, sqlite3.Error) as error:
            self.reader.forget()
            reason = " ".join(str(error).split())[:200]
        raise SourceError(
            f"The mirror of {self.label} can't be written in {self.mirror.folder.parent.name}/: {reason}. "
            "Make room on the disk and give this account the right to write there."
        )

    def open(self) -> Dataset:
        with self._alone:
            found = self.mirror.last()
            if found is None:
                self.probe()
                found = self.mirror.last()
        assert found is not None  # noqa: S101 - probe raises or publishes
        return found

    def wait(self, *, watched: bool) -> float:
        return self.reader.wait(watched=watched) if self._lock.held() else _FOLLOW_SECONDS

    def close(self) -> None:
        self.reader.close()
        self.mirror.close()
        self._lock.release()


class _Lock:
    """One process at a time; SQLite's own lock, which ends with the process that holds it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def held(self) -> bool:
        """Whether this process has it, taking it if nobody else does."""
        if self._connection is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self._path, timeout=0, isolation_level=None, check_same_thread=False)
            try:
                connection.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError:
                connection.close()
                return False
            self._connection = connection
        return True

    def release(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None
