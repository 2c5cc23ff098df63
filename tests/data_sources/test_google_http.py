"""gspread's way to Google: what is tried again, what is given up, and that nothing takes for ever."""

import io
import socket
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
import requests
from google.auth import credentials as google_credentials
from gspread.exceptions import APIError
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from data_sources.budget import Budget, Busy
from data_sources.google_access import TokenError
from data_sources.google_http import SHEETS, retry_after
from data_sources.google_wire import NotJsonError, TooLargeError
from tests.data_sources.google_builders import Clock, http
from tests.google.faults import (
    BAD_GATEWAY,
    COMMON,
    INTERNAL,
    INVALID_JSON,
    RESET,
    STALL,
    TOO_MANY,
    UNAVAILABLE,
    Fault,
    drip,
    slow,
)

BOOK = SHEETS + "/v4/spreadsheets/%s"
ADD_TAB = {"requests": [{"addSheet": {"properties": {"title": "new"}}}]}


@pytest.fixture
def sheet(google):
    return google.spreadsheet("Sales", tabs={"leads": [["lead_id"], *[[f"L{n}"] for n in range(2000)]]})


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def opened(google):
    """Opens GoogleHTTP on the stand-in, and closes it after the test."""
    made = []

    def open_(*args, **kwargs):
        made.append(http(google, *args, **kwargs))
        return made[-1]

    yield open_
    for one in made:
        one.close()


def read(client, sheet):
    return client.request("get", BOOK % sheet, params={"fields": "properties.title"})


def read_all(client, sheet):
    return client.values_get(sheet, "'leads'")


@pytest.mark.parametrize("fault", COMMON, ids=lambda fault: f"{fault.kind} {fault.code}")
def test_a_read_that_fails_twice_is_tried_until_it_comes(google, sheet, opened, clock, fault):
    client = opened(clock)
    google.faults.next(fault, fault)
    assert read(client, sheet).json() == {"properties": {"title": "Sales"}}
    assert google.reads == 3
    assert clock.slept == [1.0, 2.0]


def test_pauses_are_drawn_from_nothing_to_the_whole(google, sheet, opened, clock):
    client = opened(clock, chance=0.25, attempts=6)
    google.faults.next(*[UNAVAILABLE] * 5)
    read(client, sheet)
    assert clock.slept == [0.25, 0.5, 1.0, 2.0, 2.0]


def test_after_the_last_attempt_the_error_is_gspreads(google, sheet, opened, clock):
    google.faults.always(UNAVAILABLE)
    with pytest.raises(APIError) as raised:
        read(opened(clock), sheet)
    assert raised.value.code == 503
    assert google.reads == 4


def test_a_page_of_a_gateway_becomes_an_error_with_its_status(google, sheet, opened, clock):
    google.faults.always(BAD_GATEWAY)
    with pytest.raises(APIError) as raised:
        read(opened(clock), sheet)
    assert raised.value.code == 502
    assert "<html" not in str(raised.value)


@pytest.mark.parametrize(
    "fault", [INTERNAL, UNAVAILABLE, BAD_GATEWAY, RESET], ids=lambda fault: f"{fault.kind} {fault.code}"
)
def test_a_write_that_may_have_arrived_is_never_repeated(google, sheet, opened, clock, fault):
    google.faults.next(fault)
    with pytest.raises((APIError, requests.RequestException)):
        opened(clock).batch_update(sheet, ADD_TAB)
    assert google.writes == 1


def test_a_write_that_the_quota_turned_away_is_repeated(google, sheet, opened, clock):
    google.faults.next(TOO_MANY)
    opened(clock).batch_update(sheet, ADD_TAB)
    assert google.writes == 2


def test_a_write_that_found_nobody_listening_is_repeated(google, sheet, opened, clock):
    client = opened(clock)
    read(client, sheet)
    google.gone()
    client._sleep = lambda _seconds: google.back()
    client.batch_update(sheet, ADD_TAB)
    assert google.writes == 1


def test_retry_after_is_kept(google, sheet, opened, clock):
    google.faults.next(Fault("status", 429, retry_after=7))
    read(opened(clock), sheet)
    assert clock.slept == [7.0]


def test_a_retry_after_beyond_the_end_of_the_call_ends_it(google, sheet, opened, clock):
    google.faults.next(Fault("status", 429, retry_after=41))
    with pytest.raises(APIError) as raised:
        read(opened(clock), sheet)
    assert (google.reads, clock.slept, retry_after(raised.value)) == (1, [], 41.0)


def test_retry_after_may_be_a_date(google, sheet, opened, clock):
    response = requests.Response()
    response.headers = {
        "Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT",
        "Date": "Wed, 21 Oct 2026 07:27:30 GMT",
    }
    assert retry_after(requests.RequestException(response=response)) == 30.0


@pytest.mark.parametrize("written", ["", "soon", "-1", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_what_says_no_time_is_no_retry_after(written):
    response = requests.Response()
    response.headers = {"Retry-After": written}
    assert retry_after(requests.RequestException(response=response)) is None


# --- time and size


def test_a_body_that_drips_in_ends_with_the_call(google, sheet, opened):
    google.faults.next(drip(size=1, seconds=0.02))
    begun = time.monotonic()
    with pytest.raises(requests.Timeout):
        read_all(opened(total=0.5, silence=0.3), sheet)
    assert 0.4 < time.monotonic() - begun < 10  # the whole body takes minutes
    assert google.reads == 1


def test_silence_ends_the_attempt(google, sheet, opened):
    google.faults.next(STALL)
    begun = time.monotonic()
    assert read(opened(silence=0.2, first_pause=0), sheet).ok
    assert time.monotonic() - begun < 10  # the stall has no end
    assert google.reads == 2


def test_headers_that_drip_in_end_the_attempt(opened, monkeypatch):
    server = sending(b"HTTP/1.1 200 OK\r\nX-Long: ")
    client = opened(silence=0.3, total=0.7, attempts=1)
    client.endpoint = f"http://127.0.0.1:{server.getsockname()[1]}"
    monkeypatch.setattr(client.access, "headers", lambda _send: {})
    begun = time.monotonic()
    with pytest.raises(requests.RequestException):
        read(client, "x")
    assert time.monotonic() - begun < 10  # the headers take 200 s
    server.close()


def test_a_body_that_drips_in_and_falls_silent_ends_with_the_call(opened, monkeypatch):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
    server = sending(head, letters=80)
    client = opened(silence=3, total=2, attempts=1)
    client.endpoint = f"http://127.0.0.1:{server.getsockname()[1]}"
    monkeypatch.setattr(client.access, "headers", lambda _send: {})
    begun = time.monotonic()
    with pytest.raises(requests.Timeout):
        read(client, "x")
    assert time.monotonic() - begun < 3.3  # a silence allowed anew after the last letter ends at 3.6
    server.close()


def sending(head, letters=10_000):
    """A server that sends this, then a letter every 20 ms, then nothing while the other side listens."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        with suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                connection.sendall(head)
                for _ in range(letters):
                    connection.sendall(b"a")
                    time.sleep(0.02)
                connection.recv(65536)
                connection.recv(65536)

    threading.Thread(target=serve, daemon=True).start()
    return listener


def test_a_body_larger_than_allowed_is_refused(google, sheet, opened, clock):
    assert len(read_all(opened(clock), sheet)["values"]) == 2001
    with pytest.raises(TooLargeError):
        read_all(opened(clock, body=10_000), sheet)


def test_a_small_body_that_unpacks_to_a_large_one_is_refused(opened, clock):
    packed = zlib.compressobj(wbits=31)
    bomb = packed.compress(b" " * 50_000_000) + packed.flush()
    client = answered(opened(clock, body=1_000_000), bomb, {"Content-Encoding": "gzip"})
    with pytest.raises(TooLargeError):
        read(client, "x")


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"<html>Sign in to the hotel's network", {}),
        (b"", {}),
        (b'{"a": 1', {}),
        (b"[]", {}),
        (b"not gzip", {"Content-Encoding": "gzip"}),
        (zlib.compress(b"{}" * 999, wbits=31)[:20], {"Content-Encoding": "gzip"}),
        (b"{}", {"Content-Encoding": "br"}),
    ],
)
def test_a_good_status_over_something_else_is_no_reply(opened, clock, body, headers):
    with pytest.raises((NotJsonError, requests.exceptions.ChunkedEncodingError)):
        read(answered(opened(clock), body, headers), "x")


def test_a_redirect_is_not_followed(opened, clock):
    client = answered(opened(clock), b"", {"Location": "https://elsewhere.example.com"}, status=302)
    with pytest.raises(APIError) as raised:
        read(client, "x")
    assert raised.value.code == 302


@pytest.mark.parametrize(
    "body", [b'{"error": "nonsense"}', b'{"error": {"code": "x"}}', b"[1]", b"\xff", b'{"error": []}']
)
def test_an_error_in_no_form_that_gspread_knows_keeps_its_status(opened, clock, body):
    with pytest.raises(APIError) as raised:
        read(answered(opened(clock), body, status=400), "x")
    assert raised.value.code == 400


class Answering(BaseAdapter):
    def __init__(self, body, headers, status):
        super().__init__()
        self.reply = body, headers, status

    def send(self, request, **_):
        body, headers, status = self.reply
        response = requests.Response()
        response.status_code, response.request = status, request
        response.headers.update(headers)
        response.raw = HTTPResponse(io.BytesIO(body), headers=headers, status=status, preload_content=False)
        return response

    def close(self):
        pass


def answered(client, body, headers=None, status=200):
    """The same client; whatever it asks, this comes."""
    client.session.mount("http://", Answering(body, headers or {}, status))
    client.access.headers = lambda _send: {}
    return client


# --- tokens


def test_thirty_two_threads_fetch_one_token(google, sheet, opened):
    client = opened(budget=Budget(200))
    with ThreadPoolExecutor(32) as pool:
        found = list(pool.map(lambda _: read(client, sheet).status_code, range(32)))
    assert found == [200] * 32
    assert google.token_calls == 1


def test_a_revoked_token_is_replaced_once(google, sheet, opened, clock):
    client = opened(clock)
    read(client, sheet)
    google.tokens.revoke()
    assert read(client, sheet).ok
    assert (google.token_calls, google.reads, clock.slept) == (2, 3, [])


def test_a_token_refused_twice_is_given_up(google, sheet, opened, clock):
    google.faults.always(Fault("status", 401))
    with pytest.raises(APIError) as raised:
        read(opened(clock), sheet)
    assert raised.value.code == 401
    assert (google.token_calls, google.reads) == (2, 2)


def test_a_token_is_replaced_before_it_expires(google, sheet, opened, clock):
    client = opened(clock)
    read(client, sheet)
    clock.now += 3600 - 230
    read(client, sheet)
    assert google.token_calls == 1
    clock.now += 10
    read(client, sheet)
    assert google.token_calls == 2


@pytest.mark.parametrize(
    "fault", [UNAVAILABLE, BAD_GATEWAY, RESET, INVALID_JSON], ids=lambda fault: fault.kind
)
def test_trouble_at_the_sign_in_is_tried_again(google, sheet, opened, clock, fault):
    google.faults.next(fault, on=("token",))
    assert read(opened(clock), sheet).ok
    assert (google.token_calls, google.reads) == (2, 1)


def test_a_sign_in_that_stalls_ends_with_the_call(google, sheet, opened):
    google.faults.always(STALL, on=("token",))
    begun = time.monotonic()
    with pytest.raises(requests.RequestException):
        read(opened(silence=0.2, total=0.5, first_pause=0.01), sheet)
    assert time.monotonic() - begun < 10  # the stall has no end


def test_a_deleted_account_is_refused_at_once(google, sheet, opened, clock):
    client = opened(clock)
    google.tokens.accounts.clear()
    with pytest.raises(TokenError) as raised:
        read(client, sheet)
    assert not raised.value.retryable
    assert google.token_calls == 1


def test_threads_that_waited_for_a_token_share_the_refusal(google, sheet, opened):
    client, threads = opened(budget=Budget(200)), 16
    google.tokens.accounts.clear()
    google.faults.next(slow(0.5), on=("token",))

    def ask(_):
        with pytest.raises(TokenError):
            read(client, sheet)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(ask, range(threads)))
    assert google.token_calls < threads / 2


def test_no_other_host_is_asked_in_the_background(google, sheet, opened, monkeypatch):
    asked = []
    monkeypatch.setattr(
        google_credentials.CredentialsWithRegionalAccessBoundary,
        "_maybe_start_regional_access_boundary_refresh",
        lambda *_: asked.append("a regional access boundary"),
    )
    read(opened(), sheet)
    assert asked == []


# --- the surroundings


def test_a_proxy_is_not_asked_for_what_is_on_this_machine(google, sheet, opened, clock, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert read(opened(clock), sheet).ok


def test_a_password_in_netrc_does_not_take_the_place_of_the_token(
    google, sheet, opened, monkeypatch, tmp_path, clock
):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password mine\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert read(opened(clock), sheet).ok


def test_cookies_are_not_kept(opened, clock):
    client = answered(opened(clock), b"{}", {"Set-Cookie": "a=b"})
    read(client, "x")
    assert not client.session.cookies


# --- the budget


def test_a_read_beyond_the_budget_is_not_sent(google, sheet, opened, clock):
    client = opened(clock, budget=Budget(40, clock))
    for _ in range(10):
        read(client, sheet)
    with pytest.raises(Busy) as raised:
        read(client, sheet)
    assert raised.value.seconds == pytest.approx(2.0, abs=0.01)
    assert google.reads == 10


def test_a_patient_client_waits_for_the_budget(google, sheet, opened, clock):
    client = opened(clock, budget=Budget(40, clock), patient=True)
    for _ in range(15):
        read(client, sheet)
    assert sum(clock.slept) == pytest.approx(10, abs=0.1)


def test_attempts_count_as_reads(google, sheet, opened, clock):
    budget = Budget(4, clock)  # one at hand, one more every 20 s
    google.faults.always(UNAVAILABLE)
    with pytest.raises(APIError):
        read(opened(clock, budget=budget), sheet)
    assert google.reads == 2
    assert clock.slept == [pytest.approx(20, abs=0.01)]


def test_writes_and_tokens_take_nothing_from_the_budget_of_reads(google, sheet, opened, clock):
    budget = Budget(4, clock)
    opened(clock, budget=budget).batch_update(sheet, ADD_TAB)
    assert budget.take() == 0.0
