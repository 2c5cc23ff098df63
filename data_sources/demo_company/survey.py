"""What the leads add up to, found by going through all chunks once before any row is written.

Targets and quotas are sized against these sums, so that the story holds at any number of leads,
and so is the one
thing that is bent: the worth of what closes in the running quarter, by channel,
so that online marketing lags its
part of the shared goal and outside sales leads its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

import numpy as np

from data_sources.demo_company import journeys
from data_sources.demo_company.cast import CHANNELS, COLLAPSING, PEOPLE, SLOTS, SOURCE, SOURCES
from data_sources.demo_company.hours import BLANK, DAY, Bools, Floats, Ints, as_times
from data_sources.demo_company.journeys import NONE, Columns
from data_sources.demo_company.world import World, quarter_start

GROWTH_ONLINE, GROWTH_OUTSIDE = 0.11, 0.04  # parts of the shared goal, in shares of the parent's baseline
_PACE_ONLINE, _PACE_OUTSIDE = 0.86, 1.05  # where the two parts stand today against their curve
_BENT_AT_MOST: Final = 2.5
_CHANNEL: Final = np.array([CHANNELS.index(s.channel) for s in SOURCES])
_SAMPLES: Final = 60
_STEP_HOURS, _STEPS = 0.25, 320


@dataclass(frozen=True)
class Case:
    """A lead to speak about in feedback."""

    lead: int
    owner: int
    source: int
    reason: int
    at: date


def rounded(value: float, digits: int = 3) -> float:
    """The value with so many significant digits, as people set targets."""
    return float(f"{value:.{digits}g}")


@dataclass
class Survey:
    """Sums by month (from the history's first) of what is seen by the end of today; money in euros."""

    world: World
    arrivals: Ints = field(init=False)  # [day, slot] leads, after today too
    mqls: Ints = field(init=False)  # [month, slot]
    opportunities: Ints = field(init=False)  # [month, owner]
    wins: Ints = field(init=False)  # [month, source]
    revenue: Floats = field(init=False)  # [month, channel, person], last the person nobody
    revenue_by_slot: Floats = field(init=False)  # [month, slot]
    first_orders: Floats = field(init=False)  # [month, slot] the part of it that is first orders
    waits: Ints = field(init=False)  # [week, quarter of an opening hour] first touches
    bent: Floats = field(init=False)  # [channel] factor on what closes in the running quarter or later
    rejected: list[Case] = field(default_factory=list)
    won: list[Case] = field(default_factory=list)

    def __post_init__(self) -> None:
        world, months = self.world, int(self.world.month_of_day[-1]) + 1
        self.arrivals = np.zeros((world.days, len(SLOTS)), np.int64)
        self.mqls = np.zeros((months, len(SLOTS)), np.int64)
        self.opportunities = np.zeros((months, len(PEOPLE)), np.int64)
        self.wins = np.zeros((months, len(SOURCES)), np.int64)
        self.revenue = np.zeros((months, len(CHANNELS), len(PEOPLE) + 1))
        self.revenue_by_slot = np.zeros((months, len(SLOTS)))
        self.first_orders = np.zeros((months, len(SLOTS)))
        self.waits = np.zeros((world.days // 7 + 2, _STEPS), np.int64)
        for chunk in range(world.chunks):
            rows = journeys.passes(world, chunk)
            self._count(rows)
            self._earn(journeys.orders(world, chunk, rows))
        self._bend()

    def _month(self, times: Ints) -> Ints:
        return self.world.month_of_day[times // DAY - self.world.first_day]

    def _seen(self, times: Ints) -> Bools:
        return np.asarray((times != BLANK) & (times < self.world.end_of_today))

    def _count(self, rows: Columns) -> None:
        first = rows["pass_no"] == 1
        day = rows["created_at"][first] // DAY - self.world.first_day
        np.add.at(self.arrivals, (day, rows["slot"][first]), 1)
        seen = first & self._seen(rows["mql_at"])
        np.add.at(self.mqls, (self._month(rows["mql_at"][seen]), rows["slot"][seen]), 1)
        seen = self._seen(rows["opportunity_at"])
        np.add.at(self.opportunities, (self._month(rows["opportunity_at"][seen]), rows["owner"][seen]), 1)
        seen = self._seen(rows["won_at"])
        np.add.at(self.wins, (self._month(rows["won_at"][seen]), rows["source"][seen]), 1)
        self._time(rows)
        self._remember(rows)

    def _time(self, rows: Columns) -> None:
        handed, touch = rows["handed_off_at"], rows["first_touch_at"]
        seen = np.flatnonzero(self._seen(touch) & (handed != BLANK) & (touch >= handed))
        hours = self.world.hours
        waited = (hours.opened(touch[seen]) - hours.opened(handed[seen])) / 3600
        week = (handed[seen] // DAY - self.world.first_day) // 7
        np.add.at(self.waits, (week, np.minimum((waited / _STEP_HOURS).astype(np.int64), _STEPS - 1)), 1)

    def _remember(self, rows: Columns) -> None:
        """The latest cases, for feedback to be about something."""
        for kept, stamp, which in ((self.rejected, "rejected_at", rows["source"] == COLLAPSING),
                                   (self.won, "won_at", rows["pass_no"] == 1)):  # fmt: skip
            found = np.flatnonzero(
                self._seen(rows[stamp]) & which & (rows["created_at"] >= self.world.collapse - 90 * DAY)
            )
            days = as_times(rows[stamp][found])
            kept.extend(Case(int(rows["lead"][i]), int(rows["owner"][i]), int(rows["source"][i]),
                             int(rows["reason"][i]),
                             day.date()) for i, day in zip(found, days, strict=True))  # fmt: skip
            kept.sort(key=lambda case: (case.at, case.lead), reverse=True)
            del kept[_SAMPLES:]

    def _earn(self, orders: Columns) -> None:
        seen = orders["closed_at"] < self.world.end_of_today
        month = self._month(orders["closed_at"][seen])
        euros = orders["euros"][seen]
        np.add.at(self.revenue, (month, orders["channel"][seen], orders["person"][seen]), euros)
        slot, ours = orders["slot"][seen], orders["slot"][seen] != NONE
        np.add.at(self.revenue_by_slot, (month[ours], slot[ours]), euros[ours])
        first = ours & (orders["place"][seen] == 0)
        np.add.at(self.first_orders, (month[first], slot[first]), euros[first])

    def _bend(self) -> None:
        world = self.world
        now = self.revenue[world.month(world.quarter) :].sum(axis=(0, 2))
        wanted = np.array(
            [goal * pace for goal, pace in zip(self.goals, (_PACE_ONLINE, _PACE_OUTSIDE), strict=True)]
        )
        raw = np.where((now > 0) & (wanted > 0), wanted * self.elapsed / np.where(now > 0, now, 1.0), 1.0)
        self.bent = np.clip(raw, 1 / _BENT_AT_MOST, _BENT_AT_MOST)
        running = slice(world.month(world.quarter), None)
        self.revenue[running] *= self.bent[None, :, None]
        by_slot = self.bent[_CHANNEL[[SOURCE[s.source] for s in SLOTS]]]
        self.revenue_by_slot[running] *= by_slot
        self.first_orders[running] *= by_slot

    @property
    def elapsed(self) -> float:
        """The share of the running quarter that has passed, today included."""
        world = self.world
        whole = quarter_start(world.today, 1) - world.quarter
        return (world.today - world.quarter + timedelta(days=1)) / whole

    @property
    def baselines(self) -> tuple[float, float]:
        """Last quarter's revenue by channel, rounded."""
        world = self.world
        months = slice(world.month(quarter_start(world.today, -1)), world.month(world.quarter))
        online, outside = self.revenue[months].sum(axis=(0, 2))
        return rounded(max(online, 0.0)), rounded(max(outside, 0.0))

    @property
    def goals(self) -> tuple[float, float]:
        """The two parts of the shared goal, in euros."""
        online, outside = self.baselines
        return online + GROWTH_ONLINE * (online + outside), outside + GROWTH_OUTSIDE * (online + outside)

    def months(self, start: date, months: int) -> slice:
        """The months of a period as an index; those before the history are none."""
        first = self.world.month(start)
        return slice(max(first, 0), max(first + months, 0))

    def leads(self, start: date, end: date) -> Ints:
        """Leads by slot that came in between two days, both included."""
        return np.asarray(self.arrivals[self.world.open_days(start, end)].sum(axis=0))

    def median_wait(self, week: int) -> float | None:
        """The median of opening hours to a first touch, of leads handed off that week; None without any."""
        counts = self.waits[week].cumsum()
        if not counts[-1]:
            return None
        return float(np.searchsorted(counts, counts[-1] / 2) * _STEP_HOURS + _STEP_HOURS / 2)

    def final_amounts(self, orders: Columns) -> Floats:
        """The amounts as written: bent where they close in the running quarter, in tens."""
        return self._finish(orders["amount"], orders["closed_at"], orders["channel"])

    def lead_amounts(self, rows: Columns) -> Floats:
        """What each pass is worth, as written: a win's first order, else the offer."""
        return self._finish(rows["amount"], rows["won_at"], _CHANNEL[rows["source"]])

    def _finish(self, amounts: Floats, times: Ints, channels: Ints) -> Floats:
        from_quarter = (times != BLANK) & (times // DAY >= self.world.first_day + self._quarter_day)
        factor = np.where(from_quarter, self.bent[channels], 1.0)
        return np.round(amounts * factor / 10) * 10

    @property
    def _quarter_day(self) -> int:
        return (self.world.quarter - self.world.history).days


def names(codes: Ints, values: tuple[str, ...]) -> list[str | None]:
    """The texts behind codes, None for NONE."""
    table = np.array([*values, None], dtype=object)
    return table[np.where(codes == NONE, len(values), codes)].tolist()  # type: ignore[no-any-return]
