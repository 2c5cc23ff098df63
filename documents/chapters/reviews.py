"""Chapter: what did we decide together, and did it work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from documents.pack import Asked, Badge, Block, Chapter, Column, Grid, Topic, says, unfilled, when_any
from scorecard import reviews, reviews_effect
from scorecard.reviews import Action, Owing

_MOST: Final = 20  # actions, what is owed first
_QUESTION: Final = "What did we decide together, and did it work?"


def chapter(asked: Asked) -> Chapter:
    """The actions agreed in reviews, whether they worked, and which reviews are owed."""
    found = asked.get(reviews.read, asked.as_of)
    if found.nothing is not None:
        return unfilled("reviews", "Reviews", _QUESTION, found.nothing)
    worked = asked.get(reviews_effect.read, asked.as_of)
    topics = (
        *when_any(says(*found.because), "What stands behind it"),
        *_actions(found.actions),
        *_owing(found.owing),
    )
    return Chapter("reviews", "Reviews", _QUESTION, (*found.verdict, *worked.verdict), topics)


def _actions(actions: Sequence[Action]) -> tuple[Topic, ...]:
    if not actions:
        return ()
    columns = (
        Column("State", "badge", 1.2), Column("What was agreed", "name", 4), Column("Who", "name", 1.6),
        Column("Due", "date", 1.2), Column("Done", "date", 1.2),
    )  # fmt: skip
    rows = tuple((_state(one), one.what, one.who, one.due, one.done) for one in actions[:_MOST])
    more = len(actions) - _MOST
    rest = f"{more} more: the page Reviews has them." if more > 0 else ""
    blocks: tuple[Block, ...] = (Grid(columns, rows), *says(rest, small=True))
    return (Topic("What was agreed, and what became of it", blocks),)


def _state(one: Action) -> Badge:
    icon, tone = one.look
    return Badge(icon, one.state, tone)


def _owing(owing: Sequence[Owing]) -> tuple[Topic, ...]:
    if not owing:
        return ()
    columns = (
        Column("Campaign", "name", 3),
        Column("Ended", "date", 1.2),
        Column("Who can call it", "name", 3),
    )
    rows = tuple((one.name, one.ended, one.who) for one in owing)
    return (Topic("Reviews that are owed", (Grid(columns, rows),)),)
