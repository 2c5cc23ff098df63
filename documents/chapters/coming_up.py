"""Chapter: what is coming up, who does it, and where does it clash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from components import charts
from components.theme import tone_of_team
from documents.pack import (
    Asked,
    Badge,
    Block,
    Chapter,
    Column,
    Drawing,
    Grid,
    Native,
    Series,
    Topic,
    says,
    unfilled,
    when_any,
)
from scorecard import calendar_answer, calendar_view, words
from scorecard.calendar_entries import LOOKS, Entry
from scorecard.calendar_lanes import PAPER, Group
from scorecard.calendar_view import Found, Timeline, Week
from scorecard.formats import Formats

_QUESTION: Final = "What is coming up, who does it, and where does it clash?"
_MOST: Final = 24  # entries, the next ones
_CLASHES: Final = 12  # the gravest
_PAGE: Final = 40  # rows of a drawing
_BARS: Final = 18  # on a slide
_HOW: Final = (
    "● live is filled, ◷ planned and ○ an idea outlined, ✓ done grey. Violet is marketing's, blue "
    "sales', black both teams'. The upright line is today, shaded days are off."
)


def chapter(asked: Asked) -> Chapter:
    """The next entries, and the clashes among them."""
    found = asked.get(calendar_answer.answer, asked.as_of)
    if found.nothing is not None:
        return unfilled("calendar", "Calendar", _QUESTION, found.nothing)
    period, _ = asked.get(calendar_view.shown, asked.as_of, None, None)
    topics = (
        *when_any(says(*found.owed), "What is owed"),
        *_lanes(asked.get(calendar_view.timeline, asked.as_of, period, "team", PAPER), asked.formats),
        *_clashes(asked.get(calendar_view.found, asked.as_of, period)),
        *_weeks(asked.get(calendar_view.weeks, asked.as_of, period)),
        *when_any(says(*found.lacking), "What is missing here"),
    )
    return Chapter("calendar", "Calendar", _QUESTION, found.verdict, topics)


def _lanes(found: Timeline, formats: Formats) -> tuple[Topic, ...]:
    """The timeline of the teams, in as many drawings as pages need."""
    pieces = _pages(found.groups)
    names = ["calendar"] if len(pieces) == 1 else [f"calendar-{n}" for n in range(1, len(pieces) + 1)]
    drawn = [
        _drawn(name, replace(found, groups=some), formats) for name, some in zip(names, pieces, strict=True)
    ]
    days = formats.interval(found.period.start, found.period.last_day, year=True)
    return when_any([*drawn, *says(_HOW, small=True)], f"Who does what, {days}") if drawn else ()


def _pages(groups: Sequence[Group]) -> list[tuple[Group, ...]]:
    """Neighbours together as far as a page goes."""
    pages: list[list[Group]] = []
    high = _PAGE
    for group in groups:
        high += charts.tall(group)
        if high > _PAGE:
            pages.append([])
            high = charts.tall(group)
        pages[-1].append(group)
    return [tuple(page) for page in pages]


def _drawn(name: str, found: Timeline, formats: Formats) -> Drawing:
    return Drawing(name, charts.lanes(found, formats, PAPER), _spans(found))


def _spans(found: Timeline) -> Native:
    """What comes, and of what runs as much as has room; what began before the days shown begins with them."""
    first, last = found.period.start, found.period.last_day
    every = [e for g in found.groups for e in g.entries]
    soon = sorted(
        (e for e in every if e.stage != "done"), key=lambda e: (e.stage == "live", e.first, e.title)
    )
    shown = sorted(soon[:_BARS], key=lambda e: (max(e.first, first), e.title))
    begins = tuple(max(e.first, first) for e in shown)
    ends = (last if e.last is None else min(e.last, last) for e in shown)
    long = [float((end - begin).days + 1) for begin, end in zip(begins, ends, strict=True)]
    hues = tuple(tone_of_team(e.team) for e in shown)

    def series(name: str, *, live: bool) -> Series:
        values = (days if (e.stage == "live") is live else None for e, days in zip(shown, long, strict=True))
        return Series(name, tuple(values), "ink", hues, hollow=not live)

    names = tuple(f"{LOOKS[e.stage]} {e.title}" for e in shown)
    both = series("Live", live=True), series("Planned", live=False)
    return Native("spans", names, both, "days", days=begins)


def _clashes(found: Found) -> tuple[Topic, ...]:
    if not found.lines:
        return ()
    columns = (
        Column("What", "text", 3),
        Column("When", "name", 1.6),
        Column("Why", "text", 3),
        Column("Who", "name", 1.6),
    )
    rows = tuple((words.plain(line.what), line.when, line.why, line.who) for line in found.lines[:_CLASHES])
    more = len(found.lines) - _CLASHES
    rest = f"{more} more: the page Calendar has them." if more > 0 else ""
    blocks: tuple[Block, ...] = (Grid(columns, rows), *says(rest, small=True))
    return (Topic(f"Clashes, {found.days}", blocks),)


def _weeks(weeks: Sequence[Week]) -> tuple[Topic, ...]:
    coming = [(week, entry) for week in weeks if not (week.past or week.running) for entry in week.entries]
    if not coming:
        return ()
    columns = (
        Column("Week", "name", 1.6), Column("From", "date", 1.4), Column("To", "date", 1.4),
        Column("What", "name", 3), Column("Kind", "text", 1.1), Column("Who", "name", 1.6),
        Column("State", "badge", 1.2),
    )  # fmt: skip
    rows = tuple(
        (week.label, e.first, e.last, e.title, e.kind, e.owner or e.team, _state(e))
        for week, e in coming[:_MOST]
    )
    more = len(coming) - _MOST
    rest = f"{more} more: the page Calendar has them." if more > 0 else ""
    blocks: tuple[Block, ...] = (Grid(columns, rows), *says(rest, small=True))
    return (Topic("What is on the calendar", blocks),)


def _state(entry: Entry) -> Badge:
    """The mark of what went live without both sign-offs, else how far it is."""
    if entry.sign is not None:
        return Badge(entry.sign.icon, entry.sign.word, entry.sign.tone)
    return Badge(LOOKS[entry.stage], entry.stage, "muted")
