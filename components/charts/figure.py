"""A chart ready to draw: a Vega-Lite spec that is built once per shape, and the rows it shows this time.

Building a chart costs fifteen milliseconds, swapping its rows nothing, and a spec that doesn't change lets
the browser move the bars instead of drawing all anew. So whatever changes with the data (numbers, names,
sentences) is a cell of the rows; the spec holds shapes only. Texts in charts are inert whatever they say.

Nothing here needs Streamlit: `tables.draw` puts a figure into a page, `documents` into a file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, ParamSpec

import altair as alt
import pandas as pd
from altair.utils.schemapi import debug_mode

from components.text import clean
from components.theme import TONES, Tone

P = ParamSpec("P")
Spec = dict[str, Any]
Style = dict[str, Any]  # properties of a mark


def _edge(channel: Any, value: int | str | alt.ExprRef) -> Any:
    """The same place in every chart; a channel, since altair is slow to find out which one a dict means."""
    return channel(value)


LABEL: Final = 13  # px; nothing in a chart is smaller than SMALL
SMALL: Final = 12
ROWS: Final = "rows"
LEFT: Final[Any] = _edge(alt.XValue, 0)  # edges of the chart, whatever the scales
TOP: Final[Any] = _edge(alt.YValue, 0)
RIGHT: Final[Any] = _edge(alt.XValue, "width")
BOTTOM: Final[Any] = _edge(alt.YValue, "height")
MIDDLE: Final[Any] = _edge(alt.YValue, alt.ExprRef("height / 2"))
_CONSTANT: Final = "all_"
TONE_SCALE: Final = alt.Scale(domain=list(TONES))


@dataclass(frozen=True)
class Table:
    """The figures behind a chart, one column a title; `units` says how a column's numbers are written."""

    frame: pd.DataFrame
    units: dict[str, str]


@dataclass(frozen=True)
class Figure:
    """A chart: its spec without data, the rows it draws, what it shows in words, its figures as a table."""

    spec: Spec
    rows: pd.DataFrame
    says: str
    table: Table

    def whole(self) -> Spec:
        """The spec with its rows and its words inside, for whoever draws it without Streamlit."""
        values = json.loads(self.rows.to_json(orient="records", date_format="iso"))
        return {**self.spec, "data": {"values": values}, "description": self.says}

    def altair(self) -> alt.Chart:
        """The same chart, checked against Vega-Lite's schema, for tests."""
        return alt.Chart.from_dict(self.whole())


def shape(build: Callable[P, Spec]) -> Callable[P, Spec]:
    """Makes the builder of a chart build it once for each set of arguments, as all charts look here."""

    @lru_cache(maxsize=64)
    def compiled(*args: P.args, **kwargs: P.kwargs) -> Spec:
        with debug_mode(arg=False):  # tests hold every spec against the schema; here it is half of the time
            spec = build(*args, **kwargs)
        # Read aloud, a chart is what it `says`: its marks one by one are noise, and some have no name.
        config = spec.get("config", {})
        view = config.get("view", {}) | {"strokeWidth": 0}
        more = {"view": view, "axis": {"labelLimit": 0}, "mark": {"aria": False}, "aria": False}
        spec["config"] = config | more
        for part in (spec, *spec.get("layer", ())):
            part.pop("data", None)  # the rows stand at the top, for all layers
        spec["padding"] = {"left": 2, "right": 2, "top": 2}  # what is below, Streamlit sets
        return spec | {"transform": [*_constants(spec), *spec.get("transform", ())]}

    return compiled  # type: ignore[return-value]  # lru_cache forgets the parameters


def _constants(spec: Spec) -> list[Spec]:
    """A column for each tone that all marks of a layer have: a constant can't have a scale of its own."""
    text = json.dumps(spec)
    return [{"calculate": f"'{t}'", "as": _CONSTANT + t} for t in TONES if f'"{_CONSTANT}{t}"' in text]


def layers(*charts: alt.Chart, height: float | alt.Step) -> Spec:
    """The charts above each other. `alt.layer` copies each again and again: two thirds of its time."""
    spec: Spec = blank().properties(height=height).to_dict(validate=False)
    parts = [chart.to_dict(validate=False, context={"top_level": False}) for chart in charts]
    return spec | {"layer": parts}


def blank() -> alt.Chart:
    """A chart whose rows come later."""
    return alt.Chart(alt.NamedData(ROWS))


def tone(name: Tone) -> alt.Color:
    """One tone for all marks, from the viewer's theme; `shape` adds the column of that name."""
    return alt.Color(f"{_CONSTANT}{name}:N", scale=TONE_SCALE, legend=None)


def tones(column: str) -> alt.Color:
    """A tone for each mark, out of a column of the rows."""
    return alt.Color(f"{column}:N", scale=TONE_SCALE, legend=None)


def line_of(band: float) -> alt.Y:
    """The height within its row at which a mark stands: 0 is the row's top, 1 its bottom."""
    return alt.Y("row:O", axis=None, bandPosition=band, scale=alt.Scale(padding=0))


def label(column: str, band: float, *, right: bool = False, share: float = 0.6, **mark: Any) -> alt.Chart:
    """A text at the left or right edge of its row, cut with an ellipsis at a share of the width.

    The whole of it is in the tooltip.
    """
    style: Style = {"fontSize": LABEL, "baseline": "middle", "align": "right" if right else "left"} | mark
    text = blank().mark_text(limit=alt.ExprRef(f"width * {share}"), **style)
    chart: alt.Chart = text.encode(
        x=RIGHT if right else LEFT,
        y=line_of(band),
        text=alt.Text(f"{column}:N"),
        tooltip=alt.Tooltip(f"{column}:N", title=" "),
    )
    return chart


def sentence(parts: Sequence[str], most: int = 12) -> str:
    """The first of the parts in one text, and how many more the table has."""
    rest = len(parts) - most
    more = [f"{rest} more in the table."] if rest > 0 else []
    return clean(" ".join([*parts[:most], *more]))
