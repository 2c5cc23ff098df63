"""What a viewer chooses on every page: the period, its comparison, which leads count, seen from when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st
from sqlalchemy import select

from components import live
from components.choice import COMPARES, FILTERS, Chosen, Compare, choose
from scorecard import periods, words
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
    """What was chosen, checked; `fixed`: the link says as_of; `notes`: what in it couldn't be followed."""

    period: Period
    compare: Period | None
    as_of: AsOf
    where: Filter
    fixed: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """Which pickers a page has, and what the address says for them."""

    written: Chosen
    filters: bool = True
    period: bool = True
    compare: bool = True


@dataclass(frozen=True)
class Offer:
    """What can be picked, value and label each, and what is."""

    choices: Choices
    beside: Compare
    periods: tuple[tuple[str, str], ...]
    running: str
    filters: Mapping[str, tuple[tuple[str, str], ...]]


def offer(now: live.Live, settings: Settings, asked: Asked) -> Offer:
    """What the pickers hold on this state of the data."""
    notes: list[str] = []
    as_of = _as_of(now, asked.written, notes)
    fixed = "as_of" in asked.written and not notes
    period = _period(asked.written, as_of, settings, notes)
    beside = _compare(asked.written, notes)
    found = {name: live.cached(values, now.dataset, name) for name in FILTERS} if asked.filters else {}
    found = {name: some for name, some in found.items() if some}
    where = _where(asked.written, found)
    before = {"previous": period.previous, "year_before": period.year_before}.get(beside)
    choices = Choices(period, None if before is None else before(), as_of, where, fixed, tuple(notes))
    filters = {name: _labelled(now.dataset, name, some, choices) for name, some in found.items()}
    running = periods.containing(as_of.day).text
    return Offer(choices, beside, _periods(period, as_of, settings), running, filters)


def draw(offered: Offer, asked: Asked) -> None:
    """The pickers, set to what the address says; a change goes into the address."""
    if asked.period:
        _pick_period(offered)
    if asked.compare:
        _pick_compare(offered.beside)
    if asked.filters:
        _pick_filters(offered, looking_back="as_of" in asked.written)


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


def _periods(period: Period, as_of: AsOf, settings: Settings) -> tuple[tuple[str, str], ...]:
    offered = [*periods.choices(as_of.day, settings.fiscal_year_start), period]
    return tuple({p.text: _named(p, as_of, settings) for p in offered}.items())


def _named(period: Period, as_of: AsOf, settings: Settings) -> str:
    return f"{period.label(settings.locale)}{' (running)' if period.contains(as_of.day) else ''}"


def _pick_period(offered: Offer) -> None:
    names = dict(offered.periods)
    st.session_state["pick_period"] = offered.choices.period.text
    st.selectbox(
        "Period",
        list(names),
        format_func=names.__getitem__,
        key="pick_period",
        on_change=lambda: choose("period", *_unless(st.session_state["pick_period"], offered.running)),
        label_visibility="collapsed",
        width=190,
    )


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


def _pick_filters(offered: Offer, *, looking_back: bool) -> None:
    count = sum(len(found) for _, found in offered.choices.where.parts) + looking_back
    label = f"Filter **({count})**" if count else "Filter"  # on a phone the icon and the count alone are seen
    with st.popover(label, icon=":material/filter_alt:", key="pick_filters"):
        for name, found in offered.filters.items():
            _pick_values(name, dict(found), offered.choices.where)
        if looking_back:
            st.button("Back to now", on_click=choose, args=("as_of",), icon=":material/history:")


def _pick_values(name: str, labels: Mapping[str, str], where: Filter) -> None:
    st.session_state[f"pick_{name}"] = _taken(name, where)
    st.multiselect(
        _FILTER_WORDS[name],
        list(labels),
        format_func=labels.__getitem__,
        key=f"pick_{name}",
        on_change=lambda: choose(name, *st.session_state[f"pick_{name}"]),
        placeholder="all",
    )


def _labelled(
    dataset: Dataset, name: str, found: Sequence[str], choices: Choices
) -> tuple[tuple[str, str], ...]:
    """The values of a filter with the names they go by; those taken stand there even if nobody has them."""
    offered = dict.fromkeys((*found, *_taken(name, choices.where)))
    return tuple((value, words.group(dataset, name, value, choices.as_of)) for value in offered)


def _taken(name: str, where: Filter) -> list[str]:
    return [value for value in dict(where.parts).get(name, ()) if value is not None]


def _unless(value: str, default: str) -> tuple[str, ...]:
    """The value for the address; the default stays out, so that a link without it keeps up with time."""
    return () if value == default else (value,)
