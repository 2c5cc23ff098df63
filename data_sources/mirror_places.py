"""Where a mirror's rows stand in their tabs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from data_sources.mirror_file import ROW
from data_sources.mirror_state import Source
from data_sources.tab import address, letters
from scorecard.contract import TABLES
from scorecard.dataset import Place


class MirrorPlaces:
    """Finds rows in their tabs by their key."""

    def __init__(self, engine: sa.Engine, tables: Mapping[str, Source]) -> None:
        self._engine, self._tables = engine, tables
        self._known: dict[str, dict[str, list[int]]] = {}

    def find(self, table: str, key: str, column: str | None) -> tuple[Place, ...]:
        source = self._tables.get(table)
        if source is None:
            return ()
        at = source.columns.get(column or "", min(source.columns.values(), default=0))
        return tuple(_place(source, at, row) for row in self._rows(table).get(key, ()))

    def _rows(self, table: str) -> dict[str, list[int]]:
        if table not in self._known:
            self._known[table] = self._read(table)
        return self._known[table]

    def _read(self, table: str) -> dict[str, list[int]]:
        """Rows by key, written as `Problem.key` writes it: the parts that aren't blank, parted by commas."""
        there = self._tables[table].columns
        names = [n for n in (TABLES[table].key or TABLES[table].required) if n in there]
        columns: list[Any] = [sa.column(name) for name in (ROW, *names)]
        asked = sa.select(*columns).select_from(sa.table(table)).order_by(columns[0])
        found: dict[str, list[int]] = {}
        with self._engine.connect() as connection:
            for row, *parts in connection.execute(asked):
                if row is not None:
                    found.setdefault(", ".join(str(p) for p in parts if p is not None), []).append(row)
        return found


def _place(source: Source, column: int, row: int) -> Place:
    link = None if source.link is None else f"{source.link}&range={letters(column)}{row}"
    return Place(address(source.title, column, row - 1), link)
