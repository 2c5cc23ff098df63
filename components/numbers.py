"""Figures as they stand on screens: amounts beside their targets, changes, statuses in a word."""

from __future__ import annotations

from typing import Final

from components.readings import Named
from components.theme import Tone
from scorecard.formats import NOTHING, Formats
from scorecard.status import Status

_NEAR_TARGET: Final = (0.99, 1.01)
_MILLION: Final = 1_000_000
_QUOTA: Final = "quota_attainment"


def written(value: float | None, unit: str, formats: Formats) -> str:
    """A value by its unit, millions of money shortened: what a tile, a label or a line's end has room for."""
    if unit != "currency":
        return formats.value(value, unit)
    return formats.money(value, compact=value is not None and abs(value) >= _MILLION)


def attained(share: float | None, formats: Formats) -> str:
    """A share of a target in whole per cent; around the target with a decimal, so that 99.6 % isn't 100 %."""
    near = share is not None and share != 1 and _NEAR_TARGET[0] <= share <= _NEAR_TARGET[1]
    return formats.percent(share, 1 if near else 0)


def target_of(named: Named) -> float | None:
    """The target in the unit of the actual: a quota's stands as its denominator."""
    row = named.row
    return row.denominator if row.metric == _QUOTA else row.target


def actual_of_target(named: Named, formats: Formats) -> str:
    """'412K € of 500K €'; only the actual where there is no target, nothing where nothing is known."""
    actual, target = named.row.numerator, target_of(named)
    if actual is None:
        return "" if target is None else f"target {written(target, named.measured, formats)}"
    text = written(actual, named.measured, formats)
    return text if target is None else f"{text} of {written(target, named.measured, formats)}"


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
