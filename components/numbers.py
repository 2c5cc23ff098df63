"""Figures as they stand on screens: amounts beside their targets, changes, statuses in a word."""

from __future__ import annotations

from datetime import date
from typing import Final

from components.readings import Named
from components.theme import Tone
from scorecard.formats import NOTHING, Formats
from scorecard.rows import Row
from scorecard.status import Status
from scorecard.words import needed, short

_NEAR_TARGET: Final = (0.99, 1.01)
_QUOTA: Final = "quota_attainment"
_OF_MONEY: Final = ("romi", "win_rate_value")  # rates whose both parts are money
_NOTES: Final = {"immature": "too young to judge", "not_reached": "not reached yet"}


def written(value: float | None, unit: str, formats: Formats) -> str:
    """A value by its unit, money in three figures: what a tile, a label or a line's end has room for."""
    return short(value, unit, formats)


def attained(share: float | None, formats: Formats) -> str:
    """A share of a target in whole per cent; around the target with a decimal, so that 99.6 % isn't 100 %."""
    near = share is not None and share != 1 and _NEAR_TARGET[0] <= share <= _NEAR_TARGET[1]
    return formats.percent(share, 1 if near else 0)


def target_of(named: Named) -> float | None:
    """The target in the unit of the actual: a quota's stands as its denominator."""
    row = named.row
    return row.denominator if row.metric == _QUOTA else row.target


def actual_of_target(named: Named, formats: Formats) -> str:
    """'412K € of 500K €'; what isn't known is left out."""
    known = (named.row.numerator, target_of(named))
    actual, target = ("" if x is None else written(x, named.measured, formats) for x in known)
    if not actual:
        return f"target {target}" if target else ""
    return f"{actual} of {target}" if target else actual


def change(difference: float | None, formats: Formats) -> str:
    """A difference of counts with its sign: +12, −3, ±0."""
    if difference is None:
        return NOTHING
    text = formats.number(difference)
    return f"+{text}" if difference > 0 else "±0" if difference == 0 else text


def status_text(status: Status | None) -> str:
    """Icon and word."""
    return "" if status is None else f"{status.icon} {status.word}"


def status_tone(status: Status | None) -> Tone:
    """The tone of a status; without one, or when there is nothing to judge, muted."""
    return "muted" if status is None else status.tone


def figure(row: Row, formats: Formats) -> str:
    """The figure, or in words why there is none: not the same thing as zero."""
    if row.value is not None:
        return written(row.value, row.unit, formats)
    if row.note("not_reached") is not None and row.low is not None:
        return f"> {formats.value(row.low, row.unit)}"
    return "–" if row.status is None else row.status.word.lower()


def is_faint(row: Row) -> bool:
    """Whether a figure is to be read with care: there is none, or it is too young."""
    return row.value is None or row.note("immature") is not None


def basis(row: Row, formats: Formats) -> str:
    """'890 of 1,200 · 95 %: 71.6 – 76.6 % · target 75 %', and what else it takes to believe it."""
    parts = []
    if row.unit == "percent" and row.numerator is not None and row.denominator is not None:
        parts.append(_parts(row.metric, row.numerator, row.denominator, formats))
    elif row.n is not None and row.unit != "number":
        parts.append(f"n = {formats.integer(row.n)}")
    if row.value is not None and row.low is not None and row.high is not None:
        parts.append(
            f"{formats.sure}: {formats.value(row.low, row.unit)} – {formats.value(row.high, row.unit)}"
        )
    if row.target is not None:
        parts.append(f"target {formats.value(row.target, row.unit)}")
    parts += [word for name, word in _NOTES.items() if row.note(name) is not None]
    if (until := row.note("data_until")) is not None:
        parts.append(f"data until {formats.day_month(date.fromisoformat(until))}")
    return " · ".join(parts)


def _parts(metric: str, k: float, n: float, formats: Formats) -> str:
    """'890 of 1,200'; of money '€1.2K of €4K', and of a return '€1.2K gained on €4K'."""
    if metric not in _OF_MONEY:
        return f"{formats.number(k)} of {formats.number(n)}"
    part, whole = (formats.money(x, compact=True) for x in (abs(k) if metric == "romi" else k, n))
    return f"{part} {'gained' if k >= 0 else 'lost'} on {whole}" if metric == "romi" else f"{part} of {whole}"


def basis_of_target(named: Named, formats: Formats) -> str:
    """'718 of 1,170 · pace 57 %'."""
    expected = named.row.expected
    pace = "" if expected is None else f"pace {attained(expected, formats)}"
    return " · ".join(part for part in (actual_of_target(named, formats), pace) if part)


def needs(row: Row) -> str:
    """What unlocks a locked row, such as: It needs leads.first_touch_at and settings.sla_hours."""
    missing = (row.note("needs") or "").split("+")
    if missing == [""]:
        return "A table, column or setting that it needs is missing; the Data page lists them."
    if missing == ["times"]:
        return "It needs times of day: the columns hold dates only."
    return f"It needs {needed('+'.join(missing))}."
