"""A short chaos run with a simulated clock, and that its judge finds what would be wrong."""

import random

import pytest

from chaos.company import Numbers, company
from chaos.judge import Judge
from chaos.simulated import simulated, simulation
from data_sources import google_spreadsheet


@pytest.fixture
def judge():
    """At second 10 the spreadsheet has been in three states, the second of them unreadable."""
    times = iter((0.0, 4.0, 6.0))
    found = Judge(lambda: next(times, 10.0))
    found.became(Numbers(1, 10.0, 5.0), "first")
    found.became(None, "a lost header")
    found.became(Numbers(2, 20.0, 5.0), "last")
    return found


def test_what_was_true_is_no_violation_and_its_age_is_noted(judge):
    judge.published(Numbers(1, 10.0, 5.0), begun=1.0)
    judge.published(Numbers(2, 20.0, 5.0), begun=7.0)
    assert judge.violations == []
    assert judge.fresh == [4.0]  # from second 6 to 10; the lost header isn't anybody's wait
    assert not judge.waiting()


def test_a_number_that_was_never_true_is_a_violation(judge):
    judge.published(Numbers(2, 10.0, 5.0), begun=7.0)
    assert "never true" in judge.violations[0]


def test_going_back_is_a_violation(judge):
    judge.published(Numbers(2, 20.0, 5.0), begun=7.0)
    judge.published(Numbers(1, 10.0, 5.0), begun=1.0)
    assert "back from state 2 to 0" in judge.violations[0]


@pytest.mark.parametrize("begun", [5.0, 7.0])
def test_old_numbers_under_a_new_stamp_are_a_violation(judge, begun):
    judge.published(Numbers(1, 10.0, 5.0), begun)
    assert "stamped as read" in judge.violations[0]


def test_a_version_that_changes_under_its_readers_is_a_violation(judge):
    judge.read(Numbers(1, 10.0, 5.0), Numbers(1, 11.0, 5.0))
    assert len(judge.violations) == 1


def test_the_companys_numbers_leave_out_what_nobody_can_read():
    found = company(random.Random(1))  # noqa: S311 - no secret
    before = found.numbers()
    won = next(lead for lead in found.leads if lead.won_at)
    won.created_at = "soon"
    assert found.numbers() == before._replace(leads=before.leads - 1, won=before.won - won.amount)
    found.has_amounts = False
    assert found.numbers().won is None


def test_under_faults_and_edits_no_wrong_number_is_ever_shown(tmp_path):
    run = simulated(240, 4, tmp_path, every=4.0)
    assert run.judge.violations == []
    assert not run.judge.waiting()  # what was edited last is shown in the end
    assert len(run.recovered) == 2  # once Google is back, and once it is shared again
    assert run.judge.versions > 5
    assert sum(run.trouble.counts.values()) > 5
    assert run.google.busiest_minute() <= run.per_minute


def test_tabs_that_are_read_less_often_show_no_wrong_number_either(tmp_path):
    run = simulated(200, 1, tmp_path, every=5.0, large_cells=300)  # leads is a large tab then
    assert run.judge.violations == []
    assert not run.judge.waiting()
    assert run.judge.actuals.versions > run.judge.leads.versions > 3


def test_google_gone_for_ten_minutes_costs_few_calls_and_is_made_up_for_within_two(tmp_path):
    with simulation(2, tmp_path) as run:
        calls = run.outage(600)
    assert run.judge.violations == []
    assert not run.judge.waiting()
    (took,) = run.recovered
    assert took < 120  # the longest pause, twice
    assert calls < 120  # a fifth of what polling costs
    assert len(run.judge.failures) == 1  # the stamp gives one reason, all the time


def test_a_reader_that_takes_changes_for_none_is_found_out(tmp_path, monkeypatch):
    monkeypatch.setattr(google_spreadsheet, "digest", lambda body: "the same")  # noqa: ARG005
    run = simulated(20, 1, tmp_path, every=4.0)
    assert any("stamped as read" in violation for violation in run.judge.violations)
