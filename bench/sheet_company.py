"""The spreadsheet that is measured: ten tabs of the contract, leads with 50,000 rows of 20 columns."""

from __future__ import annotations

from typing import Any, Final

from bench.question import SEED, TODAY
from data_sources.demo import Demo, rows
from tests.sheet_writing import cells, gathered

LEADS: Final = 50_000
TABS: Final = (
    "settings", "people", "campaigns", "leads", "goals", "goal_actuals", "quotas", "calendar", "fx_rates",
    "spend",
)  # fmt: skip
COLUMNS: Final = (
    "lead_id", "pass_no", "created_at", "source", "campaign_id", "marketing_owner", "owner", "mql_at",
    "handed_off_at", "assigned_at", "first_touch_at", "accepted_at", "rejected_at", "reject_reason", "sql_at",
    "opportunity_at", "won_at", "lost_at", "amount", "industry",
)  # fmt: skip

Rows = list[list[Any]]


def tabs(leads: int = LEADS) -> dict[str, Rows]:
    """Every tab's cells, headers first, days as days: the demo company's, leads cut to size."""
    found = gathered((name, batch) for name, batch in rows(Demo(leads, SEED, TODAY)) if name in TABS)
    passes = found["leads"][:leads]
    written = {name: cells(name, found[name]) for name in TABS if name != "leads"}
    written["leads"] = [list(COLUMNS), *([row[name] for name in COLUMNS] for row in passes)]
    return {name: written[name] for name in TABS}
