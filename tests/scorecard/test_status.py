"""States: thresholds, looks, and the rule behind a colour in words."""

from dataclasses import replace

import pytest

from scorecard.settings import DEFAULT
from scorecard.status import Status, by_pace, explain, rate_against_target


@pytest.mark.parametrize(
    ("pace", "status"),
    [
        (None, Status.NO_DATA),
        (1.4, Status.ON_TRACK),
        (0.95, Status.ON_TRACK),
        (0.949, Status.AT_RISK),
        (0.80, Status.AT_RISK),
        (0.799, Status.OFF_TRACK),
        (-0.2, Status.OFF_TRACK),
    ],
)
def test_pace_is_judged_by_the_agreed_thresholds(pace, status):
    assert by_pace(pace, DEFAULT) is status


def test_thresholds_are_the_organisations():
    strict = replace(DEFAULT, on_track=1.0, at_risk=0.97)
    assert by_pace(0.98, strict) is Status.AT_RISK
    assert by_pace(0.96, strict) is Status.OFF_TRACK


@pytest.mark.parametrize(
    ("value", "low", "high", "status"),
    [
        (0.70, 0.60, 0.80, Status.ON_TRACK),
        (0.65, 0.55, 0.75, Status.AT_RISK),
        (0.65, 0.55, 0.70, Status.AT_RISK),
        (0.60, 0.55, 0.65, Status.OFF_TRACK),
        (None, None, None, Status.NO_DATA),
    ],
)
def test_a_rate_short_of_its_target_is_at_risk_while_the_interval_holds_it(value, low, high, status):
    assert rate_against_target(value, low, high, 0.70) is status


def test_a_rate_that_should_be_low_is_judged_the_other_way_round():
    assert rate_against_target(0.05, 0.02, 0.12, 0.10, higher_is_better=False) is Status.ON_TRACK
    assert rate_against_target(0.11, 0.08, 0.15, 0.10, higher_is_better=False) is Status.AT_RISK
    assert rate_against_target(0.20, 0.15, 0.25, 0.10, higher_is_better=False) is Status.OFF_TRACK


def test_too_few_cases_are_not_judged_and_none_are_no_data():
    assert rate_against_target(0.9, 0.5, 1.0, 0.7, n=9) is Status.TOO_FEW
    assert rate_against_target(0.9, 0.5, 1.0, None, n=9) is Status.TOO_FEW
    assert rate_against_target(0.9, 0.5, 1.0, 0.7, n=10) is Status.ON_TRACK
    assert rate_against_target(0.0, 0.0, 0.0, 0.7, n=0) is Status.NO_DATA


def test_without_a_target_a_rate_has_no_status():
    assert rate_against_target(0.9, 0.5, 1.0, None, n=50) is None


def test_states_look_different_without_colour():
    assert len({status.icon for status in Status}) == len({status.word for status in Status}) == len(Status)
    assert len({status.material for status in Status}) == len(Status)


@pytest.mark.parametrize("status", Status)
def test_every_state_has_a_rule_that_begins_with_its_word(status):
    assert explain(status, DEFAULT).startswith(f"{status.word}: ")
    assert "{" not in explain(status, DEFAULT)


def test_rules_name_the_agreed_thresholds():
    own = replace(DEFAULT, on_track=0.975, at_risk=0.7, too_early=0.2, min_n=25)
    assert "97.5 %" in explain(Status.ON_TRACK, own)
    assert "70 %" in explain(Status.OFF_TRACK, own)
    assert "20 %" in explain(Status.TOO_EARLY, own)
    assert "25 cases" in explain(Status.TOO_FEW, own)


def test_only_what_was_judged_has_a_colour():
    coloured = {status for status in Status if status.tone != "muted"}
    judged = {Status.ACHIEVED, Status.MISSED, Status.ON_TRACK, Status.AT_RISK, Status.OFF_TRACK}
    assert coloured == judged


def test_states_are_named_in_reports_as_in_the_contract():
    assert [str(s) for s in Status][:5] == ["locked", "not_applicable", "not_due", "no_data", "too_few"]
