"""The sentences of the Hand-off page: what happened, how sure that is, what moved it, where it hurts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final

from scorecard import unlock
from scorecard.clock import AsOf
from scorecard.comparisons import Effect
from scorecard.formats import Formats
from scorecard.measures import Group
from scorecard.metrics import METRICS
from scorecard.periods import Period
from scorecard.rows import Row
from scorecard.settings import Settings
from scorecard.standouts import Standout
from scorecard.statistics import Difference, newcombe
from scorecard.status import Status
from scorecard.words import Said, Sentence, ends, joined, linked, listing, sentence, shown, spaced, upper

Rows = Mapping[str, Row]
Strong = partial(Said, strong=True)

CANT_TELL: Final = "can't tell yet"
FUNNEL: Final = "handoff#funnel"  # parts of the page, where the evidence of a figure stands
SPEED: Final = "handoff#speed"
GROUPS: Final = "handoff#groups"
_RATES: Final = {"acceptance_rate": "Acceptance", "sla_compliance": "The share touched in time"}
_DID: Final = {"acceptance_rate": "accepted", "sla_compliance": "touched in time"}
_FILL: Final = (
    "Fill the table leads: a row a lead, with lead_id, created_at and, once it goes to sales, handed_off_at, "
    "first_touch_at, accepted_at or rejected_at. Then acceptance, response times and the reasons of "
    "rejections stand here."
)
_MOST: Final = 2  # groups that a sentence names


def median_metric(settings: Settings) -> str:
    """The median wait on the agreed clock."""
    return "business_hours_to_touch_median" if settings.sla_clock == "business" else "hours_to_touch_median"


@dataclass(frozen=True)
class Before:
    """What a period is compared with, from when that is seen, and whether only up to there."""

    period: Period
    as_of: AsOf
    to_date: bool

    def label(self, formats: Formats) -> str:
        """'Q3 2026', or 'Q3 2026 up to 22 Aug'."""
        name = self.period.label(formats.locale)
        return f"{name} up to {formats.day_month(self.as_of.day)}" if self.to_date else name

    def point(self, formats: Formats) -> str:
        """'in Q3 2026', or 'at this point of Q3 2026'."""
        return f"{'at this point of' if self.to_date else 'in'} {self.period.label(formats.locale)}"


@dataclass(frozen=True)
class Cause:
    """A rate by one column: what each group did to its change, and the groups that stand out now.

    `examined` says that there were two groups large enough to compare.
    """

    metric: str
    column: str
    effects: tuple[Effect, ...]
    standouts: tuple[Standout, ...]
    names: Mapping[Group, str]
    examined: bool


@dataclass(frozen=True)
class Words:
    """Sentences on the rows of a cohort and those of the period before."""

    period: Period
    rows: Rows
    before: Before | None
    then: Rows
    settings: Settings
    formats: Formats

    # --- the verdict

    def verdict(self) -> tuple[Sentence, ...]:
        """Acceptance against its target, and the agreed response time."""
        if self.nothing() is not None:
            return ()
        return (self._acceptance(), *self._response())

    def _acceptance(self) -> Sentence:
        row, f = self.rows["acceptance_rate"], self.formats
        if row.status is Status.LOCKED:
            return sentence(*self._handed(), " Whether sales takes them is locked. ", unlock.what_to_add(row))
        if not row.n:
            return sentence(*self._handed(), " Sales has decided on none of them yet.")
        if row.status is Status.TOO_FEW:
            few = f"{f.number(row.numerator)} of {self._count(row.n, 'hand-off')}"
            return sentence(
                "Sales accepted ", linked(few, FUNNEL), " it has decided on: too few to judge the rate."
            )
        accepted = linked(f.percent(row.value), FUNNEL)
        decided, of = linked(self._count(row.n, "hand-off"), FUNNEL), " it has decided on"
        return sentence("Sales accepted ", accepted, " of the ", decided, of, *self._against_target(row))

    def _against_target(self, row: Row) -> Sentence:
        if row.target is None:
            return sentence("; no target is agreed (setting acceptance_target).")
        agreed = f"the {self.formats.percent(row.target)} agreed"
        if row.status is Status.ON_TRACK:
            sure = row.low is not None and row.low >= row.target
            chance = "." if sure else ", though chance could explain it."
            return sentence(", ", Strong(f"reaching {agreed}"), chance)
        if row.status is Status.AT_RISK:
            return sentence(", ", Strong(f"short of {agreed}"), ", though chance could explain it.")
        return sentence(", ", Strong(f"clearly short of {agreed}"), ".")

    def _response(self) -> Iterator[Sentence]:
        row, f = self.rows["sla_compliance"], self.formats
        if row.status is Status.LOCKED:
            return
        met, pending = (self.rows[n].value or 0 for n in ("sla_met", "sla_pending"))
        if not row.n:
            running = shown(f.number(pending), SPEED), f" {'is' if pending == 1 else 'are'} running."
            yield sentence("No deadline for a first touch has passed yet; ", *running)
            return
        few = row.status is Status.TOO_FEW
        share = linked(f"{f.number(met)} of {f.number(row.n)}" if few else f.percent(row.value), SPEED)
        yield sentence("It touched ", share, " within the ", shown(self.agreed(), SPEED), " agreed.")

    def agreed(self) -> str:
        """'4 opening hours', '24 hours'."""
        hours = self.settings.sla_hours
        one = "opening hour" if self._opening else "hour"
        return "" if hours is None else self._count(hours, one)

    @property
    def _opening(self) -> bool:
        return self.settings.sla_clock == "business"

    def _handed(self) -> Sentence:
        n, label = self.rows["handoffs"].value or 0, self.period.label(self.formats.locale)
        leads = linked(self._count(n, "lead"), FUNNEL)
        return sentence(leads, f" {'was' if n == 1 else 'were'} handed off in {label}.")

    def _count(self, n: float, one: str) -> str:
        return f"{self.formats.number(n)} {one if n == 1 else f'{one}s'}"

    # --- what moved it, and where it hurts

    def because(self, causes: tuple[Cause, ...]) -> tuple[Sentence, ...]:
        """The changes with their rate and mix effects, the groups that stand out, and what is owed."""
        if self.nothing() is not None:
            return ()
        changes = [said for metric in _RATES for said in self._change(metric, causes)]
        return (*changes, *self._where(causes), *self._owed())

    def difference(self, metric: str) -> Difference | None:
        """A rate against the one before, with the interval of the difference; None where one has no cases."""
        now, then = self.rows[metric], self.then.get(metric)
        if then is None or now.value is None or then.value is None:
            return None
        return newcombe(int(now.numerator or 0), int(now.n or 0), int(then.numerator or 0), int(then.n or 0))

    def _change(self, metric: str, causes: tuple[Cause, ...]) -> Iterator[Sentence]:
        """'Acceptance fell 13 points from 80% in Q3 2026, clearly so (95%: 7 to 18 points).', and why."""
        gap, f = self.difference(metric), self.formats
        if gap is None or gap.value is None or self.before is None:
            return
        name, then = _RATES[metric], shown(f.percent(self.then[metric].value), GROUPS)
        by, point = linked(f.apart(gap.value), GROUPS), self.before.point(f)
        sure = (f" ({f.sure}: ", shown(ends(gap.low, gap.high, f.apart), GROUPS), ").")
        if gap.verdict == CANT_TELL:
            way = "under" if gap.value < 0 else "over"
            unknown = f" whether chance alone did that{sure[0]}", *sure[1:]
            yield sentence(
                f"{name} stands ", by, f" {way} the ", then, f" {point}; we ", Strong(CANT_TELL), *unknown
            )
            return
        went = "fell" if gap.value < 0 else "rose"
        moved = sentence(f"{name} {went} ", by, " from ", then, f" {point}, clearly so", *sure)
        yield spaced([moved, *self._why(metric, gap.value, causes)])

    def _why(self, metric: str, change: float, causes: tuple[Cause, ...]) -> Iterator[Sentence]:
        """The column whose strongest group explains most, its rate and mix effects, and that group."""
        able = [c for c in causes if c.metric == metric and len(c.effects) > 1]
        if not able:
            return
        best = max(able, key=lambda c: max(e.whole * change for e in c.effects))
        lead = max(best.effects, key=lambda e: e.whole * change)
        way = 1 if change > 0 else -1
        rates, mix = (way * sum(getattr(e, n) for e in best.effects) for n in ("rate", "mix"))
        parts, verb = self._parts(rates, mix, best.column, "rose" if change > 0 else "fell")
        name = best.names[lead.group]
        group = linked(name, GROUPS, {"by": best.column})
        part = shown(self._points(lead.whole), GROUPS, {"by": best.column})
        yield sentence(
            *parts, "; ", group, " alone, ", self._effect(lead, best.column), f", {verb} ", part, "."
        )

    def _parts(self, rates: float, mix: float, column: str, went: str) -> tuple[Sentence, str]:
        """What the rates and the mix did, both counted in the way the whole went; and the verb for it."""
        by = (("the rates", rates), (f"the mix of {column}s", mix))
        (first, more), (other, less) = sorted(by, key=lambda part: -part[1])
        names = {"the rates": "lower rates" if went == "fell" else "higher rates"}
        one, two = names.get(first, first), names.get(other, other)
        if self._points(less) == "0":
            return sentence(
                f"{upper(one)} {'explain' if one in names.values() else 'explains'} all of it"
            ), "explains"
        most, rest = (shown(self._points(part), GROUPS, {"by": column}) for part in (more, less))
        if less > 0:
            explain = "explain" if one in names.values() else "explains"
            return sentence(f"{upper(one)} {explain} ", most, f" of them, {two} ", rest), "explains"
        against = {"the rates": "higher rates" if went == "fell" else "lower rates"}.get(other, other)
        did, undid = ("took", "gave back") if went == "fell" else ("brought", "cost")
        return sentence(f"{upper(one)} {did} ", most, f" points while {against} {undid} ", rest), did

    def _points(self, difference: float | None) -> str:
        """So many points without the word, where it is plain."""
        return self.formats.apart(difference).partition(" ")[0]

    def _effect(self, effect: Effect, column: str) -> Said:
        """'31.1% after 78.6%', or where its share of the cases did more 'with 40 cases after 12'."""
        f, (k, n), (k0, n0) = self.formats, effect.now, effect.before
        rates = abs(effect.rate) >= abs(effect.mix) and n and n0
        said = f"{f.percent(k / n)} after {f.percent(k0 / n0)}" if rates else (
            f"with {f.number(n)} cases after {f.number(n0)}")  # fmt: skip
        return shown(said, GROUPS, {"by": column})

    def _where(self, causes: tuple[Cause, ...]) -> Iterator[Sentence]:
        """The groups clearly below all others, the furthest of each rate first."""
        told = []
        for metric, did in _DID.items():
            low = [(c, s) for c in causes if c.metric == metric for s in c.standouts if _below(s)]
            low.sort(key=lambda found: found[1].difference.value or 0)
            if low:
                told.append(self._behind(low, did))
        if told:
            yield spaced(told)
        elif any(c.examined for c in causes):
            yield sentence("No source or owner stands out from the others by more than chance.")

    def _behind(self, low: list[tuple[Cause, Standout]], did: str) -> Sentence:
        """'Partner list is clearly behind: 31.1% accepted (47 of 151) against 85.5% of all others.'."""
        told, more = low[:_MOST], len(low) - _MOST
        names = [linked(c.names[s.group], GROUPS, {"by": c.column}) for c, s in told]
        own = joined(self._share(s.cases, c.column) for c, s in told)
        others = joined(self._share(s.others, c.column, bare=True) for c, s in told)
        are = "is" if len(told) == 1 else "are"
        last = self._as_well(more, low[0][0].column) if more > 0 else ()
        return sentence(
            *joined(names), f" {are} clearly behind: ", *own, f" {did} against ", *others, " of all others",
            *last, ".",
        )  # fmt: skip

    def _as_well(self, more: int, column: str) -> Sentence:
        return sentence(
            "; ", shown(f"{more} more", GROUPS, {"by": column}), f" {'is' if more == 1 else 'are'} as well"
        )

    def _share(self, cases: tuple[float, float], column: str, *, bare: bool = False) -> Said:
        (k, n), f = cases, self.formats
        of = "" if bare else f" ({f.number(k)} of {f.number(n)})"
        return shown(f"{f.percent(k / n)}{of}", GROUPS, {"by": column})

    def _owed(self) -> Iterator[Sentence]:
        """Decisions that are late, and hand-offs that nobody has touched: both are for sales to do."""
        overdue, waiting = int(self.rows["overdue"].value or 0), self._waiting()
        late = linked(self._count(overdue, "overdue decision"), GROUPS, {"by": "owner"})
        first = linked(self._count(waiting, "hand-off"), SPEED)
        if overdue and waiting:
            yield sentence("Sales owes ", late, " and a first touch to ", first, ".")
        elif overdue:
            yield sentence("Sales owes ", late, ".")
        elif waiting:
            yield sentence("Sales owes a first touch to ", first, ".")

    def _waiting(self) -> int:
        """Hand-offs that nobody has touched; none where touches aren't known."""
        row = self.rows.get(median_metric(self.settings))
        return 0 if row is None or row.status is Status.LOCKED else int((row.n or 0) - (row.numerator or 0))

    # --- beside the tiles

    def beside(self, median: str, p90: str) -> Mapping[str, str]:
        """What stands under a tile's figure."""
        told = {
            "handoffs": [self._then("handoffs", named=True)],
            "acceptance_rate": [self._coverage(), self._gap("acceptance_rate")],
            "sla_compliance": [self._gap("sla_compliance")],
            median: [self._nine_in_ten(self.rows[p90]), self._then(median)],
            "lead_rating": [self._rated(), self._then("lead_rating")],
        }
        seen = {metric: parts for metric, parts in told.items() if self.rows[metric].value is not None}
        return {metric: " · ".join(part for part in parts if part) for metric, parts in seen.items()}

    def _coverage(self) -> str:
        return f"{self.formats.percent(self.rows['decision_coverage'].value)} decided"

    def _rated(self) -> str:
        return f"out of 5; {self.formats.number(self.rows['lead_rating'].n)} rated"

    def _nine_in_ten(self, p90: Row) -> str:
        clock = "opening hours" if self._opening else "elapsed hours"
        if p90.value is None:
            return f"{clock}; nine in ten aren't touched yet"
        return f"{clock}; nine in ten within {self.formats.hours(p90.value)}"

    def _then(self, metric: str, *, named: bool = False) -> str:
        """'3.51 before'; `named` says when that was, which the tiles beside it leave out."""
        then = self.then.get(metric)
        if then is None or then.value is None or self.before is None:
            return ""
        when = f"in {self.before.label(self.formats)}" if named else "before"
        return f"{self.formats.value(then.value, METRICS[metric].unit)} {when}"

    def _gap(self, metric: str) -> str:
        """'80.5 % before: -12.7 points', or that it can't be told yet."""
        gap = self.difference(metric)
        if gap is None or self.before is None:
            return ""
        sure = f", {CANT_TELL}" if gap.verdict == CANT_TELL else ""
        return f"{self._then(metric)}: {self.formats.points(gap.value)}{sure}"

    # --- under the charts

    def speed(self, median: Row, p90: Row) -> str:
        """How fast, how many still wait, on which clock."""
        f, clock = self.formats, "opening hours" if self._opening else "hours"
        parts = [f"Hand-offs still untouched, by {clock} since the hand-off."]
        if median.value is None:
            parts.append("Under half are touched so far.")
        else:
            ninth = "" if p90.value is None else f", nine in ten within {f.hours(p90.value)}"
            parts.append(f"Half are touched within {f.hours(median.value)}{ninth}.")
        if waiting := self._waiting():
            parts.append(f"{self._count(waiting, 'hand-off')} still {'waits' if waiting == 1 else 'wait'}.")
        return " ".join(parts)

    def nurture(self) -> str:
        """Nurtured hand-offs against direct ones, with the interval of the difference."""
        row = self.rows["nurture_win_rate"]
        known = [row.note(name) for name in ("difference", "low", "high")]
        if any(one is None for one in known):
            return ""
        gap, low, high = (float(one or 0) for one in known)
        found = Difference(gap, low, high)
        sure = f"({self.formats.sure}: {ends(low, high, self.formats.apart)})"
        if self._points(gap) == "0":
            return f"Nurtured hand-offs are won as often as the others {sure}."
        told = f"Nurtured hand-offs are won {'more' if gap > 0 else 'less'} often than the others, by"
        chance = f"; we {CANT_TELL} whether chance alone did that" if found.verdict == CANT_TELL else ""
        return f"{told} {self.formats.apart(gap)} {sure}{chance}."

    def rejections(self) -> str:
        """How to read the chart of reasons."""
        notch = "" if self.before is None else f" The upright line is {self.before.label(self.formats)}."
        return f"By the day of the rejection: count and change, share of all, running share.{notch}"

    def maturity(self, days: Mapping[str, int | None], ready: Mapping[str, date | None]) -> str:
        """When cohorts are old enough; young ones only rise."""
        young = [n for n in days if self.rows[n].note("immature") is not None]
        if not young:
            return "Nearly all that will convert has done so by now." if days else ""
        known = [f"{METRICS[n].label} from {self.formats.date(ready[n])}" for n in young if ready[n]]
        unknown = [METRICS[n].label for n in young if ready[n] is None]
        parts = ["Immature, so faded: what was handed off here still has time to convert."]
        if known:
            parts.append(f"Nine in ten conversions are in, and the rates are judged: {listing(known)}.")
        if unknown:
            too_few = f"Too few conversions so far to say how long {listing(unknown)} takes"
            parts.append(f"{too_few} (or set mature_days).")
        return " ".join(parts)

    def nothing(self) -> tuple[str, str] | None:
        """A title and what to do where there is no hand-off to speak of; None where there are some."""
        row, label = self.rows["handoffs"], self.period.label(self.formats.locale)
        if row.value:
            return None
        if row.status is Status.LOCKED:
            then = "acceptance, response times and the reasons of rejections stand"
            return "Hand-offs can't be seen yet", unlock.what_and_why(row, then)
        if row.status is Status.NOT_DUE:
            return f"{label} hasn't begun", "Choose a period that has."
        if row.status is Status.NO_DATA:
            return "There are no leads yet", _FILL
        return f"No lead was handed off in {label}", (
            "Choose another period or take filters off; "
            "or fill handed_off_at in leads whenever marketing hands one over."
        )


def _below(found: Standout) -> bool:
    return (found.difference.value or 0) < 0
