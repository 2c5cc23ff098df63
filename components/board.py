"""The Scorecard's parts: each draws what the reading says of it, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from components import charts, goal_bars, sentences, tables, tiles
from components.numbers import basis, figure
from components.readings import Named
from components.screen import View
from scorecard.goal_tree import Line
from scorecard.overview import Concern, Overview, QuotaLine, Reading
from scorecard.words import Sentence


@dataclass(frozen=True)
class Quotas:
    """What of the reading the section on quotas shows."""

    lines: Sequence[QuotaLine]
    gap: Sequence[QuotaLine] | None
    gap_said: str
    other_times: str

    @classmethod
    def of(cls, found: Overview) -> Quotas:
        """That part of the page's reading."""
        return cls(found.quotas, found.gap, found.gap_said, found.other_times)


def verdict(said: Sequence[Sentence], _: View) -> None:
    """The page's answer."""
    tiles.verdict(*map(sentences.told, said))


def because(said: Sequence[Sentence], _: View) -> None:
    """What stands behind the answer."""
    tiles.because(*map(sentences.told, said))


def numbers(shown: Sequence[Reading], view: View) -> None:
    """The hand-off's figures, a tile each, and the way to all of it."""
    if not shown:
        return
    columns = {
        "Figure": [reading.name for reading in shown],
        "Value": [figure(reading.row, view.formats) for reading in shown],
        "Of what": [basis(reading.row, view.formats) for reading in shown],
        "Compared": [reading.beside for reading in shown],
    }
    table = charts.Table(pd.DataFrame(columns), {})
    tables.beside_table(table, view, title="Hand-off in figures", key="tiles")
    tiles.tiles([tiles.Tile(reading.name, reading.row, reading.beside) for reading in shown], view)
    sentences.lead_on("Source by source, owner by owner", "handoff")


def goals(found: tuple[Sequence[Line], int], view: View) -> None:
    """The goals that matter most, and the way to all of them, so many."""
    lines, every = found
    if lines:
        goal_bars.goal_bars(lines, view, title="Shared goals", key="goals", few=True)
        sentences.lead_on(f"All {every} goals", "goals")


def concerns(found: Sequence[Concern], view: View) -> None:
    """What needs attention."""
    if found:
        sentences.attention(found, view, title="What needs attention first", key="attention")


def quotas(found: Quotas, view: View) -> None:
    """Both teams' quotas on one axis, side by side where there are two that compare."""
    if not found.lines:
        return
    pairs = [charts.Pair(line.name, (_named(line),)) for line in found.lines]
    if found.gap:
        pairs.insert(0, charts.Pair("Side by side", tuple(map(_named, found.gap))))
    title = f"Quotas: {found.gap_said}" if found.gap_said else "Quotas"
    tables.with_table(charts.dumbbells(pairs, view.formats), view, title=title, key="quotas")
    sentences.lead_on("Both teams, person by person", "quotas", before=found.other_times)


def _named(line: QuotaLine) -> Named:
    return Named(line.name, line.row, line.unit)


def caption(text: str, _: View) -> None:
    """A small line; nothing where there is nothing to say."""
    if text:
        st.caption(text)
