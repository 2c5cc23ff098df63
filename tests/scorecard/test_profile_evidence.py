"""Which values of an attribute convert better: every figure against brute force, on every database."""
# ruff: noqa: DTZ001 S311 - times without a zone are local here; companies are drawn

from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
import sqlalchemy as sa
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from data_sources.database import Database
from data_sources.sources import make_ready
from scorecard import conversions, profile_counts, profile_evidence, report, small
from scorecard.clock import AsOf
from scorecard.profile_counts import Tally, Values
from scorecard.profile_evidence import Verdict, against, evidence
from scorecard.profile_wishes import columns
from tests.oracle import profile as oracle
from tests.oracle.companies import cases
from tests.oracle.load import load
from tests.scorecard.builders import Company, lead
from tests.scorecard.test_report_against_oracle import looking_at
from tests.scorecard.test_report_against_oracle import opened as fresh

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
AS_OF = "2026-11-20"
CHANNELS = ("mail", "fair", "mail", None)
INDUSTRIES = ("Retail", "Rescue", "Clubs", "Café, Köln", "Ωmega", None)


def drawn(seed, *, n=400, mature_days="60"):
    """A company whose Rescue services convert well, with passes that came again, late wins and dollars."""
    dice = Random(seed)
    leads = [row for i in range(n) for row in _passes(dice, f"L{i}")]
    rates = [
        {"date": date(2024, 1, 1) + timedelta(days=20 * i), "currency": "USD", "rate": 0.9 + i / 500}
        for i in range(55)
    ]
    agreed = {"time_zone": "Europe/Berlin", "mature_days": mature_days, "min_n": "5"}
    return {
        "settings": [{"key": k, "value": v} for k, v in agreed.items() if v is not None],
        "leads": leads,
        "campaigns": [{"campaign_id": f"C{i}", "channel": c} for i, c in enumerate(CHANNELS)],
        "fx_rates": rates,
    }  # fmt: skip


def _passes(dice, lead_id):
    created = datetime(2024, 10, 1) + timedelta(minutes=dice.randrange(2 * 365 * 1440))
    industry, size = dice.choice(INDUSTRIES), dice.choice((1, 10, 50, None))
    rows = []
    for pass_no in (1, 2) if dice.random() < 0.1 else (1,):
        handed = created + timedelta(days=10 * pass_no, minutes=dice.randrange(5000))
        chance = {"Rescue": 0.7, "Clubs": 0.1}.get(industry, 0.35)
        won = handed + timedelta(days=dice.randrange(90)) if dice.random() < chance else None
        rows.append({
            "lead_id": lead_id, "pass_no": pass_no, "created_at": created, "handed_off_at": handed,
            "won_at": won,
            "nurtured_at": dice.choice((None, None, handed - timedelta(days=2), handed + timedelta(days=2))),
            "rejected_at": None, "amount": dice.choice((None, 0, 100.0, 250.5, 90.25 + dice.random(), 999.0)),
            "currency": dice.choice((None, "EUR", "USD")), "source": dice.choice(("Webinar", "Fair", None)),
            "landing_page": "/start", "campaign_id": dice.choice(("C0", "C1", "C2", "C3", "gone", None)),
            "industry": industry, "seats": size, "opportunity_at": None, "lost_at": None,
        })  # fmt: skip
    return rows


@contextmanager
def opened(tables, url):
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    load(tables, engine)
    database = Database(url, clock=lambda: NOW)
    yield database.open()
    database.close()


def asked(dataset, as_of=AS_OF, months=12):
    """The question of the cohort that is old enough, and the days of it."""
    settings = small.settings(dataset)
    at = AsOf.parse(as_of, settings.zone)
    whole = profile_counts.cohort(at, settings.zone, 0, months)
    days = conversions.mature_days(report.ask(dataset, whole, at), "handoff_to_win_rate")
    return report.ask(dataset, profile_counts.cohort(at, settings.zone, days, months), at), days


def worked_out(dataset, **when):
    question, days = asked(dataset, **when)
    found = [profile_counts.values(question, column, days) for column in columns(dataset)]
    found = evidence(found, question.settings.min_n)
    return {(one.column, one.value): flat(one) for one in found}


def flat(one):
    wins, amounts = one.wins, one.amounts
    return {
        "k": one.own.won, "n": one.own.n, "rest_k": one.rest.won, "rest_n": one.rest.n,
        "gap": wins.difference.value, "low": wins.difference.low, "high": wins.difference.high,
        "mean": one.own.mean, "more": amounts.difference.value, "more_low": amounts.difference.low,
        "more_high": amounts.difference.high, "chance": wins.chance, "more_chance": amounts.chance,
    }  # fmt: skip


def written(found, least=5):
    """Values of the brute force as text, as the columns hand them over: those with min_n hand-offs."""
    kept = {key: figures for key, figures in found.items() if figures["n"] >= least}
    return {(column, str(value)): figures for (column, value), figures in kept.items()}


def same(ours, theirs):
    assert ours.keys() == theirs.keys()
    wrong = {
        (*key, name): (ours[key][name], figure)
        for key, figures in theirs.items()
        for name, figure in figures.items()
        if not alike(ours[key][name], figure)
    }
    assert wrong == {}


def alike(a, b):
    return a is b if a is None or b is None else a == pytest.approx(b, rel=1e-7, abs=1e-9)


def test_every_value_of_every_column_is_what_brute_force_finds(database_url):
    tables = drawn(3)
    with opened(tables, database_url) as dataset:
        ours = worked_out(dataset)
        theirs = oracle.evidence(tables, AS_OF)
        question, days = asked(dataset)
        nurtured = evidence_of_nurture(question, days)
    same(ours, written(theirs))
    same({("", "nurtured"): nurtured}, {("", "nurtured"): oracle.nurture(tables, AS_OF)})
    assert {column for column, _ in ours} == {"industry", "seats", "source", "landing_page", "channel"}
    assert sum(one["chance"] is not None for one in ours.values()) > 8


def evidence_of_nurture(question, days):
    took, others = profile_counts.nurtured(question, days)
    return flat(against("", "nurtured", took, others, question.settings.min_n))


@pytest.mark.parametrize(
    ("as_of", "mature_days"),
    [("2026-11-20T23:59:59", "60"), ("2026-03-29T12:00:00", "0"), ("2026-06-01", None)],
)
def test_only_hand_offs_as_old_as_wins_take_count_whatever_as_of_is(sqlite_url, as_of, mature_days):
    tables = drawn(5, mature_days=mature_days)
    with opened(tables, sqlite_url) as dataset:
        same(worked_out(dataset, as_of=as_of), written(oracle.evidence(tables, as_of)))


@given(case=cases(max_leads=30), days=st.sampled_from(["0", "3", "20", "400"]))
@looking_at(6)
def test_companies_with_every_flaw_get_what_brute_force_finds(sqlite_url, case, days):
    agreed = {"mature_days": days, "min_n": "1"}
    others = [row for row in case.tables["settings"] if row["key"].strip() not in agreed]
    tables = {**case.tables, "settings": [*others, *({"key": k, "value": v} for k, v in agreed.items())]}
    stamped = {column for row in tables["leads"] for column in row}
    assume({"handed_off_at", "won_at"} <= stamped)
    with fresh(tables, sqlite_url) as database:
        same(worked_out(database.open(), as_of=case.as_of), written(oracle.evidence(tables, case.as_of), 1))


def test_a_store_of_our_own_says_the_same(sqlite_url):
    tables = drawn(7, n=200)
    with opened(tables, sqlite_url):
        make_ready(sa.create_engine(sqlite_url, poolclass=sa.NullPool))
    database = Database(sqlite_url, clock=lambda: NOW)
    dataset = database.open()
    assert dataset.prepared
    same(worked_out(dataset), written(oracle.evidence(tables, AS_OF)))
    database.close()


# --- reference values


def tally(won, n, amounts=()):
    return Tally(n, won, len(amounts), float(sum(amounts)), float(sum(a * a for a in amounts)))


def test_a_difference_has_the_interval_of_newcombes_paper():
    one = against("x", "a", tally(56, 70), tally(48, 80), 10).wins.difference
    assert (one.low, one.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)  # his method 10, case (a)


def test_chances_are_those_of_benjamini_and_hochbergs_rule():
    values = [Values("x", {f"v{i}": tally(k, 40) for i, k in enumerate((4, 9, 11, 12, 20))}, tally(56, 200))]
    found = evidence(values, 10)
    raw = [
        stats.fisher_exact([[e.own.won, e.own.n - e.own.won], [e.rest.won, e.rest.n - e.rest.won]]).pvalue
        for e in found
    ]
    ranked = sorted(raw)
    expected = [min(ranked[j] * 5 / (j + 1) for j in range(ranked.index(p), 5)) for p in raw]
    assert [e.wins.chance for e in found] == pytest.approx(expected)
    assert expected == pytest.approx(stats.false_discovery_control(raw))
    assert [e.verdict for e in found] == [Verdict.WORSE, *[Verdict.UNSURE] * 3, Verdict.BETTER]


def test_amounts_are_compared_as_scipy_compares_them():
    own, rest = [100, 120, 90, 300, 80, 110], [200, 400, 350.5, 500, 80, 600, 410]
    found = against("x", "a", tally(6, 20, own), tally(7, 20, rest), 5).amounts
    theirs = stats.ttest_ind(own, rest, equal_var=False)
    ends = theirs.confidence_interval(0.95)
    assert (found.difference.low, found.difference.high) == pytest.approx((ends.low, ends.high))
    alone = profile_evidence._amounts(tally(6, 20, own), tally(7, 20, rest), 5).chance
    assert alone == pytest.approx(theirs.pvalue)


def test_few_cases_equal_amounts_and_a_value_that_everybody_has_say_nothing():
    few = against("x", "a", tally(9, 9), tally(0, 90), 10)
    assert (few.verdict, few.wins.chance) == (Verdict.TOO_FEW, None)
    same_price = against("x", "a", tally(20, 20, [99.9] * 20), tally(20, 20, [49.9] * 20), 10)
    assert (same_price.amounts.chance, same_price.verdict) == (None, Verdict.UNSURE)
    everybody = evidence([Values("x", {"a": tally(5, 50)}, tally(5, 50))], 10)
    assert everybody[0].verdict is Verdict.TOO_FEW


def test_more_wins_of_smaller_amounts_are_neither_better_nor_worse():
    small_, large = [10.0 + i for i in range(40)], [1000.0 + i for i in range(20)]
    found = against("x", "a", tally(40, 50, small_), tally(20, 100, large), 10)
    assert (found.wins.sign, found.amounts.sign, found.verdict) == (1, -1, Verdict.MIXED)


def test_among_companies_without_any_difference_hardly_one_in_twenty_gets_a_name():
    dice = Random(1)
    named = 0
    for _ in range(300):
        tallies = {f"v{i}": tally(sum(dice.random() < 0.3 for _ in range(60)), 60) for i in range(8)}
        known = sum(tallies.values(), Tally())
        named += any(e.verdict is not Verdict.UNSURE for e in evidence([Values("x", tallies, known)], 10))
    assert named / 300 <= 0.06


def test_values_without_number_are_counted_and_only_the_largest_looked_at(tmp_path):
    leads = [
        lead(f"L{i}-{j}", handed_off_at="2026-05-05", won_at=None, mail=f"m{i:03}", campaign_id=None)
        for i in range(120)
        for j in range(12 if i < 60 else 1)
    ]
    settings = [{"key": "mature_days", "value": "30"}]
    question, days = asked(Company(tmp_path / "c.db", leads=leads, settings=settings).dataset)
    found = profile_counts.values(question, "mail", days, named=("m119", "nobody's"))
    assert (found.distinct, found.enough, len(found.tallies)) == (120, 60, profile_counts.MOST + 1)
    assert found.tallies["m119"].n == 1
    assert found.known.n == 60 * 12 + 60
