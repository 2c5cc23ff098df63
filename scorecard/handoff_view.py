"""What the Hand-off page says: whether leads are handed over well, and where not.

Every number is a row of the report; the sentences (`handoff_words`) say how sure it is and what moved it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from scorecard import comparisons, conversions, funnel, handoff, report, small, unlock, words
from scorecard.clock import AsOf
from scorecard.comparisons import Cases
from scorecard.dataset import Dataset
from scorecard.formats import Formats
from scorecard.handoff_words import Before, Cause, Rows, Words, median_metric
from scorecard.measures import ALL, Group, Question
from scorecard.metrics import METRICS
from scorecard.periods import Period
from scorecard.scopes import Filter
from scorecard.settings import Settings
from scorecard.standouts import standouts
from scorecard.statistics import survival
from scorecard.status import Status
from scorecard.words import Sentence

__all__ = [
    "COHORT_RATES", "Handoff", "Reason", "Speed", "Stage", "handoff_of", "median_metric", "p90_metric",
    "titles",
]  # fmt: skip

COHORT_RATES: Final = ("mql_to_sql_rate", "lead_to_win_rate", "handoff_to_win_rate")
_METRICS: Final = (
    "handoffs", "acceptance_rate", "accepted", "rejected", "undecided", "overdue", "rejected_untouched",
    "decision_coverage", "sla_compliance", "sla_met", "sla_breached", "sla_pending", "lead_rating",
    "recycle_rate", "nurture_win_rate", "direct_win_rate", "nurture_take_rate", *COHORT_RATES,
)  # fmt: skip
_COMPARED: Final = ("handoffs", "acceptance_rate", "sla_compliance", "lead_rating")
_NURTURE: Final = ("nurture_win_rate", "direct_win_rate", "nurture_take_rate", "recycle_rate")
_CAUSES: Final = ("source", "owner")  # the columns in which a cause is looked for
_STEPS: Final = 240  # steps of a curve that a screen can tell apart
_MARGIN: Final = 1.04  # so that the last step is seen
_REASONS: Final = 11  # reasons that stand by themselves; the rest is one line


@dataclass(frozen=True)
class Stage:
    """A stage of the cohort, how many passes reached it, and the rate of the step in words."""

    name: str
    count: float
    step: str


@dataclass(frozen=True)
class Reason:
    """A reason of rejection: how often now, how often before, and its share of all now."""

    name: str
    count: float
    before: float | None
    share: float | None


@dataclass(frozen=True)
class Speed:
    """The share of passes still untouched over hours of the agreed clock, and the hours that matter."""

    curve: tuple[tuple[float, float], ...]
    marks: tuple[tuple[str, float], ...]
    says: str


@dataclass(frozen=True)
class Handoff:
    """The cohort of a period: rows of the report by metric, and what they say.

    `beside` has a sentence for some metrics; `nothing` is a title and what to do without hand-offs.
    """

    rows: Rows
    before: Before | None
    verdict: tuple[Sentence, ...]
    because: tuple[Sentence, ...]
    beside: Mapping[str, str]
    stages: tuple[Stage, ...]
    lacking: tuple[str, ...]
    speed: Speed | None
    reasons: tuple[Reason, ...]
    rejections: str
    no_reasons: tuple[str, str]
    nurtured: tuple[str, ...]
    nurture: str
    cohorts: tuple[str, ...]
    maturity: str
    nothing: tuple[str, str] | None = None


def titles(settings: Settings) -> dict[str, str]:
    """The metrics that stand first, by the names that page and board pack give them."""
    return {
        "handoffs": "Hand-offs",
        "acceptance_rate": "Acceptance rate",
        "sla_compliance": "SLA met",
        median_metric(settings): "Speed to lead (median)",
        "lead_rating": "Lead rating",
    }


def p90_metric(settings: Settings) -> str:
    """The wait that nine in ten don't exceed, on the agreed clock."""
    return median_metric(settings).replace("median", "p90")


def handoff_of(
    dataset: Dataset, period: Period, compare: Period | None, as_of: AsOf, where: Filter
) -> Handoff:
    """The passes handed off in the period, seen at as_of, beside those of the period before."""
    settings = small.settings(dataset)
    median, p90 = median_metric(settings), p90_metric(settings)
    question = report.ask(dataset, period, as_of, where)
    before = _before(period, compare, as_of, settings)
    asked = None if before is None else report.ask(dataset, before.period, before.as_of, where)
    rows = _rows(question, period, (*_METRICS, median, p90))
    then = {} if before is None or asked is None else _rows(asked, before.period, (*_COMPARED, median))
    told = Words(period, rows, before, then, settings, Formats.of(settings))
    return Handoff(
        rows=rows,
        before=before,
        verdict=told.verdict(),
        because=told.because(tuple(_causes(question, asked, settings))),
        beside=told.beside(median, p90),
        stages=_stages(question, rows, told.formats),
        lacking=_lacking(rows, median),
        speed=_speed(question, rows, told),
        reasons=_reasons(question, asked, period, before),
        rejections=told.rejections(),
        no_reasons=_no_reasons(dataset),
        nurtured=_open(rows, _NURTURE),
        nurture=told.nurture(),
        cohorts=_open(rows, COHORT_RATES),
        maturity=_maturity(question, period, told),
        nothing=told.nothing(),
    )


def _before(period: Period, compare: Period | None, as_of: AsOf, settings: Settings) -> Before | None:
    """The period to compare with as far as this one has come; none before its first day."""
    start, end = period.bounds(settings.zone)
    if compare is None or as_of.instant <= start:
        return None
    seen = comparisons.same_point(period, compare, as_of, settings.zone)
    return Before(compare, seen, to_date=as_of.instant < end)


def _open(rows: Rows, metrics: Iterable[str]) -> tuple[str, ...]:
    """Those of the metrics that aren't locked."""
    return tuple(metric for metric in metrics if rows[metric].status is not Status.LOCKED)


def _rows(question: Question, period: Period, names: Iterable[str]) -> Rows:
    return {n: report.metric_rows(METRICS[n], question, period)[0] for n in names}


# --- where and why ----------------------------------------------------------------------------------------


def _causes(question: Question, before: Question | None, settings: Settings) -> Iterable[Cause]:
    """Acceptance and SLA by source and owner: what moved them, and which groups stand out."""
    for column in _CAUSES:
        if not question.dataset.has("leads.handed_off_at", f"leads.{column}"):
            continue
        now = question.asking(by=column)
        then = None if before is None else before.asking(by=column)
        for metric in ("acceptance_rate", "sla_compliance"):
            if not METRICS[metric].lacks(now):
                yield _cause(metric, column, now, then, settings)


def _cause(metric: str, column: str, now: Question, then: Question | None, settings: Settings) -> Cause:
    cases = _cases(now, metric)
    earlier = {} if then is None else _cases(then, metric)
    names = {
        g: words.group(now.dataset, column, None if g is None else str(g), now.as_of)
        for g in {**cases, **earlier}
    }
    moved = tuple(comparisons.effects(cases, earlier))
    examined = sum(n >= settings.min_n for _, n in cases.values()) > 1
    return Cause(metric, column, moved, standouts(cases, settings.min_n), names, examined)


def _cases(question: Question, metric: str) -> dict[Group, Cases]:
    """K of n of a rate, group by group."""
    found = METRICS[metric].figures(question)
    return {g: (f.numerator or 0, f.denominator or 0) for g, f in found.items() if g != ALL and f.denominator}


# --- the funnel -------------------------------------------------------------------------------------------


def _stages(question: Question, rows: Rows, formats: Formats) -> tuple[Stage, ...]:
    """Handed off, touched, decided, accepted, SQL, won; stages whose columns are missing are left out."""
    handed = rows["handoffs"].value
    if not handed:
        return ()
    found = funnel.reached(question)
    decided, won = rows["acceptance_rate"], rows["handoff_to_win_rate"]
    stages = [Stage("Handed off", handed, "")]
    if not METRICS["sla_met"].lacks(question) or question.dataset.has("leads.first_touch_at"):
        stages.append(_of_all("Touched", found.touched, handed, formats))
    if decided.status is not Status.LOCKED:
        stages.append(_of_all("Decided", decided.denominator or 0, handed, formats))
        step = f"{formats.percent(decided.value)} of the decided" if decided.value is not None else ""
        stages.append(Stage("Accepted", decided.numerator or 0, step))
    if question.dataset.has("leads.sql_at"):
        stages.append(_of_all("Became an SQL", found.sqls, handed, formats))
    if won.status is not Status.LOCKED:
        young = ", too young to judge" if won.note("immature") is not None else ""
        stage = _of_all("Won", won.numerator or 0, handed, formats)
        stages.append(Stage(stage.name, stage.count, stage.step + young))
    return tuple(stages)


def _of_all(called: str, count: float, handed: float, formats: Formats) -> Stage:
    return Stage(called, count, f"{formats.percent(count / handed)} of all")


def _lacking(rows: Rows, median: str) -> tuple[str, ...]:
    """What is locked on this page, and what unlocks it; the same need is said once."""
    named = {
        "acceptance_rate": "acceptance", "sla_compliance": "SLA", median: "speed to lead",
        "lead_rating": "rating by sales", "handoff_to_win_rate": "hand-off to win",
        "recycle_rate": "leads that come again", "nurture_win_rate": "nurtured leads",
        "mql_to_sql_rate": "MQL to SQL",
    }  # fmt: skip
    locked = {what: rows[metric] for metric, what in named.items() if rows[metric].status is Status.LOCKED}
    return tuple(f"Locked: {what}. {unlock.what_to_add(row)}" for what, row in locked.items())


# --- speed to lead ----------------------------------------------------------------------------------------


def _speed(question: Question, rows: Rows, told: Words) -> Speed | None:
    settings = question.settings
    median, p90 = rows[median_metric(settings)], rows[p90_metric(settings)]
    if median.status is Status.LOCKED or not median.n:
        return None
    counts = handoff.waits(question, business=settings.sla_clock == "business")[ALL]
    keys = list(counts)
    curve = survival([m for m, _ in keys], [t for _, t in keys], [counts[key] for key in keys])
    agreed = settings.sla_hours
    known = (("agreed", agreed), ("half within", median.value), ("nine in ten within", p90.value))
    marks = sorted(((word, h) for word, h in known if h is not None), key=lambda mark: mark[1])
    end = _horizon((curve.longest or 0) / 60, [hours for _, hours in marks])
    points = [(minutes / 60, share) for minutes, share in zip(curve.times, curve.waiting, strict=True)]
    return Speed(_thinned(points, end), tuple(m for m in marks if m[1] <= end), told.speed(median, p90))


def _horizon(longest: float, marks: list[float]) -> float:
    """Where the picture ends, in hours: behind all marks, with a few stragglers left to the table."""
    wanted = max([1.15 * hours for hours in marks], default=longest)
    return min(longest * _MARGIN, max(wanted, 1.0)) or 1.0


def _thinned(points: list[tuple[float, float]], end: float) -> tuple[tuple[float, float], ...]:
    """At most so many steps as a screen can tell apart; the last one of each stands for it."""
    start = (0.0, 1.0) if not points or points[0][0] > 0 else points[0]
    steps = {int(hours / end * _STEPS): (hours, share) for hours, share in points if 0 < hours <= end}
    kept = [start, *steps.values()]
    return (*kept, (end, kept[-1][1])) if kept[-1][0] < end else tuple(kept)


# --- why leads come back ----------------------------------------------------------------------------------


def _reasons(
    question: Question, asked: Question | None, period: Period, before: Before | None
) -> tuple[Reason, ...]:
    now = _rejections(question, period)
    then = {} if asked is None or before is None else _rejections(asked, before.period)
    everything = sum(now.values())
    names = [*now, *(reason for reason in then if reason not in now)]
    reasons = [
        Reason(
            reason or "no reason given",
            now.get(reason, 0),
            None if before is None else then.get(reason, 0),
            now.get(reason, 0) / everything if everything else None,
        )
        for reason in names
    ]
    return _folded(reasons)


def _rejections(question: Question, period: Period) -> dict[str | None, float]:
    rows = report.metric_rows(METRICS["rejections_by_reason"], question, period)
    counted = [row for row in rows if row.scope != "all"]
    return {Filter.parse(row.scope).parts[0][1][0]: row.value or 0 for row in counted}


def _folded(reasons: list[Reason]) -> tuple[Reason, ...]:
    """The most frequent reasons, and the many others as one line."""
    rest = reasons[_REASONS:]
    if len(rest) < 2:  # noqa: PLR2004 - one alone is named
        return tuple(reasons)
    before = None if rest[0].before is None else sum(r.before or 0 for r in rest)
    share = None if rest[0].share is None else sum(r.share or 0 for r in rest)
    others = Reason(f"{len(rest)} other reasons", sum(r.count for r in rest), before, share)
    return (*reasons[:_REASONS], others)


def _no_reasons(dataset: Dataset) -> tuple[str, str]:
    """A title and what to do where there are no rejections to show."""
    missing = dataset.lacks(*METRICS["rejections_by_reason"].needs)
    if missing:
        needs = words.listing(unlock.in_words(need) for need in missing)
        return "Reasons of rejection are locked", f"Add {needs}."
    return "Nothing was rejected", "Reasons stand here as soon as sales rejects a hand-off."


# --- conversions that take their time ---------------------------------------------------------------------


def _maturity(question: Question, period: Period, told: Words) -> str:
    """From when on each cohort rate is judged."""
    if not told.rows["handoffs"].value:
        return ""
    days = {
        n: conversions.mature_days(question, n)
        for n in COHORT_RATES
        if told.rows[n].status is not Status.LOCKED
    }
    ready = {n: None if d is None else period.end + timedelta(days=d) for n, d in days.items()}
    return told.maturity(days, ready)
