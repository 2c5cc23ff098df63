"""Closing the loop: whether a reason of rejection became rarer after somebody acted on it.

An action is an entry of feedback that names a reason and is done. Its reason's share of all rejections is
compared over as many days after it as before it: Newcombe's interval, Fisher's exact test, and Benjamini and
Hochberg's control of false discoveries over all actions that are compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from scorecard import small
from scorecard.chances import adjusted, fisher
from scorecard.clock import AsOf, Zone, day_number
from scorecard.dataset import Dataset
from scorecard.feedback import PRAISE, Entry
from scorecard.feedback_counts import Kept, Key, by_day
from scorecard.measures import Question
from scorecard.profile_evidence import Compared
from scorecard.statistics import Interval, newcombe, wilson

LONGEST: Final = 90  # days compared on each side, at most
SHORTEST: Final = 28  # and at least: four whole weeks
MOST: Final = 60  # loops that are compared, the latest first
_NOTHING: Final = Compared()
_NEEDS: Final = ("leads.rejected_at", "leads.reject_reason")


class Effect(StrEnum):
    """What became of the reason's share."""

    FELL = "fell"
    ROSE = "rose"
    SHARE_ONLY = "only its share moved"  # other reasons grew or shrank; per decision it didn't move that way
    UNSURE = "can't tell yet"
    TOO_FEW = "too few"
    TOO_CLOSE = "too close"  # to another action on the same reason
    NOT_DUE = "not due yet"


@dataclass(frozen=True, slots=True)
class Share:
    """How often the reason was given: `k` of `n` rejections, of `decided` decisions (None where unknown)."""

    k: int
    n: int
    decided: int | None

    @property
    def rate(self) -> float | None:
        """Of all rejections."""
        return self.k / self.n if self.n else None

    @property
    def interval(self) -> Interval:
        """Wilson's, of the share of rejections."""
        return wilson(self.k, self.n)

    @property
    def per_decision(self) -> float | None:
        """Of all decisions."""
        return self.k / self.decided if self.decided else None


@dataclass(frozen=True, slots=True)
class Loop:
    """Actions on one reason, less than SHORTEST days apart; the reason before the first and after the last.

    `campaign_id` blank: about all leads. `days` are compared on each side, 0 where they can't be yet. `wait`:
    so many days more until they can.
    """

    reason: str
    campaign_id: str
    actions: tuple[Entry, ...]
    first: date
    last: date
    days: int
    wait: int
    effect: Effect
    before: Share | None = None
    after: Share | None = None
    compared: Compared = _NOTHING

    @property
    def still_growing(self) -> bool:
        """Whether the time compared may become longer."""
        return 0 < self.days < LONGEST


@dataclass(frozen=True)
class Loops:
    """All loops, the latest action first; `planned` are answered or promised actions that aren't done yet.

    `more` loops are older than the MOST that are compared; `undated` actions are done on a day that nobody
    wrote down; `lacks` are columns without which nothing is compared.
    """

    loops: tuple[Loop, ...] = ()
    planned: tuple[Entry, ...] = ()
    more: int = 0
    undated: int = 0
    lacks: tuple[str, ...] = ()

    def count(self, *effects: Effect) -> int:
        """How many loops came out so."""
        return sum(loop.effect in effects for loop in self.loops)

    @property
    def tested(self) -> int:
        """How many were compared."""
        return sum(loop.compared.chance is not None for loop in self.loops)


def loops(dataset: Dataset, found: Iterable[Entry], since: date, as_of: AsOf) -> Loops:
    """What came of each action whose last day is on or after `since`."""
    named = [e for e in found if e.reject_reason and e.kind not in PRAISE]
    planned = tuple(e for e in named if not e.settled and (e.status == "planned" or e.answered))
    done = [e for e in named if e.settled and e.status != "declined"]
    undated = sum(e.settled_on is None and e.day >= since for e in done)
    steps = _steps(e for e in done if e.settled_on is not None)
    recent = [step for step in steps if _last(step) >= since]
    kept = recent[:MOST]
    lacks = tuple(need for need in _NEEDS if kept and not dataset.has(need))
    if not kept or lacks:
        return Loops((), planned, 0, undated, lacks)
    zone = small.settings(dataset).zone
    framed = [_framed(step, steps, as_of, zone) for step in kept]
    return Loops(_judged(dataset, framed, as_of, zone), planned, len(recent) - len(kept), undated)


# --- which days are compared ------------------------------------------------------------------------------

Step = tuple[Entry, ...]  # actions on one reason and campaign, by day


def _steps(done: Iterable[Entry]) -> list[Step]:
    """Actions less than SHORTEST days apart can't be told apart: they are one step. The latest first."""
    steps: list[Step] = []
    for entry in sorted(done, key=lambda e: (e.reject_reason, e.campaign_id, _day(e), e.feedback_id)):
        before = steps[-1] if steps else ()
        if before and _same(before[-1], entry) and (_day(entry) - _day(before[-1])).days < SHORTEST:
            steps[-1] = (*before, entry)
        else:
            steps.append((entry,))
    return sorted(
        steps, key=lambda step: (_last(step), step[0].reject_reason, step[0].campaign_id), reverse=True
    )


def _day(entry: Entry) -> date:
    return entry.settled_on or entry.day


def _last(step: Step) -> date:
    return _day(step[-1])


def _same(a: Entry, b: Entry) -> bool:
    return (a.reject_reason, a.campaign_id) == (b.reject_reason, b.campaign_id)


def _framed(step: Step, steps: Iterable[Step], as_of: AsOf, zone: Zone) -> Loop:
    """The loop with the days it can be compared over."""
    first, last = _day(step[0]), _last(step)
    others = [other for other in steps if other is not step and _overlap(step, other)]
    gone = _whole_days_since(last, as_of, zone)
    before = min([LONGEST, *((first - _last(o)).days - 1 for o in others if _last(o) < first)])
    after = min([LONGEST, *((_day(o[0]) - last).days - 1 for o in others if _day(o[0]) > last)])
    crossed = any(_day(o[0]) <= last and _last(o) >= first for o in others)
    days = min(before, after, gone)
    effect = Effect.UNSURE
    if crossed or min(before, after) < SHORTEST:
        effect, days = Effect.TOO_CLOSE, 0
    elif gone < SHORTEST:
        effect, days = Effect.NOT_DUE, 0
    wait = SHORTEST - gone if effect is Effect.NOT_DUE else 0
    return Loop(step[0].reject_reason, step[0].campaign_id, step, first, last, days, wait, effect)


def _overlap(step: Step, other: Step) -> bool:
    """Whether both are about one reason and about leads in common."""
    a, b = step[0], other[0]
    return a.reject_reason == b.reject_reason and ("" in (a.campaign_id, b.campaign_id) or _same(a, b))


def _whole_days_since(last: date, as_of: AsOf, zone: Zone) -> int:
    """Days after `last` that are over at as_of."""
    over = (
        as_of.day
        if zone.midnight(as_of.day + timedelta(days=1)) <= as_of.until
        else as_of.day - timedelta(days=1)
    )
    return max((over - last).days, 0)


# --- what they say ----------------------------------------------------------------------------------------


def _judged(dataset: Dataset, framed: Sequence[Loop], as_of: AsOf, zone: Zone) -> tuple[Loop, ...]:
    due = [loop for loop in framed if loop.days]
    if not due:
        return tuple(framed)
    counts = _Counts(dataset, due, as_of, zone)
    min_n = small.settings(dataset).min_n
    compared = _controlled([_compared(loop, counts, min_n) if loop.days else loop for loop in framed])
    return tuple(replace(loop, effect=_effect(loop)) if loop.days else loop for loop in compared)


class _Counts:
    """Rejections and decisions by day, over all days that any of the loops looks at."""

    def __init__(self, dataset: Dataset, due: Sequence[Loop], as_of: AsOf, zone: Zone) -> None:
        start = min(loop.first - timedelta(days=loop.days) for loop in due)
        end = max(loop.last + timedelta(days=loop.days + 1) for loop in due)
        question = Question(dataset, as_of, zone.midnight(start), zone.midnight(end))
        campaigns = tuple(sorted({loop.campaign_id for loop in due if loop.campaign_id}))
        kept = Kept("campaign_id", campaigns) if campaigns else None
        self.rejected = _spread(by_day(question, "rejected", {loop.reason for loop in due}, kept))
        self.accepted = _spread(by_day(question, "accepted", (), kept))
        self.decisions_known = dataset.has("leads.accepted_at")

    def share(self, loop: Loop, first: date) -> Share:
        """The reason over the loop's number of days from `first` on."""
        days = range(day_number(first), day_number(first) + loop.days)
        n = _sum(self.rejected, days, None, loop.campaign_id)
        decided = n + _sum(self.accepted, days, None, loop.campaign_id) if self.decisions_known else None
        return Share(_sum(self.rejected, days, loop.reason, loop.campaign_id), n, decided)


Spread = Mapping[tuple[str | None, str], Mapping[int, int]]  # by reason (None: any) and campaign ("": any)


def _spread(counts: Mapping[Key, int]) -> Spread:
    """The counts by day of every reason and campaign, and of any."""
    found: dict[tuple[str | None, str], dict[int, int]] = {}
    for (day, reason, campaign), n in counts.items():
        for place in {(r, c) for r in (reason, None) for c in (campaign or "", "")}:
            by = found.setdefault(place, {})
            by[day] = by.get(day, 0) + n
    return found


def _sum(counts: Spread, days: range, reason: str | None, campaign: str) -> int:
    by = counts.get((reason, campaign), {})
    return sum(by.get(day, 0) for day in days)


def _compared(loop: Loop, counts: _Counts, min_n: int) -> Loop:
    before = counts.share(loop, loop.first - timedelta(days=loop.days))
    after = counts.share(loop, loop.last + timedelta(days=1))
    difference = newcombe(after.k, after.n, before.k, before.n)
    chance = None
    if min(before.n, after.n) >= max(min_n, 1):
        chance = fisher(after.k, after.n, before.k, before.n)
    return replace(loop, before=before, after=after, compared=Compared(difference, chance))


def _controlled(found: Sequence[Loop]) -> list[Loop]:
    """The same with chances adjusted over all of them."""
    chances = [loop.compared.chance for loop in found if loop.compared.chance is not None]
    after = iter(adjusted(chances))
    return [
        loop
        if loop.compared.chance is None
        else replace(loop, compared=replace(loop.compared, chance=next(after)))
        for loop in found
    ]


def _effect(loop: Loop) -> Effect:
    if loop.compared.chance is None:
        return Effect.TOO_FEW
    if not (sign := loop.compared.sign):
        return Effect.UNSURE
    if _moved_otherwise(loop, sign):
        return Effect.SHARE_ONLY
    return Effect.ROSE if sign > 0 else Effect.FELL


def _moved_otherwise(loop: Loop, sign: int) -> bool:
    """Whether of all decisions the reason didn't move the way its share of the rejections did."""
    then = None if loop.before is None else loop.before.per_decision
    now = None if loop.after is None else loop.after.per_decision
    return then is not None and now is not None and (now - then) * sign <= 0
