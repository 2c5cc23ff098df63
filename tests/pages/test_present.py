"""The presentation in a browser: a loop that says when it can't be trusted, and a meeting that is saved."""

import os
import signal
import sqlite3
import time
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from components import live
from components.live import STEP
from scorecard.slides import SLIDES
from tests import oidc
from tests.axe import violations
from tests.browser import ROOT, complaints, running_app, settled
from tests.scorecard.builders import lead, write
from tests.servers import free_port

PAGE = ROOT / "pages/overview/present.py"
PATIENCE = 20_000  # ms; news take about three seconds on an idle machine
LOUD = 10_000  # ms after which a screen that is cut off must have said so
ASLEEP = 9  # seconds: more than a screen may hear nothing
HOSTILE = "<img src=x onerror=document.title='got'> ![x](http://example.invalid/x) Autumn fair"
SPAN = {"start": "2026-01-01", "due": "2026-12-31"}
GOALS = [
    {"goal_id": "G1", "name": "Goal number 1", "target": 100, "owner": "ana", **SPAN},
    {"goal_id": "G2", "name": HOSTILE, "target": 100, "owner": "ben", **SPAN},
]
LEADS = [
    lead(f"L{i}", created_at="2026-02-01", handed_off_at="2026-02-02 10:00:00", accepted_at="2026-02-03",
         source="Fair" if i < 9 else "List", owner="ana", won_at="2026-02-20", amount=100)
    for i in range(12)
]  # fmt: skip
COMPANY = {
    "leads": LEADS,
    "goals": GOALS,
    "goal_actuals": [{"goal_id": g, "date": "2026-03-01", "value": 10} for g in ("G1", "G2")],
    "people": [{"person_id": p, "name": n, "department": d, "email": ""}
               for p, n, d in (("ana", "Ana Ruiz", "sales"), ("ben", "Ben Ode", "marketing"))],
    "quotas": [{"period_start": "2026-01-01", "period_end": "2026-03-31", "department": d, "metric": m,
                "target": t} for d, m, t in (("marketing", "leads", 20), ("sales", "handoffs", 24))],
    "touches": [{"touch_id": f"T{i}", "lead_id": f"L{i}", "at": "2026-02-01 09:00:00", "kind": "mail",
                 "department": "marketing", "campaign_id": "C1"} for i in range(6)],
    "profiles": [{"department": "sales", "attribute": "source", "value": v, "want": "yes", "importance": 3}
                 for v in ("Fair", HOSTILE)],
    "settings": [{"key": "mature_days", "value": "30"}],
    "campaigns": [{"campaign_id": "C1", "name": HOSTILE, "start": "2026-02-01", "end": "2026-12-31"}],
}  # fmt: skip

ROLES = 'sales = ["ana@example.com"]\nviewer = ["eve@example.com"]\n'
REVIEW = {
    "review_id": "R1", "line_no": 1, "period": "2026-Q1", "as_of": "2026-02-10",
    "held_at": "2026-02-10 10:00", "attendees": "ana", "went_well": None, "went_wrong": None,
    "decision": "Fewer lists", "action": "Call the broker", "action_owner": "ben",
    "action_due": "2026-02-20", "action_done_at": None,
}  # fmt: skip

# Every change under the slides' content from now on; new text is noted as it stands, and so is what glows.
OBSERVE = """
() => {
  window.seen = [];
  window.glows = [];
  const animate = Element.prototype.animate;
  Element.prototype.animate = function (...what) {
    window.glows.push(this.textContent);
    return animate.apply(this, what);
  };
  document.querySelectorAll('[class*="st-key-slide_"]').forEach((slide) => {
    const root = slide.querySelector('[data-testid="stBidiComponentIsolated"]').shadowRoot;
    const told = ({ type, target }) => `${type} ${target.textContent}`;
    new MutationObserver((found) => window.seen.push(...found.map(told)))
      .observe(root, { subtree: true, childList: true, characterData: true, attributes: true });
  });
}
"""
# How the screen vouches for its figures, each time that this changes.
ALARMS = """
() => {
  const host = document.querySelector('.st-key-present_stage [data-testid="stBidiComponentIsolated"]');
  const stage = host.shadowRoot.querySelector('.stage');
  window.alarms = [];
  new MutationObserver(() => window.alarms.push(stage.dataset.vouch))
    .observe(stage, { attributes: true, attributeFilter: ['data-vouch'] });
}
"""
# All text that can be seen on the slide and on the line below it, with its size, and what doesn't fit.
SIZES = """
() => {
  const roots = [...document.querySelectorAll('[data-testid="stBidiComponentIsolated"]')]
    .filter((host) => host.checkVisibility({ visibilityProperty: true })).map((host) => host.shadowRoot);
  const texts = roots.flatMap((root) => [...root.querySelectorAll('*')])
    .filter((element) => !element.closest('.controls'))
    .filter((element) => element.checkVisibility({ visibilityProperty: true })
      && [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
  const over = roots.flatMap((root) => [...root.querySelectorAll('.slide, .lines, .line')])
    .filter((element) => element.scrollHeight > element.clientHeight + 1).map((element) => element.className);
  const sizes = texts.map((element) => parseFloat(getComputedStyle(element).fontSize));
  const height = (element) => element.offsetHeight / parseFloat(getComputedStyle(element).lineHeight);
  const heads = roots.flatMap((root) => [...root.querySelectorAll('.verdict')])
    .filter((element) => element.checkVisibility({ visibilityProperty: true })).map(height);
  const lines = roots.flatMap((root) => [...root.querySelectorAll('.line')]).length;
  const head = Math.round(Math.max(...heads, 0));
  return { least: Math.min(...sizes), texts: texts.length, over, lines, head };
}
"""
DRAWN = """document.querySelector('.st-key-present_stage [data-testid="stBidiComponentIsolated"]').shadowRoot
    .querySelector('.stage').dataset.seen"""
COUNT_LOCKS = """
window.locks = 0;
window.lock = { released: false, addEventListener() {}, release: async () => {} };
const request = async () => { window.locks += 1; window.lock.released = false; return window.lock; };
Object.defineProperty(navigator, 'wakeLock', { value: { request } });
"""
# What a page sends first to a server started anew is lost.
LOSE_ONE = """document.addEventListener('tandem-save', (event) => event.stopImmediatePropagation(),
    { capture: true, once: true })"""
# The slides of a meeting in order, then those that are made in it.
KEYS = """[...new Set([...document.querySelectorAll('[class*="st-key-slide_"]')]
    .map((slide) => slide.className.match(/st-key-slide_(\\S+)/)[1])), "decisions", "agreed"]"""
SHOWN = "document.documentElement.dataset.tandemSlide"


class Room:
    """The app on a port of its own, on a company that meetings can be saved to; it can be killed."""

    def __init__(self, folder):
        self.company = Path(write(folder / "room.db", **COMPANY, reviews=[REVIEW]).removeprefix("sqlite:///"))
        self.port, self.file, self.stack = free_port(), folder / "secrets.toml", ExitStack()
        self.url = f"http://127.0.0.1:{self.port}"
        shut = oidc.secrets(self.url, {"acme": "http://127.0.0.1:1"}, ROLES)
        more = f'[tandem]\nsource = "sqlite:///{self.company}"\n[tandem.writing]\nenabled = true\n'
        self.file.write_text(f"{shut}{more}")

    def start(self):
        environment, options = {"TANDEM_CONFIG": str(self.file)}, [f"--secrets.files={self.file}"]
        self.stack.enter_context(
            running_app(environment, port=self.port, options=options, stop=signal.SIGKILL)
        )

    def kill(self):
        self.stack.close()


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    found = Room(tmp_path_factory.mktemp("room"))
    found.start()
    yield found
    found.kill()


@pytest.fixture
def company(room):
    return room.company


def edit(file, statement):
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(statement)


def entered(file, value):
    """What goal G1 has come to."""
    edit(file, f"UPDATE goal_actuals SET value = {value} WHERE goal_id = 'G1'")  # noqa: S608 - a number of the test's


def away_from_a_step(tab, seconds):
    """as_of moves on every ten minutes, which may move a pace: not in the middle of a test."""
    left = STEP.seconds - datetime.now(UTC).timestamp() % STEP.seconds
    if left < seconds:
        tab.wait_for_timeout((left + 2) * 1000)


def opened(page, room, ask="", *, who="ana", tab=None):
    tab = tab or page(viewport=(1920, 1080))
    tab.context.add_cookies([oidc.Cookie(room.url, {"email": f"{who}@example.com"}).to_playwright()])
    tab.goto(f"{room.url}/present?period=2026-Q1{ask}")
    tab.wait_for_function(SHOWN, timeout=60_000)
    return settled(tab)


def part(tab, name):
    return tab.locator(f'.st-key-present_stage [data-part="{name}"]')


def vouches(tab, kind, timeout=PATIENCE):
    tab.locator(f'.stage[data-vouch="{kind}"]').wait_for(timeout=timeout)


@contextmanager
def answering(tab, **shifts):
    """Has the server's answers say other times; milliseconds to add to each."""

    def shifted(route):
        answer = route.fetch()
        told = answer.json()
        route.fulfill(
            response=answer, json={**told, **{name: told[name] + ms for name, ms in shifts.items()}}
        )

    tab.route("**/tandem/live*", shifted)
    yield
    tab.unroute("**/tandem/live*", shifted)


def until_shown(tab, key, timeout=PATIENCE, *, by=None):
    """Waits until a slide stands there; `by` is a key that is pressed until it does."""
    while by is not None and tab.evaluate(SHOWN) != key:
        tab.keyboard.press(by)
    tab.wait_for_function(f"{SHOWN} === '{key}'", timeout=timeout)


def walk(tab):
    """Every item of a meeting to its end: all of it can be read, and fits."""
    for key in tab.evaluate(KEYS):
        until_shown(tab, key)
        found = tab.evaluate(SIZES)
        assert found["least"] >= 24, key
        assert found["over"] == [], key
        assert found["head"] <= 2, key
        tab.keyboard.press("PageDown")


def ticked(tab):
    """Ticks the action of last time as done, which asks once more."""
    tick = tab.locator(".tick")
    tick.click()
    tick.click()
    tick.wait_for(state="detached", timeout=PATIENCE)


def number(tab, text, timeout=PATIENCE):
    """A text on the goals' slide."""
    tab.locator(".st-key-slide_goals").get_by_text(text).first.wait_for(state="attached", timeout=timeout)


def test_the_page_opens_by_itself_without_the_front_door_and_has_no_pickers(monkeypatch, tmp_path):
    monkeypatch.setenv("TANDEM_SOURCE", write(tmp_path / "room.db", **COMPANY))
    live.close()
    app = AppTest.from_file(str(PAGE), default_timeout=30)
    app.query_params["pages"] = "goals,../../etc"
    app.run()
    live.close()
    assert not app.exception
    assert not app.selectbox
    assert not app.title


def set_up(tab, keys, *, seconds, theme):
    """Chooses how the screen presents, and follows the link that this makes."""
    assert tab.evaluate(SIZES)["least"] >= 24
    for box in part(tab, "s-pages").locator("input").all():
        box.set_checked(box.get_attribute("value") in keys)
    part(tab, "s-seconds").fill(seconds)
    part(tab, "s-theme").select_option(theme)
    link = part(tab, "s-link").inner_text()
    assert link.endswith(
        f"/present?mode=loop&pages=goals,quotas&seconds={seconds}&theme={theme}&period=2026-Q1"
    )
    with tab.expect_navigation():
        part(tab, "s-start").click()
    assert tab.url == link
    until_shown(tab, "goals")


def test_a_loop_turns_by_itself_pauses_by_key_and_sends_nothing(room, page):
    tab, frames = page(viewport=(1920, 1080)), []
    tab.add_init_script(COUNT_LOCKS)
    tab.on("websocket", lambda socket: socket.on("framesent", lambda frame: frames.append(frame)))  # noqa: PLW0108 - Playwright marks it
    opened(page, room, "&setup=yes", tab=tab)
    set_up(tab, {"goals", "quotas"}, seconds="3", theme="dark")
    settled(tab)
    frames.clear()
    until_shown(tab, "quotas")
    until_shown(tab, "goals")
    tab.keyboard.press(" ")
    assert part(tab, "paused").inner_text().endswith("Paused")
    tab.wait_for_timeout(3_500)
    assert tab.evaluate(SHOWN) == "goals"
    tab.keyboard.press("ArrowRight")
    assert tab.evaluate(SHOWN) == "quotas"
    assert part(tab, "place").inner_text() == "2 / 2"
    tab.mouse.click(900, 300)  # a touch has it go on
    until_shown(tab, "goals")
    assert frames == []
    for state in ("PINGING_SERVER", "CONNECTED"):  # what Streamlit says of its connection
        tab.evaluate(f"document.querySelector('.stApp').dataset.testConnectionState = '{state}'")
    settled(tab)
    assert any(b"renewed" in frame for frame in frames)  # so that a server started anew runs the page
    assert tab.evaluate("window.locks") == 1
    tab.evaluate("window.lock.released = true; document.dispatchEvent(new Event('visibilitychange'))")
    assert tab.evaluate("window.locks") == 2  # browsers give it up while a page isn't seen
    assert complaints(tab) == []


def test_everything_is_readable_from_the_back_row_and_markup_is_text(room, page):
    tab = opened(page, room, "&theme=dark&seconds=3600")
    for key in SLIDES:
        assert tab.evaluate(SHOWN) == key
        found = tab.evaluate(SIZES)
        assert found["least"] >= 24, key
        assert found["texts"] > 6, key
        assert found["over"] == [], key
        assert found["head"] <= 2, key
        assert found["lines"] or key in {"calendar", "feedback"}, key  # which have nothing to show here
        tab.keyboard.press("ArrowRight")
    assert tab.locator(".st-key-slide_goals").get_by_text("<img src=x").count() == 1
    assert tab.title() != "got"
    assert (
        tab.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
        == "rgb(19, 22, 28)"
    )
    assert not tab.locator('[data-testid="stHeader"]').is_visible()
    assert complaints(tab) == []


def test_the_buttons_come_when_they_are_asked_for_and_never_over_a_slide(room, page):
    tab = opened(page, room, "&pages=goals,quotas&seconds=3600")
    controls, slide = part(tab, "controls"), tab.locator(".slide").first
    assert not controls.is_visible()  # a screen that starts shows its slide alone
    tab.keyboard.press("ArrowRight")  # a clicker
    assert not controls.is_visible()
    tab.mouse.move(500, 400)
    tab.mouse.move(600, 500)
    assert controls.is_visible()
    below = slide.bounding_box()["y"] + slide.bounding_box()["height"]
    assert controls.bounding_box()["y"] >= below
    assert part(tab, "mark").is_visible()  # whether the figures can be trusted stays in sight
    controls.wait_for(state="hidden", timeout=PATIENCE)
    for _ in range(3):  # past the link to the main part and that part itself
        tab.keyboard.press("Tab")
    assert part(tab, "back").evaluate("element => element.matches(':focus')")


def test_a_refresh_without_news_touches_nothing_and_one_number_alone_moves(company, room, page):
    tab = opened(page, room, "&start=goals&seconds=3600")
    away_from_a_step(tab, 40)
    entered(company, 11)
    number(tab, "11 of 100")
    tab.evaluate(OBSERVE)
    for email in ("a@example.com", "b@example.com"):
        before = tab.evaluate(DRAWN)
        edit(company, f"UPDATE people SET email = '{email}'")  # noqa: S608 - the test's own
        tab.wait_for_function(f"{DRAWN} !== {before!r}", timeout=PATIENCE)
    settled(tab)
    assert tab.evaluate("window.seen") == []
    entered(company, 12)
    number(tab, "12 of 100")
    texts = {text for text in tab.evaluate("window.seen") if not text.startswith("attributes")}
    assert texts == {"characterData 12%", "characterData 12 of 100"}
    assert sorted(tab.evaluate("window.glows")) == ["12 of 100", "12%"]
    tab.emulate_media(reduced_motion="reduce")
    entered(company, 13)
    number(tab, "13 of 100")
    assert len(tab.evaluate("window.glows")) == 2
    vouches(tab, "good")


def test_what_the_screen_cannot_vouch_for_is_said_loudly_and_goes_with_its_reason(company, room, page):
    tab = opened(page, room, "&start=goals&seconds=3600&unchanged_hours=2")
    tab.context.set_offline(True)
    vouches(tab, "cut", LOUD)
    assert "cut off from the server" in tab.locator(".stage .banner").inner_text()
    entered(company, 21)
    tab.context.set_offline(False)
    vouches(tab, "good")
    number(tab, "21 of 100", PATIENCE * 2)
    away = company.rename(company.with_suffix(".away"))
    vouches(tab, "trouble")
    assert "is gone" in tab.locator(".stage .banner").inner_text()
    away.rename(company)
    vouches(tab, "good")
    with answering(tab, read_at=-16 * 60_000):
        vouches(tab, "stale")
        assert "Agreed: at least every 15 minutes" in tab.locator(".stage .banner").inner_text()
    vouches(tab, "good")
    with answering(tab, changed_at=-3 * 3_600_000):
        vouches(tab, "unchanged")
    vouches(tab, "good")


def test_a_screen_whose_connection_stays_away_loads_itself_again_on_the_same_link_and_slide(room, page):
    tab = opened(page, room, "&start=goals&seconds=3600")
    tab.keyboard.press("ArrowRight")
    with tab.expect_navigation(timeout=PATIENCE * 2):  # what Streamlit says of its connection
        tab.evaluate("document.querySelector('.stApp').dataset.testConnectionState = 'PINGING_SERVER'")
    until_shown(tab, "handoff")
    vouches(tab, "good")
    assert "start=goals" in tab.url


@contextmanager
def asleep(tab):
    """Stops the browser's pages as a laptop's sleep does; without a window CDP's freezing does nothing."""
    told = tab.context.browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    pages = [one["id"] for one in told if one["type"] == "renderer"]
    for pid in pages:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pages:
            os.kill(pid, signal.SIGCONT)


def test_a_tab_that_slept_catches_up_without_a_false_alarm(company, room, page):
    tab, asked = opened(page, room, "&start=goals&seconds=3600"), []
    tab.evaluate(ALARMS)
    tab.on("request", lambda request: asked.append(request.url) if "/tandem/live" in request.url else None)
    with asleep(tab):
        entered(company, 31)
        time.sleep(ASLEEP)
    tab.evaluate("0")
    assert len(asked) <= 2  # it slept indeed: awake it asks every two seconds
    number(tab, "31 of 100")
    vouches(tab, "good")
    assert set(tab.evaluate("window.alarms")) <= {"waking", "good"}


# --- a meeting


def note(tab, kind, text, who="", due=""):
    part(tab, "kind").select_option(kind)
    part(tab, "text").fill(text)
    if kind == "action":
        part(tab, "who").fill(who)
        part(tab, "due").fill(due)
    part(tab, "text").press("Enter")


def to_the_end(tab):
    """What was agreed, as it stands there."""
    tab.keyboard.press("Escape")
    tab.keyboard.press("End")
    return part(tab, "result").inner_text()


def test_where_nothing_can_be_saved_the_text_can_be_taken_along(room, page):
    tab = opened(page, room, "&mode=meeting", who="eve")
    tab.keyboard.press("n")
    note(tab, "action", "Ask five customers", "Ben Ode")
    part(tab, "text").fill("half a sentence")
    tab.reload()
    tab.wait_for_function(SHOWN, timeout=PATIENCE * 2)
    settled(tab)
    assert part(tab, "text").input_value() == "half a sentence"
    part(tab, "text").fill("")
    assert "Ask five customers" in to_the_end(tab)
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        settled(tab)
        assert violations(tab) == []
        tab.keyboard.press("ArrowLeft")  # to the decisions
    tab.keyboard.press("Escape")
    tab.keyboard.press("End")
    assert not part(tab, "save").is_visible()
    assert "People of marketing, of sales and admins" in part(tab, "outcome").inner_text()
    with tab.expect_download() as waiting:
        part(tab, "download").click()
    assert "- Ask five customers (Ben Ode)" in Path(waiting.value.path()).read_text(encoding="utf-8")
    part(tab, "anew").click()
    until_shown(tab, "agenda")
    assert part(tab, "note").inner_text() == "Note"
    assert complaints(tab) == []


def dated(file):
    """When the action of the review before was done; None: not yet."""
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT action_done_at FROM reviews WHERE review_id = 'R1'").fetchone()[0]


def ticked_taken_back_and_ticked(tab, company):
    ticked(tab)
    assert dated(company)
    tab.get_by_role("button", name="Undo").click()
    tab.locator(".tick").wait_for(timeout=PATIENCE)
    assert dated(company) is None
    ticked(tab)
    assert dated(company)


def saved(file):
    """The lines of reviews that weren't there before."""
    with closing(sqlite3.connect(file)) as connection:
        connection.row_factory = sqlite3.Row
        found = connection.execute("SELECT * FROM reviews WHERE review_id <> 'R1' ORDER BY line_no")
        return [dict(row) for row in found]


def test_a_loop_and_a_meeting_outlive_a_killed_server_and_the_meeting_saves_its_review(company, room, page):
    loop, tab = (opened(page, room, ask) for ask in ("&start=goals&seconds=3600", "&mode=meeting"))
    walk(tab)
    until_shown(tab, "last", by="PageUp")
    assert violations(tab) == []
    ticked_taken_back_and_ticked(tab, company)
    until_shown(tab, "handoff", by="PageDown")
    tab.keyboard.press("n")
    slide, drawer = (
        tab.locator(".st-key-slide_handoff .slide").bounding_box(),
        part(tab, "minutes").bounding_box(),
    )
    assert slide["y"] + slide["height"] <= drawer["y"] + 1
    note(tab, "decision", HOSTILE)
    part(tab, "topic").select_option("Goals")
    note(tab, "action", "Ask five customers", "Ben Ode", "2026-12-04")
    part(tab, "text").fill("half a senten")
    room.kill()
    vouches(loop, "cut", LOUD)
    assert loop.locator('[data-testid="stDialog"], [role="dialog"]').locator("visible=true").count() == 0
    part(tab, "text").press_sequentially("ce")
    entered(company, 41)
    room.start()
    vouches(loop, "good", PATIENCE * 2)
    number(loop, "41 of 100", PATIENCE * 2)
    assert loop.evaluate(SHOWN) == "goals"
    vouches(tab, "good", PATIENCE * 2)
    settled(tab)
    assert part(tab, "text").input_value() == "half a sentence"
    part(tab, "kind").select_option("wrong")
    part(tab, "text").press("Enter")
    agreed = to_the_end(tab)
    assert all(said in agreed for said in (HOSTILE, "Ben Ode, by 4 Dec 2026", "half a sentence"))
    assert f"Hand-off: {HOSTILE}" in agreed
    assert "Goals: Ask five customers" in agreed
    assert tab.title() != "got"
    part(tab, "attendees").fill("Ana Ruiz, Ben Ode, Zoe")
    assert saved(company) == []
    tab.evaluate(LOSE_ONE)
    part(tab, "save").click()
    tab.get_by_text("Saved as review R-").wait_for(timeout=PATIENCE)
    assert not part(tab, "save").is_visible()
    assert "tandem-meeting" not in tab.evaluate("JSON.stringify(localStorage)")
    assert not [told for told in complaints(tab) if told.startswith("page:")]
    found = saved(company)
    assert [(row["decision"], row["action"], row["went_wrong"]) for row in found] == [
        (f"Hand-off: {HOSTILE}", None, None), (None, "Goals: Ask five customers", None),
        (None, None, "Hand-off: half a sentence"),
    ]  # fmt: skip
    assert {(row["period"], row["attendees"]) for row in found} == {("2026-Q1", "ana, ben, Zoe")}
    assert (found[1]["action_owner"], found[1]["action_due"]) == ("ben", "2026-12-04")
