"""Two periods side by side: seen at the same point of their course, and what moved a rate between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from scorecard.clock import AsOf, Zone
from scorecard.measures import Group
from scorecard.periods import Period
from scorecard.statistics import Difference, newcombe

Cases = tuple[float, float]  # k of n
_NOBODY: Final = (0.0, 0.0)


def same_point(period: Period, compare: Period, as_of: AsOf, zone: Zone) -> AsOf:
    """The moment at which `compare` had come as far as `period` has at as_of.

    Of a running period the same elapsed share; of a finished one as long after its end, so that decisions had
    as much time to be made. Never later than as_of. `report --period COMPARE --as-of` that moment prints the
    figures compared with.
    """
    start, end = period.bounds(zone)
    before, after = compare.bounds(zone)
    if as_of.instant >= end:
        instant = after + as_of.instant - end
    else:
        instant = before + round((as_of.instant - start) / (end - start) * (after - before))
    return AsOf.at(datetime.fromtimestamp(min(instant, as_of.instant), UTC), zone)


@dataclass(frozen=True, slots=True)
class Effect:
    """What one group did to a rate over all: by its own rate, and by its share of the cases.

    Both in points as fractions; over all groups rate + mix adds up to the rate's whole change. `moved`
    compares the group's own two rates.
    """

    group: Group
    now: Cases
    before: Cases
    rate: float
    mix: float
    moved: Difference

    @property
    def whole(self) -> float:
        return self.rate + self.mix


def effects(now: Mapping[Group, Cases], before: Mapping[Group, Cases]) -> list[Effect]:
    """The effect of each group on the change of a rate, the largest fall first; none without cases in both.

    The midpoint form of the Kitagawa decomposition, with each group's share weighed against the mean rate:
    Kitagawa, E. M. (1955): Components of a difference between two rates. JASA 50, 1168-1194.
    """
    many, few = (sum(n for _, n in cases.values()) for cases in (now, before))
    if not many or not few:
        return []
    mean = (sum(k for k, _ in now.values()) / many + sum(k for k, _ in before.values()) / few) / 2
    found = [
        _effect(g, now.get(g, _NOBODY), before.get(g, _NOBODY), (many, few), mean) for g in {**now, **before}
    ]
    return sorted(found, key=lambda e: (e.whole, str(e.group)))


def _effect(group: Group, now: Cases, before: Cases, all_cases: Cases, mean: float) -> Effect:
    rates = [k / n if n else None for k, n in (now, before)]
    known = [r for r in rates if r is not None] or [mean]
    # Where a group had no cases it has no rate: all it does, it does by being there or not.
    after, then = (known[0] if r is None else r for r in (rates[0], rates[1]))
    shares = now[1] / all_cases[0], before[1] / all_cases[1]
    rate = (shares[0] + shares[1]) / 2 * (after - then)
    mix = (shares[0] - shares[1]) * ((after + then) / 2 - mean)
    moved = newcombe(int(now[0]), int(now[1]), int(before[0]), int(before[1]))
    return Effect(group, now, before, rate, mix, moved)
