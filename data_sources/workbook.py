"""An .xlsx workbook as a source of tabs: watched by its file's state, read whole when that changes."""

from __future__ import annotations

import hashlib
import io
import time
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePath
from typing import Final
from xml.etree import ElementTree as ET

from python_calamine import CalamineError, CalamineWorkbook

from data_sources.csv_text import csv_tab, is_csv
from data_sources.errors import SourceError
from data_sources.files import FileState, UnfinishedError, being_saved, content_of, utc_now
from data_sources.tab import Book, Columns, Tab
from data_sources.workbook_xml import Parts, check_extent, hidden_cells

SUFFIXES: Final = (".xlsx", ".xlsm")
_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_SAVING_SECONDS: Final = 30  # how long a file that can't be opened is taken to be half saved
_UNREADABLE: Final = (
    zipfile.BadZipFile, zlib.error, CalamineError, ET.ParseError, KeyError, ValueError, EOFError, OSError,
    RuntimeError,  # packed in an unknown way, or encrypted
)  # fmt: skip
_Wanted = Callable[[Sequence[str]], Collection[str]]


class WorkbookReader:
    """Reads one workbook; see `mirrored.Reader`. An unchanged file is looked at, not read."""

    def __init__(
        self, path: Path, clock: Callable[[], datetime] = utc_now, pause: Callable[[float], None] = time.sleep
    ) -> None:
        """`pause` waits so many seconds until a file written this moment has been written to its end."""
        self.path, self.clock, self.pause = path, clock, pause
        self.label = f"Workbook {path.name}"
        self.identity = f"workbook:{path.resolve()}"
        self._state: FileState | None = None
        self._known: dict[str, str] = {}
        self._failed: tuple[FileState, str] | None = None
        self._unfinished = False

    def read(self, wanted: _Wanted, *, everything: bool) -> Book | None:  # noqa: ARG002 - it is whole each time
        """The sheets that are new; None when the file is as it was. SourceError when it can't be read."""
        state = FileState.of(self.path)
        if state == self._state:
            return None
        if self._failed is not None and self._failed[0] == state:
            raise SourceError(self._failed[1])  # as long as nobody repairs it
        self._unfinished = True
        content, state = content_of(self.path, self.pause)
        book = self._opened(content, state, wanted)
        self._state, self._failed, self._unfinished = state, None, False
        self._known |= {tab.title: tab.digest for tab in book.tabs}
        return book

    def _opened(self, content: bytes, state: FileState, wanted: _Wanted) -> Book:
        try:
            return _read(self.path.name, content, wanted, self.clock(), state.changed_at, self._known)
        except UnfinishedError:
            raise
        except SourceError as error:
            self._failed, self._unfinished = (state, str(error)), False
            raise

    def forget(self) -> None:
        """The next read brings every sheet, changed or not."""
        self._state = self._failed = None
        self._known.clear()

    def wait(self, *, watched: bool) -> float:
        """Seconds until the next look: it costs next to nothing while the file stays as it is."""
        return 1.0 if watched or self._unfinished else 5.0

    def close(self) -> None:
        """Nothing is held open."""


def open_bytes(name: str, content: bytes, clock: Callable[[], datetime] = utc_now) -> Book:
    """An uploaded workbook or CSV file; SourceError when it is neither."""
    if is_csv(name):
        tab = csv_tab(PurePath(name).stem, name, content)
        return Book((tab.title,), (tab,), clock())
    return _read(name, content, lambda titles: titles, clock(), None, {})


def _read(
    name: str, content: bytes, wanted: _Wanted, read_at: datetime, changed_at: datetime | None,
    known: dict[str, str],
) -> Book:  # fmt: skip
    """The wanted sheets whose digest isn't the known one."""
    _check_kind(name, content)
    with _explaining(name, read_at, changed_at):
        parts = Parts(name, content)
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        titles = tuple(workbook.sheet_names)
    asked = set(wanted(titles))
    with _explaining(name, read_at, changed_at):
        tabs = [_tab(name, title, workbook, parts) for title in titles if title in asked]
    new = tuple(tab for tab in tabs if known.get(tab.title) != tab.digest)
    return Book(titles, new, read_at, changed_at)


@contextmanager
def _explaining(name: str, read_at: datetime, changed_at: datetime | None) -> Iterator[None]:
    """What a reader says of a file it can't open, in words for its keeper."""
    try:
        yield
    except _UNREADABLE as error:
        reason = " ".join(str(error).split())[:100]
        raise _broken(name, reason, read_at, changed_at) from None


def _check_kind(name: str, content: bytes) -> None:
    suffix = PurePath(name).suffix.casefold()
    if content.startswith(_OLE):
        if _ENCRYPTED in content:
            raise SourceError(
                f"{name} is protected by a password. Save it without one (File > Info > Protect "
                "Workbook) where only Tandem and its keepers can read it."
            )
        raise SourceError(f"{name} is in Excel's format from before 2007. Save it as .xlsx.")
    if suffix not in SUFFIXES:
        raise SourceError(f"{name} is no file that can be read. Save it as .xlsx, or as CSV.")
    if content and not content.startswith(_ZIP):
        raise SourceError(f"{name} is called {suffix} and is something else inside. Save it again as .xlsx.")


def _broken(name: str, reason: str, read_at: datetime, changed_at: datetime | None) -> SourceError:
    """What can't be opened is being saved, if it changed a moment ago, and damaged if not."""
    if changed_at is not None and (read_at - changed_at).total_seconds() < _SAVING_SECONDS:
        return UnfinishedError(being_saved(name))
    return SourceError(
        f"{name} can't be opened: it is damaged ({reason}). Open it in Excel and save it again."
    )


def _tab(name: str, title: str, workbook: CalamineWorkbook, parts: Parts) -> Tab:
    sheet = parts.sheet(title)
    check_extent(name, title, sheet)
    hidden = hidden_cells(sheet)
    del sheet
    rows = workbook.get_sheet_by_name(title).to_python(skip_empty_area=False)
    columns = _with(list(zip(*rows, strict=True)), hidden)
    return Tab(title, columns, _digest(columns))


def _with(columns: Columns, hidden: dict[tuple[int, int], str]) -> Columns:
    """The columns with what was hidden from them put in; the grid grows where it has to."""
    if not hidden:
        return columns
    grown: list[list[object]] = [list(column) for column in columns]
    grown += [[] for _ in range(max(at for at, _ in hidden) + 1 - len(grown))]
    for (at, row), text in hidden.items():
        grown[at] += [None] * (row + 1 - len(grown[at]))
        grown[at][row] = text
    return grown


def _digest(columns: Columns) -> str:
    found = hashlib.blake2b(digest_size=16)
    for text in _written(columns):
        found.update(text.encode("utf-8", "surrogatepass"))
    return found.hexdigest()


def _written(columns: Columns) -> Iterator[str]:
    return (repr(list(column)) for column in columns)
