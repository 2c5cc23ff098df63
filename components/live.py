"""The one place that knows the data sources: watches the configured one, remembers what was worked out.

One thread per process, the refresher, asks the source and publishes each state of the data whole. Pages and
open screens take what is published: no viewer causes a read, but for the button that says so. A rerun that
finds the same state, period, as_of and filters runs no query.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from traceback import format_tb
from typing import Concatenate, Final, ParamSpec, TypeVar, cast

import streamlit as st
from sqlalchemy.exc import SQLAlchemyError
from streamlit.runtime.scriptrunner import get_script_run_ctx

from data_sources import config
from data_sources.budget import Busy
from data_sources.config import Config
from data_sources.errors import ConfigError, SourceError
from data_sources.source import Source
from data_sources.sources import STORE, connect
from data_sources.sources import advice as index_advice
from data_sources.target_watch import TargetWatch
from scorecard import small
from scorecard.clock import AsOf
from scorecard.dataset import Dataset
from scorecard.roles import Rules
from scorecard.target_moves import Move

P = ParamSpec("P")
T = TypeVar("T")

STEP: Final = timedelta(minutes=10)  # as_of moves on in steps, so that a rerun asks what was asked before
REMEMBERED: Final = 512  # results, over all states of the data, periods, filters
WATCHED: Final = 20.0  # seconds after the last sign of a viewer in which the source counts as watched
OWN: Final = "own_data"  # under which a session keeps data that it alone looks at
AGAIN: Final = 3.0  # seconds in which "read now" is answered by the reading just made
SOON: Final = 2.0  # seconds that a write waits for the reading that shows it
RETRY: Final = 5.0  # seconds until a source that couldn't even be named is looked for again
_FIRST: Final = 120.0  # seconds a visitor waits for the first reading
_THREAD: Final = "tandem-refresher"
_LOG: Final = logging.getLogger(__name__)


STALE: Final = 15  # minutes without a reading after which a screen in a room doesn't vouch for its figures


class NoDataError(Exception):
    """There is no state of the data to show; the message says why and what to do."""


class NoRulesError(Exception):
    """The configuration doesn't say who has which role; the message says why, for its keeper alone."""


@dataclass(frozen=True)
class Live:
    """A state of the data: when it was last read with success, when it last changed, what went wrong since.

    `changed` is what the source says, else when a reading first differed from the one before, else None.
    """

    dataset: Dataset
    checked: datetime
    changed: datetime | None = None
    trouble: str | None = None


@dataclass(frozen=True)
class Published:
    """What the refresher has to say: data, or why there are none yet; neither before the first reading."""

    live: Live | None = None
    failure: str | None = None


def _now() -> datetime:
    return datetime.now(UTC)


class Refresher:
    """Looks at a source whenever it is due and publishes what it finds; safe to share between threads.

    `connect` gives the source (ConfigError, SourceError); it is asked again until it does. `clock` stamps
    what is read, `ticks` measures spans in seconds. The thread calls `listeners` after news and each order,
    and `notice` with each new state.
    """

    def __init__(
        self,
        connect: Callable[[], Source],
        clock: Callable[[], datetime] = _now,
        ticks: Callable[[], float] = time.monotonic,
        notice: Callable[[Dataset], None] = lambda _: None,
    ) -> None:
        self.published = Published()
        self.done = 0  # looks that are over
        self.refused: str | None = None  # why the last look read nothing, where that is no fault
        self.ended = False
        self.listeners: set[Callable[[], None]] = (
            set()
        )  # called from the thread, after news and after each order
        self._connect, self._clock, self._ticks, self._notice = connect, clock, ticks, notice
        self._source: Source | None = None
        self._version: str | None = None
        self._begun = 0
        self._ordered = False
        self._hurried = False
        self._order_done = float("-inf")
        self._looked = float("-inf")
        self._touched = float("-inf")
        self._changed = threading.Condition()

    # --- for pages and routes

    def touch(self) -> None:
        """Says that somebody is looking."""
        with self._changed:
            slept, self._touched = not self._is_watched(), self._ticks()
            if slept:
                self._changed.notify_all()  # the next look may be due sooner now

    def wait_for_first(self, seconds: float) -> Published:
        """What is published, after the first reading at the latest."""
        with self._changed:
            self._changed.wait_for(lambda: self.published != Published() or self.ended, seconds)
            return self.published

    def order(self) -> int:
        """Asks for a whole reading now, shared by all who ask meanwhile; gives what `done` reaches by it."""
        with self._changed:
            if self._ticks() - self._order_done < AGAIN:
                return self.done
            self._ordered = True
            self._changed.notify_all()
            return self._begun + 1

    def hurry(self) -> int:
        """Asks for an ordinary look now, because something was written; gives what `done` reaches by it."""
        with self._changed:
            self._hurried = True
            self._changed.notify_all()
            return self._begun + 1

    def wait_until_done(self, look: int, seconds: float) -> bool:
        """Waits for an ordered look; whether it came in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self.done >= look or self.ended, seconds)

    def end(self) -> None:
        """Ends the thread after what it is doing, and lets go of everybody who waits."""
        with self._changed:
            self.ended = True
            self._changed.notify_all()
        self._tell()

    # --- the thread

    def run(self) -> None:
        """Looks until it is ended."""
        try:
            while not self.ended:
                self.look()
                self._sleep()
        finally:
            if self._source is not None:
                self._source.close()

    def look(self) -> None:
        """One look at the source; whatever goes wrong is published, never raised."""
        with self._changed:
            self._begun += 1
            ordered, self._ordered = self._ordered, False
            self._hurried = False
        before, self.refused = self.published, None
        try:
            after = Published(self._read(everything=ordered))
        except Busy as busy:
            after, self.refused = before, str(busy)  # it is read when it is due; nothing is wrong
        except (ConfigError, SourceError) as error:
            after = self._failed(str(error))
        except Exception as error:  # noqa: BLE001 - the thread outlives any flaw, and every screen says so
            after = self._failed(_unforeseen(error))
        with self._changed:
            self._publish(after)
            self.done, self._looked = self._begun, self._ticks()
            self._order_done = self._looked if ordered else self._order_done
        if ordered or _news(before) != _news(after):
            self._tell()
        self._noticed(before, after)

    def _noticed(self, before: Published, after: Published) -> None:
        """Has each new state looked at once it is published; no flaw there touches the figures."""
        last, now = before.live, after.live
        if now is None or now.trouble is not None or (last is not None and last.dataset is now.dataset):
            return
        try:
            self._notice(now.dataset)
        except Exception as error:  # noqa: BLE001 - the thread outlives any flaw
            _log(error, "What changed could not be noted")

    def pause(self) -> float:
        """Seconds until the next look is due."""
        watched = self._is_watched()
        if self._source is None:
            wait = RETRY if watched else RETRY * 6
        else:
            wait = self._source.wait(watched=watched)
        return self._looked + wait - self._ticks()

    def _sleep(self) -> None:
        with self._changed:
            while not self.ended and not (self._ordered or self._hurried) and (left := self.pause()) > 0:
                self._changed.wait(left)

    def _read(self, *, everything: bool) -> Live:
        source = self._connected()
        version = source.probe(everything=everything)
        last = self.published.live
        if last is not None and version == self._version:
            return replace(last, checked=self._clock(), trouble=None)
        found = self._newer(source.open())
        small.settings(found)  # read here, so that nobody who only wants to format a time waits for it
        self._version = version
        return Live(found, self._clock(), self._changed_at(found))

    def _connected(self) -> Source:
        if self._source is None:
            self._source = self._connect()
            self._show_last(self._source)
        return self._source

    def _show_last(self, source: Source) -> None:
        """The last good state of an earlier process is shown at once, with its age."""
        kept = source.last()
        if kept is not None:
            small.settings(kept)
            with self._changed:
                self._publish(Published(Live(kept, kept.stamp.read_at, kept.stamp.changed_at)))
            self._tell()

    def _newer(self, found: Dataset) -> Dataset:
        """What was opened; the same state opened again stays the one on which so much was worked out."""
        last = self.published.live
        same = last is not None and last.dataset.stamp.version == found.stamp.version
        return last.dataset if same and last is not None else found

    def _changed_at(self, found: Dataset) -> datetime | None:
        last = self.published.live
        if last is None or found is last.dataset:
            return found.stamp.changed_at or (None if last is None else last.changed)
        return found.stamp.changed_at or self._clock()

    def _failed(self, reason: str) -> Published:
        last = self.published.live
        return Published(failure=reason) if last is None else Published(replace(last, trouble=reason))

    def _publish(self, published: Published) -> None:
        self.published = published
        self._changed.notify_all()

    def _tell(self) -> None:
        for listener in tuple(self.listeners):
            listener()

    def _is_watched(self) -> bool:
        return self._ticks() - self._touched < WATCHED


def _news(published: Published) -> tuple[str | None, ...]:
    """What of it is worth waking everybody for."""
    found = published.live
    version = None if found is None else found.dataset.stamp.version
    return version, None if found is None else found.trouble, published.failure


def _unforeseen(error: Exception) -> str:
    _log(error)
    name = type(error).__name__
    return f"Reading stopped at an unforeseen error ({name}); the server's log says where."


def _log(error: Exception, what: str = "The data could not be read") -> None:
    """Logged without its message, in which a driver may put a password."""
    name, where = type(error).__name__, "".join(format_tb(error.__traceback__))
    _LOG.error("%s: %s\n%s", what, name, where)


class _Thread(threading.Thread):
    """The refresher's thread. It is found by its name: that outlives a reload of this module."""

    def __init__(self, refresher: Refresher) -> None:
        super().__init__(target=refresher.run, name=_THREAD, daemon=True)
        self.refresher = refresher


_starting: Final = threading.Lock()


def refresher() -> Refresher:
    """The process's one refresher; started when it is first asked for."""
    with _starting:
        found = _running()
        if found is None:
            found = Refresher(_configured, notice=_look_at_targets)
            _Thread(found).start()
        return found


def close() -> None:
    """Ends the refresher; the next visitor would start a new one, with the configuration as it is then."""
    with _starting:
        if (found := _running()) is not None:
            found.end()


def _running() -> Refresher | None:
    threads = (thread for thread in threading.enumerate() if thread.name == _THREAD)
    found: list[Refresher] = [thread.refresher for thread in threads]  # type: ignore[attr-defined]  # a _Thread
    return next((one for one in found if not one.ended), None)


def _configured() -> Source:
    return connect(config.load(environ=os.environ), _now())


def _look_at_targets(dataset: Dataset) -> None:
    _watch(config.load(environ=os.environ)).look(dataset)


def _watch(found: Config) -> TargetWatch:
    """The watch over the configured source's targets; another one when the configuration differs."""
    name = repr((found.source, found.writing))
    if name not in _WATCHES:
        _WATCHES.clear()
        _WATCHES[name] = TargetWatch(found, STORE, _now)
    return _WATCHES[name]


_WATCHES: Final[dict[str, TargetWatch]] = {}


def moves() -> tuple[Move, ...]:
    """Targets that were seen to change in the source and stand nowhere, because nothing is written there."""
    return next((watch.moves for watch in _WATCHES.values()), ())


def own() -> Live | None:
    """Data that this viewer's session alone looks at (`components.uploads`); None: the shared ones."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return None
    found: Live | None = st.session_state.get(OWN)
    return found


def look_at(found: Live | None) -> None:
    """Has this session look at these data instead of the shared ones; None: at the shared ones again."""
    st.session_state[OWN] = found


def live() -> Live:
    """The data as published, or the session's own; the first visitor waits. NoDataError: none yet."""
    if (mine := own()) is not None:
        return mine
    watched = refresher()
    watched.touch()
    found = watched.published
    if found == Published():
        with st.spinner("Opening the data …"):
            found = watched.wait_for_first(_FIRST)
    if found.live is None:
        raise NoDataError(found.failure or "The first reading takes very long. Try again in a minute.")
    return found.live


def read_now(seconds: float = _FIRST) -> None:
    """Reads everything of the source now, shared with all who ask meanwhile, and waits for it."""
    watched = refresher()
    watched.touch()
    watched.wait_until_done(watched.order(), seconds)


def look_now(seconds: float = SOON) -> None:
    """Looks at the source now, because it was written to, and waits a moment for what comes of it."""
    watched = refresher()
    watched.touch()
    watched.wait_until_done(watched.hurry(), seconds)


def seen(published: Published, moment: datetime) -> str:
    """What a screen shows by default, in a short text: it changes with the data and with as_of's steps."""
    now = published.live
    version = f"none {published.failure}" if now is None else now.dataset.stamp.version
    return f"{sha256(version.encode()).hexdigest()[:12]}.{int(moment.timestamp()) // STEP.seconds:x}"


def as_of(now: Live, written: str | None) -> AsOf:
    """The moment of a link (ValueError: unreadable), else the present in steps, never before the reading."""
    zone = small.settings(now.dataset).zone
    if written is not None:
        return AsOf.parse(written, zone)
    moment = _now()
    stepped = datetime.fromtimestamp(moment.timestamp() // STEP.seconds * STEP.seconds, UTC)
    return AsOf.at(max(stepped, now.dataset.stamp.read_at), zone)


def rules() -> tuple[Rules, bool]:
    """Who has which role, as the file of the configuration says now; and whether it has a section [auth].

    NoRulesError when it can't be told.
    """
    file = config.place(os.environ)
    if file is None:
        return Rules(), False
    try:
        return _rules(file, file.stat().st_mtime_ns if file.exists() else 0)
    except (ConfigError, OSError) as error:
        raise NoRulesError(str(error)) from None


@lru_cache(maxsize=4)
def _rules(file: Path, _written: int) -> tuple[Rules, bool]:
    return config.access(file)


@dataclass(frozen=True)
class Agreed:
    """How old data may be in a room: minutes since they were read, hours since they changed (or None)."""

    stale_minutes: int = STALE
    unchanged_hours: int | None = None


def agreed() -> Agreed:
    """What the configuration says of it; by default long enough for a source that is read seldom."""
    try:
        found = config.load(environ=os.environ)
    except ConfigError:
        return Agreed()  # why it can't be read is told where the data are
    seldom = -(-3 * found.refresh_seconds // 60)
    return Agreed(found.stale_minutes or max(STALE, seldom), found.unchanged_hours)


def advice(dataset: Dataset) -> tuple[str, ...]:
    """Indexes that would make the source faster, as statements for its keeper."""
    return index_advice(dataset)


def cached(
    function: Callable[Concatenate[Dataset, P], T], dataset: Dataset, *args: P.args, **kwargs: P.kwargs
) -> T:
    """What a pure function of the data says, worked out once for this state and these arguments.

    Arguments are told apart by their repr: text, numbers, dates, tuples, frozen dataclasses. NoDataError when
    the source can't be asked.
    """
    name = f"{function.__module__}.{function.__qualname__}"
    arguments = repr((args, sorted(kwargs.items())))
    try:
        found = _remembered(
            name, dataset.stamp.version, arguments, lambda: function(dataset, *args, **kwargs)
        )
    except (SourceError, SQLAlchemyError) as error:
        logged = error
    else:
        return cast("T", found)
    _log(logged)
    raise NoDataError("The source didn't answer. It is asked again, and this comes by itself when it does.")


@st.cache_resource(max_entries=REMEMBERED, show_spinner=False)
def _remembered(name: str, version: str, arguments: str, _work: Callable[[], object]) -> object:  # noqa: ARG001 - the key
    return _work()
