"""What a viewer chooses on every page: the period, its comparison, which leads count, seen from when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st
from sqlalchemy import select

from components import live
from components.choice import COMPARES, FILTERS, Chosen, Compare, choose, chosen
from scorecard import periods, small
from scorecard.clock import AsOf
from scorecard.dataset import Dataset
from scorecard.periods import Period
from scorecard.scopes import Filter
from scorecard.settings import Settings

_COMPARE_WORDS: Final[dict[Compare, str]] = {
    "previous": "vs period before",
    "year_before": "vs a year before",
    "none": "no comparison",
}
_FILTER_WORDS: Final = {"source": "Source", "campaign_id": "Campaign", "owner": "Owner (sales)"}
_LISTED: Final = 500  # values a filter offers


@dataclass(frozen=True)
class Choices:
    """What was chosen, checked; `notes` say what in a link couldn't be followed."""

    period: Period
    compare: Period | None
    as_of: AsOf
    where: Filter
    notes: tuple[str, ...] = ()


def controls(
    now: live.Live, settings: Settings, *, filters: bool, period: bool = True, compare: bool = True
) -> Choices:
    """The pickers, set to what the address says; a change goes into the address."""
    written = chosen()
    notes: list[str] = []
    as_of = _as_of(now, written, notes)
    asked = _period(written, as_of, settings, notes)
    beside = _compare(written, notes)
    offered = {name: live.cached(values, now.dataset, name) for name in FILTERS} if filters else {}
    where = _where(written, {name: found for name, found in offered.items() if found})
    if period:
        _pick_period(asked, as_of, settings)
    if compare:
        _pick_compare(beside)
    if offered:
        _pick_filters(now.dataset, offered, where, written)
    before = {"previous": asked.previous, "year_before": asked.year_before}.get(beside)
    return Choices(asked, None if before is None else before(), as_of, where, tuple(notes))


def values(dataset: Dataset, column: str) -> tuple[str, ...]:
    """The values a column of leads has, in order; none where the source lacks the column."""
    if not dataset.has(f"leads.{column}"):
        return ()
    cell = dataset.relations["leads"][column]
    asked = select(cell).where(cell.is_not(None)).distinct().order_by(cell).limit(_LISTED)
    with dataset.engine.connect() as connection:
        return tuple(str(value) for value in connection.execute(asked).scalars())


def _as_of(now: live.Live, written: Chosen, notes: list[str]) -> AsOf:
    try:
        return live.as_of(now, next(iter(written.get("as_of", ())), None))
    except ValueError as error:
        notes.append(f"The link's as_of can't be read, so this is how things stand now. {error}")
        return live.as_of(now, None)


def _period(written: Chosen, as_of: AsOf, settings: Settings, notes: list[str]) -> Period:
    running = periods.containing(as_of.day)
    asked = next(iter(written.get("period", ())), None)
    if asked is None:
        return running
    try:
        return periods.parse(asked, settings.fiscal_year_start)
    except ValueError as error:
        notes.append(f"The link's period can't be read, so this is the running quarter. {error}")
        return running


def _compare(written: Chosen, notes: list[str]) -> Compare:
    asked = next(iter(written.get("compare", ())), COMPARES[0])
    if asked in COMPARES:
        return asked
    notes.append(
        f"The link compares with {asked!r}, which isn't one of {', '.join(COMPARES)}; it is left out."
    )
    return COMPARES[0]


def _where(written: Chosen, offered: Mapping[str, Sequence[str]]) -> Filter:
    """The address's filters on columns that the data have; a value nobody has is kept: it counts nothing."""
    return Filter.of((name, value) for name in offered for value in written.get(name, ()))


def _pick_period(period: Period, as_of: AsOf, settings: Settings) -> None:
    offered = {p.text: p for p in periods.choices(as_of.day, settings.fiscal_year_start)} | {
        period.text: period
    }
    st.session_state["pick_period"] = period.text
    st.selectbox(
        "Period",
        list(offered),
        format_func=lambda text: _named(offered[text], as_of, settings),
        key="pick_period",
        on_change=lambda: choose(
            "period", *_unless(st.session_state["pick_period"], periods.containing(as_of.day).text)
        ),
        label_visibility="collapsed",
        width=190,
    )


def _named(period: Period, as_of: AsOf, settings: Settings) -> str:
    return f"{period.label(settings.locale)}{' (running)' if period.contains(as_of.day) else ''}"


def _pick_compare(compare: Compare) -> None:
    st.session_state["pick_compare"] = compare
    st.selectbox(
        "Compare with",
        COMPARES,
        format_func=_COMPARE_WORDS.__getitem__,
        key="pick_compare",
        on_change=lambda: choose("compare", *_unless(st.session_state["pick_compare"], COMPARES[0])),
        label_visibility="collapsed",
        width=180,
    )


def _pick_filters(
    dataset: Dataset, offered: Mapping[str, Sequence[str]], where: Filter, written: Chosen
) -> None:
    count = sum(len(found) for _, found in where.parts)
    looking_back = "as_of" in written
    label = f"Filter ({count + looking_back})" if count or looking_back else "Filter"
    with st.popover(label, icon=":material/filter_alt:", key="pick_filters"):
        for name, found in offered.items():
            if found:
                _pick_values(dataset, name, found, where)
        if looking_back:
            st.button("Back to now", on_click=choose, args=("as_of",), icon=":material/history:")


def _pick_values(dataset: Dataset, name: str, found: Sequence[str], where: Filter) -> None:
    taken = [value for value in dict(where.parts).get(name, ()) if value is not None]
    names = _names(dataset, name)
    st.session_state[f"pick_{name}"] = taken
    st.multiselect(
        _FILTER_WORDS[name],
        list(dict.fromkeys((*found, *taken))),
        format_func=lambda value: names.get(value, value),
        key=f"pick_{name}",
        on_change=lambda: choose(name, *st.session_state[f"pick_{name}"]),
        placeholder="all",
    )


def _names(dataset: Dataset, column: str) -> Mapping[str, str]:
    table, key = {"campaign_id": ("campaigns", "campaign_id"), "owner": ("people", "person_id")}.get(
        column, ("", "")
    )
    rows = small.rows(dataset, table) if table else ()
    return {str(row[key]): str(row["name"] or row[key]) for row in rows}


def _unless(value: str, default: str) -> tuple[str, ...]:
    """The value for the address; the default stays out, so that a link without it keeps up with time."""
    return () if value == default else (value,)
