"""The hand-off cohort: the passes handed from marketing to sales in a span, as they are seen at as_of.

Decisions, the agreed response time on both clocks, waits as counts per minute, ratings, recycling, nurture.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, and_, case, func, or_, select

from scorecard.clock import Opening, date_of, day_number
from scorecard.measures import ALL, Group, PassView, Question, decision_seen
from scorecard.passes import holds_dates
from scorecard.sqltime import whole


@dataclass(frozen=True, slots=True)
class Sla:
    """How waits are measured: on which clock, in hours or in dates, and within how long.

    `dates` is about the wait for a touch, `handed_dates` about the wait for a decision.
    """

    business: bool
    dates: bool
    handed_dates: bool
    seconds: int | None
    decision_seconds: int | None

    @property
    def days(self) -> int | None:
        """The agreed days where only dates are known."""
        return None if self.seconds is None else -(-self.seconds // 86_400)

    @property
    def decision_days(self) -> int | None:
        return None if self.decision_seconds is None else -(-self.decision_seconds // 86_400)


def waits_hold_dates(question: Question) -> bool:
    """Whether any column that the wait for a touch is made of holds dates instead of times."""
    names = ["leads.handed_off_at", "leads.first_touch_at"]
    if question.settings.sla_starts == "assigned":
        names.append("leads.assigned_at")
    if question.dataset.has("touches.lead_id", "touches.at", "touches.department"):
        names.append("touches.at")
    until = question.as_of.until
    pairs = [name.split(".") for name in names]
    return any(holds_dates(question.dataset, table, column, until) for table, column in pairs)


def sla_of(question: Question, *, business: bool | None = None) -> Sla:
    """The agreed SLA, on its own clock unless told otherwise."""
    settings = question.settings
    agreed = settings.decision_hours_agreed
    return Sla(
        settings.sla_clock == "business" if business is None else business,
        question.once("waits_hold_dates", lambda: waits_hold_dates(question)),
        bool(holds_dates(question.dataset, "leads", "handed_off_at", question.as_of.until)),
        None if settings.sla_hours is None else round(settings.sla_hours * 3600),
        None if agreed is None else round(agreed * 3600),
    )


GRAIN = ("source", "owner")
_GRAIN_COLUMNS = tuple(f"leads.{column}" for column in GRAIN)
Fine = tuple[tuple[str, ...], list[tuple[tuple[str | None, ...], list[float]]]]


class Cohort:
    """The passes handed off in a question's span, as they are seen at as_of."""

    def __init__(self, question: Question, *, business: bool | None = None) -> None:
        self.question = question
        self.view = PassView(question, question.passes, "owner")
        self.sla = sla_of(question, business=business)
        self.opening = Opening.of(question.settings) if self.sla.business else None
        self.grain: tuple[str, ...] = ()

    # Columns of the rows: each pass once, with what the figures need

    @cached_property
    def rows(self) -> sa.FromClause:
        passes, question = self.view.passes, self.question
        names = ["handed", "assigned", "touched", "accepted", "rejected", "sql", "opportunity", "won"]
        names += ["rehanded", "nurtured_before", "quality_rating", *self.grain]
        if self.opening is not None and passes.prepared:
            names += ["handed_opened", "assigned_opened", "touched_opened", "touched_inside"]
        group = self.view.group(question.by, question.marks, passes.column("handed"))
        between = passes.between("handed", question.start, question.seen_end)
        return passes.rows(names, group, between, *self.view.conditions(question.where))

    def c(self, name: str) -> ColumnElement[Any]:
        return self.rows.c[name]

    def seen(self, name: str) -> ColumnElement[int]:
        return self.question.seen(self.c(name))

    # Waits

    @property
    def _by_assignment(self) -> ColumnElement[bool] | None:
        """Whether the clock starts at the assignment."""
        if self.question.settings.sla_starts != "assigned":
            return None
        assigned = self.c("assigned")
        return and_(assigned < self.question.as_of.until, assigned > self.c("handed"))

    def _starting(self, handed: ColumnElement[Any], assigned: ColumnElement[Any]) -> ColumnElement[Any]:
        later = self._by_assignment
        return handed if later is None else case((later, assigned), else_=handed)

    @property
    def start(self) -> ColumnElement[int]:
        return self._starting(self.c("handed"), self.c("assigned"))

    @property
    def touched(self) -> ColumnElement[int]:
        return self.seen("touched")

    @cached_property
    def calendar(self) -> sa.CTE:
        """The opening calendar of the days from the span's start to as_of, as a table."""
        first, last = date_of(self.question.clock.zone.day(self.question.start)), self.question.as_of.day
        days = self._opening.rows(first, max(first, last))
        base = self._opening.opened(days[0].begins)
        worked = self._opening.workdays_through(first) - days[0].works
        names = ("day", "opens", "closes", "before", "worked")
        values = sa.values(*(sa.column(n, sa.BigInteger) for n in names), name="v", literal_binds=True).data(
            [(d.day, d.opens, d.closes, base + d.before, worked + d.workdays_before + d.works) for d in days]
        )
        return values.cte("calendar")

    @property
    def _opening(self) -> Opening:
        if self.opening is None:
            raise ValueError("opening hours are only known on the business clock")
        return self.opening

    @cached_property
    def _days(self) -> dict[str, sa.FromClause]:
        names = ("handed", "assigned", "touched")
        wanted = names if self.question.settings.sla_starts == "assigned" else ("handed", "touched")
        return {name: self.calendar.alias(f"on_{name}") for name in wanted}

    @property
    def _looks_up(self) -> bool:
        """Whether the calendar must be joined: a store of our own has opened seconds at hand."""
        return self.opening is not None and (self.sla.dates or not self.view.passes.prepared)

    @property
    def origin(self) -> sa.FromClause:
        """The rows, joined to the calendar where opening hours have to be looked up."""
        origin: sa.FromClause = self.rows
        if self._looks_up:
            for name, days in self._days.items():
                # the second before a touch decides its day: midnight closes a day open until 24:00
                at = self.c(name) - 1 if name == "touched" else self.c(name)
                origin = origin.outerjoin(days, days.c.day == self.question.clock.day(at))
        return origin

    def _opened(self, name: str) -> ColumnElement[int]:
        if not self._looks_up:
            return self.c(f"{name}_opened")
        at, day = self.c(name), self._days[name].c
        return day.before + case(
            (at <= day.opens, 0), (at >= day.closes, day.closes - day.opens), else_=at - day.opens
        )

    @property
    def _inside(self) -> ColumnElement[bool]:
        """Whether the touch came in opening hours: at a tie only such a touch is in time."""
        if not self._looks_up:
            return self.c("touched_inside") == 1
        day = self._days["touched"].c
        return and_(self.c("touched") > day.opens, self.c("touched") <= day.closes)

    def _worked(self, name: str) -> ColumnElement[int]:
        return self._days[name].c.worked

    @property
    def _start_opened(self) -> ColumnElement[int]:
        assigned = (
            self._opened("assigned")
            if self.question.settings.sla_starts == "assigned"
            else self.c("assigned")
        )
        return self._starting(self._opened("handed"), assigned)

    @property
    def _start_worked(self) -> ColumnElement[int]:
        assigned = (
            self._worked("assigned")
            if self.question.settings.sla_starts == "assigned"
            else self.c("assigned")
        )
        return self._starting(self._worked("handed"), assigned)

    def _waited(self) -> ColumnElement[int]:
        """Seconds (or days, where only dates are known) from start to touch on the agreed clock."""
        day = self.question.clock.day
        if self.sla.dates:
            if self.opening is not None:
                return self._worked("touched") - self._start_worked
            return day(self.c("touched")) - day(self.start)
        if self.opening is not None:
            return self._opened("touched") - self._start_opened
        return self.c("touched") - self.start

    def _waiting(self) -> ColumnElement[int]:
        """The same from start to as_of, for a pass untouched so far."""
        as_of = self.question.as_of
        if self.sla.dates:
            if self.opening is not None:
                return sa.literal(self._opening.workdays_through(as_of.day)) - self._start_worked
            return sa.literal(day_number(as_of.day)) - self.question.clock.day(self.start)
        if self.opening is not None:
            return sa.literal(self._opening.opened(as_of.instant)) - self._start_opened
        return sa.literal(as_of.instant) - self.start

    def _in_time(self, limit: int) -> ColumnElement[bool]:
        waited = self._waited()
        if self.opening is None or self.sla.dates:
            met = waited <= limit
        else:
            met = or_(waited < limit, and_(waited == limit, self._inside)) if limit else sa.false()
        return and_(self.touched.is_not(None), or_(self.touched <= self.start, met))

    def _past(self, waiting: ColumnElement[int], limit: int) -> ColumnElement[bool]:
        """Whether as_of lies after the deadline."""
        if self.opening is None or self.sla.dates:
            return waiting > limit
        if limit and self._opening.inside(self.question.as_of.instant):
            return waiting > limit
        # the opening hours are used up, and no second of opening ends just now: the deadline is past
        return waiting >= limit if limit else self.start < self.question.as_of.instant

    # Figures

    def figures(self) -> dict[Group, dict[str, float]]:
        """Counts and sums of the cohort per group, ALL among them."""
        found: dict[Group, dict[str, float]] = {ALL: dict.fromkeys(self._figures, 0.0)}
        columns = [expression.label(name) for name, expression in self._figures.items()]
        statement = select(self.c("g").label("g"), *columns).select_from(self.origin)
        for group, *values in self.question.run(statement.group_by(sa.literal_column("1"))):
            counted = {k: float(v or 0) for k, v in zip(self._figures, values, strict=True)}
            for name in {self.view.named(group), ALL}:
                have = found.setdefault(name, dict.fromkeys(self._figures, 0.0))
                for figure, value in counted.items():
                    have[figure] += value
        return found

    def finely(self) -> Fine:
        """Names of the figures, and their values by all columns of GRAIN.

        Elsewhere than in our own store it is the rows that cost, not the counting: there the waits over all
        come along and are remembered.
        """
        self.grain = GRAIN
        with_waits = not (self.view.passes.prepared or self.sla.dates or self._knows_waits())
        found = self.question.run(self._with_waits() if with_waits else self._fine_figures())
        if with_waits:
            waits = Counter({(int(row[3]), int(row[4])): int(row[5]) for row in found if row[0]})
            self.question.once(("waits", self.sla.business), lambda: {ALL: waits})
        groups = [
            (tuple(None if g is None else str(g) for g in row[1:3]), [float(v or 0) for v in row[3:]])
            for row in found
            if not row[0]
        ]
        return tuple(self._figures), groups

    def _knows_waits(self) -> bool:
        return self.question.knows(("waits", self.sla.business))

    def _fine_figures(self) -> sa.Select[Any]:
        """Rows of 0, the columns of GRAIN, and the figures."""
        columns = [self.c(name) for name in GRAIN]
        figures = [expression.label(name) for name, expression in self._figures.items()]
        counted = select(sa.literal_column("0").label("k"), *columns, *figures).select_from(self.origin)
        return counted.group_by(*columns)

    def _with_waits(self) -> sa.CompoundSelect[Any]:
        """The same, and below them rows of 1, nothing, and the waits: minutes, touched, how many."""
        waits = self._counted_waits().subquery("counted")
        nothing = [sa.null() for _ in range(len(GRAIN))]
        rest = [sa.null() for _ in range(len(self._figures) - 3)]
        below: Any = select(sa.literal_column("1"), *nothing, waits.c.m, waits.c.t, waits.c.n, *rest)
        return sa.union_all(self._fine_figures(), below)

    @property
    def refused(self) -> ColumnElement[bool]:
        """Of both decisions the later seen one stands; at a tie it is rejected."""
        accepted, rejected = self.seen("accepted"), self.seen("rejected")
        return and_(rejected.is_not(None), or_(accepted.is_(None), rejected >= accepted))

    @property
    def went_on(self) -> ColumnElement[bool]:
        """Accepted, or a later stage implies it."""
        return or_(*(self.seen(n).is_not(None) for n in ("accepted", "sql", "opportunity", "won")))

    @property
    def agreed(self) -> ColumnElement[bool]:
        """Accepted, as the decision stands."""
        return and_(sa.not_(self.refused), self.went_on)

    @cached_property
    def _figures(self) -> dict[str, ColumnElement[Any]]:
        refused, agreed = self.refused, self.agreed
        undecided = and_(sa.not_(refused), sa.not_(self.went_on))
        nurtured = self.c("nurtured_before") < self.c("handed")
        won = self.seen("won").is_not(None)
        rating = self._rating()
        figures = {
            "handoffs": func.count(),
            "accepted": _count(agreed),
            "rejected": _count(refused),
            "undecided": _count(undecided),
            "rejected_untouched": _count(and_(refused, self.touched.is_(None))),
            "recycled": _count(and_(refused, self.seen("rehanded").is_not(None))),
            "won": _count(won),
            "nurtured": _count(nurtured),
            "nurtured_won": _count(and_(nurtured, won)),
            "rated": func.count(rating),
            "rating": func.sum(rating),
        }
        return figures | self._sla_figures(undecided)

    def _rating(self) -> ColumnElement[Any]:
        """The rating, seen with a decision stamp where the pass has one, else with the hand-off."""
        stamps = [self.c(name) for name in ("accepted", "rejected", "handed")]
        return case((decision_seen(self.question.as_of.until, *stamps), self.c("quality_rating")))

    def _sla_figures(self, undecided: ColumnElement[bool]) -> dict[str, ColumnElement[Any]]:
        figures: dict[str, ColumnElement[Any]] = {}
        sla = self.sla
        untouched, waiting = self.touched.is_(None), self._waiting()
        limit = sla.days if sla.dates else sla.seconds
        if limit is not None:
            past = self._past(waiting, limit)
            met = func.coalesce(self._in_time(limit), sa.false())
            figures["met"] = _count(met)
            figures["breached"] = _count(
                or_(and_(self.touched.is_not(None), sa.not_(met)), and_(untouched, past))
            )
            figures["pending"] = _count(and_(untouched, sa.not_(past)))
        decision = sla.decision_days if sla.handed_dates else sla.decision_seconds
        if decision is not None:
            figures["overdue"] = _count(and_(undecided, self._past_decision(decision)))
        return figures

    def _past_decision(self, limit: int) -> ColumnElement[bool]:
        """The decision clock always starts at the hand-off."""
        as_of = self.question.as_of
        if self.sla.handed_dates:
            if self.opening is not None:
                return sa.literal(self._opening.workdays_through(as_of.day)) - self._worked("handed") > limit
            return sa.literal(day_number(as_of.day)) - self.question.clock.day(self.c("handed")) > limit
        if self.opening is not None:
            waiting = sa.literal(self._opening.opened(as_of.instant)) - self._opened("handed")
            return waiting > limit if self._opening.inside(as_of.instant) else waiting >= limit
        return as_of.instant - self.c("handed") > limit

    def waits(self) -> dict[Group, Counter[tuple[int, int]]]:
        """Per group, how many passes waited so many whole minutes: keys are (minutes, 1 if touched)."""
        rows = self.question.run(self._counted_waits())
        found: dict[Group, Counter[tuple[int, int]]] = {ALL: Counter()}
        for group, minutes, was_touched, n in rows:
            for name in {self.view.named(group), ALL}:
                found.setdefault(name, Counter())[int(minutes), int(was_touched)] += int(n)
        return found

    def _counted_waits(self) -> sa.Select[Any]:
        touched = self.touched.is_not(None)
        waited = case((self.touched <= self.start, 0), (touched, self._waited()), else_=self._waiting())
        clamped = case((waited < 0, 0), else_=waited)
        inner = select(
            self.c("g").label("g"),
            whole(clamped, sa.literal(60)).label("m"),
            case((touched, 1), else_=0).label("t"),
        ).select_from(self.origin)
        rows = inner.subquery("w")
        counted = select(rows.c.g, rows.c.m, rows.c.t, func.count().label("n"))
        return counted.group_by(rows.c.g, rows.c.m, rows.c.t)


def _count(condition: ColumnElement[Any]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))


def cohort(question: Question) -> dict[Group, dict[str, float]]:
    """The hand-off cohort's figures per group, worked out once per question.

    Groups of GRAIN, and the whole, are rolled up from one statement by all of GRAIN.
    """
    finely = question.asking(by=None)
    if question.marks or question.by not in {None, *GRAIN} or not question.dataset.has(*_GRAIN_COLUMNS):
        return question.once("cohort", lambda: Cohort(question).figures())  # type: ignore[no-any-return]
    fine: Fine = finely.once("fine cohort", lambda: Cohort(finely).finely())
    return _rolled_up(fine, question.by)


def _rolled_up(fine: Fine, by: str | None) -> dict[Group, dict[str, float]]:
    """Figures by one column of GRAIN, ALL among them, as sums over the finest groups."""
    figures, groups = fine
    found: dict[Group, dict[str, float]] = {ALL: dict.fromkeys(figures, 0.0)}
    for group, counted in groups:
        own: Group = ALL if by is None else group[GRAIN.index(by)]
        for name in {own, ALL}:
            have = found.setdefault(name, dict.fromkeys(figures, 0.0))
            for figure, value in zip(figures, counted, strict=True):
                have[figure] += value
    return found


def waits(question: Question, *, business: bool) -> dict[Group, Counter[tuple[int, int]]]:
    """Waits for the first touch on one of the clocks, worked out once per question."""
    found: dict[Group, Counter[tuple[int, int]]] = question.once(
        ("waits", business), lambda: Cohort(question, business=business).waits()
    )
    return found
