"""What the Calendar page shows: timeline and weeks, clashes, what sales asked for, sessions ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from scorecard import calendar_clashes, calendar_days, calendar_entries, calendar_requests, small, words
from scorecard.calendar_answer import AHEAD
from scorecard.calendar_clashes import Clash
from scorecard.calendar_entries import Entry
from scorecard.calendar_lanes import SCREEN, By, Group, Room, groups
from scorecard.calendar_requests import Request, Requests
from scorecard.calendar_words import Line, Words
from scorecard.clock import AsOf
from scorecard.dataset import Dataset
from scorecard.formats import Formats
from scorecard.periods import Period
from scorecard.settings import Settings

Shade = Literal["free", "off", "short"]

SESSIONS: Final = 6  # listed; more are counted


@dataclass(frozen=True)
class Band:
    """Days that stand out behind all bars: free ones, days off, those on which sales is short-handed."""

    start: int
    length: int
    shade: Shade


@dataclass(frozen=True)
class Tick:
    """Where a week begins, and how it is called."""

    start: int
    length: int
    label: str


@dataclass(frozen=True)
class Timeline:
    """The entries of some days in groups and lanes, days counted from the first, 0; `every` is for lists."""

    period: Period
    groups: tuple[Group, ...]
    bands: tuple[Band, ...]
    ticks: tuple[Tick, ...]
    today: int | None
    every: tuple[Entry, ...]


@dataclass(frozen=True)
class Week:
    """What begins in a week, and its public holidays.

    `past`: it is over, and others of the days shown aren't. `running`: it isn't a week, but what ran before.
    """

    label: str
    entries: tuple[Entry, ...]
    off: tuple[tuple[date, str], ...]
    past: bool = False
    running: bool = False
    now: bool = False


@dataclass(frozen=True)
class Found:
    """The clashes of the days shown, the gravest first; `days` says which these are."""

    lines: tuple[Line, ...]
    days: str


@dataclass(frozen=True)
class Asked:
    """What sales asked for, and that in a sentence."""

    requests: Requests
    says: str


@dataclass(frozen=True)
class Session:
    """A meeting in which one team sees the other's work."""

    entry: Entry
    marketing: tuple[str, ...]
    sales: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True)
class Sessions:
    """The exchange sessions ahead, and how many more there are."""

    ahead: tuple[Session, ...]
    more: int
    last: Entry | None


@dataclass(frozen=True)
class Panel:
    """One entry: what is known of it, what it clashes with, and what sales said when it asked."""

    entry: Entry
    when: str
    asked_by: str
    request: Request | None
    idea: str
    clashes: tuple[Line, ...]


def shown(dataset: Dataset, as_of: AsOf, asked: str | None, entry: str | None) -> tuple[Period, str]:
    """The days to show, and what of the address couldn't be followed.

    Without days in the address: six weeks from this one on, or the month of the entry that is asked for where
    it lies elsewhere.
    """
    settings = small.settings(dataset)
    usual = calendar_days.from_now(as_of, settings)
    if asked is not None:
        try:
            return calendar_days.parse(asked, settings), ""
        except ValueError as error:
            return usual, f"The link's days can't be read, so these are the next six weeks. {error}"
    one = None if entry is None else _find(dataset, as_of, entry)
    if one is None or one.touches(usual.start, usual.last_day):
        return usual, ""
    return calendar_days.parse(f"{one.first:%Y-%m}", settings), ""


# --- the timeline and the weeks ---------------------------------------------------------------------------


def timeline(dataset: Dataset, as_of: AsOf, period: Period, by: By, room: Room = SCREEN) -> Timeline:
    """What stands on those days."""
    settings = small.settings(dataset)
    every = [e for e in calendar_entries.entries(dataset, as_of) if e.touches(period.start, period.last_day)]
    today = (as_of.day - period.start).days if period.contains(as_of.day) else None
    bands = _bands(dataset, settings, every, period)
    return Timeline(
        period,
        groups(every, period, by, as_of.day, room),
        bands,
        _ticks(dataset, as_of, period),
        today,
        tuple(every),
    )


def _bands(dataset: Dataset, settings: Settings, every: Sequence[Entry], period: Period) -> tuple[Band, ...]:
    """Neighbouring days of one shade in one band; a day that is free and off is off."""
    first, last = period.start, period.last_day
    off = calendar_entries.days_off(settings, every, first, last)
    short = calendar_clashes.short_handed(dataset, every, first, last)
    found: list[Band] = []
    for n, day in enumerate(calendar_entries.days(first, last)):
        shade: Shade = "off" if day in off else "short" if day in short else "free"
        if shade == "free" and calendar_entries.is_working(settings, day):
            continue
        before = found[-1] if found else None
        if before is not None and (before.start + before.length, before.shade) == (n, shade):
            found[-1] = Band(before.start, before.length + 1, shade)
        else:
            found.append(Band(n, 1, shade))
    return tuple(found)


def _ticks(dataset: Dataset, as_of: AsOf, period: Period) -> tuple[Tick, ...]:
    told = Words(dataset, as_of)
    weeks = calendar_days.weeks_of(period, small.settings(dataset))
    return tuple(Tick((w.start - period.start).days, w.days, told.formats.day_month(w.start)) for w in weeks)


def weeks(dataset: Dataset, as_of: AsOf, period: Period) -> tuple[Week, ...]:
    """What begins in each week of those days; first what was running before them."""
    settings, told = small.settings(dataset), Words(dataset, as_of)
    every = calendar_entries.entries(dataset, as_of)
    off = calendar_entries.public_holidays(settings, period.start, period.last_day)
    before = tuple(e for e in every if e.first < period.start and e.touches(period.start, period.last_day))
    found = [Week("Running since before", before, (), running=True)] if before else []
    for week in calendar_days.weeks_of(period, settings):
        own = tuple(e for e in every if week.contains(e.first))
        days = tuple((o.day, o.name) for o in off if week.contains(o.day))
        label = told.days(week.start, week.last_day)
        past = week.end <= as_of.day < period.end
        found.append(Week(label, own, days, past, now=week.contains(as_of.day)))
    return tuple(found)


# --- clashes, requests, sessions --------------------------------------------------------------------------


def found(dataset: Dataset, as_of: AsOf, period: Period) -> Found:
    """The clashes of the days shown: from today on, and at least four weeks, where today is among them."""
    told = Words(dataset, as_of)
    first, last = period.start, period.last_day
    if period.contains(as_of.day):
        first, last = as_of.day, max(last, as_of.day + AHEAD)
    listed = calendar_clashes.clashes(dataset, as_of, first, last)
    return Found(tuple(map(told.line, listed)), told.days(first, last))


def asked(dataset: Dataset, as_of: AsOf) -> Asked:
    """What sales asked for and what came of it."""
    found = calendar_requests.requests(dataset, as_of)
    return Asked(found, calendar_requests.told(found, Formats.of(small.settings(dataset))))


def sessions(dataset: Dataset, as_of: AsOf) -> Sessions:
    """Exchange sessions from today on, the next first."""
    every = [
        e for e in calendar_entries.entries(dataset, as_of) if e.kind == "exchange" and e.stage != "dropped"
    ]
    ahead = [e for e in every if e.last is None or e.last >= as_of.day]
    teams = {team: calendar_entries.names_of(dataset, team) for team in ("marketing", "sales")}
    held = [e for e in every if e.last is not None and e.last < as_of.day and e.stage in ("live", "done")]
    listed = tuple(_session(e, teams["marketing"], teams["sales"]) for e in ahead[:SESSIONS])
    return Sessions(listed, max(len(ahead) - SESSIONS, 0), held[-1] if held else None)


def _session(entry: Entry, marketing: dict[str, str], sales: dict[str, str]) -> Session:
    named = dict(zip(entry.people, entry.people, strict=True)) | marketing | sales
    others = tuple(named[p] for p in entry.people if p not in marketing and p not in sales)
    of = [tuple(team[p] for p in entry.people if p in team) for team in (marketing, sales)]
    return Session(entry, of[0], of[1], others)


# --- one entry --------------------------------------------------------------------------------------------


def panel(dataset: Dataset, as_of: AsOf, entry_id: str) -> Panel | None:
    """One entry of the calendar; None when there is none of that id."""
    entry = _find(dataset, as_of, entry_id)
    if entry is None:
        return None
    told = Words(dataset, as_of)
    lines = calendar_requests.requests(dataset, as_of).lines
    request = next((r for r in lines if r.entry is not None and r.entry.entry_id == entry_id), None)
    when = told.days(entry.first, entry.last)
    by = words.person(dataset, entry.requested_by)
    return Panel(entry, when, by, request, _idea(dataset, as_of, entry), _touching(dataset, as_of, entry))


def _find(dataset: Dataset, as_of: AsOf, entry_id: str) -> Entry | None:
    return next((e for e in calendar_entries.entries(dataset, as_of) if e.entry_id == entry_id), None)


def _idea(dataset: Dataset, as_of: AsOf, entry: Entry) -> str:
    """What the feedback said that it came from."""
    rows = small.rows(dataset, "feedback")
    seen = (r for r in rows if str(r["feedback_id"]) == entry.feedback_id and r["at"] < as_of.until)
    return next((str(r["text"] or "") for r in seen), "")


def _touching(dataset: Dataset, as_of: AsOf, entry: Entry) -> tuple[Line, ...]:
    """The clashes that are about it, of its days up to a quarter."""
    last = entry.last or entry.first
    first = max(entry.first, min(as_of.day, last))
    days: Sequence[Clash] = calendar_clashes.clashes(dataset, as_of, first, min(last, first + 3 * AHEAD))
    told = Words(dataset, as_of)
    return tuple(told.line(c) for c in days if any(e.key == entry.key for e in c.about))
