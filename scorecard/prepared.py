"""A store of our own, made ready at load: the passes worked out once and laid out to be scanned.

The demo company, and later the mirror of a spreadsheet, are replaced whole when their data change, so
whatever does not depend on as_of can be worked out when they are filled: stamps in seconds, copies gone,
first touches found, opening hours used. The same expressions as on any other database fill the columns, so
the figures are equal. Triggers take the prepared table away when somebody writes to the tables it was made
of: better slow than wrong.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import ColumnElement, and_, case, func, select

from scorecard import small
from scorecard.clock import AsOf, Opening, date_of
from scorecard.contract import TABLES, Type
from scorecard.dataset import Dataset
from scorecard.feeds import AT, FEEDS, KeptFeed, kept_name, lead_column
from scorecard.measures import FeedView, Question, in_base
from scorecard.passes import CANON, OPENED, PREPARED, STAMPS, Passes, column_type, once

_CALENDAR = "tandem_calendar"
_STALE = "tandem_stale"
_LAYOUT = "tandem_layout_2"  # another name whenever the prepared tables change
MADE_OF: Final = ("leads", "touches", "settings", "campaigns", "fx_rates", *FEEDS)
RESERVED: Final = frozenset(("lead_id", "pass_no", *CANON, *OPENED))  # no attribute of leads may be called so
_FOREVER = 253_370_764_800  # the year 9999
_HANDED = (
    "handed", "touched", "accepted", "rejected", "sql", "opportunity", "won", "rehanded", "nurtured_before",
    "quality_rating", "handed_opened", "touched_opened", "touched_inside", "assigned", "assigned_opened",
    "source", "campaign_id", "owner", "marketing_owner", "reject_reason", "pass_won",
)  # fmt: skip
_BY = ("source", "campaign_id", "owner", "marketing_owner")
_INDEXES = {
    "handed": _HANDED,
    "created": ("created", "first_created", *_BY, "reached_won"),
    "mql": ("mql", "first_mql", *_BY, "reached_sql"),
    "sql": ("sql", *_BY),
    "opportunity": ("opportunity", "won", "lost", "amount", "currency", *_BY),
    "won": ("won", "closer", "amount", "amount_at", "currency", "created", *_BY),
    "lost": ("lost", "amount", "amount_at", "currency", *_BY),
    "rejected": ("rejected", "reject_reason", "accepted", "handed", *_BY),
}


def prepare(engine: sa.Engine, dataset: Dataset, changed: Collection[str] | None = None) -> None:
    """Writes the prepared passes into the SQLite store that `dataset` describes; `engine` may write to it.

    With nothing but feeds among the tables that `changed` since it was prepared, only they are written anew.
    """
    if "leads" not in dataset.relations:
        return
    stored = replace(dataset, prepared=False, cache={})  # never made of what an earlier load worked out
    if changed is not None and set(changed) & set(MADE_OF) <= set(FEEDS):
        _prepare_feeds(engine, stored, sorted(set(changed) & set(FEEDS)))
        return
    kept = [KeptFeed(stored, name) for name in FEEDS if name in stored.relations]
    feeds = [(feed, _feed_rows(feed)) for feed in kept]  # asks questions, so before the store is locked
    with engine.begin() as connection:
        _drop(connection)
        _write_calendar(connection, stored)
        _write_passes(connection, Passes(stored))
        for name, columns in _INDEXES.items():
            connection.execute(sa.text(f"CREATE INDEX tandem_{name} ON {PREPARED} ({', '.join(columns)})"))
        for feed, rows in feeds:
            _write_feed(connection, feed, rows)
        connection.execute(sa.text(f"CREATE TABLE {_LAYOUT} (is_there INTEGER)"))
        _guard(connection, [name for name in MADE_OF if name in sa.inspect(connection).get_table_names()])
        for table in (PREPARED, *(kept_name(feed.name) for feed in kept)):
            connection.execute(sa.text(f"ANALYZE {table}"))


def _prepare_feeds(engine: sa.Engine, stored: Dataset, names: list[str]) -> None:
    kept = [KeptFeed(stored, name) for name in names if name in stored.relations]
    feeds = [(feed, _feed_rows(feed)) for feed in kept]
    with engine.begin() as connection:
        for name in names:
            connection.execute(sa.text(f"DROP TABLE IF EXISTS {kept_name(name)}"))
        for feed, rows in feeds:
            _write_feed(connection, feed, rows)
            connection.execute(sa.text(f"ANALYZE {kept_name(feed.name)}"))
        _guard(connection, [feed.name for feed in kept])


def _drop(connection: sa.Connection) -> None:
    for table in (PREPARED, _CALENDAR, _LAYOUT, *(kept_name(name) for name in FEEDS)):
        connection.execute(sa.text(f"DROP TABLE IF EXISTS {table}"))
    for table in MADE_OF:
        for event in ("INSERT", "UPDATE", "DELETE"):
            connection.execute(sa.text(f"DROP TRIGGER IF EXISTS {_STALE}_{table}_{event.lower()}"))


def _calendar() -> sa.Table:
    names = ("opens", "closes", "before")
    columns = [sa.Column(name, sa.BigInteger) for name in names]
    return sa.Table(_CALENDAR, sa.MetaData(), sa.Column("day", sa.Integer, primary_key=True), *columns)


def _write_calendar(connection: sa.Connection, dataset: Dataset) -> None:
    """The opening calendar of every day that a stamp of the leads may fall on."""
    leads, zone = dataset.relations["leads"], small.settings(dataset).zone
    opening = Opening.of(small.settings(dataset))
    clock = Passes(dataset).clock
    stamps = [clock.epoch(leads, name) for name in (*STAMPS.values(), "first_touch_at") if name in leads]
    if dataset.has("touches.at"):
        stamps.append(clock.epoch(dataset.relations["touches"], "at"))
    ends: list[int] = []
    for stamp in stamps:
        ends += [
            int(end) for end in connection.execute(select(func.min(stamp), func.max(stamp))).one() if end
        ]
    table = _calendar()
    table.create(connection)
    if not ends:
        return
    first, last = (date_of(zone.day(at)) + timedelta(days=by) for at, by in ((min(ends), -1), (max(ends), 1)))
    days = opening.rows(max(first, date_of(0)), last)
    base = opening.opened(days[0].begins)
    rows = [{"day": d.day, "opens": d.opens, "closes": d.closes, "before": base + d.before} for d in days]
    connection.execute(table.insert(), rows)


def _write_passes(connection: sa.Connection, passes: Passes) -> None:
    attributes = passes.leads.attributes
    names = ("lead_id", "pass_no", *CANON, *attributes)
    columns = [sa.Column(name, column_type(name)) for name in (*names, *OPENED)]
    table = sa.Table(PREPARED, sa.MetaData(), *columns)
    table.create(connection)
    worked = [passes.column(name).label(name) for name in (*CANON, *attributes)]
    keys = [passes.leads["lead_id"].label("lead_id"), _pass_no(passes).label("pass_no")]
    rows = select(*keys, *worked).cte("w").prefix_with(sa.text("MATERIALIZED"), dialect="sqlite")
    connection.execute(table.insert().from_select([*names, *OPENED], _with_hours(rows, passes, names)))


def _pass_no(passes: Passes) -> ColumnElement[Any]:
    return passes.leads["pass_no"] if "pass_no" in passes.leads else sa.literal(1)


def _with_hours(rows: sa.CTE, passes: Passes, names: tuple[str, ...]) -> sa.Select[Any]:
    """The rows with the opening seconds up to hand-off, assignment and touch."""
    origin: sa.FromClause = rows
    opened: list[ColumnElement[Any]] = []
    for name in ("handed", "assigned", "touched"):
        day = _calendar().alias(f"on_{name}")
        at = rows.c[name]
        # the second before a touch decides its day: midnight closes a day open until 24:00
        on = passes.clock.day(at - 1 if name == "touched" else at)
        origin = origin.outerjoin(day, day.c.day == on)
        used = case(
            (at <= day.c.opens, 0), (at >= day.c.closes, day.c.closes - day.c.opens), else_=at - day.c.opens
        )
        opened.append(day.c.before + used)
    last = day.c
    inside = case((and_(rows.c.touched > last.opens, rows.c.touched <= last.closes), 1), else_=0)
    return select(*(rows.c[name] for name in names), *opened, inside).select_from(origin)


def _feed_rows(feed: KeptFeed) -> sa.Select[Any]:
    """A feed's rows in seconds and settings.currency, each with the columns of its lead at its last pass."""
    question = Question(feed.dataset, AsOf(_FOREVER, _FOREVER, date(9999, 1, 1), ""), 0, _FOREVER)
    view = FeedView(question, feed.relation.alias("f"), "owner")
    of_lead = [view.of_lead(name).label(lead_column(name)) for name in feed.of_lead]
    at = view.epoch(feed.stamp)
    plain = [view.relation[name].label(name) for name in (*feed.texts, *feed.numbers)]
    day = question.clock.day(at).label("day")
    rows = once(select(at.label(AT), day, *plain, *of_lead).select_from(view.origin), "r")
    added = [_in_base(question, feed, rows, name).label(name) for name in feed.numbers]
    texts, reached = ([rows.c[name] for name in names] for names in (feed.texts, [c.name for c in of_lead]))
    return select(rows.c[AT], *texts, *added, *reached)


def _write_feed(connection: sa.Connection, feed: KeptFeed, rows: sa.Select[Any]) -> None:
    kept = feed.table
    table = sa.Table(kept_name(feed.name), sa.MetaData(), *(sa.Column(c.name, c.type) for c in kept.c))
    table.create(connection)
    connection.execute(table.insert().from_select([c.name for c in kept.c], rows))
    covering = [c.name for c in kept.c if c.name not in {"customer_id", "order_id", "lead_id"}]
    connection.execute(sa.text(f"CREATE INDEX {table.name}_at ON {table.name} ({', '.join(covering)})"))


def _in_base(question: Question, feed: KeptFeed, rows: sa.FromClause, name: str) -> ColumnElement[Any]:
    if TABLES[feed.name][name].type is not Type.MONEY or "currency" not in feed.relation:
        return rows.c[name]
    return in_base(question, rows.c[name], rows.c.currency, rows.c.day, feed.name)


def _guard(connection: sa.Connection, tables: list[str]) -> None:
    """Whoever writes to the tables empties the prepared one; an empty one next to leads isn't used."""
    for table in tables:
        for event in ("INSERT", "UPDATE", "DELETE"):
            connection.execute(
                sa.text(
                    f"CREATE TRIGGER IF NOT EXISTS {_STALE}_{table}_{event.lower()} AFTER {event} ON {table} "  # noqa: S608 - our names
                    f"WHEN EXISTS (SELECT 1 FROM {PREPARED}) BEGIN DELETE FROM {PREPARED}; END"
                )
            )


def is_fresh(connection: sa.Connection) -> bool:
    """Whether the store holds prepared passes that still are what its tables say."""
    inspector = sa.inspect(connection)
    if not (inspector.has_table(PREPARED) and inspector.has_table(_LAYOUT)):
        return False
    if not {*CANON, *OPENED} <= {column["name"] for column in inspector.get_columns(PREPARED)}:
        return False  # prepared by another version of this code
    return (
        connection.execute(select(sa.literal(1)).select_from(sa.table(PREPARED)).limit(1)).first() is not None
    )
