"""Target against actual: bullets for goals and quotas, dumbbells for the two teams, a goal's history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import altair as alt
import pandas as pd

from components.charts.figure import (
    BOTTOM,
    LEFT,
    RIGHT,
    SMALL,
    TOP,
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
from components.numbers import actual_of_target, attained, status_text, status_tone, target_of, written
from components.readings import Named
from components.theme import Tone, tone_of_team
from scorecard.formats import Formats
from scorecard.rows import Row

_ROOM_AHEAD = 0.7  # of a history: actuals that end earlier have their figure at the right
_TOPS = (1.0, 1.2, 1.5, 2.0)  # how far an axis of shares reaches; a longer bar is cut there and says so
_TICK = 0.25  # shares at which the axis of a dumbbell chart has a mark


def bullets(items: Sequence[Named], formats: Formats) -> Figure:
    """One bar a goal or quota, on the common axis of the share of its target.

    The grey track ends at the target; the notch across the bar is the pace, the share wanted by now.
    """
    rows = pd.DataFrame([_bullet(i, item, formats) for i, item in enumerate(items)])
    said = [f"{item.name}: {text}." for item, text in zip(items, rows.get("said", ()), strict=True)]
    top = _top([item.row.value for item in items])
    return Figure(_bullets(top), rows, sentence(["Target against actual.", *said]), _targets(items))


def _bullet(row: int, item: Named, formats: Formats) -> dict[str, object]:
    reading = item.row
    done, actual = attained(reading.value, formats), actual_of_target(item, formats)
    pace = "" if reading.expected is None else f"pace {attained(reading.expected, formats)}"
    word = status_text(reading.status)
    return {
        "row": row,
        "name": item.name,
        "status": word,
        "status_tone": status_tone(reading.status),
        "hue": tone_of_team(reading.team),
        "zero": 0.0,
        "target": 1.0,
        "x": None if reading.value is None else max(reading.value, 0.0),
        "pace": reading.expected,
        "detail": f"{done}  ·  {actual}" if actual and reading.value is not None else actual,
        "pace_text": pace,
        "said": ", ".join(part for part in (f"{done} of target", actual, pace, word) if part),
    }


@shape
def _bullets(top: float) -> Spec:
    bar = 0.47
    wide: Style = {"strokeWidth": 11, "strokeCap": "butt"}
    said = alt.Tooltip("said:N", title=" ")
    return layers(
        blank()
        .mark_rule(**wide)
        .encode(x=_at("zero", top), x2=alt.X2("target:Q"), y=line_of(bar), color=tone("track"), tooltip=said),
        blank()
        .mark_rule(**wide)
        .encode(x=_at("zero", top), x2=alt.X2("x:Q"), y=line_of(bar), color=tones("hue"), tooltip=said),
        _notch("target", top, bar, size=18, of="ink"),
        _notch("pace", top, bar, size=18, of="muted", dash=True),
        label("name", 0.14, share=0.66, fontWeight=600).encode(color=tone("ink")),
        label("status", 0.14, right=True, share=0.34, fontWeight=600).encode(color=tones("status_tone")),
        label("detail", 0.77, share=0.62, fontSize=SMALL).encode(color=tone("muted")),
        label("pace_text", 0.77, right=True, share=0.36, fontSize=SMALL).encode(color=tone("muted")),
        height=alt.Step(68),
    )


def _at(column: str, top: float) -> alt.X:
    return alt.X(f"{column}:Q", axis=None, scale=alt.Scale(domain=[0, top], clamp=True, nice=False))


def _notch(column: str, top: float, band: float, *, size: int, of: Tone, dash: bool = False) -> alt.Chart:
    """A short upright line across the bar."""
    dashes = [2, 2] if dash else [1, 0]
    style: Style = {
        "shape": "stroke",
        "angle": 90,
        "strokeWidth": 2.5,
        "size": size * size,
        "strokeDash": dashes,
    }
    chart: alt.Chart = blank().mark_point(**style).encode(x=_at(column, top), y=line_of(band), color=tone(of))
    return chart


def _top(values: Sequence[float | None]) -> float:
    highest = max((v for v in values if v is not None), default=1.0)
    return next((top for top in _TOPS if highest <= top), _TOPS[-1])


def _targets(items: Sequence[Named]) -> Table:
    columns = {
        "Name": [i.name for i in items],
        "Team": [i.row.team or "" for i in items],
        "Actual": [i.row.numerator for i in items],
        "Target": [target_of(i) for i in items],
        "Unit": [i.measured for i in items],
        "Of target": [i.row.value for i in items],
        "Pace": [i.row.expected for i in items],
        "Status": [status_text(i.row.status) for i in items],
        "Period": [i.row.period for i in items],
    }
    return Table(
        pd.DataFrame(columns),
        {"Actual": "number", "Target": "number", "Of target": "percent", "Pace": "percent"},
    )


# --- both teams on one axis -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pair:
    """A line of a dumbbell chart: marketing's and sales' reading, or only one of them, or a person's.

    `line` stands at its right instead of each team's share.
    """

    name: str
    rows: tuple[Named, ...]
    line: str = ""


def dumbbells(pairs: Sequence[Pair], formats: Formats) -> Figure:
    """Attainments on one axis: marketing round, sales square; a lone one is tied to its pace.

    The upright line is the target. Rows are persons, or the two teams.
    """
    lines = [line for i, pair in enumerate(pairs) for line in _dumbbell(i, pair, formats)]
    said = [f"{pair.name}: {_said(pair, formats)}." for pair in pairs]
    top = _top([named.row.value for pair in pairs for named in pair.rows])
    rows = pd.DataFrame([*lines, *_ticks(top, formats)] if lines else [])
    table = _targets([Named(f"{pair.name}", n.row, n.measured) for pair in pairs for n in pair.rows])
    return Figure(_dumbbells(top), rows, sentence(["Share of the quota reached.", *said]), table)


def _ticks(top: float, formats: Formats) -> list[dict[str, object]]:
    """The axis as rows, so that its figures are written in the organisation's locale."""
    step = _TICK * max(1, int(top))  # of 200 % every half, or they would run into each other on a phone
    shares = [step * n for n in range(int(top / step) + 1)]
    blanks = dict.fromkeys(("name", "line", "line_tone", "team", "hue", "said"), "")
    return [
        {"row": 0, "tick": x, "tick_text": formats.percent(x, 0), "side": _side(x, top), **blanks}
        for x in shares
    ]


def _side(x: float, top: float) -> str:
    return "left" if x == 0 else "right" if x == top else "center"


def _dumbbell(row: int, pair: Pair, formats: Formats) -> list[dict[str, object]]:
    """The line of a pair, with its texts, and a mark for each of its readings."""
    first, alone = pair.rows[0].row, len(pair.rows) == 1
    paces = {named.row.expected for named in pair.rows}
    pace = first.expected if len(paces) == 1 else None  # one for both, or none
    tied = [*(named.row.value for named in pair.rows), *([pace] if alone else [])]
    ends = [v for v in tied if v is not None]
    line = {
        "row": row,
        "name": pair.name,
        "line": _said(pair, formats),
        "line_tone": status_tone(first.status) if alone else "muted",
        "zero": 0.0,
        "target": 1.0,
        "from": min(ends, default=None),
        "to": max(ends, default=None),
        "pace": pace,
    }
    return [
        line | dict.fromkeys(("team", "hue", "said", "tick_text", "side"), ""),
        *(_dot(row, pair, named, formats) for named in pair.rows),
    ]


def _dot(row: int, pair: Pair, named: Named, formats: Formats) -> dict[str, object]:
    team = named.row.team
    blanks = dict.fromkeys(("name", "line", "line_tone", "tick_text", "side"), "")
    texts = {**blanks, "team": team or "both", "hue": tone_of_team(team)}
    whose = f"{pair.name}, {team}" if len(pair.rows) > 1 else pair.name
    return {"row": row, "x": named.row.value, "said": f"{whose}: {_attained(named, formats)}", **texts}


def _said(pair: Pair, formats: Formats) -> str:
    first = pair.rows[0].row
    if len(pair.rows) > 1:
        if all(n.row.value is None for n in pair.rows):
            return status_text(first.status)
        return pair.line or "  ·  ".join(f"{n.row.team} {_share_or_word(n.row, formats)}" for n in pair.rows)
    return "  ·  ".join(
        text for text in (status_text(first.status), _attained(pair.rows[0], formats)) if text
    )


def _share_or_word(row: Row, formats: Formats) -> str:
    """'61 %', or in a word why there is none."""
    if row.value is None and row.status is not None:
        return row.status.word.lower()
    return attained(row.value, formats)


def _attained(named: Named, formats: Formats) -> str:
    parts = attained(named.row.value, formats), actual_of_target(named, formats)
    return "  ·  ".join(part for part in parts if part)


@shape
def _dumbbells(top: float) -> Spec:
    band = 0.64
    teams = alt.Scale(domain=["marketing", "sales", "both"], range=["circle", "square", "diamond"])
    dot = {"color": tones("hue"), "shape": alt.Shape("team:N", scale=teams, legend=None)}
    line = {"x": _at("zero", top), "y": line_of(band)}

    def foot(side: str) -> alt.Chart:
        style: Style = {"align": side, "baseline": "top", "dy": 6, "fontSize": SMALL}
        near = blank().transform_filter(alt.datum.side == side)
        chart: alt.Chart = near.mark_text(**style).encode(
            x=_at("tick", top), y=BOTTOM, text=alt.Text("tick_text:N"), color=tone("muted")
        )
        return chart

    return layers(
        blank()
        .mark_rule(strokeWidth=1, opacity=0.5)
        .encode(x=_at("tick", top), y=TOP, y2=BOTTOM, color=tone("track")),
        blank().mark_rule(strokeWidth=1).encode(**line, x2=alt.X2("target:Q"), color=tone("faint")),
        blank()
        .mark_rule(strokeWidth=4)
        .encode(x=_at("from", top), x2=alt.X2("to:Q"), y=line_of(band), color=tone("faint")),
        _notch("target", top, band, size=18, of="ink"),
        _notch("pace", top, band, size=14, of="muted", dash=True),
        blank()
        .mark_point(filled=True, size=130, opacity=1)
        .encode(x=_at("x", top), y=line_of(band), tooltip=alt.Tooltip("said:N", title=" "), **dot),
        label("name", 0.2, share=0.36, fontWeight=600).encode(color=tone("ink")),
        label("line", 0.2, right=True, share=0.7, fontSize=SMALL).encode(color=tones("line_tone")),
        *map(foot, ("left", "center", "right")),
        height=alt.Step(48),
    )


# --- a goal over time -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Point:
    """A day of a goal's history: what was reached, what was wanted by then, what is likely."""

    day: date
    actual: float | None = None
    expected: float | None = None
    likely: float | None = None
    low: float | None = None
    high: float | None = None


def history(
    points: Sequence[Point], target: float | None, unit: str, team: str | None, formats: Formats
) -> Figure:
    """Actual as a line in the team's hue, the wanted curve dashed, the forecast as a fan up to the target."""
    ends = {name: _last(points, name) for name in ("actual", "likely")}
    rows = pd.DataFrame(
        [
            _history_row(p, unit, formats)
            | {"goal": target, "hue": tone_of_team(team)}
            | {f"{name}_text": _end(p, name, unit, formats) if i == end else "" for name, end in ends.items()}
            | {"ahead": _is_early(points, ends["actual"]), "under": _is_under(points[ends["actual"]])}
            | _legend(i, points, target, unit, formats)
            for i, p in enumerate(points)
        ]
    )
    return Figure(
        _history(), rows, _history_said(points, target, unit, formats), _history_table(points, unit)
    )


def _history_row(p: Point, unit: str, formats: Formats) -> dict[str, object]:
    lines = {name: getattr(p, name) for name in ("actual", "expected", "likely", "low", "high")}
    return {"day": p.day.toordinal(), "said": _on_day(p, unit, formats), **lines}


def _last(points: Sequence[Point], name: str) -> int:
    """Where a line ends; -1 where there is none."""
    return max((i for i, p in enumerate(points) if getattr(p, name) is not None), default=-1)


def _is_early(points: Sequence[Point], last: int) -> bool:
    """Whether what is written at the end of the actuals has room ahead, where no line is in its way."""
    first, end = points[0].day.toordinal(), points[-1].day.toordinal()
    return points[last].day.toordinal() - first < _ROOM_AHEAD * (end - first)


def _is_under(last: Point) -> bool:
    """Whether the wanted curve runs above the end of the actuals, where their words would stand."""
    return None not in (last.actual, last.expected) and last.actual < last.expected  # type: ignore[operator]


def _end(point: Point, name: str, unit: str, formats: Formats) -> str:
    return f"{name} {written(getattr(point, name), unit, formats)}"


def _legend(
    i: int, points: Sequence[Point], target: float | None, unit: str, formats: Formats
) -> dict[str, str]:
    """What is written once: the target, the wanted curve a third of the way along, the first and last day."""
    goal = "" if target is None else f"target {written(target, unit, formats)}"
    wanted = "wanted by then" if i == len(points) // 3 and points[i].expected is not None else ""
    first, last = formats.date(points[0].day), formats.date(points[-1].day)
    once = {"goal_text": goal, "first_day": first, "last_day": last}
    return {name: text if i == 0 else "" for name, text in once.items()} | {"expected_text": wanted}


def _on_day(p: Point, unit: str, formats: Formats) -> str:
    parts = (("actual", p.actual), ("wanted", p.expected), ("likely", p.likely))
    told = ", ".join(f"{word} {written(v, unit, formats)}" for word, v in parts if v is not None)
    return f"{formats.date(p.day)}: {told}"


@shape
def _history() -> Spec:
    day = alt.X("day:Q", axis=None, scale=alt.Scale(zero=False, nice=False))

    def y(column: str) -> alt.Y:
        return alt.Y(f"{column}:Q", axis=None, scale=alt.Scale(zero=True, nice=False, padding=22))

    def named(column: str, of: Tone, align: str, dy: int, x: alt.X | Spec = day) -> alt.Chart:
        style: Style = {"align": align, "dy": dy, "fontSize": SMALL, "fontWeight": 600}
        chart: alt.Chart = (
            blank()
            .mark_text(**style)
            .encode(x=x, y=y(column), text=alt.Text(f"{column}_text:N"), color=tone(of))
        )
        return chart

    def foot(column: str, x: Spec, align: str) -> alt.Chart:
        style: Style = {"align": align, "baseline": "top", "dy": 5, "fontSize": SMALL}
        chart: alt.Chart = (
            blank()
            .mark_text(**style)
            .encode(x=x, y=BOTTOM, text=alt.Text(f"{column}:N"), color=tone("muted"))
        )
        return chart

    said = alt.Tooltip("said:N", title=" ")
    return layers(
        blank().mark_area(opacity=0.25).encode(x=day, y=y("low"), y2=alt.Y2("high:Q"), color=tone("neutral")),
        blank()
        .mark_line(strokeDash=[2, 3], strokeWidth=2)
        .encode(x=day, y=y("likely"), color=tone("neutral")),
        blank().mark_line(strokeWidth=1.5).encode(x=day, y=y("goal"), color=tone("ink")),
        blank()
        .mark_line(strokeDash=[6, 4], strokeWidth=1.5)
        .encode(x=day, y=y("expected"), color=tone("muted")),
        blank().mark_line(strokeWidth=3).encode(x=day, y=y("actual"), color=tones("hue")),
        blank().mark_point(filled=True, size=160, opacity=0).encode(x=day, y=y("actual"), tooltip=said),
        named("goal", "ink", "left", -9, LEFT),
        *(
            named("actual", "ink", align, dy).transform_filter(f"{ahead}datum.ahead && {under}datum.under")
            for align, ahead in (("right", "!"), ("left", ""))
            for dy, under in ((-12, "!"), (15, ""))
        ),
        named("likely", "muted", "right", 16),
        named("expected", "muted", "left", 14),
        foot("first_day", LEFT, "left"),
        foot("last_day", RIGHT, "right"),
        height=230,
    )


def _history_said(points: Sequence[Point], target: float | None, unit: str, formats: Formats) -> str:
    reached = [p for p in points if p.actual is not None]
    parts = (
        [f"History from {formats.date(points[0].day)} to {formats.date(points[-1].day)}."] if points else []
    )
    parts += [f"Last: {_on_day(reached[-1], unit, formats)}."] if reached else ["Nothing entered yet."]
    if target is not None:
        parts.append(f"Target {written(target, unit, formats)}.")
    return sentence(parts)


def _history_table(points: Sequence[Point], unit: str) -> Table:
    names = {"Actual": "actual", "Wanted": "expected", "Likely": "likely", "Low": "low", "High": "high"}
    columns: dict[str, list[object]] = {"Date": [p.day.isoformat() for p in points]}
    columns |= {title: [getattr(p, name) for p in points] for title, name in names.items()}
    return Table(pd.DataFrame(columns), dict.fromkeys(names, unit))
