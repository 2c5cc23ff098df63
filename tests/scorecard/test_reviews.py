"""Reviews: what was decided and who owes it, one review beside the one before, numbers as they stood."""

from datetime import date, datetime

import pytest

from scorecard import checks_together, reviews, reviews_panel, small
from scorecard.clock import AsOf
from scorecard.goals import Actual, Goal, Standing
from scorecard.reviews_panel import beaten_by_far
from scorecard.words import plain
from tests.pages.demo_store import TODAY, small_tables
from tests.scorecard.builders import Company, lead


def campaign(campaign_id, name, channel, start, end, sales_owner="ben"):
    return {"campaign_id": campaign_id, "name": name, "channel": channel, "start": start, "end": end,
            "launched_at": start, "marketing_owner": "ana", "sales_owner": sales_owner}  # fmt: skip


CAMPAIGNS = [
    campaign("C1", "Spring mail", "email", "2026-03-01", "2026-04-30"),
    campaign("C2", "Summer mail", "email", "2026-06-01", "2026-07-31"),
    campaign("C3", "Fair", "event", "2026-08-01", "2026-08-05", sales_owner=None),
]
PEOPLE = [{"person_id": "ana", "name": "Ana Kovač"}, {"person_id": "ben", "name": "Ben Carver"}]


@pytest.fixture
def company(tmp_path):
    made = []

    def build(**tables):
        basis = {"leads": [lead("a")], "campaigns": CAMPAIGNS, "people": PEOPLE}
        kept = {name: rows for name, rows in (basis | tables).items() if rows is not None}
        made.append(Company(tmp_path / f"{len(made)}.db", **kept))
        return made[-1].dataset

    yield build
    for one in made:
        one.database.close()


def at(dataset, text="2026-11-20"):
    return AsOf.parse(text, small.settings(dataset).zone)


def line(review_id, line_no=1, **cells):
    held = {"held_at": "2026-05-05 10:00", "as_of": "2026-05-04"}
    return {"review_id": review_id, "line_no": line_no, **held, **cells}


def read(dataset, text="2026-11-20"):
    return reviews.read(dataset, at(dataset, text))


def told(sentences):
    return " ".join(map(plain, sentences))


# --- by brute force over the demo company


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The dataset, and the rows it was made of."""
    tables = small_tables("reviews", "campaigns", "people", "calendar")
    made = Company(tmp_path_factory.mktemp("demo") / "demo.db", leads=[lead("a")], **tables)
    yield made.dataset, tables
    made.database.close()


def day(text):
    return None if text is None else date.fromisoformat(text[:10])


def test_every_action_of_the_demo_is_where_plain_python_finds_it(demo):
    dataset, tables = demo
    for today in (TODAY, date(2026, 10, 14), date(2026, 9, 1)):
        expected = {}
        for row in tables["reviews"]:
            if day(row["held_at"]) > today:
                continue
            done, due = day(row["action_done_at"]), day(row["action_due"])
            seen = done is not None and done <= today
            state = "overdue" if due < today else "open"
            expected[row["review_id"], row["line_no"]] = (
                ("done late" if done > due else "done") if seen else state
            )
        found = read(dataset, today.isoformat()).actions
        assert {(a.review_id, a.line_no): a.state for a in found} == expected


def test_the_demo_owes_the_reviews_that_plain_python_misses(demo):
    dataset, tables = demo
    reviewed = {row["campaign_id"] for row in tables["reviews"]}
    owing = {
        row["campaign_id"]
        for row in tables["campaigns"]
        if row["end"] and day(row["end"]) < TODAY and row["campaign_id"] not in reviewed
    }
    found = read(dataset, TODAY.isoformat())
    assert {one.campaign_id for one in found.owing} == owing
    assert f"{len(owing)} campaigns ended without a review" in told(found.because)


def test_the_verdict_of_the_demo_names_who_owes_what(demo):
    dataset, tables = demo
    found = read(dataset, TODAY.isoformat())
    names = {row["person_id"]: row["name"] for row in tables["people"]}
    late = {
        names[row["action_owner"]]
        for row in tables["reviews"]
        if row["action_done_at"] is None and day(row["action_due"]) < TODAY
    }
    said = told(found.verdict)
    assert f"{len(late)} are overdue" in said
    assert all(name in said for name in late)
    held = max(datetime.fromisoformat(row["held_at"]) for row in tables["reviews"])
    assert f"The last review, Partner list: the big batch, was on {held.day} Oct 2026" in told(found.because)


# --- lines and actions


def test_lines_stand_in_order_and_take_what_they_leave_blank_from_the_first_that_says_it(company):
    dataset = company(reviews=[
        line("R1", 3, decision="c", held_at=None),
        line("R1", 1, campaign_id="C1", decision="a", attendees="ana; ghost\nben, ana"),
        line("R1", 2, period="2026-Q1", decision="b"),
    ])  # fmt: skip
    [review] = read(dataset).reviews
    assert [one.decision for one in review.lines] == ["a", "b", "c"]
    assert review.campaign_ids == ("C1",)
    assert review.periods == ("2026-Q1",)
    assert review.attendees == ("Ana Kovač", "ghost", "Ben Carver")


def test_what_is_no_action_is_none_and_one_without_words_is_still_owed(company):
    dataset = company(reviews=[
        line("R1", 1, went_well="All of it"),
        line("R1", 2, action_owner="ben", action_due="2026-06-01"),
        line("R1", 3, action="Call", action_owner=None, action_due=None),
    ])  # fmt: skip
    found = read(dataset)
    assert [(a.what, a.state, a.who) for a in found.actions] == [
        ("an action without words", "overdue", "Ben Carver"), ("Call", "open", ""),
    ]  # fmt: skip
    assert "1 is open with nobody named" in told(found.verdict)


@pytest.mark.parametrize(
    ("due", "done", "today", "state"),
    [
        ("2026-06-01", None, "2026-06-01", "open"),  # the due day itself is in time
        ("2026-06-01", None, "2026-06-02", "overdue"),
        ("2026-06-01", "2026-06-01 23:59", "2026-06-02", "done"),
        ("2026-06-01", "2026-06-02 00:01", "2026-06-02", "done late"),
        ("2026-06-01", "2026-06-02 00:01", "2026-06-01", "open"),  # later than as_of: not seen
        (None, None, "2026-11-20", "open"),
        (None, "2026-06-02", "2026-11-20", "done"),
    ],
)
def test_an_action_is_judged_by_its_due_day_and_by_what_as_of_sees(company, due, done, today, state):
    dataset = company(reviews=[line("R1", action="Call", action_due=due, action_done_at=done)])
    [action] = read(dataset, today).actions
    assert action.state == state


def test_done_before_it_was_decided_is_told(company):
    dataset = company(reviews=[line("R1", action="Call", action_done_at="2026-05-04")])
    found = read(dataset)
    assert [(action.state, action.early) for action in found.actions] == [("done", True)]
    assert told(found.verdict) == "The one action agreed is done."


def test_overdue_come_first_then_open_then_the_last_done(company):
    cells = [("a", "2026-09-01", "2026-08-01"), ("b", "2027-01-01", None), ("c", "2026-06-01", None),
             ("d", "2026-09-01", "2026-09-15"), ("e", None, None), ("f", "2026-05-20", None)]  # fmt: skip
    dataset = company(reviews=[
        line("R1", n, action=name, action_due=due, action_done_at=done)
        for n, (name, due, done) in enumerate(cells, 1)
    ])  # fmt: skip
    assert [a.what for a in read(dataset).actions] == ["f", "c", "b", "e", "d", "a"]


def test_a_past_as_of_hides_later_reviews(company):
    dataset = company(reviews=[
        line("R1", action="Call"), line("R2", held_at="2026-10-01 09:00", action="Mail"),
        line("R2", 2, held_at=None, action="Write"),
    ])  # fmt: skip
    assert [r.review_id for r in read(dataset, "2026-09-30").reviews] == ["R1"]
    assert [r.review_id for r in read(dataset, "2026-10-01").reviews] == ["R2", "R1"]
    assert told(read(dataset, "2026-01-01").because) == "No review has been held yet."


# --- which one went before


def test_a_review_opens_with_the_last_of_its_campaign_else_of_its_channel_else_with_the_last(company):
    dataset = company(reviews=[
        line("R1", campaign_id="C1", held_at="2026-05-05"),
        line("R2", campaign_id="C1", held_at="2026-05-20"),
        line("R3", campaign_id="C3", held_at="2026-08-08"),
        line("R4", campaign_id="C2", held_at="2026-08-10"),  # of the channel of C1
        line("R5", period="2026-Q3", campaign_id=None, held_at="2026-10-05"),
        line("R6", campaign_id="C3", held_at="2026-10-06"),
    ])  # fmt: skip
    held = read(dataset).reviews
    channels = reviews.channels_of(dataset)
    opens = {r.review_id: reviews.before(r, held, channels) for r in held}
    assert {one: None if r is None else r.review_id for one, r in opens.items()} == {
        "R1": None, "R2": "R1", "R3": "R2", "R4": "R2", "R5": "R4", "R6": "R3",
    }  # fmt: skip


def test_a_review_without_any_day_comes_last_and_opens_with_nothing(company):
    dataset = company(reviews=[line("R1"), line("R2", held_at=None, as_of=None, action="Call")])
    held = read(dataset).reviews
    assert [r.review_id for r in held] == ["R1", "R2"]
    assert reviews.before(held[1], held, {}) is None
    panel = reviews_panel.panel(dataset, at(dataset), "R2")
    assert panel.blocks == ()
    assert "neither when it was held" in panel.notes[0]


# --- one review


def test_numbers_stand_as_they_stood_beside_what_they_are_now(company):
    leads = [lead(f"a{n}", campaign_id="C1", created_at="2026-03-05", won_at="2026-04-02") for n in range(3)]
    leads += [lead("late", campaign_id="C1", created_at="2026-03-06", won_at="2026-05-20")]
    leads += [lead("later", campaign_id="C1", created_at="2026-05-06", won_at=None)]
    spend = [{"date": "2026-03-03", "campaign_id": "C1", "amount": 100},
             {"date": "2026-05-10", "campaign_id": "C1", "amount": 50}]  # fmt: skip
    dataset = company(leads=leads, spend=spend, reviews=[line("R1", campaign_id="C1")])
    [block] = reviews_panel.panel(dataset, at(dataset), "R1").blocks
    then = {f.label: f.row.value for f in block.figures}
    now = {f.label: f.now for f in block.figures}
    assert (then["Leads"], then["Wins"], then["Spend"], then["Cost per lead"]) == (4, 3, 100, 25)
    assert (now["Leads"], now["Wins"], now["Spend"]) == ("now 5", "now 4", "now €150")


def test_a_review_of_a_period_shows_the_reports_rows_of_that_day(company):
    handed = {"created_at": "2026-05-01", "handed_off_at": "2026-05-02"}
    leads = [lead(f"a{n}", **handed, accepted_at=None, rejected_at=None) for n in range(12)]
    for n in range(10):
        leads[n]["accepted_at" if n < 6 else "rejected_at"] = "2026-05-03" if n < 8 else "2026-05-09"
    dataset = company(leads=leads, reviews=[line("R1", period="2026-Q2"), line("R2", period="Q2 of 26")])
    [block] = reviews_panel.panel(dataset, at(dataset), "R1").blocks
    rate = next(f for f in block.figures if f.label == "Acceptance rate")
    assert (rate.row.numerator, rate.row.denominator) == (6, 8)
    assert rate.now.startswith("now 60% · 6 of 10 · 95%: ")
    panel = reviews_panel.panel(dataset, at(dataset), "R2")
    assert "Q2 of 26 isn’t a period" in panel.notes[0]


def test_numbers_are_never_of_a_day_later_than_the_one_looked_from(company):
    leads = [lead("a", campaign_id="C1", created_at="2026-05-06")]
    review = line("R1", campaign_id="C1", held_at="2026-05-05", as_of="2026-12-31")
    dataset = company(leads=leads, reviews=[review])
    panel = reviews_panel.panel(dataset, at(dataset, "2026-05-05"), "R1")
    assert [f.row.value for f in panel.blocks[0].figures if f.label == "Leads"] == [0]
    assert "later than the day looked at" in panel.notes[0]


def test_a_review_of_nothing_says_so_and_one_that_is_not_there_is_none(company):
    dataset = company(reviews=[line("R1"), line("R2", campaign_id="C9")])
    panel = reviews_panel.panel(dataset, at(dataset), "R1")
    assert (panel.lines, panel.blocks) == ((), ())
    assert panel.notes == ("It names neither a campaign nor a period, so no numbers go with it.",)
    assert "no campaign C9" in reviews_panel.panel(dataset, at(dataset), "R2").notes[0]
    assert reviews_panel.panel(dataset, at(dataset), "R9") is None
    assert reviews_panel.panel(dataset, at(dataset, "2026-05-04"), "R1") is None


@pytest.mark.parametrize(
    ("cells", "actual", "low", "expected"),
    [
        ({}, 120.0, None, True),
        ({}, 119.9, None, False),
        ({}, None, None, False),
        ({"direction": "stay_below"}, 300.0, None, False),
        ({"direction": "stay_above"}, 300.0, None, False),
        ({"direction": "decrease", "kind": "level"}, 300.0, None, False),
        ({"kind": "rate", "target": 0.2}, 0.3, 0.19, False),
        ({"kind": "rate", "target": 0.2}, 0.3, 0.21, True),
        ({"target": 0.0}, 5.0, None, False),
    ],
)
def test_a_goal_is_beaten_by_far_from_a_fifth_more_on(cells, actual, low, expected):
    basis = {"kind": "total", "direction": "increase", "target": 100.0}
    goal = Goal(
        "G", "G", start=date(2026, 1, 1), due=date(2026, 2, 1), pace="linear", unit="number", **basis | cells
    )
    found = Standing(goal, Actual(value=actual, low=low), None, None, None, 1.0)
    assert beaten_by_far(found) is expected


def test_a_goal_of_its_campaign_and_a_quota_of_its_period_may_have_been_too_low(company):
    goals = [{"goal_id": "G1", "name": "Sign-ups", "target": 100, "start": "2026-03-01", "due": "2026-04-30"}]
    actuals = [{"goal_id": "G1", "date": "2026-04-20", "value": 131}]
    quotas = [{"period_start": "2026-04-01", "period_end": "2026-06-30", "department": "marketing",
               "metric": "leads", "target": 2}]  # fmt: skip
    leads = [lead(f"a{n}", created_at="2026-05-01") for n in range(3)]
    named = [{**CAMPAIGNS[0], "marketing_goal_id": "G1"}]
    dataset = company(leads=leads, goals=goals, goal_actuals=actuals, quotas=quotas, campaigns=named,
                      reviews=[line("R1", campaign_id="C1"), line("R2", period="2026-Q2")])  # fmt: skip
    low = {one: told(reviews_panel.panel(dataset, at(dataset), one).low_goals) for one in ("R1", "R2")}
    assert low == {
        "R1": "Sign-ups had reached 131% of what was wanted (131 of 100).",
        "R2": "Marketing’s quota of leads had reached 150% of what was wanted (3 of 2).",
    }


# --- nothing there


def test_without_the_table_or_rows_the_page_says_what_to_fill(company):
    assert read(company(campaigns=None)).nothing[0] == "No reviews yet: there is no table reviews"
    empty = [{"review_id": None, "line_no": None}]
    assert read(company(campaigns=None, reviews=empty)).nothing[0] == "No reviews yet: reviews is empty"
    owing = read(company(reviews=empty))
    assert owing.nothing is None
    assert told(owing.verdict) == "No action has been agreed yet."
    assert "3 campaigns ended without a review: Fair, Summer mail and Spring mail." in told(owing.because)


def test_the_next_review_is_the_first_in_the_calendar_that_is_neither_an_idea_nor_dropped(company):
    days = [("2026-11-25", "dropped"), ("2026-11-27", "idea"), ("2026-12-01", None),
            ("2026-12-09", "planned"), ("2026-11-20", "planned"), ("2026-11-28", "done")]  # fmt: skip
    entries = [{"entry_id": f"E{n}", "start": when, "kind": "review", "status": status}
               for n, (when, status) in enumerate(days)]  # fmt: skip
    dataset = company(reviews=[line("R1")], calendar=entries)
    assert "the next is planned for 1 Dec 2026." in told(read(dataset).because)


# --- what the Data page says of them


def test_what_is_wrong_with_reviews_and_attendees_is_told_with_what_to_write_instead(company):
    entries = [{"entry_id": f"E{n}", "start": "2026-11-25", "attendees": "ana; Ana Kovač, ana kovac, zz9"}
               for n in (1, 2)]  # fmt: skip
    dataset = company(calendar=entries, reviews=[
        line("R1", 1, period="Q3 of 26", action="Call", action_owner="ben",
             action_done_at="2026-05-04 23:00"),
        line("R1", 2, held_at=None, action="Mail", action_done_at="2026-05-05 08:00", attendees="ben"),
        line("R2", 1, period="2026-Q3"),
    ])  # fmt: skip
    found = [(p.table, p.rule, p.key, p.value, p.rows, p.owner) for p in checks_together.problems(dataset)]
    assert found == [
        ("reviews", "unknown_period", "R1, 1", "Q3 of 26", 1, "ben"),
        ("reviews", "done_before_decided", "R1, 1", "2026-05-04 23:00", 1, "ben"),
        ("calendar", "attendee", None, "ana kovac", 2, None),
        ("calendar", "attendee", None, "zz9", 2, None),
    ]
    told_to = [p.instead for p in checks_together.problems(dataset) if p.rule == "attendee"]
    assert told_to == ["Write Ana Kovač.", "Add the person to people, or correct the name."]
    assert list(checks_together.problems(company(people=None, calendar=entries))) == []
