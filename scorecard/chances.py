"""How likely chance alone is: quantiles and tails, Fisher's exact test, false discoveries held in check.

`scipy.stats` knows all of this and takes a second to load, which every start would wait for; the tests hold
these few functions against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy import special

_ALIKE: Final = 1e-7  # logarithms of chances that differ by rounding only


def normal_quantile(p: float) -> float:
    """What a standard normal value stays below with probability p."""
    return float(special.ndtri(p))


def normal_beyond(x: float) -> float:
    """The probability that a standard normal value is above x."""
    return float(special.ndtr(-x))


def t_quantile(p: float, freedom: float) -> float:
    """What Student's t with these degrees of freedom stays below with probability p."""
    return float(special.stdtrit(freedom, p))


def t_beyond(x: float, freedom: float) -> float:
    """The probability that Student's t with these degrees of freedom is above x."""
    return float(special.stdtr(freedom, -x))


def fisher(k1: int, n1: int, k2: int, n2: int) -> float:
    """Fisher's exact test that k1 of n1 and k2 of n2 differ by chance alone; both sides.

    Of all tables with the same margins, the probability of those no likelier than this one. Fisher, R. A.
    (1935): The logic of inductive inference. Journal of the Royal Statistical Society 98, 39-82.
    """
    k = k1 + k2
    lowest, highest = max(0, k - n2), min(k, n1)
    x = np.arange(lowest, highest, dtype=float)
    steps = np.log((n1 - x) * (k - x)) - np.log((x + 1) * (n2 - k + x + 1))  # from each table to the next
    logs = np.concatenate(([0.0], np.cumsum(steps)))
    weights = np.exp(logs - logs.max())
    rarer = logs <= logs[k1 - lowest] + _ALIKE
    return float(min(weights[rarer].sum() / weights.sum(), 1.0))


def adjusted(chances: Sequence[float]) -> list[float]:
    """The chances so that those up to q hold a share of false discoveries of at most q.

    Benjamini, Y. and Hochberg, Y. (1995): Controlling the false discovery rate. Journal of the Royal
    Statistical Society B 57, 289-300.
    """
    found = np.asarray(chances, dtype=float)
    downwards = np.argsort(-found, kind="stable")
    ranks = np.arange(len(found), 0, -1)
    least = np.minimum.accumulate(found[downwards] * len(found) / ranks)
    result = np.empty(len(found))
    result[downwards] = np.minimum(least, 1.0)
    return [float(chance) for chance in result]
