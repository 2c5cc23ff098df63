"""The state of a file on disk, and its content once nobody is writing to it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from data_sources.errors import SourceError

MOST_BYTES: Final = 200_000_000  # of one file
_FRESH_SECONDS: Final = 1.0  # a file older than that is whole
_PAUSE_SECONDS: Final = 0.2
_PATIENCE: Final = 10


class UnfinishedError(SourceError):
    """The file can't be opened now, as while it is being saved."""


@dataclass(frozen=True)
class FileState:
    """What differs when a file was written to, or another took its place."""

    written: int  # nanoseconds since 1970
    size: int
    inode: int

    @classmethod
    def of(cls, path: Path) -> FileState:
        """The file's state now; SourceError when it isn't there or can't be looked at."""
        try:
            found = path.stat()
        except OSError as error:
            reason = _reason(path, error)
        else:
            if path.is_file():
                return cls(found.st_mtime_ns, found.st_size, found.st_ino)
            reason = f"{path} is a folder, not a file. Write the path of a file."
        raise SourceError(reason)

    @property
    def changed_at(self) -> datetime:
        return datetime.fromtimestamp(self.written / 1e9, UTC)

    @property
    def is_fresh(self) -> bool:
        """Whether it was written to this moment, so that more may follow."""
        return time.time() - self.written / 1e9 < _FRESH_SECONDS


def utc_now() -> datetime:
    return datetime.now(UTC)


def content_of(path: Path, pause: Callable[[float], None]) -> tuple[bytes, FileState]:
    """A file's bytes and the state they are of; it waits a little while somebody is writing to it."""
    for _ in range(_PATIENCE):
        before = FileState.of(path)
        if before.size > MOST_BYTES:
            raise SourceError(
                f"{path.name} holds {before.size / 1e6:,.0f} MB, more than the {MOST_BYTES / 1e6:,.0f} MB "
                "that are read. Delete what nobody needs, or keep the data in a database."
            )
        if before.is_fresh:
            pause(_PAUSE_SECONDS)
        content = _bytes(path)
        if FileState.of(path) == before:
            return content, before
    raise UnfinishedError(being_saved(path.name))


def being_saved(name: str) -> str:
    return f"{name} is being saved. It is read as soon as that is done."


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = _reason(path, error)
    raise SourceError(reason)


def _reason(path: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"There is no file {path}. Write its path as it is, or put the file there."
    if isinstance(error, PermissionError):
        return f"{path} can't be read: no permission. Give this account the right to read it."
    return f"{path} can't be read: {error.strerror or error}. Check the disk or network drive it is on."
