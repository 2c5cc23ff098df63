"""Which days the calendar shows: six weeks from this one on, a month, a quarter, and the way to the next."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, Literal

from scorecard import periods
from scorecard.clock import AsOf
from scorecard.periods import Period
from scorecard.settings import Settings

Span = Literal["weeks", "month", "quarter"]
SPANS: Final[dict[Span, str]] = {"weeks": "Six weeks", "month": "Month", "quarter": "Quarter"}
WEEKS: Final = timedelta(weeks=6)
_LONGEST: Final = 100  # days; a quarter has 92
_YEARS: Final = (1970, 2199)
_A_DAY: Final = timedelta(days=1)
_FIRST_DAYS: Final = {"monday": 0, "saturday": 5, "sunday": 6}


def week_start(day: date, settings: Settings) -> date:
    """The first day of the week that the day lies in, by the setting week_start."""
    return day - timedelta(days=(day.weekday() - _FIRST_DAYS[settings.week_start]) % 7)


def from_now(as_of: AsOf, settings: Settings) -> Period:
    """Six weeks from the start of this one on: what is shown unless something else is asked for."""
    return _weeks(as_of.day, settings)


def parse(text: str, settings: Settings) -> Period:
    """The days of that name; ValueError says what can be written."""
    found = periods.parse(text, settings.fiscal_year_start)
    if found.days > _LONGEST:
        raise ValueError(f"{text!r} is more than a quarter: write a month (2026-11) or a quarter (2026-Q4).")
    if not _YEARS[0] <= found.start.year <= found.end.year <= _YEARS[1]:
        raise ValueError(f"{text!r} lies outside the years {_YEARS[0]} to {_YEARS[1]}.")
    return found


def span_of(period: Period) -> Span:
    """Which of the three spans a period is, a range of days being weeks."""
    if period.kind == "month":
        return "month"
    return "quarter" if period.kind in ("quarter", "fiscal_quarter") else "weeks"


def as_span(period: Period, span: Span, as_of: AsOf, settings: Settings) -> Period:
    """The same time in another span: what contains today where that is in view, else what begins there."""
    day = as_of.day if period.contains(as_of.day) else period.start
    return _weeks(day, settings) if span == "weeks" else periods.containing(day, span)


def following(period: Period) -> Period:
    """The one after it of the same kind; for a range, as many days just after it."""
    if period.kind == "custom":
        return periods.of_dates(period.end, period.end + (period.last_day - period.start))
    return periods.containing(period.end, period.kind, period.fiscal_year_start)


def weeks_of(period: Period, settings: Settings) -> tuple[Period, ...]:
    """The weeks of a period, by the setting week_start, cut off at its edges."""
    found, start = [], period.start
    while start < period.end:
        end = min(week_start(start, settings) + timedelta(weeks=1), period.end)
        found.append(periods.of_dates(start, end - _A_DAY))
        start = end
    return tuple(found)


def _weeks(day: date, settings: Settings) -> Period:
    start = week_start(day, settings)
    return periods.of_dates(start, start + WEEKS - _A_DAY)
