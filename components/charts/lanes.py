"""Chart: what stands on the calendar, team by team in lanes, for where nothing can be clicked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

import altair as alt
import pandas as pd

from components.charts.figure import (
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
from components.theme import tone_of_team
from scorecard.calendar_entries import LOOKS, Entry
from scorecard.calendar_lanes import Bar, Group, Room
from scorecard.calendar_view import Timeline
from scorecard.formats import Formats

Cells = dict[str, Any]

_HEAD: Final = 1  # rows above the lanes: where weeks begin
_FOOT: Final = 1  # below: today
_TALL: Final = 18  # px a row
_INSET: Final = 0.08  # of a row, between the bars of two lanes
_LETTER: Final = 6.4  # px, about


def lanes(found: Timeline, formats: Formats, room: Room) -> Figure:
    """The groups of a timeline whose bars were laid out for that room, one under the other.

    What runs is filled, what is to come outlined, what is over grey.
    """
    rows = list(_rows(found, formats, room))
    high = _HEAD + sum(tall(group) for group in found.groups)
    rows += [_cells("tick", at=t.start, left=t.label, row=0.0, end=float(high)) for t in found.ticks]
    rows += [_cells("band", at=b.start, to=b.start + b.length, row=1.0, end=float(high)) for b in found.bands
             if b.shade != "short"]  # fmt: skip
    if found.today is not None:
        said = f"today, {formats.day_month(found.period.start + timedelta(found.today))}"
        rows.append(_cells("today", at=found.today + 0.5, left=said, row=0.9, end=float(high)))
    frame = pd.DataFrame(rows, columns=list(_cells("")))
    return Figure(
        _lanes(found.period.days, high + _FOOT), frame, _says(found, formats), _table(found, formats)
    )


def tall(group: Group) -> int:
    """How many rows a group takes: its name, what runs throughout, its lanes."""
    return 1 + len(group.throughout) + max((bar.lane + 1 for bar in group.bars), default=0)


def _rows(found: Timeline, formats: Formats, room: Room) -> Iterator[Cells]:
    row, days = _HEAD, found.period.days
    for group in found.groups:
        more = f"  and {formats.integer(group.more)} more" if group.more else ""
        yield _cells("name", at=0, left=f"{group.name}{more}", row=row + 0.5)
        for n, entry in enumerate(group.throughout, row + 1):
            yield _bar(entry, n, 0, days, _fit(entry.title, room.wide))
        for bar in group.bars:
            yield _placed(bar, row + 1 + len(group.throughout), room.wide / days)
        row += tall(group)


def _placed(bar: Bar, row: int, day: float) -> Cells:
    """A bar with its title; `day` is how wide one is, in px."""
    beside = 0 if bar.inside else bar.length
    text = _fit(bar.entry.title, (bar.room - beside) * day)
    made = _bar(bar.entry, row + bar.lane, bar.start, bar.start + bar.length, text)
    if bar.before:
        return made | {
            "left": "",
            "icon": "",
            "right": text,
            "far": LOOKS[bar.entry.stage],
            "text_at": bar.start,
        }
    return made if bar.inside else made | {"text_at": bar.start + bar.length}


def _bar(entry: Entry, row: int, start: int, end: int, text: str) -> Cells:
    hue = tone_of_team(entry.team)
    top, bottom = row + _INSET, row + 1 - _INSET
    icon = LOOKS[entry.stage] if text else ""
    return _cells(entry.stage, at=start, to=end, row=top, end=bottom, left=text, hue=hue) | {"icon": icon}


def _cells(what: str, *, at: float = 0, to: float = 0, row: float = 0, end: float = 0, left: str = "",
           hue: str = "ink") -> Cells:  # fmt: skip
    return {"what": what, "at": at, "to": to, "row": row, "end": end, "left": left, "right": "",
            "icon": "", "far": "", "text_at": at, "middle": (row + end) / 2, "hue": hue}  # fmt: skip


def _fit(title: str, px: float) -> str:
    """As much of a title as has room beside its icon."""
    most = int(px / _LETTER) - 3
    return title if len(title) <= most else f"{title[: most - 1].rstrip()}…" if most > _SHORTEST else ""


_SHORTEST: Final = 4  # characters that say something


@shape
def _lanes(days: int, rows: int) -> Spec:
    across = alt.Scale(domain=[0, days], nice=False)
    down = alt.Scale(domain=[0, rows], reverse=True, nice=False)

    def x(column: str) -> alt.X:
        return alt.X(f"{column}:Q", axis=None, scale=across)

    def y(column: str) -> alt.Y:
        return alt.Y(f"{column}:Q", axis=None, scale=down)

    def of(*what: str) -> alt.Chart:
        return blank().transform_filter(alt.FieldOneOfPredicate("what", list(what)))

    def spans(*what: str, color: alt.Color, **mark: Any) -> alt.Chart:
        chart: alt.Chart = of(*what).mark_rect(**mark).encode(
            x=x("at"), x2=alt.X2("to:Q"), y=y("row"), y2=alt.Y2("end:Q"), color=color
        )  # fmt: skip
        return chart

    def text(*what: str, column: str, at: str, down: str, color: alt.Color, **mark: Any) -> alt.Chart:
        style: Style = {"fontSize": SMALL, "baseline": "middle", "align": "left"} | mark
        said = alt.Text(f"{column}:N")
        chart: alt.Chart = (
            of(*what)
            .transform_filter(f"datum.{column}")
            .mark_text(**style)
            .encode(x=x(at), y=y(down), text=said, color=color)
        )
        return chart

    stages = ("live", "planned", "idea", "done")
    lined: Style = {"filled": False, "strokeWidth": 1.4}
    return layers(
        spans("band", color=tone("track"), opacity=0.6),
        of("tick").mark_rule(strokeWidth=1).encode(
            x=x("at"), y=y("row"), y2=alt.Y2("end:Q"), color=tone("track")
        ),
        text("tick", column="left", at="at", down="row", color=tone("muted"), dx=3, dy=10),
        of("today").mark_rule(strokeWidth=1.5).encode(
            x=x("at"), y=y("row"), y2=alt.Y2("end:Q"), color=tone("muted")
        ),
        spans("done", color=tone("track")),
        spans("live", color=tones("hue"), opacity=0.22),
        spans("live", "planned", color=tones("hue"), **lined),
        spans("idea", color=tones("hue"), strokeDash=[3, 3], **lined),
        text("today", column="left", at="at", down="end", color=tone("ink"), dx=-14, dy=9, fontWeight=600),
        text("name", column="left", at="at", down="row", color=tone("ink"), fontWeight=600),
        text(*stages, column="icon", at="text_at", down="middle", color=tone("ink"), dx=4),
        text(*stages, column="left", at="text_at", down="middle", color=tone("ink"), dx=19),
        text(*stages, column="far", at="text_at", down="middle", color=tone("ink"), dx=-4, align="right"),
        text(*stages, column="right", at="text_at", down="middle", color=tone("ink"), dx=-19, align="right"),
        height=rows * _TALL,
    )  # fmt: skip


def _entries(found: Timeline) -> list[tuple[str, Entry]]:
    return [(group.name, entry) for group in found.groups for entry in group.entries]


def _says(found: Timeline, formats: Formats) -> str:
    parts = [f"{e.title}, {e.stage}, {_days(e, formats)} ({name})." for name, e in _entries(found)]
    return sentence(parts) if parts else "Nothing stands on these days."


def _days(entry: Entry, formats: Formats) -> str:
    if entry.last is None:
        return f"from {formats.date(entry.first)} on"
    return formats.interval(entry.first, entry.last, year=True)


def _table(found: Timeline, formats: Formats) -> Table:
    shown: Sequence[tuple[str, Entry]] = _entries(found)
    columns = {
        "Whose": [name for name, _ in shown],
        "What": [e.title for _, e in shown],
        "State": [e.stage for _, e in shown],
        "Days": [_days(e, formats) for _, e in shown],
    }
    return Table(pd.DataFrame(columns), {})
