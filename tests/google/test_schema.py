"""What doesn't fit Google's schemas is found."""

import pytest

from tests.google.schema import bodies_of, complaints


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ({"range": "A1", "majorDimension": "ROWS", "values": [["text", 1, True, None]]}, []),
        ({"range": 1}, [("range", "no text")]),
        ({"majorDimension": "rows"}, [("majorDimension", "none of its values: rows")]),
        ({"values": {}}, [("values", "no list")]),
        ({"values": ["text"]}, [("values[0]", "no list")]),
        ({"value": []}, [("value", "unknown")]),
        ([], [("", "no object")]),
    ],
)
def test_a_body_fits_or_is_complained_about(told, found):
    assert complaints(told, "ValueRange", "sheets.v4") == found


def test_complaints_say_where():
    told = {"sheets": [{"properties": {"sheetId": "0", "hidden": 1, "gridProperties": {"rowCount": 1.5}}}]}
    assert complaints(told, "Spreadsheet", "sheets.v4") == [
        ("sheets[0].properties.sheetId", "no whole number"),
        ("sheets[0].properties.hidden", "neither true nor false"),
        ("sheets[0].properties.gridProperties.rowCount", "no whole number"),
    ]


def test_a_call_is_known_by_its_path():
    assert bodies_of("GET", "/v4/spreadsheets/x/values/Sheet1%21A1") == ("sheets.v4", None, "ValueRange")
    assert bodies_of("GET", "/drive/v3/files/x")[2] == "File"
    with pytest.raises(LookupError):
        bodies_of("GET", "/v4/spreadsheets")
