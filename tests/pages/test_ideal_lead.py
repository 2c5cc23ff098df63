"""The Ideal lead page: wishes beside data on screen, text from data inert, gaps told in words."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from components import live
from tests.browser import ROOT
from tests.scorecard.builders import lead, write

NASTY = "<img src=x onerror=alert(1)> **bold** ![x](http://example.invalid/a.png) =1+1 🎯"
MATURE = [{"key": "mature_days", "value": "30"}]


@pytest.fixture
def opened(tmp_path, monkeypatch):
    def open_page(tables, **parameters):
        file = tmp_path / f"{len(list(tmp_path.iterdir()))}.db"
        monkeypatch.setenv("TANDEM_SOURCE", write(file, **tables))
        live.close()
        app = AppTest.from_file(str(ROOT / "pages/leads/ideal_lead.py"), default_timeout=60)
        for name, value in {"as_of": "2026-11-21", **parameters}.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception
        return " ".join(found.proto.body for found in app.get("html"))

    yield open_page
    live.close()


def leads(won_of, handed="2026-05-05"):
    return [
        lead(f"{value}{i}", industry=value, handed_off_at=handed, won_at="2026-05-20" if i < wins else None)
        for value, wins, n in won_of
        for i in range(n)
    ]


def wish(team, value, want):
    return {"department": team, "attribute": "industry", "value": value, "want": want, "importance": 4}


COMPANY = {
    "settings": MATURE,
    "leads": leads((("Retail", 30, 60), (NASTY, 2, 60), ("Clubs", 15, 60))),
    "profiles": [wish("sales", "Retail", "no"), wish("marketing", NASTY, "no"), wish("sales", NASTY, "no")],
}


def test_wishes_stand_beside_the_data_and_names_are_only_text(opened):
    shown = opened(COMPANY)
    assert "The data contradict sales on industry Retail: 50% of 60 leads won" in re.sub("<[^>]+>", "", shown)
    assert "Industry: Retail" in shown
    assert "sales doesn’t want (4 of 5)" in shown
    assert "50% of 60 won against 14.2% of 120 others" in shown
    assert "<img" not in shown
    assert "&lt;img src=x onerror=alert(1)&gt;" in shown


def test_more_months_reach_further_back(opened):
    old = leads((("Retail", 30, 60), ("Clubs", 15, 60)), handed="2025-05-05")
    old = [{**row, "won_at": row["won_at"] and "2025-05-20"} for row in old]
    tables = {"settings": MATURE, "leads": old, "profiles": [wish("sales", "Retail", "yes")]}
    assert "No hand-off has this value" in opened(tables)
    assert "50% of 60 won" in opened(tables, over="24")


def test_a_company_of_leads_alone_is_told_what_to_add(opened):
    shown = opened({"leads": [lead("L1")]})
    assert "Nothing is known of the ideal lead yet" in shown
    assert "handed_off_at of leads" in shown


def test_without_profiles_what_converts_is_shown_all_the_same(opened):
    shown = opened({name: COMPANY[name] for name in ("settings", "leads")})
    assert "the table profiles" in shown
    assert "differ surely from the rest" in shown
