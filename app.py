"""The front door: imported it is the ASGI app, run as a script it is the menu. No page needs it to be right.

`streamlit run app.py` and `uvicorn app:app` both serve it.
"""

from __future__ import annotations

import gc
import importlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from components import access, live, live_route

# What pages import: loaded before the first visitor comes instead of while he waits.
WARMED: Final = (
    "altair", "pandas", "scipy.special", "sqlalchemy", "holidays", "babel.dates",
    "components.page", "components.tables", "components.tiles", "scorecard.report",
)  # fmt: skip


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[dict[str, Any]]:
    """What is done once, before the first visitor."""
    for name in WARMED:
        importlib.import_module(name)
    PagesManager.uses_pages_directory = False  # or it tells the first visitor that his page isn't there
    _answer_at_once()
    gc.collect()
    gc.freeze()  # what is loaded now stays; later collections needn't look at it
    live_route.release_at_the_end()
    live.refresher()  # the source is read before the first visitor asks
    yield {}
    live_route.release()
    live.close()


def _answer_at_once() -> None:
    """TCP_NODELAY on the listening sockets: without it a rerun waits 40 ms for the browser to acknowledge.

    `streamlit run` binds its socket before this; an ASGI server binds after it, and sets the option itself.
    """
    for found in gc.get_objects():
        if isinstance(found, socket.socket) and found.type == socket.SOCK_STREAM and found.fileno() >= 0:
            with suppress(OSError):
                found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def menu() -> st.Page:
    """The pages in the order of a visitor's questions; gives the one that was asked for."""
    pages = [
        # The default page has the bare address only, so the scorecard stands here twice, once out of sight.
        st.Page("pages/overview/board.py", title="Scorecard", default=True, visibility="hidden"),
        st.Page("pages/overview/board.py", title="Scorecard", url_path="scorecard"),
        st.Page("pages/targets/goals.py", title="Goals", url_path="goals"),
        st.Page("pages/leads/handoff.py", title="Hand-off", url_path="handoff"),
        st.Page("pages/targets/quotas.py", title="Quotas", url_path="quotas"),
        st.Page("pages/campaigns/campaigns.py", title="Campaigns", url_path="campaigns"),
        st.Page("pages/campaigns/coming_up.py", title="Calendar", url_path="calendar"),
        st.Page("pages/campaigns/attribution.py", title="Attribution", url_path="attribution"),
        st.Page("pages/together/feedback.py", title="Feedback", url_path="feedback"),
        st.Page("pages/leads/ideal_lead.py", title="Ideal lead", url_path="ideal-lead"),
        st.Page("pages/together/reviews.py", title="Reviews", url_path="reviews"),
        st.Page("pages/together/people.py", title="People", url_path="people"),
        st.Page("pages/source/data.py", title="Data", url_path="data"),
        st.Page("pages/overview/present.py", title="Present", url_path="present", visibility="hidden"),
    ]
    return st.navigation(pages, position="top" if access.may_see() else "hidden")


if get_script_run_ctx(suppress_warning=True) is None:
    app = st.App(__file__, lifespan=lifespan, routes=live_route.routes())
else:
    menu().run()
