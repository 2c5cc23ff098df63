"""Time as the organisation keeps it: its zone, the moment a report looks from, its opening hours.

Instants are whole seconds since 1970-01-01 UTC ("epochs"), local days are numbers of days since 1970-01-01.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from functools import lru_cache
from itertools import pairwise
from typing import Final, Protocol
from zoneinfo import ZoneInfo, available_timezones

import holidays as public_holidays

EPOCH: Final = date(1970, 1, 1)
DAY: Final = 86_400
_MIDNIGHT_1970: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - the origin of naive local seconds
_SECOND: Final = timedelta(seconds=1)
# zoneinfo computes in datetimes; stamps such as 9999-12-31 take the offset of the last year it can handle.
_FIRST_OFFSET: Final = -62_100_000_000  # in the year 2
_LAST_OFFSET: Final = 253_370_000_000  # in the year 9998
_STEP: Final = DAY // 2  # no zone changes its offset and back within half a day


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - EPOCH.toordinal()


def date_of(number: int) -> date:
    """The date of a day number."""
    return date.fromordinal(EPOCH.toordinal() + number)


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of a zone's offset at the instant `utc`, from `before` to `after` seconds east of UTC."""

    utc: int
    before: int
    after: int


@dataclass(frozen=True)
class Zone:
    """A time zone by its IANA name; `Zone.of` builds (and remembers) it."""

    name: str
    _info: ZoneInfo = field(repr=False, compare=False)

    @classmethod
    def of(cls, name: str) -> Zone:
        """The zone of that name; ValueError names the nearest one there is."""
        return _zone(name)

    def offset(self, epoch: int) -> int:
        """Seconds east of UTC at that instant."""
        within = min(max(epoch, _FIRST_OFFSET), _LAST_OFFSET)
        return _seconds(datetime.fromtimestamp(within, self._info).utcoffset())

    def transitions(self, first_year: int, last_year: int) -> tuple[Transition, ...]:
        """Every change of offset in those years, both included, reckoned in UTC, ascending."""
        return tuple(t for year in range(first_year, last_year + 1) for t in _transitions(self, year))

    def to_epoch(self, naive: datetime) -> int:
        """The instant of a local time: of a repeated time the first, a skipped one moves forward by the gap.

        Fractions of a second are cut off. An aware datetime stands for itself.
        """
        if naive.tzinfo is not None:
            return int((naive - datetime(1970, 1, 1, tzinfo=UTC)) // _SECOND)
        # Of a skipped time, fold=0 gives the offset before the gap, which is what moves it forward.
        return _local_seconds(naive) - self._offset_at(naive, fold=0)

    def is_skipped(self, naive: datetime) -> bool:
        """Whether that local time falls into a gap, so that no clock showed it."""
        return self._offset_at(naive, fold=0) < self._offset_at(naive, fold=1)

    def from_epoch(self, epoch: int) -> datetime:
        """The local time of an instant, naive."""
        return _MIDNIGHT_1970 + timedelta(seconds=epoch + self.offset(epoch))

    def day(self, epoch: int) -> int:
        """The local day number of an instant."""
        return (epoch + self.offset(epoch)) // DAY

    def midnight(self, day: date) -> int:
        """The first instant of a local day, also where its midnight is skipped."""
        naive = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - local on purpose
        local = day_number(day) * DAY
        before, after = self._offset_at(naive, fold=0), self._offset_at(naive, fold=1)
        if after <= before:
            return local - before
        return _first_change(self, local - after, local - before)

    def _offset_at(self, naive: datetime, fold: int) -> int:
        return _seconds(naive.replace(tzinfo=self._info, fold=fold).utcoffset())


@lru_cache(maxsize=256)
def _zone(name: str) -> Zone:
    known = _known_zones()
    if name not in known:
        near = _nearest(name, known)
        raise ValueError(f"There is no time zone called {name!r}. {near}Write a name such as Europe/Berlin.")
    return Zone(name, ZoneInfo(name))


@lru_cache(maxsize=1)
def _known_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _nearest(name: str, known: frozenset[str]) -> str:
    folded = {zone.casefold().replace("_", " "): zone for zone in sorted(known)}
    cities = {zone.rsplit("/", 1)[-1]: full for zone, full in folded.items() if "/" in zone}
    wanted = name.casefold().replace("_", " ").strip()
    for names in (folded, cities):
        if near := get_close_matches(wanted, names, n=1, cutoff=0.75):
            return f"Did you mean {names[near[0]]}? "
    return ""


def _seconds(offset: timedelta | None) -> int:
    if offset is None:
        raise TypeError("A zone of the IANA database always has an offset.")
    return offset // _SECOND


def _local_seconds(naive: datetime) -> int:
    return (naive - _MIDNIGHT_1970) // _SECOND


@lru_cache(maxsize=4096)
def _transitions(zone: Zone, year: int) -> tuple[Transition, ...]:
    """The changes of one UTC year: zoneinfo has no public list, so half-days are compared and bisected."""
    start = day_number(date(year, 1, 1)) * DAY
    end = day_number(date(year, 12, 31)) * DAY + DAY
    marks = range(start - 1, end, _STEP)
    changes = [
        _first_change(zone, before, after)
        for before, after in pairwise((*marks, end - 1))
        if zone.offset(before) != zone.offset(after)
    ]
    return tuple(Transition(utc, zone.offset(utc - 1), zone.offset(utc)) for utc in changes)


def _first_change(zone: Zone, before: int, after: int) -> int:
    """The first instant in (before, after] with the offset that holds at `after`."""
    wanted = zone.offset(after)
    while after - before > 1:
        middle = (before + after) // 2
        if zone.offset(middle) == wanted:
            after = middle
        else:
            before = middle
    return after


# --- the moment a report looks from ---------------------------------------------------------------------

_ISO: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?) ?(Z|[+-]\d{2}(?::?\d{2})?)?)?",
    re.ASCII | re.IGNORECASE,
)


def read_iso(text: str) -> date | datetime | None:
    """A date YYYY-MM-DD, or a time YYYY-MM-DD HH:MM[:SS] with or without offset; None for anything else.

    Fractions of a second are cut off. ValueError when the calendar or the clock has no such day or time.
    """
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    day, clock, offset = match.groups()
    if clock is None:
        return date.fromisoformat(day)
    return datetime.fromisoformat(f"{day}T{clock.partition('.')[0]}{(offset or '').upper()}")


@dataclass(frozen=True, slots=True)
class AsOf:
    """The moment a report looks from: what is stamped before `until` is seen, ages run to `instant`.

    A bare date has both at its end; a time T is the instant T and sees everything up to and including its
    second. `day` is the local date of the last seen second; `text` reads back to the same moment.
    """

    instant: int
    until: int
    day: date
    text: str

    @classmethod
    def parse(cls, text: str, zone: Zone) -> AsOf:
        """Reads YYYY-MM-DD (the whole day), or a time with or without offset (without: local)."""
        try:
            when = read_iso(text.strip())
            if isinstance(when, datetime):
                return cls._moment(zone.to_epoch(when), zone)
            if when is not None:
                return cls._end_of(when, zone)
        except (ValueError, OverflowError):
            pass  # a day or time that doesn't exist is told like any other text that can't be read
        raise ValueError(
            f"{text!r} is not a date or time: write 2026-09-30 (that whole day), 2026-09-30T14:00 or "
            "2026-09-30T14:00+02:00."
        )

    @classmethod
    def at(cls, when: datetime, zone: Zone) -> AsOf:
        """An aware moment, such as now; fractions of a second are cut off."""
        if when.tzinfo is None:
            raise ValueError("as_of needs an aware datetime; give it a zone, or use AsOf.parse.")
        return cls._moment(zone.to_epoch(when), zone)

    @classmethod
    def _end_of(cls, day: date, zone: Zone) -> AsOf:
        end = zone.midnight(day + timedelta(days=1))
        return cls(end, end, day, day.isoformat())

    @classmethod
    def _moment(cls, instant: int, zone: Zone) -> AsOf:
        local = datetime.fromtimestamp(instant, zone._info)  # noqa: SLF001 - the same module's zone
        return cls(instant, instant + 1, local.date(), local.isoformat())


# --- opening hours --------------------------------------------------------------------------------------

_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK_TIME: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)|24:00", re.ASCII)
_ORIGIN: Final = 2020
# Stamps outside these years are slips of the pen; opening hours stand still there, so nothing runs for ages.
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2200


class WorkSettings(Protocol):
    """The part of the settings that says when sales works."""

    @property
    def work_days(self) -> tuple[str, ...]: ...
    @property
    def work_start(self) -> str: ...
    @property
    def work_end(self) -> str: ...
    @property
    def holidays(self) -> str | None: ...
    @property
    def zone(self) -> Zone: ...


@dataclass(frozen=True, slots=True)
class OpeningDay:
    """One local day of the opening calendar.

    `begins` is its first instant, `opens` and `closes` the opening (equal on closed days), `before` the
    opening seconds and `workdays_before` the working days from the first day asked for until this one begins.
    """

    day: int
    begins: int
    opens: int
    closes: int
    before: int
    workdays_before: int
    works: int

    def opened(self, epoch: int) -> int:
        """Opening seconds of this day up to that instant."""
        return min(max(epoch, self.opens), self.closes) - self.opens


@dataclass(frozen=True, slots=True)
class _Year:
    """The days of one year, with `before` and `workdays_before` counted since its first day."""

    days: tuple[OpeningDay, ...]
    seconds: int
    workdays: int


@dataclass(frozen=True, slots=True)
class _Total:
    """Opening seconds and working days from the origin to the start of a year; negative before it."""

    seconds: int
    workdays: int


def clock_time(text: str) -> int:
    """Seconds after midnight of 'HH:MM', up to 24:00; ValueError says what to write."""
    if not _CLOCK_TIME.fullmatch(text.strip()):
        raise ValueError(f"{text!r} is not a time of day: write HH:MM, such as 09:00 (24:00 for midnight).")
    hours, minutes = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def holiday_names(code: str, year: int) -> dict[date, str]:
    """Public holidays of a year in a country (DE) or region (DE-BY); ValueError says what there is."""
    return dict(_holidays(code, year))


@dataclass(frozen=True)
class Opening:
    """When sales is open: working days, hours and public holidays in the organisation's zone."""

    work_days: tuple[str, ...]
    work_start: int
    work_end: int
    holidays: str | None
    zone: Zone
    _years: dict[int, _Year] = field(default_factory=dict, repr=False, compare=False)
    _totals: dict[int, _Total] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, settings: WorkSettings) -> Opening:
        """The calendar of these settings, built once; ValueError when a time or the country can't be read."""
        return _opening(
            settings.work_days, settings.work_start, settings.work_end, settings.holidays, settings.zone
        )

    def is_open_day(self, day: date) -> bool:
        """Whether sales works on that day."""
        if _WEEKDAYS[day.weekday()] not in self.work_days:
            return False
        return self.holidays is None or day not in _holidays(self.holidays, day.year)

    def rows(self, first: date, last: date) -> list[OpeningDay]:
        """Every day from first to last, both included, counted from `first`."""
        found: list[OpeningDay] = []
        seconds = workdays = 0
        begins = self.zone.midnight(first)
        for number in range(day_number(first), day_number(last) + 1):
            ends = self.zone.midnight(date_of(number + 1))
            opens, closes, works = self._hours(date_of(number), begins, ends)
            found.append(OpeningDay(number, begins, opens, closes, seconds, workdays, works))
            seconds, workdays, begins = seconds + closes - opens, workdays + works, ends
        return found

    def opened(self, epoch: int) -> int:
        """Opening seconds from 2020-01-01 to that instant (negative before it): differences count."""
        day = self._row(epoch)
        return self._total(date_of(day.day).year).seconds + day.before + day.opened(epoch)

    def inside(self, epoch: int) -> bool:
        """Whether the second that ends at that instant was one of opening: opens < epoch <= closes.

        The tie rule for deadlines: at the closing second the day's opening is just used up, at the next
        opening no more of it has passed, yet only the former is the deadline.
        """
        day = self._row(epoch - 1)
        return day.opens < epoch <= day.closes

    def workdays_through(self, day: date) -> int:
        """Working days from 2020-01-01 up to and including that day: differences are what counts."""
        row = self._row_of(_clip(day))
        return self._total(date_of(row.day).year).workdays + row.workdays_before + row.works

    def deadline(self, start: int, seconds: int) -> int:
        """The earliest instant at which so many more opening seconds have passed; with 0, the start."""
        if seconds <= 0:
            return start
        wanted = self.opened(start) + seconds
        for year in self._years_from(date_of(self._row(start).day).year):
            total = self._total(year).seconds
            if total + self._year(year).seconds >= wanted:
                return _reach(self._year(year).days, wanted - total)
        return self.zone.midnight(date(_LAST_YEAR, 12, 31))

    def working_share(self, start: int, t: int, end: int) -> float:
        """The share of the working days in [start, end) that lies before t, 0 to 1.

        The day of t counts by the share of its opening that has passed. Without any working day in the span,
        the share of its time.
        """
        if t >= end:
            return 1.0
        if t <= start:
            return 0.0
        first, now = self._row(start), self._row(t)
        through = self.workdays_through(date_of(self.zone.day(end - 1)))
        before = self.workdays_through(date_of(first.day)) - first.works
        if through == before:
            return (t - start) / (end - start)
        so_far = self.workdays_through(date_of(now.day)) - now.works - before
        part = now.opened(t) / (now.closes - now.opens) if now.closes > now.opens else 0.0
        return (so_far + part) / (through - before)

    def _hours(self, day: date, begins: int, ends: int) -> tuple[int, int, int]:
        """When that day opens and closes, and whether (1 or 0) it is a working day."""
        # A day that the zone skips altogether begins where it ends, and nobody works on it.
        if begins == ends or not self.is_open_day(day):
            return begins, begins, 0
        opens = min(max(self._at(day, self.work_start), begins), ends)
        closes = ends if self.work_end == DAY else self._at(day, self.work_end)
        return opens, min(max(closes, opens), ends), 1

    def _at(self, day: date, seconds: int) -> int:
        naive = datetime(day.year, day.month, day.day, seconds // 3600, seconds % 3600 // 60)  # noqa: DTZ001
        return self.zone.to_epoch(naive)

    def _row(self, epoch: int) -> OpeningDay:
        number = self.zone.day(epoch)
        low, high = day_number(date(_FIRST_YEAR, 1, 1)), day_number(date(_LAST_YEAR, 12, 31))
        return self._row_of(date_of(min(max(number, low), high)))

    def _row_of(self, day: date) -> OpeningDay:
        return self._year(day.year).days[day.timetuple().tm_yday - 1]

    def _year(self, year: int) -> _Year:
        if year not in self._years:
            days = tuple(self.rows(date(year, 1, 1), date(year, 12, 31)))
            last = days[-1]
            seconds = last.before + last.closes - last.opens
            self._years[year] = _Year(days, seconds, last.workdays_before + last.works)
        return self._years[year]

    def _total(self, year: int) -> _Total:
        if year not in self._totals:
            between = range(min(year, _ORIGIN), max(year, _ORIGIN))
            sign = 1 if year >= _ORIGIN else -1
            years = [self._year(y) for y in between]
            self._totals[year] = _Total(
                sign * sum(y.seconds for y in years), sign * sum(y.workdays for y in years)
            )
        return self._totals[year]

    @staticmethod
    def _years_from(year: int) -> Iterator[int]:
        return iter(range(year, _LAST_YEAR + 1))


def _clip(day: date) -> date:
    return min(max(day, date(_FIRST_YEAR, 1, 1)), date(_LAST_YEAR, 12, 31))


def _reach(days: tuple[OpeningDay, ...], wanted: int) -> int:
    """The instant in these days at which `wanted` > 0 seconds are reached, which they are."""
    through: Callable[[OpeningDay], int] = lambda d: d.before + d.closes - d.opens  # noqa: E731
    day = days[bisect_left(days, wanted, key=through)]
    return day.opens + wanted - day.before


@lru_cache(maxsize=64)
def _opening(
    work_days: tuple[str, ...], work_start: str, work_end: str, holidays: str | None, zone: Zone
) -> Opening:
    if holidays is not None:
        _holidays(holidays, _ORIGIN)
    opening = Opening(work_days, clock_time(work_start), clock_time(work_end), holidays, zone)
    if opening.work_end <= opening.work_start:
        raise ValueError(f"work_end ({work_end}) must be later than work_start ({work_start}).")
    return opening


@lru_cache(maxsize=2048)
def _holidays(code: str, year: int) -> dict[date, str]:
    country, _, region = code.partition("-")
    supported = public_holidays.list_supported_countries(include_aliases=False)
    if country not in supported:
        raise ValueError(f"Public holidays of {code!r} are not known: write a country such as DE, or DE-BY.")
    if region and region not in supported[country]:
        regions = ", ".join(supported[country]) or "none"
        raise ValueError(f"{country} has no region {region!r} with holidays of its own, but: {regions}.")
    return dict(public_holidays.country_holidays(country, subdiv=region or None, years=year, expand=False))
