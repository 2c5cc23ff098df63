import streamlit as st

from components import board
from components.page import View, open_page
from components.sections import section
from scorecard import overview

TABLES = ("goals", "goal_actuals", "milestones", "quotas", "people", "leads", "settings", "fx_rates")
view = open_page("scorecard", "Are marketing and sales on track together?", TABLES)


def found(now: View) -> overview.Overview:
    return now.get(overview.read, now.period, now.as_of, now.compare, now.where)


section(view, "verdict", lambda now: found(now).verdict, board.verdict)
with st.container(key="board_rates"):
    section(view, "tiles", lambda now: found(now).tiles, board.numbers)
section(view, "narrowed", lambda now: found(now).narrowed, board.caption)
section(view, "steps", lambda now: found(now).steps, board.steps)

left, right = st.columns([11, 9], gap="large")
with left:
    section(view, "goals", lambda now: (found(now).goals, found(now).all_goals), board.goals)
with right:
    with st.container(key="board_attention"):
        section(view, "attention", lambda now: found(now).concerns, board.concerns)
    with st.container(key="board_quotas"):
        section(view, "quotas", lambda now: board.Quotas.of(found(now)), board.quotas)
