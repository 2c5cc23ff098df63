"""Whether an action worked: the numbers since it was done against those before, and how sure that is.

Of a campaign that went on, and of a period, as many whole weeks after the day it was done as before it, at
most 13, seen at the same point; of a campaign that had ended, the next one of its channel at equal age. What
its words name is measured, else a few rates and costs that are always the same; they share the 5 %
(Bonferroni). Before and after is no proof: other things change too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from scorecard import campaigns_compare, report, small, words
from scorecard.campaigns import Campaign, campaigns
from scorecard.campaigns_compare import MEASURED, Measured, rate_gap, surely_better, z_of
from scorecard.clock import AsOf
from scorecard.comparisons import same_point
from scorecard.dataset import Dataset
from scorecard.formats import Formats
from scorecard.metrics import METRICS
from scorecard.periods import Period, of_dates
from scorecard.reviews import Action, reviews
from scorecard.rows import Row
from scorecard.scopes import EVERYTHING, Filter
from scorecard.status import Status, Tone
from scorecard.words import Said, Sentence, sentence

WINDOW: Final = ("conversion_rate", "acceptance_rate", "sla_compliance", "win_rate")
CAMPAIGN: Final = ("conversion_rate", "acceptance_rate", "lead_to_win_rate", "cpl", "cac")
MOST_WEEKS: Final = 13
JUDGED: Final = 12  # actions that the list judges; a review judges all of those it opens with
_WEEK: Final = 7
_A_DAY: Final = timedelta(days=1)
# Rates of a time that any window can be asked for; those by cohort are long open.
_RATES: Final = tuple(m.name for m in METRICS.values() if m.rate and m.better == "up" and not m.cohort)


class Outcome(StrEnum):
    """What can be said of an action that was done."""

    BETTER = "seems to have worked"
    WORSE = "hasn’t helped"
    MIXED = "helped and hurt"
    UNSURE = "can't tell yet"
    WAITING = "too early to tell"
    NO_NUMBER = "no number tells"

    @property
    def look(self) -> tuple[str, Tone]:
        """Icon and tone."""
        return _LOOKS[self]


_LOOKS: Final[Mapping[Outcome, tuple[str, Tone]]] = {
    Outcome.BETTER: ("▲", "good"),
    Outcome.WORSE: ("▼", "bad"),
    Outcome.MIXED: ("±", "warn"),
    Outcome.UNSURE: ("?", "muted"),
    Outcome.WAITING: ("◔", "muted"),
    Outcome.NO_NUMBER: ("∅", "muted"),
}


@dataclass(frozen=True, slots=True)
class Moved:
    """One measure before and after, ready to read; `sure` is 'better', 'worse' or an empty text."""

    metric: str
    label: str
    before: str
    after: str
    gap: str
    sure: str


@dataclass(frozen=True)
class Effect:
    """What became of an action: the outcome, what was compared, each measure, in a sentence."""

    outcome: Outcome
    how: str
    moved: tuple[Moved, ...] = ()

    @property
    def says(self) -> str:
        """'Acceptance rate 52 % (26 of 50) to 71 % (40 of 56).' of what is sure, else why nothing is."""
        sure = [m for m in self.moved if m.sure]
        if sure:
            return "; ".join(f"{m.label} is {m.sure}: {m.before} before, {m.after} since" for m in sure) + "."
        if self.outcome is Outcome.UNSURE:
            return (
                f"{'Nothing moved for sure' if self.moved else 'Too few cases to go by'}: {_lower(self.how)}"
            )
        return self.how


def _lower(text: str) -> str:
    """Goes on after a colon: 'The 4 weeks' becomes 'the 4 weeks'; names stay as they are."""
    return text.replace("The ", "the ", 1) if text.startswith("The ") else text


# --- which numbers speak of an action ---------------------------------------------------------------------


def effect(dataset: Dataset, as_of: AsOf, action: Action) -> Effect | None:
    """What the numbers say of an action; None while it isn't done."""
    if action.done is None:
        return None
    if action.early:
        return Effect(Outcome.NO_NUMBER, "It is dated as done before the review that asked for it.")
    if action.campaign_id is not None:
        return _of_campaign(dataset, as_of, action, action.done)
    if action.period is None:
        return Effect(Outcome.NO_NUMBER, "Its line names neither a campaign nor a period.")
    weeks = _weeks(date.min, action.done, as_of.day)
    return _of_weeks(dataset, as_of, action, action.done, weeks, EVERYTHING)


def _of_campaign(dataset: Dataset, as_of: AsOf, action: Action, done: date) -> Effect:
    known = {one.campaign_id: one for one in campaigns(dataset, as_of)}
    own = known.get(action.campaign_id or "")
    if own is None:
        return Effect(Outcome.NO_NUMBER, f"There is no campaign {action.campaign_id}.")
    if own.end is not None and (own.end - done).days < _WEEK:
        return _of_next(dataset, as_of, action, own, _next(own, known.values(), done, as_of))
    begun = _begun(own, as_of)
    if begun is None or (done - begun).days < _WEEK:
        return Effect(Outcome.NO_NUMBER, "The campaign hadn’t run for a week before.")
    weeks = _weeks(begun, done, as_of.day if own.end is None else min(own.end, as_of.day))
    where = Filter.of([("campaign_id", own.campaign_id)])
    return _of_weeks(dataset, as_of, action, done, weeks, where)


def _begun(one: Campaign, as_of: AsOf) -> date | None:
    """Its first day, where that lies not after as_of."""
    return None if one.age is None else as_of.day - timedelta(days=one.age)


def _weeks(first: date, done: date, last: date) -> int:
    """Whole weeks on both sides of the day it was done, between the first day and the last."""
    return max(min((done - first).days // _WEEK, (last - done).days // _WEEK, MOST_WEEKS), 0)


def _next(own: Campaign, known: Iterable[Campaign], done: date, as_of: AsOf) -> Campaign | None:
    """The first campaign of its channel that began when the action was done, or later."""
    begun = [(_begun(one, as_of), one) for one in known if one.channel == own.channel and own.channel]
    after = [(day, one.campaign_id, one) for day, one in begun if day is not None and day >= done]
    found = [item for item in after if item[1] != own.campaign_id]
    return min(found, key=lambda item: item[:2])[2] if found else None


# --- comparing --------------------------------------------------------------------------------------------


def _of_next(dataset: Dataset, as_of: AsOf, action: Action, own: Campaign, after: Campaign | None) -> Effect:
    """The campaign beside the next one of its channel, at equal age."""
    if after is None:
        channel = f"in {own.channel}" if own.channel else "to go by: the campaign has no channel"
        return Effect(Outcome.WAITING, f"No campaign {channel} has begun since.")
    names = _named(action, MEASURED) or CAMPAIGN
    found = campaigns_compare.compare(dataset, as_of, (own.campaign_id, after.campaign_id), names)
    if len(found.campaigns) < campaigns_compare.FEWEST:
        return Effect(Outcome.NO_NUMBER, " ".join(found.left_out))
    pairs = [Pair(line.metric, line.measured[0], line.measured[1]) for line in found.lines]
    days = words.counted(found.days, "day")
    return judged(
        dataset,
        pairs,
        f"{words.brief(after.shown)} against {words.brief(own.shown)}, in the first {days} of each.",
    )


def _of_weeks(dataset: Dataset, as_of: AsOf, action: Action, done: date, weeks: int, where: Filter) -> Effect:
    """So many weeks after the day it was done against those before it."""
    if not weeks:
        return Effect(Outcome.WAITING, "A week hasn’t passed since.")
    span = timedelta(days=_WEEK * weeks)
    earlier, later = of_dates(done - span, done - _A_DAY), of_dates(done + _A_DAY, done + span)
    then = same_point(later, earlier, as_of, small.settings(dataset).zone)
    pairs = []
    for name in _named(action, _RATES) or WINDOW:
        rows = (_row(dataset, name, earlier, then, where), _row(dataset, name, later, as_of, where))
        if not any(row.status in (Status.LOCKED, Status.NOT_APPLICABLE) for row in rows):
            before, after = (_measured(row, small.settings(dataset).min_n) for row in rows)
            pairs.append(Pair(name, before, after))
    how = f"The {words.counted(weeks, 'week')} after it was done against as many before"
    return judged(dataset, pairs, f"{how}, {_whose(dataset, as_of, action)}.")


def _whose(dataset: Dataset, as_of: AsOf, action: Action) -> str:
    if action.campaign_id is not None:
        return f"in {words.brief(words.campaign(dataset, action.campaign_id, as_of))}"
    return "over everything"


def _row(dataset: Dataset, name: str, period: Period, as_of: AsOf, where: Filter) -> Row:
    return report.metric_rows(METRICS[name], report.ask(dataset, period, as_of, where), period)[0]


def _measured(row: Row, least: int) -> Measured:
    k, n = row.numerator or 0.0, row.denominator or 0.0
    return Measured("", "", row.value, k, n, few=row.value is None or n < least)


def _named(action: Action, offered: Sequence[str]) -> tuple[str, ...]:
    """The measures that the decision or the action names, by labels of two words or more."""
    said = f" {_bare(action.decision)} {_bare(action.what)} "
    labels = {name: _bare(METRICS[name].label) for name in offered}
    return tuple(name for name, label in labels.items() if " " in label and f" {label} " in said)


def _bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


@dataclass(frozen=True, slots=True)
class Pair:
    """One measure before and after."""

    metric: str
    before: Measured
    after: Measured


def judged(dataset: Dataset, pairs: Sequence[Pair], how: str) -> Effect:
    """What the pairs say together; those that can be compared share the 5 %."""
    usable = [pair for pair in pairs if not (pair.before.few or pair.after.few)]
    formats, z = Formats.of(small.settings(dataset)), z_of(len(usable))
    moved = tuple(_moved(pair, z, formats) for pair in usable)
    sure = {m.sure for m in moved if m.sure}
    outcome = Outcome.UNSURE
    if sure:
        both = len(sure) > 1
        outcome = Outcome.MIXED if both else Outcome.BETTER if "better" in sure else Outcome.WORSE
    return Effect(outcome, how, moved)


def _moved(pair: Pair, z: float, formats: Formats) -> Moved:
    metric = METRICS[pair.metric]
    rate = metric.unit == "percent" and metric.rate
    better, worse = (_beats(pair.metric, *sides, z) for sides in _sides(pair))
    return Moved(
        metric=pair.metric,
        label=metric.label,
        before=_written(pair.metric, pair.before, formats),
        after=_written(pair.metric, pair.after, formats),
        gap=_gap(pair, z, formats) if rate else "",
        sure="better" if better else "worse" if worse else "",
    )


def _sides(pair: Pair) -> tuple[tuple[Measured, Measured], tuple[Measured, Measured]]:
    return (pair.after, pair.before), (pair.before, pair.after)


def _beats(metric: str, one: Measured, other: Measured, z: float) -> bool:
    if metric in MEASURED:
        return surely_better(metric, one, other, z)
    return rate_gap(one, other, z)[0] > 0


def _written(metric: str, found: Measured, formats: Formats) -> str:
    """'52 % (26 of 50)'; a cost with the cases it is of."""
    unit, rate = METRICS[metric].unit, METRICS[metric].rate
    value = "none" if found.value is None else formats.value(found.value, unit)
    if not rate:
        return value
    return f"{value} ({formats.number(found.k)} of {formats.number(found.n)})"


def _gap(pair: Pair, z: float, formats: Formats) -> str:
    """The interval of the difference, in points."""
    low, high = rate_gap(pair.after, pair.before, z)
    return f"{formats.points(low).partition(' ')[0]} to {formats.points(high)}"


# --- the page ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Worked:
    """What is said of the actions done last, by review and line, and all in a sentence."""

    effects: Mapping[tuple[str, int], Effect]
    verdict: tuple[Sentence, ...]


def read(dataset: Dataset, as_of: AsOf) -> Worked:
    """Which of all actions done last worked, as far as numbers tell."""
    every = [action for review in reviews(dataset, as_of) for action in review.actions]
    return worked(dataset, as_of, every, JUDGED)


def worked(dataset: Dataset, as_of: AsOf, actions: Sequence[Action], most: int) -> Worked:
    """Which of these, of the so many done last, worked."""
    done = [action for action in actions if action.done is not None]
    last = sorted(done, key=lambda a: (a.done or date.min, a.review_id, a.line_no), reverse=True)[:most]
    known: dict[object, Effect | None] = {}
    effects = {}
    for action in last:
        key = (action.campaign_id, action.period, action.done, action.early, action.what, action.decision)
        if key not in known:
            known[key] = effect(dataset, as_of, action)
        found = known[key]
        if found is not None:
            effects[action.review_id, action.line_no] = found
    return Worked(effects, _told(list(effects.values()), len(done)))


def _told(effects: Sequence[Effect], done: int) -> tuple[Sentence, ...]:
    """'Of the 4 done, 1 seems to have worked, 2 haven’t helped and 1 can’t be judged yet.'."""
    if not effects:
        return ()
    count = {outcome: sum(e.outcome is outcome for e in effects) for outcome in Outcome}
    open_, silent = count[Outcome.UNSURE] + count[Outcome.WAITING], count[Outcome.NO_NUMBER]
    of = f"the {done} done" if done == len(effects) else f"the {len(effects)} done last"
    which = words.linked(of, "reviews#agreed")
    if open_ == len(effects):
        return (sentence("Whether ", which, " worked can’t be told yet."),)
    if silent == len(effects):
        return (sentence("No number tells whether ", which, " worked."),)
    better, worse, mixed = (count[o] for o in (Outcome.BETTER, Outcome.WORSE, Outcome.MIXED))
    told = [f"{better} {'seems' if better == 1 else 'seem'} to have worked"] * bool(better)
    told += [f"{worse} {'hasn’t' if worse == 1 else 'haven’t'} helped"] * bool(worse)
    told += [f"{mixed} helped here and hurt there"] * bool(mixed)
    told += [f"{open_} can’t be judged yet"] * bool(open_)
    told += [f"{silent} {'has' if silent == 1 else 'have'} no number to judge by"] * bool(silent)
    if len(effects) == 1:
        return (sentence("The one done ", _only(told[0]), "."),)
    return (sentence("Of ", which, ", ", *words.joined(words.shown(t, "reviews#agreed") for t in told), "."),)


def _only(told: str) -> Said:
    """What is said of 1, of the only one."""
    return words.linked(told.removeprefix("1 "), "reviews#agreed")
