"""The Campaigns page's parts: the list, one campaign, and several beside each other at equal age."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd
import streamlit as st

from components import goal_bars, sentences, tables, tiles
from components.charts import Table
from components.numbers import written
from components.screen import View
from components.text import Html, html, joined
from scorecard import words
from scorecard.campaigns import (
    BROUGHT,
    COST,
    LISTED,
    TOUCHED,
    Campaign,
    Line,
    Note,
    Overview,
    Panel,
    Spent,
)
from scorecard.campaigns_compare import FEWEST, MOST, Comparison, Measured
from scorecard.metrics import METRICS
from scorecard.signoff_words import RULE, Signature
from scorecard.status import Mark

_ONE: Final = "pick_campaign"
_SEVERAL: Final = "pick_beside"
_LONGEST: Final = 300
_NOTES: Final = 8  # of feedback, the latest


# --- choosing ---------------------------------------------------------------------------------------------


def names(found: Overview) -> dict[str, str]:
    """What the campaigns go by in the pickers."""
    return {line.campaign.campaign_id: line.campaign.shown for line in found.lines}


def pick(offered: Mapping[str, str]) -> str | None:
    """The campaign in the address (campaign=C7), with a picker; None when none is asked for."""
    asked = st.query_params.get("campaign", "")[:_LONGEST] or None
    known = dict(offered) if asked is None else {**offered, asked: offered.get(asked, asked)}
    st.session_state[_ONE] = asked

    def write() -> None:
        _to_address("campaign", [st.session_state[_ONE]] if st.session_state[_ONE] else [])

    st.selectbox(
        "Campaign", list(known), format_func=known.__getitem__, index=None, key=_ONE, on_change=write,
        placeholder="Look at one campaign: agreed, cost, brought", label_visibility="collapsed",
    )  # fmt: skip
    return asked


def pick_several(offered: Mapping[str, str]) -> tuple[str, ...]:
    """The campaigns to compare (beside=C1&beside=C2), those there are; at most five."""
    asked = [one for one in dict.fromkeys(st.query_params.get_all("beside")) if one in offered][:MOST]
    st.session_state[_SEVERAL] = asked
    st.multiselect(
        "Compare", list(offered), format_func=offered.__getitem__, key=_SEVERAL, max_selections=MOST,
        on_change=lambda: _to_address("beside", st.session_state[_SEVERAL]),
        placeholder="Compare two to five at equal age", label_visibility="collapsed",
    )  # fmt: skip
    return tuple(asked)


def _to_address(name: str, values: Sequence[str]) -> None:
    if values:
        st.query_params[name] = list(values)
    else:
        st.query_params.pop(name, None)


# --- the list ---------------------------------------------------------------------------------------------


def every(found: Overview, view: View) -> None:
    """All campaigns in a table."""
    st.subheader("All campaigns", anchor=False)
    tables.table(_listed(found.lines, view), view, name="campaigns", key="all")
    tiles.notes(found.lacking)


def _listed(lines: Sequence[Line], view: View) -> Table:
    date = view.formats.date
    columns: dict[str, list[object]] = {
        "Campaign": [line.campaign.shown for line in lines],
        "State": [f"{line.campaign.marks[0].icon} {line.campaign.phase}" for line in lines],
        "Missing": [_missing(line.campaign) for line in lines],
        "Channel": [line.campaign.channel for line in lines],
        "Stage": [line.campaign.stage.upper() for line in lines],
        "From": [date(line.campaign.start) for line in lines],
        "To": ["open" if line.campaign.end is None else date(line.campaign.end) for line in lines],
        "Budget": [line.campaign.budget for line in lines],
    }
    units = {"Budget": "currency"}
    for name in LISTED:
        if any(name in line.rows for line in lines):
            label = METRICS[name].label
            columns[label] = [line.rows[name].value if name in line.rows else None for line in lines]
            units[label] = METRICS[name].unit
    return Table(pd.DataFrame(columns), units)


def _missing(one: Campaign) -> str:
    worst = one.marks[-1].icon if one.missing else ""
    return f"{worst} {words.listing(one.missing)}" if one.missing else ""


# --- one campaign -----------------------------------------------------------------------------------------


def title(panel: Panel | None, _: View) -> None:
    """Its name with its state, and what it comes to."""
    if panel is None:
        return
    marks = joined(map(_mark, panel.campaign.marks))
    said = joined(map(sentences.told, panel.verdict), " ")
    head = '<div class="t-panel"><h2>{name}</h2>{marks}</div><p class="t-lead">{said}</p>'
    st.html(html(head, name=panel.campaign.name, marks=marks, said=said))


def _mark(mark: Mark) -> Html:
    return html(
        '<span class="t-chip t-{tone}">{icon} {word}</span>', tone=mark.tone, icon=mark.icon, word=mark.word
    )


def goals(panel: Panel | None, view: View) -> None:
    """Each team's goal for it, target against actual."""
    if panel is None:
        return
    if panel.goals:
        goal_bars.goal_bars(panel.goals, view, title="What each team wants of it", key="campaign_goals")
    else:
        tiles.note(
            "Neither team has a goal for it: marketing_goal_id and sales_goal_id of campaigns name them."
        )


def cost(panel: Panel | None, view: View) -> None:
    """What it cost."""
    _figures("What it cost", COST, panel, view)
    if panel is not None and panel.spent:
        tiles.note(" · ".join(_spent(one, view) for one in panel.spent))


def _spent(one: Spent, view: View) -> str:
    return f"{one.kind} {view.formats.money(one.amount)}"


def brought(panel: Panel | None, view: View) -> None:
    """What it brought."""
    _figures("What it brought", BROUGHT, panel, view)


def _figures(head: str, wanted: Sequence[str], panel: Panel | None, view: View) -> None:
    if panel is None:
        return
    shown = [tiles.Tile(METRICS[n].label, panel.rows[n]) for n in wanted if n in panel.rows]
    if shown:
        st.subheader(head, anchor=False)
        tiles.tiles(shown, view)


def touched(panel: Panel | None, view: View) -> None:
    """How its leads were worked."""
    if panel is None or not panel.touched:
        return
    st.subheader("How its leads were worked", anchor=False)
    tiles.tiles([tiles.Tile(METRICS[n].label, panel.touched[n]) for n in TOUCHED if n in panel.touched], view)


def agreed(panel: Panel | None, _: View) -> None:
    """Who signed, and what was planned."""
    if panel is None:
        return
    if panel.keys:
        st.subheader("Who agreed", anchor=False, help=RULE)
        st.html(html('<ul class="t-list">{items}</ul>', items=joined(map(_key, panel.keys))))
        st.subheader("What was planned", anchor=False)
    goal_bars.facts(panel.facts)


def _key(key: Signature) -> Html:
    says = joined(html('<div class="t-fine">{text}</div>', text=text) for text in (key.about, *key.says))
    return html(
        '<li><div class="t-item"><span class="t-what">{team}</span>{chip}</div>{says}</li>',
        team=key.team.capitalize(), chip=_mark(key.mark), says=says,
    )  # fmt: skip


def said(panel: Panel | None, _: View) -> None:
    """Feedback about it, and its review."""
    if panel is None:
        return
    for head, notes in (("Its review", panel.review), ("What was said about it", panel.feedback[:_NOTES])):
        if notes:
            st.subheader(head, anchor=False)
            st.html(html('<ul class="t-list">{items}</ul>', items=joined(map(_note, notes))))


def _note(note: Note) -> Html:
    about = " · ".join(part for part in (note.about, note.by, note.at) if part)
    return html('<li><div>{text}</div><div class="t-fine">{about}</div></li>', text=note.text, about=about)


# --- several at equal age ---------------------------------------------------------------------------------


def side_by_side(found: Comparison | None, view: View) -> None:
    """Each measure with its intervals, and what can be said for sure."""
    if found is None:
        return
    st.subheader("Side by side at equal age", anchor=False)
    tiles.because(*map(sentences.told, found.verdict))
    tiles.notes(found.left_out)
    if len(found.campaigns) < FEWEST:
        return
    tables.table(_compared(found, view), view, name="campaigns at equal age", key="compared")
    tiles.notes([words.plain(line.verdict) for line in found.lines if not line.sure])
    tiles.note(
        "Intervals are of 95 %; a verdict stands only where the interval of the difference leaves out 0 (of "
        "costs, the ratio 1). Each measure is judged by itself, and several pairs of campaigns share the 5 %."
    )


def _compared(found: Comparison, view: View) -> Table:
    columns: dict[str, list[object]] = {"Measure": [line.label for line in found.lines]}
    for place, one in enumerate(found.campaigns):
        title = one.shown if sum(c.name == one.name for c in found.campaigns) == 1 else one.campaign_id
        columns[title] = [_cell(line.measured[place], line.unit, view) for line in found.lines]
    columns["Verdict"] = ["surely differ" if line.sure else "can't tell yet" for line in found.lines]
    return Table(pd.DataFrame(columns), {})


def _cell(one: Measured, unit: str, view: View) -> str:
    """'4.1 % (3.2 – 5.1 %)'."""
    if one.value is None:
        return "none yet"
    value = written(one.value, unit, view.formats)
    if one.low is None or one.high is None:
        return f"{value} (too few)"
    return f"{value} ({written(one.low, unit, view.formats)} – {written(one.high, unit, view.formats)})"
