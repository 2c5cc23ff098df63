"""Chapter: what do the teams tell each other, and what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from documents.chapters.shared import tile
from documents.pack import Asked, Badge, Block, Cell, Chapter, Column, Grid, Tiles, Topic, says, when_any
from scorecard import feedback_view, words
from scorecard.feedback import Entry
from scorecard.feedback_view import Feedback

_MONTHS: Final = 12
_MOST: Final = 12  # entries that wait, those overdue first
_QUESTION: Final = "What do the teams tell each other, and what comes of it?"


def chapter(asked: Asked) -> Chapter:
    """What waits for an answer, what was done about it, and whether that worked."""
    nothing = asked.get(feedback_view.nothing_of, asked.as_of)
    if nothing is not None:
        title, todo = nothing
        return Chapter("feedback", "Feedback", _QUESTION, (), (Topic(title, says(todo)),))
    found = asked.get(feedback_view.feedback_of, _MONTHS, asked.as_of)
    tiles = tuple(tile(one.name, one.row, asked.formats, one.beside) for one in found.figures)
    blocks = (*((Tiles(tiles),) if tiles else ()), *says(*found.because))
    names = tuple(one.row.metric for one in found.figures)
    topics = (
        *when_any(blocks, "How it is answered", metrics=names),
        *_waiting(found.entries),
        *_loops(found),
        *when_any(says(*found.lacking), "What is missing here"),
    )
    return Chapter("feedback", "Feedback", _QUESTION, found.verdict, topics)


def _waiting(entries: Sequence[Entry]) -> tuple[Topic, ...]:
    open_ = sorted((e for e in entries if e.asks and not e.settled), key=lambda e: (not e.overdue, -e.age))
    if not open_:
        return ()
    columns = (
        Column("Said", "date", 1.2), Column("By", "name", 1.4), Column("What", "name", 4),
        Column("Who sees to it", "name", 1.5), Column("Due", "date", 1.2), Column("State", "badge", 1.2),
    )  # fmt: skip
    rows = tuple(map(_cells, open_[:_MOST]))
    more = len(open_) - _MOST
    rest = f"{more} more: the page Feedback has them." if more > 0 else ""
    blocks: tuple[Block, ...] = (Grid(columns, rows), *says(rest, small=True))
    return (Topic("What waits for somebody", blocks),)


def _cells(e: Entry) -> tuple[Cell, ...]:
    state = Badge("✕", "overdue", "bad") if e.overdue else Badge("○", e.status, "muted")
    who = e.owes.name or e.owes.team
    return e.day, e.author.name or e.origin, words.brief(e.text) or e.reject_reason, who, e.due, state


def _loops(found: Feedback) -> tuple[Topic, ...]:
    """What was done about a reason of rejection, and how often it was given since."""
    told = [
        words.sentence(
            words.Said(f"{told.loop.reason}{f' ({told.campaign})' if told.campaign else ''}: ", strong=True),
            told.says,
        )
        for told in found.loops
    ]
    return (
        when_any((*says(*told), *says(found.caution, found.basis, small=True)), "Did it work?")
        if told
        else ()
    )
