"""Checking in on a goal, and moving its target, as somebody who is signed in does it on the Goals page."""

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from components import live
from tests.browser import ROOT
from tests.components.writing import signed_in, writable
from tests.scorecard.builders import lead, write

TODAY = datetime.now(UTC).date()  # what is entered counts up to today, whichever day that is
SPAN = {"start": str(TODAY - timedelta(days=40)), "due": str(TODAY + timedelta(days=40))}
GOALS = [
    {"goal_id": "fair", "name": "Leads at the fair", "kind": "total", "target": 100, "owner": "ana", **SPAN},
    {"goal_id": "list", "name": "Subscribers", "kind": "level", "target": 900, "baseline": 500, **SPAN},
    {"goal_id": "won", "name": "Wins", "kind": "total", "target": 9, "metric": "wins", **SPAN},
]
PEOPLE = [{"person_id": "ana", "name": "Ana", "department": "sales", "email": "ana@example.com"}]


@pytest.fixture
def company(tmp_path, monkeypatch):
    yesterday = str(TODAY - timedelta(days=1))
    typed = [{"goal_id": "list", "date": yesterday, "value": 640, "confidence": None, "comment": None}]
    typed[0] |= {"numerator": None, "denominator": None, "entered_by": None}
    url = write(tmp_path / "crm.db", leads=[lead("a")], goals=GOALS, goal_actuals=typed, people=PEOPLE)
    writable(monkeypatch, tmp_path, url)
    live.close()
    st.cache_resource.clear()
    yield tmp_path / "crm.db"
    live.close()


def opened(goal):
    app = AppTest.from_file(str(ROOT / "pages/targets/goals.py"), default_timeout=90)
    app.query_params["goal"] = goal
    app.run()
    assert not app.exception
    return app


def by(found, label):
    return next(one for one in found if one.label.startswith(label))


def said(app):
    return " ".join([*(one.value for one in app.error), *(one.proto.body for one in app.get("html"))])


def rows(file, asked):
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(asked).fetchall()


def test_a_check_in_becomes_a_row_and_one_outside_the_goals_time_is_refused(company, monkeypatch):
    signed_in(monkeypatch, "sales", "ana")
    app = opened("fair")
    by(app.text_input, "What was added").set_value("12")
    by(app.text_area, "What should both").set_value("=1+1 went well")
    by(app.date_input, "For which day").set_value(date(2020, 1, 1))
    by(app.button, "Check in").click().run()
    assert "count for this goal" in said(app)
    by(app.date_input, "For which day").set_value(TODAY)
    by(app.button, "Check in").click().run()
    assert "It counts from now on" in said(app)
    entered = rows(company, "SELECT value, comment, entered_by FROM goal_actuals WHERE goal_id = 'fair'")
    assert entered == [(12, "=1+1 went well", "ana")]


def test_a_second_standing_of_a_day_is_refused_since_neither_would_count(company, monkeypatch):
    signed_in(monkeypatch, "marketing", None)
    app = opened("list")
    by(app.text_input, "Where it stands").set_value("650")
    by(app.date_input, "For which day").set_value(TODAY - timedelta(days=1))
    by(app.button, "Check in").click().run()
    assert "has the entry 640 already" in said(app)
    assert rows(company, "SELECT count(*) FROM goal_actuals") == [(1,)]


def test_of_a_measured_goal_only_confidence_and_comment_can_be_said(company, monkeypatch):
    signed_in(monkeypatch, "sales", "ana")
    app = opened("won")
    labels = [one.label for one in app.text_input]
    assert not any(label.startswith(("What was added", "The rate")) for label in labels)
    by(app.button, "Check in").click().run()
    assert "nothing in it yet" in said(app)


def test_a_target_is_moved_by_who_answers_for_it_and_the_move_is_kept(company, monkeypatch):
    signed_in(monkeypatch, "sales", "ana")
    app = opened("fair")
    by(app.text_input, "New target").set_value("120")
    by(app.text_area, "Why").set_value("The hall is larger")
    by(app.button, "Move the target").click().run()
    assert rows(company, "SELECT target FROM goals WHERE goal_id = 'fair'") == [(120,)]
    moved = rows(company, 'SELECT "key", old, new, "by", why FROM target_changes')
    assert moved == [("fair", 100, 120, "ana", "The hall is larger")]
    assert not any(one.label.startswith("New target") for one in opened("list").text_input)
