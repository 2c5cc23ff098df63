"""Replies of Google Sheets taken apart, whatever stands in the cells."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources.google_replies import METADATA_FIELDS, metadata, ranges

nasty = st.sampled_from(
    [
        '{"range":"',
        '"values"',
        '"values":[["x"]]',
        "]}",
        '{"range": "a"}',
        "\\",
        '"',
        "{",
        '\\"',
        "é😀\u2028",
        "",
    ]
)
cells = st.one_of(
    nasty, st.text(max_size=8), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.booleans()
)
grids = st.lists(st.lists(cells, max_size=4), max_size=4)
layouts = st.sampled_from([{"separators": (",", ":")}, {}, {"indent": 2}])


def reply(titles_and_grids, *, extra=False, **layout):
    found = []
    for title, grid in titles_and_grids:
        one = {"range": f"'{title}'!A1:Z1000", "majorDimension": "COLUMNS"}
        found.append(one | ({"values": grid} if grid else {}))
    told = {"spreadsheetId": "id"} if extra else {}
    return json.dumps(told | {"valueRanges": found}, ensure_ascii=False, **layout).encode()


@given(
    st.lists(st.tuples(st.one_of(nasty, st.text(max_size=5)), grids), min_size=1, max_size=4),
    layouts,
    st.booleans(),
)
def test_every_range_is_read_as_json_reads_it(tabs, layout, extra):
    body = reply(tabs, extra=extra, **layout)
    expected = [one.get("values", []) for one in json.loads(body)["valueRanges"]]
    assert [one.columns() for one in ranges(body, len(tabs))] == expected


def test_what_else_a_reply_may_hold_is_passed_over():
    body = b'{"valueRanges":[{"range":"a","values":[["x"]]},{"range":"b"}],"other":[1]}'
    assert [one.columns() for one in ranges(body, 2)] == [[["x"]], []]


@given(grids, grids, layouts)
def test_a_digest_is_of_the_cells_alone(grid, other, layout):
    here, there = reply([("a", grid), ("b", other)], **layout), reply([("c", other), ("d", grid)], **layout)
    first, second = ranges(here, 2), ranges(there, 2)
    if grid and other and "indent" not in layout:
        assert [one.digest for one in first] == [one.digest for one in reversed(second)]
    assert (first[0].digest == first[1].digest) == (json.dumps(grid) == json.dumps(other))


@pytest.mark.parametrize("layout", [{"separators": (",", ":")}, {"indent": 2}])
def test_a_grown_grid_changes_no_digest(layout):
    body = reply([("leads", [["a"]])], **layout)
    grown = body.replace(b"Z1000", b"Z2000")
    assert ranges(body, 1)[0].digest == ranges(grown, 1)[0].digest


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        b'{"valueRanges":[]}',
        b'{"valueRanges":[1,2]}',
        b'{"valueRanges":[{"range":"a","values":[["x"]]}]}',
        b'{"valueRanges":[{"range":"a","values":[["x"]]},{"range":"b","val',
        b'{"valueRanges":[{"range":"a"},{"range":"b"},{"range":"c"}]}',
        b"\xff\xfe",
    ],
)
def test_what_is_no_batch_of_two_ranges_is_refused(body):
    with pytest.raises(ValueError, match=r".+"):
        [one.columns() for one in ranges(body, 2)]


@pytest.mark.parametrize("values", [b'"text"', b"[1]", b'[["x"],3]', b"{}", b"7"])
def test_values_that_are_no_columns_are_refused(values):
    body = b'{"valueRanges":[{"range":"a","values":' + values + b"}]}"
    with pytest.raises(ValueError, match="Not the values"):
        ranges(body, 1)[0].columns()


def test_metadata_says_which_tabs_hold_cells():
    told = {
        "properties": {"title": "Sales", "locale": "de_DE", "timeZone": "Europe/Berlin"},
        "sheets": [
            {"properties": {"sheetId": 0, "title": "leads", "sheetType": "GRID"}},
            {"properties": {"sheetId": 7, "title": "A chart", "sheetType": "OBJECT"}},
            {"properties": {"sheetId": 9, "title": "quotas"}},
        ],
    }
    about = metadata(told)
    assert (about.title, about.locale, about.time_zone) == ("Sales", "de_DE", "Europe/Berlin")
    assert about.gids == {"leads": 0, "quotas": 9}


@pytest.mark.parametrize(
    "told", [None, [], {}, {"properties": {}}, {"properties": {"title": "x"}, "sheets": [1]}, "x"]
)
def test_what_is_no_spreadsheet_is_refused(told):
    with pytest.raises(ValueError, match="Not the metadata"):
        metadata(told)


def test_only_what_is_needed_is_asked():
    assert METADATA_FIELDS == "properties(title,locale,timeZone),sheets.properties(sheetId,title,sheetType)"
