"""How much is expected by when: the elapsed share of a span, and the curves built on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from scorecard.clock import AsOf, Opening, Zone
from scorecard.settings import Settings

Total = Callable[[int, int], float | None]


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` until before `end`, seconds since 1970."""

    start: int
    end: int

    def share(self, at: int) -> float:
        """How much of the span has passed, 0 to 1."""
        if self.end <= self.start:
            return 1.0 if at >= self.end else 0.0
        return min(max((at - self.start) / (self.end - self.start), 0.0), 1.0)


def elapsed_share(
    settings: Settings, span: Span, as_of: AsOf, pace: str, last_year: Total | None = None
) -> float | None:
    """The share of a target expected by as_of, milestones aside; None when last year says nothing."""
    if pace == "working_days":
        return Opening.of(settings).working_share(span.start, as_of.instant, span.end)
    if pace == "last_year":
        return None if last_year is None else last_years_share(settings.zone, span, as_of.instant, last_year)
    return span.share(as_of.instant)


def last_years_share(zone: Zone, span: Span, at: int, total: Total) -> float | None:
    """The cumulative share reached by the same elapsed share of the same span a year before."""
    before = Span(a_year_before(zone, span.start), a_year_before(zone, span.end))
    whole = total(before.start, before.end)
    if not whole:
        return None
    passed = span.share(at)
    if passed in (0.0, 1.0):
        return passed
    reached = total(before.start, before.start + round(passed * (before.end - before.start)))
    return (reached or 0.0) / whole  # nothing typed or closed by then: nothing was reached


def a_year_before(zone: Zone, epoch: int) -> int:
    """The same local date and time a year before (of a 29th of February, the 28th)."""
    wall = zone.from_epoch(epoch)
    return zone.to_epoch(_back(wall))


def _back(wall: datetime) -> datetime:
    try:
        return wall.replace(year=wall.year - 1)
    except ValueError:
        return wall.replace(year=wall.year - 1, day=28)


def between_points(points: Sequence[tuple[int, float]], at: int) -> float:
    """The height at an instant of the straight lines between (instant, height) points in order of time."""
    if at <= points[0][0]:
        return points[0][1]
    for (left, low), (right, high) in pairwise(points):
        if left <= at <= right and right > left:
            return low + (high - low) * (at - left) / (right - left)
    return points[-1][1]
