"""What the figures of a pack mean, in the words of the catalogue, and the rules behind its colours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from documents.pack import Chapter, Definition, badge
from scorecard.metrics import METRICS
from scorecard.settings import Settings
from scorecard.status import Status, explain

STANDING: Final[Mapping[str, Definition]] = {
    "goal_progress": Definition(
        "Goal, of target",
        "How far a goal is: of a total, actual / target; of a level or a rate, (actual − baseline) / "
        "(target − baseline). Expected is the share of the way wanted by now.",
    ),
    "quota_attainment": Definition(
        "Quota, of target",
        "Actual / target of one quota, from its start to the moment this is seen from. Expected is the share "
        "of the target wanted by now.",
    ),
    "required_per_day": Definition(
        "Needed a day", "What is left of a quota over the days left, today included."
    ),
    "alignment_gap": Definition(
        "Alignment gap",
        "Marketing’s share of its quota less sales’, between the two metrics that both agreed to compare.",
    ),
}
_READING: Final = (
    Definition(
        "k of n, 95 %",
        "Every rate says how many cases it is of, and between which bounds it lies with 95 % confidence "
        "(Wilson). Two rates are compared by the interval of their difference (Newcombe); where that spans "
        "0, nothing can be told yet.",
    ),
    Definition(
        "As of",
        "What was stamped later is not seen. Plans (targets, dates due) are shown as they are written today.",
    ),
)


def of_metric(name: str) -> Definition | None:
    """A metric, or a row about goals and quotas; None for a name that nobody knows."""
    if name in STANDING:
        return STANDING[name]
    if name not in METRICS:
        return None
    metric = METRICS[name]
    return Definition(metric.label, f"{metric.meaning} {_sentence(metric.formula)}")


def _sentence(formula: str) -> str:
    """A formula as a sentence of its own."""
    text = formula.strip()
    return text if text.endswith(".") else f"Formula: {text}."


def of_statuses(settings: Settings) -> tuple[Definition, ...]:
    """The rule behind each colour, with the organisation's thresholds."""
    return tuple(Definition(s.word, explain(s, settings), badge(s)) for s in Status)


def of_chapters(chapters: Iterable[Chapter]) -> tuple[Definition, ...]:
    """The metrics that the chapters show, by name, and how to read rates."""
    names = dict.fromkeys(name for c in chapters for t in c.topics for name in t.metrics)
    found = [one for one in map(of_metric, names) if one is not None]
    return (*_READING, *sorted(found, key=lambda one: one.name.casefold()))
