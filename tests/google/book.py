"""Spreadsheets and their tabs, and the values of theirs that the API reads and writes."""

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.google import a1, cells
from tests.google.a1 import Area
from tests.google.errors import Refusal, invalid, unknown_range

Options = tuple[str, str, str]  # majorDimension, valueRenderOption, dateTimeRenderOption
VERSIONS = itertools.count(1)  # never the same twice, whatever is undone
NUMBER_FORMAT = "userEnteredFormat.numberFormat"
PRIMITIVE = {str, int, float, bool}
BY_COLUMN: Options = ("COLUMNS", "UNFORMATTED_VALUE", "SERIAL_NUMBER")
PLAIN: Options = ("ROWS", "FORMATTED_VALUE", "SERIAL_NUMBER")


@dataclass
class Sheet:
    """A tab: a grid, what its cells hold, how they look, and what is said about them.

    `values[row][column]` ends where nothing is written. `looks` are formats, notes and dropdowns in the order
    in which they were given: (area, path such as "userEnteredFormat.numberFormat", value).
    """

    sheet_id: int
    title: str
    rows: int = 1000
    columns: int = 26
    values: list[list[object]] = field(default_factory=list)
    looks: list[tuple[Area, str, object]] = field(default_factory=list)
    cell_formats: dict[tuple[int, int], dict[str, str]] = field(default_factory=dict)
    properties: dict = field(default_factory=dict)
    protected: list[dict] = field(default_factory=list)
    conditional_formats: list[dict] = field(default_factory=list)
    dimensions: list[dict] = field(default_factory=list)
    version: int = 0
    whole_version: int = 0
    column_versions: dict[int, int] = field(default_factory=dict)

    def touch(self, column: int | None = None) -> None:
        """Notes that a column, or anything at all, isn't what it was."""
        self.version = next(VERSIONS)
        if column is None:
            self.whole_version = self.version
        else:
            self.column_versions[column] = self.version

    def version_of(self, column: int) -> int:
        return max(self.whole_version, self.column_versions.get(column, 0))

    @property
    def whole(self) -> Area:
        return Area(0, 0, self.rows, self.columns)

    def value(self, row: int, column: int) -> object:
        cells_of_row = self.values[row] if row < len(self.values) else ()
        return cells_of_row[column] if column < len(cells_of_row) else None

    def put(self, row: int, column: int, value: object, number_format: dict[str, str] | None = None) -> None:
        """Puts a value, as stored, into a cell; without a format the cell keeps the one it has."""
        while len(self.values) <= row:
            self.values.append([])
        line = self.values[row]
        line.extend([None] * (column + 1 - len(line)))
        line[column] = value
        if number_format:
            self.cell_formats[row, column] = number_format
        self.touch(column)

    def number_format(self, row: int, column: int) -> dict[str, str] | None:
        if found := self.cell_formats.get((row, column)):
            return found
        return self.look(row, column, NUMBER_FORMAT)

    def look(self, row: int, column: int, path: str) -> object:
        """The format, note or rule last given to a cell; None if none was."""
        given = (
            value for area, name, value in reversed(self.looks) if name == path and area.holds(row, column)
        )
        return next(given, None)

    def dress(self, area: Area, path: str, value: object) -> None:
        """Gives an area a format, a note or a rule; None takes it away."""
        if path in ("userEnteredFormat", NUMBER_FORMAT):
            for place in [place for place in self.cell_formats if area.holds(*place)]:
                del self.cell_formats[place]
        if path == "userEnteredFormat":
            kept = [look for look in self.looks if not (look[0] == area and look[1].startswith(path))]
            self.looks = kept
            for name, part in (value or {"numberFormat": None}).items():
                self.looks.append((area, f"{path}.{name}", part))
        else:
            self.looks.append((area, path, value))
        self.touch()

    def grow(self, rows: int, columns: int) -> None:
        self.rows, self.columns = max(self.rows, rows), max(self.columns, columns)

    def clear(self, area: Area) -> None:
        """Takes the values away; formats and notes stay."""
        for line in self.values[area.top : area.bottom]:
            line[area.left : area.right] = [None] * len(line[area.left : area.right])
        self.touch()

    def resource(self, index: int) -> dict:
        """As GET spreadsheets/{id} tells it."""
        told = {"properties": self.told(index)}
        if self.conditional_formats:
            told["conditionalFormats"] = self.conditional_formats
        if self.protected:
            told["protectedRanges"] = self.protected
        return told

    def told(self, index: int) -> dict:
        grid = {"rowCount": self.rows, "columnCount": self.columns} | self.properties.get(
            "gridProperties", {}
        )
        others = {key: value for key, value in self.properties.items() if key != "gridProperties"}
        return {
            "sheetId": self.sheet_id,
            "title": self.title,
            "index": index,
            "sheetType": "GRID",
            "gridProperties": grid,
            **others,
        }

    def block(self, area: Area, options: Options, locale: str) -> list[list[object]]:
        """The values of a closed area: trailing blanks cut, inner blank lines []."""
        dimension, render, days = options
        rows = [line[area.left : area.right] for line in self.values[area.top : area.bottom]]
        if render == "UNFORMATTED_VALUE" and days == "SERIAL_NUMBER":
            lines = [[_plain(value) for value in line] for line in rows]
        else:
            looks = [look for look in self.looks if look[1] == NUMBER_FORMAT]
            lines = [
                [
                    self._rendered(value, (row, column), looks, options, locale)
                    for column, value in enumerate(line, area.left)
                ]
                for row, line in enumerate(rows, area.top)
            ]
        if dimension == "COLUMNS":
            lines = map(list, itertools.zip_longest(*lines, fillvalue=""))
        return _without_trailing(map(_without_blank_end, lines))

    def _rendered(
        self, value: object, place: tuple[int, int], looks: list, options: Options, locale: str
    ) -> object:
        if value is None or type(value) is str:
            return value or ""
        _, render, days = options
        if render == "FORMULA" and isinstance(value, cells.Formula):
            return value.text
        number_format = self.cell_formats.get(place) or next(
            (given for area, _, given in reversed(looks) if area.holds(*place)), None
        )
        if render == "FORMATTED_VALUE":
            return cells.shown(value, number_format, locale)
        found = cells.plain(value)
        is_number = isinstance(found, int | float) and not isinstance(found, bool)
        if days == "FORMATTED_STRING" and is_number and cells.is_day(number_format):
            return cells.shown(found, number_format, locale)
        return found


def _compact(told: object) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _plain(value: object) -> object:
    return "" if value is None else value if type(value) in PRIMITIVE else cells.plain(value)


def _without_blank_end(line: list[object]) -> list[object]:
    end = len(line)
    while end and line[end - 1] == "":
        end -= 1
    return line[:end]


def _without_trailing(lines: Iterator[list[object]]) -> list[list[object]]:
    kept = list(lines)
    while kept and not kept[-1]:
        kept.pop()
    return kept


@dataclass
class Spreadsheet:
    """A spreadsheet and who may open it: `shared` maps addresses to "writer" or "reader"."""

    spreadsheet_id: str
    properties: dict
    sheets: list[Sheet]
    created_at: float
    modified_at: float
    shared: dict[str, str] = field(default_factory=dict)
    public: bool = False
    metadata: list[dict] = field(default_factory=list)
    _texts: dict[tuple, tuple[int, bytes | str]] = field(default_factory=dict)

    @property
    def locale(self) -> str:
        return self.properties["locale"]

    @property
    def url(self) -> str:
        return f"https://docs.google.com/spreadsheets/d/{self.spreadsheet_id}/edit"

    def resource(self) -> dict:
        """As GET spreadsheets/{id} tells it, without the look of new cells and the theme."""
        told = {
            "spreadsheetId": self.spreadsheet_id,
            "properties": self.properties,
            "sheets": [sheet.resource(index) for index, sheet in enumerate(self.sheets)],
            "spreadsheetUrl": self.url,
        }
        return told | ({"developerMetadata": self.metadata} if self.metadata else {})

    def titled(self, title: str) -> Sheet | None:
        return next((sheet for sheet in self.sheets if sheet.title.lower() == title.lower()), None)

    def with_id(self, sheet_id: int) -> Sheet | None:
        return next((sheet for sheet in self.sheets if sheet.sheet_id == sheet_id), None)

    def find(self, text: str) -> tuple[Sheet, Area]:
        """Tab and area, clipped to its grid, that a range in A1 notation means. Raises Refusal."""
        title, part = a1.split(text)
        sheet = self.sheets[0] if title is None else self.titled(title)
        area = Area() if part is None else a1.area(part)
        if sheet is None or area is None:
            raise unknown_range(text)
        if area.top >= sheet.rows or area.left >= sheet.columns:
            where = a1.written(
                sheet.title, area.clipped(area.bottom or sheet.rows, area.right or sheet.columns)
            )
            raise invalid(
                f"Range ({where}) exceeds grid limits. Max rows: {sheet.rows}, max columns: {sheet.columns}"
            )
        return sheet, area.clipped(sheet.rows, sheet.columns)

    def read(self, sheet: Sheet, area: Area, options: Options) -> dict:
        """A ValueRange."""
        told = {"range": a1.written(sheet.title, area), "majorDimension": options[0]}
        values = sheet.block(area, options, self.locale)
        return told | ({"values": values} if values else {})

    def read_text(self, sheet: Sheet, area: Area, options: Options) -> bytes:
        """The same as compact JSON, kept until a value changes: a tab is polled more often than edited."""
        key = (sheet.sheet_id, sheet.title, area, options, self.locale)
        kept = self._texts.get(key)
        if kept is None or kept[0] != sheet.version:
            if options == BY_COLUMN:
                text = self._text_by_column(sheet, area)
            else:
                text = _compact(self.read(sheet, area, options))
            kept = self._texts[key] = (sheet.version, text.encode())
        return kept[1]

    def _text_by_column(self, sheet: Sheet, area: Area) -> str:
        """What Tandem polls: an edit costs the rendering of one column, not of the tab."""
        texts = [self._column_text(sheet, area, column) for column in range(area.left, area.right)]
        while texts and texts[-1] == "[]":
            texts.pop()
        start = _compact({"range": a1.written(sheet.title, area), "majorDimension": "COLUMNS"})
        return f'{start[:-1]},"values":[{",".join(texts)}]}}' if texts else start

    def _column_text(self, sheet: Sheet, area: Area, column: int) -> str:
        key = (sheet.sheet_id, area.top, area.bottom, column)
        kept = self._texts.get(key)
        if kept is None or kept[0] != sheet.version_of(column):
            line = [
                _plain(row[column]) if column < len(row) else ""
                for row in sheet.values[area.top : area.bottom]
            ]
            kept = self._texts[key] = (sheet.version_of(column), _compact(_without_blank_end(line)))
        return kept[1]

    def write(
        self, range_: str, values: object, *, entered: bool, by_column: bool = False
    ) -> tuple[dict, Sheet, Area]:
        """PUT values. Returns the reply, and where it wrote."""
        sheet, area = self.find(range_)
        rows = rows_of(values, by_column=by_column)
        part = a1.split(range_)[1]
        if part and ":" in part:
            _check_within(rows, sheet, area)
        return self._fill(sheet, area, rows, entered=entered)

    def append(
        self, range_: str, values: object, *, entered: bool, insert: bool, by_column: bool = False
    ) -> dict:
        """POST values:append: below the table that the range touches."""
        sheet, area = self.find(range_)
        rows = rows_of(values, by_column=by_column)
        table = last_table(sheet, area)
        start = Area(table.bottom, table.left) if table else Area(area.top, area.left)
        width = max((len(row) for row in rows), default=0)
        sheet.grow(start.top + len(rows), start.left + width)
        if insert and table:
            sheet.values[start.top : start.top] = [[] for _ in rows]
        updates, _, _ = self._fill(sheet, start, rows, entered=entered)
        told = {"spreadsheetId": self.spreadsheet_id}
        return told | ({"tableRange": a1.written(sheet.title, table)} if table else {}) | {"updates": updates}

    def _fill(self, sheet: Sheet, area: Area, rows: Sequence, *, entered: bool) -> tuple[dict, Sheet, Area]:
        width = max((len(row) for row in rows), default=0)
        filled = Area(area.top, area.left, area.top + max(len(rows), 1), area.left + max(width, 1))
        if filled.bottom > sheet.rows or filled.right > sheet.columns:
            where = a1.written(sheet.title, filled)
            raise invalid(
                f"Range ({where}) exceeds grid limits. Max rows: {sheet.rows}, max columns: {sheet.columns}"
            )
        places = [
            (row, column, value)
            for row, line in enumerate(rows, area.top)
            for column, value in enumerate(line, area.left)
            if value is not None
        ]
        for row, column, value in places:
            sheet.put(row, column, *self._taken(value, entered=entered))
        return self._told_update(sheet, filled, places), sheet, filled

    def _taken(self, value: object, *, entered: bool) -> tuple[object, dict[str, str] | None]:
        if entered and isinstance(value, str):
            return cells.typed(value, self.locale)
        return cells.stored(value)

    def _told_update(self, sheet: Sheet, area: Area, places: Sequence) -> dict:
        told = {
            "spreadsheetId": self.spreadsheet_id,
            "updatedRange": a1.written(sheet.title, area),
            "updatedRows": len({row for row, _, _ in places}),
            "updatedColumns": len({column for _, column, _ in places}),
            "updatedCells": len(places),
        }
        return {key: value for key, value in told.items() if value}


def rows_of(values: object, *, by_column: bool = False) -> list[list[object]]:
    """The values of a request, row by row. Raises Refusal unless they are lists of plain values."""
    if not isinstance(values, list):
        values = [] if values is None else [values]
    for row in values:
        if not isinstance(row, list):
            raise _no_list(row)
        for value in row:
            if isinstance(value, dict | list):
                message = f"Invalid values[0][0]: {'struct' if isinstance(value, dict) else 'list'}_value"
                raise invalid(message)
    return [list(column) for column in itertools.zip_longest(*values)] if by_column else values


def _no_list(row: object) -> Refusal:
    name = "type.googleapis.com/google.protobuf.ListValue"
    return invalid(f"Invalid value at 'data.values' ({name}), {json.dumps(row)}", "data.values")


def _check_within(rows: Sequence, sheet: Sheet, area: Area) -> None:
    where = a1.named(sheet.title) if a1.named(sheet.title).startswith("'") else f"'{sheet.title}'"
    where = f"{where}!{a1.written(sheet.title, area).rpartition('!')[2]}"
    if len(rows) > area.bottom - area.top:
        beyond = f"row [{area.bottom + 1}]"
    elif max((len(row) for row in rows), default=0) > area.right - area.left:
        beyond = f"column [{a1.letters(area.right)}]"
    else:
        return
    raise invalid(f"Requested writing within range [{where}], but tried writing to {beyond}")


def last_table(sheet: Sheet, area: Area) -> Area | None:
    """The last block of filled cells, joined at edges or corners, whose bounds an area meets."""
    tables = [table for table in tables_of(sheet) if table.meets(area)]
    return max(tables, key=lambda table: (table.bottom, table.left), default=None)


def tables_of(sheet: Sheet) -> list[Area]:
    """The bounds of every block of filled cells of a tab."""
    found: list[Area] = []
    for row, line in enumerate(sheet.values):
        for left, right in _runs(line):
            found = _joined(found, Area(row, left, row + 1, right))
    return found


def _runs(line: Sequence[object]) -> Iterator[tuple[int, int]]:
    """Where a row is filled without a gap: [left, right)."""
    start = None
    for column, value in enumerate([*line, None]):
        if value is not None and start is None:
            start = column
        elif value is None and start is not None:
            yield start, column
            start = None


def _joined(tables: list[Area], run: Area) -> list[Area]:
    near = Area(run.top - 1, run.left - 1, run.bottom + 1, run.right + 1)
    apart = [table for table in tables if not table.meets(near)]
    together = [run, *(table for table in tables if table.meets(near))]
    joined = Area(
        min(table.top for table in together),
        min(table.left for table in together),
        max(table.bottom for table in together),
        max(table.right for table in together),
    )
    return [*apart, joined]
