"""Which row of a tab is its header, and which column of the tab stands for which of ours."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final

from data_sources.mapping import TableMapping, attribute_name
from data_sources.presets import Export
from data_sources.tab import Tab
from scorecard.cells import trim
from scorecard.contract import Table, column_for, normalise

DEEPEST: Final = 50  # rows among which the header is looked for
MOST_ATTRIBUTES: Final = 300  # columns of their own that leads may have
_ENOUGH: Final = 2  # headers that make a row a header, whatever else is missing


@dataclass(frozen=True)
class Headers:
    """The header row (from 0), and what stands under each header, by column of the tab (from 0).

    `candidates` may hold several columns of the tab for one of ours. `texts` are the headers as they stand.
    """

    row: int
    texts: Mapping[int, str]
    candidates: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    too_many: tuple[int, ...] = ()  # attributes beyond the most that are read

    def column(self, header: str) -> int | None:
        """The first column under that header, written in whichever way; None: there is none."""
        wanted = header_key(header)
        return next((at for at, text in self.texts.items() if header_key(text) == wanted), None)

    def nearest(self, *names: str) -> int | None:
        """The column whose header is most like one of these names; None: none is like them."""
        known = {header_key(text): at for at, text in reversed(list(self.texts.items()))}
        near = (get_close_matches(header_key(name), known, n=1, cutoff=0.65) for name in names)
        return next((known[found[0]] for found in near if found), None)


def header_key(header: str) -> str:
    """What makes two headers one: normalised; the text itself where punctuation is all it has."""
    return normalise(header) or trim(header).casefold()


def header_text(cell: object) -> str:
    """A header as text: years and numbers may head a column too."""
    if cell is None or isinstance(cell, bool):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return trim(str(cell))


def find_headers(tab: Tab, table: Table, mapping: TableMapping) -> Headers | None:
    """The row among the first ones that names most of our columns; None: no row names enough of them."""
    names = _Names(table, mapping)
    best, most = None, 0
    for row in range(min(tab.height, DEEPEST)):
        texts = dict(row_texts(tab, row))
        found = {ours for text in texts.values() for ours in names.known(text)}
        enough = len(found) >= _ENOUGH or names.required <= found or (found and len(texts) >= _ENOUGH)
        if enough and len(found) > most:
            best, most = Headers(row, texts), len(found)
    return None if best is None else names.matched(best)


def row_texts(tab: Tab, row: int) -> Iterator[tuple[int, str]]:
    """The filled cells of a row as text, by column."""
    for at in range(len(tab.columns)):
        if text := header_text(tab.cell(at, row)):
            yield at, text


class _Names:
    """What headers mean: the configuration's names first, then ours, then those an export is known to use."""

    def __init__(self, table: Table, mapping: TableMapping) -> None:
        self.table = table
        self.settled: Collection[str] = set(mapping.columns) | set(mapping.constants)
        self.explicit: dict[str, list[str]] = {}
        for ours, theirs in mapping.columns.items():
            if theirs:
                self.explicit.setdefault(header_key(theirs), []).append(ours)
        self.also = mapping.also if isinstance(mapping, Export) else {}

        self.required = set(table.required) - set(mapping.constants)

    def known(self, header: str) -> list[str]:
        """The columns of ours that a header means, attributes of leads aside."""
        return self._named(header) or self._exported(header)

    def _named(self, header: str) -> list[str]:
        if explicit := self.explicit.get(header_key(header)):
            return explicit
        own = column_for(self.table.name, header)
        return [own] if own is not None and own not in self.settled else []

    def _exported(self, header: str) -> list[str]:
        wanted = header_key(header)
        return [
            ours for ours, headers in self.also.items()
            if ours not in self.settled and any(header_key(known) == wanted for known in headers)
        ]  # fmt: skip

    def matched(self, found: Headers) -> Headers:
        """The same header row with what stands under it."""
        columns: dict[str, list[int]] = {}
        for at, text in found.texts.items():
            for ours in self._named(text):
                columns.setdefault(ours, []).append(at)
        self._add_exported(found, columns)
        too_many = self._add_attributes(found, columns) if self.table.open_ended else []
        candidates = {ours: tuple(listed) for ours, listed in columns.items()}
        return Headers(found.row, found.texts, candidates, tuple(too_many))

    def _add_exported(self, found: Headers, columns: dict[str, list[int]]) -> None:
        """The first known header of an export that the tab has; a column found under its own name stands."""
        for ours, headers in self.also.items():
            if ours in columns or ours in self.settled:
                continue
            at = next((at for known in headers if (at := found.column(known)) is not None), None)
            if at is not None:
                columns[ours] = [at]

    def _add_attributes(self, found: Headers, columns: dict[str, list[int]]) -> list[int]:
        taken = {at for listed in columns.values() for at in listed}
        own: dict[str, list[int]] = {}
        for at, text in found.texts.items():
            name = attribute_name(text)
            if at in taken or not name or column_for(self.table.name, text) or name in self.settled:
                continue
            own.setdefault(name, []).append(at)
        kept = dict(list(own.items())[:MOST_ATTRIBUTES])
        columns |= {name: listed for name, listed in kept.items() if name not in columns}
        return [at for name, listed in own.items() if name not in kept for at in listed]
