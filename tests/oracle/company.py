"""A company's rows as a careful clerk would read them: cleaned, with its passes, its clock and its money.

Part of the independent calculation: plain Python over rows, nothing of scorecard/ or data_sources/.
An instant is a whole number of seconds since 1970 UTC. A row is a dict.
"""

import math
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import holidays

from tests.oracle.schema import COLUMNS

DAY = timedelta(days=1)
LEAD_STAMPS = (
    "mql_at", "handed_off_at", "assigned_at", "first_touch_at", "accepted_at", "rejected_at",
    "nurtured_at", "sql_at", "opportunity_at", "won_at", "lost_at",
)  # fmt: skip
TIMES = {"leads": ("created_at", *LEAD_STAMPS), "touches": ("at",), "orders": ("closed_at",)}
KEYS = {
    "settings": ("key",),
    "people": ("person_id",),
    "goals": ("goal_id",),
    "milestones": ("goal_id", "date"),
    "leads": ("lead_id", "pass_no"),
    "touches": ("touch_id",),
    "campaigns": ("campaign_id",),
    "orders": ("order_id",),
    "quotas": ("period_start", "period_end", "department", "person_id", "metric"),
    "fx_rates": ("date", "currency"),
}
REQUIRED = {
    "settings": ("key",),
    "people": ("person_id",),
    "goals": ("goal_id", "target", "start", "due"),
    "goal_actuals": ("goal_id", "date"),
    "milestones": ("goal_id", "date", "expected"),
    "leads": ("lead_id", "created_at"),
    "touches": ("touch_id", "lead_id", "at"),
    "campaigns": ("campaign_id",),
    "spend": ("date", "amount"),
    "web": ("date",),
    "orders": ("order_id", "closed_at", "amount"),
    "quotas": ("period_start", "period_end", "department", "metric", "target"),
    "fx_rates": ("date", "currency", "rate"),
}
DEFAULTS = {
    "currency": "EUR",
    "time_zone": "UTC",
    "fiscal_year_start": "1",
    "sla_clock": "elapsed",
    "sla_starts": "handed_off",
    "work_days": "mon,tue,wed,thu,fri",
    "work_start": "09:00",
    "work_end": "17:00",
    "on_track": "0.95",
    "at_risk": "0.80",
    "too_early": "0.10",
    "min_n": "10",
    "quota_pace": "linear",
}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass
class Pass:
    """One hand-over of a lead: `own` are its stamps without the copies, `row` the row as it stands."""

    lead_id: str
    pass_no: int
    row: dict
    own: dict[str, int | None]
    amount: float | None


@dataclass(frozen=True)
class Window:
    """From the start of `first` to the end of `last`; `cut` ends it earlier, at an instant of its own."""

    label: str
    first: date
    last: date
    start: int | Fraction
    end: int | Fraction


@dataclass
class Company:
    """The cleaned tables as they look at as_of."""

    raw: dict[str, list[dict]]
    as_of_text: str
    tables: dict[str, list[dict]] = field(init=False)

    def __post_init__(self):
        self.settings = DEFAULTS | _settings(self.raw.get("settings", []))
        self.zone = ZoneInfo(self.settings["time_zone"])
        self.instant, self.until = self._read_as_of(self.as_of_text)
        self.day = self.local(self.until - 1).date()
        self.tables = {name: self._clean(name, rows) for name, rows in self.raw.items() if name in REQUIRED}
        for row in self.tables.get("leads", []):
            if row.get("amount") is not None and row["amount"] < 0:
                row["amount"] = None
        self.passes = _passes(self.tables.get("leads", []))
        self.of_lead: dict[str, list[Pass]] = {}
        for one in self.passes:
            self.of_lead.setdefault(one.lead_id, []).append(one)
        self.campaigns = {row["campaign_id"]: row for row in self.tables.get("campaigns", [])}
        self._public_holidays = _public_holidays(self.settings.get("holidays"))

    # --- what there is

    def has(self, table, column=None):
        """Whether the source has the table (and column), or the setting."""
        if table == "settings":
            return self.settings.get(column) is not None
        if column is None or table not in self.raw:
            return table in self.raw
        rows = self.raw[table]
        return any(column in row for row in rows) if rows else column in COLUMNS[table]

    def lacks(self, *names):
        """Which of the 'table.column' names are missing; an absent leads table is no data, not locked."""
        missing = []
        for name in names:
            table, _, column = name.partition(".")
            if table == "leads" and not self.raw.get("leads"):
                continue
            if not self.has(table, column or None):
                missing.append(name)
        return missing

    def number(self, key):
        """A setting as an exact number, None when unset."""
        text = self.settings.get(key)
        return None if text is None else Fraction(text)

    # --- time

    def to_instant(self, moment):
        """Whole seconds since 1970; a naive time is local: repeated the first, skipped moved forward."""
        if not isinstance(moment, datetime):
            moment = datetime.combine(moment, time())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self.zone, fold=0)
        return math.floor(moment.astimezone(UTC).replace(microsecond=0).timestamp())

    def local(self, instant):
        return datetime.fromtimestamp(math.floor(instant), self.zone)

    def local_day(self, instant):
        return self.local(instant).date()

    def seen(self, instant):
        """The instant when it isn't later than as_of, else None."""
        return instant if instant is not None and instant < self.until else None

    def stamp(self, one: Pass, column):
        """The pass's own stamp as seen at as_of."""
        return self.seen(one.own.get(column))

    def holds_dates(self, table, column):
        """Whether all seen stamps of the column, as stored, are at local midnight, and there is one."""
        stamps = [row.get(column) for row in self.tables.get(table, [])]
        stamps = [s for s in stamps if self.seen(s) is not None]
        return bool(stamps) and all(self.local(s).time() == time() for s in stamps)

    def window(self, first: date, last: date, label=None) -> Window:
        text = label or f"{first.isoformat()}..{last.isoformat()}"
        return Window(text, first, last, self.to_instant(first), self.to_instant(last + DAY))

    def period(self, text) -> Window:
        first, end = period_dates(text, int(self.settings["fiscal_year_start"]))
        return self.window(first, end - DAY, text)

    def inside(self, instant, window):
        """Whether the stamp is seen and lies in the window."""
        return self.seen(instant) is not None and window.start <= instant < window.end

    def ahead(self, window):
        """Whether the window starts after as_of."""
        return window.start >= self.until

    def over(self, window):
        return self.instant >= window.end

    def running(self, window):
        return not self.ahead(window) and not self.over(window)

    def covers(self, table, window):
        """Whether a dated feed's seen rows, first to last, touch the window."""
        first, last = self.coverage(table)
        return first is not None and last >= window.first and first <= window.last

    def coverage(self, table):
        stamps = [s for s in map(feed_stamp, self.tables.get(table, [])) if self.seen(s) is not None]
        return (self.local_day(min(stamps)), self.local_day(max(stamps))) if stamps else (None, None)

    def _read_as_of(self, text):
        """The instant to reckon with, and the first second that isn't seen any more."""
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            end = self.to_instant(date.fromisoformat(text) + DAY)
            return end, end
        instant = self.to_instant(datetime.fromisoformat(text))
        return instant, instant + 1

    # --- opening hours

    def is_working_day(self, day):
        works = [w.strip() for w in self.settings["work_days"].split(",")]
        return WEEKDAYS[day.weekday()] in works and day not in self._public_holidays

    def opening(self, day):
        """The instants the doors open and close that day; None when they stay closed."""
        if not self.is_working_day(day):
            return None
        opens, closes = (self._at(day, self.settings[key]) for key in ("work_start", "work_end"))
        return (opens, closes) if opens < closes else None

    def opened(self, start, end):
        """Seconds the doors were open between two instants."""
        total, day = 0, self.local_day(start)
        while end > start and day <= self.local_day(end):
            hours = self.opening(day)
            if hours:
                total += max(0, min(end, hours[1]) - max(start, hours[0]))
            day += DAY
        return total

    def deadline(self, start, hours: Fraction, clock):
        """The earliest instant at which `hours` of the clock have gone by; None: never."""
        left = hours * 3600
        if clock == "elapsed" or left == 0:
            return start + left
        day = self.local_day(start)
        for _ in range(20 * 366):
            span = self.opening(day)
            if span and span[1] > max(start, span[0]):
                begin = max(start, span[0])
                if left <= span[1] - begin:
                    return begin + left
                left -= span[1] - begin
            day += DAY
        return None

    def days_between(self, first: date, last: date, clock):
        """Days from first to last; on the business clock the working days after first up to last."""
        if clock == "elapsed" or last <= first:
            return (last - first).days
        return sum(self.is_working_day(first + n * DAY) for n in range(1, (last - first).days + 1))

    def _at(self, day, text):
        hour, minute = (int(part) for part in text.split(":"))
        if hour == 24:
            return self.to_instant(day + DAY)
        return self.to_instant(datetime.combine(day, time(hour, minute)))

    # --- money

    def money(self, amount, currency, day: date):
        """The amount in settings.currency at the latest rate at most 31 days old; None without one."""
        if amount is None or currency is None or currency == self.settings["currency"]:
            return amount
        rates = [
            (row["date"], row["rate"])
            for row in self.tables.get("fx_rates", [])
            if row["currency"] == currency and timedelta(0) <= day - row["date"] <= 31 * DAY
        ]
        return amount * max(rates)[1] if rates else None

    def amount_of(self, one: Pass, day: date):
        """A pass's amount as seen at as_of, in settings.currency at that day's rate."""
        shown_with = next(
            (one.own[c] for c in ("opportunity_at", "won_at", "lost_at") if one.own.get(c) is not None), None
        )
        if self.seen(shown_with) is None:
            return None
        return self.money(one.amount, one.row.get("currency"), day)

    # --- cleaning

    def _clean(self, table, rows):
        columns = {column for row in rows for column in row}
        tidy = [{c: self._tidy(table, c, row.get(c)) for c in columns} for row in rows]
        if table == "leads":
            for row in tidy:
                row["pass_no"] = row.get("pass_no") or 1
        usable = [row for row in tidy if all(row.get(c) is not None for c in REQUIRED[table])]
        return _without_repeats(usable, KEYS.get(table))

    def _tidy(self, table, column, value):
        if isinstance(value, str):
            return value.strip() or None
        if value is not None and column in TIMES.get(table, ()):
            return self.to_instant(value)
        if table in ("spend", "web") and column == "date" and value is not None:
            return self.to_instant(value)
        return value


def feed_stamp(row):
    """The instant a feed's row holds for, whatever its date column is called."""
    return next(row[c] for c in ("date", "at", "closed_at") if c in row)


def period_dates(text, fiscal_start):
    """First day, and the day after the last one."""
    if ".." in text:
        first, last = (date.fromisoformat(part) for part in text.split(".."))
        return first, last + DAY
    if week := re.fullmatch(r"(\d{4})-W(\d\d)", text):
        first = date.fromisocalendar(int(week[1]), int(week[2]), 1)
        return first, first + 7 * DAY
    if month := re.fullmatch(r"(\d{4})-(\d\d)", text):
        first = date(int(month[1]), int(month[2]), 1)
        return first, add_months(first, 1)
    named = re.fullmatch(r"(FY)?(\d{4})(?:-Q([1-4]))?", text)
    first = date(int(named[2]), 1, 1)
    if named[1] and fiscal_start > 1:
        first = date(int(named[2]) - 1, fiscal_start, 1)
    if named[3]:
        first = add_months(first, 3 * (int(named[3]) - 1))
    return first, add_months(first, 3 if named[3] else 12)


def add_months(day: date, months: int) -> date:
    """The same day of another month, or its last one where the month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for number in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    raise AssertionError


def _settings(rows):
    tidy = {(row["key"] or "").strip(): (row.get("value") or "").strip() for row in rows}
    return {key: value for key, value in tidy.items() if value}


def _public_holidays(country):
    if not country:
        return ()
    code, _, region = country.partition("-")
    return holidays.country_holidays(code, subdiv=region or None)


def _without_repeats(rows, key):
    """Identical repeats of a key once, differing ones not at all; without a key every row counts."""
    if key is None:
        return rows
    by_key: dict[tuple, list[dict]] = {}
    for row in rows:
        by_key.setdefault(tuple(row.get(c) for c in key), []).append(row)
    return [same[0] for same in by_key.values() if all(row == same[0] for row in same)]


def _passes(rows):
    passes = []
    for row in sorted(rows, key=lambda r: (r["lead_id"], r["pass_no"])):
        earlier = [r for r in rows if r["lead_id"] == row["lead_id"] and r["pass_no"] < row["pass_no"]]
        own = {c: None if _is_copy(c, row, earlier) else row.get(c) for c in LEAD_STAMPS}
        won, lost = own["won_at"], own["lost_at"]
        if won is not None and lost is not None:
            own["won_at" if won <= lost else "lost_at"] = None
        own["created_at"] = row["created_at"]
        passes.append(Pass(row["lead_id"], row["pass_no"], row, own, row.get("amount")))
    return passes


def _is_copy(column, row, earlier):
    """Equal to an earlier pass's stamp of that column, or not later than an earlier pass's rejection."""
    stamp = row.get(column)
    if stamp is None:
        return False
    return any(
        stamp == other.get(column) or (other.get("rejected_at") is not None and stamp <= other["rejected_at"])
        for other in earlier
    )
