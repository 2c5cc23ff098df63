import streamlit as st

from components import quota_board, tables, tiles
from components.page import open_page
from components.picks import pick
from components.sentences import told
from scorecard import quota_view

view = open_page("quotas", "Who is where against the quota?", filters=False, compare=False)
reading = view.get(quota_view.quotas_of, view.period, view.as_of)
if reading.nothing is not None:
    tiles.empty(*reading.nothing)
    st.stop()

tiles.verdict(*map(told, reading.verdict))
tiles.because(*map(told, reading.because))
tiles.tiles(quota_board.tiles(reading.first, view.formats), view)

if reading.pairs:
    both = quota_board.side_by_side(reading.pairs, view.formats)
    tables.with_table(both, view, title="Both teams on one axis", key="teams")
    tiles.note(f"{reading.gap} Round: marketing, square: sales; full line: target, dashed: pace.")

several = any(len(sets) > 1 for sets in reading.people.values())
for column, (team, sets) in zip(st.columns(2, gap="large"), reading.people.items(), strict=False):
    with column:
        if not sets:
            st.subheader(f"Nobody in {team} has a quota here", anchor=False)
            continue
        offered = {one.key: one.title for one in sets}
        chosen = pick(f"{team}_quota", f"Quota of {team}", offered, many=True) if several else sets[0].key
        shown = next(one for one in sets if one.key == chosen)
        people = quota_board.people(shown, view.formats)
        tables.with_table(people, view, title=f"{team.capitalize()}: {shown.title}", key=f"{team}_people")
        if shown.without:
            tiles.note(f"Without one: {', '.join(shown.without)}")

pasts = view.get(quota_view.history, tuple(line.kind for line in reading.first), view.period, view.as_of)
if pasts:
    st.subheader("How it went before", anchor=False)
    top = quota_board.top(pasts)
    for column, past in zip(st.columns(min(len(pasts), 4)), pasts, strict=False):
        with column:
            course = quota_board.course(past, top, view.formats)
            tables.with_table(course, view, title=past.name, key=f"past_{past.name}")

st.subheader(f"All quotas that touch {view.period.label(view.settings.locale)}", anchor=False)
tables.table(quota_board.table(reading.lines), view, name="quotas", key="all")
