"""Who looks at this session, and the gate before every page.

People sign in with Streamlit (st.login): section [auth] of its secrets names the provider. Who has which role
stands in [tandem.access] of the configuration and nowhere else: of what a browser sends only the address of a
sign-in decides on it, which Streamlit's signed cookie holds. In doubt the gate stays shut.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from components import live
from components.text import escape
from scorecard import roles
from scorecard.roles import Viewer

NAME: Final = "Tandem"
_LOG: Final = logging.getLogger(__name__)
_NO_SECRETS: Final = "no-secrets-found"  # how Streamlit tells that there is no file from a file it can't read


@dataclass(frozen=True)
class _Shut:
    """Why this session sees nothing. `address` is whom it is signed in as, None where it isn't."""

    why: str
    address: str | None = None
    offers: bool = True  # signing in, or out


def viewer() -> Viewer | None:
    """Who looks at this session; None where nobody is signed in, or somebody who may see nothing."""
    found = _standing()
    return found if isinstance(found, Viewer) else None


def may_see() -> bool:
    """Where [auth] is configured only people with a role see anything; where it isn't the app is open."""
    return not isinstance(_standing(), _Shut)


def gate() -> None:
    """Ends the page here, with the sign-in page in its place, where this session may see nothing."""
    shut = _standing()
    if not isinstance(shut, _Shut):
        return
    st.title(NAME, anchor=False)
    st.write(escape(shut.why))
    if shut.address is not None:
        st.button("Sign out", on_click=st.logout)
    elif shut.offers:
        for provider in _providers() or (None,):
            label = f"Sign in{'' if provider is None else f' with {escape(provider)}'}"
            st.button(label, on_click=st.login, args=() if provider is None else (provider,))
    st.stop()


def _standing() -> Viewer | _Shut | None:
    """None: the app is open."""
    try:
        auth = _auth()
    except StreamlitSecretNotFoundError:
        return _Shut(
            "Streamlit can't read its secrets, so nobody can sign in. The server's log says why.",
            offers=False,
        )
    try:
        found, written = live.rules()
    except live.NoRulesError as error:
        _LOG.error("Who may see what can't be told: %s", error)
        return None if auth is None else _no_rules()
    if auth is None:
        return _open(found, written)
    return _signed_in(found)


def _no_rules() -> _Shut:
    return _Shut(
        "The configuration doesn't say clearly who may see this. The server's log tells its keeper why.",
        _address(),
    )


def _open(found: roles.Rules, written: bool) -> _Shut | None:  # noqa: FBT001
    """Without [auth] the app is open, unless somebody meant it to be shut."""
    if not found.entries and not written:
        return None
    why = "[auth] stands in a file that Streamlit doesn't read" if written else "[tandem.access] needs [auth]"
    what = "Write [auth] into .streamlit/secrets.toml: docs/access.md says how."
    return _Shut(f"{why}, so nobody can sign in. {what}", offers=False)


def _signed_in(found: roles.Rules) -> Viewer | _Shut:
    if not getattr(st.user, "is_logged_in", False):
        return _Shut("Sign in to see your company's scorecard.")
    address = _address()
    if str(st.user.get("email_verified", True)).casefold() != "true":
        return _Shut("Your provider hasn't verified this address.", address)
    role = found.role_of(address)
    if role is None:
        return _Shut("This address may not see the scorecard. Ask whoever runs Tandem to add it.", address)
    return _viewer(address, role)


def _viewer(address: str, role: roles.Role) -> Viewer:
    person_id, known = _person(address) or (None, None)
    name = known or st.user.get("name") or address
    return Viewer(address, str(name), role, person_id)


def _person(address: str) -> tuple[str, str | None] | None:
    """From the shared data only: files that somebody looks at for himself say nothing about who he is."""
    now = live.refresher().published.live
    if now is None:
        return None
    try:
        return live.cached(roles.person, now.dataset, address)
    except live.NoDataError:
        return None


def _address() -> str:
    return roles.folded(str(st.user.get("email") or ""))


def _auth() -> Mapping[str, Any] | None:
    """Section [auth] of Streamlit's secrets; None where there is none."""
    try:
        return st.secrets.get("auth")
    except StreamlitSecretNotFoundError as error:
        if error.error_id == _NO_SECRETS:
            return None
        raise


def _providers() -> list[str]:
    """The providers that [auth] names; none where it stands for one itself."""
    return [name for name, found in (_auth() or {}).items() if hasattr(found, "items")]
