"""Who gets credit: what marketing brought, a model inside the band of all, the touches of one journey."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import altair as alt
import pandas as pd

from components.charts.figure import (
    BOTTOM,
    LEFT,
    RIGHT,
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
from components.theme import Tone
from scorecard.formats import Formats

_BAND: Final = 0.7
_LINES: Final = {"marketing": ("Marketing", 0.34), "sales": ("Sales", 0.62)}
_OTHERS: Final = ("Others", 0.9)
_NUMBERS: Final = ("x", "y", "size", "mark", "up", "height")
_TEXTS: Final = ("hue", "said", "word", "side", "line")


@dataclass(frozen=True)
class Thirds:
    """What marketing sourced, what it influenced, and the rest; they add up to the total."""

    name: str
    sourced: float
    influenced: float
    rest: float


def thirds(items: Sequence[Thirds], formats: Formats) -> Figure:
    """A bar each, cut into its three parts; the amounts stand under it."""
    rows = pd.DataFrame([row for i, item in enumerate(items) for row in _thirds(i, item, formats)])
    texts = [_text(item, formats) for item in items]
    said = [f"{item.name}: {text}." for item, text in zip(items, texts, strict=True)]
    columns = {
        "By": [item.name for item in items],
        "Sourced": [item.sourced for item in items],
        "Influenced": [item.influenced for item in items],
        "Unattributed": [item.rest for item in items],
        "Total": [item.sourced + item.influenced + item.rest for item in items],
    }
    table = Table(pd.DataFrame(columns), dict.fromkeys(list(columns)[1:], "currency"))
    return Figure(_parts(), rows, sentence(said), table)


def _text(item: Thirds, formats: Formats) -> str:
    """Such as: sourced €569K · influenced €128K · unattributed €127K."""
    parts = (("sourced", item.sourced), ("influenced", item.influenced), ("unattributed", item.rest))
    return "  ·  ".join(f"{word} {formats.money(amount, compact=True)}" for word, amount in parts)


def _thirds(row: int, item: Thirds, formats: Formats) -> list[dict[str, object]]:
    whole = sum(abs(x) for x in (item.sourced, item.influenced, item.rest)) or 1.0
    found: list[dict[str, object]] = []
    start, said = 0.0, f"{item.name}: {_text(item, formats)}"
    looks: tuple[tuple[float, Tone, float], ...] = (
        (item.sourced, "marketing", 1.0), (item.influenced, "marketing", 0.4), (item.rest, "track", 1.0),
    )  # fmt: skip
    for place, (amount, hue, ink) in enumerate(looks):
        end = start + abs(amount) / whole
        first = {"name": item.name, "text": _text(item, formats)} if place == 0 else {"name": "", "text": ""}
        found.append({"row": row, "from": start, "to": end, "hue": hue, "ink": ink, "said": said, **first})
        start = end
    return found


@shape
def _parts() -> Spec:
    said = alt.Tooltip("said:N", title=" ")
    ink = alt.Opacity("ink:Q", scale=None, legend=None)
    bar: Style = {"strokeWidth": 12, "strokeCap": "butt"}
    return layers(
        blank()
        .mark_rule(**bar)
        .encode(
            x=_share("from"), x2=alt.X2("to:Q"), y=line_of(0.5), color=tones("hue"), opacity=ink, tooltip=said
        ),
        label("name", 0.18, share=1, fontWeight=600).encode(color=tone("ink")),
        label("text", 0.8, share=1, fontSize=SMALL).encode(color=tone("muted")),
        height=alt.Step(62),
    )


# --- models -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Band:
    """What a group gets by the chosen model, and by the lowest and the highest of all."""

    name: str
    value: float
    low: float
    high: float
    tone: Tone = "neutral"


def bands(items: Sequence[Band], formats: Formats) -> Figure:
    """A line each: the chosen model a dot, the band of all models a bar, on one axis of money."""
    ends = [end for item in items for end in (item.low, item.high)]
    low, high = min([0.0, *ends]), max([0.0, *ends]) or 1.0
    rows = pd.DataFrame([_band(i, item, low, high, formats) for i, item in enumerate(items)])
    said = [f"{item.name}: {text}." for item, text in zip(items, rows.get("text", ()), strict=True)]
    columns = {
        "Name": [item.name for item in items],
        "Chosen model": [item.value for item in items],
        "Lowest": [item.low for item in items],
        "Highest": [item.high for item in items],
    }
    table = Table(pd.DataFrame(columns), dict.fromkeys(("Chosen model", "Lowest", "Highest"), "currency"))
    return Figure(_bands(), rows, sentence(["Revenue by the chosen model and all others.", *said]), table)


def _band(row: int, item: Band, low: float, high: float, formats: Formats) -> dict[str, object]:
    value, least, most = (formats.money(x, compact=True) for x in (item.value, item.low, item.high))
    return {
        "row": row, "name": item.name, "text": f"{value}  ·  {least} to {most}", "hue": item.tone,
        **{key: (x - low) / (high - low) for key, x in (("zero", 0.0), ("x", item.value), ("low", item.low),
                                                        ("high", item.high), ("full", high))},
    }  # fmt: skip


@shape
def _bands() -> Spec:
    said = alt.Tooltip("text:N", title=" ")
    return layers(
        blank()
        .mark_rule(strokeWidth=1)
        .encode(x=_share("zero"), x2=alt.X2("full:Q"), y=line_of(_BAND), color=tone("faint")),
        blank()
        .mark_rule(strokeWidth=9, opacity=0.38)
        .encode(x=_share("low"), x2=alt.X2("high:Q"), y=line_of(_BAND), color=tones("hue"), tooltip=said),
        blank()
        .mark_point(filled=True, size=90, opacity=1)
        .encode(x=_share("x"), y=line_of(_BAND), color=tones("hue"), tooltip=said),
        label("name", 0.26, share=0.45, fontWeight=600).encode(color=tone("ink")),
        label("text", 0.26, right=True, share=0.54, fontSize=SMALL).encode(color=tone("muted")),
        height=alt.Step(44),
    )


def _share(column: str) -> alt.X:
    return alt.X(f"{column}:Q", axis=None, scale=alt.Scale(domain=[0, 1], clamp=True, nice=False))


# --- one journey ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Dot:
    """A touch: days before the close, whose it was, what it was in words, its weight (None: not weighed)."""

    days_before: float
    team: str | None
    said: str
    weight: float | None


def path(dots: Sequence[Dot], marks: Sequence[tuple[str, float]], formats: Formats) -> Figure:
    """The touches of one deal from left to right, a line for each team; upright lines at milestones."""
    days = [*(dot.days_before for dot in dots), *(at for _, at in marks), 1.0]
    span = max(days) - min(0.0, *days)
    rows: list[dict[str, object]] = [_dot(dot, span, formats) for dot in dots]
    rows += [
        {
            "mark": _place(at, span),
            "word": _when(word, at, formats),
            "up": 0.98 - 0.07 * n,
            "side": _side(at, span),
            "said": "",
        }
        for n, (word, at) in enumerate(marks)
    ]
    lines = [*_LINES.values(), *([_OTHERS] if any(dot.team not in _LINES for dot in dots) else [])]
    rows += [{"line": name, "height": 1 - height} for name, height in lines]
    said = [f"{formats.days(dot.days_before)} before the close: {dot.said}." for dot in dots]
    columns = {
        "Days before": [dot.days_before for dot in dots],
        "Touch": [dot.said for dot in dots],
        "Team": [dot.team or "" for dot in dots],
        "Weight": [dot.weight for dot in dots],
    }
    table = Table(pd.DataFrame(columns), {"Days before": "number", "Weight": "percent"})
    frame = pd.DataFrame(rows).reindex(columns=[*_NUMBERS, *_TEXTS])
    frame[list(_TEXTS)] = frame[list(_TEXTS)].astype(object).fillna("")
    return Figure(_path(), frame, sentence(["Touches up to the close.", *said]), table)


def _dot(dot: Dot, span: float, formats: Formats) -> dict[str, object]:
    _, height = _LINES.get(dot.team or "", _OTHERS)
    hue = dot.team if dot.team in _LINES else "neutral"
    weight = "" if dot.weight is None else f", {formats.percent(dot.weight)}"
    when = f"{formats.days(dot.days_before)} before the close"
    size = 90.0 if dot.weight is None else 50 + 700 * dot.weight
    said = f"{dot.said}, {when}{weight}"
    return {"x": _place(dot.days_before, span), "y": 1 - height, "hue": hue, "size": size, "said": said}


def _when(word: str, days_before: float, formats: Formats) -> str:
    """'came in, 92 days before'; the close itself is the end of it."""
    return f"{word}, {formats.days(round(days_before))} before" if round(days_before) > 0 else word


def _place(days_before: float, span: float) -> float:
    """From 0.14, right of the teams' names, to 0.97."""
    return 0.97 - 0.83 * days_before / span


def _side(days_before: float, span: float) -> str:
    return "left" if _place(days_before, span) < 0.5 else "right"  # noqa: PLR2004 - the middle


@shape
def _path() -> Spec:
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, 1], nice=False))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[0, 1], nice=False))
    mark = alt.X("mark:Q", axis=None)
    height = alt.Y("height:Q", axis=None)

    def word(side: str) -> alt.Chart:
        near = blank().transform_filter(alt.datum.side == side)
        style: Style = {"align": side, "dx": 6 if side == "left" else -6, "fontSize": SMALL}
        text = near.mark_text(**style)
        chart: alt.Chart = text.encode(
            x=mark, y=alt.Y("up:Q", axis=None), text=alt.Text("word:N"), color=tone("ink")
        )
        return chart

    return layers(
        blank().mark_rule(strokeWidth=1).encode(x=LEFT, x2=RIGHT, y=height, color=tone("faint")),
        blank()
        .mark_text(align="left", baseline="bottom", dy=-4, fontSize=SMALL)
        .encode(x=LEFT, y=height, text=alt.Text("line:N"), color=tone("muted")),
        blank()
        .mark_rule(strokeWidth=1.5, strokeDash=[4, 3])
        .encode(x=mark, y=alt.Y("up:Q", axis=None), y2=BOTTOM, color=tone("ink")),
        word("left"),
        word("right"),
        blank()
        .mark_point(filled=True, opacity=0.85)
        .encode(x=x, y=y, color=tones("hue"), size=alt.Size("size:Q", scale=None, legend=None),
                tooltip=alt.Tooltip("said:N", title=" ")),
        height=230,
    )  # fmt: skip
