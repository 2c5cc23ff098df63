"""The Campaigns page's parts: one campaign, and several beside each other at equal age."""

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
    TOUCHED,
    Note,
    Overview,
    Panel,
    Spent,
)
from scorecard.campaigns_compare import FEWEST, MOST, Comparison, Measured
from scorecard.campaigns_compare import Line as CompareLine
from scorecard.metrics import METRICS
from scorecard.signoff_words import RULE, Signature
from scorecard.status import Mark, Status

_BESIDE: Final = "Side by side at equal age"
_HOW_SURE: Final = (
    "Each bar is a 95 % interval. All that is called sure is so together, pairs and measures sharing the "
    "5 %: of campaigns that are alike one comparison in twenty says anything of this kind."
)
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
    _figures("What it cost", "cost", COST, panel, view)
    if panel is not None and panel.spent:
        total = sum(one.amount for one in panel.spent)
        tiles.note(f"Spent on {words.listing(_spent(one, total, view) for one in panel.spent)}.")


def _spent(one: Spent, total: float, view: View) -> str:
    share = f" ({view.formats.percent(one.amount / total, 0)})" if total > 0 else ""
    return f"{one.kind} {view.formats.money(one.amount)}{share}"


def brought(panel: Panel | None, view: View) -> None:
    """What it brought."""
    _figures("What it brought", "brought", BROUGHT, panel, view)


def _figures(head: str, anchor: str, wanted: Sequence[str], panel: Panel | None, view: View) -> None:
    if panel is None:
        return
    shown = [tiles.Tile(METRICS[n].label, panel.rows[n]) for n in wanted if n in panel.rows]
    if shown:
        tiles.heading(head, anchor=anchor)
        tiles.tiles(shown, view)


def touched(panel: Panel | None, view: View) -> None:
    """How its leads were worked."""
    if panel is None or not (panel.touched or panel.touches):
        return
    tiles.heading("How its leads were worked")
    rows = panel.touched
    if rows and all(row.status is Status.NO_DATA for row in rows.values()):
        tiles.note("No call, meeting or letter with its leads is known yet.")
    else:
        tiles.tiles([tiles.Tile(METRICS[n].label, rows[n]) for n in TOUCHED if n in rows], view)
    tiles.note(panel.touches)


def agreed(panel: Panel | None, _: View) -> None:
    """Who signed, and what was planned."""
    if panel is None:
        return
    if panel.keys:
        tiles.heading("Who agreed", about=RULE)
        st.html(html('<ul class="t-list">{items}</ul>', items=joined(map(_key, panel.keys))))
        tiles.heading("What was planned")
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
            tiles.heading(head)
            st.html(html('<ul class="t-list">{items}</ul>', items=joined(map(_note, notes))))


def _note(note: Note) -> Html:
    about = " · ".join(part for part in (note.about, note.by, note.at) if part)
    return html('<li><div>{text}</div><div class="t-fine">{about}</div></li>', text=note.text, about=about)


# --- several at equal age ---------------------------------------------------------------------------------


def side_by_side(found: Comparison | None, view: View) -> None:
    """What can be said for sure, and each measure with its intervals."""
    if found is None:
        return
    if len(found.campaigns) < FEWEST:
        tiles.heading(_BESIDE)
        tiles.because(*map(sentences.told, found.verdict))
        tiles.notes(found.left_out)
        return
    tables.beside_table(
        _compared(found, view), view, title=_BESIDE, key="compared", help=_HOW_SURE, anchor="compared"
    )
    tiles.because(*map(sentences.told, found.verdict))
    tiles.notes(found.left_out)
    measures = joined(_measure(line, view) for line in found.lines)
    st.html(html('<div class="t-versus">{measures}</div>', measures=measures))


def _measure(line: CompareLine, view: View) -> Html:
    """A measure of all campaigns on one scale; the chip tells whether they surely differ."""
    mark = Mark("surely differ", "good", "●") if line.sure else Mark("can't tell yet", "muted", "∴")
    ends = [end for m in line.measured for end in (m.low, m.value, m.high) if end is not None]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    rows = joined(_versus(one, (low, high), line.unit, view) for one in line.measured)
    return html(
        '<section><div class="t-item"><span class="t-what">{label}</span>{chip}</div>{rows}</section>',
        label=line.label, chip=tiles.mark_chip(mark, words.plain(line.verdict)), rows=rows,
    )  # fmt: skip


def _versus(one: Measured, scale: tuple[float, float], unit: str, view: View) -> Html:
    return html(
        '<div class="t-one t-ink"><span class="t-fine">{name}</span>{bar}'
        '<span class="t-fine">{text}</span></div>',
        name=one.name, bar=_span(one, scale), text=_cell(one, unit, view),
    )  # fmt: skip


def _span(one: Measured, scale: tuple[float, float]) -> Html:
    """The value with its interval."""
    if one.value is None:
        return html('<div class="t-bar" aria-hidden="true"></div>')
    low, high = (one.value if end is None else end for end in (one.low, one.high))
    wide = (scale[1] - scale[0]) or 1.0
    places = [f"{(end - scale[0]) / wide * 100:.2f}" for end in (low, one.value)]
    return html(
        '<div class="t-bar" aria-hidden="true"><i class="t-span" style="left:{low}%;width:{wide}%"></i>'
        '<i class="t-point" style="left:{x}%"></i></div>',
        low=places[0], wide=f"{(high - low) / wide * 100:.2f}", x=places[1],
    )  # fmt: skip


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
