"""Rows of a tab, typed: the quick way reads what the slow way reads, and every cell left out is named."""

import math
from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources import typed_rows as module
from data_sources.mapping import TableMapping
from data_sources.tab import Tab
from data_sources.tab_reader import read
from data_sources.typed_rows import SheetCells, typed_rows
from scorecard.clock import Zone
from scorecard.contract import TABLES, Column, Type

BERLIN = SheetCells("de_DE", Zone.of("Europe/Berlin"), "dmy")
NO_MAPPING = TableMapping()
HOW = SheetCells("en_GB", Zone.of("Europe/Berlin"))


def tab(rows, title="leads", **more):
    width = max(map(len, rows))
    columns = [[row[i] if i < len(row) else None for row in rows] for i in range(width)]
    return Tab(title, columns, "digest", **more)


def typed(table, rows, mapping=NO_MAPPING, how=HOW, **more):
    found = tab(rows, table, **more)
    return typed_rows(read(TABLES[table], found, mapping), mapping, how)


CELLS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False)
    | st.floats(19_990, 80_010)
    | st.integers(19_990, 80_010)
    | st.text(max_size=12)
    | st.datetimes(min_value=datetime(1950, 1, 1), max_value=datetime(2120, 1, 1))  # noqa: DTZ001 - local times
    | st.dates()
    | st.times()
    | st.timedeltas(timedelta(0), timedelta(days=3))
    | st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)).map(str)  # noqa: DTZ001 - the same
    | st.sampled_from(
        ["2026-07-01", "2026-02-30", "2026-07-01 24:00", "2026-07-01 09:05", "2026-07-01T09:05:01Z",
         "1.7.2026", "1.200,50 €", "25 %", "--", " -- ", "#N/A", "Loading...", "ja", "TRUE", "00123",
         "\u00a0x\u200b", "x", "l", " a"]
    )
)  # fmt: skip


@pytest.mark.parametrize("kind", Type)
@pytest.mark.parametrize("bounds", [{}, {"minimum": 0}, {"minimum": 1, "maximum": 5}], ids=repr)
@given(raw=st.lists(CELLS, max_size=8))
def test_the_quick_way_reads_what_the_slow_way_reads(kind, bounds, raw):
    column = Column("amount", kind, "What it is about.", **bounds)
    quick = module._column(raw, column, HOW, module._QUICK[kind])
    slow = module._column(raw, column, HOW, lambda cells, _: ([None] * len(cells), list(range(len(cells)))))
    assert quick.errors == slow.errors
    assert list(map(repr, quick.values)) == list(map(repr, slow.values))


def test_a_serial_day_is_local_time_to_the_second():
    found = typed("leads", [["lead_id", "created_at"], ["L1", 46204.5 + 1 / 86_400], ["L2", 46204]])
    assert found.columns["created_at"] == ["2026-07-01 12:00:01", "2026-07-01 00:00:00"]


def test_text_stays_as_it_was_written():
    found = typed(
        "leads",
        [["lead_id", "created_at", "source"], ["00123", "2026-07-01", " Webinar "], [124, "2026-07-02", 7.0]],
    )
    assert found.columns["lead_id"] == ["00123", "124"]
    assert found.columns["source"] == ["Webinar", "7"]


def test_an_unreadable_cell_is_left_out_and_named_with_its_place():
    rows = [
        ["lead_id", "created_at", "amount"],
        ["L1", "2026-07-01", "twelve"],
        ["L2", "2026-07-02", "1.200,50 €"],
    ]
    found = typed("leads", rows, how=BERLIN, link="https://docs.google.com/spreadsheets/d/x/edit#gid=7")
    assert found.columns["amount"] == [None, 1200.5]
    (problem,) = found.problems
    assert (problem.cell, problem.value, problem.rows_left_out) == ("leads!C2", "twelve", 0)
    assert problem.link == "https://docs.google.com/spreadsheets/d/x/edit#gid=7&range=C2"
    assert (problem.key, problem.day) == ("L1", date(2026, 7, 1))


def test_a_row_without_what_it_needs_is_left_out_with_what_it_costs():
    rows = [
        ["lead_id", "created_at", "amount", "owner"],
        ["L1", "soon", 500, "ana"],
        [None, "2026-07-02", 70, "ben"],
    ]
    found = typed("leads", rows)
    assert len(found) == 0
    first, second = found.problems
    assert (first.rule, first.cell, first.rows_left_out, first.amount_left_out) == (
        "cell",
        "leads!B2",
        1,
        500,
    )
    assert (second.rule, second.cell, second.amount_left_out) == ("required", "leads!A3", 70)
    assert (first.owner, second.owner) == ("ana", "ben")


def test_many_alike_are_counted_after_the_first():
    rows = [["lead_id", "created_at", "amount"], *([f"L{i}", "soon", 1] for i in range(500))]
    found = typed("leads", rows)
    assert len(found.problems) == module.SINGLE + 1
    assert sum(p.rows_left_out for p in found.problems) == 500
    assert math.isclose(sum(p.amount_left_out for p in found.problems), 500)
    assert found.problems[-1].cell == "leads!B202:B501"


def test_values_constants_and_conditions_of_the_configuration_are_applied():
    mapping = TableMapping(
        columns={"won_at": "Close Date"},
        values={"source": {"WEB": "Website"}},
        constants={"currency": "EUR"},
        when={"won_at": ("Stage", frozenset({"closed won"}))},
    )
    rows = [
        ["lead_id", "created_at", "source", "Close Date", "Stage"],
        ["L1", "2026-07-01", "WEB", "2026-08-01", "Closed Won"],
        ["L2", "2026-07-01", "Fair", "2026-08-02", "Closed Lost"],
    ]
    found = typed("leads", rows, mapping)
    assert found.columns["source"] == ["Website", "Fair"]
    assert found.columns["won_at"] == ["2026-08-01 00:00:00", None]
    assert found.columns["currency"] == ["EUR", "EUR"]


@pytest.mark.parametrize("cell", ["09:00", 0.375, time(9), timedelta(hours=9)], ids=repr)
def test_opening_hours_are_read_however_a_spreadsheet_keeps_them(cell):
    found = typed("settings", [["key", "value"], ["work_start", cell], ["sla_hours", 24]])
    assert found.columns["value"] == ["09:00", "24"]


def test_a_time_with_an_offset_keeps_it():
    zone = timezone(timedelta(hours=2))
    written = datetime(2026, 7, 1, 9, 5, tzinfo=zone)
    found = typed("leads", [["lead_id", "created_at"], ["L1", str(written)], ["L2", written.astimezone(UTC)]])
    assert found.columns["created_at"] == ["2026-07-01 09:05:00+02:00", "2026-07-01 07:05:00+00:00"]


def test_an_amount_in_another_currency_than_its_row_is_left_out():
    header = ["lead_id", "created_at", "amount", "currency"]
    rows = [
        ["L1", "2026-07-01", "USD 15,000.00", "USD"],
        ["L2", "2026-07-01", "$1,200", None],
        ["L3", "2026-07-01", "€1,200", None],
        ["L4", "2026-07-01", 7, None],
        ["L5", "2026-07-01", "R$ 1.200,50", "BRL"],
    ]
    found = typed("leads", [header, *rows])
    assert found.columns["amount"] == [15000, None, 1200, 7, 1200.5]
    (problem,) = found.problems
    assert (problem.cell, problem.value) == ("leads!C3", "$1,200")
    assert "counts in EUR" in problem.what
