"""One row of the report."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from scorecard.status import Status


@dataclass(frozen=True, slots=True)
class Row:
    """One number with all that it takes to believe it; the key is metric, scope and period.

    Rates are fractions, money is in settings.currency, `expected` is the share wanted by now. None: there is
    none. `notes` are `key` or `key=value` parts joined by semicolons.
    """

    metric: str
    team: str
    scope: str
    period: str
    as_of: str
    value: float | None
    numerator: float | None
    denominator: float | None
    n: int | None
    low: float | None
    high: float | None
    target: float | None
    expected: float | None
    status: Status | None
    unit: str
    notes: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Every column with plain values, None for none."""
        row = asdict(self)
        row["status"] = None if self.status is None else self.status.value
        return row

    def note(self, name: str) -> str | None:
        """The value of a note; an empty text for a note without one; None when it isn't there."""
        for part in self.notes.split(";"):
            key, _, value = part.partition("=")
            if key == name and part:
                return value
        return None


COLUMNS = tuple(f.name for f in fields(Row))
