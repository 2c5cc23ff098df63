"""The hand-off: what became of the leads, how fast they were touched, why they came back."""

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
from components.numbers import change
from components.theme import Tone
from scorecard.formats import Formats

_NUMBERS: Final = ("hours", "left", "mark", "at", "level", "tick")  # of the chart of waits
_TEXTS: Final = ("said", "text", "side", "level_text", "tick_text")
_STEPS: Final = (0.25, 0.5, 1.0, 2.0, 4.0, 6.0, 8.0, 12.0, 24.0, 48.0, 96.0, 168.0)  # hours between ticks
_MOST_TICKS: Final = 6
_LAST_TICK: Final = 0.97  # of the axis: a text further right would be cut
_WIDE: Style = {"strokeWidth": 14, "strokeCap": "butt"}


@dataclass(frozen=True)
class Stage:
    """A stage of a cohort: how many reached it, and the sentence on the step that led here, if any."""

    name: str
    count: float
    step: str = ""
    tone: Tone = "sales"


def funnel(stages: Sequence[Stage], formats: Formats) -> Figure:
    """The cohort's stages as bars from the left edge; over each, at the right, its rate and its count."""
    first = stages[0].count if stages else 0
    rows = pd.DataFrame(
        [
            {"row": i, "name": s.name, "zero": 0.0, "x": s.count / first if first else 0.0, "full": 1.0,
             "count": formats.number(s.count), "hue": s.tone,
             "text": "  ·  ".join(part for part in (s.step, formats.number(s.count)) if part)}
            for i, s in enumerate(stages)
        ]
    )  # fmt: skip
    said = [f"{s.name}: {formats.number(s.count)}{f' ({s.step})' if s.step else ''}." for s in stages]
    columns = {
        "Stage": [s.name for s in stages],
        "Count": [s.count for s in stages],
        "Step": [s.step for s in stages],
    }
    return Figure(
        _funnel(),
        rows,
        sentence(["From hand-off on.", *said]),
        Table(pd.DataFrame(columns), {"Count": "number"}),
    )


@shape
def _funnel() -> Spec:
    return layers(
        blank()
        .mark_rule(**_WIDE)
        .encode(x=_share("zero"), x2=alt.X2("full:Q"), y=line_of(0.72), color=tone("track")),
        blank()
        .mark_rule(**_WIDE)
        .encode(x=_share("zero"), x2=alt.X2("x:Q"), y=line_of(0.72), color=tones("hue")),
        label("name", 0.28, share=0.36, fontWeight=600).encode(color=tone("ink")),
        label("text", 0.28, right=True, share=0.64, fontSize=SMALL).encode(color=tone("ink")),
        height=alt.Step(44),
    )


def _share(column: str, top: float = 1.0) -> alt.X:
    return alt.X(f"{column}:Q", axis=None, scale=alt.Scale(domain=[0, top], clamp=True, nice=False))


# --- met, breached, pending -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """A piece of a whole, with its icon and word: met, breached, pending; accepted, rejected, undecided."""

    word: str
    count: float
    tone: Tone


def stacked(groups: Sequence[tuple[str, Sequence[Part]]], formats: Formats) -> Figure:
    """A bar a group, cut into its parts; the words and counts stand over it, in the parts' order."""
    rows = pd.DataFrame(
        [row for i, (name, parts) in enumerate(groups) for row in _parts(i, name, parts, formats)]
    )
    said = [
        f"{name}: {', '.join(f'{p.word} {formats.number(p.count)}' for p in parts)}."
        for name, parts in groups
    ]
    words = list(dict.fromkeys(p.word for _, parts in groups for p in parts))
    counts = {
        word: [next((p.count for p in parts if p.word == word), 0.0) for _, parts in groups] for word in words
    }
    frame = pd.DataFrame({"Group": [name for name, _ in groups], **counts})
    return Figure(_stacked(), rows, sentence(said), Table(frame, dict.fromkeys(words, "number")))


def _parts(row: int, name: str, parts: Sequence[Part], formats: Formats) -> list[dict[str, object]]:
    whole = sum(p.count for p in parts) or 1.0
    found: list[dict[str, object]] = []
    start = 0.0
    text = "  ·  ".join(f"{p.word} {formats.number(p.count)}" for p in parts)
    for place, p in enumerate(parts):
        end = start + p.count / whole
        said = f"{name}: {p.word} {formats.number(p.count)}, {formats.percent(p.count / whole)}"
        found.append({"row": row, "from": start, "to": end, "hue": p.tone, "said": said,
                      "name": name if place == 0 else "", "text": text if place == 0 else ""})  # fmt: skip
        start = end
    return found


@shape
def _stacked() -> Spec:
    said = alt.Tooltip("said:N", title=" ")
    gap = blank().mark_rule(strokeWidth=10, strokeCap="butt")
    return layers(
        gap.encode(x=_share("from"), x2=alt.X2("to:Q"), y=line_of(0.7), color=tones("hue"), tooltip=said),
        label("name", 0.26, share=0.35, fontWeight=600).encode(color=tone("ink")),
        label("text", 0.26, right=True, share=0.64, fontSize=SMALL).encode(color=tone("muted")),
        height=alt.Step(48),
    )


# --- why leads come back ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reason:
    """A reason of rejection: how often now, how often in the period before, the share of all now."""

    name: str
    count: float
    before: float | None
    share: float | None


def pareto(reasons: Sequence[Reason], formats: Formats) -> Figure:
    """Reasons by frequency; the notch is the period before, the running share of all stands at the right."""
    longest = max([max(r.count, r.before or 0) for r in reasons], default=1.0) or 1.0
    rows = pd.DataFrame(
        [
            {"row": i, "name": r.name, "zero": 0.0, "x": r.count / longest, "hue": "neutral",
             "before": None if r.before is None else r.before / longest,
             "text": _reason(r, sum(s.share or 0 for s in reasons[: i + 1]), formats)}
            for i, r in enumerate(reasons)
        ]
    )  # fmt: skip
    columns = {
        "Reason": [r.name for r in reasons],
        "Rejections": [r.count for r in reasons],
        "Before": [r.before for r in reasons],
        "Share": [r.share for r in reasons],
    }
    said = [f"{row.name}: {text}." for row, text in zip(reasons, rows.get("text", ()), strict=True)]
    table = Table(pd.DataFrame(columns), {"Rejections": "number", "Before": "number", "Share": "percent"})
    return Figure(_pareto(), rows, sentence(["Reasons of rejection.", *said]), table)


def _reason(reason: Reason, running: float, formats: Formats) -> str:
    """'48 (+12)  ·  31 %  ·  together 70 %': count and change, share and running share."""
    grown = "" if reason.before is None else f" ({change(reason.count - reason.before, formats)})"
    share = (
        ""
        if reason.share is None
        else f"  ·  {formats.percent(reason.share)}  ·  together {formats.percent(running)}"
    )
    return f"{formats.number(reason.count)}{grown}{share}"


@shape
def _pareto() -> Spec:
    notch: Style = {"shape": "stroke", "angle": 90, "strokeWidth": 2.5, "size": 225}
    return layers(
        blank()
        .mark_rule(strokeWidth=10, strokeCap="butt")
        .encode(x=_share("zero"), x2=alt.X2("x:Q"), y=line_of(0.72), color=tones("hue")),
        blank().mark_point(**notch).encode(x=_share("before"), y=line_of(0.72), color=tone("ink")),
        label("name", 0.26, share=0.5, fontWeight=600).encode(color=tone("ink")),
        label("text", 0.26, right=True, share=0.5, fontSize=SMALL).encode(color=tone("muted")),
        height=alt.Step(42),
    )


# --- how fast ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wait:
    """The share of leads still untouched after so many hours."""

    hours: float
    untouched: float


def waits(curve: Sequence[Wait], marks: Sequence[tuple[str, float]], formats: Formats) -> Figure:
    """How the share of untouched leads falls with the hours; upright lines at agreed hours, median, p90.

    The axes are rows too, since their figures are written in the organisation's locale. Marks come in
    order: each line ends at its word, so that none crosses the word of the one before.
    """
    end = max([w.hours for w in curve], default=0.0)
    rows: list[dict[str, object]] = [
        {"hours": w.hours, "left": w.untouched, "said": _still(w, formats)} for w in curve
    ]
    rows += [
        {"mark": hours, "text": f"{word} {formats.hours(hours)}", "at": 0.95 - 0.1 * i,
         "side": "right" if hours > end * 0.6 else "left"}
        for i, (word, hours) in enumerate(marks)
    ]  # fmt: skip
    rows += [{"level": level, "level_text": formats.percent(level)} for level in (0.5, 1.0)]
    rows += [{"tick": hours, "tick_text": formats.hours(hours)} for hours in _ticks(end)]
    said = [f"{word}: {formats.hours(hours)}." for word, hours in marks]
    frame = pd.DataFrame({"Hours": [w.hours for w in curve], "Untouched": [w.untouched for w in curve]})
    table = Table(frame, {"Hours": "number", "Untouched": "percent"})
    return Figure(
        _waits(),
        _blanked(rows),
        sentence(["Share of leads still untouched by hours since the hand-off.", *said]),
        table,
    )


def _blanked(rows: Sequence[dict[str, object]]) -> pd.DataFrame:
    """Numbers that a row lacks stay out of scales; its texts are blank."""
    frame = pd.DataFrame(rows).reindex(columns=[*_NUMBERS, *_TEXTS])
    frame[list(_TEXTS)] = frame[list(_TEXTS)].astype(object).fillna("")
    return frame


def _ticks(end: float) -> list[float]:
    """Hours that stand under the axis, at most so many as have room."""
    step = next((s for s in _STEPS if end / s <= _MOST_TICKS), end / _MOST_TICKS)
    return [step * n for n in range(1, _MOST_TICKS + 1) if 0 < step * n <= end * _LAST_TICK]


def _still(wait: Wait, formats: Formats) -> str:
    return f"{formats.percent(wait.untouched)} untouched after {formats.hours(wait.hours)}"


@shape
def _waits() -> Spec:
    hours = alt.X("hours:Q", axis=None, scale=alt.Scale(nice=False))
    y = alt.Y("left:Q", axis=None, scale=alt.Scale(domain=[0, 1]))
    mark = alt.X("mark:Q", axis=None)
    up = alt.Y("at:Q", axis=None)

    def text(side: str) -> alt.Chart:
        near = blank().transform_filter(alt.datum.side == side)
        style: Style = {"align": side, "dx": 6 if side == "left" else -6, "fontSize": SMALL}
        chart: alt.Chart = near.mark_text(**style).encode(
            x=mark, y=up, text=alt.Text("text:N"), color=tone("ink")
        )
        return chart

    level = alt.Y("level:Q", axis=None)
    return layers(
        blank().mark_rule(strokeWidth=1).encode(x=LEFT, x2=RIGHT, y=level, color=tone("faint")),
        blank().mark_area(interpolate="step-after", opacity=0.35).encode(x=hours, y=y, color=tone("sales")),
        blank()
        .mark_line(interpolate="step-after", strokeWidth=2)
        .encode(x=hours, y=y, color=tone("sales"), tooltip=alt.Tooltip("said:N", title=" ")),
        blank()
        .mark_rule(strokeWidth=1.5, strokeDash=[4, 3])
        .encode(x=mark, y=up, y2=BOTTOM, color=tone("ink")),
        text("left"),
        text("right"),
        blank()
        .mark_text(align="right", baseline="bottom", dy=-3, fontSize=SMALL)
        .encode(x=RIGHT, y=level, text=alt.Text("level_text:N"), color=tone("muted")),
        blank()
        .mark_text(align="center", baseline="top", dy=6, fontSize=SMALL)
        .encode(x=alt.X("tick:Q", axis=None), y=BOTTOM, text=alt.Text("tick_text:N"), color=tone("muted")),
        height=230,
    )
