"""Parts of a page that are drawn anew by themselves, and only when what they show has changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from components import access, live, tiles
from components.screen import Screen, View

T = TypeVar("T")


def section(view: View, key: str, read: Callable[[View], T], draw: Callable[[T, View], None]) -> None:
    """Draws a reading. `key` is the section's own on its page.

    Both get the view anew each time, since the data move on: neither may keep one from outside.
    """
    st.fragment(_section, key=f"{key}_part")(view.screen, f"{key}_part", read, draw)


def _section(screen: Screen, key: str, read: Callable[[View], T], draw: Callable[[T, View], None]) -> None:
    access.check()
    try:
        found = screen.section(key, read)
    except live.NoDataError as error:
        tiles.empty("This part can't be shown now", str(error))
    else:
        draw(found, screen.view)


def outline(view: View, read: Callable[[View], T]) -> T:
    """A reading that decides what the page is made of: when it changes, the whole page runs again.

    Where it can't be had, the page ends here.
    """
    try:
        return view.screen.outline(read)
    except live.NoDataError as error:
        tiles.empty("This page can't be shown now", str(error))
        st.stop()
