"""Chapter: what did we plan together, who agreed, and what did it bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from documents.chapters.shared import goal_drawings, kind_of, tiles_of
from documents.pack import (
    Asked,
    Badge,
    Block,
    Cell,
    Chapter,
    Column,
    Drawing,
    Facts,
    Grid,
    Tiles,
    Topic,
    says,
    unfilled,
)
from scorecard import campaigns
from scorecard.campaigns import LISTED, Line, Overview, Panel
from scorecard.formats import Formats
from scorecard.metrics import METRICS
from scorecard.signoff_words import Signature

_CLOSER: Final = 3  # live campaigns that are looked at one by one, the dearest
_QUESTION: Final = "What did we plan together, who agreed, and what did it bring?"
_NOTES: Final = 3  # of feedback, the latest
_SHOWN: Final = (
    "spend", "cpl", "romi", "leads", "acceptance_rate", "wins", "revenue", "cac", "lead_rating",
)  # fmt: skip


def chapter(asked: Asked) -> Chapter:
    """All campaigns, and the dearest that run."""
    found = asked.get(campaigns.read, asked.as_of)
    if found.nothing is not None:
        return unfilled("campaigns", "Campaigns", _QUESTION, found.nothing)
    topics = (*_owed(found.lines), _every(found), *_closer(found.lines, asked))
    return Chapter("campaigns", "Campaigns", _QUESTION, (*found.verdict, *found.because), topics)


def _every(found: Overview) -> Topic:
    names = [name for name in LISTED if any(name in line.rows for line in found.lines)]
    columns = (
        Column("Campaign", "name", 2.7),
        Column("State", "badge", 1.2),
        Column("Channel", "name", 1.2),
        Column("From", "date", 1.55),
        Column("To", "date", 1.55),
        Column("Budget", "currency", 1.1),
        *(Column(METRICS[name].label, kind_of(METRICS[name].unit), 1.0) for name in names),
    )
    rows = tuple(_cells(line, names) for line in found.lines)
    blocks: tuple[Block, ...] = (Grid(columns, rows), *says(*found.lacking, small=True))
    return Topic("All campaigns", blocks, metrics=tuple(names), annex=True)


def _cells(line: Line, names: Sequence[str]) -> tuple[Cell, ...]:
    one = line.campaign
    mark = one.marks[0]
    state = Badge(mark.icon, one.phase, mark.tone)
    figures = (line.rows[name].value if name in line.rows else None for name in names)
    return (one.shown, state, one.channel, one.start, one.end, one.budget, *figures)


def _owed(lines: Sequence[Line]) -> tuple[Topic, ...]:
    """Which campaigns lack a sign-off or a review."""
    owing = [line.campaign for line in lines if line.campaign.missing]
    if not owing:
        return ()
    columns = (Column("Campaign", "name", 3), Column("What it lacks", "badge", 3), Column("State", "text"))
    rows = tuple((c.name, Badge(m.icon, m.word, m.tone), c.phase) for c in owing for m in c.marks[1:])
    return (Topic("Signatures and reviews that are owed", (Grid(columns, rows),)),)


def _closer(lines: Sequence[Line], asked: Asked) -> tuple[Topic, ...]:
    live = [line for line in lines if line.campaign.phase == "live"]
    live.sort(key=lambda line: -_spent(line))
    panels = [asked.get(campaigns.panel, asked.as_of, line.campaign.campaign_id) for line in live[:_CLOSER]]
    return tuple(_one(panel, asked) for panel in panels if panel is not None)


def _spent(line: Line) -> float:
    row = line.rows.get("spend")
    return 0.0 if row is None else row.value or 0.0


def _one(panel: Panel, asked: Asked) -> Topic:
    """One campaign: cost, brought, worked, each team's goal, and what was agreed."""
    formats = asked.formats
    tiles = tiles_of(_SHOWN, panel.rows, formats)
    facts = tuple((fact.name, fact.text) for fact in panel.facts)
    keys = tuple((f"Key of {key.team}", _signature(key)) for key in panel.keys)
    blocks: list[Block] = [*_goals(panel, formats), *([Facts((*facts, *keys))] if facts or keys else [])]
    blocks += [Tiles(tiles)] if tiles else []
    notes = (*panel.review, *panel.feedback[:_NOTES])
    blocks += says(
        *(f"{note.text} ({', '.join(p for p in (note.about, note.by, note.at) if p)})" for note in notes)
    )
    marks = tuple(Badge(m.icon, m.word, m.tone) for m in panel.campaign.marks)
    return Topic(panel.campaign.name, tuple(blocks), panel.verdict, marks, _SHOWN, whole=True)


def _goals(panel: Panel, formats: Formats) -> list[Drawing]:
    """One drawing, as it mostly is, leaves room for the facts beside it."""
    drawn = goal_drawings(panel.goals, formats, f"campaign-{panel.campaign.campaign_id}-goals")
    return [replace(one, half=True) for one in drawn] if len(drawn) == 1 else drawn


def _signature(key: Signature) -> str:
    """'● Signed · Clara Brandt, 12 Nov 2026', and what else is to be known."""
    said = " ".join(key.says)
    return " · ".join(part for part in (f"{key.mark.icon} {key.mark.word}", key.about, said) if part)
