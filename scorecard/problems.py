"""What is wrong with a row or cell, in the words of the person who keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Severity(StrEnum):
    """An error leaves a row or cell out; a warning leaves it in, under the name it has."""

    ERROR = "error"
    WARNING = "warning"


def grouped(n: float) -> str:
    """A count as every locale reads it, whole and in groups of three parted by a narrow space (ISO 80000-1).

    Sources find problems before they know the organisation's locale.
    """
    return f"{n:,.0f}".replace(",", "\u202f")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the data: where it stands, what stands there, what to write instead.

    `rows` is how many rows share it (one unless many were folded into this one), `rows_left_out` how many of
    them the scorecard goes without, and `amount_left_out` their money in settings.currency. `cell` is where
    it stands in a spreadsheet ("leads!F17") and `link` an address that opens that cell; `day` is the day the
    row counts on, and `owner` who answers for it, where they are known.
    """

    severity: Severity
    rule: str
    table: str
    what: str
    instead: str
    key: str | None = None
    column: str | None = None
    value: str | None = None
    rows: int = 1
    rows_left_out: int = 0
    amount_left_out: float | None = None
    cell: str | None = None
    link: str | None = None
    day: date | None = None
    owner: str | None = None

    @property
    def place(self) -> str:
        """Cell, or table, key and column in one line: 'leads!F17' or 'leads L-17, won_at'."""
        if self.cell is not None:
            return self.cell
        where = self.table if self.key is None else f"{self.table} {self.key}"
        return where if self.column is None else f"{where}, {self.column}"

    def __str__(self) -> str:
        found = "" if self.value is None else f" ({self.value!r})"
        return f"{self.severity}: {self.place}{found}: {self.what} {self.instead}"
