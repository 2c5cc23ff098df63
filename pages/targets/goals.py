import streamlit as st

from components import charts, goal_bars, goal_choice, sentences, tiles
from components.page import open_page
from components.tables import with_table
from scorecard import goal_tree

view = open_page("goals", "Which shared goals will we reach?", filters=False)
tree = view.get(goal_tree.read, view.period, view.as_of)
tiles.verdict(*(sentences.told(said) for said in tree.verdict))
asked = goal_choice.pick(tree.lines)
panel = None if asked is None else view.get(goal_tree.panel, view.as_of, asked)

if asked is not None and panel is None:
    tiles.empty(
        f"There is no goal {asked}",
        "It may have been renamed or taken out; the list below has all there are.",
    )
if panel is not None:
    goal_choice.title(panel, view)
    left, right = st.columns([3, 2], gap="large")
    with left:
        if panel.history:
            shown = [charts.Point(*goal_choice.cells(moment)) for moment in panel.history]
            figure = charts.history(
                shown, panel.goal.target, panel.goal.unit, panel.line.row.team, view.formats
            )
            with_table(figure, view, title="Target against actual", key="history")
        st.caption(goal_choice.method(panel))
        if panel.parts:
            goal_bars.goal_bars(panel.parts, view, title="Its parts", key="parts")
            st.caption(panel.parts_sum)
    with right:
        goal_bars.facts((*panel.facts, *panel.people))
        if panel.changes:
            st.subheader("The target was moved", anchor=False)
            goal_bars.changes(panel.changes)
        if panel.entries:
            st.subheader("Entered by hand", anchor=False)
            goal_bars.entries(panel.entries[:6])

if tree.lines:
    goal_bars.goal_bars(tree.lines, view, title="All goals", key="all")
elif "goals" not in view.dataset.relations:
    tiles.empty(
        "No shared goals yet", "Fill the table goals: goal_id, target, start and due are enough to start."
    )
