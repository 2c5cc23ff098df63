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
from scorecard.words import Said, Sentence, listing, sentence

Rows = Mapping[str, Row]
Strong = partial(Said, strong=True)

CANT_TELL: Final = "can't tell yet"
_RATES: Final = {"acceptance_rate": "Acceptance", "sla_compliance": "The share touched in time"}
_DID: Final = {"acceptance_rate": "accepted", "sla_compliance": "touched in time"}
_MOST: Final = 2  # groups that a sentence names


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
            return sentence(self._handed(), " Whether sales takes them is locked. ", unlock.what_to_add(row))
        if not row.n:
            return sentence(self._handed(), " Sales has decided on none of them yet.")
        of = f"of the {self._count(row.n, 'hand-off')} it has decided on"
        if row.status is Status.TOO_FEW:
            few = f"{f.number(row.numerator)} {of}"
            return sentence("Sales accepted ", Strong(few), ": too few to judge the rate.")
        accepted = Strong(f.percent(row.value))
        return sentence("Sales accepted ", accepted, f" {of}", *self._against_target(row))

    def _against_target(self, row: Row) -> Sentence:
        between, target = self._between(row), self.formats.percent(row.target)
        if row.target is None:
            return sentence(f" ({between}); no target is agreed (setting acceptance_target).")
        if row.status is Status.ON_TRACK:
            sure = row.low is not None and row.low >= row.target
            chance = "" if sure else ", so chance could explain it"
            return sentence(", ", Strong(f"reaching the {target} agreed"), f" ({between}{chance}).")
        if row.status is Status.AT_RISK:
            short = Strong(f"short of the {target} agreed")
            return sentence(", ", short, f", which chance could still explain ({between}).")
        return sentence(", ", Strong(f"clearly short of the {target} agreed"), f" ({between}).")

    def _response(self) -> Iterator[Sentence]:
        row, f = self.rows["sla_compliance"], self.formats
        if row.status is Status.LOCKED:
            return
        met, late, pending = (self.rows[n].value or 0 for n in ("sla_met", "sla_breached", "sla_pending"))
        if not row.n:
            yield sentence(f"No deadline for a first touch has passed yet; {f.number(pending)} are running.")
            return
        few = row.status is Status.TOO_FEW
        share = Strong(f"{f.number(met)} of {f.number(row.n)}" if few else f.percent(row.value))
        were = "was" if few and met == 1 else "were"
        late_ones = f"{f.number(late)} came late or not at all" if late else "none came late"
        running = f", {f.number(pending)} still {'has' if pending == 1 else 'have'} time" if pending else ""
        yield sentence(share, f" {were} touched within the {self.agreed()} agreed; {late_ones}{running}.")

    def agreed(self) -> str:
        """'4 opening hours', '24 hours'."""
        hours = self.settings.sla_hours
        one = "opening hour" if self._opening else "hour"
        return "" if hours is None else self._count(hours, one)

    @property
    def _opening(self) -> bool:
        return self.settings.sla_clock == "business"

    def _handed(self) -> str:
        n, label = self.rows["handoffs"].value or 0, self.period.label(self.formats.locale)
        return f"{self._count(n, 'lead')} {'was' if n == 1 else 'were'} handed off in {label}."

    def _count(self, n: float, one: str) -> str:
        return f"{self.formats.number(n)} {one if n == 1 else f'{one}s'}"

    def _between(self, row: Row) -> str:
        return f"95 % interval {self.formats.percent(row.low)} to {self.formats.percent(row.high)}"

    # --- what moved it, and where it hurts

    def because(self, causes: tuple[Cause, ...]) -> tuple[Sentence, ...]:
        """The groups that stand out, and the changes with their rate and mix effects."""
        if self.nothing() is not None:
            return ()
        changes = [said for metric in _RATES for said in self._change(metric, causes)]
        return (*self._where(causes), *changes)

    def difference(self, metric: str) -> Difference | None:
        """A rate against the one before, with the interval of the difference; None where one has no cases."""
        now, then = self.rows[metric], self.then.get(metric)
        if then is None or now.value is None or then.value is None:
            return None
        return newcombe(int(now.numerator or 0), int(now.n or 0), int(then.numerator or 0), int(then.n or 0))

    def _change(self, metric: str, causes: tuple[Cause, ...]) -> Iterator[Sentence]:
        gap, f = self.difference(metric), self.formats
        if gap is None or gap.value is None or self.before is None:
            return
        beside = f" beside {f.percent(self.then[metric].value)} in {self.before.label(f)}"
        between = self._ends(gap.low, gap.high)
        if gap.verdict == CANT_TELL:
            change = f"{_RATES[metric]}: {f.points(gap.value)}{beside} ({between}), "
            yield sentence(change, Strong(CANT_TELL), " whether that is more than chance.")
            return
        went = f"{'rose' if gap.value > 0 else 'fell'} by {f.points(abs(gap.value)).lstrip('+')}"
        why = self._why(metric, gap.value, causes)
        yield sentence(f"{_RATES[metric]} ", Strong(went), f"{beside} ({between})", *why, ".")

    def _why(self, metric: str, change: float, causes: tuple[Cause, ...]) -> Sentence:
        """The column whose strongest group explains most, its rate and mix effects, and that group."""
        able = [c for c in causes if c.metric == metric and len(c.effects) > 1]
        if not able:
            return ()
        best = max(able, key=lambda c: max(e.whole * change for e in c.effects))
        lead = max(best.effects, key=lambda e: e.whole * change)
        rates, mix = (self._points(sum(getattr(e, n) for e in best.effects)) for n in ("rate", "mix"))
        return sentence(
            f". By {best.column}, {rates} come from changed rates and {mix} from a changed mix; most from ",
            _evidence(best.names[lead.group], best.column),
            f", {self._effect(lead)} ({self._points(lead.whole)})",
        )

    def _points(self, difference: float | None) -> str:
        """A difference in points without the word, where it is plain."""
        return self.formats.points(difference).partition(" ")[0]

    def _ends(self, low: float | None, high: float | None) -> str:
        return f"{self._points(low)} to {self._points(high)}"

    def _effect(self, effect: Effect) -> str:
        f, (k, n), (k0, n0) = self.formats, effect.now, effect.before
        if abs(effect.rate) >= abs(effect.mix) and n and n0:
            return f"whose rate went from {f.percent(k0 / n0)} to {f.percent(k / n)}"
        return f"of which there were {'more' if n > n0 else 'fewer'}: {f.number(n)} after {f.number(n0)}"

    def _where(self, causes: tuple[Cause, ...]) -> Iterator[Sentence]:
        """The groups clearly below all others, the furthest of each rate first."""
        told, more = [], 0
        for metric, did in _DID.items():
            low = [(c, s) for c in causes if c.metric == metric for s in c.standouts if _below(s)]
            low.sort(key=lambda found: found[1].difference.value or 0)
            told += [self._standout(c, s, did) for c, s in low[:_MOST]]
            more += max(len(low) - _MOST, 0)
        if told:
            rest = f"; {more} more stand out below" if more else ""
            yield sentence("Furthest behind: ", *_joined(told), f"{rest}.")
        elif any(c.examined for c in causes):
            yield sentence("No source or owner stands out from the others by more than chance.")

    def _standout(self, cause: Cause, found: Standout, did: str) -> Sentence:
        f, (k, n), (k0, n0) = self.formats, found.cases, found.others
        of = f", {f.percent(k / n)} {did} ({f.number(k)} of {f.number(n)})"
        name = _evidence(cause.names[found.group], cause.column)
        return sentence(name, f"{of}, all others {f.percent(k0 / n0)}")

    # --- beside the tiles

    def beside(self, median: str, p90: str) -> Mapping[str, str]:
        """What stands under a tile's figure."""
        told = {
            "handoffs": [self._then("handoffs")],
            "acceptance_rate": [self._coverage(), self._gap("acceptance_rate")],
            "sla_compliance": [self._met(), self._gap("sla_compliance")],
            median: [self._nine_in_ten(self.rows[p90]), self._then(median)],
            "lead_rating": [self._rated(), self._then("lead_rating")],
        }
        seen = {metric: parts for metric, parts in told.items() if self.rows[metric].value is not None}
        return {metric: " · ".join(part for part in parts if part) for metric, parts in seen.items()}

    def _coverage(self) -> str:
        coverage, overdue = self.rows["decision_coverage"].value, self.rows["overdue"].value
        late = f", {self.formats.number(overdue)} overdue" if overdue else ""
        return f"{self.formats.percent(coverage)} decided{late}"

    def _met(self) -> str:
        names = ("sla_met", "sla_breached", "sla_pending")
        met, late, pending = (self.formats.number(self.rows[n].value) for n in names)
        return f"{met} met, {late} breached, {pending} pending"

    def _rated(self) -> str:
        return f"of 5, {self.formats.number(self.rows['lead_rating'].n)} rated"

    def _nine_in_ten(self, p90: Row) -> str:
        clock = "opening hours" if self._opening else "elapsed hours"
        if p90.value is None:
            return f"{clock}; nine in ten aren't touched yet"
        return f"{clock}; nine in ten within {self.formats.hours(p90.value)}"

    def _then(self, metric: str) -> str:
        then = self.then.get(metric)
        if then is None or then.value is None or self.before is None:
            return ""
        return f"{self.formats.value(then.value, METRICS[metric].unit)} in {self.before.label(self.formats)}"

    def _gap(self, metric: str) -> str:
        gap = self.difference(metric)
        if gap is None or self.before is None:
            return ""
        sure = f", {CANT_TELL}" if gap.verdict == CANT_TELL else ""
        return f"{self.formats.points(gap.value)} on {self.before.label(self.formats)}{sure}"

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
        waiting = int((median.n or 0) - (median.numerator or 0))
        if waiting:
            parts.append(f"{self._count(waiting, 'hand-off')} still {'waits' if waiting == 1 else 'wait'}.")
        return " ".join(parts)

    def nurture(self) -> str:
        """Nurtured hand-offs against direct ones, with the interval of the difference."""
        row = self.rows["nurture_win_rate"]
        ends = [row.note(name) for name in ("difference", "low", "high")]
        if any(end is None for end in ends):
            return ""
        gap, low, high = (float(end or 0) for end in ends)
        verdict = Difference(gap, low, high).verdict
        sure = CANT_TELL if verdict == CANT_TELL else f"{verdict} than the others'"
        between = f"{self.formats.points(gap)} ({self._ends(low, high)})"
        return f"Win rate of nurtured hand-offs less that of the others: {between}, {sure}."

    def rejections(self) -> str:
        """How to read the chart of reasons."""
        notch = "" if self.before is None else f" The upright line is {self.before.label(self.formats)}."
        return f"Rejections by their own date, their change, share, and running share.{notch}"

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
            meaning = unlock.meaning(unlock.needs(row)[0])
            return "Hand-offs can't be seen yet", f"{unlock.what_to_add(row)} {meaning}"
        if row.status is Status.NOT_DUE:
            return f"{label} hasn't begun", "Choose a period that has."
        if row.status is Status.NO_DATA:
            return (
                "There are no leads yet",
                "Fill the table leads: a row a lead, with lead_id and created_at.",
            )
        return f"No lead was handed off in {label}", (
            "Choose another period or take filters off; "
            "or fill handed_off_at in leads whenever marketing hands one over."
        )


def _evidence(name: str, column: str) -> Said:
    """A group's name, leading to the table where it stands."""
    return Said(name, strong=True, page="handoff", ask=(("by", column),))


def _below(found: Standout) -> bool:
    return (found.difference.value or 0) < 0


def _joined(told: list[Sentence]) -> Sentence:
    """Sentences one after the other, parted by semicolons."""
    pieces = [Said("; ") if piece is None else piece for one in told for piece in (None, *one)]
    return tuple(pieces[1:])
