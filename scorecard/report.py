"""The report: every number, tidy, one row each, the same for pages, exports and the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import partial
from typing import Any

from scorecard import campaigns_life, goals, quotas, small
from scorecard.clock import AsOf
from scorecard.dataset import Dataset
from scorecard.judge import Judge
from scorecard.measures import ALL, Group, NotReachableError, Question
from scorecard.metrics import METRICS, Figures, Metric, Ways
from scorecard.periods import Period
from scorecard.rows import Row
from scorecard.scopes import EVERYTHING, Filter, scope
from scorecard.status import Status

FOREVER = 253_370_764_800  # the year 9999: after any stamp
STANDING = ("quota_attainment", "required_per_day", "alignment_gap", "goal_progress")


Progress = Callable[[int, int], None]


class UnknownMetricError(ValueError):
    """A metric name that the catalogue doesn't have."""


def names() -> tuple[str, ...]:
    """Every metric name that a report can print."""
    return (*METRICS, *STANDING)


def report(
    dataset: Dataset,
    period: Period,
    as_of: AsOf,
    *,
    by: Sequence[str] = (),
    metrics: Iterable[str] | None = None,
    where: Filter = EVERYTHING,
    progress: Progress | None = None,
) -> list[Row]:
    """All rows of the report: metrics for `all` and for each value of each `by` column, quotas, goals.

    `metrics` keeps only those names (UnknownMetricError for one there isn't); `where` narrows the rows.
    `progress(done, steps)` is told after each step.
    """
    wanted = _wanted(metrics)
    question = ask(dataset, period, as_of, where)
    asked = [METRICS[name] for name in wanted if name in METRICS]
    steps: list[Callable[[], list[Row]]] = [partial(metric_rows, m, question, period) for m in asked]
    steps += [partial(grouped_rows, question, period, column, asked) for column in by]
    steps.append(partial(_standing_rows, dataset, period, as_of, [n for n in wanted if n in STANDING]))
    rows: list[Row] = []
    for done, step in enumerate(steps, 1):
        rows += step()
        if progress is not None:
            progress(done, len(steps))
    return rows


def _standing_rows(dataset: Dataset, period: Period, as_of: AsOf, standing: Sequence[str]) -> list[Row]:
    """The rows of quotas and goals, or what unlocks them."""
    rows = [
        _locked(name, need, period, as_of)
        for name in standing
        if (need := _table_of(name)) not in dataset.relations
    ]
    there = [name for name in standing if _table_of(name) in dataset.relations]
    if {"quota_attainment", "required_per_day", "alignment_gap"} & set(there):
        rows += [row for row in quotas.rows(dataset, period, as_of) if row.metric in there]
    if "goal_progress" in there:
        rows += goals.rows(dataset, period, as_of)
    return rows


def _table_of(name: str) -> str:
    return "goals" if name == "goal_progress" else "quotas"


def _locked(name: str, need: str, period: Period, as_of: AsOf) -> Row:
    """The one row of quotas or goals where their table is missing."""
    unit = "number" if name == "required_per_day" else "percent"
    nothing = dict.fromkeys(("value", "numerator", "denominator", "n", "low", "high", "target", "expected"))
    return Row(
        name,
        "shared",
        "all",
        period.text,
        as_of.text,
        **nothing,
        status=Status.LOCKED,
        unit=unit,
        notes=f"needs={need}",
    )


def ask(dataset: Dataset, period: Period, as_of: AsOf, where: Filter = EVERYTHING, **more: Any) -> Question:
    """The question of a period."""
    start, end = period.bounds(small.settings(dataset).zone)
    return Question(dataset, as_of, start, end, where=where, **more)


def _wanted(metrics: Iterable[str] | None) -> list[str]:
    known = names()
    wanted = list(known if metrics is None else dict.fromkeys(metrics))
    for name in wanted:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f" Did you mean {near[0]}?" if near else " docs/metrics.md lists them."
            raise UnknownMetricError(f"There is no metric called {name!r}.{hint}")
    return wanted


def metric_rows(metric: Metric, question: Question, period: Period) -> list[Row]:
    """The rows of one metric for `all` (or for each value it is split by)."""
    judge = Judge(question, period)
    if metric.ways is not None:
        return _rows_by_ways(metric, metric.ways, question, judge)
    if (barred := judge.barred(metric)) is not None:
        return [barred]
    if metric.split is not None:
        return _split_rows(metric, question, judge)
    try:
        figures = metric.figures(question)[ALL]
    except NotReachableError as column:
        return [judge.row(metric, "all", Figures(notes=(f"filter={column}",)), Status.NOT_APPLICABLE)]
    return [judge.judged(metric, "all", figures)]


def _rows_by_ways(metric: Metric, ways: Ways, question: Question, judge: Judge) -> list[Row]:
    """A row for each way; what bars all of them is one row."""
    barred = judge.barred(replace(metric, ways=None))
    if barred is not None:
        return [barred]
    return [_in_way(metric.in_way(name), scope((ways.column, name)), question, judge) for name in ways.names]


def _in_way(metric: Metric, called: str, question: Question, judge: Judge) -> Row:
    barred = judge.barred(metric)
    if barred is not None:
        return replace(barred, scope=called)
    try:
        figures = metric.figures(question)[ALL]
    except NotReachableError as column:
        return judge.row(metric, called, Figures(notes=(f"filter={column}",)), Status.NOT_APPLICABLE)
    return judge.judged(metric, called, figures)


def _split_rows(
    metric: Metric, question: Question, judge: Judge, within: tuple[tuple[str, str | None], ...] = ()
) -> list[Row]:
    try:
        found = metric.figures(question.asking(by=metric.split))
    except NotReachableError as column:
        return [judge.row(metric, "all", Figures(notes=(f"filter={column}",)), Status.NOT_APPLICABLE)]
    everything = found.pop(ALL)
    if not found and not within and judge.judged(metric, "all", everything).status is Status.NO_DATA:
        return [judge.judged(metric, "all", everything)]
    ranked = sorted(found.items(), key=lambda item: (-(item[1].value or 0), str(item[0])))
    total = everything.n or 0
    return [
        judge.judged(
            metric,
            scope(*within, (str(metric.split), _text(group))),
            replace(figures, numerator=figures.value, denominator=total, n=total),
        )
        for group, figures in ranked
    ]


def grouped_rows(question: Question, period: Period, column: str, metrics: Iterable[Metric]) -> list[Row]:
    """The rows of each metric for each value of a column; metrics that lack the column are left out."""
    asked = question.asking(by=column)
    judge = Judge(asked, period)
    everyone = _everyone(asked.dataset, column)
    return [row for metric in metrics for row in _grouped(metric, asked, judge, everyone)]


def _grouped(metric: Metric, asked: Question, judge: Judge, everyone: Sequence[str]) -> Iterator[Row]:
    if metric.ways is not None:
        for name in metric.ways.names:
            named = ((metric.ways.column, name),)
            yield from _grouped_in_way(metric.in_way(name), named, metric.ways, asked, judge, everyone)
        return
    if not metric.groups or metric.lacks(asked) or judge.too_soon_for(metric):
        return
    if metric.whole_life and str(asked.by).rpartition(".")[2] == "campaign_id":
        asked = asked.asking(start=0, end=FOREVER)
        judge = judge.over_a_lifetime(asked)
    try:
        found = metric.figures(asked)
    except NotReachableError:
        return
    del found[ALL]
    if metric.split is not None:
        yield from _split_groups(metric, asked, judge, found)
        return
    for person in everyone:
        found.setdefault(person, metric.of(metric.empty, asked))
    ages = campaigns_life.ages(asked.dataset, asked.as_of) if judge.lifelong else {}
    for group in sorted(found, key=lambda g: (g is None, str(g))):
        figures = found[group]
        if group in ages:
            figures = replace(figures, notes=(f"age_days={ages[str(group)]}", *figures.notes))
        yield judge.judged(metric, scope((str(asked.by), _text(group))), figures)


def _grouped_in_way(
    metric: Metric,
    named: tuple[tuple[str, str], ...],
    ways: Ways,
    asked: Question,
    judge: Judge,
    everyone: Sequence[str],
) -> Iterator[Row]:
    """The groups of one way; none where it says nothing at all."""
    if metric.lacks(asked) or judge.too_soon_for(metric):
        return
    try:
        found = metric.figures(asked)
    except NotReachableError:
        return
    everything, nothing = found.pop(ALL), metric.of(metric.empty, asked)
    if everything.value is None:
        return
    if ways.of_all:
        nothing = replace(nothing, denominator=everything.denominator)
    for person in everyone:
        found.setdefault(person, nothing)
    for group in sorted(found, key=lambda g: (g is None, str(g))):
        own = ((str(asked.by), _text(group)),)
        parts = (*named, *own) if ways.ahead else (*own, *named)
        yield judge.judged(metric, scope(*parts), found[group])


def _split_groups(metric: Metric, asked: Question, judge: Judge, groups: Iterable[Group]) -> Iterator[Row]:
    """What a metric is split by, within each group of another column."""
    column = str(asked.by)
    if column.rpartition(".")[2] == metric.split:
        return
    for group in sorted(groups, key=lambda g: (g is None, str(g))):
        within = asked.asking(where=asked.where.with_parts(Filter.of([(column, _text(group))])))
        yield from _split_rows(metric, within, judge, ((column, _text(group)),))


def _everyone(dataset: Dataset, column: str) -> list[str]:
    if column.rpartition(".")[2] != "owner":
        return []
    return [str(person["person_id"]) for person in small.rows(dataset, "people")]


def _text(group: Group) -> str | None:
    return None if group is None else str(group)


def by_key(rows: Iterable[Row]) -> Mapping[tuple[str, str, str], Row]:
    """Rows by metric, scope and period."""
    return {(row.metric, row.scope, row.period): row for row in rows}
