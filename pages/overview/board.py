import streamlit as st

from components import board, glance
from components.page import View, open_page
from components.sections import section
from scorecard import overview

TABLES = ("goals", "goal_actuals", "milestones", "quotas", "people", "leads", "settings", "fx_rates")
view = open_page("scorecard", "Are marketing and sales on track together?", TABLES)


def found(now: View) -> overview.Overview:
    return now.get(overview.read, now.period, now.as_of, now.compare, now.where)


section(view, "verdict", lambda now: (found(now).headline,), board.verdict)
section(view, "because", lambda now: found(now).because, board.because)
section(view, "blocks", lambda now: glance.Glance.of(found(now)), glance.blocks)
section(view, "narrowed", lambda now: found(now).narrowed, board.caption)

left, right = st.columns([11, 9], gap="large")
with left:
    section(view, "goals", lambda now: (found(now).goals, found(now).all_goals), board.goals)
with right:
    section(view, "attention", lambda now: found(now).concerns, board.concerns)
    section(view, "quotas", lambda now: board.Quotas.of(found(now)), board.quotas)

section(view, "tiles", lambda now: found(now).tiles, board.numbers)
