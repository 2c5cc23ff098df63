import streamlit as st

from components import board, review_forms, reviews_page, sentences, tiles
from components.page import View, open_page
from components.picks import pick_one
from components.sections import outline, section
from scorecard import reviews, reviews_effect, reviews_panel
from scorecard.words import Sentence

TABLES = ("reviews", "campaigns", "calendar", "people", "settings")
QUESTION = "What did we decide together, and did it work?"
view = open_page("reviews", QUESTION, TABLES, filters=False, period=False, compare=False)


def found(now: View) -> reviews.Overview:
    return now.get(reviews.read, now.as_of)


def worked(now: View) -> reviews_effect.Worked:
    return now.get(reviews_effect.read, now.as_of)


def verdict(now: View) -> tuple[Sentence, ...]:
    return (*found(now).verdict, *worked(now).verdict)


def panel(now: View) -> reviews_panel.Panel | None:
    return None if asked is None else now.get(reviews_panel.panel, now.as_of, asked)


def hold() -> None:
    section(view, "hold", lambda now: review_forms.offered(now, found(now)), review_forms.hold)


nothing = outline(view, lambda now: found(now).nothing)
if nothing is not None:
    sentences.nothing(*nothing)
    hold()
    st.stop()

section(view, "verdict", verdict, board.verdict)
section(view, "because", lambda now: found(now).because, board.because)
names = outline(view, lambda now: reviews_page.names(found(now), now))
asked = pick_one("review", names, "Review", "Look at one review: its numbers, decisions and actions")
if asked is not None and asked not in names:
    gone = f"No review {asked} has been held"
    tiles.empty(gone, "It may have been renamed or taken out, or lie later; the list has all.")
if asked in names:
    section(view, "title", panel, reviews_page.title)
    left, right = st.columns([3, 2], gap="large")
    with left:
        section(view, "opening", panel, reviews_page.opening)
        section(view, "said", panel, reviews_page.said)
    with right:
        section(view, "stood", panel, reviews_page.stood)
hold()
done = review_forms.pick_done(view, outline(view, lambda now: review_forms.tickable(found(now))))
section(view, "done", lambda now: review_forms.row_of(now, done), review_forms.done)
left, right = st.columns([3, 2], gap="large")
with left:
    section(view, "agreed", lambda now: (found(now).actions, worked(now)), reviews_page.agreed)
with right:
    section(view, "owing", lambda now: found(now).owing, reviews_page.owing)
    section(view, "all", lambda now: found(now).reviews, reviews_page.every)
