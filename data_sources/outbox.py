"""What has been sent to whom, remembered in the store: each digest at most once to each, whatever happens.

Before the first byte of a digest leaves for a channel, the file says that it is being sent; afterwards, how
it went. What surely failed is tried again by the next run, on that channel alone. Where a process ends in
between, or a server falls silent, nobody knows whether it arrived: it is told once, and never sent again.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Literal

from data_sources.delivery import Channel, Letter, NotSentError, UnsureError
from data_sources.turns import alone
from data_sources.writing import NotWrittenError

FOLDER: Final = "digests"
_SECONDS: Final = 600.0  # that a run waits for another of the same digest
_MOST_WAITING: Final = 5
_REMEMBERED: Final = 200

Fate = Literal["left", "sending", "done"]


class DeliveryError(Exception):
    """Something wasn't sent, or nobody knows: what, to whom, why, and what happens next."""


@dataclass
class _Waiting:
    """A letter that hasn't gone to everybody yet."""

    letter: Letter
    fates: dict[str, Fate]


@dataclass
class _State:
    """`stood` is the as_of of the last digest, `sent` the ids that were sent or are waiting."""

    about: str
    channels: list[str]
    stood: str | None = None
    sent: list[str] = field(default_factory=list)
    waiting: list[_Waiting] = field(default_factory=list)


class Outbox:
    """The memory of one source, period and set of recipients. Made by `opened`, looked at by `peeked`."""

    def __init__(self, store: Path, source: str, period: str, channels: Iterable[str]) -> None:
        listed = sorted(channels)
        about = _digest_of(source, period)
        self.file = store / FOLDER / f"{_digest_of(about, *listed)}.json"
        self._state = _State(about, listed)

    @property
    def stood(self) -> str | None:
        """The as_of of the last digest; None before the first."""
        return self._state.stood

    def had(self, letter_id: str) -> bool:
        """Whether that digest was sent, or waits to be."""
        return letter_id in self._state.sent

    def put(self, letter: Letter, stood: str) -> None:
        """Remembers a letter that is to go to every channel; the next digest begins where it stood."""
        state = self._state
        state.stood = stood
        state.sent = [*state.sent, letter.id][-_REMEMBERED:]
        state.waiting.append(_Waiting(letter, dict.fromkeys(state.channels, "left")))
        self._keep()

    def send(self, channels: Sequence[Channel]) -> tuple[list[str], list[str]]:
        """Sends what waits, the oldest first: whom something went to, and what went wrong."""
        went: list[str] = []
        wrong = self._interrupted(channels)
        broken: set[str] = set()
        for waiting in list(self._state.waiting):
            for channel in channels:
                if waiting.fates.get(channel.key) != "left" or channel.key in broken:
                    continue
                problem = self._sent(waiting, channel)
                if problem is None:
                    went.append(channel.shown)
                else:
                    broken.add(channel.key)
                    wrong.append(problem)
        self._tidy(wrong)
        return list(dict.fromkeys(went)), wrong

    def _sent(self, waiting: _Waiting, channel: Channel) -> str | None:
        """What went wrong; None when it went."""
        self._mark(waiting, channel, "sending")
        try:
            channel.send(waiting.letter)
        except NotSentError as error:
            self._mark(waiting, channel, "left")
            return f"The digest didn't go to {channel.shown}: it {error}. The next run tries that one again."
        except UnsureError as error:
            self._mark(waiting, channel, "done")
            return f"Whether the digest went to {channel.shown} isn't known: it {error}. {_NOT_AGAIN}"
        self._mark(waiting, channel, "done")
        return None

    def _mark(self, waiting: _Waiting, channel: Channel, fate: Fate) -> None:
        waiting.fates[channel.key] = fate
        self._keep()

    def _interrupted(self, channels: Sequence[Channel]) -> list[str]:
        """Those that were being sent when the process ended."""
        shown = {channel.key: channel.shown for channel in channels}
        found = []
        for waiting in self._state.waiting:
            for key in [key for key, fate in waiting.fates.items() if fate == "sending"]:
                waiting.fates[key] = "done"
                found.append(
                    f"Whether an earlier digest went to {shown.get(key, key)} isn't known: the process ended "
                    f"while sending. {_NOT_AGAIN}"
                )
        return found

    def _tidy(self, wrong: list[str]) -> None:
        """Forgets letters that went to everybody, and the oldest where a channel has been broken for long."""
        left = [w for w in self._state.waiting if "left" in w.fates.values()]
        if len(left) > _MOST_WAITING:
            wrong.append(f"{len(left) - _MOST_WAITING} older digests that couldn't be sent are given up.")
        self._state.waiting = left[-_MOST_WAITING:]
        self._keep()

    # --- the file

    def read(self) -> None:
        """Takes over what is remembered; a new set of recipients begins where one that shares some stood."""
        if self.file.exists():
            self._state = _state_of(_parsed(self.file))
            return
        mine = set(self._state.channels)
        for file in sorted(self.file.parent.glob("*.json"), key=_age):
            other = _state_of(_parsed(file))
            if other.about == self._state.about and mine & set(other.channels):
                self._state.stood, self._state.sent = other.stood, list(other.sent)

    def _keep(self) -> None:
        """Written beside and put in place at once, so that a crash leaves the old state or the new one.

        DeliveryError, and then nothing more is sent.
        """
        new = self.file.with_suffix(".new")
        try:
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as out:
                json.dump(asdict(self._state), out)
                out.flush()
                os.fsync(out.fileno())
            new.replace(self.file)
        except OSError as error:
            problem = error.strerror or type(error).__name__
        else:
            return
        raise DeliveryError(f"{self.file} can't be written: {problem}. Nothing more was sent.")


_NOT_AGAIN: Final = "It isn't sent again by itself; --since sends a digest of the same days."


@contextmanager
def opened(store: Path, source: str, period: str, channels: Iterable[str]) -> Iterator[Outbox]:
    """The memory, held alone: a second run of the same digest waits for the first. DeliveryError."""
    box = Outbox(store, source, period, channels)
    with ExitStack() as held:
        _enter(held, box)
        yield box


def _enter(held: ExitStack, box: Outbox) -> None:
    try:
        held.enter_context(alone(box.file.with_suffix(".lock"), _SECONDS))
        box.read()
    except NotWrittenError:
        problem = "Another run has been sending this digest for minutes. Nothing was sent by this one."
    except (OSError, sqlite3.Error) as error:
        problem = (
            f"{box.file.parent} can't be used: {error}. Nothing was sent, since it couldn't be remembered."
        )
    else:
        return
    raise DeliveryError(problem)


def peeked(store: Path, source: str, period: str, channels: Iterable[str]) -> Outbox:
    """The memory to look at only. DeliveryError."""
    box = Outbox(store, source, period, channels)
    box.read()
    return box


def _age(file: Path) -> float:
    return file.stat().st_mtime


def _digest_of(*parts: str) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()[:24]


def _parsed(file: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        if isinstance(found, dict):
            return found
    except ValueError:
        pass
    raise DeliveryError(
        f"{file} can't be read, so nobody knows what was sent. Nothing was sent. Delete it to begin anew: "
        "the next digest then tells of the last seven days."
    )


def _state_of(found: Mapping[str, Any]) -> _State:
    try:
        waiting = [_Waiting(Letter(**w["letter"]), dict(w["fates"])) for w in found["waiting"]]
        return _State(found["about"], list(found["channels"]), found["stood"], list(found["sent"]), waiting)
    except (KeyError, TypeError) as error:
        problem = f"What was sent is remembered in a way this version doesn't know ({error})."
    raise DeliveryError(problem)
