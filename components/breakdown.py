"""The hand-off group by group: charts whose lines stand beside each other, and one table of everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd
import streamlit as st

from components import tables, tiles
from components.charts import Figure, Month, Part, Table, rates, stacked, trend
from components.page import View
from components.readings import Named
from components.theme import Tone
from scorecard.formats import Formats
from scorecard.handoff_groups import Group
from scorecard.handoff_words import Rows
from scorecard.metrics import METRICS
from scorecard.rows import Row
from scorecard.status import Status

MOST: Final = 12  # groups that are drawn; the table has all
_SLA: Final[tuple[tuple[str, str, Tone], ...]] = (
    ("sla_met", "met", "good"),
    ("sla_breached", "breached", "bad"),
    ("sla_pending", "pending", "faint"),
)


def side_by_side(groups: Sequence[Group], rows: Rows, view: View) -> None:
    """Acceptance and response of each group, their lines beside each other; what is locked says so."""
    shown = _drawn(groups)
    charts = (
        ("acceptance_rate", "Acceptance rate", _acceptance),
        ("sla_compliance", "SLA: touched in time, late or still open", _response),
    )
    for column, (metric, title, draw) in zip(st.columns(2, gap="large"), charts, strict=True):
        with column:
            if rows[metric].status is Status.LOCKED:
                tiles.locked(title, rows[metric])
            else:
                tables.with_table(draw(shown, view.formats), view, title=title, key=f"{metric}_by")
    tiles.note(_left_out(groups))


def courses(months: Sequence[Group], titles: Mapping[str, str], view: View) -> None:
    """Small multiples of the metrics that aren't locked, a panel each."""
    open_ = {metric: title for metric, title in titles.items() if any(metric in m.rows for m in months)}
    if not open_:
        return
    for column, (metric, title) in zip(st.columns(len(open_)), open_.items(), strict=True):
        with column:
            course = _course(months, metric, view.formats)
            tables.with_table(course, view, title=title, key=f"months_{metric}")


def _drawn(groups: Sequence[Group]) -> list[Group]:
    """The groups with hand-offs, as many as a chart has room for."""
    return [group for group in groups if group.handoffs][:MOST]


def _left_out(groups: Sequence[Group]) -> str:
    """What of the groups isn't drawn, in a sentence; empty where all are."""
    busy = [group for group in groups if group.handoffs]
    more, idle = len(busy) - MOST, len(groups) - len(busy)
    parts = [f"{more} more with fewer hand-offs"] * (more > 0) + [f"{idle} without any"] * (idle > 0)
    return f"{' and '.join(parts)}: in the table below the charts." if parts else ""


def _acceptance(groups: Sequence[Group], formats: Formats) -> Figure:
    """Acceptance of each group with its interval and k of n."""
    return rates(
        [Named(_name(g), g.rows["acceptance_rate"]) for g in groups if "acceptance_rate" in g.rows], formats
    )


def _response(groups: Sequence[Group], formats: Formats) -> Figure:
    """The agreed response time of each group: met, breached, pending."""
    return stacked([(_name(g), [*_parts(g)]) for g in groups if "sla_met" in g.rows], formats)


def _parts(group: Group) -> list[Part]:
    return [Part(word, group.rows[metric].value or 0, tone) for metric, word, tone in _SLA]


def _name(group: Group) -> str:
    return f"{group.name} (running)" if group.running else group.name


def _course(groups: Sequence[Group], metric: str, formats: Formats) -> Figure:
    """A metric month by month, the running one hatched."""
    months = [_month(group, group.rows[metric], formats) for group in groups if metric in group.rows]
    goal = next((row.target for g in groups if (row := g.rows.get(metric)) and row.target is not None), None)
    known = METRICS[metric]
    top = 1.0 if known.unit == "percent" else None
    return trend(months, known.unit, formats, team=known.team, goal=goal, top=top)


def _month(group: Group, row: Row, formats: Formats) -> Month:
    few = " (too few)" if row.status is Status.TOO_FEW else ""
    of = (
        f"{formats.number(row.numerator)} of {formats.number(row.denominator)}{few}"
        if row.denominator
        else ""
    )
    return Month(group.name, row.value, row.low, row.high, running=group.running, detail=of)


def table(groups: Sequence[Group], title: str, median: str) -> Table:
    """Every figure of every group, what is locked left out; small numbers are marked."""
    columns: dict[str, list[object]] = {title: [_name(g) for g in groups]}
    units: dict[str, str] = {}
    for column, metric, field, unit in _columns(median):
        if any(metric in g.rows for g in groups):
            columns[column] = [getattr(g.rows[metric], field) if metric in g.rows else None for g in groups]
            units[column] = unit
    columns["Note"] = [_note(g) for g in groups]
    return Table(pd.DataFrame(columns), units)


def _columns(median: str) -> tuple[tuple[str, str, str, str], ...]:
    return (
        ("Hand-offs", "handoffs", "value", "number"),
        ("Acceptance rate", "acceptance_rate", "value", "percent"),
        ("95 % from", "acceptance_rate", "low", "percent"),
        ("95 % to", "acceptance_rate", "high", "percent"),
        ("Accepted", "acceptance_rate", "numerator", "number"),
        ("Decided", "acceptance_rate", "denominator", "number"),
        ("Decision coverage", "decision_coverage", "value", "percent"),
        ("SLA met", "sla_compliance", "value", "percent"),
        ("Speed to lead (median)", median, "value", "hours"),
        ("Lead rating", "lead_rating", "value", "number"),
        ("Win rate so far", "handoff_to_win_rate", "value", "percent"),
    )


def _note(group: Group) -> str:
    """Whether a group is too small to judge."""
    accepted = group.rows.get("acceptance_rate")
    return Status.TOO_FEW.word.lower() if accepted and accepted.status is Status.TOO_FEW else ""
