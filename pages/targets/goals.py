from functools import partial

import streamlit as st

from components import backward_page, board, goal_choice, goal_forms, goal_page, tiles
from components.page import View, open_page
from components.picks import pick
from components.sections import outline, section
from scorecard import backward_words, goal_tree

TABLES = ("goals", "goal_actuals", "milestones", "target_changes", "quotas", "people", "settings")
view = open_page("goals", "Which shared goals will we reach?", TABLES, filters=False)


def tree(now: View) -> goal_tree.Tree:
    return now.get(goal_tree.read, now.period, now.as_of)


def panel(now: View) -> goal_tree.Panel | None:
    return None if asked is None else now.get(goal_tree.panel, now.as_of, asked)


def plan(now: View) -> backward_words.Told:
    return now.get(backward_words.read, now.period, now.as_of, target, typed)


head = st.container()
left, right = st.columns([3, 2], vertical_alignment="center")
with right:
    planned = outline(view, lambda now: bool(now.get(backward_words.offered, now.period)))
    both = "show" in st.query_params or planned or outline(view, lambda now: bool(tree(now).lines))
    shown = pick("show", "Show", {"goals": "Goals", "plan": "Backward plan"}, bare=True) if both else "goals"

if shown == "plan":
    typed = backward_page.typed()
    with left:
        target = backward_page.pick_target(
            outline(view, lambda now: now.get(backward_words.offered, now.period))
        )
    with head:
        section(view, "plan_verdict", plan, backward_page.verdict)
    section(view, "ladder", plan, backward_page.ladder)
    backward_page.trials(outline(view, lambda now: plan(now).trials), view.formats)
    st.stop()

with head:
    section(view, "verdict", lambda now: tree(now).verdict, board.verdict)
    section(view, "because", lambda now: tree(now).because, board.because)
with left, st.container(horizontal=True, key="goal_picks"):
    asked = goal_choice.pick(outline(view, lambda now: goal_choice.names(tree(now).lines)))
    states = outline(view, lambda now: goal_tree.states(tree(now).lines))
    state = pick("state", "Which goals", states, many=True, bare=True) if len(states) > 1 else "all"
is_there = outline(view, lambda now: panel(now) is not None)

if asked is not None and not is_there:
    tiles.empty(
        f"There is no goal {asked}",
        "It may have been renamed or taken out; the list below has all there are.",
    )
if is_there:
    section(view, "title", panel, goal_page.title)
    left, right = st.columns([3, 2], gap="large")
    with left:
        section(view, "history", panel, goal_page.history)
        section(view, "parts", panel, goal_page.parts)
    with right:
        section(view, "facts", panel, goal_page.facts)
        section(view, "changes", lambda now: goal_page.changes_of(panel(now)), goal_page.changes)
        section(view, "entries", lambda now: goal_page.entries_of(panel(now)), goal_page.entries)
        section(view, "check_in", lambda now: goal_forms.goal_of(panel(now)), goal_forms.check_in)
        section(view, "move", lambda now: goal_forms.row_of(now, panel(now)), goal_forms.move)

draw_all = partial(goal_page.every, title=states[state])
section(view, "all", lambda now: goal_tree.of_state(tree(now).lines, state), draw_all)
