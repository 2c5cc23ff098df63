"""What leads turn into: cohort rates by the first stamp, closed deals, open pipeline, customers' worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, case, func, or_, select

from scorecard.clock import day_number
from scorecard.measures import ALL, Group, PassView, Question, in_base
from scorecard.passes import STAMPS, holds_dates, once
from scorecard.periods import Period
from scorecard.scopes import Filter
from scorecard.statistics import nearest_rank

YEAR_DAYS = 365
ENOUGH_CONVERSIONS = 30


@dataclass(frozen=True, slots=True)
class Conversion:
    """A cohort by one stamp, and the stamp that says that it got there."""

    stamp: str
    reached: str
    first: str | None = None


CONVERSIONS = {
    "mql_to_sql_rate": Conversion("mql", "reached_sql", "first_mql"),
    "lead_to_win_rate": Conversion("created", "reached_won", "first_created"),
    "handoff_to_win_rate": Conversion("handed", "pass_won"),
}


@dataclass(frozen=True, slots=True)
class Share:
    """k of n."""

    k: float = 0
    n: float = 0

    def __add__(self, other: Share) -> Share:
        return Share(self.k + other.k, self.n + other.n)


def _grouped(question: Question, view: PassView, columns: list[str], *conditions: Any) -> sa.FromClause:
    """Rows of passes with the columns, and as `g` what they are grouped by (marks: by the first one)."""
    group = view.group(question.by, question.marks, view.passes.column(columns[0]))
    return view.passes.rows(columns, group, *conditions, *view.conditions(question.where))


def conversions(question: Question, name: str, within_days: int | None = None) -> Mapping[Group, Share]:
    """How many of a cohort got there by as_of; with `within_days`, in so many days of each own stamp.

    Days are differences of local dates. The cohort lies in the question's span.
    """
    found: Mapping[Group, Share] = question.once(
        ("conversions", name, within_days), lambda: _conversions(question, CONVERSIONS[name], within_days)
    )
    return found


def _conversions(question: Question, what: Conversion, within_days: int | None) -> dict[Group, Share]:
    view = PassView(question, question.passes, "owner")
    rows = _grouped(question, view, [what.stamp, what.reached], *_in_span(question, what, question.seen_end))
    reached = question.seen(rows.c[what.reached])
    if within_days is not None:
        days = question.clock.day(reached) - question.clock.day(rows.c[what.stamp])
        reached = case((days <= within_days, reached))
    counted = select(rows.c.g, func.count(reached), func.count()).group_by(sa.literal_column("1"))
    found = question.run(counted.select_from(rows))
    return view.regrouped(((g, Share(int(k), int(n))) for g, k, n in found), Share())


def _in_span(question: Question, what: Conversion, end: int) -> list[ColumnElement[bool]]:
    conditions = [question.passes.between(what.stamp, question.start, end)]
    if what.first is not None:
        conditions.append(question.passes.column(what.first) == 1)
    return conditions


def mature_days(question: Question, name: str) -> int | None:
    """Days a cohort needs until nearly all of its conversions are in; None when the data can't say.

    settings.mature_days, else the nearest-rank 90th percentile of the days taken by conversions within
    365 days of cohorts stamped 730 to 365 days before as_of; under 30 such conversions it is unknown.
    """
    if question.settings.mature_days is not None:
        return question.settings.mature_days
    key = ("mature_days", name, question.as_of)
    cache = question.dataset.cache
    if key not in cache:
        cache[key] = _mature_days(question, CONVERSIONS[name])
    found: int | None = cache[key]
    return found


def _mature_days(question: Question, what: Conversion) -> int | None:
    zone = question.settings.zone
    wall = zone.from_epoch(question.as_of.instant)
    start, end = (zone.to_epoch(wall - timedelta(days=days)) for days in (2 * YEAR_DAYS, YEAR_DAYS))
    past = question.asking(start=start, end=end, by=None, marks=(), where=Filter())
    view = PassView(past, past.passes, "owner")
    rows = _grouped(past, view, [what.stamp, what.reached], *_in_span(past, what, end))
    day = past.clock.day
    taken = day(past.seen(rows.c[what.reached])) - day(rows.c[what.stamp])
    counted = select(case((taken < 0, 0), else_=taken).label("d"), func.count().label("n"))
    counted = counted.select_from(rows).where(taken <= YEAR_DAYS).group_by(sa.literal_column("1"))
    days = sorted((int(d), int(n)) for d, n in past.run(counted) if d is not None)
    if sum(n for _, n in days) < ENOUGH_CONVERSIONS:
        return None
    ranked = nearest_rank([d for d, _ in days], [n for _, n in days], 0.9)
    return None if ranked is None else int(ranked)


def is_mature(question: Question, name: str, period: Period) -> bool:
    """Whether period end + mature_days <= as_of, so that the cohort's rate is final."""
    days = mature_days(question, name)
    if days is None:
        return False
    return question.settings.zone.midnight(period.end + timedelta(days=days)) <= question.as_of.instant


def nurture_take(question: Question) -> Mapping[Group, Share]:
    """Leads of campaigns that offer the extra step, and how many of them took it."""
    view = PassView(question, question.passes, "owner")
    leads = question.dataset.relations["leads"].narrow("campaign_id", "nurture_campaign_id")
    offering = select(leads["campaign_id"]).where(
        leads["nurture_campaign_id"].is_not(None), leads["campaign_id"].is_not(None)
    )
    conditions = _in_span(question, CONVERSIONS["lead_to_win_rate"], question.seen_end)
    offered = view.passes.column("campaign_id").in_(offering)
    rows = _grouped(question, view, ["created", "ever_nurtured"], *conditions, offered)
    taken = question.seen(rows.c.ever_nurtured)
    counted = select(rows.c.g, func.count(taken), func.count()).select_from(rows)
    found = question.run(counted.group_by(sa.literal_column("1")))
    return view.regrouped(((g, Share(int(k), int(n))) for g, k, n in found), Share())


def sales_cycles(question: Question) -> Mapping[Group, Counter[float]]:
    """Days from created_at to won_at of the wins in the span, counted per group."""
    until = question.as_of.until
    in_dates = any(holds_dates(question.dataset, "leads", STAMPS[n], until) for n in ("created", "won"))
    view = PassView(question, question.passes, "closer")
    between = question.passes.between("won", question.start, question.seen_end)
    rows = _grouped(question, view, ["won", "created"], between)
    day = question.clock.day
    taken = day(rows.c.won) - day(rows.c.created) if in_dates else rows.c.won - rows.c.created
    inner = select(rows.c.g, taken.label("d")).select_from(rows).subquery("d")
    found: dict[Group, Counter[float]] = {ALL: Counter()}
    for g, taken_for, n in question.run(
        select(inner.c.g, inner.c.d, func.count()).group_by(inner.c.g, inner.c.d)
    ):
        days = float(taken_for) if in_dates else float(taken_for) / 86_400
        for key in {view.named(g), ALL}:
            found.setdefault(key, Counter())[days] += int(n)
    return found


@dataclass(frozen=True, slots=True)
class ClosedValue:
    """Amounts of deals closed in a span: won, lost, and how many had one and hadn't."""

    won: float = 0
    lost: float = 0
    valued: int = 0
    without: int = 0

    def __add__(self, other: ClosedValue) -> ClosedValue:
        return ClosedValue(
            self.won + other.won,
            self.lost + other.lost,
            self.valued + other.valued,
            self.without + other.without,
        )


def closed_value(question: Question) -> Mapping[Group, ClosedValue]:
    """Amounts of the wins and losses whose own stamp lies in the span."""
    found: dict[Group, ClosedValue] = {ALL: ClosedValue()}
    for stamp, person in (("won", "closer"), ("lost", "owner")):
        view = PassView(question, question.passes, person)
        between = question.passes.between(stamp, question.start, question.seen_end)
        rows = _grouped(question, view, [stamp, "amount", "amount_at", "currency"], between)
        seen = case((rows.c.amount_at < question.as_of.until, rows.c.amount))
        day = question.clock.day(rows.c[stamp])
        priced = once(select(rows.c.g, seen.label("a"), rows.c.currency.label("c"), day.label("d")), "p")
        amount = in_base(question, priced.c.a, priced.c.c, priced.c.d, "leads")
        inner = select(priced.c.g, amount.label("a")).subquery("a")
        valued = case((inner.c.a > 0, inner.c.a))
        counted = select(inner.c.g, func.sum(valued), func.count(valued), func.count()).group_by(inner.c.g)
        for g, total, n, rows_n in question.run(counted):
            worth = float(total or 0)
            part = ClosedValue(
                worth if stamp == "won" else 0, worth if stamp == "lost" else 0, int(n), int(rows_n) - int(n)
            )
            for key in {view.named(g), ALL}:
                found[key] = found.get(key, ClosedValue()) + part
    return found


def pipeline(question: Question) -> Mapping[Group, Share]:
    """Amount (k) and number (n) of the opportunities open at as_of, whatever the span."""
    view = PassView(question, question.passes, "owner")
    columns = ["opportunity", "amount", "currency"]
    closed = [name for name in ("won", "lost") if STAMPS[name] in question.passes.leads]
    between = question.passes.between("opportunity", None, question.as_of.until)
    # the column as it stands first, so that the many closed rows are told apart cheaply
    open_still = [_not_seen(question, name) for name in closed]
    rows = _grouped(question, view, [*columns, *closed], between, *open_still)
    amount = in_base(question, rows.c.amount, rows.c.currency, day_number(question.as_of.day), "leads")
    counted = select(rows.c.g, func.sum(amount), func.count(amount)).select_from(rows)
    found = question.run(counted.group_by(sa.literal_column("1")))
    return view.regrouped(((g, Share(float(total or 0), int(n))) for g, total, n in found), Share())


def _not_seen(question: Question, name: str) -> ColumnElement[bool]:
    stamp = question.passes.column(name)
    return or_(stamp.is_(None), stamp >= question.as_of.until)
