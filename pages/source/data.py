import streamlit as st

from components import live, problems, tables, tiles
from components.page import open_page
from components.picks import pick
from components.sentences import told
from scorecard import data_view

view = open_page(
    "data", "What was read, and what is wrong with it?", filters=False, period=False, compare=False
)
formats, stamp = view.formats, view.dataset.stamp
read = view.get(data_view.tables, view.as_of)
locked = view.get(data_view.locked, view.period, view.as_of)
checked = st.container()  # filled last: checking may take seconds, and the rest needn't wait for it

st.subheader("What is locked, and what unlocks it", anchor=False)
if locked:
    problems.locks(locked)
else:
    tiles.empty("Nothing is locked", "Every metric has the tables, columns and settings that it needs.")

st.subheader("What was read", anchor=False)
changed = "not known" if stamp.changed_at is None else formats.moment(int(stamp.changed_at.timestamp()))
when = formats.moment(int(stamp.read_at.timestamp()))
problems.facts(
    [("Source", view.dataset.label), ("Read", when), ("Changed", changed), ("Version", stamp.version)]
)
for missing in view.dataset.missing:
    tiles.empty("Named in the configuration, but not there", missing)
tables.table(problems.read(read), view, name="tables", key="read")
if data_view.is_large(read) and (advice := view.get(live.advice)):
    st.subheader("Indexes that would make it faster", anchor=False)
    tiles.note("For whoever keeps the database; Tandem only reads.")
    st.code("\n".join(advice), language=None, wrap_lines=True)

with checked:
    with st.spinner("Checking every table …"):
        wrong = view.get(data_view.wrong, view.as_of)
    tiles.verdict(*map(told, wrong.verdict))
    tiles.facts(problems.counts(wrong, read, locked, formats))
    if wrong.groups:
        severities, names = problems.offered(wrong)
        left, right = st.columns(2, vertical_alignment="bottom")
        with left:
            severity = pick("severity", "Show", severities)
        with right:
            table = pick("table", "Table", names, many=True)
        shown = wrong.of(severity, table)
        problems.groups(shown, formats)
        with st.expander("All of them as a table"):
            tables.table(problems.table(shown), view, name="problems", key="problems")
