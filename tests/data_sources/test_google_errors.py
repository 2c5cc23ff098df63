"""What Google's refusals become: recorded replies (but those marked) in words that say what to do."""

import json

import pytest
import requests
from gspread.exceptions import APIError

from data_sources.errors import SourceError
from data_sources.google_access import TokenError
from data_sources.google_config import Google
from data_sources.google_errors import explained, is_bad_range
from data_sources.google_wire import NotJsonError, TooLargeError, TooLateError

ACCOUNT = Google(service_account={"client_email": "tandem@example.com", "private_key": "secret"})
WITH_KEY = Google(api_key="AIzaSecret")
DISABLED = {
    "code": 403,
    "message": "Google Sheets API has not been used in project 977449744253 before or it is disabled. Enable"
    " it by visiting https://console.developers.google.com/apis/api/sheets.googleapis.com/overview"
    "?project=977449744253 then retry. If you enabled this API recently, wait a few minutes for the action to"
    " propagate to our systems and retry.",
    "status": "PERMISSION_DENIED",
}
BAD_RANGE = {"code": 400, "message": "Unable to parse range: NOPE!A5:F15", "status": "INVALID_ARGUMENT"}
BAD_KEY = {  # no recording backs it
    "code": 400,
    "message": "API key not valid. Please pass a valid API key.",
    "status": "INVALID_ARGUMENT",
    "details": [{"reason": "API_KEY_INVALID"}],
}


def refused(code, message="", status="", **others):
    response = requests.Response()
    response.status_code = code
    error = {"code": code, "message": message, "status": status} | others
    response._content = json.dumps({"error": error}).encode()
    return APIError(response)


def told(error, google=ACCOUNT, **options):
    found = explained(error, google, 'The spreadsheet "Sales"', **options)
    assert isinstance(found, SourceError)
    return str(found)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            refused(403, "The caller does not have permission", "PERMISSION_DENIED"),
            ["isn't shared with tandem@example.com", "choose Viewer"],
        ),
        (
            refused(**DISABLED),
            ["The Google Sheets API is switched off", "in project 977449744253", "Enable it at"],
        ),
        (refused(403, "Request had insufficient authentication scopes."), ["opened for reading only"]),
        (
            refused(404, "Requested entity was not found.", "NOT_FOUND"),
            ["knows no spreadsheet of this id", "between /d/ and /edit"],
        ),
        (
            refused(400, "This operation is not supported for this document", "FAILED_PRECONDITION"),
            ["Save as Google Sheets"],
        ),
        (refused(**BAD_RANGE), ["renamed or removed", "by itself"]),
        (refused(**BAD_KEY), ["tandem.google.api_key", "Copy the key again"]),
        (
            refused(401, "Request had invalid authentication credentials."),
            ["key of tandem@example.com", "Create a new JSON key"],
        ),
        (refused(429, "Quota exceeded"), ["limit of reads a minute", "by itself"]),
        (refused(500), ["status 500", "keeps trying"]),
        (refused(503), ["status 503", "keeps trying"]),
        (refused(302), ["status 302"]),
        (
            TokenError("invalid_grant: Invalid JWT Signature.", retryable=False),
            ["refuses to sign in tandem@example.com", "new JSON key"],
        ),
        (
            TokenError(
                "invalid_grant: Invalid JWT: Token must be a short-lived token (60 minutes)", retryable=False
            ),
            ["clock is wrong"],
        ),
        (TokenError("", retryable=True), ["sign-in has trouble", "keeps trying"]),
        (TooLargeError(), ["larger than 64 MB", "max_megabytes"]),
        (TooLateError(), ["longer than 40 s"]),
        (NotJsonError(), ["isn't Google", "cut off"]),
        (requests.ReadTimeout(), ["didn't answer in time"]),
        (requests.ConnectTimeout(), ["didn't answer in time"]),
        (requests.exceptions.SSLError(), ["certificate", "REQUESTS_CA_BUNDLE"]),
        (requests.exceptions.ProxyError(), ["proxy", "HTTPS_PROXY"]),
        (requests.exceptions.ChunkedEncodingError(), ["broke off"]),
        (requests.ConnectionError(), ["can't be reached"]),
    ],
)
def test_every_failure_says_what_to_do(error, words):
    found = told(error)
    assert [word for word in words if word not in found] == []
    assert len(found) < 330


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (refused(403, "The caller does not have permission", "PERMISSION_DENIED"), "Anyone with the link"),
        (refused(401), "tandem.google.api_key"),
        (refused(403, "blocked", details=[{"reason": "API_KEY_SERVICE_BLOCKED"}]), "its restrictions"),
        (refused(429), "API key"),
    ],
)
def test_an_api_key_is_spoken_of_as_one(error, words):
    found = told(error, WITH_KEY)
    assert words in found
    assert "None" not in found
    assert "AIza" not in found


def test_who_writes_needs_to_be_an_editor():
    assert "choose Editor" in told(refused(403, "The caller does not have permission"), writing=True)


def test_what_google_says_of_its_own_is_not_repeated():
    found = told(
        refused(403, "<b>visit http://evil.example.com</b> in project <i>1</i>", "PERMISSION_DENIED")
    )
    assert "evil" not in found
    assert "<" not in found


def test_a_source_error_stays_as_it_is():
    error = SourceError("already said")
    assert explained(error, ACCOUNT, "x") is error


def test_only_a_bad_range_is_worth_another_look():
    assert is_bad_range(refused(**BAD_RANGE))
    assert not is_bad_range(refused(**BAD_KEY))
    assert not is_bad_range(refused(403))
    assert not is_bad_range(requests.ConnectionError())
