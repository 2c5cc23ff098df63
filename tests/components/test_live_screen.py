"""What of a page a change of the data has run again: the sections that show it, and nothing else."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from streamlit.errors import StreamlitAPIException

from components import live, screen
from components.controls import Asked
from components.live import Live, NoDataError
from components.screen import STAMP, Screen, same
from scorecard.dataset import Stamp
from tests.components.builders import NOON, dataset, row

FIGURES = {}  # by version: what the readings of these tests find


class Rerun(Exception):  # noqa: N818 - what st.rerun does
    """With the keys asked for; None: the whole page."""


@pytest.fixture
def published(monkeypatch):
    """Sets what is live; reruns are raised and told."""

    def rerun(keys=None):
        raise Rerun(keys)

    def publish(version, trouble=None, **figures):
        FIGURES[version] = figures
        now = Live(replace(dataset(version), stamp=Stamp(version, NOON)), NOON, trouble=trouble)
        monkeypatch.setattr(live, "live", lambda: now)
        return now

    monkeypatch.setattr(screen.st, "rerun", rerun)
    FIGURES.clear()
    return publish


def figure(name):
    return lambda view: FIGURES[view.dataset.stamp.version][name]


def drawn(now, *names, outline=()):
    shown = Screen.of("page", now, Asked({"as_of": ["2026-09-30"]}, filters=False))
    for name in outline:
        shown.outline(figure(name))
    for name in names:
        shown.section(name, figure(name))
    return shown


def reruns(shown):
    try:
        shown.catch_up()
    except Rerun as asked:
        return [key for key in asked.args[0] or ["everything"] if key != STAMP]
    raise AssertionError("a callback that asks for nothing has the whole page run")


def test_only_the_sections_whose_readings_differ_run_again(published):
    shown = drawn(published("1", goals=(1,), quotas=(2,), tiles=(3,)), "goals", "quotas", "tiles")
    published("2", goals=(1,), quotas=(5,), tiles=(3,))
    assert reruns(shown) == ["quotas"]


def test_a_change_that_shows_nowhere_runs_nothing_again_and_is_taken_note_of(published):
    shown = drawn(published("1", goals=(1,)), "goals")
    now = published("2", goals=(1,))
    assert reruns(shown) == []
    assert shown.now is now


def test_a_section_is_compared_with_what_it_drew_last(published):
    shown = drawn(published("1", goals=(1,)), "goals")
    published("2", goals=(2,))
    assert reruns(shown) == ["goals"]
    shown.section("goals", figure("goals"))
    published("3", goals=(1,))
    assert reruns(shown) == ["goals"]


def test_a_section_that_ran_again_shows_the_newest_data(published):
    shown = drawn(published("1", goals=(1,)), "goals")
    published("2", goals=(2,))
    reruns(shown)
    assert shown.section("goals", figure("goals")) == (2,)


def test_a_page_that_is_built_differently_runs_whole(published):
    shown = drawn(published("1", goals=(1,), panel=None), "goals", outline=["panel"])
    published("2", goals=(1,), panel="there")
    assert reruns(shown) == ["everything"]


def test_other_settings_run_the_whole_page(published):
    shown = drawn(published("1", goals=(1,)), "goals")
    now = published("2", goals=(1,))
    now.dataset.overrides["currency"] = "USD"
    assert reruns(shown) == ["everything"]


def test_while_the_source_is_in_trouble_the_figures_stay(published):
    shown = drawn(published("1", goals=(1,)), "goals")
    published("2", trouble="gone", goals=(2,))
    assert reruns(shown) == []


def test_a_question_that_is_not_answered_leaves_the_screen_as_it_is(published):
    def read(view):
        if view.dataset.stamp.version == "2":
            raise NoDataError("gone")
        return 1

    now = published("1")
    shown = drawn(now)
    shown.section("goals", read)
    published("2")
    assert reruns(shown) == []
    assert shown.now is now


def test_a_section_that_could_not_be_read_comes_back_by_itself(published):
    shown = drawn(published("1"))
    with pytest.raises(KeyError):
        shown.section("goals", figure("goals"))
    published("1", goals=(1,))
    assert reruns(shown) == ["goals"]


def test_a_section_that_is_not_there_any_more_has_the_whole_page_run(published, monkeypatch):
    def rerun(keys=None):
        if keys:
            raise StreamlitAPIException("no such fragment")
        raise Rerun(keys)

    shown = drawn(published("1", goals=(1,)), "goals")
    monkeypatch.setattr(screen.st, "rerun", rerun)
    published("2", goals=(2,))
    assert reruns(shown) == ["everything"]


def test_a_screen_left_on_overnight_rolls_over_into_the_next_quarter(published, monkeypatch):
    monkeypatch.setattr(live, "_now", lambda: datetime(2026, 9, 30, 20, 55, tzinfo=UTC))
    shown = Screen.of("page", published("1", goals=(1,)), Asked({}, filters=False))
    shown.section("goals", figure("goals"))
    assert shown.view.period.text == "2026-Q3"
    monkeypatch.setattr(live, "_now", lambda: datetime(2026, 9, 30, 21, 5, tzinfo=UTC))
    assert reruns(shown) == []
    monkeypatch.setattr(live, "_now", lambda: datetime(2026, 10, 1, 6, 0, tzinfo=UTC))
    assert reruns(shown) == ["everything"]


# --- what is the same


@dataclass(frozen=True)
class Reading:
    rows: dict
    as_of: str = "now"
    weight: float = 1.0


def test_when_and_in_which_order_they_were_worked_out_makes_no_difference():
    assert same(Reading({"a": row(as_of="10:00")}), Reading({"a": row(as_of="10:10")}, "later", 2.0))


def test_a_pace_that_moved_on_unseen_makes_no_difference_but_a_seen_one_does():
    assert same(row(expected=0.57), row(expected=0.5701))
    assert not same(row(expected=0.57), row(expected=0.571))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (row(value=1_234_567.0), row(value=1_234_568.0)),
        (row(value=None), row(value=0.0)),
        (Reading({"a": 1}), Reading({"b": 1})),
        (Reading({"a": 1, "b": 2}), Reading({"b": 2, "a": 1})),
        ((1, 2), (1, 2, 3)),
        ((1, 2), [1, 2]),
        ("1", 1),
    ],
)
def test_anything_else_that_differs_does(a, b):
    assert same(a, a)
    assert not same(a, b)


def test_what_is_no_number_is_the_same_as_itself():
    assert same((float("nan"),), (float("nan"),))
