"""How likely chance alone is: quantiles and tails, Fisher's exact test, false discoveries held in check.

`scipy.stats` takes a second to load, which every start would wait for. So it is loaded when a test is asked
for first, and what its distributions do is taken from `scipy.special`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy
from scipy import special


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

    Fisher, R. A. (1935): The logic of inductive inference. Journal of the Royal Statistical Society 98,
    39-82.
    """
    return float(scipy.stats.fisher_exact(np.array([[k1, n1 - k1], [k2, n2 - k2]])).pvalue)


def adjusted(chances: Sequence[float]) -> list[float]:
    """The chances so that those up to q hold a share of false discoveries of at most q.

    Benjamini, Y. and Hochberg, Y. (1995): Controlling the false discovery rate. Journal of the Royal
    Statistical Society B 57, 289-300.
    """
    return [float(chance) for chance in scipy.stats.false_discovery_control(chances)] if chances else []
