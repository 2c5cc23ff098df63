"""Section [tandem.google] of the configuration: who Tandem is at Google, and which spreadsheets it reads."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from data_sources.errors import ConfigError

SCHEME: Final = "gsheets://"
KEYS: Final = (
    "service_account",
    "api_key",
    "spreadsheets",
    "endpoint",
    "reads_per_minute",
    "watched_seconds",
    "unwatched_seconds",
    "large_cells",
    "large_watched_seconds",
    "large_unwatched_seconds",
    "timeout_seconds",
    "max_megabytes",
)
_IN_URL: Final = re.compile(r"/spreadsheets/(?:u/\d+/)?d/([A-Za-z0-9_-]+)")
_ID: Final = re.compile(r"[A-Za-z0-9_-]+")
_ACCOUNT_KEYS: Final = ("client_email", "private_key", "token_uri")
_TOKEN_URI: Final = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Google:
    """Who Tandem is at Google, what it reads and how often. Secrets stay out of its repr.

    `service_account` holds the fields of Google's JSON key. `endpoint` takes the place of
    https://sheets.googleapis.com and https://www.googleapis.com, for a gateway. Small tabs are read every
    `watched_seconds` while somebody looks, else every `unwatched_seconds`; tabs of more than `large_cells`
    cells every `large_...` seconds. `timeout_seconds` is the longest a call may take with all its retries.
    """

    service_account: Mapping[str, str] | None = field(default=None, repr=False)
    api_key: str | None = field(default=None, repr=False)
    spreadsheets: tuple[str, ...] = ()
    endpoint: str | None = None
    reads_per_minute: int = 40
    watched_seconds: int = 5
    unwatched_seconds: int = 30
    large_cells: int = 50_000
    large_watched_seconds: int = 20
    large_unwatched_seconds: int = 300
    timeout_seconds: int = 40
    max_megabytes: int = 64

    @property
    def address(self) -> str | None:
        """The address to share a spreadsheet with; None with an API key."""
        return None if self.service_account is None else self.service_account["client_email"]

    @property
    def user(self) -> str:
        """Tells these credentials from others without being one: reads are counted under it."""
        if self.service_account is not None:
            return f"{self.endpoint or ''} {self.address}"
        return f"{self.endpoint or ''} key {hashlib.sha256((self.api_key or '').encode()).hexdigest()}"


def is_google(source: str) -> bool:
    """Whether this text names spreadsheets of Google: gsheets://ID, or the address of one."""
    return source.startswith(SCHEME) or bool(_IN_URL.search(source))


def read(section: Mapping[str, object], file: Path) -> Google:
    """What [tandem.google] says, an absent section too. ConfigError names the key, never a secret."""
    return _Section(file, section).google()


def reading(google: Google, source: str = SCHEME) -> Google:
    """The same, ready to read `source` (gsheets://ID1,ID2 or an address; gsheets:// alone: those configured).

    ConfigError when there is nobody to be or nothing to read.
    """
    named = source.strip().removeprefix(SCHEME)
    ids = spreadsheet_ids(named.split(","), "source") if named else google.spreadsheets
    if not ids:
        raise ConfigError(
            'No Google spreadsheet is named. Write source = "gsheets://ID", the id from its address between'
            " /d/ and /edit, or tandem.google.spreadsheets."
        )
    if google.service_account is None and google.api_key is None:
        raise ConfigError(
            "Google spreadsheets need [tandem.google] in the configuration, with service_account or api_key."
            " docs/google.md shows how, step by step."
        )
    return replace(google, spreadsheets=ids)


def spreadsheet_ids(names: Iterable[str], where: str) -> tuple[str, ...]:
    """The ids of spreadsheets given by id or address, each once; ConfigError naming `where`."""
    return tuple(dict.fromkeys(_id(name.strip(), where) for name in names if name.strip()))


def _id(name: str, where: str) -> str:
    if found := _IN_URL.search(name):
        return found[1]
    if _ID.fullmatch(name):
        return name
    raise ConfigError(
        f"{where} names {name[:80]!r}. Write a spreadsheet's address, or its id (between /d/ and /edit)."
    )


class _Section:
    def __init__(self, file: Path, section: Mapping[str, object]) -> None:
        self.file = file
        self.found = section

    def google(self) -> Google:
        self._known()
        account, key = self._account(), self._text("api_key")
        if account is not None and key is not None:
            raise self._error("api_key", "stands beside service_account. Keep one of the two.")
        return Google(
            service_account=account,
            api_key=key,
            spreadsheets=spreadsheet_ids(self._listed(), f"{self.file}: tandem.google.spreadsheets"),
            endpoint=self._endpoint(),
            reads_per_minute=self._whole("reads_per_minute", 6, 60),
            **{name: self._whole(name, 1, 86_400) for name in _SECONDS},
            large_cells=self._whole("large_cells", 1, 10_000_000),
            max_megabytes=self._whole("max_megabytes", 1, 1024),
        )

    # --- who we are

    def _account(self) -> Mapping[str, str] | None:
        written = self.found.get("service_account")
        if written is None:
            return None
        fields = self._account_file(written) if isinstance(written, str) else written
        if not isinstance(fields, Mapping):
            raise self._error("service_account", "is neither a section nor the path of a JSON file.")
        return self._account_fields(fields)

    def _account_file(self, written: str) -> object:
        # a relative path is taken from where the configuration stands, as its keeper sees it
        path = self.file.parent / Path(written).expanduser()
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            problem = "names a file that isn't there. Write the path of the JSON key from Google Cloud."
        except OSError as error:
            problem = f"names a file that can't be read: {error.strerror}."
        except ValueError:
            problem = "names a file that isn't JSON. Download the key from Google Cloud again, as JSON."
        # raised out here, so that no line of the key hangs on to the exception
        raise self._error("service_account", problem)

    def _account_fields(self, fields: Mapping[str, object]) -> Mapping[str, str]:
        texts = {str(k): v for k, v in fields.items() if isinstance(v, str)}
        kind = texts.setdefault("type", "service_account")
        if kind != "service_account":
            raise self._error(
                "service_account", 'isn\'t the key of a service account: its type must be "service_account".'
            )
        texts.setdefault("token_uri", _TOKEN_URI)
        for name in _ACCOUNT_KEYS:
            if not texts.get(name, "").strip():
                raise self._error(f"service_account.{name}", "is missing. Take it from Google's JSON key.")
        # TOML and environment variables often carry the key's line breaks as \n
        texts["private_key"] = texts["private_key"].replace("\\n", "\n")
        self._must_be_safe("service_account.token_uri", texts["token_uri"])
        return texts

    # --- what is read

    def _listed(self) -> list[str]:
        written = self.found.get("spreadsheets", [])
        listed = [written] if isinstance(written, str) else written
        if not isinstance(listed, list | tuple) or not all(isinstance(name, str) for name in listed):
            raise self._error("spreadsheets", 'isn\'t a list of addresses. Write ["..."].')
        return list(listed)

    def _endpoint(self) -> str | None:
        written = self._text("endpoint")
        if written is None:
            return None
        self._must_be_safe("endpoint", written)
        return written.rstrip("/")

    def _must_be_safe(self, key: str, url: str) -> None:
        """Tokens travel there: encrypted, or not out of this machine."""
        try:
            parts = urlsplit(url)
            host, name = parts.hostname, parts.username
        except ValueError:
            host, name = None, None
        if not host or name is not None or parts.scheme not in ("http", "https"):
            raise self._error(key, "isn't an address such as https://gateway.example.com.")
        if parts.scheme == "http" and host not in _LOOPBACK:
            raise self._error(key, "must begin with https://: credentials are sent there.")

    # --- one key

    def _text(self, key: str) -> str | None:
        value = self.found.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            raise self._error(key, "isn't text. Put it in quotes.")
        return value.strip()

    def _whole(self, key: str, least: int, most: int) -> int:
        value = self.found.get(key, getattr(Google, key))
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self._error(key, f"isn't a whole number from {least} to {most}.")
        return value

    def _known(self) -> None:
        for key in self.found:
            if key not in KEYS:
                near = get_close_matches(str(key).casefold(), KEYS, n=1, cutoff=0.6)
                hint = f"Did you mean {near[0]}?" if near else f"Known are: {', '.join(KEYS)}."
                raise self._error(str(key), f"isn't a key that Tandem knows. {hint}")

    def _error(self, key: str, what: str) -> ConfigError:
        return ConfigError(f"{self.file}: tandem.google.{key} {what}")


_SECONDS: Final = (
    "watched_seconds",
    "unwatched_seconds",
    "large_watched_seconds",
    "large_unwatched_seconds",
    "timeout_seconds",
)
