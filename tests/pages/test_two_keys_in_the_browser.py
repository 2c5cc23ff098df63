"""Two people, two keys: marketing signs, sales signs, the offer changes, and both keys open again."""

import sqlite3
import time
from contextlib import closing

import pytest

from tests import oidc
from tests.browser import complaints, settled
from tests.scorecard.builders import lead, write

PATIENCE = 30_000  # ms
TABLES = {
    "leads": [lead("L1")],
    "people": [
        {"person_id": "mia", "name": "Mia", "department": "marketing", "email": "mia@example.com"},
        {"person_id": "ben", "name": "Ben", "department": "sales", "email": "ben@example.com"},
    ],
    "campaigns": [
        {"campaign_id": "C1", "name": "Trail kit", "start": "2099-01-10", "end": "2099-02-10",
         "budget": "5000", "offer": "Ten per cent off", "audience": "Dealers", "launched_at": None}
    ],
    "signoffs": [
        {"campaign_id": "C0", "department": "sales", "person_id": "ben", "at": "2026-10-01 10:00:00",
         "terms": None, "fingerprint": None}
    ],
}  # fmt: skip


@pytest.fixture
def company(tmp_path):
    write(tmp_path / "company.db", **TABLES)
    return tmp_path / "company.db"


@pytest.fixture
def app(company, tmp_path):
    with oidc.app_of_both_teams(company, tmp_path) as started:
        yield started


@pytest.fixture
def at(app, page):
    """Opens the campaign in the browser of somebody who is signed in."""

    def opened(who):
        tab = page()
        claims = {
            "sub": who,
            "iss": "x",
            "email": f"{who}@example.com",
            "email_verified": True,
            "iat": int(time.time()),
        }
        tab.context.add_cookies([oidc.Cookie(app.url, claims).to_playwright()])
        tab.goto(f"{app.url}/campaigns?campaign=C1")
        return settled(tab)

    return opened


def keys(tab, marketing, sales):
    """Waits until the page says so of both keys."""
    said = tab.locator(".t-list li:has(.t-chip)")
    for team, state in (("Marketing", marketing), ("Sales", sales)):
        said.filter(has_text=team).filter(has_text=state).first.wait_for(timeout=PATIENCE)


def rows(file, asked):
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(asked).fetchall()


def test_marketing_signs_sales_signs_the_offer_changes_and_both_keys_open_again(at, company):
    mia, ben = at("mia"), at("ben")
    keys(mia, "not signed yet", "not signed yet")
    assert ben.get_by_role("button", name="Sign these terms for marketing").count() == 0
    mia.get_by_role("button", name="Sign these terms for marketing").click()
    keys(ben, "✓ signed", "not signed yet")  # on the other's screen, by itself
    ben.get_by_role("button", name="Sign these terms for sales").click()
    keys(mia, "✓ signed", "✓ signed")
    signed = rows(company, "SELECT department, person_id FROM signoffs WHERE campaign_id = 'C1' ORDER BY 1")
    assert signed == [("marketing", "mia"), ("sales", "ben")]
    assert rows(company, 'SELECT action, "by" FROM changes ORDER BY "by"') == [
        ("sign-off", "ben@example.com"),
        ("sign-off", "mia@example.com"),
    ]
    with closing(sqlite3.connect(company)) as connection, connection:
        connection.execute("UPDATE campaigns SET offer = 'Twenty per cent off'")
    for tab in (mia, ben):
        keys(tab, "open again", "open again")
        tab.get_by_text("Twenty per cent off").first.wait_for(timeout=PATIENCE)
    ben.get_by_role("button", name="Sign these terms for sales").wait_for(timeout=PATIENCE)
    assert complaints(mia) == complaints(ben) == []
