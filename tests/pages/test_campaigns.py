"""The Campaigns page: the readings' figures on screen, text from data inert, gaps told in words."""

import re
from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

from components import live
from tests.browser import ROOT
from tests.pages.demo_store import demo_store
from tests.scorecard.builders import lead, write

NASTY = "![x](http://example.invalid/a.png) <img src=x onerror=alert(1)> **bold** =1+1"


@pytest.fixture(scope="module")
def demo_url(tmp_path_factory):
    return demo_store(tmp_path_factory.mktemp("demo"), 1_500)


@pytest.fixture
def opened(monkeypatch):
    def open_page(url, **parameters):
        monkeypatch.setenv("TANDEM_SOURCE", url)
        live.close()
        app = AppTest.from_file(str(ROOT / "pages/campaigns/campaigns.py"), default_timeout=90)
        for name, value in {"as_of": "2026-11-21", **parameters}.items():
            app.query_params[name] = value
        return app.run()

    yield open_page
    live.close()


def text_of(app):
    markup = " ".join(found.proto.body for found in app.get("html"))
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def test_the_list_says_what_went_live_unsigned_and_what_owes_a_review(opened, demo_url):
    app = opened(demo_url)
    assert not app.exception
    text = text_of(app)
    assert "26 campaigns: 1 planned, 16 live and 9 ended." in text
    assert "1 went live without both sign-offs" in text
    assert "1 changed after the sign-off : ▲ Black week bundle for dealers (changed since signed)" in text
    assert "8 ended without a review" in text
    frame = app.dataframe[0].value
    missing = dict(zip(frame["Campaign"], frame["Missing"], strict=True))
    assert missing["✕ One product: the Ridge 45 pack (unsigned by sales)"] == "✕ sales' sign-off"
    assert missing["Fair: Nordic Outdoor Meet"] == "▲ review"
    assert missing["Summer sale: 20 % off tents"] == ""


def test_one_campaign_shows_goals_keys_cost_and_what_it_brought(opened, demo_url):
    app = opened(demo_url, campaign="C12")
    assert not app.exception
    text = text_of(app)
    heads = {found.value for found in app.header}
    assert {"What it cost", "What it brought", "How its leads were worked", "Who agreed"} <= heads
    assert "Direct mail: trail kit" in text
    assert "Closed at the first talk" in text


def test_a_campaign_that_changed_shows_both_keys_open_and_what_changed(opened, demo_url):
    text = text_of(opened(demo_url, campaign="C25"))
    assert "changed since marketing and sales signed" in text
    for who, when in (("Clara Brandt", "12 Nov 2026, 14:35"), ("Katrin Voss", "15 Nov 2026, 14:10")):
        assert f"▲ open again {who} · {when} Offer: “Lamp and pack bundle, 15 % off” was approved" in text


def test_several_are_compared_and_what_cannot_be_told_is_said_so(opened, demo_url):
    app = opened(demo_url, beside=["C01", "C03", "C21"])
    assert not app.exception
    blocks = re.findall(r"<section>.*?</section>", " ".join(found.proto.body for found in app.get("html")))
    assert len(blocks) == 9
    for block in blocks:
        assert block.count('class="t-one') == 3
        assert ("surely differ" in block) != ("can&#x27;t tell yet</span>" in block)
    assert "can't tell yet" in text_of(app)
    assert "In their first 43 days" in text_of(app)


def test_names_from_the_data_stay_text_and_an_unknown_campaign_is_told(opened, tmp_path):
    row = {
        "campaign_id": "C1",
        "name": NASTY,
        "offer": NASTY,
        "start": "2026-11-01",
        "launched_at": "2026-11-01",
    }
    url = write(tmp_path / "nasty.db", leads=[lead("a", campaign_id="C1")], campaigns=[row])
    for asked in ("C1", NASTY):
        app = opened(url, campaign=asked, beside=["C1", NASTY])
        assert not app.exception
        assert "<img" not in " ".join(found.proto.body for found in app.get("html"))
        assert all("![x](" not in found.value for found in app.header)
    assert "There is no campaign" in text_of(app)


def test_without_campaigns_the_page_says_what_to_fill(opened, tmp_path):
    app = opened(write(tmp_path / "bare.db", leads=[lead("a")]))
    assert not app.exception
    assert "No campaigns yet" in text_of(app)
