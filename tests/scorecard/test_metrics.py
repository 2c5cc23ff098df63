"""Metrics by what they mean: passes, decisions, waits, cohorts and feeds, on companies counted by hand."""

import pytest

from scorecard.clock import AsOf, Zone
from scorecard.measures import ALL
from scorecard.metrics import METRICS
from scorecard.periods import parse
from scorecard.report import ask
from scorecard.status import Status
from tests.scorecard.builders import Company, Rows, lead


@pytest.fixture
def company(tmp_path):
    made: list[Company] = []

    def build(leads: Rows, **tables: Rows) -> Company:
        made.append(Company(tmp_path / f"company{len(made)}.db", leads=leads, **tables))
        return made[-1]

    yield build
    for one in made:
        one.database.close()


def handed(lead_id: str, **cells: object) -> dict:
    """A lead handed off at nine o'clock of the 6th of October; stamps of other columns are blank."""
    blank = dict.fromkeys(("first_touch_at", "accepted_at", "rejected_at", "sql_at", "won_at"))
    return lead(lead_id, handed_off_at="2026-10-06 09:00:00", **{**blank, **cells})


def set_to(**values: object) -> list[dict]:
    return [{"key": key, "value": value} for key, value in values.items()]


# --- decisions


@pytest.mark.parametrize(
    ("cells", "decided"),
    [
        ({}, "undecided"),
        ({"accepted_at": "2026-10-07"}, "accepted"),
        ({"accepted_at": "2026-10-07", "rejected_at": "2026-10-08"}, "rejected"),  # the later stands
        ({"accepted_at": "2026-10-08", "rejected_at": "2026-10-07"}, "accepted"),
        ({"accepted_at": "2026-10-08", "rejected_at": "2026-10-08"}, "rejected"),  # at a tie
        ({"sql_at": "2026-10-08"}, "accepted"),  # going on implies it
        ({"sql_at": "2026-10-09", "rejected_at": "2026-10-08"}, "rejected"),
        ({"accepted_at": "2026-10-08", "rejected_at": "2026-11-25"}, "accepted"),  # what is later isn't seen
        ({"accepted_at": "2026-11-25"}, "undecided"),
    ],
)
def test_the_later_seen_decision_stands(company, cells, decided):
    found = company([handed("a", **cells)])
    counts = {name: found.value(name) for name in ("accepted", "rejected", "undecided")}
    assert counts == {**dict.fromkeys(counts, 0), decided: 1}


# --- waits


def test_a_touch_at_the_very_deadline_is_met_and_a_second_later_is_not(company):
    touches = ("10:00:00", "13:00:00", "13:00:01", None)
    leads = [handed(f"L{i}", first_touch_at=t and f"2026-10-06 {t}") for i, t in enumerate(touches)]
    found = company(leads, settings=set_to(sla_hours=4))
    at = {n: found.value(n, as_of="2026-10-06 13:00:00") for n in ("sla_met", "sla_breached", "sla_pending")}
    assert at == {
        "sla_met": 2,
        "sla_breached": 0,
        "sla_pending": 2,
    }  # not past it yet
    later = {n: found.value(n, as_of="2026-10-06 13:00:01") for n in at}
    assert later == {"sla_met": 2, "sla_breached": 2, "sla_pending": 0}


def test_a_touch_before_the_hand_off_is_no_wait(company):
    found = company([handed("a", first_touch_at="2026-10-05 09:00:00")], settings=set_to(sla_hours=1))
    assert (found.value("sla_met"), found.value("hours_to_touch_median")) == (1, 0)


def test_who_waits_still_counts_in_the_median_of_waits(company):
    """Touched after 1, 2 and 3 hours, two waiting still: S falls to 0.8, 0.6, 0.4."""
    touched = [handed(f"L{h}", first_touch_at=f"2026-10-06 {9 + h:02}:00:00") for h in (1, 2, 3)]
    found = company([*touched, handed("w1"), handed("w2")])
    row = found.row("hours_to_touch_median")
    assert (row.value, row.n, row.numerator) == (3, 5, 3)
    ninth = found.row("hours_to_touch_p90", as_of="2026-10-06 19:00:00")
    assert (ninth.value, ninth.low, ninth.notes) == (None, 10, "running;not_reached")


def test_half_reached_exactly_is_reached(company):
    found = company([handed("a", first_touch_at="2026-10-06 11:00:00"), handed("b")])
    assert found.value("hours_to_touch_median") == 2


def test_waits_are_real_hours_on_the_night_the_clocks_change(company):
    night = {"handed_off_at": "2026-10-24 23:00:00", "first_touch_at": "2026-10-25 05:00:00"}
    found = company([handed("a") | night], settings=set_to(time_zone="Europe/Berlin"))
    assert found.value("hours_to_touch_median") == 7


def test_opening_hours_skip_nights_weekends_and_holidays(company):
    # Friday 16:00 to Monday 10:00; and over Christmas, Thursday 24th 16:00 to Monday 28th 10:00
    weekend = {"handed_off_at": "2026-10-09 16:00:00", "first_touch_at": "2026-10-12 10:00:00"}
    christmas = {"handed_off_at": "2026-12-24 16:00:00", "first_touch_at": "2026-12-28 10:00:00"}
    work = set_to(work_days="mon,tue,wed,thu,fri", work_start="09:00", work_end="17:00", holidays="DE")
    found = company([handed("a") | weekend, handed("b") | christmas], settings=work)
    for period in ("2026-10", "2026-12"):
        assert found.value("business_hours_to_touch_median", period=period, as_of="2026-12-31") == 2


def test_dates_without_times_lock_the_hours_and_the_agreement_counts_days(company):
    days = [handed(f"L{n}", first_touch_at=f"2026-10-0{6 + n}") for n in (0, 1, 2)]
    dated = [row | {"handed_off_at": "2026-10-06"} for row in days]
    found = company(dated, settings=set_to(sla_hours=24))
    row = found.row("hours_to_touch_median")
    assert (row.status, row.note("needs")) == (Status.LOCKED, "times")
    assert (found.value("sla_met"), found.value("sla_breached")) == (2, 1)


def test_the_decision_is_overdue_by_the_hour_whatever_the_touches_hold(company):
    touches = [{"touch_id": "T", "lead_id": "a", "at": "2026-10-06", "department": "sales"}]
    found = company([handed("a"), handed("b", first_touch_at="2026-10-06")], touches=touches,
                    settings=set_to(sla_hours=4))  # fmt: skip
    assert found.row("hours_to_touch_median").note("needs") == "times"
    assert found.value("overdue", as_of="2026-10-06 13:00:00") == 0
    assert found.value("overdue", as_of="2026-10-06 13:00:01") == 2


def test_a_clock_that_starts_at_the_assignment_needs_it(company):
    assigned = set_to(sla_hours=4, sla_starts="assigned")
    locked = company([handed("a", first_touch_at="2026-10-06 14:00:00")], settings=assigned)
    for name in ("sla_compliance", "sla_met", "hours_to_touch_median"):
        assert locked.row(name).note("needs") == "leads.assigned_at"
    given = handed("a", first_touch_at="2026-10-06 14:00:00", assigned_at="2026-10-06 12:00:00")
    found = company([given], settings=assigned)
    assert (found.value("sla_met"), found.value("hours_to_touch_median")) == (1, 2)


def test_a_blank_first_touch_is_the_first_of_sales_on_or_after_the_hand_off(company):
    rows = [("T1", "2026-10-06 08:00:00", "sales"), ("T2", "2026-10-06 09:30:00", "marketing"),
            ("T3", "2026-10-06 12:00:00", "sales"), ("T4", "2026-10-06 11:00:00", "sales")]  # fmt: skip
    touches = [{"touch_id": t, "lead_id": "a", "at": at, "department": d} for t, at, d in rows]
    assert company([handed("a")], touches=touches).value("hours_to_touch_median") == 2


# --- passes


def test_a_re_handed_lead_is_one_lead_and_two_hand_offs_and_its_copies_are_ignored(company):
    first = handed("a", pass_no=1, mql_at="2026-10-05 12:00:00", rejected_at="2026-10-08 09:00:00")
    again = {
        **first,
        "pass_no": 2,
        "handed_off_at": "2026-11-02 09:00:00",
        "accepted_at": "2026-11-03 09:00:00",
    }
    found = company([first, again])
    names = ("leads", "mqls", "handoffs", "accepted", "rejected", "recycle_rate")
    assert [found.value(name) for name in names] == [1, 1, 2, 1, 1, 1.0]


def test_without_passes_nothing_can_come_back(company):
    row = company([handed("a", rejected_at="2026-10-08 09:00:00")]).row("recycle_rate")
    assert (row.status, row.note("needs")) == (Status.LOCKED, "leads.pass_no")


# --- cohorts and feeds


def test_a_cohort_is_judged_once_it_is_mature(company):
    leads = [lead(f"L{i}", won_at="2026-10-20 09:00:00" if i < 3 else None) for i in range(12)]
    found = company(leads, settings=set_to(mature_days=30))
    young = found.row("lead_to_win_rate", period="2026-10", as_of="2026-11-29")
    assert (young.value, young.status, "immature" in young.notes) == (0.25, None, True)
    grown = found.row("lead_to_win_rate", period="2026-10", as_of="2026-11-30")
    assert (grown.value, grown.notes) == (0.25, "")


def test_a_feed_covers_its_first_to_its_last_row(company):
    spend = [{"date": day, "amount": 10} for day in ("2026-10-05", "2026-10-20")]
    found = company([lead("a")], spend=spend)
    assert found.row("spend", period="2026-09").status is Status.NO_DATA
    assert found.row("cpl", period="2026-09").status is Status.NO_DATA
    partly = found.row("spend", period="2026-10", as_of="2026-11-20")
    assert (partly.value, partly.notes) == (20, "data_until=2026-10-20")
    assert found.value("spend", period="2026-10-06..2026-10-10") == 0


def test_win_rate_by_value_is_unknown_when_over_a_tenth_have_no_amount(company):
    won = [lead(f"W{i}", won_at="2026-10-20", lost_at=None, amount=100) for i in range(9)]
    lost = lead("lost", lost_at="2026-10-21", amount=None)
    tenth = company([*won, lost]).row("win_rate_value")
    assert (tenth.value, tenth.n) == (1.0, 9)
    assert company([*won[:8], lost]).value("win_rate_value") is None


def test_rejections_are_counted_by_reason_of_all_of_them(company):
    reasons = ("budget", "budget", "size", None)
    leads = [handed(f"L{i}", rejected_at="2026-10-08", reject_reason=r) for i, r in enumerate(reasons)]
    rows = company(leads).rows(metrics=["rejections_by_reason"])
    assert [(r.scope, r.value, r.denominator) for r in rows] == [
        ("reject_reason=budget", 2, 4), ("reject_reason=", 1, 4), ("reject_reason=size", 1, 4)
    ]  # fmt: skip


# --- rolling up


@pytest.mark.parametrize("name", ["acceptance_rate", "win_rate", "lead_to_win_rate", "sla_compliance"])
def test_a_rate_rolls_up_by_its_parts(company, name):
    leads = [
        handed(f"L{i}", owner=("ana", "bo")[i % 3 == 0], accepted_at="2026-10-06 10:00:00" if i % 2 else None,
               rejected_at=None if i % 2 else "2026-10-06 11:00:00",
               first_touch_at="2026-10-06 12:00:00" if i % 5 else None,
               won_at="2026-10-10 09:00:00" if i % 4 == 0 else None,
               lost_at="2026-10-11" if i % 4 == 1 else None)
        for i in range(24)
    ]  # fmt: skip
    found = company(leads, settings=set_to(sla_hours=4))
    rows = {r.scope: r for r in found.rows(by=["owner"], metrics=[name])}
    whole, parts = rows.pop("all"), rows.values()
    assert whole.numerator == sum(r.numerator for r in parts) > 0
    assert whole.denominator == sum(r.denominator for r in parts)


def test_parts_of_a_span_add_up_to_the_span(company):
    leads = [lead(f"L{i}", created_at=f"2026-{10 + i % 3}-{1 + i % 28:02} 10:00:00") for i in range(30)]
    found = company(leads)
    question = ask(found.dataset, parse("2026-Q4"), AsOf.parse("2026-12-31", Zone.of("UTC")))
    months = [parse(text).bounds(Zone.of("UTC"))[0] for text in ("2026-10", "2026-11", "2026-12")]
    cut = METRICS["leads"].figures(question.asking(marks=tuple(months)))
    assert [cut[n].value for n in range(3)] == [10, 10, 10]
    assert cut[ALL].value == 30
