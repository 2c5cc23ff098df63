"""Goals as a list of bars: name, status with its rule, the bar with target and pace, what it says in words.

Markup and not a chart, because each line is a link, opens the rule of its status, and wraps on a phone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from components import charts, tables
from components.charts import Figure
from components.page import View
from components.readings import Named
from components.sentences import link
from components.text import Html, html, joined
from components.theme import tone_of_team
from components.tiles import chip
from scorecard.goal_tree import Change, Entry, Fact, Line
from scorecard.rows import Row

_HOW_TO_READ: Final = (
    "The bar is how far a goal has come, the upright line its target, the dashed line what was expected by "
    "now. The colour is the team's; black belongs to both. Open a status to read its rule."
)
_TOP: Final = 1.25  # where a bar ends: a longer one is cut, and its words say how long it is


def goal_bars(lines: Sequence[Line], view: View, *, title: str, key: str, few: bool = False) -> None:
    """A section with the goals in the order given, each indented by its depth; table and CSV at its right.

    With `few`, a phone shows the first five.
    """
    tables.beside_table(
        as_figure(lines, view).table, view, title=title, key=key, help=_HOW_TO_READ, anchor=key
    )
    bars = joined(_line(line, view) for line in lines)
    st.html(html('<ul class="t-goals {few}">{bars}</ul>', few="t-few" if few else "", bars=bars))


def as_figure(lines: Sequence[Line], view: View) -> Figure:
    """The same goals as a bullet chart, for its table and for exports."""
    return charts.bullets([Named(line.name, line.row, line.unit) for line in lines], view.formats)


def _line(line: Line, view: View) -> Html:
    status = line.row.status
    return html(
        '<li class="t-goalline {hue}" style="--t-depth:{depth}"><div class="t-goalname">{name}'
        '<span class="t-fine">{owner}</span></div>{chip}<div class="t-goalbar">{bar}</div>'
        '<div class="t-words t-fine"><span>{detail}</span><span>{side}</span></div></li>',
        hue=f"t-{tone_of_team(line.row.team)}", depth=min(line.depth, 4), owner=line.owner,
        name=link(line.name, "goals", (("goal", line.goal_id),)), bar=_bar(line.row),
        chip=html("<span></span>") if status is None else chip(status, view.settings),
        detail=line.detail, side=line.side,
    )  # fmt: skip


def _bar(row: Row) -> Html:
    return bullet(row.value, None if row.value is None else row.expected)


def bullet(share: float | None, pace: float | None) -> Html:
    """The track ends at the target; the notch is what was expected by now."""
    reached = html('<i class="t-fill" style="width:{x}%"></i>', x=_place(share))
    notch = html('<i class="t-pace" style="left:{x}%"></i>', x=_place(pace))
    return html(
        '<div class="t-bullet" aria-hidden="true"><i class="t-track" style="width:{full}%"></i>{reached}'
        '{notch}<i class="t-goal" style="left:{full}%"></i></div>',
        full=_place(1.0), reached=reached if share else Html(""),
        notch=Html("") if pace is None else notch,
    )  # fmt: skip


def _place(share: float | None) -> str:
    return f"{min(max(share or 0.0, 0.0), _TOP) / _TOP * 100:.2f}"


def facts(shown: Sequence[Fact]) -> None:
    """What is known, as terms and what they say."""
    rows = joined(html("<dt>{name}</dt><dd>{text}</dd>", name=f.name, text=f.text) for f in shown)
    st.html(html('<dl class="t-facts">{rows}</dl>', rows=rows))


def changes(shown: Sequence[Change]) -> None:
    """How a target was moved; moved after the start, it says so."""
    st.html(html('<ul class="t-list">{items}</ul>', items=joined(_change(c) for c in shown)))


def _change(c: Change) -> Html:
    late = html('<span class="t-chip t-warn">{word}</span>', word="▲ After the start") if c.late else Html("")
    return html(
        '<li><div class="t-item"><span class="t-what">{old} → {new}</span>{late}</div>'
        '<div class="t-fine">{about}</div><div class="t-fine">{why}</div></li>',
        old=c.old, new=c.new, late=late, about=_dotted(c.at, c.by), why=c.why,
    )  # fmt: skip


def entries(shown: Sequence[Entry]) -> None:
    """What was typed by hand: value, how sure, comment, by whom."""
    st.html(html('<ul class="t-list">{items}</ul>', items=joined(_entry(e) for e in shown)))


def _entry(e: Entry) -> Html:
    sure = "" if e.confidence is None else f"confidence {e.confidence} of 5"
    return html(
        '<li><div class="t-item"><span class="t-what">{value}</span></div>'
        '<div class="t-fine">{about}</div><div class="t-fine">{comment}</div></li>',
        value=e.value, about=_dotted(e.day, sure, e.by), comment=e.comment,
    )  # fmt: skip


def _dotted(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
