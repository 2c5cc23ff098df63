"""A tab of a spreadsheet as it was found: a Google tab, a sheet of an .xlsx, a CSV file; nothing typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

Columns = Sequence[Sequence[object]]


@dataclass(frozen=True)
class Tab:
    """One tab. `columns[c][r]` is the cell in column c, row r, both from 0; a column may end early.

    Cells are None or "" (blank), str, bool, int, float, or (workbooks) date, datetime, time, timedelta. Days
    of Google Sheets are serial numbers. `digest` differs when any cell does. `link` is the address of the tab
    to which "&range=F17" can be put, None where there is none. `locale` and `time_zone` are the spreadsheet's
    own (de_DE, Europe/Berlin), None where it has none.
    """

    title: str
    columns: Columns
    digest: str
    link: str | None = None
    locale: str | None = None
    time_zone: str | None = None

    def cell(self, column: int, row: int) -> object:
        """The cell at (column, row), both from 0; None beyond what is written."""
        cells = self.columns[column] if column < len(self.columns) else ()
        return cells[row] if row < len(cells) else None

    @property
    def height(self) -> int:
        """How many rows hold something."""
        return max((len(cells) for cells in self.columns), default=0)


@dataclass(frozen=True)
class Book:
    """What one look at a spreadsheet brought.

    `tabs` are those read this time and new; a title whose tab is as it was, or was not asked for, stands only
    in `titles`. `changed_at` is when the source says it last changed, None where it doesn't say. `missing`:
    sentences about what the configuration names but the source lacks.
    """

    titles: tuple[str, ...]
    tabs: tuple[Tab, ...]
    read_at: datetime
    changed_at: datetime | None = None
    missing: tuple[str, ...] = ()


def letters(column: int) -> str:
    """The name of a column, counted from 0: A, B ... Z, AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def address(tab: str, column: int, row: int) -> str:
    """How a keeper calls a cell, column and row from 0: leads!F17, 'My leads'!F17."""
    plain = tab.isascii() and tab.replace("_", "").isalnum() and not tab[:1].isdigit()
    shown = tab if plain else "'" + tab.replace("'", "''") + "'"
    return f"{shown}!{letters(column)}{row + 1}"
