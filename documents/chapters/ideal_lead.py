"""Chapter: which leads do we want, and which become customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from components.theme import Tone
from documents.pack import Asked, Badge, Chapter, Column, Grid, Topic, says, unfilled, when_any
from scorecard import profile_view
from scorecard.profile_evidence import Evidence
from scorecard.profile_view import Finding, Line, Profile, Surprise
from scorecard.profile_wishes import Wished

_MONTHS: Final = 12
_MOST: Final = 15  # surprises
_QUESTION: Final = "Which leads do we want, and which become customers?"
_LOOKS: Final[Mapping[Finding, tuple[str, Tone]]] = {
    Finding.CONTRADICTED: ("✕", "bad"),
    Finding.SIDES: ("▲", "warn"),
    Finding.MIXED: ("±", "warn"),
    Finding.SMALLER: ("↓", "warn"),
    Finding.LARGER: ("↑", "warn"),
    Finding.HOLDS: ("✓", "good"),
}


def chapter(asked: Asked) -> Chapter:
    """Both teams' pictures beside the data."""
    found = asked.get(profile_view.profile_of, _MONTHS, asked.as_of, asked.where)
    if found.nothing is not None:
        return unfilled("ideal-lead", "Ideal lead", _QUESTION, found.nothing)
    topics = (*_wishes(found), *_surprises(found.surprises), *_step(found), *_lacking(found))
    return Chapter("ideal-lead", "Ideal lead", _QUESTION, found.verdict, topics)


def _wishes(found: Profile) -> tuple[Topic, ...]:
    columns = (
        Column("Attribute", "name", 1.2),
        Column("Value", "name", 1.3),
        Column("Marketing", "text", 1.6),
        Column("Sales", "text", 1.6),
        Column("The data", "badge", 1.5),
        Column("In words", "name", 4.2),
    )
    rows = tuple(
        (
            line.wished.called,
            line.wished.value,
            _stand(line.wished, "marketing"),
            _stand(line.wished, "sales"),
            _look(line),
            "; ".join(line.says),
        )
        for line in found.lines
    )
    blocks = [Grid(columns, rows)] if rows else []
    title = "What the teams want, and what converts"
    return when_any((*says(*found.because), *blocks, *says(found.basis, small=True)), title)


def _stand(wished: Wished, team: str) -> str:
    wish = wished.wishes.get(team)
    if wish is None:
        return "–"
    weight = "" if wish.importance is None else f" ({wish.importance} of 5)"
    return f"{'wants' if wish.want else 'doesn’t want'}{weight}"


def _look(line: Line) -> Badge:
    icon, tone = _LOOKS.get(line.finding, ("○", "muted"))
    word = f"sides with {line.sides[0]}" if line.finding is Finding.SIDES else line.finding.value
    return Badge(icon, word, tone)


def _surprises(shown: Sequence[Surprise]) -> tuple[Topic, ...]:
    if not shown:
        return ()
    columns = (
        Column("Attribute", "name", 1.4),
        Column("Value", "name", 1.8),
        Column("Hand-offs", "number", 1.0),
        Column("Won", "number", 0.7),
        Column("Win rate", "percent", 0.9),
        Column("The rest", "percent", 0.9),
        Column("Apart", "points", 1.1),
        Column("From", "points", 1.1),
        Column("To", "points", 1.1),
    )
    rows = tuple((one.called, *_evidence(one.evidence)) for one in shown[:_MOST])
    more = len(shown) - _MOST
    rest = f"{more} more differ, too; the page Ideal lead has all." if more > 0 else ""
    return (Topic("Named by nobody, and surely different", (Grid(columns, rows), *says(rest, small=True))),)


def _evidence(e: Evidence) -> tuple[str | float | None, ...]:
    gap = e.wins.difference
    return e.value, e.own.n, e.own.won, e.own.rate, e.rest.rate, gap.value, gap.low, gap.high


def _step(found: Profile) -> tuple[Topic, ...]:
    return when_any(says(found.nurture_says), "The extra step")


def _lacking(found: Profile) -> tuple[Topic, ...]:
    problems = [f"{p.place}: {p.what} {p.instead}" for p in found.problems]
    return when_any(
        says(*found.lacking, *found.looked_at, *problems, small=True), "What couldn’t be compared"
    )
