"""Feedback: who answers whom and how soon, whether acting on a reason helped, what became of ideas."""

import math
from datetime import date, datetime, timedelta
from random import Random

import numpy as np
import pytest
from scipy import stats

from scorecard import feedback_loops, feedback_trends, feedback_view, small
from scorecard.clock import AsOf
from scorecard.feedback import answers, asking, entries, oldest, owed
from scorecard.feedback_loops import LONGEST, SHORTEST, Effect, Share
from scorecard.feedback_words import Words
from scorecard.formats import Formats
from scorecard.settings import DEFAULT
from scorecard.statistics import newcombe
from scorecard.words import plain
from tests.scorecard.builders import Company, lead

TODAY = "2026-11-20"
AS_OF = date.fromisoformat(TODAY)
PEOPLE = [
    {"person_id": who, "name": who.capitalize(), "department": team}
    for who, team in (
        ("ana", "sales"),
        ("ben", "sales"),
        ("mia", "marketing"),
        ("max", "marketing"),
        ("ida", "leadership"),
    )
]
TEAM = {row["person_id"]: row["department"] for row in PEOPLE}
ASKING = {"lead_quality", "content_idea", "problem"}


@pytest.fixture
def company(tmp_path):
    made = []

    def build(leads=None, **tables):
        kept = {"leads": leads or [lead("a")], "people": PEOPLE, **tables}
        kept = {name: rows for name, rows in kept.items() if rows is not None}
        made.append(Company(tmp_path / f"{len(made)}.db", **kept))
        return made[-1].dataset

    yield build
    for one in made:
        one.database.close()


def at(dataset, text=TODAY):
    return AsOf.parse(text, small.settings(dataset).zone)


def said(number, when="2026-11-01 09:00", kind="problem", **cells):
    return {
        "feedback_id": f"F{number}",
        "at": str(when),
        "kind": kind,
        "from_person": "ana",
        "to_person": "mia",
        "status": "open",
        **cells,
    }


def read(dataset, months=12, as_of=None):
    return feedback_view.feedback_of(dataset, months, as_of or at(dataset))


# --- answers, by brute force over the rows


def luck_of(seed):
    return Random(seed)  # noqa: S311 - no secret


def random_entries(luck, n):
    """Feedback of every shape: unknown people, blanks, resolved before said, after as_of, never."""
    found = []
    for i in range(n):
        asked_on = datetime.fromisoformat("2025-11-01 09:00") + timedelta(hours=luck.randrange(24 * 400))
        resolved = luck.choice([None, None, None, asked_on + timedelta(hours=luck.randrange(-48, 24 * 60))])
        found.append(
            {
                "feedback_id": f"F{i}",
                "at": str(asked_on),
                "kind": luck.choice([*ASKING, "insight", "win", "thanks", None]),
                "from_person": luck.choice([*[*TEAM] * 2, "nobody", None]),
                "from_department": luck.choice(["sales", "marketing", "other", None, None]),
                "to_person": luck.choice([*[*TEAM] * 2, "nobody", None]),
                "owner": luck.choice([*TEAM, None, None]),
                "rating": luck.choice([None, 1, 4, 5]),
                "reject_reason": luck.choice([None, "no budget"]),
                "status": luck.choice([*["open", "planned", None] * 3, "done", "declined"]),
                "resolved_at": None if resolved is None else str(resolved),
                "response": luck.choice([None, None, None, "Yes."]),
                "due": luck.choice([None, str((asked_on + timedelta(days=30)).date())]),
            }
        )
    return found


def expected(rows, way, since):
    """(asked, answered, days of the answered, days of those who wait) of one way, from the rows alone."""
    asked = answered = 0
    took, waiting = [], []
    for r in rows:
        said_at = datetime.fromisoformat(r["at"])
        if not since <= said_at.date() <= AS_OF:
            continue
        good = r["kind"] == "lead_quality" and (r["rating"] or 0) >= 4 and not r["reject_reason"]
        taken = bool(r["owner"] or r["due"])
        praise = r["kind"] in {"win", "thanks"} or (good and not taken)
        if praise or not (r["kind"] in ASKING or taken):
            continue
        origin = r["from_department"] or TEAM.get(r["from_person"])
        other = {"sales": "marketing", "marketing": "sales"}.get(origin)
        toward = TEAM.get(r["to_person"]) or TEAM.get(r["owner"]) or other
        if (origin, toward) != way:
            continue
        asked += 1
        resolved = r["resolved_at"] and datetime.fromisoformat(r["resolved_at"])
        later = resolved is not None and resolved.date() > AS_OF
        if later or not (resolved or r["status"] in {"done", "declined"} or r["response"]):
            waiting.append((AS_OF - said_at.date()).days)
            continue
        answered += 1
        if resolved and resolved.date() >= said_at.date():
            took.append((resolved.date() - said_at.date()).days)
    return asked, answered, took, waiting


def half_answered(took, waiting):
    """Kaplan and Meier by hand: the first day by which at most half still wait."""
    left = 1.0
    for day in sorted(set(took)):
        at_risk = sum(d >= day for d in took) + sum(d >= day for d in waiting)
        left *= 1 - took.count(day) / at_risk
        if left <= 0.5 + 1e-9:
            return day
    return None


@pytest.mark.parametrize("seed", range(3))
def test_answers_are_what_the_rows_say_one_by_one(company, seed):
    rows = random_entries(luck_of(seed), 800)
    dataset = company(feedback=rows)
    found, since = entries(dataset, at(dataset)), date(2026, 3, 1)
    for name, way in (("to_marketing", ("sales", "marketing")), ("to_sales", ("marketing", "sales"))):
        asked, answered, took, waiting = expected(rows, way, since)
        one = answers(asking(found, since, name))
        assert min(asked, answered, len(took), len(waiting)) > 5
        assert (one.asked, one.answered, one.timed) == (asked, answered, len(took) + len(waiting))
        assert one.untimed == answered - len(took)
        assert one.median == half_answered(took, waiting)
        assert one.longest == max(took + waiting)


def test_while_half_still_wait_the_longest_wait_is_told_instead(company):
    rows = [
        said(1, "2026-11-01"),
        said(2, "2026-10-01"),
        said(3, "2026-10-01", resolved_at="2026-10-03", status="done"),
    ]
    found = read(company(feedback=rows))
    days = next(
        f.row for f in found.figures if f.row.metric == "days_to_answer" and f.row.team == "marketing"
    )
    assert (days.value, days.low, days.notes) == (None, 50, "not_reached")
    assert "alf or more of what sales asked still waits, the longest for 50 days." in plain(found.because[0])


def test_an_answer_given_later_than_as_of_is_not_known_then(company):
    dataset = company(
        feedback=[said(1, "2026-09-01", status="done", resolved_at="2026-10-10", response="Done")]
    )
    before, after = (entries(dataset, at(dataset, day))[0] for day in ("2026-10-09", "2026-10-10"))
    assert (before.state, before.answered, before.age) == ("open", False, 38)
    assert (after.state, after.answered, after.days) == ("done", True, 39)


def test_what_is_overdue_comes_first_then_by_due_date_then_the_oldest(company):
    rows = [
        said(1, "2026-11-10"),
        said(2, "2026-11-01", due="2026-12-01"),
        said(3, "2026-11-02", due="2026-11-19"),
        said(4, "2026-11-03", due="2026-11-05", response="On it", status="planned"),
        said(5, "2026-10-01"),
        said(6, "2026-10-01", due="2026-11-20"),
        said(7, "2026-10-01", status="declined", due="2026-10-02"),
    ]
    dataset = company(feedback=rows)
    found = entries(dataset, at(dataset))
    assert [(e.feedback_id, e.state) for e in owed(found)] == [
        ("F4", "overdue"),
        ("F3", "overdue"),
        ("F6", "open"),
        ("F2", "open"),
        ("F5", "open"),
        ("F1", "open"),
    ]
    assert oldest(found).feedback_id == "F5"
    told = read(dataset)
    assert plain(told.verdict[1]) == "6 are still open, 2 of them past the due date."
    assert any(plain(said).startswith("Mia owes the oldest answer: ") for said in told.because)


def test_what_stands_first_says_who_answers_whom_and_leads_to_the_entries(company):
    found = read(company(feedback=[said(1, "2026-11-10"), said(2, "2026-11-01", status="done")]))
    first = "Marketing answered 1 of the 2 things that sales asked (too few to judge); "
    assert plain(found.verdict[0]) == f"{first}marketing asked sales nothing in the last 12 months."
    linked = [(p.text, dict(p.ask)["show"]) for p in found.verdict[0] if p.page]
    assert linked == [("1 of the 2 things", "answered")]
    assert plain(found.verdict[1]) == "1 is still open, none past the due date."


def test_the_list_is_narrowed_by_state_way_and_who_sees_to_it(company):
    rows = [
        said(1, owner="max"),
        said(2, response="Yes"),
        said(3, status="done", resolved_at="2026-11-02"),
        said(4, from_person="mia", to_person="ben"),
        said(5, from_person="mia", to_person=None),
    ]
    found = read(company(feedback=rows))
    listed = {
        choice: {e.feedback_id for e in feedback_view.listed(found, *choice)}
        for choice in (
            ("owed", "both", "everyone"),
            ("answered", "both", "everyone"),
            ("asked", "to_sales", "everyone"),
            ("owed", "both", "max"),
            ("owed", "both", "team:sales"),
        )
    }
    assert list(listed.values()) == [{"F1", "F2", "F4", "F5"}, {"F2", "F3"}, {"F4", "F5"}, {"F1"}, {"F5"}]
    assert feedback_view.minding(found) == {
        "everyone": "Everyone: owes 4",
        "ben": "Ben: owes 1",
        "max": "Max: owes 1",
        "mia": "Mia: owes 1",
        "team:sales": "Sales, nobody named: owes 1",
    }


def test_resolved_before_it_was_said_is_answered_and_told_and_takes_no_days(company):
    found = read(company(feedback=[said(1, resolved_at="2026-10-01", status="done")]))
    assert (found.entries[0].answered, found.entries[0].days, found.entries[0].backwards) == (
        True,
        None,
        True,
    )
    assert any("resolved before being said" in note for note in found.notes)
    dated = read(company(feedback=[said(1, resolved_at="2026-11-01", status="done")]))  # a date, the same day
    assert (dated.entries[0].days, dated.notes) == (0, ())


# --- closing the loop, by brute force


def rejected(n, day, reason, **cells):
    return lead(
        f"r{n}",
        created_at="2025-01-01",
        handed_off_at="2025-01-02",
        rejected_at=str(day),
        reject_reason=reason,
        accepted_at=None,
        campaign_id=None,
        **cells,
    )


def action(number, day, reason="no budget", **cells):
    return said(
        number, "2026-01-01", status="done", resolved_at=f"{day} 15:00", reject_reason=reason, **cells
    )


def drawn(luck, n):
    """Rejections and acceptances over a year, the reason's share falling to a third in June."""
    found = []
    for i in range(n):
        day = date(2025, 12, 1) + timedelta(days=luck.randrange(350))
        chance = 0.45 if day < date(2026, 6, 15) else 0.15
        reason = "no budget" if luck.random() < chance else luck.choice(["no need now", "too small", None])
        row = rejected(i, f"{day} {luck.randrange(24):02}:30", reason) | {
            "campaign_id": luck.choice(["C1", "C2", None])
        }
        if luck.random() < 0.3:
            row |= {"rejected_at": None, "reject_reason": None, "accepted_at": row["rejected_at"]}
        found.append(row)
    return found


def counted(leads, reason, campaign, days):
    """K, n and decisions of a reason on those days, from the rows alone."""
    ours = [r for r in leads if campaign in ("", r["campaign_id"])]
    back = [r for r in ours if r["rejected_at"] and date.fromisoformat(r["rejected_at"][:10]) in days]
    yes = [r for r in ours if r["accepted_at"] and date.fromisoformat(r["accepted_at"][:10]) in days]
    return sum(r["reject_reason"] == reason for r in back), len(back), len(back) + len(yes)


def fisher(a, b):
    """Fisher's two-sided chance by the hypergeometric distribution, in whole numbers."""
    (k1, n1), (k2, n2) = a, b
    k, n = k1 + k2, n1 + n2
    ways = {x: math.comb(n1, x) * math.comb(n2, k - x) for x in range(max(0, k - n2), min(k, n1) + 1)}
    return sum(w for w in ways.values() if w <= ways[k1] * (1 + 1e-7)) / math.comb(n, k)


def adjusted(chances):
    """Benjamini and Hochberg's, from the largest down."""
    ordered = sorted(range(len(chances)), key=lambda i: chances[i], reverse=True)
    found, least = [0.0] * len(chances), 1.0
    for place, i in enumerate(ordered):
        least = min(least, chances[i] * len(chances) / (len(chances) - place))
        found[i] = least
    return found


def test_loops_are_what_counting_the_rows_says(company):
    leads = drawn(luck_of(4), 1_200)
    acts = [
        action(1, "2026-06-14"),
        action(2, "2026-03-10", "too small"),
        action(3, "2026-10-01", "no need now", campaign_id="C1"),
        action(4, "2026-11-01", "too small"),
    ]
    dataset = company(leads=leads, feedback=acts)
    found = feedback_loops.loops(dataset, entries(dataset, at(dataset)), date(2026, 1, 1), at(dataset))
    shown = {(loop.reason, loop.first): loop for loop in found.loops}
    want = {
        ("no budget", date(2026, 6, 14)): 90,
        ("too small", date(2026, 3, 10)): 90,
        ("no need now", date(2026, 10, 1)): 50,
        ("too small", date(2026, 11, 1)): 0,
    }
    assert {key: loop.days for key, loop in shown.items()} == want
    chances = []
    for (reason, day), days in want.items():
        loop = shown[reason, day]
        if not days:
            assert (loop.effect, loop.wait) == (Effect.NOT_DUE, SHORTEST - 19)
            continue
        sides = [
            counted(
                leads, reason, loop.campaign_id, {day + timedelta(days=sign * (i + 1)) for i in range(days)}
            )
            for sign in (-1, 1)
        ]
        assert [(s.k, s.n, s.decided) for s in (loop.before, loop.after)] == sides
        (k0, n0, _), (k1, n1, _) = sides
        assert loop.compared.difference == newcombe(k1, n1, k0, n0)
        chances.append((loop, fisher((k1, n1), (k0, n0))))
    for (loop, _), chance in zip(chances, adjusted([c for _, c in chances]), strict=True):
        assert loop.compared.chance == pytest.approx(chance, rel=1e-6)
    assert shown["no budget", date(2026, 6, 14)].effect is Effect.FELL
    assert shown["too small", date(2026, 3, 10)].effect is Effect.UNSURE


def year_of(before, after, other=None):
    """Rejections, k of n for the reason before and after 2026-08-01, and acceptances (before, after)."""
    leads, spread = [], [date(2026, 7, 31) - timedelta(days=1), date(2026, 8, 2)]
    for day, (k, n), more in zip(spread, (before, after), other or (0, 0), strict=True):
        leads += [rejected(len(leads) + i, day, "no budget" if i < k else "no need now") for i in range(n)]
        leads += [
            lead(
                f"y{day}{i}",
                handed_off_at="2025-01-02",
                accepted_at=str(day),
                rejected_at=None,
                reject_reason=None,
            )
            for i in range(more)
        ]
    return leads


@pytest.mark.parametrize(
    ("before", "after", "decided", "effect"),
    [
        ((28, 90), (9, 75), (300, 300), Effect.FELL),
        ((9, 90), (28, 75), (300, 300), Effect.ROSE),
        ((28, 90), (20, 75), (300, 300), Effect.UNSURE),
        ((28, 90), (0, 9), (300, 300), Effect.TOO_FEW),
        ((0, 0), (0, 0), (1, 1), Effect.TOO_FEW),
        ((30, 60), (30, 300), (240, 0), Effect.SHARE_ONLY),  # 10 % of all decisions both times
    ],
)
def test_what_a_change_of_the_share_is_called(company, before, after, decided, effect):
    dataset = company(leads=year_of(before, after, decided), feedback=[action(1, "2026-08-01")])
    found = read(dataset)
    assert [told.loop.effect for told in found.loops] == [effect]


def test_the_sentence_of_a_loop_says_both_shares_and_how_sure(company):
    dataset = company(
        leads=year_of((28, 90), (9, 75)), feedback=[action(1, "2026-08-01", response="New form")]
    )
    found = read(dataset)
    assert found.loops[0].says == (
        "Fell from 31.1% (28 of 90) to 12% (9 of 75) of rejections, surely. "
        "−19.1 points (95%: −30.7 to −6.5), 90 days on each side."
    )
    assert "The one action on a rejection reason surely brought it down." in plain(found.because[-1])


def test_actions_close_together_are_one_and_the_next_one_ends_the_days(company):
    acts = [
        action(1, "2026-03-01"),
        action(2, "2026-03-20"),
        action(3, "2026-05-20"),
        action(4, "2026-06-05", campaign_id="C1"),
        action(5, "2026-05-25", "too small"),
    ]
    dataset = company(leads=drawn(luck_of(1), 300), feedback=acts)
    found = feedback_loops.loops(dataset, entries(dataset, at(dataset)), date(2026, 1, 1), at(dataset))
    shown = {tuple(e.feedback_id for e in loop.actions): (loop.days, loop.effect) for loop in found.loops}
    assert set(shown) == {("F1", "F2"), ("F3",), ("F4",), ("F5",)}
    assert shown["F1", "F2"][0] == 60  # 21 March to 19 May
    assert shown["F3",] == shown["F4",] == (0, Effect.TOO_CLOSE)  # a campaign's leads are among all leads
    assert shown["F5",][0] == LONGEST  # another reason is nobody's neighbour


def test_the_day_that_is_not_over_is_not_compared(company):
    dataset = company(leads=drawn(luck_of(1), 300), feedback=[action(1, "2026-10-01")])
    days = [
        feedback_loops.loops(dataset, entries(dataset, moment), date(2026, 1, 1), moment).loops[0].days
        for moment in (at(dataset, "2026-11-10T23:59:58"), at(dataset, "2026-11-10"))
    ]
    assert days == [39, 40]


def test_declined_promised_and_undated_actions_are_not_compared_but_told(company):
    acts = [
        action(1, "2026-08-01") | {"status": "declined"},
        said(2, status="planned", reject_reason="too small"),
        said(3, status="done", reject_reason="no budget"),
        action(4, "2026-12-24"),  # after as_of: still open
    ]
    found = read(company(feedback=acts))
    assert found.loops == ()
    assert found.planned == "Promised and not done yet, so not compared: “too small”."
    assert found.notes == (
        "1 action on a reason is done without resolved_at: without a day there is nothing to compare around.",
    )
    assert "No action on a rejection reason was completed" in plain(found.because[-1])


def test_a_reason_nobody_gives_is_asked_about(company):
    dataset = company(leads=year_of((28, 90), (9, 75)), feedback=[action(1, "2026-08-01", "No Budget")])
    assert "Is it written as in reject_reason of leads?" in read(dataset).loops[0].says


def test_more_loops_than_are_compared_are_counted(company):
    acts = [action(i, "2026-06-01", f"reason {i}") for i in range(feedback_loops.MOST + 3)]
    dataset = company(leads=year_of((28, 90), (9, 75)), feedback=acts)
    found = feedback_loops.loops(dataset, entries(dataset, at(dataset)), date(2026, 1, 1), at(dataset))
    assert (len(found.loops), found.more) == (feedback_loops.MOST, 3)


def test_where_nothing_changed_a_change_is_found_in_no_more_than_a_twentieth_of_cases():
    """Exactly, over all pairs of counts of one loop: no luck of a seed."""
    for n, p in ((40, 0.2), (60, 0.35)):
        chance = stats.binom.pmf(np.arange(n + 1), n, p)
        wrong = 0.0
        for k0, p0 in enumerate(chance):
            for k1, p1 in enumerate(chance):
                if p0 * p1 > 1e-9:
                    gap = newcombe(k1, n, k0, n)
                    sure = gap.verdict != "can't tell yet" and fisher((k1, n), (k0, n)) <= 0.05
                    wrong += p0 * p1 * sure
        assert 0.01 < wrong < 0.05, (n, p)


def test_a_lucky_one_among_many_is_not_called_sure():
    told = Words(Formats.of(DEFAULT), 10, 12)
    gap = newcombe(20, 100, 33, 100)
    assert gap.verdict == "lower"
    loop = feedback_loops.Loop(
        "x",
        "",
        (),
        AS_OF,
        AS_OF,
        90,
        0,
        Effect.UNSURE,
        Share(33, 100, None),
        Share(20, 100, None),
        feedback_loops.Compared(gap, 0.3),
    )
    assert told.loop(loop, 12).endswith("can't tell yet: among 12 one may look so by chance.")


# --- over time


def test_ratings_and_reasons_by_month_are_what_the_rows_say(company):
    luck = luck_of(8)
    leads = []
    for i in range(400):
        day = date(2025, 10, 1) + timedelta(days=luck.randrange(430))
        leads.append(
            lead(
                f"l{i}",
                created_at=str(day),
                handed_off_at=str(day),
                rejected_at=str(day + timedelta(days=3)),
                reject_reason=luck.choice(["a", "b", "c", None]),
                source=luck.choice(["Fair", "Web"]),
                quality_rating=luck.choice([None, 1, 2, 5]),
                campaign_id=luck.choice(["C1", None]),
            )
        )
    dataset = company(leads=leads)
    found = feedback_trends.trends(dataset, "source=Fair", at(dataset))
    ours = [r for r in leads if r["source"] == "Fair" and r["rejected_at"] <= "2026-11-20"]
    for i, point in enumerate(found.rating.points):
        month = f"2025-{12 + i:02}" if i == 0 else f"2026-{i:02}"
        rated = [r["quality_rating"] for r in ours if r["handed_off_at"][:7] == month and r["quality_rating"]]
        assert (point.n, point.value) == (len(rated), pytest.approx(sum(rated) / len(rated)))
        for course in found.reasons:
            back = [r for r in ours if r["rejected_at"][:7] == month]
            cases = sum(r["reject_reason"] == course.name for r in back), len(back)
            assert (course.points[i].k, course.points[i].n) == cases
    assert [p.running for p in found.rating.points] == [False] * 11 + [True]
    assert {course.name for course in found.reasons} == {"a", "b", "c"}
    groups = {g.scope: g for g in feedback_trends.groups(dataset, at(dataset))}
    year = [r for r in ours if r["rejected_at"] >= "2025-12-01"]
    assert groups["source=Fair"].rejections == len(year) == found.rejections
    top = max("abc", key=lambda reason: sum(r["reject_reason"] == reason for r in year))
    assert (groups["source=Fair"].reason, groups["source=Fair"].share.k) == (
        top,
        sum(r["reject_reason"] == top for r in year),
    )
    assert set(groups) == {"source=Fair", "source=Web", "campaign_id=C1"}


def test_what_the_source_lacks_is_named_and_the_rest_is_shown(company):
    dataset = company(leads=[lead("a", handed_off_at="2026-10-06", quality_rating=3)])
    found = feedback_trends.trends(dataset, "all", at(dataset))
    assert found.rating.whole.value == 3
    assert feedback_trends.lacking(found.lacks) == (
        (
            "Locked: reasons of rejection. Add the column rejected_at of leads "
            "and the column reject_reason of leads."
        ),
    )
    acted = read(company(feedback=[action(1, "2026-08-01")]))
    assert any("whether actions on a reason helped" in text for text in acted.lacking)


# --- ideas, praise, and nothing at all


def test_an_idea_is_as_far_as_its_furthest_entry_in_the_calendar(company):
    ideas = [
        said(i, "2026-10-01", "content_idea", **cells)
        for i, cells in enumerate([{}, {}, {}, {}, {"status": "declined"}, {"response": "Maybe"}, {}])
    ]
    calendar = [
        {"entry_id": f"E{n}", "start": start, "status": status, "feedback_id": f"F{i}", "title": f"T{n}"}
        for n, (i, start, status) in enumerate(
            [
                (0, "2026-10-20", "done"),
                (0, "2026-10-15", "live"),
                (0, "2026-12-01", "planned"),
                (1, "2026-12-01", "planned"),
                (1, "2026-10-02", "dropped"),
                (2, "2026-12-24", "live"),
                (3, "2026-10-05", "dropped"),
                (6, "2026-10-05", "idea"),
            ]
        )
    ]
    found = read(company(feedback=ideas, calendar=calendar)).ideas
    stages = {i.entry.feedback_id: (i.stage, i.title, i.days) for i in found.ideas}
    assert stages == {
        "F0": ("live", "T1", 14),
        "F1": ("planned", "T3", None),
        "F2": ("planned", "T5", None),
        "F3": ("dropped", "T6", None),
        "F4": ("declined", "", None),
        "F5": ("answered", "", None),
        "F6": ("on the calendar", "T7", None),
    }
    assert (found.on_calendar, found.live, found.median) == (4, 1, 14)


def test_wins_thanks_and_good_leads_ask_for_nothing(company):
    rows = [
        said(1, kind="win"),
        said(2, kind="thanks", from_person="mia", to_person="ana"),
        said(3, kind="lead_quality", rating=5),
        said(4, kind="lead_quality", rating=5, owner="mia"),
        said(5, kind="lead_quality", rating=2),
        said(6, kind="insight"),
        said(7, kind="insight", owner="mia"),
    ]
    found = read(company(feedback=rows))
    assert {e.feedback_id for e in found.praise} == {"F1", "F2", "F3"}
    assert found.praise_says == "From sales to marketing 2 times and from marketing to sales 1 time."
    assert {e.feedback_id for e in owed(found.entries)} == {"F4", "F5", "F7"}


def test_without_a_table_or_rows_the_page_says_what_to_fill(company):
    absent, empty = company(feedback=None), company(feedback=[said(1, "2027-01-01")])
    todo = feedback_view.nothing_of(absent, at(absent))[1]
    assert todo.startswith("There is no table feedback. Add it: a row an entry: feedback_id, at")
    assert feedback_view.nothing_of(empty, at(empty))[1].startswith("Fill the table feedback.")
    assert feedback_view.nothing_of(empty, at(empty, "2027-01-01")) is None
    assert (read(empty).entries, read(empty).loops, read(empty).notes) == ((), (), ())


def test_leads_campaigns_and_people_nobody_knows_go_by_their_ids(company):
    rows = [said(1, lead_id="ghost", campaign_id="C99", from_person="who", to_person="nobody", owner="none")]
    found = read(company(feedback=rows))
    entry = found.entries[0]
    assert (entry.lead_id, entry.campaign_id, entry.author.name, entry.owes.name) == (
        "ghost",
        "C99",
        "who",
        "none",
    )
    assert entry.way == ""
    assert found.notes == ("1 entry asks within one team, or from outside both: counted neither way.",)


def test_entries_with_the_least_columns_are_shown_and_what_else_helps_is_named(company):
    rows = [{"feedback_id": "F1", "at": "2026-11-01", "text": "Hello"}]
    found = read(company(feedback=rows, people=None))
    assert [e.text for e in feedback_view.of_kind(found, "insight", "")] == ["Hello"]
    assert [text.split(".")[0] for text in found.lacking] == [
        "Locked: which team asked",
        "Locked: what asks for an answer, but for entries with an owner or a due date",
        "Locked: how long answers take",
        "Locked: closing the loop",
        "Locked: what became of content ideas",
    ]


@pytest.mark.parametrize(
    ("day", "months", "first"),
    [("2026-11-20", 12, "2025-11-21"), ("2026-05-31", 3, "2026-03-01"), ("2024-02-29", 12, "2023-03-01")],
)
def test_the_last_months_begin_the_day_after_the_same_day_then(day, months, first):
    assert feedback_view._since(date.fromisoformat(day), months) == date.fromisoformat(first)
