"""A CSV file as a tab: in whichever encoding and with whichever delimiter it was exported."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import PurePath
from typing import Final

from data_sources.errors import SourceError
from data_sources.tab import Tab
from scorecard.cells import trim
from scorecard.problems import grouped

SUFFIXES: Final = (".csv", ".tsv")
MOST_CELLS: Final = 10_000_000
_DELIMITERS: Final = ",;\t|"
_SAMPLE: Final = 200  # rows by which the delimiter is told
_HEAD: Final = 500_000  # characters among which those rows are looked for
_MARKS: Final = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_AFTER_MARK: Final = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_FOREIGN: Final = {b"PK\x03\x04": "a workbook", b"\xd0\xcf\x11\xe0": "an old workbook", b"%PDF": "a PDF"}


@dataclass(frozen=True)
class TextTab(Tab):
    """A tab that came as text. `note` says what had to be guessed to read it, None where nothing had."""

    note: str | None = None


def is_csv(name: str) -> bool:
    return PurePath(name).suffix.casefold() in SUFFIXES


def csv_tab(title: str, name: str, content: bytes) -> TextTab:
    """The file's cells, all text; SourceError when it is no CSV file. `name` is the file's own."""
    text, note = _decoded(name, content)
    rows = _rows(name, text)
    width, narrowest = max(map(len, rows), default=0), min(map(len, rows), default=0)
    if width * len(rows) > MOST_CELLS:
        raise SourceError(
            f"{name} has {grouped(len(rows))} rows of up to {grouped(width)} cells, "
            "more than can be read. Delete what "
            "nobody needs."
        )
    digest = hashlib.blake2b(content, digest_size=16).hexdigest()
    columns = zip(*rows, strict=True) if width == narrowest else zip_longest(*rows, fillvalue="")
    return TextTab(title, list(columns), digest, note=note)


def dialect_of(name: str, content: bytes) -> tuple[bytes, str, str]:
    """A file's byte order mark, the encoding of what follows, its delimiter; SourceError: it is no CSV."""
    text, note = _decoded(name, content)
    mark = next((start for start in _MARKS if content.startswith(start)), b"")
    encoding = "cp1252" if note else _AFTER_MARK.get(mark) or _wide(content)
    told = trim(text.partition("\n")[0]).casefold()
    is_told = told.startswith("sep=") and len(told) == len("sep=;")
    return mark, encoding, told[-1] if is_told else _delimiter(text)


def _decoded(name: str, content: bytes) -> tuple[str, str | None]:
    """The text, and a sentence when its encoding had to be guessed."""
    for start, what in _FOREIGN.items():
        if content.startswith(start):
            raise SourceError(f"{name} is {what}, not CSV. Give it its right ending, or export it as CSV.")
    mark = next((encoding for start, encoding in _MARKS.items() if content.startswith(start)), None)
    for encoding in (mark,) if mark else (_wide(content), "utf-8"):
        try:
            return content.decode(encoding), None
        except UnicodeDecodeError:
            continue
    return content.decode("cp1252", "replace"), (
        "this file isn't UTF-8, so it is read as Windows text (cp1252); names with accents may be wrong."
    )


def _wide(content: bytes) -> str:
    """UTF-16 without a mark shows by the zero bytes beside Latin letters; no other text has any."""
    return "utf-16-le" if content[1:2] == b"\0" else "utf-16-be" if content[:1] == b"\0" else "utf-8"


def _rows(name: str, text: str) -> list[list[str]]:
    first, _, rest = text.partition("\n")
    told = trim(first).casefold()
    if told.startswith("sep=") and len(told) == len("sep=;"):
        return _parsed(name, rest, told[-1])  # Excel's own line about the delimiter is no row
    return _parsed(name, text, _delimiter(text))


def _parsed(name: str, text: str, delimiter: str) -> list[list[str]]:
    """Every row; a quotation mark that is never closed would swallow what follows, so it is refused."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=text.count('"') % 2 == 1)
    rows: list[list[str]] = []
    try:
        rows.extend(lines)
    except csv.Error:
        rows = _lenient(name, text, delimiter)
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


def _lenient(name: str, text: str, delimiter: str) -> list[list[str]]:
    """Rows with stray quotation marks inside a cell (15" screen), as long as each cell stays on its lines."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[list[str]] = []
    start = 1
    try:
        for row in lines:
            if lines.line_num - start > _LONGEST and any(cell.count("\n") > _LONGEST for cell in row):
                break
            rows.append(row)
            start = lines.line_num + 1
        else:
            return rows
    except csv.Error:
        pass
    raise SourceError(
        f"{name} can't be read from line {start} on: a quotation mark is opened there and not closed. "
        'Close it, or write "" for a quotation mark inside a cell.'
    )


_LONGEST: Final = 200  # lines of one cell


def _delimiter(text: str) -> str:
    """The one that parts most rows alike; of two, the one that parts them further.

    Before that comes the one that leaves no quotation marks inside cells: only the right one knows where a
    cell of several lines ends.
    """
    alike = {mark: _alike(text[:_HEAD], mark) for mark in _DELIMITERS}
    return max(_DELIMITERS, key=lambda mark: alike[mark])


def _alike(text: str, delimiter: str) -> tuple[bool, int, int]:
    sample = list(_sample(text, delimiter))
    widths = Counter(len(row) for row in sample)
    width, rows = max(widths.items(), key=lambda item: (item[0] > 1, item[1], item[0]), default=(0, 0))
    tidy = not any('"' in cell for row in sample for cell in row)
    return (tidy, rows, width) if width > 1 else (False, 0, 0)


def _sample(text: str, delimiter: str) -> Iterator[list[str]]:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        yield from (row for row in islice(lines, _SAMPLE) if any(row))
    except csv.Error:
        return
