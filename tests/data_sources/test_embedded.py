"""Our own tables in SQLite, PostgreSQL and MariaDB: what goes in comes out, whole or not at all."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from data_sources import embedded
from scorecard.contract import TABLES, Type

ZONE = ZoneInfo("Europe/Berlin")
MARK = {"version": "1", "seed": "7", "leads": "1", "as_of": "2026-11-21"}


def row(table: str, **cells: object) -> dict[str, object]:
    """A row of a contract table with all its columns, blank where nothing is given."""
    names = [column.name for column in TABLES[table].columns]
    names += embedded.ATTRIBUTES if TABLES[table].open_ended else ()
    return {**dict.fromkeys(names), **cells}


def lead(lead_id: str = "L1", **cells: object) -> dict[str, object]:
    return row(
        "leads",
        **{
            "lead_id": lead_id,
            "pass_no": 1,
            "created_at": datetime.fromisoformat("2026-07-01 09:30"),
            **cells,
        },
    )


def written(
    url: str, *batches: tuple[str, list[dict[str, object]]], mark: dict[str, str] = MARK
) -> sa.Engine:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    embedded.write(engine, batches, ZONE, mark)
    return engine


def read(engine: sa.Engine, table: str) -> list[dict[str, object]]:
    """The rows as written: times local and naive, whatever the database holds."""
    with engine.connect() as connection:
        found = connection.execute(sa.select(embedded.metadata(engine.dialect.name).tables[table])).mappings()
        return [{name: _plain(table, name, cell) for name, cell in each.items()} for each in found]


def _plain(table: str, name: str, cell: object) -> object:
    kind = TABLES[table][name].type if name in TABLES[table] else Type.TEXT
    if isinstance(cell, str) and kind is Type.TIME:
        return datetime.fromisoformat(cell)
    if isinstance(cell, str) and kind is Type.DATE:
        return date.fromisoformat(cell)
    return cell.astimezone(ZONE).replace(tzinfo=None) if getattr(cell, "tzinfo", None) else cell


def test_what_is_written_is_read_back_on_every_backend(database_url):
    leads = [
        lead(
            "L1",
            source="Webinar",
            won_at=datetime.fromisoformat("2026-12-24 16:59:59"),
            amount=1234.56,
            decision_maker=1,
        ),
        lead(
            "l1 ",
            source='=HYPERLINK("x")\t\\N',
            expected_close=date(2027, 2, 28),
            industry="Häuser & Söhne 🏔",
        ),
    ]
    spend = [row("spend", date=date(2026, 3, 29), amount=-0.5, clicks=0)]
    engine = written(database_url, ("leads", leads), ("spend", spend))
    assert sorted(read(engine, "leads"), key=str) == sorted(leads, key=str)
    assert read(engine, "spend") == spend
    assert embedded.marker(engine) == MARK


def test_text_compares_exactly_on_every_backend(database_url):
    engine = written(database_url, ("leads", [lead("ANA"), lead("ana"), lead("anä")]))
    with engine.connect() as connection:
        same = sa.text("SELECT lead_id FROM leads WHERE lead_id = 'ana'")
        assert connection.execute(same).scalars().all() == ["ana"]


def test_a_typed_date_column_stays_blank_where_a_date_is_unreadable(database_url, backend):
    engine = written(database_url, ("leads", [lead(expected_close="31.09.2026")]))
    with engine.connect() as connection:
        found = connection.execute(sa.text("SELECT expected_close FROM leads")).scalar_one()
    assert found == ("31.09.2026" if backend == "sqlite" else None)


def test_every_index_is_there(database_url):
    engine = written(database_url, ("leads", [lead()]))
    for table, wanted in embedded.indexes().items():
        there = {tuple(index["column_names"]) for index in sa.inspect(engine).get_indexes(table)}
        assert there == set(wanted)


def test_an_older_demo_is_replaced_whole(database_url):
    written(
        database_url,
        ("leads", [lead("old 1"), lead("old 2")]),
        ("spend", [row("spend", date=date(2026, 1, 1), amount=1.0)]),
    )
    engine = written(database_url, ("leads", [lead("new")]), mark=MARK | {"seed": "8"})
    assert [each["lead_id"] for each in read(engine, "leads")] == ["new"]
    assert read(engine, "spend") == []
    assert embedded.marker(engine)["seed"] == "8"


def test_when_writing_fails_half_way_the_older_demo_stays(database_url):
    engine = written(database_url, ("leads", [lead("old")]))

    def breaks() -> Iterator[tuple[str, list[dict[str, object]]]]:
        yield "leads", [lead("new")]
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        embedded.write(engine, breaks(), ZONE, MARK | {"seed": "8"})
    assert [each["lead_id"] for each in read(engine, "leads")] == ["old"]
    assert embedded.marker(engine) == MARK


def test_after_a_failure_the_next_write_succeeds(database_url):
    with pytest.raises(KeyError):
        written(database_url, ("leads", [{"lead_id": "L1"}]))
    engine = written(database_url, ("leads", [lead("new")]))
    assert [each["lead_id"] for each in read(engine, "leads")] == ["new"]


def test_tables_that_are_not_a_demo_are_left_alone(database_url):
    engine = sa.create_engine(database_url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE leads (lead_id INTEGER)"))
        connection.execute(sa.text("INSERT INTO leads VALUES (1)"))
    with pytest.raises(embedded.NotOurDemoError, match=r"\(leads\).*Nothing was changed"):
        written(database_url, ("leads", [lead()]))
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT lead_id FROM leads")).scalars().all() == [1]


def test_the_refusal_names_the_database_without_its_password(postgres_url):
    engine = sa.create_engine(sa.make_url(postgres_url).set(password="secret-word"), poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE leads (lead_id INTEGER)"))
    with pytest.raises(embedded.NotOurDemoError) as refused:
        embedded.write(engine, [], ZONE, MARK)
    assert "secret-word" not in str(refused.value)


def test_other_tables_beside_the_demo_are_kept(database_url):
    engine = sa.create_engine(database_url, poolclass=sa.NullPool)
    if engine.dialect.name == "sqlite":
        pytest.skip("a SQLite demo has a file to itself")
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE invoices (n INTEGER)"))
    written(database_url, ("leads", [lead()]))
    assert sa.inspect(engine).has_table("invoices")


def test_a_swap_of_files_leaves_nothing_behind(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'demo.db'}"
    written(url, ("leads", [lead()]))
    (tmp_path / "demo.db-wal").write_bytes(b"the log of an older file")
    written(url, ("leads", [lead("new")]))
    assert [path.name for path in tmp_path.iterdir()] == ["demo.db"]


def test_a_reader_of_the_old_file_keeps_it_through_the_swap(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'demo.db'}"
    engine = written(url, ("leads", [lead("old")]))
    with engine.connect() as reader:
        count = sa.text("SELECT lead_id FROM leads")
        assert reader.execute(count).scalars().all() == ["old"]
        written(url, ("leads", [lead("new")]))
        assert reader.execute(count).scalars().all() == ["old"]
    assert [each["lead_id"] for each in read(engine, "leads")] == ["new"]


def test_finish_works_on_the_new_file_before_the_swap(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'demo.db'}"
    engine = written(url, ("leads", [lead("old")]))
    seen = []

    def finish(new: sa.Engine) -> None:
        seen.extend(each["lead_id"] for each in [*read(new, "leads"), *read(engine, "leads")])
        with new.begin() as connection:
            connection.execute(sa.text("CREATE TABLE prepared (n INTEGER)"))

    embedded.write(engine, [("leads", [lead("new")])], ZONE, MARK, finish)
    assert seen == ["new", "old"]
    assert sa.inspect(engine).has_table("prepared")


def test_a_database_in_memory_is_filled_where_it_is():
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    embedded.write(engine, [("leads", [lead("L1")])], ZONE, MARK)
    assert [each["lead_id"] for each in read(engine, "leads")] == ["L1"]
