"""Hand-off, Quotas and Data: the readings' figures on screen, text from data inert, gaps told in words."""

from html.parser import HTMLParser

import pytest
from streamlit.testing.v1 import AppTest

from components import live
from components.charts import rates
from components.readings import Named
from components.text import escape
from scorecard import data_view, handoff_groups, handoff_view, periods, quota_view, small, touch_work_view
from scorecard.clock import AsOf
from scorecard.report import report
from scorecard.scopes import EVERYTHING
from scorecard.status import Status
from scorecard.words import plain
from tests.browser import ROOT
from tests.components.builders import ENGLISH, row
from tests.scorecard.builders import lead, write

PAGES = {
    "handoff": "pages/leads/handoff.py",
    "quotas": "pages/targets/quotas.py",
    "data": "pages/source/data.py",
}
NASTY = "![x](http://example.invalid/a.png) <img src=x onerror=alert(1)> **bold** =1+1 🎯 " + "long " * 45
QUARTER = periods.parse("2026-Q4")


@pytest.fixture
def opened(monkeypatch):
    def open_page(slug, url, **parameters):
        monkeypatch.setenv("TANDEM_SOURCE", url)
        live.close()
        app = AppTest.from_file(str(ROOT / PAGES[slug]), default_timeout=60)
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


def markup(app):
    return " ".join(
        found.proto.body for found in app.get("html") if "t-marketing-text" not in found.proto.body
    )


def text_of(app):
    parser = _Text()
    parser.feed(markup(app))
    return " ".join("".join(parser.pieces).split())


def spaced_text_of(app):
    """Its pieces apart, as they stand on screen in columns of their own."""
    parser = _Text()
    parser.feed(markup(app))
    return " ".join(" ".join(parser.pieces).split())


def now():
    dataset = live.live().dataset
    return dataset, AsOf.parse("2026-11-21", small.settings(dataset).zone)


def frames(app):
    return {next(iter(frame.value.columns)): frame.value for frame in app.dataframe}


def told(sentences):
    return [" ".join(plain(said).split()) for said in sentences]


# --- the demo


def test_the_hand_off_page_shows_its_reading(demo_url, opened):
    app = opened("handoff", demo_url)
    assert not app.exception
    dataset, as_of = now()
    reading = handoff_view.handoff_of(dataset, QUARTER, QUARTER.previous(), as_of, EVERYTHING)
    shown = text_of(app)
    for line in [
        *told(reading.verdict),
        *told(reading.because),
        *reading.beside.values(),
        reading.speed.says,
    ]:
        assert line in shown


@pytest.mark.parametrize("by", ["source", "campaign_id", "owner", "marketing_owner", "month"])
def test_the_breakdown_in_the_address_shows_every_group_with_its_figures(demo_url, opened, by):
    app = opened("handoff", demo_url, by=by)
    assert not app.exception
    dataset, as_of = now()
    groups = handoff_groups.breakdown(dataset, by, QUARTER, as_of, EVERYTHING)
    title = handoff_groups.offered(dataset)[by]
    worked = [f.value for f in app.dataframe if title in f.value and "Decision-makers" in f.value]
    shown = touch_work_view.breakdown(dataset, by, QUARTER, as_of, EVERYTHING)
    assert [name for frame in worked for name in frame[title]] == [g.name for g in shown]
    frame = next(f.value for f in app.dataframe if {title, "Hand-offs"} <= set(f.value))
    assert frame["Hand-offs"].tolist() == [g.handoffs for g in groups]
    accepted = [g.rows["acceptance_rate"].value for g in groups]
    rate = frame["Acceptance rate"]
    assert rate.astype(object).where(rate.notna(), None).tolist() == accepted
    few = [g.rows["acceptance_rate"].status is Status.TOO_FEW for g in groups]
    assert (frame["Note"] == "too few").tolist() == few


def test_a_grouping_that_a_link_makes_up_is_left_aside(demo_url, opened):
    app = opened("handoff", demo_url, by="<b>")
    assert not app.exception
    assert app.session_state["pick_by"] == "source"


def test_the_quotas_page_shows_every_quota(demo_url, opened):
    app = opened("quotas", demo_url)
    assert not app.exception
    dataset, as_of = now()
    reading = quota_view.quotas_of(dataset, QUARTER, as_of)
    frame = frames(app)["Whose"]
    assert frame["Actual"].isna().tolist() == [line.row.numerator is None for line in reading.lines]
    assert frame["Target"].tolist() == [line.row.denominator for line in reading.lines]
    assert all(line in text_of(app) for line in [*told(reading.verdict), *told(reading.because), reading.gap])


def test_another_set_of_quotas_is_chosen_in_the_address(demo_url, opened):
    app = opened("quotas", demo_url, sales_quota="opportunities,2026-10-01..2026-10-31")
    assert escape("Sales: Opportunities, October 2026") in [head.value for head in app.header]


def test_the_data_page_shows_every_problem_with_what_to_write_instead(demo_url, opened):
    app = opened("data", demo_url)
    assert not app.exception
    dataset, as_of = now()
    wrong = data_view.wrong(dataset, as_of)
    shown = text_of(app)
    for group in wrong.groups:
        assert group.title in shown
        for problem in group.problems[:20]:
            assert " ".join(problem.instead.split()) in shown
    assert sum(len(g.problems) for g in wrong.groups) == len(frames(app)["Severity"])
    for one in data_view.tables(dataset, as_of):
        assert f"{one.table} {one.doc} {one.rows:,} rows" in spaced_text_of(app)


def test_problems_are_narrowed_by_the_address(demo_url, opened):
    app = opened("data", demo_url, severity="error", table="orders")
    frame = frames(app)["Severity"]
    assert set(frame["Severity"]) == {"error"}
    assert set(frame["Table"]) == {"orders"}


def test_problems_are_narrowed_to_who_answers_for_them(demo_url, opened):
    everybody = frames(opened("data", demo_url))["Severity"]
    own = frames(opened("data", demo_url, who="Olga Petrova"))["Severity"]
    assert set(own["Who answers"]) == {"Olga Petrova"}
    assert len(own) == (everybody["Who answers"] == "Olga Petrova").sum()


def test_what_unlocks_most_stands_first_and_the_rest_is_folded(tmp_path, opened):
    app = opened("data", write(tmp_path / "little.db", leads=[lead("L1")]))
    dataset, as_of = now()
    found = data_view.locked(dataset, QUARTER, as_of)
    more = next(fold for fold in app.expander if fold.label == f"And {len(found) - 5} more")
    folded = " ".join(part.proto.body for part in more.get("html"))
    assert [one.to_do in folded for one in found] == [False] * 5 + [True] * (len(found) - 5)
    assert all(one.to_do in text_of(app) for one in found)


def test_the_corner_counts_the_errors_that_touch_a_page_and_leads_to_them(tmp_path, opened):
    goal = {"goal_id": "G1", "target": "lots", "start": "2026-07-01", "due": "2026-12-31"}
    url = write(tmp_path / "wrong.db", leads=[lead("L1")], goals=[goal])
    assert "this page" not in text_of(opened("quotas", url))
    app = AppTest.from_file(str(ROOT / "pages/targets/goals.py"), default_timeout=60).run()
    assert "1 error touches this page" in text_of(app)
    assert 'href="data?severity=error"' in markup(app)


# --- little, nothing, and names that are markup


def nasty_company(path):
    leads = [
        lead(f"L{i}", handed_off_at="2026-10-06 10:00:00", source=NASTY, owner="ana" if i % 2 else NASTY,
             accepted_at="2026-10-07" if i % 3 else None, rejected_at=None if i % 3 else "2026-10-07",
             reject_reason=None if i % 3 else NASTY)
        for i in range(24)
    ]  # fmt: skip
    quota = {"period_start": "2026-10-01", "period_end": "2026-12-31", "department": "sales", "target": 30}
    people = [{"person_id": "ana", "name": NASTY, "department": "sales"},
              {"person_id": "zoe", "name": NASTY, "department": "sales"}]  # fmt: skip
    quotas = [{**quota, "metric": "handoffs"}, {**quota, "metric": "handoffs", "person_id": "ana"},
              {**quota, "metric": NASTY, "person_id": "ana"}]  # fmt: skip
    return write(path, leads=leads, people=people, quotas=quotas)


@pytest.mark.parametrize("slug", PAGES)
def test_names_that_are_markup_stay_text(tmp_path, opened, slug):
    app = opened(slug, nasty_company(tmp_path / "nasty.db"))
    assert not app.exception
    assert "<img" not in markup(app)
    for element in (*app.header, *app.title, *app.caption, *app.markdown):
        assert "![" not in element.value


@pytest.mark.parametrize("slug", PAGES)
@pytest.mark.parametrize(
    "tables",
    [
        {"nothing": [{"a": 1}]},
        {"people": [{"person_id": "ana", "name": "Ana"}]},
        {"leads": [lead("L1")]},
        {"leads": [lead("L1", handed_off_at="2026-10-06", accepted_at="2026-10-07", rejected_at=None)]},
        {"leads": [lead("L1", handed_off_at="2026-10-06", source=None, owner=None)]},
    ],
    ids=["empty", "people only", "one lead", "one hand-off", "blank names"],
)
def test_little_is_told_in_words(tmp_path, opened, slug, tables):
    app = opened(slug, write(tmp_path / "little.db", **tables))
    assert not app.exception
    assert len(text_of(app)) > 40


def test_a_rate_of_too_few_is_faint_and_says_so():
    few = row(metric="acceptance_rate", value=1.0, numerator=2, denominator=2, n=2, low=0.3, high=1.0,
              status=Status.TOO_FEW)  # fmt: skip
    figure = rates([Named(NASTY, few)], ENGLISH)
    assert figure.rows["hue"].tolist() == ["neutral"]
    assert "Too few" in figure.says
    assert figure.table.frame["Cases"].tolist() == [2]


def test_touch_work_stands_on_the_hand_off_page_as_the_report_has_it(opened, demo_url):
    app = opened("handoff", demo_url)
    dataset, as_of = now()
    rows = {row.metric: row for row in touch_work_view.rows(dataset, QUARTER, as_of, EVERYTHING)}
    assert len(rows) == 9
    assert rows["reached_within_2"].numerator >= rows["reached_within_1"].numerator > 0
    text = text_of(app)
    assert "Reached within 1 call" in text
    printed = report(dataset, QUARTER, as_of, by=["campaign_id", "owner"], metrics=list(rows))
    wanted = {(row.metric, row.scope): row for row in printed}
    for by in ("campaign_id", "owner"):
        groups = touch_work_view.breakdown(dataset, by, QUARTER, as_of, EVERYTHING)
        assert len(groups) > 1
        of_groups = [row for group in groups for row in group.rows.values()]
        assert all(wanted[row.metric, row.scope] == row for row in of_groups)
    assert f"{rows['reached_within_1'].numerator:,} of {rows['reached_within_1'].denominator:,}" in text
