"""What the keepers of a spreadsheet do to it, and those who share it: Python calls, no HTTP."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from tests.google import changes, tokens
from tests.google.api import Api, new_id
from tests.google.book import Sheet, Spreadsheet
from tests.google.cells import stored, typed

NAME = "tandem"
Rows = Iterable[Sequence[object]]


class Keepers:
    """Edits as people make them in a browser: at once, without quota or fault."""

    api: Api
    clock: Callable[[], float]

    def share(self, spreadsheet_id: str, email: str | None = None, role: str = "writer") -> None:
        """Shares it, with the default service account if nobody is named; role: writer or reader."""
        self.book(spreadsheet_id).shared[email or tokens.address(NAME)] = role

    def unshare(self, spreadsheet_id: str, email: str | None = None) -> None:
        self.book(spreadsheet_id).shared.pop(email or tokens.address(NAME), None)

    def publish(self, spreadsheet_id: str, *, public: bool = True) -> None:
        """Anyone with the link may read it."""
        self.book(spreadsheet_id).public = public

    def spreadsheet(
        self,
        title: str = "Sales and marketing",
        locale: str = "en_US",
        time_zone: str = "Etc/GMT",
        *,
        tabs: Mapping[str, Rows] | None = None,
        shared: bool = True,
        spreadsheet_id: str | None = None,
    ) -> str:
        """A new spreadsheet's id, shared with the default service account. Without tabs, an empty Sheet1."""
        now = self.clock()
        properties = {"title": title, "locale": locale, "autoRecalc": "ON_CHANGE", "timeZone": time_zone}
        book = Spreadsheet(spreadsheet_id or new_id(), properties, [], now, now)
        with self.api.lock:
            self.api.books[book.spreadsheet_id] = book
            for number, name in enumerate(tabs or ["Sheet1"]):
                book.sheets.append(Sheet(self.api.numbers.next() if number else 0, name))
        for name, rows in (tabs or {}).items():
            self.write(book.spreadsheet_id, name, rows)
        if shared:
            self.share(book.spreadsheet_id)
        return book.spreadsheet_id

    def write(self, spreadsheet_id: str, tab: str, rows: Rows) -> None:
        """Replaces what a tab holds, or adds the tab. Dates become serial numbers with a format."""
        with self._changing(spreadsheet_id) as book:
            sheet = book.titled(tab)
            if sheet is None:
                sheet = Sheet(self.api.numbers.next(), tab)
                book.sheets.append(sheet)
            sheet.values, sheet.cell_formats = [], {}
            sheet.looks = [look for look in sheet.looks if look[1] != "userEnteredFormat.numberFormat"]
            fill(sheet, rows, book.properties["timeZone"])

    def append(self, spreadsheet_id: str, tab: str, rows: Rows) -> None:
        """Puts rows below the last one that holds something."""
        with self._changing(spreadsheet_id) as book:
            sheet = self._tab(book, tab)
            for row in rows:
                self._fill_row(book, sheet, len(sheet.values), row)

    def insert(self, spreadsheet_id: str, tab: str, row: int, rows: Rows) -> None:
        """Inserts rows so that the first stands in row `row`, from 1; what was there moves down."""
        with self._changing(spreadsheet_id) as book:
            sheet = self._tab(book, tab)
            for number, values in enumerate(rows, row - 1):
                _shift(sheet, number, 1)
                self._fill_row(book, sheet, number, values)

    def delete_rows(self, spreadsheet_id: str, tab: str, first: int, last: int | None = None) -> None:
        """Deletes rows, from 1; what is below moves up."""
        with self._changing(spreadsheet_id) as book:
            _shift(self._tab(book, tab), first - 1, first - 1 - (last or first))

    def _fill_row(self, book: Spreadsheet, sheet: Sheet, row: int, values: Sequence[object]) -> None:
        sheet.grow(row + 1, len(values))
        for column, value in enumerate(values):
            sheet.put(row, column, *stored(value, book.properties["timeZone"]))

    def set(self, spreadsheet_id: str, cell: str, value: object) -> None:
        """Puts a value into a cell such as leads!F17; None empties it."""
        with self._changing(spreadsheet_id) as book:
            sheet, area = book.find(cell)
            sheet.put(area.top, area.left, *stored(value, book.properties["timeZone"]))

    def enter(self, spreadsheet_id: str, cell: str, text: str) -> None:
        """The same as if somebody typed it: "12%" becomes 0.12, "2026-01-05" a day."""
        with self._changing(spreadsheet_id) as book:
            sheet, area = book.find(cell)
            sheet.put(area.top, area.left, *typed(text, book.locale))

    def get(self, spreadsheet_id: str, cell: str) -> object:
        """What a cell holds: number, text, truth value, Formula, Error; None where blank."""
        with self.api.lock:
            sheet, area = self.book(spreadsheet_id).find(cell)
            return sheet.value(area.top, area.left)

    def look(self, spreadsheet_id: str, cell: str, path: str) -> object:
        """A cell's "note", "dataValidation", "userEnteredFormat.numberFormat" ...; None if it has none."""
        with self.api.lock:
            sheet, area = self.book(spreadsheet_id).find(cell)
            return sheet.look(area.top, area.left, path)

    def rename(self, spreadsheet_id: str, old: str, new: str) -> None:
        with self._changing(spreadsheet_id) as book:
            sheet = self._tab(book, old)
            changes.carried_out(book, [_property(sheet, "title", new)], self.api.numbers)

    def hide(self, spreadsheet_id: str, tab: str, *, hidden: bool = True) -> None:
        with self._changing(spreadsheet_id) as book:
            sheet = self._tab(book, tab)
            changes.carried_out(book, [_property(sheet, "hidden", hidden)], self.api.numbers)

    def delete_tab(self, spreadsheet_id: str, tab: str) -> None:
        with self._changing(spreadsheet_id) as book:
            sheet = self._tab(book, tab)
            changes.carried_out(book, [{"deleteSheet": {"sheetId": sheet.sheet_id}}], self.api.numbers)

    def delete(self, spreadsheet_id: str) -> None:
        """Deletes the spreadsheet."""
        with self.api.lock:
            del self.api.books[spreadsheet_id]

    def book(self, spreadsheet_id: str) -> Spreadsheet:
        """A spreadsheet as the stand-in keeps it."""
        return self.api.books[spreadsheet_id]

    def tab(self, spreadsheet_id: str, title: str) -> Sheet:
        """A tab as the stand-in keeps it."""
        return self._tab(self.book(spreadsheet_id), title)

    def url(self, spreadsheet_id: str) -> str:
        return self.book(spreadsheet_id).url

    @contextmanager
    def _changing(self, spreadsheet_id: str) -> Iterator[Spreadsheet]:
        with self.api.lock:
            book = self.book(spreadsheet_id)
            yield book
            book.modified_at = self.clock()

    @contextmanager
    def one_change(self) -> Iterator[None]:
        """What keepers do within is seen whole or not at all by any call."""
        with self.api.lock:
            yield

    def _tab(self, book: Spreadsheet, title: str) -> Sheet:
        sheet = book.titled(title)
        if sheet is None:
            raise KeyError(f"{title}: not among {[sheet.title for sheet in book.sheets]}")
        return sheet


def fill(sheet: Sheet, rows: Rows, time_zone: str = "Etc/GMT") -> None:
    """Puts rows of Python values into an empty tab."""
    for number, row in enumerate(rows):
        line = []
        for column, value in enumerate(row):
            held, number_format = stored(value, time_zone)
            line.append(held)
            if number_format:
                sheet.cell_formats[number, column] = number_format
        sheet.values.append(line)
    sheet.grow(len(sheet.values), max(map(len, sheet.values), default=0))
    sheet.touch()


def _shift(sheet: Sheet, row: int, by: int) -> None:
    """Moves what stands in `row` and below, down or (over what is deleted) up."""
    if by > 0:
        sheet.values[row:row] = [[] for _ in range(by)]
    else:
        del sheet.values[row : row - by]
    stay = {place: found for place, found in sheet.cell_formats.items() if place[0] < row}
    moved = {
        (at + by, column): found
        for (at, column), found in sheet.cell_formats.items()
        if at >= row + max(-by, 0)
    }
    sheet.cell_formats = stay | moved
    sheet.grow(len(sheet.values), 0)
    sheet.touch()


def _property(sheet: Sheet, name: str, value: object) -> dict:
    properties = {"sheetId": sheet.sheet_id, name: value}
    return {"updateSheetProperties": {"properties": properties, "fields": name}}
