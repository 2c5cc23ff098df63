"""Zones, as_of and opening hours, at the nights when clocks change and on the days nobody works."""
# ruff: noqa: DTZ001 - times without a zone are local here, which is what is tested

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.clock import DAY, AsOf, Opening, Zone, date_of, day_number, read_iso

BERLIN = Zone.of("Europe/Berlin")
SAO_PAULO = Zone.of("America/Sao_Paulo")
LORD_HOWE = Zone.of("Australia/Lord_Howe")
KOLKATA = Zone.of("Asia/Kolkata")
APIA = Zone.of("Pacific/Apia")
ST_JOHNS = Zone.of("America/St_Johns")
ZONES = [BERLIN, SAO_PAULO, LORD_HOWE, KOLKATA, APIA, ST_JOHNS, Zone.of("UTC"), Zone.of("Africa/Casablanca")]

WEEK = ("mon", "tue", "wed", "thu", "fri")


@dataclass(frozen=True)
class Work:
    """The working hours of an organisation, as settings say them."""

    work_days: tuple[str, ...] = WEEK
    work_start: str = "09:00"
    work_end: str = "17:00"
    holidays: str | None = None
    zone: Zone = field(default=BERLIN)


def opening(**more):
    return Opening.of(Work(**more))


def utc(*parts):
    return int(datetime(*parts, tzinfo=UTC).timestamp())


def local(zone, *parts):
    return zone.to_epoch(datetime(*parts))


epochs = st.integers(utc(1999, 1, 1), utc(2031, 1, 1))
zones = st.sampled_from(ZONES)


# --- zones ----------------------------------------------------------------------------------------------


def test_transitions_of_berlin_are_the_last_sundays_of_march_and_october_at_one_utc():
    found = [(t.utc, t.before, t.after) for t in BERLIN.transitions(2026, 2026)]
    assert found == [(utc(2026, 3, 29, 1), 3600, 7200), (utc(2026, 10, 25, 1), 7200, 3600)]


def test_lord_howe_moves_by_half_an_hour():
    assert [t.after - t.before for t in LORD_HOWE.transitions(2026, 2026)] == [-1800, 1800]


def test_kolkata_has_no_transitions():
    assert KOLKATA.transitions(2000, 2030) == ()


def test_casablanca_leaves_and_returns_within_the_same_spring():
    assert len(Zone.of("Africa/Casablanca").transitions(2026, 2026)) == 2


def test_transitions_of_several_years_ascend():
    found = [t.utc for t in SAO_PAULO.transitions(2010, 2020)]
    assert found == sorted(set(found))
    assert len(found) == 19  # Brazil gave up summer time in 2019


@given(zones, epochs)
def test_offsets_follow_from_the_transitions(zone, epoch):
    later = [t for t in zone.transitions(1999, 2031) if t.utc <= epoch]
    first = zone.transitions(1999, 2031)[:1]
    expected = later[-1].after if later else (first[0].before if first else zone.offset(0))
    assert zone.offset(epoch) == expected


def test_a_repeated_time_is_the_first():
    assert local(BERLIN, 2026, 10, 25, 2, 30) == utc(2026, 10, 25, 0, 30)


def test_a_skipped_time_moves_forward_by_the_gap():
    assert BERLIN.is_skipped(datetime(2026, 3, 29, 2, 30))
    assert local(BERLIN, 2026, 3, 29, 2, 30) == local(BERLIN, 2026, 3, 29, 3, 30) == utc(2026, 3, 29, 1, 30)
    assert local(LORD_HOWE, 2026, 10, 4, 2, 10) == local(LORD_HOWE, 2026, 10, 4, 2, 40)


@given(zones, epochs)
def test_an_instant_read_as_local_time_and_back_is_itself_or_the_first_of_a_repeated_hour(zone, epoch):
    back = zone.to_epoch(zone.from_epoch(epoch))
    assert not zone.is_skipped(zone.from_epoch(epoch))
    assert back <= epoch
    assert zone.from_epoch(back) == zone.from_epoch(epoch)


def test_fractions_of_a_second_are_cut_off_also_before_1970():
    assert BERLIN.to_epoch(datetime(2026, 7, 1, 12, 0, 0, 999_999)) == local(BERLIN, 2026, 7, 1, 12)
    assert Zone.of("UTC").to_epoch(datetime(1969, 12, 31, 23, 59, 59, 500_000)) == -1


def test_an_aware_time_stands_for_itself():
    assert BERLIN.to_epoch(datetime(2026, 7, 1, 12, tzinfo=UTC)) == utc(2026, 7, 1, 12)


def test_the_local_day_is_that_of_the_wall_clock():
    assert BERLIN.day(utc(2026, 6, 30, 22)) == day_number(date(2026, 7, 1))
    assert BERLIN.day(utc(2026, 6, 30, 21, 59, 59)) == day_number(date(2026, 6, 30))
    assert date_of(BERLIN.day(-1)) == date(1970, 1, 1)


def test_a_stamp_at_the_end_of_all_years_has_an_offset_and_a_day():
    last = utc(9999, 12, 31, 23, 59, 59)
    assert BERLIN.offset(last) == 3600
    assert BERLIN.day(last) == day_number(date(9999, 12, 31)) + 1


def test_a_day_whose_midnight_is_skipped_begins_with_its_first_instant():
    begins = SAO_PAULO.midnight(date(2018, 11, 4))
    assert SAO_PAULO.from_epoch(begins) == datetime(2018, 11, 4, 1)
    assert SAO_PAULO.day(begins - 1) == day_number(date(2018, 11, 3))


def test_a_day_that_a_zone_skips_altogether_begins_where_it_ends():
    assert APIA.midnight(date(2011, 12, 30)) == APIA.midnight(date(2011, 12, 31))
    assert APIA.from_epoch(APIA.midnight(date(2011, 12, 31))) == datetime(2011, 12, 31)


def test_a_gap_that_ends_after_midnight_still_gives_the_first_instant():
    toronto = Zone.of("America/Toronto")  # on 30 March 1919 the clocks went from 23:30 to 00:30
    begins = toronto.midnight(date(1919, 3, 31))
    assert toronto.from_epoch(begins) == datetime(1919, 3, 31, 0, 30)
    assert toronto.from_epoch(begins - 1) == datetime(1919, 3, 30, 23, 29, 59)


@given(zones, st.dates(date(1999, 1, 1), date(2030, 12, 31)))
def test_midnight_is_the_first_instant_of_its_day(zone, day):
    begins = zone.midnight(day)
    assert zone.day(begins - 1) < day_number(day)
    if day != date(2011, 12, 30) or zone != APIA:
        assert zone.day(begins) == day_number(day)


def test_zones_are_one_per_name():
    assert Zone.of("Europe/Berlin") is BERLIN
    assert {BERLIN: 1}[Zone.of("Europe/Berlin")] == 1
    assert BERLIN != KOLKATA


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("europe/berlin", "Did you mean Europe/Berlin?"),
        ("Berlin", "Did you mean Europe/Berlin?"),
        ("New York", "Did you mean America/New_York?"),
        ("../../etc/passwd", "no time zone called '../../etc/passwd'"),
        ("Europe", "Write a name such as Europe/Berlin."),
        ("", "Write a name such as Europe/Berlin."),
    ],
)
def test_an_unknown_zone_is_one_sentence_with_the_nearest_name(name, said):
    with pytest.raises(ValueError, match="There is no time zone called") as error:
        Zone.of(name)
    assert said in str(error.value)


# --- as_of ----------------------------------------------------------------------------------------------


def test_a_bare_date_sees_that_whole_day():
    as_of = AsOf.parse("2026-03-29", BERLIN)  # a day of 23 hours
    assert as_of.instant == as_of.until == utc(2026, 3, 29, 22)
    assert as_of.day == date(2026, 3, 29)
    assert as_of.text == "2026-03-29"


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-09-30T14:00", utc(2026, 9, 30, 12)),
        ("2026-09-30 14:00:05", utc(2026, 9, 30, 12, 0, 5)),
        ("2026-09-30T14:00:05.999", utc(2026, 9, 30, 12, 0, 5)),
        ("2026-09-30T14:00Z", utc(2026, 9, 30, 14)),
        (" 2026-09-30t14:00:00-0430 ", utc(2026, 9, 30, 18, 30)),
        ("2026-10-25T02:30", utc(2026, 10, 25, 0, 30)),
        ("2026-10-25T02:30+01:00", utc(2026, 10, 25, 1, 30)),
    ],
)
def test_a_time_sees_up_to_and_including_its_second(text, instant):
    as_of = AsOf.parse(text, BERLIN)
    assert (as_of.instant, as_of.until) == (instant, instant + 1)


def test_the_day_of_a_time_is_that_of_its_last_seen_second():
    assert AsOf.parse("2026-09-30T00:00", BERLIN).day == date(2026, 9, 30)
    assert AsOf.parse("2026-09-30T23:00Z", BERLIN).day == date(2026, 10, 1)


@given(zones, epochs)
def test_the_text_of_a_moment_reads_back_to_it(zone, epoch):
    as_of = AsOf.at(datetime.fromtimestamp(epoch, UTC), zone)
    assert AsOf.parse(as_of.text, zone) == as_of


@pytest.mark.parametrize(
    "text",
    ["", "today", "2026-02-30", "30.09.2026", "2026-09-30T25:00", "2026-W37", "20260930", "9999-12-31"],
)
def test_what_is_no_date_or_time_is_one_clear_line(text):
    with pytest.raises(ValueError, match=r"is not a date or time: write 2026-09-30") as error:
        AsOf.parse(text, BERLIN)
    assert "\n" not in str(error.value)


def test_a_moment_without_zone_is_refused():
    with pytest.raises(ValueError, match="aware"):
        AsOf.at(datetime(2026, 9, 30), BERLIN)


def test_iso_text_is_a_date_a_time_or_neither():
    assert read_iso("2026-09-30") == date(2026, 9, 30)
    assert read_iso("2026-09-30 14:05") == datetime(2026, 9, 30, 14, 5)
    assert read_iso("2026-09-30 14:05:06.123456789+02") == datetime(
        2026, 9, 30, 14, 5, 6, tzinfo=read_iso("2026-01-01T00:00+02:00").tzinfo
    )
    assert read_iso("30/09/2026") is None


# --- opening hours --------------------------------------------------------------------------------------


def test_weekends_and_public_holidays_are_closed():
    bavaria = opening(holidays="DE-BY")
    assert bavaria.is_open_day(date(2026, 6, 3))
    assert not bavaria.is_open_day(date(2026, 6, 4))  # Corpus Christi
    assert not bavaria.is_open_day(date(2026, 6, 6))  # a Saturday
    assert opening(holidays="DE").is_open_day(date(2026, 6, 4))
    assert opening().is_open_day(date(2026, 12, 25))


@pytest.mark.parametrize(
    ("code", "said"),
    [("XX", "Public holidays of 'XX' are not known"), ("DE-XX", "no region 'XX'"), ("de", "DE")],
)
def test_an_unknown_country_or_region_is_one_clear_sentence(code, said):
    with pytest.raises(ValueError, match=said):
        opening(holidays=code)


def test_hours_that_end_before_they_start_are_refused():
    with pytest.raises(ValueError, match="must be later than work_start"):
        opening(work_start="17:00", work_end="09:00")


def test_a_time_of_day_that_is_none_is_refused():
    with pytest.raises(ValueError, match="write HH:MM"):
        opening(work_start="9 o'clock")


def test_rows_count_from_the_first_day():
    friday, saturday, sunday, monday = opening().rows(date(2026, 9, 4), date(2026, 9, 7))
    assert friday.opens == local(BERLIN, 2026, 9, 4, 9)
    assert friday.closes == local(BERLIN, 2026, 9, 4, 17)
    assert (friday.before, friday.workdays_before, friday.works) == (0, 0, 1)
    assert (saturday.before, saturday.workdays_before, saturday.works) == (8 * 3600, 1, 0)
    assert saturday.opens == saturday.closes == saturday.begins
    assert (sunday.before, monday.before, monday.workdays_before) == (8 * 3600, 8 * 3600, 1)


@pytest.mark.parametrize(("day", "hours"), [(29, 23), (28, 24)])
def test_a_day_open_around_the_clock_has_as_many_hours_as_the_clocks_gave_it(day, hours):
    always = opening(work_days=(*WEEK, "sat", "sun"), work_start="00:00", work_end="24:00")
    begins, ends = (BERLIN.midnight(date(2026, 3, d)) for d in (day, day + 1))
    assert always.opened(ends) - always.opened(begins) == hours * 3600 == ends - begins


def test_an_hour_put_back_inside_opening_hours_counts_twice():
    night = opening(work_days=("sun",), work_start="01:00", work_end="05:00")
    (row,) = night.rows(date(2026, 10, 25), date(2026, 10, 25))
    assert row.closes - row.opens == 5 * 3600


def test_opening_that_lies_in_a_skipped_hour_is_never_negative():
    (row,) = opening(work_days=("sun",), work_start="02:30", work_end="03:00").rows(
        date(2026, 3, 29), date(2026, 3, 29)
    )
    assert row.closes == row.opens


def test_nobody_works_on_a_day_that_the_zone_skipped():
    (row,) = opening(zone=APIA).rows(date(2011, 12, 30), date(2011, 12, 30))  # it would have been a Friday
    assert (row.works, row.closes - row.opens) == (0, 0)


def test_the_closing_second_is_inside_and_the_next_opening_is_not():
    week = opening()
    assert week.inside(local(BERLIN, 2026, 9, 4, 17))
    assert not week.inside(local(BERLIN, 2026, 9, 4, 17, 0, 1))
    assert not week.inside(local(BERLIN, 2026, 9, 7, 9))
    assert week.inside(local(BERLIN, 2026, 9, 7, 9, 0, 1))


def test_a_day_that_closes_at_midnight_has_its_midnight_inside():
    assert opening(work_end="24:00").inside(local(BERLIN, 2026, 9, 5, 0))


def test_a_deadline_of_exactly_one_day_is_the_closing_and_not_the_next_opening():
    start = local(BERLIN, 2026, 9, 4, 9)
    assert opening().deadline(start, 8 * 3600) == local(BERLIN, 2026, 9, 4, 17)


def test_a_deadline_skips_nights_weekends_and_holidays():
    start = local(BERLIN, 2026, 4, 2, 16)  # the Thursday before Good Friday and Easter Monday
    assert opening(holidays="DE").deadline(start, 2 * 3600) == local(BERLIN, 2026, 4, 7, 10)


def test_a_deadline_of_nothing_is_the_start_even_at_night():
    night = local(BERLIN, 2026, 9, 5, 3)
    assert opening().deadline(night, 0) == night


def test_a_deadline_crosses_years():
    start = local(BERLIN, 2026, 12, 31, 16)
    assert opening(holidays="DE").deadline(start, 2 * 3600) == local(BERLIN, 2027, 1, 4, 10)


HOURS = [("00:00", "03:15"), ("00:00", "24:00"), ("02:30", "17:00"), ("09:00", "17:00"), ("09:00", "24:00")]
WEEKS = [WEEK, ("mon", "sat", "sun")]
works = st.builds(
    lambda week, hours, holidays, zone: Work(week, *hours, holidays, zone),
    st.sampled_from(WEEKS),
    st.sampled_from(HOURS),
    st.sampled_from([None, "DE"]),
    st.sampled_from([BERLIN, SAO_PAULO, LORD_HOWE, KOLKATA]),
)
moments = st.integers(utc(2025, 1, 1), utc(2027, 1, 1))


@given(works, moments, st.integers(1, 60 * 3600))
def test_a_deadline_is_the_earliest_instant_at_which_the_seconds_have_passed(work, start, seconds):
    calendar = Opening.of(work)
    due = calendar.deadline(start, seconds)
    assert calendar.opened(due) - calendar.opened(start) == seconds
    assert calendar.opened(due - 1) - calendar.opened(start) == seconds - 1
    assert calendar.inside(due)


@given(works, moments, st.integers(0, 20 * DAY))
def test_opened_counts_the_open_seconds_of_every_day_between(work, start, length):
    calendar = Opening.of(work)
    first, last = (date_of(work.zone.day(t)) for t in (start, start + length))
    by_day = sum(
        max(0, min(row.closes, start + length) - max(row.opens, start)) for row in calendar.rows(first, last)
    )
    assert calendar.opened(start + length) - calendar.opened(start) == by_day


@given(works, moments)
def test_inside_says_whether_the_second_that_just_ended_was_open(work, epoch):
    calendar = Opening.of(work)
    assert calendar.inside(epoch) == (calendar.opened(epoch) > calendar.opened(epoch - 1))


def test_opening_seconds_before_the_origin_are_differences_like_any_other():
    week = opening()
    assert week.opened(local(BERLIN, 2020, 1, 1, 0)) == 0
    assert week.opened(local(BERLIN, 2019, 12, 31, 12)) == -5 * 3600
    assert week.workdays_through(date(2019, 12, 30)) == -1


def test_stamps_far_from_our_time_are_answered_at_once():
    week = opening()
    assert week.opened(utc(9999, 12, 31)) == week.opened(utc(2201, 1, 2))
    assert week.opened(-10_000_000_000) <= week.opened(0)


def test_working_days_accumulate():
    week = opening(holidays="DE")
    through = [week.workdays_through(date(2026, 4, 1) + timedelta(days=n)) for n in range(8)]
    assert [n - through[0] for n in through] == [0, 1, 1, 1, 1, 1, 2, 3]  # Easter: 3 to 6 April


def share(calendar, t, first=date(2026, 9, 1), after=date(2026, 9, 15)):
    zone = calendar.zone
    return calendar.working_share(zone.midnight(first), t, zone.midnight(after))


def test_the_working_share_is_working_days_so_far_over_all():
    week = opening()  # 1 to 14 September 2026: ten working days
    assert share(week, BERLIN.midnight(date(2026, 9, 5))) == pytest.approx(0.4)
    assert share(week, BERLIN.midnight(date(2026, 9, 7))) == pytest.approx(0.4)
    assert share(week, local(BERLIN, 2026, 9, 7, 13)) == pytest.approx(0.45)
    assert share(week, local(BERLIN, 2026, 9, 7, 22)) == pytest.approx(0.5)


def test_the_working_share_is_clipped():
    week = opening()
    assert share(week, BERLIN.midnight(date(2026, 8, 1))) == 0
    assert share(week, BERLIN.midnight(date(2026, 9, 15))) == 1
    assert share(week, BERLIN.midnight(date(2027, 1, 1))) == 1


def test_without_a_working_day_in_the_span_the_share_is_that_of_its_time():
    saturday, monday = date(2026, 9, 5), date(2026, 9, 7)
    assert share(opening(), BERLIN.midnight(date(2026, 9, 6)), saturday, monday) == pytest.approx(0.5)


@given(works, st.lists(st.integers(0, 40 * DAY), min_size=2, max_size=2).map(sorted))
def test_the_working_share_never_falls(work, steps):
    calendar, start = Opening.of(work), utc(2026, 3, 1)
    earlier, later = (calendar.working_share(start, start + step, start + 30 * DAY) for step in steps)
    assert 0 <= earlier <= later <= 1
