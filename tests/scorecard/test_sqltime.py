"""Times in SQL are what they are in Python: instants, days and bounds, on every database, on every night."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa

from scorecard.clock import Zone, day_number
from scorecard.dataset import Kind, Relation
from scorecard.sqltime import SqlClock, looked_up, stepped

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
)
# the nights on which clocks change somewhere, the ends of years and months, a leap day, and ordinary hours
DAYS = [
    date.fromisoformat(day)
    for day in ("2024-03-10", "2024-03-31", "2024-04-07", "2024-10-06", "2024-10-27", "2024-11-03",
                "2024-02-29", "2023-12-31", "2018-11-04", "2024-07-01")
]  # fmt: skip
CLOCK = [
    time.fromisoformat(clock)
    for clock in ("00:00", "00:00:01", "00:59:59", "01:00", "01:30", "01:59:59", "02:00", "02:15", "02:30",
                  "03:00", "03:30:01", "12:00", "23:59:59")
]  # fmt: skip
WALL = [datetime.combine(day, clock) for day in DAYS for clock in CLOCK]


SERVERS = ("postgres", "mariadb")
EVERYWHERE = ("sqlite", *SERVERS)
# SQLite has no times of its own: they stand as text
LOCAL = [(b, Kind.ISO_TEXT) for b in EVERYWHERE] + [(b, Kind.NAIVE) for b in SERVERS]
SPANS = [*LOCAL, *((b, kind) for b in EVERYWHERE for kind in (Kind.DATE, Kind.EPOCH))]


@pytest.fixture
def connection(request, backend):
    """A connection to an empty database of the kind that the test names."""
    engine = sa.create_engine(request.getfixturevalue(f"{backend}_url"), poolclass=sa.NullPool)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def stored(connection: sa.Connection, kind: Kind, values: list[object]) -> Relation:
    """A table of one column as a source of that kind has it, in the order of `at`."""
    mariadb = connection.dialect.name in ("mysql", "mariadb")
    types = {
        Kind.ISO_TEXT: sa.String(40),
        Kind.EPOCH: sa.BigInteger(),
        Kind.DATE: sa.Date(),
        Kind.NAIVE: sa.DateTime(),
        Kind.INSTANT: sa.TIMESTAMP(timezone=not mariadb),
    }
    table = sa.Table("t", sa.MetaData(), sa.Column("at", sa.Integer), sa.Column("stamp", types[kind]))
    table.create(connection)
    connection.execute(table.insert(), [{"at": i, "stamp": v} for i, v in enumerate(values)])
    return Relation("t", table, {"at": Kind.INTEGER, "stamp": kind})


def column(connection: sa.Connection, relation: Relation, expression: sa.ColumnElement) -> list[object]:
    rows = connection.execute(sa.select(expression).select_from(relation.source).order_by(relation["at"]))
    return [None if value is None else int(value) for (value,) in rows]


def clocks() -> list[SqlClock]:
    return [SqlClock(Zone.of(name), 2015, 2028) for name in ZONES]


@pytest.mark.parametrize(("backend", "kind"), LOCAL)
def test_a_local_time_is_the_instant_that_python_says(connection, kind):
    values = [w.isoformat(" ") for w in WALL] if kind is Kind.ISO_TEXT else WALL
    relation = stored(connection, kind, [*values, None])
    for clock in clocks():
        expected = [*(clock.zone.to_epoch(w) for w in WALL), None]
        assert column(connection, relation, clock.epoch(relation, "stamp")) == expected, clock.zone.name


@pytest.mark.parametrize("backend", ["sqlite", "postgres"])  # MariaDB reads no offsets in texts
def test_a_text_with_an_offset_stands_for_itself(connection):
    texts = [
        "2024-10-27T02:30:00Z",
        "2024-10-27T02:30:00+02:00",
        "2024-10-27 02:30:00.750-03:30",
        "2024-10-27",
    ]
    relation = stored(connection, Kind.ISO_TEXT, texts)
    clock = SqlClock(Zone.of("Europe/Berlin"), 2015, 2028)
    expected = [clock.zone.to_epoch(datetime.fromisoformat(text)) for text in texts]
    assert column(connection, relation, clock.epoch(relation, "stamp")) == expected


@pytest.mark.parametrize("backend", EVERYWHERE)
def test_a_date_begins_at_its_local_midnight(connection):
    relation = stored(connection, Kind.DATE, [*DAYS, None])
    for clock in clocks():
        expected = [*(clock.zone.midnight(d) for d in DAYS), None]
        assert column(connection, relation, clock.epoch(relation, "stamp")) == expected, clock.zone.name


@pytest.mark.parametrize("backend", EVERYWHERE)
def test_the_local_day_of_an_instant(connection):
    instants = [Zone.of(name).to_epoch(w) for name in ZONES for w in WALL]
    relation = stored(connection, Kind.EPOCH, [*instants, None])
    for clock in clocks():
        days = column(connection, relation, clock.day(clock.epoch(relation, "stamp")))
        assert days == [*(day_number(clock.zone.from_epoch(i).date()) for i in instants), None]


@pytest.mark.parametrize(("backend", "kind"), SPANS)
@pytest.mark.parametrize("name", ["Europe/Berlin", "America/New_York", "Asia/Kolkata"])
def test_a_span_holds_its_first_instant_and_not_its_last(connection, kind, name):
    clock = SqlClock(Zone.of(name), 2015, 2028)
    values = {
        Kind.ISO_TEXT: [w.isoformat("T") for w in WALL],
        Kind.NAIVE: WALL,
        Kind.DATE: [w.date() for w in WALL],
        Kind.EPOCH: [clock.zone.to_epoch(w) for w in WALL],
    }[kind]
    relation = stored(connection, kind, values)
    at = [clock.zone.midnight(w.date()) if kind is Kind.DATE else clock.zone.to_epoch(w) for w in WALL]
    edges = sorted({clock.zone.midnight(d + timedelta(days=n)) for d in DAYS for n in (0, 1)} | set(at[::7]))
    for lo, hi in pairwise(edges):
        inside = sa.case((clock.between(relation, "stamp", lo, hi), 1), else_=0)
        found = column(connection, relation, inside)
        assert found == [int(lo <= one < hi) for one in at], (name, lo, hi)


@pytest.mark.parametrize("backend", SERVERS)
def test_instants_are_instants_whatever_the_zone(connection):
    stamps = [datetime(2024, 10, 27, 0, 30, tzinfo=UTC), datetime(2024, 10, 27, 1, 30, tzinfo=UTC)]
    if connection.dialect.name in ("mysql", "mariadb"):
        connection.execute(sa.text("SET time_zone = '+00:00'"))
        stamps = [s.replace(tzinfo=None) for s in stamps]
    relation = stored(connection, Kind.INSTANT, stamps)
    clock = SqlClock(Zone.of("Europe/Berlin"), 2015, 2028)
    assert column(connection, relation, clock.epoch(relation, "stamp")) == [1729989000, 1729992600]


@pytest.mark.parametrize("backend", EVERYWHERE)
def test_steps_are_looked_up_by_the_last_threshold_reached(connection):
    values = [-1, 0, 5, 9, 10, 11, 99]
    relation = stored(connection, Kind.EPOCH, values)
    raw = relation["stamp"]
    assert column(connection, relation, stepped(raw, [(0, 1), (10, 2)], -7)) == [-7, 1, 1, 1, 2, 2, 2]
    assert column(connection, relation, looked_up(raw, [(0, 1.0), (10, None), (11, 3.0)])) == [
        None, 1, 1, 1, None, 3, 3
    ]  # fmt: skip
