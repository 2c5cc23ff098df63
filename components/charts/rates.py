"""Rates side by side, each with its interval and its k of n, on one axis from 0 to 100 %."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from components.charts.figure import (
    SMALL,
    Figure,
    Spec,
    Style,
    Table,
    blank,
    label,
    layers,
    line_of,
    sentence,
    shape,
    tone,
    tones,
)
from components.numbers import status_text, status_tone
from components.readings import Named
from components.theme import tone_of_team
from scorecard.formats import Formats
from scorecard.status import Status

_BAND = 0.7


def rates(items: Sequence[Named], formats: Formats) -> Figure:
    """A line each: the rate a dot, its 95 % interval a bar, the target an upright line.

    A rate over too few cases is faint, and says so.
    """
    rows = pd.DataFrame([_rate(i, item, formats) for i, item in enumerate(items)])
    said = [f"{item.name}: {text}." for item, text in zip(items, rows.get("said", ()), strict=True)]
    return Figure(_rates(), rows, sentence(["Rates with their intervals.", *said]), _table(items))


def _rate(row: int, item: Named, formats: Formats) -> dict[str, object]:
    reading = item.row
    faint = reading.status is Status.TOO_FEW or reading.note("immature") is not None
    value = formats.percent(reading.value) if reading.value is not None else ""
    of = _of(item, formats)
    word = status_text(reading.status)
    text = "  ·  ".join(part for part in (word, value, of) if part)
    said = ", ".join(part for part in (value, of, _between(item, formats), word) if part)
    return {
        "row": row, "name": item.name, "zero": 0.0, "full": 1.0, "goal": reading.target,
        "x": reading.value, "low": reading.low, "high": reading.high, "text": text, "said": said,
        "text_tone": status_tone(reading.status), "hue": "neutral" if faint else tone_of_team(reading.team),
    }  # fmt: skip


def _of(item: Named, formats: Formats) -> str:
    k, n = item.row.numerator, item.row.denominator
    return f"{formats.number(k)} of {formats.number(n)}" if n else ""


def _between(item: Named, formats: Formats) -> str:
    low, high = item.row.low, item.row.high
    return (
        ""
        if low is None or high is None
        else f"{formats.sure} {formats.percent(low)} to {formats.percent(high)}"
    )


@shape
def _rates() -> Spec:
    said = alt.Tooltip("said:N", title=" ")
    target: Style = {"shape": "stroke", "angle": 90, "strokeWidth": 2, "size": 225}
    return layers(
        blank()
        .mark_rule(strokeWidth=1)
        .encode(x=_at("zero"), x2=alt.X2("full:Q"), y=line_of(_BAND), color=tone("faint")),
        blank()
        .mark_rule(strokeWidth=9, opacity=0.38)
        .encode(x=_at("low"), x2=alt.X2("high:Q"), y=line_of(_BAND), color=tones("hue"), tooltip=said),
        blank().mark_point(**target).encode(x=_at("goal"), y=line_of(_BAND), color=tone("ink")),
        blank()
        .mark_point(filled=True, size=90, opacity=1)
        .encode(x=_at("x"), y=line_of(_BAND), color=tones("hue"), tooltip=said),
        label("name", 0.26, share=0.48, fontWeight=600).encode(color=tone("ink")),
        label("text", 0.26, right=True, share=0.5, fontSize=SMALL).encode(color=tones("text_tone")),
        height=alt.Step(48),
    )


def _at(column: str) -> alt.X:
    return alt.X(f"{column}:Q", axis=None, scale=alt.Scale(domain=[0, 1], clamp=True, nice=False))


def _table(items: Sequence[Named]) -> Table:
    columns = {
        "Name": [i.name for i in items],
        "Rate": [i.row.value for i in items],
        "Low": [i.row.low for i in items],
        "High": [i.row.high for i in items],
        "Cases": [i.row.numerator for i in items],
        "Of": [i.row.denominator for i in items],
        "Target": [i.row.target for i in items],
        "Status": [status_text(i.row.status) for i in items],
    }
    percents = dict.fromkeys(("Rate", "Low", "High", "Target"), "percent")
    return Table(pd.DataFrame(columns), {**percents, "Cases": "number", "Of": "number"})
