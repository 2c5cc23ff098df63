"""What changed since a day: the figures as they stood then beside those of now.

Then is the same data seen from the end of that day: later events are hidden, later corrections aren't
(a past as_of rewinds events, not edits). Two looks at one period share most of their cases, so nothing is
said about chance here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from scorecard import overview, quotas, slides, small, words
from scorecard.clock import AsOf
from scorecard.dataset import Dataset
from scorecard.formats import Formats
from scorecard.goal_tree import GOOD, judged, lines
from scorecard.goal_tree import Line as GoalLine
from scorecard.rows import Row
from scorecard.slides import MOST_NUMBERS, Big, Line, Scope, Slide
from scorecard.status import Status
from scorecard.words import Said, Sentence, sentence

_MOST: Final = 4  # goals that a room can read below the figures
_RANK: Final = (
    Status.OFF_TRACK, Status.MISSED, Status.AT_RISK, Status.TOO_EARLY, Status.ON_TRACK, Status.ACHIEVED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Turn:
    """A goal whose status is another one now; `worse` when it stands lower than it did."""

    then: GoalLine
    now: GoalLine

    @property
    def worse(self) -> bool:
        return _rank(self.now) < _rank(self.then)


def since(dataset: Dataset, about: Scope, day: date) -> Slide:
    """The slide: goals that turned, the worse first, and the period's figures then and now."""
    settings = small.settings(dataset)
    formats = Formats.of(settings)
    then = replace(about, as_of=AsOf.parse(day.isoformat(), settings.zone), compare=None)
    title = f"What changed since the review of {formats.date(day)}?"
    found = turns(dataset, about, then.as_of)
    more = len(found) - _MOST
    return Slide(
        "since",
        title,
        (_verdict(dataset, about, then, found, formats.date(day)),),
        tuple(_numbers(dataset, about, then, formats)),
        "Goals that turned" if found else "",
        tuple(_line(turn) for turn in found[:_MOST]),
        more=f"And {words.counted(more, 'more goal')} that turned." if more > 0 else "",
    )


def turns(dataset: Dataset, about: Scope, then: AsOf) -> tuple[Turn, ...]:
    """Goals with another status than then, those that got worse first; not those that nobody can judge."""
    before = {line.goal_id: line for line in lines(dataset, about.period, then)}
    found = [
        Turn(before[line.goal_id], line)
        for line in lines(dataset, about.period, about.as_of)
        if line.goal_id in before and line.row.status is not before[line.goal_id].row.status
    ]
    known = [turn for turn in found if turn.now.row.status in _RANK and turn.then.row.status in _RANK]
    return tuple(sorted(known, key=lambda turn: (not turn.worse, _rank(turn.now), turn.now.goal_id)))


def _rank(line: GoalLine) -> int:
    status = line.row.status
    return _RANK.index(status) if status in _RANK else len(_RANK)


def _verdict(dataset: Dataset, about: Scope, then: Scope, found: Sequence[Turn], day: str) -> Sentence:
    """'12 of 27 goals are on track now, 14 of 26 were on 29 Oct 2026: 3 got worse, 1 better.'."""
    now, was = (judged(lines(dataset, about.period, scope.as_of)) for scope in (about, then))
    if not now:
        return sentence(f"No goal of {about.period.label(small.settings(dataset).locale)} can be judged yet.")
    good, good_then = (sum(x.row.status in GOOD for x in some) for some in (now, was))
    worse = sum(turn.worse for turn in found)
    better = len(found) - worse
    head = Said(f"{good} of {len(now)} goals", strong=True)
    before = f", {good_then} of {len(was)} were on {day}" if was else f"; none could be judged on {day}"
    turned = f"{worse} got worse, {better} better" if found else "none turned"
    return sentence(head, f" are on track or achieved now{before}: ", Said(turned, strong=True), ".")


def _numbers(dataset: Dataset, about: Scope, then: Scope, formats: Formats) -> Iterable[Big]:
    """The teams' quotas and the hand-off, each with what it was."""
    named = [*_quotas(dataset, about, then), *_handoff(dataset, about, then)]
    for name, row, was in named[:MOST_NUMBERS]:
        told = f"was {slides.figure(was, formats)}" if was is not None else ""
        shown = slides.big(name, row, "", formats)
        yield replace(shown, beside=(told,) if told else (), bar=None)


def _quotas(dataset: Dataset, about: Scope, then: Scope) -> Iterable[tuple[str, Row, Row]]:
    now, was = (
        {a.quota.scope: (a, quotas.row_of(a, scope.as_of)) for a in _of_teams(dataset, about, scope)}
        for scope in (about, then)
    )
    for key, (attained, row) in now.items():
        quota = attained.quota
        yield f"{words.metric(quota.metric)}, {quota.department}", row, was[key][1]


def _of_teams(dataset: Dataset, about: Scope, scope: Scope) -> Sequence[quotas.Attainment]:
    """The team quotas of just this period, one each; months within it would be others then and now."""
    found = quotas.attainments(dataset, about.period, scope.as_of, people=False)
    return [a for a in found if (a.quota.start, a.quota.end) == (about.period.start, about.period.last_day)]


def _handoff(dataset: Dataset, about: Scope, then: Scope) -> Iterable[tuple[str, Row, Row | None]]:
    now, was = (overview.read(dataset, s.period, s.as_of, None, s.where).tiles for s in (about, then))
    before = {reading.name: reading.row for reading in was}
    for reading in now:
        if reading.row.status is not Status.LOCKED:
            yield reading.name, reading.row, before.get(reading.name)


def _line(turn: Turn) -> Line:
    was, now = (slides.marked(x.row.status) for x in (turn.then, turn.now))
    told = "" if was is None else f"was {was.icon} {was.word.lower()}"
    value, detail = slides.figure_first(turn.now.detail)
    return Line(
        words.brief(turn.now.name), value, " · ".join(t for t in (told, detail) if t),
        who=turn.now.owner, state=now, team=slides.team_of(turn.now.row.team),
    )  # fmt: skip
