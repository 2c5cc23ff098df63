"""Answers kept for whoever asks the same again: as many as fit, the longest unasked goes first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

MOST: Final = 4096


@dataclass
class Memory:
    """Answers by question, safe for many threads; two that ask at once may both work it out."""

    most: int = MOST
    _kept: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def once(self, question: Hashable, answer: Callable[[], Any]) -> Any:
        """The answer, worked out when it isn't known."""
        with self._lock:
            if question in self._kept:
                self._kept.move_to_end(question)
                return self._kept[question]
        found = answer()
        with self._lock:
            self._kept[question] = found
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)
        return found

    def knows(self, question: Hashable) -> bool:
        """Whether the answer is there."""
        with self._lock:
            return question in self._kept
