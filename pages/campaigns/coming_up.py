import streamlit as st

from components import (
    board,
    calendar_form,
    calendar_page,
    calendar_range,
    calendar_timeline,
    sentences,
    tiles,
)
from components.page import View, open_page
from components.sections import outline, section
from scorecard import calendar_answer, calendar_view

TABLES = ("calendar", "campaigns", "people", "feedback", "signoffs", "reviews", "settings")
QUESTION = "What is coming up, who does it, and where does it clash?"
view = open_page("calendar", QUESTION, TABLES, filters=False, period=False, compare=False)
calendar_page.use_style()
on, asked = calendar_range.asked(), calendar_range.asked_entry()


def answer(now: View) -> calendar_answer.Answer:
    return now.get(calendar_answer.answer, now.as_of)


def panel(now: View) -> calendar_view.Panel | None:
    return None if asked is None else now.get(calendar_view.panel, now.as_of, asked)


def timeline(now: View) -> calendar_view.Timeline:
    return now.get(calendar_view.timeline, now.as_of, period, by)


def clashes(now: View) -> calendar_view.Found:
    return now.get(calendar_view.found, now.as_of, period)


def weeks(now: View) -> tuple[calendar_view.Week, ...]:
    return now.get(calendar_view.weeks, now.as_of, period)


nothing = outline(view, lambda now: answer(now).nothing)
if nothing is not None:
    sentences.nothing(*nothing)
    section(view, "ask", calendar_form.offered, calendar_form.ask)
    st.stop()

section(view, "verdict", lambda now: answer(now).verdict, board.verdict)
section(view, "owed", lambda now: answer(now).owed, board.because)
if asked is not None:
    section(view, "entry", panel, calendar_page.entry)
    section(view, "alter", lambda now: calendar_form.row_of(now, asked), calendar_form.alter)

period, odd = outline(view, lambda now: now.get(calendar_view.shown, now.as_of, on, asked))
tiles.note(odd)
with st.container(horizontal=True, vertical_alignment="center", key="calendar_line"):
    calendar_range.draw(period, view)
    by = calendar_range.pick_rows()
section(view, "timeline", timeline, calendar_timeline.timeline)

left, right = st.columns([3, 2], gap="large")
with left:
    section(view, "clashes", clashes, calendar_page.clashes)
    section(view, "asked", lambda now: now.get(calendar_view.asked, now.as_of), calendar_page.asked)
    section(view, "ask", calendar_form.offered, calendar_form.ask)
with right, st.container(key="calendar_weeks"):
    section(view, "weeks", weeks, calendar_timeline.weeks)
with right:
    section(view, "sessions", lambda now: now.get(calendar_view.sessions, now.as_of), calendar_page.sessions)
section(view, "lacking", lambda now: answer(now).lacking, calendar_page.lacking)
