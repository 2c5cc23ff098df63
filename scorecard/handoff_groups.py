"""The hand-off by source, campaign, owner and month: rows of the report side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from scorecard import report, small, words
from scorecard.clock import AsOf
from scorecard.dataset import Dataset
from scorecard.formats import Formats
from scorecard.handoff_view import median_metric, p90_metric
from scorecard.handoff_words import Rows
from scorecard.judge import Judge
from scorecard.measures import Question
from scorecard.metrics import METRICS, Metric
from scorecard.periods import Period, containing
from scorecard.rows import Row
from scorecard.scopes import Filter
from scorecard.settings import Settings

COLUMNS: Final = {
    "source": "Source", "campaign_id": "Campaign", "owner": "Owner (sales)",
    "marketing_owner": "Owner (marketing)",
}  # fmt: skip
MONTHS: Final = 12
_METRICS: Final = (
    "handoffs", "acceptance_rate", "decision_coverage", "sla_compliance", "sla_met", "sla_breached",
    "sla_pending", "lead_rating", "handoff_to_win_rate",
)  # fmt: skip


@dataclass(frozen=True)
class Group:
    """A source, a campaign, a person or a month, and its rows of the report; locked metrics are missing.

    `start` is a month's first day.
    """

    name: str
    rows: Rows
    running: bool = False
    start: date | None = None

    @property
    def handoffs(self) -> float:
        """How many leads were handed off."""
        row = self.rows.get("handoffs")
        return 0 if row is None or row.value is None else row.value


def metrics_of(settings: Settings) -> tuple[str, ...]:
    """What is told of each group."""
    return (*_METRICS, median_metric(settings), p90_metric(settings))


def offered(dataset: Dataset) -> dict[str, str]:
    """The columns that hand-offs can be grouped by, and months."""
    return {c: word for c, word in COLUMNS.items() if dataset.has(f"leads.{c}")} | {"month": "Month"}


def breakdown(dataset: Dataset, by: str, period: Period, as_of: AsOf, where: Filter) -> tuple[Group, ...]:
    """Hand-offs of the period by one column, most first; by owner everyone in people is there."""
    if by == "month":
        return months(dataset, period, as_of, where)
    metrics = [METRICS[n] for n in metrics_of(small.settings(dataset))]
    rows = report.grouped_rows(report.ask(dataset, period, as_of, where), period, by, metrics)
    return tuple(sorted(gathered(dataset, by, rows, as_of), key=lambda g: (-g.handoffs, g.name)))


def gathered(dataset: Dataset, by: str, rows: Iterable[Row], as_of: AsOf) -> list[Group]:
    """Rows of a report by one column, those of a value together, under the name a reader knows it by."""
    found: dict[str, dict[str, Row]] = {}
    for row in rows:
        found.setdefault(row.scope, {})[row.metric] = row
    return [Group(words.group(dataset, by, _value(scope), as_of), told) for scope, told in found.items()]


def _value(scope: str) -> str | None:
    return Filter.parse(scope).parts[0][1][0]


def months(dataset: Dataset, period: Period, as_of: AsOf, where: Filter) -> tuple[Group, ...]:
    """The twelve months up to the end of the period or as_of, the oldest first; asked for in one go."""
    settings = small.settings(dataset)
    spans = _months(period, as_of)
    bounds = [month.bounds(settings.zone) for month in spans]
    question = report.ask(dataset, spans[0], as_of, where).asking(
        end=bounds[-1][1], marks=tuple(start for start, _ in bounds)
    )
    metrics = [METRICS[n] for n in metrics_of(settings)]
    told = [_by_month(metric, question, spans) for metric in metrics]
    locale = Formats.of(settings).locale
    return tuple(
        Group(
            month.label(locale),
            {row.metric: row for rows in told if (row := rows.get(i)) is not None},
            running=month.contains(as_of.day),
            start=month.start,
        )
        for i, month in enumerate(spans)
    )


def _months(period: Period, as_of: AsOf) -> list[Period]:
    last = containing(min(period.last_day, as_of.day), "month")
    spans = [last]
    while len(spans) < MONTHS:
        spans.insert(0, spans[0].previous())
    return spans


def _by_month(metric: Metric, question: Question, spans: Iterable[Period]) -> dict[int, Row]:
    """The metric's row for each month; none where it is locked."""
    spans = list(spans)
    asked = [
        question.asking(start=s, end=e, marks=())
        for s, e in (m.bounds(question.settings.zone) for m in spans)
    ]
    judges = [Judge(q, month) for q, month in zip(asked, spans, strict=True)]
    if judges[0].barred(metric) is not None:
        return {}
    figures = metric.figures(question)
    return {
        i: judge.judged(metric, "all", figures.get(i) or metric.of(metric.empty, question))
        for i, judge in enumerate(judges)
    }
