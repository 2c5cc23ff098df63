"""Work on the phone and in the mail: calls for each prospect, who is reached when, which talk closes a deal.

A lead is counted where its first call (or mail, or k-th talk) stands: in the period of that touch, under that
touch's campaign and person, and its lead's owner and source. Touches are in order of time, then of touch_id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import ColumnElement, and_, case, func, or_, select

from scorecard.conversions import Share
from scorecard.measures import ALL, FeedView, Group, Question
from scorecard.passes import STAMPS, holds_dates
from scorecard.scopes import Filter

MOST: Final = 3  # calls and talks that are told apart
SPOKEN: Final = ("reached", "acknowledged", "meeting_set", "declined")
MISSED: Final = ("no_answer", "left_message")
_CALL: Final = "call"
_MAIL: Final = "mail"
_MEETING: Final = "meeting"
_ACKNOWLEDGED: Final = "acknowledged"


@dataclass(frozen=True, slots=True)
class Reached:
    """Leads called for the first time, and how many were reached by the first, second, third call."""

    n: int = 0
    within: tuple[int, ...] = (0,) * MOST

    def __add__(self, other: Reached) -> Reached:
        return Reached(self.n + other.n, tuple(map(sum, zip(self.within, other.within, strict=True))))


@dataclass(frozen=True, slots=True)
class Prospects:
    """Leads called in the span. A lead called under two groups is a prospect of each, and one of all.

    `minutes` of the calls that say how long they took, `timed` the leads with such a call, `untimed` the
    other calls; of the leads it is `known` of some whether they decide, and `deciders` do.
    """

    n: int = 0
    minutes: float = 0.0
    timed: int = 0
    untimed: int = 0
    deciders: int = 0
    known: int = 0


class _Touches:
    """The touches of a question: its columns, what rows are grouped by, and which are asked for."""

    def __init__(self, question: Question) -> None:
        self.question = question
        view = question.view("touches")
        if not isinstance(view, FeedView):
            raise TypeError("touches are asked of the table as it stands")
        self.view = view
        self.at = view.epoch("at")
        self.group = view.group(question.by, question.marks, self.at)
        self.asked = and_(sa.true(), *view.conditions(question.where))
        self.near = and_(sa.true(), *view.near(question.where))

    def __getitem__(self, name: str) -> ColumnElement[Any]:
        return self.view.relation[name]

    def has(self, name: str) -> bool:
        return name in self.view.relation

    @property
    def seen(self) -> ColumnElement[bool]:
        return self.question.clock.between(self.view.relation, "at", None, self.question.as_of.until)

    @property
    def inside(self) -> ColumnElement[bool]:
        """Whether the touch lies in the span."""
        return self.view.between("at", self.question.start, self.question.seen_end)

    @property
    def spoken(self) -> ColumnElement[bool]:
        return self["outcome"].in_(SPOKEN)

    @property
    def talk(self) -> ColumnElement[bool]:
        """Whether it is a call that reached somebody, or a meeting that wasn't missed."""
        held = or_(self["outcome"].is_(None), self["outcome"].not_in(MISSED))
        return or_(and_(self["kind"] == _CALL, self.spoken), and_(self["kind"] == _MEETING, held))

    def decides(self) -> ColumnElement[Any]:
        """1, 0 or NULL: whether the lead is a decision-maker."""
        if not self.question.dataset.has("leads.decision_maker", "leads.lead_id"):
            return sa.cast(sa.null(), sa.Integer)
        return self.view.of_lead("decision_maker")

    def in_order(self, kinds: Iterable[str], which: ColumnElement[bool]) -> sa.CTE:
        """Seen touches in each lead's order: lead (`who`), time, place `k` from 1, time of the next, group.

        Only leads with a touch of these kinds that is asked for are looked at: no others can count.
        """
        touched = select(self["lead_id"]).select_from(self.view.origin).correlate(None)
        leads = touched.where(self["kind"].in_(kinds), self.inside, self.near, self.asked)
        order: dict[str, Any] = {"partition_by": self["lead_id"], "order_by": [self.at, self["touch_id"]]}
        columns = [
            self["lead_id"].label("who"),
            self.at.label("at"),
            func.row_number().over(**order).label("k"),
            func.lead(self.at).over(**order).label("following"),
            case((self.spoken, 1), else_=0).label("spoken"),
            case((self.asked, 1), else_=0).label("asked"),
            self.group.label("g"),
        ]
        chosen = select(*columns).select_from(self.view.origin)
        return chosen.where(which, self.seen, self["lead_id"].in_(leads)).cte("ordered")

    def counted(self, rows: sa.FromClause) -> list[ColumnElement[bool]]:
        """Conditions under which an ordered touch is one of the question's."""
        at, question = rows.c.at, self.question
        return [at >= question.start, at < question.seen_end, rows.c.asked == 1]


# Calls


def reached(question: Question) -> Mapping[Group, Reached]:
    """Leads whose first call lies in the span, by whether one of their first calls reached them."""
    found: Mapping[Group, Reached] = question.once("reached", lambda: _reached(question))
    return found


def _reached(question: Question) -> dict[Group, Reached]:
    touches = _Touches(question)
    calls = touches.in_order([_CALL], touches["kind"] == _CALL)
    spoken = calls.alias("s")
    soonest = select(spoken.c.who, func.min(spoken.c.k).label("k")).where(spoken.c.spoken == 1)
    by_lead = soonest.group_by(spoken.c.who).subquery("reached")
    joined = sa.outerjoin(calls, by_lead, by_lead.c.who == calls.c.who)
    within = [func.count(case((by_lead.c.k <= k, 1))) for k in range(1, MOST + 1)]
    counted = select(calls.c.g, func.count(), *within).select_from(joined)
    found = question.run(
        counted.where(calls.c.k == 1, *touches.counted(calls)).group_by(sa.literal_column("1"))
    )
    return touches.view.regrouped(
        ((g, Reached(int(n), tuple(map(int, some)))) for g, n, *some in found), Reached()
    )


def prospects(question: Question) -> Mapping[Group, Prospects]:
    """Leads called in the span, with the minutes it took and how many of them decide."""
    found: Mapping[Group, Prospects] = question.once("prospects", lambda: _prospects(question))
    return found


def _prospects(question: Question) -> dict[Group, Prospects]:
    """By group, and over all: groups don't add up, since a lead may be called under several."""
    touches = _Touches(question)
    by_name: dict[Group, list[Prospects]] = {}
    for g, *counted in question.run(_added_up(touches)):
        by_name.setdefault(touches.view.named(g), []).append(_prospect(counted))
    if question.by is None and not question.marks:
        return {ALL: Prospects()} | {name: some[0] for name, some in by_name.items()}
    found = {name: some[0] if len(some) == 1 else _merged(question, name) for name, some in by_name.items()}
    return found | {ALL: prospects(question.asking(by=None, marks=()))[ALL]}


def _merged(question: Question, name: Group) -> Prospects:
    """A group of several campaigns, whose leads may be the same: asked for as one."""
    where = question.where.with_parts(Filter.of([(str(question.by), None if name is None else str(name))]))
    return prospects(question.asking(by=None, where=where))[ALL]


def _added_up(touches: _Touches) -> sa.Select[Any]:
    """Per group: leads, minutes, leads with minutes, calls without, deciders, leads of whom it is known."""
    columns = [
        touches.group.label("g"),
        touches["lead_id"].label("who"),
        touches["minutes"].label("minutes") if touches.has("minutes") else sa.null().label("minutes"),
        touches.decides().label("decides"),
    ]
    calls = select(*columns).select_from(touches.view.origin)
    calls = calls.where(touches["kind"] == _CALL, touches.inside, touches.near, touches.asked)
    one = calls.subquery("one")
    timed = func.count(one.c.minutes)
    by_lead = select(
        one.c.g, func.sum(one.c.minutes).label("minutes"), timed.label("timed"),
        (func.count() - timed).label("untimed"), func.max(one.c.decides).label("decides"),
    )  # fmt: skip
    lead = by_lead.group_by(one.c.g, one.c.who).subquery("by_lead")
    sums = [func.count(), func.sum(lead.c.minutes), func.count(case((lead.c.timed > 0, 1)))]
    sums += [func.sum(lead.c.untimed), func.sum(lead.c.decides), func.count(lead.c.decides)]
    return select(lead.c.g, *sums).group_by(lead.c.g)


def _prospect(counted: Iterable[Any]) -> Prospects:
    n, minutes, timed, untimed, deciders, known = (value or 0 for value in counted)
    return Prospects(int(n), float(minutes), int(timed), int(untimed), int(deciders), int(known))


# Talks


def closing(question: Question, k: int) -> Mapping[Group, Share]:
    """Leads whose k-th talk lies in the span (n), and those for whom it was the last before the win (k)."""
    found: dict[int, Mapping[Group, Share]] = question.once("closing", lambda: _closing(question))
    return found[k]


def _closing(question: Question) -> dict[int, dict[Group, Share]]:
    touches = _Touches(question)
    talks = touches.in_order([_CALL, _MEETING], touches.talk)
    wins = _wins(question)
    joined = sa.outerjoin(talks, wins, _same_lead(question, wins.c.who, talks.c.who))
    moment = _comparable(question)
    won = moment(wins.c.won)
    before = and_(
        moment(talks.c.at) <= won, or_(talks.c.following.is_(None), moment(talks.c.following) > won)
    )
    counted = select(talks.c.k, talks.c.g, func.count(case((before, 1))), func.count()).select_from(joined)
    counted = counted.where(talks.c.k <= MOST, *touches.counted(talks))
    rows = question.run(counted.group_by(talks.c.k, talks.c.g))
    return {
        place: touches.view.regrouped(
            ((g, Share(int(hits), int(n))) for k, g, hits, n in rows if int(k) == place), Share()
        )
        for place in range(1, MOST + 1)
    }


def _wins(question: Question) -> sa.Subquery:
    """Each lead's first win on any pass, as seen at as_of."""
    passes = question.passes
    won = passes.column("won")
    chosen = select(passes.column("lead_id").label("who"), won.label("won")).select_from(passes.origin)
    one = chosen.where(passes.between("won", None, question.as_of.until)).subquery("one_win")
    return select(one.c.who, func.min(one.c.won).label("won")).group_by(one.c.who).subquery("wins")


def _same_lead(
    question: Question, ours: ColumnElement[Any], theirs: ColumnElement[Any]
) -> ColumnElement[bool]:
    """Equality of a lead_id of leads with one of touches, where one may be text and the other a number."""
    leads, touches = (question.dataset.relations[name] for name in ("leads", "touches"))
    if leads.kinds["lead_id"] is touches.kinds["lead_id"]:
        return ours == theirs
    return sa.cast(ours, sa.String) == sa.cast(theirs, sa.String)


def _comparable(question: Question) -> Any:
    """How talks and wins are compared: to the second, or by day where either column holds dates only."""
    until = question.as_of.until
    columns = (("touches", "at"), ("leads", STAMPS["won"]))
    if any(holds_dates(question.dataset, table, column, until) for table, column in columns):
        return question.clock.day
    return lambda at: at


# Mail


def acknowledged(question: Question) -> Mapping[Group, Share]:
    """Leads whose first mail lies in the span (n), and those who acknowledged it in any touch since (k)."""
    found: Mapping[Group, Share] = question.once("acknowledged", lambda: _acknowledged(question))
    return found


def _acknowledged(question: Question) -> dict[Group, Share]:
    touches = _Touches(question)
    mails = touches.in_order([_MAIL], touches["kind"] == _MAIL)
    other = question.dataset.relations["touches"].alias("a")
    at, seen = (
        question.clock.epoch(other, "at"),
        question.clock.between(other, "at", None, question.as_of.until),
    )
    answers = select(other["lead_id"].label("who"), at.label("at"))
    one = answers.where(other["outcome"] == _ACKNOWLEDGED, seen).subquery("answer")
    last = select(one.c.who, func.max(one.c.at).label("at")).group_by(one.c.who).subquery("answers")
    joined = sa.outerjoin(mails, last, last.c.who == mails.c.who)
    hits = func.count(case((last.c.at >= mails.c.at, 1)))
    counted = select(mails.c.g, hits, func.count()).select_from(joined)
    found = question.run(counted.where(mails.c.k == 1, *touches.counted(mails)).group_by(mails.c.g))
    return touches.view.regrouped(((g, Share(int(k), int(n))) for g, k, n in found), Share())
