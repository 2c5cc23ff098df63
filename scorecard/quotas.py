"""Quotas of marketing and sales: attainment, pace, what is needed a day, and the gap between the teams."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from scorecard import small
from scorecard.clock import AsOf
from scorecard.curves import Span, elapsed_share
from scorecard.dataset import Dataset
from scorecard.judge import Judge
from scorecard.measures import ALL, Group, NotReachableError, Question
from scorecard.metrics import METRICS, Metric
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


def attainments(dataset: Dataset, period: Period, as_of: AsOf, *, people: bool = True) -> list[Attainment]:
    """Every quota that overlaps the period, whole, as it stands at as_of; of teams only without `people`."""
    wanted = [q for q in quotas(dataset) if period.overlaps(q.start, q.end)]
    return attainments_of(dataset, as_of, [q for q in wanted if people or q.person_id is None])


def attainments_of(dataset: Dataset, as_of: AsOf, wanted: Iterable[Quota]) -> list[Attainment]:
    """These quotas, whole, as they stand at as_of; those of one metric and span with one question."""
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
        return {q: _unreached(q, barred, expected, as_of, metric) for q in group}
    try:
        figures = metric.figures(question)
    except NotReachableError as column:
        note = (f"needs=leads.{column}",)
        return {q: _standing(q, None, None, Status.LOCKED, as_of, metric, note) for q in group}
    attained = {}
    for quota in group:
        key: Group = ALL if quota.person_id is None else quota.person_id
        row = judge.judged(metric, quota.scope, figures.get(key) or metric.of(metric.empty, question))
        attained[quota] = _judged(quota, row, expected, as_of, metric, settings)
    return attained


def _unreached(quota: Quota, barred: Row, expected: float | None, as_of: AsOf, metric: Metric) -> Attainment:
    """A quota whose metric is locked, or that isn't due."""
    notes = tuple(barred.notes.split(";")) if barred.notes else ()
    status = barred.status
    if status is Status.LOCKED:
        expected = None
    elif not quota.target:
        status = Status.NOT_APPLICABLE
    return _standing(quota, None, expected, status, as_of, metric, notes)


def _last_year(question: Question, metric: Any) -> Any:
    """How much of the metric there was in a span a year before."""

    def total(start: int, end: int) -> float | None:
        asked = question.asking(start=start, end=end, by=None)
        return metric.figures(asked)[ALL].value  # type: ignore[no-any-return]

    return total


def _judged(
    quota: Quota, row: Row, expected: float | None, as_of: AsOf, metric: Metric, settings: Settings
) -> Attainment:
    actual = None if row.status in (*_SILENT[:4],) else row.value
    status = row.status
    if not quota.target:
        status = Status.NOT_APPLICABLE
    elif status not in _SILENT:
        status = _status(quota, actual, expected, as_of, settings)
    elif status is Status.TOO_FEW and expected is None:
        status = Status.NO_DATA  # last year says nothing: the first status that holds
    notes = tuple(n for n in row.notes.split(";") if n.startswith(("data_until", "running")))
    return _standing(quota, actual, expected, status, as_of, metric, notes)


def _standing(
    quota: Quota,
    actual: float | None,
    expected: float | None,
    status: Status | None,
    as_of: AsOf,
    metric: Metric,
    notes: tuple[str, ...],
) -> Attainment:
    left = (quota.end - max(as_of.day, quota.start)).days + 1
    days = left if left > 0 and metric.adds_up else None
    required = None if actual is None or days is None else max(quota.target - actual, 0.0) / days
    return Attainment(quota, actual, expected, status, metric.unit, notes, required, days)


def _status(
    quota: Quota, actual: float | None, expected: float | None, as_of: AsOf, settings: Settings
) -> Status:
    if actual is None or expected is None:
        return Status.NO_DATA
    attained = actual / quota.target
    if attained >= 1:
        return Status.ACHIEVED
    start, end = quota.period.bounds(settings.zone)
    if as_of.instant >= end:
        return Status.MISSED
    if (as_of.instant - start) / (end - start) < settings.too_early or expected == 0:
        return Status.TOO_EARLY
    return by_pace(attained / expected, settings)


def rows(dataset: Dataset, period: Period, as_of: AsOf) -> list[Row]:
    """quota_attainment and required_per_day of every quota overlapping the period, and the alignment gap."""
    found = attainments(dataset, period, as_of)
    rows = [row_of(a, as_of) for a in found]
    rows += [_required_row(a, as_of) for a in found]
    return [*rows, gap_row(dataset, period, as_of)]


def row_of(a: Attainment, as_of: AsOf) -> Row:
    """A quota as a row of the report."""
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
    status: Status | None = a.status if a.status in (Status.LOCKED, Status.NOT_DUE) else None
    if a.status is Status.NOT_APPLICABLE and a.actual is None and a.quota.start > as_of.day:
        status = Status.NOT_DUE  # a target of 0, and not its time yet
    if a.days_left is None and status is not Status.LOCKED:
        status = Status.NOT_APPLICABLE
    elif a.required_per_day is None and status is None:
        status = Status.NO_DATA
    return Row(
        metric="required_per_day",
        team=a.quota.department,
        scope=a.quota.scope,
        period=a.quota.period.text,
        as_of=as_of.text,
        value=a.required_per_day,
        numerator=None if a.required_per_day is None else max(a.quota.target - (a.actual or 0.0), 0.0),
        denominator=None if a.required_per_day is None else a.days_left,
        n=None,
        low=None,
        high=None,
        target=a.quota.target,
        expected=None,
        status=status,
        unit=a.unit,
    )


# The alignment gap


@dataclass(frozen=True, slots=True)
class Gap:
    """Marketing's attainment minus sales' in a period, with both; else why there is none."""

    marketing: float | None = None
    sales: float | None = None
    metrics: tuple[str, str] | None = None
    status: Status | None = None
    reason: str | None = None

    @property
    def value(self) -> float | None:
        return None if self.marketing is None or self.sales is None else self.marketing - self.sales


def alignment_gap(dataset: Dataset, period: Period, as_of: AsOf, known: Sequence[Attainment] = ()) -> Gap:
    """The gap between the two gap_metrics: team rows that tile the period, or the one that contains it.

    `known` are attainments at hand that needn't be asked for again.
    """
    team = [q for q in quotas(dataset) if q.person_id is None and period.overlaps(q.start, q.end)]
    chosen = _gap_metrics(small.settings(dataset), team)
    question = Question(dataset, as_of, *period.bounds(small.settings(dataset).zone))
    if isinstance(chosen, Gap):
        early = chosen.status is Status.NO_DATA and question.start >= as_of.until
        return Gap(status=Status.NOT_DUE) if early else chosen
    if missing := [need for name in chosen for need in METRICS[name].lacks(question)]:
        return Gap(metrics=chosen, status=Status.LOCKED, reason="needs=" + "+".join(missing))
    if question.start >= as_of.until:
        return Gap(metrics=chosen, status=Status.NOT_DUE)
    parts = {a.quota: a for a in known}
    return _gap_of(dataset, period, as_of, team, chosen, parts)


def _gap_of(
    dataset: Dataset,
    period: Period,
    as_of: AsOf,
    team: Sequence[Quota],
    chosen: tuple[str, str],
    known: Mapping[Quota, Attainment],
) -> Gap:
    sides = []
    for department, metric in zip(("marketing", "sales"), chosen, strict=True):
        rows = [q for q in team if (q.department, q.metric) == (department, metric)]
        tiles = tiling(rows, period)
        if tiles is None:
            return _no_gap(chosen, f"reason=no {metric} quota of {department} covers {period.text}")
        sides.append((department, metric, tiles))
    if not all(sum(q.target for q in tiles) for _, _, tiles in sides):
        return Gap(metrics=chosen, status=Status.NOT_APPLICABLE, reason="reason=a target of 0")
    shares: list[float] = []
    for department, metric, tiles in sides:
        asked = [q for q in tiles if q not in known]
        found = {**known, **dict(zip(asked, attainments_of(dataset, as_of, asked), strict=True))}
        share = _together_attained([found[q] for q in tiles])
        if share is None:
            return _no_gap(chosen, f"reason=no {metric} of {department} yet")
        shares.append(share)
    return Gap(shares[0], shares[1], chosen)


def _no_gap(chosen: tuple[str, str], reason: str) -> Gap:
    return Gap(metrics=chosen, status=Status.NO_DATA, reason=reason)


def _gap_metrics(settings: Settings, team: Sequence[Quota]) -> tuple[str, str] | Gap:
    named = settings.gap_metrics
    if len(named) == 2 and all(name in METRICS for name in named):  # noqa: PLR2004 - marketing's and sales'
        return named[0], named[1]
    per_team = [sorted({q.metric for q in team if q.department == d}) for d in ("marketing", "sales")]
    if any(len(metrics) > 1 for metrics in per_team):
        return Gap(status=Status.LOCKED, reason="needs=settings.gap_metrics")
    if not all(per_team) or not all(m[0] in METRICS for m in per_team):
        return Gap(status=Status.NO_DATA, reason="reason=a team has no team quota here")
    return per_team[0][0], per_team[1][0]


def tiling(rows: Sequence[Quota], period: Period) -> list[Quota] | None:
    """The rows that tile the period exactly, else the one that contains it, else None."""
    inside = sorted(
        (q for q in rows if period.start <= q.start and q.end < period.end), key=lambda q: q.start
    )
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
    return Row(
        metric="alignment_gap",
        team="shared",
        scope="all",
        period=period.text,
        as_of=as_of.text,
        value=gap.value,
        numerator=gap.marketing if gap.value is not None else None,
        denominator=None,
        n=None,
        low=None,
        high=None,
        target=None,
        expected=None,
        status=gap.status,
        unit="percent",
        notes=gap.reason or "",
    )
