"""Journeys: the touches that led to what was closed in a period, or to what is open at as_of.

Read with SQL, bounded by what is asked: only touches of the leads in question are downloaded. A journey is a
lead's touches of either team up to the close, ties by time then id, whichever pass they fell on. Without any
touch, the campaign the lead came in by stands for one, at created_at.

Deals are orders in the period, won passes without a table orders, open opportunities, or lost passes. An
order's close is the latest win of its lead on or before the order's day, else the order itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, select

from scorecard import small
from scorecard.clock import day_number
from scorecard.dataset import Kind
from scorecard.measures import (
    KeptFeedView,
    NotReachableError,
    PassView,
    Question,
    View,
    has_foreign,
    in_base,
)
from scorecard.passes import STAMPS, once
from scorecard.scopes import Filter

Which = Literal["revenue", "margin", "pipeline", "lost"]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Labels = NDArray[np.object_]

NEVER: Final = 2**61  # a stamp that isn't there, where the earliest is looked for
BEFORE: Final = -(2**61)  # a stamp that isn't there, where what lies at or before it is looked for
TOUCH_TEXTS: Final = ("lead_id", "department", "person_id", "campaign_id", "kind", "outcome")


@dataclass(frozen=True)
class Deal:
    """An order, won or lost pass, or open opportunity; `amount` in settings.currency, None where unknown.

    `source` is that of the lead (of an order, at the lead's last pass); `created`, `opportunity` and
    `campaign_id` are those of the pass that was closed.
    """

    lead_id: str | None
    close: int
    amount: float | None
    group: Any
    source: str | None
    created: int | None = None
    opportunity: int | None = None
    campaign_id: str | None = None

    @property
    def journey(self) -> tuple[Any, ...]:
        """What tells its journey from others."""
        return (self.lead_id, self.close, self.created, self.opportunity, self.campaign_id)


@dataclass(frozen=True)
class Touches:
    """Touches of some leads, lead after lead, in order of time then id; columns as they stand."""

    at: Ints
    columns: Mapping[str, Labels]
    spans: Mapping[str, tuple[int, int]]  # where each lead's touches stand


@dataclass(frozen=True)
class Journeys:
    """Journeys with at least one touch, one after the other.

    `first` is where each begins and `count` how many touches it has; `touch` says of each step which touch of
    `touches` it is, -1 where the lead's campaign stands for one. `deals` gives the numbers of the deals that
    share a journey.
    """

    touches: Touches
    deals: tuple[tuple[int, ...], ...]
    first: Ints
    count: Ints
    touch: Ints
    at: Ints
    close: Ints
    created: Ints
    opportunity: Ints
    campaigns: Mapping[int, str | None]  # of journeys without a touch of their own

    @property
    def of_step(self) -> Ints:
        """The number of the journey that each step belongs to."""
        return np.repeat(np.arange(len(self.first)), self.count)

    def column(self, name: str) -> Labels:
        """A column of touches, step by step; of a campaign that stands for a touch nothing else is known."""
        found = np.full(len(self.touch), None, dtype=object)
        real = self.touch >= 0
        if name in self.touches.columns:
            found[real] = self.touches.columns[name][self.touch[real]]
        if name == "campaign_id":
            for journey, campaign in self.campaigns.items():
                found[self.first[journey]] = campaign
        return found


@dataclass(frozen=True)
class Read:
    """What was closed (or is open), and how it came about."""

    deals: tuple[Deal, ...]
    touches: Touches
    contacts: Mapping[str, int]  # sales' first contact by leads.first_touch_at, on any pass

    @cached_property
    def journeys(self) -> Journeys:
        """The journeys of the deals; equal ones once."""
        return _journeys(self.deals, self.touches)


def read(question: Question, which: Which, columns: Sequence[str] = ()) -> Read:
    """The deals of a question with their journeys; `columns` of touches beside department and campaign_id.

    `question.by` and `.where` are about deals: columns of orders, leads or campaigns. NotReachableError when
    they aren't reached.
    """
    asked = ("department", "campaign_id", *columns)
    wanted = tuple(c for c in dict.fromkeys(asked) if question.dataset.has(f"touches.{c}"))
    found: Read = question.once(("journeys", which, wanted), lambda: _read(question, which, wanted))
    return found


def _read(question: Question, which: Which, columns: tuple[str, ...]) -> Read:
    by_orders = which in ("revenue", "margin") and question.dataset.has("orders")
    closed = _Orders(question, which) if by_orders else _Passes(question, which)
    ungrouped = question.asking(by=None, marks=())
    key = ("touches of", which, columns)
    touches, passes = ungrouped.once(key, lambda: _histories(question, closed, columns))
    contacts: dict[str, int] = {}
    for one in passes:
        if one.contact is not None:
            contacts[one.lead_id] = min(one.contact, contacts.get(one.lead_id, NEVER))
    return Read(tuple(closed.deals(passes)), touches, contacts)


def _histories(
    question: Question, closed: _Orders | _Passes, columns: tuple[str, ...]
) -> tuple[Touches, tuple[_Pass, ...]]:
    """Touches and passes of the leads in question."""
    return _touches_of(question, closed, columns), tuple(_passes_of(question, closed))


# --- deals ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Pass:
    """A pass of a lead in question; stamps as they are seen."""

    lead_id: str
    pass_no: int
    created: int | None
    opportunity: int | None
    won: int | None
    contact: int | None
    source: str | None
    campaign_id: str | None


class _Passes:
    """Won or lost passes of the span, or the passes open at as_of."""

    def __init__(self, question: Question, which: Which) -> None:
        self.question, self.which = question, which
        self.stamp = {"pipeline": "opportunity", "lost": "lost"}.get(which, "won")
        self.view = PassView(question, question.passes, "closer" if self.stamp == "won" else "owner")
        self.kind = question.dataset.relations["leads"].kinds["lead_id"]

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        passes, until = self.question.passes, self.question.as_of.until
        filters = self.view.conditions(self.question.where)
        if self.which != "pipeline":
            return [passes.between(self.stamp, self.question.start, self.question.seen_end), *filters]
        closing = [passes.column(name) for name in ("won", "lost") if STAMPS[name] in passes.leads]
        still = [sa.or_(column.is_(None), column >= until) for column in closing]
        return [passes.between("opportunity", None, until), *still, *filters]

    def leads(self) -> sa.CTE:
        """The ids of the leads in question, as lead_id."""
        passes = self.question.passes
        chosen = select(passes.column("lead_id").label("lead_id")).select_from(self.view.origin)
        return once(chosen.where(*self.conditions).distinct(), "who")

    def deals(self, _: Iterable[_Pass]) -> Iterable[Deal]:
        """One for each pass."""
        question, until = self.question, self.question.as_of.until
        for row in question.run(self._priced()):
            close = until if self.which == "pipeline" else int(row[0])
            created, opened = (_seen(stamp, until) for stamp in row[1:3])
            source, campaign, lead = (_text(cell) for cell in row[3:6])
            group = self.view.named(row[7])
            yield Deal(lead, close, _float(row[6]), group, source, created, opened, campaign)

    def _priced(self) -> sa.Select[Any]:
        question, passes = self.question, self.question.passes
        plain = (self.stamp, "created", "opportunity", "source", "campaign_id", "lead_id")
        names = dict.fromkeys((*plain, "amount", "amount_at", "currency"))
        group = self.view.group(question.by, question.marks, passes.column(self.stamp))
        rows = passes.rows(names, group, *self.conditions)
        c = rows.c
        amount: Any = sa.case((c.amount_at < question.as_of.until, c.amount))
        if self.which == "margin":
            amount = amount * (question.settings.margin or 0.0)
        day: Any = question.clock.day(c[self.stamp])
        more = [amount.label("a"), c.currency.label("cur"), day.label("d"), c.g]
        priced = once(select(*(c[name] for name in dict.fromkeys(plain)), *more), "p")
        p = priced.c
        on: Any = day_number(question.as_of.day) if self.which == "pipeline" else p.d
        worth = in_base(question, p.a, p.cur, on, "leads")
        return select(*(p[name] for name in plain), worth, p.g).select_from(priced)


class _Orders:
    """Orders of the span, by amount or by margin; a blank margin is settings.margin of the amount."""

    def __init__(self, question: Question, which: Which) -> None:
        self.question, self.which = question, which
        self.view = question.view("orders", "closer")
        kinds = question.dataset.relations["orders"].kinds
        self.kind = kinds.get("lead_id", Kind.TEXT)
        self.linked = "lead_id" in kinds

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        inside = self.view.between("closed_at", self.question.start, self.question.seen_end)
        return [inside, *self.view.conditions(self.question.where)]

    @property
    def lead_id(self) -> ColumnElement[Any]:
        return self.view.column("lead_id") if self.linked else sa.cast(sa.null(), sa.String)

    def leads(self) -> sa.CTE:
        """The ids of the leads in question, as lead_id."""
        conditions = self.conditions  # asked first: they may join leads
        chosen = select(self.lead_id.label("lead_id")).select_from(self.view.origin)
        return once(chosen.where(*conditions, self.lead_id.is_not(None)).distinct(), "who")

    def deals(self, passes: Iterable[_Pass]) -> Iterable[Deal]:
        """One for each order."""
        of_lead: dict[str, list[_Pass]] = {}
        for one in passes:
            of_lead.setdefault(one.lead_id, []).append(one)
        for lead_id, at, worth, group in self.question.run(self._priced()):
            lead, ordered = _text(lead_id), int(at)
            known = sorted(of_lead.get(lead or "", ()), key=lambda p: p.pass_no)
            yield self._deal(lead, ordered, _float(worth), self.view.named(group), known)

    def _deal(
        self, lead: str | None, ordered: int, worth: float | None, group: Any, known: Sequence[_Pass]
    ) -> Deal:
        """Its close is the lead's latest win on or before the day of the order, else the order itself."""
        day = self.question.settings.zone.day
        wins = [p for p in known if p.won is not None and day(p.won) <= day(ordered)]
        of = max(wins, key=lambda p: (p.won or 0, p.pass_no)) if wins else (known[-1] if known else None)
        if of is None:
            return Deal(lead, ordered, worth, group, None)
        close = of.won if wins and of.won is not None else ordered
        source = known[-1].source
        return Deal(lead, close, worth, group, source, of.created, of.opportunity, of.campaign_id)

    def _worth(self) -> ColumnElement[Any]:
        amount, share = self.view.value("amount"), self.question.settings.margin
        if self.which != "margin":
            return amount
        known = [self.view.value("margin")] if self.question.dataset.has("orders.margin") else []
        known += [] if share is None else [amount * share]
        return sa.func.coalesce(*known, sa.null())

    def _priced(self) -> sa.Select[Any]:
        question, view = self.question, self.view
        at = view.epoch("closed_at")
        group = view.group(question.by, question.marks, at)
        conditions = self.conditions
        plain = [
            self.lead_id.label("lead"),
            at.label("at"),
            self._worth().label("a"),
            group.label("g"),
        ]
        if isinstance(view, KeptFeedView) or not has_foreign(question, "orders"):
            return select(*plain).select_from(view.origin).where(*conditions)
        more = [view.currency().label("cur"), question.clock.day(at).label("d")]
        rows = once(select(*plain, *more).select_from(view.origin).where(*conditions), "r")
        c = rows.c
        return select(c.lead, c.at, in_base(question, c.a, c.cur, c.d, "orders"), c.g).select_from(rows)


def _passes_of(question: Question, closed: _Orders | _Passes) -> Iterable[_Pass]:
    """The passes of the leads in question."""
    if "lead_id" not in question.dataset.relations["leads"]:
        return
    who, passes, until = closed.leads(), question.passes, question.as_of.until
    names = ("created", "opportunity", "won", "source", "campaign_id")
    lead, number = passes.column("lead_id"), passes.column("pass_no")
    leads = question.dataset.relations["leads"]
    on = _equal(who.c.lead_id, closed.kind, lead, leads.kinds["lead_id"])
    columns = [lead, number, *(passes.column(name) for name in names), passes.first_contact()]
    asked = select(*columns).select_from(sa.join(who, passes.origin, on))
    for lead_id, pass_no, created, opportunity, won, source, campaign, contact in question.run(asked):
        yield _Pass(
            str(lead_id), int(pass_no or 1), _seen(created, until), _seen(opportunity, until),
            _seen(won, until), _seen(contact, until), _text(source), _text(campaign),
        )  # fmt: skip


# --- touches ----------------------------------------------------------------------------------------------


def _touches_of(question: Question, closed: _Orders | _Passes, columns: tuple[str, ...]) -> Touches:
    if not question.dataset.has("touches.touch_id", "touches.lead_id", "touches.at"):
        return Touches(np.empty(0, np.int64), {}, {})
    touches, clock, who = question.dataset.relations["touches"].alias("t"), question.clock, closed.leads()
    on = _equal(who.c.lead_id, closed.kind, touches["lead_id"], touches.kinds["lead_id"])
    names = ["touch_id", *columns]
    asked = select(who.c.lead_id, clock.epoch(touches, "at"), *(touches[name] for name in names))
    seen = clock.between(touches, "at", None, question.as_of.until)
    rows = question.run(asked.select_from(sa.join(who, touches.source, on)).where(seen))
    rows.sort(key=lambda row: (str(row[0]), row[1], str(row[2])))
    at = np.fromiter((row[1] for row in rows), np.int64, len(rows))
    found = {name: _labels(rows, 2 + n) for n, name in enumerate(names)}
    return Touches(at, found, _spans([str(row[0]) for row in rows]))


def _labels(rows: Sequence[Any], place: int) -> Labels:
    column = np.empty(len(rows), dtype=object)
    column[:] = [None if row[place] is None else str(row[place]) for row in rows]
    return column


def _spans(leads: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Where each lead's rows stand among rows sorted by lead."""
    spans: dict[str, tuple[int, int]] = {}
    start = 0
    for place, lead in enumerate(leads, 1):
        if place == len(leads) or leads[place] != lead:
            spans[lead] = (start, place)
            start = place
    return spans


# --- journeys ---------------------------------------------------------------------------------------------


def _journeys(deals: Sequence[Deal], touches: Touches) -> Journeys:
    together: dict[tuple[Any, ...], list[int]] = {}
    for number, deal in enumerate(deals):
        together.setdefault(deal.journey, []).append(number)
    kept: list[tuple[int, ...]] = []
    steps: list[Ints] = []
    campaigns: dict[int, str | None] = {}
    for numbers in together.values():
        deal = deals[numbers[0]]
        start, end = touches.spans.get(deal.lead_id or "", (0, 0))
        end = start + int(np.searchsorted(touches.at[start:end], deal.close, side="right"))
        if end > start:
            steps.append(np.arange(start, end))
        elif deal.campaign_id is not None:
            campaigns[len(kept)] = deal.campaign_id
            steps.append(np.array([-1]))
        else:
            continue
        kept.append(tuple(numbers))
    return _laid_out(deals, touches, kept, steps, campaigns)


def _laid_out(
    deals: Sequence[Deal],
    touches: Touches,
    kept: list[tuple[int, ...]],
    steps: list[Ints],
    campaigns: dict[int, str | None],
) -> Journeys:
    heads = [deals[numbers[0]] for numbers in kept]
    count = np.array([len(s) for s in steps], dtype=np.int64)
    first = np.cumsum(count) - count
    touch = np.concatenate(steps) if steps else np.empty(0, np.int64)
    at = np.where(touch >= 0, touches.at[touch] if len(touches.at) else 0, 0)
    for journey in campaigns:
        created = heads[journey].created
        at[first[journey]] = heads[journey].close if created is None else created
    close = np.array([d.close for d in heads], dtype=np.int64)
    created_at = np.array([BEFORE if d.created is None else d.created for d in heads], dtype=np.int64)
    opened = np.array([BEFORE if d.opportunity is None else d.opportunity for d in heads], dtype=np.int64)
    return Journeys(touches, tuple(kept), first, count, touch, at, close, created_at, opened, campaigns)


# --- columns that say whose a touch is --------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """A question parted into what is about deals and what is about single touches."""

    of_deals: Question
    by: str | None  # the column of touches to group by
    where: tuple[tuple[str, tuple[str | None, ...]], ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of touches (or of their campaigns) that matter."""
        named = [self.by] if self.by is not None else []
        return tuple(dict.fromkeys([*named, *(column for column, _ in self.where)]))


def parted(question: Question) -> Asked:
    """Columns are looked up in touches, then in leads, then in campaigns; NotReachableError for others."""
    where = [(column, _place(question, column), values) for column, values in question.where.parts]
    of_leads = Filter(tuple((f"leads.{name}", v) for _, (table, name), v in where if table == "leads"))
    by = None if question.by is None else _place(question, question.by)
    by_lead = f"leads.{by[1]}" if by is not None and by[0] == "leads" else None
    of_touches = tuple((f"{table}.{name}", v) for _, (table, name), v in where if table != "leads")
    by_touch = f"{by[0]}.{by[1]}" if by is not None and by[0] != "leads" else None
    return Asked(question.asking(by=by_lead, where=of_leads), by_touch, of_touches)


def _place(question: Question, column: str) -> tuple[str, str]:
    """Where a column stands: touches, leads or campaigns."""
    asked, _, name = column.rpartition(".")
    has = question.dataset.has
    if asked in ("", "touches") and name in TOUCH_TEXTS and has(f"touches.{name}"):
        return "touches", name
    if asked in ("", "leads") and _reaches_leads(question, name):
        return "leads", name
    if asked in ("", "campaigns") and has(f"campaigns.{name}", "touches.campaign_id"):
        return "campaigns", name
    raise NotReachableError(column)


def _reaches_leads(question: Question, name: str) -> bool:
    view: View = (
        question.view("orders", "closer") if question.dataset.has("orders") else question.view("leads")
    )
    return view.own("leads", name) is not None


def labels(question: Question, journeys: Journeys, column: str) -> Labels:
    """A column of touches or of their campaigns, step by step."""
    table, _, name = column.partition(".")
    if table == "touches":
        return journeys.column(name)
    rows = small.rows(question.dataset, "campaigns")
    known = {str(row["campaign_id"]): _text(row[name]) for row in rows}
    found = np.empty(len(journeys.touch), dtype=object)
    found[:] = [known.get(campaign) for campaign in journeys.column("campaign_id")]
    return found


def _equal(a: ColumnElement[Any], kind: Kind, b: ColumnElement[Any], other: Kind) -> ColumnElement[bool]:
    """Equality of two references whose columns may hold text here and numbers there."""
    return a == b if kind is other else sa.cast(a, sa.String) == sa.cast(b, sa.String)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def _seen(stamp: Any, until: int) -> int | None:
    return None if stamp is None or int(stamp) >= until else int(stamp)
