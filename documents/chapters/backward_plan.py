"""Of the chapter Goals: what the revenue target takes, stage by stage, and where that plan breaks."""

from __future__ import annotations

import math
from dataclasses import replace

from components import charts
from components.readings import Named
from documents.chapters.shared import reached
from documents.pack import Asked, Badge, Block, Cell, Column, Drawing, Grid, Topic, says
from scorecard import backward_words
from scorecard.backward_words import RateLine, RungLine, Told
from scorecard.rows import Row
from scorecard.words import Sentence

_HOW = (
    "Each stage needs what the one above it needs, divided by the planned rate between them. The bar is what "
    "came in, the full upright line what is needed, the dashed one what was expected by now."
)


def topics(asked: Asked) -> tuple[Topic, ...]:
    """The plan of the target that the page shows first; nothing where nothing can be planned."""
    offered = asked.get(backward_words.offered, asked.period)
    if not offered:
        return ()
    key, called = next(iter(offered.items()))
    found = asked.get(backward_words.read, asked.period, asked.as_of, key, ())
    if found.nothing is not None:
        return ()
    return _stages(found, f"The plan back from {called}", asked), _steps(found)


def _stages(found: Told, title: str, asked: Asked) -> Topic:
    named = [_named(line, asked) for line in found.rungs]
    drawn = Drawing("backward-plan", charts.bullets(named, asked.formats), reached(named))
    blocks: tuple[Block, ...] = (drawn, *says(*found.because), *says(_HOW, *found.notes, small=True))
    return Topic(title, blocks, tuple(map(_on_paper, found.verdict)))


def _on_paper(one: Sentence) -> Sentence:
    """Rates are tried on the page."""
    here, there = "try one below", "the page Goals can try one"
    return tuple(replace(piece, text=piece.text.replace(here, there)) for piece in one)


def _named(line: RungLine, asked: Asked) -> Named:
    """A stage as a share of what is needed of it; cases are needed whole, as the page has them."""
    money = line.name == backward_words.STAGE_NAMES["revenue"]
    needed = line.needed if money or line.needed is None else math.ceil(round(line.needed, 6))
    row = Row(
        "goal_progress", line.team, "all", asked.period.text, asked.as_of.text,
        line.share, line.actual, needed, None, None, None, needed, line.pace, line.status, "percent",
    )  # fmt: skip
    return Named(line.name, row, "currency" if money else "number")


def _steps(found: Told) -> Topic:
    columns = (
        Column("Step", "text", 1.9), Column("Team", "text", 1.0), Column("Planned", "name", 2.1),
        Column("So far", "text", 3.6), Column("Against plan", "badge", 1.7),
    )  # fmt: skip
    return Topic("Each step of that plan", (Grid(columns, tuple(map(_cells, found.rates))),))


def _cells(line: RateLine) -> tuple[Cell, ...]:
    mark = Badge(line.mark.icon, line.mark.word, line.mark.tone)
    return line.name, line.team, line.planned, line.real, mark
