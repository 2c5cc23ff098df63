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
    """Thread-safe. Times are seconds of the clock given; the keeper's changes come in with `became`.

    `part` is what is judged of the numbers. What is shown may be `slack` seconds older than its stamp.
    """

    clock: Callable[[], float]
    part: Callable[[Numbers], Numbers] = lambda numbers: numbers
    slack: float = 0.0
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
            self.states.append(State(self.clock(), None if numbers is None else self.part(numbers), what))

    def is_known(self, numbers: Numbers) -> bool:
        """Whether a state with these numbers was there before."""
        return self._state(self.part(numbers)) is not None

    def is_still(self, numbers: Numbers) -> bool:
        """Whether they are those of the last state that could be read."""
        readable = [state.numbers for state in self.states if state.numbers is not None]
        return readable[-1:] == [self.part(numbers)]

    def published(self, numbers: Numbers, begun: float) -> None:
        """A look that began at `begun` succeeded, and this is shown now as up to date."""
        with self.lock:
            at = self._state(self.part(numbers))
            if at is None:
                self._violated(f"{numbers} is shown and was never true")
                return
            standing = max(
                n for n, state in enumerate(self.states) if n == 0 or state.at <= begun - self.slack
            )
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


class ByTab:
    """Judges each tab by itself, for spreadsheets whose large tabs are read less often than the small ones.

    `slack`: how much older than its stamp the large tab (leads) may be.
    """

    def __init__(self, clock: Callable[[], float], slack: float) -> None:
        self.leads = Judge(clock, lambda n: Numbers(n.leads, n.won, None), slack)
        self.actuals = Judge(clock, lambda n: Numbers(0, None, n.goal))
        self.both = (self.leads, self.actuals)

    @property
    def violations(self) -> list[str]:
        return [*self.leads.violations, *self.actuals.violations]

    def became(self, numbers: Numbers | None, what: str) -> None:
        for judge in self.both:
            judge.became(numbers, what)

    def is_known(self, numbers: Numbers) -> bool:
        """Whether nothing has changed, or a tab's numbers have to what they were once."""
        moved = [judge for judge in self.both if not judge.is_still(numbers)]
        return not moved or any(judge.is_known(numbers) for judge in moved)

    def published(self, numbers: Numbers, begun: float) -> None:
        for judge in self.both:
            judge.published(numbers, begun)

    def read(self, numbers: Numbers, promised: Numbers) -> None:
        self.leads.read(numbers, promised)

    def failed(self, reason: str) -> None:
        self.leads.failed(reason)

    def waiting(self) -> bool:
        return any(judge.waiting() for judge in self.both)
