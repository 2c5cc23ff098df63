"""Which rows under a header hold data: not blank ones, repeated headers, section titles and totals.

Rows that fill every required column are data, unless they call themselves a total or repeat the header. Only
the others are looked at closely, so a clean tab costs one pass over its required columns and its first one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from data_sources.tab import Tab
from data_sources.tab_headers import Headers, header_key, header_text
from data_sources.tab_totals import adds_up, is_blank, says_total
from scorecard.cells import parse
from scorecard.clock import Zone
from scorecard.contract import Table, Type

Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]

_NUMBERS: Final = (Type.INTEGER, Type.NUMBER, Type.MONEY, Type.SHARE)
_DAYS: Final = (Type.DATE, Type.TIME)
_SUMS: Final = 100  # rows that are added up before nothing more is
_LONE: Final = 2  # so many required cells missing beside a lone text, and it is a title


@dataclass(frozen=True)
class DataRows:
    """Rows that hold data, and rows left aside: totals as (column, row) of their label, titles likewise."""

    rows: Sequence[int] = ()
    totals: tuple[tuple[int, int], ...] = ()
    titles: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class _Plain:
    """Cells read in no language: enough to tell a day from a title."""

    locale: str = "en_GB"
    zone: Zone = field(default_factory=lambda: Zone.of("UTC"))
    date_order: str | None = "dmy"


def data_rows(tab: Tab, table: Table, headers: Headers, columns: Mapping[str, int]) -> DataRows:
    """The rows below the header that hold data in one of our `columns` (ours to the tab's)."""
    return _Looking(tab, table, headers, columns).rows()


class _Looking:
    def __init__(self, tab: Tab, table: Table, headers: Headers, columns: Mapping[str, int]) -> None:
        self.tab, self.table, self.headers, self.columns = tab, table, headers, columns
        self.start = headers.row + 1
        self.size = max(tab.height - self.start, 0)
        self.required = {name: columns[name] for name in table.required if name in columns}
        self.own = {at: self.table[name].type for name, at in self.required.items() if self._identifies(name)}
        self.summed = 0
        self.totals: list[tuple[int, int]] = []
        self.titles: list[tuple[int, int]] = []

    def rows(self) -> DataRows:
        full = self._full()
        full[[row - self.start for row in self._repeats(full)]] = False
        labels = self._labels(full)
        for row, at in labels.items():
            self.totals.append((at, row))
            full[row - self.start] = False
        keep = full.copy()
        for row in self._partly(~full, labels):
            keep[row - self.start] = True
        listed = np.flatnonzero(keep) + self.start
        return DataRows(_compact(listed), tuple(sorted(self.totals, key=_by_row)), tuple(self.titles))

    # --- rows that fill all that is required

    def _full(self) -> Flags:
        full = np.full(self.size, bool(self.own))  # rows that nothing tells apart are all looked at
        for at in self.required.values():
            full &= self._filled(at)
        return full

    def _filled(self, at: int) -> Flags:
        cells = self.tab.columns[at][self.start :]
        flags = np.zeros(self.size, dtype=bool)
        flags[: len(cells)] = [
            not (c is None or c == "" or (c.__class__ is str and not c[0].isalnum() and is_blank(c)))
            for c in cells
        ]
        return flags

    def _repeats(self, full: Flags) -> list[int]:
        """Rows among those that are the header once more."""
        at = next(iter(self.required.values()), None)
        if at is None:
            return []
        start = self.headers.texts[at][:3].casefold()
        found = [
            row
            for row, cell in enumerate(self.tab.columns[at])
            if cell.__class__ is str and cell[:3].casefold() == start and row >= self.start
        ]
        return [row for row in found if full[row - self.start] and self._is_header(row)]

    def _is_header(self, row: int) -> bool:
        """Whether what stands here is what stands in the header, column by column."""
        filled = [(at, header_text(self.tab.cell(at, row))) for at in self.columns.values()]
        filled = [(at, text) for at, text in filled if text]
        return bool(filled) and all(
            header_key(text) == header_key(self.headers.texts[at]) for at, text in filled
        )

    def _labels(self, among: Flags) -> dict[int, int]:
        """Total rows by the first text in them, and the column it stands in."""
        left = np.flatnonzero(among)
        found: dict[int, int] = {}
        for at, cells in enumerate(self.tab.columns):
            if not left.size:
                break
            later = []
            for place in left.tolist():
                row = place + self.start
                cell = cells[row] if row < len(cells) else None
                if cell.__class__ is not str or not cell:
                    later.append(place)
                elif says_total(cell) and not self._is_own(at, row):
                    found[row] = at
            left = np.asarray(later, dtype=np.int64)
        return found

    def _is_own(self, label: int, row: int) -> bool:
        """Whether the row has a key or day of its own: then its first text is only called like a total."""
        others = [at for at in self.own if at != label]
        if not others or any(is_blank(self.tab.cell(at, row)) for at in others):
            return False
        return label not in self.own or any(self.own[at] in _DAYS for at in others)

    def _identifies(self, name: str) -> bool:
        return self.table[name].key or self.table[name].type in _DAYS

    # --- the others

    def _partly(self, among: Flags, labelled: Mapping[int, int]) -> Iterator[int]:
        """Rows that lack something required and are data all the same; they are judged when they are read."""
        places = [p for p in np.flatnonzero(among).tolist() if p + self.start not in labelled]
        known = set(self.columns.values())
        for row, filled in self._contents(places):
            ours = [at for at in filled if at in known]
            if not ours or self._is_header(row):
                continue
            if (label := self._label(filled, row)) is not None or (label := self._sum(ours, row)) is not None:
                self.totals.append((label, row))
            elif len(filled) == 1 and self._is_title(filled[0], row):
                self.titles.append((filled[0], row))
            else:
                yield row

    def _contents(self, places: Iterable[int]) -> Iterator[tuple[int, list[int]]]:
        """Each row that says something, and the columns that do; unticked boxes and zeros alone don't."""
        columns = list(enumerate(self.tab.columns))
        for place in places:
            row = place + self.start
            filled = [at for at, cells in columns if row < len(cells) and not is_blank(cells[row])]
            if any(cells_say(self.tab.columns[at][row]) for at in filled):
                yield row, [at for at in filled if self.tab.columns[at][row] is not False]

    def _label(self, filled: Sequence[int], row: int) -> int | None:
        texts = (at for at in filled if isinstance(self.tab.cell(at, row), str))
        first = next(texts, None)
        if first is None or not says_total(self.tab.cell(first, row)) or self._is_own(first, row):
            return None
        return first

    def _sum(self, ours: Sequence[int], row: int) -> int | None:
        """The first number of a row without texts and days that repeats the sum of the rows above."""
        numbers = {at for name, at in self.columns.items() if self._is_number(name)}
        if not numbers.issuperset(ours) or self.summed == _SUMS:
            return None
        self.summed += 1
        others = [at for at in self.columns.values() if at not in numbers]
        above = [
            r for r in range(self.start, row) if any(not is_blank(self.tab.cell(at, r)) for at in others)
        ]
        cells = [self.tab.cell(at, row) for at in ours]
        return ours[0] if adds_up(cells, [[self.tab.cell(at, r) for r in above] for at in ours]) else None

    def _is_number(self, name: str) -> bool:
        return name in self.table and self.table[name].type in _NUMBERS

    def _is_title(self, at: int, row: int) -> bool:
        """Whether a lone cell is a title: text that is none of its column's, or far too little for a row."""
        cell = self.tab.cell(at, row)
        ours = next((name for name, place in self.columns.items() if place == at), "")
        if not isinstance(cell, str) or not ours:
            return False
        if ours in self.table and self.table[ours].type is not Type.TEXT:
            return parse(cell, self.table[ours], _Plain()).value is None
        missing = [place for place in self.required.values() if place != at]
        return len(missing) >= _LONE


def cells_say(cell: object) -> bool:
    """Whether a filled cell says that somebody wrote a row: an unticked box and a formula's 0 don't."""
    return cell is not False and cell != 0


def _by_row(place: tuple[int, int]) -> int:
    return place[1]


def _compact(rows: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Sequence[int]:
    if rows.size and rows[-1] - rows[0] + 1 == rows.size:
        return range(int(rows[0]), int(rows[-1]) + 1)
    listed: list[int] = rows.tolist()
    return listed
