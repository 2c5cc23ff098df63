"""The budget of reads: never over it, nobody starved, and who has to wait is told how long."""

from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources.budget import Budget, Busy, shared
from data_sources.errors import SourceError
from tests.data_sources.google_builders import Clock

requests = st.tuples(
    st.sampled_from([0.0, 0.0, 0.5, 20.0, 600.0]) | st.floats(0, 30), st.integers(1, 5), st.integers(0, 5)
)  # pause before it, reads, how many to leave


@given(st.integers(4, 60), st.lists(requests, max_size=150))
def test_no_sixty_seconds_see_more_than_the_budget(per_minute, schedule):
    clock = Clock()
    budget, granted = Budget(per_minute, clock), []
    for pause, reads, leaving in schedule:
        clock.now += pause
        if budget.take(reads, leaving=leaving) == 0.0:
            granted += [clock.now] * reads
    for start in granted:
        assert sum(start <= at <= start + 60 for at in granted) <= per_minute


@given(st.integers(4, 60), st.lists(st.tuples(st.floats(0, 5), st.integers(1, 3)), min_size=1, max_size=60))
def test_who_waits_as_long_as_told_may_read(per_minute, schedule):
    clock = Clock()
    budget = Budget(per_minute, clock)
    for pause, reads in schedule:
        clock.now += pause
        few = min(reads, budget.at_hand)
        if wait := budget.take(few):
            clock.now += wait
            assert budget.take(few) == 0.0


def test_the_whole_budget_can_be_used():
    clock = Clock()
    budget, granted = Budget(40, clock), 0
    for _ in range(6000):
        granted += budget.take() == 0.0
        clock.now += 0.1
    assert granted == pytest.approx(10 + 30 * 10, abs=1)


def test_an_idle_hour_saves_up_no_more_than_a_quarter():
    clock = Clock()
    budget = Budget(40, clock)
    clock.now += 3600
    assert [budget.take() == 0.0 for _ in range(12)] == [True] * 10 + [False] * 2


def test_what_is_left_for_others_stays():
    budget = Budget(40, Clock())
    assert [budget.take(leaving=4) == 0.0 for _ in range(8)] == [True] * 6 + [False] * 2
    assert [budget.take() == 0.0 for _ in range(5)] == [True] * 4 + [False]


def test_a_wait_says_how_long_until_enough_is_there():
    clock = Clock()
    budget = Budget(40, clock)
    assert budget.take(10) == 0.0
    assert budget.take(3) == pytest.approx(6.0)  # half a read a second
    clock.now += 2
    assert budget.until(3) == pytest.approx(4.0)


def test_many_threads_get_no_more_than_one():
    budget, granted = Budget(40, Clock()), []
    threads = [Thread(target=lambda: granted.append(budget.take())) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert granted.count(0.0) == 10


def test_a_clock_that_goes_back_gives_nothing():
    clock = Clock()
    budget = Budget(40, clock)
    budget.take(10)
    clock.now -= 3600
    assert budget.take() > 0
    clock.now += 2
    assert budget.take() == 0.0


def test_the_same_credentials_share_one_budget():
    first = shared("one@example.com", 40)
    assert shared("one@example.com", 40) is first
    assert shared("two@example.com", 40) is not first


def test_of_two_figures_for_the_same_credentials_the_lower_holds():
    higher = shared("three@example.com", 40)
    lower = shared("three@example.com", 20)
    assert lower is not higher
    assert shared("three@example.com", 40) is lower


def test_busy_says_when_to_come_again():
    busy = Busy(11.2)
    assert isinstance(busy, SourceError)
    assert str(busy) == "Google allows the next read in 12 s."
    assert busy.seconds == 11.2
