"""The Quotas page's parts: each draws what the reading says of it, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from components import quota_board, tables, tiles
from components.picks import pick
from components.screen import View
from scorecard.quota_view import Line, Pair, Past, People


def numbers(first: Sequence[Line], view: View) -> None:
    """A tile a team quota."""
    tiles.tiles(quota_board.tiles(first, view.formats), view)


def side_by_side(found: tuple[Sequence[Pair], str], view: View) -> None:
    """Both teams on one axis."""
    pairs, gap = found
    if pairs:
        both = quota_board.side_by_side(pairs, view.formats)
        tables.with_table(both, view, title="Both teams on one axis", key="teams", anchor="teams")
        tiles.note(f"{gap} Round: marketing, square: sales; full line: target, dashed: pace.")


def offered(found: Mapping[str, Sequence[People]]) -> dict[str, list[tuple[str, str]]]:
    """The sets of quotas each team has: key and title."""
    return {team: [(one.key, one.title) for one in sets] for team, sets in found.items()}


def choose(team: str, sets: Sequence[tuple[str, str]], *, several: bool) -> str:
    """Which of a team's sets of quotas (key, title) is looked at."""
    offered = dict(sets)
    return pick(f"{team}_quota", f"Quota of {team}", offered, many=True) if several else sets[0][0]


def people(shown: People | None, view: View, *, team: str) -> None:
    """Everyone of a team, and who is without a quota."""
    if shown is None:
        return
    drawn = quota_board.people(shown, view.formats)
    title = f"{team.capitalize()}: {shown.title}"
    tables.with_table(drawn, view, title=title, key=f"{team}_people", anchor=team)
    without = f" Without a quota: {', '.join(shown.without)}." if shown.without else ""
    tiles.note(f"Furthest behind first; dashed: the pace.{without}")


def history(pasts: Sequence[Past], view: View) -> None:
    """How quotas went before, beside each other."""
    if not pasts:
        return
    tiles.heading("How it went before")
    top = quota_board.top(pasts)
    for column, past in zip(st.columns(min(len(pasts), 4)), pasts, strict=False):
        with column:
            course = quota_board.course(past, top, view.formats)
            tables.with_table(course, view, title=past.name, key=f"past_{past.name}")


def every(lines: Sequence[Line], view: View) -> None:
    """All quotas in a table, folded."""
    with st.expander(f"All quotas that touch {view.period.label(view.settings.locale)}"):
        tables.table(quota_board.table(lines, view.formats), view, name="quotas", key="all")
