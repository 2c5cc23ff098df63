"""What several chapters show: rows as tiles, goals and quotas as bars, rates with their intervals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from components import charts
from components.numbers import basis, basis_of_target, figure, is_faint, needs, target_of
from components.readings import Named
from components.theme import Tone, tone_of_team
from documents.pack import Amount, Column, Drawing, Grid, Kind, Native, Series, Tile, badge, chunks
from scorecard.formats import Formats
from scorecard.goal_tree import Line
from scorecard.metrics import METRICS
from scorecard.rows import Row
from scorecard.status import Status

MOST_BARS: Final = 9  # bars that one drawing holds, so that it never outgrows a page
_KINDS: Final[Mapping[str, Kind]] = {
    "number": "number",
    "percent": "percent",
    "currency": "currency",
    "hours": "hours",
    "days": "days",
}


def kind_of(unit: str) -> Kind:
    """What cells of a unit are."""
    return _KINDS[unit]


def tile(name: str, row: Row, formats: Formats, beside: str = "", measured: str = "") -> Tile:
    """A row of the report as a tile; `measured` is the unit of a quota's actual and target."""
    of = basis_of_target(Named(name, row, measured), formats) if measured else basis(row, formats)
    more = beside or (needs(row) if row.status is Status.LOCKED else "")
    fine = tuple(text for text in (of, more) if text)
    status, text = badge(row.status), figure(row, formats)
    return Tile(name, row.value, kind_of(row.unit), text, row.team, status, fine, is_faint(row))


def tiles_of(names: Iterable[str], rows: Mapping[str, Row], formats: Formats) -> tuple[Tile, ...]:
    """Metrics under their own names, those that are there."""
    return tuple(tile(METRICS[name].label, rows[name], formats) for name in names if name in rows)


# --- targets ----------------------------------------------------------------------------------------------


def reached(items: Sequence[Named]) -> Native:
    """Shares of targets beside what was expected by now."""
    shares = Series("Reached", tuple(i.row.value for i in items), "ink", tones_of(i.row for i in items))
    expected = Series("Expected by now", tuple(i.row.expected for i in items), "faint")
    return Native("bars", tuple(item.name for item in items), (shares, expected), "percent")


def tones_of(rows: Iterable[Row]) -> tuple[Tone, ...]:
    """The hue of each row's team."""
    return tuple(tone_of_team(row.team) for row in rows)


def goal_drawings(lines: Sequence[Line], formats: Formats, name: str) -> list[Drawing]:
    """Goals as bullet bars, in as many drawings as pages need."""
    found = []
    for number, some in enumerate(chunks(lines, MOST_BARS), 1):
        named = [Named(line.name, line.row, line.unit) for line in some]
        called = name if len(lines) <= MOST_BARS else f"{name}-{number}"
        found.append(Drawing(called, charts.bullets(named, formats), reached(named)))
    return found


def goal_grid(lines: Sequence[Line]) -> Grid:
    """Goals in a table, their actual and target in their own units."""
    columns = (
        Column("Goal", "name", 3.4),
        Column("Owner", "name", 1.6),
        Column("Actual", "number", 1.3),
        Column("Target", "number", 1.3),
        Column("Of target", "percent", 0.9),
        Column("Expected", "percent", 1.0),
        Column("Status", "badge", 1.3),
    )
    rows = tuple(
        (
            line.name,
            line.owner,
            Amount(line.row.numerator, line.unit),
            Amount(target_of(Named(line.name, line.row, line.unit)), line.unit),
            line.row.value,
            line.row.expected,
            badge(line.row.status),
        )
        for line in lines
    )
    return Grid(columns, rows, depths=tuple(line.depth for line in lines))


# --- rates ------------------------------------------------------------------------------------------------


def intervals(items: Sequence[Named]) -> Native:
    """Rates with their 95 % intervals."""
    rates = Series(
        "Rate",
        tuple(i.row.value for i in items),
        "neutral",
        tones_of(i.row for i in items),
        tuple(i.row.low for i in items),
        tuple(i.row.high for i in items),
    )
    return Native("bars", tuple(item.name for item in items), (rates,), "percent")
