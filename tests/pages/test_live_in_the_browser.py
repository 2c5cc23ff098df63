"""Open screens follow the data: edited under an open page, gone and back, shut to whoever may not see."""

import sqlite3
import time
import urllib.error
import urllib.request
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from components.live import STEP
from components.live_route import LISTEN
from tests.browser import complaints, running_app, settled
from tests.pages.builders import small_company
from tests.scorecard.builders import lead, write
from tests.servers import free_port

PATIENCE = 15_000  # ms; it takes about two seconds on an idle machine

# Which parts of the page's main area change from now on; the stamp may, and stale for a moment isn't seen.
OBSERVE = """
() => {
  window.changes = [];
  const parts = { '.t-tiles': 'tiles', '.st-key-page_head': 'head', '.t-goals': 'goals',
                  '.t-verdict': 'verdict', '.t-list': 'attention' };
  const element = (node) => (node.nodeType === 1 ? node : node.parentElement);
  const part = (found) => Object.entries(parts)
    .find(([selector]) => found.closest(selector) || found.querySelector(selector))?.[1] ?? found.outerHTML;
  const noted = ({ target, attributeName }) => !['data-stale', 'class'].includes(attributeName)
    && !element(target).closest('.st-key-page_stamp');
  new MutationObserver((found) => window.changes
    .push(...found.filter(noted).map(({ target }) => part(element(target)))))
    .observe(document.querySelector('[data-testid="stMain"]'),
             { subtree: true, childList: true, characterData: true, attributes: true });
}
"""

# How much can be seen of a part that waits for the server.
SEEN = """
() => {
  const probe = Object.assign(document.createElement('div'), { style: 'opacity: 0.33' });
  probe.dataset.stale = 'true';
  document.querySelector('.stApp').append(probe);
  const seen = getComputedStyle(probe).opacity;
  probe.remove();
  return Number(seen);
}
"""

SPAN = {"start": "2026-01-01", "due": "2026-12-31"}
GOALS = [{"goal_id": f"G{i}", "name": f"Goal number {i}", "target": 100, **SPAN} for i in (1, 2)]
LEADS = [lead(f"L{i}", handed_off_at="2026-02-02 10:00:00", accepted_at="2026-02-03") for i in range(12)]
ACTUALS = [{"goal_id": f"G{i}", "date": "2026-03-01", "value": 10 * i} for i in (1, 2)]


@pytest.fixture
def company(tmp_path):
    return file_of(write(tmp_path / "live.db", leads=LEADS, goals=GOALS, goal_actuals=ACTUALS))


def file_of(url):
    return Path(url.removeprefix("sqlite:///"))


@contextmanager
def app_on(file, **more):
    with running_app({"TANDEM_SOURCE": f"sqlite:///{file}"}, **more) as app:
        yield app


def edit(file, statement):
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(statement)


def away_from_a_step(seconds):
    """as_of moves on every ten minutes, which open screens show: not in the middle of this test."""
    left = STEP.seconds - datetime.now(UTC).timestamp() % STEP.seconds
    if left < seconds:
        time.sleep(left + 2)


def stamp(tab):
    return tab.locator('.st-key-page_stamp [data-part="stamp"]')


def test_an_edit_shows_on_an_open_page_by_itself_and_moves_nothing_else(company, page):
    with app_on(company) as app:
        away_from_a_step(40)
        tab = settled(page(f"{app.url}/scorecard?period=2026-Q1"))
        assert tab.get_by_text("20 of 100").first.is_visible()
        tab.evaluate(OBSERVE)
        tab.evaluate(f"() => document.addEventListener('tandem', () => {{ window.seen = ({SEEN})() }})")
        edit(company, "UPDATE goal_actuals SET value = 25 WHERE goal_id = 'G2'")
        tab.get_by_text("25 of 100").first.wait_for(timeout=PATIENCE)
        settled(tab)
        assert "goals" in tab.evaluate("window.changes")
        assert set(tab.evaluate("window.changes")) <= {"goals", "verdict", "attention"}
        assert tab.get_by_text("10 of 100").first.is_visible()
        assert complaints(tab) == []
        assert tab.evaluate("window.seen") == 1  # while the server worked out what changed
        tab.wait_for_function("!('tandemRefreshing' in document.documentElement.dataset)")
        assert tab.evaluate(SEEN) == pytest.approx(0.33)


def test_a_page_on_which_nothing_changed_is_not_touched_and_nothing_is_sent(company, page):
    with app_on(company) as app:
        away_from_a_step(60)
        tab, frames = page(), []

        def note(frame):
            frames.append(frame)

        tab.on("websocket", lambda socket: socket.on("framesent", note))
        tab.on("websocket", lambda socket: socket.on("framereceived", note))
        tab.goto(f"{app.url}/scorecard?period=2026-Q1")
        settled(tab)
        tab.evaluate(OBSERVE)
        heard, polls = stamp(tab).inner_text(), []
        tab.on("response", lambda answer: polls.append(answer.url) if "/tandem/live" in answer.url else None)
        frames.clear()
        tab.wait_for_timeout((LISTEN * 2 + 2) * 1000)
        assert len(polls) >= 2
        assert stamp(tab).inner_text() != heard
        assert tab.evaluate("window.changes") == []
        assert frames == []


def test_a_source_that_is_gone_turns_the_stamp_and_its_return_turns_it_back(company, page):
    with app_on(company) as app:
        tab = settled(page(f"{app.url}/goals?period=2026-Q1"))
        away = company.rename(company.with_suffix(".away"))
        tab.get_by_text("is gone").wait_for(timeout=PATIENCE)
        assert stamp(tab).get_attribute("data-state") == "trouble"
        assert tab.get_by_text("20 of 100").first.is_visible()
        away.rename(company)
        tab.locator('[data-state="good"]').wait_for(timeout=PATIENCE)
        assert not tab.get_by_text("is gone").is_visible()
        assert tab.get_by_text("20 of 100").first.is_visible()


def test_a_page_without_data_comes_by_itself_when_there_are_some(company, page):
    away = company.rename(company.with_suffix(".away"))
    with app_on(company) as app:
        tab = page(f"{app.url}/goals?period=2026-Q1")
        tab.get_by_text("No data to show yet").wait_for(timeout=PATIENCE)
        away.rename(company)
        tab.get_by_text("20 of 100").first.wait_for(timeout=PATIENCE * 2)


def test_read_now_says_what_it_found(company, page):
    with app_on(company) as app:
        tab = settled(page(f"{app.url}/goals?period=2026-Q1"))
        tab.get_by_role("button", name="Read now").click()
        tab.get_by_text("Nothing has changed").wait_for(timeout=PATIENCE)


def test_a_screen_that_hears_nothing_says_so_and_hears_again_after_a_restart(company, page):
    with app_on(company) as app:
        tab = settled(page(f"{app.url}/goals?period=2026-Q1"))
        port = int(app.url.rpartition(":")[2])
        begun = time.monotonic()
    assert time.monotonic() - begun < 10  # polls that wait don't hold a server up that is told to stop
    tab.get_by_text("has not heard from the server").wait_for(timeout=PATIENCE * 2)
    assert tab.get_by_text("20 of 100").first.is_visible()
    edit(company, "UPDATE goal_actuals SET value = 55 WHERE goal_id = 'G2'")
    with app_on(company, port=port):
        tab.get_by_text("55 of 100").first.wait_for(timeout=PATIENCE * 4)
        tab.locator('[data-state="good"]').wait_for(timeout=PATIENCE)


# --- shut


def asked(url, method="GET", **headers):
    request = urllib.request.Request(url, headers=headers, method=method)  # noqa: S310 - our own server
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


SIGN_IN = """
[auth]
redirect_uri = "http://127.0.0.1:PORT/oauth2callback"
cookie_secret = "made up for this test, and long enough"
client_id = "x"
client_secret = "y"
server_metadata_url = "http://localhost:1/.well-known/openid-configuration"
"""


@pytest.mark.parametrize("secrets", ["", SIGN_IN], ids=["open", "sign-in"])
def test_without_a_token_the_addresses_say_nothing(tmp_path, secrets, page):
    company = file_of(small_company(tmp_path / "small.db"))
    port = free_port()
    (tmp_path / "secrets.toml").write_text(secrets.replace("PORT", str(port)))
    with app_on(company, options=[f"--secrets.files={tmp_path / 'secrets.toml'}"], port=port) as app:
        for method, name in (("GET", "live"), ("POST", "read")):
            for headers in ({}, {"X-Tandem-Token": "9999999999.00"}):
                assert asked(f"{app.url}/tandem/{name}", method, **headers) == (403, b"")
        if secrets:
            tab, polls = page(), []
            tab.on(
                "request", lambda request: polls.append(request.url) if "/tandem/" in request.url else None
            )
            tab.goto(f"{app.url}/goals")
            tab.get_by_role("button", name="Sign in").wait_for(timeout=PATIENCE)
            settled(tab)
            assert not [url for url in polls if "/tandem/" in url]
