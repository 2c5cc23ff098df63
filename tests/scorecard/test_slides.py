"""Slides for the room: figures counted by hand, the worst first, and something to say without any data."""

import re

import pytest

from scorecard import periods, slides, small
from scorecard.clock import AsOf
from scorecard.slides import MOST_LINES, SLIDES, Scope
from scorecard.words import plain
from tests.scorecard.builders import Company, lead

HANDED = {"created_at": "2026-10-01", "handed_off_at": "2026-10-02 10:00:00"}
LEADS = [
    *(lead(f"A{i}", **HANDED, accepted_at="2026-10-03 10:00:00", source="Fair") for i in range(14)),
    *(lead(f"R{i}", **HANDED, rejected_at="2026-10-03 10:00:00", source="List") for i in range(6)),
    *(lead(f"U{i}", **HANDED, source="Fair") for i in range(5)),
    lead("late", **{**HANDED, "handed_off_at": "2026-11-25"}, accepted_at="2026-11-26"),  # after as_of
]
SPAN = {"start": "2026-10-01", "due": "2026-12-31"}


def goal(goal_id, value, **more):
    row = {"goal_id": goal_id, "name": f"Goal {goal_id}", "target": 100, **SPAN, **more}
    return row, {"goal_id": goal_id, "date": "2026-10-20", "value": value}


def company(tmp_path, judged=(), **tables):
    rows = {"goals": [g for g, _ in judged], "goal_actuals": [a for _, a in judged]} if judged else {}
    tmp_path.mkdir(exist_ok=True)
    return Company(tmp_path / "company.db", **rows, **tables).dataset


def scope(dataset, period="2026-Q4", as_of="2026-11-20"):
    asked = periods.parse(period)
    return Scope(asked, AsOf.parse(as_of, small.settings(dataset).zone), asked.previous())


def shown(dataset, key, **more):
    return slides.slide(dataset, key, scope(dataset, **more))


def said(slide):
    return " ".join(map(plain, slide.verdict))


def test_the_hand_off_is_counted(tmp_path):
    settings = [{"key": "acceptance_target", "value": "0.8"}]
    found = shown(company(tmp_path, leads=LEADS, settings=settings), "handoff")
    accepted = next(n for n in found.numbers if n.name == "Acceptance rate")
    assert accepted.value == "70%"
    assert accepted.beside[0] == "14 of 20 · target 80%"
    assert "80% decided" in accepted.beside[2]
    assert accepted.state.word == "At risk"
    assert (accepted.bar.value, accepted.bar.target) == (0.7, 0.8)
    assert "70%" in said(found)
    steps = {line.what: (line.value, line.bar.value) for line in found.lines}
    assert steps["Handed off"] == ("25", 1.0)
    assert steps["Decided"] == ("20", 0.8)
    assert steps["Accepted"] == ("14", pytest.approx(0.56))


def test_goals_stand_with_the_furthest_behind_first_and_the_rest_is_counted(tmp_path):
    values = {"fine": 70, "short": 40, "worst": 3, **{f"G{i}": 60 + i for i in range(8)}}
    found = shown(company(tmp_path, leads=LEADS, judged=[goal(g, v) for g, v in values.items()]), "goals")
    assert [line.what for line in found.lines[:2]] == ["Goal worst", "Goal short"]
    assert found.lines[0].value == "3%"
    assert found.lines[0].detail == "3 of 100"
    assert found.lines[0].bar.value == pytest.approx(0.03)
    assert found.lines[0].bar.expected == pytest.approx(51 / 92)
    assert len(found.lines) == MOST_LINES
    assert found.more == "And 5 more goals: 5 on track."


def test_a_budget_says_what_is_spent_and_a_level_how_it_stands(tmp_path):
    budget = goal("budget", 130, direction="stay_below")
    level = goal("level", 40, kind="level", unit="number", baseline=20)
    found = shown(company(tmp_path, leads=LEADS, judged=[budget, level]), "goals")
    lines = {line.what: line for line in found.lines}
    assert (lines["Goal budget"].value, lines["Goal budget"].detail) == ("130%", "spent 130 of 100")
    assert (lines["Goal level"].value, lines["Goal level"].detail) == ("40", "100 wanted · 25% of the way")


def test_a_goal_that_moved_away_from_its_target_says_so_in_words(tmp_path):
    wait = goal("wait", 1.4, kind="level", direction="decrease", unit="number", baseline=1.1, target=0.8)
    (line,) = shown(company(tmp_path, leads=LEADS, judged=[wait]), "goals").lines
    assert (line.value, line.detail) == ("1.4", "0.8 wanted · further away than at the start (1.1)")


def test_quotas_stand_with_what_is_left_to_do(tmp_path):
    quota = {"period_start": "2026-10-01", "period_end": "2026-12-31", "department": "sales"}
    quotas = [{**quota, "metric": "handoffs", "target": 50}]
    (line,) = shown(company(tmp_path, leads=LEADS, quotas=quotas), "quotas").lines
    assert (line.value, line.bar.value) == ("50%", 0.5)
    assert line.detail.startswith("25 of 50 · needs ")
    assert line.team == "sales"


def test_campaigns_that_went_live_without_both_keys_stand_first(tmp_path):
    campaigns = [
        {"campaign_id": i, "name": n, "start": start, "end": "2026-12-31", "launched_at": launched}
        for i, n, start, launched in (
            ("C1", "Signed", "2026-11-01", "2026-11-01"),
            ("C2", "Unsigned", "2026-10-01", "2026-10-01"),
            ("C3", "Waiting", "2026-12-01", None),
        )
    ]
    teams = ("marketing", "sales")
    signed = [{"campaign_id": "C1", "department": d, "person_id": d, "at": "2026-10-20"} for d in teams]
    found = shown(company(tmp_path, leads=LEADS, campaigns=campaigns, signoffs=signed), "campaigns")
    assert [line.what for line in found.lines] == ["Unsigned", "Waiting", "Signed"]
    assert [line.state.tone for line in found.lines] == ["bad", "muted", "good"]


def test_a_name_as_long_as_a_page_is_cut(tmp_path):
    found = shown(company(tmp_path, leads=LEADS, judged=[goal("x", 1, name="w" * 5_000)]), "goals")
    assert len(found.lines[0].what) < 80


@pytest.mark.parametrize("key", SLIDES)
def test_a_new_company_is_told_what_to_do_on_every_slide(tmp_path, key):
    for tables in (
        {"leads": [lead("L1")]},
        {"leads": [lead("L1")], "goals": [{"goal_id": None}], "quotas": [{"metric": "x"}]},
    ):
        found = shown(company(tmp_path / str(len(tables)), **tables), key)
        assert found.title
        assert found.nothing or found.verdict or found.numbers


def test_the_calendar_shows_what_begins_in_four_weeks_in_order(tmp_path):
    days = {"Today": "2026-11-20", "Last": "2026-12-17", "Too late": "2026-12-18", "Past": "2026-11-01"}
    entries = [
        {
            "entry_id": f"E{n}",
            "title": t,
            "start": day,
            "end": day,
            "kind": "content",
            "status": "planned",
        }
        for n, (t, day) in enumerate(reversed(days.items()))
    ]
    dropped = {**entries[0], "entry_id": "X", "title": "Dropped", "start": "2026-11-25", "status": "dropped"}
    away = [{**entries[0], "entry_id": f"A{n}", "start": "2026-11-20", "kind": "absence", "attendees": who}
            for n, who in enumerate(("ana", "ben"))]  # fmt: skip
    people = [{"person_id": one, "name": one, "department": "sales"} for one in ("ana", "ben")]
    ends = [{**entries[n], "entry_id": f"P{n}", "kind": "promotion", "start": "2026-11-10"} for n in (0, 1)]
    away.append({**entries[0], "entry_id": "H", "start": "2026-11-25", "kind": "holiday"})
    rows = [*entries, dropped, *away, *({**one, "end": "2026-12-01"} for one in ends)]
    found = shown(company(tmp_path, leads=LEADS, calendar=rows, people=people), "calendar")
    assert re.fullmatch(
        r"The gravest of \d clashes is that .* run while 2 of 2 people in sales .*\.", found.more
    )
    assert [line.what for line in found.lines] == ["Today", "Last"]
    assert found.lines[0].detail == "piece of content"
    assert "2 things begin" in said(found)


def test_what_was_done_well_is_seen_by_everybody_and_without_any_what_waits(tmp_path):
    teams = {"Ana": "sales", "Ben": "marketing"}
    people = [{"person_id": p, "name": p, "department": d} for p, d in teams.items()]
    row = {
        "feedback_id": "F1", "at": "2026-11-10", "from_person": "Ana", "to_person": "Ben",
        "kind": "problem", "text": "w" * 300, "status": "open", "due": "2026-11-12",
    }  # fmt: skip
    thanks = {**row, "feedback_id": "F2", "kind": "thanks", "text": "<b>Great</b> leads", "due": None}
    waiting = shown(company(tmp_path / "a", leads=LEADS, people=people, feedback=[row]), "feedback")
    assert waiting.heading == "Waiting for an answer"
    assert len(waiting.lines[0].what) == 110
    praised = shown(company(tmp_path / "b", leads=LEADS, people=people, feedback=[row, thanks]), "feedback")
    assert praised.heading == "Well done"
    assert [(line.what, line.who) for line in praised.lines] == [("<b>Great</b> leads", "Ana to Ben")]


def test_what_marketing_brought_stands_in_its_three_parts_with_who_gets_the_credit(tmp_path):
    sold = {**HANDED, "won_at": "2026-10-20 10:00:00"}
    leads = [
        lead("L1", **sold, source="Webinar", amount=300),
        lead("L2", **sold, source="List", amount=100),
    ]
    touches = [
        {"touch_id": f"T{n}", "lead_id": "L1", "at": f"2026-10-{day}", "department": team, "kind": "mail",
         "campaign_id": campaign}
        for n, day, team, campaign in ((1, "02", "marketing", "C1"), (2, "05", "marketing", None),
                                       (3, "09", "sales", None))
    ]  # fmt: skip
    settings = [
        {"key": "marketing_sources", "value": "Webinar"}, {"key": "sourced_by", "value": "lead_source"},
        {"key": "attribution", "value": "linear"},
    ]  # fmt: skip
    campaigns = [{"campaign_id": "C1", "name": "Fair", "channel": "fairs"}]
    tables = {"leads": leads, "touches": touches, "settings": settings, "campaigns": campaigns}
    found = shown(company(tmp_path, **tables), "attribution")
    assert [(n.name, n.value, n.beside[0]) for n in found.numbers] == [
        ("Sourced by marketing", "€300", "75% of the revenue"),
        ("Touched by marketing", "€0", "0% of the revenue"),
        ("Without marketing", "€100", "25% of the revenue"),
    ]
    assert [(line.what, line.value) for line in found.lines] == [
        ("Fairs", "€100"), ("Touches of no campaign", "€200"),
    ]  # fmt: skip
    assert found.lines[0].detail == "€0 to €300 by all models"


def test_each_wish_stands_beside_how_often_such_leads_are_won(tmp_path):
    old = {"created_at": "2026-05-01", "handed_off_at": "2026-05-05"}
    won_of = {"Retail": (30, 60), "Clubs": (3, 60)}
    leads = [
        lead(f"{name}{i}", **old, industry=name, won_at="2026-05-20" if i < won else None)
        for name, (won, n) in won_of.items()
        for i in range(n)
    ]
    wish = {"attribute": "industry", "importance": 3}
    profiles = [
        {**wish, "department": "marketing", "value": "Retail", "want": "yes"},
        {**wish, "department": "sales", "value": "Clubs", "want": "yes"},
    ]
    settings = [{"key": "mature_days", "value": "30"}]
    found = shown(company(tmp_path, leads=leads, profiles=profiles, settings=settings), "ideal-lead")
    assert [(line.what, line.who, line.value, line.state.word) for line in found.lines] == [
        ("Industry: Clubs", "Sales wants", "5%", "Contradicted"),
        ("Industry: Retail", "Marketing wants", "50%", "Holds"),
    ]
    assert found.lines[1].bar.target == pytest.approx(0.1)  # the rest's 5 % beside the best's 50 %


def test_the_goals_slide_says_what_each_week_left_has_to_bring(tmp_path):
    sold = {"created_at": "2026-10-01", "mql_at": "2026-10-02", "sql_at": "2026-10-05"}
    year_before = {"created_at": "2025-10-01", "mql_at": "2025-10-02", "sql_at": "2025-10-05"}
    leads = [
        *(lead(f"N{i}", **sold, won_at="2026-10-20", amount=100) for i in range(4)),
        *(lead(f"O{i}", **year_before, won_at="2025-10-20", amount=100) for i in range(40)),
    ]
    goals = [
        {"goal_id": "R", "name": "Sales", "metric": "revenue", "unit": "currency", "target": 1_000, **SPAN}
    ]
    found = shown(company(tmp_path, leads=leads, goals=goals), "goals")
    # 10 wins are needed and 4 are there: 6 in the 42 days from 20 November to 31 December, 1 a week
    assert "€1K takes 1 MQL, 1 SQL and 1 win a week for the 42 days left" in found.more
    assert found.more.endswith("so far it was 0.55, 0.55 and 0.55.")  # 4 in the 51 days so far
