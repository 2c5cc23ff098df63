"""A meeting's agenda: what the data give cause for, in the order in which things get done."""

import pytest

from scorecard import agenda, periods, small
from scorecard.agenda import DECISIONS, MOST_GOALS, Item
from scorecard.clock import AsOf
from scorecard.slides import MOST_LINES, Scope
from scorecard.words import plain
from tests.scorecard.builders import Company, lead

SPAN = {"start": "2026-10-01", "due": "2026-12-31"}
HANDED = {"created_at": "2026-10-01", "handed_off_at": "2026-10-02 10:00:00"}
LEADS = [
    *(lead(f"A{i}", **HANDED, accepted_at="2026-10-03 10:00:00") for i in range(6)),
    *(lead(f"R{i}", **HANDED, rejected_at="2026-10-03 10:00:00") for i in range(4)),
    *(lead(f"B{i}", **HANDED, accepted_at="2026-11-10 10:00:00") for i in range(10)),  # since the review
]
REVIEWS = [
    {"review_id": r, "line_no": n, "held_at": f"{day} 10:00", "as_of": day, "action": action,
     "action_owner": who, "action_due": due, "action_done_at": done}
    for r, n, day, action, who, due, done in (
        ("R1", 1, "2026-09-01", "Old and open", "ben", "2026-09-20", None),
        ("R1", 2, "2026-09-01", "Old and done", "ben", "2026-09-20", "2026-09-10"),
        ("R2", 1, "2026-10-25", "Done", "ana", "2026-11-01", "2026-10-30 12:00"),
        ("R2", 2, "2026-10-25", "<b>Late</b>", "ana", "2026-11-01", None),
        ("R3", 1, "2026-12-01", "Not yet", "ana", None, None),  # after as_of
    )
]  # fmt: skip
PEOPLE = [{"person_id": "ana", "name": "Ana Ruiz"}, {"person_id": "ben", "name": "Ben Ode"}]


def company(folder, values=None, **tables):
    """Goals by name: what was entered before the review of 25 October, and after it."""
    folder.mkdir(exist_ok=True)
    entered = [
        {"goal_id": g, "date": day, "value": v}
        for g, pair in (values or {}).items()
        for day, v in zip(("2026-10-20", "2026-11-05"), pair, strict=True)
        if v is not None
    ]
    names = [{"goal_id": g, "name": f"Goal {g}", "target": 100, "owner": "ana", **SPAN} for g in values or {}]
    goals = {"goals": names, "goal_actuals": entered} if values else {}
    return Company(folder / "company.db", leads=LEADS, **goals, **tables).dataset


def scope(dataset, as_of="2026-11-20"):
    asked = periods.parse("2026-Q4")
    return Scope(asked, AsOf.parse(as_of, small.settings(dataset).zone), asked.previous())


def items(dataset):
    return agenda.agenda(dataset, scope(dataset))


def slide(dataset, key):
    about = scope(dataset)
    return agenda.slide(dataset, next(i for i in agenda.agenda(dataset, about) if i.key == key), about)


def said(found):
    return " ".join(map(plain, found.verdict))


def test_the_agenda_opens_with_last_times_actions_and_ends_with_the_decisions(tmp_path):
    values = {"fine": (40, 40), "bad": (1, 1), "worse": (0, 0), "poor": (2, 3), "weak": (3, 5)}
    campaign = {"campaign_id": "C1", "name": "Fair", "start": "2026-12-01", "end": "2026-12-31"}
    dataset = company(
        tmp_path, values, reviews=REVIEWS, campaigns=[campaign], signoffs=[{"campaign_id": "x"}]
    )
    found = items(dataset)
    keys = [item.key for item in found if item.goal_id is None]
    assert keys == ["last", "since", "goals", "handoff", "quotas", "signing", DECISIONS]
    assert [item.goal_id for item in found if item.goal_id] == ["worse", "bad", "poor"][:MOST_GOALS]
    assert all(item.minutes >= 3 for item in found)
    opening = agenda.overview(found)
    assert said(opening) == f"{len(found)} items, about {sum(i.minutes for i in found)} minutes."


def test_without_reviews_goals_and_campaigns_there_is_a_meeting_all_the_same(tmp_path):
    assert [item.key for item in items(company(tmp_path))] == ["handoff", "quotas", DECISIONS]


def test_last_times_actions_are_told_with_what_is_open_of_earlier_reviews(tmp_path):
    found = slide(company(tmp_path, reviews=REVIEWS, people=PEOPLE), "last")
    assert [(line.what, line.who, line.state.word) for line in found.lines] == [
        ("<b>Late</b>", "Ana Ruiz", "Overdue"),
        ("Done", "Ana Ruiz", "Done"),
        ("Old and open", "Ben Ode", "Overdue"),
    ]
    assert said(found).startswith(
        "1 of 2 actions of 25 Oct 2026 is done; 1 of earlier reviews is still open; 2"
    )


def test_an_older_action_that_was_done_since_the_last_review_stays_in_sight(tmp_path):
    since = [
        {**row, "action_done_at": "2026-11-19"} if row["action"] == "Old and open" else row for row in REVIEWS
    ]
    found = slide(company(tmp_path, reviews=since, people=PEOPLE), "last")
    assert ("Old and open", "Done late") in [(line.what, line.state.word) for line in found.lines]
    assert said(found) == "1 of 2 actions of 25 Oct 2026 is done; 1 is overdue."
    assert [line.undone for line in found.lines] == ["R2 2", "", ""]


def test_notes_can_be_about_the_items_and_about_campaigns_that_are_not_over(tmp_path):
    days = {
        "C1": ("2026-10-01", "2026-10-31"),
        "C2": ("2026-12-01", "2026-12-31"),
        "C3": ("2026-11-01", "2026-12-31"),
    }
    campaigns = [{"campaign_id": c, "name": f"Fair {c}", "start": a, "end": b} for c, (a, b) in days.items()]
    dataset = company(tmp_path, {"bad": (1, 1)}, reviews=REVIEWS, campaigns=campaigns)
    found = agenda.topics(dataset, items(dataset), scope(dataset).as_of)
    assert [(one.name, one.campaign_id) for one in found] == [
        ("Last time's actions", None), ("Goals", None), ("Goal bad", None), ("Hand-off", None),
        ("Quotas side by side", None), ("Fair C3", "C3"), ("Fair C2", "C2"),
    ]  # fmt: skip


def test_many_actions_are_counted_where_they_do_not_fit(tmp_path):
    many = [{**REVIEWS[3], "line_no": n, "action": f"Action {n}"} for n in range(1, 11)]
    found = slide(company(tmp_path, reviews=many), "last")
    assert len(found.lines) == MOST_LINES
    assert found.more == "And 4 more actions on the Reviews page."


def test_what_changed_since_is_what_stood_then_beside_what_stands_now(tmp_path):
    values = {"rose": (5, 60), "fell": (30, 1), "same": (30, 30)}
    quotas = [
        {"period_start": "2026-10-01", "period_end": "2026-12-31", "department": d, "metric": m, "target": t}
        for d, m, t in (("marketing", "leads", 40), ("sales", "accepted", 20))
    ]
    found = slide(company(tmp_path, values, reviews=REVIEWS, quotas=quotas), "since")
    assert found.title == "What changed since the review of 25 Oct 2026?"
    # Seen from 25 October 26 % of the quarter had passed, from 20 November 55 %: 31 of 55 is off track.
    assert [(line.what, line.state.word, line.detail.split(" · ")[0]) for line in found.lines] == [
        ("Goal fell", "Off track", "was ● on track"),
        ("Goal rose", "On track", "was ▼ off track"),
    ]
    numbers = {n.name: (n.value, n.beside) for n in found.numbers}
    assert numbers["Accepted, sales"] == ("80%", ("was 30%",))  # 16 of 20 now, 6 of 20 then
    assert numbers["Acceptance rate"] == ("80%", ("was 60%",))  # 16 of 20 decided now, 6 of 10 then


def test_a_goals_own_item_says_who_does_what_and_stays_when_it_recovers(tmp_path):
    dataset = company(tmp_path, {"bad": (1, 1), "fine": (60, 60)}, people=PEOPLE)
    (item,) = [one for one in items(dataset) if one.goal_id]
    found = agenda.slide(dataset, item, scope(dataset))
    assert found.title == "Goal bad"
    assert [(n.name, n.value) for n in found.numbers[:3]] == [
        ("Of the target", "2%"), ("So far", "2"), ("Target", "100"),
    ]  # fmt: skip
    assert ("Owner", "Ana Ruiz") in [(line.what, line.detail) for line in found.lines]
    gone = agenda.slide(dataset, Item("goal_x", "Gone", 5, "nobody"), scope(dataset))
    assert gone.nothing


def test_a_goal_id_of_any_letters_gives_a_plain_key(tmp_path):
    dataset = company(tmp_path, {"'; } body { <x>": (0, 0)})
    (item,) = [one for one in items(dataset) if one.goal_id]
    assert item.key.replace("goal_", "").isalnum()


@pytest.mark.parametrize("key", ["last", "since", "signing"])
def test_a_slide_whose_cause_is_gone_says_so(tmp_path, key):
    dataset = company(tmp_path)
    assert agenda.slide(dataset, Item(key, "x", 5), scope(dataset)).nothing
