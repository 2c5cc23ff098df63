"""One source for all sessions: looked at when due, its last good state kept, results remembered."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from components import live
from components.live import EVERY, Live, NoDataError, Watch
from data_sources.errors import SourceError
from scorecard.dataset import Stamp
from tests.components.builders import NOON, dataset


class Fake:
    """A source whose state the test sets."""

    def __init__(self):
        self.version, self.broken, self.opened, self.probed = "1", None, 0, 0

    def probe(self):
        self.probed += 1
        if self.broken:
            raise SourceError(self.broken)
        return self.version

    def open(self):
        self.opened += 1
        if self.broken:
            raise SourceError(self.broken)
        return dataset(self.version)


@pytest.fixture
def source():
    return Fake()


@pytest.fixture
def watch(source):
    return Watch(source)


def test_a_source_is_opened_once_for_each_state(source, watch):
    first = watch.now(NOON)
    assert watch.now(NOON + EVERY).dataset is first.dataset
    source.version = "2"
    assert watch.now(NOON + 2 * EVERY).dataset.stamp.version == "2"
    assert source.opened == 2


def test_it_is_not_asked_again_while_the_answer_is_fresh(source, watch):
    watch.now(NOON)
    watch.now(NOON + EVERY - timedelta(microseconds=1))
    assert source.probed == 1


def test_reading_again_opens_it_but_keeps_what_was_worked_out_on_the_same_state(source, watch):
    first = watch.now(NOON)
    again = watch.now(NOON, again=True)
    assert source.opened == 2
    assert again.dataset is first.dataset


def test_the_time_of_the_last_look_moves_on_without_a_change(source, watch):
    watch.now(NOON)
    assert watch.now(NOON + EVERY).checked == NOON + EVERY


def test_a_failed_look_keeps_the_last_good_state_its_time_and_says_why(source, watch):
    good = watch.now(NOON)
    source.broken = "The database is gone. Start it."
    bad = watch.now(NOON + EVERY)
    assert bad == Live(good.dataset, NOON, "The database is gone. Start it.")
    source.broken = None
    assert watch.now(NOON + 2 * EVERY).trouble is None


def test_without_any_good_state_the_reason_is_told_and_the_next_visitor_tries_again(source, watch):
    source.broken = "The database is gone. Start it."
    with pytest.raises(NoDataError, match="Start it"):
        watch.now(NOON)
    source.broken = None
    assert watch.now(NOON).dataset.stamp.version == "1"


def test_a_function_works_once_for_a_state_and_arguments():
    asked = []

    def work(data, number, *, name="x"):
        asked.append((data.stamp.version, number, name))
        return number * 2

    one, two = dataset("one"), dataset("two")
    for data, number, name in [(one, 1, "x"), (one, 1, "x"), (one, 2, "x"), (one, 1, "y"), (two, 1, "x")]:
        assert live.cached(work, data, number, name=name) == number * 2
    assert asked == [("one", 1, "x"), ("one", 2, "x"), ("one", 1, "y"), ("two", 1, "x")]


def test_an_error_is_not_remembered():
    attempts = []

    def work(data):
        attempts.append(data)
        if len(attempts) == 1:
            raise ValueError("once")
        return "fine"

    with pytest.raises(ValueError, match="once"):
        live.cached(work, dataset("e"))
    assert live.cached(work, dataset("e")) == "fine"


def test_a_links_as_of_is_taken_at_its_word():
    assert live.as_of(Live(dataset(), NOON), "2026-01-31").text == "2026-01-31"


def test_without_one_it_moves_in_steps_and_never_lies_before_the_reading():
    late = datetime(2999, 1, 1, tzinfo=UTC)
    assert live.as_of(Live(dataset(), NOON), None).instant % live.STEP.seconds == 0
    future = Live(replace(dataset(), stamp=Stamp("1", late)), late)
    assert live.as_of(future, None).instant == int(late.timestamp())
