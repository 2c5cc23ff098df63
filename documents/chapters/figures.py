"""Chapter: every metric of the report, to look things up in; goals and quotas have chapters of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from documents.pack import Amount, Cell, Chapter, Column, Grid, Topic, badge
from scorecard.attribution_view import DEFINITIONS, MODEL_NAMES
from scorecard.formats import Formats
from scorecard.metrics import METRICS
from scorecard.rows import Row
from scorecard.scopes import Filter

_COLUMNS: Final = (
    Column("Figure", "text", 2.4),
    Column("Of", "name", 2.2),
    Column("Value", "number", 1.3),
    Column("k of n", "text", 2.3),
    Column("95 %", "text", 1.9),
    Column("Target", "number", 0.8),
    Column("Status", "badge", 1.4),
)
_LARGE: Final = 1000  # from which decimals say nothing more
_QUESTION: Final = "What does every figure say?"


def chapter(rows: Sequence[Row], formats: Formats) -> Chapter:
    """The metrics, as `python -m scorecard report` prints them."""
    cells = tuple(_cells(row, formats) for row in rows if row.metric in METRICS)
    topics = (Topic("All metrics", (Grid(_COLUMNS, cells),)),) if cells else ()
    return Chapter("figures", "All figures", _QUESTION, (), topics, annex=True)


def _cells(row: Row, formats: Formats) -> tuple[Cell, ...]:
    return (
        METRICS[row.metric].label,
        _scope(row.scope),
        Amount(row.value, row.unit),
        _share(row, formats),
        _interval(row, formats),
        Amount(row.target, row.unit) if row.target is not None else "",
        badge(row.status),
    )


def _share(row: Row, formats: Formats) -> str:
    """'393 of 611'; of what isn't a share its number of cases."""
    if row.numerator is not None and row.denominator is not None:
        return " of ".join(_part_of(x, formats) for x in (row.numerator, row.denominator))
    return "" if row.n is None or row.unit == "number" else f"n = {formats.integer(row.n)}"


def _part_of(x: float, formats: Formats) -> str:
    return formats.number(x, 0) if abs(x) >= _LARGE else formats.number(x)


def _interval(row: Row, formats: Formats) -> str:
    if row.low is None or row.high is None:
        return ""
    return f"{formats.value(row.low, row.unit)} – {formats.value(row.high, row.unit)}"


def _scope(scope: str) -> str:
    """A scope in words: 'first touch', 'model linear', 'reject reason: no budget'."""
    if scope == "all":
        return ""
    return ", ".join(_part(column, value or "") for column, (value, *_) in Filter.parse(scope).parts)


def _part(column: str, value: str) -> str:
    known = {"sourced_by": DEFINITIONS, "model": MODEL_NAMES}.get(column, {})
    return known.get(value) or f"{column.replace('_', ' ')}: {value or 'none'}"
