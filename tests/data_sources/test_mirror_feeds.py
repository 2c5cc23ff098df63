"""An edit in a feed: it alone is prepared anew, and the report is that of a first reading."""

from datetime import date

from data_sources.demo import Demo
from scorecard.passes import PREPARED
from tests.data_sources.test_mirrored import Sheets, grids, source, told

__all__ = ["source"]
DEMO = Demo(120, 7, date(2026, 11, 21))
FEEDS = ("spend", "orders", "web")


def test_an_edit_in_a_feed_gives_the_report_of_a_first_reading(source, tmp_path):
    sheets = Sheets(grids(DEMO))
    live = source(sheets)
    before = live.open()
    prepared = rows(before, PREPARED)
    for feed in FEEDS:
        held = rows(before, f"tandem_{feed}")
        edit(sheets, feed)
        live.probe()
        after = live.open()
        assert after.prepared
        assert rows(after, PREPARED) == prepared
        assert rows(after, f"tandem_{feed}") != held
    anew = type(live)(
        Sheets(sheets.tabs), live.mirror.config, tmp_path / "other", live.mirror.finish, live.clock
    ).open()
    assert rows(anew, PREPARED) == prepared
    for feed in FEEDS:
        ours, theirs = (sorted(rows(one, f"tandem_{feed}"), key=str) for one in (after, anew))
        assert ours == theirs
    assert told(after) == told(anew)


def edit(sheets, feed):
    """A figure of the last row is another, and the row before the last two is gone."""
    changed = [list(row) for row in sheets.tabs[feed]]
    at = next(i for i, cell in enumerate(changed[1]) if isinstance(cell, float | int) and i)
    changed[-1] = [*changed[-1][:at], changed[1][at], *changed[-1][at + 1 :]]
    sheets.tabs[feed] = [*changed[:-3], *changed[-2:]]


def rows(dataset, table):
    with dataset.engine.connect() as connection:
        return connection.exec_driver_sql(f"SELECT * FROM {table}").all()  # noqa: S608 - our names
