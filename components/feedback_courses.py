"""Ratings and reasons of rejection over time: small multiples by month, and every group beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd
import streamlit as st

from components import tables, tiles
from components.charts import Month, Table, trend
from components.picks import headed, pick
from components.screen import View
from scorecard import feedback_trends
from scorecard.feedback_trends import Course, Group, Trends
from scorecard.words import brief, counted

_PANELS: Final = 4  # small multiples beside each other
_STARS: Final = 5.0  # of a rating
_LEAST_TOP: Final = 0.2  # an axis of shares ends no lower: a shorter one would make noise look large
_STEP: Final = 0.1


def pick_scope(offered: Mapping[str, str]) -> str:
    """Whose ratings and reasons are shown: all leads', a source's, a campaign's."""
    with headed("How sales rates leads, and why it sends them back", "of", anchor="reasons"):
        return pick("of", "Of which leads", offered, many=True, bare=True)


def courses(found: Trends, view: View) -> None:
    """Small multiples: the rating, and each frequent reason's share, month by month."""
    tiles.notes(feedback_trends.lacking(found.lacks))
    panels: list[tuple[Course, str, float]] = []
    if found.rating is not None and found.rating.whole.n:
        panels.append((found.rating, "number", _STARS))
    top = _axis(found.reasons)
    panels += [(course, "percent", top) for course in found.reasons]
    if not panels:
        if len(found.lacks) == 0:
            st.caption("No lead was rated or sent back in these twelve months.")
        return
    for start in range(0, len(panels), _PANELS):
        row = panels[start : start + _PANELS]
        for place, column, panel in zip(
            range(start, start + _PANELS), st.columns(_PANELS), row, strict=False
        ):
            with column:
                _panel(*panel, view, key=f"course_{place}")
    tiles.note(_courses_note(found, view))


def _axis(reasons: Sequence[Course]) -> float:
    highest = max((p.value for c in reasons for p in c.points if p.value is not None), default=0.0)
    return min(max(_LEAST_TOP, -(-highest * 1.15 // _STEP) * _STEP), 1.0)


def _panel(course: Course, unit: str, top: float, view: View, *, key: str) -> None:
    f = view.formats
    months = []
    for p in course.points:
        of = f"{f.number(p.k)} of {f.integer(p.n)}" if unit == "percent" else f"n = {f.integer(p.n)}"
        few = ", too few" if 0 < p.n < view.settings.min_n else ""
        detail = f"{of}{few}" if p.n else "none"
        months.append(Month(p.month, p.value, p.low, p.high, running=p.running, detail=detail))
    team = "sales" if unit == "number" else None
    figure = trend(months, unit, f, team=team, top=top)
    tables.with_table(figure, view, title=brief(course.name), key=key)
    tiles.note(_whole(course, unit, view))


def _whole(course: Course, unit: str, view: View) -> str:
    f, whole = view.formats, course.whole
    if unit == "number":
        return f"{f.number(whole.value)} of 5 over the twelve months, n = {f.integer(whole.n)}"
    between = f"{f.sure}: {f.percent(whole.low)} – {f.percent(whole.high)}"
    return f"{f.percent(whole.value)} ({f.integer(whole.k)} of {f.integer(whole.n)}; {between})"


def _courses_note(found: Trends, view: View) -> str:
    f = view.formats
    parts = [
        "Ratings by month of the hand-off, reasons by month of the rejection as a share of all rejections."
    ]
    parts.append("The hatched month is still running; ribbons are 95 % intervals.")
    if found.others:
        share = "" if found.other_share is None else f", {f.percent(found.other_share)} of rejections"
        parts.append(f"{counted(found.others, 'rarer or blank reason')}{share}.")
    return " ".join(parts)


def groups(shown: Sequence[Group], view: View) -> None:
    """Every source and campaign beside each other."""
    if not shown:
        return
    columns: dict[str, list[object]] = {
        "Of": ["source" if g.scope.startswith("source") else "campaign" for g in shown],
        "Name": [g.name for g in shown],
        "Rating": [g.rating for g in shown],
        "Rated": [g.rated for g in shown],
        "Rejected": [g.rejections for g in shown],
        "Most frequent reason": [g.reason for g in shown],
        "Share": [g.share and g.share.value for g in shown],
        "95 % from": [g.share and g.share.low for g in shown],
        "95 % to": [g.share and g.share.high for g in shown],
        "k": [g.share and g.share.k for g in shown],
        "Note": ["too few" if g.rejections < view.settings.min_n else "" for g in shown],
    }
    units = dict.fromkeys(("Rating", "Rated", "Rejected", "k"), "number")
    units |= dict.fromkeys(("Share", "95 % from", "95 % to"), "percent")
    with st.expander("Every source and campaign beside each other", key="groups_open"):
        tables.table(Table(pd.DataFrame(columns), units), view, name="ratings and reasons", key="groups")
