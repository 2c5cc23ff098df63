"""Which days the Calendar shows, and what its rows are; both stand in the address (on=2026-12&by=team)."""

from __future__ import annotations

from functools import partial
from typing import Final, cast

import streamlit as st

from components.picks import pick
from components.screen import View
from scorecard import calendar_days
from scorecard.calendar_days import SPANS, Span
from scorecard.calendar_lanes import BY, By
from scorecard.periods import Period

_LONGEST: Final = 40
_ON, _SPAN = "on", "pick_span"


def asked() -> str | None:
    """The days in the address, as they are written there."""
    return st.query_params.get(_ON, "")[:_LONGEST] or None


def asked_entry() -> str | None:
    """The entry in the address."""
    return st.query_params.get("entry", "")[:300] or None


def draw(shown: Period, view: View) -> None:
    """The span, and the ways to what lies before and after it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="calendar_range"):
        _pick_span(shown, view)
        _step("Before", ":material/chevron_left:", shown.previous(), view, key="calendar_before")
        st.button("Today", key="calendar_today", on_click=partial(_go, None, view), type="tertiary")
        _step("After", ":material/chevron_right:", calendar_days.following(shown), view, key="calendar_after")


def pick_rows() -> By:
    """What each row of the timeline stands for."""
    return cast("By", pick("by", "Rows", BY, bare=True))


def _pick_span(shown: Period, view: View) -> None:
    st.session_state[_SPAN] = calendar_days.span_of(shown)

    def change() -> None:
        span: Span = st.session_state[_SPAN]
        _go(calendar_days.as_span(shown, span, view.as_of, view.settings), view)

    st.segmented_control(
        "Days shown", list(SPANS), format_func=SPANS.__getitem__, key=_SPAN, on_change=change, required=True,
        label_visibility="collapsed",
    )  # fmt: skip


def _step(label: str, icon: str, to: Period, view: View, *, key: str) -> None:
    st.button(label, icon=icon, key=key, on_click=partial(_go, to, view), type="tertiary")


def _go(to: Period | None, view: View) -> None:
    """Writes the days into the address (None: the usual ones).

    The usual ones leave it, so that a link keeps up with time, but not beside an entry, which has its own.
    """
    usual = calendar_days.from_now(view.as_of, view.settings)
    wanted = usual if to is None else to
    if wanted == usual and asked_entry() is None:
        st.query_params.pop(_ON, None)
    else:
        st.query_params[_ON] = wanted.text
