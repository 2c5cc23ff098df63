"""From edit to page: `python -m bench.sheet_live ours|tutorial PORT SECRET SECONDS`.

Edits come at random moments of that span, each in a cell of its own; JSON says after how many seconds each
was there. Ours: the app's own refresher as it is configured by default, with a screen open, then the
Scorecard page's whole reading. The tutorial: a page that reruns every 5 seconds (most don't rerun at all)
over st.cache_data(ttl=60), until the frames are there; computing the page from them is not counted.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from bench.question import SEED
from bench.sheet_measured import NUMBERS, letter
from bench.sheet_server import desk
from bench.sheet_sides import Tutorial, source

RERUN: Final = 5.0  # seconds between two reruns of the tutorial's page, and two signs of life of our screen
SMALL: Final = ("quotas", "target", 30)
LARGE: Final = ("leads", "amount", 6)
LONGEST: Final = 150.0  # seconds after the last edit in which the last one must be there


class Edits:
    """Makes the edits and notes when each number was seen."""

    def __init__(self, at: Any, seconds: float, wanted: list[tuple[str, str, int]]) -> None:
        chance = random.Random(SEED)  # noqa: S311 - moments, no secrets
        self.desk = at
        self.made: dict[float, tuple[str, float]] = {}  # the number: its table and when it was written
        self.seen: dict[str, list[float]] = {table: [] for table, _, _ in wanted}
        cells = [
            (table, f"{table}!{letter(at, table, name)}{10 + 3 * n}")
            for table, name, many in wanted
            for n in range(many)
        ]
        self.plan = sorted((chance.uniform(0, seconds), table, cell) for table, cell in cells)
        self.thread = threading.Thread(target=self._make, daemon=True)

    def _make(self) -> None:
        start = time.monotonic()
        for when, table, cell in self.plan:
            time.sleep(max(start + when - time.monotonic(), 0))
            number = float(next(NUMBERS))
            self.desk.edit(cell, number)
            self.made[number] = (table, time.monotonic())

    def look(self, there: set[float]) -> None:
        """Takes these numbers as on the screen now."""
        now = time.monotonic()
        for number in there & self.made.keys():
            table, then = self.made.pop(number)
            self.seen[table].append(now - then)

    @property
    def over(self) -> bool:
        return not self.thread.is_alive() and not self.made

    def wait(self, step: Callable[[], object], every: float) -> dict[str, list[float]]:
        """Runs `step` every so often, as long as something is to come; TimeoutError when it never does."""
        self.thread.start()
        last = time.monotonic() + self.plan[-1][0] + LONGEST
        due = time.monotonic()
        while not self.over:
            step()
            due = max(due + every, time.monotonic())
            time.sleep(max(due - time.monotonic(), 0))
            if time.monotonic() > last:
                raise TimeoutError(f"not seen after {LONGEST:g} s: {self.made}")
        return self.seen


def ours(at: Any, seconds: float) -> dict[str, list[float]]:
    from components.live import Refresher  # noqa: PLC0415 - Streamlit is imported by it

    edits = Edits(at, seconds, [SMALL, LARGE])
    with tempfile.TemporaryDirectory(prefix="tandem-bench-") as folder, suppress(FileNotFoundError):
        watched = Refresher(lambda: source(at.about(), Path(folder)))
        with running(watched):
            watched.wait_for_first(120)
            news = threading.Event()
            watched.listeners.add(news.set)
            threading.Thread(target=screen, args=(watched, news, edits), daemon=True).start()
            return edits.wait(watched.touch, RERUN)
    raise AssertionError


def screen(watched: Any, news: threading.Event, edits: Edits) -> None:
    """An open page: when there is news it is read anew."""
    while not watched.ended:
        news.wait()
        news.clear()
        edits.look(figures(watched.published.live))


def figures(live: Any) -> set[float]:
    """The numbers that may have been edited, once the page's reading is done."""
    from scorecard import periods  # noqa: PLC0415 - the same
    from scorecard.clock import AsOf  # noqa: PLC0415
    from scorecard.overview import read  # noqa: PLC0415
    from scorecard.small import settings  # noqa: PLC0415

    dataset = live.dataset
    as_of = AsOf.at(datetime.now(UTC) + timedelta(seconds=1), settings(dataset).zone)
    read(dataset, periods.parse("2026-Q4"), as_of, compare=periods.parse("2026-Q3"))
    found: set[float] = set()
    with dataset.engine.connect() as connection:
        for table, name, _ in (SMALL, LARGE):
            found |= {float(v) for v in connection.scalars(sa.text(f"SELECT {name} FROM {table}")) if v}  # noqa: S608 - above
    return found


@contextmanager
def running(watched: Any) -> Iterator[None]:
    thread = threading.Thread(target=watched.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        watched.end()
        thread.join(30)


def tutorial(at: Any, seconds: float) -> dict[str, list[float]]:
    one = Tutorial(at.about(), Path())
    one.look(everything=False)
    edits = Edits(at, seconds, [SMALL])

    def rerun() -> None:
        one.look(everything=False)
        edits.look({float(v) for v in one.frames[SMALL[0]][SMALL[1]] if isinstance(v, int | float)})

    return edits.wait(rerun, RERUN)


if __name__ == "__main__":
    which, port, secret, span = sys.argv[1:]
    json.dump({"ours": ours, "tutorial": tutorial}[which](desk(int(port), secret), float(span)), sys.stdout)
