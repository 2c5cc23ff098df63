"""A run whose clock is simulated: hours in seconds, the same each time for a seed.

Everything but time is real: the stand-in's sockets, the client with its retries, the mirror, the refresher's
looks. One thread does it all, so whatever is scheduled (edits, outages) happens while the reader waits:
between looks, and within one where it pauses before it tries again.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Final

from chaos.company import said
from chaos.faults import EXPIRED, Trouble
from chaos.judge import ByTab, Judge
from chaos.keeper import Keeper
from components.live import Live, Refresher
from data_sources.budget import Budget
from data_sources.config import Config
from data_sources.google_config import Google
from data_sources.google_http import Limits
from data_sources.google_sheets import GoogleReader
from data_sources.mirrored import MirroredSource
from data_sources.ready import make_ready
from tests.google import standin
from tests.google.faults import COMMON, Fault, drip, stall

BEGIN: Final = 1_795_000_000.0  # in November 2026
SILENCE: Final = 15.0  # simulated seconds of a stall; in real ones it is short, and ends by itself
LONGEST: Final = 40.0  # simulated seconds until a body that drips is
_REAL_SILENCE: Final = 10.0  # never on a machine that is merely busy
_KINDS: Final = (*COMMON, stall(0.02), drip(40, 0.001), EXPIRED)
GONE: Final = 40.0  # simulated seconds of an outage
_LARGE: Final = 21.0  # seconds by which a large tab may be older: its interval and a moment
_CATCH_UP: Final = 600.0  # simulated seconds after which it will not come any more
_LOOK: Final = 0.01  # the shortest time between two looks


class Time:
    """Seconds that pass when somebody waits; what is scheduled for a moment happens when it comes."""

    def __init__(self, begin: float = BEGIN) -> None:
        self.now = begin
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._number = itertools.count()
        self._lock = RLock()

    def __call__(self) -> float:
        return self.now

    def utc(self) -> datetime:
        return datetime.fromtimestamp(self.now, UTC)

    def at(self, moment: float, event: Callable[[], None]) -> None:
        heapq.heappush(self._due, (moment, next(self._number), event))

    def pass_(self, seconds: float) -> None:
        """Lets them pass."""
        with self._lock:
            until = self.now + max(seconds, 0.0)
            while self._due and self._due[0][0] <= until:
                moment, _, event = heapq.heappop(self._due)
                self.now = max(self.now, moment)
                event()
            self.now = max(self.now, until)


@dataclass
class Simulation:
    """What a run consists of; `run` gives what came of it."""

    google: standin.Google
    time: Time
    folder: Path
    seed: int
    per_minute: int = 40
    large_cells: int | None = None  # how many make a tab a large one; None: as it is by default
    judge: Judge | ByTab = field(init=False)
    keeper: Keeper = field(init=False)
    trouble: Trouble = field(init=False)
    refresher: Refresher = field(init=False)
    looks: int = 0
    recovered: list[float] = field(default_factory=list)
    _source: MirroredSource | None = None
    _over: float | None = None  # when the last outage ended, until a look succeeds

    def __post_init__(self) -> None:
        draw = random.Random(self.seed)  # noqa: S311 - no secret
        self.judge = Judge(self.time) if self.large_cells is None else ByTab(self.time, _LARGE)
        self.keeper = Keeper(self.google, self.judge, draw)
        self.keeper.is_careful = isinstance(self.judge, ByTab)  # who lost which tab is more than it can tell
        self.trouble = Trouble(self.google, random.Random(self.seed + 1), kinds=_KINDS, met=self._met)  # noqa: S311
        self._budget = Budget(self.per_minute, self.time)
        self.refresher = self._started()
        self._chance = random.Random(self.seed + 2)  # noqa: S311

    def run(self, seconds: float, *, every: float = 6.0) -> None:
        """Edits, one in `every` seconds; faults, an outage, a withdrawn share, a restart; then rest."""
        begin = self.time()
        self._schedule_edits(begin, begin + seconds, every)
        self.time.at(begin + seconds * 0.3, lambda: self._outage(self._gone, GONE))
        self.time.at(begin + seconds * 0.6, lambda: self._outage(self._withdrawn, GONE))
        restart = begin + seconds * 0.8
        self.trouble.start()
        self._until(lambda: self.time() >= restart)
        self._restart()
        self._until(lambda: self.time() >= begin + seconds)
        self.trouble.is_on = False
        self.keeper.settle()
        self._until(lambda: self._has_caught_up() or self.time() > begin + seconds + _CATCH_UP)

    def outage(self, seconds: float, *, every: float = 20.0) -> int:
        """Google can't be reached for so long while edits go on, without other faults; until all is shown.

        How many calls went out in vain.
        """
        self.trouble.is_on = False
        self.trouble.start()
        self._until(self._looks_good)
        self._schedule_edits(self.time(), self.time() + seconds, every)
        self.keeper.is_careful = True
        before, end = len(self.google.calls), self.time() + seconds
        self._outage(self._gone, seconds)
        self._until(lambda: self.time() >= end)
        calls = len(self.google.calls) - before
        self._until(lambda: self._has_caught_up() or self.time() > end + _CATCH_UP)
        return calls

    def _restart(self) -> None:
        """A new process on the same folder.

        A tab that is lost at the start counts as taken out on purpose: no mishaps until then.
        """
        self.keeper.settle()
        self.keeper.is_careful = True
        self.end()
        self.refresher = self._started()
        self._until(self._looks_good)
        self.keeper.is_careful = isinstance(self.judge, ByTab)

    def _has_caught_up(self) -> bool:
        return not self.judge.waiting() and self._over is None

    def end(self) -> None:
        """As when the process ends."""
        self.refresher.end()
        if self._source is not None:
            self._source.close()
            self._source = None

    # --- what happens meanwhile

    def _schedule_edits(self, begin: float, end: float, every: float) -> None:
        draw = random.Random(self.seed + 3)  # noqa: S311
        moment = begin + every
        while moment < end:
            self.time.at(moment, self.keeper.edit)
            moment += draw.expovariate(1 / every)

    def _met(self, fault: str) -> None:
        """A fault that costs time costs simulated time."""
        if fault in ("stall", "drip"):
            self.time.pass_(SILENCE if fault == "stall" else LONGEST)

    def _outage(self, change: Callable[[bool], None], seconds: float) -> None:
        change(True)  # noqa: FBT003 - on, then off

        def over() -> None:
            change(False)  # noqa: FBT003
            self._over = self.time()

        self.time.at(self.time() + seconds, over)

    def _gone(self, begins: bool) -> None:  # noqa: FBT001
        if begins:
            self.trouble.also = lambda call: Fault("reset")  # noqa: ARG005
        else:
            self.trouble.also = None

    def _withdrawn(self, begins: bool) -> None:  # noqa: FBT001
        (self.google.unshare if begins else self.google.share)(self.keeper.key)

    # --- looking

    def _looks_good(self) -> bool:
        """Whether the last look succeeded."""
        live = self.refresher.published.live
        return self.refresher.done > 0 and live is not None and live.trouble is None

    def _started(self) -> Refresher:
        found = Refresher(self._connected, self.time.utc, self.time)
        found.touch()
        return found

    def _connected(self) -> MirroredSource:
        account = self.google.service_account()
        google = Google(
            service_account=account,
            spreadsheets=(self.keeper.key,),
            endpoint=self.google.endpoint,
            reads_per_minute=self.per_minute,
            large_cells=self.large_cells or Google.large_cells,
        )
        reader = GoogleReader(
            google,
            clock=self.time,
            now=self.time.utc,
            chance=self._chance.random,
            sleep=self.time.pass_,
            budget=self._budget,
            limits=Limits(connect=2.0, silence=_REAL_SILENCE, total=40.0),
        )
        config = Config(source="gsheets://chaos")
        self._source = MirroredSource(reader, config, self.folder, make_ready, self.time.utc)
        return self._source

    def _until(self, is_over: Callable[[], bool]) -> None:
        while not is_over():
            self._look()
            self.refresher.touch()
            self.time.pass_(max(self.refresher.pause(), _LOOK))

    def _look(self) -> None:
        begun, before = self.time(), self.refresher.published.live
        self.refresher.look()
        self.looks += 1
        self._judge(begun, before)

    def _judge(self, begun: float, before: Live | None) -> None:
        found = self.refresher.published
        live = found.live
        if live is None or live.trouble is not None:
            self.judge.failed(str(found.failure if live is None else live.trouble))
            if live is not None and before is not None:
                self.judge.read(said(live.dataset), said(before.dataset))
            return
        self.judge.published(said(live.dataset), begun)
        if self._over is not None:
            self.recovered.append(self.time() - self._over)
            self._over = None


@contextmanager
def simulation(seed: int, folder: Path, large_cells: int | None = None) -> Iterator[Simulation]:
    """One that has not begun; `folder` is for the mirror."""
    time = Time()
    with standin.google(time) as google:
        found = Simulation(google, time, folder, seed, large_cells=large_cells)
        try:
            yield found
        finally:
            found.end()


def simulated(
    seconds: float, seed: int, folder: Path, *, every: float = 6.0, large_cells: int | None = None
) -> Simulation:
    """A whole run."""
    with simulation(seed, folder, large_cells) as found:
        found.run(seconds, every=every)
    return found
