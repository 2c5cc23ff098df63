"""The Campaigns page: the readings' figures on screen, text from data inert, gaps told in words."""

import re
from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

from components import live
from tests.browser import ROOT
from tests.scorecard.builders import lead, write

NASTY = "![x](http://example.invalid/a.png) <img src=x onerror=alert(1)> **bold** =1+1"


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


def row_of(app, name):
    """A campaign's row of the list, as text."""
    markup = " ".join(found.proto.body for found in app.get("html"))
    rows = re.findall(r'<li class="t-camp">.*?</li>', markup)
    texts = (" ".join(unescape(re.sub(r"<[^>]+>", " ", row)).split()) for row in rows)
    return next(text for text in texts if text.startswith(name))


def test_the_list_says_what_runs_unsigned_and_what_owes_a_review(opened, demo_url):
    app = opened(demo_url)
    assert not app.exception
    text = text_of(app)
    assert "16 campaigns are live; they have spent" in text
    assert "2 of them run on terms that both teams haven’t signed" in text
    assert (
        "One product: the Ridge 45 pack runs without sales’ sign-off; Greta Schulz owes a signature." in text
    )
    assert "Black week bundle for dealers has changed since both teams signed; Clara Brandt and" in text
    assert "8 campaigns ended without a review: " in text
    assert [found.value.replace("\\", "") for found in app.header] == ["Live: 16", "Planned: 1", "Ended: 9"]
    assert "✕ unsigned by sales It is live without sales' sign-off." in row_of(app, "One product")
    assert "▲ no review" in row_of(app, "Fair: Nordic Outdoor Meet")
    assert "✓ signed" in row_of(app, "Summer sale: 20 % off tents")
    mail = row_of(app, "Direct mail: trail kit Felix Baum and Jonas Weber direct mail · 5 Oct – 24 Dec 2026")
    assert re.search(r"€[\d,.]+ of €[\d,.]+ spent 100 new leads from direct mail \d+% · \d+ of \d+ ", mail)


def test_one_campaign_shows_goals_keys_cost_and_what_it_brought(opened, demo_url):
    app = opened(demo_url, campaign="C12")
    assert not app.exception
    text = text_of(app)
    heads = {found.value for found in app.header}
    assert {"What it cost", "What it brought", "How its leads were worked", "Who agreed"} <= heads
    assert "Direct mail: trail kit" in text
    assert "Closed at the first talk" in text
    assert "8 campaigns ended without a review" not in text, "one campaign has the screen to itself"


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
    assert 'href="data?as_of=2026-11-21#locked"' in " ".join(found.proto.body for found in app.get("html"))
