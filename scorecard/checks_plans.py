"""What goals, quotas, actuals, rates and moved targets must not say: rules over small tables, in Python."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date
from itertools import combinations
from typing import Any, Final

from scorecard import small
from scorecard.contract import TABLES
from scorecard.dataset import Dataset
from scorecard.near import nearest
from scorecard.problems import Problem, Severity, grouped

Row = dict[str, Any]
_ERROR, _WARNING = Severity.ERROR, Severity.WARNING


def problems(dataset: Dataset, metrics: Collection[str]) -> Iterator[Problem]:
    """The problems of goals, goal_actuals, quotas and target_changes."""
    goals = small.rows(dataset, "goals")
    yield from _loops(goals)
    for goal in goals:
        yield from _goal(goal, metrics)
    yield from _actuals(dataset, {g["goal_id"]: g for g in goals})
    yield from _quotas(small.rows(dataset, "quotas"), metrics)
    yield from _moved(dataset, goals)
    yield from _spans(dataset)


def _problem(
    severity: Severity, rule: str, place: tuple[str, str | None, str | None], value: object, /, what: str,
    instead: str, *, left_out: int = 0,
) -> Problem:  # fmt: skip
    table, key, column = place
    shown = None if value is None else str(value)
    return Problem(severity, rule, table, what, instead, key, column, shown, rows_left_out=left_out)


# --- goals ----------------------------------------------------------------------------------------------


def _goal(goal: Row, metrics: Collection[str]) -> Iterator[Problem]:
    key, target, baseline = goal["goal_id"], goal["target"], goal["baseline"]
    if goal["start"] > goal["due"]:
        yield _problem(
            _ERROR, "start_after_due", ("goals", key, "due"), goal["due"],
            f"the goal is due before it starts ({goal['start']}), so it isn't judged.",
            f"Write a due date from {goal['start']} on.", left_out=1,
        )  # fmt: skip
    if goal["kind"] == "total" and goal["direction"] == "decrease":
        yield _problem(
            _ERROR, "decreasing_total", ("goals", key, "direction"), "decrease",
            "what adds up can't decrease, so the goal isn't judged.",
            "Write stay_below for a budget, or make its kind level.", left_out=1,
        )  # fmt: skip
    elif goal["direction"] == "decrease" and baseline is None:
        yield _problem(
            _ERROR, "missing_baseline", ("goals", key, "baseline"), None,
            "a decrease needs to know where it started, so the goal isn't judged.",
            "Write the value it started from.", left_out=1,
        )  # fmt: skip
    elif goal["kind"] != "total" and baseline is not None and baseline == target and _moves(goal):
        yield _problem(
            _WARNING, "target_is_baseline", ("goals", key, "target"), target,
            "the target is where it started, so there is only met or not met, and no percentage.",
            "Write the target that is wanted, or direction stay_above or stay_below.",
        )  # fmt: skip
    if goal["kind"] == "total" and target == 0 and goal["direction"] != "stay_below":
        yield _problem(
            _WARNING, "zero_target", ("goals", key, "target"), target,
            "a target of 0 is reached before it starts, so there is no percentage.",
            "Write the number that is wanted.",
        )  # fmt: skip
    if goal["metric"] is not None:
        yield from _metric("goals", key, goal["metric"], metrics)


def _moves(goal: Row) -> bool:
    return goal["direction"] in ("increase", "decrease")


def _metric(table: str, key: str, metric: str, known: Collection[str]) -> Iterator[Problem]:
    if metric not in known:
        near = nearest(metric, known)
        yield _problem(
            _ERROR, "unknown_metric", (table, key, "metric"), metric, "there is no metric of this name.",
            f"Write {near}." if near else "Write one of the names in docs/metrics.md.", left_out=1,
        )  # fmt: skip


def _loops(goals: tuple[Row, ...]) -> Iterator[Problem]:
    parents = {g["goal_id"]: g["parent_id"] for g in goals}
    told: set[str] = set()
    for start, parent in parents.items():
        path = [start]
        while (above := parents.get(path[-1])) is not None and above not in path:
            path.append(above)
        if above == start and not told & set(path):
            told |= set(path)
            yield _problem(
                _ERROR, "goal_loop", ("goals", start, "parent_id"), parent,
                f"these goals are parts of each other: {' in '.join([*path, start])}.",
                "Leave the parent of the topmost goal blank.",
            )  # fmt: skip


# --- actuals --------------------------------------------------------------------------------------------


def _actuals(dataset: Dataset, goals: dict[str, Row]) -> Iterator[Problem]:
    levels: dict[tuple[str, date], list[Row]] = defaultdict(list)
    for row in small.rows(dataset, "goal_actuals"):
        goal = goals.get(row["goal_id"])
        if goal is not None and goal["kind"] == "level" and row["value"] is not None:
            levels[row["goal_id"], row["date"]].append(row)
    for (goal_id, day), rows in levels.items():
        values = sorted({row["value"] for row in rows})
        if len(values) > 1:
            shown = ", ".join(f"{v:g}" for v in values)
            yield Problem(
                _ERROR, "two_levels", "goal_actuals",
                "one day has two different standing values; neither is used.",
                "Keep the one that is right.", f"{goal_id}, {day}", "value", shown, len(rows), len(rows),
            )  # fmt: skip


# --- quotas ---------------------------------------------------------------------------------------------


def _quotas(quotas: tuple[Row, ...], metrics: Collection[str]) -> Iterator[Problem]:
    usable: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for quota in quotas:
        key = quota_key(quota)
        if quota["period_end"] < quota["period_start"]:
            yield _problem(
                _ERROR, "ends_before_start", ("quotas", key, "period_end"), quota["period_end"],
                "the period ends before it starts, so the quota isn't used.",
                f"Write a day from {quota['period_start']} on.", left_out=1,
            )  # fmt: skip
            continue
        yield from _metric("quotas", key, quota["metric"], metrics)
        usable[quota["department"], quota["person_id"], quota["metric"]].append(quota)
    for group in usable.values():
        yield from _overlaps(group)


def quota_key(quota: Row) -> str:
    return small.key_text(TABLES["quotas"], quota, quota)


def _overlaps(group: list[Row]) -> Iterator[Problem]:
    for a, b in combinations(sorted(group, key=lambda q: (q["period_start"], q["period_end"])), 2):
        # a year's quota may stand beside its quarters': only those that cut across each other are a slip
        nested = _within(a, b) or _within(b, a)
        if b["period_start"] <= a["period_end"] and not nested:
            yield _problem(
                _WARNING, "overlapping_quotas", ("quotas", quota_key(b), "period_start"), b["period_start"],
                f"this period overlaps that of {quota_key(a)}, so the two are never summed.",
                "Let periods follow each other without overlapping.",
            )  # fmt: skip


def _within(a: Row, b: Row) -> bool:
    return bool(b["period_start"] <= a["period_start"] and a["period_end"] <= b["period_end"])


# --- moved targets and spans ----------------------------------------------------------------------------


def _moved(dataset: Dataset, goals: tuple[Row, ...]) -> Iterator[Problem]:
    """Targets that were changed when their period had begun."""
    zone = small.settings(dataset).zone
    starts = {g["goal_id"]: g["start"] for g in goals}
    for change in small.rows(dataset, "target_changes"):
        start = starts.get(change["key"]) if change["table"] == "goals" else _first_day(change["key"])
        day = zone.from_epoch(change["at"]).date()
        if start is not None and day > start:
            who = f" by {change['by']}" if change["by"] else ""
            yield _problem(
                _WARNING, "target_moved", (change["table"], change["key"], "target"), change["new"],
                f"the target was moved from {_shown(change['old'])} to {_shown(change['new'])} on {day}{who},"
                f" after its period began on {start}.",
                "Judge the period by both targets, or say why in target_changes.",
            )  # fmt: skip


_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _first_day(key: str) -> date | None:
    match = _DAY.search(key)
    try:
        return None if match is None else date.fromisoformat(match[0])
    except ValueError:
        return None


def _shown(value: float | None) -> str:
    if value is None:
        return "nothing"
    return grouped(value) if float(value).is_integer() else f"{value:.10g}"


def _spans(dataset: Dataset) -> Iterator[Problem]:
    for table in ("campaigns", "calendar"):
        for row in small.rows(dataset, table):
            if row["start"] and row["end"] and row["end"] < row["start"]:
                yield _problem(
                    _WARNING, "ends_before_start", (table, row[TABLES[table].key[0]], "end"), row["end"],
                    f"it ends before it starts ({row['start']}).", f"Write a day from {row['start']} on.",
                )  # fmt: skip
