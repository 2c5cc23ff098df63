"""Faults are real: what breaks, breaks on the socket."""

import gzip
import json
import socket
import threading
import time
from urllib.parse import urlsplit

import pytest
import requests

from tests.google import standin
from tests.google.faults import (
    BAD_GATEWAY,
    INVALID_JSON,
    RESET,
    RESET_IN_BODY,
    STALL,
    TOO_MANY,
    TRUNCATED,
    UNAVAILABLE,
    Fault,
    drip,
    slow,
    stall,
)

SECONDS = 10


@pytest.fixture
def url(google):
    """A public tab that a plain request reads."""
    sheet = google.spreadsheet(tabs={"leads": [[f"L{row}", row] for row in range(100)]})
    google.publish(sheet)
    return f"{google.endpoint}/v4/spreadsheets/{sheet}/values/leads?key={google.api_key()}"


def get(url, timeout=SECONDS, **options):
    return requests.get(url, timeout=timeout, **options)


@pytest.mark.parametrize("code", [400, 401, 403, 404, 429, 500, 503])
def test_a_status_comes_with_googles_json(google, url, code):
    google.faults.next(Fault("status", code))
    answer = get(url)
    assert answer.status_code == code
    assert answer.json()["error"]["code"] == code
    assert "Retry-After" not in answer.headers
    assert get(url).ok


def test_retry_after_is_sent_where_asked_for(google, url):
    google.faults.next(Fault("status", 503, retry_after=7))
    assert get(url).headers["Retry-After"] == "7"


def test_a_bad_gateway_speaks_html(google, url):
    google.faults.next(BAD_GATEWAY)
    answer = get(url)
    assert answer.status_code == 502
    assert answer.headers["Content-Type"].startswith("text/html")


def test_a_stall_sends_nothing(google, url):
    google.faults.next(STALL)
    with pytest.raises(requests.ReadTimeout):
        get(url, timeout=0.2)


def test_a_stall_ends_when_the_stand_in_closes():
    with standin.google() as google:
        google.faults.next(STALL)
        broken = threading.Event()

        def ask():
            with pytest.raises(requests.ConnectionError):
                get(f"{google.endpoint}/v4/spreadsheets/x", timeout=60)
            broken.set()

        asking = threading.Thread(target=ask)
        asking.start()
        google.log.await_calls(1, begun=True)
        began = time.monotonic()
    assert broken.wait(5)
    asking.join()
    assert time.monotonic() - began < 5


def test_a_stalled_connection_is_let_go_when_the_client_leaves(google, url):
    google.faults.next(STALL)
    with pytest.raises(requests.ReadTimeout):
        get(url, timeout=0.1)
    for stalled in google.connections():
        stalled.join(5)
    assert google.connections() == []


def test_a_stall_may_end_by_itself(google, url):
    google.faults.next(stall(0.05))
    with pytest.raises(requests.ConnectionError):
        get(url)


def test_a_slow_reply_is_right(google, url):
    google.faults.next(slow(0.2))
    began = time.monotonic()
    assert get(url).json()["values"][99] == ["L99", "99"]
    assert time.monotonic() - began >= 0.2


def test_a_dripping_body_outlasts_a_read_timeout_and_is_whole_in_the_end(google, url):
    google.faults.next(drip(size=200, seconds=0.05))
    began = time.monotonic()
    answer = get(url, timeout=0.5, headers={"Accept-Encoding": "identity"})
    assert len(answer.json()["values"]) == 100
    assert time.monotonic() - began > 0.5


def test_a_reset_breaks_the_connection(google, url):
    google.faults.next(RESET)
    with pytest.raises(requests.ConnectionError, match="reset by peer"):
        get(url)


def test_a_reset_in_the_body_comes_after_its_beginning(google, url):
    google.faults.next(RESET_IN_BODY)
    host = urlsplit(url)
    with socket.create_connection((host.hostname, host.port), SECONDS) as wire:
        wire.sendall(f"GET {host.path}?{host.query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        seen = []
        with pytest.raises(ConnectionResetError):
            seen.extend(iter(lambda: wire.recv(65536), b""))
    assert len(b"".join(seen).partition(b"\r\n\r\n")[2]) == RESET_IN_BODY.size


def test_a_truncated_body_ends_before_its_promised_length(google, url):
    google.faults.next(TRUNCATED)
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        get(url)


def test_invalid_json_has_its_promised_length(google, url):
    google.faults.next(INVALID_JSON)
    answer = get(url)
    assert answer.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_faults_meet_only_the_calls_they_are_meant_for(google, url):
    google.faults.next(UNAVAILABLE, on=("token",))
    assert get(url).ok
    assert requests.post(f"{google.endpoint}/token", timeout=SECONDS).status_code == 503


def test_none_in_the_queue_is_a_call_without_a_fault(google, url):
    google.faults.always(TOO_MANY)
    google.faults.next(None, UNAVAILABLE)
    assert [get(url).status_code for _ in range(4)] == [200, 503, 429, 429]
    google.faults.clear()
    assert get(url).ok


def test_a_share_of_calls_fails_and_the_seed_says_which(google, url):
    def statuses():
        google.faults.sometimes(0.25, [TOO_MANY], seed=5)
        return [get(url).status_code for _ in range(40)]

    google.limits.per_user = google.limits.per_project = None
    first = statuses()
    assert first == statuses()
    assert 4 <= first.count(429) <= 16


def test_nobody_listens_while_google_is_gone(google, url):
    with requests.Session() as session:
        assert session.get(url, timeout=SECONDS).ok
        google.gone()
        with pytest.raises(requests.ConnectionError):
            session.get(url, timeout=SECONDS)
        with pytest.raises(requests.ConnectionError, match="refused"):
            get(url)
        google.back()
        assert session.get(url, timeout=SECONDS).ok


def test_a_reply_is_compressed_where_the_client_takes_it(google, url):
    plain = get(url, headers={"Accept-Encoding": "identity"})
    packed = get(url, headers={"Accept-Encoding": "gzip"}, stream=True)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Transfer-Encoding"] == "chunked"
    assert gzip.decompress(b"".join(packed.raw.stream(decode_content=False))) == plain.content
    first, second = google.log.await_calls(2)
    assert first.sent == len(plain.content) > second.sent


def test_without_pretty_printing_a_reply_is_compact(google, url):
    pretty, compact = get(url), get(f"{url}&prettyPrint=false")
    assert pretty.text == json.dumps(pretty.json(), indent=2) + "\n"
    assert compact.text == json.dumps(pretty.json(), separators=(",", ":"))


def test_latency_delays_every_reply(google, url):
    google.latency = 0.1
    began = time.monotonic()
    assert get(url).ok
    assert time.monotonic() - began >= 0.1


def test_many_clients_at_once_are_served_over_connections_kept_alive(google, url):
    google.limits.per_user = google.limits.per_project = None
    failed = []

    def ask():
        with requests.Session() as session:
            failed.extend(answer for _ in range(10) if not (answer := session.get(url, timeout=SECONDS)).ok)

    asking = [threading.Thread(target=ask) for _ in range(8)]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    assert failed == []
    assert google.reads == 80


def test_what_fails_within_the_stand_in_fails_the_test():
    opened = standin.google()
    google = opened.__enter__()
    google.api.reply = None
    with pytest.raises(requests.ConnectionError):
        get(f"{google.endpoint}/v4/spreadsheets/x?key={google.api_key()}")
    with pytest.raises(ExceptionGroup, match="the stand-in failed"):
        opened.__exit__(None, None, None)
