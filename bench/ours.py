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
from scorecard.dataset import Dataset
from scorecard.quotas import Attainment
from scorecard.report import report
from scorecard.rows import Row

METRICS = (
    "acceptance_rate", "decision_coverage", "sla_compliance", "business_hours_to_touch_median", "win_rate",
    "revenue", "mqls",
)  # fmt: skip


class Screen:
    """A source as the app watches it: opened once per state, the page worked out once per state."""

    def __init__(self, url: str, today: date) -> None:
        self.today = today
        self.source = Database(url, clock=lambda: datetime.combine(today, time(12), UTC))
        self._shown: dict[str, dict[str, Any]] = {}
        self._opened: tuple[str, Dataset] | None = None

    @property
    def engine(self) -> sa.Engine:
        return self.source.engine

    def page(self) -> dict[str, Any]:
        """The readings of the page, as of the source's present state."""
        version = self.source.probe()
        if self._opened is None or self._opened[0] != version:
            self._opened = version, self.source.open()
        if version not in self._shown:
            self._shown[version] = read(self._opened[1], self.today)
        return self._shown[version]

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


def read(dataset: Dataset, today: date) -> dict[str, Any]:
    """All that the page shows of the running quarter, beside the one before."""
    as_of = AsOf.parse(today.isoformat(), small.settings(dataset).zone)
    now, before = periods.parse(PERIOD), periods.parse(BEFORE)
    return {
        "now": report(dataset, now, as_of, metrics=METRICS, by=["source"]),
        "before": report(dataset, before, as_of, metrics=METRICS),
        "quotas": quotas.attainments(dataset, now, as_of),
        "gap": quotas.alignment_gap(dataset, now, as_of),
        "goals": goals.standings(dataset, now, as_of),
    }


def answer(shown: dict[str, Any]) -> Answer:
    """The page's main numbers."""
    found = [{(row.metric, row.scope): row for row in shown[name]} for name in ("now", "before")]
    both = [{metric: rows[metric, "all"] for metric in METRICS} for rows in found]
    now, before = both
    return Answer(
        acceptance=(_kn(now["acceptance_rate"]), _kn(before["acceptance_rate"])),
        sla=(_kn(now["sla_compliance"]), _kn(before["sla_compliance"])),
        median_minutes=(_minutes(now), _minutes(before)),
        win_rate=(_kn(now["win_rate"]), _kn(before["win_rate"])),
        revenue=(now["revenue"].value or 0.0, before["revenue"].value or 0.0),
        mqls=(int(now["mqls"].value or 0), int(before["mqls"].value or 0)),
        by_source={
            row.scope.removeprefix("source=").strip('"'): _kn(row)
            for row in shown["now"]
            if row.metric == "acceptance_rate" and row.scope not in ("all", "source=") and row.n
        },
        quotas={_name(a): a.actual for a in shown["quotas"] if a.actual is not None},
        goals={s.goal.goal_id: s.actual.value for s in shown["goals"] if s.actual.value is not None},
    )


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
