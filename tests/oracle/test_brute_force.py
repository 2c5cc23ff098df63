# ruff: noqa: DTZ001, S311  a naive time is in the company's own zone; dice are for drawing examples
"""The oracle is checked itself: figures worked out by hand, survival by scipy, deadlines minute by minute."""

from datetime import date, datetime, timedelta
from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from scipy.stats import CensoredData, ecdf
from sqlalchemy import create_engine, inspect, text

from tests.oracle.brute_force import report
from tests.oracle.companies import cases
from tests.oracle.company import Company, add_months, period_dates
from tests.oracle.compare import differences
from tests.oracle.hand_made import hand_made
from tests.oracle.load import load
from tests.oracle.metrics import survival_quantile, wilson
from tests.oracle.rows import COLUMNS
from tests.oracle.targets import conditions

FIGURES = ("value", "numerator", "denominator", "n")
# (61 days and the extra hour of October) of (92 days and that hour)
ELAPSED = 1465 / 2209


@pytest.fixture(scope="module")
def quarter():
    rows = report(hand_made(), "2026-Q4", "2026-11-30", by=("owner", "source"))
    return {(row["metric"], row["scope"], row["period"]): row for row in rows}


def of(quarter, metric, scope="all", period="2026-Q4"):
    return quarter[metric, scope, period]


@pytest.mark.parametrize(
    ("metric", "figures"),
    [
        # A1..A14, B1, B4, D1, D3, E1; not B2 (a second too late), B3 (a second too early), D2, D4
        ("leads", (19, None, None, 19)),
        ("mqls", (4, None, None, 4)),  # A1, A2, A3, A5 once; B1's isn't seen
        ("handoffs", (15, None, None, 15)),  # A1..A14, A5 twice; C1 in the quarter before
        ("sqls", (2, None, None, 2)),  # A1, A5's second pass
        ("opportunities", (2, None, None, 2)),  # A1, A2
        ("wins", (5, None, None, 5)),  # A1, A5, A11, A13, E1; D3's is the earlier of two closes
        ("losses", (2, None, None, 2)),  # A2, D3
        ("visits", (80, None, None, 80)),
        ("signups", (2, None, None, 2)),
        ("revenue", (4000.0, None, None, 4)),  # 1000 + 700 + 2000 + 300; E1's amount is an error
        ("pipeline", (5900.0, None, None, 2)),  # 5000 + 1000 USD at 0.9; the pound's rate is too old
        ("spend", (600.0, None, None, 3)),
        ("cpl", (600 / 19, 600.0, 19, 19)),
        ("cost_per_mql", (150.0, 600.0, 4, 4)),
        ("cost_per_sql", (300.0, 600.0, 2, 2)),
        ("cac", (120.0, 600.0, 5, 5)),  # without orders by wins
        ("win_rate", (5 / 7, 5, 7, 7)),
        ("win_rate_value", (None, 4000.0, 4900.0, 6)),  # E1 has no amount: one of seven is over a tenth
        # half a day; 19; 27 (an hour less on the clock, one more at night); 45 and an hour; 50 and an hour
        ("sales_cycle_days", (27.0, None, None, 5)),
        ("conversion_rate", (6 / 80, 6, 80, 80)),
        ("micro_conversion_rate", (10 / 80, 10, 80, 80)),
        ("accepted", (8, None, None, 8)),  # A1 A2 A4 A5/2 A9 A10 A11 A13
        ("rejected", (4, None, None, 4)),  # A3 A5/1 A6 A14
        ("undecided", (3, None, None, 3)),  # A7 A8 A12
        ("overdue", (2, None, None, 2)),  # A7 A12
        ("rejected_untouched", (1, None, None, 1)),  # A5/1: the sales touch belongs to A5/2
        ("acceptance_rate", (8 / 12, 8, 12, 12)),
        ("decision_coverage", (12 / 15, 12, 15, 15)),
        # met A1 A2 A3 A5/2 A6 A11 A12 A13 A14; breached A4 A5/1 A7 A9 A10; A8 isn't due
        ("sla_compliance", (9 / 14, 9, 14, 14)),
        ("sla_met", (9, None, None, 9)),
        ("sla_breached", (5, None, None, 5)),
        ("sla_pending", (1, None, None, 1)),
        # waits in minutes: 0 0 0 60 60 90 120 180 (900+) 1440 1440 1470 (2340+) (15300+) (78540+)
        # survival: 12/15 10/15 9/15 8/15 7/15 at 180: the first at or under a half
        ("hours_to_touch_median", (3.0, 11, None, 15)),
        ("hours_to_touch_p90", (None, 11, None, 15)),  # 7/15 x 4/6 x 3/4 = 0.23 is never under a tenth
        ("lead_rating", (20 / 6, 20, 6, 6)),  # A1 5, A2 4, A3 2, A9 3, A14 1, and A8 5, which is undecided
        ("recycle_rate", (1 / 4, 1, 4, 4)),  # A5
        ("nurture_win_rate", (1.0, 1, 1, 1)),  # A13
        ("direct_win_rate", (3 / 14, 3, 14, 14)),  # A1 A5/2 A11
        ("nurture_take_rate", (2 / 3, 2, 3, 3)),  # of C1's A1, A13, A14
        ("mql_to_sql_rate", (3 / 4, 3, 4, 4)),  # A1, A2 by its opportunity, A5 on its second pass
        ("lead_to_win_rate", (5 / 19, 5, 19, 19)),
        ("handoff_to_win_rate", (4 / 15, 4, 15, 15)),
        ("alignment_gap", (0.5, 1.0, None, None)),  # mqls 4 of 2 + 1 + 1, wins 5 of 10
    ],
)
def test_figures_of_the_hand_made_company(quarter, metric, figures):
    row = of(quarter, metric)
    assert tuple(row[name] for name in FIGURES) == pytest.approx(figures)


def test_a_quantile_that_is_not_reached_shows_the_longest_wait(quarter):
    row = of(quarter, "hours_to_touch_p90")
    # A5's first pass: 7 October 12:00 to midnight after 30 November, 54.5 days and an hour
    assert (row["low"], row["notes"]) == (1309.0, "running;not_reached")


def test_business_hours_to_touch_count_opening_hours_only():
    # Waits on the clock of 9 to 17, Monday to Friday, in minutes:
    # A1 90, A2 0, A3 480, A4 480, A5/1 (38 days and 300: over), A5/2 60, A6 0, A7 (480+, Sunday to Monday's
    # end), A8 (480+), A9 0 (a weekend), A10 (7 days: 3360+), A11 120, A12 0 (a Saturday), A13 180, A14 60
    # sorted: 0 0 0 0 60 60 90 120 180 480 480 480+ ...: survival 7/15 at 120
    (row,) = report(hand_made(), "2026-Q4", "2026-11-30", metrics=["business_hours_to_touch_median"])
    assert (row["value"], row["numerator"], row["n"]) == (2.0, 11, 15)


@pytest.mark.parametrize(
    ("scope", "value"),
    [("owner=ana", 3), ("owner=bo", 1), ("owner=zoe", 0), ("owner=", 1), ("source=Webinar", 1)],
)
def test_wins_go_to_whoever_closed_them_and_people_without_any_are_listed(quarter, scope, value):
    assert of(quarter, "wins", scope)["value"] == value


@pytest.mark.parametrize(
    ("scope", "count"),
    [("reject_reason=no budget", 3), ('reject_reason="wrong, person"', 1), ("reject_reason=", 1)],
)
def test_every_rejection_counts_whatever_was_decided_later(quarter, scope, count):
    row = of(quarter, "rejections_by_reason", scope)
    assert (row["value"], row["denominator"]) == (count, 5)


@pytest.mark.parametrize(
    ("metric", "status", "notes"),
    [
        ("leads", None, "running"),
        ("conversion_rate", None, "running;data_until=2026-11-15"),
        ("spend", None, "running"),
        ("acceptance_rate", "on_track", "running"),
        ("nurture_win_rate", "too_few", "running"),
        ("mql_to_sql_rate", None, "running;immature"),
        ("pipeline", None, None),
        ("clv_12m", "locked", "needs=orders.customer_id+orders.closed_at+orders.margin+orders.amount"),
    ],
)
def test_statuses_and_notes(quarter, metric, status, notes):
    row = of(quarter, metric)
    assert (row["status"], row["notes"]) == (status, notes)


def test_win_rates_are_of_the_same_wins_as_wins(quarter):
    # A1 is ana's and closed by bo, who lost D3; ana won A5, A13, E1 and lost A2
    assert [of(quarter, "win_rate", f"owner={who}")["numerator"] for who in ("ana", "bo")] == [3, 1]
    assert [of(quarter, "win_rate", f"owner={who}")["denominator"] for who in ("ana", "bo")] == [4, 2]


def test_quotas_stand_whole_with_their_own_periods(quarter):
    q4 = "2026-10-01..2026-12-31"
    team = of(quarter, "quota_attainment", "department=sales,metric=wins", q4)
    assert (team["value"], team["numerator"], team["denominator"], team["status"]) == (
        0.5,
        5,
        10.0,
        "off_track",
    )
    assert team["expected"] == pytest.approx(ELAPSED)  # 0.5 / 0.663 = 0.754 < 0.8
    ana = of(quarter, "quota_attainment", "department=sales,metric=wins,person_id=ana", q4)
    assert (ana["value"], ana["status"]) == (0.75, "on_track")
    november = of(quarter, "quota_attainment", "department=marketing,metric=mqls", "2026-11-01..2026-11-30")
    assert (november["value"], november["status"]) == (0, "missed")
    december = of(quarter, "quota_attainment", "department=marketing,metric=mqls", "2026-12-01..2026-12-31")
    assert (december["value"], december["status"]) == (None, "not_due")
    a_day = of(quarter, "required_per_day", "department=sales,metric=wins", q4)
    assert (a_day["value"], a_day["numerator"], a_day["denominator"]) == (5 / 32, 5, 32)  # today and December


@pytest.mark.parametrize(
    ("goal", "value", "expected", "status"),
    [
        ("G1", 0.7, ELAPSED, "on_track"),  # 30 + 40 of 100
        ("G2", 0.5, ELAPSED, "off_track"),  # from 8 to 5 on the way to 2; 2 November has two values
        ("G3", 1.35, 1.0, "on_track"),  # 27 of 200 against 0.1
        ("G4", 0.6, ELAPSED, "on_track"),  # 600 of 1000 spent: 0.663 / 0.6
        ("G5", 0.5, 0.4, "on_track"),  # 4 of 10 were wanted by the end of 30 November
        ("G6", None, None, "achieved"),  # 0.667 stands at its target of 0.5, which is its baseline
        ("G7", 0.75, 43 / 66, "on_track"),  # 22 + 21 of 22 + 21 + 23 working days
        ("G8", 1.25, None, "no_data"),  # nothing was won a year before
    ],
)
def test_goals(quarter, goal, value, expected, status):
    row = of(quarter, "goal_progress", f"goal_id={goal}", "2026-10-01..2026-12-31")
    assert (row["value"], row["expected"]) == (pytest.approx(value), pytest.approx(expected))
    assert row["status"] == status


def test_a_rate_goal_carries_the_interval_on_the_way_from_baseline_to_target(quarter):
    row = of(quarter, "goal_progress", "goal_id=G3", "2026-10-01..2026-12-31")
    low, high = wilson(27, 200)
    assert (row["low"], row["high"], row["n"]) == (pytest.approx(low / 0.1), pytest.approx(high / 0.1), 200)


def test_a_matured_cohort_takes_the_p90_of_a_year_before():
    # 30 leads of 1 August 2025, won after 1 .. 30 days: the 27th of 30 is the nearest rank
    old = [
        {
            "lead_id": f"L{n}",
            "created_at": datetime(2025, 8, 1),
            "won_at": datetime(2025, 8, 1) + timedelta(days=n),
        }
        for n in range(1, 31)
    ]
    tables = {"leads": [*old, {"lead_id": "new", "created_at": datetime(2026, 7, 1), "won_at": None}]}
    # July ends with the 31st; 27 days later 27 August is over
    for as_of, notes in (("2026-08-26", "immature"), ("2026-08-27", None)):
        (row,) = report(tables, "2026-07", as_of, metrics=["lead_to_win_rate"])
        assert row["notes"] == notes
    (row,) = report({"leads": old[1:]}, "2025-08", "2026-08-27", metrics=["lead_to_win_rate"])
    assert row["notes"] == "immature"  # 29 conversions tell nothing


def test_stamps_without_times_lock_hours_and_the_sla_counts_days():
    leads = [
        {"lead_id": "in", "created_at": date(2026, 7, 1), "handed_off_at": date(2026, 7, 3),
         "first_touch_at": date(2026, 7, 6)},
        {"lead_id": "late", "created_at": date(2026, 7, 1), "handed_off_at": date(2026, 7, 3),
         "first_touch_at": date(2026, 7, 7)},
    ]  # fmt: skip

    def ask(clock, metric):
        agreed = {"sla_hours": "24", "sla_clock": clock}
        tables = {"leads": leads, "settings": [{"key": k, "value": v} for k, v in agreed.items()]}
        (row,) = report(tables, "2026-07", "2026-07-31", metrics=[metric])
        return row

    assert ask("elapsed", "hours_to_touch_median")["notes"] == "needs=times"
    assert ask("elapsed", "sla_compliance")["numerator"] == 0  # Friday to Monday are three days
    assert ask("business", "sla_compliance")["numerator"] == 1  # but one working day


def test_clv_takes_the_first_twelve_months_of_customers_who_began_a_year_before():
    def order(number, customer, day, amount, margin):
        return {
            "order_id": number,
            "customer_id": customer,
            "closed_at": day,
            "amount": amount,
            "margin": margin,
        }

    orders = [
        order("1", "K1", datetime(2024, 7, 1), 100.0, None),  # the window is 2024-07-01..2025-06-30
        order("2", "K1", datetime(2025, 6, 30, 23), 100.0, 10.0),  # its first twelve months end with that day
        order("3", "K1", datetime(2025, 7, 1), 100.0, 70.0),
        order("4", "K2", datetime(2025, 6, 30), -50.0, -8.0),
        order("5", "K3", datetime(2024, 6, 30), 100.0, 90.0),
        order("6", "K4", datetime(2025, 7, 1), 100.0, 90.0),
    ]
    tables = {"leads": [], "orders": orders, "settings": [{"key": "margin", "value": "0.25"}]}
    (row,) = report(tables, "2026-Q2", "2026-12-31", metrics=["clv_12m"])
    assert tuple(row[name] for name in FIGURES) == (13.5, 27.0, 2, 2)  # (25 + 10 - 8) / 2


def test_kaplan_meier_equals_scipy():
    dice = Random(7)
    for _ in range(200):
        waits = [(dice.randint(0, 12), dice.random() < 0.7) for _ in range(dice.randint(1, 40))]
        events = [float(m) for m, touched in waits if touched]
        censored = [float(m) for m, touched in waits if not touched]
        theirs = ecdf(CensoredData(uncensored=events, right=censored)).sf if events else None
        for q in (Fraction(1, 2), Fraction(9, 10)):
            low = [] if theirs is None else theirs.quantiles[theirs.probabilities <= float(1 - q) + 1e-12]
            expected = float(np.min(low)) if len(low) else None
            assert survival_quantile(waits, q) == expected


@pytest.mark.parametrize("hours", [("09:00", "17:00"), ("01:00", "04:00"), ("00:00", "24:00")])
def test_business_deadlines_equal_stepping_minute_by_minute(hours):
    agreed = {"time_zone": "Europe/Berlin", "holidays": "DE", "work_start": hours[0], "work_end": hours[1]}
    company = Company({"settings": [{"key": k, "value": v} for k, v in agreed.items()]}, "2026-12-31")
    dice = Random(11)
    for night in (date(2026, 3, 27), date(2026, 10, 23), date(2026, 12, 24)):
        for _ in range(8):
            start = company.to_instant(night) + 60 * dice.randint(0, 4 * 1440)
            minutes = dice.choice((1, 30, 180, 240, 480, 481, 960, 1500))
            moment, opened = start, 0
            while opened < minutes:
                opened += is_open(company.local(moment), hours)
                moment += 60
            assert company.deadline(start, Fraction(minutes, 60), "business") == moment
            assert company.opened(start, moment) == minutes * 60


def is_open(local, hours):
    holidays = (date(2026, 4, 3), date(2026, 4, 6), date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1))
    workday = local.weekday() < 5 and local.date() not in holidays
    return workday and hours[0] <= f"{local:%H:%M}" < hours[1]


@pytest.mark.parametrize(
    ("text_", "fiscal_start", "first", "end"),
    [
        ("2026", 1, "2026-01-01", "2027-01-01"),
        ("2026-Q3", 4, "2026-07-01", "2026-10-01"),
        ("2026-W53", 1, "2026-12-28", "2027-01-04"),
        ("2024-02", 1, "2024-02-01", "2024-03-01"),
        ("2026-07-01..2026-08-15", 1, "2026-07-01", "2026-08-16"),
        ("FY2026", 1, "2026-01-01", "2027-01-01"),
        ("FY2026", 7, "2025-07-01", "2026-07-01"),
        ("FY2026-Q3", 10, "2026-04-01", "2026-07-01"),
    ],
)
def test_periods(text_, fiscal_start, first, end):
    assert period_dates(text_, fiscal_start) == (date.fromisoformat(first), date.fromisoformat(end))


def test_months_end_on_their_last_day():
    assert add_months(date(2024, 2, 29), -12) == date(2023, 2, 28)
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)


def test_repeated_times_are_the_first_and_skipped_ones_move_forward():
    company = Company({"settings": [{"key": "time_zone", "value": "Europe/Berlin"}]}, "2026-12-31")
    skipped, moved = (company.to_instant(datetime(2026, 3, 29, hour, 30)) for hour in (2, 3))
    before, repeated = (company.to_instant(datetime(2026, 10, 25, hour, 30)) for hour in (1, 2))
    assert (moved - skipped, repeated - before) == (0, 3600)


def test_filters_read_quoted_values():
    goal = {"filter": 'source="a, ""b""", owner=ana , campaign_id='}
    assert conditions(goal) == [("source", 'a, "b"'), ("owner", "ana"), ("campaign_id", None)]


@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(cases())
def test_every_drawn_company_gets_a_report_whose_parts_add_up(case):
    rows = report(case.tables, case.period, case.as_of, case.by)
    assert differences(rows, rows) == []
    assert all(tuple(row) == COLUMNS for row in rows)
    values = {row["metric"]: row["value"] for row in rows if row["scope"] == "all"}
    parts = [values[name] for name in ("accepted", "rejected", "undecided", "handoffs")]
    assert None in parts or sum(parts[:3]) == parts[3]


def test_differences_names_what_is_missing_extra_repeated_and_unequal():
    row = {"metric": "wins", "scope": "all", "period": "2026", "value": 1.0, "status": None}
    assert differences([row], [row | {"value": 1.0 + 1e-12}]) == []
    assert differences([row], [row | {"value": 2}]) == ["wins | all | 2026: value: ours 1.0, theirs 2"]
    assert differences([row], [row | {"value": None}]) == ["wins | all | 2026: value: ours 1.0, theirs None"]
    assert differences([row], []) == ["missing in theirs: wins | all | 2026: value=1.0"]
    assert differences([], [row, row]) == [
        "only in theirs: wins | all | 2026: value=1.0",
        "twice in theirs: wins | all | 2026",
    ]


def test_load_writes_plain_tables_with_natural_types(database_url):
    engine = create_engine(database_url)
    load(hand_made() | {"orders": []}, engine)
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        read = connection.execute(
            text("SELECT created_at, amount, closed_by FROM leads WHERE lead_id = 'A1'")
        )
        created = "2026-10-01 09:00:00" if sqlite else datetime(2026, 10, 1, 9)
        assert read.one() == (created, 1000.0, "bo")
        days = set(connection.execute(text("SELECT date FROM spend WHERE amount = 100")).scalars())
        assert days == {"2026-10-01" if sqlite else date(2026, 10, 1)}
    assert {column["name"] for column in inspect(engine).get_columns("orders")} >= {"order_id", "margin"}
    engine.dispose()
