"""Quotas of marketing and sales: attainment, pace, what is needed a day, and the gap between the teams."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from scorecard import small
from scorecard.clock import AsOf
from scorecard.curves import Span, elapsed_share
from scorecard.dataset import Dataset
from scorecard.judge import Judge
from scorecard.measures import ALL, Group, NotReachable, Question
from scorecard.metrics import METRICS, Figures
from scorecard.periods import Period, of_dates
from scorecard.rows import Row
from scorecard.scopes import scope
from scorecard.settings import Settings
from scorecard.status import Status, by_pace

PERSON_COLUMN = {"marketing": "marketing_owner", "sales": "owner"}
_SILENT = (Status.LOCKED, Status.NOT_APPLICABLE, Status.NOT_DUE, Status.NO_DATA, Status.TOO_FEW)


@dataclass(frozen=True, slots=True)
class Quota:
    """One row of quotas: whose, about what, how much, from when to when (both days included)."""

    start: date
    end: date
    department: str
    person_id: str | None
    metric: str
    target: float

    @property
    def period(self) -> Period:
        return of_dates(self.start, self.end)

    @property
    def scope(self) -> str:
        parts: list[tuple[str, str | None]] = [("department", self.department), ("metric", self.metric)]
        if self.person_id is not None:
            parts.append(("person_id", self.person_id))
        return scope(*parts)


def quotas(dataset: Dataset) -> list[Quota]:
    """Every usable quota; one that ends before it starts is left out (the checks say so)."""
    found = [
        Quota(r["period_start"], r["period_end"], r["department"], r["person_id"], r["metric"], r["target"])
        for r in small.rows(dataset, "quotas")
    ]
    return [q for q in found if q.start <= q.end]


@dataclass(frozen=True, slots=True)
class Attainment:
    """A quota against its actual at as_of; `expected` is the share of the target wanted by now."""

    quota: Quota
    actual: float | None
    expected: float | None
    status: Status | None
    unit: str
    notes: tuple[str, ...] = ()
    required_per_day: float | None = None
    days_left: int | None = None

    @property
    def value(self) -> float | None:
        """Actual / target; None without an actual or with a target of 0."""
        return None if self.actual is None or not self.quota.target else self.actual / self.quota.target

    @property
    def pace(self) -> float | None:
        """Attainment over what is expected by now."""
        return None if self.value is None or not self.expected else self.value / self.expected


def attainments(dataset: Dataset, period: Period, as_of: AsOf) -> list[Attainment]:
    """Every quota that overlaps the period, whole, as it stands at as_of."""
    wanted = [q for q in quotas(dataset) if period.overlaps(q.start, q.end)]
    return _attained(dataset, as_of, wanted)


def _attained(dataset: Dataset, as_of: AsOf, wanted: Iterable[Quota]) -> list[Attainment]:
    wanted = list(wanted)
    asked: dict[tuple[Any, ...], list[Quota]] = {}
    for quota in wanted:
        key = (quota.start, quota.end, quota.metric, quota.department, quota.person_id is not None)
        asked.setdefault(key, []).append(quota)
    found: dict[Quota, Attainment] = {}
    for group in asked.values():
        found.update(_together(dataset, as_of, group))
    return [found[quota] for quota in wanted]


def _together(dataset: Dataset, as_of: AsOf, group: Sequence[Quota]) -> dict[Quota, Attainment]:
    """Quotas of one metric, team and span, with one question."""
    first = group[0]
    metric = METRICS.get(first.metric)
    if metric is None:
        note = (f"needs=metric {first.metric}",)
        return {q: Attainment(q, None, None, Status.LOCKED, "number", note) for q in group}
    settings = small.settings(dataset)
    start, end = first.period.bounds(settings.zone)
    by = None if first.person_id is None else PERSON_COLUMN[first.department]
    question = Question(dataset, as_of, start, end, by=by)
    judge = Judge(question, first.period)
    barred = judge.barred(metric)
    last_year = None if barred is not None else _last_year(question, metric)
    expected = elapsed_share(settings, Span(start, end), as_of, settings.quota_pace, last_year)
    if barred is not None:
        notes = tuple(barred.notes.split(";")) if barred.notes else ()
        return {q: _standing(q, None, expected, barred.status, as_of, metric.unit, notes) for q in group}
    try:
        figures = metric.figures(question)
    except NotReachable as column:
        note = (f"by={column}",)
        return {q: _standing(q, None, expected, Status.NOT_APPLICABLE, as_of, metric.unit, note) for q in group}
    attained = {}
    for quota in group:
        key: Group = ALL if quota.person_id is None else quota.person_id
        row = judge.judged(metric, quota.scope, figures.get(key) or metric.of(metric.empty, question))
        attained[quota] = _judged(quota, row, expected, as_of, settings)
    return attained


def _last_year(question: Question, metric: Any) -> Any:
    """How much of the metric there was in a span a year before."""

    def total(start: int, end: int) -> float | None:
        asked = question.asking(start=start, end=end, by=None)
        return metric.figures(asked)[ALL].value  # type: ignore[no-any-return]

    return total


def _judged(quota: Quota, row: Row, expected: float | None, as_of: AsOf, settings: Settings) -> Attainment:
    actual = None if row.status in (*_SILENT[:4],) else row.value
    status = row.status if row.status in _SILENT else _status(quota, actual, expected, as_of, settings)
    notes = tuple(n for n in row.notes.split(";") if n.startswith(("data_until", "running")))
    return _standing(quota, actual, expected, status, as_of, row.unit, notes)


def _standing(
    quota: Quota,
    actual: float | None,
    expected: float | None,
    status: Status | None,
    as_of: AsOf,
    unit: str,
    notes: tuple[str, ...],
) -> Attainment:
    left = (quota.end - max(as_of.day, quota.start)).days + 1
    days = left if left > 0 else None
    required = None if actual is None or days is None else max(quota.target - actual, 0.0) / days
    return Attainment(quota, actual, expected, status, unit, notes, required, days)


def _status(
    quota: Quota, actual: float | None, expected: float | None, as_of: AsOf, settings: Settings
) -> Status | None:
    if actual is None:
        return Status.NO_DATA
    if not quota.target:
        return Status.NOT_APPLICABLE
    attained = actual / quota.target
    if attained >= 1:
        return Status.ACHIEVED
    start, end = quota.period.bounds(settings.zone)
    if as_of.instant >= end:
        return Status.MISSED
    if (as_of.instant - start) / (end - start) < settings.too_early or expected == 0:
        return Status.TOO_EARLY
    return by_pace(None if expected is None else attained / expected, settings)


def rows(dataset: Dataset, period: Period, as_of: AsOf) -> list[Row]:
    """quota_attainment and required_per_day of every quota overlapping the period, and the alignment gap."""
    found = attainments(dataset, period, as_of)
    rows = [_attainment_row(a, as_of) for a in found]
    rows += [_required_row(a, as_of) for a in found]
    return [*rows, gap_row(dataset, period, as_of)]


def _attainment_row(a: Attainment, as_of: AsOf) -> Row:
    return Row(
        metric="quota_attainment",
        team=a.quota.department,
        scope=a.quota.scope,
        period=a.quota.period.text,
        as_of=as_of.text,
        value=a.value,
        numerator=a.actual,
        denominator=a.quota.target,
        n=None,
        low=None,
        high=None,
        target=a.quota.target,
        expected=a.expected,
        status=a.status,
        unit="percent",
        notes=";".join(a.notes),
    )


def _required_row(a: Attainment, as_of: AsOf) -> Row:
    over = a.days_left is None
    silent = a.status if a.status in _SILENT[:4] else None
    return Row(
        metric="required_per_day",
        team=a.quota.department,
        scope=a.quota.scope,
        period=a.quota.period.text,
        as_of=as_of.text,
        value=a.required_per_day,
        numerator=None if a.required_per_day is None else max(a.quota.target - (a.actual or 0.0), 0.0),
        denominator=a.days_left,
        n=None,
        low=None,
        high=None,
        target=a.quota.target,
        expected=None,
        status=Status.NOT_APPLICABLE if over else silent,
        unit=a.unit,
    )


# The alignment gap


@dataclass(frozen=True, slots=True)
class Gap:
    """Marketing's attainment minus sales' in a period, with both, or the reason why there is none."""

    marketing: float | None = None
    sales: float | None = None
    metrics: tuple[str, str] | None = None
    reason: str | None = None

    @property
    def value(self) -> float | None:
        return None if self.marketing is None or self.sales is None else self.marketing - self.sales


def alignment_gap(dataset: Dataset, period: Period, as_of: AsOf) -> Gap:
    """The gap between the two gap_metrics, from team rows that tile the period or the one that contains it."""
    team = [q for q in quotas(dataset) if q.person_id is None and period.overlaps(q.start, q.end)]
    chosen = _gap_metrics(small.settings(dataset), team)
    if isinstance(chosen, str):
        return Gap(reason=chosen)
    attained = []
    for department, metric in zip(("marketing", "sales"), chosen, strict=True):
        rows = [q for q in team if (q.department, q.metric) == (department, metric)]
        tiles = tiling(rows, period)
        if tiles is None:
            return Gap(metrics=chosen, reason=f"no {metric} quota of {department} covers {period.text}")
        attained.append(_together_attained(_attained(dataset, as_of, tiles)))
    reason = None if None not in attained else "an actual or a target is missing"
    return Gap(attained[0], attained[1], chosen, reason)


def _gap_metrics(settings: Settings, team: Sequence[Quota]) -> tuple[str, str] | str:
    if len(settings.gap_metrics) == 2:  # noqa: PLR2004 - marketing's and sales'
        return settings.gap_metrics[0], settings.gap_metrics[1]
    per_team = [sorted({q.metric for q in team if q.department == d}) for d in ("marketing", "sales")]
    if all(len(metrics) == 1 for metrics in per_team):
        return per_team[0][0], per_team[1][0]
    return "set settings.gap_metrics: the teams don't have exactly one team quota metric each"


def tiling(rows: Sequence[Quota], period: Period) -> list[Quota] | None:
    """The rows that tile the period exactly, else the one that contains it, else None."""
    inside = sorted((q for q in rows if period.start <= q.start and q.end < period.end), key=lambda q: q.start)
    following = [period.start, *(q.end + timedelta(days=1) for q in inside)]
    if inside and [q.start for q in inside] == following[:-1] and following[-1] == period.end:
        return inside
    around = [q for q in rows if q.start <= period.start and q.end >= period.last_day]
    return around if len(around) == 1 else None


def _together_attained(parts: Sequence[Attainment]) -> float | None:
    target = sum(a.quota.target for a in parts)
    known = [a.actual for a in parts if a.status is not Status.NOT_DUE]
    if not target or not known or any(actual is None for actual in known):
        return None
    return sum(actual or 0.0 for actual in known) / target


def gap_row(dataset: Dataset, period: Period, as_of: AsOf) -> Row:
    """The alignment gap as a row of the report."""
    gap = alignment_gap(dataset, period, as_of)
    figures = Figures(gap.value, gap.marketing)
    return Row(
        metric="alignment_gap",
        team="shared",
        scope="all",
        period=period.text,
        as_of=as_of.text,
        value=figures.value,
        numerator=figures.numerator,
        denominator=None,
        n=None,
        low=None,
        high=None,
        target=None,
        expected=None,
        status=None if gap.value is not None else Status.NO_DATA,
        unit="percent",
        notes="" if gap.reason is None else f"reason={gap.reason}",
    )
