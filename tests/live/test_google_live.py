"""The reader on Google itself: off unless credentials are given (docs/google.md says which).

What is asserted here is what the stand-in can only assume.
"""

import os
import time
from pathlib import Path

import pytest

from data_sources.errors import SourceError
from data_sources.google_config import read, reading
from data_sources.google_sheets import GoogleReader, client

ACCOUNT, SPREADSHEET, SCRATCH, ENDPOINT = (
    os.environ.get(f"TANDEM_LIVE_{name}", "")
    for name in ("SERVICE_ACCOUNT", "SPREADSHEET", "SCRATCH", "ENDPOINT")
)
NOBODYS = "1" + "A" * 43  # an id that no spreadsheet has

pytestmark = [
    pytest.mark.skipif(
        not (ACCOUNT and SPREADSHEET),
        reason="needs TANDEM_LIVE_SERVICE_ACCOUNT and TANDEM_LIVE_SPREADSHEET",
    ),
    pytest.mark.timeout(300),
]


def configured(spreadsheet):
    section = {"service_account": str(Path(ACCOUNT).resolve())}
    if ENDPOINT:
        section["endpoint"] = ENDPOINT
    return reading(read(section, Path("secrets.toml").resolve()), f"gsheets://{spreadsheet}")


@pytest.fixture
def opened():
    made = []

    def open_(spreadsheet):
        made.append(GoogleReader(configured(spreadsheet)))
        return made[-1]

    yield open_
    for one in made:
        one.close()


def all_of(titles):
    return titles


def test_a_spreadsheet_is_read_whole(opened):
    one = opened(SPREADSHEET)
    book = one.read(all_of, everything=True)
    assert {tab.title for tab in book.tabs} == set(book.titles)
    assert all(tab.locale and tab.time_zone for tab in book.tabs)


def test_a_second_look_costs_no_parse(opened):
    """Google writes the same cells in the same bytes."""
    one = opened(SPREADSHEET)
    one.read(all_of, everything=True)
    time.sleep(one.wait(watched=True))
    assert one.read(all_of, everything=False) is None


def test_an_id_that_nobody_has_is_told(opened):
    with pytest.raises(SourceError, match=r"knows no spreadsheet of this id|isn't shared"):
        opened(NOBODYS).read(all_of, everything=True)


needs_scratch = pytest.mark.skipif(not SCRATCH, reason="needs TANDEM_LIVE_SCRATCH")


@pytest.fixture
def scratch():
    """The first tab of the spreadsheet that may be overwritten, emptied."""
    google = client(configured(SCRATCH), writing=True)
    tab = google.open_by_key(configured(SCRATCH).spreadsheets[0]).sheet1
    tab.clear()
    yield tab
    google.http_client.session.close()


@needs_scratch
def test_an_edit_is_seen_within_seconds(opened, scratch):
    one = opened(SCRATCH)
    one.read(all_of, everything=True)
    marker = f"edit {time.time():.0f}"
    scratch.update([[marker]], "A1")
    begun = time.monotonic()
    while (book := one.read(all_of, everything=False)) is None and time.monotonic() - begun < 60:
        time.sleep(2)
    assert book.tabs[0].columns[0][0] == marker
    assert time.monotonic() - begun < 15


@needs_scratch
def test_cells_come_as_the_stand_in_gives_them(opened, scratch):
    """Percent, money, days, truth values and errors, typed in by a person."""
    typed = [
        "00123",
        "'00123",
        "12%",
        "2026-01-05",
        "2026-01-05 12:00",
        "TRUE",
        "=1/0",
        "=NOSUCHNAME()",
        "$1,200.00",
    ]
    scratch.update([[text] for text in typed], "A1", value_input_option="USER_ENTERED")
    book = opened(SCRATCH).read(all_of, everything=True)
    (cells,) = next(tab for tab in book.tabs if tab.title == scratch.title).columns
    assert cells[:6] == [123, "00123", 0.12, 46027, 46027.5, True]
    assert cells[6:8] == ["#DIV/0!", "#NAME?"]
    assert cells[8] in (1200, 1200.0, "$1,200.00")  # by the spreadsheet's locale


@needs_scratch
def test_a_renamed_tab_is_found_again(opened, scratch):
    one, before = opened(SCRATCH), scratch.title
    scratch.update([["x"]], "A1")
    one.read(all_of, everything=True)
    try:
        scratch.update_title(f"{before} renamed")
        assert f"{before} renamed" in one.read(all_of, everything=False).titles
    finally:
        scratch.update_title(before)
