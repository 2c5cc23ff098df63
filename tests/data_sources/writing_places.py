"""A small company in every kind of source that can be written to, and its rows as everybody reads them."""

import csv
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from data_sources.budget import Budget
from data_sources.config import Config
from data_sources.csv_folder import FolderReader
from data_sources.csv_writing import FolderWriter
from data_sources.google_sheets import GoogleReader
from data_sources.google_writing import GoogleWriter
from data_sources.mirrored import MirroredSource, Reader
from data_sources.sources import connect
from data_sources.sql_writing import SqlWriter, new_table
from data_sources.writing import MemoryWriter, Writer
from scorecard import small
from scorecard.settings import Settings
from tests.data_sources.google_builders import configured

BERLIN = Settings(time_zone="Europe/Berlin", locale="en_GB")
NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
TABLES: dict[str, list[dict[str, Any]]] = {
    "settings": [{"key": "time_zone", "value": "Europe/Berlin"}],
    "leads": [{"lead_id": "L1", "pass_no": 1, "created_at": "2026-11-01 09:00:00"}],
    "goals": [
        {
            "goal_id": "G1",
            "name": "Revenue",
            "target": 1000.0,
            "start": date(2026, 10, 1),
            "due": date(2026, 12, 31),
        },
        {
            "goal_id": "G2",
            "name": "Leads",
            "target": 50.0,
            "start": date(2026, 10, 1),
            "due": date(2026, 12, 31),
        },
    ],
}


class Place:
    """One source. `rows` reads it as the app does, `set` is a keeper's hand; writers are closed with it."""

    def __init__(self) -> None:
        self.opened: list[Writer] = []

    def writer(self, **more: Any) -> Any:
        """A writer as another process has one."""
        self.opened.append(self.made(**more))
        return self.opened[-1]

    def made(self, **more: Any) -> Writer:
        raise NotImplementedError

    def rows(self, table: str) -> tuple[dict[str, Any], ...]:
        raise NotImplementedError

    def set(self, goal: str, target: float) -> None:
        raise NotImplementedError

    def close(self) -> None:
        for writer in self.opened:
            writer.close()


class Sql(Place):
    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.engine = sa.create_engine(url, poolclass=sa.NullPool)
        with self.engine.begin() as connection:
            for name, rows in TABLES.items():
                table = new_table(self.engine.dialect.name, name)
                table.create(connection)
                text = self.engine.dialect.name == "sqlite"
                for row in rows:
                    zoned = {k: str(v) if text and isinstance(v, date) else v for k, v in row.items()}
                    connection.execute(table.insert().values(zoned))

    def made(self, **_: Any) -> SqlWriter:
        return SqlWriter(Config(source=self.url))

    def rows(self, table: str) -> tuple[dict[str, Any], ...]:
        source = connect(Config(source=self.url), NOW)
        try:
            return small.rows(source.open(), table)
        finally:
            source.close()

    def set(self, goal: str, target: float) -> None:
        goals = sa.table("goals", sa.column("goal_id"), sa.column("target"))
        with self.engine.begin() as connection:
            connection.execute(sa.update(goals).where(goals.c.goal_id == goal).values(target=target))


def mirrored(reader: Reader, config: Config, folder: Path, table: str) -> tuple[dict[str, Any], ...]:
    """The rows as the mirror has them, read anew; it isn't prepared, since nobody asks for a metric."""
    source = MirroredSource(reader, config, folder, lambda _engine, _changed: None)
    try:
        source.probe(everything=True)
        return small.rows(source.open(), table)
    finally:
        source.close()


def grid(table: str) -> list[list[object]]:
    names = list(dict.fromkeys(name for row in TABLES[table] for name in row))
    if table == "goals":
        names.append("strategy")
    return [names, *([row.get(name) for name in names] for row in TABLES[table])]


class Folder(Place):
    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.path, self.store = folder / "csv", folder / "store"
        self.path.mkdir()
        for table in TABLES:
            with (self.path / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows([["" if c is None else c for c in row] for row in grid(table)])

    def made(self, **_: Any) -> FolderWriter:
        return FolderWriter(self.path, Config(source=str(self.path)), self.store, pause=lambda _: None)

    def rows(self, table: str) -> tuple[dict[str, Any], ...]:
        reader = FolderReader(self.path, pause=lambda _: None)
        return mirrored(reader, Config(source=str(self.path)), self.store, table)

    def set(self, goal: str, target: float) -> None:
        path = self.path / "goals.csv"
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
        at = rows[0].index("target")
        rows = [[str(target) if i == at and row[0] == goal else c for i, c in enumerate(row)] for row in rows]
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)


class Google(Place):
    def __init__(self, google: Any, folder: Path) -> None:
        super().__init__()
        self.google, self.folder = google, folder
        self.sheet = google.spreadsheet(
            "Company", "en_GB", "Europe/Berlin", tabs={table: grid(table) for table in TABLES}
        )
        self.config = configured(google, self.sheet)

    def made(self, **more: Any) -> GoogleWriter:
        budget = Budget(600)
        return GoogleWriter(self.config, Config(), self.folder, sleep=lambda _: None, budget=budget, **more)

    def rows(self, table: str) -> tuple[dict[str, Any], ...]:
        reader = GoogleReader(self.config, budget=Budget(600))
        return mirrored(reader, Config(), self.folder / "mirror", table)

    def set(self, goal: str, target: float) -> None:
        row = next(i for i, line in enumerate(grid("goals"), 1) if line[0] == goal)
        self.google.set(self.sheet, f"goals!C{row}", target)


class Memory(Place):
    def __init__(self) -> None:
        super().__init__()
        self.one = MemoryWriter(goals=TABLES["goals"])

    def made(self, **_: Any) -> MemoryWriter:
        return self.one

    def rows(self, table: str) -> tuple[dict[str, Any], ...]:
        return tuple(dict(row) for row in self.one.tables.get(table, ()))

    def set(self, goal: str, target: float) -> None:
        next(row for row in self.one.tables["goals"] if row["goal_id"] == goal)["target"] = target
