"""The Attribution page shows its reading, whatever the address says."""

import html
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from components import live
from scorecard import attribution_view, periods, small
from scorecard.clock import AsOf
from scorecard.scopes import EVERYTHING
from scorecard.words import plain
from tests.pages.builders import small_company

PAGE = Path(__file__).parents[2] / "pages" / "campaigns" / "attribution.py"


@pytest.fixture
def opened(monkeypatch):
    def open_page(url, **parameters):
        monkeypatch.setenv("TANDEM_SOURCE", url)
        live.close()
        app = AppTest.from_file(str(PAGE), default_timeout=60)
        for name, value in {"period": "2026-Q3", "as_of": "2026-11-21", **parameters}.items():
            app.query_params[name] = value
        return app.run()

    yield open_page
    live.close()


def text_of(app):
    """What stands in the page's markup, its tags and links left out."""
    return re.sub(r"<[^>]+>", "", markup(app))


def markup(app):
    return " ".join(found.proto.body for found in app.get("html"))


def test_the_page_says_what_its_reading_says(demo_url, opened):
    app = opened(demo_url)
    assert not app.exception
    dataset = live.live().dataset
    as_of = AsOf.parse("2026-11-21", small.settings(dataset).zone)
    found = attribution_view.attribution_of(dataset, periods.parse("2026-Q3"), as_of, EVERYTHING)
    shown = html.unescape(text_of(app))
    for said in (*found.verdict, *found.because):
        assert plain(said) in shown
    assert found.revenue_says in shown
    assert app.selectbox(key="pick_model").value == small.settings(dataset).attribution


def test_what_a_link_makes_up_is_left_aside(demo_url, opened):
    app = opened(demo_url, by="<b>", model="magic", lead="<img src=x onerror=alert(1)>")
    assert not app.exception
    assert "onerror" not in markup(app)


@pytest.mark.parametrize("model", ["markov", "time_decay"])
def test_another_model_is_chosen_in_the_address(demo_url, opened, model):
    app = opened(demo_url, model=model, by="kind")
    assert not app.exception
    assert f"The dot is {attribution_view.MODEL_NAMES[model].lower()}" in markup(app)


def test_a_source_of_leads_alone_says_what_the_page_needs(tmp_path, opened):
    app = opened(small_company(tmp_path / "small.db"))
    assert not app.exception
    assert "Attribution is locked" in markup(app)
