"""What was entered in the app, told from the table `changes`: who, when, what, before and after."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from scorecard import small
from scorecard.clock import AsOf
from scorecard.dataset import Dataset
from scorecard.formats import NOTHING, Formats

SHOWN: Final = 500  # the latest ones
_SEEN: Final = "Tandem, in the source"
_CUT: Final = 160  # characters of a text


@dataclass(frozen=True)
class Entry:
    """One line of `changes`, ready to read; `changed` says column by column what became of it."""

    when: str
    who: str
    what: str
    where: str
    changed: str


@dataclass(frozen=True)
class Entered:
    """The latest entries first, and how many there are in all."""

    entries: tuple[Entry, ...] = ()
    count: int = 0


def entered(dataset: Dataset, as_of: AsOf) -> Entered:
    """What was entered up to as_of."""
    rows = [row for row in small.rows(dataset, "changes") if row["at"] < as_of.until]
    rows.sort(key=lambda row: (row["at"], row["change_id"], -row["line_no"]), reverse=True)
    names = {
        str(row["email"]).casefold(): row["name"] for row in small.rows(dataset, "people") if row["email"]
    }
    formats = Formats.of(small.settings(dataset))
    return Entered(tuple(_entry(row, names, formats) for row in rows[:SHOWN]), len(rows))


def _entry(row: Mapping[str, Any], names: Mapping[str, str], formats: Formats) -> Entry:
    by = row["by"]
    who = _SEEN if by is None else names.get(by.casefold()) or by
    where = " ".join(part for part in (row["table"], row["key"]) if part)
    return Entry(formats.moment(row["at"]), who, row["action"] or NOTHING, where, _changed(row))


def _changed(row: Mapping[str, Any]) -> str:
    """'target: 100 → 120; why: …'; of a new row what it holds."""
    before, after = _columns(row["before"]), _columns(row["after"])
    if after is None:
        return _cut(row["after"])  # somebody else wrote here: shown as it stands
    names = [name for name in after if name != "fingerprint"]
    return "; ".join(
        f"{name}: {_cut(after[name])}"
        if before is None
        else f"{name}: {_cut(before.get(name))} → {_cut(after[name])}"
        for name in names
    )


def _columns(text: str | None) -> dict[str, Any] | None:
    try:
        found = json.loads(text or "")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _cut(value: object) -> str:
    text = NOTHING if value in (None, "") else str(value)
    return text if len(text) <= _CUT else f"{text[: _CUT - 1]}…"
