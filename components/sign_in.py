"""What stands in a page's place for whoever may not see it: the way in, or why there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import streamlit as st

from components.auth_section import Provider, origin_of
from components.text import escape, html
from components.theme import ICON

NAME: Final = "Tandem"
_HERE: Final = Path(__file__)

# In the browser's tab: which page was asked for, and that signing in was tried. Streamlit brings whoever has
# signed in to the first page, and tells nobody when it failed.
_keeper = st.components.v2.component(
    "tandem_sign_in",
    html='<p data-part="failed" role="status" hidden></p>',
    css="p { margin: 1rem 0 0; font-family: var(--st-font); font-size: 0.875rem; color: var(--t-warn); }",
    js=_HERE.with_suffix(".js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class Shut:
    """Why a session sees nothing. `address`: whom it is signed in as ("": without one); None: nobody is.

    `ask` is what that person can do about it. `providers` are those to sign in with, none where nobody can;
    `origin` is where signing in works.
    """

    why: str
    address: str | None = None
    ask: str = ""
    providers: tuple[Provider, ...] = ()
    origin: str | None = None


def draw(shut: Shut, sign_out: Callable[[], None]) -> None:
    """The page."""
    with st.container(key="sign_in", gap="small"):
        st.image(str(ICON), width=48, alt=NAME)
        st.title(NAME, anchor=False)
        st.html(html("<p>{why}</p>", why=shut.why))
        if shut.address is not None:
            _refused(shut, shut.address, sign_out)
        elif shut.providers:
            _offer(shut)


def take_back() -> None:
    """Brings a fresh sign-in to the page that was asked for before it; else has this page run again."""
    _keeper(key="sign_in_back", data={"asked": False}, on_stays_change=_run_again, height=1)


def _offer(shut: Shut) -> None:
    here = origin_of(st.context.url or "")
    if shut.origin is not None and here not in (None, shut.origin):
        st.html(html('<p class="t-fine">Signing in works at {there} only.</p>', there=shut.origin))
        st.link_button(f"Go to {escape(shut.origin)}", shut.origin, type="primary", width="stretch")
        return
    with st.container(key="sign_in_buttons"):
        for i, provider in enumerate(shut.providers):
            st.button(
                escape(provider.label),
                key=f"sign_in_{i}",
                type="primary" if i == 0 else "secondary",
                width="stretch",
                on_click=st.login,
                args=() if provider.name is None else (provider.name,),
            )
    base = f"/{st.get_option('server.baseUrlPath').strip('/')}".rstrip("/")
    _keeper(key="sign_in_asked", data={"asked": True, "base": base})


def _refused(shut: Shut, address: str, sign_out: Callable[[], None]) -> None:
    who = f"You are signed in as {address}." if address else "You are signed in without an address."
    st.html(html('<p><b>{who}</b></p><p class="t-fine">{ask}</p>', who=who, ask=shut.ask))
    st.button("Sign out", key="sign_in_out", width="stretch", on_click=sign_out)


def _run_again() -> None:
    """Any callback has the page run again."""
