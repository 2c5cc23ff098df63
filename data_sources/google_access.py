"""Who we are at Google: a service account with its tokens, or an API key, as headers of a request."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from threading import Lock
from typing import Any, Final, Protocol

from google.auth import transport
from google.auth.exceptions import GoogleAuthError, RefreshError
from google.oauth2.service_account import Credentials

from data_sources.errors import ConfigError
from data_sources.google_config import Google

READING: Final = ("https://www.googleapis.com/auth/spreadsheets.readonly",)
WRITING: Final = ("https://www.googleapis.com/auth/spreadsheets",)
_EARLY: Final = 225.0  # seconds before its end that a token is replaced, as google-auth does
_OK: Final = 200
_RETRIED: Final = frozenset({408, 429, 500, 502, 503, 504})

Send = Callable[[str, str, bytes | None, Mapping[str, str]], tuple[int, Mapping[str, str], bytes]]


class TokenError(Exception):
    """Google gives no token. `retryable`: it may do so later. `reason` is Google's, '' where it gave none."""

    def __init__(self, reason: str, *, retryable: bool) -> None:
        super().__init__("Google gives no token for this service account.")
        self.reason = reason
        self.retryable = retryable


class Access(Protocol):
    """What makes a request ours."""

    def headers(self, send: Send) -> Mapping[str, str]:
        """The headers to send; `send` fetches a token if need be. TokenError, or what `send` raises."""

    def refused(self, headers: Mapping[str, str]) -> bool:
        """Google refused these headers (401). Whether fresh ones can be had."""


class KeyAccess:
    """An API key, for spreadsheets that anyone with the link may see."""

    def __init__(self, key: str) -> None:
        self._key = key

    def headers(self, send: Send) -> Mapping[str, str]:
        del send
        return {"X-Goog-Api-Key": self._key}

    def refused(self, headers: Mapping[str, str]) -> bool:
        del headers
        return False


class AccountAccess:
    """A service account. One thread fetches a token, the others wait for it and share what came of it.

    google-auth's `before_request` isn't used: since 2.55 it asks another host for a "regional access
    boundary" in a thread of its own, and logs warnings where that can't be reached.
    """

    def __init__(self, credentials: Credentials, clock: Callable[[], float] = time.monotonic) -> None:
        self._credentials = credentials
        self._clock = clock
        self._lock = Lock()
        self._token = ""
        self._until = 0.0
        self._fetches = 0
        self._failure: Exception | None = None

    def headers(self, send: Send) -> Mapping[str, str]:
        before = self._fetches
        with self._lock:
            if not self._token or self._clock() >= self._until:
                self._fetch_or_share(send, before)
            return {"Authorization": f"Bearer {self._token}"}

    def refused(self, headers: Mapping[str, str]) -> bool:
        with self._lock:
            if headers.get("Authorization") == f"Bearer {self._token}":
                self._token = ""
        return True

    def _fetch_or_share(self, send: Send, before: int) -> None:
        if self._failure is not None and self._fetches != before:
            raise self._failure  # it failed while we waited for the lock: asking again at once won't help
        try:
            self._fetch(send)
            self._failure = None
        except Exception as error:
            self._failure = error
            raise
        finally:
            self._fetches += 1

    def _fetch(self, send: Send) -> None:
        failure: TokenError | None = None
        try:
            self._credentials.refresh(_Transport(send))  # type: ignore[no-untyped-call]
        except RefreshError as error:
            failure = TokenError(_reason(error), retryable=bool(error.retryable))
        except (GoogleAuthError, ValueError, TypeError):
            failure = TokenError("", retryable=False)
        if failure is not None:
            raise failure  # out here, so that Google's reply doesn't hang on to it
        self._token = str(self._credentials.token)
        lasts = self._seconds_left()
        self._until = self._clock() + lasts - min(_EARLY, lasts / 4)

    def _seconds_left(self) -> float:
        expiry = self._credentials.expiry  # in UTC, without saying so
        return 0.0 if expiry is None else (expiry.replace(tzinfo=UTC) - datetime.now(UTC)).total_seconds()


def access(google: Google, scopes: tuple[str, ...], clock: Callable[[], float] = time.monotonic) -> Access:
    """The configured way in; ConfigError when the private key can't be read."""
    if google.service_account is None:
        return KeyAccess(google.api_key or "")
    try:
        credentials = Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
            dict(google.service_account), scopes=list(scopes)
        )
    except (ValueError, TypeError, GoogleAuthError):
        credentials = None
    if credentials is None:
        raise ConfigError(
            "tandem.google.service_account.private_key can't be read. Take it whole from Google's JSON key,"
            " from -----BEGIN PRIVATE KEY----- to -----END PRIVATE KEY-----, line breaks included."
        )
    return AccountAccess(credentials, clock)


class _Transport(transport.Request):
    """google-auth's way to the network, led through ours, which is bounded in time and size."""

    def __init__(self, send: Send) -> None:
        self._send = send

    def __call__(  # the signature is google-auth's
        self,
        url: str,
        method: str = "GET",
        body: Any = None,
        headers: Any = None,
        timeout: Any = None,
        **kwargs: Any,
    ) -> _Reply:
        del timeout, kwargs
        status, found, data = self._send(method, url, body, headers or {})
        if status in _RETRIED:
            # google-auth would sleep and try again by itself, without a bound; trying again is our caller's
            raise TokenError("", retryable=True)
        if status == _OK and not _is_json_object(data):
            raise TokenError("", retryable=True)  # somebody on the way answered, or it is cut
        return _Reply(status, found, data)


def _is_json_object(data: bytes) -> bool:
    try:
        return isinstance(json.loads(data), dict)
    except ValueError:
        return False


class _Reply(transport.Response):
    def __init__(self, status: int, headers: Mapping[str, str], data: bytes) -> None:
        self._all = status, headers, data

    @property
    def status(self) -> int:
        return self._all[0]

    @property
    def headers(self) -> Mapping[str, str]:
        return self._all[1]

    @property
    def data(self) -> bytes:
        return self._all[2]


def _reason(error: RefreshError) -> str:
    """Google's words on why: 'invalid_grant: Invalid JWT Signature.' They are matched, never shown."""
    return str(error.args[0]) if error.args else ""
