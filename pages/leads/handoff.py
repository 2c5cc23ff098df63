from functools import partial

import streamlit as st

from components import board, handoff_page, sentences, tiles
from components.page import View, open_page
from components.picks import headed, pick
from components.sections import outline, section
from scorecard import handoff_groups, handoff_view, handoff_words, touch_work_view

TABLES = ("leads", "touches", "people", "campaigns", "goals", "settings")
view = open_page("handoff", "Are leads handed over well, and where not?", TABLES)


def found(now: View) -> handoff_view.Handoff:
    return now.get(handoff_view.handoff_of, now.period, now.compare, now.as_of, now.where)


def groups(now: View) -> tuple[tuple[handoff_groups.Group, ...], handoff_words.Rows]:
    shown = now.get(handoff_groups.breakdown, by, now.period, now.as_of, now.where)
    return shown, handoff_page.locked_rows(found(now))


def nurtured(now: View) -> handoff_page.More:
    return handoff_page.more_of(found(now), found(now).nurtured, found(now).nurture)


def cohorts(now: View) -> handoff_page.More:
    return handoff_page.more_of(found(now), found(now).cohorts, found(now).maturity)


def worked(now: View) -> handoff_page.More:
    return handoff_page.worked_of(now.get(touch_work_view.rows, now.period, now.as_of, now.where))


def worked_by(now: View) -> tuple[handoff_groups.Group, ...]:
    return now.get(touch_work_view.breakdown, by, now.period, now.as_of, now.where)


nothing = outline(view, lambda now: found(now).nothing)
if nothing is not None:
    sentences.nothing(*nothing)
    st.stop()

section(view, "verdict", lambda now: found(now).verdict, board.verdict)
section(view, "because", lambda now: found(now).because, board.because)
section(view, "tiles", lambda now: handoff_page.tiles_of(found(now), now), tiles.tiles)

left, right = st.columns(2, gap="large")
with left:
    section(view, "funnel", lambda now: found(now).stages, handoff_page.stages)
with right:
    section(view, "speed", lambda now: handoff_page.speed_of(found(now), now), handoff_page.speed)

offered = outline(view, lambda now: handoff_groups.offered(now.dataset))
with headed("Where it differs", "by", anchor="groups"):
    by = pick("by", "Group by", offered, bare=True)
draw_groups = partial(handoff_page.groups, by=by, title=offered[by])
section(view, "groups", groups, draw_groups)

left, right = st.columns(2, gap="large")
with left:
    section(view, "reasons", lambda now: handoff_page.reasons_of(found(now)), handoff_page.reasons)
with right:
    section(
        view,
        "nurtured",
        nurtured,
        partial(handoff_page.more, title="Nurturing and recycling", key="nurtured"),
    )

section(
    view, "cohorts", cohorts, partial(handoff_page.more, title="Conversion of these hand-offs", key="cohorts")
)
section(view, "worked", worked, partial(handoff_page.more, title="Outreach", key="worked"))
section(view, "worked_by", worked_by, partial(handoff_page.worked_by, title=offered[by]))
section(
    view,
    "months",
    lambda now: now.get(handoff_groups.months, now.period, now.as_of, now.where),
    handoff_page.months,
)
section(view, "lacking", lambda now: found(now).lacking, handoff_page.lacking)
