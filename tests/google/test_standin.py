"""Unmodified gspread talks to the stand-in as it would to Google."""

from datetime import date, datetime

import gspread
import pytest

from tests.google import adapter
from tests.google.faults import BAD_GATEWAY, TOO_MANY, TRUNCATED

ROWS = [
    ["lead_id", "created_at", "amount", "won"],
    ["L1", date(2026, 1, 5), 1200.5, True],
    [],
    ["00123", datetime(2026, 1, 6, 12), None, False],  # noqa: DTZ001 - a cell has no zone
]


@pytest.fixture
def sheet(google):
    return google.spreadsheet("Sales", "en_US", "Europe/Berlin", tabs={"leads": ROWS, "My quotas": []})


def test_a_spreadsheet_opened_by_its_key_shows_its_tabs(google, sheet):
    book = adapter.client(google).open_by_key(sheet)
    assert book.title == "Sales"
    assert book.timezone == "Europe/Berlin"
    assert [tab.title for tab in book.worksheets()] == ["leads", "My quotas"]


def test_all_values_come_as_they_are_shown(google, sheet):
    leads = adapter.client(google).open_by_key(sheet).worksheet("leads")
    assert leads.get_all_values() == [
        ["lead_id", "created_at", "amount", "won"],
        ["L1", "2026-01-05", "1200.5", "TRUE"],
        ["", "", "", ""],
        ["00123", "2026-01-06 12:00:00", "", "FALSE"],
    ]


def test_one_batch_brings_columns_of_unformatted_values(google, sheet):
    book = adapter.client(google).open_by_key(sheet)
    told = book.values_batch_get(
        ["'leads'", "'My quotas'"],
        {
            "majorDimension": "COLUMNS",
            "valueRenderOption": "UNFORMATTED_VALUE",
            "dateTimeRenderOption": "SERIAL_NUMBER",
            "prettyPrint": "false",
        },
    )
    assert told["valueRanges"] == [
        {
            "range": "leads!A1:Z1000",
            "majorDimension": "COLUMNS",
            "values": [
                ["lead_id", "L1", "", "00123"],
                ["created_at", 46027, "", 46028.5],
                ["amount", 1200.5],
                ["won", True, "", False],
            ],
        },
        {"range": "'My quotas'!A1:Z1000", "majorDimension": "COLUMNS"},
    ]


def test_what_gspread_writes_is_read_again(google, sheet):
    leads = adapter.client(google).open_by_key(sheet).worksheet("leads")
    leads.update([["L1b"]], "A2")
    leads.append_rows([["L3", 46030]], table_range="A1")
    assert google.get(sheet, "leads!A2") == "L1b"
    # The blank row ends the table that A1 is in.
    assert leads.get("A3:B3", value_render_option="UNFORMATTED_VALUE") == [["L3", 46030]]


def test_faults_are_met_one_call_after_the_other(google, sheet):
    client = adapter.client(google)
    google.faults.next(TOO_MANY, BAD_GATEWAY, TRUNCATED)
    with pytest.raises(gspread.exceptions.APIError, match="429"):
        client.open_by_key(sheet)
    with pytest.raises(gspread.exceptions.APIError):
        client.open_by_key(sheet)
    with pytest.raises(Exception, match="IncompleteRead"):
        client.open_by_key(sheet)
    assert client.open_by_key(sheet).title == "Sales"
    assert google.token_calls == 1
    assert google.reads == 4
