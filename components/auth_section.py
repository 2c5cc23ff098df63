"""Section [auth] of Streamlit's secrets: whom people can sign in with, and what is missing for it.

The section is Streamlit's own; it complains of it only when somebody clicks. Here it is looked at before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

Section = Mapping[str, Any]

SHORTEST: Final = 32  # characters of a cookie_secret: with a guessed one anybody is anybody
_NO_SECRETS: Final = "no-secrets-found"  # how Streamlit tells that there is no file from a file it can't read
_PROVIDER_KEYS: Final = ("client_id", "client_secret", "server_metadata_url")
_OPTIONS: Final = ("client_kwargs",)  # a section within [auth] that names no provider
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
# There an account's own company says what the e-mail address is, and any company can say anything.
_ANY_COMPANY: Final = re.compile(r"(?i)https://login\.microsoftonline\.com/(common|organizations|consumers)/")


class SecretsError(Exception):
    """Streamlit can't read its secrets, so it can't be told whether there is an [auth]."""


@dataclass(frozen=True)
class Provider:
    """Whom to sign in with: `name` as st.login takes it, None for the one that [auth] itself describes."""

    name: str | None

    @property
    def label(self) -> str:
        """What the button says."""
        if self.name is None:
            return "Sign in"
        return f"Sign in with {self.name if self.name != self.name.lower() else self.name.capitalize()}"


def section() -> Section | None:
    """[auth] as it stands; None where there is none. Raises SecretsError."""
    try:
        found = st.secrets.get("auth")
    except StreamlitSecretNotFoundError as error:
        if error.error_id == _NO_SECRETS:
            return None
        raise SecretsError from None
    return found if found is None or isinstance(found, Mapping) else {}


def providers(auth: Section) -> tuple[Provider, ...]:
    """The named ones, and the one that [auth] itself describes."""
    named = [
        Provider(name) for name, found in auth.items() if isinstance(found, Mapping) and name not in _OPTIONS
    ]
    own = any(key in auth for key in _PROVIDER_KEYS)
    return (Provider(None), *named) if own or not named else tuple(named)


def flaw(auth: Section) -> str | None:
    """Why nobody can sign in safely with that, and what to write; None where it is complete. No secrets."""
    for key in ("redirect_uri", "cookie_secret"):
        if not _text(auth, key):
            return f"auth.{key} is missing."
    if origin(auth) is None:
        return "auth.redirect_uri isn't an address such as https://tandem.example.com/oauth2callback."
    if len(_text(auth, "cookie_secret")) < SHORTEST:
        return f"auth.cookie_secret is shorter than {SHORTEST} characters."
    return next((said for one in providers(auth) if (said := _flaw_of(auth, one.name))), None)


def _flaw_of(auth: Section, name: str | None) -> str | None:
    where = "auth" if name is None else f"auth.{name}"
    if name is not None and "_" in name:
        return f"{where} has an underscore in its name, which Streamlit can't take."
    described = _described(auth, name)
    for key in _PROVIDER_KEYS:
        if not _text(described, key):
            return f"{where}.{key} is missing."
    if not _is_safe(_text(described, "server_metadata_url")):
        return f"{where}.server_metadata_url must begin with https://."
    return None


def origin(auth: Section) -> str | None:
    """Where the app stands, by its redirect_uri: https://tandem.example.com; None where it doesn't say."""
    return origin_of(_text(auth, "redirect_uri"))


def origin_of(address: str) -> str | None:
    """Scheme, host and port of an address; None where it is none."""
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018 - raises where it is no number
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return f"{parts.scheme}://{parts.netloc}"


def takes_for_verified(auth: Section, name: str | None) -> bool:
    """Whether an e-mail address counts that this provider says nothing about."""
    return not _ANY_COMPANY.match(_text(_described(auth, name), "server_metadata_url"))


def _described(auth: Section, name: str | None) -> Section:
    found = auth if name is None or name == "default" else auth.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(found: Section, key: str) -> str:
    value = found.get(key)
    return value.strip() if isinstance(value, str) else ""


def _is_safe(url: str) -> bool:
    """Whether what is sent there is encrypted, or doesn't leave this machine."""
    found = origin_of(url)
    return found is not None and (found.startswith("https://") or urlsplit(found).hostname in _LOOPBACK)
