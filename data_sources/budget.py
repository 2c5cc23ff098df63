"""How often Google may be asked: one budget of reads for all in this process that use the same credentials.

Google allows 60 reads a minute and user, and a service account is one user. A budget of N reads a minute
starts with a quarter of N at hand and gains the rest over the minute: no 60 seconds ever see more than N.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import Final

from data_sources.errors import SourceError

MINUTE: Final = 60.0
FEWEST: Final = 4  # reads a minute: below, nothing would be left to gain
_ROUNDING: Final = 1e-6  # of a read: whoever waited as long as told shall not miss it by a rounding
Clock = Callable[[], float]


class Busy(SourceError):  # noqa: N818 - nothing is wrong: the next read comes in `seconds`
    """The budget is used up for now; the numbers stay. `seconds` until a read on demand is possible again."""

    def __init__(self, seconds: float, message: str | None = None) -> None:
        self.seconds = seconds
        super().__init__(message or f"Google allows the next read in {whole(seconds)} s.")


class Budget:
    """A token bucket. Thread-safe; `clock` gives seconds that never go back."""

    def __init__(self, per_minute: int, clock: Clock = time.monotonic) -> None:
        if per_minute < FEWEST:
            raise ValueError(f"A budget needs at least {FEWEST} reads a minute.")
        self.at_hand = per_minute // 4
        self.per_second = (per_minute - self.at_hand) / MINUTE
        self._clock = clock
        self._lock = Lock()
        self._left = float(self.at_hand)
        self._at = clock()

    def take(self, reads: int = 1, *, leaving: int = 0) -> float:
        """0.0 when they were taken; else the seconds until they could be, and nothing is taken.

        `leaving`: how many must stay at hand for others, for whoever can wait.
        """
        with self._lock:
            if wait := self._until(reads, leaving):
                return wait
            self._left -= reads
            return 0.0

    def until(self, reads: int = 1, *, leaving: int = 0) -> float:
        """Seconds until so many could be taken; 0.0: now."""
        with self._lock:
            return self._until(reads, leaving)

    def _until(self, reads: int, leaving: int) -> float:
        now = self._clock()
        self._left = min(self.at_hand, self._left + max(now - self._at, 0.0) * self.per_second)
        self._at = now
        # more than the bucket holds can't be saved up: then a full one has to do
        wanted = max(min(reads + leaving, self.at_hand), reads)
        lacking = wanted - self._left
        return lacking / self.per_second if lacking > _ROUNDING else 0.0


def whole(seconds: float) -> int:
    """Whole seconds, never fewer than one: "in 0 s" would be no news."""
    return max(1, int(-(-seconds // 1)))


_budgets: Final[dict[str, Budget]] = {}
_budgets_lock: Final = Lock()


def shared(user: str, per_minute: int, clock: Clock = time.monotonic) -> Budget:
    """The budget of these credentials (any text that tells them from others) in this process."""
    with _budgets_lock:
        known = _budgets.get(user)
        if known is None or known.per_second * MINUTE + known.at_hand > per_minute + 0.5:
            known = _budgets[user] = Budget(per_minute, clock)  # the lowest figure anybody wrote holds
        return known
