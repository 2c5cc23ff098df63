"""Spans of days by name: calendar, ISO weeks, fiscal years, ranges."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard import periods
from scorecard.clock import Zone
from scorecard.periods import KINDS, Period, choices, containing, of_dates, parse

days = st.dates(date(1990, 1, 1), date(2090, 12, 31))
fiscal_starts = st.integers(1, 12)
kinds = st.sampled_from([kind for kind in KINDS if kind != "custom"])


@pytest.mark.parametrize(
    ("text", "start", "last", "kind"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31), "year"),
        ("2026-Q3", date(2026, 7, 1), date(2026, 9, 30), "quarter"),
        ("2026-09", date(2026, 9, 1), date(2026, 9, 30), "month"),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29), "month"),
        ("2026-W37", date(2026, 9, 7), date(2026, 9, 13), "week"),
        ("2026-W01", date(2025, 12, 29), date(2026, 1, 4), "week"),
        ("2026-W53", date(2026, 12, 28), date(2027, 1, 3), "week"),
        ("2026-07-01..2026-08-15", date(2026, 7, 1), date(2026, 8, 15), "custom"),
        ("2026-07-01..2026-07-01", date(2026, 7, 1), date(2026, 7, 1), "custom"),
        ("FY2026", date(2025, 4, 1), date(2026, 3, 31), "fiscal_year"),
        ("FY2026-Q1", date(2025, 4, 1), date(2025, 6, 30), "fiscal_quarter"),
        ("FY2026-Q4", date(2026, 1, 1), date(2026, 3, 31), "fiscal_quarter"),
    ],
)
def test_a_name_is_the_days_it_says(text, start, last, kind):
    period = parse(text, fiscal_year_start=4)
    assert (period.start, period.last_day, period.kind, period.text) == (start, last, kind, text)
    assert period.end == last + timedelta(days=1)
    assert period.days == (last - start).days + 1


def test_a_fiscal_year_that_starts_in_january_is_the_calendar_year():
    assert parse("FY2026") == parse("2026")
    assert parse("FY2026-Q3") == parse("2026-Q3")


def test_a_fiscal_year_is_labelled_by_the_year_it_ends_in():
    assert parse("FY2027", 10).start == date(2026, 10, 1)
    assert containing(date(2026, 10, 1), "fiscal_year", 10).text == "FY2027"
    assert containing(date(2026, 9, 30), "fiscal_year", 10).text == "FY2026"
    assert containing(date(2026, 10, 1), "fiscal_quarter", 10).text == "FY2027-Q1"


@pytest.mark.parametrize(
    "text",
    ["2025-W53", "2026-W00", "2026-13", "2026-00", "2026-Q5", "2026-Q0", "0000", "", "Q3", "last week"],
)
def test_what_is_no_period_is_one_sentence_with_the_forms(text):
    with pytest.raises(ValueError, match="write 2026, 2026-Q3, 2026-09, 2026-W37") as error:
        parse(text)
    assert "\n" not in str(error.value)


def test_a_range_that_ends_before_it_starts_says_so():
    with pytest.raises(ValueError, match="its last day 2026-07-01 lies before its first day 2026-08-15"):
        parse("2026-08-15..2026-07-01")


def test_a_range_of_days_the_calendar_lacks_is_refused():
    with pytest.raises(ValueError, match="There is no period"):
        parse("2026-02-01..2026-02-30")


@pytest.mark.parametrize(
    ("text", "previous", "year_before"),
    [
        ("2026", "2025", "2025"),
        ("2026-Q1", "2025-Q4", "2025-Q1"),
        ("2026-01", "2025-12", "2025-01"),
        ("2024-02", "2024-01", "2023-02"),
        ("2027-W01", "2026-W53", "2026-W01"),
        ("2026-W53", "2026-W52", "2025-W52"),
        ("FY2026", "FY2025", "FY2025"),
        ("FY2026-Q1", "FY2025-Q4", "FY2025-Q1"),
        ("2026-07-01..2026-08-15", "2026-05-16..2026-06-30", "2025-07-01..2025-08-15"),
        ("2024-02-29..2024-03-01", "2024-02-27..2024-02-28", "2023-02-28..2023-03-01"),
    ],
)
def test_the_one_before_and_the_same_a_year_before(text, previous, year_before):
    period = parse(text, fiscal_year_start=7)
    assert period.previous().text == previous
    assert period.year_before().text == year_before


@given(days, kinds, fiscal_starts)
def test_a_period_by_its_text_is_itself(day, kind, fiscal):
    period = containing(day, kind, fiscal)
    assert period.contains(day)
    again = parse(period.text, fiscal)
    assert (again, again.kind, again.text) == (period, kind, period.text)


@given(days, kinds, fiscal_starts)
def test_the_previous_one_ends_where_this_one_starts(day, kind, fiscal):
    period = containing(day, kind, fiscal)
    assert period.previous().end == period.start
    assert period.previous().kind == kind


@given(days, st.integers(0, 800))
def test_the_parts_tile_the_whole(start, length):
    period = of_dates(start, start + timedelta(days=length))
    parts = period.parts()
    assert parts[0].start == period.start
    assert parts[-1].end == period.end
    assert all(a.end == b.start for a, b in pairwise(parts))
    assert all(parse(part.text) == part for part in parts)


@pytest.mark.parametrize(
    ("text", "first", "number"),
    [
        ("2026", "2026-01", 12),
        ("2026-Q3", "2026-07", 3),
        ("FY2026", "2026-01", 12),
        ("2026-06", "2026-W23", 5),
        ("2026-09", "2026-09-01..2026-09-06", 5),
        ("2026-W37", "2026-09-07..2026-09-07", 7),
        ("2026-01-15..2026-12-03", "2026-01-15..2026-01-31", 12),
        ("2026-07-01..2026-08-15", "2026-07-01..2026-07-05", 7),
    ],
)
def test_the_parts_are_the_natural_smaller_pieces(text, first, number):
    parts = parse(text).parts()
    assert (parts[0].text, len(parts)) == (first, number)


def test_bounds_are_local_midnights():
    zone = Zone.of("Europe/Berlin")
    start, end = parse("2026-03").bounds(zone)
    assert (start, end) == (zone.midnight(date(2026, 3, 1)), zone.midnight(date(2026, 4, 1)))
    assert end - start == (31 * 24 - 1) * 3600  # the clocks go forward in it


def test_overlapping_counts_both_ends_as_included():
    quarter = parse("2026-Q3")
    assert quarter.overlaps(date(2026, 9, 30), date(2026, 12, 31))
    assert quarter.overlaps(date(2026, 1, 1), date(2026, 7, 1))
    assert not quarter.overlaps(date(2026, 10, 1), date(2026, 12, 31))
    assert not quarter.overlaps(date(2026, 1, 1), date(2026, 6, 30))


def test_periods_are_equal_by_their_days_and_sort_by_them():
    assert parse("2026-09") == of_dates(date(2026, 9, 1), date(2026, 9, 30))
    assert len({parse("2026-Q1"), parse("FY2026-Q1")}) == 1
    assert min(parse("2026-Q2"), parse("2026"), parse("2025-W52")).text == "2025-W52"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("2026", "2026"),
        ("2026-Q3", "Q3 2026"),
        ("2026-09", "September 2026"),
        ("2026-W37", "Week 37 of 2026"),
        ("FY2026-Q3", "FY2026 Q3"),
        ("FY2026", "FY2026"),
        ("2026-07-01..2026-08-15", "1 Jul 2026 – 15 Aug 2026"),
        ("2026-07-01..2026-07-01", "1 Jul 2026"),
    ],
)
def test_labels_are_words(text, label):
    assert parse(text).label() == label


def test_labels_follow_the_locale():
    assert parse("2026-03").label("de_DE") == "März 2026"


def test_choices_start_with_what_is_running_and_offer_each_once():
    offered = [period.text for period in choices(date(2026, 9, 10))]
    assert offered[:4] == ["2026-Q3", "2026-Q2", "2026-09", "2026-08"]
    assert {"2026", "2025", "2024-Q3", "2025-09"} <= set(offered)
    assert len(offered) == len(set(offered))
    assert not any(text.startswith("FY") for text in offered)


def test_choices_offer_fiscal_periods_where_they_differ():
    offered = {period.text for period in choices(date(2026, 9, 10), fiscal_year_start=4)}
    assert {"FY2027", "FY2026", "FY2027-Q2", "FY2027-Q1"} <= offered


def test_the_default_is_the_quarter_a_day_lies_in():
    assert containing(date(2026, 12, 31)) == periods.parse("2026-Q4")
    assert str(containing(date(2026, 12, 31))) == "2026-Q4"
    assert isinstance(containing(date(2026, 12, 31)), Period)
