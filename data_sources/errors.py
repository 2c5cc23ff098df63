"""What can go wrong outside, each in one line: what happened, where, what to do. Never with a password."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, quote_plus, unquote, unquote_plus

HIDDEN: Final = "***"
_SECRET: Final = r"[^=&?;\s]*(?:pass|pwd|secret|token|key|credential|odbc_connect)[^=&?;\s]*"  # noqa: S105 - how secrets are called
_SECRET_ARGUMENT: Final = re.compile(rf"(?i)(?<=[?&;])({_SECRET})=([^&;]*)")
_USER_PART: Final = re.compile(
    r"(?s)^(?P<scheme>[^:/?#]+://)(?P<user>[^:@/]*):(?P<password>.*)@(?P<rest>.*)$"
)


class ConfigError(Exception):
    """The configuration can't be followed: which key, in which file, and what to write."""


class SourceError(Exception):
    """The data can't be had: what happened, where, what to do."""


def safe_url(url: str) -> str:
    """The URL as it may be shown and logged: passwords hidden, wherever they stand."""
    hidden = _USER_PART.sub(rf"\g<scheme>\g<user>:{HIDDEN}@\g<rest>", url)
    return _SECRET_ARGUMENT.sub(rf"\1={HIDDEN}", hidden)


def scrubbed(message: str, url: str) -> str:
    """A driver's message in one line, without the URL's passwords however they are written in it."""
    for secret in sorted(_secrets(url), key=len, reverse=True):
        message = message.replace(secret, HIDDEN)
    return " ".join(message.split())


def _secrets(url: str) -> set[str]:
    match = _USER_PART.match(url)
    found = {match["password"]} if match else set()
    if match and "@" in match["password"]:
        # a password with a bare @ is cut in two by whoever reads the URL, at the first one or the last
        found |= set(match["password"].split("@"))
    found |= {value for _, value in _SECRET_ARGUMENT.findall(url)}
    spellings = {how(secret) for secret in found for how in (str, unquote, unquote_plus, quote, quote_plus)}
    return {secret for secret in spellings if secret}
