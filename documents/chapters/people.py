"""Chapter: who is who, and whom to ask about what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from documents.pack import Asked, Chapter, Column, Grid, Topic, says, unfilled, when_any
from scorecard import people, words
from scorecard.people import Gap, Person

_QUESTION: Final = "Who is who, and whom to ask about what?"


def chapter(asked: Asked) -> Chapter:
    """Everybody with what they can be asked, and what nobody answers for."""
    found = asked.get(people.read, asked.as_of)
    if found.nothing is not None:
        return unfilled("people", "People", _QUESTION, found.nothing)
    topics = (
        *when_any(says(*found.because), "What stands behind it"),
        *_everybody(found.everybody),
        *_gaps(found.gaps),
    )
    return Chapter("people", "People", _QUESTION, found.verdict, topics)


def _everybody(everybody: Sequence[Person]) -> tuple[Topic, ...]:
    columns = (
        Column("Name", "name", 1.7), Column("Team", "text", 1.1), Column("Role", "name", 2),
        Column("Ask about", "name", 3), Column("Saw the other side", "date", 1.4),
    )  # fmt: skip
    rows = tuple((p.name, p.department, _role(p), words.listing(p.covers), p.sat) for p in everybody)
    return (Topic("Everybody", (Grid(columns, rows),), annex=True),) if rows else ()


def _role(p: Person) -> str:
    return f"{p.role} (liaison)" if p.liaison and p.role else "liaison" if p.liaison else p.role


def _gaps(gaps: Sequence[Gap]) -> tuple[Topic, ...]:
    columns = (Column("What", "name", 3), Column("Which", "name", 4))
    rows = tuple((gap.what, gap.name) for gap in gaps)
    return (Topic("What nobody answers for", (Grid(columns, rows),)),) if rows else ()
