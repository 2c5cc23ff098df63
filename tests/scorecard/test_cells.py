"""One cell, as people and databases write it: read, or said what to write instead."""
# ruff: noqa: DTZ001 - times without a zone are local here

import math
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.cells import Parsed, date_order, parse, trim
from scorecard.clock import Zone
from scorecard.contract import Column, Type
from scorecard.problems import Severity


@dataclass(frozen=True)
class Organisation:
    """The part of the settings that cells are read by."""

    locale: str = "en_GB"
    zone: Zone = field(default=Zone.of("Europe/Berlin"))
    date_order: str | None = None


BRITISH, GERMAN = Organisation(), Organisation("de_DE")


def column(kind, **more):
    return Column("amount", kind, "What it is about.", **more)


def value(cell, kind, how=BRITISH, **more):
    """The value of a cell that is right."""
    parsed = parse(cell, column(kind, **more), how)
    assert parsed.problem is None
    return parsed.value


def error(cell, kind, how=BRITISH, **more):
    """What an unreadable cell's keeper is told."""
    parsed = parse(cell, column(kind, **more), how)
    assert (parsed.value, parsed.severity) == (None, Severity.ERROR)
    return f"{parsed.problem} {parsed.instead}"


@pytest.mark.parametrize("kind", Type)
@pytest.mark.parametrize("cell", [None, "", "  ", "\u00a0\u200b", b"", "\ufeff"], ids=repr)
def test_blank_is_no_value_and_no_problem(kind, cell):
    assert parse(cell, column(kind), BRITISH) == Parsed()


@pytest.mark.parametrize("kind", Type)
@pytest.mark.parametrize("cell", ["#N/A", "#REF!", "Loading...", " #DIV/0! "], ids=repr)
def test_an_error_cell_is_an_error_in_every_column(kind, cell):
    assert "error of the spreadsheet" in error(cell, kind)


@pytest.mark.parametrize("kind", Type)
@pytest.mark.parametrize("cell", [math.nan, math.inf, Decimal("NaN")], ids=repr)
def test_what_is_not_finite_is_an_error_in_every_column(kind, cell):
    assert "not a finite number" in error(cell, kind)


def test_text_is_trimmed_also_of_blanks_nobody_sees():
    assert value("\u00a0 Ana\u200b\ufeff ", Type.TEXT) == "Ana"
    assert trim(" a b ") == "a b"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("00123", "00123"),
        (123, "123"),
        (124.0, "124"),
        (Decimal("5.50"), "5.50"),
        (True, "true"),
        (b"Z\xc3\xbcrich", "Zürich"),
        (date(2026, 9, 1), "2026-09-01"),
        (datetime(2026, 9, 1, 8), "2026-09-01 08:00:00"),
        ("=HYPERLINK(1)", "=HYPERLINK(1)"),
    ],
)
def test_whatever_stands_in_a_text_column_is_its_text(cell, text):
    assert value(cell, Type.TEXT) == text


def test_bytes_that_are_no_text_are_an_error():
    assert "UTF-8" in error(b"\xff\xfe", Type.TEXT)


@pytest.mark.parametrize(
    ("cell", "said"),
    [("Marketing", "Write marketing."), ("sale", "Write sales."), ("hr", "one of: marketing, sales")],
)
def test_a_near_miss_is_a_warning_and_stays_as_it_is(cell, said):
    parsed = parse(cell, column(Type.TEXT, allowed=("marketing", "sales")), BRITISH)
    assert (parsed.value, parsed.severity) == (cell, Severity.WARNING)
    assert said in parsed.instead


def test_an_allowed_value_is_right_after_trimming():
    assert value(" sales ", Type.TEXT, allowed=("marketing", "sales")) == "sales"


@pytest.mark.parametrize("cell", ["yes", "TRUE", "1", 1, 1.0, True, "x", "Ja", "oui", " y "], ids=repr)
def test_yes_in_all_its_forms(cell):
    assert value(cell, Type.BOOLEAN) is True


@pytest.mark.parametrize("cell", ["no", "False", "0", 0, 0.0, False, "nein", "non", b"0"], ids=repr)
def test_no_in_all_its_forms(cell):
    assert value(cell, Type.BOOLEAN) is False


@pytest.mark.parametrize("cell", ["maybe", 2, "-"], ids=repr)
def test_neither_yes_nor_no_is_an_error(cell):
    assert "Write yes or no." in error(cell, Type.BOOLEAN)


@pytest.mark.parametrize(
    ("cell", "number", "how"),
    [
        (12, 12, BRITISH),
        (Decimal("12.50"), 12.5, BRITISH),
        ("1200", 1200, BRITISH),
        ("$1,200", 1200, BRITISH),
        ("1,234,567.89", 1234567.89, BRITISH),
        ("1.200,50 €", 1200.5, BRITISH),
        ("1.200,50 €", 1200.5, GERMAN),
        ("1,200.50", 1200.5, GERMAN),
        ("1.200", 1200, GERMAN),
        ("1.234.567", 1234567, BRITISH),
        ("1 200,5", 1200.5, BRITISH),
        ("1\u202f200,50", 1200.5, BRITISH),
        ("CHF 1'200.50", 1200.5, BRITISH),
        ("1’200", 1200, GERMAN),
        ("12,34,567", 1234567, BRITISH),
        ("1200 USD", 1200, BRITISH),
        ("1,5", 1.5, BRITISH),
        ("1.5", 1.5, GERMAN),
        ("1234.567", 1234.567, GERMAN),
        ("-5", -5, BRITISH),
        ("−5", -5, BRITISH),
        ("5-", -5, BRITISH),
        ("(1,200)", -1200, BRITISH),
        ("-$1,200", -1200, BRITISH),
        ("$-1,200", -1200, BRITISH),
        (".5", 0.5, BRITISH),
        ("1e3", 1000, BRITISH),
    ],
)
def test_money_is_read_as_people_write_it(cell, number, how):
    assert value(cell, Type.MONEY, how) == number


@pytest.mark.parametrize(("cell", "how"), [("1.200", BRITISH), ("$1,200", GERMAN)])
def test_three_decimals_of_money_are_asked_about(cell, how):
    said = error(cell, Type.MONEY, how)
    assert "this can be read as 1200 or as 1.200" in said


@pytest.mark.parametrize("cell", ["1,200", "1.200"], ids=repr)
def test_a_mark_that_the_locale_does_not_use_is_asked_about(cell):
    assert "1200" in error(cell, Type.MONEY, Organisation("fr_FR"))


def test_three_decimals_of_a_plain_number_are_read_by_the_locale():
    assert value("1.200", Type.NUMBER) == 1.2
    assert value("1,200", Type.NUMBER) == 1200
    assert value("1,200", Type.NUMBER, GERMAN) == 1.2
    assert value("0.125", Type.NUMBER, GERMAN) == 0.125


@pytest.mark.parametrize(
    "cell",
    [
        *("n/a", "12k", "1.23.4", "1,2,3", "--5", "-5-", "5%5", "CHF", "€", "1.200.50", "1e3e3", "½", "٣"),
        True,
        date(2026, 1, 1),
    ],
    ids=repr,
)
def test_what_is_no_number_is_an_error_and_never_zero(cell):
    assert "Write" in error(cell, Type.MONEY)


def test_an_id_in_a_number_column_is_not_infinite():
    assert "Write" in error("8085807e40000000", Type.NUMBER)
    assert "too large" in error("1e999", Type.NUMBER)


@pytest.mark.parametrize(
    ("cell", "share"),
    [("25 %", 0.25), ("25%", 0.25), ("%25", 0.25), ("0,25", 0.25), ("12,5 %", 0.125), (0.25, 0.25)],
)
def test_a_percentage_is_a_fraction(cell, share):
    assert value(cell, Type.SHARE, minimum=0, maximum=1) == share
    assert value(cell, Type.NUMBER) == share


def test_a_share_above_one_is_asked_whether_it_is_per_cent():
    assert "Write 25 % or 0.25." in error(25, Type.SHARE, minimum=0, maximum=1)


def test_money_is_no_percentage():
    assert "no percentage" in error("25 %", Type.MONEY)


def test_numbers_out_of_range_are_errors_with_the_range():
    assert "can't be -5. Write a number of 0 or more." in error(-5, Type.MONEY, minimum=0)
    assert "Write a number from 1 to 5." in error("6", Type.INTEGER, minimum=1, maximum=5)


def test_whole_numbers():
    assert [value(cell, Type.INTEGER) for cell in ("3", 3.0, "4.0", "1,000", Decimal(7))] == [
        3,
        3,
        4,
        1000,
        7,
    ]
    assert isinstance(value(3.0, Type.INTEGER), int)
    assert "has a fraction" in error(3.5, Type.INTEGER)
    assert "has a fraction" in error("3,5", Type.INTEGER)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-09-01",
        date(2026, 9, 1),
        datetime(2026, 9, 1, 23, 59),
        "2026-09-01 23:59:59",
        datetime(2026, 8, 31, 22, 0, tzinfo=UTC),
        "2026-08-31T22:00Z",
        46266,
        46266.99,
    ],
)
def test_a_date_is_the_local_day(cell):
    assert value(cell, Type.DATE) == date(2026, 9, 1)
    assert type(value(cell, Type.DATE)) is date


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("13.09.2026", "2026-09-13"),
        ("9/13/2026", "2026-09-13"),
        ("4 Sep 2026", "2026-09-04"),
        ("Sept. 4th, 2026", "2026-09-04"),
        ("4. September 2026", "2026-09-04"),
        ("2026/9/4", "2026-09-04"),
        (20260904, "2026-09-04"),
        ("7.7.2026", "2026-07-07"),
    ],
)
def test_another_form_that_means_one_day_is_an_error_with_what_to_write(cell, wanted):
    assert error(cell, Type.DATE).endswith(f"Write {wanted}.")


def test_month_names_of_the_locale_are_known():
    assert error("4. März 2026", Type.DATE, GERMAN).endswith("Write 2026-03-04.")


def test_day_and_month_that_could_be_swapped_give_both_readings():
    assert "as 2026-04-03 or as 2026-03-04" in error("03/04/2026", Type.DATE)


@pytest.mark.parametrize(
    "cell", ["soon", "2026-02-30", "31.02.2026", 2026, 3.5, True, time(9), "32/13/2026", "Q3 2026"]
)
def test_what_is_no_date_is_an_error_with_an_example(cell):
    assert error(cell, Type.DATE).endswith("Write 2026-09-30.")


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2026-09-01", datetime(2026, 9, 1)),
        (date(2026, 9, 1), datetime(2026, 9, 1)),
        ("2026-09-01 08:30", datetime(2026, 9, 1, 8, 30)),
        ("2026-09-01T08:30:15.987", datetime(2026, 9, 1, 8, 30, 15)),
        (datetime(2026, 9, 1, 8, 30, 15, 987_000), datetime(2026, 9, 1, 8, 30, 15)),
        ("2026-09-01T08:30:00Z", datetime(2026, 9, 1, 8, 30, tzinfo=UTC)),
        (46266.5, datetime(2026, 9, 1, 12)),
        (46266 + 1 / 3, datetime(2026, 9, 1, 8)),
        (1_788_220_800, 1_788_220_800),
    ],
)
def test_a_time_is_kept_as_it_is_given(cell, moment):
    assert value(cell, Type.TIME) == moment


def test_a_time_that_the_clocks_skipped_is_a_warning():
    parsed = parse("2026-03-29 02:30", column(Type.TIME), BRITISH)
    assert (parsed.value, parsed.severity) == (datetime(2026, 3, 29, 2, 30), Severity.WARNING)
    assert value("2026-03-29 02:30", Type.TIME, Organisation(zone=Zone.of("UTC")))


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("13.09.2026 14:30", "2026-09-13 14:30"),
        ("9/13/2026 2:30 pm", "2026-09-13 14:30"),
        ("9/13/2026 12:05 AM", "2026-09-13 00:05"),
    ],
)
def test_a_time_in_another_form_is_an_error_with_what_to_write(cell, wanted):
    assert error(cell, Type.TIME).endswith(f"Write {wanted}.")


@given(
    st.text()
    | st.floats()
    | st.integers()
    | st.decimals()
    | st.binary()
    | st.datetimes(timezones=st.sampled_from([None, UTC]))
    | st.dates()
    | st.times(),
    st.sampled_from(Type),
    st.sampled_from([BRITISH, GERMAN, Organisation("fr_FR")]),
)
def test_any_cell_is_a_value_or_a_problem_with_a_way_out(cell, kind, how):
    parsed = parse(cell, column(kind, minimum=0), how)
    assert (parsed.problem is None) == (parsed.instead is None) == (parsed.severity is None)
    assert parsed.severity is not Severity.ERROR or parsed.value is None


@given(st.decimals(-(10**9), 10**9, places=2), st.sampled_from([("en_GB", ",", "."), ("de_DE", ".", ",")]))
def test_an_amount_written_in_the_locale_reads_back_to_itself(amount, marks):
    locale, group, decimal = marks
    written = f"{amount:,.2f}".replace(",", "_").replace(".", decimal).replace("_", group)
    assert value(written, Type.MONEY, Organisation(locale)) == float(amount)


@pytest.mark.parametrize(
    ("order", "cell", "moment"),
    [
        ("dmy", "13.09.2026", datetime(2026, 9, 13)),
        ("dmy", "7/12/2026 14:05:09", datetime(2026, 12, 7, 14, 5, 9)),
        ("mdy", "7/12/2026, 2:05 PM", datetime(2026, 7, 12, 14, 5)),
        ("mdy", "2026/07/12", datetime(2026, 7, 12)),
        ("ymd", "12 July 2026", datetime(2026, 7, 12)),
    ],
)
def test_a_day_is_read_as_the_locale_writes_it_where_that_is_certain(order, cell, moment):
    assert value(cell, Type.TIME, Organisation(date_order=order)) == moment


@pytest.mark.parametrize(("order", "cell"), [("mdy", "13.09.2026"), ("ymd", "7/12/2026"), ("dmy", "7.12.26")])
def test_a_day_that_the_locale_would_not_write_so_is_asked_about(order, cell):
    assert "Write " in error(cell, Type.TIME, Organisation(date_order=order))


@pytest.mark.parametrize(
    ("locale", "order"),
    [("de_DE", "dmy"), ("en_US", "mdy"), ("sv_SE", "ymd"), ("pt_BR", "dmy"), ("xx", None), ("", None)],
)
def test_the_order_of_a_day_is_the_locales(locale, order):
    assert date_order(locale) == order
