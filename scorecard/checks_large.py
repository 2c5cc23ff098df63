"""Rules over the large tables: aggregates in SQL, at most 50 examples a rule, the rest in one line."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, String, and_, case, cast, exists, func, not_, or_, select

from scorecard import periods, small
from scorecard.checks_rows import Rows
from scorecard.clock import AsOf, date_of
from scorecard.contract import TABLES, Column, Type
from scorecard.dataset import Dataset, Kind, Relation
from scorecard.near import looks_alike, near_misses, nearest
from scorecard.passes import same, sql_clock
from scorecard.problems import Problem, Severity, grouped

EXAMPLES: Final = 50
_VALUES: Final = 2_000  # a column with more values than this holds names, not categories
_RATE_DAYS: Final = 31  # how old a rate may be (contract, section 1)
_ERROR, _WARNING = Severity.ERROR, Severity.WARNING
_COPIED: Final = (
    "mql_at", "handed_off_at", "assigned_at", "first_touch_at", "accepted_at", "rejected_at", "nurtured_at",
    "sql_at", "opportunity_at", "won_at", "lost_at",
)  # fmt: skip
ORDER: Final = (
    ("created_at", "mql_at"), ("created_at", "handed_off_at"), ("mql_at", "handed_off_at"),
    ("handed_off_at", "assigned_at"), ("handed_off_at", "first_touch_at"), ("handed_off_at", "accepted_at"),
    ("handed_off_at", "rejected_at"), ("handed_off_at", "sql_at"), ("accepted_at", "sql_at"),
    ("sql_at", "opportunity_at"), ("opportunity_at", "won_at"), ("opportunity_at", "lost_at"),
    ("created_at", "won_at"), ("created_at", "lost_at"),
)  # fmt: skip
_CATEGORIES: Final = {
    "leads": ("source", "landing_page", "reject_reason", "lost_reason", "currency"),
    "touches": ("department", "kind", "outcome"),
    "spend": ("kind", "currency"),
    "web": ("landing_page", "source"),
    "orders": ("channel", "currency"),
}
_SMALL_CATEGORIES: Final = {"campaigns": ("channel", "offer", "audience"), "calendar": ("channel",)}


def problems(dataset: Dataset, as_of: AsOf) -> Iterator[Problem]:
    """References, near misses, money without a rate, and the order of a lead's stamps."""
    yield from _references(dataset)
    yield from _near(dataset)
    yield from _money(dataset, as_of)
    if "leads" in dataset.relations:
        yield from _Leads(dataset).problems()
    yield from _skipped(dataset)


def _rows(dataset: Dataset, query: Any) -> list[Any]:
    with dataset.engine.connect() as connection:
        return list(connection.execute(query))


def _written(column: ColumnElement[Any], kind: Kind) -> ColumnElement[Any]:
    return column if kind is Kind.TEXT else cast(column, String)


# --- references to nothing ------------------------------------------------------------------------------


def _references(dataset: Dataset) -> Iterator[Problem]:
    for table in TABLES.values():
        if table.name not in dataset.relations:
            continue
        for column in table.columns:
            if column.references and column.name in dataset.relations[table.name]:
                yield from _dangling(dataset, table.name, column)


def _dangling(dataset: Dataset, table: str, column: Column) -> Iterator[Problem]:
    target, _, key = str(column.references).partition(".")
    if not dataset.has(f"{target}.{key}"):
        return
    if TABLES[target].large:
        counts, known = _unmatched(dataset, table, column.name, target, key), set()
    else:
        known = {str(row[key]) for row in small.rows(dataset, target)}
        counts = {v: n for v, n in _counts(dataset, table, column.name).items() if v not in known}
    yield from _told_dangling(table, column.name, target, counts, known)


def _unmatched(dataset: Dataset, table: str, column: str, target: str, key: str) -> dict[str, int]:
    """References into a large table that lead nowhere, with their numbers of rows."""
    there = dataset.relations[target].alias()
    if not TABLES[table].large:
        counts = _counts(dataset, table, column)
        wanted, written = list(counts), _written(there[key], there.kinds[key])
        for at in range(0, len(wanted), 500):
            found = _rows(dataset, select(written).where(written.in_(wanted[at : at + 500])).distinct())
            for (value,) in found:
                counts.pop(str(value), None)
        return counts
    here = dataset.relations[table].alias()
    value, other = here[column], there[key]
    if here.kinds[column] is not there.kinds[key]:
        value, other = cast(value, String), cast(other, String)
    asked = select(value, func.count()).where(value.is_not(None), value.not_in(select(other))).group_by(value)
    return {str(v): n for v, n in _rows(dataset, asked)}


def _counts(dataset: Dataset, table: str, column: str) -> dict[str, int]:
    """How often each value of a column stands there."""
    if not TABLES[table].large:
        values = [str(row[column]) for row in small.rows(dataset, table) if row[column] is not None]
        return {value: values.count(value) for value in dict.fromkeys(values)}
    here = dataset.relations[table].alias()
    rows = _rows(
        dataset, select(here[column], func.count()).where(here[column].is_not(None)).group_by(here[column])
    )
    return {str(value): n for value, n in rows}


def _told_dangling(
    table: str, column: str, target: str, counts: Mapping[str, int], known: Iterable[str]
) -> Iterator[Problem]:
    ordered = sorted(counts, key=lambda v: (-counts[v], v))
    for value in ordered[:EXAMPLES]:
        near = nearest(value, known)
        yield Problem(
            _WARNING, "reference", table,
            f"there is no such row in {target}; {_verb(counts[value], 'name')} it.",
            f"Write {near}." if near else f"Add it to {target}, or correct the name.",
            column=column, value=value, rows=counts[value],
        )  # fmt: skip
    if rest := ordered[EXAMPLES:]:
        rows = sum(counts[v] for v in rest)
        yield Problem(
            _WARNING, "reference", table,
            f"{grouped(len(rest))} more values lead to no row in {target}; {_verb(rows, 'name')} them.",
            f"Add them to {target}, or correct the names.", column=column, rows=rows,
        )  # fmt: skip


def _n(rows: int) -> str:
    return "1 row" if rows == 1 else f"{grouped(rows)} rows"


def _verb(rows: int, verb: str) -> str:
    """'1 row names', '3 rows name'."""
    return f"{_n(rows)} {verb if rows != 1 else 'has' if verb == 'have' else f'{verb}s'}"


# --- near misses ----------------------------------------------------------------------------------------


def _near(dataset: Dataset) -> Iterator[Problem]:
    for table, columns in (_CATEGORIES | _SMALL_CATEGORIES).items():
        if table in dataset.relations:
            own = dataset.relations[table].attributes
            text = [a for a in own if dataset.relations[table].kinds[a] is Kind.TEXT]
            for column in (*columns, *text):
                if column in dataset.relations[table]:
                    yield from _near_in(dataset, table, column)
    yield from _unknown_sources(dataset)


def _near_in(dataset: Dataset, table: str, column: str) -> Iterator[Problem]:
    counts = _frequent(dataset, table, column) if TABLES[table].large else _counts(dataset, table, column)
    allowed = TABLES[table][column].allowed if column in TABLES[table] else ()
    slips = near_misses(counts)
    for value in sorted(counts, key=lambda v: -counts[v]):
        if allowed and value not in allowed:
            meant = nearest(value, allowed)
            instead = f"Write {meant}." if meant else f"Write one of: {', '.join(allowed)}."
            what = f"this is not one of the values of {column}; {_verb(counts[value], 'have')} it."
        elif not allowed and value in slips:
            usual = slips[value]
            alike = "; only blanks or characters that nobody sees differ" * looks_alike(value, usual)
            what = (
                f"this looks like {usual!r}, which {_verb(counts[usual], 'have')}{alike}; "
                f"{_verb(counts[value], 'have')} this."
            )
            instead = f"Write {usual}."
        else:
            continue
        rule = "value" if allowed else "near_miss"
        yield Problem(_WARNING, rule, table, what, instead, None, column, value, counts[value])


def _frequent(dataset: Dataset, table: str, column: str) -> dict[str, int]:
    """The values of a category with their counts; none where it has too many to be one."""
    here = dataset.relations[table].alias()
    value = here[column]
    asked = select(value, func.count()).where(value.is_not(None)).group_by(value).limit(_VALUES + 1)
    rows = _rows(dataset, asked)
    return {} if len(rows) > _VALUES else {str(v): n for v, n in rows}


def _unknown_sources(dataset: Dataset) -> Iterator[Problem]:
    agreed = small.settings(dataset).marketing_sources
    if not agreed or not dataset.has("leads.source"):
        return
    there = _frequent(dataset, "leads", "source")
    for name in agreed:
        if there and name not in there:
            near = nearest(name, there)
            yield Problem(
                _WARNING, "near_miss", "settings", "no lead has this source.",
                f"Write {near}." if near else "Correct it, or take it out.",
                "marketing_sources", "value", name,
            )  # fmt: skip


# --- money without a rate -------------------------------------------------------------------------------


def _money(dataset: Dataset, as_of: AsOf) -> Iterator[Problem]:
    rates = _rates(dataset)
    for table, stamps in (("leads", ("won_at", "lost_at")), ("orders", ("closed_at",)), ("spend", ("date",))):
        if dataset.has(f"{table}.amount", f"{table}.currency"):
            yield from _unrated(dataset, table, stamps, rates, as_of)


def _rates(dataset: Dataset) -> dict[str, list[date]]:
    days: dict[str, list[date]] = defaultdict(list)
    for row in small.rows(dataset, "fx_rates"):
        days[row["currency"]].append(row["date"])
    return {currency: sorted(dates) for currency, dates in days.items()}


def _unrated(
    dataset: Dataset, table: str, stamps: Sequence[str], rates: Mapping[str, list[date]], as_of: AsOf
) -> Iterator[Problem]:
    relation, clock = dataset.relations[table].alias(), sql_clock(dataset)
    known = [clock.epoch(relation, s) for s in stamps if s in relation]
    at = func.coalesce(*known) if len(known) > 1 else known[0] if known else None
    day = clock.day(at) if at is not None else cast(None, String)
    base, currency = small.settings(dataset).currency, relation["currency"]
    asked = select(currency.label("currency"), day.label("day"), relation["amount"].label("amount"))
    foreign = asked.where(currency != base, relation["amount"].is_not(None)).subquery()
    grouped = select(foreign.c.currency, foreign.c.day, func.count(), func.sum(foreign.c.amount))
    lost: dict[str, list[tuple[date, int, float]]] = defaultdict(list)
    for name, number, rows, amount in _rows(dataset, grouped.group_by(foreign.c.currency, foreign.c.day)):
        on = as_of.day if number is None else date_of(int(number))
        if not _is_rated(rates.get(name, []), on):
            lost[name].append((on, rows, float(amount)))
    for name, cases in lost.items():
        for several in _by_quarter(cases):
            yield _without_rate(table, name, several, base)


def _by_quarter(cases: Iterable[tuple[date, int, float]]) -> list[list[tuple[date, int, float]]]:
    """The cases of each quarter, so that each is told with what it goes without."""
    found: dict[date, list[tuple[date, int, float]]] = defaultdict(list)
    for case_ in sorted(cases):
        found[periods.containing(case_[0]).start].append(case_)
    return list(found.values())


def _is_rated(days: Sequence[date], on: date) -> bool:
    at = bisect_right(days, on)
    return at > 0 and on - days[at - 1] <= timedelta(days=_RATE_DAYS)


def _without_rate(table: str, name: str, cases: Sequence[tuple[date, int, float]], base: str) -> Problem:
    first, last = min(c[0] for c in cases), max(c[0] for c in cases)
    rows, amount = sum(c[1] for c in cases), sum(c[2] for c in cases)
    span = f"on {first}" if first == last else f"between {first} and {last}"
    return Problem(
        _ERROR, "no_rate", table,
        f"{_n(rows)} {span} with {grouped(amount)} {name} have no rate of the {_RATE_DAYS} days before; "
        "these amounts are left out.",
        f"Add rates of {name} to {base} to fx_rates, one a month at least.",
        column="currency", value=name, rows=rows, day=first,
    )  # fmt: skip


# --- the stamps of a lead -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Rule:
    """Rows of leads that break a rule: how they are told, and the two stamps to show.

    `suspicion` holds wherever `condition` does, and takes the cells as they stand: epochs are long SQL.
    """

    severity: Severity
    name: str
    column: str
    suspicion: ColumnElement[bool]
    condition: ColumnElement[bool]
    what: str
    instead: str
    other: str | None = None
    costs_amount: bool = False
    counted: bool = False  # told in one line, with one example


class _Leads:
    """Order of stamps, copies, and leads both won and lost."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.clock = sql_clock(dataset)
        self.leads = dataset.relations["leads"].alias("checked")
        self.zone = small.settings(dataset).zone

    def problems(self) -> Iterator[Problem]:
        rules = [*self._order(), *self._both(), *self._copies()]
        suspected = [rule for rule, count in self._counted(rules, [r.suspicion for r in rules]) if count]
        for rule, count in self._counted(suspected, [r.condition for r in suspected]):
            if count:
                yield from self._told(rule, count)

    def _counted(
        self, rules: Sequence[_Rule], conditions: Sequence[ColumnElement[bool]]
    ) -> list[tuple[_Rule, int]]:
        if not rules:
            return []
        asked = select(*(func.count(case((c, 1))) for c in conditions)).select_from(self.leads.source)
        (counts,) = _rows(self.dataset, asked)
        return [(rule, int(count)) for rule, count in zip(rules, counts, strict=True)]

    def _at(self, column: str, relation: Relation | None = None) -> ColumnElement[int]:
        return self.clock.epoch(relation or self.leads, column)

    def _order(self) -> Iterator[_Rule]:
        for first, second in ORDER:
            if first in self.leads and second in self.leads:
                rejected = (first, second) == ("handed_off_at", "rejected_at")
                yield _Rule(
                    _WARNING, "rejected_before_hand_off" if rejected else "order", second,
                    self._looks_earlier(second, first),
                    and_(self._is_earlier(second, first), *self._own(first), *self._own(second)),
                    f"{second} lies before {first}.", f"Correct the one that is wrong: {first} comes first.",
                    first,
                )  # fmt: skip

    def _looks_earlier(self, second: str, first: str) -> ColumnElement[bool]:
        late, early = self.leads[second], self.leads[first]
        alike = self.leads.kinds[second] is self.leads.kinds[first]
        return late < early if alike else and_(late.is_not(None), early.is_not(None))

    def _is_earlier(self, second: str, first: str) -> ColumnElement[bool]:
        """Whether it lies before; a date without a time is not before a time of the same day."""
        late, early = self._at(second), self._at(first)
        day = self.clock.day
        is_date = and_(day(late) == day(early), day(late) != day(late - 1))
        return and_(self._looks_earlier(second, first), late < early, not_(is_date))

    def _own(self, column: str) -> list[ColumnElement[bool]]:
        return [] if column == "created_at" or "pass_no" not in self.leads else [not_(self._is_copy(column))]

    def _is_copy(self, column: str) -> ColumnElement[bool]:
        """Whether a later pass repeats an earlier pass's stamp, or one from before its rejection."""
        earlier = self.leads.alias("earlier")
        own = self._at(column)
        old = [self._at(column, earlier) == own]
        if "rejected_at" in earlier:
            old.append(own <= self._at("rejected_at", earlier))
        found = exists().where(
            same(earlier, "lead_id", self.leads, "lead_id"),
            earlier["pass_no"] < self.leads["pass_no"],
            or_(*old),
        )
        return and_(self.leads["pass_no"] > 1, own.is_not(None), func.coalesce(case((found, 1)), 0) == 1)

    def _copies(self) -> Iterator[_Rule]:
        for column in _COPIED if "pass_no" in self.leads else ():
            if column in self.leads:
                yield _Rule(
                    _WARNING, "copied_stamp", column,
                    and_(self.leads["pass_no"] > 1, self.leads[column].is_not(None)), self._is_copy(column),
                    f"this {column} is that of an earlier pass, or from before its rejection; it is ignored.",
                    "Leave it blank until it happens on this pass.", counted=True,
                )  # fmt: skip

    def _both(self) -> Iterator[_Rule]:
        if "won_at" not in self.leads or "lost_at" not in self.leads:
            return
        won, lost = self._at("won_at"), self._at("lost_at")
        there = (self.leads["won_at"].is_not(None), self.leads["lost_at"].is_not(None))
        for column, other, condition in (
            ("won_at", "lost_at", won <= lost),
            ("lost_at", "won_at", lost < won),
        ):
            yield _Rule(
                _ERROR, "won_and_lost", column, and_(*there),
                and_(*there, condition, *self._own("won_at"), *self._own("lost_at")),
                f"the lead is both won and lost; the earlier cell, {column}, is left out.",
                f"Keep one of them, or make the reopened lead another pass ({other} on the next pass_no).",
                other, costs_amount=column == "won_at",
            )  # fmt: skip

    def _told(self, rule: _Rule, count: int) -> Iterator[Problem]:
        examples = self._examples(rule, 1 if rule.counted else EXAMPLES)
        if rule.counted:
            yield replace(examples[0], what=f"On {_n(count)} {rule.what}", rows=count)
            return
        yield from examples
        if rest := count - len(examples):
            told = sum(p.amount_left_out or 0 for p in examples)
            yield Problem(
                rule.severity, rule.name, "leads", f"{_n(rest)} more: {rule.what}", rule.instead,
                column=rule.column, rows=rest, amount_left_out=self._lost_amount(rule, told),
            )  # fmt: skip

    def _examples(self, rule: _Rule, limit: int) -> list[Problem]:
        """Some rows that break the rule, each with who answers for it and the day it counts on."""
        shown = {"at": self._at(rule.column)}
        if rule.other is not None:
            shown["other"] = self._at(rule.other)
        if self._costs(rule):
            shown["worth"] = self.leads["amount"]
        asked = Rows(self.dataset, self.leads)
        return [
            self._problem(rule, found, key, about)
            for found, key, about in asked.where(rule.condition, shown, limit)
        ]

    def _problem(self, rule: _Rule, found: Mapping[str, Any], key: str, about: Mapping[str, Any]) -> Problem:
        worth = found.get("worth")
        beside = f" ({rule.other}: {self._time(found['other'])})" if "other" in found else ""
        return Problem(
            rule.severity, rule.name, "leads", f"{rule.what}{beside}", rule.instead, key, rule.column,
            self._time(found["at"]), amount_left_out=None if worth is None else float(worth), **about,
        )  # fmt: skip

    def _costs(self, rule: _Rule) -> bool:
        return rule.costs_amount and "amount" in self.leads

    def _lost_amount(self, rule: _Rule, told: float) -> float | None:
        if not self._costs(rule):
            return None
        ((total,),) = _rows(self.dataset, select(func.sum(self.leads["amount"])).where(rule.condition))
        return float(total or 0) - told

    def _time(self, epoch: int) -> str:
        local = self.zone.from_epoch(int(epoch))
        return str(local.date()) if local.time().isoformat() == "00:00:00" else f"{local:%Y-%m-%d %H:%M}"


# --- times that no clock showed -------------------------------------------------------------------------


def _skipped(dataset: Dataset) -> Iterator[Problem]:
    """Local times inside a gap of the zone: they move forward by it."""
    zone = small.settings(dataset).zone
    for table in (name for name, t in TABLES.items() if t.large and name in dataset.relations):
        relation = dataset.relations[table]
        local = [c.name for c in TABLES[table].columns if c.type is Type.TIME and _is_local(relation, c.name)]
        if not local:
            continue
        now = dataset.stamp.read_at.year
        gaps = [t for t in zone.transitions(now - 10, now + 1) if t.after > t.before]
        if not gaps:
            continue
        counted = select(
            *(
                func.count(
                    case(
                        (or_(*(_in_gap(relation, name, g.utc + g.before, g.utc + g.after) for g in gaps)), 1)
                    )
                )
                for name in local
            )
        )
        (counts,) = _rows(dataset, counted.select_from(relation.source))
        for name, count in zip(local, counts, strict=True):
            if count:
                inside = or_(*(_in_gap(relation, name, g.utc + g.before, g.utc + g.after) for g in gaps))
                ((found, key, about),) = Rows(dataset, relation).where(inside, {"at": relation[name]}, 1)
                yield Problem(
                    _WARNING, "skipped_time", table,
                    f"the clocks were put forward over the time of {_n(count)}; they move forward with them.",
                    "Write the times that the clocks showed.", key, name, str(found["at"]), int(count),
                    **about,
                )  # fmt: skip


def _is_local(relation: Relation, column: str) -> bool:
    return column in relation and relation.kinds[column] in (Kind.NAIVE, Kind.ISO_TEXT)


def _in_gap(relation: Relation, column: str, start: int, end: int) -> ColumnElement[bool]:
    """Whether the wall time (seconds since 1970 as the wall shows them) lies in [start, end)."""
    low, high = (datetime.fromtimestamp(at, UTC).replace(tzinfo=None) for at in (start, end))
    value = relation[column]
    if relation.kinds[column] is Kind.NAIVE:
        return and_(value >= low, value < high)
    zoned = or_(value.like("%Z"), value.like("%z"), value.like("%+%"), func.length(value) > 19)  # noqa: PLR2004
    spans = (
        and_(value >= f"{low:%Y-%m-%d}{t}{low:%H:%M}", value < f"{high:%Y-%m-%d}{t}{high:%H:%M}")
        for t in " T"
    )
    return and_(or_(*spans), not_(zoned))
