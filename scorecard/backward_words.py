"""The backward plan as it is told: what the target takes, where it breaks, what would have to be true."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from scorecard import backward, periods, small, words
from scorecard.backward import Break, Plan, Rate, Rung, Verdict
from scorecard.backward_rates import Measured
from scorecard.clock import AsOf
from scorecard.dataset import Dataset
from scorecard.formats import Formats
from scorecard.periods import Period
from scorecard.settings import Settings
from scorecard.status import Mark, Status
from scorecard.words import Said, Sentence, linked, sentence

STAGE_NAMES: Final = {
    "visits": "Visits", "conversions": "Conversions", "leads": "Leads", "mqls": "MQLs",
    "handoffs": "Hand-offs", "accepted": "Accepted hand-offs", "sqls": "SQLs",
    "opportunities": "Opportunities", "wins": "Wins", "revenue": "Revenue",
}  # fmt: skip
LADDER: Final = "goals#ladder"  # where on the page the evidence of a figure stands
_NAMED: Final = ("wins", "sqls", "mqls", "leads", "visits")  # stages of the first sentence
_WEEKLY: Final = ("mqls", "sqls", "wins")  # stages that a week is told by
_TEAM_WORDS: Final = {"shared": "marketing and sales"}
_MARKS: Final[Mapping[Verdict, Mark]] = {
    "good": Mark("at plan", "good", "●"),
    "open": Mark("short, may be chance", "warn", "▲"),
    "under": Mark("under plan", "bad", "▼"),
    "few": Mark("too few", "muted", "∴"),
    "young": Mark("too young", "muted", "◔"),
    "no_data": Mark("no data", "muted", "○"),
    "unplanned": Mark("no planned rate", "muted", "◌"),
}
_WHY: Final[Mapping[Verdict, str]] = {
    "good": "At or above the planned rate.",
    "open": "Under the planned rate, but the planned one lies inside the interval that chance explains, when "
            "all steps share the 5 %.",
    "under": "Under the planned rate by more than chance explains, when all steps share the 5 %.",
    "few": "Fewer cases than settings.min_n: a rate over so few isn't judged.",
    "young": "Its cohort still converts, and no earlier one shows how far it should be by now.",
    "no_data": "Nothing of it is counted in this time.",
    "unplanned": "Nothing was agreed for it, and no earlier time has enough cases. Try a rate below.",
}  # fmt: skip
_NOT_BEGUN: Final = Mark("not begun", "muted", "◌")
RULE: Final = (
    "Each stage needs what the one above it needs, divided by the planned rate between them. The bar is what "
    "came in, the upright line what is needed, the dashed line what is expected by now. Planned is what was "
    "agreed, else what it was a year before. Stages are counted in the same time, by their own dates."
)


@dataclass(frozen=True, slots=True)
class RungLine:
    """A stage on screen; `share` and `pace` are of what is needed."""

    name: str
    team: str
    share: float | None
    pace: float | None
    detail: str
    side: str
    status: Status | None
    needed: float | None
    actual: float | None
    agreed: float | None
    expected: float | None


@dataclass(frozen=True, slots=True)
class RateLine:
    """What leads from a stage to the one above it; places are from 0 to 1 on the step's own scale."""

    key: str
    name: str
    team: str
    planned: str
    real: str
    mark: Mark
    why: str
    places: tuple[float, float, float] | None  # low, value, high
    expected: float | None  # where the planned rate stands, as far as it is due by now
    faded: bool
    rate: float | None
    measured: Measured
    unit: str


@dataclass(frozen=True, slots=True)
class Trial:
    """A rate that may be tried: its name, unit, what holds (also as it is read) and what is tried."""

    key: str
    name: str
    unit: str
    agreed: float | None
    holds: str
    tried: float | None


@dataclass(frozen=True)
class Told:
    """The whole section; `nothing` says what a plan takes, `wrong` what in the link couldn't be followed."""

    verdict: tuple[Sentence, ...] = ()
    because: tuple[Sentence, ...] = ()
    rungs: tuple[RungLine, ...] = ()
    rates: tuple[RateLine, ...] = ()
    trials: tuple[Trial, ...] = ()
    notes: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    nothing: tuple[str, str] | None = None
    tried: bool = False


def read(
    dataset: Dataset, period: Period, as_of: AsOf, key: str | None, typed: tuple[tuple[str, str], ...] = ()
) -> Told:
    """The plan of a period in words; `typed` are rates as they stand in the address."""
    tried, notes = backward.assumptions(dict(typed))
    found = backward.plan(dataset, period, as_of, key, tuple(tried.items()))
    settings = small.settings(dataset)
    if found is None or len(found.rungs) == 1:
        return Told(nothing=_nothing(dataset, found, period, settings), wrong=notes)
    return replace(_Teller(found, settings).told(), wrong=notes)


def a_week(dataset: Dataset, period: Period, as_of: AsOf) -> Sentence:
    """What the rest of the time has to bring each week for the period's first target; empty without one."""
    found = backward.plan(dataset, period, as_of, None)
    return () if found is None else _Teller(found, small.settings(dataset)).a_week()


def offered(dataset: Dataset, period: Period) -> dict[str, str]:
    """The revenue targets that the period has, and what they go by."""
    formats = Formats.of(small.settings(dataset))
    return {
        t.key: f"{words.brief(t.name)}: {words.short(t.amount, 'currency', formats)}"
        for t in backward.targets(dataset, period)
    }


def _nothing(dataset: Dataset, found: Plan | None, period: Period, settings: Settings) -> tuple[str, str]:
    if "leads" not in dataset.relations:
        return "No backward plan yet", "Fill the table leads: lead_id, created_at and won_at are a beginning."
    if found is not None:
        return "The backward plan is locked", "It needs leads.won_at, with at least one win to go by."
    if backward.targets(dataset, period):
        return "The revenue target is 0", "A target of 0 takes nothing; write the revenue that is wanted."
    return (
        f"No revenue target lies in {period.label(settings.locale)}",
        "Add a goal with kind total and metric revenue, or a team quota of revenue for this period.",
    )


class _Teller:
    def __init__(self, plan: Plan, settings: Settings) -> None:
        self.plan, self.settings, self.formats = plan, settings, Formats.of(settings)
        self.rungs = {rung.stage: rung for rung in plan.rungs}

    def told(self) -> Told:
        plan = self.plan
        return Told(
            verdict=tuple(self._verdict()),
            because=tuple(self._because()),
            rungs=tuple(self._rung(rung) for rung in plan.rungs),
            rates=tuple(self._rate(rate) for rate in plan.rates),
            trials=tuple(map(self._trial, plan.rates)),
            notes=tuple(self._notes()),
            tried=plan.assumed,
        )

    # Sentences

    def _verdict(self) -> Iterator[Sentence]:
        yield self._takes()
        if not self.plan.begun:
            yield sentence("It hasn't begun, so nothing can break yet.")
        elif self.plan.breaks:
            yield self._breaks(self.plan.breaks[0])
        else:
            yield from self._holds()

    def _takes(self) -> Sentence:
        """'€947,600 in Q4 2026 takes 42 wins, 130 SQLs, 331 MQLs, 675 leads and 10,917 visits.'."""
        plan = self.plan
        known = [stage for stage in _NAMED if self._needed(stage) is not None]
        when = words.days(plan.target.period.start, plan.target.period.last_day, self.settings)
        took = "took" if plan.over else "takes"
        amount = linked(self._money(plan.target.amount), LADDER)
        if not known:
            return sentence("What ", amount, f" {took} isn't known: ", *self._unknown(), ".")
        counts = words.joined(linked(self._counted(stage, self._needed(stage)), LADDER) for stage in known)
        tried = ", at the rates tried here" if plan.assumed else ""
        return sentence(amount, f" in {when} {took} ", *counts, f"{tried}.")

    def _unknown(self) -> list[str]:
        first = next((rate for rate in self.plan.rates if not rate.planned), None)
        if first is None:
            return ["nothing leads up to it"]
        if first.planned == 0:
            return [f"at {words.inner(first.step.label)} 0 no number is enough"]
        return [f"{words.inner(first.step.label)} has no planned rate; try one below"]

    def _breaks(self, found: Break) -> Sentence:
        if found.rate is None:
            rung = self.rungs[found.stage]
            less = self.formats.integer((rung.expected or 0) - (rung.actual or 0))
            by_now = "needed" if self.plan.over else "expected by now"
            return sentence(
                "The plan breaks at the start, at ", Said(STAGE_NAMES[found.stage].lower(), strong=True),
                f" ({self._team(rung.team)}): ", linked(self.formats.integer(rung.actual), LADDER),
                " came in, ", linked(f"{less} fewer", LADDER), f" than {by_now}.",
            )  # fmt: skip
        rate = found.rate
        name = Said(words.inner(rate.step.label), strong=True)
        return sentence(
            "The plan breaks at ",
            name,
            f" ({self._team(rate.step.team)}): ",
            *self._real_of(rate),
            ".",
        )

    def _real_of(self, rate: Rate) -> Sentence:
        """'34.9% (82 of 235) instead of the planned 38.8%'."""
        real = linked(f"{self._value(rate.real.value, rate)}{self._cases(rate)}", LADDER)
        if rate.immature and rate.wanted is not None:
            wanted = linked(self._value(rate.wanted, rate), LADDER)
            return sentence(real, " where the plan has ", wanted, " by this point")
        return sentence(real, " instead of the planned ", linked(self._value(rate.planned, rate), LADDER))

    def _cases(self, rate: Rate) -> str:
        if rate.step.kind == "ratio":
            return ""
        return f" ({self.formats.integer(rate.real.k)} of {self.formats.integer(rate.real.n)})"

    def _costs(self, found: Break) -> Sentence:
        """'By itself that costs €512K of the target. For the target to hold, 546 visits a day would ...'."""
        costs = "cost" if self.plan.over else "costs"
        loss, mend = linked(self._money(found.loss), LADDER), self._would_have_to(found)
        return sentence(f"By itself that {costs} ", loss, f" of the target.{' ' if mend else ''}", *mend)

    def _would_have_to(self, found: Break) -> Sentence:
        """What the rest of the time would have to bring for the target to hold, all else as planned."""
        if self.plan.over:
            return ()
        if found.rate is None:
            return self._a_day(found.stage)
        return self._rest(found.rate)

    def _a_day(self, stage: str) -> Sentence:
        rung, days = self.rungs[stage], self.plan.days_left
        left = (rung.needed or 0) - (rung.actual or 0)
        if not days or left <= 0:
            return ()
        gone = self.plan.target.period.days - days + 1  # today counts on both sides
        now = linked(words.a_day((rung.actual or 0) / gone, "number", self.formats), LADDER)
        a_day = words.a_day(left / days, "number", self.formats)
        return sentence(
            "For the target to hold, ", linked(f"{a_day} {STAGE_NAMES[stage].lower()}", LADDER),
            " a day would have to come in for the ", words.shown(words.counted(days, "day"), LADDER),
            " left; so far it was ", now, ".",
        )  # fmt: skip

    def a_week(self) -> Sentence:
        """'€3.52M takes 24 MQLs and 3 wins a week for the 36 days left; so far it was 21 and 2 a week.'."""
        plan, days = self.plan, self.plan.days_left
        known = {stage: self.rungs[stage] for stage in _WEEKLY if stage in self.rungs}
        short = {stage: rung for stage, rung in known.items() if (rung.needed or 0) > (rung.actual or 0)}
        if plan.over or not plan.begun or not days or not short:
            return ()
        gone = plan.target.period.days - days + 1  # today counts on both sides
        rest = [self._weekly(s, ((r.needed or 0) - (r.actual or 0)) * 7 / days) for s, r in short.items()]
        so_far = [words.a_day((r.actual or 0) * 7 / gone, "number", self.formats) for r in short.values()]
        return sentence(
            f"{self._money(plan.target.amount)} takes ", Said(f"{words.listing(rest)} a week", strong=True),
            f" for the {words.counted(days, 'day')} left; so far it was {words.listing(so_far)}.",
        )  # fmt: skip

    def _weekly(self, stage: str, many: float) -> str:
        number, name = words.a_day(many, "number", self.formats), words.inner(STAGE_NAMES[stage])
        return f"{number} {name.removesuffix('s') if number == '1' else name}"

    def _rest(self, rate: Rate) -> Sentence:
        """The rate that the rest would need, or how much more at today's rate."""
        source, target = self.rungs[rate.step.source], self.rungs[rate.step.target]
        if None in (source.needed, source.actual, target.needed, target.actual):
            return ()
        left_source = (source.needed or 0) - (source.actual or 0)
        left_target = (target.needed or 0) - (target.actual or 0)
        if left_target <= 0:
            return ()
        parts: list[str | Said] = ["For the target to hold, "]
        wanted = left_target / left_source if left_source >= 1 else None
        if wanted is not None and (rate.step.unit != "percent" or wanted <= 1):
            still = linked(self._counted(rate.step.source, left_source), LADDER)
            name = words.inner(rate.step.label)
            parts += [f"{name} would have to be ", linked(self._value(wanted, rate), LADDER)]
            parts += [" over the ", still, " still to come"]
        ripe = (rate.real.value or 0.0) / rate.ripe if rate.ripe else None
        if ripe:
            more = self._counted(rate.step.source, left_target / ripe - max(left_source, 0.0))
            lead = ", or " if len(parts) > 1 else ""
            parts += [
                f"{lead}it would take ",
                linked(f"{more} more than planned", LADDER),
                " at today's rate",
            ]
        return sentence(*parts, ".") if len(parts) > 1 else ()

    def _holds(self) -> Iterator[Sentence]:
        open_ = [rate for rate in self.plan.rates if rate.verdict == "open" and rate.wanted]
        judged = [rate for rate in self.plan.rates if rate.verdict in ("good", "open")]
        if not judged:
            yield sentence("No step can be judged yet.")
            return
        yield sentence(Said("No step is surely under plan.", strong=True))
        if open_:
            worst = max(open_, key=lambda r: 1 - (r.real.value or 0) / (r.wanted or 1))
            name, team = words.inner(worst.step.label), self._team(worst.step.team)
            gap = self._real_of(worst)
            yield sentence(f"The widest gap is at {name} ({team}): ", *gap, ", which chance alone may do.")

    def _because(self) -> Iterator[Sentence]:
        """What the break costs and would mend it, other breaks, quotas smaller than what the plan needs."""
        if self.plan.begun and self.plan.breaks:
            yield self._costs(self.plan.breaks[0])
        for found in self.plan.breaks[1:]:
            name = self._name(found.stage) if found.rate is None else words.inner(found.rate.step.label)
            team = self._team(self.rungs[found.stage].team if found.rate is None else found.rate.step.team)
            verb, costs = "was" if self.plan.over else "is", "cost" if self.plan.over else "costs"
            loss = linked(self._money(found.loss), LADDER)
            yield sentence(
                f"{words.upper(name)} ({team}) {verb} surely under plan as well and by itself {costs} ",
                loss,
                ".",
            )
        if fine := self._leads_come_anyway():
            yield fine
        if low := [r for r in self.plan.rungs if r.agreed is not None and _up(r.agreed) < _up(r.needed)]:
            agreed = words.joined(linked(self._counted(r.stage, r.agreed), LADDER) for r in low)
            needed = words.joined(linked(self.formats.integer(_up(r.needed)), LADDER) for r in low)
            yield sentence(
                "The quotas agreed come to ", *agreed, " while the target takes ", *needed,
                ": at these rates it is out of reach even when they are met.",
            )  # fmt: skip

    def _leads_come_anyway(self) -> Sentence:
        """Steps of the site that are under plan without the leads being short."""
        told = {b.rate.step.key for b in self.plan.breaks if b.rate is not None}
        short = [r for r in self.plan.rates if r.verdict == "under" and r.step.key not in told]
        names = words.listing(words.inner(rate.step.label) for rate in short)
        verb = "is" if len(short) == 1 else "are"
        return sentence(f"{words.upper(names)} {verb} under plan, but the leads come in.") if short else ()

    def _notes(self) -> Iterator[str]:
        plan = self.plan
        if plan.cycle_days is not None:
            cycle = self.formats.days(plan.cycle_days)
            yield (
                f"Deals take {cycle} from lead to win (median), so the leads of the last days mostly count "
                "for the time after."
            )
        if plan.missing:
            yield f"The ladder has more steps with {words.listing(plan.missing)}."
        if any(rate.step.kind == "ratio" for rate in plan.rates):
            yield (
                "Ratios of two counts (revenue per win, hand-offs per MQL, leads per conversion) take in "
                "what skips a step, such as leads of fairs and repeat orders; their intervals come from how "
                "the weeks differ."
            )

    # The ladder

    def _rung(self, rung: Rung) -> RungLine:
        needed, actual = rung.needed, rung.actual
        share = None if actual is None or not needed else actual / needed
        pace = None if rung.expected is None or not needed else rung.expected / needed
        running = self.plan.begun and not self.plan.over
        return RungLine(
            name=STAGE_NAMES[rung.stage],
            team=rung.team,
            share=share,
            pace=pace if running else None,
            detail=self._so_far(rung),
            side=" · ".join(self._sides(rung, pace if running else None)),
            status=rung.status,
            needed=needed,
            actual=actual,
            agreed=rung.agreed,
            expected=rung.expected,
        )

    def _so_far(self, rung: Rung) -> str:
        """'246 of 331', 'needs 331', '246 so far'."""
        needed = None if rung.needed is None else self._amount(rung.stage, _up_of(rung))
        actual = None if rung.actual is None else self._amount(rung.stage, rung.actual)
        if needed is None:
            return "" if actual is None else f"{actual} so far; how many it takes isn't known"
        if actual is None:
            return f"needs {needed}"
        share = self.formats.percent((rung.actual or 0) / rung.needed, 0) if rung.needed else ""
        return f"{actual} of {needed} needed · {share}"

    def _sides(self, rung: Rung, pace: float | None) -> Iterator[str]:
        if pace is not None:
            yield f"{self.formats.percent(pace, 0)} expected"
        if rung.agreed is not None:
            yield f"agreed: {self.formats.integer(rung.agreed)}"

    def _rate(self, rate: Rate) -> RateLine:
        verdict = rate.verdict
        return RateLine(
            key=rate.step.key,
            name=rate.step.label,
            team=rate.step.team,
            planned=self._planned(rate),
            real=self._real(rate),
            mark=_MARKS[verdict] if self.plan.begun else _NOT_BEGUN,
            why=_WHY[verdict] if self.plan.begun else "The time of the target hasn't begun.",
            places=_places(rate),
            expected=None if rate.wanted is None else rate.wanted / _scale(rate),
            faded=rate.immature,
            rate=rate.planned,
            measured=rate.real,
            unit=rate.step.unit,
        )

    def _planned(self, rate: Rate) -> str:
        """'43.3 % planned, as in Q4 2025', '70 % agreed: goal Acceptance of hand-offs'."""
        own = self._basis(rate)
        if rate.tried:
            return f"{self._value(rate.planned, rate)} tried here{f' (else {own})' if own else ''}"
        return own or "no planned rate"

    def _basis(self, rate: Rate) -> str:
        if rate.agreed is None:
            return ""
        value, name = self._value(rate.agreed, rate), words.brief(rate.basis_name)
        if rate.basis == "goal":
            return f"{value} agreed: {name}"
        if rate.basis == "quota":
            return f"{value} agreed: quota of {name}"
        if rate.basis == "setting":
            return f"{value} agreed in the settings"
        return f"{value} planned, as in {self._period(rate.basis_name)}"

    def _period(self, text: str) -> str:
        found = periods.parse(text, self.settings.fiscal_year_start)
        return words.days(found.start, found.last_day, self.settings)

    def _real(self, rate: Rate) -> str:
        """'44.2 % so far · 19 of 43 · 95 %: 30.4 – 58.9 %'."""
        real = rate.real
        if real.value is None:
            return "nothing to go by yet"
        parts = [f"{self._value(real.value, rate)}{'' if self.plan.over else ' so far'}"]
        over, under = self._amount(rate.step.target, real.k), self.formats.integer(real.n)
        parts.append(f"{over} {'for' if rate.step.kind == 'ratio' else 'of'} {under}")
        if real.low is not None and real.high is not None:
            parts.append(
                f"{self.formats.sure}: {self._value(real.low, rate)} – {self._value(real.high, rate)}"
            )
        if rate.immature:
            parts.append(self._young(rate))
        return " · ".join(parts)

    def _young(self, rate: Rate) -> str:
        if rate.wanted is None:
            return "still converting"
        return f"still converting, {self._value(rate.wanted, rate)} wanted by this point"

    def _trial(self, rate: Rate) -> Trial:
        holds = "none" if rate.agreed is None else self._value(rate.agreed, rate)
        tried = rate.planned if rate.tried else None
        return Trial(rate.step.key, rate.step.label, rate.step.unit, rate.agreed, holds, tried)

    # Words

    def _needed(self, stage: str) -> float | None:
        rung = self.rungs.get(stage)
        return None if rung is None else rung.needed

    def _counted(self, stage: str, amount: float | None) -> str:
        number = _up(amount)
        name = self._name(stage)
        one = name.removesuffix("s") if stage != "opportunities" else "opportunity"
        return f"{self.formats.integer(number)} {one if number == 1 else name}"

    def _name(self, stage: str) -> str:
        return words.inner(STAGE_NAMES[stage])

    def _team(self, team: str) -> str:
        return _TEAM_WORDS.get(team, team)

    def _money(self, amount: float) -> str:
        return words.short(amount, "currency", self.formats)

    def _amount(self, stage: str, amount: float) -> str:
        return self._money(amount) if stage == "revenue" else self.formats.integer(amount)

    def _value(self, value: float | None, rate: Rate) -> str:
        return words.short(value, rate.step.unit, self.formats)


def _up(amount: float | None) -> int:
    """A need in whole cases: 41.2 wins are 42."""
    return math.ceil(round(amount or 0.0, 6))


def _up_of(rung: Rung) -> float:
    return (rung.needed or 0.0) if rung.stage == "revenue" else _up(rung.needed)


def _scale(rate: Rate) -> float:
    """The upper end of a step's bar: a little beyond what is to be seen on it."""
    ends: Iterable[float | None] = (rate.wanted, rate.real.value, rate.real.high)
    return max([end for end in ends if end] or [1.0]) * 1.15


def _places(rate: Rate) -> tuple[float, float, float] | None:
    real = rate.real
    if real.value is None:
        return None
    low, high = (real.value if end is None else end for end in (real.low, real.high))
    scale = _scale(rate)
    return low / scale, real.value / scale, high / scale
