"""How a store of our own keeps the dated feeds: seconds, money in settings.currency, the lead's columns.

`scorecard.prepared` writes these tables at load, `scorecard.measures` reads them. They hold what is asked
often; any other column is asked of the feed as it stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from scorecard.contract import TABLES, Type
from scorecard.dataset import Dataset, Kind, Relation
from scorecard.passes import DIMENSIONS

FEEDS = ("orders", "spend", "web")
AT = "at"
OF_LEAD = ("source", "campaign_id", "landing_page", "marketing_owner", "owner", "closer")
_ADDED_UP = (Type.MONEY, Type.INTEGER, Type.NUMBER)


@dataclass(frozen=True)
class KeptFeed:
    """The kept form of one feed: column names, and which questions it can answer."""

    dataset: Dataset
    name: str

    @property
    def relation(self) -> Relation:
        return self.dataset.relations[self.name]

    @property
    def stamp(self) -> str:
        return str(TABLES[self.name].feed)

    @property
    def texts(self) -> tuple[str, ...]:
        """Columns of the feed itself to group and filter by."""
        columns = (c.name for c in TABLES[self.name].columns)
        return tuple(c for c in columns if c in self.relation and self.relation.kinds[c] is Kind.TEXT)

    @property
    def numbers(self) -> tuple[str, ...]:
        """Columns that are added up; money is in settings.currency."""
        columns = (c for c in TABLES[self.name].columns if c.type in _ADDED_UP)
        return tuple(c.name for c in columns if c.name in self.relation)

    @property
    def of_lead(self) -> tuple[str, ...]:
        """Columns of the row's lead at its last pass, as far as they are kept."""
        if "lead_id" not in self.relation or not self.dataset.has("leads.lead_id"):
            return ()
        leads = self.dataset.relations["leads"]
        known = (n for n in OF_LEAD if ("owner" if n == "closer" else n) in leads)
        return tuple(dict.fromkeys((*leads.attributes, *known)))

    @cached_property
    def table(self) -> sa.FromClause:
        named: list[sa.ColumnClause[Any]] = [sa.column(AT, sa.BigInteger)]
        named += [sa.column(n, sa.String) for n in self.texts]
        named += [sa.column(n, sa.Float) for n in self.numbers]
        named += [sa.column(lead_column(n), sa.String) for n in self.of_lead]
        return sa.table(kept_name(self.name), *named).alias("f")

    def knows(self, table: str | None, name: str) -> bool:
        """Whether a column that the feed has, or reaches through its lead, is kept; true of all others."""
        if table in {None, self.name} and name in TABLES[self.name] and name in self.relation:
            return name in self.texts
        if table in {None, "leads"} and self.of_lead and name in (leads := self.dataset.relations["leads"]):
            return name in self.of_lead or not (name in DIMENSIONS or name in leads.attributes)
        return True

    def own(self, table: str | None, name: str, person: str) -> ColumnElement[Any] | None:
        """The column to group or filter by; None where the feed has none of that name."""
        if table in {None, self.name} and name in self.texts:
            return self.table.c[name]
        if table in {None, "leads"} and name in self.of_lead and name != "closer":
            return self.table.c[lead_column(person if name == "owner" else name)]
        return None


def kept_name(feed: str) -> str:
    """The name of the table that keeps a feed."""
    return f"tandem_{feed}"


def lead_column(name: str) -> str:
    """The name under which a column of the lead is kept."""
    return f"lead_{name}"
