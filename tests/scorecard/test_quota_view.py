"""The Quotas page's readings: rows of the report, names of people, and the gap or why there is none."""

import re

import pytest

from data_sources.database import Database
from scorecard import periods, quota_view, small
from scorecard.clock import AsOf
from scorecard.formats import Formats
from scorecard.report import by_key, report
from scorecard.status import Status
from scorecard.words import plain
from tests.scorecard.builders import NOW, Company, lead

QUARTER = periods.parse("2026-Q4")


@pytest.fixture(scope="module")
def demo(demo_url):
    return Database(demo_url, clock=lambda: NOW).open()


@pytest.fixture
def company(tmp_path):
    return lambda **tables: Company(tmp_path / "company.db", **tables).dataset


def at(dataset):
    return AsOf.parse("2026-11-21", small.settings(dataset).zone)


def read(dataset, period=QUARTER):
    return quota_view.quotas_of(dataset, period, at(dataset))


def text(sentences):
    return " ".join(plain(said) for said in sentences)


def quota(department, metric, target, person_id=None, first="2026-10-01", last="2026-12-31"):
    return {"period_start": first, "period_end": last, "department": department, "person_id": person_id,
            "metric": metric, "target": target}  # fmt: skip


LEADS = [lead(f"L{i}", handed_off_at="2026-10-06 10:00:00", owner="ana") for i in range(12)]


@pytest.mark.parametrize("name", ["2026-Q4", "2026-11", "2026-Q3"])
def test_every_quota_of_the_report_is_there_with_its_figures(demo, name):
    period = periods.parse(name)
    printed = report(demo, period, at(demo), metrics=["quota_attainment", "required_per_day"])
    rows = {r for r in printed if r.metric == "quota_attainment"}
    found = read(demo, period).lines
    assert {line.row for line in found} == rows
    for line in found:
        needed = by_key(printed)["required_per_day", line.row.scope, line.row.period]
        assert (line.required_per_day, line.unit) == (needed.value, needed.unit)


def test_the_gap_is_the_reports_and_names_both_metrics(demo):
    reading = read(demo)
    gap = next(r for r in report(demo, QUARTER, at(demo), metrics=["alignment_gap"]))
    points = f"{abs(gap.value) * 100:.1f}".removesuffix(".0")
    assert f"{points} points ahead" in text(reading.verdict)
    assert "MQLs and revenue" in reading.gap


def test_every_figure_that_stands_first_leads_to_its_evidence(demo):
    reading = read(demo)
    strong = [piece for said in (*reading.verdict, *reading.because) for piece in said if piece.strong]
    assert {piece.page for piece in strong} == {"quotas#teams", "quotas#marketing", "quotas#sales"}
    assert len(text(reading.verdict)) < 190


def test_what_is_needed_a_day_stands_beside_what_came_so_far(demo):
    line = next(x for x in read(demo).first if x.department == "marketing" and x.metric == "mqls")
    gone = (at(demo).day - line.start).days + 1
    wanted = (line.row.denominator - line.row.numerator) / line.days_left
    assert line.days_left in (92 - gone, 93 - gone)
    so_far = line.row.numerator / (92 - line.days_left)
    told = text(read(demo).because)
    assert f"marketing needs {round(wanted, 1):g} MQLs a day and sales needs " in told
    assert f"; so far it was {round(so_far, 1):g} and €" in told


def test_a_need_a_day_is_written_one_way(demo):
    reading, formats = read(demo), Formats.of(small.settings(demo))
    wanted = next(x for x in reading.first if x.department == "marketing" and x.metric == "mqls")
    beside = quota_view.needed(wanted, formats)
    figure = re.fullmatch(r"needs (\S+) a day for \d+ days", beside)[1]
    assert f"marketing needs {figure} MQLs a day" in text(reading.because)


def test_who_is_furthest_behind_stands_first(demo):
    shares = [line.row.value for line in read(demo).people["sales"][0].lines]
    assert shares == sorted(shares)


def test_both_teams_stand_on_one_line_for_each_time(demo):
    pairs = read(demo).pairs
    assert [p.name for p in pairs] == ["Q4 2026", "October 2026", "November 2026", "December 2026"]
    assert pairs[0].says.startswith("MQLs ")
    assert pairs[-1].says == "leads not due yet  ·  opportunities not due yet"
    assert all([line.department for line in p.lines] == ["marketing", "sales"] for p in pairs)


def test_people_go_by_their_names_and_those_without_a_quota_are_named(demo):
    teams = read(demo).people
    names = {str(p["name"]) for p in small.rows(demo, "people")}
    assert all(line.who in names for sets in teams.values() for one in sets for line in one.lines)
    first = teams["marketing"][0]
    assert "Hannah Riedel" in first.without
    assert first.title == "MQLs, Q4 2026"


def test_what_runs_now_comes_before_what_is_over(demo):
    titles = [one.title for one in read(demo).people["sales"]]
    assert titles[:3] == ["Revenue, Q4 2026", "Opportunities, November 2026", "Opportunities, October 2026"]


def test_the_past_is_made_of_quotas_of_the_same_length(demo):
    shown = tuple(line.kind for line in read(demo).first)
    pasts = quota_view.history(demo, shown, QUARTER, at(demo))
    quarters = next(p for p in pasts if p.name == "Revenue, sales")
    assert [line.when for line in quarters.lines][-2:] == ["Q3 2026", "Q4 2026"]
    assert quarters.running == (False,) * 7 + (True,)
    before = report(demo, periods.parse("2026-Q3"), at(demo), metrics=["quota_attainment"])
    same = next(
        r for r in before if r.scope == quarters.lines[-2].row.scope and "Q3" in quarters.lines[-2].when
    )
    assert quarters.lines[-2].row == same


def test_nothing_is_told_in_identifiers(demo):
    for name in ("2026-Q4", "2026-11", "2026", "2026-W46"):
        reading = read(demo, periods.parse(name))
        names = [*(p.name for p in reading.pairs), *(line.when for line in reading.lines)]
        told = " ".join([text(reading.verdict), text(reading.because), reading.gap, *names])
        assert "_" not in told
        assert "department=" not in told


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([quota("marketing", "leads", 10), quota("sales", "handoffs", 0)], "a target is 0"),
        ([quota("marketing", "leads", 10)], "a team has no team quota here"),
        (
            [
                quota("marketing", "leads", 10),
                quota("marketing", "handoffs", 10),
                quota("sales", "handoffs", 9),
            ],
            "name a metric of each in the setting gap_metrics",
        ),
        (
            [quota("marketing", "leads", 10, last="2026-10-31"), quota("sales", "handoffs", 9)],
            "no leads quota of marketing covers Q4 2026",
        ),
    ],
)
def test_without_a_gap_the_reason_is_said(company, rows, why):
    assert why in text(read(company(leads=LEADS, quotas=rows)).verdict)


def test_a_target_of_zero_is_not_applicable_and_not_a_share(company):
    reading = read(company(leads=LEADS, quotas=[quota("marketing", "leads", 0)]))
    assert reading.first[0].row.status is Status.NOT_APPLICABLE
    assert reading.first[0].row.value is None


def test_without_quotas_it_says_what_to_fill(company):
    assert read(company(leads=LEADS)).nothing[0] == "There are no quotas yet"


def test_a_period_without_quotas_says_where_there_are_some(company):
    title, todo = read(
        company(leads=LEADS, quotas=[quota("sales", "handoffs", 9)]), periods.parse("2025")
    ).nothing
    assert title == "No quota touches 2025"
    assert "1 Oct 2026" in todo


def test_a_quota_of_somebody_nobody_knows_keeps_the_id(company):
    reading = read(company(leads=LEADS, quotas=[quota("sales", "handoffs", 9, "ana")]))
    assert [line.who for line in reading.people["sales"][0].lines] == ["ana"]
    assert reading.people["marketing"] == ()
