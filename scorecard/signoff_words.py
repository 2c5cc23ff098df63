"""Sign-offs as they are told: whose key is turned or open, by whom, when, and what changed since."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from scorecard import words
from scorecard.dataset import Dataset
from scorecard.formats import Formats
from scorecard.signoffs import Change, Key, Phase
from scorecard.status import Mark

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_AMOUNT: Final = re.compile(r"(-?\d+(?:\.\d+)?)(?: ([A-Z]{3}|%))?", re.ASCII)
_FIGURES: Final = ("Start", "End", "Budget", "target", "time")
_BLANK: Final = "nothing"
_BEFORE: Final = 12  # characters shown before a difference
RULE: Final = (
    "A key holds for the dates, budget, offer, audience and both goals as they were when it was turned. "
    "A change of those, seen as they are now, opens it again; changing it back turns it again."
)


@dataclass(frozen=True, slots=True)
class Signature:
    """One team's key on the page: its mark, who turned it and when, and what else is to be known."""

    team: str
    mark: Mark
    about: str
    says: tuple[str, ...]


def signatures(
    dataset: Dataset, keys: Sequence[Key] | None, phase: Phase, formats: Formats
) -> tuple[Signature, ...]:
    """Each team's key in words; none without a table signoffs."""
    return tuple(_signature(dataset, key, phase, formats) for key in keys or ())


def _signature(dataset: Dataset, key: Key, phase: Phase, formats: Formats) -> Signature:
    who = "" if key.at is None else words.person(dataset, key.person_id)
    about = "" if key.at is None else f"{words.brief(who)} · {formats.moment(key.at)}"
    return Signature(key.team, _mark(key, phase), about, tuple(_says(dataset, key, formats)))


def _mark(key: Key, phase: Phase) -> Mark:
    if key.turned:
        return Mark("signed", "good", "✓")
    if key.state == "reopened":
        return Mark("open again", "warn", "▲")
    return Mark("not signed yet", "muted", "○") if phase == "planned" else Mark("not signed", "bad", "✕")


def _says(dataset: Dataset, key: Key, formats: Formats) -> Iterator[str]:
    if key.state == "reopened":
        yield from _changed(key.changes, formats)
    if key.state == "unrecorded":
        yield "The terms weren't recorded, so a later change can't be seen."
    if key.state == "unreadable":
        yield "It doesn't count: what stands as its fingerprint isn't one. Signing again sets it right."
    if key.late and key.turned:
        yield "Signed after it went live."
    if not key.known and key.at is not None:
        yield "The table people doesn't say which team this is, so that can't be checked."
    for refused in key.refused:
        name = words.brief(words.person(dataset, refused.person_id))
        when = formats.moment(refused.at)
        yield f"{name} ({refused.department}) signed on {when}. Only {key.team} can turn this key."


def _changed(changes: Sequence[Change], formats: Formats) -> Iterator[str]:
    if not changes:
        yield "Something of it changed since; what was approved can't be read back."
    for change in changes:
        was, now = _apart(change, formats)
        yield f"{change.field}: {was} was approved, it is {now} now."


def _apart(change: Change, formats: Formats) -> tuple[str, str]:
    """Both values as a reader knows them; where those look alike, from where they begin to differ."""
    told = [_written(change.field, text, formats) for text in (change.approved, change.now)]
    was, now = map(words.brief, told)
    if was != now:
        return _quoted(change.field, was), _quoted(change.field, now)
    raw = (change.approved, change.now)
    same = next((n for n, (a, b) in enumerate(zip(*raw, strict=False)) if a != b), min(map(len, raw)))
    start = max(same - _BEFORE, 0)
    was, now = (f"“{'…' if start else ''}{words.brief(text[start:])}”" for text in raw)
    return was, now


def _quoted(field: str, text: str) -> str:
    """Texts of others stand in quotation marks, figures and days as they are."""
    return text if field.endswith(_FIGURES) or text == _BLANK else f"“{text}”"


def _written(field: str, text: str, formats: Formats) -> str:
    """A field's value in the organisation's own way of writing days and amounts; texts stay as they are."""
    if not text:
        return _BLANK
    if not field.endswith(_FIGURES):
        return text
    amount = _AMOUNT.fullmatch(text)
    if amount is None:
        return _DAY.sub(lambda found: _day(found[0], formats), text)
    value, unit = float(amount[1]), amount[2]
    if unit == formats.currency:
        return formats.money(value)
    return formats.percent(value / 100) if unit == "%" else f"{formats.number(value)} {unit or ''}".strip()


def fields(keys: Sequence[Key]) -> tuple[str, ...]:
    """The fields that changed since a team signed, each once."""
    return tuple(dict.fromkeys(words.inner(change.field) for key in keys for change in key.changes))


def _day(text: str, formats: Formats) -> str:
    try:
        return formats.date(date.fromisoformat(text))
    except ValueError:
        return text
