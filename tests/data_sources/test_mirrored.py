"""A spreadsheet's mirror: the report of the same rows in a database, swapped whole, kept over a restart."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from data_sources.config import Config
from data_sources.database import open_database
from data_sources.demo import Demo, rows, write_demo
from data_sources.errors import SourceError
from data_sources.mapping import TableMapping
from data_sources.mirrored import MirroredSource
from data_sources.ready import make_ready
from data_sources.tab import Book, Tab
from scorecard import checks, periods, small, template
from scorecard.clock import AsOf
from scorecard.report import report
from scorecard.rows import COLUMNS

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - serial days have no zone


class Sheets:
    """A spreadsheet in memory: ten lines of what a reader promises."""

    label, identity = "Spreadsheet Test", "sheets:test"

    def __init__(self, tabs, **more):
        self.tabs, self.more, self.known, self.reads = dict(tabs), more, None, 0

    def read(self, wanted, *, everything):  # noqa: ARG002 - everything is always due
        self.reads += 1
        titles = tuple(self.tabs)
        named = set(wanted(titles))
        digests = {title: str(hash(str(self.tabs[title]))) for title in titles if title in named}
        if self.known == digests:
            return None
        fresh = [title for title in digests if (self.known or {}).get(title) != digests[title]]
        self.known = digests
        return Book(titles, tuple(tab_of(t, self.tabs[t], digests[t], **self.more) for t in fresh), NOW)

    def forget(self):
        self.known = None

    def wait(self, *, watched):
        return 5.0 if watched else 30.0

    def close(self):
        """Nothing to let go of."""


def tab_of(title, grid, digest, **more):
    width = max(map(len, grid), default=0)
    return Tab(
        title, [[row[i] if i < len(row) else None for row in grid] for i in range(width)], digest, **more
    )


def serial(cell):
    """A cell as Google gives it."""
    if isinstance(cell, datetime):
        return (cell - EPOCH) / timedelta(days=1)
    return (cell - EPOCH.date()).days if isinstance(cell, date) else cell


def grids(demo):
    found = {}
    for name, batch in rows(demo):
        grid = found.setdefault(name, [list(batch[0])] if batch else [[]])
        grid += [[serial(cell) for cell in row.values()] for row in batch]
    return found


@pytest.fixture
def source(tmp_path):
    """Opens a source over these tabs; the same folder each time."""

    def opened(sheets, config=None, clock=lambda: NOW):
        return MirroredSource(sheets, config or Config(), tmp_path / "mirrors", make_ready, clock)

    return opened


def leads(*more):
    return [["lead_id", "created_at", "source", "amount"], ["L1", 46204.5, "Webinar", 100], *more]


def told(dataset, by=("source",), as_of="2026-11-21"):
    moment = AsOf.parse(as_of, small.settings(dataset).zone)
    found = report(dataset, periods.parse("2026-Q4"), moment, by=by)
    return [tuple(str(getattr(row, name)) for name in COLUMNS) for row in found]


def test_the_demo_company_in_a_spreadsheet_has_the_same_problems_each_with_its_cell(source, tmp_path):
    demo = Demo(250, 7, date(2026, 11, 21))
    url = f"sqlite:///{tmp_path / 'demo.db'}"
    write_demo(sa.create_engine(url), demo, None, make_ready)
    there, here = open_database(url, NOW), source(Sheets(grids(demo))).open()
    assert here.prepared
    as_of = AsOf.parse("2026-11-21", small.settings(there).zone)

    def problems(dataset):
        return sorted(
            (p.rule, p.table, str(p.key), p.rows, p.rows_left_out) for p in checks.check(dataset, as_of)
        )

    assert problems(here) == problems(there)
    assert all(p.cell for p in checks.check(here, as_of) if p.key not in (None, "(no key)"))


def test_an_edit_is_a_new_version_and_the_old_one_stays_whole(source):
    sheets = Sheets({"leads": leads()})
    live = source(sheets)
    before = live.open()
    version = live.probe()
    sheets.tabs["leads"] = leads(["L2", 46205, "Fair", 50])
    assert live.probe() != version
    after = live.open()
    count = sa.select(sa.func.count())
    for dataset, wanted in ((before, 1), (after, 2)):
        with dataset.engine.connect() as connection:
            assert connection.execute(count.select_from(dataset.relations["leads"].source)).scalar() == wanted


def test_nothing_new_is_the_same_version_read_later(source):
    moments = iter(NOW + timedelta(seconds=n) for n in range(100))
    live = source(Sheets({"leads": leads()}), clock=lambda: next(moments))
    first = live.open()
    assert live.probe() == first.stamp.version
    assert live.open().stamp.read_at > first.stamp.read_at
    assert live.open().engine is first.engine


def test_the_last_good_state_survives_a_restart_without_a_read(source):
    live = source(Sheets({"leads": leads(["L2", "soon", "Fair", 5])}))
    kept = live.open()
    problems = list(kept.problems)
    live.close()
    sheets = Sheets({"leads": leads()})
    again = source(sheets).last()
    assert sheets.reads == 0
    assert again.stamp == kept.stamp
    assert list(again.problems) == problems


def test_another_configuration_reads_everything_anew(source):
    first = source(Sheets({"leads": leads()}))
    first.open()
    first.close()
    other = Config(tables={"leads": TableMapping(values={"source": {"Webinar": "Event"}})})
    assert source(Sheets({"leads": leads()}), other).last() is None


def test_only_the_changed_tab_is_read_anew_and_the_passes_stay_prepared(source):
    sheets = Sheets({"leads": leads(), "people": [["person_id", "name"], ["ana", "Ana"]]})
    live = source(sheets)
    live.open()
    sheets.tabs["people"] = [["person_id", "name"], ["ana", "Anna"]]
    live.probe()
    dataset = live.open()
    assert [row["name"] for row in small.rows(dataset, "people")] == ["Anna"]
    assert dataset.prepared


def test_a_changed_time_zone_reads_every_tab_anew(source):
    settings = [["key", "value"], ["time_zone", "Europe/Berlin"]]
    sheets = Sheets({"leads": leads(), "settings": settings})
    live = source(sheets)
    live.open()
    sheets.tabs["settings"] = [["key", "value"], ["time_zone", "America/New_York"]]
    live.probe()
    assert small.settings(live.open()).time_zone == "America/New_York"


def test_the_spreadsheets_own_locale_and_zone_hold_where_the_settings_are_silent(source):
    sheets = Sheets(
        {"leads": leads(["L2", "13.07.2026", "Fair", "1.200,50"])}, locale="de_DE", time_zone="Asia/Tokyo"
    )
    dataset = source(sheets).open()
    assert (small.settings(dataset).locale, small.settings(dataset).time_zone) == ("de_DE", "Asia/Tokyo")
    assert list(dataset.problems) == []


def test_the_configurations_settings_win(source):
    sheets = Sheets({"leads": leads(), "settings": [["key", "value"], ["time_zone", "Europe/Berlin"]]})
    dataset = source(sheets, Config(settings={"time_zone": "Asia/Tokyo"})).open()
    assert small.settings(dataset).time_zone == "Asia/Tokyo"
    assert dataset.prepared


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda tabs: tabs.pop("people"), "The tab people is gone"),
        (lambda tabs: tabs.update({"people (old)": tabs.pop("people")}), r"Rename people \(old\) back"),
        (lambda tabs: tabs.update(people=[["Who"], ["ana"]]), r"people!A1: .*person_id"),
        (lambda tabs: tabs.update(people=[]), "can't be read any more"),
    ],
)
def test_a_table_that_is_lost_stays_as_it_was_and_says_why_until_it_is_back(source, change, reason):
    sheets = Sheets({"leads": leads(), "people": [["person_id"], ["ana"]]})
    live = source(sheets)
    before = live.open()
    change(sheets.tabs)
    for _ in range(2):  # a look that brings nothing new doesn't make it well
        with pytest.raises(SourceError, match=reason):
            live.probe()
    assert live.open() is before
    sheets.tabs = {"leads": leads(), "people": [["person_id"], ["ben"]]}
    live.probe()
    assert [row["person_id"] for row in small.rows(live.open(), "people")] == ["ben"]


def test_a_table_that_was_taken_out_on_purpose_is_let_go_at_the_next_start(source):
    sheets = Sheets({"leads": leads(), "people": [["person_id"], ["ana"]]})
    first = source(sheets)
    first.open()
    first.close()
    del sheets.tabs["people"]
    again = source(sheets)
    again.probe()
    assert "people" not in again.open().relations


def test_a_spreadsheet_without_any_of_our_tabs_says_what_it_has(source):
    with pytest.raises(SourceError, match="none of Tandem's tables; it has Budget"):
        source(Sheets({"Budget": [["x"]]})).open()


def test_a_second_process_follows_what_the_first_reads(source):
    sheets = Sheets({"leads": leads()})
    writer, follower = source(sheets), source(Sheets({}))
    assert writer._lock.held()
    with pytest.raises(SourceError, match="another process"):
        follower.probe()
    version = writer.probe()
    assert follower.probe() == version
    sheets.tabs["leads"] = leads(["L2", 46205, "Fair", 50])
    assert follower.probe() == version
    assert writer.probe() == follower.probe() != version


@pytest.mark.parametrize(
    "header", ["won", "handed", "lead id", "rowid", "tandem_row", "select", "Ü ber", "x" * 200]
)
def test_any_header_can_be_an_attribute(source, header):
    grid = [[*row, "a"] for row in leads()]
    grid[0][-1] = header
    dataset = source(Sheets({"leads": grid})).open()
    assert told(dataset, by=())


def test_problems_across_rows_have_their_cells(source):
    twice = leads(["L2", 46205, "Fair", 50], ["L2", 46206, "Fair", 50])
    link = "https://docs.google.com/spreadsheets/d/x/edit#gid=0"
    dataset = source(Sheets({"leads": twice}, link=link)).open()
    found = dataset.places.find("leads", "L2", "created_at")
    assert [place.cell for place in found] == ["leads!B3", "leads!B4"]
    assert found[1].link == f"{link}&range=B4"


def test_a_mirror_that_was_cut_short_is_made_anew(source, tmp_path):
    live = source(Sheets({"leads": leads()}))
    live.open()
    live.close()
    for file in (tmp_path / "mirrors").rglob("*.db"):
        file.write_bytes(b"SQLite format 3\0 and nothing more")
    again = source(Sheets({"leads": leads()}))
    assert again.last() is None
    assert "leads" in again.open().relations


def test_old_files_go_once_nobody_needs_them(source, tmp_path):
    moment = [NOW]
    sheets = Sheets({"leads": leads()})
    live = source(sheets, clock=lambda: moment[0])
    live.open()
    for n in range(5):
        moment[0] += timedelta(minutes=3)
        sheets.tabs["leads"] = leads([f"N{n}", 46205, "Fair", n])
        live.probe()
    assert len(list((tmp_path / "mirrors").rglob("*.db"))) == 2


def test_a_tab_that_the_configuration_names_and_nobody_has_is_told_with_the_nearest(source):
    config = Config(tables={"people": TableMapping(table="Poeple")})
    dataset = source(Sheets({"leads": leads(), "Peoples": [["person_id"]]}), config).open()
    (said,) = dataset.missing
    assert said.startswith("tandem.tables.people names the tab Poeple, which Spreadsheet Test does not have.")
    assert "Was it renamed to Peoples?" in said


@pytest.mark.parametrize(("stamp", "told_of"), [("0000abcd", 1), (template.version(), 0)])
def test_a_spreadsheet_made_from_an_older_template_says_so(source, stamp, told_of):
    sheets = Sheets({"Start here": [["Tandem"], [f"Tandem template {stamp}"]], "leads": leads()})
    dataset = source(sheets).open()
    assert [p.rule for p in dataset.problems] == ["old_template"] * told_of


def test_amounts_count_in_the_currency_of_the_settings(source):
    plans = [["metric", "department", "period_start", "period_end", "target"],
             ["revenue", "sales", "2026-10-01", "2026-12-31", "$70,000"]]  # fmt: skip
    tabs = {"leads": leads(), "quotas": plans, "settings": [["key", "value"], ["currency", "USD"]]}
    sheets = Sheets(tabs)
    live = source(sheets)
    assert list(live.open().problems) == []
    sheets.tabs["settings"] = [["key", "value"], ["currency", "EUR"]]
    live.probe()
    (problem,) = live.open().problems
    assert (problem.cell, problem.rows_left_out) == ("quotas!E2", 1)
