from functools import partial

import streamlit as st

from components import board, quota_page, sentences, tiles
from components.page import View, open_page
from components.sections import outline, section
from scorecard import quota_view

TABLES = ("quotas", "people", "leads", "orders", "settings", "fx_rates")
view = open_page("quotas", "Who is where against the quota?", TABLES, filters=False, compare=False)


def found(now: View) -> quota_view.Quotas:
    return now.get(quota_view.quotas_of, now.period, now.as_of)


def past(now: View) -> tuple[quota_view.Past, ...]:
    return now.get(quota_view.history, tuple(line.kind for line in found(now).first), now.period, now.as_of)


def one_set(now: View, team: str, key: str) -> quota_view.People | None:
    return next((one for one in found(now).people.get(team, ()) if one.key == key), None)


nothing = outline(view, lambda now: found(now).nothing)
if nothing is not None:
    sentences.nothing(*nothing)
    st.stop()

section(view, "verdict", lambda now: found(now).verdict, board.verdict)
section(view, "because", lambda now: found(now).because, board.because)
section(view, "tiles", lambda now: found(now).first, quota_page.numbers)
section(view, "teams", lambda now: (found(now).pairs, found(now).gap), quota_page.side_by_side)

teams = outline(view, lambda now: quota_page.offered(found(now).people))
several = any(len(sets) > 1 for sets in teams.values())
for column, (team, sets) in zip(st.columns(2, gap="large"), teams.items(), strict=False):
    with column:
        if not sets:
            tiles.heading(f"Nobody in {team} has a quota here")
            continue
        key = quota_page.choose(team, sets, several=several)
        read = partial(one_set, team=team, key=key)
        section(view, f"people_{team}", read, partial(quota_page.people, team=team))

section(view, "past", past, quota_page.history)
section(view, "all", lambda now: found(now).lines, quota_page.every)
