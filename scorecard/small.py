"""The small tables, read whole: typed rows, and what was wrong with the others.

Everything but leads, touches, spend, web and orders is small enough to stand in memory. Rows are dicts with
every column of the contract; a column the source lacks is None or its default. Dates are datetime.date, times
whole seconds since 1970 (UTC), money and numbers float, booleans bool.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select

from scorecard import cells
from scorecard.clock import Zone
from scorecard.contract import TABLES, Column, Table, Type, counted_on, kept_by
from scorecard.dataset import Dataset, Kind, Relation
from scorecard.problems import Problem, Severity
from scorecard.settings import Settings

Row = dict[str, Any]


@dataclass(frozen=True)
class Reading:
    """The right rows of a table and the problems of the rest."""

    rows: tuple[Row, ...] = ()
    problems: tuple[Problem, ...] = ()


def rows(dataset: Dataset, table: str) -> tuple[Row, ...]:
    """The usable rows of a small table, in the order of the source; none where the source lacks it."""
    return reading(dataset, table).rows


def settings(dataset: Dataset) -> Settings:
    """What both teams agreed on: defaults, the table settings, and on top what the configuration says."""
    return _settings(dataset)[0]


def settings_problems(dataset: Dataset) -> tuple[Problem, ...]:
    """What is wrong with single settings; each stays at its default."""
    return _settings(dataset)[1]


def reading(dataset: Dataset, table: str) -> Reading:
    """A small table with its problems, read once per state of the source."""
    if TABLES[table].large:
        raise ValueError(f"{table} is aggregated where it stands, never read whole")
    key = ("small", table)
    if key not in dataset.cache:
        dataset.cache[key] = _read(dataset, table)
    found: Reading = dataset.cache[key]
    return found


def _settings(dataset: Dataset) -> tuple[Settings, tuple[Problem, ...]]:
    if "settings" not in dataset.cache:
        relation = dataset.relations.get("settings")
        written = [] if relation is None else [dict(row) for row in stored_rows(dataset, relation)]
        kept = [row for row in written if str(row.get("key")).strip() not in dataset.overrides]
        own = [{"key": key, "value": value} for key, value in dataset.overrides.items()]
        dataset.cache["settings"] = Settings.read([*kept, *own])
    found: tuple[Settings, tuple[Problem, ...]] = dataset.cache["settings"]
    return found


def _read(dataset: Dataset, table: str) -> Reading:
    relation = dataset.relations.get(table)
    if relation is None:
        return Reading()
    reader = _Reader(TABLES[table], relation.kinds, settings(dataset))
    return reader.read(stored_rows(dataset, relation))


def typed(table: str, kinds: Mapping[str, Kind], stored: Mapping[str, Any], how: Settings) -> Row:
    """One stored row as `rows` gives it, whatever is wrong with it; `kinds`: as in its relation."""
    return _Reader(TABLES[table], kinds, how).typed(stored)


def stored_rows(dataset: Dataset, relation: Relation) -> Iterable[Mapping[str, Any]]:
    """The cells of a small table as they were found, column name to value."""
    source = relation.source if relation.stored is None else relation.stored
    wanted = [source.c[name] for name in relation.kinds]
    with dataset.engine.connect() as connection:
        return [dict(row) for row in connection.execute(select(*wanted)).mappings()]


class _Reader:
    """Turns stored rows into usable ones and remembers what was wrong."""

    def __init__(self, table: Table, kinds: Mapping[str, Kind], how: Settings) -> None:
        self.table = table
        self.columns = [c for c in table.columns if c.name in kinds]
        self.kinds = kinds
        self.settings = how
        self.problems: list[Problem] = []
        self.empty: Row = {c.name: None for c in table.columns}

    def typed(self, stored: Mapping[str, Any]) -> Row:
        return self._filled(self.empty | {name: cell.value for name, cell in self._parsed(stored).items()})

    def read(self, found: Iterable[Mapping[str, Any]]) -> Reading:
        usable = [row for stored in found if (row := self._row(stored)) is not None]
        if self.table.key:
            usable = self._without_repeats(usable)
        return Reading(tuple(usable), tuple(self.problems))

    def _row(self, stored: Mapping[str, Any]) -> Row | None:
        if all(is_blank(stored[c.name]) for c in self.columns):
            return None  # an inner blank row of a sheet says nothing
        parsed = self._parsed(stored)
        row = self.empty | {name: cell.value for name, cell in parsed.items()}
        place = key_text(self.table, row, stored)
        lost = [name for name in self.table.required if row[name] is None]
        before = len(self.problems)
        for column in self.columns:
            self._report(column, parsed[column.name], place, stored[column.name], lost)
        for name in lost:
            if name not in parsed or parsed[name].problem is None:
                self._say_blank(name, place, row)
        if not lost and row.get("rate") == 0:
            lost = ["rate"]
            self._say_zero_rate(place)
        self.problems[before:] = [self._answered(problem, row) for problem in self.problems[before:]]
        return None if lost else self._filled(row)

    def _answered(self, problem: Problem, row: Row) -> Problem:
        """The problem with whom to ask and the day its row counts on."""
        name = self.table.name
        return replace(problem, owner=owner_of(name, row), day=day_of(name, row, self.settings.zone))

    def _parsed(self, stored: Mapping[str, Any]) -> dict[str, cells.Parsed]:
        parsed = {c.name: self._parse(stored[c.name], c) for c in self.columns}
        own = parsed["currency"].value if "currency" in parsed else None
        base = self.settings.currency
        return {c.name: cells.in_currency(parsed[c.name], stored[c.name], c, own, base) for c in self.columns}

    def _parse(self, value: object, column: Column) -> cells.Parsed:
        zone = self.settings.zone
        native = _native(value, column, self.kinds[column.name], zone)
        return _settled(cells.parse(native, column, self.settings), zone)

    def _report(self, column: Column, cell: cells.Parsed, place: str, value: object, lost: list[str]) -> None:
        if cell.problem is None:
            return
        left_out = int(bool(lost) and column.name == lost[0])
        self.problems.append(
            Problem(
                cell.severity or Severity.ERROR,
                "cell",
                self.table.name,
                cell.problem,
                cell.instead or "",
                key=place,
                column=column.name,
                value=str(value),
                rows_left_out=left_out,
            )
        )

    def _say_blank(self, name: str, place: str, row: Row) -> None:
        self.problems.append(
            Problem(
                Severity.ERROR,
                "required",
                self.table.name,
                f"{name} is blank; without it the row can't be used.",
                f"Fill in {name}: {self.table[name].doc}",
                key=place,
                column=name,
                rows_left_out=1,
                amount_left_out=_money(self.table, row),
            )
        )

    def _say_zero_rate(self, place: str) -> None:
        self.problems.append(
            Problem(
                Severity.ERROR,
                "cell",
                self.table.name,
                "a rate of 0 would make money vanish.",
                "Write what one unit of the currency is worth.",
                key=place,
                column="rate",
                value="0",
                rows_left_out=1,
            )
        )

    def _filled(self, row: Row) -> Row:
        for column in self.table.columns:
            if row[column.name] is None and column.default is not None:
                row[column.name] = int(column.default) if column.type is Type.INTEGER else column.default
        return row

    def _without_repeats(self, usable: list[Row]) -> list[Row]:
        groups: dict[tuple[Any, ...], list[Row]] = {}
        for row in usable:
            groups.setdefault(tuple(row[name] for name in self.table.key), []).append(row)
        kept = []
        for group in groups.values():
            if all(row == group[0] for row in group):
                kept.append(group[0])
            if len(group) > 1:
                self.problems.append(self._answered(_repeated(self.table, group), group[0]))
        return kept


def _repeated(table: Table, group: list[Row]) -> Problem:
    place = key_text(table, group[0], group[0])
    same = all(row == group[0] for row in group)
    if same:
        return Problem(
            Severity.WARNING,
            "duplicate",
            table.name,
            f"The same row stands here {len(group)} times; it counts once.",
            "Delete the repeats.",
            key=place,
            column=", ".join(table.key),
            rows=len(group),
        )
    return Problem(
        Severity.ERROR,
        "duplicate",
        table.name,
        f"{len(group)} different rows have this key; none of them is used.",
        f"Keep one of them, or give each its own {' and '.join(table.key)}.",
        key=place,
        column=", ".join(table.key),
        rows=len(group),
        rows_left_out=len(group),
        amount_left_out=_money(table, *group),
    )


def _money(table: Table, *lost: Row) -> float | None:
    """What lost rows are worth; None where the table holds no money."""
    column = next((c.name for c in table.columns if c.type is Type.MONEY), None)
    return None if column is None else sum(row[column] or 0.0 for row in lost)


def key_text(table: Table, row: Mapping[str, Any], stored: Mapping[str, Any]) -> str:
    """How to speak of a row: its key, or, where it has none, what it can't do without."""
    names = table.key or table.required
    shown = (_told(table[name], row, stored) for name in names)
    return ", ".join(str(value) for value in shown if not is_blank(value)) or "(no key)"


def _told(column: Column, row: Mapping[str, Any], stored: Mapping[str, Any]) -> object:
    """A key's part; times as they were written, for nobody reads seconds since 1970."""
    written = stored.get(column.name)
    unread = row.get(column.name) is None or column.type is Type.TIME
    return written if unread and not is_blank(written) else row.get(column.name)


def owner_of(table: str, row: Mapping[str, Any]) -> str | None:
    """The person_id of who answers for a row; None where it names nobody."""
    return next((str(row[name]) for name in kept_by(table) if not is_blank(row.get(name))), None)


def day_of(table: str, row: Mapping[str, Any], zone: Zone) -> date | None:
    """The day a typed row counts on; None where it has none."""
    found = next((row[name] for name in counted_on(table) if row.get(name) is not None), None)
    return zone.from_epoch(found).date() if isinstance(found, int) else found


def is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _native(value: object, column: Column, kind: Kind, zone: Zone) -> object:
    """What only the column's kind tells: that a MariaDB TIMESTAMP is in UTC, that a number is a time."""
    if isinstance(value, datetime) and kind is Kind.INSTANT and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    if kind is Kind.EPOCH and column.type is Type.DATE and isinstance(value, int):
        return zone.from_epoch(value)
    return value


def _settled(cell: cells.Parsed, zone: Zone) -> cells.Parsed:
    """Times as seconds since 1970."""
    return replace(cell, value=zone.to_epoch(cell.value)) if isinstance(cell.value, datetime) else cell
