"""The stand-in held against recorded traffic with Google, and against Google's own schemas.

Where ../shared/data isn't there, these tests are skipped.
"""

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from google.oauth2.service_account import Credentials

from tests.google import adapter, recorded, standin
from tests.google.faults import Fault
from tests.google.tokens import GRANT, SCOPES
from tests.google.unbacked import UNBACKED

DOCS = Path(__file__).parents[2] / "docs" / "google-stand-in.md"
ERRORS = recorded.FOLDER / "gargle" / "decoded"
pytestmark = pytest.mark.skipif(
    not recorded.FOLDER.is_dir(), reason="left out: ../shared/data/gsheets_recorded is not there"
)


@pytest.fixture(scope="module")
def exchanges():
    with standin.google() as google, requests.Session() as session:
        google.limits.per_user = google.limits.per_project = None
        client = adapter.client(google).http_client
        client.login()
        session.headers["Authorization"] = client.session.headers["Authorization"]
        client.session.close()
        return recorded.replayed(google, session)


def test_every_exchange_that_can_be_replayed_is_answered_as_google_answered(exchanges):
    differing = [
        (exchange.where, exchange.kind, exchange.recorded, exchange.replayed)
        for exchange in exchanges
        if exchange.left_out is None and not exchange.held
    ]
    assert differing == []


def test_values_are_answered_to_the_byte(exchanges):
    differing = [
        exchange.where
        for exchange in exchanges
        if exchange.held and exchange.kind.startswith(("values", "batchUpdate")) and not exchange.same_bytes
    ]
    assert differing == []


def test_every_reply_fits_googles_schema(exchanges):
    assert [(exchange.where, exchange.complaints) for exchange in exchanges if exchange.complaints] == []


def test_the_documentation_says_how_many_exchanges_are_held(exchanges):
    told = [line for line in DOCS.read_text().splitlines() if re.match(r"\| \w.*\| [\d–]+ \|$", line)]
    assert told == recorded.table(exchanges)


def test_the_documentation_says_how_many_there_are_in_all(exchanges):
    held = sum(exchange.held for exchange in exchanges)
    assert f"{held:,} of {len(exchanges):,} exchanges" in DOCS.read_text()


@pytest.mark.parametrize("subject", UNBACKED)
def test_the_documentation_names_what_no_recording_backs(subject):
    assert f"- {subject}: {UNBACKED[subject]}" in DOCS.read_text()


@pytest.mark.parametrize(
    "name",
    [
        "sheets-spreadsheets-get-nonexistent-range_400",
        "sheets-spreadsheets-get-bad-field-mask_400",
        "sheets-spreadsheets-get-nonexistent-sheet-id_404",
        "sheets-spreadsheets-get-quota-exceeded-readgroup_429",
        "drive-files-get-nonexistent-file-id_404",
    ],
)
def test_errors_are_told_as_google_told_them(google, name):
    told = json.loads((ERRORS / f"{name}.json").read_text())
    spreadsheet_id = urlsplit(told["url"]).path.rpartition("/")[2]
    google.api.keys.add("REDACTED")
    if told["status_code"] in (400, 429):
        google.spreadsheet(spreadsheet_id=spreadsheet_id)
        google.publish(spreadsheet_id)
    if told["status_code"] == 429:
        for _ in range(60):
            google.limits.take("read", "key")
    url = re.sub(r"https://\w+\.googleapis\.com", google.endpoint, told["url"])
    answer = requests.get(url, timeout=10)
    assert answer.status_code == told["status_code"]
    assert of_no_project(answer.json()) == of_no_project(told["body_json"])


@pytest.mark.parametrize(("case", "code"), [("503 UNAVAILABLE", 503), ("401 UNAUTHENTICATED", 401)])
def test_errors_that_no_recording_shows_are_told_as_people_pasted_them(google, case, code):
    (told,) = [pasted for pasted in second_hand() if pasted["case"].partition(" (")[0] == case]
    google.faults.next(Fault("status", code))
    assert requests.get(f"{google.endpoint}/v4/spreadsheets/x", timeout=10).json() == told["body"]


def test_a_bad_signature_is_told_as_people_pasted_it(google):
    (told,) = [pasted for pasted in second_hand() if pasted["case"] == "token endpoint: bad signature"]
    account = google.service_account() | {"private_key": google.service_account("other")["private_key"]}
    credentials = Credentials.from_service_account_info(account, scopes=SCOPES)
    form = {"grant_type": GRANT, "assertion": credentials._make_authorization_grant_assertion()}
    answer = requests.post(f"{google.endpoint}/token", data=form, timeout=10)
    assert (answer.status_code, answer.json()) == (told["status"], told["body"])


def second_hand():
    """Bodies that people quoted in issues."""
    return json.loads(
        (recorded.FOLDER / "issues_bodies" / "error_bodies_from_issue_threads.json").read_text()
    )


def of_no_project(told):
    """An error without the number of the project that asked."""
    text = re.sub(r"(project_number:|projects/)\d+", r"\1N", json.dumps(told))
    return json.loads(text)
