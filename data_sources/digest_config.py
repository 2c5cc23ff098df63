"""Section [tandem.digest] of the configuration: whom the digest goes to, by which server or webhook."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Final, Literal, TypeVar
from urllib.parse import urlsplit

from data_sources.errors import ConfigError

Security = Literal["ssl", "starttls", "none"]
Kind = Literal["slack", "teams"]
_T = TypeVar("_T")

KEYS: Final = ("url", "to", "from", "period", "smtp", "webhooks")
_SMTP_KEYS: Final = ("host", "port", "user", "password", "security")
_WEBHOOK_KEYS: Final = ("url", "kind")
_SECURITIES: Final[dict[str, Security]] = {"ssl": "ssl", "starttls": "starttls", "none": "none"}
_KINDS: Final[dict[str, Kind]] = {"slack": "slack", "teams": "teams"}
_PORTS: Final = {"ssl": 465, "starttls": 587, "none": 25}
_LAST_PORT: Final = 65_535
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
# what a mail server takes for an address, with no room for a second one or a header
_ADDRESS: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*"
)
_HOST: Final = re.compile(r"[A-Za-z0-9.:_-]+")


@dataclass(frozen=True)
class Smtp:
    """A mail server; `none` sends in plain text, which only loopback may be asked to."""

    host: str
    port: int
    security: Security = "starttls"
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Webhook:
    """Where a chat takes messages. Its address is a secret: whoever knows it can post there."""

    url: str = field(repr=False)
    kind: Kind = "slack"

    @property
    def shown(self) -> str:
        """Which one, without what must stay secret."""
        return f"the {self.kind} webhook at {urlsplit(self.url).hostname}"


@dataclass(frozen=True)
class DigestConfig:
    """Where the digest goes; without `to` and `webhooks` nowhere.

    `url` is where the app stands, without a slash at its end. `period` is a period or a kind of running one;
    None: the running quarter.
    """

    url: str | None = None
    to: tuple[str, ...] = ()
    sender: str = ""
    period: str | None = None
    smtp: Smtp | None = None
    webhooks: tuple[Webhook, ...] = ()

    @property
    def goes_out(self) -> bool:
        return bool(self.to or self.webhooks)


def read(section: Mapping[str, object], file: Path) -> DigestConfig:
    """What [tandem.digest] says, an absent section too. ConfigError names the key, never a secret."""
    return _Section(file).config(section)


def app_url(written: str, where: str) -> str:
    """The address of the app, for links: https, or loopback. ConfigError naming `where`."""
    if problem := _unsafe(written):
        raise ConfigError(f"{where} {problem.format(example='https://scorecard.example.com')}")
    if urlsplit(written).query or urlsplit(written).fragment:
        raise ConfigError(f"{where} has more than a path. Write https://scorecard.example.com.")
    return written.strip().rstrip("/")


def _unsafe(url: str) -> str:
    """Why a URL can't be used; nothing when it can."""
    try:
        parts = urlsplit(url.strip())
        host, name, _ = parts.hostname, parts.username, parts.port
    except ValueError:
        host, name = None, None
    if not host or name is not None or parts.scheme not in ("http", "https") or not url.isprintable():
        return "isn't an address such as {example}."
    if parts.scheme == "http" and host not in _LOOPBACK:
        return "must begin with https://."
    return ""


class _Section:
    def __init__(self, file: Path) -> None:
        self.file = file

    def config(self, found: Mapping[str, object]) -> DigestConfig:
        self._known(found, KEYS, "")
        to, smtp, sender = self._to(found.get("to", [])), self._smtp(found.get("smtp")), self._sender(found)
        if to and smtp is None:
            raise self._error("smtp", 'is missing, and to names people. Write smtp = { host = "...", ... }.')
        if to and not sender:
            raise self._error("from", "is missing, and to names people. Write who the mail comes from.")
        url = self._text(found, "url")
        return DigestConfig(
            url=None if url is None else app_url(url, f"{self.file}: tandem.digest.url"),
            to=to,
            sender=sender,
            period=self._text(found, "period"),
            smtp=smtp,
            webhooks=self._webhooks(found.get("webhooks", [])),
        )

    def _to(self, written: object) -> tuple[str, ...]:
        listed = written if isinstance(written, list) else [written]
        found = [self._address(f"to[{n}]", one) for n, one in enumerate(listed)]
        return tuple(dict.fromkeys(found))

    def _sender(self, found: Mapping[str, object]) -> str:
        return "" if "from" not in found else self._address("from", found["from"])

    def _address(self, key: str, written: object) -> str:
        if not isinstance(written, str):
            raise self._error(key, "isn't text. Put it in quotes.")
        if not _ADDRESS.fullmatch(written.strip()):
            raise self._error(
                key, f"is {written[:80]!r}, no mail address. Write mia@example.com, without a name."
            )
        return written.strip()

    def _smtp(self, written: object) -> Smtp | None:
        if written is None:
            return None
        found = self._mapping(
            written, "smtp", '{ host = "smtp.example.com", user = "...", password = "..." }'
        )
        self._known(found, _SMTP_KEYS, "smtp.")
        host = self._text(found, "host", "smtp.")
        if host is None or not _HOST.fullmatch(host):
            raise self._error("smtp.host", 'isn\'t the name of a server. Write "smtp.example.com".')
        security = self._security(found, host)
        user, password = self._text(found, "user", "smtp."), self._text(found, "password", "smtp.")
        if (user is None) != (password is None):
            raise self._error("smtp", "has only one of user and password. Write both, or neither.")
        return Smtp(host, self._port(found, security), security, user, password)

    def _security(self, found: Mapping[str, object], host: str) -> Security:
        """SSL where the port says so, else STARTTLS."""
        usual = "ssl" if found.get("port") == _PORTS["ssl"] else "starttls"
        security = self._one_of(found.get("security", usual), _SECURITIES, "smtp.security")
        if security == "none" and host not in _LOOPBACK:
            raise self._error(
                "smtp.security",
                'is "none", and the server isn\'t on this machine. Write "starttls" or "ssl".',
            )
        return security

    def _port(self, found: Mapping[str, object], security: Security) -> int:
        port = found.get("port", _PORTS[security])
        if not isinstance(port, int) or isinstance(port, bool) or not 1 <= port <= _LAST_PORT:
            raise self._error("smtp.port", f"isn't a whole number from 1 to {_LAST_PORT}.")
        return port

    def _webhooks(self, written: object) -> tuple[Webhook, ...]:
        if not isinstance(written, list):
            raise self._error("webhooks", 'isn\'t a list. Write [{ url = "https://...", kind = "slack" }].')
        found = [self._webhook(f"webhooks[{n}]", one) for n, one in enumerate(written)]
        return tuple(dict.fromkeys(found))

    def _webhook(self, key: str, written: object) -> Webhook:
        found = self._mapping(written, key, '{ url = "https://...", kind = "slack" }')
        self._known(found, _WEBHOOK_KEYS, f"{key}.")
        url = self._text(found, "url", f"{key}.")
        if problem := _unsafe(url or ""):
            raise self._error(f"{key}.url", problem.format(example="https://hooks.example.com/..."))
        return Webhook(str(url), self._one_of(found.get("kind"), _KINDS, f"{key}.kind"))

    # --- one key

    def _one_of(self, written: object, known: Mapping[str, _T], key: str) -> _T:
        if not isinstance(written, str) or written not in known:
            near = get_close_matches(str(written).casefold(), known, n=1, cutoff=0.6)
            listed = ", ".join(f'"{name}"' for name in known)
            hint = f'Did you mean "{near[0]}"?' if near else f"Write one of {listed}."
            raise self._error(key, f"isn't one that Tandem knows. {hint}")
        return known[written]

    def _mapping(self, value: object, key: str, example: str) -> Mapping[str, object]:
        if not isinstance(value, dict):
            raise self._error(key, f"isn't a table. Write {example}.")
        return value

    def _text(self, found: Mapping[str, object], key: str, within: str = "") -> str | None:
        value = found.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            raise self._error(f"{within}{key}", "isn't text. Put it in quotes.")
        return value if key == "password" else value.strip()

    def _known(self, found: Iterable[str], known: tuple[str, ...], within: str) -> None:
        for key in found:
            if key not in known:
                near = get_close_matches(str(key).casefold(), known, n=1, cutoff=0.6)
                hint = f"Did you mean {near[0]}?" if near else f"Known are: {', '.join(known)}."
                raise self._error(f"{within}{key}", f"isn't a key that Tandem knows. {hint}")

    def _error(self, key: str, what: str) -> ConfigError:
        return ConfigError(f"{self.file}: tandem.digest.{key} {what}")
