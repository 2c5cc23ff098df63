"""The database source against SQLite, PostgreSQL and MariaDB: the same rows, clean, in every one."""

import threading
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from data_sources.config import Config, TableMapping
from data_sources.database import Database, open_database, remember_surveys
from data_sources.errors import SourceError
from scorecard.dataset import Dataset, Kind
from scorecard.problems import Severity

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
_databases: list[Database] = []


@pytest.fixture(autouse=True)
def _closed_after():
    yield
    while _databases:
        _databases.pop().close()


def run(url: str, *statements: str | tuple[str, Sequence[Mapping[str, Any]]]) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            if isinstance(statement, tuple):
                connection.execute(sa.text(statement[0]), list(statement[1]))
            else:
                connection.exec_driver_sql(statement)
    engine.dispose()


def leads_table(url: str, rows: Sequence[tuple[Any, ...]], columns: str) -> None:
    """A table leads with these columns ('lead_id VARCHAR(40), ...') and rows."""
    names = [part.split()[0] for part in columns.split(", ")]
    marks = ", ".join(f":{n}" for n in names)
    run(
        url,
        f"CREATE TABLE leads ({columns})",
        (f"INSERT INTO leads VALUES ({marks})", [dict(zip(names, row, strict=True)) for row in rows]),
    )


def opened(url: str, **tables: TableMapping) -> Dataset:
    return database(url, **tables).open()


def database(url: str, **tables: TableMapping) -> Database:
    made = Database(Config(source=url, tables=tables), clock=lambda: NOW)
    _databases.append(made)
    return made


def read(dataset: Dataset, table: str, *columns: str) -> list[tuple[Any, ...]]:
    """Those columns of a relation's rows, sorted."""
    relation = dataset.relations[table]
    with dataset.engine.connect() as connection:
        rows = connection.execute(select(*(relation[c] for c in columns))).all()
    return sorted((tuple(row) for row in rows), key=repr)


def told(dataset: Dataset) -> list[tuple[str, str | None, str | None, str | None]]:
    return [(p.rule, p.key, p.column, p.value) for p in dataset.problems]


def settled(database: Database) -> str:
    """The version once the server has counted what was written before."""
    seen = []
    assert comes_true(lambda: len(seen) > 30 and len(set(seen[-30:])) == 1 or bool(seen.append(database.probe())))
    return seen[-1]


def comes_true(condition, seconds: float = 8.0) -> bool:
    """Whether it becomes true in time: servers count with a lag."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        threading.Event().wait(0.1)
    return False


TEXT = "lead_id VARCHAR(40), created_at VARCHAR(40)"


def test_text_is_trimmed_and_blank_text_is_none_and_case_counts(database_url):
    leads_table(
        database_url,
        [
            ("a", "2026-07-01 10:00:00", " Webinar "),
            ("b", "2026-07-02 10:00:00", "webinar"),
            ("c", "2026-07-03", "  "),
            ("d", "2026-07-04", "Wébinar"),
        ],
        f"{TEXT}, source VARCHAR(40)",
    )
    dataset = opened(database_url)
    assert read(dataset, "leads", "lead_id", "source") == [
        ("a", "Webinar"),
        ("b", "webinar"),
        ("c", None),
        ("d", "Wébinar"),
    ]
    source = dataset.relations["leads"]["source"]
    with dataset.engine.connect() as connection:
        groups = connection.execute(select(source, sa.func.count()).group_by(source)).all()
        named = connection.execute(select(sa.func.count()).where(source == "webinar")).scalar()
    assert len(groups) == 4
    assert named == 1


def test_text_stamps_in_other_forms_are_left_out_and_told(database_url):
    leads_table(
        database_url,
        [
            ("a", "2026-07-01 10:00:00", "2026-07-02T11:00"),
            ("b", "2026-07-01", "2.7.2026"),
            ("c", "2026-02-31", None),
            ("d", "2026-7-1", None),
            ("e", "2026-07-05", "07/02/2026"),
            ("f", "2026-07-06", ""),
            ("g", " 2026-07-07 ", " 2024-02-29"),
        ],
        f"{TEXT}, won_at VARCHAR(40)",
    )
    dataset = opened(database_url)
    assert dataset.relations["leads"].kinds["created_at"] is Kind.ISO_TEXT
    assert read(dataset, "leads", "lead_id", "created_at", "won_at") == [
        ("a", "2026-07-01 10:00:00", "2026-07-02T11:00"),
        ("b", "2026-07-01", None),
        ("e", "2026-07-05", None),
        ("f", "2026-07-06", None),
        ("g", "2026-07-07", "2024-02-29"),
    ]
    assert sorted(told(dataset)) == [
        ("cell", "b", "won_at", "2.7.2026"),
        ("cell", "c", "created_at", "2026-02-31"),
        ("cell", "d", "created_at", "2026-7-1"),
        ("cell", "e", "won_at", "07/02/2026"),
    ]
    german = next(p for p in dataset.problems if p.value == "2.7.2026")
    assert german.severity is Severity.ERROR
    assert "2026-07-02" in german.instead
    assert german.rows_left_out == 0
    assert next(p for p in dataset.problems if p.value == "2026-7-1").rows_left_out == 1


def test_clean_stamps_and_keys_are_used_as_they_stand(database_url):
    """Nothing is wrapped around them, so that an index on the column serves."""
    leads_table(
        database_url,
        [("A1", "2026-07-01 10:00:00", "2026-07-02 10:00:00")],
        "lead_id VARCHAR(40) NOT NULL PRIMARY KEY, created_at VARCHAR(40) NOT NULL, handed_off_at VARCHAR(40)",
    )
    dataset = opened(database_url)
    relation = dataset.relations["leads"]
    sql = str(select(relation["lead_id"]).where(relation["handed_off_at"] >= "2026").compile(dataset.engine))
    assert "trim" not in sql.lower()
    assert "case" not in sql.lower()
    assert relation.unique


def test_native_times_keep_their_kind(database_url, backend):
    types = {
        "sqlite": "created_at DATETIME, handed_off_at INTEGER, expected_close DATE",
        "postgresql": "created_at TIMESTAMP, handed_off_at TIMESTAMPTZ, expected_close DATE",
        "mysql": "created_at DATETIME, handed_off_at TIMESTAMP NULL, expected_close DATE",
    }[backend]
    handed = 1782900000 if backend == "sqlite" else "2026-07-01 10:00:00"
    leads_table(
        database_url, [("a", "2026-07-01 10:00:00", handed, "2026-08-01")], f"lead_id VARCHAR(40), {types}"
    )
    kinds = opened(database_url).relations["leads"].kinds
    expected = {
        "sqlite": (Kind.ISO_TEXT, Kind.EPOCH, Kind.ISO_TEXT),
        "postgresql": (Kind.NAIVE, Kind.INSTANT, Kind.DATE),
        "mysql": (Kind.NAIVE, Kind.INSTANT, Kind.DATE),
    }[backend]
    assert (kinds["created_at"], kinds["handed_off_at"], kinds["expected_close"]) == expected


def test_numbers_that_hold_text_are_none_and_told(database_url, backend):
    loose = "" if backend == "sqlite" else "VARCHAR(40)"
    leads_table(
        database_url,
        [
            ("a", "2026-07-01", "12.5", "5"),
            ("b", "2026-07-01", "n/a", "9"),
            ("c", "2026-07-01", "-3", "4.5"),
            ("d", "2026-07-01", " 40 ", ""),
            ("e", "2026-07-01", "=1+1", None),
            ("f", "2026-07-01", "1.200,50", "*4*"),
        ],
        f"{TEXT}, amount {loose}, quality_rating {loose}",
    )
    dataset = opened(database_url)
    found = {row[0]: row[1:] for row in read(dataset, "leads", "lead_id", "amount", "quality_rating")}
    assert found == {
        "a": (12.5, 5),
        "b": (None, None),
        "c": (None, None),
        "d": (40.0, None),
        "e": (None, None),
        "f": (None, None),
    }
    assert {(key, column, value) for _, key, column, value in told(dataset)} == {
        ("b", "amount", "n/a"),
        ("b", "quality_rating", "9"),
        ("c", "amount", "-3"),
        ("c", "quality_rating", "4.5"),
        ("e", "amount", "=1+1"),
        ("f", "amount", "1.200,50"),
        ("f", "quality_rating", "*4*"),
    }


def test_sqlite_text_in_a_column_of_integers_is_none_and_told(sqlite_url):
    leads_table(
        sqlite_url,
        [(1, "2026-07-01", "n/a"), (2, "2026-07-01", 7), (3, "2026-07-01", float("inf"))],
        "lead_id INTEGER PRIMARY KEY, created_at TEXT, amount INTEGER",
    )
    dataset = opened(sqlite_url)
    assert read(dataset, "leads", "lead_id", "amount") == [(1, None), (2, 7), (3, None)]
    assert {p.value for p in dataset.problems} == {"n/a", "Inf"}


def test_negative_amounts_are_errors_of_leads_and_refunds_of_orders(database_url):
    leads_table(database_url, [("a", "2026-07-01", -5.0)], f"{TEXT}, amount DOUBLE PRECISION")
    run(
        database_url,
        "CREATE TABLE orders (order_id INTEGER, closed_at VARCHAR(40), amount DOUBLE PRECISION)",
        "INSERT INTO orders VALUES (1, '2026-07-01', -5.0)",
    )
    dataset = opened(database_url)
    assert read(dataset, "leads", "amount") == [(None,)]
    assert read(dataset, "orders", "amount") == [(-5.0,)]
    assert [(p.table, p.column) for p in dataset.problems] == [("leads", "amount")]


def test_identical_repeats_count_once_and_differing_ones_not_at_all(database_url):
    leads_table(
        database_url,
        [
            ("a", "2026-07-01", 10.0),
            ("a", "2026-07-01", 10.0),
            ("b", "2026-07-01", 20.0),
            ("b", "2026-07-01", 25.0),
            (" c", "2026-07-01", 30.0),
            ("c", "2026-07-01", 30.0),
            ("d", "2026-07-01", 40.0),
        ],
        f"{TEXT}, amount DOUBLE PRECISION",
    )
    dataset = opened(database_url)
    assert read(dataset, "leads", "lead_id", "amount") == [("a", 10.0), ("c", 30.0), ("d", 40.0)]
    problems = {p.key: p for p in dataset.problems}
    assert problems["a"].severity is Severity.WARNING
    assert problems["b"].severity is Severity.ERROR
    assert (problems["b"].rows_left_out, problems["b"].amount_left_out) == (2, 45.0)


def test_passes_of_one_lead_are_no_repeats_and_a_blank_pass_is_the_first(database_url):
    leads_table(
        database_url,
        [("a", None, "2026-07-01"), ("a", 2, "2026-07-01"), ("b", 1, "2026-07-01"), ("b", 0, "2026-07-01")],
        "lead_id VARCHAR(40), pass_no INTEGER, created_at VARCHAR(40)",
    )
    dataset = opened(database_url)
    assert read(dataset, "leads", "lead_id", "pass_no") == [("a", 1), ("a", 2), ("b", 1)]
    (problem,) = dataset.problems
    assert (problem.column, problem.value, problem.rows_left_out) == ("pass_no", "0", 1)


def test_more_repeats_than_can_be_listed_are_settled_in_sql(sqlite_url):
    rows = [(f"k{i}", "2026-07-01", float(i % 2 and j)) for i in range(1200) for j in range(2)]
    leads_table(sqlite_url, rows, f"{TEXT}, amount DOUBLE PRECISION")
    dataset = opened(sqlite_url)
    assert len(read(dataset, "leads", "lead_id")) == 600
    (problem,) = dataset.problems
    assert problem.rows == 2400


def test_rows_without_what_they_need_are_left_out_with_their_money(database_url):
    leads_table(
        database_url,
        [(None, "2026-07-01", 10.0), ("  ", "2026-07-01", 1.0), ("a", None, 5.0), ("b", "2026-07-01", 7.0)],
        f"{TEXT}, amount DOUBLE PRECISION",
    )
    dataset = opened(database_url)
    assert read(dataset, "leads", "lead_id") == [("b",)]
    required = [p for p in dataset.problems if p.rule == "required"]
    assert sum(p.rows_left_out for p in required) == 3
    assert sum(p.amount_left_out for p in required) == 16.0


def test_headers_match_whatever_their_case_and_punctuation_and_others_are_attributes(database_url):
    quote = "`" if "mysql" in database_url else '"'
    headers = ["Lead ID", "CREATED-AT", "Company Size", "Région"]
    columns = ", ".join(f"{quote}{h}{quote} VARCHAR(40)" for h in headers)
    run(
        database_url,
        f"CREATE TABLE leads ({columns})",
        "INSERT INTO leads VALUES ('a', '2026-07-01', ' 10-50 ', 'Sud')",
    )
    dataset = opened(database_url)
    assert dataset.relations["leads"].attributes == ("company_size", "région")
    assert read(dataset, "leads", "lead_id", "company_size", "région") == [("a", "10-50", "Sud")]


def test_a_crm_is_mapped_by_configuration_alone(database_url):
    run(
        database_url,
        "CREATE TABLE deals (id INTEGER PRIMARY KEY, opened VARCHAR(40), stage VARCHAR(40), closed VARCHAR(40), "
        "origin VARCHAR(40), source VARCHAR(40))",
        "INSERT INTO deals VALUES (1, '2026-07-01', 'Won', '2026-08-01', 'Web form', 'sys')",
        "INSERT INTO deals VALUES (2, '2026-07-02', 'Lost', '2026-08-02', 'Phone', 'sys')",
    )
    leads = TableMapping(
        select="SELECT id, opened, origin, CASE WHEN stage = 'Won' THEN closed END AS won_at, "
        "'12:30' AS clock, 100 % 7 AS rest -- the stage says which stamp it is\nFROM deals",
        columns={"lead_id": "id", "created_at": "opened", "source": "origin"},
        values={"source": {"Web form": "Website", "Phone": "Cold: 'call' -- %s"}},
        constants={"currency": "USD"},
    )
    dataset = opened(database_url, leads=leads)
    assert dataset.missing == ()
    assert read(dataset, "leads", "lead_id", "source", "won_at", "currency", "clock") == [
        (1, "Website", "2026-08-01", "USD", "12:30"),
        (2, "Cold: 'call' -- %s", None, "USD", "12:30"),
    ]


def test_what_the_configuration_names_and_the_source_lacks_is_told(database_url):
    leads_table(database_url, [("a", "2026-07-01")], TEXT)
    dataset = opened(
        database_url,
        orders=TableMapping(table="order"),
        leads=TableMapping(columns={"won_at": "created"}),
        touches=TableMapping(table="no_such.activities"),
        spend=TableMapping(select="SELECT nothing FROM nowhere"),
    )
    assert read(dataset, "leads", "lead_id") == [("a",)]
    assert len(dataset.missing) == 4
    assert "Did you mean created_at?" in " ".join(dataset.missing)
    assert dataset.lacks("leads.won_at", "orders", "touches", "spend") == [
        "leads.won_at",
        "orders",
        "touches",
        "spend",
    ]


def test_a_database_without_our_tables_opens_empty(database_url):
    run(database_url, "CREATE TABLE other (x INTEGER)")
    dataset = opened(database_url)
    assert dict(dataset.relations) == {}
    assert tuple(dataset.problems) == ()


def test_views_stand_for_tables(database_url):
    leads_table(database_url, [("a", "2026-07-01")], TEXT)
    run(database_url, "ALTER TABLE leads RENAME TO deals", "CREATE VIEW leads AS SELECT * FROM deals")
    assert read(opened(database_url), "leads", "lead_id") == [("a",)]


def test_nothing_can_be_written(database_url, backend):
    leads_table(database_url, [("a", "2026-07-01")], TEXT)
    dataset = opened(database_url)
    for statement in ("DELETE FROM leads", "INSERT INTO leads VALUES ('b', '2026-07-01')", "DROP TABLE leads"):
        with dataset.engine.connect() as connection, pytest.raises(sa.exc.DBAPIError):
            connection.exec_driver_sql(statement)
    assert len(read(opened(database_url), "leads", "lead_id")) == 1


def test_a_change_makes_a_new_version_and_none_keeps_the_old(database_url, backend):
    leads_table(database_url, [("a", "2026-07-01")], TEXT)
    read_where_it_stands = database(database_url)
    first = settled(read_where_it_stands)
    run(database_url, "INSERT INTO leads VALUES ('b', '2026-07-02')")
    assert comes_true(lambda: read_where_it_stands.probe() != first)
    assert len(read(read_where_it_stands.open(), "leads", "lead_id")) == 2
