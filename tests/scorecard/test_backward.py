"""The backward plan, against arithmetic over the rows in plain Python, and where there is little to go by."""

import math
import random
from datetime import date, datetime, time, timedelta

import pytest
from scipy import stats

from scorecard import backward, backward_words, periods, small
from scorecard.backward_rates import Measured, gap_top, ratio_interval
from scorecard.clock import AsOf
from scorecard.statistics import newcombe, wilson
from scorecard.status import Status
from scorecard.words import plain
from tests.scorecard.builders import Company, lead

QUARTER, AS_OF = "2026-Q4", "2026-11-20"
START, END, SEEN = date(2026, 10, 1), date(2026, 12, 31), date(2026, 11, 20)
YEAR_AGO = date(2025, 10, 1), date(2025, 12, 31)
STAMPS = (
    "mql_at",
    "handed_off_at",
    "accepted_at",
    "rejected_at",
    "sql_at",
    "opportunity_at",
    "won_at",
    "lost_at",
)
GOAL = {"goal_id": "G1", "name": "Revenue Q4", "kind": "total", "direction": "increase", "unit": "currency",
        "target": 60_000, "start": "2026-10-01", "due": "2026-12-31", "metric": "revenue"}  # fmt: skip
MATURE = 30
SETTINGS = [{"key": "mature_days", "value": str(MATURE)}]


_WAY = (("mql_at", 0.6, 3), ("handed_off_at", 0.9, 2), ("accepted_at", 0.7, 4), ("sql_at", 0.7, 9),
        ("opportunity_at", 0.8, 9), ("won_at", 0.5, 12))  # fmt: skip


# --- a company drawn once, and its rows as Python knows them


def drawn(seed=5):
    """Leads of the two autumns, with what became of them, orders, and the web day by day."""
    rng = random.Random(seed)  # noqa: S311 - draws a company, no secret
    leads, orders, web = [], [], []
    for number in range(420):
        first = YEAR_AGO[0] if number % 2 else START
        created = datetime.combine(first, time(9)) + timedelta(days=rng.randrange(80))
        row = {"lead_id": f"L{number}", "created_at": created, **dict.fromkeys(STAMPS)}
        for stamp, chance, days in _WAY:
            if rng.random() > chance:
                if stamp == "accepted_at" and rng.random() < 0.8:
                    row["rejected_at"] = created + timedelta(days=4)
                if stamp == "won_at" and rng.random() < 0.9:
                    row["lost_at"] = created + timedelta(days=9)
                break
            created += timedelta(days=rng.randrange(days + 1), hours=1)
            row[stamp] = created
        leads.append(row)
        if row["won_at"] is not None:
            amount = rng.randrange(500, 4000)
            orders.append({"order_id": f"O{number}", "lead_id": row["lead_id"], "customer_id": f"K{number}",
                           "closed_at": row["won_at"], "amount": amount})  # fmt: skip
    for day in range(500):
        at = date(2025, 8, 1) + timedelta(days=day)
        visits = rng.randrange(20, 60)
        web.append({"date": at, "visits": visits, "conversions": rng.randrange(visits // 8)})
    return leads, orders, web


LEADS, ORDERS, WEB = drawn()


def written(rows):
    return [{name: None if cell is None else str(cell) for name, cell in row.items()} for row in rows]


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    made = []

    def build(leads=LEADS, **tables):
        found = {"leads": written(leads), "orders": written(ORDERS), "web": written(WEB), "goals": [GOAL],
                 "settings": SETTINGS} | tables  # fmt: skip
        kept = {name: rows for name, rows in found.items() if rows}
        made.append(Company(tmp_path_factory.mktemp("plan") / "c.db", **kept))
        return made[-1].dataset

    yield build
    for one in made:
        one.database.close()


@pytest.fixture(scope="module")
def whole(company):
    return company()


def at(dataset, text=AS_OF):
    return AsOf.parse(text, small.settings(dataset).zone)


def planned(dataset, period=QUARTER, as_of=AS_OF, key=None, **tried):
    return backward.plan(dataset, periods.parse(period), at(dataset, as_of), key, tuple(tried.items()))


def read(dataset, period=QUARTER, as_of=AS_OF, key=None, **typed):
    return backward_words.read(dataset, periods.parse(period), at(dataset, as_of), key, tuple(typed.items()))


def within(stamp, first, last, seen=SEEN):
    return stamp is not None and first <= stamp.date() <= min(last, seen)


def seen(stamp, until=SEEN):
    return stamp is not None and stamp.date() <= until


def by_hand(first, last, until):
    """Counts and steps of a span as seen at the end of a day: from the rows, one after the other."""
    of = {stage: sum(within(r[s], first, last, until) for r in LEADS) for stage, s in (
        ("leads", "created_at"), ("mqls", "mql_at"), ("handoffs", "handed_off_at"), ("sqls", "sql_at"),
        ("opportunities", "opportunity_at"), ("wins", "won_at"))}  # fmt: skip
    losses = sum(within(r["lost_at"], first, last, until) for r in LEADS)
    days = [r for r in WEB if first <= r["date"] <= min(last, until)]
    of["visits"], of["conversions"] = sum(r["visits"] for r in days), sum(r["conversions"] for r in days)
    of["revenue"] = sum(o["amount"] for o in ORDERS if within(o["closed_at"], first, last, until))
    handed = [r for r in LEADS if within(r["handed_off_at"], first, last, until)]
    taken = [r for r in handed if seen(r["accepted_at"], until)]
    refused = [r for r in handed if seen(r["rejected_at"], until)]
    of["accepted"] = len(taken)
    created = [r for r in LEADS if within(r["created_at"], first, last, until)]
    sqls = [r for r in LEADS if within(r["sql_at"], first, last, until)]
    steps = {
        "conversion_rate": (of["conversions"], of["visits"]), "lead_ratio": (of["leads"], of["conversions"]),
        "mql_rate": (sum(seen(r["mql_at"], until) for r in created), len(created)),
        "handoff_ratio": (of["handoffs"], of["mqls"]),
        "acceptance_rate": (len(taken), len(taken) + len(refused)),
        "sql_rate": (sum(seen(r["sql_at"], until) for r in taken), len(taken)),
        "opportunity_rate": (sum(seen(r["opportunity_at"], until) for r in sqls), len(sqls)),
        "win_rate": (of["wins"], of["wins"] + losses), "per_win": (of["revenue"], of["wins"]),
    }  # fmt: skip
    return of, steps


STEPS = ("per_win", "win_rate", "opportunity_rate", "sql_rate", "acceptance_rate", "handoff_ratio",
         "mql_rate", "lead_ratio", "conversion_rate")  # fmt: skip
NOW, THEN = by_hand(START, END, SEEN), by_hand(*YEAR_AGO, SEEN)
# a year before, seen at the same share of its course: 51 of 92 days
BY_THIS_POINT = by_hand(*YEAR_AGO, date(2025, 11, 20))


def test_counts_and_steps_are_those_of_the_rows(whole):
    plan = planned(whole)
    assert {rung.stage: rung.actual for rung in plan.rungs} == pytest.approx(NOW[0])
    assert {r.step.key: (r.real.k, r.real.n) for r in plan.rates} == NOW[1]
    assert tuple(r.step.key for r in plan.rates) == STEPS


def test_each_stage_needs_the_next_ones_need_divided_by_last_years_rate(whole):
    plan = planned(whole)
    needed, expected = 60_000.0, {"revenue": 60_000.0}
    for key, rung in zip(STEPS, plan.rungs[1:], strict=True):
        k, n = THEN[1][key]
        needed = expected[rung.stage] = needed / (k / n)
    assert {rung.stage: rung.needed for rung in plan.rungs} == pytest.approx(expected)
    elapsed = 51 / 92
    assert {r.stage: r.expected for r in plan.rungs} == pytest.approx(
        {stage: need * elapsed for stage, need in expected.items()}
    )
    assert {(r.basis, r.basis_name) for r in plan.rates} == {("year_before", "2025-10-01..2025-12-31")}


def test_without_a_year_before_the_latest_earlier_span_that_has_matured_is_planned_by(company):
    moved = [
        {n: c - timedelta(days=92) if isinstance(c, datetime) else c for n, c in row.items()} for row in LEADS
    ]
    young = [row for row in moved if row["created_at"] > datetime.combine(date(2026, 6, 1), time())]
    plan = planned(company(leads=young, orders=None), "2026-Q4")
    rates = {rate.step.key: (rate.basis, rate.basis_name) for rate in plan.rates}
    assert rates["sql_rate"] == rates["win_rate"] == ("earlier", "2026-07-01..2026-09-30")


def test_cohorts_that_still_convert_are_held_against_the_same_point_a_year_before(whole):
    rates = {rate.step.key: rate for rate in planned(whole).rates}
    assert {key for key, rate in rates.items() if rate.immature} == {
        "mql_rate",
        "sql_rate",
        "opportunity_rate",
    }
    for key in ("mql_rate", "sql_rate", "opportunity_rate"):
        (k, n), (then, cases) = THEN[1][key], BY_THIS_POINT[1][key]
        assert rates[key].ripe == pytest.approx(min((then / cases) / (k / n), 1)), key
        assert (rates[key].base.k, rates[key].base.n) == (then, cases)
    finished = planned(whole, as_of="2027-02-15")
    assert not any(rate.immature for rate in finished.rates)


def test_intervals_are_wilsons_and_of_ratios_those_of_the_weeks(whole):
    rates = {rate.step.key: rate.real for rate in planned(whole).rates}
    k, n = NOW[1]["acceptance_rate"]
    assert (rates["acceptance_rate"].low, rates["acceptance_rate"].high) == pytest.approx(wilson(k, n))
    weeks = [START + timedelta(days=7 * i) for i in range(8)]
    won = [[o["amount"] for o in ORDERS if within(o["closed_at"], w, w + timedelta(days=6))] for w in weeks]
    sums, counts = [sum(w) for w in won], [len(w) for w in won]
    ratio = sum(sums) / sum(counts)
    rest = sum((s - ratio * c) ** 2 for s, c in zip(sums, counts, strict=True)) / 7
    half = stats.t.ppf(0.975, 7) * math.sqrt(8 * rest) / sum(counts)
    assert (rates["per_win"].low, rates["per_win"].high) == pytest.approx((ratio - half, ratio + half))


def test_the_difference_of_two_rates_is_newcombes():
    one, other = (Measured(k, n, *wilson(k, n), *wilson(k, n)) for k, n in ((30, 90), (50, 100)))
    assert gap_top(one, other) == pytest.approx(newcombe(30, 90, 50, 100).high)
    assert gap_top(one, Measured()) is None


def test_few_weeks_or_nothing_below_have_no_interval():
    assert ratio_interval([1, 2, 3], [1, 1, 1]) == (None, None)
    assert ratio_interval([1, 2, 3, 4], [0, 0, 0, 0]) == (None, None)
    assert ratio_interval([2, 4, 6, 8], [1, 2, 3, 4]) == (2, 2)


# --- where it breaks


def test_a_step_surely_under_what_was_agreed_breaks_the_plan_in_proportion(company):
    agreed = [GOAL, {"goal_id": "G2", "name": "Acceptance", "kind": "rate", "unit": "percent", "target": 0.99,
                     "direction": "increase", "start": "2026-10-01", "due": "2026-12-31",
                     "metric": "acceptance_rate"}]  # fmt: skip
    dataset = company(goals=agreed)
    plan = planned(dataset)
    k, n = NOW[1]["acceptance_rate"]
    first = plan.breaks[0]
    assert (first.stage, first.rate.basis, first.rate.verdict) == ("accepted", "goal", "under")
    assert first.loss == pytest.approx(60_000 * (1 - k / n / 0.99))
    rungs = {rung.stage: rung for rung in plan.rungs}
    left = (
        rungs["accepted"].needed - rungs["accepted"].actual,
        rungs["handoffs"].needed - rungs["handoffs"].actual,
    )
    told = read(dataset)
    breaks, costs = plain(told.verdict[1]), plain(told.because[0])
    assert breaks.startswith("The plan breaks at acceptance (marketing and sales): ")
    assert f"({k} of {n}) instead of the planned 99%" in breaks
    assert costs.startswith("By itself that costs ")
    if left[0] / left[1] <= 1:
        assert f"acceptance would have to be {left[0] / left[1]:.1%}" in costs
    assert "at today's rate" in costs


def test_a_rate_that_is_tried_goes_back_through_everything_before_it(whole):
    own, tried = planned(whole), planned(whole, sql_rate=0.25)
    before = {rung.stage: rung.needed for rung in own.rungs}
    after = {rung.stage: rung.needed for rung in tried.rungs}
    k, n = THEN[1]["sql_rate"]
    factor = (k / n) / 0.25
    for stage in ("revenue", "wins", "opportunities", "sqls"):
        assert after[stage] == pytest.approx(before[stage])
    for stage in ("accepted", "handoffs", "mqls", "leads", "conversions", "visits"):
        assert after[stage] == pytest.approx(before[stage] * factor)
    assert tried.assumed
    assert not own.assumed
    assert next(r for r in tried.rates if r.tried).agreed == pytest.approx(k / n)


def test_fewer_leads_than_expected_break_it_at_the_start_and_say_how_many_a_day(whole):
    plan = planned(whole, per_win=60.0)  # so little a win that far more leads are needed
    assert plan.breaks[0].stage in ("visits", "leads")
    rung = next(r for r in plan.rungs if r.stage == plan.breaks[0].stage)
    assert plan.breaks[0].loss == pytest.approx(60_000 * (1 - rung.actual / rung.expected))
    told = plain(read(whole, per_win="60").because[0])
    assert f"{(rung.needed - rung.actual) / 42:,.1f} {rung.stage} a day" in told
    assert "for the 42 days left" in told


def test_steps_of_the_site_break_nothing_while_leads_come_in(whole):
    plan = planned(whole, conversion_rate=0.9, lead_ratio=0.01)
    under = {r.step.key for r in plan.rates if r.verdict == "under"}
    assert "conversion_rate" in under
    leads = next(r for r in plan.rungs if r.stage == "leads")
    assert leads.actual > leads.expected * 0.8
    assert "conversions" not in {b.stage for b in plan.breaks}
    told = read(whole, conversion_rate="0.9", lead_ratio="0.01")
    assert "Landing page conversion is under plan, but the leads come in." in [plain(s) for s in told.because]


# --- what is wanted


def test_the_goal_nearest_to_the_period_comes_first_and_any_may_be_chosen(company):
    year = GOAL | {"goal_id": "G0", "start": "2026-01-01", "target": 200_000}
    filtered = GOAL | {"goal_id": "G3", "filter": "channel=online"}
    budget = GOAL | {"goal_id": "G4", "direction": "stay_below"}
    quota = [{"period_start": "2026-10-01", "period_end": "2026-12-31", "department": "sales",
              "metric": "revenue", "target": 70_000, "person_id": None}]  # fmt: skip
    dataset = company(goals=[year, GOAL, filtered, budget], quotas=quota)
    assert list(backward_words.offered(dataset, periods.parse(QUARTER))) == ["G1", "G0", "quotas"]
    assert planned(dataset).target.key == "G1"
    assert planned(dataset, key="G0").target.amount == 200_000
    assert planned(dataset, key="nothing").target.key == "G1"


def test_without_a_goal_the_revenue_quotas_are_planned_for(company):
    months = [("2026-10-01", "2026-10-31"), ("2026-11-01", "2026-11-30"), ("2026-12-01", "2026-12-31")]
    rows = [{"period_start": a, "period_end": b, "department": "sales", "metric": "revenue", "target": 9_000,
             "person_id": who} for a, b in months for who in (None, "ana")]  # fmt: skip
    dataset = company(goals=None, quotas=rows)
    plan = planned(dataset)
    assert (plan.target.key, plan.target.amount) == ("quotas", 27_000)
    people = company(goals=None, quotas=[r for r in rows if r["person_id"]])
    assert planned(people).target.amount == 27_000


@pytest.mark.parametrize(
    ("tables", "said"),
    [({"goals": None}, "No revenue target lies in Q4 2026"),
     ({"goals": [GOAL | {"target": 0}]}, "The revenue target is 0"),
     ({"leads": [lead("a"), lead("b")]}, "The backward plan is locked")],
)  # fmt: skip
def test_without_a_target_or_wins_it_says_what_to_fill(company, tables, said):
    told = read(company(**tables))
    assert told.nothing[0].startswith(said)
    assert (told.verdict, told.rungs) == ((), ())


def test_without_pages_and_some_stamps_the_ladder_is_shorter_and_says_so(company):
    bare = [{k: v for k, v in row.items() if k not in ("mql_at", "opportunity_at")} for row in LEADS]
    plan = planned(dataset := company(leads=bare, web=None))
    assert [rung.stage for rung in plan.rungs] == ["revenue", "wins", "sqls", "accepted", "handoffs", "leads"]
    assert [r.step.label for r in plan.rates][-1] == "Hand-offs per lead"
    assert any("web.visits and web.conversions" in note for note in read(dataset).notes)


def test_a_rate_of_zero_is_told_and_no_number_is_made_up(company):
    none_won = [row | {"opportunity_at": None, "won_at": None} for row in LEADS if row["won_at"] is None]
    won = next(row for row in LEADS if within(row["won_at"], *YEAR_AGO))
    won = won | {"lead_id": "W", "created_at": "2023-12-01", "won_at": "2024-01-01"}
    rows = none_won + [row | {"lead_id": f"x{row['lead_id']}"} for row in none_won] + [won]
    told = read(company(leads=rows))
    assert "no number is enough" in plain(told.verdict[0]) or "has no planned rate" in plain(told.verdict[0])
    assert not any(math.isinf(rung.needed or 0) for rung in told.rungs)


def test_before_it_begins_only_what_is_needed_is_told(company):
    later = GOAL | {"start": "2027-01-01", "due": "2027-03-31"}
    told = read(company(goals=[later]), "2027-Q1")
    assert plain(told.verdict[1]) == "It hasn't begun, so nothing can break yet."
    assert {rung.status for rung in told.rungs} <= {Status.NOT_DUE, None}


def test_foreign_orders_count_at_the_rate_of_their_day(company):
    orders = [order | {"currency": "USD"} for order in ORDERS]
    days = [f"{year}-{month}-01" for year in (2025, 2026) for month in (10, 11, 12)]
    rates = [{"date": day, "currency": "USD", "rate": 0.5} for day in days]
    plan = planned(company(orders=written(orders), fx_rates=rates))
    assert plan.rungs[0].actual == pytest.approx(NOW[0]["revenue"] / 2)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [({"win_rate": "0.25"}, 0.25), ({"win_rate": "25%"}, 0.25), ({"win_rate": " 25 % "}, 0.25),
     ({"per_win": "1500"}, 1500.0), ({"lead_ratio": "1.4"}, 1.4)],
)  # fmt: skip
def test_rates_in_the_address_are_read(typed, kept):
    assert backward.assumptions(typed) == (dict.fromkeys(typed, kept), ())


@pytest.mark.parametrize(
    "text", ["0", "-1", "1.01", "nan", "inf", "1e999", "", "<b>", "0,25", "__import__('os')"]
)
def test_what_is_no_rate_is_told_and_left_out(text):
    found, notes = backward.assumptions({"win_rate": text})
    assert found == {}
    assert notes[0].startswith("The link's plan_win_rate isn't a number more than 0")
