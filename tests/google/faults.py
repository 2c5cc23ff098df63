"""What can go wrong on the way to Google and back, and which call it befalls."""

import random
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Literal

from tests.google.calls import Call

Kind = Literal[
    "status", "html_502", "stall", "drip", "reset", "reset_in_body", "truncated", "invalid_json", "slow"
]
ON_API = ("read", "write", "drive")


@dataclass(frozen=True)
class Fault:
    """One fault.

    status: Google's JSON error with `code` (400 to 404, 429, 500, 503); `retry_after` in its header if given.
    html_502: the page that Google's front end sends.
    stall: nothing for `seconds` (None: until the stand-in closes), then the connection breaks.
    slow: `seconds` before the right reply.
    drip: the right reply, `size` bytes every `seconds`.
    reset: the connection breaks before the reply; reset_in_body: after `size` bytes of its body.
    truncated: only `size` bytes of the body, though its length was promised.
    invalid_json: half the body, its length as promised.
    """

    kind: Kind
    code: int = 503
    seconds: float | None = None
    size: int = 40
    retry_after: int | str | None = None


TOO_MANY = Fault("status", 429)
INTERNAL = Fault("status", 500)
UNAVAILABLE = Fault("status", 503)
BAD_GATEWAY = Fault("html_502", 502)
STALL = Fault("stall")
RESET = Fault("reset")
RESET_IN_BODY = Fault("reset_in_body")
TRUNCATED = Fault("truncated")
INVALID_JSON = Fault("invalid_json")
COMMON = (TOO_MANY, INTERNAL, UNAVAILABLE, BAD_GATEWAY, RESET, RESET_IN_BODY, TRUNCATED, INVALID_JSON)


def drip(size: int = 10, seconds: float = 0.05) -> Fault:
    return Fault("drip", size=size, seconds=seconds)


def slow(seconds: float) -> Fault:
    return Fault("slow", seconds=seconds)


def stall(seconds: float) -> Fault:
    return Fault("stall", seconds=seconds)


Rule = Callable[[Call], Fault | None]


@dataclass
class Faults:
    """Which call meets which fault: first those queued, then the rule."""

    _queue: list[tuple[Fault | None, Collection[str]]] = field(default_factory=list)
    _rule: Rule | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self, *faults: Fault | None, on: Collection[str] = ON_API) -> None:
        """The next calls of these kinds (read, write, drive, token) meet these, one each; None: no fault."""
        with self._lock:
            self._queue.extend((fault, on) for fault in faults)

    def always(self, fault: Fault, on: Collection[str] = ON_API) -> None:
        """Every call of these kinds from now on, until `clear`."""
        self.by_rule(lambda call: fault if call.kind in on else None)

    def by_rule(self, rule: Rule | None) -> None:
        """Asks `rule` about every call; one at a time."""
        with self._lock:
            self._rule = rule

    def sometimes(
        self, share: float, faults: Sequence[Fault] = COMMON, *, seed: int = 0, on: Collection[str] = ON_API
    ) -> None:
        """A share of the calls, drawn from a seed."""
        draw = random.Random(seed)  # noqa: S311 - no secret
        self.by_rule(lambda call: draw.choice(faults) if call.kind in on and draw.random() < share else None)

    def clear(self) -> None:
        with self._lock:
            self._queue.clear()
            self._rule = None

    def for_call(self, call: Call) -> Fault | None:
        with self._lock:
            for number, (fault, on) in enumerate(self._queue):
                if call.kind in on:
                    del self._queue[number]
                    return fault
            return self._rule(call) if self._rule else None
