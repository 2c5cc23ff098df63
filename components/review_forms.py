"""What can be entered on the Reviews page: a review with its actions, and that an action is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

from components import forms, writes
from components.forms import Field, Filled
from components.picks import pick_one
from components.screen import View
from components.text import escape
from scorecard import edits, periods, small, words
from scorecard.edits import Edit, EditError, Row, Value
from scorecard.reviews import Overview, line_key
from scorecard.roles import Act

_ACTION: Final = writes.ACTIONS[Act.REVIEW]
_ACTIONS: Final = 3  # a form has room for; the meeting mode has no bound


@dataclass(frozen=True)
class Offered:
    """What a review can be about: campaigns, those that owe one first."""

    campaigns: Mapping[str, str]


def offered(view: View, found: Overview) -> Offered:
    """Campaigns by name, those that ended without a review first."""
    owing = {one.campaign_id: f"{words.brief(one.name)} (owes a review)" for one in found.owing}
    rest = words.campaigns(view.dataset, view.as_of)
    return Offered({**owing, **{key: name for key, name in rest.items() if key not in owing}})


def hold(found: Offered, view: View) -> None:
    """A new review: what it is about, what went well and wrong, what was decided, who does what."""
    if writes.refusal(view, Act.REVIEW) is not None:
        return
    with st.expander("Write down a review", icon=":material/rate_review:"):
        forms.form(
            view, "review", act=Act.REVIEW, table="reviews", fields=_fields(found, view),
            build=lambda filled: _lines(filled, view), submit="Save the review",
            thanks="Saved. The next review opens with its actions.",
        )  # fmt: skip


def _fields(found: Offered, view: View) -> tuple[Field | tuple[Field, ...], ...]:
    actions = tuple(
        (
            Field(f"action_{n}", f"Action {n}", "text", column="action"),
            Field(f"owner_{n}", "By whom", column="action_owner"),
            Field(f"due_{n}", "By when", column="action_due"),
        )
        for n in range(1, _ACTIONS + 1)
    )
    return (
        (
            Field("campaign_id", "About which campaign", options=found.campaigns),
            Field("period", "Or which period", "text", help="As in 2026-Q3 or 2026-09"),
            Field("as_of", "Numbers as of", value=view.as_of.day),
        ),
        Field("attendees", "Who was there", "text", help="Names parted by commas"),
        (Field("went_well", "What went well?"), Field("went_wrong", "What went wrong?")),
        Field("decision", "What did you decide?"),
        *actions,
    )


def _lines(filled: Filled, view: View) -> Sequence[Edit]:
    """The first action stands on the line of what was said, each further one on a line of its own."""
    values = filled.values
    about = {name: values.get(name) for name in ("campaign_id", "period", "as_of", "attendees")}
    said = {name: values.get(name) for name in ("went_well", "went_wrong", "decision")}
    actions = [found for n in range(1, _ACTIONS + 1) if (found := _action(values, n))]
    _must_say_something(about, said, actions, view)
    head: dict[str, Value] = {**about, "held_at": writes.NOW}
    lines = [{**head, **said, **(actions[0] if actions else {})}, *({**head, **one} for one in actions[1:])]
    review_id = edits.key_for("reviews", filled.change_id)
    return [
        edits.new(filled.change_id, _ACTION, "reviews", {**line, "review_id": review_id, "line_no": n}, n)
        for n, line in enumerate(lines, start=1)
    ]


def _action(values: Mapping[str, Value], n: int) -> dict[str, Value] | None:
    what, owner, due = (values.get(f"{name}_{n}") for name in ("action", "owner", "due"))
    if what is None and (owner is not None or due is not None):
        raise EditError(f"Action {n} has no text: say what is to be done, or leave its line blank.")
    return None if what is None else {"action": what, "action_owner": owner, "action_due": due}


def _must_say_something(
    about: Mapping[str, Value], said: Mapping[str, Value], actions: Sequence[object], view: View
) -> None:
    if not actions and all(value is None for value in said.values()):
        raise EditError("There is nothing in it yet: say what went well or wrong, a decision or an action.")
    if about["campaign_id"] is None and about["period"] is None:
        raise EditError("Say what was reviewed: a campaign, or a period.")
    if about["period"] is not None:
        try:
            periods.parse(str(about["period"]), view.settings.fiscal_year_start)
        except ValueError as error:
            raise EditError(f"The period can't be read. {error}") from error


# --- an action is done ------------------------------------------------------------------------------------


def tickable(found: Overview) -> dict[str, str]:
    """The actions, what is owed first, by the key of their lines; those that are done say so."""
    return {
        one.key: f"{words.brief(one.what)} ({one.who or '?'}){'' if one.done is None else ' ✓ done'}"
        for one in found.actions
    }


def pick_done(view: View, names: Mapping[str, str]) -> str | None:
    """Which action is done, or isn't after all; nothing is offered where nothing can be entered."""
    if not names or writes.refusal(view, Act.REVIEW) is not None:
        return None
    return pick_one("action", names, "Action", "Say that an action is done")


def row_of(view: View, key: str | None) -> Row | None:
    """The line that asks for it."""
    rows = small.rows(view.dataset, "reviews")
    return next((row for row in rows if line_key(row["review_id"], row["line_no"]) == key), None)


def done(row: Row | None, view: View) -> None:
    """The action, with who does it and by when; and the button that says it is done, or isn't after all."""
    if row is None:
        return
    st.caption(escape(words.brief(str(row["action"] or ""))))
    key = line_key(row["review_id"], row["line_no"])
    fields = ((Field("action_owner", "By whom"), Field("action_due", "By when")),)
    if row["action_done_at"] is None:
        forms.form(
            view, f"done_{key}", act=Act.REVIEW, table="reviews", row=row, fields=fields,
            build=_done, submit="It is done", thanks="Well done. It stands beside the action now.",
        )  # fmt: skip
    else:
        forms.form(
            view, f"open_{key}", act=Act.REVIEW, table="reviews", row=row, fields=fields,
            build=_open, submit="It isn't done after all", thanks="It is open again.",
        )  # fmt: skip


def _done(filled: Filled) -> Sequence[Edit]:
    assert filled.row is not None  # noqa: S101 - this form alters a row
    return [is_done(filled.change_id, filled.row, filled.values)]


def _open(filled: Filled) -> Sequence[Edit]:
    assert filled.row is not None  # noqa: S101 - this form alters a row
    return [is_open(filled.change_id, filled.row, filled.values)]


def is_done(change: str, row: Row, more: Mapping[str, Value] | None = None) -> Edit:
    """The edit that dates an action as done now; `more` are other columns of its line."""
    return edits.altered(change, _ACTION, "reviews", row, {**(more or {}), "action_done_at": writes.NOW})


def is_open(change: str, row: Row, more: Mapping[str, Value] | None = None) -> Edit:
    """The edit that takes back that an action is done."""
    return edits.altered(change, _ACTION, "reviews", row, {**(more or {}), "action_done_at": None})
