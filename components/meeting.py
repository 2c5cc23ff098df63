"""A meeting on the presentation's stage: its agenda, actions ticked as done, what was typed made a review.

What is typed stays in the browser (present_meeting.js) until it is saved: no rerun, lost connection or
restart of the server touches it. Here it is checked and goes through the one door for writes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import streamlit as st

from components import review_forms, writes
from components.screen import View
from components.text import clean
from scorecard import agenda, edits, minutes, small
from scorecard.agenda import Item
from scorecard.edits import EditError, Value
from scorecard.minutes import MinutesError
from scorecard.roles import Act
from scorecard.slides import Scope, Slide

FIRST: Final = Item("agenda", "", 1)  # the agenda itself
LAST: Final = Item("agreed", "", 0)  # what was agreed
MADE: Final = (agenda.DECISIONS, LAST.key)  # what the browser draws from what was typed
_ITEMS: Final = "meeting_items"
_SAVED: Final = "meeting_saved"
_SAVER: Final = "meeting_saver"
_TICKED: Final = "meeting_ticked"
_MOST_PEOPLE: Final = 500
_KEPT: Final = "Copy the text or download it; it stays in this browser until you begin anew."

# It stands outside of the stage's fragment: to a server started anew under an open page that means nothing.
_saver = st.components.v2.component(
    "tandem_meeting_saver",
    js="""
      export default function ({ setTriggerValue }) {
        const off = ["save", "done"].map((name) => {
          const tell = ({ detail }) => setTriggerValue(name, detail);
          document.addEventListener(`tandem-${name}`, tell);
          return () => document.removeEventListener(`tandem-${name}`, tell);
        });
        return () => off.forEach((take) => take());
      }
    """,
)


def scope(now: View) -> Scope:
    """What the slides are about."""
    return Scope(now.period, now.as_of, now.compare, now.where)


def items(now: View) -> tuple[Item, ...]:
    """The agenda as it was when the meeting began; what it shows keeps up with the data.

    A goal that recovers meanwhile keeps its item, and nobody loses the place.
    """
    about = (now.period.text, str(now.where))
    kept: tuple[object, tuple[Item, ...]] | None = st.session_state.get(_ITEMS)
    if kept is None or kept[0] != about:
        kept = about, now.get(agenda.agenda, scope(now))
        st.session_state[_ITEMS] = kept
    return kept[1]


def slide(now: View, item: Item) -> Slide:
    """What is shown with an item."""
    return now.get(agenda.slide, item, scope(now))


def data(now: View) -> dict[str, Any]:
    """What the meeting's script needs: whom actions can go to, whether it can be saved, what became of it."""
    rows = small.rows(now.dataset, "people")[:_MOST_PEOPLE]
    topics = now.get(agenda.topics, items(now), now.as_of)
    refusal = writes.refusal(now, Act.REVIEW)
    return {
        "people": [clean(row["name"] or row["person_id"]) for row in rows],
        "why": None if refusal is None else f"{clean(refusal or writes.standing().says)} {_KEPT}",
        "locale": now.settings.locale.replace("_", "-"),
        "period": now.period.text,
        "about": clean(now.period.label(now.settings.locale)),
        "topics": [{"name": clean(one.name), "campaign": one.campaign_id} for one in topics],
        "saved": st.session_state.get(_SAVED),
        "ticked": st.session_state.get(_TICKED),
    }


def listen(view: Callable[[], View]) -> None:
    """Has what the browser sends saved."""
    saved, ticked = (lambda: _save(view())), (lambda: _tick(view()))
    _saver(key=_SAVER, on_save_change=saved, on_done_change=ticked, height=1)


def _save(now: View) -> None:
    sent = st.session_state[_SAVER]["save"]
    ask = sent.get("ask") if isinstance(sent, dict) else None
    before = st.session_state.get(_SAVED)
    if before is None or before["ask"] != ask or not before["done"]:  # it is sent until it is answered
        st.session_state[_SAVED] = {**answer(now, sent), "ask": ask}


def answer(now: View, sent: object) -> dict[str, Any]:
    """Saves it, and says what became of it."""
    about: dict[str, Value] = {"period": now.period.text, "as_of": now.as_of.day, "held_at": writes.NOW}
    try:
        found = minutes.read(sent)
        lines = minutes.edits(now.dataset, found, about, writes.columns(now, "reviews"))
    except (MinutesError, EditError) as error:
        return {"done": False, "said": clean(error)}
    outcome = writes.send(now, lines, Act.REVIEW) if lines else writes.Outcome(done=True, again=True)
    if outcome.clash is not None:
        return {"done": False, "said": "A part of it was saved a moment ago. Try again in a few seconds."}
    if not outcome.done:
        return {"done": False, "said": clean(outcome.message)}
    return {"done": True, "said": f"Saved as review {found.review_id}."}


def _tick(now: View) -> None:
    sent = st.session_state[_SAVER]["done"]
    sent = sent if isinstance(sent, dict) else {}
    before = st.session_state.get(_TICKED)
    if before is None or before["ask"] != sent.get("ask"):  # it is sent until it is answered
        said = done(now, sent.get("key"), undo=sent.get("undo") is True)
        st.session_state[_TICKED] = {"said": said, "ask": sent.get("ask")}


def done(now: View, key: object, *, undo: bool = False) -> str:
    """Writes that an action of a review is done, or that it isn't after all; says why where it can't."""
    row = review_forms.row_of(now, key) if isinstance(key, str) else None
    if row is None:
        return "This action isn't there any more."
    if (row["action_done_at"] is None) is undo:
        return "This screen hasn't read yet that it is done. Try again in a few seconds." if undo else ""
    change = edits.change_id(now.as_of.day)
    edit = (review_forms.is_open if undo else review_forms.is_done)(change, row)
    outcome = writes.send(now, [edit], Act.REVIEW)
    if outcome.clash is not None:
        return "Somebody changed this action a moment ago. Look at it again in a few seconds."
    return "" if outcome.done else clean(outcome.message)
