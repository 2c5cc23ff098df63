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

left, right = st.columns([3, 2], gap="large")
with left:
    if found.goals:
        goal_bars.goal_bars(found.goals, view, title="Shared goals", key="goals")
        more = f"All goals, {found.more_goals} more" if found.more_goals else "All goals"
        st.html(sentences.paragraph(more, "goals"))
with right:
    if found.concerns:
        st.subheader("What needs attention first", anchor=False)
        sentences.attention(found.concerns, view)
    if found.quotas:
        pairs = [charts.Pair(line.name, (Named(line.name, line.row, line.unit),)) for line in found.quotas]
        if found.gap:
            both = tuple(Named(line.name, line.row, line.unit) for line in found.gap)
            pairs.insert(0, charts.Pair(f"Side by side: {found.gap_said}", both))
        tables.with_table(charts.dumbbells(pairs, view.formats), view, title="Quotas", key="quotas")
        st.html(sentences.paragraph("Both teams, person by person", "quotas"))
