"""The addresses of open screens: shut without a token, answering at once on news, letting go at the end."""

import asyncio
import json
import os
import signal
import threading
from dataclasses import replace

import pytest
from starlette.requests import Request
from starlette.routing import Match

from components import access, live, live_route, live_stamp
from components.live import Live, Published
from components.live_route import HEADER, LIFE, is_good, mint, poll, read
from data_sources.errors import SourceError
from scorecard.dataset import Stamp
from tests.components.builders import NOON, dataset

SOON = 5  # seconds; what must be at once isn't timed closer, the machine may be busy
NEVER = 10**6


class FakeSource:
    """A source whose state the test sets; its thread looks on order only."""

    label = "Test"

    def __init__(self):
        self.version, self.broken, self.wholes = "1", None, 0

    def last(self):
        return None

    def probe(self, *, everything=False):
        self.wholes += everything
        if self.broken:
            raise SourceError(self.broken)
        return self.version

    def open(self):
        return replace(dataset(self.version), stamp=Stamp(self.version, NOON))

    def wait(self, *, watched):  # noqa: ARG002 - the protocol's
        return NEVER

    def close(self):
        pass


@pytest.fixture
def source(monkeypatch):
    live.close()
    found = FakeSource()
    monkeypatch.setattr(live, "_configured", lambda: found)
    live.live()
    yield found
    live.close()
    live_route._waiting.over = False


def request(path="live", *, token=None, after=""):
    token = mint() if token is None else token
    headers = [(HEADER.lower().encode(), token.encode())] if token else []
    scope = {"type": "http", "method": "GET", "path": f"/tandem/{path}", "headers": headers,
             "query_string": f"after={after}".encode()}  # fmt: skip
    return Request(scope)


def told(answer):
    assert answer.status_code == 200
    return json.loads(answer.body)


def state():
    return live_stamp.state(live.refresher().published, live_route._now())


async def listening(token=None):
    """A poll that has begun to wait."""
    task = asyncio.create_task(poll(request(token=token, after=state())))
    while not live_route._waiting.events:  # noqa: ASYNC110 - the condition to be awaited
        await asyncio.sleep(0)
    return task


# --- tokens


def test_a_token_is_good_for_its_time_and_nothing_else_is_one():
    token = mint(now=1000)
    assert is_good(token, 1000 + LIFE)
    assert not is_good(token, 1001 + LIFE)
    until, _, signature = token.partition(".")
    forged = [f"{int(until) + 1}.{signature}", f"{until}.", until, "", ".", "é.é", f"-{token}", f"{token}0"]
    assert not any(is_good(one, 1000) for one in forged)


def test_a_token_is_good_no_longer_than_the_sign_in_it_came_with(monkeypatch):
    token, other = mint("mias", 1000), mint("bens", 1000)
    assert is_good(token, 1000)
    monkeypatch.setitem(access._over, "mias", 1000)
    assert not is_good(token, 1000)
    assert not is_good(token.replace("mias", "bens"), 1000)
    assert is_good(other, 1000)


def test_who_waits_is_let_go_when_the_sign_in_is_ended(source, monkeypatch):
    async def ended():
        waiting = await listening(mint("mias"))
        assert not waiting.done()
        monkeypatch.setitem(access._over, "mias", 1000)
        for listener in tuple(access.listeners):
            listener()
        return await asyncio.wait_for(waiting, SOON)

    assert asyncio.run(ended()).status_code == 403


@pytest.mark.parametrize("answer", [poll, read])
@pytest.mark.parametrize("token", ["", "1.2", "9999999999." + "0" * 64])
def test_without_a_token_of_ours_nothing_is_said_and_nothing_done(source, answer, token):
    found = asyncio.run(answer(request(token=token)))
    assert (found.status_code, found.body) == (403, b"")
    assert source.wholes == 0
    assert not live_route._waiting.events


# --- the long poll


def test_a_screen_that_shows_another_state_is_answered_at_once(source):
    found = told(asyncio.run(asyncio.wait_for(poll(request(after="old")), SOON)))
    assert found["state"] == state()
    assert found["trouble"] is None


def test_a_screen_that_is_up_to_date_is_answered_when_something_changes(source):
    async def change():
        waiting = await listening()
        assert not waiting.done()
        source.version = "2"
        live.refresher().order()
        return await asyncio.wait_for(waiting, SOON)

    before = state()
    found = told(asyncio.run(change()))
    assert found["state"] != before
    assert found["changed"] is not None


def test_without_news_it_is_answered_after_a_while_with_fresh_times(source, monkeypatch):
    monkeypatch.setattr(live_route, "LISTEN", 0.01)
    found = told(asyncio.run(asyncio.wait_for(poll(request(after=state())), SOON)))
    assert found["state"] == state()
    assert found["pause"] < 1000


def test_where_too_many_wait_the_next_one_is_sent_away_for_longer(source, monkeypatch):
    monkeypatch.setattr(live_route, "MOST", 0)
    found = told(asyncio.run(asyncio.wait_for(poll(request(after=state())), SOON)))
    assert found["pause"] >= 5000


def test_a_failed_reading_is_news_and_so_is_its_end(source):
    good = state()
    source.broken = "The database is gone."
    live.read_now(SOON)
    bad = state()
    found = told(asyncio.run(asyncio.wait_for(poll(request(after=good)), SOON)))
    assert found["trouble"] == "The database is gone."
    assert found["seen"] == live.seen(live.refresher().published, live_route._now())
    source.broken = None
    live.refresher()._order_done = float("-inf")
    live.read_now(SOON)
    assert len({good, bad, state()}) == 2
    assert state() == good


def test_nothing_but_states_times_and_trouble_is_said(source):
    found = told(asyncio.run(poll(request(after="old"))))
    assert set(found) == {
        "at",
        "seen",
        "state",
        "trouble",
        "label",
        "as_of",
        "changed",
        "changed_at",
        "read",
        "read_at",
        "heard",
        "pause",
    }
    assert source.version not in (found["seen"], found["state"])


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_process_told_to_stop_lets_everybody_go_at_once(source):
    async def stopped():
        waiting = await listening()
        os.kill(os.getpid(), signal.SIGTERM)
        return await asyncio.wait_for(waiting, SOON)

    before, heard = signal.getsignal(signal.SIGTERM), []
    signal.signal(signal.SIGTERM, lambda *_: heard.append("the server's own"))
    try:
        live_route.release_at_the_end()
        told(asyncio.run(stopped()))
    finally:
        signal.signal(signal.SIGTERM, before)
        signal.signal(signal.SIGINT, signal.default_int_handler)
    assert heard == ["the server's own"]


@pytest.mark.parametrize("base", ["", "/team", "/some/where"])
@pytest.mark.parametrize(("method", "name", "answer"), [("GET", "live", poll), ("POST", "read", read)])
def test_the_addresses_stand_below_whatever_path_the_app_is_served_under(base, method, name, answer):
    scope = {"type": "http", "path": f"{base}/tandem/{name}", "method": method}
    found = [route for route in live_route.routes() if route.matches(scope)[0] is Match.FULL]
    assert [route.endpoint for route in found] == [answer]


# --- reading now


def test_fifty_who_press_at_once_share_one_reading(source):
    async def pressed():
        return await asyncio.gather(*(read(request("read")) for _ in range(50)))

    found = {told(one)["found"] for one in asyncio.run(pressed())}
    assert source.wholes == 1
    assert found == {"Nothing has changed."}


def test_it_says_what_it_found(source):
    def pressed():
        live.refresher()._order_done = float("-inf")
        return told(asyncio.run(asyncio.wait_for(read(request("read")), SOON)))["found"]

    source.version = "2"
    assert pressed() == "New figures."
    assert pressed().startswith("Nothing has changed since ")
    source.broken = "The database is gone."
    assert pressed() == "It could not be read: The database is gone."


def test_a_reading_that_takes_long_is_not_waited_for_forever(source, monkeypatch):
    go_on = threading.Event()
    monkeypatch.setattr(live_route, "READ", 0.01)
    monkeypatch.setattr(source, "probe", lambda **_: go_on.wait(SOON) and source.version)
    found = told(asyncio.run(asyncio.wait_for(read(request("read")), SOON)))["found"]
    go_on.set()
    assert found.startswith("The source is still being read.")


# --- what is told


def test_times_of_today_have_seconds_and_earlier_ones_their_date():
    published = Published(Live(dataset(), NOON, NOON.replace(month=8)))
    found = live_stamp.told(published, NOON.replace(minute=1))
    assert (found["read"], found["heard"]) == ("12:00:00", "12:01:00")
    assert "Aug" in found["changed"]
    assert "2026" in found["changed"]


def test_without_data_the_reason_is_told():
    found = live_stamp.told(Published(failure="No such\nfile \u202eevil."), NOON)
    assert found["trouble"] == "No such file evil."
    assert found["read"] is None
