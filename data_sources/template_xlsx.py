"""Writes the template as an .xlsx: notes, dropdowns, formats, and headers protected against mistakes."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from data_sources.tab import letters
from scorecard.contract import Type
from scorecard.template import START, Field, Need, Page, Rule, RuleKind, StartRow, Style, Template

_LAST_ROW: Final = 1_048_575  # of the grid, from 0
_LAST_COLUMN: Final = 16_383
_DROPDOWN_ROWS: Final = 5_000  # how far down another tab a dropdown looks
_LONGEST_LIST: Final = 255  # characters; Excel refuses the file beyond
_LONGEST_NUMBER: Final = 1e15
_FIRST_DAY: Final = date(1990, 1, 1)
_NOTE_WIDTH, _NOTE_LINE = 330, 17  # pixels; a line holds about 52 characters
_NOTE_CHARACTERS: Final = 52

# Everything below the headers stays as free as in an unprotected sheet.
_FREE: Final[Mapping[str, bool]] = dict.fromkeys(
    ("objects", "scenarios", "format_cells", "format_columns", "format_rows", "insert_columns", "insert_rows",
     "insert_hyperlinks", "delete_columns", "delete_rows", "sort", "autofilter", "pivot_tables"),
    True,
)  # fmt: skip

FORMATS: Final[Mapping[Type, str]] = {
    Type.TEXT: "@",
    Type.TIME: "yyyy-mm-dd hh:mm",
    Type.DATE: "yyyy-mm-dd",
    Type.INTEGER: "#,##0",
    Type.NUMBER: "General",  # so that a typed 25 % stays one
    Type.MONEY: "#,##0.00",
    Type.SHARE: "0.0%",
    Type.BOOLEAN: "@",
}
COLOURS: Final[Mapping[Need, tuple[str, str]]] = {  # background, text
    Need.REQUIRED: ("#24425C", "#FFFFFF"),
    Need.USED: ("#CFDFEC", "#1B2A36"),
    Need.OPTIONAL: ("#EDEFF1", "#3C4650"),
}


def write(template: Template, path: Path) -> None:
    """Writes the template to a new file; ValueError when the name is taken or can't be written to."""
    content = workbook(template)
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        raise ValueError(f"{path} is there already. Choose another name, or move that file away.") from None
    except OSError as error:
        raise ValueError(f"{path} can't be written: {error.strerror}. Choose another folder.") from None


def workbook(template: Template) -> bytes:
    """The template as the bytes of an .xlsx; the same template gives the same bytes."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    book.set_properties({"title": "Tandem", "created": datetime(2000, 1, 1, tzinfo=UTC)})
    book.set_custom_property("Tandem template", template.version)
    _Writer(book, template).write()
    book.close()
    return file.getvalue()


class _Writer:
    """Writes one template into one workbook."""

    def __init__(self, book: xlsxwriter.Workbook, template: Template) -> None:
        self.book = book
        self.template = template
        self.start_rows = {row.cells[0]: i for i, row in enumerate(template.start) if row.style is Style.ROW}
        self.formats: dict[str, Format] = {}

    def write(self) -> None:
        start = self.book.add_worksheet(START)
        sheets = [self.book.add_worksheet(page.title) for page in self.template.pages]
        self._start(start)
        for page, sheet in zip(self.template.pages, sheets, strict=True):
            self._page(page, sheet)
        start.activate()

    def _format(self, **properties: Any) -> Format:
        """One format per look, shared."""
        name = repr(sorted(properties.items()))
        if name not in self.formats:
            self.formats[name] = self.book.add_format({"font_name": "Calibri", "valign": "top", **properties})
        return self.formats[name]

    # --- a tab of a table -------------------------------------------------------------------------------

    def _page(self, page: Page, sheet: Worksheet) -> None:
        for at, field in enumerate(page.fields):
            sheet.set_column(at, at, field.width, self._cell(field))
            self._header(sheet, at, field)
            if field.rule is not None:
                sheet.data_validation(1, at, _LAST_ROW, at, self._validation(field.rule))
        sheet.set_column(len(page.fields), _LAST_COLUMN, None, self._format(locked=False))
        self._lines(page, sheet)
        sheet.set_row(0, 24)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, _LAST_ROW, len(page.fields) - 1)
        sheet.protect("", dict(_FREE))
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})

    def _cell(self, field: Field) -> Format:
        wraps = {"text_wrap": True} if field.wraps else {}
        return self._format(locked=False, num_format=FORMATS[field.type], **wraps)

    def _header(self, sheet: Worksheet, at: int, field: Field) -> None:
        sheet.write_string(0, at, field.name, self._need(field.need, valign="vcenter"))
        _note(sheet, 0, at, field.note)

    def _need(self, need: Need, **more: Any) -> Format:
        background, text = COLOURS[need]
        return self._format(
            bg_color=background, font_color=text, bold=need is Need.REQUIRED, locked=True, **more
        )

    def _lines(self, page: Page, sheet: Worksheet) -> None:
        """The settings that stand ready: a key, its note, and what its value may be."""
        for row, line in enumerate(page.lines, start=1):
            sheet.write_string(row, 0, line.key, self._cell(page.fields[0]))
            _note(sheet, row, 0, f"{line.key}: {line.note}")
            looks = {"num_format": FORMATS[line.type], "align": "left"}
            sheet.write_blank(row, 1, None, self._format(locked=False, **looks))
            tip = {"show_input": True, "input_title": line.key, "input_message": _cut(line.note, 255)}
            rule = {"validate": "any"} if line.rule is None else self._validation(line.rule)
            sheet.data_validation(row, 1, row, 1, rule | tip)

    # --- what a cell may hold ---------------------------------------------------------------------------

    def _validation(self, rule: Rule) -> dict[str, Any]:
        how = {
            "error_type": "stop" if rule.strict else "warning",
            "error_title": "Not what belongs here",
            "error_message": _cut(rule.message, 255),
            "show_input": False,
        }
        if rule.kind is RuleKind.CHOICES:
            return {"validate": "list", "source": self._choices(rule.choices), **how}
        if rule.kind is RuleKind.TAB:
            return {"validate": "list", "source": self._other_tab(rule), **how}
        if rule.kind is RuleKind.DAY:
            return {"validate": "date", "criteria": ">=", "value": _FIRST_DAY, **how}
        return _number(rule) | how

    def _choices(self, choices: tuple[str, ...]) -> list[str] | str:
        """The values themselves, or, where they are too many for Excel, their list on the first tab."""
        if len(",".join(choices)) <= _LONGEST_LIST:
            return list(choices)
        first, last = self.start_rows[choices[0]], self.start_rows[choices[-1]]
        return f"='{START}'!$A${first + 1}:$A${last + 1}"

    def _other_tab(self, rule: Rule) -> str:
        """The filled part of the other tab's column: blank cells in it would fill the dropdown."""
        page = self.template.page(rule.tab)
        if page is None:
            raise ValueError(f"The template has no tab {rule.tab}.")
        column = f"'{rule.tab}'!${letters(page.position(rule.column))}$"
        filled = f"COUNTA({column}2:{column.rpartition('!')[2]}{_DROPDOWN_ROWS})"
        # Excel takes OFFSET here, but not every formula with a range that ends in INDEX
        return f"=OFFSET({column}2,0,0,MAX(1,{filled}),1)"

    # --- the first tab ----------------------------------------------------------------------------------

    def _start(self, sheet: Worksheet) -> None:
        sheet.hide_gridlines(2)
        for at, width in enumerate((34, 58, 70)):
            sheet.set_column(at, at, width)
        for at, row in enumerate(self.template.start):
            _START[row.style](self, sheet, at, row)
        sheet.protect("", {"objects": True, "format_columns": True, "format_rows": True})

    def _spread(self, sheet: Worksheet, at: int, row: StartRow) -> None:
        looks: dict[Style, dict[str, Any]] = {
            Style.TITLE: {"bold": True, "font_size": 18},
            Style.STAMP: {"font_color": "#5A6570"},
            Style.HEADING: {"bold": True, "font_size": 13},
        }
        sheet.write_string(at, 0, row.cells[0], self._format(**looks.get(row.style, {})))

    def _list(self, sheet: Worksheet, at: int, row: StartRow) -> None:
        head = {"bold": True, "bottom": 1} if row.style is Style.HEAD else {}
        for column, text in enumerate(row.cells):
            sheet.write_string(at, column, text, self._format(text_wrap=True, **head))
        if row.need is not None:
            sheet.write_string(at, 0, row.cells[0], self._need(row.need))
        if row.tab is not None:
            link = self._format(font_color="#0B5394", underline=1)
            sheet.write_url(at, 0, f"internal:'{row.tab}'!A1", link, row.cells[0])

    def _blank(self, sheet: Worksheet, at: int, row: StartRow) -> None:
        """Nothing stands there."""


_START: Final = {
    Style.TITLE: _Writer._spread,  # noqa: SLF001 - of this module
    Style.STAMP: _Writer._spread,  # noqa: SLF001
    Style.HEADING: _Writer._spread,  # noqa: SLF001
    Style.TEXT: _Writer._spread,  # noqa: SLF001
    Style.HEAD: _Writer._list,  # noqa: SLF001
    Style.ROW: _Writer._list,  # noqa: SLF001
    Style.BLANK: _Writer._blank,  # noqa: SLF001
}


def _number(rule: Rule) -> dict[str, Any]:
    kind = {"validate": "integer" if rule.whole else "decimal"}
    if rule.low is not None and rule.high is None:
        return {**kind, "criteria": ">=", "value": rule.low}
    low = -_LONGEST_NUMBER if rule.low is None else rule.low
    high = _LONGEST_NUMBER if rule.high is None else rule.high
    return {**kind, "criteria": "between", "minimum": low, "maximum": high}


def _note(sheet: Worksheet, row: int, column: int, text: str) -> None:
    """A note as high as its text."""
    lines = sum(1 + len(line) // _NOTE_CHARACTERS for line in text.split("\n"))
    size = {"width": _NOTE_WIDTH, "height": 12 + _NOTE_LINE * lines, "font_size": 9}
    sheet.write_comment(row, column, text, {"author": "Tandem", **size})


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"
