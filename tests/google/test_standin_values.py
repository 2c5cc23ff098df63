"""What the stand-in makes of ranges and values. What no recording backs: tests.google.unbacked."""

import json
import random
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import gspread
import pytest

from tests.google import adapter
from tests.google.book import BY_COLUMN
from tests.google.cells import DOLLARS, PERCENT, Error, Formatted, Formula
from tests.google.changes import carried_out
from tests.google.errors import Refusal

GRID = [["a", "b", "c"], [], ["1", "", "3"]]


@pytest.fixture
def sheet(google):
    return google.spreadsheet(tabs={"Sheet1": GRID, "My tab": [["x"]], "t1": [["quoted"]], "It's": [["own"]]})


@pytest.fixture
def http(google):
    return adapter.client(google).http_client


def refusal(call):
    with pytest.raises(gspread.exceptions.APIError) as failed:
        call()
    return failed.value.response.json()["error"]["message"]


@pytest.mark.parametrize(
    ("range_", "told", "values"),
    [
        ("Sheet1", "Sheet1!A1:Z1000", [["a", "b", "c"], [], ["1", "", "3"]]),
        ("'Sheet1'", "Sheet1!A1:Z1000", [["a", "b", "c"], [], ["1", "", "3"]]),
        ("sheet1!B:B", "Sheet1!B1:B1000", [["b"]]),
        ("Sheet1!B2:C", "Sheet1!B2:C1000", [[], ["", "3"]]),
        ("Sheet1!2:3", "Sheet1!A2:Z3", [[], ["1", "", "3"]]),
        ("Sheet1!C3:A1", "Sheet1!A1:C3", [["a", "b", "c"], [], ["1", "", "3"]]),
        ("Sheet1!$A$1", "Sheet1!A1", [["a"]]),
        ("Sheet1!Y1:AZ2000", "Sheet1!Y1:Z1000", None),
        ("A1", "Sheet1!A1", [["a"]]),
        ("My tab", "'My tab'!A1:Z1000", [["x"]]),
        ("My tab!A1", "'My tab'!A1", [["x"]]),
        ("t1", "Sheet1!T1", None),
        ("'t1'", "'t1'!A1:Z1000", [["quoted"]]),
        ("'t1'!A1", "'t1'!A1", [["quoted"]]),
        ("'It''s'", "'It''s'!A1:Z1000", [["own"]]),
    ],
)
def test_a_range_is_clipped_to_the_grid_and_told_in_full(sheet, http, range_, told, values):
    expected = {"range": told, "majorDimension": "ROWS"} | ({"values": values} if values else {})
    assert http.values_get(sheet, range_) == expected


@pytest.mark.parametrize(
    "range_", ["leads", "'leads'", "Sheet1!", "Sheet1!A0", "Sheet1!A1:B2:C3", "Sheet1!1A"]
)
def test_a_range_that_means_nothing_is_refused(sheet, http, range_):
    assert refusal(lambda: http.values_get(sheet, range_)) == f"Unable to parse range: {range_}"


def test_one_unknown_tab_fails_the_whole_batch(sheet, http):
    assert (
        refusal(lambda: http.values_batch_get(sheet, ["Sheet1", "'gone'"])) == "Unable to parse range: 'gone'"
    )


def test_a_range_beyond_the_grid_is_refused(sheet, http):
    message = "Range (Sheet1!AA1) exceeds grid limits. Max rows: 1000, max columns: 26"
    assert refusal(lambda: http.values_get(sheet, "Sheet1!AA1")) == message


def test_columns_are_cut_like_rows(sheet, http):
    told = http.values_get(sheet, "Sheet1!A1:E3", {"majorDimension": "COLUMNS"})
    assert told["values"] == [["a", "", "1"], ["b"], ["c", "", "3"]]


def test_a_blank_column_between_is_an_empty_list(google, http):
    sheet = google.spreadsheet(tabs={"t": [["a", None, "c"], ["1", None, None]]})
    assert http.values_get(sheet, "'t'", {"majorDimension": "COLUMNS"})["values"] == [["a", "1"], [], ["c"]]


@pytest.mark.parametrize(
    ("value", "plain", "shown"),
    [
        ("00123", "00123", "00123"),
        (124, 124, "124"),
        (12.0, 12, "12"),
        (1 / 1024, 0.0009765625, "0.0009765625"),
        (Decimal("1.5"), 1.5, "1.5"),
        (True, True, "TRUE"),
        (Formatted(0.12, PERCENT), 0.12, "12%"),
        (Formatted(1200, DOLLARS), 1200, "$1,200"),
        (date(2026, 1, 5), 46027, "2026-01-05"),
        (datetime(2026, 1, 5, 18), 46027.75, "2026-01-05 18:00:00"),  # noqa: DTZ001 - as typed
        (datetime(2026, 1, 5, 23, 30, tzinfo=ZoneInfo("UTC")), 46028 + 0.5 / 24, "2026-01-06 00:30:00"),
        (time(6, 30), 6.5 / 24, "06:30:00"),
        (Error("#N/A"), "#N/A", "#N/A"),
        (Formula("=A1*2", 84), 84, "84"),
        (Formula("=1/0", Error("#DIV/0!")), "#DIV/0!", "#DIV/0!"),
    ],
)
def test_a_keepers_value_is_read_plain_or_as_shown(google, http, value, plain, shown):
    sheet = google.spreadsheet("S", "en_US", "Europe/Berlin", tabs={"t": [[value]]})

    def read(**options):
        return http.values_get(sheet, "'t'", options)["values"][0][0]

    assert read(valueRenderOption="UNFORMATTED_VALUE") == pytest.approx(plain)
    assert type(read(valueRenderOption="UNFORMATTED_VALUE")) is type(plain)
    assert read() == shown


def test_days_can_be_asked_for_as_text(google, http):
    sheet = google.spreadsheet(tabs={"t": [[date(2026, 1, 5), 46027]]})
    options = {"valueRenderOption": "UNFORMATTED_VALUE", "dateTimeRenderOption": "FORMATTED_STRING"}
    assert http.values_get(sheet, "'t'", options)["values"] == [["2026-01-05", 46027]]


def test_a_formula_can_be_asked_for(google, http):
    sheet = google.spreadsheet(tabs={"t": [[Formula("=A2*2", 84), date(2026, 1, 5)]]})
    assert http.values_get(sheet, "'t'", {"valueRenderOption": "FORMULA"})["values"] == [["=A2*2", 46027]]


@pytest.mark.parametrize(
    ("locale", "text", "value", "shown"),
    [
        ("en_US", "42", 42, "42"),
        ("en_US", "0042", 42, "42"),
        ("en_US", "'0042", "0042", "0042"),
        ("en_US", "2,000,000.01", 2000000.01, "2,000,000.01"),
        ("de_DE", "1.200,50", 1200.5, "1.200,50"),
        ("de_DE", "0,5", 0.5, "0,5"),
        ("de_DE", "1,200.50", "1,200.50", "1,200.50"),
        ("en_US", "12%", 0.12, "12%"),
        ("en_US", "$1,200", 1200, "$1,200"),
        ("en_US", "true", True, "TRUE"),
        ("en_US", "2026-01-05", 46027, "2026-01-05"),
        ("en_US", "2026-01-05 06:00", 46027.25, "2026-01-05 06:00:00"),
        ("en_US", "2026-02-30", "2026-02-30", "2026-02-30"),
        ("en_US", "= 1 / 1024", 0.0009765625, "0.0009765625"),
        ("en_US", "=1/0", "#DIV/0!", "#DIV/0!"),
        ("en_US", '=HYPERLINK("x")', "#NAME?", "#NAME?"),
        ("en_US", "Webinar", "Webinar", "Webinar"),
        ("en_US", "1.2.3", "1.2.3", "1.2.3"),
    ],
)
def test_what_is_typed_is_parsed(google, http, locale, text, value, shown):
    sheet = google.spreadsheet("S", locale, tabs={"t": []})
    google.enter(sheet, "'t'!A1", text)
    http.values_update(sheet, "'t'!B1", {"valueInputOption": "USER_ENTERED"}, {"values": [[text]]})
    plain = http.values_get(sheet, "'t'", {"valueRenderOption": "UNFORMATTED_VALUE"})["values"]
    assert plain == [[value, value]]
    assert http.values_get(sheet, "'t'")["values"] == [[shown, shown]]


@pytest.mark.parametrize("text", ["0042", "=1+1", "2026-01-05", "TRUE", "12%"])
def test_raw_text_stays_text(google, http, text):
    sheet = google.spreadsheet(tabs={"t": []})
    http.values_update(sheet, "'t'!A1", {"valueInputOption": "RAW"}, {"values": [[text]]})
    assert google.get(sheet, "'t'!A1") == text


def test_null_leaves_a_cell_and_an_empty_text_empties_it(google, sheet, http):
    told = http.values_update(sheet, "Sheet1!A1", {"valueInputOption": "RAW"}, {"values": [[None, "", "C"]]})
    assert told["updatedCells"] == 2
    assert http.values_get(sheet, "Sheet1!A1:C1")["values"] == [["a", "", "C"]]


def test_writing_outside_the_range_given_is_refused(sheet, http):
    message = refusal(
        lambda: http.values_update(
            sheet, "Sheet1!A1:B1", {"valueInputOption": "RAW"}, {"values": [["1"], ["2"]]}
        )
    )
    assert message == "Requested writing within range ['Sheet1'!A1:B1], but tried writing to row [2]"


def test_an_input_option_is_required(sheet, http):
    message = refusal(lambda: http.values_update(sheet, "Sheet1!A1", {}, {"values": [["1"]]}))
    assert message == "'valueInputOption' is required but not specified"


def test_appending_goes_below_the_table_and_grows_the_grid(google, http):
    sheet = google.spreadsheet(tabs={"t": [["id", "n"], *([str(row), row] for row in range(999))]})
    told = http.values_append(sheet, "'t'!A1", {"valueInputOption": "RAW"}, {"values": [["x", 1], ["y", 2]]})
    assert told["tableRange"] == "t!A1:B1000"
    assert told["updates"]["updatedRange"] == "t!A1001:B1002"
    assert http.values_get(sheet, "t!A1001:B")["range"] == "t!A1001:B1002"


def test_a_batch_with_one_bad_range_writes_nothing(google, sheet, http):
    body = {
        "valueInputOption": "RAW",
        "data": [{"range": "Sheet1!A1", "values": [["new"]]}, {"range": "gone!A1", "values": [["new"]]}],
    }
    message = refusal(lambda: http.values_batch_update(sheet, body))
    assert message == "Invalid data[1]: Unable to parse range: gone!A1"
    assert google.get(sheet, "Sheet1!A1") == "a"


def by_filter(http, sheet, *sheet_ids, **options):
    url = f"https://sheets.googleapis.com/v4/spreadsheets/{sheet}/values:batchGetByDataFilter"
    filters = [{"gridRange": {"sheetId": sheet_id}} for sheet_id in sheet_ids]
    return http.request("post", url, json={"dataFilters": filters} | options).json()


def test_tabs_read_by_id_survive_a_new_name(google, sheet, http):
    ids = [google.tab(sheet, title).sheet_id for title in ("Sheet1", "My tab")]
    google.rename(sheet, "My tab", "Mine")
    told = by_filter(http, sheet, *ids, majorDimension="COLUMNS", valueRenderOption="UNFORMATTED_VALUE")
    assert told["spreadsheetId"] == sheet
    assert told["valueRanges"] == [
        {
            "valueRange": {
                "range": "Sheet1!A1:Z1000",
                "majorDimension": "COLUMNS",
                "values": [["a", "", "1"], ["b"], ["c", "", "3"]],
            },
            "dataFilters": [{"gridRange": {}}],
        },
        {
            "valueRange": {"range": "Mine!A1:Z1000", "majorDimension": "COLUMNS", "values": [["x"]]},
            "dataFilters": [{"gridRange": {"sheetId": ids[1]}}],
        },
    ]
    assert google.log.of("read")[-1].name == "values:batchGetByDataFilter"


def test_a_tab_that_is_gone_is_refused_by_its_id(google, sheet, http):
    sheet_id = google.tab(sheet, "My tab").sheet_id
    google.delete_tab(sheet, "My tab")
    assert refusal(lambda: by_filter(http, sheet, sheet_id)) == f"No grid with id: {sheet_id}"


def test_fields_take_a_part_of_a_reply(google, sheet, http):
    google.hide(sheet, "t1")
    mask = "properties(locale,timeZone),sheets.properties(sheetId,title,hidden,gridProperties/rowCount)"
    told = http.fetch_sheet_metadata(
        sheet,
        {"fields": mask},
    )
    assert told["properties"] == {"locale": "en_US", "timeZone": "Etc/GMT"}
    assert told["sheets"][0] == {
        "properties": {"sheetId": 0, "title": "Sheet1", "gridProperties": {"rowCount": 1000}}
    }
    assert told["sheets"][2]["properties"]["hidden"] is True


def test_grid_data_is_refused(sheet, http):
    assert "no grid data" in refusal(lambda: http.fetch_sheet_metadata(sheet, {"includeGridData": "true"}))
    assert "no grid data" in refusal(
        lambda: http.fetch_sheet_metadata(sheet, {"fields": "sheets.data.rowData"})
    )


def test_keepers_insert_append_and_delete_rows(google, http):
    sheet = google.spreadsheet(tabs={"t": [["id", "day"], ["a", date(2026, 1, 5)], ["b", 2]]})
    google.insert(sheet, "t", 2, [["new", True]])
    google.append(sheet, "t", [["last"]])
    google.delete_rows(sheet, "t", 4)
    values = [["id", "day"], ["new", "TRUE"], ["a", "2026-01-05"], ["last"]]
    assert http.values_get(sheet, "'t'")["values"] == values
    google.write(sheet, "t", [["id"]])
    google.write(sheet, "another", [["id"]])
    assert http.values_get(sheet, "'t'")["values"] == [["id"]]
    assert [tab.title for tab in google.book(sheet).sheets] == ["t", "another"]


def test_columns_kept_between_polls_are_those_of_the_tab_after_any_edit(google):
    """What a poll is told, kept column by column, against the same read without anything kept."""
    sheet = google.spreadsheet(tabs={"t": [["a", 1, None, True], ["b", 2.5, "x", False]]})
    draw, book = random.Random(7), google.book(sheet)  # noqa: S311 - no secret
    ways = [
        lambda: google.set(
            sheet, f"t!{draw.choice('ABCDE')}{draw.randint(1, 6)}", draw.choice([None, "new", 7])
        ),
        lambda: google.append(sheet, "t", [[draw.random(), None, "last"]]),
        lambda: google.insert(sheet, "t", draw.randint(1, 3), [["in"]]),
        lambda: google.delete_rows(sheet, "t", draw.randint(1, 4)),
        lambda: google.write(sheet, "t", [["whole", draw.random()], [], ["c"]]),
        lambda: undone(book, google),
        lambda: google.rename(sheet, "t", "t"),
    ]
    for _ in range(300):
        draw.choice(ways)()
        place = book.find("'t'")
        assert json.loads(book.read_text(*place, BY_COLUMN)) == book.read(*place, BY_COLUMN)


def undone(book, google):
    """Changes a cell and then fails, so that the change is taken back."""
    cell = {
        "rows": [{"values": [{"userEnteredValue": {"stringValue": "undone"}}]}],
        "start": {},
        "fields": "*",
    }
    with pytest.raises(Refusal):
        carried_out(book, [{"updateCells": cell}, {"deleteSheet": {"sheetId": 99}}], google.api.numbers)


def test_what_is_read_twice_is_read_again_after_an_edit(google, sheet, http):
    first = http.values_get(sheet, "Sheet1!A1")
    google.set(sheet, "Sheet1!A1", "new")
    assert (first["values"], http.values_get(sheet, "Sheet1!A1")["values"]) == ([["a"]], [["new"]])
