"""The Scorecard page: the reading's figures on screen, text from data inert, gaps told in words."""

import re
from html.parser import HTMLParser

import pytest
from streamlit.testing.v1 import AppTest

from components import live
from scorecard import overview, periods, small, words
from scorecard.clock import AsOf
from scorecard.formats import Formats
from tests.browser import ROOT, errors_of, settled
from tests.pages.demo_store import CHOSEN
from tests.scorecard.builders import write

NASTY = "![x](http://example.invalid/a.png) <img src=x onerror=alert(1)> **bold** =1+1 🎯 " + "long " * 45
GOALS = [
    {
        "goal_id": "G<1>",
        "name": NASTY,
        "target": 10,
        "start": "2026-10-01",
        "due": "2026-12-31",
        "owner": "<b>",
    }
]
ACTUALS = [{"goal_id": "G<1>", "date": "2026-10-05", "value": 3}]


@pytest.fixture
def opened(monkeypatch):
    def open_page(url, **parameters):
        monkeypatch.setenv("TANDEM_SOURCE", url)
        live.close()
        app = AppTest.from_file(str(ROOT / "pages/overview/board.py"), default_timeout=60)
        for name, value in {"period": "2026-Q4", "as_of": "2026-11-21", **parameters}.items():
            app.query_params[name] = value
        return app.run()

    yield open_page
    live.close()


class _Text(HTMLParser):
    def __init__(self):
        super().__init__()
        self.pieces = []

    def handle_data(self, data):
        self.pieces.append(data)


def text_of(app):
    parser = _Text()
    parser.feed(
        " ".join(found.proto.body for found in app.get("html") if not found.proto.body.startswith("<style"))
    )
    return " ".join("".join(parser.pieces).split())


def test_the_figures_on_screen_are_the_readings(demo_url, opened):
    app = opened(demo_url)
    assert not app.exception
    dataset = live.live().dataset
    settings = small.settings(dataset)
    quarter, as_of = periods.parse("2026-Q4"), AsOf.parse("2026-11-21", settings.zone)
    found = overview.read(dataset, quarter, as_of, quarter.previous())
    shown, formats = text_of(app), Formats.of(settings)
    assert all(words.plain(told) in shown for told in overview.verdict(found))
    for status, many in found.standing:
        assert f"{status.icon} {many} {status.word.lower()}" in shown
    for tile in found.tiles:
        assert formats.value(tile.row.value, tile.row.unit) in shown
        assert tile.beside in shown
    for line in found.goals:
        assert f"{line.name}{line.owner}{line.row.status.icon}{line.row.status.word}" in shown
        assert f"{line.detail}{line.side}" in shown
    for concern in found.concerns:
        assert f"{concern.detail}{concern.who}" in shown


def test_links_keep_the_choice_and_narrow_it(demo_url, opened):
    app = opened(demo_url, source="Webinar", compare="year_before")
    links = re.findall(r'href="([^"]+)"', " ".join(found.proto.body for found in app.get("html")))
    assert links
    assert all(
        "period=2026-Q4&amp;as_of=2026-11-21" in link or "compare=year_before" in link for link in links
    )
    assert any(link.startswith("goals?") and "goal=G" in link and "source=Webinar" in link for link in links)
    narrowed = [link for link in links if link.startswith("handoff?") and "owner=" in link]
    assert all("source=" not in link for link in narrowed)


def test_text_from_data_is_inert(tmp_path, opened):
    app = opened(write(tmp_path / "nasty.db", goals=GOALS, goal_actuals=ACTUALS))
    assert not app.exception
    markup = " ".join(found.proto.body for found in app.get("html"))
    assert "<img" not in markup
    assert "&lt;img src=x" in markup
    assert "goal=G%3C1%3E" in markup


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        ({"unrelated": [{"x": 1}]}, "There is nothing to judge yet"),
        ({"leads": [{"lead_id": "L1", "created_at": "2026-10-02"}]}, "columns for it are missing"),
        ({"goals": GOALS}, "The one goal can’t be judged yet: locked"),
    ],
    ids=["empty", "leads only", "goals only"],
)
def test_little_data_makes_a_page_that_says_what_to_fill(tmp_path, opened, tables, told):
    app = opened(write(tmp_path / "little.db", **tables))
    assert not app.exception
    assert told in text_of(app)
    assert "No quotas yet" in text_of(app)


# --- in a browser


def test_the_answer_stands_in_the_first_screenful_without_a_console_error(demo_app, page):
    tab = settled(page(f"{demo_app}/scorecard?{CHOSEN}"))
    for text in ("Goals", "Hand-off", "Quotas", "Acceptance rate", "SLA met", "What needs attention first"):
        box = tab.locator("[data-testid=stMain]").get_by_text(text, exact=True).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < 720
    assert [e for e in errors_of(tab) if "_stcore" not in e] == []


def test_a_status_opens_the_rule_behind_its_colour(demo_app, page):
    tab = settled(page(f"{demo_app}/scorecard?{CHOSEN}"))
    chip = tab.locator(".t-goals summary").first
    rule = tab.locator(".t-goals .t-rule").first
    assert not rule.is_visible()
    chip.click()
    assert rule.is_visible()
    assert "%" in rule.inner_text()


def test_a_goal_in_the_verdict_leads_to_the_goal(demo_app, page):
    tab = settled(page(f"{demo_app}/scorecard?{CHOSEN}"))
    link = tab.locator(".t-because a[href^='goals?'][href*='goal=']").first
    name = link.inner_text()
    link.click()
    tab.wait_for_url("**/goals?**")
    settled(tab)
    assert "period=2026-Q4" in tab.url
    assert tab.get_by_role("heading", level=2, name=name).first.is_visible()


def test_the_verdict_and_the_three_blocks_stand_within_two_screens_of_a_phone(demo_app, page):
    tab = settled(page(f"{demo_app}/scorecard?{CHOSEN}", viewport=(390, 844)))
    last = tab.locator(".t-block").nth(2).bounding_box()
    assert last is not None
    assert last["y"] + last["height"] <= 2 * 844


@pytest.mark.parametrize("where", ["scorecard", "goals", "goals?goal=G10"])
def test_nothing_is_wider_than_a_phone(demo_app, page, where):
    tab = settled(page(f"{demo_app}/{where}{'&' if '?' in where else '?'}{CHOSEN}", viewport=(390, 844)))
    assert tab.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= innerWidth")
    wide = "[...document.querySelectorAll('.t-goals *, .t-list *, .t-verdict *, .t-facts *')].filter(e =>"
    assert (
        tab.evaluate(
            f"{wide} e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 1).length"
        )
        == 0
    )
