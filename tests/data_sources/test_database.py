"""The database source against SQLite, PostgreSQL and MariaDB: the same rows, clean, in every one."""

import sqlite3
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.engine.interfaces import CacheStats

from data_sources.advice import advice
from data_sources.cleaning import BLANKS
from data_sources.config import Config, TableMapping
from data_sources.database import Database, open_database, remember_surveys
from data_sources.engines import parsed, read_only_engine
from data_sources.errors import SourceError
from scorecard import cells, small
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
        (
            f"INSERT INTO leads VALUES ({marks})",  # noqa: S608 - the test's own columns
            [dict(zip(names, row, strict=True)) for row in rows],
        ),
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

    def is_settled() -> bool:
        seen.append(database.probe())
        return len(seen) >= 25 and len(set(seen[-25:])) == 1

    assert comes_true(is_settled)
    return seen[-1]


def comes_true(condition, seconds: float = 30.0) -> bool:
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
    assert "2026-09-30" in german.instead
    assert german.rows_left_out == 0
    assert next(p for p in dataset.problems if p.value == "2026-7-1").rows_left_out == 1


def test_clean_stamps_and_keys_are_used_as_they_stand(database_url):
    """Nothing is wrapped around them, so that an index on the column serves."""
    leads_table(
        database_url,
        [("A1", "2026-07-01 10:00:00", "2026-07-02 10:00:00")],
        "lead_id VARCHAR(9) NOT NULL PRIMARY KEY, created_at VARCHAR(40) NOT NULL, handed_off_at VARCHAR(40)",
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
        "CREATE TABLE deals (id INTEGER PRIMARY KEY, opened VARCHAR(19), stage VARCHAR(9), closed TEXT, "
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
    for statement in (
        "DELETE FROM leads",
        "INSERT INTO leads VALUES ('b', '2026-07-01')",
        "DROP TABLE leads",
    ):
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


# --- what can't be reached --------------------------------------------------------------------------------

SECRET = "s3cr3t/w0rd"


def refused(source: str) -> str:
    """The one line that says why a source can't be had; nothing of the secret may hang on to it."""
    with pytest.raises(SourceError) as caught:
        open_database(source, NOW)
    error: BaseException | None = caught.value
    seen = []
    while error is not None:
        seen += [str(error), repr(error)]
        error = error.__cause__ or error.__context__
    assert not any(part in text for text in seen for part in (SECRET, "s3cr3t", "w0rd", "s3cr3t%2Fw0rd"))
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("scheme", ["postgresql", "mysql+pymysql", "mariadb", "postgres"])
def test_an_unreachable_server_is_told_in_one_line(scheme):
    assert "does not answer" in refused(f"{scheme}://ana:s3cr3t%2Fw0rd@127.0.0.1:1/crm")


def test_a_host_that_is_none_is_told(postgres_url):
    assert "host" in refused("postgresql://ana:s3cr3t%2Fw0rd@no-such-host.invalid/crm")


def test_a_wrong_password_is_told_and_never_shown(mariadb_server):
    run(f"{mariadb_server}/mysql", "CREATE USER IF NOT EXISTS ana@'%%' IDENTIFIED BY 'right'")
    address = mariadb_server.replace("root@", f"ana:{SECRET.replace('/', '%2F')}@")
    assert "did not accept user 'ana'" in refused(f"{address}/mysql")
    run(f"{mariadb_server}/mysql", "DROP USER ana@'%%'")


def test_an_unknown_database_is_told(postgres_server, mariadb_server):
    assert "no database called 'nowhere'" in refused(f"{postgres_server}/nowhere")
    assert "no database called 'nowhere'" in refused(f"{mariadb_server}/nowhere")


def test_an_unknown_user_is_told(postgres_server):
    assert "did not accept user 'bob'" in refused(
        f"{postgres_server.replace('tandem@', 'bob:s3cr3t%2Fw0rd@')}/postgres"
    )


def test_a_missing_file_is_told_and_not_made(tmp_path):
    path = tmp_path / "crm.db"
    assert f"There is no SQLite database {path}" in refused(f"sqlite:///{path}")
    assert not path.exists()


def test_a_file_that_is_no_database_is_told(tmp_path):
    path = tmp_path / "crm.db"
    path.write_text("lead_id,created_at\n" * 100)
    assert "is not a SQLite database" in refused(f"sqlite:///{path}")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("postgresql+psycopg2://ana:s3cr3t%2Fw0rd@db/crm", "pip install 'psycopg2-binary'"),
        ("snowflake://ana:s3cr3t%2Fw0rd@account/db", "pip install 'snowflake-sqlalchemy'"),
        ("nosuch://ana:s3cr3t%2Fw0rd@db/crm", "no database driver called 'nosuch'"),
        ("postgresql://ana:s3cr3t/w0rd@db:port/crm", "is not a database's URL"),
        ("crm.db", "is not a database's URL"),
        ("sqlite://", "in memory"),
    ],
)
def test_a_source_that_cannot_be_used_says_what_to_do(source, words):
    assert words in refused(source)


def test_a_database_that_goes_away_is_told_at_the_next_probe(sqlite_url, tmp_path):
    leads_table(sqlite_url, [("a", "2026-07-01")], TEXT)
    source = database(sqlite_url)
    source.open()
    (tmp_path / "test.db").unlink()
    with pytest.raises(SourceError, match="is gone"):
        source.probe()


def test_a_file_swapped_for_another_is_read_anew(sqlite_url, tmp_path):
    leads_table(sqlite_url, [("a", "2026-07-01")], TEXT)
    source = database(sqlite_url)
    assert read(source.open(), "leads", "lead_id") == [("a",)]
    leads_table(f"sqlite:///{tmp_path / 'new.db'}", [("b", "2026-07-01")], TEXT)
    (tmp_path / "new.db").replace(tmp_path / "test.db")
    assert read(source.open(), "leads", "lead_id") == [("b",)]


# --- odd but right ----------------------------------------------------------------------------------------


def test_long_names_emoji_markup_and_formulas_come_through_as_they_are(database_url):
    values = [
        "x" * 300,
        "🦄 Zoë",
        "**bold** [a](http://b)",
        "<script>alert(1)</script>",
        "=1+1",
        "'; DROP TABLE leads; --",
    ]
    collation = " CHARACTER SET utf8mb4" if "mysql" in database_url else ""
    leads_table(
        database_url,
        [(f"L{i}", "2026-07-01", value) for i, value in enumerate(values)],
        f"{TEXT}, source VARCHAR(300){collation}",
    )
    dataset = opened(database_url)
    assert [row[1] for row in read(dataset, "leads", "lead_id", "source")] == values


def test_an_order_by_its_number_and_a_lead_by_its_text_still_meet(database_url):
    """Only columns of one kind are left as they are; the kinds say which."""
    leads_table(database_url, [("17", "2026-07-01")], TEXT)
    run(
        database_url,
        "CREATE TABLE touches (touch_id INTEGER, lead_id INTEGER, at VARCHAR(40))",
        "INSERT INTO touches VALUES (1, 17, '2026-07-01')",
    )
    kinds = {t: r.kinds["lead_id"] for t, r in opened(database_url).relations.items()}
    assert kinds == {"leads": Kind.TEXT, "touches": Kind.INTEGER}


def test_a_person_called_by_number_is_text_everywhere(database_url):
    leads_table(database_url, [("a", "2026-07-01", 7)], f"{TEXT}, owner INTEGER")
    assert read(opened(database_url), "leads", "owner") == [("7",)]


def test_keys_that_differ_by_case_are_two_leads(database_url):
    leads_table(database_url, [("a1", "2026-07-01"), ("A1", "2026-07-02")], TEXT)
    dataset = opened(database_url)
    assert len(read(dataset, "leads", "lead_id")) == 2
    lead_id = dataset.relations["leads"]["lead_id"]
    with dataset.engine.connect() as connection:
        assert connection.execute(select(sa.func.count()).where(lead_id == "a1")).scalar() == 1


def test_yes_and_no_are_one_and_zero(database_url, backend):
    kind = "BOOLEAN" if backend != "sqlite" else "TEXT"
    leads_table(
        database_url, [("a", "2026-07-01", True), ("b", "2026-07-01", False), ("c", "2026-07-01", None)],
        f"{TEXT}, decision_maker {kind}",
    )  # fmt: skip
    assert read(opened(database_url), "leads", "decision_maker") == [(0,), (1,), (None,)]


def test_days_that_mysql_lets_be_zero_are_none(mariadb_url):
    run(
        mariadb_url,
        "CREATE TABLE leads (lead_id VARCHAR(9), created_at DATETIME, won_at DATETIME)",
        "INSERT INTO leads VALUES ('a', '2026-07-01', 0), ('b', 0, NULL)",
    )
    dataset = opened(mariadb_url)
    assert read(dataset, "leads", "lead_id", "won_at") == [("a", None)]


def test_settings_of_the_configuration_win_over_the_table(database_url):
    run(
        database_url,
        "CREATE TABLE settings (name VARCHAR(40), value VARCHAR(40))",
        "INSERT INTO settings VALUES ('sla_hours', '8')",
        "INSERT INTO settings VALUES ('currency', 'CHF')",
    )
    mapping = {"settings": TableMapping(columns={"key": "name"})}
    config = Config(source=database_url, settings={"sla_hours": "4"}, tables=mapping)
    source = Database(config, clock=lambda: NOW)
    _databases.append(source)
    found = small.settings(source.open())
    assert (found.sla_hours, found.currency) == (4.0, "CHF")


def test_a_store_of_our_own_remembers_its_surveys(sqlite_url):
    leads_table(sqlite_url, [("a", "2026-07-01"), ("a", "2026-07-01"), ("b", "1.7.2026")], TEXT)
    engine = sa.create_engine(sqlite_url)
    remember_surveys(engine, sqlite_url)
    engine.dispose()
    statements: list[str] = []
    dataset = opened(sqlite_url)
    sa.event.listen(dataset.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    assert dataset.relations["leads"].kinds["lead_id"] is Kind.TEXT
    assert statements == []
    assert read(dataset, "leads", "lead_id") == [("a",)]
    run(sqlite_url, "INSERT INTO leads VALUES ('c', '2026-07-01'), ('c', '2026-07-01')")
    assert read(opened(sqlite_url), "leads", "lead_id") == [("a",), ("c",)]


def test_the_survey_waits_until_a_table_is_wanted_and_is_made_once(sqlite_url):
    leads_table(sqlite_url, [("a", "2026-07-01")], TEXT)
    dataset = opened(sqlite_url)
    statements: list[str] = []
    sa.event.listen(dataset.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    assert "leads" in dataset.relations
    assert statements == []
    first = dataset.relations["leads"]
    asked = len(statements)
    assert asked > 0
    assert dataset.relations["leads"] is first
    assert len(statements) == asked


def test_fifty_examples_and_one_line_for_the_rest(sqlite_url):
    leads_table(sqlite_url, [(f"L{i}", "1.7.2026", 2.0) for i in range(120)], f"{TEXT}, amount REAL")
    problems = opened(sqlite_url).problems
    assert len(problems) == 51
    assert sum(p.rows_left_out for p in problems) == 120
    assert sum(p.amount_left_out for p in problems) == 240.0


def test_blanks_are_those_of_the_scorecard():
    assert all(cells.trim(blank) == "" for blank in BLANKS)
    assert cells.trim("x") == "x"


def test_indexes_that_lack_are_named_by_what_the_source_calls_its_columns(database_url):
    run(
        database_url,
        "CREATE TABLE deals (id INTEGER PRIMARY KEY, opened DATE, handed DATE, amount DOUBLE PRECISION)",
        "CREATE INDEX mine ON deals (opened)",
    )
    columns = {"lead_id": "id", "created_at": "opened", "handed_off_at": "handed"}
    lines = advice(opened(database_url, leads=TableMapping(table="deals", columns=columns)))
    assert [line.partition(": ")[2] for line in lines] == [
        "CREATE INDEX tandem_leads_handed ON deals (handed);",
    ]


def test_what_is_compiled_for_one_file_serves_the_next(tmp_path):
    asked = sa.select(sa.literal_column("7").label("seven"), sa.literal_column("8").label("eight"))
    found = []
    for name in ("one.db", "two.db"):
        sqlite3.connect(tmp_path / name).close()
        engine = read_only_engine(parsed(f"sqlite:///{tmp_path / name}"))
        with engine.connect() as connection:
            result = connection.execute(asked)
            found.append((result.all(), result.context.cache_hit))
        engine.dispose()
    assert found == [([(7, 8)], CacheStats.CACHE_MISS), ([(7, 8)], CacheStats.CACHE_HIT)]
