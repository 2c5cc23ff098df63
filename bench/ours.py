"""Tandem's Scorecard page without a browser: all queries and formulas of it, over one state of the data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from time import monotonic, sleep
from typing import Any

import sqlalchemy as sa

from bench.question import BEFORE, PERIOD, Answer
from data_sources.database import Database
from scorecard import goals, periods, quotas, small
from scorecard.clock import AsOf
from scorecard.comparisons import same_point
from scorecard.dataset import Dataset
from scorecard.overview import Overview, read
from scorecard.quotas import Attainment
from scorecard.report import report
from scorecard.rows import Row

METRICS = (
    "acceptance_rate", "sla_compliance", "business_hours_to_touch_median", "win_rate", "revenue", "mqls",
)  # fmt: skip
_TILES = METRICS[:3]


class Screen:
    """A source as the app watches it: opened once per state, the page worked out once per state."""

    def __init__(self, url: str, today: date) -> None:
        self.today = today
        self.source = Database(url, clock=lambda: datetime.combine(today, time(12), UTC))
        self._shown: dict[str, Overview] = {}
        self._opened: tuple[str, Dataset] | None = None

    @property
    def engine(self) -> sa.Engine:
        return self.source.engine

    @property
    def dataset(self) -> Dataset:
        """The state that was shown last."""
        if self._opened is None:
            raise LookupError("nothing was shown yet")
        return self._opened[1]

    def page(self) -> Overview:
        """The page's reading, as of the source's present state."""
        version = self.source.probe()
        if self._opened is None or self._opened[0] != version:
            self._opened = version, self.source.open()
        if version not in self._shown:
            now, before = periods.parse(PERIOD), periods.parse(BEFORE)
            self._shown[version] = read(self.dataset, now, self.as_of, compare=before)
        return self._shown[version]

    @property
    def as_of(self) -> AsOf:
        return AsOf.parse(self.today.isoformat(), small.settings(self.dataset).zone)

    def has_noticed(self, seconds: float = 5.0) -> bool:
        """Whether the source says that it has changed; PostgreSQL's counters come a moment late."""
        until = monotonic() + seconds
        while self._opened is not None and self.source.probe() == self._opened[0]:
            if monotonic() > until:
                return False
            sleep(0.1)
        return True

    def forget(self) -> None:
        """As if the source said that it had changed."""
        self._opened = None
        self._shown.clear()

    def close(self) -> None:
        self.source.close()

    def answer(self) -> Answer:
        """The main numbers, and those behind the page: all quotas and goals; not part of its time."""
        now, before = periods.parse(PERIOD), periods.parse(BEFORE)
        then = same_point(now, before, self.as_of, small.settings(self.dataset).zone)
        asked: Any = ((now, self.as_of, ["source"]), (before, then, []))
        reports = [report(self.dataset, p, at, metrics=METRICS, by=by) for p, at, by in asked]
        both = [{row.metric: row for row in rows if row.scope == "all"} for rows in reports]
        self._check_tiles(both[0])
        persons = quotas.attainments(self.dataset, now, self.as_of)
        standings = goals.standings(self.dataset, now, self.as_of)
        return Answer(
            acceptance=_pairs(both, "acceptance_rate"),
            sla=_pairs(both, "sla_compliance"),
            median_minutes=(_minutes(both[0]), _minutes(both[1])),
            win_rate=_pairs(both, "win_rate"),
            revenue=(both[0]["revenue"].value or 0.0, both[1]["revenue"].value or 0.0),
            mqls=(int(both[0]["mqls"].value or 0), int(both[1]["mqls"].value or 0)),
            by_source={
                row.scope.removeprefix("source=").strip('"'): _kn(row)
                for row in reports[0]
                if row.metric == "acceptance_rate" and row.scope not in {"all", "source="} and row.n
            },
            quotas={_name(a): a.actual for a in persons if a.actual is not None},
            goals={s.goal.goal_id: s.actual.value for s in standings if s.actual.value is not None},
        )

    def _check_tiles(self, rows: dict[str, Row]) -> None:
        """The page that was timed shows what the report says."""
        for tile in self.page().tiles:
            if tile.row.metric in _TILES and tile.row != rows[tile.row.metric]:
                raise AssertionError(f"the page shows {tile.row}, the report {rows[tile.row.metric]}")


def _pairs(both: list[dict[str, Row]], metric: str) -> tuple[tuple[int, int], tuple[int, int]]:
    return _kn(both[0][metric]), _kn(both[1][metric])


def _kn(row: Row) -> tuple[int, int]:
    return int(row.numerator or 0), int(row.denominator or 0)


def _minutes(rows: dict[str, Row]) -> int | None:
    hours = rows["business_hours_to_touch_median"].value
    return None if hours is None else round(hours * 60)


def _name(a: Attainment) -> str:
    return f"{a.quota.metric} {a.quota.person_id} {a.quota.start}"


@contextmanager
def counted(engine: sa.Engine) -> Iterator[list[str]]:
    """The statements that are run meanwhile."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        found.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
