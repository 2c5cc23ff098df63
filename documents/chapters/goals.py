"""Chapter: which shared goals will we reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from components import charts
from components.readings import Named
from components.theme import tone_of_team
from documents.chapters import backward_plan
from documents.chapters.shared import goal_drawings, goal_grid, reached
from documents.pack import (
    Asked,
    Block,
    Chapter,
    Column,
    Drawing,
    Facts,
    Grid,
    Native,
    Series,
    Topic,
    badge,
    says,
)
from scorecard import goal_tree
from scorecard.formats import Formats
from scorecard.goal_tree import Change, Line, Moment, Panel, Tree

_CLOSER: Final = 6  # goals in trouble that are looked at one by one
_HIGH: Final = 150  # px of a history: two goals share a page
_STEPS: Final = 40  # days of a history that a native chart holds
_HOW: Final = (
    "The bar is how far a goal has come, the full upright line its target, the dashed one what was expected "
    "by now. The colour is the team’s; black belongs to both."
)


def chapter(asked: Asked) -> Chapter:
    """All goals of the period, what the revenue target takes, and the goals in trouble from near."""
    found = asked.get(goal_tree.read, asked.period, asked.as_of)
    topics = (*_every(found, asked), *backward_plan.topics(asked), *_closer(found.lines, asked))
    return Chapter("goals", "Goals", "Which shared goals will we reach?", found.verdict, topics)


def _every(found: Tree, asked: Asked) -> tuple[Topic, ...]:
    if not found.lines:
        empty = "No goal overlaps this period. In the table goals, goal_id, target, start and due are enough."
        return (Topic("No shared goals yet", says(empty)),)
    drawn = goal_drawings(found.lines, asked.formats, "goals")
    bars = Topic(
        "Target against actual",
        (*says(*found.because), *drawn, *says(_HOW, small=True)),
        found.verdict,
        metrics=("goal_progress",),
    )
    table = Topic("All goals, and who answers for them", (goal_grid(found.lines),), annex=True)
    return bars, table


def _closer(lines: Sequence[Line], asked: Asked) -> tuple[Topic, ...]:
    """The goals furthest behind, each with its history."""
    behind = goal_tree.worst(lines)[:_CLOSER]
    panels = [asked.get(goal_tree.panel, asked.as_of, line.goal_id) for line in behind]
    return tuple(_one(panel, asked.formats) for panel in panels if panel is not None)


def _one(panel: Panel, formats: Formats) -> Topic:
    seen = [moment for moment in panel.history if moment.actual is not None]
    blocks: list[Block] = [_history(panel, formats)] if len(seen) > 1 else []
    blocks += _parts(panel, formats)
    facts = tuple((fact.name, fact.text) for fact in (*panel.facts, *panel.people))
    blocks += [Facts(facts)] if facts else []
    blocks += _changes(panel.changes)
    mark = badge(panel.line.row.status)
    return Topic(
        panel.line.name, tuple(blocks), panel.verdict, (mark,) if mark else (), ("goal_progress",), whole=True
    )


def _history(panel: Panel, formats: Formats) -> Drawing:
    points = [charts.Point(m.day, m.actual, m.expected, m.likely, m.low, m.high) for m in panel.history]
    figure = charts.history(points, panel.goal.target, panel.goal.unit, panel.line.row.team, formats)
    low = replace(figure, spec={**figure.spec, "height": _HIGH})
    return Drawing(f"goal-{panel.line.goal_id}", low, _lines(panel, formats))


def _lines(panel: Panel, formats: Formats) -> Native:
    """The same history, thinned to what a chart of an office program holds."""
    moments = _thinned(panel.history)
    hue = tone_of_team(panel.line.row.team)
    series = (
        Series("Actual", tuple(m.actual for m in moments), hue),
        Series("Expected", tuple(m.expected for m in moments), "muted"),
        Series("Likely", tuple(m.likely for m in moments), "neutral"),
        Series("Target", tuple(panel.goal.target for _ in moments), "faint"),
    )
    days = tuple(m.day for m in moments)
    return Native("lines", tuple(map(formats.day_month, days)), series, panel.goal.unit, days=days)


def _thinned(history: Sequence[Moment]) -> Sequence[Moment]:
    """Every so-manieth day, and the last one."""
    step = -(-len(history) // _STEPS)
    return [m for i, m in enumerate(history) if i % step == 0 or i == len(history) - 1]


def _parts(panel: Panel, formats: Formats) -> list[Block]:
    if not panel.parts:
        return []
    named = [Named(line.name, line.row, line.unit) for line in panel.parts]
    name = f"goal-{panel.line.goal_id}-parts"
    drawn = Drawing(name, charts.bullets(named, formats), reached(named), "Its parts")
    return [drawn, *says(panel.parts_sum, small=True)]


def _changes(changes: Sequence[Change]) -> list[Block]:
    """How its target was moved."""
    if not changes:
        return []
    columns = (
        Column("Target moved", "text", 1.4), Column("From"), Column("To"), Column("By", "name", 1.2),
        Column("Why", "name", 3),
    )  # fmt: skip
    rows = tuple(
        (c.at + (" (after the start)" if c.late else ""), c.old, c.new, c.by, c.why) for c in changes
    )
    return [Grid(columns, rows)]
