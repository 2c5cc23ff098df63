"""People: who is who, whom to ask about what, what they own, who has seen the other side's work."""

from datetime import date, timedelta

import pytest

from scorecard import people, people_exchange, small
from scorecard.clock import AsOf
from scorecard.people import PER_PAGE, matching
from scorecard.words import plain
from tests.pages.demo_store import TODAY, small_tables
from tests.scorecard.builders import Company, lead

PEOPLE = [
    {
        "person_id": "mia",
        "name": "Mia Lind",
        "department": "marketing",
        "role": "Ads",
        "covers": "Search ads",
    },
    {"person_id": "max", "name": "Max Horn", "department": "marketing", "covers": None},
    {"person_id": "sam", "name": "Sam Pike", "department": "sales", "covers": "Dealers; search ADS\nPrices"},
    {"person_id": "sue", "name": "Sue Kahn", "department": "sales", "is_liaison": "yes"},
    {
        "person_id": "ann",
        "name": "Ann Agency",
        "department": "other",
        "is_liaison": "yes",
        "role": "Northlight",
    },
    {"person_id": "boss", "name": None, "department": "leadership"},
    {"person_id": "lost", "name": "Lost Soul", "department": None},
]


@pytest.fixture
def company(tmp_path):
    made = []

    def build(**tables):
        basis = {"leads": [lead("a")], "people": PEOPLE}
        kept = {name: rows for name, rows in (basis | tables).items() if rows is not None}
        made.append(Company(tmp_path / f"{len(made)}.db", **kept))
        return made[-1].dataset

    yield build
    for one in made:
        one.database.close()


def at(dataset, text="2026-11-20"):
    return AsOf.parse(text, small.settings(dataset).zone)


def read(dataset, text="2026-11-20"):
    return people.read(dataset, at(dataset, text))


def told(sentences):
    return " ".join(map(plain, sentences))


def named(some):
    return [person.person_id for person in some]


# --- who is who


def test_everybody_stands_in_one_list_liaisons_first(company):
    found = read(company())
    assert named(found.marketing) == ["max", "mia"]
    assert named(found.sales) == ["sue", "sam"]
    assert named(found.others) == ["ann", "boss", "lost"]
    assert found.others[1].name == "boss"


@pytest.mark.parametrize(
    ("liaisons", "said"),
    [
        ((), "No liaison between the teams is named: is_liaison of people says who is."),
        (
            ("mia",),
            "Mia Lind (marketing) is the liaison between the teams; sales has named nobody of its own.",
        ),
        (("mia", "sue"), "Mia Lind (marketing) and Sue Kahn (sales) are the liaisons between the teams."),
        (
            ("ann",),
            "No liaison between the teams is named; Ann Agency (Northlight) is the liaison outside them.",
        ),
    ],
)
def test_the_verdict_names_the_liaisons_or_says_that_there_are_none(company, liaisons, said):
    rows = [{**row, "is_liaison": "yes" if row["person_id"] in liaisons else "no"} for row in PEOPLE]
    assert plain(read(company(people=rows)).verdict[0]) == said


def test_topics_are_the_same_in_any_letters_and_lead_to_all_who_cover_them(company):
    found = read(company())
    assert [(t.name, [who for who, _ in t.people]) for t in found.topics] == [
        ("Dealers", ["sam"]), ("Prices", ["sam"]), ("Search ads", ["mia", "sam"]),
    ]  # fmt: skip
    assert "Nobody has written down what to ask Max Horn and Sue Kahn about." in told(found.because)


def test_without_any_topic_the_page_says_where_to_write_them(company):
    rows = [{k: v for k, v in row.items() if k != "covers"} for row in PEOPLE]
    assert "covers of people says it" in told(read(company(people=rows)).because)


@pytest.mark.parametrize(
    ("asked", "found", "topics"),
    [
        ("", (2, 2, 3), 3),
        ("SEARCH", (1, 1, 0), 1),
        ("dealers prices", (0, 1, 0), 0),
        ("lind", (1, 0, 0), 1),
        ("ads lind", (1, 0, 0), 1),
        ("%_' OR 1=1 <b>", (0, 0, 0), 0),
    ],
)
def test_a_search_finds_people_and_topics_by_every_word_of_it(company, asked, found, topics):
    matched = matching(read(company()), asked)
    assert (matched.of, len(matched.topics)) == (found, topics)


def test_accents_and_case_do_not_hide_anybody(company):
    rows = [{"person_id": "z", "name": "Zoé Šťastná", "department": "sales", "covers": "Prag"}]
    assert matching(read(company(people=rows)), "zoe stastna").of == (0, 1, 0)


def test_five_hundred_people_come_in_pages_that_hold_each_of_them_once(company):
    rows = [{"person_id": f"p{n}", "name": f"Person {n:03}", "department": "sales"} for n in range(500)]
    found = read(company(people=rows))
    assert found.pages == 500 // PER_PAGE
    seen = [p.person_id for page in range(1, found.pages + 1) for p in matching(found, "", page).sales]
    assert sorted(seen) == sorted(row["person_id"] for row in rows)
    assert matching(found, "Person 49", 1).of == (0, 15, 0)  # 049, 149 ... and 490 to 499
    assert matching(found, "", found.pages + 1).sales == ()


def test_without_the_table_or_rows_the_page_says_what_to_fill(company):
    assert read(company(people=None)).nothing[0] == "Nobody is known yet: there is no table people"
    empty = [{"person_id": None, "name": None}]
    assert read(company(people=empty)).nothing[0] == "Nobody is known yet: people is empty"


# --- what they own


def goal(goal_id, owner, due="2026-12-31"):
    return {
        "goal_id": goal_id,
        "name": f"Goal {goal_id}",
        "target": 1,
        "start": "2026-01-01",
        "due": due,
        "owner": owner,
    }


def campaign(campaign_id, marketing, sales, end=None):
    return {"campaign_id": campaign_id, "name": f"Mail {campaign_id}", "start": "2026-10-01", "end": end,
            "launched_at": "2026-10-01", "marketing_owner": marketing, "sales_owner": sales}  # fmt: skip


def action(line_no, owner, done=None, held="2026-10-05", due="2026-10-10"):
    return {"review_id": "R1", "line_no": line_no, "held_at": held, "action": f"Do {line_no}",
            "action_owner": owner, "action_due": due, "action_done_at": done}  # fmt: skip


def said(feedback_id, owner, **cells):
    basis = {"at": "2026-10-01", "kind": "problem", "text": "Ouch", "status": "open", "resolved_at": None}
    return {"feedback_id": feedback_id, "owner": owner, "due": "2026-10-09", **basis, **cells}


def test_everybody_owns_what_still_runs_and_is_open(company):
    dataset = company(
        goals=[goal("G1", "mia"), goal("G2", "mia", due="2026-11-19"), goal("G3", "mia", due="2026-11-20")],
        campaigns=[campaign("C1", "mia", "sam"), campaign("C2", "mia", "sam", end="2026-11-01"),
                   campaign("C3", "sam", "sam")],
        reviews=[action(1, "mia"), action(2, "mia", done="2026-10-06"), action(3, "mia", done="2026-11-25")],
        feedback=[said("F1", "mia"), said("F2", "mia", status="done", resolved_at="2026-10-05"),
                  said("F3", "mia", status="done", resolved_at="2026-11-25"),
                  said("F4", "mia", kind="thanks"), said("F5", "mia", at="2026-11-25"),
                  said("F6", "mia", status="declined"),
                  said("F7", "mia", due="2026-11-20", text=None),
                  said("F8", None, due=None, to_person="sue", text="Please")],
    )  # fmt: skip
    owns = {p.person_id: [(t.kind, t.name, t.overdue) for t in p.owns] for p in read(dataset).everybody}
    assert owns["mia"] == [
        ("goal", "Goal G1", False), ("goal", "Goal G3", False), ("campaign", "Mail C1", False),
        ("action", "Do 1", True), ("action", "Do 3", True),
        ("feedback", "Ouch", True), ("feedback", "Ouch", True), ("feedback", "problem", False),
    ]  # fmt: skip
    assert owns["sam"] == [("campaign", "Mail C1", False), ("campaign", "Mail C3", False)]
    assert owns["sue"] == [("feedback", "Please", False)]  # it was said to her, and nobody else took it on


def test_what_nobody_answers_for_is_named(company):
    dataset = company(
        goals=[goal("G1", None), goal("G2", "ghost"), goal("G3", None, due="2026-01-31")],
        campaigns=[campaign("C1", None, None), campaign("C2", "mia", None), campaign("C3", "mia", "sam")],
        reviews=[action(1, None), action(2, None, done="2026-10-06")],
    )
    assert [(gap.name, gap.what) for gap in read(dataset).gaps] == [
        ("Goal G1", "goal without an owner"),
        ("Mail C1", "campaign without an owner in marketing and sales"),
        ("Mail C2", "campaign without an owner in sales"),
        ("Do 1", "action without an owner"),
        ("Goal G2", "goal of ghost, who isn’t in people"),
    ]


def test_a_source_without_columns_of_owners_accuses_nobody(company):
    bare = [{k: v for k, v in campaign("C1", None, None).items() if not k.endswith("_owner")}]
    unowned = [{k: v for k, v in goal("G1", None).items() if k != "owner"}]
    assert read(company(campaigns=bare, goals=unowned)).gaps == ()


# --- seeing the other side


def session(entry_id, day, owner="sam", attendees="mia, sam", **cells):
    basis = {
        "end": None,
        "title": f"Calls {entry_id}",
        "kind": "exchange",
        "department": "shared",
        "status": "done",
    }
    return {"entry_id": entry_id, "start": day, "owner": owner, "attendees": attendees, **basis, **cells}


def sat(dataset, text="2026-11-20"):
    """Whoever sat in lately, when last, and when next."""
    found = read(dataset, text)
    return {p.person_id: (p.lately, p.sat, p.planned) for p in found.everybody if p.sat or p.planned}


@pytest.mark.parametrize(
    ("cells", "guests"),
    [
        ({"owner": "sam", "attendees": "mia, sam"}, ["mia"]),  # sales shows its calls
        ({"owner": "mia", "attendees": "mia, sam, sue, max"}, ["sam", "sue"]),
        ({"owner": "boss", "attendees": "mia, sam", "department": "marketing"}, ["sam"]),
        ({"owner": None, "attendees": "mia, sam, ann"}, ["mia", "sam"]),  # nobody's: both see each other
        ({"owner": None, "attendees": "mia, max"}, []),
        ({"owner": "sam", "attendees": "sue"}, []),
        ({"owner": "sam", "attendees": "Mia Lind; MAX, lost, boss"}, ["mia"]),
        ({"owner": "sam", "attendees": None}, []),
    ],
)
def test_whoever_comes_from_the_other_team_has_sat_in(company, cells, guests):
    dataset = company(calendar=[session("E1", "2026-11-02", **cells)])
    [held] = people_exchange.read(dataset, at(dataset)).held
    assert [who for who, _ in held.guests] == guests


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"start": "2026-11-20"}, "held"),
        ({"start": "2026-11-21"}, "ahead"),  # done, but later than the day looked from
        ({"start": "2026-11-19", "status": "planned"}, "held"),  # its day is over
        ({"start": "2026-11-20", "status": "planned"}, "ahead"),
        ({"start": "2026-11-18", "end": "2026-11-20", "status": "live"}, "ahead"),
        ({"start": "2026-11-18", "end": "2026-11-20", "status": "done"}, "held"),
        ({"start": "2026-11-18", "end": "2026-11-01", "status": None}, "held"),
        ({"start": "2026-11-01", "status": "dropped"}, None),
        ({"start": "2026-11-01", "status": "idea"}, None),
        ({"start": "2026-11-01", "kind": "event"}, None),
    ],
)
def test_a_session_is_held_when_it_is_done_or_over_and_not_dropped(company, cells, expected):
    dataset = company(calendar=[session("E1", "2026-11-01") | cells])
    found = people_exchange.read(dataset, at(dataset))
    assert [name for name in ("held", "ahead") if getattr(found, name)] == ([expected] if expected else [])


def test_lately_is_the_last_ninety_days_today_included(company):
    first = date(2026, 11, 20) - timedelta(days=89)
    rows = [session("E1", str(first)), session("E2", str(first - timedelta(days=1)), attendees="max")]
    dataset = company(calendar=[*rows, session("E3", "2026-12-03", attendees="max", status="planned")])
    assert sat(dataset) == {
        "mia": (True, first, None),
        "max": (False, first - timedelta(days=1), date(2026, 12, 3)),
    }
    found = read(dataset)
    assert plain(found.verdict[1]) == (
        "1 of 2 in marketing and 0 of 2 in sales sat in on the other side’s work in the last 90 days."
    )
    assert (
        "Still to sit in are Max Horn (planned for 3 Dec) of marketing, and Sue Kahn and Sam Pike of sales."
        in told(found.because)
    )


def test_a_past_as_of_sees_what_was_planned_then(company):
    dataset = company(calendar=[session("E1", "2026-11-02"), session("E2", "2026-08-03")])
    assert sat(dataset, "2026-10-01") == {"mia": (True, date(2026, 8, 3), date(2026, 11, 2))}


def test_the_takeaway_is_the_feedback_row_as_far_as_as_of_sees_it(company):
    notes = [said("F1", None, at="2026-11-03", text="Four articles")]
    rows = [session("E1", "2026-11-02", feedback_id="F1"), session("E2", "2026-11-01", feedback_id="F9")]
    dataset = company(calendar=rows, feedback=notes)
    for text, expected in (("2026-11-20", ["Four articles", ""]), ("2026-11-02", ["", ""])):
        held = people_exchange.read(dataset, at(dataset, text)).held
        assert [one.takeaway for one in held] == expected


def test_attendees_whom_nobody_knows_are_named_once_with_the_nearest(company):
    rows = [session(f"E{n}", f"2026-11-0{n}", attendees="Mia Lnd, xq9") for n in (1, 2)]
    dataset = company(calendar=rows)
    assert people_exchange.read(dataset, at(dataset)).notes == (
        "Mia Lnd of calendar E2 isn’t in people. Did you mean Mia Lind?",
        "xq9 of calendar E2 isn’t in people. Add the person to people.",
    )


def test_a_name_that_two_people_bear_stands_for_neither(company):
    twins = [{"person_id": p, "name": "Kim Lee", "department": "marketing"} for p in ("k1", "k2")]
    dataset = company(
        people=[*PEOPLE, *twins], calendar=[session("E1", "2026-11-02", attendees="Kim Lee, k2")]
    )
    [held] = people_exchange.read(dataset, at(dataset)).held
    assert (held.guests, held.unknown) == ((("k2", "Kim Lee"),), ("Kim Lee",))


def test_without_sessions_nobody_is_blamed(company):
    found = read(company())
    assert len(found.verdict) == 1
    assert "Not lately" not in told(found.because)


# --- by brute force over the demo company


def test_the_demo_has_the_guests_that_plain_python_finds(tmp_path):
    tables = small_tables("people", "calendar", "feedback")
    made = Company(tmp_path / "demo.db", leads=[lead("a")], **tables)
    team = {row["person_id"]: row["department"] for row in tables["people"]}
    last, coming = {}, {}
    for row in tables["calendar"]:
        if row["kind"] != "exchange":
            continue
        day = date.fromisoformat(row["end"])
        for who in row["attendees"].split(", "):
            if {team[who], team[row["owner"]]} == {"marketing", "sales"}:
                book, best = (last, max) if day < TODAY else (coming, min)
                book[who] = best(day, book.get(who, day))
    found = people.read(made.dataset, at(made.dataset, TODAY.isoformat()))
    assert {p.person_id: p.sat for p in found.everybody if p.sat} == last
    assert {p.person_id: p.planned for p in found.everybody if p.planned} == coming
    for side, some in (("marketing", found.marketing), ("sales", found.sales)):
        lately = sum((TODAY - day).days < 90 for who, day in last.items() if team[who] == side)
        everybody = sum(department == side for department in team.values())
        assert f"{lately} of {everybody} in {side}" in told(found.verdict)
        assert len(some) == everybody
    takeaways = [one.takeaway for one in found.exchanges.held if one.takeaway]
    assert takeaways == ["An hour of listening to your calls gave me four articles."]
    made.database.close()
