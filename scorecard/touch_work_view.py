"""Touch work of a period as the Hand-off page tells it."""

from __future__ import annotations

from typing import Final

from scorecard import handoff_groups, report
from scorecard.clock import AsOf
from scorecard.dataset import Dataset
from scorecard.handoff_groups import Group
from scorecard.metrics import METRICS
from scorecard.periods import Period
from scorecard.rows import Row
from scorecard.scopes import Filter

METRICS_SHOWN: Final = (
    "minutes_per_prospect", "decision_maker_share", "mail_acknowledged_rate", "reached_within_1",
    "reached_within_2", "reached_within_3", "close_rate_at_engagement_1", "close_rate_at_engagement_2",
    "close_rate_at_engagement_3",
)  # fmt: skip


def rows(dataset: Dataset, period: Period, as_of: AsOf, where: Filter) -> tuple[Row, ...]:
    """The rows of the report; none without a table touches."""
    if "touches" not in dataset.relations:
        return ()
    question = report.ask(dataset, period, as_of, where)
    return tuple(report.metric_rows(METRICS[name], question, period)[0] for name in METRICS_SHOWN)


def breakdown(dataset: Dataset, by: str, period: Period, as_of: AsOf, where: Filter) -> tuple[Group, ...]:
    """The same for each campaign, owner or source that was worked, most leads first; none by month."""
    if by == "month" or "touches" not in dataset.relations:
        return ()
    question = report.ask(dataset, period, as_of, where)
    found = report.grouped_rows(question, period, by, [METRICS[name] for name in METRICS_SHOWN])
    groups = [g for g in handoff_groups.gathered(dataset, by, found, as_of) if _leads(g)]
    return tuple(sorted(groups, key=lambda g: (-_leads(g), g.name)))


def _leads(group: Group) -> int:
    """How many leads its largest figure stands on."""
    return max((row.n or 0 for row in group.rows.values()), default=0)
