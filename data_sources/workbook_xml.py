"""What a reader of .xlsx does not say: error cells, formulas without a result, how far a sheet reaches.

python-calamine gives an error cell (#DIV/0!) as blank, and lays a sheet out as a full grid, so that one stray
cell in the last row would take all memory. Both are looked up in the sheet's XML, in a few passes over it.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Final
from xml.etree import ElementTree as ET

from data_sources.errors import SourceError
from data_sources.tab import letters

MOST_BYTES: Final = 500_000_000  # of all parts together, unpacked
MOST_CELLS: Final = 10_000_000  # of one sheet's grid
NO_RESULT: Final = "#CALC!"  # what stands in for a formula whose result was never stored

_MEDIA: Final = ("xl/media/", "xl/drawings/", "docProps/", "customXml/")  # never read
_ONE_WAY: Final = bytes.maketrans(b"'\t\r\n", b'"   ')
_LOOSE: Final = re.compile(rb' *= *"')
# Literal beginnings, so that a pass over a million cells takes a tenth of a second.
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[\s/>]")
_CELL: Final = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_AT: Final = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_KIND: Final = re.compile(rb'\bt="(\w+)"')
_VALUE: Final = re.compile(rb"<(?:\w+:)?v\b[^>]*>([^<]+)<")
_ROW: Final = re.compile(rb' r="(\d{1,7})"')
_WIDE: Final = re.compile(rb' r="([A-Z]{2,3})\d{1,7}"')
_TALL: Final = re.compile(rb' r="[A-Z]{1,3}(\d{6,7})"')


class Parts:
    """The parts of a workbook; SourceError or zipfile.BadZipFile where they are not what they say."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        self.archive = zipfile.ZipFile(io.BytesIO(content))
        size = sum(part.file_size for part in self.archive.infolist())
        if size > MOST_BYTES:
            raise SourceError(
                f"{name} holds {size / 1e6:,.0f} MB unpacked, more than the {MOST_BYTES / 1e6:,.0f} MB "
                "that are read. Delete sheets and rows that nobody needs."
            )
        for part in self.archive.namelist():
            if not part.startswith((*_MEDIA, "xl/worksheets/")):
                self.read(part)  # whether its size is what it says
        self.sheets = self._sheets()

    def read(self, part: str) -> bytes:
        """A part unpacked; one that is longer than it says ends as a bad zip file."""
        content = self.archive.read(part)
        if b"<!DOCTYPE" in content[:2000]:
            raise SourceError(f"{self.name} is not a workbook as Excel writes them. Save it again as .xlsx.")
        return content

    def sheet(self, title: str) -> bytes:
        """The XML of a sheet, every attribute written as ` name="value"`."""
        content = self.read(self.sheets.get(title, "")).translate(_ONE_WAY)
        return _LOOSE.sub(b'="', content) if b' ="' in content or b'= "' in content else content

    def _sheets(self) -> Mapping[str, str]:
        """The part that holds each sheet, by title."""
        book = ET.fromstring(self.read("xl/workbook.xml"))  # noqa: S314 - no DOCTYPE, so no entities
        links = ET.fromstring(self.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - the same
        targets = {link.get("Id"): link.get("Target", "") for link in links}
        return {
            sheet.get("name", ""): _part(targets.get(_link_id(sheet), ""))
            for sheet in book.iter()
            if sheet.tag.endswith("}sheet")
        }


def _link_id(sheet: ET.Element) -> str:
    return next((value for name, value in sheet.attrib.items() if name.endswith("}id")), "")


def _part(target: str) -> str:
    return target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))


def check_extent(name: str, title: str, sheet: bytes) -> None:
    """SourceError when the sheet's filled cells span more than can be laid out; it names the far corner."""
    rows = max(map(int, _ROW.findall(sheet)), default=sheet.count(b"row>"))
    rows = max(rows, max(map(int, _TALL.findall(sheet)), default=0))
    columns = max(map(_number, set(_WIDE.findall(sheet))), default=26)
    if rows * columns <= MOST_CELLS:
        return
    filled = [place for place, _, _ in _cells(sheet)]  # formatted cells without a value take no room
    width, height = (max((place[axis] + 1 for place in filled), default=0) for axis in (0, 1))
    if width * height > MOST_CELLS:
        corner = f"{letters(width - 1)}{height}"
        raise SourceError(
            f"{name}: the sheet {title} reaches to cell {corner}, which is more than can be read. "
            "Delete what stands far from the others, or split the sheet."
        )


def hidden_cells(sheet: bytes) -> dict[tuple[int, int], str]:
    """Error cells and formulas without a stored result, by (column, row) from 0, and what stands there."""
    if b't="e"' not in sheet and b"<f" not in sheet and b":f" not in sheet:
        return {}
    found: dict[tuple[int, int], str] = {}
    for place, kind, inner in _cells(sheet):
        value = _VALUE.search(inner)
        if kind == b"e":
            found[place] = value[1].decode("ascii", "replace") if value else NO_RESULT
        elif value is None and kind != b"str" and _FORMULA.search(inner):
            found[place] = NO_RESULT
    return found


def _cells(sheet: bytes) -> Iterator[tuple[tuple[int, int], bytes, bytes]]:
    """Each cell with something in it: its place from 0, its kind, and what stands between its tags."""
    for match in _CELL.finditer(sheet):
        at, inner = _AT.search(match[1]), match[3]
        if at is not None and inner:
            kind = _KIND.search(match[1])
            yield (_number(at[1]) - 1, int(at[2]) - 1), kind[1] if kind else b"n", inner


def _number(column: bytes) -> int:
    """A column's number from 1 by its letters."""
    number = 0
    for letter in column:
        number = number * 26 + letter - 64
    return number
