"""The company's clock: working hours, public holidays, and local times that exist exactly once.

Times are whole seconds since 1970 as the clock on the wall shows them (no zone),
in int64 arrays; BLANK stands
for none. Seen as datetime64[s] a BLANK is NaT, so `tolist` gives datetimes and None.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

import holidays
import numpy as np
import numpy.typing as npt

Ints: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]
Bools: TypeAlias = npt.NDArray[np.bool_]

ZONE: Final = ZoneInfo("Europe/Berlin")
COUNTRY: Final = "DE"
HOUR: Final = 3_600
DAY: Final = 86_400
OPENS: Final = 9 * HOUR
OPEN_SECONDS: Final = 8 * HOUR
BLANK: Final = int(np.iinfo(np.int64).min)
_EPOCH: Final = date(1970, 1, 1)
_STEP: Final = timedelta(minutes=15)


def day_number(day: date) -> int:
    """Days since 1970."""
    return (day - _EPOCH).days


def day_of(number: int) -> date:
    """The date of a day number."""
    return _EPOCH + timedelta(days=int(number))


def as_times(seconds: Ints) -> list[Any]:
    """Naive datetimes, None where blank."""
    return np.ascontiguousarray(seconds).view("datetime64[s]").tolist()  # type: ignore[no-any-return]


def as_dates(days: Ints) -> list[Any]:
    """Dates from day numbers, None where blank."""
    return np.ascontiguousarray(days).view("datetime64[D]").tolist()  # type: ignore[no-any-return]


class Hours:
    """Opening hours from a first to a last day: 09:00-17:00, Monday to Friday, not on public holidays."""

    def __init__(self, first: date, last: date) -> None:
        self.first = day_number(first)
        days = np.arange(self.first, day_number(last) + 1)
        closed = sorted(holidays.country_holidays(COUNTRY, years=range(first.year, last.year + 1)))
        self.holidays = closed
        self.is_open: Bools = np.is_busday(
            days.astype("datetime64[D]"), holidays=np.array(closed, "datetime64[D]")
        )
        self._opened_before = np.concatenate(([0], np.cumsum(self.is_open)))[:-1] * OPEN_SECONDS
        self._working_days = days[self.is_open]
        self._twice_or_never = list(_windows(first, last))

    def opened(self, times: Ints) -> Ints:
        """Opening seconds from the first day to each time."""
        day = times // DAY - self.first
        today = np.clip(times % DAY - OPENS, 0, OPEN_SECONDS) * self.is_open[day]
        return self._opened_before[day] + today

    def at(self, opened: Ints) -> Ints:
        """The time at which so many opening seconds have passed."""
        days = self._working_days[np.minimum(opened // OPEN_SECONDS, len(self._working_days) - 1)]
        return days * DAY + OPENS + opened % OPEN_SECONDS

    def add(self, times: Ints, hours: Floats) -> Ints:
        """The times so many opening hours later."""
        return self.at(self.opened(times) + (hours * HOUR).astype(np.int64))

    def clean(self, times: Ints) -> Ints:
        """The times, but two hours later where a clock change makes a time happen twice or never."""
        for start, end in self._twice_or_never:
            times = np.where((times >= start) & (times < end), times + 2 * HOUR, times)
        return times


def _windows(first: date, last: date) -> Iterator[tuple[int, int]]:
    """Spans of wall-clock seconds skipped or repeated by a clock change (where the folds differ: PEP 495)."""
    for number in range(day_number(first), day_number(last) + 1):
        midnight = datetime.combine(day_of(number), datetime.min.time())
        if (
            midnight.replace(tzinfo=ZONE).utcoffset()
            == (midnight + timedelta(days=1)).replace(tzinfo=ZONE).utcoffset()
        ):
            continue
        steps = [i for i in range(96) if _odd(midnight + i * _STEP)]
        if steps:
            quarter_hour = int(_STEP.total_seconds())
            yield number * DAY + steps[0] * quarter_hour, number * DAY + (steps[-1] + 1) * quarter_hour


def _odd(local: datetime) -> bool:
    return local.replace(tzinfo=ZONE).utcoffset() != local.replace(tzinfo=ZONE, fold=1).utcoffset()
