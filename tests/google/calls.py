"""The log of calls, and Google's limits on them."""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from tests.google.errors import too_many

MINUTE = 60.0


@dataclass
class Call:
    """One call. `kind` is read, write, drive, token or other; `status` 0 until answered, or if it never was.

    `sent` counts the bytes of the body that went out, compressed if it was; `at` is by the stand-in's clock.
    """

    number: int
    kind: str
    method: str
    path: str
    query: Mapping[str, list[str]]
    at: float
    body: object = None
    user: str | None = None
    status: int = 0
    sent: int = 0
    fault: str | None = None

    @property
    def name(self) -> str:
        """What was called, without ids: values:batchGet, metadata, values:append ..."""
        last = self.path.removeprefix("/v4/spreadsheets/").partition("/")[2] or self.path.rpartition("/")[2]
        if self.kind in ("token", "drive"):
            return self.kind
        if "/values/" in self.path:
            verb = unquote(last).rpartition(":")[2] if last.endswith((":append", ":clear")) else self.method
            return f"values:{verb.lower()}"
        return last if last.startswith("values:") else last.rpartition(":")[2] if ":" in last else "metadata"


@dataclass
class Log:
    """Every call since the stand-in opened."""

    clock: Callable[[], float]
    calls: list[Call] = field(default_factory=list)
    news: threading.Condition = field(default_factory=threading.Condition)

    def begin(self, **told: object) -> Call:
        with self.news:
            call = Call(number=len(self.calls), at=self.clock(), **told)
            self.calls.append(call)
            self.news.notify_all()
            return call

    def answered(self) -> None:
        with self.news:
            self.news.notify_all()

    def of(self, kind: str) -> list[Call]:
        with self.news:
            return [call for call in self.calls if call.kind == kind]

    def busiest_minute(self, kind: str = "read") -> int:
        """The most calls of a kind in any 60 seconds."""
        times = sorted(call.at for call in self.of(kind))
        most, first = 0, 0
        for last, at in enumerate(times):
            while times[first] <= at - MINUTE:
                first += 1
            most = max(most, last - first + 1)
        return most

    def await_calls(
        self, count: int, kind: str | None = None, *, seconds: float = 20.0, begun: bool = False
    ) -> list[Call]:
        """The calls of a kind (any if None), once so many are answered, or begun. Raises TimeoutError."""

        def there() -> list[Call]:
            return [call for call in self.calls if (begun or call.status) and kind in (None, call.kind)]

        with self.news:
            if not self.news.wait_for(lambda: len(there()) >= count, seconds):
                raise TimeoutError(f"{len(there())} of {count} calls in {seconds} s")
            return there()


@dataclass
class Limits:
    """Requests in the last 60 seconds by the clock; None is no limit. What is refused isn't counted."""

    clock: Callable[[], float]
    per_user: int | None = 60
    per_project: int | None = 300
    retry_after: int | str | None = None
    _taken: dict[tuple[str, str], deque[float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, kind: str, user: str) -> None:
        """Counts a read or write of a user. Raises Refusal where that is one too many."""
        with self._lock:
            counted = []
            for who, limit in ((user, self.per_user), ("", self.per_project)):
                recent = self._recent((kind, who))
                if limit is not None and len(recent) >= limit:
                    raise too_many(kind.capitalize(), limit, per_user=bool(who))
                counted.append(recent)
            for recent in counted:
                recent.append(self.clock())

    def _recent(self, key: tuple[str, str]) -> deque[float]:
        taken = self._taken.setdefault(key, deque())
        while taken and taken[0] <= self.clock() - MINUTE:
            taken.popleft()
        return taken
