"""The Hand-off page's parts: each draws what the reading says of it, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from components import breakdown, tables, tiles
from components.charts import Reason, Stage, Wait, funnel, pareto, waits
from components.screen import View
from scorecard import handoff_view
from scorecard.handoff_groups import Group
from scorecard.handoff_view import Handoff
from scorecard.handoff_words import Rows
from scorecard.metrics import METRICS

_RATES: Final = {"acceptance_rate": "Accepted", "sla_compliance": "SLA met"}
_RATING: Final = {"lead_rating": "Rating by sales"}


def rates(view: View) -> dict[str, str]:
    """The rates of the page with their titles; the median is in the hours the settings ask for."""
    return {**_RATES, handoff_view.median_metric(view.settings): "Half touched within", **_RATING}


def numbers(found: Handoff, view: View) -> None:
    """A tile each."""
    first = {"handoffs": "Handed off", **rates(view)}
    shown = [tiles.Tile(word, found.rows[m], found.beside.get(m, "")) for m, word in first.items()]
    tiles.tiles(shown, view)


def stages(shown: Sequence[handoff_view.Stage], view: View) -> None:
    """How far they got."""
    steps = funnel([Stage(s.name, s.count, s.step) for s in shown], view.formats)
    tables.with_table(steps, view, title="How far they got", key="funnel")


def speed(found: Handoff, view: View) -> None:
    """How soon leads are touched."""
    if found.speed is None:
        tiles.locked("Speed to lead", found.rows[handoff_view.median_metric(view.settings)])
        return
    curve = waits([Wait(*step) for step in found.speed.curve], found.speed.marks, view.formats)
    tables.with_table(curve, view, title="Speed to lead", key="waits")
    tiles.note(found.speed.says)


def groups(found: tuple[Sequence[Group], Rows], view: View, *, by: str, title: str) -> None:
    """Group by group: charts beside each other, and the table of everything."""
    shown, rows = found
    breakdown.side_by_side(shown, rows, view)
    table = breakdown.table(shown, title, handoff_view.median_metric(view.settings))
    tables.table(table, view, name=f"hand-off by {by}", key="by")


def reasons(found: Handoff, view: View) -> None:
    """Why leads come back."""
    if not found.reasons:
        tiles.empty(*found.no_reasons)
        return
    shown = pareto([Reason(r.name, r.count, r.before, r.share) for r in found.reasons], view.formats)
    tables.with_table(shown, view, title="Why leads come back", key="reasons")
    tiles.note(found.rejections)


def nurtured(found: Handoff, view: View) -> None:
    """Leads that went back to marketing and came again."""
    _more("Nurtured, and come again", found.nurtured, found.rows, found.nurture, view)


def cohorts(found: Handoff, view: View) -> None:
    """What the leads turned into."""
    _more("What becomes of them", found.cohorts, found.rows, found.maturity, view)


def _more(title: str, metrics: Sequence[str], rows: Rows, note: str, view: View) -> None:
    if metrics:
        st.subheader(title, anchor=False)
        tiles.tiles([tiles.Tile(METRICS[m].label, rows[m]) for m in metrics], view)
        tiles.note(note)


def months(shown: Sequence[Group], view: View) -> None:
    """The last twelve months."""
    st.subheader("The last twelve months", anchor=False)
    breakdown.courses(shown, rates(view), view)


def lacking(texts: Sequence[str], _: View) -> None:
    """What the source lacks."""
    tiles.notes(texts)
