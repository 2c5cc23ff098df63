"""spreadsheets:batchUpdate as far as filling a template needs it."""

import gspread
import pytest

from tests.google import adapter


@pytest.fixture
def sheet(google):
    return google.spreadsheet()


@pytest.fixture
def http(google):
    return adapter.client(google).http_client


@pytest.fixture
def change(sheet, http):
    """Sends requests; gives the replies."""

    def send(*requests):
        return http.batch_update(sheet, {"requests": list(requests)})["replies"]

    return send


def refusal(call):
    with pytest.raises(gspread.exceptions.APIError) as failed:
        call()
    error = failed.value.response.json()["error"]
    assert (error["code"], error["status"]) == (400, "INVALID_ARGUMENT")
    return error["message"]


def unknown(name, where):
    return f"Invalid JSON payload received. Unknown name \"{name}\" at '{where}': Cannot find field."


def named(title, **properties):
    return {"addSheet": {"properties": {"title": title, **properties}}}


def test_a_tab_is_added_with_what_it_is_to_be(google, sheet, change):
    told = change(
        named("leads", sheetId=7, gridProperties={"rowCount": 20, "columnCount": 3, "frozenRowCount": 1})
    )
    assert told == [
        {
            "addSheet": {
                "properties": {
                    "sheetId": 7,
                    "title": "leads",
                    "index": 1,
                    "sheetType": "GRID",
                    "gridProperties": {"rowCount": 20, "columnCount": 3, "frozenRowCount": 1},
                }
            }
        }
    ]
    assert google.tab(sheet, "leads").sheet_id == 7


def test_a_title_is_taken_once(change):
    message = refusal(lambda: change(named("Sheet1")))
    expected = 'A sheet with the name "Sheet1" already exists. Please enter another name.'
    assert message == f"Invalid requests[0].addSheet: {expected}"


def test_all_is_done_or_nothing(google, sheet, change):
    message = refusal(lambda: change(named("a"), {"deleteSheet": {"sheetId": 99}}))
    assert message == "Invalid requests[1].deleteSheet: No sheet with id: 99"
    assert [tab.title for tab in google.book(sheet).sheets] == ["Sheet1"]


def test_what_the_stand_in_lacks_it_names(change):
    message = refusal(lambda: change({"addChart": {}}))
    assert message == "Invalid requests[0].addChart: the stand-in doesn't know the request addChart"


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (
            {"addSheet": {"properties": {"name": "x"}}},
            unknown("name", "requests[0].addSheet.properties"),
        ),
        (
            {"addShet": {}},
            unknown("addShet", "requests[0]"),
        ),
        (
            {"deleteSheet": {"sheetId": "7"}},
            "Invalid value at 'requests[0].deleteSheet.sheetId': no whole number",
        ),
        (
            {"setDataValidation": {"rule": {"condition": {"type": "LIST"}}}},
            "Invalid value at 'requests[0].setDataValidation.rule.condition.type': none of its values: LIST",
        ),
    ],
)
def test_what_google_does_not_know_is_refused(change, request_, message):
    assert refusal(lambda: change(request_)) == message


def test_cells_get_values_notes_formats_and_dropdowns(google, sheet, change):
    rule = {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "Webinar"}]}, "strict": True}
    change(
        {
            "updateCells": {
                "start": {"sheetId": 0},
                "rows": [
                    {
                        "values": [
                            {"userEnteredValue": {"stringValue": "lead_id"}, "note": "like L-1"},
                            {
                                "userEnteredValue": {"stringValue": "created_at"},
                                "userEnteredFormat": {"textFormat": {"bold": True}},
                            },
                        ]
                    }
                ],
                "fields": "userEnteredValue,note,userEnteredFormat.textFormat",
            }
        },
        {
            "repeatCell": {
                "range": {"sheetId": 0, "startRowIndex": 1, "startColumnIndex": 1, "endColumnIndex": 2},
                "cell": {"userEnteredFormat": {"numberFormat": {"type": "DATE", "pattern": "dd.mm.yyyy"}}},
                "fields": "userEnteredFormat.numberFormat",
            }
        },
        {
            "setDataValidation": {
                "range": {"sheetId": 0, "startRowIndex": 1, "endColumnIndex": 1},
                "rule": rule,
            }
        },
    )
    assert [google.get(sheet, f"Sheet1!{cell}") for cell in ("A1", "B1", "A2")] == [
        "lead_id",
        "created_at",
        None,
    ]
    assert google.look(sheet, "Sheet1!A1", "note") == "like L-1"
    assert google.look(sheet, "Sheet1!B1", "note") is None
    assert google.look(sheet, "Sheet1!B1", "userEnteredFormat.textFormat") == {"bold": True}
    assert google.look(sheet, "Sheet1!A900", "dataValidation") == rule
    assert google.look(sheet, "Sheet1!A1", "dataValidation") is None
    google.set(sheet, "Sheet1!B2", 46027)
    assert google.tab(sheet, "Sheet1").number_format(1, 1) == {"type": "DATE", "pattern": "dd.mm.yyyy"}


def test_a_column_format_shows_what_is_written_later(google, sheet, http, change):
    change(
        {
            "repeatCell": {
                "range": {"sheetId": 0, "startRowIndex": 1, "startColumnIndex": 0, "endColumnIndex": 1},
                "cell": {"userEnteredFormat": {"numberFormat": {"type": "DATE", "pattern": "dd.mm.yyyy"}}},
                "fields": "userEnteredFormat(numberFormat)",
            }
        }
    )
    google.set(sheet, "Sheet1!A2", 46027)
    assert http.values_get(sheet, "Sheet1!A2")["values"] == [["05.01.2026"]]


def test_a_header_is_protected_and_told(google, sheet, http, change):
    asked = {"range": {"sheetId": 0, "endRowIndex": 1}, "description": "headers", "warningOnly": True}
    change({"addProtectedRange": {"protectedRange": asked}})
    told = http.fetch_sheet_metadata(sheet)["sheets"][0]["protectedRanges"]
    assert [(one["description"], one["range"], one["warningOnly"]) for one in told] == [
        ("headers", {"endRowIndex": 1}, True)
    ]
    assert google.tab(sheet, "Sheet1").protected == told


def test_tabs_are_frozen_hidden_moved_and_renamed(google, sheet, change):
    change(named("a", sheetId=1), named("b", sheetId=2))
    frozen = {"sheetId": 1, "gridProperties": {"frozenRowCount": 1}}
    change(
        {"updateSheetProperties": {"properties": frozen, "fields": "gridProperties.frozenRowCount"}},
        {"updateSheetProperties": {"properties": {"sheetId": 2, "hidden": True}, "fields": "hidden"}},
        {"updateSheetProperties": {"properties": {"sheetId": 2, "index": 0}, "fields": "index"}},
        {"updateSheetProperties": {"properties": {"sheetId": 0, "title": "read me"}, "fields": "title"}},
    )
    told = [sheet["properties"] for sheet in google.book(sheet).resource()["sheets"]]
    assert [tab["title"] for tab in told] == ["b", "read me", "a"]
    assert told[0]["hidden"] is True
    assert told[2]["gridProperties"]["frozenRowCount"] == 1


def test_a_change_of_properties_needs_its_fields(change):
    message = refusal(lambda: change({"updateSheetProperties": {"properties": {"sheetId": 0, "title": "x"}}}))
    assert "At least one field must be listed in 'fields'" in message


@pytest.mark.parametrize(
    ("kind", "fields", "wrong"),
    [
        ("repeatCell", "userEnteredFormat(numberFormat,colour)", "userEnteredFormat.colour"),
        ("updateCells", "cell.note", "cell"),
        ("updateSheetProperties", "frozenRowCount", "frozenRowCount"),
        ("updateSpreadsheetProperties", "properties.locale", "properties"),
        ("updateDimensionProperties", "width", "width"),
    ],
)
def test_fields_that_google_does_not_know_are_refused(change, kind, fields, wrong):
    assert f"Invalid field: '{wrong}'" in refusal(lambda: change({kind: {"fields": fields}}))


def test_a_stamp_and_rules_are_kept(google, sheet, change):
    stamp = {
        "metadataKey": "tandem",
        "metadataValue": "1",
        "visibility": "DOCUMENT",
        "location": {"spreadsheet": True},
    }
    told = change({"createDeveloperMetadata": {"developerMetadata": stamp}})
    assert (
        told[0]["createDeveloperMetadata"]["developerMetadata"]["location"]["locationType"] == "SPREADSHEET"
    )
    rule = {
        "ranges": [{"sheetId": 0, "endRowIndex": 1}],
        "booleanRule": {"condition": {"type": "BLANK"}, "format": {"textFormat": {"bold": True}}},
    }
    change(
        {"addConditionalFormatRule": {"rule": rule, "index": 0}},
        {
            "updateDimensionProperties": {
                "range": {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1},
                "properties": {"pixelSize": 160},
                "fields": "pixelSize",
            }
        },
        {"updateSpreadsheetProperties": {"properties": {"locale": "de_DE"}, "fields": "locale"}},
    )
    told = google.book(sheet).resource()
    assert told["developerMetadata"][0]["metadataValue"] == "1"
    assert told["sheets"][0]["conditionalFormats"][0]["ranges"] == [{"endRowIndex": 1}]
    assert told["properties"]["locale"] == "de_DE"
    assert google.tab(sheet, "Sheet1").dimensions[0]["properties"] == {"pixelSize": 160}
