import streamlit as st

from components import breakdown, tables, tiles
from components.charts import Reason, Stage, Wait, funnel, pareto, waits
from components.page import open_page
from components.picks import pick
from components.sentences import told
from scorecard import handoff_groups, handoff_view
from scorecard.metrics import METRICS

view = open_page("handoff", "Are leads handed over well, and where not?")
asked = (view.period, view.as_of, view.where)
reading = view.get(handoff_view.handoff_of, view.period, view.compare, view.as_of, view.where)
if reading.nothing is not None:
    tiles.empty(*reading.nothing)
    st.stop()

median = handoff_view.median_metric(view.settings)
rates = {"acceptance_rate": "Accepted", "sla_compliance": "SLA met", median: "Half touched within",
         "lead_rating": "Rating by sales"}  # fmt: skip
first = {"handoffs": "Handed off", **rates}
tiles.verdict(*map(told, reading.verdict))
tiles.because(*map(told, reading.because))
tiles.tiles([tiles.Tile(word, reading.rows[m], reading.beside.get(m, "")) for m, word in first.items()], view)

left, right = st.columns(2, gap="large")
with left:
    steps = funnel([Stage(s.name, s.count, s.step) for s in reading.stages], view.formats)
    tables.with_table(steps, view, title="How far they got", key="funnel")
with right:
    if reading.speed is None:
        tiles.locked("Speed to lead", reading.rows[median])
    else:
        curve = waits([Wait(*step) for step in reading.speed.curve], reading.speed.marks, view.formats)
        tables.with_table(curve, view, title="Speed to lead", key="waits")
        tiles.note(reading.speed.says)

st.subheader("Where it differs", anchor=False)
offered = handoff_groups.offered(view.dataset)
by = pick("by", "Group by", offered)
groups = view.get(handoff_groups.breakdown, by, *asked)
breakdown.side_by_side(groups, reading.rows, view)
tables.table(breakdown.table(groups, offered[by], median), view, name=f"hand-off by {by}", key="by")

left, right = st.columns(2, gap="large")
with left:
    if not reading.reasons:
        tiles.empty(*reading.no_reasons)
    else:
        reasons = pareto([Reason(r.name, r.count, r.before, r.share) for r in reading.reasons], view.formats)
        tables.with_table(reasons, view, title="Why leads come back", key="reasons")
        tiles.note(reading.rejections)
with right:
    if reading.nurtured:
        st.subheader("Nurtured, and come again", anchor=False)
        tiles.tiles([tiles.Tile(METRICS[m].label, reading.rows[m]) for m in reading.nurtured], view)
        tiles.note(reading.nurture)

if reading.cohorts:
    st.subheader("What becomes of them", anchor=False)
    tiles.tiles([tiles.Tile(METRICS[m].label, reading.rows[m]) for m in reading.cohorts], view)
    tiles.note(reading.maturity)

st.subheader("The last twelve months", anchor=False)
breakdown.courses(view.get(handoff_groups.months, *asked), rates, view)
tiles.notes(reading.lacking)
