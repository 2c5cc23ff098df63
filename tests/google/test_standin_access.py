"""Tokens, keys, shares and quotas."""

import json
import time

import google.auth.exceptions
import gspread
import pytest
import requests
from google.oauth2.service_account import Credentials

from tests.google import adapter, standin

SECONDS = 10


@pytest.fixture
def sheet(slow_google):
    return slow_google.spreadsheet(tabs={"leads": [["lead_id"], ["L1"]]})


def code(call):
    """The status that gspread meets."""
    with pytest.raises(gspread.exceptions.APIError) as failed:
        call()
    return failed.value.response.status_code


def test_a_token_is_asked_for_once_and_used_until_it_expires(slow_google, sheet, clock):
    client = adapter.client(slow_google)
    tab = client.open_by_key(sheet).sheet1
    tab.get_all_values()
    assert slow_google.token_calls == 1
    client.http_client.auth.expiry = None  # google-auth goes by the real clock: it takes the token for good
    clock.now += slow_google.tokens.lifetime
    # Refused, refreshed by google-auth, and asked again.
    assert tab.get_all_values() == [["lead_id"], ["L1"]]
    assert slow_google.token_calls == 2
    assert [call.status for call in slow_google.log.of("read")][-3:] == [200, 401, 200]


def test_a_revoked_token_is_refused_at_once(slow_google, sheet):
    session = adapter.client(slow_google).http_client
    session.login()
    headers = {"Authorization": session.session.headers["Authorization"]}
    url = f"{slow_google.endpoint}/v4/spreadsheets/{sheet}"
    assert requests.get(url, headers=headers, timeout=SECONDS).ok
    slow_google.tokens.revoke()
    answer = requests.get(url, headers=headers, timeout=SECONDS)
    assert answer.status_code == 401
    assert answer.json()["error"]["status"] == "UNAUTHENTICATED"


def test_only_the_accounts_own_key_signs(slow_google, sheet):
    other = slow_google.service_account("other")
    forged = slow_google.service_account() | {"private_key": other["private_key"]}
    client = adapter.mount(gspread.service_account_from_dict(forged), slow_google)
    with pytest.raises(google.auth.exceptions.RefreshError, match="Invalid JWT Signature"):
        client.open_by_key(sheet)


def test_an_account_that_google_does_not_know_is_refused(slow_google):
    with standin.google() as elsewhere:
        stranger = elsewhere.service_account("stranger") | {"token_uri": f"{slow_google.endpoint}/token"}
    client = adapter.mount(gspread.service_account_from_dict(stranger), slow_google)
    with pytest.raises(google.auth.exceptions.RefreshError, match="account not found"):
        client.open_by_key("x")


def test_an_assertion_that_has_run_out_is_refused(slow_google, monkeypatch):
    credentials = Credentials.from_service_account_info(
        slow_google.service_account(), scopes=["https://www.googleapis.com/auth/spreadsheets"]
    )
    monkeypatch.setattr(time, "time", lambda now=time.time: now() + 7200)
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "assertion": credentials._make_authorization_grant_assertion(),
    }
    answer = requests.post(f"{slow_google.endpoint}/token", data=form, timeout=SECONDS)
    assert answer.status_code == 400
    assert answer.json()["error_description"].startswith("Invalid JWT: Token must be a short-lived token")


def test_a_key_reads_what_is_public_and_writes_nothing(slow_google, sheet):
    client = adapter.client_with_key(slow_google, slow_google.api_key())
    with pytest.raises(PermissionError):
        client.open_by_key(sheet)
    slow_google.publish(sheet)
    tab = client.open_by_key(sheet).sheet1
    assert tab.get_all_values() == [["lead_id"], ["L1"]]
    assert code(lambda: tab.update([["x"]], "A1")) == 401
    assert slow_google.token_calls == 0


def test_a_wrong_key_and_no_key_at_all_are_refused(slow_google, sheet):
    url = f"{slow_google.endpoint}/v4/spreadsheets/{sheet}"
    wrong = requests.get(url, params={"key": "AIzaWrong"}, timeout=SECONDS).json()
    assert wrong["error"]["details"][0]["reason"] == "API_KEY_INVALID"
    assert requests.get(url, timeout=SECONDS).status_code == 403


def test_what_is_not_shared_is_refused_until_it_is_shared(slow_google, sheet):
    client = adapter.client(slow_google)
    tab = client.open_by_key(sheet).sheet1
    slow_google.unshare(sheet)
    with pytest.raises(PermissionError):
        client.open_by_key(sheet)
    assert code(tab.get_all_values) == 403
    slow_google.share(sheet, role="reader")
    assert tab.get_all_values() == [["lead_id"], ["L1"]]
    assert code(lambda: tab.update([["x"]], "A1")) == 403
    slow_google.share(sheet)
    tab.update([["lead"]], "A1")
    assert slow_google.get(sheet, "leads!A1") == "lead"


def test_accounts_are_told_apart(slow_google, sheet):
    email = slow_google.service_account("other")["client_email"]
    other = adapter.client(slow_google, "other")
    with pytest.raises(PermissionError):
        other.open_by_key(sheet)
    slow_google.share(sheet, email)
    assert other.open_by_key(sheet).sheet1.title == "leads"


def test_an_unknown_spreadsheet_is_not_found(slow_google, sheet):
    client = adapter.client(slow_google)
    slow_google.delete(sheet)
    with pytest.raises(gspread.SpreadsheetNotFound):
        client.open_by_key(sheet)


def test_the_sixty_first_read_in_a_minute_is_one_too_many(slow_google, sheet, clock):
    tab = adapter.client(slow_google).open_by_key(sheet).sheet1
    for _ in range(60 - slow_google.reads):
        tab.get_all_values()
        clock.now += 0.5
    with pytest.raises(gspread.exceptions.APIError) as failed:
        tab.get_all_values()
    error = failed.value.response.json()["error"]
    assert error["status"] == "RESOURCE_EXHAUSTED"
    assert error["details"][0]["metadata"]["quota_limit"] == "ReadRequestsPerMinutePerUser"
    assert "Retry-After" not in failed.value.response.headers
    tab.update([["written"]], "A1")  # writes are counted apart
    clock.now += 60
    assert tab.get_all_values()[0] == ["written"]


def test_a_minute_is_the_last_sixty_seconds(slow_google, sheet, clock):
    slow_google.limits.per_user = 3
    tab = adapter.client(slow_google).open_by_key(sheet).sheet1
    before = slow_google.reads
    assert before == 2
    clock.now += 59
    tab.get_all_values()
    assert code(tab.get_all_values) == 429
    clock.now += 1
    tab.get_all_values()
    assert slow_google.busiest_minute() == 4


def test_the_project_has_a_limit_of_its_own(slow_google, sheet):
    slow_google.limits.per_project = 5
    slow_google.share(sheet, slow_google.service_account("other")["client_email"])
    first = adapter.client(slow_google).open_by_key(sheet).sheet1
    second = adapter.client(slow_google, "other").open_by_key(sheet).sheet1
    first.get_all_values()
    assert code(second.get_all_values) == 429


def test_retry_after_is_sent_where_the_limits_say_so(slow_google, sheet):
    slow_google.limits.per_user = 0
    slow_google.limits.retry_after = 30
    with pytest.raises(gspread.exceptions.APIError) as failed:
        adapter.client(slow_google).open_by_key(sheet)
    assert failed.value.response.headers["Retry-After"] == "30"


def test_the_log_says_what_was_called(slow_google, sheet, clock):
    tab = adapter.client(slow_google).open_by_key(sheet).sheet1
    tab.get_all_values()
    tab.append_rows([["L2"]])
    slow_google.log.await_calls(1, "write")
    calls = [call for call in slow_google.calls if call.kind != "other"]
    assert [call.name for call in calls][:2] == ["token", "metadata"]
    assert [call.name for call in calls][-2:] == ["values:get", "values:append"]
    assert calls[-1].body == {"values": [["L2"]]}
    assert calls[-1].query["valueInputOption"] == ["RAW"]
    assert calls[-1].at == clock.now
    assert calls[-1].user == slow_google.service_account()["client_email"]
    assert slow_google.reads_last_minute == slow_google.reads
    assert (slow_google.writes, slow_google.token_calls) == (1, 1)


def test_drive_tells_when_a_spreadsheet_changed(slow_google, sheet, clock):
    book = adapter.client(slow_google).open_by_key(sheet)
    before = book.get_lastUpdateTime()
    clock.now += 100
    slow_google.set(sheet, "leads!A2", "L9")
    assert book.get_lastUpdateTime() > before
    assert book.creationTime == before


def test_a_scope_to_read_covers_no_writing_and_no_drive(slow_google, sheet):
    slow_google.tokens.scope_to_write = True
    credentials = Credentials.from_service_account_info(
        slow_google.service_account(), scopes=["https://www.googleapis.com/auth/spreadsheets.readonly"]
    )
    book = adapter.mount(gspread.authorize(credentials), slow_google).open_by_key(sheet)
    assert book.sheet1.get_all_values() == [["lead_id"], ["L1"]]
    assert code(lambda: book.sheet1.update([["x"]], "A1")) == 403
    assert code(book.get_lastUpdateTime) == 403


def test_a_spreadsheet_is_found_by_its_name_if_it_is_shared(slow_google, sheet):
    hidden = slow_google.spreadsheet("Hidden", shared=False)
    client = adapter.client(slow_google)
    assert client.open("Sales and marketing").id == sheet
    assert [found["id"] for found in client.list_spreadsheet_files()] == [sheet]
    slow_google.share(hidden)
    assert client.open("Hidden").id == hidden


def test_a_scope_that_does_not_cover_spreadsheets_gets_no_token(slow_google):
    credentials = Credentials.from_service_account_info(
        slow_google.service_account(), scopes=["https://www.googleapis.com/auth/fitness"]
    )
    with pytest.raises(google.auth.exceptions.RefreshError, match="invalid_scope"):
        credentials.refresh(google_request())


def google_request():
    from google.auth.transport.requests import Request  # noqa: PLC0415

    return Request()


def test_a_call_is_json_or_refused(slow_google, sheet):
    http = adapter.client(slow_google).http_client
    http.login()
    answer = http.session.post(
        f"https://sheets.googleapis.com/v4/spreadsheets/{sheet}:batchUpdate",
        data=b"{not json",
        timeout=SECONDS,
    )
    assert answer.status_code == 400
    assert json.loads(answer.text)["error"]["status"] == "INVALID_ARGUMENT"
