"""Figures and dates as the reader's locale writes them."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.clock import Zone
from scorecard.formats import NOTHING, Formats
from scorecard.settings import Settings

BRITISH = Formats("en_GB", "GBP", Zone.of("Europe/London"))
GERMAN = Formats("de_DE", "EUR", Zone.of("Europe/Berlin"))
UNITS = ("number", "percent", "currency", "hours", "days")


def spaced(text):
    """The text with plain spaces, so that expectations can be read."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("formatter", "given_", "expected"),
    [
        (BRITISH.number, (1234567.891,), "1,234,567.89"),
        (GERMAN.number, (1234567.891,), "1.234.567,89"),
        (BRITISH.number, (3,), "3"),
        (
            BRITISH.number,
            (
                3,
                1,
            ),
            "3.0",
        ),
        (BRITISH.number, (-0.001,), "0"),
        (BRITISH.integer, (1999.6,), "2,000"),
        (BRITISH.percent, (0.25,), "25%"),
        (GERMAN.percent, (0.2534,), "25,3 %"),
        (
            GERMAN.percent,
            (
                0.25,
                1,
            ),
            "25,0 %",
        ),
        (BRITISH.chance, (0.224,), "22%"),
        (BRITISH.chance, (0.0001,), "<1%"),
        (GERMAN.chance, (0.996,), ">99 %"),
        (BRITISH.signed_percent, (0.15,), "+15%"),
        (BRITISH.signed_percent, (-0.15,), "−15%"),
        (BRITISH.signed_percent, (0.00001,), "0%"),
        (BRITISH.points, (0.032,), "+3.2 points"),
        (BRITISH.points, (-0.01,), "−1 point"),
        (GERMAN.points, (-0.071,), "−7,1 points"),
        (BRITISH.points, (0.0,), "0 points"),
        (BRITISH.money, (12400.5,), "£12,400"),
        (BRITISH.money, (12.5,), "£12.50"),
        (BRITISH.money, (12,), "£12"),
        (GERMAN.money, (-12400,), "−12.400 €"),
        (BRITISH.hours, (3 + 1 / 3,), "3 h 20 min"),
        (BRITISH.hours, (0.25,), "15 min"),
        (BRITISH.hours, (0,), "0 min"),
        (BRITISH.hours, (5,), "5 h"),
        (BRITISH.hours, (-1.5,), "−1 h 30 min"),
        (GERMAN.hours, (1234.4,), "1.234 h"),
        (BRITISH.hours, (1.9999,), "2 h"),
        (BRITISH.days, (1,), "1 day"),
        (GERMAN.days, (41.53,), "41,5 days"),
        (BRITISH.date, (date(2026, 9, 30),), "30 Sept 2026"),
        (GERMAN.date, (date(2026, 9, 30),), "30.09.2026"),
        (BRITISH.day_month, (date(2026, 9, 30),), "30 Sept"),
        (GERMAN.moment, (1_790_000_000,), "21.09.2026, 16:13"),
        (BRITISH.since, (2,), "just now"),
        (BRITISH.since, (-60,), "just now"),
        (BRITISH.since, (59,), "59 seconds ago"),
        (BRITISH.since, (240,), "4 minutes ago"),
        (GERMAN.since, (3600,), "1 hour ago"),
        (BRITISH.since, (3 * 86_400,), "3 days ago"),
    ],
    ids=lambda part: part.__name__ if callable(part) else str(part),
)
def test_figures_are_written_as_the_reader_writes_them(formatter, given_, expected):
    assert spaced(formatter(*given_)) == expected


def test_money_is_short_where_asked():
    assert BRITISH.money(12_400, compact=True) == "£12.4K"
    assert BRITISH.money(999, compact=True) == "£999"
    assert BRITISH.money(1_322_840, compact=True) == "£1.32M"
    assert BRITISH.money(999_950, compact=True) == "£1M"
    assert spaced(GERMAN.money(-12_345_678, compact=True)) == "−12,3 Mio. €"
    assert spaced(GERMAN.money(439_183, compact=True)) == "439.183 €"  # no word for thousands


@pytest.mark.parametrize("locale", ["en_GB", "de_DE", "de_CH", "sv_SE", "fr_FR", "nl_NL"])
def test_below_zero_stands_a_minus_and_no_hyphen_that_a_line_could_end_on(locale):
    formats = Formats(locale, "EUR", Zone.of("UTC"))
    told = [formats.value(-12.5, unit) for unit in UNITS]
    told += [formats.points(-0.125), formats.signed_percent(-0.5), formats.money(-12_345_678, compact=True)]
    assert all(text.count("−") == 1 and "-" not in text for text in told)


def test_what_is_not_there_is_a_dash():
    for formatter in (
        BRITISH.number,
        BRITISH.integer,
        BRITISH.percent,
        BRITISH.signed_percent,
        BRITISH.points,
    ):
        assert formatter(None) == NOTHING
    for formatter in (BRITISH.money, BRITISH.hours, BRITISH.days, BRITISH.since, BRITISH.moment):
        assert formatter(None) == NOTHING
    assert BRITISH.date(None) == BRITISH.day_month(None) == NOTHING
    assert BRITISH.number(float("nan")) == BRITISH.money(float("inf")) == NOTHING


@pytest.mark.parametrize("unit", UNITS)
def test_a_value_of_the_report_is_written_by_its_unit(unit):
    assert BRITISH.value(None, unit) == NOTHING
    assert spaced(BRITISH.value(2, unit)) == {
        "number": "2", "percent": "200%", "currency": "£2", "hours": "2 h", "days": "2 days"
    }[unit]  # fmt: skip


def test_an_unknown_unit_is_named():
    with pytest.raises(ValueError, match="There is no unit 'miles'; the units are number, percent"):
        BRITISH.value(1, "miles")


@given(
    st.floats(-1e12, 1e12) | st.integers(-(10**12), 10**12) | st.decimals(-(10**9), 10**9, places=4),
    st.sampled_from(UNITS),
    st.sampled_from(["en_GB", "de_DE", "fr_FR", "tr_TR", "en_IN", "ja_JP", "ar_EG"]),
)
def test_nothing_that_a_database_hands_over_breaks_a_figure(x, unit, locale):
    shown = Formats(locale, "EUR", Zone.of("UTC")).value(x, unit)
    assert shown
    assert "nan" not in shown.lower()


def test_numbers_of_numpy_and_decimals_are_numbers():
    assert BRITISH.number(np.float64(2.5)) == BRITISH.number(Decimal("2.5")) == "2.5"
    assert BRITISH.integer(np.int64(3)) == "3"


def test_formats_follow_the_settings():
    settings = Settings(locale="de_DE", currency="CHF", time_zone="Europe/Zurich")
    assert Formats.of(settings) == Formats("de_DE", "CHF", Zone.of("Europe/Zurich"))
