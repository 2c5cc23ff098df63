"""The one door for writes, asked for what no form of ours asks: it signs for who is there, or refuses."""

import sqlite3
from contextlib import closing

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from components import live
from tests.components.writing import signed_in, writable
from tests.scorecard.builders import lead, write

PEOPLE = [
    {"person_id": "ana", "name": "Ana", "department": "sales", "email": "ana@example.com"},
    {"person_id": "mia", "name": "Mia", "department": "marketing", "email": "mia@example.com"},
]
GOAL = {"goal_id": "G1", "name": "Wins", "kind": "total", "target": 9, "owner": "mia", "start": "2026-10-01",
        "due": "2026-12-31"}  # fmt: skip


@pytest.fixture
def company(tmp_path, monkeypatch):
    campaigns = [{"campaign_id": "C1", "name": "Trail kit", "start": "2099-01-01"}]
    url = write(tmp_path / "crm.db", leads=[lead("a")], people=PEOPLE, goals=[GOAL], campaigns=campaigns)
    writable(monkeypatch, tmp_path, url)
    live.close()
    st.cache_resource.clear()
    yield tmp_path / "crm.db"
    live.close()


def forging():
    """A page that sends what it likes; what became of each stands on it."""
    from datetime import date  # noqa: PLC0415 - AppTest runs this by itself

    import streamlit as st  # noqa: PLC0415

    from components import writes  # noqa: PLC0415
    from components.page import open_page  # noqa: PLC0415
    from scorecard import edits, small  # noqa: PLC0415
    from scorecard.roles import Act  # noqa: PLC0415

    view = open_page("tell", "What do you want to say?", filters=False, period=False, compare=False)
    change = (edits.change_id(date(2026, 11, 25)) for _ in range(9))
    mia = {"campaign_id": "C1", "department": "marketing", "person_id": "mia", "at": 1, "terms": "All"}
    said = {"at": 1, "from_person": "mia", "from_department": "marketing", "kind": "win", "text": "Forged"}
    [goal] = small.rows(view.dataset, "goals")
    key = edits.new(next(change), "sign-off", "signoffs", mia)
    moved = edits.moved_target(next(change), "goals", goal, 1.0, "Easier")
    sent = {
        "another team's key": writes.send(view, [key], Act.SIGN_OFF, "marketing"),
        "a key with another name on it": writes.send(view, [key], Act.SIGN_OFF, "sales"),
        "another's target": writes.send(view, moved, Act.TARGET, owner="mia"),
        "a target as feedback": writes.send(view, moved, Act.FEEDBACK),
        "words in another's mouth": writes.send(
            view, [edits.new(next(change), "feedback", "feedback", said)], Act.FEEDBACK
        ),
    }
    for name, outcome in sent.items():
        st.text(f"{name}: {outcome.message or 'done'}")


def rows(file, asked):
    with closing(sqlite3.connect(file)) as connection:
        try:
            return connection.execute(asked).fetchall()
        except sqlite3.OperationalError:  # the table was never made
            return []


def forged(monkeypatch, role, person):
    signed_in(monkeypatch, role, person)
    app = AppTest.from_function(forging, default_timeout=60).run()
    assert not app.exception
    return dict(one.value.split(": ", 1) for one in app.text)


def test_nobody_signs_for_another_team_or_in_anothers_name_or_moves_anothers_target(company, monkeypatch):
    told = forged(monkeypatch, "sales", "ana")
    assert told["another team's key"].startswith("Only marketing can sign here.")
    assert told["another's target"].startswith("The one who answers for it, or an admin")
    assert told["a target as feedback"] == "This form may not write that."
    assert told["a key with another name on it"] == told["words in another's mouth"] == "done"
    [(team, person, at)] = rows(company, "SELECT department, person_id, at FROM signoffs")
    assert (team, person) == ("sales", "ana")
    assert not str(at).startswith("1970")
    assert rows(company, "SELECT from_person, from_department FROM feedback") == [("ana", "sales")]
    assert rows(company, "SELECT target FROM goals") == [(9,)]
    assert {by for (by,) in rows(company, 'SELECT "by" FROM changes')} == {"ana@example.com"}


@pytest.mark.parametrize("role", ["viewer", "admin"])
def test_a_viewer_writes_nothing_and_an_admin_turns_no_key(company, monkeypatch, role):
    told = forged(monkeypatch, role, None)
    assert told["another team's key"].startswith("Only marketing can sign here.")
    assert told["a key with another name on it"].startswith("Only sales can sign here.")
    assert rows(company, "SELECT * FROM signoffs") == []
    if role == "viewer":
        assert "done" not in told.values()
        assert rows(company, "SELECT * FROM changes") == rows(company, "SELECT * FROM feedback") == []
