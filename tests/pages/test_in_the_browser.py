"""Every page in a real browser on the demo company: no error, and the figures are the report's."""

import csv
from datetime import UTC, datetime

import pytest

from data_sources.database import open_database
from scorecard import periods, small
from scorecard.clock import AsOf
from scorecard.formats import Formats
from scorecard.report import by_key, report
from scorecard.scopes import scope
from tests.browser import complaints, running_app, settled
from tests.servers import free_port

AT = "?period=2026-Q4&as_of=2026-11-21"
MENU = ("Goals", "Campaigns", "Calendar", "Hand-off", "Ideal lead", "Attribution", "Quotas", "Feedback",
        "Reviews", "People", "Data", "Scorecard")  # fmt: skip


@pytest.fixture(scope="module")
def rows(demo_url):
    """The report of the same moment, by metric, scope and period."""
    dataset = open_database(demo_url, datetime(2026, 11, 21, 12, tzinfo=UTC))
    as_of = AsOf.parse("2026-11-21", small.settings(dataset).zone)
    return by_key(report(dataset, periods.parse("2026-Q4"), as_of, by=["source"]))


@pytest.fixture(scope="module")
def formats(demo_url):
    return Formats.of(small.settings(open_database(demo_url, datetime(2026, 11, 21, 12, tzinfo=UTC))))


def said(tab):
    """What stands on the page, with plain spaces."""
    return " ".join(tab.locator('[data-testid="stMain"]').inner_text().replace("\u00a0", " ").split())


def opened(page, app, slug):
    tab = settled(page(f"{app}/{slug}{AT}"), seconds=90)
    assert not complaints(tab)
    return said(tab)


def test_a_page_opens_cold_on_a_fresh_server(demo_url, page):
    """The Scorecard, Goals, Quotas, Campaigns and the presentation open so in the files beside this one."""
    with running_app({"TANDEM_SOURCE": demo_url}) as fresh:
        text = opened(page, fresh.url, "handoff")
    assert "?" in text
    assert "Traceback" not in text


def test_every_page_opens_from_the_menu_and_keeps_the_choice(demo_app, page):
    tab = settled(page(f"{demo_app}/{AT}"), seconds=90)
    for name in MENU:
        tab.get_by_role("link", name=name, exact=True).first.click()
        settled(tab, seconds=90)
        assert "as_of=2026-11-21" in tab.url
        assert not complaints(tab), name


def test_the_scorecard_shows_the_reports_figures(demo_app, page, rows, formats):
    text = opened(page, demo_app, "scorecard")
    for metric in ("acceptance_rate", "decision_coverage", "sla_compliance"):
        row = rows[metric, "all", "2026-Q4"]
        assert formats.percent(row.value) in text, metric
        if metric != "decision_coverage":
            assert f"{formats.integer(row.numerator)} of {formats.integer(row.denominator)}" in text, metric
    team = rows[
        "quota_attainment", scope(("department", "sales"), ("metric", "revenue")), "2026-10-01..2026-12-31"
    ]
    assert formats.percent(team.value) in text
    gap = rows["alignment_gap", "all", "2026-Q4"]
    assert f"{abs(gap.value) * 100:.1f}".rstrip("0").rstrip(".") in text


def test_the_hand_off_page_shows_the_reports_figures(demo_app, page, rows, formats):
    text = opened(page, demo_app, "handoff")
    for metric in ("handoffs", "sla_met", "sla_pending"):
        assert formats.integer(rows[metric, "all", "2026-Q4"].value) in text, metric
    met, breached = (rows[metric, "all", "2026-Q4"].value for metric in ("sla_met", "sla_breached"))
    assert f"{formats.integer(met)} of {formats.integer(met + breached)}" in text
    for source in ("Partner list", "Webinar", "Referral"):
        row = rows["acceptance_rate", scope(("source", source)), "2026-Q4"]
        assert f"{formats.integer(row.numerator)} of {formats.integer(row.denominator)}" in text, source


def test_the_quotas_page_shows_the_reports_figures(demo_app, page, rows, formats):
    text = opened(page, demo_app, "quotas")
    teams = [r for r in rows.values() if r.metric == "quota_attainment" and "person_id" not in r.scope]
    for row in teams:
        if row.value is not None:
            assert formats.percent(row.value) in text or formats.percent(row.value, 0) in text, row.scope


def test_the_goals_page_shows_the_reports_figures(demo_app, page, rows, formats):
    text = opened(page, demo_app, "goals")
    for goal in ("G10", "G11", "G12"):
        row = next(r for r in rows.values() if r.scope == f"goal_id={goal}")
        assert formats.percent(row.value, 0) in text, goal


def test_the_head_of_a_page_offers_files_of_what_is_seen(demo_app, page, rows):
    tab = settled(page(f"{demo_app}/goals{AT}"), seconds=90)
    tab.locator(".st-key-page_download button:visible").first.click()
    with tab.expect_download(timeout=60_000) as file:
        tab.get_by_role("button", name="Every figure (CSV)").click()
    assert file.value.suggested_filename == "tandem_board_pack_2026-Q4_as_of_2026-11-21.csv"
    lines = list(csv.DictReader(file.value.path().read_text("utf-8-sig").splitlines()))
    keys = {(line["metric"], line["scope"], line["period"]) for line in lines}
    assert (keys <= set(rows), len(keys) > 100) == (True, True)
    assert not complaints(tab)


def test_a_tab_comes_back_by_itself_when_the_server_restarts(demo_url, page):
    port = free_port()
    with running_app({"TANDEM_SOURCE": demo_url}, port=port) as first:
        tab = settled(page(f"{first.url}/goals{AT}"), seconds=90)
        before = said(tab)
    with running_app({"TANDEM_SOURCE": demo_url}, port=port):
        tab.get_by_text("Connection error").first.wait_for(state="hidden", timeout=60_000)
        tab.wait_for_function("() => document.querySelector('[data-testid=stMain]').innerText.length > 200")
        settled(tab, seconds=90)
        assert said(tab)[:200] == before[:200]
