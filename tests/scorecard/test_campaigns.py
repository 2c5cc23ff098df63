"""Campaigns: their state, one campaign's panel, and several beside each other at equal age."""

import math
from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from scorecard import campaigns, campaigns_compare, small
from scorecard.campaigns_compare import Measured, cost_ratio, counted, rate_gap, score, z_of
from scorecard.clock import AsOf
from scorecard.statistics import newcombe, wilson
from scorecard.words import plain
from tests.scorecard.builders import Company, lead

CAMPAIGNS = [
    {"campaign_id": "C1", "name": "Search", "start": "2026-09-01", "end": None,
     "launched_at": "2026-09-01 09:00"},
    {"campaign_id": "C2", "name": "Fair", "start": "2026-09-11", "end": "2026-10-01",
     "launched_at": "2026-09-11 09:00"},
    {"campaign_id": "C3", "name": "Later", "start": "2027-01-05", "end": None, "launched_at": None},
    {"campaign_id": "C4", "name": "Reviewed", "start": "2026-06-01", "end": "2026-06-30",
     "launched_at": "2026-06-01 09:00"},
]  # fmt: skip
SIGNED = [
    {"campaign_id": c, "department": team, "person_id": "ana", "at": at, "terms": "Budget 100"}
    for c, team, at in (
        ("C1", "marketing", "2026-08-20"), ("C1", "sales", "2026-09-03"), ("C2", "marketing", "2026-09-01"),
        ("C2", "sales", "2026-12-01"),  # after as_of: not seen
        ("C4", "marketing", "2026-05-20"), ("C4", "sales", "2026-05-21"),
    )
]  # fmt: skip
REVIEWS = [
    {"review_id": "R1", "line_no": 1, "campaign_id": "C4", "held_at": "2026-07-05", "decision": "Again"}
]


@pytest.fixture
def company(tmp_path):
    made = []

    def build(**tables):
        leads = [lead("a", campaign_id="C1", created_at="2026-09-05", won_at="2026-10-20")]
        leads += [lead(f"b{n}", campaign_id="C2", created_at="2026-09-12", won_at=None) for n in range(3)]
        leads.append(lead("late", campaign_id="C2", created_at="2026-11-19", won_at=None))
        basis = {"leads": leads, "campaigns": CAMPAIGNS, "signoffs": SIGNED, "reviews": REVIEWS}
        kept = {name: rows for name, rows in (basis | tables).items() if rows is not None}
        made.append(Company(tmp_path / f"{len(made)}.db", **kept))
        return made[-1].dataset

    yield build
    for one in made:
        one.database.close()


def at(dataset, text="2026-11-20"):
    return AsOf.parse(text, small.settings(dataset).zone)


def test_each_campaign_bears_its_state_and_what_is_missing(company):
    dataset = company()
    states = {c.campaign_id: [m.word for m in c.marks] for c in campaigns.campaigns(dataset, at(dataset))}
    assert states == {
        "C1": ["live"],
        "C2": ["ended", "ran without sales' sign-off", "ended without a review"],
        "C3": ["planned", "waits for marketing and sales to sign"],
        "C4": ["ended"],
    }
    found = campaigns.read(dataset, at(dataset))
    assert list(map(plain, found.verdict)) == [
        "1 campaign is live; it has brought 1 lead and 1 win so far.",
        "Both teams signed everything that is live.",
    ]
    assert list(map(plain, found.because)) == [
        "1 campaign ran without both sign-offs: Fair.",
        "1 campaign ended without a review: Fair.",
        "1 campaign is planned and still to be signed: Later.",
    ]


def test_what_runs_unsigned_says_who_owes_the_signature(company):
    rows = [row | {"sales_owner": "ben", "marketing_owner": "ana"} for row in CAMPAIGNS[:1]]
    dataset = company(campaigns=rows, signoffs=SIGNED[:1])
    found = campaigns.read(dataset, at(dataset))
    assert plain(found.verdict[1]) == "It runs on terms that both teams haven’t signed."
    assert plain(found.because[0]) == "Search runs without sales’ sign-off; ben owes a signature."
    assert {piece.page for piece in found.because[0]} == {"campaigns", None}
    none_live = campaigns.read(company(campaigns=CAMPAIGNS[1:]), at(dataset))
    assert plain(none_live.verdict[0]) == "No campaign is live; 1 is planned and 2 are over."


def test_a_sign_off_after_the_launch_is_told(company):
    dataset = company()
    found = {c.campaign_id: c.late for c in campaigns.campaigns(dataset, at(dataset))}
    assert found == {"C1": ("sales",), "C2": (), "C3": (), "C4": ()}


def test_without_tables_of_sign_offs_and_reviews_nobody_is_accused(company):
    dataset = company(signoffs=None, reviews=None)
    found = campaigns.read(dataset, at(dataset))
    assert {c.word for line in found.lines for c in line.campaign.marks} == {"live", "planned", "ended"}
    assert not any("sign" in plain(said) for said in (*found.verdict, *found.because))
    assert [text.split(",")[0] for text in found.lacking][:2] == [
        "Fill the table signoffs", "Fill the table reviews"
    ]  # fmt: skip


def test_without_campaigns_the_page_says_what_to_fill(company):
    found = campaigns.read(dataset := company(campaigns=None), at(dataset))
    assert found.nothing == (
        "No campaigns yet: there is no table campaigns",
        (
            "Fill the table campaigns: campaign_id, name, start and end are enough to begin with. It brings "
            "what each campaign spent and brought, who signed it, and comparisons at equal age."
        ),
    )


def test_a_panel_tells_cost_keys_feedback_and_review_of_the_campaign_alone(company):
    spend = [
        {"date": "2026-09-02", "campaign_id": "C1", "kind": "media", "amount": 30},
        {"date": "2026-09-03", "campaign_id": "C1", "kind": "print", "amount": 70},
        {"date": "2026-09-12", "campaign_id": "C2", "kind": "media", "amount": 500},
    ]
    feedback = [
        {"feedback_id": "F1", "at": "2026-09-09", "campaign_id": "C1", "kind": "insight", "text": "Good"},
        {"feedback_id": "F2", "at": "2026-09-09", "campaign_id": "C2", "kind": "insight", "text": "Bad"},
    ]
    dataset = company(spend=spend, feedback=feedback)
    panel = campaigns.panel(dataset, at(dataset), "C1")
    assert [(s.kind, s.amount) for s in panel.spent] == [("print", 70), ("media", 30)]
    assert (panel.rows["spend"].value, panel.rows["cpl"].value, panel.rows["cac"].value) == (100, 100, 100)
    assert [note.text for note in panel.feedback] == ["Good"]
    assert [(key.team, key.mark.word, key.about) for key in panel.keys] == [
        ("marketing", "signed", "ana · 20 Aug 2026, 00:00"),
        ("sales", "signed", "ana · 3 Sept 2026, 00:00"),
    ]
    assert campaigns.panel(dataset, at(dataset), "nowhere") is None
    assert "Decided: Again" in campaigns.panel(dataset, at(dataset), "C4").review[0].text


def test_a_panel_counts_touches_and_brings_what_was_noted_on_its_goals(company):
    touches = [
        {"touch_id": f"T{n}", "lead_id": "a", "at": at, "department": team, "campaign_id": c, "kind": kind}
        for n, (at, team, c, kind) in enumerate(
            [("2026-09-06", "marketing", "C1", "ad")] * 3 + [("2026-09-07", "sales", "C1", "call")]
            + [("2026-09-08", None, "C1", None), ("2026-12-24", "sales", "C1", "call"),
               ("2026-09-08", "sales", "C2", "call")]
        )
    ]  # fmt: skip
    goals = [
        {"goal_id": "G1", "name": "Fifty leads", "target": 50, "start": "2026-09-01", "due": "2026-12-31"}
    ]
    actuals = [
        {"goal_id": "G1", "date": day, "value": 3, "comment": said}
        for day, said in (("2026-09-10", "Slow start"), ("2026-12-24", "Later"), ("2026-09-12", None))
    ]
    feedback = [
        {"feedback_id": "F1", "at": "2026-09-09", "campaign_id": "C1", "kind": "insight", "text": "Good"}
    ]
    campaign = [CAMPAIGNS[0] | {"marketing_goal_id": "G1"}, *CAMPAIGNS[1:]]
    dataset = company(
        campaigns=campaign, touches=touches, goals=goals, goal_actuals=actuals, feedback=feedback
    )
    panel = campaigns.panel(dataset, at(dataset), "C1")
    assert panel.touches == (
        "5 touches in its name: marketing 3 (ad 3), no team noted 1 (no kind noted 1) and sales 1 (call 1)."
    )
    assert [(note.text, note.about) for note in panel.feedback] == [
        ("Slow start", "on Fifty leads"), ("Good", "insight"),
    ]  # fmt: skip
    assert campaigns.panel(dataset, at(dataset), "C3").touches == ""


# --- at equal age


def test_campaigns_are_compared_at_the_age_of_the_youngest(company):
    spend = [{"date": "2026-09-01", "campaign_id": "C1", "amount": 100},
             {"date": "2026-11-15", "campaign_id": "C1", "amount": 900},  # on its 76th day
             {"date": "2026-09-11", "campaign_id": "C2", "amount": 60}]  # fmt: skip
    dataset = company(spend=spend)
    found = campaigns_compare.compare(dataset, at(dataset), ["C1", "C2", "C3"])
    assert found.days == 71
    assert found.left_out == ("Later has no first day yet.",)
    cpl = next(line for line in found.lines if line.metric == "cpl")
    assert [(m.k, m.n) for m in cpl.measured] == [(1, 100), (4, 60)]


def test_one_campaign_is_no_comparison(company):
    found = campaigns_compare.compare(dataset := company(), at(dataset), ["C1", "C1", "C3", "none"])
    assert (found.lines, len(found.campaigns)) == ((), 1)


def measured(k, n, **more):
    return Measured("c", "c", None, k, n, **more)


@pytest.mark.parametrize(("k", "n"), [(0, 10), (3, 10), (10, 10), (37, 500)])
def test_intervals_of_one_pair_are_those_of_the_report(k, n):
    assert score(k, n, z_of(1)) == pytest.approx(wilson(k, n), abs=1e-9)
    gap = newcombe(k, n, 5, 20)
    assert rate_gap(measured(k, n), measured(5, 20), z_of(1)) == pytest.approx((gap.low, gap.high), abs=1e-9)


def test_the_interval_of_a_count_is_that_of_wilson_for_very_many():
    k = 7
    low, high = wilson(k, 10_000_000)
    assert counted(k, z_of(1)) == pytest.approx((low * 1e7, high * 1e7), rel=1e-5)


def test_the_ratio_of_costs_turns_round_with_the_campaigns():
    one, other = measured(12, 900.0), measured(30, 1200.0)
    low, high = cost_ratio(one, other, z_of(1))
    back = cost_ratio(other, one, z_of(1))
    assert low < (900 / 12) / (1200 / 30) < high
    assert back == pytest.approx((1 / high, 1 / low))
    assert cost_ratio(measured(0, 5), measured(0, 5), z_of(1)) == (0, math.inf)


def test_between_equal_campaigns_a_cheaper_one_is_found_in_no_more_than_a_twentieth_of_cases():
    """Exactly, over all pairs of Poisson counts: no luck of a seed."""
    for mean in (5.0, 20.0, 60.0):
        counts = np.arange(int(mean * 3) + 12)
        chance = stats.poisson.pmf(counts, mean)
        wrong = 0.0
        for k1, p1 in zip(counts, chance, strict=True):
            for k2, p2 in zip(counts, chance, strict=True):
                low, high = cost_ratio(measured(int(k1), 100.0), measured(int(k2), 100.0), z_of(1))
                wrong += p1 * p2 * (low > 1 or high < 1)
        assert 0.02 < wrong < 0.056, mean


def verdict(formats, name, *found):
    sure = campaigns_compare.surely([(name, found)])[name]
    return plain(campaigns_compare.said(name, found, sure, formats)), sure


def test_what_is_surely_cheaper_is_said_and_what_may_be_chance_is_not(company):
    formats = campaigns_compare.Formats.of(small.settings(company()))
    cheap = Measured("a", "E-mail", 10.0, 100, 1000.0)
    dear = Measured("b", "Fair", 40.0, 25, 1000.0)
    said, sure = verdict(formats, "cac", dear, cheap)
    assert sure == {("a", "b")}
    assert said == "E-mail brought customers at €10, against Fair at €40: 95% sure to be cheaper."
    close = Measured("c", "Post", 11.0, 91, 1000.0)
    said, sure = verdict(formats, "cpl", close, cheap)
    assert not sure
    assert said == "Cost per lead: €11 for Post and €10 for E-mail. Can't tell yet: chance alone may do that."
    said, sure = verdict(formats, "cpl", close, cheap, dear)
    assert sure == {("a", "b"), ("c", "b")}
    assert said.endswith(
        "E-mail brought leads at €10, against Fair at €40: 95% sure to be cheaper; of Post we can't tell yet."
    )


def test_the_chance_of_a_gap_is_where_its_interval_touches():
    one, other = measured(60, 100), measured(40, 100)
    p = campaigns_compare.chance("conversion_rate", one, other)
    z = float(stats.norm.isf(p / 2))
    assert rate_gap(one, other, z)[0] == pytest.approx(0, abs=1e-9)
    assert campaigns_compare.chance("conversion_rate", other, one) == 1.0


def holm(chances):
    """Holm's adjusted chances, each after the definition: the running maximum of (m - i) times the i-th."""
    order = sorted(range(len(chances)), key=chances.__getitem__)
    adjusted, most = [1.0] * len(chances), 0.0
    for place, index in enumerate(order):
        most = max(most, (len(chances) - place) * chances[index])
        adjusted[index] = most
    return adjusted


def test_all_verdicts_of_a_comparison_share_the_twentieth():
    rng = np.random.default_rng(3)
    kept = 0
    for _ in range(40):
        found = [
            (
                name,
                [Measured(c, c, 0.5, int(rng.binomial(400, rng.choice([0.4, 0.5]))), 400.0) for c in "abc"],
            )
            for name in campaigns_compare.MEASURED[:4]
        ]
        pairs = [
            (name, *sorted(pair, key=lambda m: -m.k))
            for name, all_ in found
            for pair in combinations(all_, 2)
        ]
        adjusted = holm([campaigns_compare.chance(*pair) for pair in pairs])
        wanted = {
            (name, one.campaign_id, other.campaign_id)
            for (name, one, other), p in zip(pairs, adjusted, strict=True)
            if p <= 0.05
        }
        ours = campaigns_compare.surely(found)
        assert {(name, *pair) for name, some in ours.items() for pair in some} == wanted
        kept += len(wanted)
    assert kept > 40
