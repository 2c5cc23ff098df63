"""Sourced, influenced, unattributed and attributed revenue, out of databases, against brute force."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from scorecard import periods, small
from scorecard.clock import AsOf
from scorecard.report import report
from tests.oracle import attribution, brute_force
from tests.oracle.compare import differences
from tests.scorecard.test_report_against_oracle import opened

NAMES = list(attribution.METRICS)
BY = ("campaign_id", "channel", "kind", "department", "source")
SETTINGS = [
    {"key": "marketing_sources", "value": "Webinar,Ads"},
    {"key": "time_zone", "value": "Europe/Berlin"},
    {"key": "half_life_days", "value": "3"},
]
START = datetime(2026, 9, 25, 9)  # noqa: DTZ001 - the company's own time


def company(*, orders: bool) -> dict[str, list[dict[str, Any]]]:
    """160 leads, most of them closed in the quarter, of none to six touches; the same each time."""
    draw = random.Random(3)  # noqa: S311 - a company made up
    leads = [_lead(n, draw) for n in range(160)]
    pairs = [(row["lead_id"], row["created_at"]) for row in leads for _ in range(draw.randrange(7))]
    touches = [_touch(n, lead_id, created, draw) for n, (lead_id, created) in enumerate(pairs)]
    campaigns = [{"campaign_id": c, "channel": channel} for c, channel in (("C1", "search"), ("C2", "email"))]
    tables = {"settings": SETTINGS, "leads": leads, "touches": touches, "campaigns": campaigns}
    return {**tables, "orders": [_order(row, draw) for row in leads if row["won_at"]]} if orders else tables


def _lead(n: int, draw: random.Random) -> dict[str, Any]:
    created = START + timedelta(hours=draw.randrange(24 * 60))
    closed = created + timedelta(hours=draw.randrange(24 * 40))
    end = draw.choice(["won_at", "won_at", "lost_at", "lost_at", None])
    return {
        "lead_id": f"L{n}",
        "pass_no": 1,
        "created_at": created,
        "source": draw.choice(["Webinar", "Ads", "Cold", None]),
        "campaign_id": draw.choice(["C1", "C2", None]),
        "first_touch_at": draw.choice([None, None, created]),
        "opportunity_at": created + (closed - created) / 2 if end is None else draw.choice([None, created]),
        "won_at": closed if end == "won_at" else None,
        "lost_at": closed if end == "lost_at" else None,
        "amount": float(draw.randrange(1, 90) * 100),
    }


def _touch(n: int, lead_id: str, created: datetime, draw: random.Random) -> dict[str, Any]:
    team = draw.choice(["marketing", "marketing", "sales", "other"])
    return {
        "touch_id": f"T{n}",
        "lead_id": lead_id,
        "at": created + timedelta(hours=draw.randrange(-200, 900)),
        "department": team,
        "kind": draw.choice(["call", "meeting"] if team == "sales" else ["ad", "email", "event"]),
        "campaign_id": draw.choice(["C1", "C2", "C3", None]),
    }


def _order(row: dict[str, Any], draw: random.Random) -> dict[str, Any]:
    """What a won lead ordered, a little before its win or after it; sometimes a refund."""
    closed = row["won_at"] + timedelta(hours=draw.randrange(-30, 90))
    amount = float(draw.randrange(-5, 60) * 100)
    return {
        "order_id": f"O{row['lead_id']}",
        "lead_id": row["lead_id"],
        "closed_at": closed,
        "amount": amount,
    }


def answers(tables: dict[str, Any], url: str, as_of: str) -> list[dict[str, Any]]:
    with opened(tables, url) as database:
        dataset = database.open()
        seen = AsOf.parse(as_of, small.settings(dataset).zone)
        found = report(dataset, periods.parse("2026-Q4", 1), seen, by=BY, metrics=NAMES)
        return [row.as_dict() for row in found]


@pytest.mark.parametrize("orders", [True, False], ids=["orders", "won deals"])
def test_every_database_says_what_brute_force_says(database_url, orders):
    tables = company(orders=orders)
    found = answers(tables, database_url, "2026-12-20")
    assert differences(found, brute_force.report(tables, "2026-Q4", "2026-12-20", BY, NAMES)) == []
    chains = [row for row in found if row["scope"].startswith("model=markov,channel=")]
    assert len({row["value"] for row in chains}) > 2  # else nothing was compared


@pytest.fixture(scope="module")
def values(tmp_path_factory) -> dict[tuple[str, str], float]:
    """The figures of the company with orders, by metric and scope."""
    url = f"sqlite:///{tmp_path_factory.mktemp('part') / 'company.db'}"
    rows = answers(company(orders=True), url, "2026-12-20")
    return {(row["metric"], row["scope"]): row["value"] for row in rows}


@pytest.mark.parametrize("which", ["revenue", "pipeline"])
@pytest.mark.parametrize("definition", attribution.DEFINITIONS)
def test_the_three_parts_add_up_to_the_total(values, which, definition):
    (total,) = brute_force.report(company(orders=True), "2026-Q4", "2026-12-20", (), [which])
    three = [values[f"{part}_{which}", f"sourced_by={definition}"] for part in attribution.PARTS]
    assert all(three)
    assert sum(three) == pytest.approx(total["value"])


@pytest.mark.parametrize("model", attribution.MODELS)
def test_groups_of_a_model_add_up_to_what_it_attributes(values, model):
    everything = values["attributed_revenue", f"model={model}"]
    for column in BY:
        parts = [
            value for (_, scope), value in values.items() if scope.startswith(f"model={model},{column}=")
        ]
        assert sum(parts) == pytest.approx(everything), column
