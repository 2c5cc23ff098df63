"""Which groups' rates differ from all others' by more than chance explains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from scorecard.chances import adjusted, fisher
from scorecard.comparisons import Cases
from scorecard.measures import Group
from scorecard.statistics import Difference, newcombe

FALSE_DISCOVERIES: Final = 0.05  # of the groups named, the share that may stand out by chance


@dataclass(frozen=True, slots=True)
class Standout:
    """A group, its cases, those of all others, and how its rate differs from theirs."""

    group: Group
    cases: Cases
    others: Cases
    difference: Difference


def standouts(cases: Mapping[Group, Cases], min_n: int) -> tuple[Standout, ...]:
    """The groups that differ from the others, the furthest below first; those under min_n aren't looked at.

    Fisher's exact test of each group against all others, with Benjamini and Hochberg's control of false
    discoveries over all that were looked at.
    """
    k, n = (sum(parts) for parts in zip(*cases.values(), strict=True)) if cases else (0.0, 0.0)
    pairs = [(g, own, (k - own[0], n - own[1])) for g, own in cases.items()]
    pairs = [(g, own, others) for g, own, others in pairs if min(own[1], others[1]) >= max(min_n, 1)]
    if not pairs:
        return ()
    chances = adjusted([_chance(own, others) for _, own, others in pairs])
    found = [
        Standout(g, own, others, newcombe(*(int(x) for x in (*own, *others))))
        for (g, own, others), chance in zip(pairs, chances, strict=True)
        if chance <= FALSE_DISCOVERIES
    ]
    return tuple(sorted(found, key=lambda s: s.difference.value or 0.0))


def _chance(own: Cases, others: Cases) -> float:
    """How likely rates so far apart are when there is no difference."""
    (k1, n1), (k2, n2) = own, others
    return fisher(int(k1), int(n1), int(k2), int(n2))
