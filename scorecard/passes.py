"""One row per pass of a lead from marketing to sales, as the metrics need it.

`Passes` offers the columns of CANON as SQL expressions over the table leads wherever it stands: stamps in
whole seconds since 1970, copies on later passes gone, the first touch found among the touches, what
happened on other passes of the same lead looked up. Nothing here depends on as_of: what is seen when is
decided by the measures. A store of our own can hold the same columns worked out at load (`prepare`); then
they are plain columns.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select, and_, case, cast, exists, func, null, or_, select

from scorecard import small
from scorecard.dataset import Dataset, Kind, Relation
from scorecard.sqltime import SqlClock

PREPARED = "tandem_passes"
_MIDNIGHT = ("", "00:00", "00:00:00")  # what follows the date in ISO text
_FAR = 4_000_000_000  # the year 2096: a later stamp is no stamp
STAMPS = {
    "created": "created_at",
    "mql": "mql_at",
    "handed": "handed_off_at",
    "assigned": "assigned_at",
    "accepted": "accepted_at",
    "rejected": "rejected_at",
    "nurtured": "nurtured_at",
    "sql": "sql_at",
    "opportunity": "opportunity_at",
    "won": "won_at",
    "lost": "lost_at",
}
DERIVED = (
    "touched",  # sales' first contact on this pass
    "amount_at",  # the stamp with which the amount is seen
    "first_created",  # 1 where the pass holds the lead's first created_at
    "first_mql",
    "reached_sql",  # the lead's earliest sql_at, opportunity_at or won_at on any pass
    "reached_won",
    "pass_won",  # this pass's won_at (a lead's conversion from hand-off)
    "nurtured_before",  # earliest nurtured_at of this and earlier passes
    "ever_nurtured",  # earliest nurtured_at of any pass
    "rehanded",  # earliest hand-off of a later pass
)
DIMENSIONS = (
    "source",
    "campaign_id",
    "landing_page",
    "marketing_owner",
    "owner",
    "closer",
    "closed_by",
    "reject_reason",
    "lost_reason",
    "nurture_campaign_id",
    "decision_maker",
    "customer_id",
    "currency",
)
OPENED = ("handed_opened", "assigned_opened", "touched_opened", "touched_inside")
FIGURES = ("quality_rating", "amount")
CANON = (*STAMPS, *DERIVED, *DIMENSIONS, *FIGURES)


def year_of(value: Any) -> int | None:
    """The year of a stamp however a driver returns it."""
    if isinstance(value, datetime | date):
        return value.year
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, tz=UTC).year if 0 < value < _FAR else None
    text = str(value)[:4]
    return int(text) if text.isdigit() else None


def sql_clock(dataset: Dataset) -> SqlClock:
    """The organisation's zone as SQL over the years of the data, worked out once per state."""
    if "sql_clock" not in dataset.cache:
        dataset.cache["sql_clock"] = _sql_clock(dataset)
    clock: SqlClock = dataset.cache["sql_clock"]
    return clock


def _sql_clock(dataset: Dataset) -> SqlClock:
    now = dataset.stamp.read_at.year
    years = [now]
    for name, column in (("leads", "created_at"), ("orders", "closed_at"), ("touches", "at")):
        if dataset.has(f"{name}.{column}"):
            raw = dataset.relations[name][column]
            with dataset.engine.connect() as connection:
                found = connection.execute(select(*ends(raw))).one()
            years += [y for value in found if value is not None and (y := year_of(value))]
    return SqlClock(small.settings(dataset).zone, max(1990, min(years) - 1), min(2060, max(years) + 3))


def same(a: Relation, column: str, b: Relation, other: str) -> ColumnElement[bool]:
    """Equality of two references whose columns may hold text here and numbers there."""
    left, right = a[column], b[other]
    if a.kinds[column] is b.kinds[other]:
        return left == right
    return cast(left, sa.String) == cast(right, sa.String)


def once(rows: Select[Any], name: str) -> sa.CTE:
    """The rows as a table expression that is worked out once, where engines would repeat each expression."""
    cte = rows.cte(name)
    for dialect in ("postgresql", "sqlite"):
        cte = cte.prefix_with(sa.text("MATERIALIZED"), dialect=dialect)
    return cte


class Passes:
    """The passes of one dataset; `column(name)` gives any name of CANON or a lead attribute."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.clock = sql_clock(dataset)
        self.leads = dataset.relations["leads"].alias("l")
        self.prepared = dataset.prepared

    @cached_property
    def table(self) -> sa.FromClause:
        """The prepared columns of our own store."""
        names = ("lead_id", "pass_no", *CANON, *OPENED, *self.leads.attributes)
        return sa.table(PREPARED, *(sa.column(name, column_type(name)) for name in names)).alias("p")

    @property
    def origin(self) -> sa.FromClause:
        return self.table if self.prepared else self.leads.source

    @cached_property
    def several(self) -> bool:
        """Whether any lead has more than one pass: only then the looks at other passes cost anything."""
        if "pass_no" not in self.leads:
            return False
        key = "passes.several"
        if key not in self.dataset.cache:
            with self.dataset.engine.connect() as connection:
                top = connection.execute(
                    select(func.max(self.dataset.relations["leads"]["pass_no"]))
                ).scalar()
            self.dataset.cache[key] = top is not None and top > 1
        found: bool = self.dataset.cache[key]
        return found

    def column(self, name: str) -> ColumnElement[Any]:
        """One canonical column; NULL where the source lacks what it is made of."""
        if self.prepared:
            return self.table.c[name]
        if name in STAMPS:
            return self._stamp(self.leads, name)
        if name in DERIVED:
            return getattr(self, f"_{name}")()  # type: ignore[no-any-return]
        if name == "closer":
            return self._closer()
        if name == "amount":
            return case((self._amount_at().is_not(None), self._raw("amount")))
        return self._raw(name)

    def between(self, name: str, lo: int | None, hi: int | None) -> ColumnElement[bool]:
        """Lo <= stamp < hi, so that an index on the stamp serves."""
        if self.prepared:
            column = self.table.c[name]
            return and_(
                *(
                    c
                    for c in (lo is not None and column >= lo, hi is not None and column < hi)
                    if c is not False
                )
            )
        ranged = self.clock.between(self.leads, STAMPS[name], lo, hi)
        if name == "created" or not (self.several or name in ("won", "lost")):
            return ranged
        return and_(ranged, self.column(name).is_not(None))

    def rows(
        self, names: Iterable[str], group: ColumnElement[Any], *conditions: ColumnElement[bool]
    ) -> sa.FromClause:
        """The passes that meet the conditions: the named columns and the group (as `g`), worked out once."""
        columns = [self.column(n).label(n) for n in dict.fromkeys(names)]
        chosen: Select[Any] = select(*columns, group.label("g")).where(*conditions)
        if self.prepared:
            return chosen.subquery("c")
        return once(chosen, "c")

    # One pass's own stamps

    def _raw(self, name: str) -> ColumnElement[Any]:
        return self.leads[name] if name in self.leads else cast(null(), column_type(name))

    def _epoch(self, relation: Relation, column: str) -> ColumnElement[int]:
        if column not in relation:
            return cast(null(), sa.BigInteger)
        return self.clock.epoch(relation, column)

    def _stamp(self, passes: Relation, name: str) -> ColumnElement[int]:
        """The stamp without copies; of won_at and lost_at the later one stands (tie: lost_at)."""
        own = self._without_copies(passes, STAMPS[name])
        if name not in ("won", "lost") or not ("won_at" in passes and "lost_at" in passes):
            return own
        won, lost = (self._without_copies(passes, c) for c in ("won_at", "lost_at"))
        wrong = lost >= won if name == "won" else won > lost
        return case((wrong, null()), else_=own)

    def _without_copies(self, passes: Relation, column: str) -> ColumnElement[int]:
        own = self._epoch(passes, column)
        if column == "created_at" or column not in passes or not self.several:
            return own
        earlier = self._other(column, "rejected_at")
        theirs, rejected = self._epoch(earlier, column), self._epoch(earlier, "rejected_at")
        copied = (
            exists()
            .where(
                same(earlier, "lead_id", passes, "lead_id"),
                earlier["pass_no"] < passes["pass_no"],
                or_(theirs == own, own <= rejected),
            )
            .correlate_except(earlier.source)
        )
        return case((and_(passes["pass_no"] > 1, copied), null()), else_=own)

    def _closer(self) -> ColumnElement[Any]:
        if "closed_by" not in self.leads:
            return self._raw("owner")
        return func.coalesce(self._raw("closed_by"), self._raw("owner"))

    def _amount_at(self) -> ColumnElement[int]:
        return func.coalesce(*(self.column(name) for name in ("opportunity", "won", "lost")))

    def _pass_won(self) -> ColumnElement[int]:
        return self.column("won")

    # What happened on other passes of the lead

    def _other(self, *columns: str) -> Relation:
        """The passes once more, to look at another one: its key and those columns."""
        return self.dataset.relations["leads"].narrow("lead_id", "pass_no", *columns)

    def _over_passes(
        self, own: ColumnElement[int], names: tuple[str, ...], *where: Any
    ) -> ColumnElement[int]:
        """The earliest of these stamps over the lead's passes; `own` for a lead with one pass."""
        if not self.several:
            return own
        other = self._other(*_columns_of(*names))
        mine = same(other, "lead_id", self.leads, "lead_id")
        found = select(func.min(self._earliest_of(other, names))).where(mine, *(w(other) for w in where))
        earliest = found.correlate_except(other.source).scalar_subquery()
        return case((self._has_other_passes(), earliest), else_=own)

    def _has_other_passes(self) -> ColumnElement[bool]:
        again = self._other().every
        return self.leads["lead_id"].in_(select(again.c.lead_id).where(again.c.pass_no > 1))

    def _earliest_of(self, passes: Relation, names: tuple[str, ...]) -> ColumnElement[int]:
        found = [self._stamp(passes, name) for name in names if STAMPS[name] in passes]
        return _least(found) if found else cast(null(), sa.BigInteger)

    def _reached_sql(self) -> ColumnElement[int]:
        stages = ("sql", "opportunity", "won")
        return self._over_passes(self._earliest_of(self.leads, stages), stages)

    def _reached_won(self) -> ColumnElement[int]:
        return self._over_passes(self._earliest_of(self.leads, ("won",)), ("won",))

    def _ever_nurtured(self) -> ColumnElement[int]:
        return self._over_passes(self.column("nurtured"), ("nurtured",))

    def _nurtured_before(self) -> ColumnElement[int]:
        return self._over_passes(
            self.column("nurtured"),
            ("nurtured",),
            lambda o: o["pass_no"] <= self.leads["pass_no"],
        )

    def _rehanded(self) -> ColumnElement[int]:
        return self._over_passes(
            cast(null(), sa.BigInteger),
            ("handed",),
            lambda o: o["pass_no"] > self.leads["pass_no"],
        )

    def _first_created(self) -> ColumnElement[int]:
        return self._is_first("created")

    def _first_mql(self) -> ColumnElement[int]:
        return self._is_first("mql")

    def _is_first(self, name: str) -> ColumnElement[int]:
        if not self.several:
            return sa.literal_column("1", sa.Integer)
        other = self._other(*_columns_of(name))
        theirs, own = self._stamp(other, name), self.column(name)
        sooner = (
            exists()
            .where(
                same(other, "lead_id", self.leads, "lead_id"),
                other["pass_no"] != self.leads["pass_no"],
                or_(theirs < own, and_(theirs == own, other["pass_no"] < self.leads["pass_no"])),
            )
            .correlate_except(other.source)
        )
        return case((and_(self._has_other_passes(), sooner), 0), else_=1)

    # Sales' first contact

    def first_contact(self) -> ColumnElement[int]:
        """first_touch_at without copies; of a prepared store as completed from the sales rows of touches."""
        if self.prepared:
            return self.table.c.touched
        return self._without_copies(self.leads, "first_touch_at")

    def _touched(self) -> ColumnElement[int]:
        filled = self._without_copies(self.leads, "first_touch_at")
        if not self.dataset.has("touches.lead_id", "touches.at", "touches.department"):
            return filled
        if not self.dataset.has("leads.handed_off_at"):
            return filled
        return case((filled.is_not(None), filled), else_=self._from_touches())

    def _from_touches(self) -> ColumnElement[int]:
        touches = self.dataset.relations["touches"].narrow("lead_id", "at", "department")
        at = self.clock.epoch(touches, "at")
        found = select(func.min(at)).where(
            same(touches, "lead_id", self.leads, "lead_id"),
            touches["department"] == "sales",
            *self._holds(self.leads, at),
        )
        if self.several:
            earlier = self._other(*_columns_of("handed", "rejected"))
            held = exists().where(
                same(earlier, "lead_id", self.leads, "lead_id"),
                earlier["pass_no"] < self.leads["pass_no"],
                *self._holds(earlier, at),
            )
            found = found.where(~held.correlate_except(earlier.source))
        return found.correlate_except(touches.source).scalar_subquery()

    def _holds(self, passes: Relation, at: ColumnElement[int]) -> list[ColumnElement[bool]]:
        """Conditions under which a pass was with sales at that moment: handed off, not yet rejected."""
        conditions = [at >= self._stamp(passes, "handed")]
        if "rejected_at" in passes:
            rejected = self._stamp(passes, "rejected")
            conditions.append(or_(rejected.is_(None), rejected >= at))
        return conditions


def _columns_of(*names: str) -> list[str]:
    """What these stamps are made of: a win or a loss stands or falls with the other."""
    closed = ["won_at", "lost_at"] if {"won", "lost"} & {*names} else []
    return [*(STAMPS[name] for name in names), *closed]


def _least(found: list[ColumnElement[int]]) -> ColumnElement[int]:
    """The smallest that isn't NULL (engines differ on NULL in LEAST)."""
    least = found[0]
    for other in found[1:]:
        least = case((least.is_(None), other), (other < least, other), else_=least)
    return least


def ends(column: ColumnElement[Any], *conditions: ColumnElement[bool]) -> tuple[ColumnElement[Any], ...]:
    """The smallest and the largest of a column; one look-up each, so that an index answers both at once."""
    found = (select(end(column)).where(*conditions).scalar_subquery() for end in (func.min, func.max))
    return tuple(found)


def column_type(name: str) -> sa.types.TypeEngine[Any]:
    if name in STAMPS or name in DERIVED or name in OPENED or name in ("pass_no", "decision_maker"):
        return sa.BigInteger()
    return sa.Float() if name in FIGURES else sa.String()


def holds_dates(dataset: Dataset, table: str, column: str, until: int) -> bool | None:
    """Whether all seen stamps of a column are at 00:00, so that it holds dates; None when none is seen."""
    key = ("holds_dates", table, column, until)
    if key not in dataset.cache:
        dataset.cache[key] = _holds_dates(dataset, table, column, until)
    found: bool | None = dataset.cache[key]
    return found


def _holds_dates(dataset: Dataset, table: str, column: str, until: int) -> bool | None:
    if not dataset.has(f"{table}.{column}"):
        return None
    relation, clock = dataset.relations[table], sql_clock(dataset)
    seen = clock.between(relation, column, None, until)
    epoch = clock.epoch(relation, column)
    with dataset.engine.connect() as connection:
        if relation.kinds[column] is not Kind.DATE:
            timed = [seen, clock.time_of_day(epoch) != 0]
            if relation.kinds[column] is Kind.ISO_TEXT:
                # looking at the text first spares the arithmetic for the rows that stand at midnight
                written = func.substr(relation[column], 12).not_in(_MIDNIGHT)
                if connection.execute(select(sa.literal(1)).where(written, *timed).limit(1)).first():
                    return False
            if connection.execute(select(sa.literal(1)).where(*timed).limit(1)).first():
                return False
        some = select(sa.literal(1)).where(seen, relation[column].is_not(None)).limit(1)
        return True if connection.execute(some).first() else None
