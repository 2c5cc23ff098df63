"""Forms, as somebody fills them in: what is checked, written once, kept when it fails, chosen when two differ."""

import sqlite3
from contextlib import closing

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from components import live
from tests.components.writing import signed_in, writable
from tests.pages.builders import small_company

PEOPLE = "CREATE TABLE people (person_id TEXT, name TEXT, department TEXT, email TEXT)"


def page() -> None:
    from components import forms
    from components.forms import Field
    from components.page import open_page
    from components.sections import section
    from scorecard import small
    from scorecard.roles import Act

    view = open_page("tell", "What do you want to say?", filters=False, period=False, compare=False)

    def tell(_, now):
        forms.form(
            now, "tell", act=Act.FEEDBACK, table="feedback",
            fields=(
                Field("kind", "What is it?", required=True),
                (Field("to_person", "To"), Field("due", "By when")),
                Field("text", "What do you want to say?", required=True),
                Field("rating", "How good are these leads?"),
            ),
            fixed={"status": "open"}, submit="Send", thanks="Thank you.",
        )  # fmt: skip

    def answer(row, now):
        if row is not None:
            forms.form(
                now, "answer", act=Act.FEEDBACK, table="feedback", row=row,
                fields=(Field("status", "How far is it?"), Field("response", "Answer")), submit="Answer",
                thanks="Answered.",
            )  # fmt: skip

    section(view, "tell", lambda now: small.rows(now.dataset, "feedback"), tell)
    section(view, "answer", lambda now: next(iter(small.rows(now.dataset, "feedback")), None), answer)


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
    app = AppTest.from_function(page, default_timeout=60).run()
    assert not app.exception
    return app


def rows(file, table):
    with closing(sqlite3.connect(file)) as connection:
        connection.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in connection.execute(f'SELECT * FROM "{table}"')]
        except sqlite3.OperationalError:
            return []


def texts(app):
    return " ".join(str(one.value) for one in [*app.main]) if False else " ".join(_texts(app.main))


def _texts(block):
    for child in block.children.values():
        if hasattr(child, "children") and child.children:
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
