import streamlit as st

from components import access, data_page, live, problems, tiles, uploads, writes
from components.page import View, open_page
from components.picks import pick
from components.sections import outline, section
from scorecard import data_view, target_moves
from scorecard import entered as written

view = open_page(
    "data", "What was read, and what is wrong with it?", filters=False, period=False, compare=False
)


def tables(now: View) -> tuple[data_view.Read, ...]:
    return now.get(data_view.tables, now.as_of)


def locked(now: View) -> tuple[data_view.Locked, ...]:
    return now.get(data_view.locked, now.period, now.as_of)


def wrong(now: View) -> data_view.Wrong:
    return now.get(data_view.wrong, now.as_of)


def answered(now: View) -> data_page.Answer:
    changed = None if live.own() is not None else now.dataset.stamp.changed_at
    return data_page.Answer(wrong(now), tables(now), locked(now), changed)


def advice(now: View) -> tuple[str, ...]:
    return now.get(live.advice) if data_view.is_large(tables(now)) else ()


def entered(now: View) -> tuple[written.Entered, writes.Standing, tuple[target_moves.Move, ...]]:
    return now.get(written.entered, now.as_of), writes.standing(), live.moves()


answer = st.container()  # filled last: checking may take seconds, and the rest needn't wait for it
checked = st.container()
section(view, "locked", locked, data_page.locks)
tiles.note(access.said())
uploads.offer()
section(view, "read", lambda now: (tables(now), now.dataset.stamp, now.dataset.missing), data_page.read)
section(view, "entered", entered, data_page.entered)
section(view, "advice", advice, data_page.advice)

with answer:
    with st.spinner("Checking every table …"):
        severities, names, owners = outline(view, lambda now: problems.offered(wrong(now)))
    section(view, "wrong", answered, data_page.verdict)

with checked:
    if outline(view, lambda now: bool(wrong(now).groups)):
        tiles.heading("What to correct, the gravest first", anchor="problems")
        left, middle, right = st.columns(3, vertical_alignment="bottom")
        with left:
            severity = pick("severity", "Show", severities)
        with middle:
            table = pick("table", "Table", names, many=True)
        with right:
            owner = pick("who", "Who answers", owners, many=True)
        section(view, "problems", lambda now: wrong(now).of(severity, table, owner), data_page.groups)
