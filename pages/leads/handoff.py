from functools import partial

import streamlit as st

from components import board, handoff_page, tiles
from components.page import View, open_page
from components.picks import pick
from components.sections import outline, section
from scorecard import handoff_groups, handoff_view

TABLES = ("leads", "touches", "people", "campaigns", "goals", "settings")
view = open_page("handoff", "Are leads handed over well, and where not?", TABLES)


def found(now: View) -> handoff_view.Handoff:
    return now.get(handoff_view.handoff_of, now.period, now.compare, now.as_of, now.where)


def groups(now: View) -> tuple[handoff_groups.Group, ...]:
    return now.get(handoff_groups.breakdown, by, now.period, now.as_of, now.where)


nothing = outline(view, lambda now: found(now).nothing)
if nothing is not None:
    tiles.empty(*nothing)
    st.stop()

section(view, "verdict", lambda now: found(now).verdict, board.verdict)
section(view, "because", lambda now: found(now).because, board.because)
section(view, "tiles", found, handoff_page.numbers)

left, right = st.columns(2, gap="large")
with left:
    section(view, "funnel", lambda now: found(now).stages, handoff_page.stages)
with right:
    section(view, "speed", found, handoff_page.speed)

st.subheader("Where it differs", anchor=False)
offered = outline(view, lambda now: handoff_groups.offered(now.dataset))
by = pick("by", "Group by", offered)
draw_groups = partial(handoff_page.groups, by=by, title=offered[by])
section(view, "groups", lambda now: (groups(now), found(now).rows), draw_groups)

left, right = st.columns(2, gap="large")
with left:
    section(view, "reasons", found, handoff_page.reasons)
with right:
    section(view, "nurtured", found, handoff_page.nurtured)

section(view, "cohorts", found, handoff_page.cohorts)
section(
    view,
    "months",
    lambda now: now.get(handoff_groups.months, now.period, now.as_of, now.where),
    handoff_page.months,
)
section(view, "lacking", lambda now: found(now).lacking, handoff_page.lacking)
