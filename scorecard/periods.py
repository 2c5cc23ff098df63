"""Spans of days that a report is about: years, quarters, months, ISO weeks, fiscal years, any range."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, Literal, get_args

from babel.dates import format_date

from scorecard.clock import Zone

Kind = Literal["year", "quarter", "month", "week", "custom", "fiscal_year", "fiscal_quarter"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
FORMS: Final = "2026, 2026-Q3, 2026-09, 2026-W37, 2026-07-01..2026-08-15, FY2026 or FY2026-Q3"

_MONTHS: Final[dict[Kind, int]] = {
    "year": 12,
    "quarter": 3,
    "month": 1,
    "fiscal_year": 12,
    "fiscal_quarter": 3,
}
_LONG: Final = 62  # a custom range longer than this many days is shown by months, not weeks
_A_DAY: Final = timedelta(days=1)
_A_WEEK: Final = timedelta(weeks=1)


@dataclass(frozen=True, order=True)
class Period:
    """The days from `start` until before `end`; `text` is its canonical name, which parse() reads back."""

    start: date
    end: date
    text: str = field(compare=False)
    kind: Kind = field(default="custom", compare=False)
    fiscal_year_start: int = field(default=1, compare=False, repr=False)

    def __str__(self) -> str:
        return self.text

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days

    @property
    def last_day(self) -> date:
        """Its last day, included."""
        return self.end - _A_DAY

    def bounds(self, zone: Zone) -> tuple[int, int]:
        """Its first instant and the first one after it, in that zone."""
        return zone.midnight(self.start), zone.midnight(self.end)

    def contains(self, day: date) -> bool:
        """Whether that day lies in it."""
        return self.start <= day < self.end

    def overlaps(self, start: date, last: date) -> bool:
        """Whether it shares a day with start..last, both included."""
        return start < self.end and last >= self.start

    def previous(self) -> Period:
        """The one before of the same kind; for a range, as many days just before it."""
        if self.kind == "custom":
            return of_dates(self.start - timedelta(days=self.days), self.start - _A_DAY)
        return containing(self.start - _A_DAY, self.kind, self.fiscal_year_start)

    def year_before(self) -> Period:
        """The same one a year before; 29 February becomes the 28th, week 53 the last week of its year."""
        if self.kind == "week":
            return _week_of_year(self.start.isocalendar().year - 1, self.start.isocalendar().week)
        if self.kind == "custom":
            return of_dates(_years_later(self.start, -1), _years_later(self.last_day, -1))
        return containing(_years_later(self.start, -1), self.kind, self.fiscal_year_start)

    def parts(self) -> list[Period]:
        """The smaller pieces a trend is drawn of, cut off at its edges.

        Months of anything longer than two months, days of a week or shorter, else ISO weeks.
        """
        if self.days > _LONG:
            return self._pieces("month")
        if self.days > _A_WEEK.days:
            return self._pieces("week")
        days = (self.start + timedelta(days=n) for n in range(self.days))
        return [of_dates(day, day) for day in days]

    def label(self, locale: str = "en_GB") -> str:
        """Words for a reader: Q3 2026, September 2026, Week 37 of 2026, FY2026 Q3, 1 – 9 Jul ...."""
        if self.kind == "month":
            return format_date(self.start, "LLLL y", locale=locale)
        if self.kind == "quarter":
            return f"Q{_quarter(self.start)} {self.start.year}"
        if self.kind == "week":
            return f"Week {self.start.isocalendar().week} of {self.start.isocalendar().year}"
        if self.kind == "custom":
            ends = (format_date(day, "medium", locale=locale) for day in (self.start, self.last_day))
            return " – ".join(dict.fromkeys(ends))
        return self.text.replace("-", " ")

    def _pieces(self, kind: Kind) -> list[Period]:
        pieces = [containing(self.start, kind)]
        while pieces[-1].end < self.end:
            pieces.append(containing(pieces[-1].end, kind))
        return [self._cut(piece) for piece in pieces]

    def _cut(self, piece: Period) -> Period:
        if self.start <= piece.start and piece.end <= self.end:
            return piece
        return of_dates(max(piece.start, self.start), min(piece.last_day, self.last_day))


def parse(text: str, fiscal_year_start: int = 1) -> Period:
    """The period of that name; ValueError in one sentence lists the forms there are."""
    written = text.strip()
    for pattern, build in _FORMS:
        if match := pattern.fullmatch(written):
            try:
                return build(match, fiscal_year_start)
            except (ValueError, OverflowError) as error:
                raise ValueError(f"There is no period {text!r} ({error}): write {FORMS}.") from None
    raise ValueError(f"{text!r} is not a period: write {FORMS}.")


def of_dates(start: date, last: date) -> Period:
    """The days from start to last, both included; ValueError when last lies before start."""
    if last < start:
        raise ValueError(f"its last day {last} lies before its first day {start}")
    return Period(start, last + _A_DAY, f"{start.isoformat()}..{last.isoformat()}")


def containing(day: date, kind: Kind = "quarter", fiscal_year_start: int = 1) -> Period:
    """The year, quarter, month, week ... that the day lies in; of kind custom, the day itself."""
    if kind == "custom":
        return of_dates(day, day)
    if kind == "week":
        return _week(day - timedelta(days=day.weekday()))
    months = _MONTHS[kind]
    offset = fiscal_year_start - 1 if kind.startswith("fiscal") else 0
    # Months since year 0, shifted so that years and quarters start at multiples of their length.
    shifted = (day.year * 12 + day.month - 1 - offset) // months * months
    return _months(shifted + offset, kind, fiscal_year_start)


def choices(day: date, fiscal_year_start: int = 1) -> list[Period]:
    """What a picker offers on that day, the running quarter first; fiscal ones where they differ."""
    kinds: list[Kind] = ["quarter", "month", "year", "week"]
    if fiscal_year_start != 1:
        kinds += ["fiscal_quarter", "fiscal_year"]
    running = [containing(day, kind, fiscal_year_start) for kind in kinds]
    offered = [period for now in running for period in (now, now.previous())]
    quarters = [offered[1]]
    while len(quarters) < 8:  # noqa: PLR2004 - two years of quarters
        quarters.append(quarters[-1].previous())
    months = [offered[3]]
    while len(months) < 12:  # noqa: PLR2004 - a year of months
        months.append(months[-1].previous())
    return list({period.text: period for period in (*offered, *quarters, *months)}.values())


def _months(first: int, kind: Kind, fiscal_year_start: int) -> Period:
    """The period of that kind that starts with the `first` month since year 0."""
    start, end = _first_of(first), _first_of(first + _MONTHS[kind])
    return Period(start, end, _name(start, kind, fiscal_year_start), kind, fiscal_year_start)


def _first_of(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def _name(start: date, kind: Kind, fiscal_year_start: int) -> str:
    if kind == "month":
        return f"{start.year:04}-{start.month:02}"
    if kind == "quarter":
        return f"{start.year:04}-Q{_quarter(start)}"
    if kind == "year":
        return f"{start.year:04}"
    # A fiscal year bears the number of the calendar year it ends in.
    ends = start.year + (fiscal_year_start > 1 and start.month >= fiscal_year_start)
    if kind == "fiscal_year":
        return f"FY{ends:04}"
    return f"FY{ends:04}-Q{(start.month - fiscal_year_start) % 12 // 3 + 1}"


def _quarter(start: date) -> int:
    return (start.month - 1) // 3 + 1


def _week(monday: date) -> Period:
    year, week, _ = monday.isocalendar()
    return Period(monday, monday + _A_WEEK, f"{year:04}-W{week:02}", "week")


def _week_of_year(year: int, week: int) -> Period:
    """That ISO week, or the year's last one where it has no week 53."""
    weeks = date(year, 12, 28).isocalendar().week  # 28 December always lies in the last week
    return _week(date.fromisocalendar(year, min(week, weeks), 1))


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February of a year that has none
        return day.replace(year=day.year + years, day=28)


# --- reading --------------------------------------------------------------------------------------------

_Build = Callable[[re.Match[str], int], Period]


def _read_year(match: re.Match[str], _: int) -> Period:
    return containing(date(int(match[1]), 1, 1), "year")


def _read_quarter(match: re.Match[str], _: int) -> Period:
    return containing(date(int(match[1]), int(match[2]) * 3, 1), "quarter")


def _read_month(match: re.Match[str], _: int) -> Period:
    return containing(date(int(match[1]), int(match[2]), 1), "month")


def _read_week(match: re.Match[str], _: int) -> Period:
    return _week(date.fromisocalendar(int(match[1]), int(match[2]), 1))


def _read_range(match: re.Match[str], _: int) -> Period:
    return of_dates(date.fromisoformat(match[1]), date.fromisoformat(match[2]))


def _read_fiscal(match: re.Match[str], fiscal_year_start: int) -> Period:
    starts = int(match[1]) - (fiscal_year_start > 1)
    kind: Kind = "fiscal_quarter" if match[2] else "fiscal_year"
    first = starts * 12 + fiscal_year_start - 1 + 3 * (int(match[2] or 1) - 1)
    return _months(first, kind, fiscal_year_start)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.ASCII | re.IGNORECASE)


_FORMS: Final[tuple[tuple[re.Pattern[str], _Build], ...]] = (
    (_pattern(r"(\d{4})"), _read_year),
    (_pattern(r"(\d{4})-?Q([1-4])"), _read_quarter),
    (_pattern(r"(\d{4})-(\d{2})"), _read_month),
    (_pattern(r"(\d{4})-?W(\d{2})"), _read_week),
    (_pattern(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})"), _read_range),
    (_pattern(r"FY(\d{4})(?:-?Q([1-4]))?"), _read_fiscal),
)
