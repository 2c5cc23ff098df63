"""What a write does to the tabs of a spreadsheet, worked out on the tabs as they are.

Nothing is written here: `google_writing` and `csv_writing` carry it out. Headers, rows and cells are found
and read as they are when the spreadsheet is mirrored, so a row is compared by what its viewer saw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from data_sources import tab_reader
from data_sources.config import Config
from data_sources.mapping import TableMapping
from data_sources.mirror import Mirror
from data_sources.tab import Tab
from data_sources.tab_reader import TabReading
from data_sources.typed_rows import SheetCells, typed_rows
from data_sources.writing import CannotHoldError, ConflictError, NotWrittenError, theirs
from scorecard import small
from scorecard.contract import TABLES, Column
from scorecard.dataset import Kind
from scorecard.edits import CHANGES, Edit, Row, Value, Write, differing
from scorecard.settings import Settings

_SETTINGS: Final = "settings"


@dataclass(frozen=True)
class Put:
    """A value for a column of a tab (from 0); `column` is ours, `seen` is how the column's others stand."""

    at: int
    value: Value
    column: Column
    seen: type | None = None  # str or float where the tab's other cells of that column are; None: none are


@dataclass
class TabChange:
    """What happens to one tab (`tab` None: there is none yet). `header` comes first, where it is begun.

    `altered` are rows (from 0) and what to put into them, `added` the rows that come after the last one.
    """

    table: str
    title: str
    tab: Tab | None
    header: tuple[str, ...] = ()
    altered: list[tuple[int, list[Put]]] = field(default_factory=list)
    added: list[list[Put]] = field(default_factory=list)


class Names:
    """Which tabs stand for which tables, by the configuration; see `mirror.Mirror`."""

    def __init__(self, config: Config, label: str) -> None:
        self._mirror = Mirror(Path(), config, label, lambda _engine, _changed: None, _no_clock)

    def mapping(self, table: str) -> TableMapping:
        return self._mirror.mapping(table)

    def titles(self, titles: Sequence[str]) -> dict[str, str]:
        return self._mirror.titles(titles)

    def cells(self, titles: Mapping[str, str], tabs: Mapping[str, Tab]) -> SheetCells:
        """By what their cells are read."""
        return self._mirror.read_by(None, titles, tabs).cells

    def wanted(self, write: Write, titles: Sequence[str]) -> list[str]:
        """The titles of the tabs that have to be looked at for this write."""
        named = self.titles(titles)
        tables = [*(edit.table for edit in write.edits), CHANGES, _SETTINGS]
        return list(dict.fromkeys(named[table] for table in tables if table in named))


def _no_clock() -> Any:
    raise NotImplementedError


class Sheet:
    """The tabs that a write is about, as they are now."""

    def __init__(
        self, names: Names, label: str, titles: Sequence[str], tabs: Mapping[str, Tab], how: Settings
    ) -> None:
        self.names, self.label, self.how = names, label, how
        self.titles = names.titles(titles)
        self.tabs = tabs
        self.cells = names.cells(self.titles, tabs)
        self._tables: dict[str, _Table] = {}

    def is_noted(self, change_id: str) -> bool:
        """Whether `changes` has it: then all of the write is there."""
        return any(row["change_id"] == change_id for _, row in self._table(CHANGES).rows)

    def changes(self, write: Write) -> list[TabChange]:
        """What has to be done, `changes` last. ConflictError, NotWrittenError."""
        for edit in write.edits:
            self._table(edit.table).take(edit)
        for line in write.recorded(self.how.zone):
            self._table(CHANGES).add(line)
        tables = [*(name for name in self._tables if name != CHANGES), CHANGES]
        return [self._tables[name].change for name in tables]

    def row(self, edit: Edit) -> Row | None:
        """The row that an edit is about, as it stands; None when it is gone."""
        names = TABLES[edit.table].key
        rows = (row for _, row in self._table(edit.table).rows if [row[n] for n in names] == list(edit.key))
        return next(rows, None)

    def _table(self, name: str) -> _Table:
        if name not in self._tables:
            title = self.titles.get(name)
            tab = None if title is None else self.tabs[title]
            self._tables[name] = _Table(self, name, tab)
        return self._tables[name]


class _Table:
    """One table as its tab has it, and what happens to it."""

    def __init__(self, sheet: Sheet, name: str, tab: Tab | None) -> None:
        self.sheet, self.name, self.contract = sheet, name, TABLES[name]
        self.mapping = sheet.names.mapping(name)
        self.reading = self._read(tab)
        is_new = self.reading is None
        title = (self.mapping.table or name) if tab is None else tab.title
        self.columns = self._ours() if self.reading is None else dict(self.reading.columns)
        header = tuple(self._header(ours) for ours in self.columns) if is_new else ()
        self.change = TabChange(name, title, tab, header)
        self.rows = [] if self.reading is None else self._typed(self.reading)

    def _read(self, tab: Tab | None) -> TabReading | None:
        """None where the tab has to be begun."""
        if tab is None or tab.height == 0:
            return None
        reading = tab_reader.read(self.contract, tab, self.mapping)
        if not reading.usable:
            told = " ".join(f"{p.cell or tab.title}: {p.what} {p.instead}" for p in reading.problems[:1])
            raise NotWrittenError(f"The tab {tab.title} of {self.sheet.label} can't be read. {told}".strip())
        return reading

    def _ours(self) -> dict[str, int]:
        """The columns of a tab that is begun here."""
        left_out = {ours for ours, theirs in self.mapping.columns.items() if not theirs}
        names = [c.name for c in self.contract.columns if c.name not in {*left_out, *self.mapping.constants}]
        return {name: at for at, name in enumerate(names)}

    def _header(self, ours: str) -> str:
        return self.mapping.columns.get(ours) or ours

    def _typed(self, reading: TabReading) -> list[tuple[int, Row]]:
        """The rows that hold data, with their place in the tab (from 0), as `small.rows` gives them."""
        found = typed_rows(reading, self.mapping, self.sheet.cells)
        names = [name for name in found.columns if name in self.contract]
        kinds = dict.fromkeys(names, Kind.TEXT)
        stored = ({name: found.columns[name][i] for name in names} for i in range(len(found)))
        typed = (small.typed(self.name, kinds, row, self.sheet.how) for row in stored)
        return [(at - 1, row) for at, row in zip(found.at, typed, strict=True) if at is not None]

    # --- edits

    def take(self, edit: Edit) -> None:
        names = self.contract.key
        found = [(at, row) for at, row in self.rows if names and [row[n] for n in names] == list(edit.key)]
        if edit.is_new:
            if found:
                raise ConflictError(edit, found[0][1])
            self.add(edit.after)
            return
        if not found:
            raise ConflictError(edit, None)
        at, now = found[0]
        if len(found) > 1:
            places = ", ".join(str(row + 1) for row, _ in found[:3])
            raise NotWrittenError(
                f"{self.change.title} of {self.sheet.label} has the key {edit.key_text} in several "
                f"rows ({places}), so "
                "it can't be told which is meant. Keep one of them, then send this again."
            )
        assert edit.before is not None  # noqa: S101 - else it would be new
        if differing(edit.before, now):
            raise ConflictError(edit, now)
        self.change.altered.append((at, self._puts(edit.after, blanks=True)))

    def add(self, after: Row) -> None:
        """A row after the last one."""
        self.change.added.append(self._puts(after, blanks=False))

    def _puts(self, after: Row, *, blanks: bool) -> list[Put]:
        checked = {name: self._theirs(name, value) for name, value in after.items()}
        return [
            Put(self.columns[name], value, self.contract[name], self._seen(name))
            for name, value in checked.items()
            if name in self.columns and (blanks or value is not None)
        ]

    def _theirs(self, name: str, value: Value) -> Value:
        """The value under the source's name for it; refused where it would be lost or read as another."""
        where = f"{self.change.title} of {self.sheet.label}"
        fixed = self.mapping.constants.get(name)
        if value is None or (fixed is not None and str(fixed) == str(value)):
            return value
        if name in self.mapping.constants:
            raise NotWrittenError(f"The configuration says that {name} of {self.name} is always {fixed}.")
        if name in self.mapping.when:
            raise NotWrittenError(f"{name} of {where} follows another column; enter it in the spreadsheet.")
        if name not in self.columns:
            raise NotWrittenError(
                f"{where} has no column {name}, so nothing was written: part of it would be lost. Add "
                f"the header."
            )
        values = self.mapping.values.get(name)
        if not values:
            return value
        try:
            return theirs(values, str(value))
        except CannotHoldError as error:
            reason = f"{name} of {where} {error}"
        raise NotWrittenError(reason)

    def _seen(self, name: str) -> type | None:
        """How the tab's other cells of that column stand: text, or numbers (days and times among them)."""
        if self.reading is None or name not in self.reading.columns:
            return None
        cells = self.reading.tab.columns[self.reading.columns[name]]
        below = [cells[row] for row in self.reading.rows if row < len(cells)]
        texts = sum(isinstance(cell, str) and bool(cell.strip()) for cell in below)
        numbers = sum(isinstance(cell, (int, float)) for cell in below)
        return None if not texts and not numbers else str if texts > numbers else float
