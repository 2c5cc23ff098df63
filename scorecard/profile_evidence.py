"""Which values of a column win more often, or more per win, than the rest: what is sure, and what isn't yet.

A value is compared with the hand-offs that have another value there; those without one are left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from scorecard import chances
from scorecard.chances import fisher, t_beyond, t_quantile
from scorecard.profile_counts import Tally, Values
from scorecard.standouts import FALSE_DISCOVERIES
from scorecard.statistics import CONFIDENCE, Difference, newcombe

_TWO: Final = 2  # amounts that a spread can be told from
_NOISE: Final = 1e-12  # of a mean's square: what the rounding of sums of squares leaves of a spread of none
_NONE: Final = Difference(None, None, None)


class Verdict(StrEnum):
    """What the data say of a value: how it converts comes first, what its wins are worth second."""

    BETTER = "better"
    WORSE = "worse"
    MIXED = "mixed"  # more wins of smaller amounts, or fewer of larger ones
    SMALLER = "smaller wins"  # and no sure difference in how many
    LARGER = "larger wins"
    UNSURE = "can't tell yet"
    TOO_FEW = "too few"


@dataclass(frozen=True, slots=True)
class Compared:
    """A difference to the rest with its 95 % interval.

    `chance` is how likely one as large is where there is none, adjusted for all that were looked at (a false
    discovery rate); None where there were too few cases to look.
    """

    difference: Difference = _NONE
    chance: float | None = None

    @property
    def sign(self) -> int:
        """1 or -1 where it is surely higher or lower, else 0."""
        if self.chance is None or self.chance > FALSE_DISCOVERIES:
            return 0
        return {"higher": 1, "lower": -1}.get(self.difference.verdict, 0)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A value, its hand-offs, those of all other values, and how the two differ in wins and amounts."""

    column: str
    value: str
    own: Tally
    rest: Tally
    wins: Compared
    amounts: Compared

    @property
    def verdict(self) -> Verdict:
        """Better and worse are about how many win; amounts alone only make the wins larger or smaller."""
        wins, amounts = self.wins.sign, self.amounts.sign
        if wins and wins == -amounts:
            return Verdict.MIXED
        if wins:
            return Verdict.BETTER if wins > 0 else Verdict.WORSE
        if amounts:
            return Verdict.LARGER if amounts > 0 else Verdict.SMALLER
        return Verdict.TOO_FEW if self.wins.chance is None else Verdict.UNSURE


def evidence(columns: Iterable[Values], min_n: int) -> tuple[Evidence, ...]:
    """Every value that is at hand, in the order of the columns.

    Fisher's exact test of the wins and Welch's t-test of the amounts, for values with at least min_n cases on
    both sides, with Benjamini and Hochberg's control of false discoveries over all of these tests together.
    """
    found = [
        _compared(one.column, v, own, one.known - own, min_n)
        for one in columns
        for v, own in one.tallies.items()
    ]
    return tuple(adjusted(found))


def against(column: str, value: str, own: Tally, rest: Tally, min_n: int) -> Evidence:
    """One comparison that was planned by itself."""
    return adjusted([_compared(column, value, own, rest, min_n)])[0]


def adjusted(found: list[Evidence]) -> list[Evidence]:
    """The same with chances adjusted over all of them."""
    alone = [c for e in found for c in (e.wins.chance, e.amounts.chance) if c is not None]
    after = iter(chances.adjusted(alone))
    return [replace(e, wins=_with(e.wins, after), amounts=_with(e.amounts, after)) for e in found]


def _with(compared: Compared, after: Iterator[float]) -> Compared:
    return compared if compared.chance is None else replace(compared, chance=next(after))


def _compared(column: str, value: str, own: Tally, rest: Tally, min_n: int) -> Evidence:
    return Evidence(column, value, own, rest, _wins(own, rest, min_n), _amounts(own, rest, min_n))


def _wins(own: Tally, rest: Tally, min_n: int) -> Compared:
    difference = newcombe(own.won, own.n, rest.won, rest.n)
    if min(own.n, rest.n) < max(min_n, 1):
        return Compared(difference)
    return Compared(difference, fisher(own.won, own.n, rest.won, rest.n))


def _amounts(own: Tally, rest: Tally, min_n: int) -> Compared:
    """The difference of the mean amounts of a win with Welch's interval; spreads of none tell nothing."""
    if min(own.valued, rest.valued) < _TWO or own.mean is None or rest.mean is None:
        return Compared()
    gap, (a, b) = own.mean - rest.mean, (_squared_error(t) for t in (own, rest))
    if a + b == 0:
        return Compared(Difference(gap, None, None))
    freedom = (a + b) ** 2 / (a**2 / (own.valued - 1) + b**2 / (rest.valued - 1))
    error = math.sqrt(a + b)
    reach = error * t_quantile((1 + CONFIDENCE) / 2, freedom)
    difference = Difference(gap, gap - reach, gap + reach)
    if min(own.valued, rest.valued) < min_n:
        return Compared(difference)
    return Compared(difference, 2 * t_beyond(abs(gap) / error, freedom))


def _squared_error(tally: Tally) -> float:
    """The variance of a mean; what rounding left of a spread of none is none."""
    mean = tally.amount / tally.valued
    spread = tally.squares / tally.valued - mean**2
    return 0.0 if spread <= _NOISE * mean**2 else spread / (tally.valued - 1)
