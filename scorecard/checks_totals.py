"""Totals hidden among the rows: a row that calls itself a total would count everything twice."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, func, not_, or_, select

from scorecard import small
from scorecard.checks_rows import Rows
from scorecard.contract import TABLES, Type
from scorecard.dataset import Dataset, Kind, Relation
from scorecard.formats import Formats
from scorecard.problems import Problem, Severity

WORDS: Final = (
    "total", "totals", "grand total", "subtotal", "sub-total", "sub total", "sum", "summe", "gesamt",
    "gesamtsumme", "zwischensumme", "insgesamt", "endsumme", "somme", "total general", "sous-total", "totale",
    "subtotale", "suma", "subtotal general", "total geral", "totaal", "subtotaal", "razem", "ukupno",
)  # fmt: skip
EXAMPLES: Final = 50
_GROUPS: Final = 10  # rows whose groups are added up
_AMOUNTS: Final = {"leads": "amount", "orders": "amount", "spend": "amount", "web": "visits"}
_NEVER: Final = ("customer_id", "currency", "closed_by", "lost_reason", "reject_reason")  # names of others


@dataclass(frozen=True)
class _Total:
    """A row that calls itself a total: where it says so, and its amount."""

    column: str
    value: str
    amount: float | None
    groups: Mapping[str, Any]
    key: str
    about: Mapping[str, Any]


def problems(dataset: Dataset) -> Iterator[Problem]:
    """Rows of the large tables that call themselves a total."""
    for table, amount in _AMOUNTS.items():
        if dataset.has(table):
            yield from _Search(dataset, table, amount).problems()


class _Search:
    def __init__(self, dataset: Dataset, table: str, amount: str) -> None:
        self.dataset, self.table = dataset, TABLES[table]
        self.relation = dataset.relations[table].alias()
        self.amount = amount if amount in self.relation else None
        self.formats = Formats.of(small.settings(dataset))
        texts = (c.name for c in self.table.columns if c.type is Type.TEXT and c.name not in _NEVER)
        self.columns = [n for n in texts if n in self.relation and self.relation.kinds[n] is Kind.TEXT]

    def problems(self) -> Iterator[Problem]:
        found = self._labelled() if self.columns else []
        for done, total in enumerate(found):
            beside = self._sum_of(total, grouped=done < _GROUPS)
            if beside is not None or total.column in self.table.key:
                yield self._told(total, beside)

    @property
    def _is_labelled(self) -> ColumnElement[bool]:
        return or_(*(_says_total(self.relation, name) for name in self.columns))

    def _labelled(self) -> list[_Total]:
        shown = {name: self.relation[name] for name in self.columns}
        if self.amount is not None:
            shown["worth"] = self.relation[self.amount]
        rows = Rows(self.dataset, self.relation).where(self._is_labelled, shown, EXAMPLES)
        return [_total(found, key, about) for found, key, about in rows]

    def _sum_of(self, total: _Total, *, grouped: bool) -> str | None:
        """Which of the other rows it is the sum of, in words; None where it is of none."""
        if self.amount is None or not total.amount:
            return None
        if self._adds_up(total.amount):
            return "all other rows"
        for column, value in total.groups.items() if grouped else ():
            if self._adds_up(total.amount, self.relation[column] == value):
                return f"the other rows with {column} {value}"
        return None

    def _adds_up(self, amount: float, *conditions: ColumnElement[bool]) -> bool:
        worth = self.relation[str(self.amount)]
        asked = select(func.sum(worth), func.count(worth)).where(not_(self._unsure), *conditions)
        with self.dataset.engine.connect() as connection:
            total, rows = connection.execute(asked).one()
        return rows > 1 and math.isclose(float(total or 0), amount, rel_tol=1e-9, abs_tol=0.005)

    @property
    def _unsure(self) -> ColumnElement[bool]:
        """The same, never NULL."""
        return case((self._is_labelled, 1), else_=0) == 1

    def _told(self, total: _Total, beside: str | None) -> Problem:
        worth = "" if total.amount is None else f" of {self._written(total.amount)}"
        what = (
            f"this row calls itself a total; a total{worth} counts like any other row."
            if beside is None
            else f"this row calls itself a total, and is the sum of {beside}: {self._written(total.amount)} "
            "count twice."
        )
        return Problem(
            Severity.WARNING, "hidden_total", self.table.name, what,
            "Take the total out of the table; Tandem adds up by itself.", total.key, total.column,
            total.value, **total.about,
        )  # fmt: skip

    def _written(self, amount: float | None) -> str:
        if self.amount != "amount":
            return f"{self.formats.number(amount)} {self.amount}"
        return self.formats.money(amount)


def _says_total(relation: Relation, column: str) -> ColumnElement[bool]:
    return and_(relation[column].is_not(None), func.lower(relation[column]).in_(WORDS))


def _total(found: Mapping[str, Any], key: str, about: Mapping[str, Any]) -> _Total:
    labels = [n for n, v in found.items() if n != "worth" and str(v).lower() in WORDS]
    worth = found.get("worth")
    groups = {n: v for n, v in found.items() if n not in ("worth", *labels) and v is not None}
    return _Total(
        labels[0], str(found[labels[0]]), None if worth is None else float(worth), groups, key, about
    )
