"""What can be entered on the Calendar page: something new, and how far an entry is and when it is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import streamlit as st

from components import access, forms, writes
from components.forms import Field, Filled
from components.screen import View
from scorecard import edits, feedback_ideas, small, words
from scorecard.contract import TEAMS
from scorecard.edits import Edit, EditError, Row, Value
from scorecard.roles import Act

_ACTION: Final = writes.ACTIONS[Act.CALENDAR]
_ASKED: Final = {"idea": "An idea", "planned": "Planned"}  # what something new can be
_END_HELP: Final = "The same day when left blank"


@dataclass(frozen=True)
class Offered:
    """What an entry can belong to, each by its name; `ideas` are those that still wait for a place."""

    campaigns: Mapping[str, str]
    goals: Mapping[str, str]
    ideas: Mapping[str, str]


def offered(view: View) -> Offered:
    """Campaigns, goals and the content ideas that are open and not on the calendar yet."""
    waiting = feedback_ideas.waiting(view.dataset, view.as_of)
    ideas = {str(row["feedback_id"]): words.brief(str(row["text"] or row["feedback_id"])) for row in waiting}
    goals = {
        str(r["goal_id"]): words.brief(str(r["name"] or r["goal_id"]))
        for r in small.rows(view.dataset, "goals")
    }
    return Offered(words.campaigns(view.dataset, view.as_of), goals, ideas)


def ask(found: Offered, view: View) -> None:
    """A new entry, asked for by who is signed in."""
    if writes.refusal(view, Act.CALENDAR) is not None:
        return
    with st.expander("Ask for something on the calendar", icon=":material/edit_calendar:"):
        forms.form(
            view, "ask", act=Act.CALENDAR, table="calendar", fields=_fields(found), build=_asked,
            submit="Put it on the calendar", thanks="It is on the calendar. Both teams see it now.",
        )  # fmt: skip


def _fields(found: Offered) -> tuple[Field | tuple[Field, ...], ...]:
    viewer = access.viewer()
    own = viewer.role.value if viewer is not None and viewer.role.value in TEAMS else "shared"
    return (
        Field("title", "What is it?", required=True),
        (
            Field("kind", "Of what kind", required=True),
            Field("status", "How far is it?", options=_ASKED, required=True, value="idea"),
        ),
        (Field("start", "First day", required=True), Field("end", "Last day", help=_END_HELP)),
        (Field("channel", "Through which channel"), Field("department", "Whose is it?", value=own)),
        (
            Field("owner", "Who sees to it"),
            Field("attendees", "Who takes part", help="Names parted by commas"),
        ),
        (
            Field("campaign_id", "For which campaign", options=found.campaigns),
            Field("goal_id", "For which goal", options=found.goals),
        ),
        Field("feedback_id", "The idea it came from", options=found.ideas),
    )


def _asked(filled: Filled) -> Sequence[Edit]:
    _must_end_after_it_starts(filled.values)
    return [edits.new(filled.change_id, _ACTION, "calendar", filled.values)]


def _must_end_after_it_starts(values: Mapping[str, Value]) -> None:
    first, last = values.get("start"), values.get("end")
    if isinstance(first, date) and isinstance(last, date) and last < first:
        raise EditError("The last day lies before the first one. Nothing was saved: correct one of them.")


# --- an entry that is there -------------------------------------------------------------------------------


def row_of(view: View, entry_id: str | None) -> Row | None:
    """The entry that can be altered; campaigns and reviews that no entry announces have none."""
    rows = small.rows(view.dataset, "calendar")
    return next((row for row in rows if str(row["entry_id"]) == entry_id), None)


def alter(row: Row | None, view: View) -> None:
    """How far an entry is, its days, and who sees to it."""
    if row is None or writes.refusal(view, Act.CALENDAR) is not None:
        return
    with st.expander("Change this entry", icon=":material/edit_calendar:"):
        forms.form(
            view, f"entry_{row['entry_id']}", act=Act.CALENDAR, table="calendar", row=row, build=_altered,
            fields=(
                (Field("status", "How far is it?"), Field("owner", "Who sees to it")),
                (Field("start", "First day", required=True), Field("end", "Last day", help=_END_HELP)),
            ),
            submit="Change the entry", thanks="Changed. Both teams see it now.",
        )  # fmt: skip


def _altered(filled: Filled) -> Sequence[Edit]:
    assert filled.row is not None  # noqa: S101 - this form alters a row
    _must_end_after_it_starts({**filled.row, **filled.values})
    return [edits.altered(filled.change_id, _ACTION, "calendar", filled.row, filled.values)]
