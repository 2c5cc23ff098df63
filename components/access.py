"""Who looks at this session, and the gate before every page.

People sign in with Streamlit (st.login): section [auth] of its secrets names the provider. Who has which role
stands in [tandem.access] of the configuration and nowhere else: of what a browser sends only the address of a
sign-in decides on it, which Streamlit's signed cookie holds. In doubt the gate stays shut.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from threading import Timer
from typing import Any, Final

import streamlit as st

from components import auth_section, live, sign_in
from components.auth_section import Section
from components.sign_in import Shut
from components.text import clean, escape, html
from scorecard import roles
from scorecard.roles import Role, Rules, Viewer

NAME: Final = sign_in.NAME
DAY: Final = 86_400
_FIRST: Final = 1.0  # seconds in which who signs out is on the way
_FRESH: Final = 600  # seconds after a sign-in in which a new session is taken back to the page asked for
_NAME: Final = 20  # letters of a name that the corner has room for
_BACK: Final = "access_was_taken_back"
_ADDRESS: Final = (
    "Ask whoever runs Tandem at your company to have it sent, or sign out and use another account."
)
_VERIFIED: Final = "Confirm it with the provider, then sign out and in again."
_LIST: Final = "Ask whoever runs Tandem at your company to add it, or sign out and use another account."
_LOG: Final = logging.getLogger(__name__)

Claims = Mapping[str, Any]

listeners: Final[set[Callable[[], None]]] = set()  # called when somebody has signed out
_over: Final[dict[str, float]] = {}  # sign-ins that were ended here, and when


@dataclass(frozen=True)
class SignIn:
    """Somebody who may see: by which address, with which role. `key` tells this sign-in from all others.

    `listed`: only people and domains in some list may see.
    """

    email: str
    role: Role
    key: str
    name: str = ""
    listed: bool = False


def viewer() -> Viewer | None:
    """Who looks at this session; None where nobody is signed in, or somebody who may see nothing."""
    found = _standing()
    if not isinstance(found, SignIn):
        return None
    person_id, known = _person(found.email) or (None, None)
    return Viewer(found.email, known or found.name or found.email, found.role, person_id)


def may_see() -> bool:
    """Where [auth] is configured only people with a role see anything; where it isn't the app is open."""
    return not isinstance(_standing(), Shut)


def check() -> None:
    """For what draws by itself: has the whole page run, gate first, where this session may see no more."""
    if not may_see():
        st.rerun()


def gate() -> None:
    """Ends the page here, with the sign-in page in its place, where this session may see nothing."""
    found = _standing()
    if isinstance(found, Shut):
        sign_in.draw(found, sign_out)
        st.stop()
    if isinstance(found, SignIn) and not st.session_state.get(_BACK):
        st.session_state[_BACK] = True
        if _since(_claims()) < _FRESH:
            sign_in.take_back()  # Streamlit brings whoever signs in to the first page, whatever was asked for
            st.stop()


def key() -> str:
    """Tells this session's sign-in from all others; nothing where the app is open."""
    found = _standing()
    return found.key if isinstance(found, SignIn) else ""


def is_over(signed_in: str) -> bool:
    """Whether that sign-in was ended here: a cookie of it that is left somewhere lets nobody in any more."""
    return signed_in in _over


def sign_out() -> None:
    """Ends this session's sign-in, on every tab that has it; the browser goes to the provider's end of it."""
    now = time.time()
    if st.user.get("is_logged_in"):
        _over[_key(_claims())] = now
    for old in [one for one, ended in _over.items() if now - ended > (roles.LONGEST + 1) * DAY]:
        _over.pop(old, None)  # its cookie is over by itself
    st.logout()
    # A page that runs again drops what Streamlit hasn't sent yet: this tab goes before the others are told.
    later = Timer(_FIRST, _tell)
    later.daemon = True
    later.start()


def _tell() -> None:
    for listener in tuple(listeners):
        listener()


def corner() -> None:
    """Who is signed in, with what they may do and the way out; nothing where the app is open."""
    who = viewer()
    if who is None:
        return
    with (
        st.container(key="page_who", width="content"),
        st.popover(_short(who), type="tertiary", icon=":material/person:", key="page_who_open"),
    ):
        st.html(
            html(
                '<p class="t-who-name">{name}</p><p class="t-fine">{email}</p><p class="t-note">{may}</p>',
                name=who.name,
                email=who.email,
                may=roles.said(who.role),
            )
        )
        st.button("Sign out", key="page_sign_out", icon=":material/logout:", on_click=sign_out)


def _short(who: Viewer) -> str:
    name = clean(who.name)
    short = name if len(name) <= _NAME else f"{name[: _NAME - 1].rstrip()}…"
    return f"{escape(short)} · {who.role.value.capitalize()}"


def said() -> str:
    """Who sees this app, in sentences; `components.writes` says what may be entered."""
    found = _standing()
    if not isinstance(found, SignIn):
        return (
            "This app is open: whoever reaches its address sees it, and nobody can enter anything here. "
            "With [auth] in the configuration people sign in (docs/access.md)."
        )
    sees = "Only people whom the configuration lists see" if found.listed else "Everybody who signs in sees"
    return f"{sees} this app. You are signed in as {found.email}, role {found.role}."


# --- what stands


def _standing() -> SignIn | Shut | None:
    """None: the app is open."""
    try:
        auth = auth_section.section()
    except auth_section.SecretsError:
        return Shut("Streamlit can't read its secrets, so nobody can sign in. The server's log says why.")
    try:
        rules, means_auth = live.rules()
    except live.NoRulesError as error:
        _log(str(error))
        return None if auth is None else _no_rules()
    if auth is None:
        return _open(rules, means_auth=means_auth)
    if (flaw := _flaw(auth)) is not None:
        return Shut(f"{flaw} docs/access.md says what to write.")
    return standing(auth, rules, _claims(), time.time())


def standing(auth: Section, rules: Rules, claims: Claims, now: float) -> SignIn | Shut:
    """What somebody with these claims of a sign-in may; empty claims are nobody's."""
    if not claims.get("is_logged_in"):
        return _signed_out(auth)
    signed_in = _key(claims)
    if is_over(signed_in) or _since(claims, now) > rules.days * DAY:
        return _signed_out(auth, "Your sign-in is over. Sign in again to see the scorecard.")
    address = roles.folded(str(claims.get("email") or ""))
    if not address:
        return Shut("Your provider didn't say which e-mail address is yours.", "", ask=_ADDRESS)
    if not _is_verified(auth, claims):
        return Shut("Your provider hasn't made sure that this address is yours.", address, ask=_VERIFIED)
    role = rules.role_of(address)
    if role is None:
        return Shut("This address isn't on the list of those who may see the scorecard.", address, ask=_LIST)
    return SignIn(address, role, signed_in, str(claims.get("name") or ""), rules.has_viewers)


def _signed_out(
    auth: Section, why: str = "Sign in to see the scorecard that marketing and sales share."
) -> Shut:
    return Shut(why, providers=auth_section.providers(auth), origin=auth_section.origin(auth))


def _no_rules() -> Shut:
    """The message may name people, so it stands in the log alone."""
    return Shut("The configuration doesn't say who may see this. The server's log tells its keeper why.")


@lru_cache(maxsize=8)
def _log(message: str) -> None:
    """Once, not at every rerun."""
    _LOG.error("Who may see what can't be told: %s", message)


def _open(rules: Rules, *, means_auth: bool) -> Shut | None:
    """Without [auth] the app is open, unless somebody meant it to be shut."""
    if not rules.entries and not means_auth:
        return None
    why = (
        "[auth] stands in a file that Streamlit doesn't read"
        if means_auth
        else "[tandem.access] needs [auth]"
    )
    return Shut(f"{why}, so nobody can sign in. Write [auth] into .streamlit/secrets.toml (docs/access.md).")


def _flaw(auth: Section) -> str | None:
    if st.get_option("server.trustedUserHeaders"):
        return "server.trustedUserHeaders would let a browser say who it is; sign-in can't be had beside it."
    return auth_section.flaw(auth)


def _is_verified(auth: Section, claims: Claims) -> bool:
    said = claims.get("email_verified")
    if said is None:
        return auth_section.takes_for_verified(auth, claims.get("provider"))
    return said is True or str(said).casefold() == "true"


def _since(claims: Claims, now: float | None = None) -> float:
    """Seconds since the sign-in; 0 where it doesn't say."""
    at = claims.get("iat")
    moment = time.time() if now is None else now
    return moment - at if isinstance(at, int | float) else 0.0


def _key(claims: Claims) -> str:
    parts = [claims.get(name) for name in ("provider", "iss", "sub", "iat", "nonce")]
    return sha256(repr(parts).encode()).hexdigest()[:24]


def _claims() -> Claims:
    """What the provider said of whoever signed in here; Streamlit's cookie brought it, signed."""
    return st.user.to_dict()


def _person(address: str) -> tuple[str, str | None] | None:
    """From the shared data only: files that somebody looks at for himself say nothing about who he is."""
    now = live.refresher().published.live
    if now is None:
        return None
    try:
        return live.cached(roles.person, now.dataset, address)
    except live.NoDataError:
        return None
