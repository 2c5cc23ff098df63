"""Tables, and charts with their table and its CSV one click away."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Final, cast

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from components import access, exports, tiles
from components.charts import Figure, Table
from components.downloads import csv, file_name
from components.screen import View
from components.text import clean
from scorecard.formats import NOTHING, Formats

_TO_THE_MINUTE: Final = len("2026-09-30T12:00")
_ROW: Final = 35  # px a row takes in st.dataframe
_MOST_ROWS: Final = 12  # rows seen without scrolling
_CHARACTER: Final = 7.3  # px of a figure
_SHORT: Final = 24  # characters of texts whose column is as wide as they are
_PADDING: Final = 24  # px at both sides of a cell
_STYLED: Final = 2_000  # rows up to which figures are written in the organisation's locale


def table(shown: Table, view: View, *, name: str, key: str, figure: Figure | None = None) -> None:
    """A table with its CSV, of a chart its picture; figures stand right and in the organisation's locale."""
    if shown.frame.empty:
        st.caption("No rows.")
        return
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            "Download CSV",
            csv(shown.frame),
            file_name(view.slug, name, view.period.text, f"as of {view.as_of.text[:_TO_THE_MINUTE]}"),
            "text/csv",
            on_click="ignore",
            icon=":material/download:",
            type="tertiary",
            key=f"{key}_csv",
        )
        if figure is not None:
            exports.pictures(figure, view, name=name, key=key)
    st.dataframe(
        _localised(shown, view.formats),
        hide_index=True,
        column_config={title: _column(shown, title, view.formats) for title in shown.frame.columns},
        height=_ROW * (min(len(shown.frame), _MOST_ROWS) + 1) + 3,
        key=f"{key}_table",
        placeholder=NOTHING,
        alt=f"{name}: {len(shown.frame)} rows",
    )


def draw(figure: Figure, *, key: str | None = None) -> None:
    """Puts the chart into the page, with its words for those who can't see it."""
    st.vega_lite_chart(figure.rows, figure.spec, key=key, alt=figure.says, width="stretch")


def with_table(
    figure: Figure,
    view: View,
    *,
    title: str,
    key: str,
    help: str | None = None,  # noqa: A002 - Streamlit's word
    anchor: str | None = None,
) -> None:
    """A section: its title with the table at its right, and the chart under it.

    The table is sent when it is opened, by a rerun of this section alone. With an `anchor`, page#anchor
    leads there.
    """
    st.fragment(_section, key=f"{key}_section")(figure, view, title, key, help, anchor)


def beside_table(
    shown: Table,
    view: View,
    *,
    title: str,
    key: str,
    help: str | None = None,  # noqa: A002 - Streamlit's word
    anchor: str | None = None,
) -> None:
    """The head of a section whose body isn't a chart: its title with the table at its right.

    With an `anchor`, page#anchor leads there.
    """
    st.fragment(_head, key=f"{key}_section")(shown, view, title, key, help, anchor)


def _section(figure: Figure, view: View, title: str, key: str, about: str | None, anchor: str | None) -> None:
    _head(figure.table, view, title, key, about, anchor, figure=figure)
    draw(figure, key=f"{key}_chart")


def _head(
    shown: Table,
    view: View,
    title: str,
    key: str,
    about: str | None,
    anchor: str | None = None,
    figure: Figure | None = None,
) -> None:
    access.check()
    with st.container(horizontal=True, vertical_alignment="center", key=f"section_{key}"):
        tiles.heading(title, anchor=anchor, about=about, wide=True)
        opened = st.popover(
            "Table", type="tertiary", icon=":material/table_rows:", key=f"{key}_open", on_change="rerun"
        )
        with opened:
            if opened.open:
                table(shown, view, name=title, key=key, figure=figure)


def _localised(shown: Table, formats: Formats) -> object:
    """A Styler writes the figures and leaves the numbers under them, so that sorting stays right."""
    if len(shown.frame) > _STYLED:
        return shown.frame.map(_text)
    frame = shown.frame.astype(dict.fromkeys(shown.units, float)).map(_text)
    style = frame.style
    for title in _days(shown):
        style = style.format(partial(_day, formats), subset=[title])
    for title, unit in shown.units.items():
        style = style.format(partial(_figure, unit, formats), subset=[title], na_rep=NOTHING)
    return style


def _figure(unit: str, formats: Formats, value: object) -> str:
    return formats.value(cast("float", value), unit)


def _days(shown: Table) -> list[str]:
    """The columns that hold nothing but days, or blanks: ISO in a file, and so that sorting stays right."""
    texts = shown.frame.select_dtypes(exclude="number").columns.difference(list(shown.units))
    return [title for title in texts if _are_days(shown.frame[title])]


def _are_days(cells: pd.Series) -> bool:
    filled = [cell for cell in cells.dropna() if cell != ""]
    return bool(filled) and all(isinstance(cell, str) and _is_day(cell) for cell in filled)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _day(formats: Formats, cell: object) -> str:
    return formats.date(date.fromisoformat(cell)) if isinstance(cell, str) and cell else ""


def _width(shown: Table, title: str, formats: Formats) -> int:
    """What the longest figure takes: left to itself, a column measures the bare numbers."""
    figures = (_figure(shown.units[title], formats, cell) for cell in shown.frame[title][:_STYLED].dropna())
    return _px(max(map(len, (title, *figures))))


def _px(characters: int) -> int:
    return round(_CHARACTER * characters) + _PADDING


def _text(cell: object) -> object:
    return clean(cell) if isinstance(cell, str) else cell


def _column(shown: Table, title: str, formats: Formats) -> ColumnConfig:
    if title in shown.units:
        return st.column_config.NumberColumn(title, alignment="right", width=_width(shown, title, formats))
    if pd.api.types.is_numeric_dtype(shown.frame[title]):
        return st.column_config.NumberColumn(title, alignment="right")
    texts = map(str, shown.frame[title][:_STYLED])
    if title in _days(shown):
        texts = map(partial(_day, formats), shown.frame[title][:_STYLED])
    longest = max(map(len, (title, *texts)))
    return st.column_config.TextColumn(title, width=_px(longest) if longest <= _SHORT else None)
