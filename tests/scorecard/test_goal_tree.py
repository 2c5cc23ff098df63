"""Goals as they are told: in the order of the tree, with the report's numbers, and all about one of them."""

import re

import pytest
from sqlalchemy import event

from data_sources.database import Database
from scorecard import goal_tree, periods, small
from scorecard.clock import AsOf
from scorecard.report import report
from scorecard.status import Status
from scorecard.words import plain
from tests.scorecard.builders import Company

QUARTER = periods.parse("2026-Q4")
SPAN = {"start": "2026-10-01", "due": "2026-12-31"}


@pytest.fixture(scope="module")
def demo(demo_url):
    return Database(demo_url).open()


@pytest.fixture
def company(tmp_path):
    return lambda **tables: Company(tmp_path / "company.db", **tables).dataset


def as_of(dataset, day="2026-11-21"):
    return AsOf.parse(day, small.settings(dataset).zone)


def lines(dataset):
    return {line.goal_id: line for line in goal_tree.read(dataset, QUARTER, as_of(dataset)).lines}


def panel(dataset, goal_id):
    return goal_tree.panel(dataset, as_of(dataset), goal_id)


def goal(goal_id, **cells):
    return {"goal_id": goal_id, "name": f"Goal {goal_id}", "target": 100, **SPAN, **cells}


def typed(goal_id, *values):
    return [{"goal_id": goal_id, "date": f"2026-10-{5 + i:02}", "value": v} for i, v in enumerate(values)]


# --- the tree


def test_every_line_is_a_row_of_the_report(demo):
    printed = report(demo, QUARTER, as_of(demo), metrics=["goal_progress"])
    assert sorted(map(repr, printed)) == sorted(repr(line.row) for line in lines(demo).values())


def test_children_stand_under_their_parents(demo):
    found = goal_tree.read(demo, QUARTER, as_of(demo)).lines
    places = {line.goal_id: (place, line.depth) for place, line in enumerate(found)}
    for child, parent in (("G10", "G2026"), ("G11", "G10"), ("G20", "G11"), ("G21", "G20")):
        assert places[child][0] > places[parent][0]
        assert places[child][1] == places[parent][1] + 1


def test_a_part_says_its_points_of_the_parent(company):
    parent = goal("P", baseline=100, target=115)
    goals = [parent, goal("A", parent_id="P", baseline=60, target=71), goal("B", parent_id="P", target=4)]
    found = lines(company(goals=goals, goal_actuals=typed("A", 50)))
    assert "of 11.0 points" in found["A"].detail
    assert "points" not in found["B"].detail


def test_every_kind_of_goal_says_what_its_numbers_are(company):
    goals = [
        goal("T"),
        goal("B", direction="stay_below"),
        goal("L", kind="level", baseline=50),
        goal("S", kind="level", direction="stay_above", target=40),
        goal("H", kind="level", baseline=62, target=62),
        goal("R", kind="rate", unit="percent", target=0.25),
        goal("N"),
        goal("F", start="2026-12-01"),
    ]
    actuals = [*typed("T", 40), *typed("B", 20), *typed("L", 60), *typed("S", 44), *typed("H", 61)]
    actuals += [{"goal_id": "R", "date": "2026-10-05", "numerator": 20, "denominator": 100}]
    found = lines(company(goals=goals, goal_actuals=actuals))
    assert found["T"].detail == "40% · 40 of 100"
    assert found["T"].side.endswith("expected · due 31 Dec")
    assert found["B"].detail == "20% spent · 20 of 100"
    assert found["L"].detail == "60 now, 100 wanted · 20% of the way"
    assert found["S"].detail == "44 now, to stay above 40 · held 100% of the days"
    assert found["H"].detail == "61 now, 62 wanted"
    assert found["R"].detail == "20% now, 25% wanted · 100 cases"
    assert found["R"].side.startswith("95%: 13.3% – 28.9%")
    assert found["N"].detail == "nothing entered yet · target 100"
    assert found["F"].detail == "starts 1 Dec 2026 · target 100"


def test_a_locked_goal_names_what_it_needs(company):
    found = lines(
        company(
            goals=[goal("M", metric="mqls"), goal("T")], leads=[{"lead_id": "L", "created_at": "2026-10-01"}]
        )
    )
    assert "needs leads.mql_at" in found["M"].detail
    assert "needs goal_actuals" in found["T"].detail


def test_a_locked_goal_names_what_unlocks_it_without_signs_of_ours(company):
    found = lines(
        company(goals=[goal("R", metric="revenue")], leads=[{"lead_id": "L", "created_at": "2026-10-01"}])
    )
    said = found["R"].detail
    assert "orders.amount or leads.amount" in said
    assert not set("|?+") & set(said)


def test_what_was_expected_of_a_goal_in_whole_numbers_is_whole(company):
    rows = [
        goal("S", kind="level", baseline=4000, target=4650),
        goal("H", kind="level", baseline=1.1, target=0.8),
    ]
    found = lines(company(goals=rows, goal_actuals=[*typed("S", 4300), *typed("H", 1.0)]))
    assert re.search(r"^4,\d{3} expected", found["S"].side)
    assert re.search(r"^\d\.\d+ expected", found["H"].side)


def test_the_verdict_counts_and_names_the_furthest_behind_with_its_owner(company):
    goals = [goal("G"), goal("W", owner="ana")]
    people = [{"person_id": "ana", "name": "Ana Kovač"}]
    tree = goal_tree.read(
        dataset := company(goals=goals, people=people, goal_actuals=[*typed("G", 90), *typed("W", 1)]),
        QUARTER,
        as_of(dataset),
    )
    told = [plain(said) for said in (*tree.verdict, *tree.because)]
    assert told == [
        "1 of 2 goals is on track or achieved; the other one is off track.",
        "By team, 1 of the 2 shared goals is behind.",
        (
            "Goal W (Ana Kovač) is furthest behind: 1 of 100, with 57 expected by now. "
            "For the 41 days left it needs 2.4 a day, after 0.02 so far."
        ),
    ]
    asked = [dict(piece.ask)["state"] for piece in tree.verdict[0] if piece.ask]
    assert asked == ["well", "off_track"]
    assert [[line.goal_id for line in goal_tree.of_state(tree.lines, state)] for state in asked] == [
        ["G"],
        ["W"],
    ]
    assert goal_tree.states(tree.lines) == {
        "all": "All goals: 2",
        "well": "On track or achieved: 1",
        "off_track": "Off track: 1",
    }


def test_a_single_goal_without_figures_says_in_a_sentence_what_is_wanted(company):
    later = goal("L", start="2026-12-01", due="2026-12-31")
    dataset = company(goals=[goal("N"), later, goal("Z")], goal_actuals=typed("Z", 0))
    told = {one: plain(panel(dataset, one).verdict[0]) for one in ("N", "L", "Z")}
    assert told == {
        "N": "Nothing has been entered yet, with 100 wanted.",
        "L": "It starts on 1 Dec 2026, with 100 wanted.",
        "Z": "Nothing has come yet of the 100; by now 57 was expected.",
    }


def test_of_one_goal_a_team_it_is_said_whose(company):
    goals = [goal("S", department="sales"), goal("M", department="marketing"), goal("G")]
    actuals = [*typed("S", 1), *typed("M", 2), *typed("G", 90)]
    dataset = company(goals=goals, goal_actuals=actuals)
    told = goal_tree.read(dataset, QUARTER, as_of(dataset)).because
    assert plain(told[0]) == "By team, marketing’s one goal is behind, as is sales’ one goal."


def test_without_goals_it_says_so(company):
    dataset = company(leads=[{"lead_id": "L", "created_at": "2026-10-01"}])
    assert plain(goal_tree.read(dataset, QUARTER, as_of(dataset)).verdict[0]).startswith("No shared goals")


def test_without_goals_in_the_period_it_says_so(company):
    dataset = company(goals=[goal("G", start="2025-01-01", due="2025-03-31")])
    assert "No goal lies in Q4 2026" in plain(goal_tree.read(dataset, QUARTER, as_of(dataset)).verdict[0])


# --- one goal


def test_a_goal_nobody_knows_has_no_panel(demo):
    assert panel(demo, "G'; DROP TABLE goals") is None


def test_its_history_ends_where_the_report_stands(demo):
    for goal_id in ("G10", "G2026", "G50", "G53", "G80"):
        found = panel(demo, goal_id)
        last = [m for m in found.history if m.actual is not None][-1]
        assert last.actual == pytest.approx(found.line.row.numerator)


def test_its_wanted_curve_ends_at_the_target(demo):
    for goal_id in ("G10", "G2026", "G80"):
        found = panel(demo, goal_id)
        assert found.history[-1].expected == pytest.approx(found.goal.target)
        assert found.history[-1].day == found.goal.due


def test_its_forecast_opens_from_the_last_actual_to_the_due_day(demo):
    found = panel(demo, "G10")
    assert found.forecast is not None
    fan = [m for m in found.history if m.likely is not None]
    assert [m.day for m in fan][-1] == found.goal.due
    assert fan[0].low == fan[0].high == fan[0].actual
    assert fan[-1].low < fan[-1].likely < fan[-1].high
    assert "a chance of" in plain(found.verdict[-1])


def test_a_curve_after_last_year_takes_few_questions(demo):
    panel(demo, "G2026")
    asked = []
    event.listen(demo.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    panel(demo, "G2026")
    assert len(asked) < 25


def test_parts_that_do_not_add_up_say_by_how_much(company):
    goals = [goal("P"), goal("A", parent_id="P", target=60), goal("B", parent_id="P", target=30)]
    dataset = company(goals=goals, goal_actuals=typed("A", 3))
    found = panel(dataset, "P")
    assert found.parts_sum == "The parts' targets add up to 90: 10 less than this goal's target."
    assert [line.goal_id for line in found.parts] == ["A", "B"]
    assert panel(dataset, "A").parts_sum == ""


def test_parts_that_add_up_and_parts_of_other_kinds_say_so(company):
    goals = [goal("P"), goal("A", parent_id="P"), goal("Q"), goal("L", parent_id="Q", kind="level")]
    dataset = company(goals=goals, goal_actuals=typed("A", 3))
    assert panel(dataset, "P").parts_sum == "The parts' targets add up to this goal's target."
    assert "other units or kinds" in panel(dataset, "Q").parts_sum


def test_a_target_moved_after_the_start_is_flagged(company):
    moved = [
        {
            "at": "2026-11-01 16:00",
            "table": "goals",
            "key": "G",
            "old": 160,
            "new": 100,
            "by": "ana",
            "why": "Fewer talks",
        },
        {
            "at": "2026-09-01 16:00",
            "table": "goals",
            "key": "G",
            "old": 150,
            "new": 160,
            "by": "ana",
            "why": "Agreed",
        },
        {
            "at": "2026-12-01 16:00",
            "table": "goals",
            "key": "G",
            "old": 100,
            "new": 1,
            "by": "ana",
            "why": "Later",
        },
    ]
    found = panel(company(goals=[goal("G")], goal_actuals=typed("G", 3), target_changes=moved), "G")
    assert [(c.old, c.new, c.late) for c in found.changes] == [("160", "100", True), ("150", "160", False)]


def test_what_was_typed_comes_with_confidence_comment_and_name(company):
    actuals = [typed("G", 3)[0] | {"confidence": 2, "comment": "A guess", "entered_by": "ana"}]
    people = [{"person_id": "ana", "name": "Ana Kovač", "is_liaison": "yes", "role": "Analyst"}]
    found = panel(company(goals=[goal("G", owner="ana")], goal_actuals=actuals, people=people), "G")
    entry = found.entries[0]
    assert (entry.day, entry.value, entry.confidence, entry.comment, entry.by) == (
        "5 Oct 2026", "3", 2, "A guess", "Ana Kovač",
    )  # fmt: skip
    assert {f.name: f.text for f in found.people} == {
        "Owner": "Ana Kovač, Analyst",
        "Whom to ask": "Ana Kovač (Analyst)",
    }


def test_its_metric_and_filter_are_told_in_words(demo):
    facts = {f.name: f.text for f in panel(demo, "G11").facts}
    assert facts["Measured by"] == "Revenue where channel is online marketing"
    assert facts["Part of"].endswith("of 11.0 points")
    assert facts["Time"] == "Q4 2026, evenly day by day"


def test_goals_that_are_parts_of_each_other_do_not_go_round_in_circles(company):
    goals = [goal("A", parent_id="B"), goal("B", parent_id="A"), goal("C", parent_id="C")]
    dataset = company(goals=goals, goal_actuals=typed("A", 3))
    assert {line.depth for line in lines(dataset).values()} == {0}
    assert panel(dataset, "C").parts == ()
    assert panel(dataset, "A").line.row.status is not Status.LOCKED
