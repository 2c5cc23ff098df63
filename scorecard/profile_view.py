"""What the Ideal lead page says: what each team wants, and which of it the data bear out.

Values are compared at equal age, over the months of hand-offs that are old enough (`profile_counts.cohort`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from scorecard import conversions, profile_counts, report, small, unlock, words
from scorecard.clock import AsOf
from scorecard.dataset import Dataset
from scorecard.formats import Formats
from scorecard.measures import Question
from scorecard.near import folded
from scorecard.periods import Period
from scorecard.problems import Problem
from scorecard.profile_counts import Tally, Values
from scorecard.profile_evidence import Evidence, Verdict, against, evidence
from scorecard.profile_wishes import Wished, columns, label, wishes
from scorecard.profile_words import Words
from scorecard.scopes import Filter
from scorecard.status import Tone
from scorecard.words import Sentence

SPANS: Final = {"12": "12 months", "24": "24 months", "36": "36 months"}
_NEEDS: Final = ("leads.handed_off_at", "leads.won_at")
_OPEN: Final = frozenset((Verdict.UNSURE, Verdict.TOO_FEW))


class Finding(StrEnum):
    """What the data say of what was wished."""

    CONTRADICTED = "contradicted"
    SIDES = "sides with one team"
    MIXED = "mixed"
    SMALLER = "smaller wins"
    LARGER = "larger wins"
    HOLDS = "holds"
    UNSURE = "can't tell yet"
    TOO_FEW = "too few"
    NO_LEADS = "no leads"
    NO_COLUMN = "no such column"
    NOT_YET = "not known yet"


# Of a finding, or of a verdict on a value that nobody named: icon, tone, and the rule behind it.
LOOKS: Final[Mapping[str, tuple[str, Tone, str]]] = {
    "contradicted": ("✕", "bad", "They surely convert the other way than each team that named them says."),
    "sides with one team": ("⚖", "warn", "The teams dispute it, and the data surely side with one of them."),
    "mixed": ("±", "warn", "Surely more wins of smaller amounts, or fewer wins of larger ones."),
    "smaller wins": ("↓", "warn", "No sure difference in how many win, but a win is surely worth less."),
    "larger wins": ("↑", "warn", "No sure difference in how many win, but a win is surely worth more."),
    "holds": ("✓", "good", "The data surely bear out every team that named it."),
    "better": ("✓", "good", "Surely wins more often than the rest."),
    "worse": ("✕", "bad", "Surely wins less often than the rest."),
    "can't tell yet": ("?", "muted", "The difference may be chance, given how many values were looked at."),
    "too few": ("…", "muted", "Fewer hand-offs than min_n, here or in the rest."),
    "no leads": ("∅", "muted", "No hand-off that is old enough has this value."),
    "no such column": ("🔒", "muted", "Leads have no column of that name."),
    "not known yet": ("…", "muted", "There is nothing to compare with yet."),
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A value that a team named, what the data say of it, and that in words."""

    wished: Wished
    evidence: Evidence | None
    finding: Finding
    sides: tuple[str, ...]  # the teams whose wish the data bear out
    says: tuple[str, ...]


@dataclass(frozen=True)
class Surprise:
    """A value that nobody named and that differs surely from the rest."""

    called: str
    evidence: Evidence
    says: tuple[str, ...]


@dataclass(frozen=True)
class Basis:
    """What the comparison rests on: which hand-offs, how old, how many of them, how many won."""

    period: Period
    days: int
    handed: Tally


@dataclass(frozen=True)
class Profile:
    """The whole page. `every` is all that was compared; `nothing` a title and what to do without anything."""

    verdict: tuple[Sentence, ...]
    because: tuple[Sentence, ...]
    lines: tuple[Line, ...]
    surprises: tuple[Surprise, ...]
    every: tuple[Evidence, ...]
    nurture: Evidence | None
    nurture_says: str
    basis: str
    looked_at: tuple[str, ...]
    problems: tuple[Problem, ...]
    lacking: tuple[str, ...]
    nothing: tuple[str, str] | None = None


def profile_of(dataset: Dataset, months: int, as_of: AsOf, where: Filter) -> Profile:
    """Both teams' pictures beside the data of the last so many months that are old enough."""
    settings = small.settings(dataset)
    wished = wishes(dataset)
    question, basis = _basis(dataset, months, as_of, where)
    found = () if basis is None else _looked_up(question, basis, wished.named)
    every = evidence(found, settings.min_n)
    told = Words(Formats.of(settings), settings.min_n)
    lines = tuple(sorted((_line(w, found, every, told) for w in wished.named), key=_rank))
    surprises = _surprises(wished.named, every, told)
    nurture = None if basis is None else _nurture(question, basis)
    return Profile(
        verdict=told.verdict(lines, surprises, basis),
        because=told.because(lines, surprises),
        lines=lines,
        surprises=surprises,
        every=every,
        nurture=nurture,
        nurture_says=told.nurture(nurture),
        basis=told.basis(basis),
        looked_at=told.looked_at(found, basis),
        problems=wished.problems,
        lacking=_lacking(dataset, basis),
        nothing=_nothing(dataset, wished.named, basis),
    )


# --- what it rests on -------------------------------------------------------------------------------------


def _basis(dataset: Dataset, months: int, as_of: AsOf, where: Filter) -> tuple[Question, Basis | None]:
    zone = small.settings(dataset).zone
    question = report.ask(dataset, profile_counts.cohort(as_of, zone, 0, months), as_of, where)
    if not dataset.has("leads", *_NEEDS):
        return question, None
    days = conversions.mature_days(question, "handoff_to_win_rate")
    if days is None:
        return question, None
    period = profile_counts.cohort(as_of, zone, days, months)
    question = report.ask(dataset, period, as_of, where)
    return question, Basis(period, days, profile_counts.everything(question, days))


def _looked_up(question: Question, basis: Basis, named: Iterable[Wished]) -> tuple[Values, ...]:
    """Every column that is looked at or named, with its values."""
    wanted: dict[str, set[str]] = {column: set() for column in columns(question.dataset)}
    for one in named:
        if one.column is not None:
            wanted.setdefault(one.column, set()).add(one.value)
    return tuple(profile_counts.values(question, c, basis.days, values) for c, values in wanted.items())


def _nurture(question: Question, basis: Basis) -> Evidence | None:
    if not question.dataset.has("leads.nurtured_at"):
        return None
    took, others = profile_counts.nurtured(question, basis.days)
    return against("nurtured", "yes", took, others, question.settings.min_n)


# --- what was wished, beside the data ---------------------------------------------------------------------


def _line(wished: Wished, found: Iterable[Values], every: Iterable[Evidence], told: Words) -> Line:
    shown = next((e for e in every if (e.column, e.value) == (wished.column, wished.value)), None)
    column = next((v for v in found if v.column == wished.column), None)
    sides = _sides(wished, shown)
    finding = _finding(wished, shown, sides, known=column is not None)
    near = None if column is None or shown is not None else _alike(wished.value, column)
    return Line(wished, shown, finding, sides, told.line(finding, wished, shown, near))


def _sides(wished: Wished, shown: Evidence | None) -> tuple[str, ...]:
    """The teams whose wish the data bear out; none where they say nothing sure."""
    if shown is None or shown.verdict not in (Verdict.BETTER, Verdict.WORSE):
        return ()
    return tuple(t for t, wish in wished.wishes.items() if wish.want == (shown.verdict is Verdict.BETTER))


def _finding(wished: Wished, shown: Evidence | None, sides: tuple[str, ...], *, known: bool) -> Finding:
    if wished.column is None:
        return Finding.NO_COLUMN
    if shown is None:
        return Finding.NO_LEADS if known else Finding.NOT_YET
    if shown.verdict not in (Verdict.BETTER, Verdict.WORSE):
        return Finding(shown.verdict.value)
    if not sides:
        return Finding.CONTRADICTED
    return Finding.HOLDS if len(sides) == len(wished.wishes) else Finding.SIDES


def _alike(value: str, column: Values) -> str | None:
    """A value of the column that differs in case, accents or blanks only."""
    return next((known for known in column.tallies if folded(known) == folded(value)), None)


def _rank(line: Line) -> tuple[int, int, str, str]:
    """What asks for a talk first, then what matters most."""
    return [*Finding].index(line.finding), -line.wished.weight, line.wished.called, line.wished.value


def _surprises(named: Iterable[Wished], every: Iterable[Evidence], told: Words) -> tuple[Surprise, ...]:
    """Those that convert differently first, the largest difference ahead; then larger and smaller wins."""
    known = {(one.column, one.value) for one in named}
    sure = [e for e in every if e.verdict not in _OPEN and (e.column, e.value) not in known]
    sure.sort(key=lambda e: (not e.wins.sign, -abs(e.wins.difference.value or 0)))
    return tuple(Surprise(label(e.column), e, told.compared(e)) for e in sure)


# --- what is missing --------------------------------------------------------------------------------------


def _lacking(dataset: Dataset, basis: Basis | None) -> tuple[str, ...]:
    told = []
    missing = dataset.lacks("leads", *_NEEDS)
    if missing:
        told.append(f"Locked: what converts. Add {_list(missing)}.")
    elif basis is None:
        told.append(
            "Not known yet: how long wins take. Under 30 of the hand-offs of a year or two ago were won; "
            "set mature_days (in days) to compare without waiting for them."
        )
    if "profiles" not in dataset.relations:
        told.append(f"Locked: what the teams want. Add {unlock.in_words('profiles')}.")
    elif not small.rows(dataset, "profiles"):
        told.append("Nobody has said what it wants yet: fill the table profiles, a row a value and team.")
    for column, what in (("leads.amount", "the worth of a win"), ("leads.nurtured_at", "the extra step")):
        if not missing and not dataset.has(column):
            told.append(f"Locked: {what}. Add {unlock.in_words(column)}.")
    return tuple(told)


def _list(missing: Iterable[str]) -> str:
    return words.listing(unlock.in_words(need) for need in missing)


def _nothing(dataset: Dataset, named: tuple[Wished, ...], basis: Basis | None) -> tuple[str, str] | None:
    """A title and what to do where there are neither wishes nor hand-offs to compare."""
    if named or (basis is not None and basis.handed.n):
        return None
    if basis is None:
        lacking = (text.removeprefix("Locked: ") for text in _lacking(dataset, basis)[:2])
        todo = " ".join(map(words.upper, lacking))
        then = "what each team wants stands here beside what becomes a customer"
        return "Nothing is known of the ideal lead yet", f"{todo} Then {then}."
    wait = f"Hand-offs count here {words.counted(basis.days, 'day')} after they were made."
    return "No hand-off is old enough to compare", f"{wait} Choose more months, or take filters off."


def facts(lines: Iterable[Line]) -> Mapping[Finding, int]:
    """How many wishes each finding is about."""
    lines = list(lines)
    return {finding: sum(line.finding is finding for line in lines) for finding in Finding}
