"""The pack as a workbook to reckon with: typed cells, a sheet a chapter, the whole report, and definitions.

Texts are always strings: one that starts like a formula or an address is neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import Any, Final

import xlsxwriter  # type: ignore[import-untyped]

from components.text import clean
from components.theme import light
from documents import number_formats, texts
from documents.pack import (
    NUMERIC,
    Amount,
    Badge,
    Cell,
    Chapter,
    Drawing,
    Facts,
    Grid,
    Kind,
    Pack,
    Progress,
    Says,
    Tiles,
    Topic,
)
from scorecard.rows import COLUMNS
from scorecard.words import plain

_INERT: Final = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_NAMED: Final = 31  # characters of a sheet's name
_FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\']")
_WIDTHS: Final = (44, 24, 24, 24, 18, 18, 18, 18, 24, 24)
_LINE: Final = 15  # points of a row
_TALL: Final = {"title": 24, "topic": 18, "head": 18}
_UNITS: Final[dict[str, Kind]] = {
    "number": "number", "percent": "percent", "currency": "currency", "hours": "hours", "days": "days",
}  # fmt: skip
_MEASURED: Final = frozenset(("value", "low", "high", "target"))
_DAY_OF_THE_VIEWER: Final = 14  # a date as the viewer's own settings write it


def write(pack: Pack, progress: Progress) -> bytes:
    """The XLSX's bytes; the same pack gives the same bytes."""
    made = BytesIO()
    with xlsxwriter.Workbook(made, {**_INERT, "in_memory": True}) as file:
        file.set_properties(_properties(pack))
        book = _Book(file, pack)
        book.about()
        for chapter in pack.chapters:
            if not chapter.annex:
                progress(chapter.title)
                book.chapter(chapter)
        progress("Report")
        book.report()
        book.definitions()
    return made.getvalue()


def _properties(pack: Pack) -> dict[str, Any]:
    created = datetime.combine(pack.day, time(12))
    return {"title": pack.title, "author": pack.organisation, "subject": pack.foot, "created": created}


class _Book:
    """The workbook as it grows."""

    def __init__(self, file: Any, pack: Pack) -> None:
        self.file, self.pack = file, pack
        self._formats: dict[tuple[Any, ...], Any] = {}
        self._names: set[str] = set()

    # --- sheets

    def about(self) -> None:
        """What this is, and its answer."""
        pack = self.pack
        sheet = _Sheet(self, "About", (16, 100))
        sheet.line([pack.title], "title")
        for name, words in (
            ("Period", f"{pack.period_name} ({pack.period})"), ("As of", pack.as_of), ("Source", pack.source),
            ("Only", pack.narrowed),
        ):  # fmt: skip
            if words:
                sheet.line([name, words])
        sheet.gap()
        for one in pack.verdict:
            sheet.line(["", plain(one)])

    def chapter(self, chapter: Chapter) -> None:
        """The question, the answer, and each topic under the other."""
        sheet = _Sheet(self, chapter.title, _WIDTHS)
        sheet.line([chapter.question], "title")
        for one in chapter.verdict:
            sheet.line([plain(one)])
        for topic in chapter.topics:
            sheet.gap()
            sheet.topic(topic)

    def report(self) -> None:
        """The tidy report, one figure a row, unrounded."""
        sheet = _Sheet(self, "Report", (28, 14, 34, 24, 22, *(14,) * 8, 14, 10, 40))
        sheet.line(list(COLUMNS), "head")
        for row in self.pack.rows:
            cells = row.as_dict()
            kinds = [self._kind(name, row.unit) for name in COLUMNS]
            sheet.cells([cells[name] for name in COLUMNS], kinds)
        sheet.as_list(len(COLUMNS))

    def definitions(self) -> None:
        """What the words and marks mean."""
        sheet = _Sheet(self, "Definitions", (34, 110))
        sheet.line(["Name", "Meaning"], "head")
        for one in self.pack.definitions:
            sheet.cells([one.badge or one.name, one.means], ["badge", "text"])
        sheet.as_list(2)

    @staticmethod
    def _kind(column: str, unit: str) -> Kind:
        if column in _MEASURED:
            return _UNITS[unit]
        return "percent" if column == "expected" else "number"

    def named(self, title: str) -> str:
        """A name for a sheet that Excel takes and that no other has."""
        name = _FORBIDDEN.sub(" ", clean(title)).strip()[:_NAMED] or "Sheet"
        while name.casefold() in self._names:
            name = f"{name[: _NAMED - 2]} 2"
        self._names.add(name.casefold())
        return name

    # --- formats

    def format(self, **wanted: Any) -> Any:
        """A cell format, made once."""
        key = tuple(sorted(wanted.items()))
        if key not in self._formats:
            self._formats[key] = self.file.add_format({"valign": "top", **wanted})
        return self._formats[key]

    def figure(self, kind: Kind, value: float) -> Any:
        """How a figure of that kind is written."""
        return self.format(num_format=self._pattern(kind, value), align="right")

    def _pattern(self, kind: Kind, value: float) -> str:
        unit = "percent" if kind == "points" else kind
        return number_formats.of_unit(unit, self.pack.formats, whole=float(value).is_integer())


class _Sheet:
    """A sheet that is filled from the top."""

    def __init__(self, book: _Book, title: str, widths: Sequence[int]) -> None:
        self.book, self.row = book, 0
        self.sheet = book.file.add_worksheet(book.named(title))
        self.sheet.hide_gridlines(2)
        self.sheet.set_landscape()
        self.sheet.fit_to_pages(1, 0)  # printed as wide as the paper
        self.widths = widths
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)

    def gap(self) -> None:
        """A blank row."""
        self.row += 1

    def line(self, words: Sequence[str], style: str = "") -> None:
        """Texts beside each other; `style` is title, topic or head."""
        looks: dict[str, dict[str, Any]] = {
            "title": {"bold": True, "font_size": 16},
            "topic": {"bold": True, "font_size": 12},
            "head": {"bold": True, "bottom": 1, "font_color": light()["muted"], "text_wrap": True},
        }
        shown = self.book.format(**looks.get(style, {}))
        if style in _TALL:
            self.sheet.set_row(self.row, _TALL[style])
        for column, text in enumerate(words):
            self.sheet.write_string(self.row, column, clean(text), shown)
        self.row += 1

    def topic(self, topic: Topic) -> None:
        """Its title, what it says, and its figures; a chart is there as its table."""
        marks = "".join(f"  {mark}" for mark in topic.badges)
        self.line([f"{topic.title}{marks}"], "topic")
        for one in topic.says:
            self.line([plain(one)])
        for block in topic.blocks:
            if isinstance(block, Grid):
                self.grid(block)
            elif isinstance(block, Drawing):
                self.drawing(block)
            elif isinstance(block, Tiles):
                self.tiles(block)
            elif isinstance(block, Facts):
                for name, words in block.pairs:
                    self.line([name, words])
            elif isinstance(block, Says):
                for one in block.sentences:
                    self.line([plain(one)])

    def grid(self, grid: Grid) -> None:
        """A table with typed cells."""
        self._titled(grid.title)
        self.line([column.title for column in grid.columns], "head")
        for row in grid.rows:
            self.cells(row, [column.kind for column in grid.columns])
        self.gap()

    def drawing(self, block: Drawing) -> None:
        """The figures behind a chart."""
        table = block.figure.table
        self._titled(block.title)
        self.line([str(title) for title in table.frame.columns], "head")
        titles = [str(title) for title in table.frame.columns]
        kinds = [_UNITS.get(table.units.get(title, ""), "text") for title in titles]
        for row in table.frame.astype(object).where(table.frame.notna(), None).itertuples(index=False):
            cells = [
                _day(cell) if title == "Date" else _plain(cell)
                for title, cell in zip(titles, row, strict=True)
            ]
            self.cells(_measured(dict(zip(titles, cells, strict=True)), kinds), kinds)
        self.gap()

    def tiles(self, block: Tiles) -> None:
        """A figure a row: its value as a number, and what it takes to believe it."""
        self.line(["Figure", "Value", "Status", "Basis"], "head")
        for one in block.items:
            value = one.text if one.value is None else one.value
            self.cells(
                [one.name, value, one.status, " · ".join(one.fine)], ["text", one.kind, "badge", "text"]
            )
        self.gap()

    def _titled(self, title: str) -> None:
        if title:
            self.line([title], "head")

    def cells(self, row: Iterable[Cell], kinds: Sequence[Kind]) -> None:
        """One row of typed cells."""
        lines = 1
        for column, (cell, kind) in enumerate(zip(row, kinds, strict=True)):
            self._cell(column, cell, kind)
            if isinstance(cell, str) and kind not in NUMERIC:
                lines = max(lines, -(-len(texts.brief(cell)) // self._room(column)))
        if lines > 1:
            self.sheet.set_row(self.row, _LINE * lines)
        self.row += 1

    def _room(self, column: int) -> int:
        """Characters that a column holds."""
        return self.widths[min(column, len(self.widths) - 1)]

    def _cell(self, column: int, cell: Cell, kind: Kind) -> None:
        if isinstance(cell, Amount):
            kind, cell = _UNITS[cell.unit], cell.value
        place = (self.row, column)
        if cell is None or cell == "":
            return
        if isinstance(cell, Badge):
            self.sheet.write_string(*place, str(cell), self.book.format(font_color=light()[cell.tone]))
        elif isinstance(cell, str):
            self._text(place, cell, kind)
        elif isinstance(cell, date):
            day = self.book.format(num_format=_DAY_OF_THE_VIEWER, align="right")
            self.sheet.write_datetime(*place, datetime.combine(cell, time()), day)
        else:
            self.sheet.write_number(*place, cell, self.book.figure(kind, cell))

    def _text(self, place: tuple[int, int], text: str, kind: Kind) -> None:
        shown = texts.brief(text)
        wraps = len(shown) > self._room(place[1])
        look = {"align": "right"} if kind in NUMERIC else {"text_wrap": True} if wraps else {}
        self.sheet.write_string(*place, shown, self.book.format(**look))

    def as_list(self, columns: int) -> None:
        """A list from top to bottom: its head stays in view, and it can be narrowed."""
        self.sheet.freeze_panes(1, 0)
        self.sheet.autofilter(0, 0, max(self.row - 1, 1), columns - 1)


def _plain(cell: object) -> Cell:
    """A cell of a chart's table as one of a pack's."""
    if cell is None or isinstance(cell, (str, date)):
        return cell
    return float(cell) if isinstance(cell, (int, float)) else str(cell)


def _day(cell: object) -> Cell:
    """A date that a chart's table writes as text."""
    try:
        return date.fromisoformat(str(cell))
    except ValueError:
        return _plain(cell)


def _measured(row: dict[str, Cell], kinds: Sequence[Kind]) -> list[Cell]:
    """Figures in the unit that their row names, such as the actual and the target of a goal."""
    unit = row.get("Unit")
    if not isinstance(unit, str) or unit not in _UNITS:
        return list(row.values())
    return [
        Amount(cell, unit) if kind == "number" and isinstance(cell, (int, float)) else cell
        for cell, kind in zip(row.values(), kinds, strict=True)
    ]
