"""What is settled before the first lead comes in: the time line, the ways in, the rates, and who is away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Final

import numpy as np

from data_sources.demo_company.cast import (
    ABSENT,
    COLLAPSE_DAYS,
    CURRENCIES,
    PERSON,
    SLOTS,
    SOURCE,
    SOURCES,
    Campaign,
    campaigns,
)
from data_sources.demo_company.hours import BLANK, DAY, Bools, Floats, Hours, Ints, day_number, day_of

QUARTERS_BEFORE: Final = 8
DAYS_AFTER: Final = (
    14  # events go on a while after today, hidden by as_of, so that a demo left open stays alive
)
CHUNK: Final = 10_000  # leads drawn together; part of what makes the rows, so not a matter of taste
_SEASON: Final = (
    0.86,
    0.94,
    1.12,
    1.16,
    1.08,
    0.96,
    0.86,
    0.84,
    1.04,
    1.10,
    1.10,
    0.86,
)  # January to December
_GROWTH_A_YEAR: Final = 0.17
_WEB_WEEK: Final = np.array([1.1, 1.15, 1.1, 1.05, 0.95, 0.5, 0.6])
_RATES: Final = {"CHF": (1.05, 0.004), "USD": (0.91, 0.006)}  # level, and how far it moves in a week


@dataclass(frozen=True)
class Demo:
    """Which company: how many leads, which dice, and the day it is there. Equal ones have equal rows."""

    leads: int
    seed: int
    today: date

    def __post_init__(self) -> None:
        if self.leads < 1 or self.seed < 0:
            raise ValueError(f"A demo company needs at least 1 lead and a seed from 0 on, "
                             f"not {self.leads} leads and seed {self.seed}.")  # fmt: skip


def quarter_start(day: date, quarters: int = 0) -> date:
    """The first day of the quarter that many quarters after the day's own."""
    index = day.year * 4 + (day.month - 1) // 3 + quarters
    return date(index // 4, index % 4 * 3 + 1, 1)


def month_start(day: date, months: int = 0) -> date:
    """The first day of the month that many months after the day's own."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


class World:
    """The time line of one demo and the chances on it; `expected[day, slot]` leads."""

    def __init__(self, demo: Demo) -> None:
        self.demo = demo
        self.today = demo.today
        self.quarter = quarter_start(demo.today)
        self.history = quarter_start(demo.today, -QUARTERS_BEFORE)
        self.last = demo.today + timedelta(days=DAYS_AFTER)
        self.first_day = day_number(self.history)
        self.days = day_number(self.last) - self.first_day + 1
        self.end_of_today = (day_number(self.today) + 1) * DAY
        self.end = (day_number(self.last) + 1) * DAY
        self.hours = Hours(self.history - timedelta(days=60), self.last + timedelta(days=800))
        self.absence = (demo.today - timedelta(days=33), demo.today + timedelta(days=9))
        self.collapse = (day_number(demo.today) - COLLAPSE_DAYS) * DAY

    def dice(self, *which: int) -> np.random.Generator:
        """Dice of their own for each purpose, so that drawing more for one changes no other."""
        return np.random.default_rng([self.demo.seed, *which])

    @property
    def scale(self) -> float:
        """Size against the 12,000 leads that the built-in company has."""
        return self.demo.leads / 12_000

    @cached_property
    def campaigns(self) -> tuple[Campaign, ...]:
        return campaigns(self.history, self.quarter, self.today)

    @cached_property
    def campaign(self) -> dict[str, Campaign]:
        return {c.campaign_id: c for c in self.campaigns}

    @cached_property
    def dates(self) -> list[date]:
        return [self.history + timedelta(days=i) for i in range(self.days)]

    @cached_property
    def month_of_day(self) -> Ints:
        """Months since the history's first one, by day."""
        origin = self.history.year * 12 + self.history.month
        return np.array([d.year * 12 + d.month - origin for d in self.dates])

    def month(self, day: date) -> int:
        """Months from the history's first one."""
        return (day.year - self.history.year) * 12 + day.month - self.history.month

    def open_days(self, start: date, end: date | None) -> Bools:
        """Which days lie between two dates, both included."""
        days = np.arange(self.days) + self.first_day
        return (days >= day_number(start)) & (days <= day_number(end or self.last))

    @cached_property
    def expected(self) -> Floats:
        """Leads expected by day and slot; they add up to the number asked for."""
        weights = np.column_stack([self._weights(i) for i in range(len(SLOTS))])
        return np.asarray(weights * (self.demo.leads / weights.sum()))

    def _weights(self, slot: int) -> Floats:
        way = SLOTS[slot]
        mood = np.array(
            [_SEASON[d.month - 1] * (1 + _GROWTH_A_YEAR * i / 365) for i, d in enumerate(self.dates)]
        )
        open_day = self.hours.is_open[self.first_day - self.hours.first :][: self.days]
        if SOURCES[SOURCE[way.source]].on_the_web:
            week = _WEB_WEEK[[d.weekday() for d in self.dates]]
            mood = mood * np.where(open_day, week, np.minimum(week, 0.6))
        else:
            mood = mood * open_day
        if way.campaign is None:
            return way.share * mood
        campaign = self.campaign[way.campaign]
        return way.share * mood * self.open_days(campaign.start, campaign.end)

    @cached_property
    def cumulative(self) -> Floats:
        """Chances of the slots by day, added up, for drawing."""
        totals = self.expected.cumsum(axis=1)
        return np.asarray(totals / totals[:, -1:])

    @cached_property
    def arrived(self) -> Ints:
        """Leads that arrived by the end of each day."""
        daily = self.expected.sum(axis=1)
        counts = self.dice(0).multinomial(self.demo.leads, daily / daily.sum())
        return np.cumsum(counts)

    @property
    def chunks(self) -> int:
        return -(-self.demo.leads // CHUNK)

    def happened(self, times: Ints) -> Ints:
        """The times, blank where they lie after the last event of this demo."""
        return np.where(times < self.end, times, BLANK)

    def away(self, owner: Ints, times: Ints) -> Bools:
        """Whether the owner is the absent one at that time; people come back on a morning."""
        start, end = (day_number(day) * DAY for day in self.absence)
        return np.asarray((owner == PERSON[ABSENT]) & (times >= start) & (times < end))

    @cached_property
    def rates(self) -> Floats:
        """EUR for one unit by week (from the Monday before history) and currency; EUR itself is 1."""
        weeks = self.days // 7 + 2
        columns = [np.ones(weeks)]
        for i, currency in enumerate(CURRENCIES[1:]):
            level, step = _RATES[currency]
            walk = self.dice(1, i).normal(0, step, weeks).cumsum()
            columns.append(np.round(level * np.exp(walk - np.linspace(0, walk[-1], weeks)), 4))
        return np.column_stack(columns)

    @property
    def first_monday(self) -> int:
        return self.first_day - self.history.weekday()

    def in_euros(self, amounts: Floats, currency: Ints, times: Ints) -> Floats:
        """Amounts at the rate of the week they fall in."""
        week = (times // DAY - self.first_monday) // 7
        return amounts * self.rates[week, currency]

    def day(self, number: int) -> date:
        """The date of a day on the time line."""
        return day_of(self.first_day + number)
