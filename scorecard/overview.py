"""The scorecard's first page: are we on track, why not, who acts, can it be trusted.

`read` asks all of the page's questions: the goals and team quotas of the period, one cohort of hand-offs by
source for the period and one for the one compared with, the cohort by owner, and the waits for a first touch.
Totals are sums of the groups, worked out here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, Literal

from scorecard import (
    campaigns,
    comparisons,
    goal_tree,
    handoff,
    quotas,
    report,
    signoff_words,
    signoffs,
    small,
    words,
)
from scorecard.clock import AsOf
from scorecard.comparisons import Cases, Effect
from scorecard.contract import TABLES
from scorecard.dataset import Dataset
from scorecard.formats import Formats
from scorecard.goal_tree import Line
from scorecard.judge import Judge, has_rows
from scorecard.measures import ALL, Group, NotReachableError, Question
from scorecard.metrics import METRICS, Figures
from scorecard.periods import Period
from scorecard.problems import Severity
from scorecard.quotas import Attainment, Gap
from scorecard.rows import Row
from scorecard.scopes import EVERYTHING, Filter
from scorecard.settings import Settings
from scorecard.statistics import newcombe
from scorecard.status import Mark, Status
from scorecard.words import Said, Sentence, counted, plain, sentence

MOST_GOALS: Final = 8
MOST_CONCERNS: Final = 6
_OF_A_KIND: Final = 2
_BY: Final = ("source", "campaign_id", "owner")
_TARGET_TABLES: Final = ("people", "goals", "goal_actuals", "milestones", "quotas")
_TOLD: Final = 0.0005  # what is shown as 0 points isn't told
_EVEN: Final = 0.005  # half a point: teams nearer than this are level, effects smaller are not told
Block = Literal["goals", "handoff", "quotas"]
_SHORT: Final = (Status.AT_RISK, Status.OFF_TRACK)


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure of the hand-off under its name; `beside` compares it and says what it leaves out."""

    name: str
    row: Row
    beside: str = ""


@dataclass(frozen=True, slots=True)
class QuotaLine:
    """A team's quota under the name a reader knows it by; `unit` is that of its actual and target.

    `when` names its time where that isn't the period's.
    """

    name: str
    row: Row
    unit: str
    when: str = ""

    @property
    def brief(self) -> str:
        """The name without the team."""
        return self.name.rpartition(", ")[0] or self.name


@dataclass(frozen=True, slots=True)
class Concern:
    """Something that needs attention: what, how much, who acts, and where it is seen.

    With a `mark` that stands in the place of the status, and `why` in that of its rule.
    """

    status: Status
    what: str
    detail: str
    who: str
    page: str
    ask: tuple[tuple[str, str], ...] = ()
    weight: float = 0.0
    kind: str = ""
    mark: Mark | None = None
    why: str = ""

    @property
    def shown(self) -> Mark:
        """Icon, word and tone to show."""
        return self.mark or self.status.mark


@dataclass(frozen=True, slots=True)
class Step:
    """What isn't there yet, and what to fill; `block` is the part of the page that lacks it."""

    title: str
    todo: str
    block: Block


@dataclass(frozen=True, slots=True)
class Overview:
    """All that the first page shows: the answer, what stands behind it, the evidence.

    `standing` counts the goals by status, the best first, `by_team` those that go well of each team's; `gap`
    is marketing's and sales' quota on the two metrics compared.
    """

    headline: Sentence
    because: tuple[Sentence, ...]
    standing: tuple[tuple[Status, int], ...]
    by_team: tuple[tuple[str, int, int], ...]
    tiles: tuple[Reading, ...]
    goals: tuple[Line, ...]
    all_goals: int
    quotas: tuple[QuotaLine, ...]
    gap: tuple[QuotaLine, QuotaLine] | None
    gap_said: str
    other_times: str
    concerns: tuple[Concern, ...]
    steps: tuple[Step, ...]
    narrowed: str = ""


def read(
    dataset: Dataset, period: Period, as_of: AsOf, compare: Period | None = None, where: Filter = EVERYTHING
) -> Overview:
    """Everything on the page, in one go."""
    return _Board(dataset, period, as_of, compare, where).overview()


# --- the hand-off of one period ---------------------------------------------------------------------------


class _Cohort:
    """The hand-offs of a period as seen at as_of, in groups of one column and over all."""

    def __init__(self, dataset: Dataset, period: Period, as_of: AsOf, where: Filter) -> None:
        start, end = period.bounds(small.settings(dataset).zone)
        self.question = Question(dataset, as_of, start, end, where=where)
        self.judge = Judge(self.question, period)

    @cached_property
    def by(self) -> str | None:
        """The column that explains a change: the first that the data have and the filter leaves open."""
        fixed = {column for column, values in self.question.where.parts if len(values) == 1}
        has = self.question.dataset.has
        return next((c for c in _BY if has(f"leads.{c}") and c not in fixed), None)

    @cached_property
    def groups(self) -> Mapping[Group, Mapping[str, float]]:
        return self.grouped(self.by)

    def grouped(self, by: str | None) -> Mapping[Group, Mapping[str, float]]:
        """Nothing where there are no hand-offs to count, or no way to filter them."""
        if self.judge.barred(METRICS["handoffs"]) is not None:
            return {}
        try:
            return handoff.cohort(self.question.asking(by=by))
        except NotReachableError:
            return {}

    def row(self, name: str) -> Row:
        """A metric of the cohort as a row of the report."""
        metric = METRICS[name]
        if (barred := self.judge.barred(metric)) is not None:
            return barred
        if ALL not in self.groups:
            return self.judge.row(metric, "all", Figures(), Status.NOT_APPLICABLE)
        measured = self.waits if name.endswith("_median") else self.groups[ALL]
        return self.judge.judged(metric, "all", metric.form(measured, self.question))

    @cached_property
    def waits(self) -> Any:
        """Counts per minute on the agreed clock, as the metric takes them."""
        business = self.question.settings.sla_clock == "business"
        return handoff.waits(self.question.asking(), business=business)[ALL]

    def decided(self) -> dict[Group, Cases]:
        """Accepted of decided, by group."""
        found = {
            g: (f["accepted"], f["accepted"] + f["rejected"]) for g, f in self.groups.items() if g != ALL
        }
        return {g: cases for g, cases in found.items() if cases[1]}


# --- the page ---------------------------------------------------------------------------------------------


class _Board:
    def __init__(
        self, dataset: Dataset, period: Period, as_of: AsOf, compare: Period | None, where: Filter
    ) -> None:
        self.dataset, self.period, self.as_of, self.where = dataset, period, as_of, where
        self.settings: Settings = small.settings(dataset)
        self.formats = Formats.of(self.settings)
        self.running = as_of.instant < period.bounds(self.settings.zone)[1]
        self.now = _Cohort(dataset, period, as_of, where)
        self.compare = None if self.now.judge.early else compare
        self.before = None if self.compare is None else self._then(self.compare)

    def _then(self, compare: Period) -> _Cohort:
        moment = comparisons.same_point(self.period, compare, self.as_of, self.settings.zone)
        return _Cohort(self.dataset, compare, moment, self.where)

    def overview(self) -> Overview:
        shown = _most_important(self.lines)
        lines, gap = self.quota_lines, self._gap_pair()
        concerns = self._concerns()
        return Overview(
            headline=self._headline(),
            because=tuple(self._because(concerns)),
            standing=goal_tree.counts(self.lines),
            by_team=goal_tree.by_team(self.lines),
            tiles=tuple(self._tiles()),
            goals=shown,
            all_goals=len(self.lines),
            quotas=tuple(lines),
            gap=gap,
            gap_said=_gap_said(self.gap, self.formats) if gap else "",
            other_times=self._other_times(),
            concerns=concerns,
            steps=tuple(self._steps()),
            narrowed=str(self.where) and "The filter narrows the hand-off; goals and quotas count all leads.",
        )

    @property
    def _has_leads(self) -> bool:
        return has_rows(self.now.question, "leads")

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        return goal_tree.lines(self.dataset, self.period, self.as_of)

    @cached_property
    def teams(self) -> list[Attainment]:
        return quotas.attainments(self.dataset, self.period, self.as_of, people=False)

    @cached_property
    def gap(self) -> Gap:
        return quotas.alignment_gap(self.dataset, self.period, self.as_of, self.teams)

    @cached_property
    def acceptance(self) -> Row:
        return self.now.row("acceptance_rate")

    # Tiles

    def _tiles(self) -> list[Reading]:
        if not self._has_leads:
            return []
        clock = "business_hours" if self.settings.sla_clock == "business" else "hours"
        names = {
            "acceptance_rate": "Acceptance rate",
            "sla_compliance": "SLA met",
            f"{clock}_to_touch_median": "Speed to lead (median)",
            "lead_rating": "Lead rating",
        }
        found = [
            Reading(label, row := self.now.row(name), self._beside(name, row))
            for name, label in names.items()
        ]
        return [*self._came_in(), *found]

    def _came_in(self) -> list[Reading]:
        """How many leads there are, where nothing is known of what became of them."""
        if self.acceptance.status is not Status.LOCKED:
            return []
        rows = report.metric_rows(METRICS["leads"], self.now.question, self.period)
        return [Reading("Leads", rows[0])]

    def _beside(self, name: str, row: Row) -> str:
        if row.value is None and row.note("not_reached") is None:
            return ""
        return " · ".join(text for text in (self._left_out(name), self._compared(name, row)) if text)

    def _left_out(self, name: str) -> str:
        """What a figure leaves out, or how it is measured."""
        figures, settings = self.now.groups.get(ALL, {}), self.settings
        clock = "opening hours" if settings.sla_clock == "business" else "hours"
        if name == "acceptance_rate":
            decided = self.formats.percent(self.now.row("decision_coverage").value)
            return f"{decided} decided, {self.formats.integer(figures['undecided'])} to decide"
        if name == "sla_compliance":
            agreed = self.formats.number(settings.sla_hours)
            return f"{self.formats.integer(figures['pending'])} pending · agreed: {agreed} {clock}"
        if name == "lead_rating":
            return f"out of 5; {self.formats.integer(figures['rated'])} rated"
        return f"half of the leads, in {clock}" if name.endswith("_median") else ""

    def _compared(self, name: str, row: Row) -> str:
        """How it compares with the same point of the other period, and how sure that is."""
        if self.before is None or row.value is None:
            return ""
        then = self.before.row(name)
        if then.value is None:
            return f"nothing to compare {self._when()}"
        was = f"{self.formats.value(then.value, row.unit)} {self._when()}"
        if row.unit != "percent":
            return f"was {was}"
        gap = newcombe(*_cases(row), *_cases(then))
        sure = "can’t tell yet whether" if gap.verdict.startswith("can") else f"clearly {gap.verdict},"
        return f"{sure} {self.formats.points(gap.value)} from {was}"

    def _when(self) -> str:
        """'at this point of Q3 2026'; of a finished period 'in Q3 2026'."""
        if self.compare is None:
            return ""
        label = self.compare.label(self.settings.locale)
        return f"at this point of {label}" if self.running else f"in {label}"

    # Quotas

    @cached_property
    def quota_lines(self) -> list[QuotaLine]:
        """The team rows of the period; of rows that follow each other the running one, else the last."""
        chosen: dict[tuple[str, str], Attainment] = {}
        for a in sorted(self.teams, key=lambda a: a.quota.start):
            if (key := (a.quota.department, a.quota.metric)) not in chosen or a.quota.start <= self.as_of.day:
                chosen[key] = a
        return [self._quota_line(a) for a in self._gap_first(chosen.values())]

    def _gap_first(self, found: Iterable[Attainment]) -> list[Attainment]:
        first = self.gap.metrics or ()
        return sorted(found, key=lambda a: (a.quota.metric not in first, a.quota.department))

    def _quota_line(self, a: Attainment) -> QuotaLine:
        quota = a.quota
        own = (quota.start, quota.end) != (self.period.start, self.period.last_day)
        when = words.days(quota.start, quota.end, self.settings) if own else ""
        return QuotaLine(
            f"{words.metric(quota.metric)}, {quota.department}", quotas.row_of(a, self.as_of), a.unit, when
        )

    def _other_times(self) -> str:
        """'Leads, marketing and opportunities, sales: November 2026': which rows aren't about the period."""
        times: dict[str, list[str]] = {}
        for line in self.quota_lines:
            if line.when:
                times.setdefault(line.when, []).append(line.name)
        return ". ".join(f"{words.listing(names)}: {when}" for when, names in times.items())

    def _gap_pair(self) -> tuple[QuotaLine, QuotaLine] | None:
        """The two rows the gap lies between; None where there is no gap or it is made of several rows."""
        if self.gap.value is None or self.gap.metrics is None:
            return None
        pair = [
            line
            for team, metric, value in zip(
                ("marketing", "sales"), self.gap.metrics, (self.gap.marketing, self.gap.sales), strict=True
            )
            for line in self.quota_lines
            if line.row.scope == f"department={team},metric={metric}" and line.row.value == value
        ]
        return (pair[0], pair[1]) if len(pair) == 2 else None  # noqa: PLR2004 - marketing's and sales'

    # The verdict

    def _headline(self) -> Sentence:
        """The answer: goals, the teams on their quotas, the hand-off; one sentence where all are known."""
        if not self._has_leads and not self.lines and not self.teams:
            return _empty()
        clauses = [self._goals(), self._teams(), self._accepted()]
        known = [said for said, whole in clauses if said and not whole]
        whole = [said for said, whole in clauses if said and whole]
        parts = [(*_capital(_and(known)), Said("."))] if known else []
        return words.spaced([*parts, *whole])

    def _goals(self) -> tuple[Sentence, bool]:
        """How many are on track; and whether that is a whole sentence or a clause of one."""
        if not self.lines and not self.teams:
            return sentence(self._nothing_agreed()), True
        if not self.lines:
            return sentence("no shared goal lies in this period"), False
        return goal_tree.on_track(self.lines), not goal_tree.judged(self.lines)

    def _because(self, concerns: Sequence[Concern]) -> Iterable[Sentence]:
        """What stands behind it: what moved the hand-off, where both teams stand, who is asked first."""
        return (said for said in (self._why(), self._quotas_said(), _owed(concerns)) if said)

    def _nothing_agreed(self) -> str:
        if small.rows(self.dataset, "goals") or small.rows(self.dataset, "quotas"):
            return "No goal and no team quota lies in this period."
        return "No goals and no quotas are agreed yet, so nothing can be on track."

    def _teams(self) -> tuple[Sentence, bool]:
        gap = self.gap
        if not self.lines and not self.teams:
            return (), False
        if gap.value is None or gap.metrics is None:
            return sentence(self._no_gap()), False
        if abs(gap.value) < _EVEN:
            return sentence("both teams are ", Said("level", strong=True, page="quotas"), " on quota"), False
        ahead, behind = ("marketing", "sales") if gap.value > 0 else ("sales", "marketing")
        points = Said(_points(gap, self.formats), strong=True, page="quotas")
        return sentence(f"{ahead} is ", points, f" ahead of {behind} on quota"), False

    def _quotas_said(self) -> Sentence:
        """Where marketing and sales stand on the quotas of the two metrics compared."""
        gap = self.gap
        if gap.value is None or gap.metrics is None:
            return ()
        shares = [
            Said(
                f"{self.formats.percent(share)} of its quota of {words.inner(words.metric(metric))}",
                page="quotas",
            )
            for metric, share in zip(gap.metrics, (gap.marketing, gap.sales), strict=True)
        ]
        return sentence(
            "Marketing stands at ", shares[0], " and sales at ", shares[1], *self._expected(), "."
        )

    def _expected(self) -> Sequence[str | Said]:
        """By how much they should have come, where both are held against the same pace."""
        paces = {line.row.expected for line in self._gap_pair() or ()}
        pace = paces.pop() if len(paces) == 1 else None
        if pace is None or pace >= 1:
            return []
        return ["; by now ", words.shown(self.formats.percent(pace, 0), "quotas"), " was expected"]

    def _no_gap(self) -> str:
        if not self.teams:
            return "neither team has a quota here"
        if self.gap.status is Status.LOCKED and "gap_metrics" in (self.gap.reason or ""):
            return "the teams can't be set side by side before settings.gap_metrics names a metric of each"
        if self.gap.status is Status.NOT_DUE:
            return "the quotas haven't begun"
        return "the two teams' quotas can't be set side by side yet"

    def _accepted(self) -> tuple[Sentence, bool]:
        """Whether sales takes what marketing hands over."""
        row = self.acceptance
        if row.value is None:
            return sentence(self._unknown_acceptance(row)), True
        if row.status is Status.TOO_FEW:
            accepted = Said(self.formats.integer(row.numerator), strong=True, page="handoff")
            decided = words.shown(counted(row.n or 0, "hand-off"), "handoff")
            few = sentence("Sales accepted ", accepted, " of ", decided, " decided on, too few to judge.")
            return few, True
        rate = Said(self.formats.percent(row.value), strong=True, page="handoff")
        return sentence("sales accepted ", rate, " of leads", *self._agreed(row)), False

    def _agreed(self, row: Row) -> Sequence[str | Said]:
        if row.target is None or row.value is None:
            return []
        level = "reaching" if row.value >= row.target else "short of"
        return [f", {level} the ", words.shown(self.formats.percent(row.target), "handoff"), " agreed"]

    def _why(self) -> Sentence:
        """What moved the hand-off, and what pulls it down."""
        row = self.acceptance
        if row.value is None or row.status is Status.TOO_FEW:
            return ()
        then = self._acceptance_then()
        moved = () if then is None else self._moved(row, then)
        cause = self._cause(row)
        return words.spaced([said for said in (moved, cause) if said])

    def _unknown_acceptance(self, row: Row) -> str:
        if not self._has_leads:
            return "There are no leads to hand over yet."
        if row.status is Status.LOCKED:
            return "How well leads are handed over isn’t known: columns for it are missing."
        if row.status is Status.NOT_DUE:
            return "The period hasn’t begun, so nothing was handed over."
        return "Sales hasn’t decided on any hand-off of this period yet."

    def _acceptance_then(self) -> Row | None:
        then = None if self.before is None else self.before.row("acceptance_rate")
        return None if then is None or then.value is None else then

    def _moved(self, row: Row, then: Row) -> Sentence:
        gap, f = newcombe(*_cases(row), *_cases(then)), self.formats
        was = words.shown(f.percent(then.value), "handoff")
        if gap.verdict.startswith("can"):
            return sentence("Whether acceptance moved from the ", was, f" {self._when()} we can’t tell yet.")
        by = words.linked(f.apart(gap.value), "handoff")
        went = "fell" if (gap.value or 0.0) < 0 else "rose"
        between = words.shown(words.ends(gap.low, gap.high, f.apart), "handoff")
        sure = f", clearly so ({f.sure}: ", between, ")."
        return sentence(f"Acceptance {went} ", by, " from ", was, f" {self._when()}", *sure)

    def _cause(self, row: Row) -> Sentence:
        """The group that pulls acceptance down the most, when it is short or has clearly fallen."""
        then = self._acceptance_then()
        fell = then is not None and newcombe(*_cases(row), *_cases(then)).verdict == "lower"
        if self.now.by is None or not (fell or row.status in _SHORT):
            return ()
        if then is not None and self.before is not None and self.before.by == self.now.by:
            found = comparisons.effects(self.now.decided(), self.before.decided())
            if found and found[0].whole < -_EVEN:
                return self._by_effect(found[0])
        return self._by_absence(row)

    def _by_effect(self, e: Effect) -> Sentence:
        then = e.before[0] / e.before[1] if e.before[1] else None
        now = e.now[0] / e.now[1] if e.now[1] else None
        group, f = self._group(e.group), self.formats
        rates = (
            f"{f.percent(now, 0)} after {f.percent(then, 0)}" if then is not None and now is not None else ""
        )
        unsure = " (can’t tell yet)" if rates and e.moved.verdict.startswith("can") else ""
        parts = [
            (e.rate, sentence("its rate, ", replace(group, text=rates, strong=False), f"{unsure}, ")
             if rates else sentence("its rate ")),
            (e.mix, sentence("its share of the cases ")),
        ]  # fmt: skip
        down = [sentence(*name, "by ", self._by(e, part)) for part, name in parts if part <= -_TOLD]
        up = [sentence(*name, "lifts it by ", self._by(e, part)) for part, name in parts if part >= _TOLD]
        while_ = sentence(", while ", *up[0]) if up else ()
        return sentence(group, " pulls it down most: ", *words.joined(down), *while_, ".")

    def _by(self, e: Effect, part: float) -> Said:
        return replace(self._group(e.group), text=self.formats.apart(part))

    def _by_absence(self, row: Row) -> Sentence:
        """Without a comparison: the group without which the rate would stand highest."""
        k, n = _cases(row)
        without = {
            g: (k - a) / (n - d)
            for g, (a, d) in self.now.decided().items()
            if self.settings.min_n <= d and n - d >= self.settings.min_n
        }
        if not without:
            return ()
        group = max(without, key=lambda g: (without[g], str(g)))
        if without[group] - k / n < _EVEN:
            return ()
        rate = replace(self._group(group), text=self.formats.percent(without[group]))
        return sentence("Without ", self._group(group), " acceptance would be ", rate, ".")

    def _group(self, group: Group) -> Said:
        column = self.now.by or ""
        value = None if group is None else str(group)
        ask = () if value is None else ((column, value),)
        return Said(
            words.group(self.dataset, column, value, self.as_of), strong=True, page="handoff", ask=ask
        )

    # What needs attention

    def _concerns(self) -> tuple[Concern, ...]:
        found = [
            *self._goal_concerns(), *self._quota_concerns(), *self._source_concerns(),
            *self._owner_concerns(), *self._data_concerns(), *self._signing_concerns(),
        ]  # fmt: skip
        return _ranked(found)

    def _goal_concerns(self) -> Iterable[Concern]:
        for line in self.lines:
            if not line.in_trouble:
                continue
            yield Concern(
                line.row.status or Status.NO_DATA, line.name, f"{line.detail} · {line.side}", line.owner,
                "goals",
                (("goal", line.goal_id),), goal_tree.trouble(line) + _weight_of(line), "goal",
            )  # fmt: skip

    def _quota_concerns(self) -> Iterable[Concern]:
        for line in self.quota_lines:
            row = line.row
            if row.status not in goal_tree.TROUBLE or row.value is None or row.expected is None:
                continue
            lag = max(1 - row.value / row.expected, 0.0) if row.expected else 0.0
            done, due = (self.formats.percent(v, 0) for v in (row.value, row.expected))
            detail = f"{done} of the quota, {due} expected"
            base = {Status.OFF_TRACK: 3.0, Status.MISSED: 2.4}.get(row.status, 2.0)
            name = f"{line.name}{f', {line.when}' if line.when else ''}"
            yield Concern(row.status, name, detail, words.team(row.team), "quotas", (), base + lag, "quota")

    def _source_concerns(self) -> Iterable[Concern]:
        if self.before is None or self.now.by is None or self.before.by != self.now.by:
            return
        for e in comparisons.effects(self.now.decided(), self.before.decided()):
            if e.moved.verdict != "lower" or e.now[1] < self.settings.min_n:
                continue
            now, then = (self.formats.percent(k / n, 0) for k, n in (e.now, e.before))
            said = self._group(e.group)
            yield Concern(
                Status.OFF_TRACK if e.whole < -_EVEN else Status.AT_RISK, f"Acceptance of {said.text} fell",
                f"{now} after {then} {self._when()}, clearly lower", self._asked("marketing"), "handoff",
                said.ask,
                3.2 + min(abs(e.whole) * 10, 1.0), "source",
            )  # fmt: skip

    def _asked(self, department: str) -> str:
        """A department's liaison; without one the department."""
        return words.listing(words.liaisons(self.dataset, department)) or words.team(department)

    @cached_property
    def owners(self) -> Mapping[Group, Mapping[str, float]]:
        """The cohort by owner; not asked again where it is what changes are explained by."""
        if not self.dataset.has("leads.owner"):
            return {}
        return self.now.groups if self.now.by == "owner" else self.now.grouped("owner")

    def _owner_concerns(self) -> Iterable[Concern]:
        found: dict[Group, Mapping[str, float]] = {
            g: f for g, f in self.owners.items() if g not in {ALL, None}
        }
        yield from self._overdue(found)
        yield from self._slow(found)

    def _overdue(self, found: Mapping[Group, Mapping[str, float]]) -> Iterable[Concern]:
        everything = self.now.groups.get(ALL, {})
        overdue, handed = everything.get("overdue", 0.0), everything.get("handoffs", 0.0)
        if not overdue or self.now.row("overdue").value is None:
            return
        count = self.formats.integer(overdue)
        what = f"{count} {'decision is' if overdue == 1 else 'decisions are'} overdue"
        most = max(found, key=lambda g: (found[g]["overdue"], str(g)), default=None)
        name = "" if most is None else words.person(self.dataset, str(most))
        share = f"{self.formats.percent(overdue / handed, 0)} of the hand-offs"
        detail = (
            f"{share}, most with {name}: {self.formats.integer(found[most]['overdue'])}" if name else share
        )
        ask = () if most is None else (("owner", str(most)),)
        weight = 1.8 + min(overdue / handed * 4, 1.6)
        yield Concern(
            Status.AT_RISK, what, detail, name or words.team("sales"), "handoff", ask, weight, "overdue"
        )

    def _slow(self, found: Mapping[Group, Mapping[str, float]]) -> Iterable[Concern]:
        """Owners who meet the agreed time clearly less often than the others."""
        everything = self.now.groups.get(ALL, {})
        if "met" not in everything:
            return
        met, judged = everything["met"], everything["met"] + everything["breached"]
        for group, f in found.items():
            k, n = int(f["met"]), int(f["met"] + f["breached"])
            rest = int(met) - k, int(judged) - n
            if n < self.settings.min_n or newcombe(k, n, *rest).verdict != "lower":
                continue
            name = words.person(self.dataset, str(group))
            shares = self.formats.percent(k / n, 0), self.formats.percent(rest[0] / rest[1], 0)
            late = self.formats.integer(f["breached"])
            detail = f"SLA met {shares[0]} of {n}, the others {shares[1]} · {late} breached"
            weight = 2.2 + min(rest[0] / rest[1] - k / n, 1.0) * 2
            yield Concern(
                Status.OFF_TRACK,
                f"{name} touches leads late",
                detail,
                name,
                "handoff",
                (("owner", str(group)),),
                weight,
                "slow",
            )

    def _data_concerns(self) -> Iterable[Concern]:
        """Rows that targets and actuals go without; those of large tables are the Data page's business."""
        problems = [p for t in _TARGET_TABLES for p in small.reading(self.dataset, t).problems]
        problems += small.settings_problems(self.dataset)
        errors = [p for p in problems if p.severity is Severity.ERROR]
        if not errors:
            return
        rows = sum(p.rows for p in errors)
        tables = words.listing(dict.fromkeys(p.table for p in errors))
        what = f"{counted(rows, 'row')} of {tables} can’t be used"
        yield Concern(
            Status.AT_RISK, what, f"first: {errors[0].place}", words.team(None), "data", (), 2.6, "data"
        )

    def _signing_concerns(self) -> Iterable[Concern]:
        """Live campaigns without both sign-offs, or changed since; those that are over can't be helped."""
        for one in campaigns.campaigns(self.dataset, self.as_of):
            if one.phase != "live" or not (one.went_without or one.changed):
                continue
            teams = one.unsigned or one.reopened
            fields = words.listing(signoff_words.fields(one.keys or ()))
            detail = one.marks[1].word if one.unsigned or not fields else f"{one.marks[1].word}: {fields}"
            who = words.listing(self._asked(team) for team in teams)
            mark = signoffs.mark_of(one.keys or (), one.phase)
            yield Concern(
                Status.AT_RISK, one.name, detail, who, "campaigns", (("campaign", one.campaign_id),),
                2.7 if one.unsigned else 2.3, "signing", mark, signoff_words.RULE,
            )  # fmt: skip

    # What to fill next

    def _steps(self) -> Iterable[Step]:
        if not small.rows(self.dataset, "goals"):
            yield Step("No shared goals yet", _fill("goals"), "goals")
        elif not self.lines:
            todo = "Choose another period, or add a goal that lies in this one."
            yield Step("No goal lies in this period", todo, "goals")
        if not self._has_leads:
            yield Step("No leads yet", _fill("leads"), "handoff")
        elif self.acceptance.status is Status.LOCKED:
            needs = (self.acceptance.note("needs") or "").replace("+", ", ")
            todo = f"Fill {needs}: when a lead went to sales, and what sales said."
            yield Step("The hand-off is locked", todo, "handoff")
        if not small.rows(self.dataset, "quotas"):
            yield Step("No quotas yet", _fill("quotas"), "quotas")
        elif not self.teams:
            todo = "Add a row of quotas without person_id for each team."
            yield Step("No team quota lies in this period", todo, "quotas")


def _empty() -> Sentence:
    return sentence(
        "There is nothing to judge yet: ",
        Said("the source holds no leads, goals or quotas", strong=True, page="data"),
        ". Leads with an id and a date are enough to start.",
    )  # fmt: skip


def _fill(table: str) -> str:
    """'Fill the table goals: goal_id, target, start and due are enough to start.'."""
    contract = TABLES[table]
    required = [c.name for c in contract.columns if c.required or c.name in contract.key]
    required = [name for name in required if name not in {"pass_no", "person_id"}]
    return f"Fill the table {table}: {words.listing(required)} are enough to start."


def _cases(row: Row) -> tuple[int, int]:
    return int(row.numerator or 0), int(row.denominator or 0)


def _capital(said: Sentence) -> Sentence:
    first, *rest = said
    return (Said(words.upper(first.text), first.strong, first.page, first.ask), *rest)


def _and(clauses: Sequence[Sentence]) -> Sentence:
    """Clauses in one sentence: 'a, b, and c'."""
    said: list[Said] = []
    for place, clause in enumerate(clauses):
        between = (", and " if place == len(clauses) - 1 else ", ") if place else ""
        said += [Said(between), *clause] if between else clause
    return tuple(said)


def _gap_said(gap: Gap, formats: Formats) -> str:
    if gap.value is None:
        return ""
    if abs(gap.value) < _EVEN:
        return "both teams are level on their quotas"
    ahead, behind = ("marketing", "sales") if gap.value > 0 else ("sales", "marketing")
    return f"{ahead} is {_points(gap, formats)} ahead of {behind}"


def _points(gap: Gap, formats: Formats) -> str:
    return formats.apart(gap.value or 0.0)


def _owed(concerns: Sequence[Concern]) -> Sentence:
    """Who acts first, and on what: the two gravest concerns about goals that have a person."""
    first = [c for c in concerns if c.who and c.page == "goals"][:2]
    if not first:
        return ()
    told = [Said(words.brief(c.what), strong=True, page=c.page, ask=c.ask) for c in first]
    who = [c.who for c in first]
    if len(set(who)) == 1:
        return sentence(f"The first to act is {who[0]}, on ", *words.joined(told), ".")
    return sentence(
        f"The first to act is {who[0]}, on ", told[0], f"; the next is {who[1]}, on ", told[1], "."
    )


def _most_important(found: Sequence[Line]) -> tuple[Line, ...]:
    """Those in trouble first, then parents; in the order of the tree, indented below those that are shown."""
    ranked = sorted(
        range(len(found)),
        key=lambda i: (-(goal_tree.trouble(found[i]) + _standing_of(found[i])), i),
    )[:MOST_GOALS]
    return tuple(_indented(found, sorted(ranked)))


def _standing_of(line: Line) -> float:
    """Parents and what both teams share tell more than single parts."""
    silent = line.row.value is None
    return 2.0 * line.has_parts + 1.0 * (line.row.team == "shared") - 0.3 * line.depth - 2.0 * silent


def _weight_of(line: Line) -> float:
    """What a goal weighs beside its trouble: the company's own goals before single tries."""
    return 2.0 * line.has_parts + 0.5 * (line.row.team == "shared") - 0.2 * line.depth


def _indented(found: Sequence[Line], kept: Sequence[int]) -> Iterable[Line]:
    path: list[int] = []  # places of the ancestors that are shown
    for place in kept:
        path = [p for p in path if _is_above(found, p, place)]
        yield replace(found[place], depth=len(path))
        path.append(place)


def _is_above(found: Sequence[Line], above: int, place: int) -> bool:
    """Whether one line of the tree stands over another: no line between is as high as it."""
    return all(line.depth > found[above].depth for line in found[above + 1 : place + 1])


def _ranked(found: Sequence[Concern]) -> tuple[Concern, ...]:
    """The gravest first, not too many of one kind."""
    kept: list[Concern] = []
    for concern in sorted(found, key=lambda c: (-c.weight, c.what)):
        alike = sum(c.kind == concern.kind for c in kept)
        if alike < _OF_A_KIND and len(kept) < MOST_CONCERNS:
            kept.append(concern)
    return tuple(kept)


def verdict(overview: Overview) -> tuple[Sentence, ...]:
    """The answer and what stands behind it, one after the other."""
    return (overview.headline, *overview.because)


def said(overview: Overview) -> str:
    """The same as plain text."""
    return " ".join(plain(s) for s in verdict(overview))
