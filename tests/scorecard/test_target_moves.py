"""Targets that change in the source are noted once, and what was entered is told."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

from data_sources.config import Config
from data_sources.database import Database
from data_sources.target_watch import TargetWatch
from scorecard import small
from scorecard.clock import AsOf
from scorecard.entered import entered
from tests.scorecard.builders import Company, write

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
GOALS = [
    {"goal_id": g, "target": 10 * n, "start": "2026-10-01", "due": "2026-12-31"}
    for n, g in ((1, "G1"), (2, "G2"))
]
QUOTA = {
    "period_start": "2026-10-01",
    "period_end": "2026-12-31",
    "department": "sales",
    "metric": "wins",
    "target": 5,
}


class Watched:
    def __init__(self, folder, *, writing):
        self.file, self.store = folder / "crm.db", folder / "store"
        self.config = Config(source=write(self.file, goals=GOALS, quotas=[QUOTA]), writing=writing)

    def look(self, watch=None):
        watch = watch or self.watch()
        database = Database(self.config)
        try:
            watch.look(database.open())
        finally:
            database.close()
        return watch

    def watch(self, store=None):
        return TargetWatch(self.config, store or self.store, lambda: NOW)

    def run(self, sql):
        with closing(sqlite3.connect(self.file)) as connection, connection:
            connection.execute(sql)

    def noted(self):
        database = Database(self.config)
        try:
            rows = small.rows(database.open(), "target_changes")
            return [(row["table"], row["key"], row["old"], row["new"], row["by"], row["why"]) for row in rows]
        finally:
            database.close()


def test_a_target_that_changes_in_the_source_is_noted_once_by_whoever_sees_it(tmp_path):
    company = Watched(tmp_path, writing=True)
    company.look()
    other = company.look(company.watch(tmp_path / "another store"))
    company.run("UPDATE goals SET target = 12 WHERE goal_id = 'G1'")
    company.run("UPDATE quotas SET target = 6")
    company.look()  # after a restart: another object, which knows the last targets from its file
    company.look(other)
    why = "seen to change in the source"
    noted = [
        ("goals", "G1", 10.0, 12.0, None, why),
        ("quotas", "2026-10-01,2026-12-31,sales,,wins", 5.0, 6.0, None, why),
    ]
    assert company.noted() == noted
    company.run("UPDATE goals SET target = 10 WHERE goal_id = 'G1'")
    company.look()
    company.run("UPDATE goals SET target = 12 WHERE goal_id = 'G1'")
    company.look()
    assert company.noted()[2:] == [
        ("goals", "G1", 12.0, 10.0, None, why),
        ("goals", "G1", 10.0, 12.0, None, why),
    ]


def test_what_somebody_has_noted_himself_is_not_noted_again(tmp_path):
    company = Watched(tmp_path, writing=True)
    company.run(
        'CREATE TABLE target_changes (at TEXT, "table" TEXT, key TEXT, old REAL, new REAL, by TEXT, why TEXT)'
    )
    company.look()
    company.run("UPDATE goals SET target = 12 WHERE goal_id = 'G1'")
    company.run(
        "INSERT INTO target_changes VALUES ('2026-11-25 09:00', 'goals', 'G1', 10, 12, 'ana', 'agreed')"
    )
    company.look()
    assert company.noted() == [("goals", "G1", 10.0, 12.0, "ana", "agreed")]


def test_where_nothing_is_written_the_moves_are_remembered_to_be_told(tmp_path):
    company = Watched(tmp_path, writing=False)
    company.look()
    company.run("UPDATE goals SET target = 12 WHERE goal_id = 'G1'")
    company.run("DELETE FROM goals WHERE goal_id = 'G2'")
    company.look()
    watch = company.look()
    assert [(move.key, move.old, move.new, move.at) for move in watch.moves] == [
        ("G1", 10.0, 12.0, int(NOW.timestamp()))
    ]
    assert company.noted() == []


def test_what_was_entered_is_told_the_latest_first_and_never_ahead_of_its_time(tmp_path):
    def line(number, at, before, after, by="ana@example.com"):
        return {"change_id": f"c{number}", "line_no": 1, "at": at, "by": by, "action": "target",
                "table": "goals",
                "key": "G1", "before": before, "after": after}  # fmt: skip

    company = Company(
        tmp_path / "crm.db",
        leads=[{"lead_id": "L1", "created_at": "2026-10-01"}],
        people=[{"person_id": "ana", "name": "Ana <b>", "email": "Ana@example.com"}],
        changes=[
            line(1, "2026-11-01 09:00", json.dumps({"target": 1}), json.dumps({"target": 2})),
            line(
                2,
                "2026-11-02 09:00",
                None,
                json.dumps({"text": "x" * 500, "rating": None}),
                "ben@example.com",
            ),
            line(3, "2026-11-03 09:00", "[1]", "not JSON <script>", None),
            line(4, "2026-12-03 09:00", None, "{}"),
        ],
    )
    found = entered(company.dataset, AsOf.parse("2026-11-20", small.settings(company.dataset).zone))
    assert found.count == 3
    assert [entry.who for entry in found.entries] == ["Tandem, in the source", "ben@example.com", "Ana <b>"]
    assert found.entries[0].changed == "not JSON <script>"
    assert found.entries[1].changed == f"text: {'x' * 159}…; rating: –"
    assert found.entries[2].changed == "target: 1 → 2"
    assert (found.entries[2].what, found.entries[2].where) == ("target", "goals G1")
