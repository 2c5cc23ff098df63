"""Rows of a large table that a check has found: key, who answers for them, the day they count on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, select

from scorecard import small
from scorecard.contract import TABLES, counted_on, kept_by
from scorecard.dataset import Dataset, Relation
from scorecard.passes import sql_clock

Found = tuple[dict[str, Any], str, dict[str, Any]]


class Rows:
    """Some rows of one large table."""

    def __init__(self, dataset: Dataset, relation: Relation) -> None:
        self.dataset, self.relation = dataset, relation
        table = TABLES[relation.table]
        self.clock, self.zone = sql_clock(dataset), small.settings(dataset).zone
        self.key = [n for n in table.key or table.required if n in relation]
        self.owners = [n for n in kept_by(table.name) if n in relation]
        self.days = [n for n in counted_on(table.name) if n in relation]

    def where(
        self, condition: ColumnElement[bool], shown: Mapping[str, ColumnElement[Any]], limit: int
    ) -> Iterator[Found]:
        """What is shown of the rows, their key as `Problem.key` writes it, and their owner and day."""
        r = self.relation
        parts = [*shown.values(), *(r[n] for n in self.key), *(r[n] for n in self.owners)]
        days = [self.clock.epoch(r, n) for n in self.days]
        asked = select(*(part.label(f"c{i}") for i, part in enumerate([*parts, *days])))
        with self.dataset.engine.connect() as connection:
            found = connection.execute(asked.where(condition).limit(limit)).all()
        for row in found:
            yield self._told(list(row), list(shown))

    def _told(self, row: list[Any], shown: list[str]) -> Found:
        ends = len(shown), len(shown) + len(self.key), len(shown) + len(self.key) + len(self.owners)
        key, owners, days = row[ends[0] : ends[1]], row[ends[1] : ends[2]], row[ends[2] :]
        at = next((int(d) for d in days if d is not None), None)
        about = {
            "owner": next((str(o) for o in owners if o is not None), None),
            "day": None if at is None else self.zone.from_epoch(at).date(),
        }
        text = ", ".join(str(part) for part in key if not small.is_blank(part)) or "(no key)"
        return dict(zip(shown, row, strict=False)), text, about
