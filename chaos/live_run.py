"""A run in real time: faults on a quarter of the calls while rows are edited, on the app's own reader."""

from __future__ import annotations

import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import Final

from tqdm import tqdm

from chaos.app import written
from chaos.company import Numbers, said
from chaos.faults import Trouble
from chaos.judge import Judge
from chaos.keeper import Keeper
from components.live import Refresher
from data_sources import config, sources
from data_sources.source import Source
from scorecard.dataset import Dataset
from tests.google import standin
from tests.google.standin import Google

EVERY: Final = 2.5  # seconds between two edits, on average
GONE: Final = 20.0  # seconds that Google can't be reached, and that the share is withdrawn
REST: Final = 130.0  # seconds that the last edit may take to show, longer than the longest pause
VIEWERS: Final = 2


@dataclass
class Found:
    """What came of a run."""

    seconds: float
    judge: Judge
    keeper: Keeper
    trouble: Trouble
    per_minute: int
    reads: int = 0
    busiest: int = 0
    recovered: dict[str, float] = field(default_factory=dict)
    is_caught_up: bool = False

    @property
    def is_good(self) -> bool:
        """No wrong number, within the budget, and all of it shown in the end."""
        return not self.judge.violations and self.busiest <= self.per_minute and self.is_caught_up


class Watched:
    """The configured source; notes when each look began, and judges what it brought."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.begun = 0.0
        self.label = source.label
        self.last, self.open, self.wait, self.close = source.last, source.open, source.wait, source.close

    def probe(self, *, everything: bool = False) -> str:
        self.begun = time.time()
        return self.source.probe(everything=everything)


@dataclass
class Run:
    """The parts of a run and what they do at the same time."""

    google: Google
    keeper: Keeper
    judge: Judge
    trouble: Trouble
    refresher: Refresher
    watched: list[Watched]
    promised: dict[str, Numbers] = field(default_factory=dict)
    over: dict[str, float] = field(default_factory=dict)
    recovered: dict[str, float] = field(default_factory=dict)
    ended: threading.Event = field(default_factory=threading.Event)

    def looked(self) -> None:
        """After each look of the refresher, in its thread."""
        found = self.refresher.published.live
        if found is None or found.trouble is not None:
            self.judge.failed(str(self.refresher.published.failure if found is None else found.trouble))
            return
        if not self.watched or self.refresher.done == 0:
            return  # what an earlier process left
        now = time.time()
        numbers = said(found.dataset)
        self.promised[found.dataset.stamp.version] = numbers
        self.judge.published(numbers, self.watched[-1].begun)
        for what, ended in list(self.over.items()):
            self.recovered[what] = now - ended
            del self.over[what]

    def edit(self, seconds: float, draw: random.Random) -> None:
        """What a keeper does, and what befalls Google, for so long."""
        end = time.monotonic() + seconds
        with tqdm(total=round(seconds), unit=" s", leave=False, disable=not sys.stderr.isatty()) as bar:
            while (left := end - time.monotonic()) > 0:
                time.sleep(min(draw.expovariate(1 / EVERY), left))
                self.keeper.edit()
                bar.update(round(seconds - max(end - time.monotonic(), 0)) - bar.n)

    def outages(self, seconds: float) -> None:
        """Google is gone for a while, and later the share is withdrawn."""
        if self.ended.wait(seconds * 0.3):
            return
        self.google.gone()
        self.ended.wait(GONE)
        self.google.back()
        self.over["Google was gone"] = time.time()
        if self.ended.wait(seconds * 0.25):
            return
        self.google.unshare(self.keeper.key)
        self.ended.wait(GONE)
        self.google.share(self.keeper.key)
        self.over["the share was withdrawn"] = time.time()

    def view(self, draw: random.Random) -> None:
        """Somebody who works numbers out of what is shown, also while the next version takes its place."""
        while not self.ended.wait(draw.uniform(0.02, 0.4)):
            self.refresher.touch()
            found = self.refresher.published.live
            if found is None or (promised := self.promised.get(found.dataset.stamp.version)) is None:
                continue
            dataset: Dataset = found.dataset
            self.ended.wait(draw.choice((0.0, 0.0, 3.0)))
            self.judge.read(said(dataset), promised)


class JudgedRefresher(Refresher):
    """The app's refresher, which tells of every look."""

    run_of: Run | None = None

    def look(self) -> None:
        super().look()
        if self.run_of is not None:
            self.run_of.looked()


@contextmanager
def running(google: Google, seed: int, folder: Path) -> Iterator[Run]:
    """A run that is under way: the refresher looks, viewers work out numbers."""
    judge = Judge(time.time)
    keeper = Keeper(google, judge, random.Random(seed))  # noqa: S311 - no secret
    trouble = Trouble(google, random.Random(seed + 1))  # noqa: S311
    own = config.load(written(google, keeper.key, folder), {})
    watched: list[Watched] = []

    def connect() -> Source:
        watched.append(Watched(sources.connect(own, datetime.now(UTC), folder / "store")))
        return watched[-1]

    refresher = JudgedRefresher(connect)
    run = refresher.run_of = Run(google, keeper, judge, trouble, refresher, watched)
    threads = [threading.Thread(target=refresher.run)]
    threads += [
        threading.Thread(target=run.view, args=(random.Random(seed + 10 + n),))  # noqa: S311
        for n in range(VIEWERS)
    ]
    refresher.touch()
    for thread in threads:
        thread.start()
    try:
        refresher.wait_for_first(30)
        yield run
    finally:
        run.ended.set()
        refresher.end()
        for thread in threads:
            thread.join(60)


def chaos(seconds: float, seed: int) -> Found:
    """The whole run."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tandem-chaos-")))
        google = stack.enter_context(standin.google())
        run = stack.enter_context(running(google, seed, folder))
        run.trouble.start()
        outages = threading.Thread(target=run.outages, args=(seconds,))
        outages.start()
        run.edit(seconds, random.Random(seed + 2))  # noqa: S311
        outages.join()
        run.trouble.is_on = False
        run.keeper.settle()
        caught_up = _wait(lambda: not run.judge.waiting() and not run.over, REST)
        per_minute = run.watched[-1].source.reader.google.reads_per_minute  # type: ignore[attr-defined]
        return Found(
            seconds, run.judge, run.keeper, run.trouble, per_minute, google.reads, google.busiest_minute(),
            run.recovered, caught_up,
        )  # fmt: skip


def _wait(holds: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.1)
    return holds()


# --- what is told


def table(found: Found) -> str:
    """A short table of what came of it."""
    judge, fresh = found.judge, found.judge.fresh
    lines = [
        ("edits", f"{found.keeper.edits}"),
        ("published versions", f"{judge.versions}, worked out again by viewers {judge.readings} times"),
        (
            "calls",
            f"{found.reads} reads, at most {found.busiest} in any minute of {found.per_minute} allowed",
        ),
        ("faults", _counted(found.trouble.counts)),
        ("looks that failed", f"{sum(judge.failures.values())}"),
        ("edit to published, s", _spread(fresh)),
        *((f"back after {what}, s", f"{took:.1f}") for what, took in found.recovered.items()),
        ("all shown in the end", "yes" if found.is_caught_up else "NO"),
        ("wrong numbers", f"{len(judge.violations)}"),
    ]
    width = max(len(name) for name, _ in lines)
    told = [f"{name:<{width}}  {text}" for name, text in lines]
    told += [f"  failed {count} times: {reason[:150]}" for reason, count in judge.failures.most_common(6)]
    return "\n".join([*told, *(f"  VIOLATION {text}" for text in judge.violations[:20])])


def _counted(counts: Counter[str]) -> str:
    return f"{sum(counts.values())}: " + ", ".join(f"{name} {n}" for name, n in counts.most_common())


def _spread(values: Sequence[float]) -> str:
    if len(values) < 2:  # noqa: PLR2004 - quantiles need two
        return "too few"
    cuts = quantiles(values, n=100, method="inclusive")
    return f"p50 {cuts[49]:.1f}, p95 {cuts[94]:.1f}, max {max(values):.1f} (of {len(values)})"
