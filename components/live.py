"""The one place that knows the data sources: opens one, watches its state, remembers what was worked out.

One source, one engine and one memory serve every session of the process. A rerun that finds the same state of
the data, the same period, as_of and filters runs no query.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Concatenate, Final, ParamSpec, Protocol, TypeVar, cast

import streamlit as st

from data_sources import config
from data_sources.errors import ConfigError, SourceError
from data_sources.sources import advice as index_advice
from data_sources.sources import connect
from scorecard import small
from scorecard.clock import AsOf
from scorecard.dataset import Dataset

P = ParamSpec("P")
T = TypeVar("T")

EVERY: Final = timedelta(seconds=2)  # how long an answer of the source is the present
STEP: Final = timedelta(minutes=10)  # as_of moves on in steps, so that a rerun asks what was asked before
REMEMBERED: Final = 512  # results, over all states of the data, periods, filters


class Source(Protocol):
    """What is watched; both raise SourceError when the data can't be had."""

    def probe(self) -> str:
        """A text that changes when the data do."""

    def open(self) -> Dataset:
        """The tables in their present state."""


class NoDataError(Exception):
    """There is no state of the data to show; the message says why and what to do."""


@dataclass(frozen=True)
class Live:
    """The last good state of the data, when it was last found to be current, and what went wrong since."""

    dataset: Dataset
    checked: datetime
    trouble: str | None = None


@dataclass
class Watch:
    """A source with its last good state, shared by all sessions: one of them looks, the others wait."""

    source: Source
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _last: Live | None = None
    _version: str | None = None
    _looked: datetime | None = None

    def now(self, moment: datetime, *, again: bool = False) -> Live:
        """The state of the data; the source is asked when the last answer is old, or `again`."""
        with self._lock:
            if again or self._last is None or self._looked is None or moment - self._looked >= EVERY:
                self._last = self._look(moment, again=again)
                self._looked = moment
            return self._last

    def _look(self, moment: datetime, *, again: bool) -> Live:
        try:
            version = self.source.probe()
            if self._last is None or again or version != self._version:
                self._last = Live(self._newer(self.source.open()), moment)
                self._version = version
            return replace(self._last, checked=moment, trouble=None)
        except SourceError as error:
            if self._last is None:
                raise NoDataError(str(error)) from error
            return replace(self._last, trouble=str(error))

    def _newer(self, found: Dataset) -> Dataset:
        """What was opened; the same state opened again stays the one on which so much was worked out."""
        same = self._last is not None and self._last.dataset.stamp.version == found.stamp.version
        return self._last.dataset if same and self._last is not None else found


def live(*, again: bool = False) -> Live:
    """The data as they are now; NoDataError when there are none to show."""
    return _watch().now(datetime.now(UTC), again=again)


@st.cache_resource(show_spinner="Opening the data …")
def _watch() -> Watch:
    try:
        return Watch(connect(config.load(environ=os.environ), datetime.now(UTC)))
    except (ConfigError, SourceError) as error:
        raise NoDataError(str(error)) from error


def as_of(now: Live, written: str | None) -> AsOf:
    """The moment of a link (ValueError: unreadable), else the present in steps, never before the reading."""
    zone = small.settings(now.dataset).zone
    if written is not None:
        return AsOf.parse(written, zone)
    moment = datetime.now(UTC)
    stepped = datetime.fromtimestamp(moment.timestamp() // STEP.seconds * STEP.seconds, UTC)
    return AsOf.at(max(stepped, now.dataset.stamp.read_at), zone)


def advice(dataset: Dataset) -> tuple[str, ...]:
    """Indexes that would make the source faster, as statements for its keeper."""
    return index_advice(dataset)


def cached(
    function: Callable[Concatenate[Dataset, P], T], dataset: Dataset, *args: P.args, **kwargs: P.kwargs
) -> T:
    """What a pure function of the data says, worked out once for this state and these arguments.

    Arguments are told apart by their repr: text, numbers, dates, tuples, frozen dataclasses.
    """
    name = f"{function.__module__}.{function.__qualname__}"
    arguments = repr((args, sorted(kwargs.items())))
    found = _remembered(name, dataset.stamp.version, arguments, lambda: function(dataset, *args, **kwargs))
    return cast("T", found)


@st.cache_resource(max_entries=REMEMBERED, show_spinner=False)
def _remembered(name: str, version: str, arguments: str, _work: Callable[[], object]) -> object:  # noqa: ARG001 - the key
    return _work()
