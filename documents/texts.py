"""Cells and sentences as text: figures by the organisation's locale, blanks as an en dash, nothing unseen.

What draws charts ends the whole process at a control character, so `inert` takes such out of everything.
"""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from datetime import date
from functools import cache
from operator import is_
from typing import Any, Final, TypeVar, cast

import pandas as pd

from components.text import clean
from documents.pack import NUMERIC, Amount, Badge, Cell, Kind
from scorecard.formats import NOTHING, Formats

T = TypeVar("T")

_BLANKS: Final = re.compile(r"[\t\n\r\x0b\x0c\x85\u2028\u2029]+")
_UNSEEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
_MILLION: Final = 1_000_000
_LONGEST: Final = 400  # characters of one cell; nothing that long is a name


def of_cell(cell: Cell, kind: Kind, formats: Formats) -> str:
    """How a cell is written in a table."""
    if cell is None:
        return NOTHING if kind in NUMERIC else ""
    if isinstance(cell, Amount):
        return _amount(cell, formats)
    if isinstance(cell, date):
        return formats.date(cell)
    if isinstance(cell, (Badge, str)):
        return brief(str(cell))
    return formats.points(cell) if kind == "points" else formats.value(cell, _UNITS.get(kind, "number"))


def _amount(cell: Amount, formats: Formats) -> str:
    """In a table money stands in whole, but for millions."""
    if cell.unit != "currency" or cell.value is None:
        return formats.value(cell.value, cell.unit)
    return formats.money(cell.value, compact=abs(cell.value) >= _MILLION)


def inert(thing: T) -> T:
    """The same with every text in it, however deep, rid of control characters and overrides of direction."""
    return cast("T", _inert(thing))


def _inert(thing: Any) -> Any:
    """What has nothing to lose stays the same object, which most things do: copies are what takes time."""
    if type(thing) is str:  # an enumeration's members are ours
        return thing if thing.isprintable() else _UNSEEN.sub("", _BLANKS.sub(" ", thing))
    if isinstance(thing, (tuple, list)):
        made = [_inert(one) for one in thing]
        return thing if all(map(is_, made, thing)) else type(thing)(made)
    if isinstance(thing, dict):
        return {_inert(key): _inert(value) for key, value in thing.items()}
    if isinstance(thing, pd.DataFrame):
        return thing.map(_inert)
    if is_dataclass(thing) and not isinstance(thing, (type, Formats)):
        parts = ((name, getattr(thing, name)) for name in _names(type(thing)))
        changed = {name: new for name, old in parts if (new := _inert(old)) is not old}
        return replace(thing, **changed) if changed else thing
    return thing


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def brief(text: object) -> str:
    """One line of visible text, cut where no reader would follow it any more."""
    line = clean(text)
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST].rstrip()} …"


_UNITS: Final = {kind: kind for kind in ("number", "percent", "currency", "hours", "days")}
