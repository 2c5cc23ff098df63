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
