"""Which goal is looked at: it stands in the address as goal=G10, so a link shows the same to everyone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import streamlit as st

from components.page import View
from components.sentences import told
from components.text import html, joined
from components.tiles import chip
from scorecard.goal_tree import Line, Moment, Panel

_KEY: Final = "pick_goal"
_LONGEST: Final = 300


def names(lines: Sequence[Line]) -> dict[str, str]:
    """What the goals go by in the picker, parts indented."""
    return {line.goal_id: f"{' ' * line.depth}{line.name}" for line in lines}


def pick(offered: Mapping[str, str]) -> str | None:
    """The goal in the address, with a picker over those of the period; None when none is asked for."""
    asked = st.query_params.get("goal", "")[:_LONGEST] or None
    names = dict(offered)
    if not names and asked is None:
        return None
    if asked is not None:
        names.setdefault(asked, asked)
    st.session_state[_KEY] = asked
    st.selectbox(
        "Goal",
        list(names),
        format_func=names.__getitem__,
        index=None,
        key=_KEY,
        on_change=_choose,
        placeholder="Look at one goal: its history, forecast, people",
        label_visibility="collapsed",
        width=480,
    )
    return asked


def _choose() -> None:
    chosen = st.session_state[_KEY]
    if chosen is None:
        st.query_params.pop("goal", None)
    else:
        st.query_params["goal"] = chosen


def title(panel: Panel, view: View) -> None:
    """The goal's name with its status, and where it stands and is heading."""
    row = panel.line.row
    mark = html("") if row.status is None else chip(row.status, view.settings)
    said = joined(map(told, panel.verdict), " ")
    head = '<div class="t-panel"><h2>{name}</h2>{chip}</div><p class="t-lead">{said}</p>'
    st.html(html(head, name=panel.goal.name, chip=mark, said=said))


def cells(
    moment: Moment,
) -> tuple[date, float | None, float | None, float | None, float | None, float | None]:
    """A moment of the history as the chart takes it."""
    return moment.day, moment.actual, moment.expected, moment.likely, moment.low, moment.high


def method(panel: Panel) -> str:
    """How the forecast was made, or why there is none."""
    if panel.forecast is not None:
        return f"Forecast: {panel.forecast.method}"
    return "No forecast: it takes a running goal with at least 4 actuals and a way to go."
