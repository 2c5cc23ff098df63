"""What holds on every page: the gate, the data or why there are none, and the choice in the address."""

import pytest
from sqlalchemy import event
from streamlit.testing.v1 import AppTest

from components import live
from tests.browser import ROOT, complaints, running_app, settled
from tests.components.test_auth_section import CLIENT, SHARED
from tests.pages.builders import small_company

PAGES = {
    "scorecard": "pages/overview/board.py",
    "goals": "pages/targets/goals.py",
    "campaigns": "pages/campaigns/campaigns.py",
    "calendar": "pages/campaigns/coming_up.py",
    "handoff": "pages/leads/handoff.py",
    "ideal-lead": "pages/leads/ideal_lead.py",
    "attribution": "pages/campaigns/attribution.py",
    "quotas": "pages/targets/quotas.py",
    "feedback": "pages/together/feedback.py",
    "reviews": "pages/together/reviews.py",
    "people": "pages/together/people.py",
    "data": "pages/source/data.py",
}


@pytest.fixture(autouse=True)
def company(tmp_path, monkeypatch):
    monkeypatch.setenv("TANDEM_SOURCE", small_company(tmp_path / "small.db"))
    live.close()
    yield
    live.close()


def opened(page="scorecard", **parameters):
    app = AppTest.from_file(str(ROOT / PAGES[page]), default_timeout=30)
    for name, values in parameters.items():
        app.query_params[name] = values
    return app.run()


def test_there_is_a_file_for_every_page_and_none_bears_a_packages_name():
    found = {str(path.relative_to(ROOT)) for path in (ROOT / "pages").rglob("*.py")}
    assert found == {*PAGES.values(), "pages/overview/present.py"}  # which has no head: test_present.py
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert not {part for path in found for part in path.removesuffix(".py").split("/")[1:]} & packages
    assert not list((ROOT / "pages").glob("*.py"))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_by_itself_without_the_front_door(page):
    app = opened(page)
    assert not app.exception
    assert app.title[0].value.endswith("\\?")


def test_the_front_door_opens_the_scorecard():
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run()
    assert not app.exception
    assert "together" in app.title[0].value


def test_a_link_says_period_comparison_and_filter():
    app = opened(period=["2026-Q3"], compare=["year_before"], source=["Webinar"], as_of=["2026-09-30"])
    assert app.selectbox(key="pick_period").value == "2026-Q3"
    assert app.selectbox(key="pick_compare").value == "year_before"
    assert app.multiselect(key="pick_source").value == ["Webinar"]
    assert not app.info


@pytest.mark.parametrize(
    ("name", "value"),
    [("period", "2026-Q9"), ("compare", "everything"), ("as_of", "yesterday"), ("period", "x" * 5000)],
)
def test_what_a_link_says_wrong_is_told_and_the_default_holds(name, value):
    app = opened(**{name: [value]})
    assert not app.exception
    assert len(app.info) == 1
    assert app.selectbox(key="pick_compare").value == "previous"


def test_markup_in_a_link_stays_text():
    app = opened(period=["![x](http://example.invalid)"])
    assert "![" not in app.info[0].value
    assert "\\!\\[x\\]" in app.info[0].value


def test_a_choice_goes_into_the_address_and_its_default_leaves_it():
    app = opened()
    running = app.selectbox(key="pick_period").value
    app.selectbox(key="pick_period").set_value("2026-Q3").run()
    assert "2026-Q3" in app.query_params["period"]
    app.selectbox(key="pick_period").set_value(running).run()
    assert "period" not in app.query_params


def test_a_filter_goes_into_the_address_and_takes_several_values():
    app = opened()
    app.multiselect(key="pick_source").set_value(["Fair", "Webinar"]).run()
    assert app.query_params["source"] == ["Fair", "Webinar"]


def test_filters_stand_only_where_the_data_have_the_column():
    app = opened()
    assert [m.key for m in app.multiselect] == ["pick_source", "pick_owner"]


def test_a_filter_on_a_value_nobody_has_is_shown_and_not_lost():
    app = opened(source=["Nobody"])
    assert app.multiselect(key="pick_source").value == ["Nobody"]


def test_a_source_that_is_not_there_is_told_in_one_message(monkeypatch, tmp_path):
    monkeypatch.setenv("TANDEM_SOURCE", f"sqlite:///{tmp_path / 'none.db'}")
    live.close()
    app = opened()
    assert not app.exception
    assert "none" in app.error[0].value
    assert [button.label for button in app.button] == ["Try again"]


def test_a_password_is_never_shown(monkeypatch):
    monkeypatch.setenv("TANDEM_SOURCE", "postgresql+psycopg://reader:geheim@127.0.0.1:1/crm")
    live.close()
    app = opened()
    assert app.error
    assert "geheim" not in str(app.main)


def test_a_rerun_runs_no_query():
    app = opened()
    asked = []
    event.listen(live.live().dataset.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    app.run()
    assert asked == []


@pytest.mark.parametrize("page", PAGES)
def test_where_sign_in_is_configured_nobody_passes_without(page):
    app = AppTest.from_file(str(ROOT / PAGES[page]), default_timeout=30)
    app.secrets["auth"] = {**SHARED, "acme": CLIENT}
    app.run()
    assert not app.exception
    assert [button.label for button in app.button] == ["Sign in with Acme"]
    assert [title.value for title in app.title] == ["Tandem"]
    assert not app.selectbox


# --- in a browser


def test_a_page_opens_cold_from_its_bookmark_on_a_fresh_server(tmp_path, page):
    url = small_company(tmp_path / "cold.db")
    with running_app({"TANDEM_SOURCE": url}) as app:
        tab = settled(page(f"{app.url}/quotas?period=2026-Q3"))
        assert tab.get_by_role("heading", level=1).inner_text().startswith("Who is where")
        assert tab.get_by_role("dialog").count() == 0
        assert complaints(tab) == []


def test_the_choice_survives_the_menu_a_reload_and_the_way_back(small_app, page):
    tab = settled(page(f"{small_app}/scorecard?period=2026-Q3&compare=none"))
    tab.get_by_role("link", name="Goals").first.click()
    settled(tab)
    assert tab.url.endswith("/goals?period=2026-Q3&compare=none")
    tab.reload()
    settled(tab)
    assert tab.get_by_role("combobox", name="Period").input_value() == "Q3 2026"
    tab.go_back()
    settled(tab)
    assert tab.get_by_role("combobox", name="Period").input_value() == "Q3 2026"
    assert complaints(tab) == []


@pytest.mark.parametrize("viewport", [(1280, 720), (390, 844)])
def test_nothing_is_wider_than_the_screen(small_app, page, viewport):
    tab = settled(page(f"{small_app}/scorecard", viewport=viewport))
    assert tab.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= innerWidth")


def test_no_page_asks_anyone_else_for_anything(small_app, page):
    tab = page()
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(small_app)
    settled(tab)
    assert [url for url in asked if not url.startswith((small_app, "data:", "blob:"))] == []
