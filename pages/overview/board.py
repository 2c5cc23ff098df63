import streamlit as st

from components import charts, goal_bars, sentences, tables, tiles
from components.page import open_page
from components.readings import Named
from scorecard import overview

view = open_page("scorecard", "Are marketing and sales on track together?")
found = view.get(overview.read, view.period, view.as_of, view.compare, view.where)

tiles.verdict(*(sentences.told(said) for said in found.verdict))
tiles.tiles([tiles.Tile(reading.name, reading.row, reading.beside) for reading in found.tiles], view)
if found.narrowed:
    st.caption(found.narrowed)
if found.steps:
    sentences.steps(found.steps)

left, right = st.columns([11, 9], gap="large")
if found.goals:
    with left:
        goal_bars.goal_bars(found.goals, view, title="Shared goals", key="goals", few=True)
        sentences.lead_on(f"All {found.all_goals} goals", "goals")
with right:
    if found.concerns:
        with st.container(key="board_attention"):
            sentences.attention(found.concerns, view, title="What needs attention first", key="attention")
    if found.quotas:
        pairs = [charts.Pair(line.name, (Named(line.name, line.row, line.unit),)) for line in found.quotas]
        if found.gap:
            both = tuple(Named(line.name, line.row, line.unit) for line in found.gap)
            pairs.insert(0, charts.Pair("Side by side", both))
        title = f"Quotas: {found.gap_said}" if found.gap_said else "Quotas"
        with st.container(key="board_quotas"):
            tables.with_table(charts.dumbbells(pairs, view.formats), view, title=title, key="quotas")
            sentences.lead_on("Both teams, person by person", "quotas", before=found.other_times)
