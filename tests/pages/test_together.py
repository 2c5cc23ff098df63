"""The pages Reviews and People: the readings' words on screen, text from data inert, gaps told in words."""

import re
from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

from components import live
from tests.browser import ROOT
from tests.pages.demo_store import small_tables
from tests.scorecard.builders import lead, write

NASTY = "![x](http://example.invalid/a.png) <img src=x onerror=alert(1)> **bold** =1+1"
AS_OF = "2026-11-21"


@pytest.fixture(scope="module")
def demo_url(tmp_path_factory):
    """The demo company's small tables, with hardly a lead."""
    tables = small_tables("reviews", "campaigns", "people", "calendar", "feedback", "goals", "settings")
    return write(tmp_path_factory.mktemp("demo") / "demo.db", leads=[lead("a")], **tables)


@pytest.fixture
def opened(monkeypatch):
    def open_page(page, url, /, **parameters):
        monkeypatch.setenv("TANDEM_SOURCE", url)
        live.close()
        app = AppTest.from_file(str(ROOT / f"pages/together/{page}.py"), default_timeout=90)
        for name, value in {"as_of": AS_OF, **parameters}.items():
            app.query_params[name] = value
        return app.run()

    yield open_page
    live.close()


def markup_of(app):
    return " ".join(found.proto.body for found in app.get("html"))


def text_of(app):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", markup_of(app))).split())


# --- reviews


def test_the_verdict_says_what_is_done_and_owed_and_which_campaigns_owe_a_review(opened, demo_url):
    app = opened("reviews", demo_url)
    assert not app.exception
    text = text_of(app)
    assert "4 of 7 actions are done , 2 are overdue with Katrin Voss and Olga Petrova and 1 is open" in text
    assert "Whether the 4 done worked can’t be told yet." in text
    assert "8 campaigns ended without a review" in text
    assert "the next is planned for 26 Nov 2026." in text
    assert text.index("Ask five customers") < text.index("Get a filtered file") < text.index("Plan a launch")


def test_a_review_opens_with_the_actions_of_the_one_before(opened, demo_url):
    app = opened("reviews", demo_url, review="R2")
    assert not app.exception
    assert app.selectbox(key="pick_review").value == "R2"
    text = text_of(app)
    before = "Of what the review before, Summer sale: 20 % off tents of 3 Sept 2026, asked for"
    assert f"{before}, 2 of 2 actions are done." in text
    assert "Decided One customer on screen each time. Action Ask five customers ✕ overdue" in text
    heads = [found.value for found in app.header]
    assert heads.index("It opens with the last one’s actions") < heads.index("What was said and decided")
    assert "The numbers as they stood on 1 Oct 2026" in heads
    assert "What was corrected in the source since stands corrected" in text


def test_a_review_that_is_not_there_yet_is_told(opened, demo_url):
    app = opened("reviews", demo_url, review="R3", as_of="2026-10-01")
    assert not app.exception
    assert "No review R3 has been held" in text_of(app)


# --- people


def test_both_teams_stand_side_by_side_with_whom_to_ask_and_who_sat_in(opened, demo_url):
    app = opened("people", demo_url)
    assert not app.exception
    text = text_of(app)
    assert "Zoé Martin (marketing) is the liaison between the teams;" in text
    assert (
        "5 of 8 in marketing and 4 of 12 in sales sat in on the other side’s work in the last 90 days ."
        in text
    )
    titles = [found.value.replace("\\", "") for found in app.header]
    assert titles[:4] == ["Marketing: 8", "Leadership and outside: 3", "Sales: 12", "Whom to ask about what"]
    assert '<a href="mailto:zoe.martin@haldenpike.example">' in markup_of(app)
    assert "“An hour of listening to your calls gave me four articles.”" in text


def test_a_search_stands_in_the_address_and_narrows_people_and_topics(opened, demo_url):
    app = opened("people", demo_url, ask="stretcher")
    assert "Nobody covers “stretcher”." in text_of(app)
    app.text_input(key="ask_ask").set_value("ALPINE").run()
    assert app.query_params["ask"] == "ALPINE"
    assert "Alpine clubs Ana Kovač" in text_of(app)
    assert "Felix Baum Direct mail" not in text_of(app)
    app.text_input(key="ask_ask").set_value(" ").run()
    assert "ask" not in app.query_params


def test_many_people_come_in_pages(opened, tmp_path):
    people = [{"person_id": f"p{n}", "name": f"Person {n:03}", "department": "sales"} for n in range(60)]
    url = write(tmp_path / "many.db", leads=[lead("a")], people=people)
    app = opened("people", url, page="3")
    assert not app.exception
    assert app.selectbox(key="pick_page").options[0] == "People 1 – 25 of each side"
    text = text_of(app)
    assert "Person 050" in text
    assert "Person 000" not in text


# --- both


def test_names_and_words_from_the_data_stay_text(opened, tmp_path):
    line = {"review_id": NASTY, "line_no": 1, "held_at": "2026-11-01", "period": NASTY, "attendees": NASTY,
            "went_well": NASTY, "decision": NASTY, "action": NASTY * 200, "action_owner": NASTY,
            "action_done_at": "2026-11-02"}  # fmt: skip
    person = {
        "person_id": "p",
        "name": NASTY,
        "department": "sales",
        "role": NASTY,
        "email": NASTY,
        "covers": NASTY,
    }
    entry = {"entry_id": NASTY, "start": "2026-11-01", "kind": "exchange", "title": NASTY, "owner": NASTY,
             "attendees": f"p, {NASTY}", "status": "done", "feedback_id": "F"}  # fmt: skip
    notes = [{"feedback_id": "F", "at": "2026-11-01", "kind": "problem", "text": NASTY, "owner": "p"}]
    goals = [
        {
            "goal_id": NASTY,
            "name": NASTY,
            "target": 1,
            "start": "2026-01-01",
            "due": "2026-12-31",
            "owner": "p",
        }
    ]
    url = write(tmp_path / "nasty.db", leads=[lead("a")], reviews=[line], people=[person], calendar=[entry],
                feedback=notes, goals=goals)  # fmt: skip
    for page, asked in (("reviews", {"review": NASTY}), ("people", {"ask": NASTY})):
        for parameters in ({}, asked):
            app = opened(page, url, **parameters)
            assert not app.exception
            assert "<img" not in markup_of(app)
            assert all("![x](" not in found.value for found in app.header)


def test_without_tables_the_pages_say_what_to_fill(opened, tmp_path):
    url = write(tmp_path / "bare.db", leads=[lead("a")])
    for page, words in (("reviews", "No reviews yet"), ("people", "Nobody is known yet")):
        app = opened(page, url)
        assert not app.exception
        assert words in text_of(app)
