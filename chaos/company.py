"""A small company in a spreadsheet: what is true of it, and what Tandem says of it."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, NamedTuple

from scorecard import periods, small
from scorecard.clock import AsOf
from scorecard.dataset import Dataset
from scorecard.report import report

GOAL: Final = "G1"
FIRST: Final = date(2026, 1, 5)
LAST: Final = date(2026, 11, 20)
LEADS_HEADER: Final = ("lead_id", "created_at", "source", "owner", "won_at", "amount")
ACTUALS_HEADER: Final = ("goal_id", "date", "value")
SOURCES: Final = ("Webinar", "Organic search", "Trade fair", "Referral")
PEOPLE: Final = ("ana", "ben", "cleo")
_WON: Final = 0.4  # of the leads

Grid = list[list[object]]


class Numbers(NamedTuple):
    """What is compared: how many leads, the sum of what was won (None: locked), one goal's actual."""

    leads: int
    won: float | None
    goal: float | None


@dataclass
class Lead:
    """A lead as its keeper knows it. What can't be read has a text in place of its date or amount."""

    lead_id: str
    created_at: date | str
    source: str
    owner: str
    won_at: date | None = None
    amount: int | str | None = None

    def row(self) -> list[object]:
        return [self.lead_id, self.created_at, self.source, self.owner, self.won_at, self.amount]

    @property
    def counts(self) -> bool:
        """Whether the row can be read at all."""
        return isinstance(self.created_at, date)


@dataclass
class Company:
    """What changes in the spreadsheet; `has_amounts`: whether the column amount bears its header."""

    leads: list[Lead]
    actuals: list[list[object]] = field(default_factory=list)
    has_amounts: bool = True

    def numbers(self) -> Numbers:
        """What is true, reckoned from the keeper's own rows."""
        read = [lead for lead in self.leads if lead.counts]
        won = sum(lead.amount for lead in read if lead.won_at and isinstance(lead.amount, int))
        values = [row[2] for row in self.actuals]
        goal = sum(value for value in values if isinstance(value, int))
        return Numbers(len(read), float(won) if self.has_amounts else None, float(goal))

    def leads_tab(self) -> Grid:
        header: list[object] = [*LEADS_HEADER[:-1], LEADS_HEADER[-1] if self.has_amounts else "Worth a lot?"]
        return [header, *(lead.row() for lead in self.leads)]

    def actuals_tab(self) -> Grid:
        return [list(ACTUALS_HEADER), *self.actuals]

    def tabs(self) -> dict[str, Grid]:
        """The whole spreadsheet."""
        people: Grid = [[person, person.title(), "sales"] for person in PEOPLE]
        return {
            "settings": [["key", "value"], ["organisation", "Chaos Inc."], ["currency", "EUR"]],
            "people": [["person_id", "name", "department"], *people],
            "goals": [
                ["goal_id", "name", "kind", "target", "start", "due"],
                [GOAL, "Calls made", "total", 5_000, date(2026, 1, 1), date(2026, 12, 31)],
            ],
            "quotas": [
                ["period_start", "period_end", "department", "metric", "target"],
                [date(2026, 1, 1), date(2026, 12, 31), "sales", "revenue", 500_000],
            ],
            "goal_actuals": self.actuals_tab(),
            "leads": self.leads_tab(),
        }


def company(draw: random.Random, leads: int = 80) -> Company:
    """A company of so many leads."""
    found = [new_lead(draw, f"L{number:04}") for number in range(1, leads + 1)]
    actuals: list[list[object]] = [[GOAL, a_day(draw), draw.randint(1, 60)] for _ in range(20)]
    return Company(found, actuals)


def new_lead(draw: random.Random, lead_id: str) -> Lead:
    """Another one, perhaps won."""
    created = a_day(draw)
    won = created + (LAST - created) * draw.random() if draw.random() < _WON else None
    amount = draw.randint(100, 9_999) if won else None
    return Lead(lead_id, created, draw.choice(SOURCES), draw.choice(PEOPLE), won, amount)


def a_day(draw: random.Random) -> date:
    return FIRST + timedelta(days=draw.randint(0, (LAST - FIRST).days))


def said(dataset: Dataset) -> Numbers:
    """What Tandem says of a state of the data: from its report, as pages and the command line have it."""
    as_of = AsOf.parse(LAST.isoformat(), small.settings(dataset).zone)
    rows = report(dataset, periods.parse("2026"), as_of, metrics=("leads", "revenue", "goal_progress"))
    found: Mapping[tuple[str, str], float | None] = {
        (row.metric, row.scope): row.numerator if row.metric == "goal_progress" else row.value for row in rows
    }
    leads, won = found["leads", "all"], found["revenue", "all"]
    return Numbers(int(leads or 0), won, found.get(("goal_progress", f"goal_id={GOAL}")))
