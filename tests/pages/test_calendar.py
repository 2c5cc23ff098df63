"""The Calendar page: the readings on screen, text from data inert, gaps told, the list on a phone."""

import re
from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

from components import live
from tests.browser import ROOT, complaints, settled
from tests.scorecard.builders import lead, write

NASTY = "![x](http://example.invalid/a.png) <img src=x onerror=alert(1)> **bold** =1+1 {0}"
NOW = "as_of=2026-11-21"


@pytest.fixture
def opened(monkeypatch):
    def open_page(url, **parameters):
        monkeypatch.setenv("TANDEM_SOURCE", url)
        live.close()
        app = AppTest.from_file(str(ROOT / "pages/campaigns/coming_up.py"), default_timeout=90)
        for name, value in {"as_of": "2026-11-21", **parameters}.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception
        return app

    yield open_page
    live.close()


def markup(app):
    return " ".join(found.proto.body for found in app.get("html"))


def text_of(app):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", markup(app))).split())


def test_the_demo_company_shows_what_comes_where_it_clashes_and_what_sales_asked(opened, demo_url):
    app = opened(demo_url, on="2026-Q4", by="team", entry="E021")
    text = text_of(app)
    assert "9 things begin in the next four weeks" in text
    assert re.search(
        r"The gravest of \d+ clashes is that One product: the Ridge 45 pack is live without sales'", text
    )
    assert "5 of 12 people in sales are away" in text
    assert "Sales asked for 8 things" in text
    assert "Today" not in [found.value for found in app.header]
    assert {found.value for found in app.header} >= {"Q4 2026", "Where it clashes", "Week by week"}
    # bars keep the days shown, campaigns lead to their own page
    assert 'href="calendar?as_of=2026-11-21&amp;on=2026-Q4&amp;by=team&amp;entry=' in markup(app)
    assert 'href="campaigns?as_of=2026-11-21&amp;campaign=C01"' in markup(app)
    app.button(key="calendar_after").click().run()
    assert "2027-Q1" in app.query_params["on"]
    app.button(key="calendar_today").click().run()
    assert "2026-11-16..2026-12-27" in app.query_params["on"]  # the entry would bring its own month
    app.segmented_control(key="pick_span").set_value("month").run()
    assert "2026-11" in app.query_params["on"]


def test_names_from_the_data_stay_text_and_odd_rows_are_told(opened, tmp_path):
    campaign = {"campaign_id": "C1", "name": NASTY, "channel": NASTY, "audience": NASTY,
                "start": "2026-11-01", "launched_at": "2026-11-01", "end": "2026-10-01",
                "marketing_owner": NASTY}  # fmt: skip
    other = {**campaign, "campaign_id": "C2", "end": "2026-12-12"}
    entry = {"entry_id": NASTY, "title": NASTY, "owner": NASTY, "attendees": NASTY, "goal_id": NASTY,
             "campaign_id": "C9", "kind": "promotion", "start": "2026-11-20", "end": "2026-12-20",
             "requested_by": "ana", "feedback_id": "F1"}  # fmt: skip
    feedback = {"feedback_id": "F1", "at": "2026-11-01", "text": NASTY, "kind": "content_idea",
                "response": NASTY, "from_department": "sales", "from_person": NASTY}  # fmt: skip
    absence = {"entry_id": "E2", "title": NASTY, "kind": "absence", "start": "2026-11-23", "owner": "ana",
               "department": "sales"}  # fmt: skip
    people = [{"person_id": "ana", "name": NASTY, "department": "sales"}]
    tables = {
        "campaigns": [campaign, other],
        "calendar": [entry, absence],
        "feedback": [feedback],
        "people": people,
    }
    url = write(tmp_path / "nasty.db", leads=[lead("a")], **tables)
    app = opened(url, entry=NASTY, on=NASTY)
    assert "<img" not in markup(app)
    assert all("![x](" not in found.value for found in app.header)
    text = text_of(app)
    assert "The link's days can't be read" in text
    assert "before it starts on 2026-11-01" in text
    assert "1 of 1 people in sales is away" in text
    assert "There is no such entry" in text_of(opened(url, entry="E9"))


def test_hundreds_of_entries_are_capped_counted_and_all_in_the_table(opened, tmp_path):
    rows = [
        {"entry_id": f"E{n}", "title": f"Post {n}", "kind": "content", "start": f"2026-11-{n % 30 + 1:02}"}
        for n in range(500)
    ]
    app = opened(write(tmp_path / "many.db", leads=[lead("a")], calendar=rows), on="2026-11")
    shown = markup(app)
    assert shown.count('class="t-calin"') <= 240
    assert re.search(r"\d+ more in the table", shown)
    assert re.search(r"\d+ more in the table of the timeline", shown)


def test_on_a_phone_the_weeks_stand_where_the_timeline_would(demo_app, page):
    tab = settled(page(f"{demo_app}/calendar?{NOW}", viewport=(390, 844)), seconds=90)
    assert not complaints(tab)
    assert not tab.locator(".t-cal").is_visible()
    assert tab.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= innerWidth")
    tops = {name: tab.get_by_role("heading", name=name).bounding_box()["y"]
            for name in ("Week by week", "Where it clashes")}  # fmt: skip
    assert tops["Week by week"] < tops["Where it clashes"]
    tab.set_viewport_size({"width": 1280, "height": 720})
    settled(tab)
    bar = tab.locator(".t-cal a", has_text="Black week bundle").first
    assert bar.is_visible()
    assert bar.get_attribute("href").startswith("calendar?as_of=2026-11-21&entry=")
