"""The store made ready at load answers as its tables do, before and after somebody writes to them."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from data_sources.database import Database
from data_sources.demo import Demo, write_demo
from data_sources.sources import make_ready
from scorecard import periods, small
from scorecard.clock import AsOf
from scorecard.passes import PREPARED
from scorecard.report import report
from scorecard.rows import Row
from tests.oracle import brute_force
from tests.oracle.compare import differences
from tests.oracle.hand_made import hand_made
from tests.oracle.load import load

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
BY = ("closed_by",)
COHORT = (
    "leads",
    "handoffs",
    "acceptance_rate",
    "sla_met",
    "business_hours_to_touch_p90",
    "win_rate",
    "revenue",
)
WRITES = {
    "update": "UPDATE leads SET handed_off_at = NULL, source = 'Elsewhere' WHERE lead_id LIKE '%7'",
    "insert": "INSERT INTO leads (lead_id, pass_no, created_at, source, handed_off_at) "
    "VALUES ('NEW', 1, '2026-11-02 09:00:00', 'Webinar', '2026-11-02 10:00:00')",
    "delete": "DELETE FROM leads WHERE lead_id LIKE '%3'",
    "touches": "INSERT INTO touches (touch_id, lead_id, at, department) SELECT 'X' || lead_id, lead_id, "
    "handed_off_at, 'sales' FROM leads WHERE first_touch_at IS NULL AND handed_off_at IS NOT NULL",
    "hours": "UPDATE settings SET value = '12:00' WHERE key = 'work_start'",
}


@pytest.fixture(scope="module")
def stores(tmp_path_factory) -> tuple[Path, Path]:
    """The same demo company twice: as it is, and made ready."""
    folder = tmp_path_factory.mktemp("prepared")
    plain, ready = folder / "plain.db", folder / "ready.db"
    engine = sa.create_engine(f"sqlite:///{plain}", poolclass=sa.NullPool)
    write_demo(engine, Demo(leads=200, seed=5, today=TODAY))
    shutil.copy(plain, ready)
    make_ready(sa.create_engine(f"sqlite:///{ready}", poolclass=sa.NullPool))
    return plain, ready


def answers(path: Path, period: str, as_of: str, *, prepared: bool, metrics=None) -> list[Row]:
    database = Database(f"sqlite:///{path}", clock=lambda: NOW)
    dataset = database.open()
    assert dataset.prepared is prepared
    moment = AsOf.parse(as_of, small.settings(dataset).zone)
    found = report(dataset, periods.parse(period), moment, by=() if metrics else BY, metrics=metrics)
    database.close()
    return found


def equal(ours: list[Row], theirs: list[Row]) -> bool:
    return differences([r.as_dict() for r in ours], [r.as_dict() for r in theirs], ignore=()) == []


@pytest.mark.parametrize(("period", "as_of"), [("2026-Q4", "2026-11-20"), ("2025-H2", "2026-01-10 11:00:00")])
def test_a_prepared_store_reports_what_the_plain_one_does(stores, period, as_of):
    period = period.replace("2025-H2", "2025-07-01..2025-12-31")
    plain, ready = stores
    assert equal(answers(ready, period, as_of, prepared=True), answers(plain, period, as_of, prepared=False))


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_what_is_written_to_a_prepared_store_counts(stores, tmp_path, write):
    found = []
    for path in stores:
        copied = tmp_path / path.name
        shutil.copy(path, copied)
        with sa.create_engine(f"sqlite:///{copied}", poolclass=sa.NullPool).begin() as connection:
            connection.execute(sa.text(write))
        found.append(answers(copied, "2026", "2026-11-20", prepared=False, metrics=COHORT))
    plain, ready = found
    assert equal(ready, plain)
    assert not equal(ready, answers(stores[1], "2026", "2026-11-20", prepared=True, metrics=COHORT))


def test_a_store_prepared_by_another_version_is_not_trusted(stores, tmp_path):
    copied = tmp_path / "older.db"
    shutil.copy(stores[1], copied)
    with sa.create_engine(f"sqlite:///{copied}", poolclass=sa.NullPool).begin() as connection:
        connection.execute(sa.text(f"ALTER TABLE {PREPARED} RENAME COLUMN amount_at TO amount_seen"))
    assert answers(copied, "2026-10", "2026-11-20", prepared=False, metrics=COHORT)


def test_the_prepared_company_made_by_hand_is_as_worked_out_by_hand(tmp_path):
    path = tmp_path / "hand.db"
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool)
    load(hand_made(), engine)
    make_ready(engine)
    rows = [r.as_dict() for r in answers(path, "2026-Q4", "2026-11-30", prepared=True)]
    worked_out = brute_force.report(hand_made(), "2026-Q4", "2026-11-30", BY)
    assert differences(rows, worked_out) == []
