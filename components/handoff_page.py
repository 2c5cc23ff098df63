"""The Hand-off page's parts: each draws what the reading says of it, or nothing."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from components import breakdown, numbers, tables, tiles
from components.charts import Reason, Stage, Table, Wait, funnel, pareto, waits
from components.screen import View
from scorecard import handoff_view, touch_work_view
from scorecard.handoff_groups import Group
from scorecard.handoff_view import Handoff
from scorecard.handoff_words import Rows
from scorecard.metrics import METRICS
from scorecard.rows import Row
from scorecard.status import Status

More = tuple[tuple[tiles.Tile, ...], str]  # tiles, and a sentence on them


def rates(view: View) -> dict[str, str]:
    """The rates of the page with their titles."""
    titles = handoff_view.titles(view.settings)
    return {metric: title for metric, title in titles.items() if metric != "handoffs"}


def tiles_of(found: Handoff, view: View) -> tuple[tiles.Tile, ...]:
    """What the tiles show."""
    first = handoff_view.titles(view.settings)
    return tuple(tiles.Tile(word, found.rows[m], found.beside.get(m, "")) for m, word in first.items())


def speed_of(found: Handoff, view: View) -> tuple[handoff_view.Speed | None, Row]:
    """The waits, and the row that says what they lack where there are none."""
    return found.speed, found.rows[handoff_view.median_metric(view.settings)]


def reasons_of(found: Handoff) -> tuple[Sequence[handoff_view.Reason], tuple[str, str], str]:
    """The reasons, what stands in their place, and a sentence on them."""
    return found.reasons, found.no_reasons, found.rejections


def locked_rows(found: Handoff) -> Rows:
    """The rows of the page as a whole that say whether a chart of groups can be drawn."""
    return {metric: found.rows[metric] for metric in ("acceptance_rate", "sla_compliance")}


def more_of(found: Handoff, metrics: Sequence[str], note: str) -> More:
    """Some of the rows as tiles, and a sentence on them."""
    return tuple(tiles.Tile(METRICS[m].label, found.rows[m]) for m in metrics), note


def worked_of(rows: Sequence[Row]) -> More:
    """Touch work as tiles."""
    note = "Calls and meetings of either team; a lead counts where its first call, mail or k-th talk stands."
    return tuple(tiles.Tile(METRICS[row.metric].label, row) for row in rows), note if rows else ""


def worked_by(groups: Sequence[Group], view: View, *, title: str) -> None:
    """Touch work group by group, each rate with what it stands on; nothing where nobody was worked."""
    if not groups:
        return
    names = [name for name in touch_work_view.METRICS_SHOWN if any(name in g.rows for g in groups)]
    columns: dict[str, list[object]] = {title: [g.name for g in groups]}
    for name in names:
        columns[METRICS[name].label] = [_worked(g.rows.get(name), view) for g in groups]
    with st.expander(f"Outreach by {title.lower()}", key="worked_by_open"):
        tables.table(Table(pd.DataFrame(columns), {}), view, name=f"outreach by {title}", key="worked_by")


def _worked(row: Row | None, view: View) -> str:
    if row is None:
        return "–"
    few = Status.TOO_FEW.word.lower() if row.status is Status.TOO_FEW and row.value is not None else ""
    based = " · ".join(part for part in (numbers.basis(row, view.formats), few) if part)
    return f"{numbers.figure(row, view.formats)}{f' ({based})' if based else ''}"


def stages(shown: Sequence[handoff_view.Stage], view: View) -> None:
    """How far they got."""
    steps = funnel([Stage(s.name, s.count, s.step) for s in shown], view.formats)
    tables.with_table(steps, view, title="How far they got", key="funnel", anchor="funnel")


def speed(found: tuple[handoff_view.Speed | None, Row], view: View) -> None:
    """How soon leads are touched."""
    waited, median = found
    if waited is None:
        tiles.locked("Speed to lead", median)
        return
    curve = waits([Wait(*step) for step in waited.curve], waited.marks, view.formats)
    tables.with_table(curve, view, title="Speed to lead", key="waits", anchor="speed")
    tiles.note(waited.says)


def groups(found: tuple[Sequence[Group], Rows], view: View, *, by: str, title: str) -> None:
    """Group by group: charts beside each other, and the table of everything."""
    shown, rows = found
    breakdown.side_by_side(shown, rows, view)
    table = breakdown.table(shown, title, handoff_view.median_metric(view.settings))
    with st.expander(f"Every figure by {title.lower()}", key="by_open"):
        tables.table(table, view, name=f"hand-off by {by}", key="by")


def reasons(found: tuple[Sequence[handoff_view.Reason], tuple[str, str], str], view: View) -> None:
    """Why leads come back."""
    known, nothing, note = found
    if not known:
        tiles.empty(*nothing)
        return
    shown = pareto([Reason(r.name, r.count, r.before, r.share) for r in known], view.formats)
    tables.with_table(shown, view, title="Rejection reasons", key="reasons", anchor="reasons")
    tiles.note(note)


def more(found: More, view: View, *, title: str, key: str) -> None:
    """A few tiles under a title of their own, and a sentence on them; nothing where there are none."""
    shown, note = found
    if shown:
        tables.beside_table(_tile_table(shown, view), view, title=title, key=key)
        tiles.tiles(shown, view)
        tiles.note(note)


def _tile_table(shown: Sequence[tiles.Tile], view: View) -> Table:
    columns: dict[str, list[object]] = {
        "Metric": [t.name for t in shown],
        "Value": [numbers.figure(t.row, view.formats) for t in shown],
        "Stands on": [numbers.basis(t.row, view.formats) for t in shown],
        "Status": [numbers.status_text(t.row.status) for t in shown],
    }
    return Table(pd.DataFrame(columns), {})


def months(shown: Sequence[Group], view: View) -> None:
    """The last twelve months."""
    tiles.heading("The last twelve months", anchor="months")
    breakdown.courses(shown, rates(view), view)


def lacking(texts: Sequence[str], _: View) -> None:
    """What the source lacks."""
    tiles.notes(texts)
