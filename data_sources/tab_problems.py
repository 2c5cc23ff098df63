"""What can be wrong with a tab as a whole, in its keeper's words: its header, its columns, its rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from data_sources.mapping import TableMapping
from data_sources.tab import Tab, address, letters
from data_sources.tab_headers import DEEPEST, Headers, row_texts
from scorecard.contract import Table
from scorecard.problems import Problem, Severity, grouped

_SHOWN: Final = 20  # total rows that are told one by one
Place = tuple[int, int]  # column and row of the tab, from 0


def no_header(table: Table, tab: Tab, mapping: TableMapping) -> Problem:
    """No row is a header: an error, unless the tab is empty."""
    needed = [name for name in table.required if name not in mapping.constants]
    asked = needed or [column.name for column in table.columns[:3]]
    wanted = ", ".join(mapping.columns.get(name) or name for name in asked)
    looked = min(tab.height, DEEPEST)
    for row in range(looked):
        for at, text in row_texts(tab, row):
            what = f"none of the first {looked} rows is a header of {table.name}, so nothing here is read."
            instead = f"Write the headers into the row above the data: {wanted}."
            return _problem(Severity.ERROR, "no_header", table, tab, what, instead, (at, row), value=text)
    what = f"the tab {tab.title} is empty, so there are no {table.name} in it."
    return _problem(
        Severity.WARNING, "no_header", table, tab, what, f"Write its headers into row 1: {wanted}.", (0, 0)
    )


class Complaints:
    """Collects what is wrong with one tab whose header was found."""

    def __init__(self, table: Table, tab: Tab, headers: Headers) -> None:
        self.table, self.tab, self.headers = table, tab, headers
        self.found: list[Problem] = []

    def missing(self, ours: str | None, theirs: str, used: Collection[int], *, fatal: bool) -> None:
        """A header that should be there; `used` are the columns that stand for something else."""
        unused = {at: text for at, text in self.headers.texts.items() if at not in used}
        near = Headers(self.headers.row, unused).nearest(theirs, *([ours] if ours else []))
        cost = f"so no row of {self.table.name} can be read" if fatal else "so what needs it stays locked"
        wanted = (
            f"Add a column {theirs}" if near is None
            else f"If {unused[near]!r} (column {letters(near)}) is meant, call it {theirs}"
        )  # fmt: skip
        key = f", or name it in the configuration (tandem.tables.{self.table.name}.columns.{ours})"
        self._add(
            Severity.ERROR if fatal else Severity.WARNING, "missing_column",
            f"no header is {theirs}, {cost}.",
            f"{wanted}{key if ours else ''}.", (self._first if near is None else near, self.headers.row),
            column=ours, rows_left_out=self._height if fatal else 0,
        )  # fmt: skip

    def duplicate(self, ours: str, listed: Sequence[int], *, same: bool) -> None:
        """Several columns that mean the same; `same`: they hold the same, too."""
        cells = " and ".join(address(self.tab.title, at, self.headers.row) for at in listed)
        place = (listed[1], self.headers.row)
        if same:
            what = f"{cells} head the same column twice; the first is read."
            self._add(Severity.WARNING, "duplicate_header", what, "Delete the second.", place, column=ours)
            return
        what = f"{cells} both mean {ours} and hold different things, so neither is read."
        lost = self._height if ours in self.table.required else 0
        self._add(
            Severity.ERROR, "duplicate_header", what, "Delete one, or give it another header.", place,
            column=ours, rows_left_out=lost,
        )  # fmt: skip

    def no_condition(self, ours: str, header: str) -> None:
        """A column counts only where another says so, and that one isn't there."""
        what = f"{ours} counts only where the column {header} says so, and there is none: it is not read."
        place = (self._first, self.headers.row)
        self._add(
            Severity.WARNING, "missing_column", what, f"Add the column {header} to the export.", place,
            column=ours,
        )  # fmt: skip

    def too_many(self, columns: Sequence[int]) -> None:
        """More attributes than leads can have; those columns aren't read."""
        if columns:
            what = f"from here on {grouped(len(columns))} columns of your own are more than leads can have."
            place = (columns[0], self.headers.row)
            self._add(Severity.WARNING, "too_many_columns", what, "Delete columns that nobody needs.", place)

    def unnamed(self, at: int) -> None:
        """A column that holds something under no header."""
        self._add(
            Severity.WARNING, "blank_header", f"column {letters(at)} has no header, so it is not read.",
            "Write a header above it, one in every column if cells were merged; leave it if it is a note.",
            (at, self.headers.row),
        )  # fmt: skip

    def above(self, places: Sequence[Place]) -> None:
        """Rows above the header that look like data: somebody sorted the header into them."""
        if places:
            self._add(
                Severity.ERROR, "rows_above_header",
                f"{grouped(len(places))} rows above the header look like data and are not read.",
                f"Move the header (row {self.headers.row + 1}) above them.", places[0],
                rows=len(places), rows_left_out=len(places),
            )  # fmt: skip

    def totals(self, places: Sequence[Place]) -> None:
        """Rows that hold sums of others, each with its label."""
        for place in places[:_SHOWN]:
            what = "this row holds totals of others, so it is not counted."
            self._add(Severity.WARNING, "total_row", what, _NOTHING_TO_DO, place)
        if rest := places[_SHOWN:]:
            what = f"{grouped(len(rest))} more rows hold totals of others, so they are not counted."
            self._add(Severity.WARNING, "total_row", what, _NOTHING_TO_DO, rest[0], rows=len(rest))

    def titles(self, places: Sequence[Place]) -> None:
        """Rows that hold a title only."""
        if places:
            what = f"{grouped(len(places))} rows like this one hold only a title, so they are not counted."
            instead = "Nothing needs to be done; if it is a row of its own, fill it in."
            self._add(Severity.WARNING, "title_row", what, instead, places[0], rows=len(places))

    def note(self, what: str) -> None:
        """Something that had to be guessed to read the file."""
        place = (self._first, self.headers.row)
        self._add(Severity.WARNING, "encoding", what, "Export it as CSV in UTF-8.", place)

    @property
    def _first(self) -> int:
        return next(iter(self.headers.texts), 0)

    @property
    def _height(self) -> int:
        return max(self.tab.height - self.headers.row - 1, 0)

    def _add(self, severity: Severity, rule: str, what: str, instead: str, place: Place, **more: Any) -> None:
        value = self.tab.cell(*place)
        text = None if value in (None, "") else str(value)
        self.found.append(
            _problem(severity, rule, self.table, self.tab, what, instead, place, value=text, **more)
        )


_NOTHING_TO_DO: Final = "Nothing needs to be done; if it is a row of its own, give it a key and a day."


def _problem(
    severity: Severity, rule: str, table: Table, tab: Tab, what: str, instead: str, place: Place, **more: Any
) -> Problem:  # fmt: skip
    at, row = place
    link = None if tab.link is None else f"{tab.link}&range={letters(at)}{row + 1}"
    cell = address(tab.title, at, row)
    return Problem(severity, rule, table.name, what, instead, cell=cell, link=link, **more)
