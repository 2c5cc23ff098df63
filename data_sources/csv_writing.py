"""Writing to a folder of CSV files: only the lines concerned change, each file is replaced in one step.

A file keeps its encoding, its delimiter, its line ends and its other lines as they are, to the byte. A text
that a spreadsheet program would run as a formula gets a no-break space in front, which is trimmed when it
is read.
"""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import blake2b
from pathlib import Path
from threading import RLock
from typing import Final

from data_sources.config import Config
from data_sources.csv_folder import FolderReader
from data_sources.csv_text import csv_tab, dialect_of
from data_sources.errors import SourceError
from data_sources.files import FileState, content_of
from data_sources.tab import Tab
from data_sources.tab_writing import Names, Put, Sheet, TabChange
from data_sources.turns import alone
from data_sources.writing import NotWrittenError
from scorecard.clock import Zone
from scorecard.contract import Type
from scorecard.edits import Value, Write, moment_text
from scorecard.settings import Settings

_RISKY: Final = re.compile(r"[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]")  # the last four: their full-width forms
_SHIELD: Final = "\u00a0"  # a blank of every encoding; whoever reads the file trims it
_ATTEMPTS: Final = 5


@dataclass(frozen=True)
class _File:
    """A file as it was read: its bytes and text, and how it is written."""

    path: Path
    state: FileState | None  # None: it isn't there yet
    text: str
    mark: bytes
    encoding: str
    delimiter: str


class FolderWriter:
    """Writes to the CSV files of one folder; see `writing.Writer`."""

    refusal: str | None = None

    def __init__(
        self, path: Path, config: Config, folder: Path, pause: Callable[[float], None] = time.sleep
    ) -> None:
        """`folder` holds the lock by which processes take turns."""
        self.path, self.folder, self._pause = path, folder, pause
        self.label = f"Folder {path.name or path}"
        self._names = Names(config, self.label)
        self._lock = RLock()

    def close(self) -> None:
        """Nothing is held open."""

    def write(self, write: Write, how: Settings) -> bool:
        own = blake2b(str(self.path.resolve()).encode(), digest_size=8).hexdigest()
        with self._lock, alone(self.folder / f"folder-{own}.lock"):
            for _ in range(_ATTEMPTS):
                found = self._tried(write, how)
                if found is not None:
                    return found
        raise NotWrittenError(
            f"Somebody saves files in {self.path} all the time. Send this again in a moment."
        )

    def _tried(self, write: Write, how: Settings) -> bool | None:
        """Whether it is written now; None when a file was saved by somebody else meanwhile."""
        paths = FolderReader(self.path).files()
        wanted = self._names.wanted(write, list(paths))
        files = {title: self._file(paths[title]) for title in wanted}
        sheet = Sheet(self._names, self.label, list(paths), self._tabs(files), how)
        if sheet.is_noted(write.change_id):
            return False
        new = [
            (file, text)
            for change in sheet.changes(write)
            for file, text in self._new(change, files, how.zone)
        ]
        return True if self._replaced(new) else None

    def _file(self, path: Path) -> _File:
        path = path.resolve()  # a link stays a link
        content, state = content_of(path, self._pause)
        mark, encoding, delimiter = dialect_of(path.name, content)
        return _File(path, state, content[len(mark) :].decode(encoding), mark, encoding, delimiter)

    def _tabs(self, files: dict[str, _File]) -> dict[str, Tab]:
        return {
            title: csv_tab(title, file.path.name, file.mark + file.text.encode(file.encoding))
            for title, file in files.items()
        }

    def _new(self, change: TabChange, files: dict[str, _File], zone: Zone) -> Iterator[tuple[_File, str]]:
        file = files.get(change.title)
        if file is None:
            file = _File(self.path / f"{change.title}.csv", None, "", b"", "utf-8", ",")
        yield file, _changed(file, change, zone)

    def _replaced(self, new: Sequence[tuple[_File, str]]) -> bool:
        """Puts the files in place of the old ones, all of them written before the first is renamed."""
        ready: list[tuple[_File, Path]] = []
        try:
            for file, text in new:
                ready.append((file, _written(file, text)))
            if any(_is_other(file) for file, _ in ready):
                return False
            for file, fresh in ready:
                fresh.replace(file.path)
        except OSError as error:
            reason = error.strerror or str(error)
        else:
            return True
        finally:
            for _, fresh in ready:
                with suppress(OSError):
                    fresh.unlink(missing_ok=True)
        raise NotWrittenError(
            f"{self.path} can't be written to: {reason}. Close its files where they are open, and "
            f"give this account the "
            "right to write there."
        )


def _is_other(file: _File) -> bool:
    """Whether the file isn't the one that was read any more."""
    if file.state is None:
        return file.path.exists()
    try:
        return FileState.of(file.path) != file.state
    except SourceError:
        return True


def _written(file: _File, text: str) -> Path:
    """The new content in a file beside the old one, with its rights."""
    try:
        content = file.mark + text.encode(file.encoding)
    except UnicodeEncodeError as error:
        sign = error.object[error.start : error.start + 1]
        reason = f"{file.path.name} is {file.encoding}, which has no {sign!r}. Save it as UTF-8."
    else:
        fresh = file.path.with_name(f".{file.path.name}.{os.getpid()}.new")
        with fresh.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        if file.state is not None:
            shutil.copymode(file.path, fresh)
        return fresh
    raise NotWrittenError(reason)


# --- lines ------------------------------------------------------------------------------------------------


def _changed(file: _File, change: TabChange, zone: Zone) -> str:
    """The file's text with the altered records and the added ones; every other line as it is."""
    lines = list(io.StringIO(file.text, newline=""))
    skip = 1 if lines and lines[0].lower().startswith("sep=") else 0
    end = _line_end(lines)
    for row, puts in sorted(change.altered, key=lambda one: -one[0]):
        first, last, cells = _record(lines, row + skip, file.delimiter)
        for put in puts:
            cells += [""] * (put.at + 1 - len(cells))
            cells[put.at] = _cell(put, zone)
        own = _line_end(lines[last - 1 : last]) if lines[last - 1].endswith(("\r", "\n")) else ""
        lines[first:last] = [_joined(cells, file.delimiter) + own]
    text = "".join(lines).rstrip("\r\n")
    fresh = [] if not change.header else [list(change.header)]
    fresh += [_spread(puts, zone) for puts in change.added]
    rest = "".join(_joined(cells, file.delimiter) + end for cells in fresh)
    return f"{text}{end}{rest}" if text and rest else text + rest if rest else "".join(lines)


def _line_end(lines: Sequence[str]) -> str:
    """How the lines end; as CSV has it where there is none."""
    first = next((line for line in lines if line.endswith(("\r", "\n"))), "\r\n")
    return first[len(first.rstrip("\r\n")) :]


def _record(lines: Sequence[str], row: int, delimiter: str) -> tuple[int, int, list[str]]:
    """The lines that make up a record (a cell may hold line breaks), from and to, and its cells."""
    reader = csv.reader(iter(lines), delimiter=delimiter)
    first = 0
    for number, cells in enumerate(reader):
        if number == row:
            return first, reader.line_num, cells
        first = reader.line_num
    raise NotWrittenError("The file became shorter while it was read. Send this again.")


def _joined(cells: Sequence[str], delimiter: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="").writerow(cells)
    return out.getvalue()


def _spread(puts: Sequence[Put], zone: Zone) -> list[str]:
    cells = [""] * (max((put.at for put in puts), default=-1) + 1)
    for put in puts:
        cells[put.at] = _cell(put, zone)
    return cells


def _cell(put: Put, zone: Zone) -> str:
    value: Value = put.value
    if value is None:
        return ""
    if put.column.type is Type.TIME and isinstance(value, int):
        local = zone.from_epoch(value)
        return local.isoformat(" ") if zone.to_epoch(local) == value else moment_text(value, zone)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return format(Decimal(repr(value)), "f")
    return f"{_SHIELD}{value}" if _RISKY.match(value) else value
