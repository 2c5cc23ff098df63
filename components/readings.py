"""A row of the report under the name that a reader knows it by: what charts and tiles draw."""

from __future__ import annotations

from dataclasses import dataclass

from scorecard.rows import Row


@dataclass(frozen=True)
class Named:
    """A row and its name; `measured` is the unit of its actual and its target."""

    name: str
    row: Row
    measured: str = "number"
