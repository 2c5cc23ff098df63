"""Opening a page: its look, the gate, the data, and what the viewer has chosen to see of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import ParamSpec, TypeVar

import streamlit as st

from components import access, controls, exports, live, live_route, live_stamp, problems, uploads
from components.choice import chosen
from components.controls import Asked
from components.present_link import to_the_room
from components.screen import STAMP, Screen, View
from components.sections import section
from components.text import escape
from components.theme import ICON, STYLE
from scorecard import checks, data_view
from scorecard.data_view import Touch

P = ParamSpec("P")
T = TypeVar("T")

__all__ = ["View", "open_page"]


def open_page(
    slug: str,
    question: str,
    tables: Sequence[str] = (),
    *,
    filters: bool = True,
    period: bool = True,
    compare: bool = True,
) -> View:
    """Starts a page; what must hold on every page happens here, whichever way the viewer came.

    The question is the page's heading; `tables` are those whose rows it shows; what a page has no use for
    can't be picked there. Without the right to see, or without data, the page ends here.
    """
    screen = enter(slug, question, filters=filters, period=period, compare=compare)
    with st.container(horizontal=True, vertical_alignment="bottom", key="page_head"):
        st.title(escape(question), anchor=False, width="stretch")
        controls.draw(screen.frame.offer, screen.asked)
        exports.offer(screen.view)
        st.html(to_the_room(slug), width="content")
    with st.container(horizontal=True, key="page_line", gap="small"):
        _stamp(screen)
        _corner(screen.view, tuple(tables))
        access.corner()
    for note in screen.frame.offer.choices.notes:
        st.info(escape(note), icon=":material/link_off:")
    return screen.view


def enter(
    slug: str, question: str, *, filters: bool = True, period: bool = True, compare: bool = True
) -> Screen:
    """The look, the gate and the data of a page, and an empty screen for it; its head is the page's own."""
    st.set_page_config(page_title=f"{question} · {access.NAME}", page_icon=str(ICON), layout="wide")
    st.html(STYLE)
    access.gate()
    return _screen(slug, Asked(chosen(), filters=filters, period=period, compare=compare))


def _screen(slug: str, asked: Asked) -> Screen:
    """An empty screen for the data as they are; without any the page says why, and comes when they do."""
    try:
        return Screen.of(slug, live.live(), asked)
    except live.NoDataError as error:
        st.title("No data to show yet", anchor=False)
        st.error(escape(error), icon=":material/database_off:")
        st.button("Try again", key=f"{slug}_again", on_click=live.read_now)
        seen = live.seen(live.refresher().published, datetime.now(UTC))
        drawn = live_stamp.Drawn(seen, bare=True)
        live_stamp.stamp(drawn, live_route.mint(access.key()), key="page_live")
        live_stamp.listen(_run_again, _run_again, key="page_listens")
        st.stop()


def _run_again() -> None:
    """Any callback has the page run again."""


def _stamp(screen: Screen) -> None:
    """How old the figures are; it keeps the screen up to date. A fragment: its news rerun nothing else."""
    if (own := live.own()) is not None:
        seen_from = live_stamp.seen_from(screen.view.as_of, screen.view.formats)
        uploads.banner(own, seen_from)  # nothing changes there by itself
        return
    with st.container(key="page_stamp", gap=None, width="stretch"):
        st.fragment(_draw_stamp, key=STAMP)(screen)
        live_stamp.listen(screen.catch_up, screen.stamp_again, key="page_listens")


def _corner(view: View, tables: tuple[str, ...]) -> None:
    """How many errors touch the tables that the page shows."""
    if not tables:
        return

    def touch(now: View) -> Touch | None:
        try:
            checked = checks.is_checked(now.dataset)
            return now.get(data_view.touching, now.as_of, tables, checked=checked)
        except live.NoDataError:
            return None  # the page itself says so

    with st.container(key="page_corner", width="content"):
        section(view, "corner", touch, lambda found, now: problems.corner(found, now.formats))


def _draw_stamp(screen: Screen) -> None:
    access.check()
    seen = live.seen(live.Published(screen.now), screen.moment)
    live_stamp.stamp(live_stamp.Drawn(seen, _fixed(screen)), live_route.mint(access.key()), key="page_live")


def _fixed(screen: Screen) -> str | None:
    """The as_of of the address, ready to read."""
    as_of = screen.fixed_as_of()
    return None if as_of is None else live_stamp.seen_from(as_of, screen.view.formats)
