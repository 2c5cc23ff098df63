"""Asking for something on the calendar, and moving what stands there, as somebody who is signed in does."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from components import live
from tests.browser import ROOT
from tests.components.writing import signed_in, writable
from tests.scorecard.builders import lead, write

TODAY = datetime.now(UTC).date()  # what is entered counts up to today, whichever day that is
SOON, LATER = TODAY + timedelta(days=10), TODAY + timedelta(days=12)
NASTY = "![x](http://example.invalid/a.png) <img src=x onerror=alert(1)> =1+1"
ENTRY = {"entry_id": "E1", "title": "Blog post", "kind": "content", "start": str(SOON), "end": str(LATER),
         "channel": None, "department": "marketing", "owner": None, "attendees": None, "campaign_id": None,
         "goal_id": None, "feedback_id": "F2", "status": "planned", "requested_by": None}  # fmt: skip


def idea(name, **columns):
    said = {"feedback_id": name, "at": "2026-01-05T09:00:00Z", "kind": "content_idea", "text": name,
            "status": "open", "from_department": "sales", "from_person": "ana"}  # fmt: skip
    return said | columns


@pytest.fixture
def company(tmp_path, monkeypatch):
    people = [{"person_id": "ana", "name": "Ana", "department": "sales", "email": "ana@example.com"}]
    said = [idea("F1", text=NASTY), idea("F2", text="On it"), idea("F3", status="declined"),
            idea("F4", kind="win")]  # fmt: skip
    url = write(tmp_path / "crm.db", leads=[lead("a")], calendar=[ENTRY], feedback=said, people=people)
    writable(monkeypatch, tmp_path, url)
    live.close()
    st.cache_resource.clear()
    yield tmp_path / "crm.db"
    live.close()


def opened(**parameters):
    app = AppTest.from_file(str(ROOT / "pages/campaigns/coming_up.py"), default_timeout=90)
    for name, value in parameters.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def by(found, label, number=0):
    return [one for one in found if one.label.startswith(label)][number]


def said(app):
    return " ".join([*(one.value for one in app.error), *(one.proto.body for one in app.get("html"))])


def rows(file, asked):
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(asked).fetchall()


def test_what_sales_asks_for_becomes_an_entry_in_its_name_linked_to_the_idea(company, monkeypatch):
    signed_in(monkeypatch, "sales", "ana")
    app = opened()
    offered = by(app.selectbox, "The idea it came from").proto.options
    assert len(offered) == 2  # none, and F1: F2 is on the calendar, F3 declined, F4 no idea
    by(app.text_input, "What is it").set_value(NASTY)
    by(app.selectbox, "Of what kind").set_value("content")
    by(app.selectbox, "The idea it came from").set_value("F1")
    by(app.date_input, "First day").set_value(LATER)
    by(app.date_input, "Last day").set_value(SOON)
    by(app.button, "Put it on").click().run()
    assert "The last day lies before the first one" in said(app)
    assert rows(company, "SELECT count(*) FROM calendar") == [(1,)]
    assert by(app.text_input, "What is it").value == NASTY  # nothing typed is lost
    by(app.date_input, "Last day").set_value(LATER)
    by(app.button, "Put it on").click().run()
    assert not app.exception
    assert "It is on the calendar" in said(app)
    asked = 'SELECT title, kind, start, "end", status, department, feedback_id, requested_by FROM calendar '
    found = rows(company, f"{asked}WHERE entry_id <> 'E1'")
    assert found == [(NASTY, "content", str(LATER), str(LATER), "idea", "sales", "F1", "ana")]
    assert rows(company, 'SELECT action, "by" FROM changes') == [("calendar request", "ana@example.com")]
    assert "<img" not in said(app)


def test_an_entry_is_moved_and_dropped_by_who_looks_at_it_and_not_to_end_before_it_starts(
    company, monkeypatch
):
    signed_in(monkeypatch, "marketing", None)
    app = opened(entry="E1")
    by(app.date_input, "First day").set_value(LATER + timedelta(days=1))
    by(app.button, "Change the entry").click().run()
    assert "The last day lies before the first one" in said(app)
    by(app.date_input, "Last day").set_value(LATER + timedelta(days=2))
    by(app.selectbox, "How far is it").set_value("dropped")
    by(app.button, "Change the entry").click().run()
    assert "Changed" in said(app)
    found = rows(company, 'SELECT start, "end", status, title, feedback_id FROM calendar')
    moved = (str(LATER + timedelta(days=1)), str(LATER + timedelta(days=2)))
    assert found == [(*moved, "dropped", "Blog post", "F2")]


def test_a_viewer_and_whoever_looks_back_are_offered_no_form(company, monkeypatch):
    signed_in(monkeypatch, "viewer", None)
    assert not opened(entry="E1").text_input
    signed_in(monkeypatch, "sales", "ana")
    assert not opened(entry="E1", as_of="2026-01-31").text_input
