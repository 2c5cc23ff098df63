"""What is wrong with a row or cell, in the words of the person who keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error leaves a row or cell out; a warning leaves it in, under the name it has."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the data: where it stands, what stands there, what to write instead.

    `rows` is how many rows share it (one unless many were folded into this one), `rows_left_out` how many of
    them the scorecard goes without, and `amount_left_out` their money in settings.currency.
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

    @property
    def place(self) -> str:
        """Table, key and column in one line: 'leads L-17, won_at'."""
        where = self.table if self.key is None else f"{self.table} {self.key}"
        return where if self.column is None else f"{where}, {self.column}"

    def __str__(self) -> str:
        found = "" if self.value is None else f" ({self.value!r})"
        return f"{self.severity}: {self.place}{found}: {self.what} {self.instead}"
