"""The backward plan: from a revenue target back to the wins, leads and visits it takes, and where it breaks.

Each stage needs what the next one needs, divided by the planned rate between them. A planned rate is what
was agreed (a goal, a quota, a setting), else what the same step was a year before, else in an earlier span of
the same length; whoever looks may try another. Beside it stands the real rate. A step breaks the plan when
its real rate lies surely under the planned one, all steps sharing the 5 % of chance; by itself that costs the
target in proportion, since everything after it only multiplies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, Literal

from scorecard import small
from scorecard.backward_rates import Gauge, Measured, Step, gap_top, stages, steps
from scorecard.campaigns_compare import counted, z_of
from scorecard.clock import AsOf
from scorecard.comparisons import same_point
from scorecard.curves import Span, elapsed_share, last_years_share
from scorecard.dataset import Dataset
from scorecard.goals import Goal, Reader, goals
from scorecard.measures import ALL, NotReachableError
from scorecard.metrics import METRICS
from scorecard.periods import Period
from scorecard.quotas import Quota, quotas, tiling
from scorecard.scopes import EVERYTHING, Filter
from scorecard.settings import Settings
from scorecard.status import Status, by_pace

Basis = Literal["goal", "quota", "setting", "year_before", "earlier", "unknown"]
Verdict = Literal["good", "open", "under", "few", "young", "no_data", "unplanned"]

QUOTAS: Final = "quotas"  # the key of the plan that quotas make
ASKED: Final = "plan_"  # before a step's key in the address
LEADING: Final = ("source", "campaign_id", "landing_page")  # filters that every stage can follow
_EARLIER: Final = 4  # spans before that are tried
_ON_SITE: Final = ("conversions", "leads")  # what the steps of landing pages lead to
TEAMS: Final = ("marketing", "sales")
_TEAMS: Final = {
    "visits": "marketing", "conversions": "marketing", "leads": "marketing", "mqls": "marketing",
    "handoffs": "shared", "accepted": "sales", "sqls": "sales", "opportunities": "sales", "wins": "sales",
    "revenue": "shared",
}  # fmt: skip


@dataclass(frozen=True)
class Target:
    """Revenue that is wanted: by a goal, or by quotas; `where` are the rows it is about."""

    key: str
    name: str
    amount: float
    period: Period
    where: Filter = EVERYTHING
    goal: Goal | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Rate:
    """A step of the plan: the planned rate with its basis, and the real one.

    `agreed` is the planned rate that holds, on its basis, where no other is `tried`. `ripe` is the share of a
    cohort's conversions that is in by this point of its course, as it was in the span compared with; None:
    unknown. `base` is what of that span the real rate is measured against, as uncertain as itself; None where
    the planned rate is a number that was agreed.
    """

    step: Step
    planned: float | None
    agreed: float | None
    basis: Basis
    basis_name: str
    real: Measured
    ripe: float | None
    base: Measured | None
    immature: bool
    tried: bool = False
    verdict: Verdict = "good"

    @property
    def wanted(self) -> float | None:
        """What the real rate would have to be at this point."""
        return None if self.planned is None or self.ripe is None else self.planned * self.ripe

    @property
    def shortfall(self) -> float:
        """The share of the revenue that the step loses by itself; 0 where it isn't surely under."""
        if self.verdict != "under" or not self.wanted or self.real.value is None:
            return 0.0
        return 1 - self.real.value / self.wanted


@dataclass(frozen=True, slots=True)
class Rung:
    """A stage: what the plan needs of it, what there should be and is by now, and what was agreed for it."""

    stage: str
    team: str
    needed: float | None
    expected: float | None
    actual: float | None
    agreed: float | None
    status: Status | None


@dataclass(frozen=True, slots=True)
class Break:
    """Where the plan breaks: a step, or the number that comes in (no `rate`)."""

    stage: str
    rate: Rate | None
    shortfall: float
    loss: float


@dataclass(frozen=True)
class Plan:
    """The ladder from revenue (first) back; `rates[i]` leads from rungs[i + 1] to rungs[i].

    `breaks` are the steps surely under plan, the costliest first. `missing` are stages the data lack.
    """

    target: Target
    rungs: tuple[Rung, ...]
    rates: tuple[Rate, ...]
    breaks: tuple[Break, ...]
    begun: bool
    over: bool
    days_left: int
    missing: tuple[str, ...]
    cycle_days: float | None

    @property
    def assumed(self) -> bool:
        """Whether somebody tries other rates."""
        return any(rate.tried for rate in self.rates)


# --- what is tried ----------------------------------------------------------------------------------------


def assumptions(typed: Mapping[str, str]) -> tuple[dict[str, float], tuple[str, ...]]:
    """Rates typed into the address by step, and a sentence for each that can't be one."""
    found, notes = {}, []
    for name, text in typed.items():
        value = _number(text)
        share = name.endswith("_rate")
        if value is None or value <= 0 or (share and value > 1):
            between = "more than 0 and at most 100 %" if share else "above 0"
            notes.append(
                f"The link's {ASKED}{name} isn't a number {between}, so the plan's own rate is used."
            )
        else:
            found[name] = value
    return found, tuple(notes)


def _number(text: str) -> float | None:
    """'0.25' or '25%'; None for anything else, infinity included."""
    written = text.strip().replace("\u00a0", " ")
    percent = written.endswith("%")
    try:
        value = float(written.removesuffix("%").strip())
    except ValueError:
        return None
    value = value / 100 if percent else value
    return value if abs(value) < 1e15 else None  # noqa: PLR2004 - also leaves out NaN and infinity


# --- the target -------------------------------------------------------------------------------------------


def targets(dataset: Dataset, period: Period) -> tuple[Target, ...]:
    """The revenue targets of the period: goals, the nearest to its dates first, then the quotas."""
    wanted = [t for goal in goals(dataset) if (t := of_goal(dataset, goal, period)) is not None]
    wanted.sort(key=lambda t: (bool(t.where.parts), _apart(t.period, period), t.key))
    of_quotas = _of_quotas(quotas(dataset), period)
    return tuple(wanted) if of_quotas is None else (*wanted, of_quotas)


def of_goal(dataset: Dataset, goal: Goal, period: Period) -> Target | None:
    """A goal that is a total of revenue, or of money entered by hand, with a filter that leads know."""
    money = goal.metric == "revenue" or (goal.metric is None and goal.unit == "currency")
    if not money or goal.kind != "total" or goal.lower_is_better or not period.overlaps(goal.start, goal.due):
        return None
    try:
        where = Filter.parse(goal.filter)
    except ValueError:
        return None
    known = all(column in LEADING and dataset.has(f"leads.{column}") for column, _ in where.parts)
    return Target(goal.goal_id, goal.name, goal.target, goal.period, where, goal) if known else None


def _apart(one: Period, other: Period) -> int:
    return abs((one.start - other.start).days) + abs((one.end - other.end).days)


def _of_quotas(found: Sequence[Quota], period: Period) -> Target | None:
    """The sum of the revenue quotas that make up the period: a team's, else its people's; sales' first."""
    revenue = [q for q in found if q.metric == "revenue"]
    for team in reversed(TEAMS):
        own = [q for q in revenue if q.department == team]
        if rows := tiling([q for q in own if q.person_id is None], period):
            return _summed(rows, period)
        people = dict.fromkeys(q.person_id for q in own if q.person_id is not None)
        each = [tiling([q for q in own if q.person_id == person], period) for person in people]
        if rows := [q for some in each if some for q in some]:
            return _summed(rows, period)
    return None


def _summed(rows: Sequence[Quota], period: Period) -> Target:
    around = rows[0].period if len({(q.start, q.end) for q in rows}) == 1 else period
    return Target(QUOTAS, "Revenue quotas", sum(q.target for q in rows), around)


# --- the plan ---------------------------------------------------------------------------------------------


def plan(
    dataset: Dataset, period: Period, as_of: AsOf, key: str | None, tried: tuple[tuple[str, float], ...] = ()
) -> Plan | None:
    """The plan for the target of that key, else for the first; None without a target above 0, or leads."""
    offered = targets(dataset, period)
    target = next((t for t in offered if t.key == key), offered[0] if offered else None)
    if target is None or target.amount <= 0 or "leads" not in dataset.relations:
        return None
    return _Planner(dataset, as_of, target, dict(tried)).plan()


class _Planner:
    def __init__(self, dataset: Dataset, as_of: AsOf, target: Target, tried: Mapping[str, float]) -> None:
        self.dataset, self.as_of, self.target, self.tried = dataset, as_of, target, tried
        self.settings: Settings = small.settings(dataset)
        self.period = target.period
        self.span = Span(*target.period.bounds(self.settings.zone))
        self.gauge = Gauge(dataset, target.where)
        self.gauge = replace(self.gauge, together=len(self.steps) + 1)  # the steps, and what comes in at all
        self.goals = goals(dataset)
        self.quotas = quotas(dataset)

    def plan(self) -> Plan:
        rates = [self._rate(step) for step in reversed(self.steps)]
        rungs = list(self._rungs(rates))
        left = (self.period.end - max(self.as_of.day, self.period.start)).days
        return Plan(
            target=self.target,
            rungs=tuple(rungs),
            rates=tuple(rates),
            breaks=tuple(self._breaks(rungs, rates)),
            begun=self.begun,
            over=self.over,
            days_left=max(left, 0),
            missing=self._missing(),
            cycle_days=self._cycle(),
        )

    @property
    def begun(self) -> bool:
        return self.span.start < self.as_of.until

    @property
    def over(self) -> bool:
        return self.as_of.instant >= self.span.end

    @cached_property
    def there(self) -> tuple[str, ...]:
        return stages(self.gauge.question(self.period, self.as_of))

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """None where nothing says how revenue comes about."""
        found = steps(self.gauge.question(self.period, self.as_of), self.there)
        return found if "wins" in self.there else ()

    def _missing(self) -> tuple[str, ...]:
        """What would make the ladder whole, as 'table.column'."""
        columns = {
            "mqls": "leads.mql_at", "handoffs": "leads.handed_off_at", "accepted": "leads.accepted_at",
            "sqls": "leads.sql_at", "opportunities": "leads.opportunity_at", "wins": "leads.won_at",
            "visits": "web.visits and web.conversions",
        }  # fmt: skip
        return tuple(column for stage, column in columns.items() if stage not in self.there)

    def _cycle(self) -> float | None:
        """The median days from coming in to the win, of the deals won in the year up to as_of."""
        row = self.gauge.row("sales_cycle_days", self.period, self.as_of)
        before = self.gauge.row("sales_cycle_days", self.period.year_before(), self.as_of)
        return next((r.value for r in (row, before) if r is not None and r.value is not None), None)

    # Rates

    def _rate(self, step: Step) -> Rate:
        reference = self._reference(step)
        agreed, basis, name = self._agreed(step, reference)
        tried = self.tried.get(step.key)
        planned = agreed if tried is None else tried
        real = self.gauge.measured(step, self.period, self.as_of) if self.begun else Measured()
        immature = not self._is_ripe(step, self.period)
        ripe, base = self._ripe(step, reference) if immature else (1.0, None)
        if base is None and tried is None and basis in ("year_before", "earlier") and not immature:
            base = None if reference is None else reference[1]
        found = Rate(step, planned, agreed, basis, name, real, ripe, base, immature, tried is not None)
        return replace(found, verdict=self._verdict(found))

    def _is_ripe(self, step: Step, period: Period) -> bool:
        """Whether nearly all of a cohort's conversions are in; true of what isn't a cohort."""
        days = self.gauge.mature_days(step, self.as_of)
        end = period.bounds(self.settings.zone)[1]
        return days is not None and (step.kind != "cohort" or end + days * 86_400 <= self.as_of.instant)

    def _reference(self, step: Step) -> tuple[Period, Measured] | None:
        """The span that the step is planned by: a year before, else an earlier one; ripe if there is one."""
        young: tuple[Period, Measured] | None = None
        for period in self._earlier():
            found = self.gauge.measured(step, period, self.as_of)
            if found.n < self.settings.min_n or found.value is None:
                continue
            if self._is_ripe(step, period):
                return period, found
            young = young or (period, found)
        return young

    def _earlier(self) -> Iterable[Period]:
        yield self.period.year_before()
        period = self.period
        for _ in range(_EARLIER):
            period = period.previous()
            if period.bounds(self.settings.zone)[1] <= self.as_of.instant:
                yield period

    def _agreed(
        self, step: Step, reference: tuple[Period, Measured] | None
    ) -> tuple[float | None, Basis, str]:
        """The planned rate, what it rests on, and the name of that."""
        if step.kind == "metric":
            wanted = [g for g in self.goals if self._plans(g, step.key)]
            if wanted:
                goal = max(wanted, key=lambda g: (self._shared_days(g), g.goal_id))
                return goal.target, "goal", goal.name
            rows = [q for q in self.quotas if q.metric == step.key and q.person_id is None]
            if len(tiles := tiling(rows, self.period) or []) == 1:
                return tiles[0].target, "quota", tiles[0].department
            if step.key == "acceptance_rate" and self.settings.acceptance_target is not None:
                return self.settings.acceptance_target, "setting", "acceptance_target"
        if reference is None:
            return None, "unknown", ""
        period, found = reference
        is_year = period == self.period.year_before()
        return found.value, "year_before" if is_year else "earlier", period.text

    def _plans(self, goal: Goal, metric: str) -> bool:
        """Whether a goal says what a rate should be, for all rows or for those of the target."""
        same = (goal.filter or None) in (None, self.target.goal.filter if self.target.goal else None)
        return goal.metric == metric and goal.kind != "total" and same and self._shared_days(goal) > 0

    def _shared_days(self, goal: Goal) -> int:
        days = min(goal.period.end, self.period.end) - max(goal.start, self.period.start)
        return max(days.days, 0)

    def _ripe(
        self, step: Step, reference: tuple[Period, Measured] | None
    ) -> tuple[float | None, Measured | None]:
        """How much of its final rate the span compared with had at the same point, and what it was then."""
        if reference is None or not reference[1].value:
            return None, None
        period, final = reference
        moment = same_point(self.period, period, self.as_of, self.settings.zone)
        then = self.gauge.measured(step, period, moment)
        if then.n < self.settings.min_n or then.value is None or final.value is None:
            return None, None
        return min(then.value / final.value, 1.0), then

    def _verdict(self, rate: Rate) -> Verdict:
        real, wanted = rate.real, rate.wanted
        if rate.planned is None:
            return "unplanned"
        if real.value is None:
            return "no_data"
        if real.n < self.settings.min_n:
            return "few"
        if wanted is None:
            return "young"
        if real.value >= wanted:
            return "good"
        return "under" if _surely_under(rate, wanted) else "open"

    # Rungs

    def _rungs(self, rates: Sequence[Rate]) -> Iterable[Rung]:
        needed: float | None = self.target.amount
        yield self._rung("revenue", needed)
        for rate in rates:
            needed = None if needed is None or not rate.planned else needed / rate.planned
            yield self._rung(rate.step.source, needed)

    def _rung(self, stage: str, needed: float | None) -> Rung:
        actual = self._actual(stage) if self.begun else None
        share = self._share(stage)
        expected = None if needed is None or share is None else needed * share
        status = None if needed is None else self._status(needed, expected, actual)
        return Rung(stage, _TEAMS[stage], needed, expected, actual, self._agreed_count(stage), status)

    def _actual(self, stage: str) -> float | None:
        if stage == "revenue" and self.target.goal is not None:
            return Reader(self.dataset, self.as_of).actual(self.target.goal).value
        return self.gauge.count(stage, self.period, self.as_of)

    def _share(self, stage: str) -> float | None:
        """The share of what is needed that is expected by now."""
        goal = self.target.goal
        if stage == "revenue" and goal is not None:
            return Reader(self.dataset, self.as_of).curve(goal, self.as_of.instant)
        pace = self.settings.quota_pace
        if pace != "last_year":
            return elapsed_share(self.settings, self.span, self.as_of, pace)
        return last_years_share(
            self.settings.zone,
            self.span,
            self.as_of.instant,
            lambda start, end: self._total(stage, start, end),
        )

    def _total(self, stage: str, start: int, end: int) -> float | None:
        question = self.gauge.question(self.period, self.as_of).asking(start=start, end=end)
        try:
            if stage in ("visits", "conversions"):
                return question.total(stage).total
            return METRICS[stage].figures(question)[ALL].value
        except NotReachableError:
            return None

    def _status(self, needed: float, expected: float | None, actual: float | None) -> Status:
        if not self.begun:
            return Status.NOT_DUE
        if actual is None or expected is None:
            return Status.NO_DATA
        if actual >= needed:
            return Status.ACHIEVED
        if self.over:
            return Status.MISSED
        if self.span.share(self.as_of.instant) < self.settings.too_early or not expected:
            return Status.TOO_EARLY
        return by_pace(actual / expected, self.settings)

    def _agreed_count(self, stage: str) -> float | None:
        """What quotas or a goal of the same span want of a stage."""
        if stage == "revenue" or self.target.where.parts:
            return None
        rows = [q for q in self.quotas if q.metric == stage and q.person_id is None]
        for team in TEAMS:
            if tiles := tiling([q for q in rows if q.department == team], self.period):
                return sum(q.target for q in tiles)
        wanted = (
            g for g in self.goals
            if g.metric == stage and g.kind == "total" and not g.lower_is_better and not g.filter
            and (g.start, g.due) == (self.period.start, self.period.last_day)
        )  # fmt: skip
        found = next(wanted, None)
        return None if found is None else found.target

    # Where it breaks

    def _breaks(self, rungs: Sequence[Rung], rates: Sequence[Rate]) -> list[Break]:
        """Steps surely under plan; those on the site only where the leads they bring are short too."""
        short = {rung.stage: self._short(rung) for rung in rungs}
        found = [self._break(r.step.target, r, r.shortfall) for r in rates if r.step.target not in _ON_SITE]
        if short.get("leads"):
            on_site = [self._break(r.step.target, r, r.shortfall) for r in rates if r.step.target in _ON_SITE]
            on_site += [self._break("visits", None, short.get("visits", 0.0))]
            known = any(b.shortfall for b in on_site)
            found += on_site if known else [self._break("leads", None, short["leads"])]
        return sorted((b for b in found if b.shortfall > 0), key=lambda b: (-b.shortfall, b.stage))

    def _break(self, stage: str, rate: Rate | None, shortfall: float) -> Break:
        return Break(stage, rate, shortfall, self.target.amount * shortfall)

    def _short(self, rung: Rung) -> float:
        """How much less than expected came in at a stage, where that can't be chance."""
        early = self.span.share(self.as_of.instant) < self.settings.too_early
        if rung.actual is None or not rung.expected or early:
            return 0.0
        high = counted(rung.actual, z_of(self.gauge.together))[1]
        return 1 - rung.actual / rung.expected if high < rung.expected else 0.0


def _surely_under(rate: Rate, wanted: float) -> bool:
    """Whether chance can't explain it, neither here nor in the span it is compared with."""
    if rate.base is None or rate.base.value is None:
        return rate.real.top is not None and rate.real.top < wanted
    gap = gap_top(rate.real, rate.base)
    return gap is not None and gap < wanted - rate.base.value
