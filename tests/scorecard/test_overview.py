"""The first page's readings: the report's own numbers, sentences that say what they mean, few questions."""

import re
from contextlib import contextmanager
from itertools import pairwise

import pytest
from sqlalchemy import event

from data_sources.database import Database
from scorecard import overview, periods, small
from scorecard.clock import AsOf
from scorecard.overview import read, said
from scorecard.report import report
from scorecard.scopes import Filter
from scorecard.status import Status
from tests.scorecard.builders import Company

QUARTER = periods.parse("2026-Q4")
GOAL = {"goal_id": "G1", "name": "Ten fairs", "target": 10, "start": "2026-10-01", "due": "2026-12-31"}


@pytest.fixture(scope="module")
def demo(demo_url):
    return Database(demo_url).open()


@pytest.fixture
def company(tmp_path):
    return lambda **tables: Company(tmp_path / "company.db", **tables).dataset


def as_of(dataset, day="2026-11-21"):
    return AsOf.parse(day, small.settings(dataset).zone)


def page(dataset, day="2026-11-21", compare=QUARTER.previous(), where=Filter()):  # noqa: B008 - both immutable
    return read(dataset, QUARTER, as_of(dataset, day), compare, where)


def rows_of(found):
    return [r.row for r in found.tiles] + [r.row for r in found.goals] + [r.row for r in found.quotas]


@contextmanager
def asked_of(dataset):
    """The statements run meanwhile."""
    asked = []

    def note(*call):
        asked.append(call[2])

    event.listen(dataset.engine, "before_cursor_execute", note)
    yield asked
    event.remove(dataset.engine, "before_cursor_execute", note)


def handed(number, source, *, day="2026-10-10", verdict="accepted_at", owner="ana"):
    stamps = {"created_at": f"{day} 08:00", "handed_off_at": f"{day} 09:00", verdict: f"{day} 12:00"}
    return {"lead_id": f"L{number}", "source": source, "owner": owner, "rejected_at": None, **stamps}


# --- numbers


@pytest.mark.parametrize("where", [Filter(), Filter.of([("source", "Webinar")])], ids=["all", "one source"])
def test_every_figure_is_a_row_of_the_report(demo, where):
    shown = rows_of(page(demo, where=where))
    printed = report(demo, QUARTER, as_of(demo), where=where)
    assert len(shown) > 10
    assert [row for row in shown if row not in printed] == []


def test_it_takes_few_questions_and_none_about_single_persons(demo):
    page(demo)  # small tables are read and feeds measured once per state of the data
    with asked_of(demo) as again:
        page(demo)
    assert not again
    demo.cache.pop("answers")
    with asked_of(demo) as asked:
        page(demo)
    goals = sum(row.metric == "goal_progress" for row in report(demo, QUARTER, as_of(demo)))
    assert 0 < len(asked) <= 2 * goals
    assert sum("AS handoffs" in statement for statement in asked) <= 4  # one is a goal's own
    assert not any("marketing_owner" in statement for statement in asked)


def test_what_it_compares_with_is_what_the_report_prints_for_that_moment(demo):
    then = overview.comparisons.same_point(
        QUARTER, QUARTER.previous(), as_of(demo), small.settings(demo).zone
    )
    row = next(r for r in report(demo, QUARTER.previous(), then, metrics=["acceptance_rate"]))
    beside = page(demo).tiles[0].beside
    assert f"{row.value * 100:.1f}".rstrip("0").rstrip(".") in beside
    assert "at this point of Q3 2026" in beside


# --- the story


def test_the_demo_tells_what_pulls_acceptance_down(demo):
    text = said(page(demo))
    assert "Partner list pulls it down most" in text
    assert re.search(r"its rate, \d+% after \d+%, by [\d.]+ points and its share of the cases by ", text)
    assert re.search(r"The first to act is .*Ingrid Halden, on ", text)


def test_nothing_is_told_in_identifiers(demo):
    found = page(demo)
    told = " ".join(
        [said(found)]
        + [f"{c.what} {c.detail} {c.who}" for c in found.concerns]
        + [f"{line.name} {line.detail} {line.side} {line.owner}" for line in found.goals]
        + [f"{r.name} {r.beside}" for r in found.tiles]
        + [line.name for line in found.quotas]
    )
    assert not re.search(r"\w_\w|\w=\w|\bNone\b|\bnan\b|[a-z]\.[a-z]", told)


def test_concerns_are_few_of_every_kind_and_lead_somewhere(demo):
    found = page(demo).concerns
    assert 3 <= len(found) <= overview.MOST_CONCERNS
    assert {"goal", "source"} <= {c.kind for c in found}
    assert all(sum(c.kind == kind for c in found) <= 2 for kind in {c.kind for c in found})
    assert [c.weight for c in found] == sorted((c.weight for c in found), reverse=True)
    assert all(c.who and c.page for c in found)


def test_goals_in_trouble_and_parents_are_chosen_and_indented_under_those_shown(demo):
    found = page(demo).goals
    assert len(found) == overview.MOST_GOALS
    assert found[0].depth == 0
    assert all(below.depth <= above.depth + 1 for above, below in pairwise(found))
    shown = {line.goal_id for line in found}
    troubled = [
        r for r in report(demo, QUARTER, as_of(demo)) if r.status in {Status.MISSED, Status.OFF_TRACK}
    ]
    assert any(row.scope.removeprefix("goal_id=") in shown for row in troubled)


def test_the_gap_names_both_metrics_in_words(demo):
    found = page(demo)
    gap = next(r for r in report(demo, QUARTER, as_of(demo), metrics=["alignment_gap"]))
    assert "of its quota of MQLs and sales at" in said(found)
    assert "of its quota of revenue" in said(found)
    assert found.gap is not None
    assert found.gap[0].row.value - found.gap[1].row.value == pytest.approx(gap.value)


def test_a_change_within_chance_is_not_called_a_fall(company):
    decided = [handed(i, "Fair", verdict="accepted_at" if i % 2 else "rejected_at") for i in range(20)]
    before = [
        handed(100 + i, "Fair", day="2026-07-10", verdict="accepted_at" if i % 9 else "rejected_at")
        for i in range(10)
    ]
    found = page(company(leads=[*decided, *before]))
    assert "we can’t tell yet" in said(found)
    assert "can’t tell yet" in found.tiles[0].beside
    assert not any(c.kind == "source" for c in found.concerns)


def test_a_share_that_works_against_the_rate_is_told_apart(company):
    """List: 27 of 30, then 36 of 60; Fair: 12 of 60, then 3 of 30. By hand -15 and +10.56 points for List."""
    cases = {
        ("List", "07"): (27, 30),
        ("Fair", "07"): (12, 60),
        ("List", "10"): (36, 60),
        ("Fair", "10"): (3, 30),
    }
    leads = [
        handed(
            place * 100 + i, source, day=f"2026-{month}-05", verdict="accepted_at" if i < k else "rejected_at"
        )
        for place, ((source, month), (k, n)) in enumerate(cases.items())
        for i in range(n)
    ]
    found = page(company(leads=leads, settings=[{"key": "acceptance_target", "value": "0.7"}]))
    pulls = "List pulls it down most: its rate, 60% after 90%, by 15 points"
    assert f"{pulls}, while its share of the cases lifts it by 10.6 points." in said(found)


def test_without_a_comparison_the_group_without_which_it_would_stand_higher_is_named(company):
    good = [handed(i, "Fair") for i in range(20)]
    poor = [handed(50 + i, "List", verdict="rejected_at") for i in range(20)]
    settings = [{"key": "acceptance_target", "value": "0.7"}]
    found = page(company(leads=[*good, *poor], settings=settings), compare=None)
    assert "short of the 70% agreed" in said(found)
    assert "Without List acceptance would be 100%." in said(found)


def test_an_owner_who_breaches_more_than_the_others_is_named(company):
    leads = [handed(i, "Fair", owner="ana") | {"first_touch_at": "2026-10-10 10:00"} for i in range(30)]
    leads += [handed(50 + i, "Fair", owner="ben") | {"first_touch_at": "2026-10-12 10:00"} for i in range(15)]
    people = [{"person_id": "ben", "name": "Ben Carver", "department": "sales"}]
    settings = [{"key": "sla_hours", "value": "4"}]
    found = page(company(leads=leads, people=people, settings=settings))
    slow = next(c for c in found.concerns if c.kind == "slow")
    assert slow.who == "Ben Carver"
    assert slow.ask == (("owner", "ben"),)


def test_goals_are_counted_by_status_and_by_whose_they_are(demo):
    rows = [r for r in report(demo, QUARTER, as_of(demo)) if r.metric == "goal_progress"]
    statuses = [row.status for row in rows if row.status]
    assert dict(page(demo).standing) == {status: statuses.count(status) for status in statuses}
    good, bad = ("achieved", "on_track"), ("missed", "at_risk", "off_track")
    for team, well, judged in page(demo).by_team:
        own = [row.status for row in rows if row.team == team]
        assert well == sum(status in good for status in own)
        assert judged == sum(status in good + bad for status in own)


# --- little or nothing to go by


def test_an_empty_source_says_what_to_fill(company):
    found = page(company(unrelated=[{"x": 1}]))
    assert "nothing to judge yet" in said(found)
    assert found.tiles == found.goals == found.quotas == found.concerns == ()
    assert [step.title for step in found.steps] == ["No shared goals yet", "No leads yet", "No quotas yet"]
    assert [step.block for step in found.steps] == ["goals", "handoff", "quotas"]


def test_a_table_of_leads_alone_counts_them_and_names_what_unlocks_the_rest(company):
    found = page(company(leads=[{"lead_id": "L1", "created_at": "2026-10-02"}]))
    assert (found.tiles[0].name, found.tiles[0].row.value) == ("Leads", 1)
    assert found.tiles[1].row.status is Status.LOCKED
    assert "leads.handed_off_at" in next(step.todo for step in found.steps if step.block == "handoff")


def test_one_lead_is_too_few_to_judge(company):
    found = page(company(leads=[handed(1, "Fair")]))
    assert "Sales accepted 1 of 1 hand-off decided on, too few to judge." in said(found)
    assert found.tiles[0].row.status is Status.TOO_FEW


def test_a_goal_with_target_zero_is_not_judged(company):
    actuals = [{"goal_id": "G1", "date": "2026-10-05", "value": 3}]
    found = page(company(goals=[GOAL | {"target": 0}], goal_actuals=actuals))
    assert "The one goal can’t be judged yet: not applicable." in said(found)
    assert found.concerns == ()


def test_a_period_to_come_is_not_yet_judged(demo):
    coming = periods.parse("2027-Q1")
    found = read(demo, coming, as_of(demo), QUARTER)
    assert "hasn’t begun" in said(found)
    assert {tile.row.status for tile in found.tiles} == {Status.NOT_DUE}


def test_rows_of_targets_that_cannot_be_used_are_a_concern(company):
    goals = [GOAL, GOAL | {"goal_id": "G2", "target": "ten"}]
    data = next(c for c in page(company(goals=goals)).concerns if c.kind == "data")
    assert data.what == "1 row of goals can’t be used"
    assert data.page == "data"


def test_a_filter_on_a_column_nobody_reaches_makes_the_handoff_not_applicable(demo):
    found = page(demo, where=Filter.of([("orders.channel", "x")]))
    assert found.tiles[0].row.status is Status.NOT_APPLICABLE
