"""What campaigns and journeys may look like in a source: each reading survives it and says what it can't."""

from random import Random

import pytest
from scipy import stats

from scorecard import (
    attribution_view,
    campaigns,
    checks,
    periods,
    profile_wishes,
    reviews,
    reviews_panel,
    small,
)
from scorecard.clock import AsOf
from scorecard.scopes import EVERYTHING
from scorecard.statistics import wilson
from scorecard.words import plain
from tests.scorecard.builders import Company, figures, lead

QUARTER = periods.parse("2026-Q4")
MODELS = ("first", "last", "linear", "time_decay", "u_shaped", "w_shaped", "markov")
ATTRIBUTED = ("attributed_revenue", "sourced_revenue", "influenced_revenue", "unattributed_revenue")


@pytest.fixture
def company(tmp_path):
    made = []

    def build(**tables):
        made.append(Company(tmp_path / f"{len(made)}.db", **tables))
        return made[-1]

    yield build
    for one in made:
        one.database.close()


def at(dataset):
    return AsOf.parse("2026-11-20", small.settings(dataset).zone)


def won(lead_id, amount=100):
    return lead(lead_id, won_at="2026-10-20 10:00:00", opportunity_at="2026-10-12 10:00:00", amount=amount,
                handed_off_at="2026-10-08 10:00:00")  # fmt: skip


def touch(number, lead_id, when, department="marketing", kind="ad"):
    return {"touch_id": f"T{number}", "lead_id": lead_id, "at": when, "department": department, "kind": kind,
            "campaign_id": "C1"}  # fmt: skip


def every_minute(lead_id, count, first=0):
    times = ((n // 60, n % 60) for n in range(count))
    return [
        touch(first + n, lead_id, f"2026-10-10 {h:02}:{m:02}:00", ("sales", "marketing")[n % 2], f"k{n % 7}")
        for n, (h, m) in enumerate(times)
    ]


def journeys():
    """Won leads of no touch, one, 500, and one with touches after the close alone."""
    late = [touch(900 + n, "late", f"2026-11-0{n + 1} 09:00:00") for n in range(3)]
    return {
        "leads": [won("none"), won("one"), won("many", 300), won("late")],
        "touches": [touch(800, "one", "2026-10-09 09:00:00"), *every_minute("many", 500), *late],
        "campaigns": [{"campaign_id": "C1", "name": "Search", "start": "2026-09-01", "end": None}],
    }


@pytest.mark.parametrize("model", MODELS)
def test_journeys_of_none_one_and_500_touches_and_touches_after_the_close_add_up(company, model):
    dataset = company(**journeys()).dataset
    found = attribution_view.credits_of(dataset, "department", model, QUARTER, at(dataset), EVERYTHING)
    if model == "markov":  # too few paths: refused in words
        assert "needs 100 won or lost paths" in found.says or not found.every
    else:
        assert all(share.value >= 0 for share in found.every)
        assert sum(share.value for share in found.every) == pytest.approx(400)  # "one" and "many"
        assert "had neither a touch nor a campaign" in found.says
    for lead_id, count in (("one", 1), ("many", 500)):
        one = attribution_view.journey_of(
            dataset, lead_id, "department", model, QUARTER, at(dataset), EVERYTHING
        )
        assert len(one.touches) == count
        weights = [step.weight for step in one.touches]
        assert weights == [None] * count or sum(weights) == pytest.approx(1)
        assert count > 1 or weights in ([1.0], [None])  # models agree on a journey of one touch
    for lead_id in ("none", "late"):
        asked = (lead_id, "department", model, QUARTER, at(dataset), EVERYTHING)
        assert attribution_view.journey_of(dataset, *asked) is None


def test_the_order_of_rows_never_matters(company):
    tables = journeys()
    wanted = None
    for seed in range(3):
        mixed = {name: Random(seed).sample(rows, len(rows)) for name, rows in tables.items()}  # noqa: S311 - no secret
        one = company(**mixed)
        found = figures(one.rows(metrics=ATTRIBUTED, by=("channel", "department", "campaign_id")))
        wanted = wanted or found
        assert found == wanted


def test_a_campaign_without_spend_and_spend_without_a_campaign_are_told_and_nothing_is_made_up(company):
    plans = [{"campaign_id": c, "name": c, "start": "2026-10-01", "end": None, "launched_at": "2026-10-01"}
             for c in ("C1", "C2")]  # fmt: skip
    spend = [{"date": "2026-10-05", "campaign_id": c, "amount": 100} for c in ("C1", "C9", None)]
    leads = [lead(f"{c}{n}", campaign_id=c) for c in ("C1", "C2") for n in range(2)]
    one = company(campaigns=plans, spend=spend, leads=leads)
    lines = {
        line.campaign.campaign_id: line.rows for line in campaigns.read(one.dataset, at(one.dataset)).lines
    }
    assert (lines["C1"]["spend"].value, lines["C1"]["cpl"].value) == (100, 50)
    assert (lines["C2"]["spend"].value, lines["C2"]["cpl"].value) == (0, 0)  # nothing was spent: no gap
    assert one.value("spend") == 300  # what no campaign can be found for still counts
    told = [p for p in checks.check(one.dataset, at(one.dataset)) if p.table == "spend"]
    assert [(p.value, p.rows) for p in told] == [("C9", 1)]


def test_a_picture_that_contradicts_itself_or_says_a_thing_twice_counts_once_or_not_at_all(company):
    names = ("department", "attribute", "value", "want", "importance")
    said = [("sales", "industry", "Retail", "yes", 3), ("sales", "Industry", "Retail", "no", 3),
            ("sales", "industry", "Clubs", "yes", 2), ("sales", "Industry", "Clubs", "yes", 5),
            ("sales", "industry", "Rescue", "yes", 2), ("sales", "industry", "Rescue", "no", 2)]  # fmt: skip
    rows = [dict(zip(names, row, strict=True)) for row in said]
    dataset = company(leads=[lead("a", industry="Clubs")], profiles=rows).dataset
    found = profile_wishes.wishes(dataset)
    assert [(w.value, w.weight) for w in found.named] == [("Clubs", 5)]
    assert {p.rule: p.rows_left_out for p in found.problems} == {"contradiction": 2, "duplicate": 2}
    told = [p.rule for p in checks.check(dataset, at(dataset)) if p.table == "profiles"]
    assert sorted(told) == ["contradiction", "duplicate"]  # on the Data page too, each once


def test_a_review_of_nothing_is_listed_and_says_that_it_is_about_nothing(company):
    rows = [{"review_id": "R1", "line_no": 1, "campaign_id": None, "period": None, "held_at": "2026-11-02",
             "decision": None, "action": None}]  # fmt: skip
    dataset = company(leads=[lead("a")], reviews=rows).dataset
    [found] = reviews.reviews(dataset, at(dataset))
    assert (found.campaign_ids, found.periods, found.actions) == ((), (), ())
    assert reviews_panel.panel(dataset, at(dataset), "R1") is not None
    assert reviews_panel.panel(dataset, at(dataset), "R2") is None
    assert any(plain(said) for said in reviews.read(dataset, at(dataset)).verdict)


@pytest.mark.parametrize(("k", "n"), [(0, 10), (1, 12), (7, 7), (40, 90), (999, 1000)])
def test_wilsons_interval_is_that_of_scipy(k, n):
    theirs = stats.binomtest(k, n).proportion_ci(0.95, method="wilson")
    assert wilson(k, n) == pytest.approx((theirs.low, theirs.high), abs=1e-9)
