"""How readings speak: sentences of pieces, names instead of identifiers, figures short enough to read aloud.

A sentence is a tuple of pieces, so that a page can show what matters in bold and lead each number to its
evidence, while a mail or a notice reads the same sentence as plain text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from scorecard import periods, signoffs, small
from scorecard.clock import AsOf
from scorecard.dataset import Dataset
from scorecard.formats import Formats
from scorecard.metrics import METRICS
from scorecard.scopes import Filter
from scorecard.settings import Settings

_LONGEST_NAME: Final = 64
_PARTING: Final = re.compile(r"[,;\r\n]")
_COLUMNS: Final = {
    "campaign_id": "campaign",
    "landing_page": "page",
    "owner": "owner in sales",
    "marketing_owner": "owner in marketing",
    "closed_by": "closed by",
}
_KINDS: Final[tuple[periods.Kind, ...]] = ("month", "quarter", "year", "week")
_FISCAL: Final[tuple[periods.Kind, ...]] = ("fiscal_quarter", "fiscal_year")


@dataclass(frozen=True, slots=True)
class Said:
    """A piece of a sentence; with `page`, its evidence stands there, `ask` narrowing what is shown."""

    text: str
    strong: bool = False
    page: str | None = None
    ask: tuple[tuple[str, str], ...] = ()


Sentence = tuple[Said, ...]


def sentence(*parts: str | Said) -> Sentence:
    """Pieces, one after the other; bare text is neither strong nor a link."""
    return tuple(Said(part) if isinstance(part, str) else part for part in parts)


def linked(text: str, page: str, ask: Mapping[str, str] | None = None) -> Said:
    """A figure or name that matters, leading to its evidence: a page, a part of one (page#part), narrowed."""
    return Said(text, strong=True, page=page, ask=tuple((ask or {}).items()))


def shown(text: str, page: str, ask: Mapping[str, str] | None = None) -> Said:
    """The same where others in the sentence matter more."""
    return Said(text, page=page, ask=tuple((ask or {}).items()))


def joined(told: Iterable[Sentence | str | Said]) -> Sentence:
    """Pieces and sentences as 'a', 'a and b', 'a, b and c'."""
    every = [
        (one,) if isinstance(one, Said) else sentence(one) if isinstance(one, str) else one for one in told
    ]
    said: list[Said] = []
    for place, one in enumerate(every):
        between = "" if not place else " and " if place == len(every) - 1 else ", "
        said += [Said(between)] * bool(between) + list(one)
    return tuple(said)


def ends(
    low: float | None, high: float | None, written: Callable[[float], str], *, less: str = "less"
) -> str:
    """The interval of a difference whose way the sentence tells: '3.7 to 12 points'.

    One that spans zero tells both ways: '6.7 points less to 0.6 points more'.
    """
    low, high = low or 0.0, high or 0.0
    if low < 0 < high:
        return f"{written(-low)} {less} to {written(high)} more"
    near, far = sorted((abs(low), abs(high)))
    unit = written(near).partition(" ")[2]
    bare = written(near).removesuffix(f" {unit}") if unit and written(far).endswith(unit) else written(near)
    return f"{bare} to {written(far)}"


def upper(text: str) -> str:
    """The text as a sentence or a label begins; `inner` is its opposite."""
    return text[:1].upper() + text[1:]


def spaced(sentences: Iterable[Sentence]) -> Sentence:
    """Sentences one after the other, as one."""
    said: list[Said] = []
    for one in sentences:
        said += [Said(" "), *one] if said else one
    return tuple(said)


def plain(said: Iterable[Said]) -> str:
    """The sentence as text."""
    return "".join(piece.text for piece in said)


def listing(names: Iterable[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    *first, last = list(names) or [""]
    return f"{', '.join(first)} and {last}" if first else last


def parted(text: str | None) -> list[str]:
    """What a cell lists, parted by commas, semicolons or line breaks; blanks and repeats left out."""
    pieces = (piece.strip() for piece in _PARTING.split(text or ""))
    return list(dict.fromkeys(piece for piece in pieces if piece))


def brief(name: str, longest: int = _LONGEST_NAME) -> str:
    """A name short enough to stand in a sentence; with `longest`, a text short enough to stand in a list."""
    return name if len(name) <= longest else f"{name[: longest - 1].rstrip()}…"


def counted(n: int, one: str, many: str | None = None, *, formats: Formats | None = None) -> str:
    """'1 goal', '3 goals', with formats '1,203 leads'."""
    number = str(n) if formats is None else formats.integer(n)
    return f"{number} {one if n == 1 else many or f'{one}s'}"


def short(value: float | None, unit: str, formats: Formats) -> str:
    """A value by its unit, money in three figures."""
    return formats.money(value, compact=True) if unit == "currency" else formats.value(value, unit)


def a_day(amount: float | None, unit: str, formats: Formats) -> str:
    """What is needed or came a day, one way everywhere: '€47.4K', '11.4'."""
    if unit == "currency":
        return formats.money(amount, compact=True)
    return formats.number(None if amount is None else round(amount, 1 if abs(amount) >= 1 else 2))


def needed(note: str) -> str:
    """What a note of the report names as missing ('a|b+c?d'): a or b, and c or else d."""
    return " and ".join(re.sub(r"[|?]", " or ", part) for part in note.split("+"))


def inner(label: str) -> str:
    """A label inside a sentence: Revenue becomes revenue, MQLs stay MQLs."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def person(dataset: Dataset, person_id: str | None) -> str:
    """The name of somebody in people; whoever isn't there goes by the id."""
    rows = small.rows(dataset, "people")
    return next((str(r["name"]) for r in rows if r["person_id"] == person_id and r["name"]), person_id or "")


def team(department: str | None) -> str:
    """What a department is called; whatever is neither's own is both teams'."""
    return department.capitalize() if department in {"marketing", "sales"} else "Both teams"


def liaisons(dataset: Dataset, department: str) -> list[str]:
    """Who speaks for a department."""
    rows = small.rows(dataset, "people")
    return [
        str(r["name"] or r["person_id"]) for r in rows if r["is_liaison"] and r["department"] == department
    ]


def campaign(dataset: Dataset, campaign_id: str, as_of: AsOf) -> str:
    """A campaign's name, marked where it went live without both sign-offs."""
    rows = small.rows(dataset, "campaigns")
    named = (str(row["name"]) for row in rows if row["campaign_id"] == campaign_id and row["name"])
    return signoffs.marked(dataset, campaign_id, next(named, campaign_id), as_of)


def campaigns(dataset: Dataset, as_of: AsOf) -> dict[str, str]:
    """Every campaign's name by its id, brief and marked as everywhere: what can be chosen in a form."""
    rows = ((str(row["campaign_id"]), row["name"]) for row in small.rows(dataset, "campaigns"))
    return {one: brief(signoffs.marked(dataset, one, str(name or one), as_of)) for one, name in rows}


def group(dataset: Dataset, column: str, value: str | None, as_of: AsOf) -> str:
    """A value of a column as a reader knows it: a campaign's or a person's name instead of the id."""
    if value is None:
        return f"no {_COLUMNS.get(column, column)}"
    if column in {"owner", "marketing_owner", "closed_by"}:
        return person(dataset, value)
    if column == "campaign_id":
        return campaign(dataset, value, as_of)
    return value.replace("_", " ") if column == "channel" else value


def metric(name: str | None) -> str:
    """What a metric is called; a name that nobody knows stays as it is."""
    return "" if name is None else METRICS[name].label if name in METRICS else name


def filtered(dataset: Dataset, text: str | None, as_of: AsOf) -> str:
    """A goal's filter in words: 'channel is online marketing and campaign is Trail kit'."""
    try:
        parts = Filter.parse(text).parts
    except ValueError:
        return text or ""
    return listing(_condition(dataset, column, values, as_of) for column, values in parts) if parts else ""


def _condition(dataset: Dataset, column: str, values: tuple[str | None, ...], as_of: AsOf) -> str:
    name = column.rpartition(".")[2]
    meant = " or ".join("blank" if v is None else group(dataset, name, v, as_of) for v in values)
    return f"{_COLUMNS.get(name, name.replace('_', ' '))} is {meant}"


def days(start: date, last: date, settings: Settings) -> str:
    """Days from start to last as a reader calls them: November 2026, Q4 2026, 20 Nov 2026 – 6 Dec 2026."""
    kinds = _KINDS if settings.fiscal_year_start == 1 else (*_KINDS, *_FISCAL)
    for kind in kinds:
        found = periods.containing(start, kind, settings.fiscal_year_start)
        if (found.start, found.last_day) == (start, last):
            return found.label(settings.locale)
    return periods.of_dates(start, last).label(settings.locale)
