"""The agreed rules, read from a table that people keep by hand."""

from dataclasses import fields
from datetime import time, timedelta
from decimal import Decimal

import pytest

from scorecard.contract import SETTINGS, Type
from scorecard.problems import Severity
from scorecard.settings import DEFAULT, Settings


def read(*pairs):
    return Settings.read([{"key": key, "value": value} for key, value in pairs])


def only_problem(*pairs):
    settings, (problem,) = read(*pairs)
    return settings, problem


def test_there_is_one_field_per_key_of_the_contract():
    assert [f.name for f in fields(Settings)] == list(SETTINGS)


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=lambda setting: setting.key)
def test_the_default_of_every_key_is_the_contracts(setting):
    expected, problems = read() if setting.default is None else read((setting.key, setting.default))
    assert not problems
    assert getattr(expected, setting.key) == getattr(DEFAULT, setting.key)
    if setting.default is None:
        assert getattr(DEFAULT, setting.key) in (None, ())


def test_no_rows_are_the_defaults():
    assert read() == (DEFAULT, ())


def test_values_are_read_as_their_types():
    settings, problems = read(
        ("organisation", " Northwind Tea "),
        ("sla_hours", "24"),
        ("acceptance_target", "70 %"),
        ("min_n", 12.0),
        ("mature_days", Decimal(90)),
        ("work_days", "mon, tue,wed"),
        ("marketing_sources", "Webinar, Organic search"),
        ("time_zone", "Europe/Berlin"),
        ("holidays", "DE-BY"),
        ("margin", b"0.35"),
    )
    assert problems == ()
    assert settings.organisation == "Northwind Tea"
    assert (settings.sla_hours, settings.acceptance_target, settings.margin) == (24.0, 0.7, 0.35)
    assert (settings.min_n, settings.mature_days) == (12, 90)
    assert isinstance(settings.min_n, int)
    assert settings.work_days == ("mon", "tue", "wed")
    assert settings.marketing_sources == ("Webinar", "Organic search")
    assert settings.zone.name == "Europe/Berlin"


def test_numbers_are_written_as_the_locale_writes_them_whatever_the_order_of_rows():
    settings, problems = read(("on_track", "0,9"), ("sla_hours", "1.000,5"), ("locale", "de-DE"))
    assert problems == ()
    assert (settings.locale, settings.on_track, settings.sla_hours) == ("de_DE", 0.9, 1000.5)


def test_blank_values_leave_the_default():
    settings, problems = read(("sla_hours", ""), ("currency", None), ("min_n", "\u00a0"))
    assert (settings, problems) == (DEFAULT, ())


def test_hours_to_decide_are_those_of_the_sla_unless_agreed():
    assert read(("sla_hours", "24"))[0].decision_hours_agreed == 24
    assert read(("sla_hours", "24"), ("decision_hours", "48"))[0].decision_hours_agreed == 48
    assert DEFAULT.decision_hours_agreed is None
    assert read(("sla_hours", "24"))[0].decision_hours is None


def test_an_unknown_key_is_a_warning_with_the_nearest_one():
    settings, problem = only_problem(("sla_hour", "24"))
    assert settings == DEFAULT
    assert (problem.severity, problem.rule) == (Severity.WARNING, "unknown_key")
    assert problem.instead == "Write sla_hours."
    assert problem.place == "settings sla_hour, value"


def test_a_value_without_key_is_a_warning_and_a_blank_row_is_nothing():
    assert only_problem((None, "24"))[1].severity == Severity.WARNING
    assert read((None, None), ("", " ")) == (DEFAULT, ())


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("sla_hours", "soon", "is a number"),
        ("sla_hours", "-1", "0 or more"),
        ("min_n", "2.5", "whole number"),
        ("fiscal_year_start", "13", "from 1 to 12"),
        ("acceptance_target", "70", "70 % or 0.7"),
        ("sla_clock", "Business", "Did you mean business?"),
        ("work_days", "mon,tues", "Did you mean tue?"),
        ("work_days", ",", "at least one day"),
        ("work_start", "morning", "HH:MM"),
        ("time_zone", "Europe/Berln", "Did you mean Europe/Berlin?"),
        ("locale", "de_XX_YY_ZZ", "Write a locale such as de_DE"),
        ("locale", "", None),
        ("currency", "usd", "three capital letters"),
        ("currency", "€", "three capital letters"),
        ("holidays", "Germany", "a country such as DE"),
        ("holidays", "DE-XX", "no region"),
        ("gap_metrics", "mqls", "two metrics"),
        ("half_life_days", "0", "above 0"),
        ("sla_hours", float("nan"), "Write a number"),
        ("organisation", "", None),
    ],
)
def test_an_unreadable_value_is_an_error_and_the_default_holds(key, value, said):
    settings, problems = read((key, value))
    assert settings == DEFAULT
    if said is None:
        assert problems == ()
        return
    (problem,) = problems
    assert (problem.severity, problem.key) == (Severity.ERROR, key)
    assert said in problem.instead


def test_identical_repeats_count_once():
    settings, problem = only_problem(("sla_hours", "24"), ("sla_hours ", " 24"))
    assert settings.sla_hours == 24
    assert (problem.severity, problem.rows, problem.rows_left_out) == (Severity.WARNING, 2, 0)


def test_differing_repeats_are_an_error_and_the_default_holds():
    settings, problem = only_problem(("sla_hours", "24"), ("sla_hours", "48"))
    assert settings.sla_hours is None
    assert (problem.severity, problem.rows_left_out) == (Severity.ERROR, 2)
    assert problem.value == "24, 48"


def test_a_blank_value_says_nothing_also_beside_one_that_does():
    rows = [{"key": "sla_hours", "value": value} for value in (None, 24, "", " ")]
    settings, problems = Settings.read(rows)
    assert (settings.sla_hours, problems) == (24, ())


@pytest.mark.parametrize("cell", ["08:30", "8:30", "08:30:00", time(8, 30), timedelta(hours=8.5), 8.5 / 24])
def test_a_time_of_day_is_read_however_the_source_hands_it_over(cell):
    settings, problems = read(("work_start", cell))
    assert (settings.work_start, problems) == ("08:30", ())


def test_the_last_working_hour_may_end_at_midnight():
    assert read(("work_end", "24:00"))[0].work_end == "24:00"


@pytest.mark.parametrize(
    ("pairs", "keys"),
    [
        ((("work_start", "18:00"),), ("work_start", "work_end")),
        ((("at_risk", "0.99"),), ("on_track", "at_risk")),
    ],
)
def test_settings_that_contradict_each_other_go_back_to_their_defaults(pairs, keys):
    settings, problem = only_problem(*pairs)
    assert problem.severity == Severity.ERROR
    assert all(getattr(settings, key) == getattr(DEFAULT, key) for key in keys)
    assert all(key in problem.value for key in keys)


def test_every_numeric_setting_has_a_number_and_every_list_a_tuple():
    for setting in SETTINGS.values():
        value = getattr(DEFAULT, setting.key)
        if setting.several:
            assert isinstance(value, tuple)
        elif value is not None and setting.type is Type.TEXT:
            assert isinstance(value, str)
        elif value is not None:
            assert isinstance(value, int if setting.type is Type.INTEGER else float)
