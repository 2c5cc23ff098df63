"""Indexes that would make a database's scorecard fast, as statements for its keeper; Tandem runs none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Engine, inspect

from data_sources.cleaning import Native
from data_sources.database import Relations
from data_sources.embedded import indexes
from data_sources.tables import Plan
from scorecard.dataset import Dataset

_FEW: Final = 4  # columns after which a wider index costs the writers more than it gives


def advice(dataset: Dataset) -> tuple[str, ...]:
    """One line for each index that the scorecard would use and the source lacks; none for views."""
    relations = dataset.relations
    if not isinstance(relations, Relations) or dataset.prepared:
        return ()
    return tuple(line for plan in relations.plans for line in _lacking(plan, dataset.engine))


def _lacking(plan: Plan, engine: Engine) -> Iterator[str]:
    wanted = indexes().get(plan.table.name, ())
    if not wanted or plan.physical is None or (plan.row_name is None and engine.dialect.name == "sqlite"):
        return
    there = _leading(plan, engine)
    for columns in wanted:
        names = [plan.cells[c].source for c in columns if c in plan.cells and _fits(plan, c, engine)]
        known = [name for name in names if name is not None]
        if (
            columns[0] in plan.cells
            and known
            and known[0] == plan.cells[columns[0]].source
            and known[0] not in there
        ):
            there.add(known[0])
            yield f"An index would make {plan.where} faster: {_statement(plan, known[:_FEW], engine)}"


def _fits(plan: Plan, name: str, engine: Engine) -> bool:
    """MariaDB's indexes take long text only with a length, which depends on the data."""
    return engine.dialect.name not in ("mysql", "mariadb") or plan.cells[name].native is not Native.TEXT


def _leading(plan: Plan, engine: Engine) -> set[str]:
    """The columns that an index or key already begins with."""
    schema, name = plan.physical or (None, plan.where)
    with engine.connect() as connection:
        inspector = inspect(connection)
        keys = inspector.get_pk_constraint(name, schema=schema).get("constrained_columns") or []
        found: list[list[str | None]] = [[*keys]]
        found += [[*index["column_names"]] for index in inspector.get_indexes(name, schema=schema)]
    return {str(columns[0]) for columns in found if columns and columns[0]}


def _statement(plan: Plan, names: list[str], engine: Engine) -> str:
    quote = engine.dialect.identifier_preparer.quote
    schema, name = plan.physical or (None, plan.where)
    place = f"{quote(schema)}.{quote(name)}" if schema else quote(name)
    label = quote(f"tandem_{plan.table.name}_{names[0]}".lower())
    return f"CREATE INDEX {label} ON {place} ({', '.join(quote(n) for n in names)});"
