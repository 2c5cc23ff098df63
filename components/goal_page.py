"""The Goals page's parts: one goal with its history, and the list of all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from components import charts, goal_bars, goal_choice, sentences, tiles
from components.screen import View
from components.tables import with_table
from scorecard import backward
from scorecard.goal_tree import Change, Entry, Line, Panel

_ENTRIES: Final = 6  # typed by hand, the latest


def title(panel: Panel | None, view: View) -> None:
    """The goal's name with its status and verdict."""
    if panel is None:
        return
    goal_choice.title(panel, view)
    if backward.of_goal(view.dataset, panel.goal, panel.goal.period) is not None:
        ask = (("show", "plan"), ("plan", panel.goal.goal_id))
        sentences.lead_on("What it takes, from this target back to visits", "goals", ask)


def history(panel: Panel | None, view: View) -> None:
    """Target against actual, and how the forecast was made."""
    if panel is None:
        return
    if panel.history:
        shown = [charts.Point(*goal_choice.cells(moment)) for moment in panel.history]
        figure = charts.history(shown, panel.goal.target, panel.goal.unit, panel.line.row.team, view.formats)
        with_table(figure, view, title="Target against actual", key="history", anchor="history")
    st.caption(goal_choice.method(panel))


def parts(panel: Panel | None, view: View) -> None:
    """The goals it is made of, and their sum."""
    if panel is not None and panel.parts:
        goal_bars.goal_bars(panel.parts, view, title="Its parts", key="parts")
        st.caption(panel.parts_sum)


def facts(panel: Panel | None, _: View) -> None:
    """What is known of it, and who answers for it."""
    if panel is not None:
        goal_bars.facts((*panel.facts, *panel.people))


def changes_of(panel: Panel | None) -> Sequence[Change]:
    """What the section on changes shows."""
    return () if panel is None else panel.changes


def changes(shown: Sequence[Change], _: View) -> None:
    """How its target was moved."""
    if shown:
        tiles.heading("The target was moved")
        goal_bars.changes(shown)


def entries_of(panel: Panel | None) -> Sequence[Entry]:
    """What the section on entries shows."""
    return () if panel is None else panel.entries


def entries(shown: Sequence[Entry], _: View) -> None:
    """What was typed by hand."""
    if shown:
        tiles.heading("Entered by hand")
        goal_bars.entries(shown[:_ENTRIES])


def every(lines: Sequence[Line], view: View, *, title: str) -> None:
    """All goals of the period, or those of a state; without the table, what to fill."""
    if lines:
        goal_bars.goal_bars(lines, view, title=title, key="all")
    elif "goals" not in view.dataset.relations:
        sentences.nothing(
            "No shared goals yet",
            "Fill the table goals: goal_id, target, start and due are enough to start. It brings target "
            "against actual and pace of each goal, its forecast, and the backward plan.",
        )
