"""When a spreadsheet is read next: who watches, how much there is, what failed, what Google allows."""

from __future__ import annotations

from typing import Final

from data_sources.google_config import Google

LONGEST_WAIT: Final = 60.0
METADATA_SECONDS: Final = 60.0
_LONGEST_ASKED_FOR: Final = 300.0  # of Google's own Retry-After
_SHARE: Final = 0.8  # of what the budget gains may go into polling; the rest is for reads on demand
_POLLS_PER_METADATA: Final = 12
_FIRST_PAUSE: Final = 5.0
_REST: Final = 1.0  # seconds between two reads however long they take


class Pace:
    """Times are seconds of one clock that never goes back; `per_second`: reads that the budget gains."""

    def __init__(self, google: Google, per_second: float) -> None:
        self._google = google
        polls = len(google.spreadsheets) * (1 + 1 / _POLLS_PER_METADATA)
        self._least = polls / (_SHARE * per_second)
        self.metadata_seconds = max(METADATA_SECONDS, _POLLS_PER_METADATA * self._least)
        self.only_large = False
        self._watched = True
        self._failures = 0
        self._pause = 0.0
        self._read_at: float | None = None
        self._next_from: float | None = None
        self._ended = 0.0

    def wait(self, now: float, *, watched: bool) -> float:
        """Seconds until the next read is due."""
        self._watched = watched
        if self._next_from is None:
            return 0.0
        due = max(self._next_from + max(self._interval(), self._pause), self._ended + _REST)
        return max(due - now, 0.0)

    def age(self, now: float) -> float | None:
        """Seconds since the last read that went well; None: none did."""
        return None if self._read_at is None else now - self._read_at

    def succeeded(self, started: float, ended: float) -> None:
        self._read_at = self._next_from = started
        self._ended, self._failures, self._pause = ended, 0, 0.0

    def failed(self, ended: float, chance: float, asked_for: float | None) -> None:
        """Backs off with full jitter (`chance` is from 0 to 1), or as long as Google asks."""
        self._failures += 1
        longest = min(LONGEST_WAIT, _FIRST_PAUSE * 2 ** min(self._failures, 10))
        self._pause = max(chance * longest, min(asked_for or 0.0, _LONGEST_ASKED_FOR))
        self._next_from = self._ended = ended

    def large_are_due(self, now: float, read_at: float | None) -> bool:
        """Whether the large tabs, last read at `read_at`, are due."""
        return read_at is None or now - read_at >= self._large_seconds()

    def _interval(self) -> float:
        google = self._google
        small = google.watched_seconds if self._watched else google.unwatched_seconds
        return max(self._large_seconds() if self.only_large else small, self._least)

    def _large_seconds(self) -> int:
        google = self._google
        return google.large_watched_seconds if self._watched else google.large_unwatched_seconds
