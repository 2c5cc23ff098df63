"""The Goals page: the whole tree, and one goal at a time by its address."""

from html import escape

import pytest
from streamlit.testing.v1 import AppTest

from components import live
from scorecard import backward_words, goal_tree, periods, small
from scorecard.clock import AsOf
from tests.browser import ROOT, errors_of, settled
from tests.pages.demo_store import CHOSEN
from tests.scorecard.builders import write

NASTY = "![x](http://example.invalid/a.png) <img src=x onerror=alert(1)> **bold**"
GOAL = {
    "goal_id": "G1",
    "name": NASTY,
    "target": 10,
    "start": "2026-10-01",
    "due": "2026-12-31",
    "strategy": NASTY,
}


@pytest.fixture
def opened(monkeypatch):
    def open_page(url, **parameters):
        monkeypatch.setenv("TANDEM_SOURCE", url)
        live.close()
        app = AppTest.from_file(str(ROOT / "pages/targets/goals.py"), default_timeout=60)
        for name, value in {"period": "2026-Q4", "as_of": "2026-11-21", **parameters}.items():
            app.query_params[name] = value
        return app.run()

    yield open_page
    live.close()


def markup(app):
    return " ".join(found.proto.body for found in app.get("html"))


def now():
    dataset = live.live().dataset
    return dataset, AsOf.parse("2026-11-21", small.settings(dataset).zone)


def test_every_goal_of_the_period_is_listed_with_its_words(demo_url, opened):
    app = opened(demo_url)
    assert not app.exception
    dataset, as_of = now()
    for line in goal_tree.read(dataset, periods.parse("2026-Q4"), as_of).lines:
        assert f"<span>{line.detail}</span>".replace("'", "&#x27;") in markup(app)
    assert app.selectbox(key="pick_goal").value is None


def test_every_goal_has_a_panel(demo_url, opened):
    opened(demo_url)
    dataset, as_of = now()
    for line in goal_tree.read(dataset, periods.parse("2026-Q4"), as_of).lines[::3]:
        app = opened(demo_url, goal=line.goal_id)
        assert not app.exception, line.name
        assert '<div class="t-panel"><h2>' in markup(app)
        assert app.selectbox(key="pick_goal").value == line.goal_id


def test_choosing_a_goal_goes_into_the_address_and_back(demo_url, opened):
    app = opened(demo_url)
    app.selectbox(key="pick_goal").set_value("G10").run()
    assert "G10" in app.query_params["goal"]
    assert "a chance of" in markup(app)
    assert any("Forecast: " in caption.value for caption in app.caption)
    app.selectbox(key="pick_goal").set_value(None).run()
    assert "goal" not in app.query_params


def test_a_goal_that_is_not_there_is_told(demo_url, opened):
    app = opened(demo_url, goal="<b>G404</b>")
    assert not app.exception
    assert "There is no goal &lt;b&gt;G404" in markup(app)


def test_a_moved_target_is_flagged(demo_url, opened):
    assert "After the start" in markup(opened(demo_url, goal="G85"))


def test_text_from_data_is_inert(tmp_path, opened):
    typed = [{"goal_id": "G1", "date": "2026-10-05", "value": 3, "comment": NASTY, "entered_by": "<i>"}]
    app = opened(write(tmp_path / "nasty.db", goals=[GOAL], goal_actuals=typed), goal="G1")
    assert not app.exception
    assert "<img" not in markup(app)
    assert "&lt;img src=x" in markup(app)
    assert not any("![x](" in caption.value for caption in app.caption)


def test_without_goals_the_page_says_what_to_fill(tmp_path, opened):
    app = opened(write(tmp_path / "none.db", leads=[{"lead_id": "L", "created_at": "2026-10-01"}]))
    assert not app.exception
    assert "Fill the table goals" in markup(app)


def test_the_plan_goes_back_from_the_target_and_other_rates_can_be_tried(demo_url, opened):
    app = opened(demo_url, show="plan")
    assert not app.exception
    dataset, as_of = now()
    told = backward_words.read(dataset, periods.parse("2026-Q4"), as_of, None)
    for line in (*told.rungs, *told.rates):
        assert f">{line.name}<" in markup(app) or f"↑ {line.name}<" in markup(app)
    assert all(escape(line.planned) in markup(app) for line in told.rates)
    app.number_input(key="try_win_rate_None").set_value(25.0)
    app.button(key="FormSubmitter:plan_trials-Work it out with these").click().run()
    assert app.query_params["plan_win_rate"] == "0.25"
    assert "25% tried here" in markup(app)
    app.button(key="plan_reset").click().run()
    assert "plan_win_rate" not in app.query_params
    assert "tried here" not in markup(app)


def test_a_strange_link_to_the_plan_is_told_and_harmless(tmp_path, opened, demo_url):
    app = opened(demo_url, show="plan", plan=NASTY, plan_win_rate=NASTY, plan_nothing="1")
    assert not app.exception
    assert "plan_win_rate isn&#x27;t a number" in markup(app)
    bare = opened(
        write(tmp_path / "none.db", leads=[{"lead_id": "L", "created_at": "2026-10-01"}]), show="plan"
    )
    assert not bare.exception
    assert "No revenue target lies in Q4 2026" in markup(bare)


def test_a_goal_opens_from_its_bookmark_with_its_chart(demo_app, page):
    tab = settled(page(f"{demo_app}/goals?goal=G10&{CHOSEN}"))
    assert tab.get_by_role("heading", name="Target against actual").is_visible()
    assert tab.locator("[data-testid=stVegaLiteChart]").count() == 1
    tab.get_by_role("button", name="Table").first.click()
    settled(tab)
    assert tab.get_by_role("button", name="Download CSV").is_visible()
    assert [e for e in errors_of(tab) if "_stcore" not in e] == []
