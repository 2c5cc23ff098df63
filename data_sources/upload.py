"""Files that somebody uploaded, as a source of tabs that never changes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from typing import Final

from data_sources.errors import SourceError
from data_sources.tab import Book
from data_sources.workbook import open_bytes

_FOREVER: Final = 3600.0  # seconds; nothing is due


class UploadReader:
    """Reads uploaded files once; see `mirrored.Reader`. Several (CSV) files make one spreadsheet."""

    def __init__(
        self,
        files: Sequence[tuple[str, bytes]],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Names and contents; SourceError when one of them can't be read."""
        if not files:
            raise SourceError("There is no file. Choose an .xlsx workbook, or CSV files.")
        books = [open_bytes(name, content, clock) for name, content in files]
        contents = hashlib.sha256(b"".join(hashlib.sha256(c).digest() for _, c in files))
        first, *others = (name for name, _ in files)
        self.label = f"Upload {first}" + (f" and {len(others)} more" if others else "")
        self.identity = f"upload:{contents.hexdigest()}"
        self._book = Book(
            tuple(title for book in books for title in book.titles),
            tuple(tab for book in books for tab in book.tabs),
            books[0].read_at,
            missing=tuple(sentence for book in books for sentence in book.missing),
        )
        self._read = False

    def read(self, wanted: Callable[[Sequence[str]], Collection[str]], *, everything: bool) -> Book | None:  # noqa: ARG002
        """All of it, once; None ever after."""
        if self._read:
            return None
        self._read = True
        return self._book

    def forget(self) -> None:
        """It can be read once more."""
        self._read = False

    def wait(self, *, watched: bool) -> float:  # noqa: ARG002 - nothing changes
        """A file that was uploaded doesn't change."""
        return _FOREVER

    def close(self) -> None:
        """There is nothing to let go of."""
