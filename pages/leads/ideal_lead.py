import streamlit as st

from components import board, profile_page, sentences
from components.page import View, open_page
from components.sections import outline, section
from scorecard import profile_view

TABLES = ("profiles", "leads", "campaigns", "settings", "fx_rates")
QUESTION = "Which leads do we want, and which become customers?"
view = open_page("ideal-lead", QUESTION, TABLES, period=False, compare=False)
top = st.container()
span = st.empty()
with span.container():
    months = profile_page.pick_span()


def found(now: View) -> profile_view.Profile:
    return now.get(profile_view.profile_of, months, now.as_of, now.where)


nothing = outline(view, lambda now: found(now).nothing)
if nothing is not None:
    span.empty()
    with top:
        sentences.nothing(*nothing)
    st.stop()

with top:
    section(view, "verdict", lambda now: found(now).verdict, board.verdict)
    section(view, "because", lambda now: found(now).because, board.because)
    section(view, "facts", lambda now: profile_page.facts_of(found(now)), profile_page.facts)
    section(view, "lacking", lambda now: found(now).lacking, profile_page.lacking)
section(view, "wishes", lambda now: (found(now).lines, found(now).basis), profile_page.wishes)
section(view, "surprises", lambda now: found(now).surprises, profile_page.surprises)
section(view, "nurture", lambda now: found(now).nurture_says, profile_page.nurture)
section(view, "repairs", lambda now: found(now).problems, profile_page.repairs)
section(view, "every", lambda now: (found(now).every, found(now).looked_at), profile_page.every)
