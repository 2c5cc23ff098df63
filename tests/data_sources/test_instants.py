"""Times of large tabs as seconds since 1970: what reading them one by one gives, and a warning where due."""

from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources import typed_rows as module
from data_sources.instants import instants, skipped
from data_sources.mapping import TableMapping
from data_sources.tab import Tab
from data_sources.tab_reader import read
from data_sources.typed_rows import SheetCells, typed_rows
from scorecard import cells
from scorecard.clock import Zone
from scorecard.contract import TABLES, Column, Type
from tests.data_sources.test_typed_rows import CELLS

BERLIN = Zone.of("Europe/Berlin")
HOW = SheetCells("en_GB", BERLIN)
STAMP = Column("won_at", Type.TIME, "What it is about.")
ZONES = (
    "Europe/Berlin",
    "UTC",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
)
NEAR_A_CHANGE = st.integers(-8000, 8000).map(lambda s: 1_774_746_000 + s)  # 2026-03-29, clocks put forward


@pytest.mark.parametrize("name", ZONES)
@given(local=st.lists(st.integers(-600_000_000, 4_700_000_000) | NEAR_A_CHANGE, max_size=20))
def test_a_column_of_local_times_is_what_each_of_them_is(name, local):
    zone = Zone.of(name)
    moments = [datetime(1970, 1, 1) + np.timedelta64(s, "s").astype(object) for s in local]  # noqa: DTZ001 - local
    column = np.array(local, dtype=np.int64)
    assert instants(column, zone).tolist() == [zone.to_epoch(moment) for moment in moments]
    assert skipped(column, zone).tolist() == [zone.is_skipped(moment) for moment in moments]


@given(raw=st.lists(CELLS, max_size=8))
def test_seconds_are_what_the_slow_way_reads(raw):
    quick = module._instants(raw, STAMP, HOW)
    for i, cell in enumerate(raw):
        parsed = cells.parse(module._plain(cell, STAMP), STAMP, HOW)
        value = parsed.value
        wanted = BERLIN.to_epoch(value) if isinstance(value, datetime) else value
        is_error = str(parsed.severity) == "error"
        assert quick.values[i] == (None if is_error else wanted)
        assert (i in quick.errors) == is_error
        assert (i in quick.warnings) == (str(parsed.severity) == "warning")


def test_a_time_that_no_clock_showed_is_told_with_its_cell_and_moves_forward():
    rows = [["lead_id", "created_at", "won_at"], ["L1", 46000.5, 46110 + 2.5 / 24], ["L2", 46000.5, None]]
    tab = Tab("leads", list(zip(*rows, strict=True)), "digest", "https://example.com/#gid=0")
    found = typed_rows(read(TABLES["leads"], tab, TableMapping()), TableMapping(), HOW, seconds=True)
    assert found.columns["won_at"] == [BERLIN.to_epoch(datetime(2026, 3, 29, 3, 30)), None]  # noqa: DTZ001 - local
    (problem,) = found.problems
    assert (problem.rule, str(problem.severity), problem.cell) == ("skipped_time", "warning", "leads!C2")
    assert problem.rows_left_out == 0
    assert str(problem.day) == "2026-03-29"


def test_the_day_of_a_row_left_out_is_told_from_seconds_too():
    rows = [["lead_id", "created_at", "amount"], ["L1", 46204.5, "much"], ["", 46205.0, 5]]
    tab = Tab("leads", list(zip(*rows, strict=True)), "digest")
    found = typed_rows(read(TABLES["leads"], tab, TableMapping()), TableMapping(), HOW, seconds=True)
    assert {p.column: str(p.day) for p in found.problems} == {"amount": "2026-07-01", "lead_id": "2026-07-02"}
