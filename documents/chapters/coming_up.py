"""Chapter: what is coming up, who does it, and where does it clash."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from documents.pack import Asked, Badge, Block, Chapter, Column, Grid, Topic, says, unfilled, when_any
from scorecard import calendar_answer, calendar_view, words
from scorecard.calendar_entries import LOOKS, Entry
from scorecard.calendar_view import Found, Week

_QUESTION: Final = "What is coming up, who does it, and where does it clash?"
_MOST: Final = 24  # entries, the next ones
_CLASHES: Final = 12  # the gravest


def chapter(asked: Asked) -> Chapter:
    """The next entries, and the clashes among them."""
    found = asked.get(calendar_answer.answer, asked.as_of)
    if found.nothing is not None:
        return unfilled("calendar", "Calendar", _QUESTION, found.nothing)
    period, _ = asked.get(calendar_view.shown, asked.as_of, None, None)
    topics = (
        *when_any(says(*found.owed), "What is owed"),
        *_clashes(asked.get(calendar_view.found, asked.as_of, period)),
        *_weeks(asked.get(calendar_view.weeks, asked.as_of, period)),
        *when_any(says(*found.lacking), "What is missing here"),
    )
    return Chapter("calendar", "Calendar", _QUESTION, found.verdict, topics)


def _clashes(found: Found) -> tuple[Topic, ...]:
    if not found.lines:
        return ()
    columns = (
        Column("What", "name", 3),
        Column("When", "name", 1.6),
        Column("Why", "name", 3),
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
