"""What goes wrong on the way to Google and back, on a share of all calls, drawn from a seed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from tests.google.calls import Call
from tests.google.faults import COMMON, Fault, drip, slow, stall
from tests.google.standin import Google

EXPIRED: Final = "expired token"
ON: Final = ("read", "token")
SILENCE: Final = 20.0  # seconds of a stall: longer than the client waits


def kinds(silence: float = SILENCE) -> Sequence[Fault | str]:
    """Every kind, as often each."""
    return (*COMMON, stall(silence), drip(10, 0.05), slow(2.0), EXPIRED)


@dataclass
class Trouble:
    """Gives a share of the calls a fault. `met` is told of each fault, before the call feels it."""

    google: Google
    draw: random.Random
    share: float = 0.25
    kinds: Sequence[Fault | str] = field(default_factory=kinds)
    met: Callable[[str], None] = lambda _: None
    counts: Counter[str] = field(default_factory=Counter)
    is_on: bool = True
    also: Callable[[Call], Fault | None] | None = None  # befalls every call before any other

    def start(self) -> None:
        self.google.faults.by_rule(self._for_call)

    def _for_call(self, call: Call) -> Fault | None:
        if self.also is not None:
            return self.also(call)
        if not self.is_on or call.kind not in ON or self.draw.random() >= self.share:
            return None
        fault = self.draw.choice(self.kinds)
        name = fault if isinstance(fault, str) else _name(fault)
        self.counts[name] += 1
        self.met(name)
        if isinstance(fault, str):
            self.google.tokens.revoke()
            return None
        return fault


def _name(fault: Fault) -> str:
    return str(fault.code) if fault.kind == "status" else fault.kind.replace("_", " ")
