"""Whether what is shown was ever true, never goes back, is as new as its stamp says; and how fresh it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import RLock

from chaos.company import Numbers


@dataclass(frozen=True)
class State:
    """What the spreadsheet was from `at` on. `numbers` is None where it can't be read: a lost header."""

    at: float
    numbers: Numbers | None
    what: str


@dataclass
class Judge:
    """Thread-safe. Times are seconds of the clock given; the keeper's changes come in with `became`."""

    clock: Callable[[], float]
    states: list[State] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    readings: int = 0
    versions: int = 0
    last: int = -1  # the newest state that was shown
    fresh: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    lock: RLock = field(default_factory=RLock)

    def became(self, numbers: Numbers | None, what: str) -> None:
        """The spreadsheet is in this state from now on."""
        with self.lock:
            self.states.append(State(self.clock(), numbers, what))

    def is_known(self, numbers: Numbers) -> bool:
        """Whether a state with these numbers was there before."""
        with self.lock:
            return any(state.numbers == numbers for state in self.states)

    def published(self, numbers: Numbers, begun: float) -> None:
        """A look that began at `begun` succeeded, and this is shown now as up to date."""
        with self.lock:
            at = self._state(numbers)
            if at is None:
                self._violated(f"{numbers} is shown and was never true")
                return
            standing = max(n for n, state in enumerate(self.states) if n == 0 or state.at <= begun)
            if at < self.last:
                self._violated(f"back from state {self.last} to {at}")
            elif at < standing:
                self._violated(f"state {at} is stamped as read when state {standing} stood for long")
            self._note_freshness(at)

    def read(self, numbers: Numbers, promised: Numbers) -> None:
        """Somebody worked out the numbers of a version again: they are as they were when it was published."""
        with self.lock:
            self.readings += 1
            if numbers != promised:
                self._violated(f"one version says {promised} and then {numbers}")

    def failed(self, reason: str) -> None:
        """A look failed; `reason` is what screens say."""
        with self.lock:
            self.failures[reason] += 1

    def waiting(self) -> bool:
        """Whether the newest state hasn't been shown yet."""
        with self.lock:
            return self.last < len(self.states) - 1

    # --- inside

    def _state(self, numbers: Numbers) -> int | None:
        """The newest state with these numbers."""
        found = (n for n in reversed(range(len(self.states))) if self.states[n].numbers == numbers)
        return next(found, None)

    def _note_freshness(self, at: int) -> None:
        """The ages of the states that are shown with this one, but for those that nobody could read."""
        if at <= self.last:
            return
        self.versions += 1
        now = self.clock()
        if self.last >= 0:
            seen = self.states[self.last + 1 : at + 1]
            self.fresh += [now - state.at for n, state in enumerate(seen) if not self._was_lost(seen[n:])]
        self.last = at

    def _was_lost(self, since: list[State]) -> bool:
        """Whether its keeper made the spreadsheet unreadable before it could be shown."""
        return any(state.numbers is None for state in since)

    def _violated(self, what: str) -> None:
        self.violations.append(f"{self.clock():.1f}: {what}")
