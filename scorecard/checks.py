"""Everything that is wrong with the data of a source, in the words of whoever keeps them.

What can't be read at all is found where it is read (by the source, and by `scorecard.small`). Here are the
rules that need several cells: references, the order of stamps, values that nearly match, copies on later
passes, money without a rate, and what goals, quotas and moved targets must not say. Large tables are only
ever counted in SQL, with at most 50 examples a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from scorecard import cells, checks_large, checks_plans, small
from scorecard.clock import AsOf
from scorecard.contract import TABLES
from scorecard.dataset import Dataset
from scorecard.problems import Problem, Severity
from scorecard.settings import Settings


def check(
    dataset: Dataset,
    as_of: AsOf,
    metrics: Collection[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Problem, ...]:
    """Every problem of the source, errors first; worked out once per state and as_of.

    `metrics` are the names goals and quotas may measure by; None asks the catalogue. `progress(done, steps)`
    is told after each step.
    """
    key = ("checks", as_of.text, None if metrics is None else tuple(sorted(metrics)))
    if key not in dataset.cache:
        steps = _steps(dataset, as_of, _known(metrics))
        found: list[Problem] = []
        for done, step in enumerate(steps, 1):
            found += step()
            if progress is not None:
                progress(done, len(steps))
        dataset.cache[key] = tuple(sorted(found, key=lambda p: p.severity is Severity.WARNING))
    problems: tuple[Problem, ...] = dataset.cache[key]
    return problems


def _known(metrics: Collection[str] | None) -> Collection[str]:
    if metrics is not None:
        return metrics
    from scorecard.metrics import METRICS  # noqa: PLC0415 - the catalogue is heavy, and not always wanted

    return METRICS


def _steps(dataset: Dataset, as_of: AsOf, metrics: Collection[str]) -> list[Callable[[], Iterable[Problem]]]:
    settings = small.settings(dataset)
    return [
        lambda: [_worded(problem, settings) for problem in dataset.problems],
        lambda: small.settings_problems(dataset),
        lambda: [p for table in _small_tables(dataset) for p in small.reading(dataset, table).problems],
        lambda: checks_plans.problems(dataset, metrics),
        lambda: checks_large.problems(dataset, as_of),
    ]


def _small_tables(dataset: Dataset) -> list[str]:
    return [
        name for name, t in TABLES.items() if not t.large and name != "settings" and name in dataset.relations
    ]


def _worded(problem: Problem, settings: Settings) -> Problem:
    """A cell of a large table, told in the words that a cell of a small one would be."""
    table = TABLES.get(problem.table)
    if problem.rule != "cell" or table is None or problem.column not in table or problem.value is None:
        return problem
    cell = cells.parse(problem.value, table[str(problem.column)], settings)
    if cell.severity is not Severity.ERROR or cell.problem is None or cell.instead is None:
        return problem  # readable in a sheet, but not where a database has to compute with it
    return replace(problem, what=cell.problem, instead=cell.instead)
