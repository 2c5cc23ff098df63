"""Touch work and what campaigns bring, on companies counted by hand."""

import pytest

from scorecard import periods, small, touch_work_view
from scorecard.clock import AsOf
from scorecard.scopes import Filter
from scorecard.status import Status
from tests.scorecard.builders import Company, Rows, lead


@pytest.fixture
def company(tmp_path):
    made: list[Company] = []

    def build(leads: Rows, **tables: Rows) -> Company:
        made.append(Company(tmp_path / f"company{len(made)}.db", leads=leads, **tables))
        return made[-1]

    yield build
    for one in made:
        one.database.close()


def touches(*rows: tuple) -> list[dict]:
    """Rows of (lead, day of October at ten, kind, outcome, minutes)."""
    return [
        {"touch_id": f"T{n}", "lead_id": who, "at": f"2026-{at} 10:00:00", "department": "sales",
         "kind": kind, "outcome": outcome, "minutes": minutes, "campaign_id": campaign}
        for n, (who, at, kind, outcome, minutes, campaign) in enumerate(
            (*row, *(None,) * (6 - len(row))) for row in rows
        )
    ]  # fmt: skip


def test_a_lead_is_reached_by_the_first_call_that_somebody_answers(company):
    found = company(
        [lead("a"), lead("b"), lead("c")],
        touches=touches(
            ("a", "10-06", "call", "no_answer"), ("a", "10-07", "call", "reached"),
            ("b", "10-06", "call", "meeting_set"),
            ("c", "10-06", "call", "left_message"), ("c", "10-07", "email", "reached"),
            ("d", "09-30", "call", "no_answer"), ("d", "10-02", "call", "reached"),  # first in September
        ),
    )  # fmt: skip
    counts = [
        (row.numerator, row.denominator) for row in (found.row(f"reached_within_{k}") for k in (1, 2, 3))
    ]
    assert counts == [(1, 3), (2, 3), (2, 3)]


def test_a_talk_closes_when_it_is_the_last_before_the_win(company):
    found = company(
        [lead("a", won_at="2026-10-20 09:00:00"), lead("b", won_at="2026-10-20 09:00:00"), lead("c")],
        touches=touches(
            ("a", "10-06", "call", "reached"), ("a", "10-07", "call", "no_answer"),
            ("b", "10-06", "call", "declined"), ("b", "10-08", "meeting", None),
            ("b", "10-25", "call", "reached"),  # after the win
            ("c", "10-06", "meeting", "reached"), ("c", "10-07", "meeting", "no_answer"),
        ),
    )  # fmt: skip
    counts = [
        (row.numerator, row.denominator)
        for row in (found.row(f"close_rate_at_engagement_{k}") for k in (1, 2, 3))
    ]
    assert counts == [(1, 3), (1, 1), (0, 1)]


def test_a_talk_on_the_day_of_the_win_is_before_it_where_only_dates_are_known(company):
    found = company([lead("a", won_at="2026-10-06")], touches=touches(("a", "10-06", "call", "reached")))
    assert found.value("close_rate_at_engagement_1") == 1


def test_minutes_are_per_lead_called_and_groups_need_not_add_up(company):
    calls = touches(
        ("a", "10-06", "call", "reached", 6, "C1"), ("a", "10-07", "call", "reached", 4, "C2"),
        ("b", "10-07", "call", "no_answer", 2, "C2"), ("b", "10-08", "call", "no_answer", None, "C2"),
    )  # fmt: skip
    campaigns = [{"campaign_id": "C1", "channel": "phone"}, {"campaign_id": "C2", "channel": "phone"}]
    found = company([lead("a"), lead("b")], touches=calls, campaigns=campaigns)
    row = found.row("minutes_per_prospect")
    assert (row.value, row.numerator, row.denominator, row.note("without_minutes")) == (6, 12, 2, "1")
    assert found.value("minutes_per_prospect", "campaign_id=C2", by=("campaign_id",)) == 3
    by_channel = found.row("minutes_per_prospect", "channel=phone", by=("channel",))
    assert (by_channel.numerator, by_channel.denominator) == (12, 2)


def test_a_filter_by_leads_counts_their_touches_and_no_others(company):
    own = {"campaign_id": "C1"}
    leads = [lead("a", won_at="2026-10-20 09:00:00", **own), lead("b", **own), lead("c"), lead("d")]
    calls = touches(
        ("a", "10-06", "call", "no_answer", 6), ("a", "10-07", "call", "reached", 4, "C2"),
        ("b", "10-07", "meeting", None), ("b", "10-09", "mail", None),
        ("b", "10-10", "call", "acknowledged"),
        ("c", "10-06", "call", "reached", 9, "C1"), ("d", "10-06", "call", "reached", 9, "C1"),
        ("e", "10-06", "call", "reached", 9, "C1"),  # nobody's
    )  # fmt: skip
    found = company(leads, touches=calls, campaigns=[{"campaign_id": "C1"}, {"campaign_id": "C2"}])
    asked = periods.parse("2026-Q4", 1), AsOf.parse("2026-11-20", small.settings(found.dataset).zone)
    rows = touch_work_view.rows(found.dataset, *asked, Filter.of([("leads.campaign_id", "C1")]))
    told = {row.metric: (row.numerator, row.denominator) for row in rows}
    reached = [told[f"reached_within_{k}"] for k in (1, 2, 3)]
    closed = [told[f"close_rate_at_engagement_{k}"] for k in (1, 2)]
    assert (reached, closed) == ([(1, 2), (2, 2), (2, 2)], [(1, 2), (0, 1)])
    assert told["mail_acknowledged_rate"] == (1, 1)


def test_who_decides_is_told_of_those_it_is_known_of(company):
    leads = [lead("a", decision_maker="yes"), lead("b", decision_maker="no"), lead("c", decision_maker=None)]
    found = company(leads, touches=touches(*((who, "10-06", "call", "reached") for who in "abc")))
    row = found.row("decision_maker_share")
    assert (row.numerator, row.denominator, row.note("blank")) == (1, 2, "1")


def test_a_mail_is_acknowledged_in_the_call_that_follows(company):
    found = company(
        [lead("a"), lead("b")],
        touches=touches(
            ("a", "10-06", "mail"), ("a", "10-09", "call", "acknowledged"),
            ("b", "10-05", "call", "acknowledged"), ("b", "10-06", "mail"),  # before any mail was sent
        ),
    )  # fmt: skip
    row = found.row("mail_acknowledged_rate")
    assert (row.numerator, row.denominator) == (1, 2)


@pytest.mark.parametrize(
    ("metric", "needs"),
    [
        ("reached_within_1", "touches.outcome"),
        ("minutes_per_prospect", "touches.minutes"),
        ("decision_maker_share", "leads.decision_maker"),
        ("close_rate_at_engagement_1", "touches.outcome+leads.won_at"),
        ("romi", "orders.amount?leads.amount+orders.closed_at?leads.won_at+orders.margin|settings.margin"),
    ],
)
def test_what_is_missing_is_named(company, metric, needs):
    bare = [{"touch_id": "T", "lead_id": "a", "at": "2026-10-06", "kind": "call", "department": "sales"}]
    found = company([lead("a")], touches=bare, spend=[{"date": "2026-10-05", "amount": 5}])
    row = found.row(metric)
    assert (row.status, row.note("needs")) == (Status.LOCKED, needs)


# --- what campaigns bring


SPEND = [
    {"date": "2025-05-05", "campaign_id": "C1", "amount": 300},
    {"date": "2026-10-05", "campaign_id": "C1", "amount": 100},
    {"date": "2026-10-05", "campaign_id": "C2", "amount": 50},
]
ORDERS = [
    {"order_id": order, "customer_id": customer, "lead_id": lead_id, "closed_at": at, "amount": amount,
     "campaign_id": campaign}
    for order, customer, lead_id, at, amount, campaign in (
        ("1", "k", "a", "2025-06-01", 1000, "C1"), ("2", "k", "a", "2026-05-31", 500, None),
        ("3", "k", "a", "2026-06-01", 70, None), ("4", "m", "b", "2026-10-20", 200, "C1"),
    )
]  # fmt: skip


def in_business(company):
    contacts = [
        {"touch_id": "1", "lead_id": "a", "at": "2025-05-20", "department": "marketing", "campaign_id": "C1"},
        {"touch_id": "2", "lead_id": "b", "at": "2026-10-06", "department": "marketing", "campaign_id": "C1"},
        {"touch_id": "3", "lead_id": "b", "at": "2026-10-08", "department": "sales", "campaign_id": "C2"},
    ]
    return company(
        [lead("a", created_at="2025-05-25", won_at="2025-06-01"), lead("b", won_at="2026-10-20")],
        spend=SPEND, orders=ORDERS, touches=contacts, settings=[{"key": "margin", "value": "0.5"}],
        campaigns=[{"campaign_id": "C1", "start": "2025-05-01"}, {"campaign_id": "C2", "start": None}],
    )  # fmt: skip


def test_a_campaigns_customers_are_those_whose_first_order_names_it(company):
    found = in_business(company)
    assert found.value("cac") == 150  # of the quarter: one new customer
    of_one = found.row("cac", "campaign_id=C1", by=("campaign_id",))
    assert (of_one.value, of_one.n, of_one.notes) == (200, 2, "age_days=568")
    assert found.row("cac", "campaign_id=C2", by=("campaign_id",)).status is Status.NO_DATA


def test_a_campaigns_customers_are_worth_what_their_first_twelve_months_left(company):
    found = in_business(company)
    of_one = found.row("clv_12m", "campaign_id=C1", by=("campaign_id",))
    assert (of_one.value, of_one.n) == (750, 1)  # the other has been a customer for a month


def test_return_on_spend_sets_the_attributed_margin_against_the_cost(company):
    found = in_business(company)
    of_all = found.row("romi")  # the quarter's order: 200 x 0.5, for 150
    assert (of_all.value, of_all.numerator, of_all.denominator) == (pytest.approx(-1 / 3), -50, 150)
    rows = {r.scope: r for r in found.rows(metrics=["romi"], by=("campaign_id",))}
    # C1: all of the first customer's 1570, half of the second's 200, by the linear model
    assert rows["campaign_id=C1"].value == pytest.approx((1670 * 0.5 - 400) / 400)
    assert rows["campaign_id=C2"].value == pytest.approx((100 * 0.5 - 50) / 50)
