"""gspread's way to Google, bounded in time, size and number of reads.

gspread has no timeout, reads a body however slowly it drips in, fetches one token per thread and retries for
ever or not at all. `GoogleHTTP` is its HTTPClient with that put right; the rest of gspread stays as it is.
"""

from __future__ import annotations

import json as json_text
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from gspread.exceptions import APIError
from gspread.http_client import FileType, HTTPClient, ParamsType
from urllib3.exceptions import NewConnectionError

from data_sources.budget import Budget, Busy
from data_sources.google_access import Access, TokenError
from data_sources.google_wire import NotJsonError, TooLargeError, TooLateError, session, whole_body

SHEETS: Final = "https://sheets.googleapis.com"
DRIVE: Final = "https://www.googleapis.com"
_WORTH_RETRYING: Final = frozenset({429, 500, 502, 503, 504})
_CHECKED_WHOLE: Final = 256 * 1024  # bodies up to this size are parsed to see whether they are whole
_LONGEST_RETRY_AFTER: Final = 3600.0
_UNAUTHORIZED: Final = 401
_TOO_MANY: Final = 429
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
_NO_PROXY: Final[dict[str, Any]] = {"http": None, "https": None, "all": None}


@dataclass(frozen=True)
class Limits:
    """Seconds, bytes and attempts. `total` covers a call with its retries, pauses and token."""

    connect: float = 5.0
    silence: float = 15.0
    total: float = 40.0
    body: int = 64 * 2**20
    attempts: int = 4
    first_pause: float = 1.0
    longest_pause: float = 8.0


class GoogleHTTP(HTTPClient):
    """gspread's HTTPClient, kept within `limits` and `budget`. Thread-safe.

    `request` raises gspread's APIError for what Google refuses, Busy where the budget is used up, TokenError,
    and requests' exceptions for the rest. `patient`: waits for the budget instead, as long as the call may
    take. `endpoint` takes the place of Google's two hosts.
    """

    def __init__(
        self,
        access: Access,
        budget: Budget,
        *,
        limits: Limits = Limits(),
        endpoint: str | None = None,
        patient: bool = False,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        # with a session it asks for no credentials
        super().__init__(None, session=session())  # type: ignore[arg-type]
        self.access = access
        self.budget = budget
        self.limits = limits
        self.endpoint = endpoint
        self.patient = patient
        self._clock = clock
        self._sleep = sleep
        self._chance = chance

    def close(self) -> None:
        """Lets go of the connections."""
        self.session.close()

    def request(
        self,
        method: str,
        endpoint: str,
        params: ParamsType | None = None,
        data: bytes | None = None,
        json: Mapping[str, Any] | None = None,
        files: FileType = None,
        headers: Any = None,
    ) -> requests.Response:
        """One call of Google's API with its retries, read whole; the class says what it raises."""
        content = {"params": params, "data": data, "json": json, "files": files}
        asked = _Asked(method.upper(), endpoint, content, headers)
        end = self._clock() + self.limits.total
        self._spend(asked, end)
        tried = 1
        while True:
            try:
                return self._once(asked, end)
            except (APIError, TokenError, requests.RequestException) as error:
                if not self._may_go_on(error, asked, tried, end):
                    raise
            tried += 1

    # --- one attempt

    def _once(self, asked: _Asked, end: float) -> requests.Response:
        response = self._authorised(asked, end)
        if response.status_code == _UNAUTHORIZED and self._is_stale(response):
            self._spend(asked, end)
            response = self._authorised(asked, end)
        if not 200 <= response.status_code < 300:  # noqa: PLR2004 - redirects aren't followed: Google sends none
            raise _api_error(response)
        if asked.is_read and not _is_whole_json(response):
            raise NotJsonError("The reply isn't whole JSON.", response=response)
        return response

    def _is_stale(self, response: requests.Response) -> bool:
        sent = response.request.headers.get("Authorization", "")
        return self.access.refused({"Authorization": str(sent)})

    def _authorised(self, asked: _Asked, end: float) -> requests.Response:
        def send(method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Any:
            reply = self._fetch(method, url, end, data=body, headers=dict(headers))
            return reply.status_code, reply.headers, reply.content

        headers = {**(asked.headers or {}), **self.access.headers(send)}
        return self._fetch(asked.method, self._at_endpoint(asked.url), end, headers=headers, **asked.content)

    def _fetch(
        self, method: str, url: str, end: float, headers: dict[str, str], **content: Any
    ) -> requests.Response:
        """The response with its whole body, by `end`."""
        response = self.session.request(
            method,
            url,
            headers=headers,
            auth=_keep_headers,  # else requests might put a password from ~/.netrc in their place
            proxies=_NO_PROXY if urlsplit(url).hostname in _LOOPBACK else None,
            timeout=(self._within(self.limits.connect, end), self._within(self.limits.silence, end)),
            allow_redirects=False,
            stream=True,
            **content,
        )
        with response:
            body = whole_body(response, self.limits.body, lambda: self._within(self.limits.silence, end))
        response._content = body  # noqa: SLF001 - as requests itself does once a body is read
        vars(response)["_content_consumed"] = True
        return response

    def _within(self, seconds: float, end: float) -> float:
        left = end - self._clock()
        if left <= 0:
            raise TooLateError(f"The call took more than {self.limits.total:g} s.")
        return min(seconds, left)

    def _at_endpoint(self, url: str) -> str:
        for host in (SHEETS, DRIVE):
            if self.endpoint is not None and url.startswith(f"{host}/"):
                return self.endpoint + url.removeprefix(host)
        return url

    # --- budget and retries

    def _spend(self, asked: _Asked, end: float) -> None:
        if not asked.is_read:
            return
        while wait := self.budget.take():
            if not self.patient or wait > end - self._clock():
                raise Busy(wait)
            self._sleep(wait)

    def _may_go_on(self, error: Exception, asked: _Asked, tried: int, end: float) -> bool:
        """Whether another attempt is worth it, allowed and in time; it has waited its pause then."""
        if tried >= self.limits.attempts or not _may_repeat(error, asked):
            return False
        longest = min(self.limits.first_pause * 2 ** (tried - 1), self.limits.longest_pause)
        pause = max(self._chance() * longest, retry_after(error) or 0.0)
        if asked.is_read:
            pause = max(pause, self.budget.until())
        if self._clock() + pause >= end:
            return False
        self._sleep(pause)
        return not (asked.is_read and self.budget.take())


@dataclass(frozen=True)
class _Asked:
    method: str
    url: str
    content: Mapping[str, Any]
    headers: Mapping[str, str] | None

    @property
    def is_read(self) -> bool:
        """Whether Google counts it among the reads of Sheets."""
        return self.method == "GET" and self.url.startswith(SHEETS)


def retry_after(error: BaseException) -> float | None:
    """Seconds that the reply asks to wait, as it writes them or as a date; None where it doesn't."""
    response = getattr(error, "response", None)
    headers = {} if response is None else response.headers
    written = str(headers.get("Retry-After", "")).strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", written):
        return min(float(written), _LONGEST_RETRY_AFTER)
    try:
        # by the server's own clock; without a date there is nothing to subtract
        then, now = parsedate_to_datetime(written), parsedate_to_datetime(headers["Date"])
        return min(max((then - now).total_seconds(), 0.0), _LONGEST_RETRY_AFTER)
    except (KeyError, TypeError, ValueError):
        return None


def _may_repeat(error: Exception, asked: _Asked) -> bool:
    """Whether it may go better next time, and nothing is done twice by it."""
    if isinstance(error, TokenError):
        return error.retryable
    if isinstance(error, APIError):
        status = error.response.status_code
        return status == _TOO_MANY or (asked.method == "GET" and status in _WORTH_RETRYING)
    if isinstance(error, TooLateError | TooLargeError | requests.exceptions.SSLError):
        return False
    if isinstance(error, requests.ConnectTimeout) or _never_arrived(error):
        return True
    passing = (
        requests.ConnectionError | requests.Timeout | requests.exceptions.ChunkedEncodingError | NotJsonError
    )
    return asked.method == "GET" and isinstance(error, passing)


def _never_arrived(error: Exception) -> bool:
    """Whether no connection came about, so that nothing was sent."""
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", cause), NewConnectionError)


def _keep_headers(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _is_whole_json(response: requests.Response) -> bool:
    """Whether the body looks like one JSON object; small ones are parsed to know."""
    body = response.content
    if len(body) > _CHECKED_WHOLE:
        return body[:64].lstrip().startswith(b"{") and body[-64:].rstrip().endswith(b"}")
    try:
        return isinstance(json_text.loads(body), dict)
    except ValueError:
        return False


def _api_error(response: requests.Response) -> APIError:
    """The error gspread raises; a page of a gateway is replaced in it, so that its code is the status."""
    try:
        error = json_text.loads(response.content)["error"]
        is_googles = isinstance(error["code"], int) and isinstance(error["message"], str)
    except (ValueError, KeyError, TypeError):
        is_googles = False
    if not is_googles:
        status = {"code": response.status_code, "message": "The reply isn't Google's.", "status": ""}
        response._content = json_text.dumps({"error": status}).encode()  # noqa: SLF001 - gspread reads it there
    return APIError(response)
