import streamlit as st

from components import board, people_page, sentences
from components.page import View, open_page
from components.picks import ask, pick
from components.sections import outline, section
from scorecard import people

TABLES = ("people", "calendar", "goals", "campaigns", "reviews", "feedback", "settings")
view = open_page(
    "people", "Who is who, and whom to ask about what?", TABLES, filters=False, period=False, compare=False
)


def found(now: View) -> people.Overview:
    return now.get(people.read, now.as_of)


def shown(now: View) -> people.Matched:
    return people.matching(found(now), asked, page)


nothing = outline(view, lambda now: found(now).nothing)
if nothing is not None:
    sentences.nothing(*nothing)
    st.stop()

section(view, "verdict", lambda now: found(now).verdict, board.verdict)
section(view, "because", lambda now: found(now).because, board.because)
asked = ask("ask", "Find a person or topic", "Whom to ask about … a topic, a name, a role")
pages = outline(view, lambda now: found(now).pages)
page = int(pick("page", "People", people_page.pages(pages), many=True)) if pages > 1 else 1
left, middle, right = st.columns(3, gap="large")
with left:
    section(view, "marketing", lambda now: people_page.side_of(shown(now), "marketing"), people_page.side)
    section(view, "others", lambda now: people_page.side_of(shown(now), "others"), people_page.side)
with middle:
    section(view, "sales", lambda now: people_page.side_of(shown(now), "sales"), people_page.side)
with right:
    section(view, "topics", lambda now: (shown(now).topics, asked), people_page.topics)
left, right = st.columns(2, gap="large")
with left:
    section(view, "held", lambda now: found(now).exchanges, people_page.held)
with right:
    section(view, "planned", lambda now: found(now).exchanges, people_page.planned)
    section(view, "gaps", lambda now: found(now).gaps, people_page.gaps)
