"""Shared goals: actual against target, pace, parts of a parent, and where it is heading.

A goal is measured by a metric of the catalogue (with its filter) or by hand in goal_actuals. Kind total
adds up, level stands, rate is numerators over denominators; section 2 of the contract says how each is
judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import linear_regression
from typing import Any

from scorecard import small
from scorecard.chances import normal_beyond, normal_quantile, t_beyond, t_quantile
from scorecard.clock import AsOf
from scorecard.curves import Span, a_year_before, between_points, elapsed_share
from scorecard.dataset import Dataset
from scorecard.judge import Judge
from scorecard.measures import ALL, MEASURES, NotReachableError, Question, unlocked_by
from scorecard.metrics import METRICS, Metric
from scorecard.periods import Period, of_dates
from scorecard.rows import Row
from scorecard.scopes import Filter, scope
from scorecard.settings import Settings
from scorecard.statistics import wilson
from scorecard.status import Status, by_pace, rate_against_target

_STAY = ("stay_above", "stay_below")
_DOWN = ("decrease", "stay_below")
_SILENT = (Status.LOCKED, Status.NOT_APPLICABLE, Status.NOT_DUE, Status.NO_DATA)
ENOUGH_ACTUALS = 4
_DAY = 86_400
# figures of parts of a time don't add up to those of the whole
_NOT_ADDITIVE = ("pipeline", "cac", "clv_12m", "romi", "minutes_per_prospect", "decision_maker_share")


@dataclass(frozen=True)
class Goal:
    """One row of goals, typed; dates are inclusive."""

    goal_id: str
    name: str
    kind: str
    direction: str
    target: float
    start: date
    due: date
    pace: str
    unit: str
    baseline: float | None = None
    parent_id: str | None = None
    department: str | None = None
    owner: str | None = None
    marketing_role: str | None = None
    sales_role: str | None = None
    stage: str | None = None
    metric: str | None = None
    filter: str | None = None
    strategy: str | None = None

    @property
    def period(self) -> Period:
        return of_dates(self.start, self.due)

    @property
    def scope(self) -> str:
        return scope(("goal_id", self.goal_id))

    @property
    def lower_is_better(self) -> bool:
        return self.direction in _DOWN

    @property
    def stays(self) -> bool:
        return self.direction in _STAY

    @property
    def moves(self) -> bool:
        """Whether there is a way to go, so that a percentage of it makes sense."""
        return not self.stays and self.target != (self.baseline or 0.0)

    def met_by(self, actual: float) -> bool:
        """Whether an actual stands on the right side of the target."""
        return actual <= self.target if self.lower_is_better else actual >= self.target


def goals(dataset: Dataset) -> list[Goal]:
    """Every usable goal; the checks name those that are due before they start or can't be reckoned."""
    fields = Goal.__dataclass_fields__
    found = []
    for row in small.rows(dataset, "goals"):
        known = {name: row[name] for name in fields if name in row}
        known["name"] = row["name"] or row["goal_id"]
        found.append(Goal(**known))
    return [g for g in found if g.start <= g.due and _reckons(g)]


def _reckons(goal: Goal) -> bool:
    """A total can't decrease (that is a budget: stay_below), and a decrease needs to know from where."""
    return goal.direction != "decrease" or (goal.kind != "total" and goal.baseline is not None)


@dataclass(frozen=True, slots=True)
class Actual:
    """What was reached by as_of: the value, a rate's parts, and how many entries it stands on."""

    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    low: float | None = None
    high: float | None = None
    entries: int = 0
    status: Status | None = None  # why there is none
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Standing:
    """A goal as it stands at as_of; `expected` is the share of the way (curve(t)) wanted by now."""

    goal: Goal
    actual: Actual
    progress: float | None
    expected: float | None
    status: Status | None
    elapsed: float
    low: float | None = None
    high: float | None = None
    notes: tuple[str, ...] = ()

    @property
    def pace(self) -> float | None:
        """Progress over what is expected by now; of a budget the other way round."""
        if self.progress is None or not self.expected:
            return None
        if self.goal.kind == "total" and self.goal.direction == "stay_below":
            return self.expected / self.progress if self.progress else None
        return self.progress / self.expected

    @property
    def expected_value(self) -> float | None:
        """The actual wanted by now, in the goal's unit."""
        if self.expected is None:
            return None
        if self.goal.kind == "total":
            return self.goal.target * self.expected
        base = self.goal.baseline or 0.0
        return base + (self.goal.target - base) * self.expected

    @property
    def growth_wanted(self) -> float | None:
        """Of a total: target / baseline - 1."""
        if self.goal.kind != "total" or not self.goal.baseline:
            return None
        return self.goal.target / self.goal.baseline - 1

    @property
    def growth_to_date(self) -> float | None:
        """Of a total: actual / (baseline x curve(t)) - 1."""
        if self.growth_wanted is None or self.actual.value is None or not self.expected:
            return None
        return self.actual.value / ((self.goal.baseline or 1.0) * self.expected) - 1


class Reader:
    """Works out goals of one dataset at one as_of."""

    def __init__(self, dataset: Dataset, as_of: AsOf) -> None:
        self.dataset = dataset
        self.as_of = as_of
        self.settings: Settings = small.settings(dataset)
        self._totals: dict[tuple[str, int, int], float | None] = {}  # last year's, by goal and span

    def standing(self, goal: Goal) -> Standing:
        """A goal with its actual, progress, pace and status."""
        elapsed = self._elapsed(goal)
        actual = self.actual(goal)
        if actual.status is Status.LOCKED:
            return Standing(goal, actual, None, None, actual.status, elapsed, notes=actual.notes)
        expected = self.curve(goal, self.as_of.instant)
        found = Standing(goal, actual, None, expected, None, elapsed, notes=actual.notes)
        if actual.value is not None:
            progress, low, high = self._progress(goal, actual)
            found = replace(found, progress=progress, low=low, high=high)
        return replace(found, status=self._status(found))

    # Actuals

    def span(self, goal: Goal) -> Span:
        return Span(*goal.period.bounds(self.settings.zone))

    def actual(self, goal: Goal) -> Actual:
        """What was reached from start to min(as_of, due)."""
        return self._typed(goal) if goal.metric is None else self._measured(goal)

    def question(self, goal: Goal, **more: Any) -> Question:
        """The question a goal's metric answers; ValueError for a filter that can't be read."""
        span = self.span(goal)
        return Question(
            self.dataset, self.as_of, span.start, span.end, where=Filter.parse(goal.filter), **more
        )

    def _measured(self, goal: Goal) -> Actual:
        metric = METRICS.get(str(goal.metric))
        if metric is None:
            return Actual(status=Status.LOCKED, notes=(f"needs=metric {goal.metric}",))
        try:
            question = self.question(goal)
        except ValueError:
            return Actual(status=Status.LOCKED, notes=("needs=goals.filter",))
        judge = Judge(question, goal.period)
        if (barred := judge.barred(metric)) is not None:
            return Actual(status=barred.status, notes=(barred.notes,) if barred.notes else ())
        if judge.early:
            return Actual(status=Status.NOT_DUE)  # also of a metric that is that of as_of: its goal isn't yet
        try:
            row = judge.judged(metric, goal.scope, metric.figures(question)[ALL])
        except NotReachableError as column:
            return _out_of_reach(question, metric, str(column))
        notes = tuple(n for n in row.notes.split(";") if n.startswith(("data_until", "not_reached")))
        if row.value is None or row.status is Status.NO_DATA:
            return Actual(status=Status.NO_DATA, notes=notes)
        parts = (None, None) if row.low is None or not metric.rate else (row.numerator, row.denominator)
        return Actual(row.value, *parts, row.low, row.high, entries=row.n or 0, notes=notes)

    def entries(self, goal: Goal) -> list[dict[str, Any]]:
        """The typed actuals of a goal that count, in order of date."""
        last = min(goal.due, self.as_of.day)
        found = [
            row
            for row in small.rows(self.dataset, "goal_actuals")
            if row["goal_id"] == goal.goal_id and goal.start <= row["date"] <= last
        ]
        return sorted(found, key=lambda row: row["date"])

    def _typed(self, goal: Goal) -> Actual:
        if "goal_actuals" not in self.dataset.relations:
            return Actual(status=Status.LOCKED, notes=("needs=goal_actuals",))
        if self.span(goal).start >= self.as_of.until:
            return Actual(status=Status.NOT_DUE)
        entries = self.entries(goal)
        if goal.kind == "rate":
            return _typed_rate(entries)
        valued = [row for row in entries if row["value"] is not None]
        if not valued:
            return Actual(status=Status.NO_DATA)
        if goal.kind == "total":
            return Actual(sum(row["value"] for row in valued), entries=len(valued))
        standing = standing_values(valued)
        if not standing:
            return Actual(status=Status.NO_DATA)
        return Actual(standing[-1][1], entries=len(standing))

    # Progress

    def _progress(self, goal: Goal, actual: Actual) -> tuple[float | None, float | None, float | None]:
        value = actual.value or 0.0
        if goal.kind == "total":
            return (value / goal.target if goal.target else None), None, None
        if goal.stays:
            return self._share_met(goal, value), None, None
        if not goal.moves:
            return None, None, None
        base = goal.baseline or 0.0
        ends = [None if v is None else (v - base) / (goal.target - base) for v in (actual.low, actual.high)]
        known = sorted(v for v in ends if v is not None)
        low, high = known if len(known) == 2 and goal.kind == "rate" else (None, None)  # noqa: PLR2004 - both ends
        return (value - base) / (goal.target - base), low, high

    def _share_met(self, goal: Goal, value: float) -> float:
        """Of a typed level that should stay: the share of days so far on which it was met; else 1 or 0."""
        typed = [row for row in self.entries(goal) if row["value"] is not None]
        values = dict(standing_values(typed)) if goal.metric is None and goal.kind == "level" else {}
        if not values:
            return float(goal.met_by(value))
        standing, met, days = 0.0, 0, 0
        day, last = min(values), min(goal.due, self.as_of.day)
        while day <= last:
            standing = values.get(day, standing)
            met += goal.met_by(standing)
            days += 1
            day += timedelta(days=1)
        return met / days

    # Expectation

    def _elapsed(self, goal: Goal) -> float:
        """The share of the time gone by, which too_early is about on every pace."""
        return self.span(goal).share(self.as_of.instant)

    def curve(self, goal: Goal, at: int) -> float | None:
        """The share of the way wanted by an instant; None when last year says nothing; rates: 1."""
        if goal.kind == "rate" or (goal.kind == "level" and goal.stays):
            return 1.0
        if goal.kind == "level" and (not goal.moves or goal.pace == "last_year"):
            return None
        if goal.pace == "milestones":
            return self._by_milestones(goal, at)
        moment = replace(self.as_of, instant=at)
        return elapsed_share(self.settings, self.span(goal), moment, goal.pace, self._last_year(goal))

    def _by_milestones(self, goal: Goal, at: int) -> float | None:
        zone, span = self.settings.zone, self.span(goal)
        base = 0.0 if goal.kind == "total" else goal.baseline or 0.0
        if goal.target == base:
            return None
        marks = sorted(
            (zone.midnight(row["date"] + timedelta(days=1)), row["expected"])
            for row in small.rows(self.dataset, "milestones")
            if row["goal_id"] == goal.goal_id and goal.start <= row["date"] <= goal.due
        )
        points = [(span.start, base), *marks]
        if points[-1][0] < span.end:
            points.append((span.end, goal.target))
        return (between_points(points, min(max(at, span.start), span.end)) - base) / (goal.target - base)

    def _last_year(self, goal: Goal) -> Any:
        metric = METRICS.get(goal.metric or "")
        if metric is None:
            return self._last_years_entries(goal) if goal.metric is None else None
        return self._last_years_metric(goal, metric)

    def ahead(self, goal: Goal, instants: Sequence[int]) -> None:
        """Asks last year's curve at many instants in one question, where it would take one for each."""
        metric = METRICS.get(goal.metric or "")
        if goal.pace != "last_year" or metric is None or metric.name not in {*MEASURES, "revenue"}:
            return
        span, zone = self.span(goal), self.settings.zone
        start, end = a_year_before(zone, span.start), a_year_before(zone, span.end)
        ends = sorted({start + round(span.share(at) * (end - start)) for at in instants} | {end})
        ends = [at for at in ends if at > start]
        try:
            question = self.question(goal).asking(start=start, end=end, marks=(start, *ends[:-1]))
            figures = {} if metric.lacks(question) else metric.figures(question)
        except (NotReachableError, ValueError):
            return
        reached = 0.0
        for number, at in enumerate(ends if figures else ()):
            part = figures.get(number)
            reached += (part.value or 0.0) if part else 0.0
            self._totals[goal.goal_id, start, at] = reached

    def _last_years_metric(self, goal: Goal, metric: Metric) -> Any:
        def total(start: int, end: int) -> float | None:
            key = goal.goal_id, start, end
            if key not in self._totals:
                self._totals[key] = asked(start, end)
            return self._totals[key]

        def asked(start: int, end: int) -> float | None:
            try:
                question = self.question(goal).asking(start=start, end=end)
                return None if metric.lacks(question) else metric.figures(question)[ALL].value
            except (NotReachableError, ValueError):
                return None

        return total

    def _last_years_entries(self, goal: Goal) -> Any:
        midnight = self.settings.zone.midnight
        rows = [r for r in small.rows(self.dataset, "goal_actuals") if r["goal_id"] == goal.goal_id]

        def total(start: int, end: int) -> float | None:
            found = [
                r["value"] for r in rows if r["value"] is not None and start <= midnight(r["date"]) < end
            ]
            return sum(found) if found else None

        return total

    # Status

    def _status(self, s: Standing) -> Status:
        goal = s.goal
        if goal.kind == "total" and not goal.target:
            return Status.NOT_APPLICABLE
        if s.actual.status is not None:
            return s.actual.status
        over = self.as_of.instant >= self.span(goal).end
        if goal.kind == "rate":
            return self._rate_status(s, over=over)
        if goal.kind == "total" and goal.direction == "stay_below":
            return self._budget_status(s, over=over)
        if s.expected is None and (goal.kind == "total" or goal.moves):
            return Status.NO_DATA
        if goal.met_by(s.actual.value or 0.0) and (over or not goal.stays):
            return Status.ACHIEVED
        if over:
            return Status.MISSED
        if s.elapsed < self.settings.too_early or s.expected == 0:
            return Status.TOO_EARLY
        if goal.kind == "level" and not goal.moves:
            return Status.ON_TRACK if goal.met_by(s.actual.value or 0.0) else Status.OFF_TRACK
        return by_pace(s.pace, self.settings)

    def _budget_status(self, s: Standing, *, over: bool) -> Status:
        spent = s.actual.value or 0.0
        if s.expected is None:
            return Status.NO_DATA
        if spent > s.goal.target:
            return Status.MISSED
        if over:
            return Status.ACHIEVED
        if s.elapsed < self.settings.too_early or s.expected == 0:
            return Status.TOO_EARLY
        return Status.ON_TRACK if spent <= 0 else by_pace(s.pace, self.settings)

    def _rate_status(self, s: Standing, *, over: bool) -> Status:
        goal, actual = s.goal, s.actual
        value, cases = actual.value or 0.0, actual.denominator
        if cases is not None and cases < self.settings.min_n:
            return Status.TOO_FEW
        met = goal.met_by(value)
        if over:
            return Status.ACHIEVED if met else Status.MISSED
        if s.elapsed < self.settings.too_early:
            return Status.TOO_EARLY
        if actual.low is None:
            return Status.ON_TRACK if met else Status.OFF_TRACK
        judged = rate_against_target(
            value, actual.low, actual.high, goal.target,
            settings=self.settings, higher_is_better=not goal.lower_is_better,
        )  # fmt: skip
        return judged or Status.NO_DATA


def _out_of_reach(question: Question, metric: Metric, column: str) -> Actual:
    """Of a goal whose filter its metric can't answer: locked where a column would unlock it."""
    table = metric.table if metric.table in question.dataset.relations else "leads"
    needed = unlocked_by(question, table, column)
    if needed is None:
        return Actual(status=Status.NOT_APPLICABLE, notes=(f"filter={column}",))
    return Actual(status=Status.LOCKED, notes=(f"needs={needed}",))


def standing_values(valued: Sequence[dict[str, Any]]) -> list[tuple[date, float]]:
    """The value of each date, in order; a date with two different ones has none (the checks say so)."""
    by_date: dict[date, set[float]] = {}
    for row in valued:
        by_date.setdefault(row["date"], set()).add(row["value"])
    return sorted((day, values.pop()) for day, values in by_date.items() if len(values) == 1)


def _typed_rate(entries: Sequence[dict[str, Any]]) -> Actual:
    parts = [row for row in entries if row["numerator"] is not None and row["denominator"] is not None]
    if parts:
        k, n = (sum(row[name] for row in parts) for name in ("numerator", "denominator"))
        if not n:
            return Actual(status=Status.NO_DATA)
        whole = k == int(k) and n == int(n) and k <= n
        low, high = wilson(int(k), int(n)) if whole else (None, None)
        return Actual(k / n, k, n, low, high, entries=len(parts))
    standing = standing_values([row for row in entries if row["value"] is not None])
    if not standing:
        return Actual(status=Status.NO_DATA)
    return Actual(standing[-1][1], entries=len(standing))


# Parents and their parts


@dataclass(frozen=True, slots=True)
class Part:
    """A child's part of its parent in points (0.11 = 11 points): wanted and to date."""

    wanted: float | None
    to_date: float | None


def part_of(child: Standing, parent: Goal) -> Part | None:
    """The child's part in points of the parent's growth; None without a parent baseline to divide by."""
    goal = child.goal
    if goal.kind != "total" or parent.kind != "total" or not parent.baseline:
        return None
    base = goal.baseline or 0.0
    wanted = (goal.target - base) / parent.baseline
    if child.actual.value is None or child.expected is None:
        return Part(wanted, None)
    return Part(wanted, (child.actual.value - base * child.expected) / parent.baseline)


def children_gap(parent: Goal, children: Sequence[Goal]) -> float | None:
    """What the children's targets add up to less the parent's target; None where they can't be added."""
    alike = [c for c in children if c.kind == "total" and c.unit == parent.unit]
    if parent.kind != "total" or not alike or len(alike) != len(children):
        return None
    gap = sum(c.target for c in alike) - parent.target
    return 0.0 if abs(gap) < 1e-9 * max(1.0, abs(parent.target)) else gap


def tree(found: Sequence[Goal]) -> list[tuple[int, Goal]]:
    """Goals with their depth, children under their parent; a goal whose parent isn't there stands on top."""
    ids = {g.goal_id for g in found}
    looped = {g.goal_id for g in found if _loops(g, {x.goal_id: x for x in found})}
    tops = [g for g in found if g.parent_id not in ids or g.goal_id in looped]
    ordered: list[tuple[int, Goal]] = []

    def place(goal: Goal, depth: int) -> None:
        ordered.append((depth, goal))
        for child in found:
            if child.parent_id == goal.goal_id and child.goal_id not in looped:
                place(child, depth + 1)

    for top in tops:
        place(top, 0)
    return ordered


def _loops(goal: Goal, by_id: dict[str, Goal]) -> bool:
    """Whether a goal is, over its parents, a part of itself."""
    seen: set[str] = set()
    at: Goal | None = goal
    while at is not None and at.parent_id is not None:
        if at.parent_id == goal.goal_id:
            return True
        if at.parent_id in seen:
            return False
        seen.add(at.parent_id)
        at = by_id.get(at.parent_id)
    return False


# History and forecast


@dataclass(frozen=True, slots=True)
class Point:
    """An actual at an instant: cumulative for a total, standing for a level, to date for a rate."""

    at: int
    value: float
    k: float | None = None
    n: float | None = None


def history(reader: Reader, goal: Goal) -> list[Point]:
    """How the actual came about: typed entries as they stand, a metric at the end of each week (or day)."""
    if reader.actual(goal).status in _SILENT:
        return []
    return _typed_history(reader, goal) if goal.metric is None else _measured_history(reader, goal)


def _typed_history(reader: Reader, goal: Goal) -> list[Point]:
    zone = reader.settings.zone
    entries = reader.entries(goal)
    end_of = {row["date"]: zone.midnight(row["date"] + timedelta(days=1)) for row in entries}
    if goal.kind == "level":
        valued = [row for row in entries if row["value"] is not None]
        return [Point(end_of[day], value) for day, value in standing_values(valued)]
    points: list[Point] = []
    total = k = n = 0.0
    for row in entries:
        if goal.kind == "total" and row["value"] is not None:
            total += row["value"]
            points.append(Point(end_of[row["date"]], total))
        if goal.kind == "rate" and row["numerator"] is not None and row["denominator"]:
            k, n = k + row["numerator"], n + row["denominator"]
            points.append(Point(end_of[row["date"]], k / n, k, n))
    return points


def _measured_history(reader: Reader, goal: Goal) -> list[Point]:
    metric = METRICS[str(goal.metric)]
    span, until = reader.span(goal), min(reader.span(goal).end, reader.as_of.instant)
    step = 7 if goal.period.days > 35 else 1  # noqa: PLR2004 - weeks, but days of a month
    zone = reader.settings.zone
    marks = [span.start]
    day = goal.start + timedelta(days=step)
    while (mark := zone.midnight(day)) < until:
        marks.append(mark)
        day += timedelta(days=step)
    ends = [*marks[1:], until]
    if metric.cohort or goal.kind == "level" or metric.name.endswith(_NOT_ADDITIVE):
        return _cumulated_questions(reader, goal, metric, ends)
    figures = metric.figures(reader.question(goal, marks=tuple(marks)))
    points: list[Point] = []
    total = k = n = 0.0
    for number, end in enumerate(ends):
        part = figures.get(number)
        if goal.kind == "total":
            total += (part.value or 0.0) if part else 0.0
            points.append(Point(end, total))
        elif part and part.numerator is not None and part.denominator:
            k, n = k + part.numerator, n + part.denominator
            points.append(Point(end, k / n, k, n))
    return points


def _cumulated_questions(reader: Reader, goal: Goal, metric: Metric, ends: Sequence[int]) -> list[Point]:
    """Measures that don't add up over time are asked again up to each of (at most 13) ends."""
    every = max(1, len(ends) // 13)
    chosen = sorted({*ends[every - 1 :: every], ends[-1]})
    points = []
    for end in chosen:
        figures = metric.figures(reader.question(goal).asking(end=end))[ALL]
        if figures.value is not None:
            points.append(Point(end, figures.value, figures.numerator, figures.denominator))
    return points


@dataclass(frozen=True, slots=True)
class Forecast:
    """Where a goal is heading: value at due with an 80 % interval, chance to reach the target, method."""

    value: float
    low: float
    high: float
    chance: float
    method: str


_TOTAL_METHOD = (
    "The pace so far, carried on along the goal's curve; the interval comes from how much single weeks "
    "(or entries) strayed from it (t distribution)."
)
_LEVEL_METHOD = "A straight line through the actuals so far, with its prediction interval (t distribution)."
_RATE_METHOD = "The rate so far, with as many cases to come as the time left suggests (normal approximation)."


def forecast(reader: Reader, standing: Standing) -> Forecast | None:
    """The forecast at due of a running goal with at least 4 actuals; None without."""
    goal = standing.goal
    span = reader.span(goal)
    if standing.status in _SILENT or not span.start < reader.as_of.instant < span.end or goal.stays:
        return None
    points = history(reader, goal)
    if len(points) < ENOUGH_ACTUALS:
        return None
    if goal.kind == "total":
        return _forecast_total(reader, goal, points)
    if goal.kind == "rate":
        return _forecast_rate(goal, points[-1], standing.elapsed)
    return _forecast_level(goal, points, span.end)


def _forecast_total(reader: Reader, goal: Goal, points: Sequence[Point]) -> Forecast | None:
    reader.ahead(goal, [p.at for p in points])
    curve = [reader.curve(goal, at) for at in (reader.span(goal).start, *(p.at for p in points))]
    if any(c is None for c in curve):
        return None
    wanted = [float(c or 0.0) for c in curve]
    steps = [(b - a, y - x) for a, b, x, y in zip(wanted, wanted[1:], (0.0, *(p.value for p in points)),
                                                 (p.value for p in points), strict=False)]  # fmt: skip
    steps = [(c, x) for c, x in steps if c > 0]
    passed = sum(c for c, _ in steps)
    if len(steps) < ENOUGH_ACTUALS or passed <= 0:
        return None
    now = reader.curve(goal, reader.as_of.instant) or passed
    rate, left, actual = points[-1].value / passed, max(1.0 - now, 0.0), points[-1].value
    spread = sum((x - rate * c) ** 2 / c for c, x in steps) / (len(steps) - 1)
    deviation = (spread * left + spread * left**2 / passed) ** 0.5
    return _spread(goal, actual + rate * left, deviation, len(steps) - 1, _TOTAL_METHOD)


def _forecast_level(goal: Goal, points: Sequence[Point], end: int) -> Forecast | None:
    xs, ys = [p.at / _DAY for p in points], [p.value for p in points]
    if len(set(xs)) < 2:  # noqa: PLR2004 - a line takes two points
        return None
    mean, at, n = sum(xs) / len(xs), end / _DAY, len(xs)
    slope, intercept = linear_regression(xs, ys)
    around = sum((x - mean) ** 2 for x in xs)
    residual = sum((y - intercept - slope * x) ** 2 for x, y in zip(xs, ys, strict=True)) / (n - 2)
    deviation = (residual * (1 + 1 / n + (at - mean) ** 2 / around)) ** 0.5
    return _spread(goal, intercept + slope * at, deviation, n - 2, _LEVEL_METHOD)


def _forecast_rate(goal: Goal, last: Point, elapsed: float) -> Forecast | None:
    if not last.n or last.k is None or not elapsed or not 0 <= last.value <= 1:
        return None
    more = last.n * (1 - elapsed) / elapsed
    p = last.value
    deviation = more / (last.n + more) * (p * (1 - p) * (1 / last.n + (1 / more if more else 0.0))) ** 0.5
    return _spread(goal, p, deviation, None, _RATE_METHOD)


def _spread(goal: Goal, value: float, deviation: float, freedom: int | None, method: str) -> Forecast:
    """80 % interval and chance from a standard deviation; without freedom the normal distribution."""
    if deviation <= 0:
        return Forecast(value, value, value, float(goal.met_by(value)), method)
    reach = normal_quantile(0.9) if freedom is None else t_quantile(0.9, freedom)
    half, away = reach * deviation, (goal.target - value) / deviation
    over = normal_beyond(away) if freedom is None else t_beyond(away, freedom)
    return Forecast(value, value - half, value + half, 1 - over if goal.lower_is_better else over, method)


# The report


def standings(dataset: Dataset, period: Period, as_of: AsOf) -> list[Standing]:
    """Every goal that overlaps the period, whole, as it stands at as_of."""
    reader = Reader(dataset, as_of)
    return [reader.standing(g) for g in goals(dataset) if period.overlaps(g.start, g.due)]


def rows(dataset: Dataset, period: Period, as_of: AsOf) -> list[Row]:
    """goal_progress of every goal overlapping the period."""
    return [row_of(standing, as_of) for standing in standings(dataset, period, as_of)]


def row_of(s: Standing, as_of: AsOf) -> Row:
    """A goal as a row of the report."""
    goal = s.goal
    return Row(
        metric="goal_progress",
        team=goal.department or "shared",
        scope=goal.scope,
        period=goal.period.text,
        as_of=as_of.text,
        value=s.progress,
        numerator=s.actual.value,
        denominator=goal.target if goal.kind == "total" else None,
        n=int(s.actual.denominator) if goal.kind == "rate" and s.actual.denominator is not None else None,
        low=s.low,
        high=s.high,
        target=goal.target,
        expected=s.expected,
        status=s.status,
        unit="percent",
        notes=";".join(s.notes),
    )
