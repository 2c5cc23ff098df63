"""An action is ticked as done in a meeting: by whoever may, once, and whatever a browser sends."""

import sqlite3
from contextlib import closing

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from components import live
from tests.components.writing import signed_in, writable
from tests.scorecard.builders import lead, write

REVIEW = {
    "review_id": "R1", "line_no": 1, "period": "2026-Q1", "held_at": "2026-02-10 10:00",
    "action": "Call the broker", "action_owner": "ben", "action_done_at": None,
}  # fmt: skip


@pytest.fixture
def company(tmp_path, monkeypatch):
    writable(monkeypatch, tmp_path, write(tmp_path / "crm.db", leads=[lead("a")], reviews=[REVIEW]))
    live.close()
    st.cache_resource.clear()
    yield tmp_path / "crm.db"
    live.close()


def ticking():
    """What is said to each tick that a browser sends, the last twice."""
    import streamlit as st  # noqa: PLC0415 - AppTest runs this by itself

    from components import meeting  # noqa: PLC0415
    from components.page import open_page  # noqa: PLC0415

    view = open_page("tell", "Who did what?", filters=False, period=False, compare=False)
    for sent in (None, {"key": 1}, "R1 2", "R1 1", "R1 1"):
        st.text(f"|{meeting.done(view, sent)}")


def taking_back():
    """What is said to an action that isn't done after all."""
    import streamlit as st  # noqa: PLC0415 - AppTest runs this by itself

    from components import meeting  # noqa: PLC0415
    from components.page import open_page  # noqa: PLC0415

    view = open_page("tell", "Who did what?", filters=False, period=False, compare=False)
    st.text(f"|{meeting.done(view, 'R1 1', undo=True)}")


def told(script=ticking):
    """What became of each, in order."""
    page = AppTest.from_function(script, default_timeout=30).run()
    assert not page.exception
    return [text.value[1:] for text in page.text if text.value.startswith("|")]


def done_at(file):
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT action_done_at FROM reviews").fetchone()[0]


def test_an_action_that_stands_there_is_dated_and_no_other(company, monkeypatch):
    signed_in(monkeypatch)
    *strange, first, again = told()
    assert strange == ["This action isn't there any more."] * 3
    assert first == ""
    assert again.startswith("Somebody changed this action a moment ago.")  # the page hadn't read it yet
    assert done_at(company) is not None


def test_what_was_ticked_can_be_taken_back(company, monkeypatch):
    signed_in(monkeypatch)
    assert told(taking_back)[0].startswith("This screen hasn't read yet that it is done.")
    told()
    live.close()  # so that the page reads it
    assert told(taking_back) == [""]
    assert done_at(company) is None


def form():
    """The form of the Reviews page for that action."""
    from components import review_forms  # noqa: PLC0415 - AppTest runs this by itself
    from components.page import open_page  # noqa: PLC0415

    view = open_page("tell", "Who did what?", filters=False, period=False, compare=False)
    review_forms.done(review_forms.row_of(view, "R1 1"), view)


def test_the_reviews_page_says_it_done_and_open_again(company, monkeypatch):
    signed_in(monkeypatch)
    for label, is_done in (("It is done", True), ("It isn't done after all", False)):
        page = AppTest.from_function(form, default_timeout=30).run()
        [button] = [one for one in page.button if one.label.startswith("It is")]
        assert button.label == label
        assert not button.click().run().exception
        assert (done_at(company) is not None) is is_done
        live.close()


def test_who_may_only_look_is_told_so_and_nothing_is_written(company, monkeypatch):
    signed_in(monkeypatch, role="viewer")
    assert "People of marketing, of sales and admins" in told()[3]
    assert done_at(company) is None
