from functools import partial

import streamlit as st

from components import attribution_page, board, sentences
from components.page import View, open_page
from components.picks import headed, pick
from components.sections import outline, section
from scorecard import attribution_view

TABLES = ("leads", "touches", "orders", "campaigns", "settings")
QUESTION = "What did marketing bring, and who gets credit for what was won?"
view = open_page("attribution", QUESTION, TABLES, compare=False)


def found(now: View) -> attribution_view.Attribution:
    return now.get(attribution_view.attribution_of, now.period, now.as_of, now.where)


def credit(now: View) -> attribution_view.Credits:
    return now.get(attribution_view.credits_of, by, model, now.period, now.as_of, now.where)


def journey(now: View) -> attribution_view.Journey | None:
    return now.get(attribution_view.journey_of, lead, by, model, now.period, now.as_of, now.where)


nothing = outline(view, lambda now: found(now).nothing)
if nothing is not None:
    sentences.nothing(*nothing)
    st.stop()

section(view, "verdict", lambda now: found(now).verdict, board.verdict)
section(view, "because", lambda now: found(now).because, board.because)

section(view, "facts", lambda now: attribution_page.facts_of(found(now), now.formats), attribution_page.facts)

columns = outline(view, lambda now: attribution_view.offered(now.dataset))
models = outline(view, lambda now: attribution_view.models(now.dataset))
with headed("Who gets credit", "credit", anchor="credit"):
    by = pick("by", "Credit by", columns, bare=True)
    model = pick("model", "Model", models, many=True, bare=True)
draw_credit = partial(attribution_page.credit, title=f"Attributed revenue by {columns[by].lower()}")
section(view, "credit", credit, draw_credit)

left, right = st.columns(2, gap="large")
draw_revenue = partial(attribution_page.parts, title="Revenue, by each definition of sourced", key="revenue")
draw_pipeline = partial(attribution_page.parts, title="Open pipeline", key="pipeline")
with left:
    section(view, "revenue", lambda now: (found(now).revenue, found(now).revenue_says), draw_revenue)
with right:
    section(view, "pipeline", lambda now: (found(now).pipeline, found(now).pipeline_says), draw_pipeline)

leads = outline(view, lambda now: now.get(attribution_view.won_leads, now.period, now.as_of, now.where))
if leads:
    with headed("How a deal was won", "lead", anchor="deal"):
        lead = pick("lead", "Won lead", leads, many=True, bare=True)
    section(view, "journey", journey, attribution_page.journey)
section(view, "lacking", lambda now: found(now).lacking, attribution_page.lacking)
