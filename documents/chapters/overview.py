"""Chapter: are marketing and sales on track together."""

from __future__ import annotations

from collections.abc import Sequence

from components import charts
from components.readings import Named
from documents.chapters.shared import goal_drawings, reached, tile
from documents.pack import Asked, Block, Chapter, Column, Drawing, Grid, Tiles, Topic, badge, says, when_any
from scorecard import overview, words
from scorecard.overview import Concern, Overview, QuotaLine, Step

_FIGURES = ("acceptance_rate", "decision_coverage", "sla_compliance", "lead_rating")


def chapter(asked: Asked) -> Chapter:
    """The first page."""
    found = asked.get(overview.read, asked.period, asked.as_of, asked.compare, asked.where)
    topics = (
        *_glance(found, asked),
        *_concerns(found.concerns),
        *_quotas(found, asked),
        *_goals(found, asked),
    )
    return Chapter(
        "scorecard",
        "Scorecard",
        "Are marketing and sales on track together?",
        overview.verdict(found),
        topics,
    )


def _glance(found: Overview, asked: Asked) -> tuple[Topic, ...]:
    tiles = tuple(tile(reading.name, reading.row, asked.formats, reading.beside) for reading in found.tiles)
    blocks: list[Block] = [Tiles(tiles)] if tiles else []
    blocks += says(found.narrowed, small=True)
    blocks += _steps(found.steps)
    return when_any(blocks, "At a glance", metrics=_FIGURES)


def _steps(steps: Sequence[Step]) -> Sequence[Block]:
    """What isn't there yet, and what to fill."""
    return says(*(words.sentence(words.Said(f"{s.title}. ", strong=True), s.todo) for s in steps))


def _concerns(concerns: Sequence[Concern]) -> tuple[Topic, ...]:
    if not concerns:
        return ()
    columns = (
        Column("Status", "badge", 1.1),
        Column("What", "name", 2.6),
        Column("How much", "name", 3.2),
        Column("Who acts", "name", 1.3),
    )
    rows = tuple((badge(c.status), c.what, c.detail, c.who) for c in concerns)
    many = words.counted(len(concerns), "thing needs", "things need")
    told = words.sentence(f"{many} attention, first of all: {words.brief(concerns[0].what)}.")
    return (Topic("What needs attention first", (Grid(columns, rows),), (told,)),)


def _quotas(found: Overview, asked: Asked) -> tuple[Topic, ...]:
    if not found.quotas:
        return ()
    named = [_named(line) for line in found.quotas]
    pairs = [charts.Pair(one.name, (one,)) for one in named]
    if found.gap:
        pairs.insert(0, charts.Pair("Side by side", tuple(map(_named, found.gap))))
    drawn = Drawing("quotas-of-teams", charts.dumbbells(pairs, asked.formats), reached(named))
    key = "Round: marketing, square: sales. Full upright line: target, dashed: expected by now."
    blocks: tuple[Block, ...] = (drawn, *says(found.other_times and f"{found.other_times}.", key, small=True))
    gap = (words.sentence(f"{words.upper(found.gap_said)}."),) if found.gap_said else ()
    return (Topic("Quotas of both teams", blocks, gap, metrics=("quota_attainment", "alignment_gap")),)


def _named(line: QuotaLine) -> Named:
    return Named(line.name, line.row, line.unit)


def _goals(found: Overview, asked: Asked) -> tuple[Topic, ...]:
    drawn = goal_drawings(found.goals, asked.formats, "goals-that-matter-most")
    few = len(found.goals) < found.all_goals
    rest = f"The most important of {found.all_goals}; the chapter Goals has all." if few else ""
    return when_any((*drawn, *says(rest, small=True)), "Shared goals", metrics=("goal_progress",))
