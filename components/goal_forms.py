"""What can be entered about a goal: a check-in (value, confidence, comment), and another target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import streamlit as st

from components import forms, writes
from components.forms import Field, Filled
from components.screen import View
from scorecard import edits, small
from scorecard.edits import Edit, EditError, Row, Value
from scorecard.goal_tree import Panel
from scorecard.goals import Goal
from scorecard.roles import Act

_ABOUT: tuple[Field | tuple[Field, ...], ...] = (
    Field("confidence", "How sure are you to reach the target?", help="1: hardly, 5: surely"),
    Field("comment", "What should both teams know?", lines=3),
)
_VALUES = {
    "total": "What was added that day",
    "level": "Where it stands",
    "rate": "The rate, where its parts aren't known",
}


def goal_of(panel: Panel | None) -> Goal | None:
    """What the check-in is about."""
    return None if panel is None else panel.goal


def row_of(view: View, panel: Panel | None) -> Row | None:
    """The row whose target can be moved."""
    goal = goal_of(panel)
    rows = small.rows(view.dataset, "goals")
    return None if goal is None else next((row for row in rows if row["goal_id"] == goal.goal_id), None)


def check_in(goal: Goal | None, view: View) -> None:
    """A row of goal_actuals: of a goal that a metric measures, confidence and comment alone."""
    if goal is None:
        return

    def build(filled: Filled) -> Sequence[Edit]:
        _must_count(goal, filled.values, view)
        after = {**filled.values, "goal_id": goal.goal_id}
        return [edits.new(filled.change_id, writes.ACTIONS[Act.CHECK_IN], "goal_actuals", after)]

    if writes.refusal(view, Act.CHECK_IN) is None:
        with st.expander("Check in on this goal", icon=":material/edit_note:"):
            forms.form(
                view, f"check_in_{goal.goal_id}", act=Act.CHECK_IN, table="goal_actuals",
                fields=(*_measured(goal, view), *_ABOUT), build=build, submit="Check in",
                thanks="Thank you. It counts from now on.",
            )  # fmt: skip


def _measured(goal: Goal, view: View) -> tuple[Field | tuple[Field, ...], ...]:
    day = Field("date", "For which day", required=True, value=min(view.as_of.day, goal.due))
    if goal.metric is not None:
        return (day,)
    value = Field("value", _VALUES[goal.kind], required=goal.kind != "rate", help=_written(goal, view))
    if goal.kind != "rate":
        return ((day, value),)
    return (day, (Field("numerator", "How many"), Field("denominator", "Out of how many")), value)


def _written(goal: Goal, view: View) -> str:
    """In which unit a value is typed."""
    if goal.unit == "percent":
        return "As in 25 %"
    return f"In {view.settings.currency}" if goal.unit == "currency" else ""


def _must_count(goal: Goal, typed: Mapping[str, Value], view: View) -> None:
    """EditError for an entry that would say nothing, or that no figure would take notice of."""
    values, day = dict(typed), typed["date"]
    assert isinstance(day, date)  # noqa: S101 - it is required
    last = min(goal.due, view.as_of.day)
    if not goal.start <= day <= last:
        span = f"{view.formats.date(goal.start)} to {view.formats.date(last)}"
        raise EditError(f"Only days from {span} count for this goal. Choose one of them.")
    if all(value is None for name, value in values.items() if name != "date"):
        raise EditError("There is nothing in it yet: fill in at least one field.")
    if goal.kind == "rate" and goal.metric is None:
        _must_be_a_rate(values)
    if goal.kind == "level" and goal.metric is None:
        _must_not_contradict(goal, day, values["value"], view)


def _must_be_a_rate(values: Mapping[str, Value]) -> None:
    parts = [values.get(name) for name in ("numerator", "denominator")]
    if sum(part is None for part in parts) == 1:
        raise EditError("A rate needs both of its parts: how many, and out of how many.")
    if isinstance(parts[0], (int, float)) and isinstance(parts[1], (int, float)) and parts[0] > parts[1]:
        raise EditError("There can't be more than the whole: the first part is larger than the second.")


def _must_not_contradict(goal: Goal, day: date, value: Value, view: View) -> None:
    for row in small.rows(view.dataset, "goal_actuals"):
        stands = row["value"]
        if (row["goal_id"], row["date"]) == (goal.goal_id, day) and stands is not None and stands != value:
            raise EditError(
                f"{view.formats.date(day)} has the entry {view.formats.number(stands)} already, and of two "
                "different ones neither would count. Choose another day, or correct the entry in the source."
            )


def move(row: Row | None, view: View) -> None:
    """Another target, with the reason; by whoever answers for the goal, or an admin."""
    if row is None:
        return
    owner = None if row["owner"] is None else str(row["owner"])
    if writes.refusal(view, Act.TARGET, owner=owner) is None:
        with st.expander("Move the target", icon=":material/flag:"):
            forms.target(view, f"move_{row['goal_id']}", "goals", row)
