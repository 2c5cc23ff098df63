"""The Feedback page: the reading's figures on screen, long lists in parts, text from data inert."""

import re
from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

from components import live
from tests.browser import ROOT, complaints, settled
from tests.scorecard.builders import lead, write

NASTY = "![x](http://example.invalid/a.png) <img src=x onerror=alert(1)> **bold** :smile: =1+1"


@pytest.fixture
def opened(monkeypatch):
    def open_page(url, **parameters):
        monkeypatch.setenv("TANDEM_SOURCE", url)
        live.close()
        app = AppTest.from_file(str(ROOT / "pages/together/feedback.py"), default_timeout=90)
        for name, value in {"as_of": "2026-11-21", **parameters}.items():
            app.query_params[name] = value
        return app.run()

    yield open_page
    live.close()


def text_of(app):
    markup = " ".join(found.proto.body for found in app.get("html"))
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def first_list(app):
    return next(found.proto.body for found in app.get("html") if "t-list t-voices" in found.proto.body)


def said(number, **cells):
    usual = {"at": "2026-11-01 09:00", "from_department": "sales", "kind": "problem", "to_person": "mia"}
    return {"feedback_id": f"F{number}", "text": f"Text {number}", **usual, **cells}


def test_the_verdict_the_lists_and_the_loops_are_on_the_page(opened, demo_url):
    app = opened(demo_url)
    assert not app.exception
    text = text_of(app)
    assert (
        "Marketing answered 14 of the 29 things that sales asked; sales answered 9 of the 11 things" in text
    )
    assert "14 of 29 · 95%: 31.4% – 65.6%" in text
    assert "21 are still open , 2 of them past the due date ." in text
    assert "Yuki Tanaka owes the oldest answer: “" in text
    heads = [found.value.replace("\\", "") for found in app.header]
    assert heads[:3] == [
        "What is owed: 21",
        "Closing the loop",
        "How sales rates leads, and why it sends them back",
    ]
    assert {"What became of content ideas", "Problems", "Insights", "Wins and thanks"} <= set(heads)
    owed = text[text.index("Each region needs somebody") :]
    assert owed.index("Katrin Voss owes the answer") < owed.index("The form on the catalogue page loses")
    assert "3 of 7 ideas went live" in text


def test_the_lists_are_as_the_address_says_and_a_strange_address_is_left_aside(opened, demo_url):
    app = opened(demo_url, show="answered", way="to_sales", who="katrin.voss", of="source=Webinar", over="24")
    assert not app.exception
    assert "What was answered\\: 3" in [found.value for found in app.header]
    assert app.selectbox(key="pick_of").value == "source=Webinar"
    strange = opened(demo_url, show=NASTY, way="x", who=NASTY, of="=", over="999")
    assert not strange.exception
    assert "What is owed\\: 21" in [found.value for found in strange.header]


def test_a_long_list_comes_in_parts_and_a_long_text_opens(opened, tmp_path):
    rows = [said(n) for n in range(3_000)] + [said("long", text="word " * 2_000, due="2026-11-02")]
    app = opened(write(tmp_path / "long.db", leads=[lead("a")], feedback=rows))
    assert not app.exception
    markup = first_list(app)
    assert markup.count("<li>") == 6
    assert markup.count("<details") == 1
    assert len(re.findall("word", markup)) == 2_000
    button = next(b for b in app.button if b.key.startswith("asked_"))
    assert button.label == "Show 20 of 2,995 more"
    button.click().run()
    assert first_list(app).count("<li>") == 26


def test_text_from_the_data_stays_text(opened, tmp_path):
    columns = ("text", "response", "owner", "from_person", "campaign_id", "lead_id", "reject_reason")
    row = said(1, status="done", resolved_at="2026-11-03", **dict.fromkeys(columns, NASTY))
    waiting = said(2, text=NASTY, kind="content_idea", owner=NASTY)
    entry = {"entry_id": "E1", "start": "2026-11-05", "status": "live", "title": NASTY, "feedback_id": "F2"}
    leads = [
        lead("a", handed_off_at="2026-10-06", rejected_at="2026-10-07", reject_reason=NASTY, source=NASTY)
    ]
    url = write(tmp_path / "nasty.db", leads=leads, feedback=[row, waiting], calendar=[entry])
    app = opened(url, show="asked")
    assert not app.exception
    assert "<img" not in " ".join(found.proto.body for found in app.get("html"))
    for found in (*app.header, *app.caption, *app.button):
        assert "![x](" not in str(getattr(found, "value", "") or getattr(found, "label", ""))
    assert "<img src=x onerror=alert(1)>" in text_of(app)


def test_without_feedback_the_page_says_what_to_fill_and_shows_what_sales_says_of_leads(opened, tmp_path):
    leads = [
        lead(
            "a",
            handed_off_at="2026-10-06",
            rejected_at="2026-10-07",
            reject_reason="no budget",
            quality_rating=2,
        )
    ]
    app = opened(write(tmp_path / "bare.db", leads=leads))
    assert not app.exception
    assert "There is no table feedback." in text_of(app)
    assert {"Lead rating", "no budget"} <= {found.value for found in app.header}
    assert [b.key for b in app.button if (b.key or "").startswith("asked_")] == []


def test_a_number_of_the_verdict_leads_to_its_evidence_and_nothing_is_wider_than_a_phone(demo_app, page):
    tab = settled(page(f"{demo_app}/feedback?as_of=2026-11-21", viewport=(390, 844)), seconds=90)
    assert tab.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= innerWidth")
    tab.get_by_role("link", name="surely brought", exact=False).click()
    tab.wait_for_url("**/feedback?as_of=2026-11-21#closing")
    settled(tab)
    head = tab.get_by_role("heading", name="Closing the loop")
    assert head.bounding_box()["y"] < 844
    tab.get_by_role("link", name="9 of the 11 things").click()
    settled(tab, seconds=90)
    tab.get_by_role("heading", name="What was answered: 9").wait_for()
    tab.goto(f"{demo_app}/feedback?as_of=2026-11-21#ideas")  # a link from another page, far down this one
    tab.wait_for_function("document.getElementById('ideas')?.getBoundingClientRect().top < innerHeight / 2")
    assert complaints(tab) == []
