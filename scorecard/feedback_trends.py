"""How sales rates the leads it gets and why it sends them back: month by month, source by source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from scorecard import small, unlock, words
from scorecard.clock import AsOf, date_of
from scorecard.dataset import Dataset
from scorecard.feedback_counts import Kept, by_day
from scorecard.formats import Formats
from scorecard.measures import ALL, Question
from scorecard.metrics import METRICS, Figures
from scorecard.periods import Period, containing
from scorecard.scopes import Filter, part
from scorecard.statistics import wilson

MONTHS: Final = 12
REASONS: Final = 6  # reasons that have a course of their own
GROUPS: Final = {"source": "Source", "campaign_id": "Campaign"}
EVERYTHING: Final = "all"
_MOST: Final = 40  # sources, and campaigns, that are offered and listed
_RATED: Final = ("leads.handed_off_at", "leads.quality_rating")
_REJECTED: Final = ("leads.rejected_at", "leads.reject_reason")


@dataclass(frozen=True, slots=True)
class Point:
    """A month: its value over `n` cases (`k` of them where it is a share), None without any."""

    month: str
    value: float | None
    k: float
    n: int
    low: float | None = None
    high: float | None = None
    running: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """A year by months, and the year as a whole."""

    name: str
    points: tuple[Point, ...]
    whole: Point


@dataclass(frozen=True)
class Trends:
    """Ratings and the most frequent reasons; `others` more reasons are `other_share` of the rejections."""

    rating: Course | None
    reasons: tuple[Course, ...]
    rejections: int
    others: int
    other_share: float | None
    lacks: tuple[str, ...]


def months(as_of: AsOf) -> list[Period]:
    """The twelve months up to as_of's, the oldest first."""
    spans = [containing(as_of.day, "month")]
    while len(spans) < MONTHS:
        spans.insert(0, spans[0].previous())
    return spans


def scopes(dataset: Dataset, as_of: AsOf) -> dict[str, str]:
    """What the trends can be about: all leads, each source, each campaign; scope text to label."""
    found = {EVERYTHING: "All leads"}
    for column, word in GROUPS.items():
        for value in _values(dataset, column, as_of):
            name = words.brief(words.group(dataset, column, value, as_of))
            found[part(column, value)] = f"{word}: {name}"
    return found


def _values(dataset: Dataset, column: str, as_of: AsOf) -> list[str]:
    """The values of a column with the most hand-offs, else the most leads, of the twelve months."""
    if not dataset.has(f"leads.{column}"):
        return []
    measure = "handoffs" if dataset.has("leads.handed_off_at") else "leads"
    counted = _year(dataset, as_of).asking(by=column).sums(measure)
    ordered = sorted(counted.items(), key=lambda item: (-item[1].n, str(item[0])))
    return [str(value) for value, _ in ordered if value not in (ALL, None)][:_MOST]


def _year(dataset: Dataset, as_of: AsOf, where: Filter | None = None) -> Question:
    spans, zone = months(as_of), small.settings(dataset).zone
    return Question(
        dataset, as_of, zone.midnight(spans[0].start), zone.midnight(spans[-1].end), where=where or Filter()
    )


def trends(dataset: Dataset, of: str, as_of: AsOf) -> Trends:
    """The courses of one scope, as `scopes` names it; of an unknown one, of all leads."""
    where = Filter() if of == EVERYTHING else Filter.parse(of)
    question, spans = _year(dataset, as_of, where), months(as_of)
    lacks = dataset.lacks(*_RATED, *_REJECTED)
    rating = None if dataset.lacks(*_RATED) else _ratings(question, spans)
    if dataset.lacks(*_REJECTED):
        return Trends(rating, (), 0, 0, None, tuple(lacks))
    top, every = _top(question)
    courses = _courses(question, spans, top)
    named = sum(c.whole.k for c in courses)
    rejections = sum(every.values())
    share = (rejections - named) / rejections if rejections else None
    return Trends(rating, courses, rejections, len(every) - len(top), share, tuple(lacks))


def _ratings(question: Question, spans: Sequence[Period]) -> Course:
    """Mean quality_rating of the passes handed off in each month."""
    zone = question.settings.zone
    metric = METRICS["lead_rating"]
    found = metric.figures(question.asking(marks=tuple(zone.midnight(s.start) for s in spans)))
    points = [_mean(found.get(i), s, question) for i, s in enumerate(spans)]
    k, n = sum(p.k for p in points), sum(p.n for p in points)
    return Course(metric.label, tuple(points), Point("", k / n if n else None, k, n))


def _mean(figures: Figures | None, span: Period, question: Question) -> Point:
    k, n = (0.0, 0) if figures is None else (figures.numerator or 0.0, int(figures.denominator or 0))
    name, running = _named(span, question)
    return Point(name, k / n if n else None, k, n, running=running)


def _named(span: Period, question: Question) -> tuple[str, bool]:
    return span.label(Formats.of(question.settings).locale), span.contains(question.as_of.day)


def _top(question: Question) -> tuple[tuple[str, ...], Mapping[str | None, int]]:
    """The most frequent reasons of the year, and how often each was given; None: none given."""
    counted = question.asking(by="reject_reason").sums("rejections")
    every = {None if g is None else str(g): s.n for g, s in counted.items() if g != ALL}
    named = sorted((g for g in every if g is not None), key=lambda g: (-every[g], g))
    return tuple(named[:REASONS]), every


def _courses(question: Question, spans: Sequence[Period], top: Sequence[str]) -> tuple[Course, ...]:
    """Each reason's share of all rejections, month by month."""
    counts: dict[tuple[int, str | None], int] = {}
    place = {(s.start.year, s.start.month): i for i, s in enumerate(spans)}
    for (number, reason, _), n in by_day(question, "rejected", top).items():
        day = date_of(number)
        for key in {(place[day.year, day.month], why) for why in (reason, None)}:
            counts[key] = counts.get(key, 0) + n
    return tuple(_course(reason, counts, spans, question) for reason in top)


def _course(
    reason: str, counts: Mapping[tuple[int, str | None], int], spans: Sequence[Period], question: Question
) -> Course:
    cases = [(counts.get((i, reason), 0), counts.get((i, None), 0)) for i in range(len(spans))]
    points = []
    for (k, n), span in zip(cases, spans, strict=True):
        month, running = _named(span, question)
        points.append(share(k, n, month, running=running))
    whole = share(sum(k for k, _ in cases), sum(n for _, n in cases))
    return Course(reason, tuple(points), whole)


def share(k: int, n: int, month: str = "", *, running: bool = False) -> Point:
    """K of n with its interval."""
    low, high = wilson(k, n)
    return Point(month, k / n if n else None, k, n, low, high, running)


# --- side by side -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Group:
    """A source or campaign over the twelve months: its rating, its rejections, the most frequent reason."""

    scope: str
    name: str
    rating: float | None
    rated: int
    rejections: int
    reason: str
    share: Point | None


def groups(dataset: Dataset, as_of: AsOf) -> tuple[Group, ...]:
    """Every source and campaign that was rated or rejected, the sources first, most rejections first."""
    return tuple(g for column in GROUPS for g in _groups(dataset, column, as_of))


def _groups(dataset: Dataset, column: str, as_of: AsOf) -> list[Group]:
    values = _values(dataset, column, as_of)
    if not values:
        return []
    question = _year(dataset, as_of)
    rated = {} if dataset.lacks(*_RATED) else METRICS["lead_rating"].figures(question.asking(by=column))
    rejected = {} if dataset.lacks(*_REJECTED) else _rejected(question, column, values)
    found = [_group(question, column, v, rated.get(v), rejected.get(v, {})) for v in values]
    return sorted(
        (g for g in found if g.rated or g.rejections), key=lambda g: (-g.rejections, -g.rated, g.name)
    )


def _rejected(question: Question, column: str, values: Iterable[str]) -> dict[str, dict[str | None, int]]:
    top, _ = _top(question)
    found: dict[str, dict[str | None, int]] = {}
    for (_, reason, value), n in by_day(question, "rejected", top, Kept(column, tuple(values))).items():
        if value is not None:
            by = found.setdefault(value, {})
            by[reason] = by.get(reason, 0) + n
    return found


def _group(
    asked: Question, column: str, value: str, rated: Figures | None, reasons: Mapping[str | None, int]
) -> Group:
    rejections = sum(reasons.values())
    named = sorted((r for r in reasons if r is not None), key=lambda r: (-reasons[r], r))
    top = named[0] if named else ""
    return Group(
        scope=part(column, value),
        name=words.group(asked.dataset, column, value, asked.as_of),
        rating=None if rated is None else rated.value,
        rated=0 if rated is None else int(rated.denominator or 0),
        rejections=rejections,
        reason=top,
        share=share(reasons[top], rejections) if top else None,
    )


def lacking(lacks: Sequence[str]) -> tuple[str, ...]:
    """What is locked here, and what unlocks it."""
    told = []
    for needs, what in ((_RATED, "sales' rating of leads"), (_REJECTED, "reasons of rejection")):
        missing = [unlock.in_words(need) for need in needs if need in lacks]
        if missing:
            told.append(f"Locked: {what}. Add {words.listing(missing)}.")
    return tuple(told)
