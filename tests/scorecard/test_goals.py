"""Goals of every kind: progress, pace, state, parts of a parent, counted by hand."""

import pytest

from scorecard import small
from scorecard.clock import AsOf
from scorecard.goals import Reader, children_gap, goals, part_of, tree
from scorecard.status import Status
from tests.scorecard.builders import Company, Rows, lead


@pytest.fixture
def company(tmp_path):
    made: list[Company] = []

    def build(**tables: Rows) -> Company:
        made.append(Company(tmp_path / f"company{len(made)}.db", leads=[lead("a")], **tables))
        return made[-1]

    yield build
    for one in made:
        one.database.close()


def goal(**cells: object) -> dict:
    """A hundred days, from the first of January on."""
    return {
        "goal_id": "G",
        "target": 100,
        "start": "2026-01-01",
        "due": "2026-04-10",
        "baseline": None,
        **cells,
    }


FALLING = {"kind": "level", "baseline": 180, "direction": "decrease"}


def typed(*values: object, day: str = "2026-01-05", goal_id: str = "G") -> list[dict]:
    return [{"goal_id": goal_id, "date": day, "value": value} for value in values]


def standing(company: Company, as_of: str, goal_id: str = "G"):
    reader = Reader(company.dataset, AsOf.parse(as_of, small.settings(company.dataset).zone))
    return reader.standing(next(g for g in goals(company.dataset) if g.goal_id == goal_id))


@pytest.mark.parametrize(
    ("cells", "value", "as_of", "progress", "status"),
    [
        # a total adds up; half of the hundred days are over at the end of the 50th, the 19th of February
        ({}, 50, "2026-02-19", 0.5, Status.ON_TRACK),
        ({}, 40, "2026-02-19", 0.4, Status.AT_RISK),
        ({}, 39, "2026-02-19", 0.39, Status.OFF_TRACK),
        ({}, 1, "2026-01-05", 0.01, Status.TOO_EARLY),
        ({}, 100, "2026-02-19", 1.0, Status.ACHIEVED),
        ({}, 99, "2026-04-10", 0.99, Status.MISSED),
        # a budget: expected over spent; missed once it is over, achieved only when the time is
        ({"direction": "stay_below"}, 50, "2026-02-19", 0.5, Status.ON_TRACK),
        ({"direction": "stay_below"}, 60, "2026-02-19", 0.6, Status.AT_RISK),
        ({"direction": "stay_below"}, 101, "2026-02-19", 1.01, Status.MISSED),
        ({"direction": "stay_below"}, 0, "2026-02-19", 0.0, Status.ON_TRACK),
        ({"direction": "stay_below"}, 100, "2026-04-10", 1.0, Status.ACHIEVED),
        # a level goes from its baseline to its target, up or down
        ({"kind": "level", "baseline": 20}, 60, "2026-02-19", 0.5, Status.ON_TRACK),
        (FALLING, 140, "2026-02-19", 0.5, Status.ON_TRACK),
        (FALLING, 100, "2026-02-19", 1.0, Status.ACHIEVED),
        (FALLING, 190, "2026-02-19", -0.125, Status.OFF_TRACK),
        ({"kind": "level"}, 50, "2026-02-19", 0.5, Status.ON_TRACK),
        # target = baseline: met or not, no percentage
        ({"kind": "level", "baseline": 100}, 100, "2026-02-19", None, Status.ACHIEVED),
        ({"kind": "level", "baseline": 100}, 99, "2026-02-19", None, Status.OFF_TRACK),
        ({"target": 0}, 5, "2026-02-19", None, Status.NOT_APPLICABLE),
        # the value stands from the 5th on: met on all days since
        ({"kind": "level", "direction": "stay_above"}, 100, "2026-02-19", 1.0, Status.ON_TRACK),
        ({"kind": "level", "direction": "stay_above"}, 99, "2026-02-19", 0.0, Status.OFF_TRACK),
    ],
)  # fmt: skip
def test_a_goal_is_judged_by_its_kind(company, cells, value, as_of, progress, status):
    found = standing(company(goals=[goal(**cells)], goal_actuals=typed(value)), as_of)
    assert found.progress == (None if progress is None else pytest.approx(progress))
    assert found.status is status


def test_actuals_of_a_total_add_up_from_start_to_due_and_as_of(company):
    rows = [*typed(1, day="2025-12-31"), *typed(10, 5, day="2026-01-05"), *typed(20, day="2026-02-01"),
            *typed(40, day="2026-04-11")]  # fmt: skip
    found = company(goals=[goal()], goal_actuals=rows)
    assert standing(found, "2026-01-31").actual.value == 15
    assert standing(found, "2026-12-31").actual.value == 35


def test_of_a_level_the_latest_value_stands_and_two_of_one_day_do_not(company):
    rows = [*typed(30, day="2026-01-05"), *typed(40, 50, day="2026-01-06")]
    assert standing(company(goals=[goal(kind="level")], goal_actuals=rows), "2026-02-19").actual.value == 30


def test_a_rate_is_parts_over_parts_and_never_a_mean_of_rates(company):
    rows = [
        {"goal_id": "G", "date": "2026-01-05", "numerator": 1, "denominator": 10, "value": None},
        {"goal_id": "G", "date": "2026-01-06", "numerator": 45, "denominator": 90, "value": None},
        {"goal_id": "G", "date": "2026-01-07", "numerator": None, "denominator": None, "value": 0.99},
    ]
    found = standing(company(goals=[goal(kind="rate", target=0.5)], goal_actuals=rows), "2026-02-19")
    assert found.actual.value == pytest.approx(0.46)
    assert (found.expected, found.status) == (1, Status.AT_RISK)  # 0.5 lies inside the interval of 46/100


def test_milestones_are_joined_by_straight_lines(company):
    found = company(
        goals=[goal(pace="milestones")],
        goal_actuals=typed(10),
        milestones=[{"goal_id": "G", "date": "2026-02-19", "expected": 80}],
    )
    assert standing(found, "2026-01-25").expected == pytest.approx(0.4)
    assert standing(found, "2026-02-19").expected == pytest.approx(0.8)
    assert standing(found, "2026-03-16").expected == pytest.approx(0.9)


def test_last_year_gives_the_curve_and_zero_where_nothing_was_reached_by_then(company):
    before = [*typed(25, day="2025-02-19"), *typed(75, day="2025-04-01")]
    found = company(goals=[goal(pace="last_year")], goal_actuals=[*before, *typed(30)])
    assert standing(found, "2026-02-10").expected == 0
    assert standing(found, "2026-02-10").status is Status.TOO_EARLY
    assert standing(found, "2026-03-01").expected == pytest.approx(0.25)
    alone = standing(company(goals=[goal(pace="last_year")], goal_actuals=typed(30)), "2026-02-19")
    assert (alone.expected, alone.status) == (None, Status.NO_DATA)


def test_a_metric_with_its_filter_measures_a_goal(tmp_path):
    leads = [lead("a", source="Webinar"), lead("b", source="Fair"), lead("c", source="Webinar")]
    webinar = goal(start="2026-10-01", due="2026-12-31", target=4, metric="leads", filter="source=Webinar")
    found = Company(tmp_path / "metric.db", leads=leads, goals=[webinar])
    assert standing(found, "2026-11-15").actual.value == 2
    found.database.close()


def test_a_filter_out_of_reach_is_locked_by_the_column_that_would_reach_it(tmp_path):
    orders = [{"order_id": "O", "closed_at": "2026-10-10", "amount": 5}]
    revenue = goal(start="2026-10-01", due="2026-12-31", metric="revenue", filter="source=Webinar")
    found = Company(
        tmp_path / "reach.db", leads=[lead("a", source="Webinar")], orders=orders, goals=[revenue]
    )
    row = found.row("goal_progress", "goal_id=G")
    assert (row.status, row.notes) == (Status.LOCKED, "needs=orders.lead_id")
    found.database.close()


def test_children_show_their_part_and_whether_they_add_up(company):
    # 7.1 of 11 points: marketing is to bring 11 points of the parent's growth
    parent = goal(goal_id="P", baseline=1000, target=1200)
    child = goal(goal_id="C", parent_id="P", baseline=400, target=510)
    found = company(goals=[parent, child], goal_actuals=typed(271, day="2026-02-01", goal_id="C"))
    by_id = {g.goal_id: g for g in goals(found.dataset)}
    half = standing(found, "2026-02-19", "C")
    part = part_of(half, by_id["P"])
    assert part.wanted == pytest.approx(0.11)
    assert part.to_date == pytest.approx((271 - 400 * 0.5) / 1000)
    assert half.growth_wanted == pytest.approx(0.275)
    assert half.growth_to_date == pytest.approx(271 / 200 - 1)
    assert children_gap(by_id["P"], [by_id["C"]]) == 510 - 1200


def test_a_tree_survives_goals_that_are_their_own_ancestors(company):
    rows = [goal(goal_id="A", parent_id="B"), goal(goal_id="B", parent_id="A"),
            goal(goal_id="C", parent_id="A"),
            goal(goal_id="D", parent_id="gone")]  # fmt: skip
    found = tree(goals(company(goals=rows).dataset))
    assert sorted(g.goal_id for _, g in found) == ["A", "B", "C", "D"]
    assert {g.goal_id: depth for depth, g in found}["C"] == 1


@pytest.mark.parametrize(
    "cells",
    [{"due": "2025-12-31"}, {"direction": "decrease"}, {"kind": "level", "direction": "decrease"}],
    ids=["due before start", "a total that decreases", "a decrease from nowhere"],
)
def test_goals_that_cannot_be_reckoned_are_left_out(company, cells):
    assert goals(company(goals=[goal(**cells)]).dataset) == []
