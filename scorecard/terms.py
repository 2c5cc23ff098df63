"""What two teams approve when they sign a campaign: its terms, as text to read and as a fingerprint.

The terms are the dates, the budget with its currency, the offer, the audience and both goals: what each is
measured by, its target, its time. They are written the same whatever the source, its locale and its types, so
that a campaign has one fingerprint in a database, a spreadsheet and a CSV file. The fingerprint shows that
something changed; it doesn't keep anybody who may write to the source from signing anew.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from scorecard import small
from scorecard.contract import TEAMS
from scorecard.dataset import Dataset

VERSION: Final = "t1"  # part of every fingerprint: terms written otherwise get another
NO_SUCH_GOAL: Final = "no such goal"
_OF_CAMPAIGN: Final = ("Start", "End", "Budget", "Offer", "Audience")
_OF_GOAL: Final = ("goal", "measure", "target", "time")
FIELDS: Final = (*_OF_CAMPAIGN, *(f"{team.capitalize()} {part}" for team in TEAMS for part in _OF_GOAL))
_FINGERPRINT: Final = re.compile(rf"{VERSION}-[0-9a-f]{{24}}", re.ASCII)
_DIGITS: Final = 12  # significant; a sheet's numbers have 15

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms by field; a field that is blank is missing."""

    fields: Mapping[str, str]

    @property
    def text(self) -> str:
        """One line a field: 'Budget: 12000 EUR'."""
        return "\n".join(f"{name}: {self.fields[name]}" for name in FIELDS if name in self.fields)

    @property
    def fingerprint(self) -> str:
        """'t1-' and 24 hexadecimal digits of the text's SHA-256: never a number in a spreadsheet."""
        return f"{VERSION}-{hashlib.sha256(self.text.encode()).hexdigest()[:24]}"

    @classmethod
    def read(cls, text: str | None) -> Terms | None:
        """Terms from their text; None where it isn't such a text."""
        lines = [line.strip() for line in (text or "").splitlines() if line.strip()]
        parts = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
        found = dict(parts)
        known = all(name in FIELDS and value for name, value in parts)
        return cls(found) if parts and known and len(found) == len(parts) else None


def is_fingerprint(text: str) -> bool:
    """Whether this can be a fingerprint of ours."""
    return _FINGERPRINT.fullmatch(text) is not None


def of_dataset(dataset: Dataset) -> dict[str, Terms]:
    """The terms of every campaign as they are now."""
    goals = {str(row["goal_id"]): row for row in small.rows(dataset, "goals")}
    currency = small.settings(dataset).currency
    rows = small.rows(dataset, "campaigns")
    return {str(row["campaign_id"]): terms_of_row(row, goals, currency) for row in rows}


def terms_of(dataset: Dataset, campaign_id: str) -> Terms | None:
    """The terms of one campaign as they are now; None where there is no such campaign."""
    return of_dataset(dataset).get(campaign_id)


def terms_of_row(campaign: Row, goals: Mapping[str, Row], currency: str) -> Terms:
    """The terms of a row of campaigns; `goals` are typed rows by goal_id."""
    written = {
        "Start": _day(campaign["start"]),
        "End": _day(campaign["end"]),
        "Budget": "" if campaign["budget"] is None else f"{_number(campaign['budget'])} {currency}",
        "Offer": _line(campaign["offer"]),
        "Audience": _line(campaign["audience"]),
    }
    for team in TEAMS:
        goal_id = campaign[f"{team}_goal_id"]
        if goal_id is not None:
            parts = _goal(str(goal_id), goals.get(str(goal_id)), currency)
            written |= {f"{team.capitalize()} {part}": text for part, text in parts}
    return Terms({name: text for name, text in written.items() if text})


def _goal(goal_id: str, goal: Row | None, currency: str) -> Iterator[tuple[str, str]]:
    """Which goal, what it measures, how much of it, and when."""
    yield "goal", _line(goal_id)
    if goal is None:
        yield "measure", NO_SUCH_GOAL
        return
    where = f" where {_line(goal['filter'])}" if goal["filter"] else ""
    what = _line(goal["metric"]) or "what is entered by hand"
    yield "measure", f"{goal['kind']} of {what}{where}, {_line(goal['direction']).replace('_', ' ')}"
    yield "target", _amount(goal["target"], _line(goal["unit"]), currency)
    yield "time", f"{_day(goal['start'])} to {_day(goal['due'])}"


def _amount(value: float, unit: str, currency: str) -> str:
    if unit == "percent":
        return f"{_number(value * 100)} %"
    return f"{_number(value)} {currency}" if unit == "currency" else _number(value)


def _number(value: float) -> str:
    """12000, 0.25, -3: no zeros behind, no exponent, the same for a float and a decimal."""
    return format(Decimal(f"{float(value):.{_DIGITS}g}").normalize() + 0, "f")


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _line(text: object) -> str:
    """One line, composed characters, single blanks: what a form, a sheet and a database make of one text."""
    return " ".join(unicodedata.normalize("NFC", "" if text is None else str(text)).split())
