"""What Google's refusals mean and what to do about them: one sentence or two, never a reply's own words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import requests
from gspread.exceptions import APIError

from data_sources.errors import SourceError
from data_sources.google_access import TokenError
from data_sources.google_config import Google
from data_sources.google_wire import NotJsonError, TooLargeError, TooLateError

_CONSOLE: Final = "https://console.cloud.google.com/apis/library/sheets.googleapis.com"
_BY_ITSELF: Final = "Tandem keeps trying; the numbers stay as they were."


def explained(error: Exception, google: Google, name: str, *, writing: bool = False) -> SourceError:
    """The error in the words of whoever runs or keeps the spreadsheet called `name`."""
    if isinstance(error, SourceError):
        return error
    if isinstance(error, APIError):
        return SourceError(_refusal(error, google, name, "Editor" if writing else "Viewer"))
    if isinstance(error, TokenError):
        return SourceError(_token(error, google))
    return SourceError(f"{name}: {_transport(error, google)}")


def is_bad_range(error: Exception) -> bool:
    """Whether a range names a tab that isn't there (any more)."""
    return isinstance(error, APIError) and error.response.status_code == 400 and not _is_key(error)  # noqa: PLR2004


def _refusal(error: APIError, google: Google, name: str, role: str) -> str:  # noqa: PLR0911 - one sentence each
    status = error.response.status_code
    if status == 400 or _is_key(error):  # noqa: PLR2004
        return _bad_request(error, name)
    if status == 401:  # noqa: PLR2004
        return _unauthorised(google)
    if status == 403:  # noqa: PLR2004
        return _forbidden(error, google, name, role)
    if status == 404:  # noqa: PLR2004
        return (
            f"{name}: Google knows no spreadsheet of this id. It was deleted, or the id is wrong: copy it"
            " from the spreadsheet's address, between /d/ and /edit."
        )
    if status == 429:  # noqa: PLR2004
        return (
            f"{name}: Google's limit of reads a minute is used up, by Tandem and whatever else uses the"
            f" same {_credentials(google)}. It goes on by itself within a minute or two."
        )
    if status >= 500:  # noqa: PLR2004
        return f"{name}: Google Sheets has trouble of its own (status {status}). {_BY_ITSELF}"
    return f"{name}: Google, or something on the way there, answered with status {status}. {_BY_ITSELF}"


def _bad_request(error: APIError, name: str) -> str:
    if _is_key(error):
        return (
            "Google doesn't accept tandem.google.api_key. Copy the key again from Google Cloud under"
            " APIs & Services > Credentials, and see that its restrictions allow the Google Sheets API"
            " and this server."
        )
    if _text(error, "status") == "FAILED_PRECONDITION":
        return (
            f"{name}: this is an Excel file kept in Google Drive, not a Google spreadsheet. Open it, choose"
            " File > Save as Google Sheets, and put the new spreadsheet's address in the configuration."
        )
    return f"{name}: a tab was renamed or removed while it was read. Tandem looks again by itself."


def _unauthorised(google: Google) -> str:
    if google.service_account is None:
        return "Google doesn't accept tandem.google.api_key. Copy the key again from Google Cloud."
    return (
        f"Google doesn't accept the key of {google.address} any more: it was deleted, or its account"
        " disabled. Create a new JSON key in Google Cloud under IAM & Admin > Service Accounts > Keys and"
        " configure it."
    )


def _forbidden(error: APIError, google: Google, name: str, role: str) -> str:
    words, reasons = _text(error, "message"), _reasons(error)
    if "SERVICE_DISABLED" in reasons or "accessNotConfigured" in reasons or "has not been used in" in words:
        return (
            f"The Google Sheets API is switched off in Google Cloud{_project(error)}. Enable it at"
            f" {_CONSOLE}{_query(error)} and wait a few minutes."
        )
    if "insufficient authentication scopes" in words:
        return f"{name}: these credentials may not do this: they were opened for reading only."
    if google.service_account is None:
        return (
            f"{name}: an API key reads only what everybody may see. Share the spreadsheet as"
            " Anyone with the link > Viewer, or use a service account (docs/google.md)."
        )
    return (
        f"{name} isn't shared with {google.address} (any more). Open it in Google Sheets, press Share,"
        f" enter that address and choose {role}."
    )


def _token(error: TokenError, google: Google) -> str:
    if error.retryable:
        return f"Google's sign-in has trouble of its own. {_BY_ITSELF}"
    if "short-lived token" in error.reason or "iat and exp" in error.reason:
        return "Google refuses to sign Tandem in because this machine's clock is wrong. Set it (NTP)."
    return (
        f"Google refuses to sign in {google.address}: its key was deleted or belongs to another account, or"
        " the account is gone. Create a new JSON key in Google Cloud under IAM & Admin > Service Accounts >"
        " Keys and configure it."
    )


def _transport(error: Exception, google: Google) -> str:  # noqa: PLR0911 - one sentence each
    where = google.endpoint or "Google"
    if isinstance(error, TooLargeError):
        return (
            f"it is larger than {google.max_megabytes} MB. Move what the scorecard doesn't need to another"
            " spreadsheet, or raise tandem.google.max_megabytes."
        )
    if isinstance(error, NotJsonError):
        return (
            f"what answered for {where} isn't Google, or its reply was cut off. If this lasts, see whether a"
            f" proxy or a sign-in page stands in between. {_BY_ITSELF}"
        )
    if isinstance(error, TooLateError):
        return f"{where} took longer than {google.timeout_seconds} s to answer. {_BY_ITSELF}"
    if isinstance(error, requests.Timeout):
        return f"{where} didn't answer in time. {_BY_ITSELF}"
    if isinstance(error, requests.exceptions.SSLError):
        return (
            f"the certificate of {where} can't be verified. If a proxy of your own stands in between, name"
            " its certificate in REQUESTS_CA_BUNDLE."
        )
    if isinstance(error, requests.exceptions.ProxyError):
        return f"the proxy on the way to {where} can't be reached. See HTTPS_PROXY. {_BY_ITSELF}"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return f"the connection to {where} broke off in the middle. {_BY_ITSELF}"
    return f"{where} can't be reached. Is this machine on the network? {_BY_ITSELF}"


def _credentials(google: Google) -> str:
    return "API key" if google.service_account is None else "service account"


def _is_key(error: APIError) -> bool:
    """Whether it is about the API key: Google says that with a 400 or a 403."""
    return any(reason.startswith("API_KEY_") for reason in _reasons(error)) or _text(
        error, "message"
    ).startswith("API key not valid")


def _text(error: APIError, key: str) -> str:
    value = error.error.get(key)
    return value if isinstance(value, str) else ""


def _reasons(error: APIError) -> set[str]:
    """Google's short names of why, from `details` (Sheets) and `errors` (Drive)."""
    listed = [*_dicts(error.error.get("details")), *_dicts(error.error.get("errors"))]
    return {str(entry["reason"]) for entry in listed if "reason" in entry}


def _project(error: APIError) -> str:
    number = _number(error)
    return f", in project {number}" if number else ""


def _query(error: APIError) -> str:
    number = _number(error)
    return f"?project={number}" if number else ""


def _number(error: APIError) -> str:
    """The project's number: digits only, since it comes from outside."""
    found = re.search(r"\bin project (\d{1,20})\b", _text(error, "message"))
    return found[1] if found else ""


def _dicts(value: object) -> list[Mapping[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
