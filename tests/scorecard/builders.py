"""Small companies for the tests of this room: rows by table, in a SQLite file."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from data_sources.database import Database
from scorecard import periods, small
from scorecard.clock import AsOf
from scorecard.dataset import Dataset
from scorecard.report import report
from scorecard.rows import Row

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
NUMBERS = frozenset(
    ("pass_no", "amount", "target", "baseline", "rate", "value", "numerator", "denominator", "visits",
     "expected", "margin", "quality_rating", "conversions", "signups")
)  # fmt: skip
Rows = Sequence[Mapping[str, Any]]


def write(path: Path, **tables: Rows) -> str:
    """Writes the tables as text and numbers, and gives the file's URL."""
    connection = sqlite3.connect(path)
    for name, rows in tables.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        kinds = ", ".join(f'"{c}" {"NUMERIC" if c in NUMBERS else "TEXT"}' for c in columns)
        connection.execute(f'CREATE TABLE "{name}" ({kinds})')
        marks = ", ".join("?" * len(columns))
        cells = [[row.get(c) for c in columns] for row in rows]
        connection.executemany(f'INSERT INTO "{name}" VALUES ({marks})', cells)  # noqa: S608 - the test's own names
    connection.commit()
    connection.close()
    return f"sqlite:///{path}"


class Company:
    """A company in a file, and the questions a test asks of it."""

    def __init__(self, path: Path, **tables: Rows) -> None:
        self.url = write(path, **tables)
        self.database = Database(self.url, clock=lambda: NOW)
        self.dataset: Dataset = self.database.open()

    def rows(self, period: str = "2026-Q4", as_of: str = "2026-11-20", **more: Any) -> list[Row]:
        chosen = small.settings(self.dataset)
        asked = periods.parse(period, chosen.fiscal_year_start)
        return report(self.dataset, asked, AsOf.parse(as_of, chosen.zone), **more)

    def row(self, metric: str, scope: str = "all", **more: Any) -> Row:
        """The one row of that metric and scope."""
        found = [r for r in self.rows(metrics=[metric], **more) if (r.metric, r.scope) == (metric, scope)]
        assert len(found) == 1, (metric, scope, found)
        return found[0]

    def value(self, metric: str, scope: str = "all", **more: Any) -> float | None:
        return self.row(metric, scope, **more).value


def lead(lead_id: str, **cells: object) -> dict[str, Any]:
    return {"lead_id": lead_id, "created_at": "2026-10-05 10:00:00", **cells}


def figures(rows: Sequence[Row]) -> dict[tuple[str, str, str], dict[str, Any]]:
    """Rows by their key, for comparing two reports."""
    found = {(r.metric, r.scope, r.period): r.as_dict() for r in rows}
    assert len(found) == len(rows), "a key is printed twice"
    return found
