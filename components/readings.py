"""What charts and tiles need of a report row, and how its figures are written.

A reading is one row of the report (scorecard.report.Row); everything drawn takes readings and a label for each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from scorecard.status import Status


class Reading(Protocol):
    """A row of the report."""

    @property
    def metric(self) -> str: ...
    @property
    def team(self) -> str | None: ...
    @property
    def scope(self) -> str: ...
    @property
    def period(self) -> str: ...
    @property
    def value(self) -> float | None: ...
    @property
    def numerator(self) -> float | None: ...
    @property
    def denominator(self) -> float | None: ...
    @property
    def n(self) -> int | None: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...
    @property
    def target(self) -> float | None: ...
    @property
    def expected(self) -> float | None: ...
    @property
    def status(self) -> Status | None: ...
    @property
    def unit(self) -> str: ...
    @property
    def notes(self) -> str: ...


@dataclass(frozen=True)
class Named:
    """A reading under the name a reader knows it by; `measured` is the unit of its numerator and target."""

    name: str
    row: Reading
    measured: str = "number"
