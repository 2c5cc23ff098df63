"""What can be entered on the Feedback page: something to say to the other team, and an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

from components import controls, forms, writes
from components.forms import Field, Filled
from components.picks import pick_one
from components.screen import View
from components.text import escape
from scorecard import edits, feedback, small, words
from scorecard.clock import AsOf
from scorecard.dataset import Dataset
from scorecard.edits import Edit, Row
from scorecard.roles import Act

_SETTLED: Final = ("done", "declined")
_ACTION: Final = writes.ACTIONS[Act.FEEDBACK]
ANSWER: Final = "answer"  # in the address: which entry is answered


@dataclass(frozen=True)
class Offered:
    """What an entry can be about, each by its name."""

    campaigns: Mapping[str, str]
    goals: Mapping[str, str]
    reasons: tuple[str, ...]


def offered(view: View) -> Offered:
    """Campaigns, goals and the reasons leads were rejected for so far."""
    return Offered(
        words.campaigns(view.dataset, view.as_of),
        _names(view, "goals", "goal_id"),
        view.get(controls.values, "reject_reason"),
    )


def _names(view: View, table: str, key: str) -> dict[str, str]:
    return {
        str(row[key]): words.brief(str(row["name"] or row[key])) for row in small.rows(view.dataset, table)
    }


def say(found: Offered, view: View) -> None:
    """A new entry, in the name of who is signed in."""
    if writes.refusal(view, Act.FEEDBACK) is not None:
        return
    with st.expander("Tell the other team something", icon=":material/add_comment:"):
        forms.form(
            view, "say", act=Act.FEEDBACK, table="feedback", fields=_fields(found),
            fixed={"status": "open"}, submit="Send", thanks="Thank you. Both teams see it now.",
        )  # fmt: skip


def _fields(found: Offered) -> tuple[Field | tuple[Field, ...], ...]:
    reasons = {reason: reason for reason in found.reasons}
    return (
        Field("kind", "What is it?", required=True),
        Field("text", "What do you want to say?", required=True),
        (
            Field("campaign_id", "About which campaign", options=found.campaigns),
            Field("goal_id", "About which goal", options=found.goals),
        ),
        (
            Field("lead_id", "About which lead", help="Its lead_id"),
            Field("reject_reason", "About which reason to reject leads", options=reasons or None),
            Field("rating", "How good are such leads?", help="1: useless, 5: just what we want"),
        ),
        (
            Field("to_person", "To whom"),
            Field("owner", "Who should see to it"),
            Field("due", "By when"),
        ),
    )


# --- answers ----------------------------------------------------------------------------------------------


def open_entries(dataset: Dataset, as_of: AsOf) -> dict[str, str]:
    """Those that ask for something and aren't settled, the latest first."""
    shown = [one for one in feedback.entries(dataset, as_of) if one.asks and not one.settled]
    return {one.feedback_id: _called(one) for one in shown}


def _called(one: feedback.Entry) -> str:
    who = one.author.name or one.origin or "somebody"
    return f"{words.brief(one.text) or one.kind.replace('_', ' ')} ({who})"


def pick_answer(view: View, names: Mapping[str, str]) -> str | None:
    """Which entry is to be answered; nothing is offered where nothing can be entered.

    The one in the address stays when its answer has settled it: whoever gave it is told so there.
    """
    if writes.refusal(view, Act.FEEDBACK) is not None or not (names or st.query_params.get(ANSWER)):
        return None
    return pick_one(ANSWER, names, "Answer", "Answer something that was said")


def row_of(view: View, feedback_id: str | None) -> Row | None:
    """The row that is answered."""
    rows = small.rows(view.dataset, "feedback")
    return next((row for row in rows if row["feedback_id"] == feedback_id), None)


def answer(row: Row | None, view: View) -> None:
    """What becomes of an entry: an answer, who sees to it, by when, how far it is."""
    if row is None:
        return
    name = words.person(view.dataset, None if row["from_person"] is None else str(row["from_person"]))
    st.caption(f"{escape(name or 'Somebody')}: {escape(words.brief(str(row['text'] or '')))}")
    forms.form(
        view, f"answer_{row['feedback_id']}", act=Act.FEEDBACK, table="feedback", row=row, build=_answered,
        fields=(
            Field("response", "What do you answer, or what was done?"),
            (Field("status", "How far is it?"), Field("owner", "Who sees to it"), Field("due", "By when")),
            Field("reject_reason", "The reason to reject leads that this acts on"),
        ),
        submit="Answer", thanks="Answered. When it is done, the page follows whether it helped.",
    )  # fmt: skip


def _answered(filled: Filled) -> Sequence[Edit]:
    """Settling an entry stamps when; opening it again takes the stamp away."""
    assert filled.row is not None  # noqa: S101 - this form alters a row
    after = dict(filled.values)
    is_settled, was = after["status"] in _SETTLED, filled.row["resolved_at"]
    if is_settled != (was is not None):
        after["resolved_at"] = writes.NOW if is_settled else None
    return [edits.altered(filled.change_id, _ACTION, "feedback", filled.row, after)]
