"""Requests, content ideas and ownership equal the calculation by hand on random companies and the demo's."""

import random
from collections import Counter
from datetime import date

from scorecard import calendar_requests, feedback, feedback_ideas, people
from scorecard.clock import AsOf, Zone
from tests.scorecard import together_by_hand as by_hand
from tests.scorecard.calendar_company import (
    DAY,
    PEOPLE,
    TODAY,
    campaign,
    company,
    demo_tables,
    entry,
    some_day,
)

KINDS = ("content_idea", "content_idea", "content_idea", "lead_quality", "problem", "thanks", "insight")
SOMEBODY = (None, "ana", "ben", "dora", "nobody")
SINCE = TODAY - 30 * DAY


def some_company(dice):
    """People of both teams, and everything that one can ask another for or answer for, some of it odd."""
    feedback = [_said(dice, f"F{n}") for n in range(dice.randint(0, 9))]
    calendar = [_entry(dice, f"E{n}") for n in range(dice.randint(0, 9))]
    return {
        "people": PEOPLE,
        "feedback": feedback,
        "calendar": calendar,
        "goals": [_goal(dice, f"G{n}") for n in range(dice.randint(0, 4))],
        "campaigns": [_campaign(dice, f"C{n}") for n in range(dice.randint(0, 4))],
        "reviews": [_line(dice, f"R{n}") for n in range(dice.randint(0, 5))],
    }


def _some_day(dice):
    return dice.choice((some_day(dice), some_day(dice), TODAY))


def _said(dice, feedback_id):
    at = dice.choice((some_day(dice, 40), SINCE, TODAY))
    return {
        "feedback_id": feedback_id, "at": at, "kind": dice.choice(KINDS), "text": f"Text {feedback_id}",
        "from_person": dice.choice(SOMEBODY), "from_department": dice.choice((None, "sales", "marketing")),
        "to_person": dice.choice((None, None, "dora")), "owner": dice.choice((None, "dora", "nobody")),
        "rating": dice.choice((None, 3, 4)), "reject_reason": dice.choice((None, "no budget")),
        "status": dice.choice((None, "open", "planned", "done", "declined")),
        "due": dice.choice((None, some_day(dice))), "response": dice.choice((None, None, "Yes")),
        "resolved_at": dice.choice((None, None, at + dice.randint(-3, 40) * DAY)),
    }  # fmt: skip


def _entry(dice, entry_id):
    return entry(
        entry_id, start := _some_day(dice), dice.choice((None, start + dice.randint(-2, 20) * DAY)),
        dice.choice(("content", "promotion", "event")), requested_by=dice.choice(SOMEBODY),
        feedback_id=dice.choice((None, *(f"F{n}" for n in range(9)))),
        status=dice.choice((None, "idea", "planned", "live", "done", "dropped")),
    )  # fmt: skip


def _goal(dice, goal_id):
    start = some_day(dice, 90)
    about = {"goal_id": goal_id, "name": f"Name {goal_id}", "target": 10.0, "start": start}
    return about | {"due": start + dice.randint(0, 90) * DAY, "owner": dice.choice(SOMEBODY)}


def _campaign(dice, campaign_id):
    owners = {f"{team}_owner": dice.choice(SOMEBODY) for team in ("marketing", "sales")}
    start = some_day(dice)
    return campaign(campaign_id, start, dice.choice((None, start + dice.randint(0, 60) * DAY)), **owners)


def _line(dice, review_id):
    held = some_day(dice)
    done = dice.choice((None, held + dice.randint(0, 30) * DAY))
    about = {"review_id": review_id, "line_no": 1, "held_at": held, "action_done_at": done}
    action = dice.choice((None, f"Action {review_id}"))
    asked = {"action": action, "action_owner": action and dice.choice(SOMEBODY)}
    return about | asked | {
        "action_due": action and dice.choice((None, some_day(dice))),
        "action_done_at": action and done,
    }  # fmt: skip


def companies(many):
    for seed in range(many):
        yield seed, some_company(random.Random(seed))  # noqa: S311 - no secret


def at(today):
    return AsOf.parse(today.isoformat(), Zone.of("UTC"))


def requested(dataset, today):
    found = calendar_requests.requests(dataset, at(today))
    lines = {one.key: (one.state, one.waited, one.answered) for one in found.lines}
    assert len(lines) == len(found.lines)
    return lines, found.days_to_live, found.unknown


def told(dataset, since, today):
    found = feedback_ideas.ideas(dataset, feedback.entries(dataset, at(today)), since, at(today))
    assert found.live == sum(one.stage == "live" for one in found.ideas)
    assert found.on_calendar == sum(one.stage in by_hand.FURTHER[1:] for one in found.ideas)
    return {one.entry.feedback_id: (one.stage, one.days) for one in found.ideas}, found.median


def owned(dataset, today):
    """What the page shows with people, and as gaps what nobody or nobody known owns (but for feedback)."""
    found = people.read(dataset, at(today))
    every = [
        (one.person_id, thing.kind, thing.name, thing.overdue)
        for one in found.everybody
        for thing in one.owns
    ]
    gaps = [(gap.what.partition(" ")[0], gap.name, _whose(gap.what)) for gap in found.gaps]
    return Counter(every), Counter(gaps)


def _whose(what):
    """'goal of nobody, who isn’t in people' is nobody's; without an owner None."""
    return what.partition(" of ")[2].partition(",")[0] or None


def expected(tables, today):
    every = by_hand.owned(tables, today)
    known = {person["person_id"] for person in tables["people"]}
    mine = Counter({key: n for key, n in every.items() if key[0] in known})
    gaps: Counter = Counter()
    for (who, kind, name, _), n in every.items():
        if who not in known and kind != "feedback":
            gaps[kind, name, who] += n
    return mine, gaps


def test_requests_ideas_and_ownership_equal_those_by_hand_on_random_companies():
    states, stages, kinds = set(), set(), set()
    for seed, tables in companies(400):
        dataset = company(**tables)
        wanted = by_hand.requests(tables, TODAY)
        assert requested(dataset, TODAY) == wanted, seed
        ideas = by_hand.ideas(tables, SINCE, TODAY)
        assert told(dataset, SINCE, TODAY) == ideas, seed
        mine, gaps = expected(tables, TODAY)
        assert owned(dataset, TODAY) == (mine, gaps), seed
        states |= {state for state, _, _ in wanted[0].values()}
        stages |= {stage for stage, _ in ideas[0].values()}
        kinds |= {kind for _, kind, _, _ in mine} | {f"no {kind}" for kind, _, _ in gaps}
    assert states == set(calendar_requests.WORDS)
    assert stages == {*by_hand.FURTHER, "waiting", "answered", "done", "declined"}
    assert kinds == {"goal", "campaign", "action", "feedback", "no goal", "no campaign", "no action"}


def test_requests_and_ideas_of_the_demo_company_equal_those_by_hand():
    demo = demo_tables()
    today, tables = date(2026, 11, 21), {name: demo[name] for name in ("people", "calendar", "feedback")}
    days = [{key: _day(value) for key, value in row.items()} for row in tables["feedback"]]
    tables["feedback"] = days
    dataset = company(**tables)
    wanted = by_hand.requests(tables, today)
    assert requested(dataset, today) == wanted
    assert len(wanted[0]) > 5
    ideas = by_hand.ideas(tables, date(2025, 11, 22), today)
    assert told(dataset, date(2025, 11, 22), today) == ideas
    assert len(ideas[0]) > 5


def _day(value):
    return value.date() if hasattr(value, "date") else value
