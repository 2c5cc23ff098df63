"""Small multiples: a measure a panel, a mark a month, the interval a ribbon, the running month hatched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import altair as alt
import pandas as pd

from components.charts.figure import (
    BOTTOM,
    LEFT,
    MIDDLE,
    RIGHT,
    SMALL,
    Figure,
    Spec,
    Style,
    Table,
    blank,
    layers,
    sentence,
    shape,
    tone,
    tones,
)
from components.numbers import written
from components.theme import tone_of_team
from scorecard.formats import Formats

_WIDE: Final = 0.14  # of half the height: how far a hatching reaches to either side of its month
_STROKES: Final = 15
_HATCHED: Final = "".join(
    f"M{-_WIDE:.2f},{y + _WIDE:.3f}L{_WIDE:.2f},{y - _WIDE:.3f}"
    for y in ((2 * k / (_STROKES - 1) - 1) * (1 - _WIDE) for k in range(_STROKES))
)  # slanting strokes in a column as high as the panel; a symbol's path lies between -1 and 1


@dataclass(frozen=True)
class Month:
    """One period of a trend: its short name, its figure with interval, and whether it still runs."""

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    running: bool = False
    detail: str = ""


def trend(
    months: Sequence[Month],
    unit: str,
    formats: Formats,
    *,
    team: str | None = None,
    goal: float | None = None,
    top: float | None = None,
) -> Figure:
    """One panel. Panels that are compared take the same `top`, the upper end of the axis."""
    rows = pd.DataFrame([_month(i, m, months, goal, unit, formats) for i, m in enumerate(months)])
    rows["hue"], rows["goal"] = tone_of_team(team), goal
    frame = pd.DataFrame(
        {
            "Period": [m.name for m in months],
            "Value": [m.value for m in months],
            "Low": [m.low for m in months],
            "High": [m.high for m in months],
        }
    )
    said = [
        f"{m.name}{' (running)' if m.running else ''}: {written(m.value, unit, formats)}." for m in months
    ]
    return Figure(
        _trend(top),
        rows,
        sentence(said, most=13),
        Table(frame, dict.fromkeys(("Value", "Low", "High"), unit)),
    )


def _month(
    i: int, m: Month, months: Sequence[Month], goal: float | None, unit: str, formats: Formats
) -> dict[str, object]:
    figure = written(m.value, unit, formats)
    known = [k for k, other in enumerate(months) if other.value is not None]
    text = figure if known and i in (known[0], known[-1]) else ""
    low = goal is not None and m.value is not None and m.value < goal  # its figure stays clear of the goal
    edge = i in (0, len(months) - 1)
    running = f"{m.name}, still running: " if m.running else f"{m.name}: "
    return {
        "order": i, "value": m.value, "low": m.low, "high": m.high,
        "steady": None if m.running else m.value, "running": m.value if m.running else None,
        "now": i if m.running else None,
        "over": "" if low else text, "under": text if low else "",
        "name": m.name if edge else "", "side": "left" if i == 0 else "right",
        "said": running + figure + (f", {m.detail}" if m.detail else ""),
    }  # fmt: skip


@shape
def _trend(top: float | None) -> Spec:
    scale = (
        alt.Scale(domain=[0, top], nice=False, padding=8)
        if top
        else alt.Scale(zero=True, nice=False, padding=14)
    )
    across = alt.Scale(padding=14, nice=False, zero=False)
    x = alt.X("order:Q", axis=None, scale=across)

    def y(column: str) -> alt.Y:
        return alt.Y(f"{column}:Q", axis=None, scale=scale)

    def foot(side: str) -> alt.Chart:
        style: Style = {"align": side, "baseline": "top", "dy": 6, "fontSize": SMALL}
        near = blank().transform_filter(alt.datum.side == side)
        where = LEFT if side == "left" else RIGHT
        chart: alt.Chart = near.mark_text(**style).encode(
            x=where, y=BOTTOM, text=alt.Text("name:N"), color=tone("muted")
        )
        return chart

    def figure(column: str, dy: int) -> alt.Chart:
        """A mark's figure over or under it."""
        style: Style = {"dy": dy, "fontSize": SMALL, "fontWeight": 600}
        chart: alt.Chart = (
            blank()
            .mark_text(**style)
            .encode(x=x, y=y("value"), text=alt.Text(f"{column}:N"), color=tone("ink"))
        )
        return chart

    said = alt.Tooltip("said:N", title=" ")
    now = alt.X("now:Q", axis=None, scale=across)
    whole = alt.ExprRef("height * height")  # px² of a symbol as high as the panel
    hatched: Style = {"shape": _HATCHED, "size": whole, "filled": False, "strokeWidth": 1, "opacity": 1}
    return layers(
        blank().mark_point(**hatched).encode(x=now, y=MIDDLE, color=tone("faint")),
        blank().mark_area(opacity=0.22).encode(x=x, y=y("low"), y2=alt.Y2("high:Q"), color=tones("hue")),
        blank().mark_rule(strokeDash=[5, 4]).encode(y=y("goal"), color=tone("muted")),
        blank().mark_line(strokeWidth=2).encode(x=x, y=y("value"), color=tones("hue")),
        blank()
        .mark_point(filled=True, size=36, opacity=1)
        .encode(x=x, y=y("steady"), color=tones("hue"), tooltip=said),
        blank()
        .mark_point(filled=False, size=64, strokeWidth=2, strokeDash=[2, 2])
        .encode(x=x, y=y("running"), color=tones("hue"), tooltip=said),
        figure("over", -13),
        figure("under", 15),
        foot("left"),
        foot("right"),
        height=130,
    )
