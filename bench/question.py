"""What both sides are asked: the demo company's running quarter and the one before, on a fixed day."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

TODAY: Final = date(2026, 11, 21)
SEED: Final = 7
PERIOD: Final = "2026-Q4"
BEFORE: Final = "2026-Q3"


@dataclass(frozen=True)
class Answer:
    """The page's main numbers, of the period and of the one before; what both sides must agree on.

    Rates are (k, n); waits in whole minutes on the agreed clock; quotas and goals are actuals by their scope.
    """

    acceptance: tuple[tuple[int, int], tuple[int, int]]
    sla: tuple[tuple[int, int], tuple[int, int]]
    median_minutes: tuple[int | None, int | None]
    win_rate: tuple[tuple[int, int], tuple[int, int]]
    revenue: tuple[float, float]
    mqls: tuple[int, int]
    by_source: dict[str, tuple[int, int]]
    quotas: dict[str, float]
    goals: dict[str, float]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def disagreements(ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    """Where two answers differ (amounts: by more than their floating sums can), one line each."""
    found: list[str] = []
    _compare("", ours, theirs, found)
    return found


def _compare(place: str, a: Any, b: Any, found: list[str]) -> None:
    if isinstance(a, dict) and isinstance(b, dict):
        for key in {**a, **b}:
            _compare(f"{place}.{key}", a.get(key), b.get(key), found)
    elif isinstance(a, list | tuple) and isinstance(b, list | tuple) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b, strict=True)):
            _compare(f"{place}[{i}]", x, y, found)
    elif not _same(a, b):
        found.append(f"{place.lstrip('.')}: ours {a!r}, the script's {b!r}")


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, float) or isinstance(b, float):
        return a is not None and b is not None and abs(a - b) <= 1e-9 * max(1.0, abs(a), abs(b))
    return bool(a == b)
