"""One refresher for all screens: it looks when it is due and keeps the last good state."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError

from components import live
from components.live import AGAIN, RETRY, WATCHED, Live, NoDataError, Published, Refresher
from data_sources.budget import Busy
from data_sources.errors import ConfigError, SourceError
from scorecard.dataset import Stamp
from tests.components.builders import NOON, dataset

LATER = NOON + timedelta(hours=1)


class FakeSource:
    """A source whose state the test sets."""

    label = "Test"

    def __init__(self):
        self.version, self.broken, self.kept, self.changed_at = "1", None, None, None
        self.probed, self.opened, self.closed = [], 0, 0
        self.holds = None

    def last(self):
        return self.kept

    def probe(self, *, everything=False):
        self.probed.append(everything)
        if self.holds:
            self.holds()
        if self.broken:
            raise self.broken
        return self.version

    def open(self):
        self.opened += 1
        stamp = Stamp(self.version, NOON, self.changed_at)
        return replace(dataset(self.version), stamp=stamp)

    def wait(self, *, watched):
        return 2.0 if watched else 30.0

    def close(self):
        self.closed += 1


class Clock:
    """Time as the test has it."""

    def __init__(self):
        self.seconds = 0.0

    def now(self):
        return NOON + timedelta(seconds=self.seconds)

    def ticks(self):
        return self.seconds


@pytest.fixture
def source():
    return FakeSource()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def refresher(source, clock):
    return Refresher(lambda: source, clock.now, clock.ticks)


def gone(reason="The database is gone. Start it."):
    return SourceError(reason)


# --- looking


def test_a_source_is_opened_once_for_each_state(refresher, source):
    refresher.look()
    first = refresher.published.live
    refresher.look()
    assert refresher.published.live.dataset is first.dataset
    source.version = "2"
    refresher.look()
    assert refresher.published.live.dataset.stamp.version == "2"
    assert source.opened == 2


def test_a_state_opened_again_stays_the_one_on_which_so_much_was_worked_out(refresher, source):
    refresher.look()
    first = refresher.published.live.dataset
    refresher._version = "the probe said something else, the tables are the same"
    refresher.look()
    assert source.opened == 2
    assert refresher.published.live.dataset is first


def test_the_time_of_the_last_reading_moves_on_without_a_change(refresher, clock):
    refresher.look()
    clock.seconds = 7
    refresher.look()
    assert refresher.published.live.checked == NOON + timedelta(seconds=7)


def test_a_reading_on_demand_beyond_the_budget_is_put_off_and_no_trouble(refresher, source):
    refresher.look()
    source.broken = Busy(12)
    refresher.order()
    refresher.look()
    assert refresher.published.live.trouble is None
    assert refresher.refused == "Google allows the next read in 12 s."
    source.broken = None
    refresher.look()
    assert refresher.refused is None


def test_a_failed_look_keeps_the_figures_their_time_and_says_why_until_one_succeeds(refresher, source, clock):
    refresher.look()
    good = refresher.published.live
    source.broken, clock.seconds = gone(), 5
    refresher.look()
    assert refresher.published.live == replace(good, trouble="The database is gone. Start it.")
    source.broken = None
    refresher.look()
    assert refresher.published.live == Live(good.dataset, clock.now())


def test_an_unforeseen_error_is_told_without_its_words_and_the_next_look_goes_on(refresher, source, caplog):
    refresher.look()
    source.broken = KeyError("password=geheim")
    refresher.look()
    assert "KeyError" in refresher.published.live.trouble
    assert "geheim" not in refresher.published.live.trouble
    assert "could not be read" in caplog.text
    assert "geheim" not in caplog.text
    source.broken = None
    refresher.look()
    assert refresher.published.live.trouble is None


def test_the_change_is_dated_by_the_source_else_by_the_reading_that_saw_it(refresher, source, clock):
    refresher.look()
    assert refresher.published.live.changed is None
    source.version, clock.seconds = "2", 60
    refresher.look()
    assert refresher.published.live.changed == clock.now()
    source.version, source.changed_at = "3", NOON - timedelta(days=1)
    refresher.look()
    assert refresher.published.live.changed == NOON - timedelta(days=1)


def test_the_state_kept_over_a_restart_is_shown_with_its_age_while_the_first_reading_runs(
    refresher, source, clock
):
    source.kept, clock.seconds = dataset("kept"), 3600
    shown = []
    source.holds = lambda: shown.append(refresher.published)
    refresher.look()
    assert shown == [Published(Live(source.kept, NOON))]
    assert refresher.published.live.dataset.stamp.version == "1"


def test_the_state_kept_over_a_restart_stays_while_the_source_is_gone(refresher, source):
    source.kept, source.broken = dataset("kept"), gone()
    refresher.look()
    assert refresher.published.live == Live(source.kept, NOON, None, str(gone()))


@pytest.mark.parametrize("error", [ConfigError("Write source."), SourceError("No such file.")])
def test_a_source_that_cannot_be_named_is_looked_for_again(clock, source, error):
    found = [error, source]

    def connect():
        one = found.pop(0)
        if isinstance(one, Exception):
            raise one
        return one

    refresher = Refresher(connect, clock.now, clock.ticks)
    refresher.touch()
    refresher.look()
    assert refresher.published == Published(failure=str(error))
    assert refresher.pause() == RETRY
    refresher.look()
    assert refresher.published.live.dataset.stamp.version == "1"


# --- when


def test_it_looks_more_often_while_somebody_watches(refresher, clock):
    refresher.look()
    assert refresher.pause() == 30.0
    refresher.touch()
    assert refresher.pause() == 2.0
    clock.seconds = WATCHED
    assert refresher.pause() == 30.0 - WATCHED


def test_readings_on_order_are_whole_and_one_serves_all_who_ask_meanwhile(refresher, source):
    refresher.look()
    looks = {refresher.order() for _ in range(50)}
    assert looks == {2}
    refresher.look()
    assert refresher.done == 2
    refresher.look()
    assert source.probed == [False, True, False]


def test_an_order_during_a_look_waits_for_the_next_one(refresher, source):
    orders = []
    source.holds = lambda: orders.append(refresher.order())
    refresher.look()
    assert orders == [2]
    source.holds = None
    refresher.look()
    assert source.probed == [False, True]


def test_an_order_right_after_another_is_answered_by_it(refresher, clock):
    refresher.look()
    refresher.order()
    refresher.look()
    assert refresher.order() == 2
    clock.seconds = AGAIN
    assert refresher.order() == 3


def test_listeners_hear_of_news_and_of_orders_and_of_nothing_else(refresher, source):
    heard = []
    refresher.listeners.add(lambda: heard.append(refresher.published))
    refresher.look()
    refresher.look()
    assert len(heard) == 1
    source.broken = gone()
    refresher.look()
    refresher.look()
    assert len(heard) == 2
    refresher.order()
    refresher.look()
    assert len(heard) == 3


def test_the_thread_reads_on_order_and_ends_with_its_source_closed(source):
    refresher = Refresher(lambda: source)
    thread = threading.Thread(target=refresher.run, daemon=True)
    thread.start()
    assert refresher.wait_for_first(10).live.dataset.stamp.version == "1"
    source.version = "2"
    assert refresher.wait_until_done(refresher.order(), 10)
    assert refresher.published.live.dataset.stamp.version == "2"
    refresher.end()
    thread.join(10)
    assert not thread.is_alive()
    assert source.closed == 1


# --- the process's one


@pytest.fixture
def ours(monkeypatch, source):
    live.close()
    monkeypatch.setattr(live, "_configured", lambda: source)
    yield source
    live.close()


def test_there_is_one_refresher_for_all_and_a_visitor_waits_for_its_first_reading(ours):
    assert live.live().dataset.stamp.version == "1"
    assert live.refresher() is live.refresher()
    assert ours.probed


def test_it_outlives_the_module_that_started_it(ours):
    first = live.refresher()
    spec = live.__spec__
    again = type(live)(live.__name__)
    spec.loader.exec_module(again)
    assert again.refresher() is first
    assert again.live().dataset is live.live().dataset


def test_without_any_good_state_the_reason_is_told_and_an_order_tries_again(ours):
    ours.broken = gone()
    with pytest.raises(NoDataError, match="Start it"):
        live.live()
    ours.broken = None
    live.read_now(10)
    assert live.live().dataset.stamp.version == "1"


def test_after_the_end_the_next_visitor_starts_another(ours):
    first = live.refresher()
    live.close()
    assert live.refresher() is not first


# --- results and as_of


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


def test_what_a_screen_shows_changes_with_the_data_and_with_as_ofs_steps():
    one, two = Live(dataset("1"), NOON), Live(dataset("2"), NOON)
    known = live.seen(Published(one), NOON)
    assert known == live.seen(Published(replace(one, checked=LATER)), NOON + live.STEP / 2)
    others = [Published(two), Published(failure="gone"), Published(failure="not allowed")]
    assert len({known, *(live.seen(other, NOON) for other in others)}) == 4
    assert known != live.seen(Published(one), NOON + live.STEP)


@pytest.mark.parametrize("error", [gone(), OperationalError("SELECT", {}, Exception("geheim"))])
def test_a_source_that_does_not_answer_a_question_is_told_in_one_sentence(error, caplog):
    def work(_):
        raise error

    with pytest.raises(NoDataError, match="didn't answer"):
        live.cached(work, dataset("gone"))
    assert "geheim" not in caplog.text


# --- how old data may be in a room


@pytest.mark.parametrize(
    ("written", "agreed"),
    [
        ("", live.Agreed(15, None)),
        ("stale_minutes = 5\nunchanged_hours = 24", live.Agreed(5, 24)),
        (
            "refresh_seconds = 3600",
            live.Agreed(180, None),
        ),  # read once an hour
        ("stale_minutes = 'soon'", live.Agreed(15, None)),
    ],
)
def test_how_old_data_may_be_is_what_the_configuration_says(tmp_path, monkeypatch, written, agreed):
    file = tmp_path / "secrets.toml"
    file.write_text(f"[tandem]\n{written}\n")
    monkeypatch.setenv("TANDEM_CONFIG", str(file))
    assert live.agreed() == agreed
