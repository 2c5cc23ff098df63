"""Signing in for real: a provider on loopback, Streamlit's own flow, a browser."""

import json
import time
from contextlib import ExitStack

import pytest

from tests import oidc
from tests.axe import violations
from tests.browser import complaints, running_app, settled, watch
from tests.scorecard.builders import lead, write
from tests.servers import free_port

PATIENCE = 30_000  # ms
COLD = ("", "campaigns", "present", "data")  # tests/pages/test_shell.py has every page
LISTS = """
admin = ["ana@example.com"]
marketing = ["mia@example.com"]
sales = ["ben@example.com"]
viewer = ["@example.com"]
"""
PEOPLE = [
    {"sub": "mia", "email": "MIA@example.com", "email_verified": True, "name": "M. Example"},
    {"sub": "ana", "email": "ana@example.com", "email_verified": False, "name": "Ana"},
    {"sub": "eve", "email": "eve@elsewhere.example", "email_verified": True, "name": "<b>Eve</b>"},
]
SECRET = "Secretive Ltd"  # stands in the data, and must reach no stranger


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    people = [
        {"person_id": "P1", "name": "Mia Muster", "department": "marketing", "email": "mia@example.com"}
    ]
    leads = [lead(f"L{i}", source=SECRET, handed_off_at="2026-10-06 10:00:00") for i in range(3)]
    return write(tmp_path_factory.mktemp("company") / "company.db", leads=leads, people=people)


@pytest.fixture(scope="module")
def acme():
    with oidc.provider(PEOPLE) as url:
        yield url


class App:
    """The app on a port of its own, asking the provider; it can be started again."""

    def __init__(self, provider, company, folder, stack):
        self.port, self.stack = free_port(), stack
        self.url = f"http://127.0.0.1:{self.port}"
        self.secrets = folder / "secrets.toml"
        self.secrets.write_text(oidc.secrets(self.url, {"acme": provider}, LISTS))
        self.environment = {"TANDEM_SOURCE": company, "TANDEM_CONFIG": str(self.secrets)}

    def start(self):
        self.stack.close()
        options = [f"--secrets.files={self.secrets}"]
        self.stack.enter_context(running_app(self.environment, options=options, port=self.port))


@pytest.fixture(scope="module")
def app(acme, company, tmp_path_factory):
    with ExitStack() as stack:
        started = App(acme, company, tmp_path_factory.mktemp("secrets"), stack)
        started.start()
        yield started


def signed_out(tab):
    """The sign-in page, and nothing else."""
    tab.get_by_role("button", name="Sign in with Acme").wait_for(timeout=PATIENCE)
    settled(tab)
    assert tab.get_by_role("heading").all_inner_texts() == ["Tandem"]
    assert tab.get_by_role("link", name="Goals").count() == 0
    return tab


def sign_in(tab, who):
    """From the sign-in page through the provider's."""
    tab.get_by_role("button", name="Sign in with Acme").click()
    tab.get_by_role("button", name=who, exact=True).click()
    return tab


def signed_in(tab, name="Mia Muster · Marketing"):
    tab.get_by_role("button", name=name).wait_for(timeout=PATIENCE)
    return settled(tab)


def complaints_at(app, tab):
    """Those of the app's pages; the provider's want a style sheet from elsewhere."""
    return [said for said in complaints(tab) if app.url in said or "console" not in said]


def cookie_of(app, email="mia@example.com", **more):
    claims = {"sub": "mia", "iss": "x", "email": email, "email_verified": True, "iat": int(time.time())}
    return oidc.Cookie(app.url, {**claims, "nonce": str(more)}, **more).to_playwright()


def test_a_stranger_sees_the_sign_in_page_whatever_page_he_asks_for_and_no_data(app, page):
    tab, received, asked = page(), [], []
    tab.on("websocket", lambda socket: socket.on("framereceived", lambda frame: received.extend([frame])))
    tab.on("request", lambda request: asked.append(request.url))
    for name in COLD:
        tab.goto(f"{app.url}/{name}?period=2026-Q4")
        signed_out(tab)
    assert violations(tab) == []
    tab.emulate_media(color_scheme="dark")
    assert violations(settled(tab)) == []
    assert received
    assert not [frame for frame in received if SECRET.encode() in frame or b"Mia Muster" in frame]
    assert not [url for url in asked if "/tandem/" in url or not url.startswith((app.url, "data:", "blob:"))]
    assert complaints(tab) == []


def test_who_signs_in_comes_to_the_page_asked_for_with_the_role_of_the_lists(app, page):
    forged = {
        "X-Role": "admin",
        "X-Forwarded-Email": "ana@example.com",
        "X-Streamlit-User": "ana@example.com",
    }
    tab = page(f"{app.url}/quotas?period=2026-Q3&role=admin&email=ana@example.com", extra_http_headers=forged)
    signed_in(sign_in(signed_out(tab), "mia"))
    assert tab.url == f"{app.url}/quotas?period=2026-Q3&role=admin&email=ana@example.com"
    assert tab.get_by_role("heading", level=1).inner_text().startswith("Who is where")
    assert tab.get_by_role("combobox", name="Period").input_value() == "Q3 2026"
    tab.get_by_role("link", name="Data").first.click()
    tab.get_by_text("You are signed in as mia@example.com, role marketing.").wait_for(timeout=PATIENCE)
    assert complaints_at(app, tab) == []


def test_signing_out_shuts_every_tab_and_makes_its_cookie_worthless(app, page):
    tab = page(f"{app.url}/goals")
    signed_in(sign_in(signed_out(tab), "mia"))
    other = watch(tab.context.new_page())
    other.goto(f"{app.url}/handoff")
    signed_in(other)
    kept = tab.context.cookies()
    tab.get_by_role("button", name="Mia Muster · Marketing").click()
    tab.get_by_role("button", name="Sign out").click()
    other.get_by_role("button", name="Sign in with Acme").wait_for(timeout=PATIENCE)  # by itself
    tab.get_by_role("button", name="End session").click()
    signed_out(tab)
    thief = page()
    thief.context.add_cookies(kept)
    thief.goto(f"{app.url}/goals")
    signed_out(thief)
    assert thief.get_by_text("Your sign-in is over.").is_visible()


def test_who_may_not_see_is_told_why_and_can_sign_out(app, page):
    tab = page(f"{app.url}/data")
    sign_in(signed_out(tab), "eve")
    tab.get_by_text("You are signed in as eve@elsewhere.example.").wait_for(timeout=PATIENCE)
    settled(tab)
    assert tab.get_by_role("heading").all_inner_texts() == ["Tandem"]
    assert tab.get_by_text("Ask whoever runs Tandem at your company").is_visible()
    tab.get_by_role("button", name="Sign out").click()
    tab.get_by_role("button", name="End session").click()
    sign_in(signed_out(tab), "ana")
    tab.get_by_text("Your provider hasn't made sure that this address is yours.").wait_for(timeout=PATIENCE)


def test_who_turns_back_at_the_provider_is_told_that_it_didn_t_work(app, page):
    tab = page(f"{app.url}/goals")
    signed_out(tab).get_by_role("button", name="Sign in with Acme").click()
    tab.get_by_role("button", name="Deny").click()
    signed_out(tab)
    assert tab.get_by_text("That didn't sign you in.").is_visible()
    signed_in(sign_in(tab, "mia"))
    assert tab.url == f"{app.url}/goals"


def test_a_forged_or_expired_cookie_lets_nobody_in(app, page):
    good = cookie_of(app)
    wrong = {
        "signed by somebody else": cookie_of(app, secret="another secret, as long as it has to be"),
        "expired": cookie_of(app, days=40),
        "changed": {**good, "value": f"x{good['value']}"},
        "not signed": {**good, "value": json.dumps({"is_logged_in": True, "email": "ana@example.com"})},
    }
    tab = page()
    for name, cookie in wrong.items():
        tab.context.add_cookies([cookie])
        tab.goto(f"{app.url}/goals?{name}")
        signed_out(tab)
    tab.context.add_cookies([good])
    tab.goto(f"{app.url}/goals")
    signed_in(tab)


def test_where_signing_in_can_t_work_the_way_is_shown(app, page):
    tab = page(app.url.replace("127.0.0.1", "localhost"))
    link = tab.get_by_role("link", name="Go to")
    link.wait_for(timeout=PATIENCE)
    assert link.get_attribute("href") == app.url


def test_an_open_page_outlives_a_restart_and_stays_shut_to_strangers(app, page):
    tab, stranger = page(), page(f"{app.url}/data")
    tab.context.add_cookies([cookie_of(app)])
    tab.goto(f"{app.url}/goals")
    signed_in(tab)
    signed_out(stranger)
    app.start()
    for one in (tab, stranger):
        one.locator('[data-test-connection-state="CONNECTED"]').wait_for(timeout=PATIENCE)
    signed_in(tab)
    signed_out(stranger)
