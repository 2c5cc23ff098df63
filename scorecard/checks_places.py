"""Where a problem stands in a spreadsheet: the cell of its row, found by the row's key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import ColumnElement, String, cast, func, select

from scorecard import small
from scorecard.contract import TABLES
from scorecard.dataset import Dataset, Kind, Place, Places, Relation
from scorecard.problems import Problem

LOOKUPS: Final = 1_000  # problems whose cells are looked for
_NAMED: Final = 3  # further rows of a key that are named
_Where = tuple[str, str]  # table, column


def located(dataset: Dataset, problems: Sequence[Problem]) -> list[Problem]:
    """The problems with cell and link, as far as they have none and `dataset.places` knows their rows.

    What is told once for many rows with one value gets the cell of the first of them.
    """
    if dataset.places is None:
        return list(problems)
    asked = [p for p in problems if p.cell is None and _is_findable(p)][:LOOKUPS]
    keys = _keys_of_values(dataset, [p for p in asked if p.key is None])
    cells = {id(p): _placed(dataset.places, p, p.key or keys.get(_value(p))) for p in asked}
    return [cells.get(id(p), p) for p in problems]


def _is_findable(problem: Problem) -> bool:
    return problem.table in TABLES and (problem.key is not None or _of_value(problem))


def _of_value(problem: Problem) -> bool:
    return problem.column is not None and problem.value is not None


def _value(problem: Problem) -> tuple[str, str | None, str | None]:
    return problem.table, problem.column, problem.value


def _placed(places: Places, problem: Problem, key: str | None) -> Problem:
    column = None if problem.column is None else problem.column.partition(",")[0]
    found = [] if key is None else list(places.find(problem.table, key, column))
    if not found:
        return problem
    also = _also(found[1:]) if problem.key is not None else ""
    return replace(problem, cell=found[0].cell, link=found[0].link, what=f"{problem.what}{also}")


def _also(others: Sequence[Place]) -> str:
    """Where else the key stands: ' Also at leads!F17, leads!F20, leads!F31 and in 2 more rows.'."""
    if not others:
        return ""
    named = ", ".join(place.cell for place in others[:_NAMED])
    rest = len(others) - _NAMED
    more = f" and in {rest} more {'row' if rest == 1 else 'rows'}" if rest > 0 else ""
    return f" Also at {named}{more}."


# --- rows with a value ------------------------------------------------------------------------------------


def _keys_of_values(dataset: Dataset, problems: Iterable[Problem]) -> dict[tuple[str, Any, Any], str]:
    """The key of one row for each (table, column, value)."""
    wanted: dict[_Where, list[str]] = defaultdict(list)
    for problem in problems:
        wanted[problem.table, str(problem.column)].append(str(problem.value))
    found: dict[tuple[str, Any, Any], str] = {}
    for (table, column), values in wanted.items():
        if dataset.has(f"{table}.{column}"):
            keys = _keys_in_large if TABLES[table].large else _keys_in_small
            found |= {(table, column, value): key for value, key in keys(dataset, table, column, values)}
    return found


def _keys_in_small(dataset: Dataset, table: str, column: str, values: Sequence[str]) -> list[tuple[str, str]]:
    rows = reversed(small.rows(dataset, table))  # the first one wins
    return [
        (str(row[column]), small.key_text(TABLES[table], row, row))
        for row in rows
        if str(row[column]) in values
    ]


def _keys_in_large(dataset: Dataset, table: str, column: str, values: Sequence[str]) -> list[tuple[str, str]]:
    here = dataset.relations[table].alias()
    names = [n for n in TABLES[table].key or TABLES[table].required if n in here]
    if not names:
        return []
    value = _text(here, column)
    firsts = (
        select(value.label("value"), func.min(here[names[0]]).label("first"))
        .where(value.in_(values))
        .group_by(value)
        .subquery()
    )
    asked = select(value, *(here[n] for n in names)).join(
        firsts, (firsts.c.value == value) & (firsts.c.first == here[names[0]])
    )
    with dataset.engine.connect() as connection:
        rows = connection.execute(asked.order_by(*(here[n].desc() for n in names)))
        return [(str(row[0]), ", ".join(str(part) for part in row[1:])) for row in rows]


def _text(relation: Relation, column: str) -> ColumnElement[Any]:
    return relation[column] if relation.kinds[column] is Kind.TEXT else cast(relation[column], String)
