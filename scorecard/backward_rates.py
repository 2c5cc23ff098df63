"""What each stage of the way to revenue brings to the next: measured for one span, at one as_of.

The stages are counted by their own stamps. What leads from one to the next is either a metric of the report,
a ratio of two counts of the same span (where stages are skipped or joined on the way: fairs bring leads
without a visit, calls bring hand-offs without an MQL), or a cohort: of those at a stage in the span, how many
are seen at the next one, or a later one, by as_of.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, FromClause, and_, case, func, select

from scorecard.campaigns_compare import score, z_of
from scorecard.chances import t_quantile
from scorecard.clock import AsOf
from scorecard.conversions import ENOUGH_CONVERSIONS, YEAR_DAYS, Share
from scorecard.dataset import Dataset
from scorecard.handoff import Cohort
from scorecard.judge import Judge
from scorecard.measures import ALL, NotReachableError, PassView, Question
from scorecard.metrics import METRICS
from scorecard.periods import Period
from scorecard.rows import Row
from scorecard.scopes import Filter
from scorecard.statistics import nearest_rank
from scorecard.status import Status

Kind = Literal["metric", "ratio", "cohort"]

STAGES: Final = (
    "visits", "conversions", "leads", "mqls", "handoffs", "accepted", "sqls", "opportunities", "wins",
    "revenue",
)  # fmt: skip
_STAMP: Final = {
    "leads": "created", "mqls": "mql", "handoffs": "handed", "sqls": "sql", "opportunities": "opportunity",
    "wins": "won",
}  # fmt: skip
_COLUMN: Final = {
    "mqls": "leads.mql_at", "handoffs": "leads.handed_off_at", "sqls": "leads.sql_at",
    "opportunities": "leads.opportunity_at", "wins": "leads.won_at",
}  # fmt: skip
_WEEK: Final = 7 * 86_400
_FEWEST_WEEKS: Final = 4
_CHANCE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Step:
    """What leads from one stage to the next; `key` is its name in the address."""

    key: str
    label: str
    source: str
    target: str
    kind: Kind
    unit: str
    team: str


@dataclass(frozen=True, slots=True)
class Measured:
    """A step in one span: k of n (of a ratio k for n) with its 95 % interval, where there is one.

    `bottom` and `top` are the ends of the interval when all steps share the 5 %.
    """

    k: float = 0.0
    n: float = 0.0
    low: float | None = None
    high: float | None = None
    bottom: float | None = None
    top: float | None = None

    @property
    def value(self) -> float | None:
        return self.k / self.n if self.n else None


def gap_top(one: Measured, other: Measured) -> float | None:
    """The upper end of one minus other, each from its own interval, as Newcombe does it; None: unknown.

    Zou, G. Y. and Donner, A. (2008): Construction of confidence limits about effect measures: a general
    approach. Statistics in Medicine 27, 1693-1702.
    """
    if one.value is None or other.value is None or one.top is None or other.bottom is None:
        return None
    return one.value - other.value + math.hypot(one.top - one.value, other.value - other.bottom)


# --- which stages and steps there are ---------------------------------------------------------------------


def stages(question: Question) -> tuple[str, ...]:
    """The stages that the data have, first to last; without wins there is no way to revenue."""
    kept = (stage for stage in STAGES if _is_there(question, stage))
    return tuple(kept)


def _is_there(question: Question, stage: str) -> bool:
    dataset = question.dataset
    if stage in ("visits", "conversions"):
        return dataset.has("web.date", "web.visits", "web.conversions")
    if stage == "accepted":
        decided = [name for name in ("accepted_at", "rejected_at") if dataset.has(f"leads.{name}")]
        return bool(decided) and _is_there(question, "handoffs")
    if stage in ("leads", "revenue"):
        return "leads" in dataset.relations
    return bool(question.once(("is there", stage), lambda: _any(question, stage)))


def _any(question: Question, stage: str) -> bool:
    """Whether anything ever got there."""
    if not question.dataset.has(_COLUMN[stage]):
        return False
    stamp, origin = question.passes.column(_STAMP[stage]), question.passes.origin
    seen = question.passes.between(_STAMP[stage], None, question.as_of.until)
    return bool(question.run(select(stamp).select_from(origin).where(seen).limit(1)))


def steps(question: Question, there: Sequence[str]) -> tuple[Step, ...]:
    """From each stage to the next, first to last."""
    closed = question.dataset.has("leads.lost_at")
    return tuple(_step(*pair, closed=closed) for pair in pairwise(there))


def _step(source: str, target: str, *, closed: bool) -> Step:
    """The step between two stages; without lost deals the win rate is a cohort's."""
    key, label, kind, unit, team = _STEPS[target]
    if target == "wins" and not closed:
        kind = "cohort"
    name = label.format(_SHORT.get(source, source))
    return Step(key, name[:1].upper() + name[1:], source, target, kind, unit, team)


_STEPS: Final[dict[str, tuple[str, str, Kind, str, str]]] = {
    "conversions": ("conversion_rate", "Landing page conversion", "metric", "percent", "marketing"),
    "leads": ("lead_ratio", "Leads per conversion", "ratio", "number", "marketing"),
    "mqls": ("mql_rate", "{} to MQL", "cohort", "percent", "marketing"),
    "handoffs": ("handoff_ratio", "Hand-offs per {}", "ratio", "number", "marketing"),
    "accepted": ("acceptance_rate", "Acceptance", "metric", "percent", "shared"),
    "sqls": ("sql_rate", "{} to SQL", "cohort", "percent", "sales"),
    "opportunities": ("opportunity_rate", "{} to opportunity", "cohort", "percent", "sales"),
    "wins": ("win_rate", "Win rate", "metric", "percent", "sales"),
    "revenue": ("per_win", "Revenue per win", "ratio", "currency", "sales"),
}
_SHORT: Final = {
    "leads": "lead", "mqls": "MQL", "handoffs": "hand-off", "accepted": "accepted", "sqls": "SQL",
    "opportunities": "opportunity",
}  # fmt: skip


# --- measuring --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Gauge:
    """Measures stages and steps of one dataset, for the rows that a filter lets through.

    `together` is how many steps are looked at and share the 5 % that something seems surely so by chance.
    """

    dataset: Dataset
    where: Filter
    together: int = 1

    def question(self, period: Period, as_of: AsOf) -> Question:
        """The span as seen then."""
        question = Question(self.dataset, as_of, 0, 1, where=self.where)
        start, end = period.bounds(question.settings.zone)
        return question.asking(start=start, end=end)

    def row(self, metric: str, period: Period, as_of: AsOf) -> Row | None:
        """A row of the report; None where the filter can't be applied to it."""
        question = self.question(period, as_of)
        judge = Judge(question, period)
        if (barred := judge.barred(METRICS[metric])) is not None:
            return barred
        try:
            return judge.judged(METRICS[metric], "all", METRICS[metric].figures(question)[ALL])
        except NotReachableError:
            return None

    def count(self, stage: str, period: Period, as_of: AsOf) -> float | None:
        """How many got to a stage in the span; None where nothing is known of it."""
        row = self.row("conversion_rate" if stage in ("visits", "conversions") else stage, period, as_of)
        if row is None or row.status in (Status.LOCKED, Status.NO_DATA, Status.NOT_DUE):
            return None
        if stage in ("visits", "conversions"):
            return row.denominator if stage == "visits" else row.numerator
        return row.value

    def measured(self, step: Step, period: Period, as_of: AsOf) -> Measured:
        """A step in the span as it is seen then; without cases where nothing is known."""
        if step.kind == "metric":
            row = self.row(step.key, period, as_of)
            if row is None or row.value is None or row.status is Status.NO_DATA:
                return Measured()
            return self._rate(row.numerator or 0.0, row.denominator or 0.0)
        question = self.question(period, as_of)
        if question.start >= question.as_of.until:
            return Measured()
        try:
            return (
                self._ratio(step, period, question) if step.kind == "ratio" else self._cohort(step, question)
            )
        except NotReachableError:
            return Measured()

    def _cohort(self, step: Step, question: Question) -> Measured:
        found: Share = question.once(("backward", step.source, step.target), lambda: cohort(question, step))
        return self._rate(found.k, found.n)

    def _rate(self, k: float, n: float) -> Measured:
        if not n:
            return Measured()
        return Measured(k, n, *score(k, n, z_of(1)), *score(k, n, z_of(self.together)))

    def _ratio(self, step: Step, period: Period, question: Question) -> Measured:
        totals = [self.count(stage, period, question.as_of) for stage in (step.target, step.source)]
        if totals[0] is None or not totals[1]:
            return Measured()
        weeks = _weeks(question, step.target), _weeks(question, step.source)
        together = ratio_interval(*weeks, self.together)
        return Measured(totals[0], totals[1], *ratio_interval(*weeks), *together)

    def mature_days(self, step: Step, as_of: AsOf) -> int | None:
        """Days until nearly all of a cohort's conversions are in; 0 where it isn't about a cohort."""
        if step.kind != "cohort":
            return 0
        question = Question(self.dataset, as_of, 0, 1)
        if question.settings.mature_days is not None:
            return question.settings.mature_days
        key = ("backward", "mature", step.source, step.target)
        found: int | None = question.once(key, lambda: _mature_days(question, step))
        return found


def _weeks(question: Question, stage: str) -> list[float]:
    """A stage week by week, from the span's first day to what is seen of it."""
    marks = tuple(range(question.start, question.seen_end, _WEEK))
    asked = question.asking(marks=marks)
    if stage == "conversions":
        found = {part: total.total for part, total in asked.sums("conversions").items()}
    else:
        found = {part: f.value or 0.0 for part, f in METRICS[stage].figures(asked).items()}
    return [found.get(part, 0.0) for part in range(len(marks))]


def ratio_interval(
    upper: Sequence[float], lower: Sequence[float], together: int = 1
) -> tuple[float | None, float | None]:
    """The 95 % interval of a ratio of sums over weeks, from how much the weeks differ (linearised).

    So many intervals `together` share the 5 %. Cochran, W. G. (1977): Sampling Techniques, 3rd ed., section
    6.5. None under four weeks.
    """
    m, below = len(upper), math.fsum(lower)
    if m < _FEWEST_WEEKS or below <= 0:
        return None, None
    ratio = math.fsum(upper) / below
    spread = math.fsum((u - ratio * x) ** 2 for u, x in zip(upper, lower, strict=True)) / (m - 1)
    half = t_quantile(1 - _CHANCE / 2 / together, m - 1) * math.sqrt(m * spread) / below
    return max(ratio - half, 0.0), ratio + half


# --- cohorts ----------------------------------------------------------------------------------------------


def cohort(question: Question, step: Step) -> Share:
    """How many of a stage in the span are seen at the next stage, or a later one, by as_of."""
    rows, _, reached, counts = _cohort_rows(question, step)
    n = func.count(case((counts, 1))) if counts is not None else func.count()
    k = func.count(case((and_(reached.is_not(None), *([] if counts is None else [counts])), 1)))
    found = question.run(select(k, n).select_from(rows))[0]
    return Share(int(found[0]), int(found[1]))


def _mature_days(question: Question, step: Step) -> int | None:
    """The nearest-rank 90th percentile of the days that conversions took, as of the report's cohorts."""
    zone = question.settings.zone
    wall = zone.from_epoch(question.as_of.instant)
    start, end = (zone.to_epoch(wall - timedelta(days=days)) for days in (2 * YEAR_DAYS, YEAR_DAYS))
    past = question.asking(start=start, end=end)
    rows, stamp, reached, counts = _cohort_rows(past, step)
    taken = past.clock.day(reached) - past.clock.day(stamp)
    days = case((taken < 0, 0), else_=taken).label("d")
    conditions = [taken <= YEAR_DAYS, *([] if counts is None else [counts])]
    inner = select(days).select_from(rows).where(*conditions).subquery("d")
    counted = select(inner.c.d, func.count()).group_by(inner.c.d)
    found = sorted((int(d), int(n)) for d, n in past.run(counted) if d is not None)
    if sum(n for _, n in found) < ENOUGH_CONVERSIONS:
        return None
    ranked = nearest_rank([d for d, _ in found], [n for _, n in found], 0.9)
    return None if ranked is None else int(ranked)


_Rows = tuple[FromClause, ColumnElement[Any], ColumnElement[Any], ColumnElement[bool] | None]


def _cohort_rows(question: Question, step: Step) -> _Rows:
    """The passes of a cohort, their stamp, when they got further, and which of them count (None: all)."""
    if step.source == "accepted":
        of_handoffs = Cohort(question)
        further = [of_handoffs.seen(name) for name in _further(step.target)]
        return of_handoffs.rows, of_handoffs.c("handed"), _earliest(further), of_handoffs.agreed
    stamp, passes = _STAMP[step.source], question.passes
    view = PassView(question, passes, "owner")
    names = _names(step)
    conditions = [passes.between(stamp, question.start, question.seen_end), *view.conditions(question.where)]
    if step.source in ("leads", "mqls"):
        conditions.append(passes.column(f"first_{stamp}") == 1)
    rows = passes.rows([stamp, *names], view.group(None, (), passes.column(stamp)), *conditions)
    return rows, rows.c[stamp], _earliest([question.seen(rows.c[name]) for name in names]), None


def _names(step: Step) -> list[str]:
    """The columns that say that a pass, or its lead, got there; an MQL only by its own stamp."""
    if step.target == "mqls":
        return ["mql"]
    own = _further(step.target)
    of_lead = {"sql": "reached_sql", "won": "reached_won"} if step.source in ("leads", "mqls") else {}
    return [*own, *(column for name, column in of_lead.items() if name in own)]


def _further(stage: str) -> list[str]:
    stamps = ["sql", "opportunity", "won"]
    return stamps[stamps.index(_STAMP[stage]) :]


def _earliest(found: list[ColumnElement[int]]) -> ColumnElement[Any]:
    """The earliest of stamps, NULL where there is none."""
    earliest = found[0]
    for other in found[1:]:
        earliest = case((earliest.is_(None), other), (other < earliest, other), else_=earliest)
    return earliest
