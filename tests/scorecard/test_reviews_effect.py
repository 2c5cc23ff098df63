"""Whether an action worked: the right numbers on both sides of it, how sure they are, and silence."""

import math
import random
from datetime import date, datetime, timedelta

import numpy as np
import pytest
from scipy import stats

from scorecard import reviews, reviews_effect, small
from scorecard.campaigns_compare import Measured, z_of
from scorecard.clock import AsOf
from scorecard.reviews_effect import CAMPAIGN, WINDOW, Effect, Outcome, Pair, effect, judged
from scorecard.words import plain
from tests.scorecard.builders import Company, lead

DONE = date(2026, 9, 16)
RUNNING = {"campaign_id": "C1", "name": "Partner list", "channel": "list", "start": "2026-06-01", "end": None,
           "launched_at": "2026-06-01"}  # fmt: skip


@pytest.fixture
def company(tmp_path):
    made = []

    def build(**tables):
        basis = {"leads": [lead("a")], "campaigns": [RUNNING]}
        made.append(Company(tmp_path / f"{len(made)}.db", **(basis | tables)))
        return made[-1].dataset

    yield build
    for one in made:
        one.database.close()


def at(dataset, text="2026-11-20"):
    return AsOf.parse(text, small.settings(dataset).zone)


def line(line_no=1, **cells):
    basis = {"held_at": "2026-09-01 10:00", "campaign_id": None, "period": None, "action": "Do it"}
    done = {"action_due": "2026-09-20", "action_done_at": f"{DONE} 15:00"}
    return {"review_id": "R1", "line_no": line_no, **basis, **done, **cells}


def of(dataset, text="2026-11-20"):
    """What the first action's effect is."""
    [action, *_] = reviews.read(dataset, at(dataset, text)).actions
    return effect(dataset, at(dataset, text), action)


def moved(found):
    return {one.metric: one for one in found.moved}


def newcombe(k1, n1, k2, n2, pairs):
    """The difference k2/n2 - k1/n1 from two Wilson intervals that share the 5 %, from scipy's."""
    level = 1 - 0.05 / pairs
    one, two = (stats.binomtest(k, n, 0.5).proportion_ci(level, "wilson") for k, n in ((k1, n1), (k2, n2)))
    gap = k2 / n2 - k1 / n1
    low = gap - math.hypot(k2 / n2 - two.low, one.high - k1 / n1)
    return low, gap + math.hypot(two.high - k2 / n2, k1 / n1 - one.low)


# --- weeks before and after


def handed(name, when, decided=None, **cells):
    """A lead handed off then; `decided` is (accepted, hours later)."""
    created = {"created_at": str(when - timedelta(hours=1)), "handed_off_at": str(when)}
    stamps = {"accepted_at": None, "rejected_at": None}
    if decided is not None:
        stamps["accepted_at" if decided[0] else "rejected_at"] = str(when + timedelta(hours=decided[1]))
    return lead(name, **created, **stamps, **{"campaign_id": "C1", **cells})


@pytest.fixture
def random_company(company):
    """Leads of two campaigns all over the year, decided within days; better accepted since the action."""
    draw = random.Random(5)  # noqa: S311 - a made-up company
    leads = []
    for n in range(600):
        when = datetime(2026, 6, 1) + timedelta(minutes=draw.randrange(170 * 24 * 60))  # noqa: DTZ001 - local
        better = when.date() > DONE
        decided = (
            (draw.random() < (0.8 if better else 0.4), draw.randrange(1, 24 * 9))
            if draw.random() < 0.9
            else None
        )
        leads.append(handed(f"a{n}", when, decided, campaign_id=draw.choice(["C1", "C2"])))
    other = {**RUNNING, "campaign_id": "C2", "name": "Other", "channel": "fair"}
    return lambda **cells: (company(leads=leads, campaigns=[RUNNING, other], reviews=[line(**cells)]), leads)


def counted(leads, weeks, as_of, campaigns):
    """Accepted and decided, of the hand-offs before and after, seen at the same point; in plain Python."""
    sides = []
    end_of_after = datetime.combine(DONE + timedelta(days=7 * weeks + 1), datetime.min.time())
    lag = as_of - end_of_after
    for start, stop in (
        (DONE - timedelta(days=7 * weeks), DONE),
        (DONE + timedelta(days=1), end_of_after.date()),
    ):
        seen_by = datetime.combine(stop, datetime.min.time()) + lag
        accepted = decided = 0
        for row in leads:
            when = datetime.fromisoformat(row["handed_off_at"])
            stamp = row["accepted_at"] or row["rejected_at"]
            inside = start <= when.date() < stop and row["campaign_id"] in campaigns
            if inside and stamp is not None and datetime.fromisoformat(stamp) < seen_by:
                decided += 1
                accepted += row["accepted_at"] is not None
        sides.append((accepted, decided))
    return sides


@pytest.mark.parametrize(
    ("cells", "campaigns"), [({"period": "2026-Q3"}, ("C1", "C2")), ({"campaign_id": "C1"}, ("C1",))]
)
@pytest.mark.parametrize(("today", "weeks"), [("2026-10-20", 4), ("2026-10-21", 5), ("2026-11-10", 7)])
def test_as_many_weeks_on_both_sides_are_counted_as_plain_python_counts_them(
    random_company, cells, campaigns, today, weeks
):
    dataset, leads = random_company(**cells)
    found = of(dataset, today)
    end = datetime.combine(date.fromisoformat(today) + timedelta(days=1), datetime.min.time())
    (k1, n1), (k2, n2) = counted(leads, weeks, end, campaigns)
    assert f"The {weeks} weeks after it was done against as many before" in found.how
    rate = moved(found)["acceptance_rate"]
    assert f"({k1} of {n1})" in rate.before
    assert f"({k2} of {n2})" in rate.after
    low, high = newcombe(k1, n1, k2, n2, len(found.moved))
    assert rate.sure == ("better" if low > 0 else "worse" if high < 0 else "")
    points = [float(p.replace("−", "-")) for p in rate.gap.removesuffix(" points").split(" to ")]
    assert points == pytest.approx([low * 100, high * 100], abs=0.06)


def test_the_action_that_really_helped_is_found(random_company):
    dataset, _ = random_company(period="2026-Q3")
    found = of(dataset)
    assert found.outcome is Outcome.BETTER
    assert found.says.startswith("Acceptance rate is better: ")


def test_at_most_thirteen_weeks_are_taken_and_none_before_a_campaign_began(company):
    long_ago = line(campaign_id="C1", held_at="2026-06-30", action_done_at="2026-07-08")
    dataset = company(reviews=[long_ago])
    assert "The 5 weeks" in of(dataset).how  # the campaign had run for five and a bit
    period = company(reviews=[{**long_ago, "campaign_id": None, "period": "2026-Q2"}])
    assert "The 13 weeks" in of(period).how


# --- the next campaign of the channel


def ended(campaign_id, start, end, channel="email"):
    return {"campaign_id": campaign_id, "name": f"Mail {campaign_id}", "channel": channel, "start": start,
            "end": end, "launched_at": start}  # fmt: skip


def web(campaign_id, day, visits, conversions):
    return {"date": day, "campaign_id": campaign_id, "visits": visits, "conversions": conversions}


NEXT = [
    ended("C1", "2026-08-01", "2026-08-31"),
    ended("C2", "2026-09-10", "2026-09-30"),  # before the action was done
    ended("C3", "2026-09-20", "2026-10-10", channel="fair"),
    ended("C4", "2026-10-01", None),  # the next one of its channel
    ended("C5", "2026-11-01", None),
    ended("C6", "2027-01-01", None),
]


def test_an_ended_campaign_is_compared_with_the_next_of_its_channel_at_equal_age(company):
    visits = [web("C1", "2026-08-05", 1000, 20), web("C1", "2026-10-30", 5000, 0),  # older than C4 is
              web("C4", "2026-10-03", 800, 80), web("C5", "2026-11-05", 900, 0)]  # fmt: skip
    dataset = company(campaigns=NEXT, web=visits, reviews=[line(campaign_id="C1")])
    found = of(dataset)
    assert found.outcome is Outcome.BETTER
    assert found.how == "Mail C4 against Mail C1, in the first 51 days of each."
    rate = moved(found)["conversion_rate"]
    assert (rate.before, rate.after, rate.sure) == ("2% (20 of 1,000)", "10% (80 of 800)", "better")


def test_the_next_campaign_counts_only_once_it_has_begun(company):
    dataset = company(campaigns=NEXT, reviews=[line(campaign_id="C1")])
    found = of(dataset, "2026-09-30")
    assert (found.outcome, found.how) == (Outcome.WAITING, "No campaign in email has begun since.")


def test_a_campaign_that_went_worse_is_told_too(company):
    visits = [web("C1", "2026-08-05", 1000, 100), web("C4", "2026-10-03", 800, 8)]
    dataset = company(campaigns=NEXT, web=visits, reviews=[line(campaign_id="C1")])
    assert of(dataset).outcome is Outcome.WORSE


def test_better_in_one_and_worse_in_another_is_both(company):
    visits = [web("C1", "2026-08-05", 1000, 100), web("C4", "2026-10-03", 800, 8)]
    spend = [{"date": "2026-08-05", "campaign_id": "C1", "amount": 9000},
             {"date": "2026-10-05", "campaign_id": "C4", "amount": 90}]  # fmt: skip
    leads = [lead(f"{c}{n}", campaign_id=c, created_at=day) for n in range(20)
             for c, day in (("C1", "2026-08-06"), ("C4", "2026-10-06"))]  # fmt: skip
    dataset = company(campaigns=NEXT, web=visits, spend=spend, leads=leads, reviews=[line(campaign_id="C1")])
    found = of(dataset)
    assert found.outcome is Outcome.MIXED
    assert {m.metric: m.sure for m in found.moved if m.sure} == {"conversion_rate": "worse", "cpl": "better"}


# --- which numbers, and when none


def test_what_its_words_name_is_measured_and_nothing_else(random_company):
    for words in ("Raise the Acceptance Rate, by size", "acceptance rate"):
        dataset, _ = random_company(period="2026-Q3", decision=words)
        assert [one.metric for one in of(dataset).moved] == ["acceptance_rate"]
    dataset, _ = random_company(period="2026-Q3", decision="No acceptance rates in leads")
    assert len(of(dataset).moved) > 0
    assert {one.metric for one in of(dataset).moved} <= set(WINDOW)


@pytest.mark.parametrize(
    ("cells", "outcome", "how"),
    [
        ({}, Outcome.NO_NUMBER, "Its line names neither a campaign nor a period."),
        ({"campaign_id": "C9"}, Outcome.NO_NUMBER, "There is no campaign C9."),
        ({"period": "2026-Q3", "action_done_at": "2026-08-01"}, Outcome.NO_NUMBER, "dated as done before"),
        ({"period": "2026-Q3", "action_done_at": "2026-11-15"}, Outcome.WAITING, "A week hasn’t passed"),
        ({"campaign_id": "C1", "held_at": "2026-05-30", "action_done_at": "2026-06-03"}, Outcome.NO_NUMBER,
         "hadn’t run for a week"),
        ({"period": "2026-Q3"}, Outcome.UNSURE, "over everything"),
    ],
)  # fmt: skip
def test_where_numbers_cannot_speak_it_says_why(company, cells, outcome, how):
    found = of(company(reviews=[line(**cells)]))
    assert found.outcome is outcome
    assert how in found.how
    assert found.says


def test_an_action_that_is_not_done_has_no_effect_yet(company):
    assert of(company(reviews=[line(period="2026-Q3", action_done_at=None)])) is None
    assert of(company(reviews=[line(period="2026-Q3")]), "2026-09-15") is None  # done later than as_of


def test_stamps_of_any_year_are_survived(company):
    for stamp in ("0001-01-01", "1970-01-01"):
        found = of(company(reviews=[line(period="2026-Q3", held_at=None, action_done_at=stamp)]))
        assert found.outcome in (Outcome.WAITING, Outcome.UNSURE)


# --- how sure


def test_measures_compared_together_share_the_five_per_cent(company):
    dataset = company()
    sure = Pair("acceptance_rate", Measured("", "", 0.5, 50, 100), Measured("", "", 0.64, 64, 100))
    [alone] = judged(dataset, [sure], "").moved
    beside = Pair("win_rate", Measured("", "", 0.5, 50, 100), Measured("", "", 0.5, 50, 100))
    together = judged(dataset, [sure, beside, beside, beside], "")
    assert (newcombe(50, 100, 64, 100, 1)[0] > 0, newcombe(50, 100, 64, 100, 4)[0] > 0) == (True, False)
    assert (alone.sure, {m.sure for m in together.moved}) == ("better", {""})


def test_too_few_cases_are_left_out_and_do_not_cost_certainty(company):
    few = Pair("win_rate", Measured("", "", None, 0, 3, few=True), Measured("", "", 0.5, 50, 100))
    found = judged(company(), [few], "The weeks.")
    assert (found.outcome, found.moved, found.says) == (
        Outcome.UNSURE,
        (),
        "Too few cases to go by: the weeks.",
    )


def test_where_nothing_changed_something_sure_is_said_in_no_more_than_a_twentieth_of_cases():
    """Over all pairs of binomial counts exactly, one measure of four; Bonferroni's bound does the rest."""
    z, n = z_of(len(WINDOW)), 40
    for share in (0.1, 0.5, 0.75):
        chance = stats.binom.pmf(np.arange(n + 1), n, share)
        wrong = 0.0
        for k1, p1 in enumerate(chance):
            for k2, p2 in enumerate(chance):
                pair = Measured("", "", 0.0, k1, n), Measured("", "", 0.0, k2, n)
                wrong += (
                    p1 * p2 * any(reviews_effect._beats("win_rate", *side, z) for side in (pair, pair[::-1]))
                )
        assert wrong * len(WINDOW) < 0.06, share
    assert len(CAMPAIGN) == 5


# --- all together


def test_the_list_judges_the_last_done_and_says_how_many(company):
    done = [
        line(n, period="2026-Q3", action=f"A{n}", action_done_at=f"2026-09-{n + 1:02}") for n in range(1, 15)
    ]
    dataset = company(reviews=[*done, line(15, action_done_at=None), line(1, review_id="R2")])
    found = reviews_effect.read(dataset, at(dataset))
    assert len(found.effects) == 12
    assert ("R1", 1) not in found.effects
    assert ("R1", 14) in found.effects
    said = " ".join(map(plain, found.verdict))
    assert said == "Of the 12 done last, 11 can’t be judged yet and 1 has no number to judge by."


def test_where_nothing_can_be_told_of_any_that_is_said_once(company):
    waits, silent = (
        "Whether the 2 done worked can’t be told yet.",
        "No number tells whether the 2 done worked.",
    )
    for cells, said in (({"period": "2026-Q3"}, waits), ({}, silent)):
        dataset = company(reviews=[line(n, **cells) for n in (1, 2)])
        found = reviews_effect.read(dataset, at(dataset))
        assert " ".join(map(plain, found.verdict)) == said


def test_what_worked_and_what_has_not_is_said_in_one_sentence():
    outcomes = (Outcome.WORSE, Outcome.BETTER, Outcome.WORSE, Outcome.MIXED, Outcome.UNSURE)
    (said,) = reviews_effect._told([Effect(one, "") for one in outcomes], 5)
    assert plain(said) == (
        "Of the 5 done, 1 seems to have worked, 2 haven’t helped, 1 helped here and hurt there "
        "and 1 can’t be judged yet."
    )
    assert [piece.page for piece in said] == [
        None,
        *["reviews#agreed", None] * 5,
    ]


def test_without_anything_done_nothing_is_claimed(company):
    dataset = company(reviews=[line(action_done_at=None)])
    assert reviews_effect.read(dataset, at(dataset)) == reviews_effect.Worked({}, ())
