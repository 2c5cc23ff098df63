"""Additive measures as SQL aggregates, grouped by what is asked.

A `Question` is a dataset seen at as_of in a span of time, filtered and grouped. It answers with counts and
sums per group; they add up over groups, so `all` is their sum and a rate is made of sums, never of rates.
Durations come as counts per minute (or second, or day), so that quantiles stay exact and nothing large is
downloaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import zip_longest
from typing import Any, Protocol, Self, TypeVar

import sqlalchemy as sa
from sqlalchemy import ColumnElement, and_, case, func, or_, select

from scorecard import small
from scorecard.clock import AsOf, day_number
from scorecard.contract import TABLES
from scorecard.dataset import Dataset, Relation
from scorecard.feeds import AT, FEEDS, KeptFeed
from scorecard.memory import Memory
from scorecard.passes import DIMENSIONS, Passes, once, same, sql_clock
from scorecard.scopes import EVERYTHING, Filter
from scorecard.settings import Settings
from scorecard.sqltime import SqlClock, looked_up, stepped


class _Adds(Protocol):
    def __add__(self, other: Self, /) -> Self: ...


Adds = TypeVar("Adds", bound=_Adds)
Group = str | int | None
ALL: Group = "*all*"


@dataclass(frozen=True, slots=True)
class Sum:
    """How many rows there are, and what their values add up to."""

    n: int = 0
    total: float = 0.0

    def __add__(self, other: Sum) -> Sum:
        return Sum(self.n + other.n, self.total + other.total)


@dataclass(frozen=True, slots=True)
class Measure:
    """An additive measure: rows of a table whose stamp lies in the span, counted, and one column summed."""

    table: str
    stamp: str
    value: str | None = None
    first: str | None = None  # the flag of passes that keeps a lead from counting twice
    person: str = "owner"

    @property
    def needs(self) -> tuple[str, ...]:
        """Columns ('table.column') without which there is nothing to measure."""
        stamp = _STAMP_COLUMN.get(self.stamp, self.stamp) if self.table == "leads" else self.stamp
        value = () if self.value is None else (f"{self.table}.{self.value}",)
        return (f"{self.table}.{stamp}", *value)


_STAMP_COLUMN = {
    "created": "created_at",
    "mql": "mql_at",
    "handed": "handed_off_at",
    "rejected": "rejected_at",
    "sql": "sql_at",
    "opportunity": "opportunity_at",
    "won": "won_at",
    "lost": "lost_at",
}

MEASURES: dict[str, Measure] = {
    "leads": Measure("leads", "created", first="first_created"),
    "mqls": Measure("leads", "mql", first="first_mql"),
    "handoffs": Measure("leads", "handed"),
    "sqls": Measure("leads", "sql"),
    "opportunities": Measure("leads", "opportunity"),
    "wins": Measure("leads", "won", person="closer"),
    "losses": Measure("leads", "lost"),
    "won_amount": Measure("leads", "won", "amount", person="closer"),
    "rejections": Measure("leads", "rejected"),
    "orders_amount": Measure("orders", "closed_at", "amount", person="closer"),
    "spend": Measure("spend", "date", "amount"),
    "visits": Measure("web", "date", "visits"),
    "micro_conversions": Measure("web", "date", "micro_conversions"),
    "conversions": Measure("web", "date", "conversions"),
    "signups": Measure("web", "date", "signups"),
}


class NotReachableError(LookupError):
    """A column that the table of a measure neither has nor reaches."""


@dataclass(frozen=True)
class Question:
    """What is asked: a span [start, end) in seconds since 1970, seen at as_of, filtered, grouped.

    `by` is a column name (optionally 'table.column') or None; `marks`, ascending instants, cut the span into
    parts instead, and groups are then the numbers of parts from 0.
    """

    dataset: Dataset
    as_of: AsOf
    start: int
    end: int
    by: str | None = None
    where: Filter = EVERYTHING
    marks: tuple[int, ...] = ()

    @cached_property
    def settings(self) -> Settings:
        return small.settings(self.dataset)

    @cached_property
    def clock(self) -> SqlClock:
        return sql_clock(self.dataset)

    @cached_property
    def passes(self) -> Passes:
        return Passes(self.dataset)

    @property
    def seen_end(self) -> int:
        """Where the span ends for what can be seen."""
        return min(self.end, self.as_of.until)

    def asking(self, **changes: Any) -> Question:
        """Another question that differs in some fields."""
        return replace(self, **changes)

    def once(self, key: Any, answer: Any) -> Any:
        """The answer to this question, remembered with the dataset: whoever asks the same shares it."""
        return self._memory.once(self._place(key), answer)

    def knows(self, key: Any) -> bool:
        """Whether that was answered already."""
        return self._memory.knows(self._place(key))

    @property
    def _memory(self) -> Memory:
        memory: Memory = self.dataset.cache.setdefault("answers", Memory())
        return memory

    def _place(self, key: Any) -> tuple[Any, ...]:
        seen = self.as_of.instant, self.as_of.until
        return (key, self.start, self.end, *seen, self.by, self.where, self.marks)

    def run(self, statement: sa.Select[*tuple[Any, ...]] | sa.CompoundSelect[*tuple[Any, ...]]) -> list[Any]:
        """The rows of a statement; one short connection each."""
        with self.dataset.engine.connect() as connection:
            return list(connection.execute(statement).all())

    # Additive measures

    def sums(self, name: str) -> Mapping[Group, Sum]:
        """One measure of MEASURES per group, with ALL the sum of all of them."""
        answer: Mapping[Group, Sum] = self.once(("sums", name), lambda: self._sums(MEASURES[name]))
        return answer

    def total(self, name: str) -> Sum:
        """One measure over all groups."""
        return self.sums(name)[ALL]

    def _sums(self, measure: Measure) -> dict[Group, Sum]:
        view = self.view(measure.table, measure.person)
        at = view.epoch(measure.stamp)
        group = view.group(self.by, self.marks, at)
        conditions = [view.between(measure.stamp, self.start, self.seen_end), *view.conditions(self.where)]
        if measure.first is not None:
            conditions.append(view.column(measure.first) == 1)
        origin: sa.FromClause
        if measure.value is None:
            columns = [group.label("g"), func.count(), sa.literal_column("0")]
            origin = view.origin
        elif isinstance(view, KeptFeedView) or not has_foreign(self, measure.table):
            value = view.value(measure.value)
            columns, origin = [group.label("g"), func.count(value), func.sum(value)], view.origin
        else:
            priced = [
                view.value(measure.value).label("a"),
                view.currency().label("c"),
                self.clock.day(at).label("d"),
            ]
            rows = once(select(group.label("g"), *priced).select_from(view.origin).where(*conditions), "r")
            value, conditions = in_base(self, rows.c.a, rows.c.c, rows.c.d, measure.table), []
            columns, origin = [rows.c.g, func.count(value), func.sum(value)], rows
        statement = select(*columns).select_from(origin).where(*conditions).group_by(sa.literal_column("1"))
        return view.regrouped(((g, Sum(int(n), float(s or 0))) for g, n, s in self.run(statement)), Sum())

    def view(self, table: str, person: str = "owner") -> View:
        """The rows of a large table as measures see them."""
        if table == "leads":
            return PassView(self, self.passes, person)
        if self.dataset.prepared and table in FEEDS:
            kept = KeptFeed(self.dataset, table)
            if all(kept.knows(*_split(name)) for name in self._named):
                return KeptFeedView(self, kept, person)
        return FeedView(self, self.dataset.relations[table].alias("f"), person)

    @property
    def _named(self) -> list[str]:
        """The columns that are grouped and filtered by."""
        by = [] if self.by is None else [self.by]
        return [*by, *(column for column, _ in self.where.parts)]

    def cut(self, stamp: ColumnElement[Any]) -> ColumnElement[int]:
        """The number of the part of the span in which the stamp lies."""
        return stepped(stamp, list(zip(self.marks, range(len(self.marks)), strict=True)), -1)

    def seen(self, stamp: ColumnElement[Any]) -> ColumnElement[int]:
        """The stamp, or NULL where it lies after as_of."""
        return case((stamp < self.as_of.until, stamp))


class View:
    """Rows of one table: its columns, what they reach, and how they group and filter."""

    origin: sa.FromClause

    def __init__(self, question: Question) -> None:
        self.question = question
        self._by_campaign: str | None = None

    def column(self, name: str) -> ColumnElement[Any]:
        raise NotImplementedError

    def epoch(self, stamp: str) -> ColumnElement[int]:
        raise NotImplementedError

    def between(self, stamp: str, lo: int, hi: int) -> ColumnElement[bool]:
        raise NotImplementedError

    def own(self, table: str | None, name: str) -> ColumnElement[Any] | None:
        """The column where this view has it itself or through leads."""
        raise NotImplementedError

    def value(self, name: str) -> ColumnElement[Any]:
        """A column to add up, as it stands (money: in the row's own currency)."""
        raise NotImplementedError

    def currency(self) -> ColumnElement[Any]:
        raise NotImplementedError

    def group(self, by: str | None, marks: tuple[int, ...], at: ColumnElement[int]) -> ColumnElement[Any]:
        """What a row is grouped by; NotReachableError when the table doesn't reach the column."""
        if marks:
            return self.question.cut(at)
        if by is None:
            return sa.literal_column("0", sa.Integer)
        table, name = _split(by)
        found = self.own(table, name)
        if found is not None:
            return found
        if self._reaches_campaign(table, name):
            self._by_campaign = name
            return self._campaign_id()
        raise NotReachableError(by)

    def conditions(self, where: Filter) -> list[ColumnElement[bool]]:
        """The filter as SQL; NotReachableError when a column can't be reached."""
        return [self._condition(by, values) for by, values in where.parts]

    def _condition(self, by: str, values: tuple[str | None, ...]) -> ColumnElement[bool]:
        table, name = _split(by)
        column = self.own(table, name)
        if column is None:
            if not self._reaches_campaign(table, name):
                raise NotReachableError(by)
            return self._in_campaigns(name, values)
        return _is_one_of(column, values)

    def _reaches_campaign(self, table: str | None, name: str) -> bool:
        if table not in (None, "campaigns") or not self.question.dataset.has(f"campaigns.{name}"):
            return False
        return self.own(None, "campaign_id") is not None

    def _campaign_id(self) -> ColumnElement[Any]:
        column = self.own(None, "campaign_id")
        if column is None:
            raise NotReachableError("campaign_id")
        return column

    def _campaigns(self, name: str) -> dict[str, str | None]:
        rows = small.rows(self.question.dataset, "campaigns")
        return {str(row["campaign_id"]): None if row[name] is None else str(row[name]) for row in rows}

    def _in_campaigns(self, name: str, values: tuple[str | None, ...]) -> ColumnElement[bool]:
        """Whether the row's campaign has one of the values; without a campaign its value is blank."""
        ids, named = self._campaign_id(), self._campaigns(name)
        conditions = [
            _is_one_of(ids, tuple(c for c, value in named.items() if value is not None and value in values))
        ]
        if None in values:
            filled = tuple(c for c, value in named.items() if value is not None)
            conditions.append(or_(ids.is_(None), sa.not_(_is_one_of(ids, filled))))
        return or_(*conditions)

    def named(self, group: Any) -> Group:
        """A group as it stands in SQL, as the asker knows it."""
        if self.question.marks:
            return int(group)
        if self.question.by is None:
            return ALL
        text = None if group is None else str(group)
        if self._by_campaign is not None:
            return self._campaigns(self._by_campaign).get(text) if text is not None else None
        return text

    def regrouped(self, found: Iterable[tuple[Any, Adds]], nothing: Adds) -> dict[Group, Adds]:
        """What was found per group, added up under the asker's names, and ALL; sums start at `nothing`."""
        sums: dict[Group, Adds] = {ALL: nothing}
        for group, amount in found:
            for name in {self.named(group), ALL}:
                sums[name] = sums.get(name, nothing) + amount
        return sums


class PassView(View):
    """Passes of leads."""

    def __init__(self, question: Question, passes: Passes, person: str) -> None:
        super().__init__(question)
        self.passes = passes
        self.person = person
        self.origin = passes.origin

    def column(self, name: str) -> ColumnElement[Any]:
        return self.passes.column(name)

    def epoch(self, stamp: str) -> ColumnElement[int]:
        return self.passes.column(stamp)

    def between(self, stamp: str, lo: int, hi: int) -> ColumnElement[bool]:
        return self.passes.between(stamp, lo, hi)

    def own(self, table: str | None, name: str) -> ColumnElement[Any] | None:
        canonical = self.canonical(table, name)
        return None if canonical is None else self.dimension(canonical)

    def dimension(self, canonical: str) -> ColumnElement[Any]:
        """A column of passes to group or filter by; a reason is seen with the decision, else the hand-off."""
        column = self.passes.column(canonical)
        if canonical != "reject_reason":
            return column
        stamps = [self.passes.column(name) for name in ("accepted", "rejected", "handed")]
        return case((decision_seen(self.question.as_of.until, *stamps), column))

    def canonical(self, table: str | None, name: str) -> str | None:
        """The column of passes that a name means; None where leads has no such column."""
        if table not in (None, "leads") or name not in self.passes.leads:
            return None
        if name == "owner":
            return self.person
        return name if name in DIMENSIONS or name in self.passes.leads.attributes else None

    def value(self, name: str) -> ColumnElement[Any]:
        """The amount, seen with its own stamp."""
        return case((self.column("amount_at") < self.question.as_of.until, self.column(name)))

    def currency(self) -> ColumnElement[Any]:
        return self.column("currency")


class FeedView(View):
    """Rows of spend, web, orders or touches, which may reach leads by lead_id."""

    def __init__(self, question: Question, relation: Relation, person: str) -> None:
        super().__init__(question)
        self.relation = relation
        self.person = person
        self.origin = relation.source
        self._leads: Relation | None = None

    def column(self, name: str) -> ColumnElement[Any]:
        return self.relation[name]

    def epoch(self, stamp: str) -> ColumnElement[int]:
        return self.question.clock.epoch(self.relation, stamp)

    def between(self, stamp: str, lo: int, hi: int) -> ColumnElement[bool]:
        return self.question.clock.between(self.relation, stamp, lo, hi)

    def own(self, table: str | None, name: str) -> ColumnElement[Any] | None:
        contract = TABLES[self.relation.table]
        if table in (None, contract.name) and name in contract and name in self.relation:
            return self.relation[name]
        if table in (None, "leads") and "lead_id" in self.relation:
            return self._through_lead(name)
        return None

    def of_lead(self, name: str) -> ColumnElement[Any]:
        """A column of the row's lead, which is there; `closer`: who closed it, else who owns it."""
        leads = self._joined()
        if leads is None:
            raise NotReachableError(name)
        if name != "closer":
            return leads[name]
        return func.coalesce(leads["closed_by"], leads["owner"]) if "closed_by" in leads else leads["owner"]

    def near(self, where: Filter) -> list[ColumnElement[bool]]:
        """What rows that a filter by columns of leads lets through have in common, told by their leads alone.

        More rows may have it, so it goes beside `conditions`; looking a few leads up is far cheaper than
        joining every row with its lead.
        """
        if "lead_id" not in self.relation or not self.question.dataset.has("leads.lead_id"):
            return []
        return [found for part in where.parts if (found := self._near(*part)) is not None]

    def _near(self, by: str, values: tuple[str | None, ...]) -> ColumnElement[bool] | None:
        table, name = _split(by)
        leads = self.question.dataset.relations["leads"].alias("n")
        theirs = table == "leads" or (table is None and name not in self.relation)
        plain = name in leads and (name in leads.attributes or name in DIMENSIONS)
        if None in values or not (theirs and plain) or name in ("owner", "reject_reason"):
            return None
        if self.relation.kinds["lead_id"] is not leads.kinds["lead_id"]:
            return None
        chosen = select(leads["lead_id"]).select_from(leads.source).where(_is_one_of(leads[name], values))
        return self.relation["lead_id"].in_(chosen)

    def _through_lead(self, name: str) -> ColumnElement[Any] | None:
        leads = self._joined()
        if leads is None or name not in leads:
            return None
        if name == "owner":
            return self.of_lead(self.person)
        if name == "reject_reason":
            return self._reason(leads)
        return leads[name] if name in DIMENSIONS or name in leads.attributes else None

    def _reason(self, leads: Relation) -> ColumnElement[Any]:
        clock = self.question.clock
        nothing = sa.cast(sa.null(), sa.BigInteger)
        names = ("accepted_at", "rejected_at", "handed_off_at")
        stamps = [clock.epoch(leads, name) if name in leads else nothing for name in names]
        return case((decision_seen(self.question.as_of.until, *stamps), leads["reject_reason"]))

    def _joined(self) -> Relation | None:
        """The lead of a row, at its last pass."""
        dataset = self.question.dataset
        if self._leads is None and dataset.has("leads.lead_id"):
            leads = dataset.relations["leads"].alias("fl")
            on = same(self.relation, "lead_id", leads, "lead_id")
            if self.question.passes.several:
                later = dataset.relations["leads"].narrow("lead_id", "pass_no")
                passed = same(later, "lead_id", leads, "lead_id"), later["pass_no"] > leads["pass_no"]
                on = and_(on, ~sa.exists().where(*passed).correlate_except(later.source))
            self.origin = sa.outerjoin(self.relation.source, leads.source, on)
            self._leads = leads
        return self._leads

    def value(self, name: str) -> ColumnElement[Any]:
        return self.relation[name]

    def currency(self) -> ColumnElement[Any]:
        return self.relation["currency"]


class KeptFeedView(View):
    """Rows of a feed as a store of our own keeps them, with the lead's columns at hand."""

    def __init__(self, question: Question, kept: KeptFeed, person: str) -> None:
        super().__init__(question)
        self.kept = kept
        self.person = person
        self.origin = kept.table

    def column(self, name: str) -> ColumnElement[Any]:
        return self.kept.table.c[name]

    def epoch(self, stamp: str) -> ColumnElement[int]:  # noqa: ARG002 - a feed has one
        return self.column(AT)

    def between(self, stamp: str, lo: int, hi: int) -> ColumnElement[bool]:
        at = self.epoch(stamp)
        return and_(at >= lo, at < hi)

    def own(self, table: str | None, name: str) -> ColumnElement[Any] | None:
        return self.kept.own(table, name, self.person)

    def value(self, name: str) -> ColumnElement[Any]:
        return self.column(name)

    def currency(self) -> ColumnElement[Any]:
        return self.column("currency")


def _split(by: str) -> tuple[str | None, str]:
    table, dot, name = by.rpartition(".")
    return (table, name) if dot else (None, by)


def unlocked_by(question: Question, table: str, by: str) -> str | None:
    """Which column would let a table reach another column; None where none of the contract does."""
    asked, name = _split(by)
    contract, has = TABLES[table], question.dataset.has
    if asked in (None, table) and name in contract:
        return f"{table}.{name}"
    if asked in (None, "campaigns") and "campaign_id" in contract and name in TABLES["campaigns"]:
        return f"campaigns.{name}" if has(f"{table}.campaign_id") else f"{table}.campaign_id"
    if asked in (None, "leads") and "lead_id" in contract:
        return f"leads.{name}" if has(f"{table}.lead_id") else f"{table}.lead_id"
    return None


def decision_seen(until: int, *stamps: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether what comes with the decision is seen: any decision stamp, or without any, the hand-off."""
    accepted, rejected, handed = stamps
    undecided = and_(accepted.is_(None), rejected.is_(None), handed < until)
    return or_(accepted < until, rejected < until, undecided)


def _is_one_of(column: ColumnElement[Any], values: tuple[str | None, ...]) -> ColumnElement[bool]:
    filled = [v for v in values if v is not None]
    numeric = isinstance(column.type, sa.Integer | sa.Numeric)
    compared = sa.cast(column, sa.String) if numeric else column
    conditions: list[ColumnElement[bool]] = [compared.in_(filled)] if filled else []
    if None in values:
        conditions.append(column.is_(None))
    return or_(sa.false(), *conditions)


def in_base(
    question: Question,
    amount: ColumnElement[Any],
    currency: ColumnElement[Any],
    day: ColumnElement[int] | int,
    table: str,
) -> ColumnElement[Any]:
    """An amount in settings.currency: the latest rate dated on or before the day, at most 31 days old.

    NULL where there is no such rate. `day` is a local day number: a column of rows worked out `once`, since a
    look-up names it many times.
    """
    base = question.settings.currency
    if not has_foreign(question, table):
        return amount
    own = or_(currency.is_(None), currency == base)
    rates = _rates(question)
    if isinstance(day, int):
        foreign = [(currency == name, amount * _rate_on(steps, day)) for name, steps in rates.items()]
    else:
        foreign = [
            (currency == name, amount * looked_up(day, _within(question, steps)))
            for name, steps in rates.items()
        ]
    return case((own, amount), *foreign)


Steps = list[tuple[int, float | None]]
OLDEST_RATE = 31


def _rates(question: Question) -> dict[str, Steps]:
    """Per currency, from which day on which rate holds; None where the latest one is too old."""
    key = "fx_rates.steps"
    cache = question.dataset.cache
    if key not in cache:
        found: dict[str, dict[int, float]] = {}
        for row in small.rows(question.dataset, "fx_rates"):
            if row["rate"] > 0:
                found.setdefault(row["currency"], {})[day_number(row["date"])] = row["rate"]
        cache[key] = {currency: _steps(sorted(rates.items())) for currency, rates in found.items()}
    rates_by_currency: dict[str, Steps] = cache[key]
    return rates_by_currency


def _steps(rates: list[tuple[int, float]]) -> Steps:
    steps: Steps = []
    for (day, rate), following in zip_longest(rates, rates[1:]):
        steps.append((day, rate))
        if following is None or following[0] > day + OLDEST_RATE + 1:
            steps.append((day + OLDEST_RATE + 1, None))
    return steps


def _rate_on(steps: Steps, day: int) -> ColumnElement[Any]:
    rate = next((r for at, r in reversed(steps) if at <= day), None)
    return sa.cast(sa.null(), sa.Float) if rate is None else sa.literal(rate, sa.Float)


def _within(question: Question, steps: Steps) -> Steps:
    """The steps that matter in the question's span (a year around it, for sums that look back)."""
    zone = question.settings.zone
    first, last = zone.day(max(question.start, 0)), zone.day(min(question.seen_end, question.as_of.until))
    before = [step for step in steps if step[0] <= first - 800][-1:]
    return before + [step for step in steps if first - 800 < step[0] <= last + 1]


def has_foreign(question: Question, table: str) -> bool:
    """Whether any row of the table is in another currency than settings.currency."""
    dataset = question.dataset
    if not dataset.has(f"{table}.currency"):
        return False
    key = ("foreign", table)
    if key not in dataset.cache:
        currency = dataset.relations[table]["currency"]
        foreign = select(sa.literal(1)).where(currency != question.settings.currency).limit(1)
        dataset.cache[key] = bool(question.run(foreign))
    found: bool = dataset.cache[key]
    return found
