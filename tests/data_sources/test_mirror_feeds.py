"""An edit in a feed: it alone is prepared anew, and the report is that of a first reading."""

from datetime import date

import pytest

from data_sources.demo import Demo
from scorecard.passes import PREPARED
from tests.data_sources.test_mirrored import Sheets, grids, source, told

__all__ = ["source"]
DEMO = Demo(120, 7, date(2026, 11, 21))


@pytest.mark.parametrize("feed", ["spend", "orders", "web"])
def test_an_edit_in_a_feed_gives_the_report_of_a_first_reading(source, feed, tmp_path):
    sheets = Sheets(grids(DEMO))
    live = source(sheets)
    before = live.open()
    changed = [list(row) for row in sheets.tabs[feed]]
    at = next(i for i, cell in enumerate(changed[1]) if isinstance(cell, float | int) and i)
    changed[-1] = [*changed[-1][:at], changed[1][at], *changed[-1][at + 1 :]]
    sheets.tabs[feed] = [*changed[:-3], *changed[-2:]]
    live.probe()
    after = live.open()
    anew = type(live)(
        Sheets(sheets.tabs), live.mirror.config, tmp_path / "other", live.mirror.finish, live.clock
    )
    assert after.prepared
    assert rows(after, PREPARED) == rows(before, PREPARED) == rows(anew.open(), PREPARED)
    assert sorted(rows(after, f"tandem_{feed}"), key=str) == sorted(
        rows(anew.open(), f"tandem_{feed}"), key=str
    )
    assert rows(after, f"tandem_{feed}") != rows(before, f"tandem_{feed}")
    assert told(after) == told(anew.open())


def rows(dataset, table):
    with dataset.engine.connect() as connection:
        return connection.exec_driver_sql(f"SELECT * FROM {table}").all()  # noqa: S608 - our names
