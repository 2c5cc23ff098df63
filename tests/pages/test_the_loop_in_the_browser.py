"""A loop that closes: sales names a reason, marketing acts, and the month after shows whether it helped."""

import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from tests import oidc
from tests.axe import violations
from tests.browser import complaints, settled
from tests.scorecard.builders import lead, write

PATIENCE = 30_000  # ms
PEOPLE = [
    {"person_id": "mia", "name": "Mia", "department": "marketing", "email": "mia@example.com"},
    {"person_id": "ben", "name": "Ben", "department": "sales", "email": "ben@example.com"},
]
NOW = datetime.now(UTC)


def rejected(name, days_from_now, reason):
    at = NOW + timedelta(days=days_from_now)
    stamp = at.strftime("%Y-%m-%d %H:%M:%S")
    earlier = (at - timedelta(days=1)).strftime("%Y-%m-%d %H:%M:%S")
    return lead(
        name, created_at=earlier, handed_off_at=earlier, rejected_at=stamp, reject_reason=reason, owner="ben"
    )


def month(name, first_day, of_reason, of_others):
    """Rejections spread over the 28 days from that day on."""
    reasons = ["no budget"] * of_reason + ["too small"] * of_others
    return [rejected(f"{name}{i}", first_day + i % 28, reason) for i, reason in enumerate(reasons)]


@pytest.fixture
def company(tmp_path):
    write(tmp_path / "company.db", leads=month("before", -29, 40, 40), people=PEOPLE)
    return tmp_path / "company.db"


@pytest.fixture
def app(company, tmp_path):
    with oidc.app_of_both_teams(company, tmp_path) as started:
        yield started


@pytest.fixture
def at(app, page):
    """Opens the Feedback page in the browser of somebody who is signed in."""

    def opened(who, asked=""):
        tab = page()
        claims = {"sub": who, "iss": "x", "email": f"{who}@example.com", "email_verified": True}
        cookie = oidc.Cookie(app.url, {**claims, "iat": int(time.time())})
        tab.context.add_cookies([cookie.to_playwright()])
        tab.goto(f"{app.url}/feedback{asked}")
        return settled(tab)

    return opened


def choose(tab, label, option):
    tab.get_by_role("combobox", name=label).click()
    tab.get_by_role("combobox", name=label).press("ArrowDown")  # leaving a text field may have shut the list
    tab.get_by_role("option", name=option, exact=True).click()


def test_a_reason_is_named_acted_on_and_falls_and_the_loop_shows_closed(at, company):
    ben = at("ben")
    ben.get_by_text("Tell the other team something").click()
    choose(ben, "What is it?", "Lead quality")
    ben.get_by_role("textbox", name="What do you want to say?").fill("<b>Half of them</b> have no budget")
    choose(ben, "About which reason to reject leads", "no budget")
    choose(ben, "To whom", "Mia · marketing")
    assert violations(settled(ben)) == []
    ben.get_by_role("button", name="Send").click()
    ben.get_by_text("Both teams see it now").wait_for(timeout=PATIENCE)
    ben.get_by_text("<b>Half of them</b> have no budget").first.wait_for(timeout=PATIENCE)

    mia = at("mia")
    choose(mia, "Answer", "<b>Half of them</b> have no budget (Ben)")
    mia.get_by_role("textbox", name="What do you answer").fill("The form asks for the budget now")
    choose(mia, "How far is it?", "Done")
    mia.get_by_role("button", name="Answer", exact=True).click()
    mia.get_by_text("the page follows whether it helped").wait_for(timeout=PATIENCE)
    with closing(sqlite3.connect(company)) as connection:
        asked = "SELECT from_person, status, response, resolved_at IS NOT NULL FROM feedback"
        assert connection.execute(asked).fetchall() == [
            ("ben", "done", "The form asks for the budget now", 1)
        ]

    with closing(sqlite3.connect(company)) as connection, connection:
        columns = "lead_id, created_at, handed_off_at, rejected_at, reject_reason, owner"
        found = [[row[c.strip()] for c in columns.split(",")] for row in month("after", 1, 8, 72)]
        connection.executemany(f"INSERT INTO leads ({columns}) VALUES (?, ?, ?, ?, ?, ?)", found)  # noqa: S608 - ours
    later = (NOW + timedelta(days=31)).date()
    tab = at("mia", f"?as_of={later}")
    closed = tab.get_by_text("no budget").first
    closed.wait_for(timeout=PATIENCE)
    assert tab.get_by_text("fell").first.is_visible()
    assert complaints(ben) == complaints(mia) == complaints(tab) == []
