"""Quotas drawn: tiles of the teams, both on one axis, people under each other, all of them in a table."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from components.charts import Figure, Month, Pair, Table, dumbbells, trend
from components.numbers import actual_of_target, status_text
from components.readings import Named
from components.tiles import Tile
from scorecard import quota_view, words
from scorecard.formats import Formats
from scorecard.quota_view import Line, Past, People


def tiles(lines: Sequence[Line], formats: Formats) -> list[Tile]:
    """A tile a team quota."""
    return [Tile(line.name, line.row, _left(line, formats), line.unit) for line in lines]


def _left(line: Line, formats: Formats) -> str:
    """'Q4 2026 · needs 11.4 a day for 40 days'."""
    return " · ".join(text for text in (line.when, quota_view.needed(line, formats)) if text)


def side_by_side(pairs: Sequence[quota_view.Pair], formats: Formats) -> Figure:
    """Marketing and sales on one axis, a line for each time."""
    return dumbbells([Pair(p.name, tuple(_named(line) for line in p.lines), p.says) for p in pairs], formats)


def people(shown: People, formats: Formats) -> Figure:
    """Everyone of a team, tied to the pace."""
    return dumbbells([Pair(line.who, (_named(line),)) for line in shown.lines], formats)


def _named(line: Line) -> Named:
    return Named(line.who, line.row, line.unit)


def course(past: Past, top: float, formats: Formats) -> Figure:
    """A team's attainment, quota after quota, against the whole of it."""
    months = [
        Month(x.when, x.row.value, running=runs, detail=actual_of_target(_named(x), formats))
        for x, runs in zip(past.lines, past.running, strict=True)
    ]
    return trend(months, "percent", formats, team=past.department, goal=1.0, top=top)


def top(pasts: Sequence[Past]) -> float:
    """The upper end that all histories share, in steps so that charts keep their shape."""
    highest = max((x.row.value or 0.0 for past in pasts for x in past.lines), default=1.0)
    return max(1.25, -(-highest // 0.25) * 0.25)


def _of(line: Line, formats: Formats) -> str:
    """'MQLs', 'Revenue (EUR)'."""
    name = words.metric(line.metric)
    return f"{name} ({formats.currency})" if line.unit == "currency" else name


def table(lines: Sequence[Line], formats: Formats) -> Table:
    """Quotas with their own dates, what is needed a day and what is left."""
    columns = {
        "Whose": [line.who for line in lines],
        "Team": [line.department for line in lines],
        "Quota": [_of(line, formats) for line in lines],
        "Time": [line.when for line in lines],
        "From": [line.start.isoformat() for line in lines],
        "To": [line.end.isoformat() for line in lines],
        "Target": [line.row.denominator for line in lines],
        "Actual": [line.row.numerator for line in lines],
        "Of target": [line.row.value for line in lines],
        "Pace": [line.row.expected for line in lines],
        "Needed a day": [line.required_per_day for line in lines],
        "Days left": [line.days_left for line in lines],
        "Status": [status_text(line.row.status) for line in lines],
    }
    numbers = dict.fromkeys(("Target", "Actual", "Needed a day", "Days left"), "number")
    return Table(pd.DataFrame(columns), numbers | {"Of target": "percent", "Pace": "percent"})
