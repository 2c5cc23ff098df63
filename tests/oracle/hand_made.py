"""A company of some thirty leads, made by hand so that most of the contract's cases are in it for certain.

Its figures for 2026-Q4, as of 2026-11-30,
are worked out by hand in test_brute_force.py. Europe/Berlin: summer
time ends on 2026-10-25, within the quarter.
"""

from datetime import date, datetime

from tests.oracle.company import LEAD_STAMPS

TEXTS = ("source", "owner", "closed_by", "campaign_id", "reject_reason", "nurture_campaign_id", "currency")


def hand_made():
    """The tables. No orders: revenue is what was won."""
    return {
        "settings": [
            {"key": "time_zone", "value": "Europe/Berlin"},
            {"key": "sla_hours", "value": "24"},
            {"key": "min_n", "value": "5"},
            {"key": "acceptance_target", "value": "0.6"},
        ],
        "people": [{"person_id": name, "department": "sales"} for name in ("ana", "bo", "zoe")],
        "leads": leads(),
        "touches": touches(),
        "spend": [
            {"date": date(2026, 10, 1), "campaign_id": "C1", "amount": 100.0},
            {"date": date(2026, 10, 31), "campaign_id": None, "amount": 200.0},
            {"date": date(2026, 11, 30), "campaign_id": None, "amount": 300.0},
            {"date": date(2026, 12, 1), "campaign_id": None, "amount": 999.0},
        ],
        "web": [
            {"date": date(2026, 10, 1), "visits": 50, "conversions": 5, "micro_conversions": 9, "signups": 2},
            {
                "date": date(2026, 11, 15),
                "visits": 30,
                "conversions": 1,
                "micro_conversions": 1,
                "signups": None,
            },
        ],
        "fx_rates": [
            {"date": date(2026, 10, 1), "currency": "USD", "rate": 0.5},
            {"date": date(2026, 11, 10), "currency": "USD", "rate": 0.9},
            {"date": date(2026, 10, 29), "currency": "GBP", "rate": 1.2},
        ],
        "quotas": quotas(),
        "goals": goals(),
        "goal_actuals": [
            {
                "goal_id": "G1",
                "date": date(2026, 10, 10),
                "value": 30.0,
                "numerator": None,
                "denominator": None,
            },
            {
                "goal_id": "G1",
                "date": date(2026, 11, 10),
                "value": 40.0,
                "numerator": None,
                "denominator": None,
            },
            {
                "goal_id": "G1",
                "date": date(2026, 12, 1),
                "value": 99.0,
                "numerator": None,
                "denominator": None,
            },
            {
                "goal_id": "G2",
                "date": date(2026, 11, 1),
                "value": 5.0,
                "numerator": None,
                "denominator": None,
            },
            {
                "goal_id": "G2",
                "date": date(2026, 11, 2),
                "value": 4.0,
                "numerator": None,
                "denominator": None,
            },
            {
                "goal_id": "G2",
                "date": date(2026, 11, 2),
                "value": 3.0,
                "numerator": None,
                "denominator": None,
            },
            {
                "goal_id": "G3",
                "date": date(2026, 10, 5),
                "value": None,
                "numerator": 12.0,
                "denominator": 100.0,
            },
            {
                "goal_id": "G3",
                "date": date(2026, 11, 5),
                "value": None,
                "numerator": 15.0,
                "denominator": 100.0,
            },
            {
                "goal_id": "G3",
                "date": date(2026, 11, 6),
                "value": 0.99,
                "numerator": None,
                "denominator": None,
            },
        ],
        "milestones": [{"goal_id": "G5", "date": date(2026, 11, 30), "expected": 4.0}],
    }


def leads():
    pass_one = {
        "mql_at": "10-03",
        "accepted_at": "10-08 09",
        "rejected_at": "10-12 09",
        "created_at": "10-01 09",
    }
    d2 = _lead("D2", created_at="10-02 09")
    return [
        _lead("A1", source="Webinar", owner="ana", closed_by="bo", campaign_id="C1", created_at="10-01 09",
              mql_at="10-02 09", handed_off_at="10-05 09", first_touch_at="10-05 10:30",
              accepted_at="10-06 09", sql_at="10-07 09", opportunity_at="10-08 09", won_at="10-20 09",
              amount=1000.0, quality_rating=5),
        # touched before the hand-off
        _lead("A2", source="Webinar", owner="ana", created_at="10-01 10", mql_at="10-03 09",
              handed_off_at="10-06 09", first_touch_at="10-05 17", accepted_at="10-06 10",
              opportunity_at="10-10 09", lost_at="10-30 09", amount=500.0, quality_rating=4),
        # touched at the very deadline, and a second after it
        _lead("A3", owner="bo", created_at="10-01 11", mql_at="10-03 10", handed_off_at="10-07 09",
              first_touch_at="10-08 09", rejected_at="10-08 12", reject_reason="no budget",
              quality_rating=2),
        _lead("A4", owner="bo", created_at="10-01 12", handed_off_at="10-07 09",
              first_touch_at="10-08 09:00:01", rejected_at="10-09 09", accepted_at="10-10 09",
              reject_reason="no budget"),
        # accepted, then rejected; handed over again with copied stamps, then a stage skipped
        _lead("A5", owner="ana", handed_off_at="10-07 12", reject_reason="wrong, person", **pass_one),
        _lead("A5", pass_no=2, owner="ana", handed_off_at="11-02 09", sql_at="11-05 09", won_at="11-20 09",
              amount=700.0, reject_reason="wrong, person", **pass_one),
        # accepted and rejected in the same second
        _lead("A6", owner="bo", created_at="10-01 13", handed_off_at="10-12 09", first_touch_at="10-12 09",
              accepted_at="10-13 09", rejected_at="10-13 09"),
        # untouched: past the deadline, and not yet due
        _lead("A7", owner="ana", created_at="11-01 09", handed_off_at="11-29 09"),
        _lead("A8", owner="ana", created_at="11-01 10", handed_off_at="11-30 09", quality_rating=5),
        # 24.5 hours over the night of 25 hours
        _lead("A9", owner="ana", created_at="10-02 09", handed_off_at="10-24 12",
              first_touch_at="10-25 11:30", accepted_at="10-26 09", quality_rating=3),
        # the first touch lies after as_of: untouched, whatever the touches say
        _lead("A10", owner="bo", created_at="11-02 09", handed_off_at="11-20 09", first_touch_at="12-02 09",
              accepted_at="11-21 09"),
        # touched only in touches; won without any decision
        _lead("A11", created_at="10-14 09", handed_off_at="10-15 09", won_at="11-10 08", amount=2000.0),
        # accepted after as_of: undecided, and its rating isn't seen yet
        _lead("A12", owner="ana", created_at="11-03 09", handed_off_at="11-28 09",
              first_touch_at="11-28 09:00:59", accepted_at="12-05 09", quality_rating=2),
        # nurtured before the hand-off, and after it
        _lead("A13", owner="ana", campaign_id="C1", nurture_campaign_id="C2", created_at="10-01 09",
              nurtured_at="10-20 09", handed_off_at="10-21 09", first_touch_at="10-21 12",
              accepted_at="10-21 13", won_at="11-15 09", amount=300.0),
        _lead("A14", owner="bo", campaign_id="C1", created_at="10-01 14", nurtured_at="10-22 09",
              handed_off_at="10-21 09", first_touch_at="10-21 10", rejected_at="10-23 09",
              reject_reason="no budget", quality_rating=1),
        # at the edges of the period and of as_of
        _lead("B1", created_at="10-01", mql_at="12-31 23:59"),
        _lead("B2", created_at="12-01"),
        _lead("B3", created_at="09-30 23:59:59"),
        _lead("B4", created_at="11-30 23:59:59"),
        # open opportunities, in three currencies; the pound's rate is 32 days old
        _lead("C1", created_at="09-01", handed_off_at="09-10", accepted_at="09-11", opportunity_at="09-15",
              amount=5000.0),
        _lead("C2", created_at="09-01", opportunity_at="09-16 09", amount=1000.0, currency="USD"),
        _lead("C3", created_at="09-01", opportunity_at="09-17 09", amount=1000.0, currency="GBP"),
        # the same row twice; two rows that differ; won and lost; no created_at; an amount below zero
        _lead("D1", created_at="10-02 09"),
        _lead("D1", created_at="10-02 09"),
        d2,
        d2 | {"source": "another"},
        _lead("D3", owner="bo", created_at="10-03 09", won_at="10-10 09", lost_at="10-12 09", amount=400.0),
        _lead("D4", won_at="10-11 09", amount=1.0),
        _lead("E1", owner="ana", created_at="10-14 12", won_at="10-15", amount=-5.0),
    ]  # fmt: skip


def _lead(lead_id, pass_no=1, amount=None, quality_rating=None, **cells):
    row = {"lead_id": lead_id, "pass_no": pass_no, "amount": amount, "quality_rating": quality_rating}
    row |= dict.fromkeys(TEXTS) | dict.fromkeys(("created_at", *LEAD_STAMPS))
    return row | {name: _stamp(cell) if name.endswith("_at") else cell for name, cell in cells.items()}


def _stamp(text):
    """'10-05 09:30' of 2026; the hour alone will do, or the day."""
    day, _, clock = text.partition(" ")
    return datetime.fromisoformat(f"2026-{day}T{clock or '00'}{'' if ':' in clock else ':00'}")


def touches():
    rows = (
        ("A5", "11-02 10", "sales"),
        ("A10", "11-20 10", "sales"),
        ("A11", "10-15 08:59", "sales"),
        ("A11", "10-15 09:10", "marketing"),
        ("A11", "10-15 12", "sales"),
        ("A11", "10-15 11", "sales"),
    )
    return [
        {"touch_id": f"T{n}", "lead_id": lead, "at": _stamp(at), "department": team}
        for n, (lead, at, team) in enumerate(rows)
    ]


def quotas():
    rows = (
        (date(2026, 10, 1), date(2026, 12, 31), "sales", None, "wins", 10.0),
        (date(2026, 10, 1), date(2026, 12, 31), "sales", "ana", "wins", 4.0),
        (date(2026, 10, 1), date(2026, 10, 31), "marketing", None, "mqls", 2.0),
        (date(2026, 11, 1), date(2026, 11, 30), "marketing", None, "mqls", 1.0),
        (date(2026, 12, 1), date(2026, 12, 31), "marketing", None, "mqls", 1.0),
    )
    names = ("period_start", "period_end", "department", "person_id", "metric", "target")
    return [dict(zip(names, row, strict=True)) for row in rows]


def goals():
    return [
        _goal("G1", baseline=80.0, target=100.0),
        _goal("G2", kind="level", direction="decrease", baseline=8.0, target=2.0),
        _goal("G3", kind="rate", target=0.1),
        _goal("G4", direction="stay_below", target=1000.0, metric="spend"),
        _goal("G5", target=10.0, metric="wins", pace="milestones"),
        _goal("G6", kind="level", baseline=0.5, target=0.5, metric="acceptance_rate"),
        _goal("G7", target=4.0, metric="wins", pace="working_days", filter="owner=ana"),
        _goal("G8", target=4.0, metric="wins", pace="last_year"),
    ]


def _goal(goal_id, **cells):
    names = ("kind", "direction", "baseline", "metric", "pace", "filter")
    span = {"start": date(2026, 10, 1), "due": date(2026, 12, 31)}
    return {"goal_id": goal_id, **dict.fromkeys(names), **span, **cells}
