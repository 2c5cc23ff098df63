"""What a source hands over: a SQL engine, the contract's tables as they stand in it, and a stamp.

A `Relation` is one table whose columns already bear the contract's names and hold clean cells: text is
trimmed, blank text is NULL, compares exactly; a cell that can't be read is NULL and a row that can't be
used is absent (both reported as problems by the source). How a time stands in a column differs between
databases, so each column says its `Kind`; `scorecard.sqltime` turns any kind into whole seconds since 1970.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Engine, FromClause, Select, Subquery

from scorecard.problems import Problem


class Kind(StrEnum):
    """How the cells of a column stand in SQL."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"  # the integers 0 and 1
    EPOCH = "epoch"  # whole seconds since 1970-01-01 UTC
    INSTANT = "instant"  # a timestamp with time zone
    NAIVE = "naive"  # a timestamp without zone, in the organisation's time
    DATE = "date"  # a SQL date
    ISO_TEXT = "iso_text"  # text: YYYY-MM-DD, optionally [ T]HH:MM[:SS[.fff]], optionally Z or +hh:mm


@dataclass(frozen=True)
class Relation:
    """One table of the contract as it stands in the source.

    `source.c` has a column for every name in `kinds`; names missing there are missing in the source.
    `attributes` are the columns of `leads` that the contract doesn't know. `unique` says that the database
    itself keeps the key unique. `stored` is the same table with every row and cell as it was found, for
    `scorecard.small`, which reads small tables whole and says what is wrong with them; None where nothing is
    wrong any more (a mirror reports that itself). `loose` has rows too that repeat or contradict each other:
    it is cheaper where a second look decides. Both are tables or SELECTs without DISTINCT at the top.
    """

    table: str
    source: FromClause
    kinds: Mapping[str, Kind]
    attributes: tuple[str, ...] = ()
    unique: bool = False
    stored: FromClause | None = None
    loose: FromClause | None = None

    @property
    def every(self) -> FromClause:
        """The rows, and perhaps some that repeat or contradict each other."""
        return self.source if self.loose is None else self.loose

    def __contains__(self, column: object) -> bool:
        return column in self.kinds

    def __getitem__(self, column: str) -> ColumnElement[Any]:
        """The column's expression; KeyError when the source has none of that name."""
        return self.source.c[column]

    def alias(self, name: str | None = None) -> Relation:
        """The same table once more, for joins with itself."""
        return replace(self, source=self.source.alias(name))

    def narrow(self, *columns: str) -> Relation:
        """The same table once more with those of the columns that it has, for look-ups within a statement.

        All columns of each look-up would be most of a statement, and of the time it takes to compile it.
        """
        kinds = {name: self.kinds[name] for name in dict.fromkeys(columns) if name in self.kinds}
        loose = None if self.loose is None else _narrowed(self.loose, kinds)
        return replace(self, source=_narrowed(self.source, kinds), kinds=kinds, loose=loose)


def _narrowed(source: FromClause, names: Iterable[str]) -> FromClause:
    """The rows of a source with some columns only, wherever leaving others out keeps each row."""
    rows = source.element if isinstance(source, Subquery) else None
    if not isinstance(rows, Select):
        return source.alias()
    wanted = (rows.selected_columns[name] for name in names)
    return rows.with_only_columns(*wanted, maintain_column_froms=True).subquery()


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which state of the source this is: equal versions mean equal data.

    `read_at` is when it was last read with success, `changed_at` when the source last changed, where it is
    known; both aware.
    """

    version: str
    read_at: datetime
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row of ours stands in a spreadsheet: the cell as its keeper calls it, and a link to it."""

    cell: str
    link: str | None = None


class Places(Protocol):
    """Finds rows of ours in the spreadsheet they came from."""

    def find(self, table: str, key: str, column: str | None) -> Sequence[Place]:
        """The cells of that column (None: the first) in the rows with that key, written as in `Problem`."""


@dataclass(frozen=True)
class Dataset:
    """The tables of one source in one state; tables that are missing in it are missing in `relations`.

    `prepared` says that the store is our own and holds, beside the tables, the cohort worked out at load
    (`scorecard.passes`). `missing` explains tables and columns that the configuration names but the source
    lacks. `label` is how to speak of the source ("demo company", "PostgreSQL crm"), never with a password.
    `overrides` are settings of the configuration: they win over the table's. `relations` and `problems`
    may be worked out when they are first asked for. `places` finds rows in the spreadsheet they came from,
    None for a database.
    """

    engine: Engine
    relations: Mapping[str, Relation]
    stamp: Stamp
    label: str
    problems: Sequence[Problem] = ()
    missing: tuple[str, ...] = ()
    prepared: bool = False
    overrides: Mapping[str, str] = field(default_factory=dict)
    places: Places | None = None
    cache: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def has(self, *columns: str) -> bool:
        """Whether every 'table.column' (or 'table') is there."""
        return not self.lacks(*columns)

    def lacks(self, *columns: str) -> list[str]:
        """Those of the 'table.column' (or 'table') names that the source is without."""
        return [name for name in columns if not self._present(name)]

    def _present(self, name: str) -> bool:
        table, _, column = name.partition(".")
        return table in self.relations and (not column or column in self.relations[table])
