"""What is wrong with the company's data: a handful of rows as people really write them.

They stand beside the generated rows, typed over from business cards ("H" ids), so that each is easy to find.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, Final

from data_sources.demo_company.hours import day_number
from data_sources.demo_company.world import World

Row = dict[str, Any]

UNREADABLE: Final = "31.09.2026"  # September has 30 days; a typed date column can't hold it and stays blank
WRONG_LEADS: Final = tuple(f"H{n:04d}" for n in range(1, 10))


def tables(world: World) -> dict[str, list[Row]]:
    """The wrong rows by table."""
    return {
        "settings": [{"key": "sla_hour", "value": "4"}],
        "goals": [_pointless_goal(world)],
        "leads": list(_leads(world)),
        "orders": [{"order_id": "O-FAIR-1", "customer_id": "K-FAIR-1", "closed_at": _working_time(world, 12,
                                                                                                  15),
                    "amount": 2_480.0, "currency": "GBP", "channel": "outside_sales"}],
    }  # fmt: skip


def _working_time(world: World, days_ago: int, hour: int) -> datetime:
    """That hour of the last working day at least so many days before today."""
    day = world.today - timedelta(days=days_ago)
    while not world.hours.is_open[day_number(day) - world.hours.first]:
        day -= timedelta(days=1)
    return datetime.combine(day, time(hour, 20))


def _lead(lead_id: str, at: datetime, **cells: object) -> Row:
    return {"lead_id": lead_id, "pass_no": 1, "created_at": at, "source": "Trade fair",
            "marketing_owner": "olga.petrova",
            "owner": "ana.kovac", "mql_at": at + timedelta(minutes=20),
            "handed_off_at": at + timedelta(hours=1),
            "assigned_at": at + timedelta(hours=1), "first_touch_at": at + timedelta(hours=2),
            "accepted_at": at + timedelta(hours=3), "updated_at": at + timedelta(hours=3),
            "industry": "Rescue services",
            "company_size": "10-49", "job_level": "Buyer", "region": "South", **cells}  # fmt: skip


def _leads(world: World) -> list[Row]:
    at = [_working_time(world, days, 10) for days in (30, 29, 27, 26, 23, 22, 20, 19, 17)]
    same = _lead("H0002", at[1])
    return [
        _lead("H0001", at[0], quality_rating=4),
        _lead("H0001", at[0], source="Referral", quality_rating=2, owner="tomas.horak"),
        # the same key, other content
        same,
        dict(same),  # the same row once more
        _lead("H0003", at[2], accepted_at=None, rejected_at=at[2] + timedelta(minutes=10),
              reject_reason="no need now"),
        _lead("H0004", at[3], opportunity_at=at[3] + timedelta(hours=5), amount=-450.0),
        _lead("H0005", at[4], owner="Ana Kovac"),
        _lead("H0006", at[5], source="webinar "),
        _lead("H0007", at[6], source="Webnar"),
        _lead("H0008", at[7], opportunity_at=at[7] + timedelta(hours=4), lost_at=at[7] + timedelta(hours=5),
              won_at=at[7] + timedelta(hours=6), amount=3_900.0, customer_id="K-H0008"),
        _lead("H0009", at[8], opportunity_at=at[8] + timedelta(hours=4), amount=5_200.0,
              expected_close=UNREADABLE),
    ]  # fmt: skip


def _pointless_goal(world: World) -> Row:
    return {"goal_id": "G84", "name": "Hold the number of dealers in Austria", "department": "sales",
            "owner": "marco.bianchi", "sales_role": "Visits each dealer twice a year", "stage": "bofu",
            "unit": "number",
            "kind": "level", "direction": "increase", "baseline": 62.0, "target": 62.0,
            "start": world.quarter,
            "due": date(world.quarter.year, 12, 31), "pace": "linear",
            "strategy": "No growth planned: two visits a year, and a call when a repair is late"}  # fmt: skip
