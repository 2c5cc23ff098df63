"""One tab read as one of our tables: its header, its columns, which rows hold data. Nothing typed yet.

docs/spreadsheets.md says the same to whoever keeps the spreadsheet.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from data_sources.csv_text import TextTab
from data_sources.mapping import TableMapping
from data_sources.presets import Export
from data_sources.tab import Tab
from data_sources.tab_headers import Headers, find_headers, header_key
from data_sources.tab_problems import Complaints, no_header
from data_sources.tab_rows import DataRows, data_rows
from data_sources.tab_totals import is_blank
from scorecard.cells import trim
from scorecard.contract import Table, column_for, normalise
from scorecard.problems import Problem


@dataclass(frozen=True)
class TabReading:
    """What a tab holds of a table. Rows and columns of the tab count from 0.

    `header` is the row of the header, -1 without one. `columns`: our column, or a lead's attribute, to the
    tab's. `others`: the headers that conditions of the mapping name, to the tab's columns. `rows` hold data,
    in order; none do where the tab is not `usable`.
    """

    table: str
    tab: Tab
    header: int = -1
    columns: Mapping[str, int] = field(default_factory=dict)
    rows: Sequence[int] = ()
    problems: tuple[Problem, ...] = ()
    others: Mapping[str, int] = field(default_factory=dict)
    usable: bool = False


def find(titles: Sequence[str], table: Table, mapping: TableMapping) -> str | None:
    """The title that stands for the table: the configured one, else the table's name; None: no tab does.

    Space around a title, its case and punctuation don't matter where no title is exactly that.
    """
    wanted = mapping.table or table.name
    exact = (title for title in titles if trim(title) == trim(wanted))
    alike = (title for title in titles if header_key(title) == header_key(wanted))
    found = next(exact, None) or next(alike, None)
    if found is None and mapping.table is None and isinstance(mapping, Export):
        return _exported(titles, mapping)
    return found


_STAMPED: Final = re.compile(r"\D*")


def _exported(titles: Sequence[str], mapping: Export) -> str | None:
    """The title as the product names its exports; of several with a date behind it, the latest."""
    known = [normalise(title) for title in mapping.titles]
    stamped = {title: normalise(title) for title in titles}
    found = [
        t for t, name in stamped.items() if any(re.fullmatch(re.escape(k) + r"\d*", name) for k in known)
    ]
    return max(found, key=lambda title: _STAMPED.sub("", stamped[title]), default=None)


_PIPELINE: Final = re.compile(r"\s*\([^()]*\)$")


def _value(cell: object) -> str:
    """A value in lower case, without the pipeline in brackets that stands behind it where there are more."""
    return _PIPELINE.sub("", trim(str(cell)).casefold())


def read(table: Table, tab: Tab, mapping: TableMapping) -> TabReading:
    """The tab as that table, whatever stands in it; what is wrong with it is among the problems."""
    headers = find_headers(tab, table, mapping)
    if headers is None:
        return TabReading(table.name, tab, problems=(no_header(table, tab, mapping),))
    return _Reader(table, tab, mapping, headers).reading()


class _Reader:
    """Settles what the headers leave open."""

    def __init__(self, table: Table, tab: Tab, mapping: TableMapping, headers: Headers) -> None:
        self.table, self.tab, self.mapping, self.headers = table, tab, mapping, headers
        self.wanted = mapping.only if isinstance(mapping, Export) and not self._is_own() else ()
        self.only = next(((h, v) for h, v in self.wanted if headers.column(h) is not None), None)
        self.say = Complaints(table, tab, headers)
        self.disputed: set[str] = set()

    def _is_own(self) -> bool:
        """Whether a tab that stands for an export is written as ours: what is required has our headers."""
        own = {column_for(self.table.name, text) for text in self.headers.texts.values()}
        return own.issuperset(self.table.required)

    def reading(self) -> TabReading:
        columns = self._columns()
        others = self._conditions(columns)
        self._miss(columns)
        usable = self._usable(columns)
        found = data_rows(self.tab, self.table, self.headers, columns) if usable else DataRows()
        rows = self._of_this_table(found.rows, others)
        self.say.totals(found.totals)
        self.say.titles(found.titles)
        self.say.above(self._above(columns))
        self._look_under_blanks(found.rows)
        if isinstance(self.tab, TextTab) and self.tab.note is not None:
            self.say.note(self.tab.note)
        problems = tuple(self.say.found)
        return TabReading(
            self.table.name, self.tab, self.headers.row, columns, rows, problems, others, usable
        )  # fmt: skip

    def _columns(self) -> dict[str, int]:
        left_out = {ours for ours, theirs in self.mapping.columns.items() if not theirs}
        settled = left_out | set(self.mapping.constants)
        candidates = {o: listed for o, listed in self.headers.candidates.items() if o not in settled}
        found = {ours: self._one_of(ours, listed) for ours, listed in candidates.items()}
        self.say.too_many(self.headers.too_many)
        return {ours: at for ours, at in found.items() if at is not None}

    def _one_of(self, ours: str, listed: tuple[int, ...]) -> int | None:
        """Which of the columns with the same header counts; None where they hold different things."""
        if len(listed) == 1:
            return listed[0]
        below = {at: self._below(at) for at in listed}
        filled = [at for at in listed if below[at]] or [listed[0]]
        if len(filled) == 1:
            return filled[0]
        same = all(below[at] == below[filled[0]] for at in filled)
        self.say.duplicate(ours, filled, same=same)
        if not same:
            self.disputed.add(ours)
        return filled[0] if same else None

    def _below(self, at: int) -> list[object]:
        """The cells under a header, blanks as None and none of them at the end."""
        cells = [None if is_blank(cell) else cell for cell in self.tab.columns[at][self.headers.row + 1 :]]
        while cells and cells[-1] is None:
            cells.pop()
        return cells

    def _conditions(self, columns: dict[str, int]) -> dict[str, int]:
        """Where the headers stand that conditions name; a column that can't be asked about is left out."""
        others: dict[str, int] = {}
        for ours, (header, _) in self.mapping.when.items():
            at = self.headers.column(header)
            if at is not None:
                others[header] = at
            elif columns.pop(ours, None) is not None:
                self.say.no_condition(ours, header)
        if self.only is not None and (at := self.headers.column(self.only[0])) is not None:
            others[self.only[0]] = at
        return others

    def _miss(self, columns: Mapping[str, int]) -> None:
        """Headers that the configuration names, and those without which no row can be used."""
        used = {at for ours, at in columns.items() if ours in self.table or ours in self.mapping.columns}
        there = {*columns, *self.disputed}
        for ours, theirs in self.mapping.columns.items():
            if theirs and ours not in there and ours not in self.mapping.when:
                self.say.missing(ours, theirs, used, fatal=ours in self.table.required)
        for ours in self.table.required:
            if ours not in {*there, *self.mapping.constants} and not self.mapping.columns.get(ours):
                self.say.missing(ours, ours, used, fatal=True)
        if self.wanted and self.only is None:
            self.say.missing(None, " or ".join(header for header, _ in self.wanted), used, fatal=True)

    def _usable(self, columns: Mapping[str, int]) -> bool:
        there = {*columns, *self.mapping.constants}
        return there.issuperset(self.table.required) and (not self.wanted or self.only is not None)

    def _of_this_table(self, rows: Sequence[int], others: Mapping[str, int]) -> Sequence[int]:
        """Those of the rows that an export means for this table (won deals among all deals)."""
        if self.only is None or not rows:
            return rows
        header, values = self.only
        at = others[header]
        return [row for row in rows if _value(self.tab.cell(at, row)) in values]

    def _above(self, columns: Mapping[str, int]) -> list[tuple[int, int]]:
        """Rows above the header that fill what is required and half of all columns."""
        needed = [columns[name] for name in self.table.required if name in columns]
        enough = max(len(columns) / 2, 2)
        return [
            (next(iter(columns.values())), row)
            for row in range(self.headers.row)
            if all(self._filled(at, row) for at in needed)
            and sum(self._filled(at, row) for at in columns.values()) >= enough
        ]

    def _look_under_blanks(self, rows: Sequence[int]) -> None:
        for at in range(len(self.tab.columns)):
            if at not in self.headers.texts and any(self._filled(at, row) for row in rows):
                self.say.unnamed(at)

    def _filled(self, at: int, row: int) -> bool:
        return not is_blank(self.tab.cell(at, row))
