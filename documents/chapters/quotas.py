"""Chapter: who is where against the quota."""

from __future__ import annotations

from collections.abc import Sequence

from components import charts
from components.numbers import actual_of_target
from components.readings import Named
from components.theme import tone_of_team
from documents.chapters.shared import reached, tile
from documents.pack import (
    Amount,
    Asked,
    Chapter,
    Column,
    Drawing,
    Grid,
    Native,
    Series,
    Tiles,
    Topic,
    badge,
    says,
    unfilled,
    when_any,
)
from scorecard import quota_view, words
from scorecard.formats import Formats
from scorecard.quota_view import Line, Past, People, Quotas

_KEY = "Round: marketing, square: sales. Full upright line: target, dashed: expected by now."
_QUESTION = "Who is where against the quota?"
_STEP = 0.25  # of an axis of shares
_MONTH = 31  # days


def chapter(asked: Asked) -> Chapter:
    """Both teams, their people, how it went before, and every quota."""
    found = asked.get(quota_view.quotas_of, asked.period, asked.as_of)
    if found.nothing is not None:
        return unfilled("quotas", "Quotas", _QUESTION, found.nothing)
    people = [
        _people(team, sets[0], asked.formats) for team, sets in found.people.items() if sets and sets[0].lines
    ]
    topics = (
        *_teams(found, asked.formats),
        *_person_by_person(people),
        *_before(found, asked),
        _every(found.lines),
    )
    return Chapter("quotas", "Quotas", _QUESTION, found.verdict, topics)


def _named(line: Line, name: str = "") -> Named:
    return Named(name or line.who, line.row, line.unit)


def _teams(found: Quotas, formats: Formats) -> tuple[Topic, ...]:
    tiles = tuple(tile(line.name, line.row, formats, _left(line, formats), line.unit) for line in found.first)
    blocks = [Tiles(tiles)] if tiles else []
    topics = when_any(
        (*blocks, *says(*found.because)), "Where each team stands", metrics=("quota_attainment",)
    )
    if not found.pairs:
        return topics
    pairs = [charts.Pair(p.name, tuple(map(_named, p.lines)), p.says) for p in found.pairs]
    named = [_named(line, f"{line.name}, {p.name}") for p in found.pairs for line in p.lines]
    drawn = Drawing("teams-on-one-axis", charts.dumbbells(pairs, formats), reached(named))
    gap = (words.sentence(found.gap),) if found.gap else ()
    both = Topic("Both teams on one axis", (drawn, *says(_KEY, small=True)), gap, metrics=("alignment_gap",))
    return (*topics, both)


def _left(line: Line, formats: Formats) -> str:
    """'Q4 2026 · needs 11.4 a day for 40 days'."""
    return " · ".join(part for part in (line.when, quota_view.needed(line, formats)) if part)


def _person_by_person(shown: Sequence[tuple[Drawing, str]]) -> tuple[Topic, ...]:
    """Both teams' people beside each other, and who has no quota."""
    drawings = [drawn for drawn, _ in shown]
    without = says(*(text for _, text in shown), small=True)
    return when_any((*drawings, *without), "Person by person", metrics=("quota_attainment",))


def _people(team: str, shown: People, formats: Formats) -> tuple[Drawing, str]:
    pairs = [charts.Pair(line.who, (_named(line),)) for line in shown.lines]
    native = reached([_named(line) for line in shown.lines])
    title = f"{team.capitalize()}: {shown.title}"
    drawn = Drawing(f"people-of-{team}", charts.dumbbells(pairs, formats), native, title, half=True)
    return drawn, f"Without one in {team}: {words.listing(shown.without)}." if shown.without else ""


def _before(found: Quotas, asked: Asked) -> tuple[Topic, ...]:
    kinds = tuple(line.kind for line in found.first)
    pasts = asked.get(quota_view.history, kinds, asked.period, asked.as_of)
    highest = max((x.row.value or 0.0 for past in pasts for x in past.lines), default=1.0)
    top = max(1 + _STEP, -(-highest // _STEP) * _STEP)
    drawn = [_course(number, past, top, asked.formats) for number, past in enumerate(pasts, 1)]
    return when_any(drawn, "How it went before", metrics=("quota_attainment",))


def _course(number: int, past: Past, top: float, formats: Formats) -> Drawing:
    course = [
        charts.Month(x.when, x.row.value, running=runs, detail=actual_of_target(_named(x), formats))
        for x, runs in zip(past.lines, past.running, strict=True)
    ]
    figure = charts.trend(course, "percent", formats, team=past.department, goal=1.0, top=top)
    hue = tone_of_team(past.department)
    series = Series("Of quota", tuple(m.value for m in course), hue)
    starts = tuple(x.start for x in past.lines if x.start.day == 1 and (x.end - x.start).days < _MONTH)
    days = starts if len(starts) == len(past.lines) else ()
    native = Native("lines", tuple(m.name for m in course), (series,), "percent", days=days)
    return Drawing(f"quota-history-{number}", figure, native, past.name, half=True)


def _every(lines: Sequence[Line]) -> Topic:
    columns = (
        Column("Whose", "name", 1.8),
        Column("Team", "text", 1.0),
        Column("Quota", "name", 1.4),
        Column("Time", "text", 1.75),
        Column("Actual", "number", 1.2),
        Column("Target", "number", 1.2),
        Column("Of target", "percent", 0.9),
        Column("Expected", "percent", 1.0),
        Column("Status", "badge", 1.2),
    )
    rows = tuple(
        (
            line.who,
            line.department,
            words.metric(line.metric),
            line.when,
            Amount(line.row.numerator, line.unit),
            Amount(line.row.denominator, line.unit),
            line.row.value,
            line.row.expected,
            badge(line.row.status),
        )
        for line in lines
    )
    return Topic(
        "All quotas", (Grid(columns, rows),), metrics=("quota_attainment", "required_per_day"), annex=True
    )
