import streamlit as st

from components import board, feedback_courses, feedback_forms, feedback_page, sentences
from components.page import View, open_page
from components.sections import outline, section
from scorecard import feedback_trends, feedback_view

TABLES = ("feedback", "calendar", "people", "campaigns", "leads", "settings")
QUESTION = "What do the teams tell each other, and what comes of it?"
view = open_page("feedback", QUESTION, TABLES, filters=False, period=False, compare=False)


def found(now: View) -> feedback_view.Feedback:
    return now.get(feedback_view.feedback_of, months, now.as_of)


def asked(now: View) -> feedback_page.Asked:
    return feedback_page.asked_of(found(now), chosen)


def course(now: View) -> feedback_trends.Trends:
    return now.get(feedback_trends.trends, of, now.as_of)


nothing = outline(view, lambda now: now.get(feedback_view.nothing_of, now.as_of))
with st.container():  # what is written below stays in its place when the first entry comes
    if nothing is not None:
        sentences.nothing(*nothing)
    else:
        top = st.container()
        with st.container(horizontal=True, vertical_alignment="bottom", key="feedback_picks"):
            months = feedback_page.pick_months()
            chosen = feedback_page.pick_asked(outline(view, lambda now: feedback_view.minding(found(now))))
        with top:
            section(view, "verdict", lambda now: found(now).verdict, board.verdict)
            section(view, "because", lambda now: found(now).because, board.because)
            section(view, "figures", lambda now: found(now).figures, feedback_page.figures)

section(view, "say", feedback_forms.offered, feedback_forms.say)
unsettled = outline(view, lambda now: now.get(feedback_forms.open_entries, now.as_of))
answered = feedback_forms.pick_answer(view, unsettled)
section(view, "answer", lambda now: feedback_forms.row_of(now, answered), feedback_forms.answer)
if nothing is None:
    left, right = st.columns(2, gap="large")
    with left:
        section(view, "asked", asked, feedback_page.asked)
    with right:
        section(view, "closing", lambda now: feedback_page.closing_of(found(now)), feedback_page.closing)

offered = outline(view, lambda now: now.get(feedback_trends.scopes, now.as_of))
of = feedback_courses.pick_scope(offered)
section(view, "courses", course, feedback_courses.courses)
section(view, "groups", lambda now: now.get(feedback_trends.groups, now.as_of), feedback_courses.groups)

if nothing is None:
    section(view, "ideas", lambda now: feedback_page.ideas_of(found(now)), feedback_page.ideas)
    left, right = st.columns(2, gap="large")
    with left:
        section(view, "problems", lambda now: feedback_page.problems_of(found(now)), feedback_page.problems)
    with right:
        section(view, "insights", lambda now: feedback_page.insights_of(found(now)), feedback_page.insights)
        section(view, "praise", lambda now: feedback_page.praise_of(found(now)), feedback_page.praise)
    section(view, "notes", lambda now: (*found(now).notes, *found(now).lacking), feedback_page.notes)
