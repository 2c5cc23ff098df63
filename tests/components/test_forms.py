"""Forms as somebody fills them in: checked, written once, kept when it fails, chosen when two differ."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from components import live
from tests.components.writing import signed_in, writable
from tests.pages.builders import small_company

PEOPLE = "CREATE TABLE people (person_id TEXT, name TEXT, department TEXT, email TEXT)"


PAGE = Path(__file__).with_name("form_page.py")


@pytest.fixture
def company(tmp_path, monkeypatch):
    url = small_company(tmp_path / "crm.db")
    with closing(sqlite3.connect(tmp_path / "crm.db")) as connection, connection:
        connection.execute(PEOPLE)
        connection.execute("INSERT INTO people VALUES ('ana', 'Ana', 'sales', 'ana@example.com')")
    writable(monkeypatch, tmp_path, url)
    live.close()
    st.cache_resource.clear()
    yield tmp_path / "crm.db"
    live.close()


def opened():
    app = AppTest.from_file(str(PAGE), default_timeout=60).run()
    assert not app.exception
    return app


def rows(file, table):
    with closing(sqlite3.connect(file)) as connection:
        connection.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in connection.execute(f'SELECT * FROM "{table}"')]  # noqa: S608 - the test's own name
        except sqlite3.OperationalError:
            return []


def texts(app):
    """All that stands on the page, as one text."""
    return " ".join(_texts(app.main))


def _texts(block):
    for child in block.children.values():
        if getattr(child, "children", None):
            yield from _texts(child)
        else:
            yield str(getattr(child, "value", "") or getattr(getattr(child, "proto", None), "body", ""))


def send(app, label="Send"):
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def fill(app, **values):
    for one in [*app.text_area, *app.text_input, *app.selectbox]:
        name = one.key.rsplit("_", 1)[0].partition("_")[2] if one.key else ""
        if name in values:
            one.set_value(values[name])


def test_what_is_typed_is_written_in_the_name_of_who_is_signed_in(company, monkeypatch):
    signed_in(monkeypatch)
    app = opened()
    fill(app, kind="insight", text="Fewer, better leads", from_person="mallory")
    send(app)
    [row] = rows(company, "feedback")
    assert (row["kind"], row["text"], row["status"]) == ("insight", "Fewer, better leads", "open")
    assert (row["from_person"], row["from_department"]) == ("ana", "sales")
    [noted] = rows(company, "changes")
    assert (noted["by"], noted["action"], noted["key"]) == ("ana@example.com", "feedback", row["feedback_id"])
    assert "Thank you." in texts(app)


def test_what_cannot_be_read_is_told_at_its_field_and_stays_as_it_was_typed(company, monkeypatch):
    signed_in(monkeypatch)
    app = opened()
    fill(app, kind="insight", text="y" * 10_240)
    send(app)
    assert "Shorten it by 6\u202f240." in texts(app)
    assert app.text_area(key="tell_text_0").value == "y" * 10_240
    assert rows(company, "feedback") == rows(company, "changes") == []
    fill(app, text="<img src=x onerror=alert(1)> **shorter**")
    send(app)
    assert [row["text"] for row in rows(company, "feedback")] == ["<img src=x onerror=alert(1)> **shorter**"]
    assert app.text_area(key="tell_text_1").value == ""


def test_a_write_that_fails_keeps_what_was_typed_and_is_there_once_when_sent_again(company, monkeypatch):
    signed_in(monkeypatch)
    app = opened()
    fill(app, kind="win", text="Keep me")
    with closing(sqlite3.connect(company, isolation_level=None)) as other:
        monkeypatch.setattr("data_sources.engines.LOCK_SECONDS", 0.2)
        other.execute("BEGIN IMMEDIATE")
        send(app)
        other.execute("ROLLBACK")
    assert "is being written to by somebody else" in texts(app)
    assert app.text_area(key="tell_text_0").value == "Keep me"
    send(app)
    assert [row["text"] for row in rows(company, "feedback")] == ["Keep me"]


def test_a_form_sent_twice_is_written_once(company, monkeypatch):
    signed_in(monkeypatch)
    app = opened()
    state = app.session_state["form_tell_feedback_"]
    again = state.change_id
    fill(app, kind="thanks", text="Once")
    send(app)
    state.change_id, state.turn = again, 0  # as a browser sends it that never saw the answer
    app.run()
    fill(app, kind="thanks", text="Once")
    send(app)
    assert "It had been saved before; it is there once." in texts(app)
    assert len(rows(company, "feedback")) == len(rows(company, "changes")) == 1


@pytest.mark.parametrize(
    ("choice", "status", "due"),
    [("Save mine", "done", "2026-12-01"), ("Keep theirs", "planned", "2026-12-01")],
)
def test_two_people_who_change_one_row_see_both_versions_and_choose(
    company, monkeypatch, choice, status, due
):
    signed_in(monkeypatch)
    app = opened()
    fill(app, kind="problem", text="Slow answers")
    send(app)
    app = opened()
    fill(app, status="done")
    with closing(sqlite3.connect(company)) as connection, connection:
        connection.execute("UPDATE feedback SET status = 'planned', due = '2026-12-01'")
    send(app, "Answer")
    assert "Somebody changed this" in texts(app)
    assert "planned" in texts(app)
    send(app, choice)
    [row] = rows(company, "feedback")
    assert (row["status"], row["due"]) == (status, due)


@pytest.mark.parametrize("role", ["viewer", None])
def test_whoever_may_not_enter_anything_sees_no_form(company, monkeypatch, role):
    if role:
        signed_in(monkeypatch, role)
    app = opened()
    assert not app.text_area
    assert ("Ask whoever runs Tandem" in texts(app)) == bool(role)


def test_a_form_that_outlives_its_role_writes_nothing(company, monkeypatch):
    signed_in(monkeypatch)
    app = opened()
    fill(app, kind="win", text="Forged")
    signed_in(monkeypatch, "viewer")
    send(app)
    assert rows(company, "feedback") == []
