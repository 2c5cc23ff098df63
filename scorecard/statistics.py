"""Honest small numbers: intervals of rates and of their differences, waits that aren't over yet, quantiles.

Quantiles take counts (how many had this value), because a database hands over a GROUP BY, not its rows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import scipy
from numpy.typing import NDArray

Interval = tuple[float, float] | tuple[None, None]
Numbers = Sequence[float] | NDArray[Any]

CONFIDENCE: Final = 0.95
# A survival probability is a product of quotients: 0.1 may come out as 0.10000000000000009.
_NOISE: Final = 1e-12


@lru_cache(maxsize=65_536)
def wilson(k: int, n: int) -> Interval:
    """Wilson's 95 % score interval of k out of n; (None, None) when n is 0.

    Wilson, E. B. (1927): Probable inference, the law of succession, and statistical inference. Journal of
    the American Statistical Association 22, 209-212.
    """
    if n == 0:
        return None, None
    # Tested against its own proportion, the p-value nobody asked for needs no search.
    interval = scipy.stats.binomtest(int(k), int(n), k / n).proportion_ci(CONFIDENCE, method="wilson")
    return float(interval.low), float(interval.high)


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference of two rates with its 95 % interval; all None when one of them has no cases."""

    value: float | None
    low: float | None
    high: float | None

    @property
    def verdict(self) -> str:
        """'higher' or 'lower' when the interval lies on one side of 0, else "can't tell yet"."""
        if self.low is not None and self.low > 0:
            return "higher"
        if self.high is not None and self.high < 0:
            return "lower"
        return "can't tell yet"


def newcombe(k1: int, n1: int, k2: int, n2: int) -> Difference:
    """k1/n1 - k2/n2 with Newcombe's hybrid score interval from the two Wilson intervals.

    Newcombe, R. G. (1998): Interval estimation for the difference between independent proportions:
    comparison of eleven methods. Statistics in Medicine 17, 873-890, method 10.
    """
    low1, high1 = wilson(k1, n1)
    low2, high2 = wilson(k2, n2)
    if low1 is None or high1 is None or low2 is None or high2 is None:
        return Difference(None, None, None)
    p1, p2 = k1 / n1, k2 / n2
    low = p1 - p2 - math.hypot(p1 - low1, high2 - p2)
    high = p1 - p2 + math.hypot(high1 - p1, p2 - low2)
    return Difference(p1 - p2, low, high)


@dataclass(frozen=True, slots=True)
class Survival:
    """How long passes wait for their touch, those still waiting included (Kaplan-Meier).

    `n` passes, `touched` of them over, `longest` the longest wait seen; at `times[i]` the share `waiting[i]`
    is still waiting. Without passes all is empty.
    """

    n: int
    touched: int
    longest: float | None
    times: tuple[float, ...] = ()
    waiting: tuple[float, ...] = ()

    def quantile(self, q: float) -> float | None:
        """The smallest t with S(t) <= 1 - q; None when so many haven't been reached yet."""
        limit = 1 - q + _NOISE
        reached = (t for t, share in zip(self.times, self.waiting, strict=True) if share <= limit)
        return next(reached, None)


def survival(minutes: Numbers, touched: Numbers, counts: Numbers) -> Survival:
    """The curve; `counts[i]` passes waited `minutes[i]`, until touched (1) or untouched still (0)."""
    waits = np.repeat(np.asarray(minutes, dtype=float), np.asarray(counts, dtype=int))
    over = np.repeat(np.asarray(touched, dtype=bool), np.asarray(counts, dtype=int))
    if not waits.size:
        return Survival(0, 0, None)
    # At a tie scipy takes events before censorings, as the contract does.
    curve = scipy.stats.ecdf(scipy.stats.CensoredData(uncensored=waits[over], right=waits[~over])).sf
    return Survival(
        n=int(waits.size),
        touched=int(over.sum()),
        longest=float(waits.max()),
        times=tuple(curve.quantiles.tolist()),
        waiting=tuple(curve.probabilities.tolist()),
    )


def median_of_counts(values: Numbers, counts: Numbers) -> float | None:
    """The median, the mean of the middle two for an even number; None without cases."""
    ordered, through = _ordered(values, counts)
    n = int(through[-1]) if through.size else 0
    if n == 0:
        return None
    lower, upper = (float(ordered[np.searchsorted(through, rank)]) for rank in ((n + 1) // 2, n // 2 + 1))
    return (lower + upper) / 2


def nearest_rank(values: Numbers, counts: Numbers, q: float) -> float | None:
    """The smallest value that at least the share q does not exceed; None without cases."""
    ordered, through = _ordered(values, counts)
    n = int(through[-1]) if through.size else 0
    if n == 0:
        return None
    rank = max(math.ceil(round(q * n, 9)), 1)  # 0.07 * 100 is a little over 7
    return float(ordered[np.searchsorted(through, rank)])


def _ordered(values: Numbers, counts: Numbers) -> tuple[NDArray[Any], NDArray[Any]]:
    """Values ascending, and how many cases lie at or below each."""
    numbers = np.asarray(values, dtype=float)
    order = np.argsort(numbers, kind="stable")
    return numbers[order], np.cumsum(np.asarray(counts, dtype=int)[order])
