"""What campaigns bring over their whole life: how old they are, the customers they won, what these are worth.

A customer belongs to the campaign of their first order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, and_, case, func, select

from scorecard import attribution, journeys, small
from scorecard.attribution import Credit, Refused
from scorecard.clock import AsOf, date_of, day_number
from scorecard.conversions import Share
from scorecard.dataset import Dataset
from scorecard.measures import Group, NotReachableError, Question, Sum, View, in_base
from scorecard.passes import once
from scorecard.sqltime import stepped

YEAR_DAYS = 365
_CAMPAIGN = "campaign_id"


# Age


def ages(dataset: Dataset, as_of: AsOf) -> dict[str, int]:
    """Days since each campaign began; campaigns without a beginning, or with one to come, are missing."""
    zone = small.settings(dataset).zone
    found = {}
    for row in small.rows(dataset, "campaigns"):
        begun = row["start"] or (row["launched_at"] and zone.from_epoch(row["launched_at"]).date())
        if begun is not None and begun <= as_of.day:
            found[str(row["campaign_id"])] = (as_of.day - begun).days
    return found


# Touches


def touches_of(dataset: Dataset, as_of: AsOf, campaign_id: str) -> dict[str | None, dict[str | None, int]]:
    """How often each team touched somebody in the campaign's name, by kind; both may be None, not noted."""
    question = Question(dataset, as_of, 0, as_of.until)
    every: dict[str, dict[str | None, dict[str | None, int]]] = question.once(
        "touches of campaigns", lambda: _touches(question)
    )
    return every.get(campaign_id, {})


def _touches(question: Question) -> dict[str, dict[str | None, dict[str | None, int]]]:
    """All campaigns at once: who looks at one, looks at the next."""
    if question.dataset.lacks("touches.campaign_id", "touches.at"):
        return {}
    touches = question.dataset.relations["touches"].alias("t")
    named = [
        touches[name] if name in touches else sa.cast(sa.null(), sa.String) for name in ("department", "kind")
    ]
    seen = question.clock.between(touches, "at", None, question.as_of.until)
    counted = select(touches["campaign_id"], *named, func.count()).select_from(touches.source)
    asked = counted.where(touches["campaign_id"].is_not(None), seen)
    found: dict[str, dict[str | None, dict[str | None, int]]] = {}
    for campaign, team, kind, n in question.run(asked.group_by(*map(sa.literal_column, "123"))):
        found.setdefault(str(campaign), {}).setdefault(team, {})[kind] = int(n)
    return found


# Customers


class _Firsts:
    """Each customer's first order seen by as_of, where the filter lets it through: who, when, its group."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.view: View = question.view("orders", "closer")
        at = self.view.epoch("closed_at")
        who = self.view.column("customer_id")
        group = self.view.group(question.by, question.marks, at)
        asked = and_(sa.true(), *self.view.conditions(question.where))
        order: dict[str, Any] = {"partition_by": who, "order_by": [at, self.view.column("order_id")]}
        columns = [
            who.label("who"),
            at.label("first"),
            group.label("g"),
            case((asked, 1), else_=0).label("asked"),
            func.row_number().over(**order).label("k"),
        ]
        chosen = select(*columns).select_from(self.view.origin)
        ordered = chosen.where(who.is_not(None), at < question.as_of.until).subquery("ordered")
        self.rows = once(select(ordered).where(ordered.c.k == 1, ordered.c.asked == 1), "firsts")


def new_customers(question: Question) -> Mapping[Group, Sum]:
    """Customers whose first order lies in the span, by that order's group."""
    firsts = _Firsts(question)
    first = firsts.rows.c.first
    inside = and_(first >= question.start, first < question.seen_end)
    counted = select(firsts.rows.c.g, func.count()).where(inside).group_by(firsts.rows.c.g)
    return firsts.view.regrouped(((g, Sum(int(n))) for g, n in question.run(counted)), Sum())


def acquisition(question: Question) -> dict[Group, tuple[Sum, Sum]]:
    """Spend and new customers (without orders: wins) per campaign; NotReachableError for other groups."""
    if question.by not in (None, _CAMPAIGN):
        raise NotReachableError(question.by)
    spend = question.sums("spend")
    won = new_customers(question) if question.dataset.has("orders") else question.sums("wins")
    return {g: (spend.get(g, Sum()), won.get(g, Sum())) for g in {**spend, **won}}


def lifetime_value(question: Question) -> Mapping[Group, Share]:
    """Margin in the 12 months from the first order on (k), and the customers (n) it is of.

    They are the customers whose first order lies in the 12 months that end 12 months before the span's end or
    as_of, whichever comes first; over a whole life (a span from 0 on) all until then.
    """
    found: Mapping[Group, Share] = question.once("lifetime_value", lambda: _lifetime_value(question))
    return found


def _lifetime_value(question: Question) -> Mapping[Group, Share]:
    zone = question.settings.zone
    until = min(question.end, question.as_of.instant)
    start, end = (zone.to_epoch(_years_before(zone.from_epoch(until), years)) for years in (2, 1))
    start = start if question.start > 0 else 0
    firsts = _Firsts(question)
    first, orders = firsts.rows, question.dataset.relations["orders"].alias("b")
    local = question.clock.local
    at = question.clock.epoch(orders, "closed_at")
    moments = [local(first.c.first).label("local"), question.clock.day(first.c.first).label("day")]
    began = select(first.c.g, first.c.who, *moments).where(first.c.first >= start, first.c.first < end)
    known = once(began, "began")  # worked out once a customer, not once an order
    until_then = known.c.local + _year_from(question, known.c.day) * 86_400
    customers = once(select(known.c.g, known.c.who, until_then.label("until")), "customers")
    buys = [margin_of(question, orders).label("m"), _currency(orders).label("c")]
    buys += [
        orders["customer_id"].label("buyer"),
        local(at).label("local"),
        question.clock.day(at).label("d"),
    ]
    orders_seen = select(*buys).select_from(orders.source).where(at < question.as_of.until)
    sold = once(orders_seen, "sold")  # each order's time is read once, not once for every customer
    in_time = and_(sold.c.buyer == customers.c.who, sold.c.local < customers.c.until)
    columns = [customers.c.g, customers.c.who, sold.c.m, sold.c.c, sold.c.d]
    bought = once(select(*columns).select_from(sa.join(customers, sold, in_time)), "bought")
    margin = in_base(question, bought.c.m, bought.c.c, bought.c.d, "orders")
    summed = select(bought.c.g, func.sum(margin), func.count(bought.c.who.distinct())).group_by(bought.c.g)
    found = question.run(summed)
    return firsts.view.regrouped(((g, Share(float(total or 0), int(n))) for g, total, n in found), Share())


@dataclass(frozen=True, slots=True)
class Return:
    """What was spent, what was left of the revenue attributed to it, and how many deals that is of."""

    spent: float = 0.0
    margin: float = 0.0
    deals: int = 0


def returns(question: Question) -> dict[Group, Return | Refused]:
    """Spend and attributed margin per campaign by the agreed model; NotReachableError for other groups."""
    if question.by not in (None, _CAMPAIGN):
        raise NotReachableError(question.by)
    spend = question.sums("spend")
    credit = attribution.attributed(question, question.settings.attribution, "margin")
    if isinstance(credit, Refused):
        return dict.fromkeys(spend, credit)
    found: dict[Group, Return | Refused] = {}
    for group in {**spend, **credit}:
        brought = credit.get(group, Credit())
        found[group] = Return(spend.get(group, Sum()).total, brought.amount, brought.n)
    return found


def credited(question: Question) -> dict[Group, list[float]]:
    """What each deal left for each campaign by the agreed model; NotReachableError when touches name none."""
    found: dict[Group, list[float]] = question.once("credited", lambda: _credited(question))
    return found


def _credited(question: Question) -> dict[Group, list[float]]:
    asked = journeys.parted(question)
    if asked.by is None:
        raise NotReachableError(str(question.by))
    read = journeys.read(asked.of_deals, "margin", (_CAMPAIGN,))
    weights = attribution.shares(asked, read, question.settings.attribution)
    steps, found = read.journeys, dict[Group, list[float]]()
    if isinstance(weights, Refused):
        return found
    labels = journeys.labels(question, steps, asked.by)
    for first, count, numbers in zip(steps.first, steps.count, steps.deals, strict=True):
        parts: dict[Group, float] = {}
        for step in range(first, first + count):
            parts[labels[step]] = parts.get(labels[step], 0.0) + float(weights[step])
        for amount in (read.deals[number].amount for number in numbers):
            for label, share in parts.items():
                if amount is not None and share:
                    found.setdefault(label, []).append(share * amount)
    return found


def margin_of(question: Question, orders: Any) -> ColumnElement[Any]:
    """What an order leaves, in its own currency: its margin, else its amount times settings.margin."""
    share = question.settings.margin
    parts = [orders["margin"]] if "margin" in orders else []
    if share is not None:
        parts.append(orders["amount"] * share)
    return func.coalesce(*parts) if len(parts) > 1 else parts[0]


def _currency(orders: Any) -> ColumnElement[Any]:
    return orders["currency"] if "currency" in orders else sa.cast(sa.null(), sa.String)


def _years_before(wall: Any, years: int) -> Any:
    try:
        return wall.replace(year=wall.year - years)
    except ValueError:  # the 29th of February of a year that isn't there
        return wall.replace(year=wall.year - years, day=28)


def _year_from(question: Question, day: ColumnElement[int]) -> ColumnElement[int]:
    """Days from a local day number until the same date a year later."""
    last = question.as_of.day.year + 2
    steps = []
    for year in range(last - 30, last):
        march = day_number(_first_of_march(year - 1))
        length = (_first_of_march(year) - _first_of_march(year - 1)).days
        steps.append((march, length))
        if length == 366:  # noqa: PLR2004 - from a 29th of February it is 365 days to the 28th
            steps.append((day_number(_first_of_march(year)) - 1, 365))
    return stepped(day, steps, YEAR_DAYS)


def _first_of_march(year: int) -> date:
    return date_of(0).replace(year=year, month=3, day=1)
