"""An empty Google spreadsheet is filled with every column's header, note, format and validation, in one call.

The stand-in carries the requests out; Google's own schemas say whether they are requests at all. No recording
backs what Google makes of notes, dropdowns and warnings-only protection.
"""

import json
from datetime import date
from pathlib import Path

import pytest

from data_sources import google_config, template_google
from data_sources.errors import ConfigError, SourceError
from data_sources.tab import letters
from scorecard.contract import SETTINGS, TABLES, Type
from scorecard.metrics import METRICS
from scorecard.template import START, Style, template, version_in
from tests.google import changes, errors, faults, masks, schema, standin
from tests.google.cells import Formula

FORMATS = {
    Type.TEXT: {"type": "TEXT", "pattern": "@"},
    Type.TIME: {"type": "DATE_TIME", "pattern": "yyyy-mm-dd hh:mm"},
    Type.DATE: {"type": "DATE", "pattern": "yyyy-mm-dd"},
    Type.INTEGER: {"type": "NUMBER", "pattern": "#,##0"},
    Type.NUMBER: None,
    Type.MONEY: {"type": "NUMBER", "pattern": "#,##0.00"},
    Type.SHARE: {"type": "PERCENT", "pattern": "0.0%"},
    Type.BOOLEAN: {"type": "TEXT", "pattern": "@"},
}
every_table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)


@pytest.fixture(scope="module")
def whole():
    return template()


@pytest.fixture(scope="module")
def filled(whole):
    """A stand-in with a spreadsheet that was filled, and its id."""
    with standin.google() as google:
        sheet = google.spreadsheet("Ours")
        made = template_google.make(reached(google), sheet, whole)
        assert made.title == "Ours"
        yield google, sheet


def reached(google):
    """The configuration of a service account that reaches the stand-in."""
    section = {"service_account": google.service_account(), "endpoint": google.endpoint}
    return google_config.read(section, Path("secrets.toml"))


def field(whole, table, column):
    return next(f for f in whole.page(table.name).fields if f.name == column.name)


def look(filled, table, at, row, path):
    google, sheet = filled
    return google.look(sheet, f"{table.name}!{letters(at)}{row}", path)


# --- what is written ------------------------------------------------------------------------------------


def test_one_call_writes_it_all(filled):
    google, _ = filled
    assert [call.path.rpartition(":")[2] for call in google.log.of("write")] == ["batchUpdate"]
    assert google.reads == 2


def test_the_requests_are_such_as_google_knows(filled):
    google, _ = filled
    (call,) = google.log.of("write")
    assert schema.complaints(call.body, "BatchUpdateSpreadsheetRequest", "sheets.v4") == []
    assert len(json.dumps(call.body)) < 500_000


def test_what_is_asked_first_is_a_mask_that_google_knows():
    mask = masks.parsed(template_google.LOOK["fields"])
    masks.check(mask, {"$ref": "Spreadsheet"}, "sheets.v4")


def test_the_first_tab_takes_the_place_of_the_empty_one(filled, whole):
    google, sheet = filled
    titles = [tab.title for tab in google.book(sheet).sheets]
    assert titles == [START, *(page.title for page in whole.pages)]


@every_table
def test_every_column_has_its_header_and_its_note(filled, whole, table):
    google, sheet = filled
    for at, column in enumerate(table.columns):
        assert google.get(sheet, f"{table.name}!{letters(at)}1") == column.name
        assert look(filled, table, at, 1, "note") == field(whole, table, column).note


@every_table
def test_every_column_has_the_format_of_its_type_down_to_the_last_row(filled, whole, table):
    google, sheet = filled
    last = google.tab(sheet, table.name).rows
    for at, column in enumerate(table.columns):
        if (table.name, column.name) == ("settings", "value"):
            continue  # each key has its own
        for row in (2, last):
            found = look(filled, table, at, row, "userEnteredFormat.numberFormat")
            assert found == FORMATS[column.type]
        wraps = look(filled, table, at, 2, "userEnteredFormat.wrapStrategy")
        assert (wraps == "WRAP") == field(whole, table, column).wraps


@every_table
def test_every_column_has_its_validation_down_to_the_last_row(filled, whole, table):
    google, sheet = filled
    last = google.tab(sheet, table.name).rows
    for at, column in enumerate(table.columns):
        if (table.name, column.name) == ("settings", "value"):
            continue
        rule = field(whole, table, column).rule
        assert look(filled, table, at, 1, "dataValidation") is None
        for row in (2, last):
            found = look(filled, table, at, row, "dataValidation")
            assert (found is None) == (rule is None)
            if rule is not None:
                assert_holds(found, rule, filled)


def assert_holds(found, rule, filled):
    values = [value["userEnteredValue"] for value in found["condition"].get("values", [])]
    assert (found["strict"], found["inputMessage"]) == (rule.strict, rule.message)
    assert found["showCustomUi"] == (rule.kind in ("choices", "tab"))
    kind = found["condition"]["type"]
    if rule.kind == "choices":
        assert (kind, values) == ("ONE_OF_LIST", list(rule.choices))
    elif rule.kind == "tab":
        assert (kind, len(values)) == ("ONE_OF_RANGE", 1)
        assert referred(values[0], filled) == (rule.tab, rule.column)
    elif rule.kind == "day":
        assert (kind, values) == ("DATE_IS_VALID", [])
    elif rule.low is not None and rule.high is None:
        assert (kind, values) == ("NUMBER_GREATER_THAN_EQ", [f"{rule.low:g}"])
    else:
        low, high = map(float, values)
        assert kind == "NUMBER_BETWEEN"
        assert (low, high) == (rule.low if rule.low is not None else -1e15, rule.high or 1e15)
        assert all(value.lstrip("-").isdigit() for value in values)  # 0.5 is text where decimals have commas


def referred(formula, filled):
    """The tab and the header of the column that ='people'!$A$2:$A looks at."""
    google, sheet = filled
    tab, _, cells = formula.removeprefix("=").partition("!")
    start, _, end = cells.replace("$", "").partition(":")
    assert (start[-1], end) == ("2", start[:-1])
    return tab.strip("'"), google.get(sheet, f"{tab}!{end}1")


def test_each_setting_stands_ready_and_holds_its_value_to_what_it_takes(filled, whole):
    google, sheet = filled
    for row, line in enumerate(whole.page("settings").lines, start=2):
        assert google.get(sheet, f"settings!A{row}") == line.key
        assert google.get(sheet, f"settings!B{row}") is None
        assert google.look(sheet, f"settings!A{row}", "note") == f"{line.key}: {line.note}"
        assert google.look(sheet, f"settings!B{row}", "userEnteredFormat.numberFormat") == FORMATS[line.type]
        found = google.look(sheet, f"settings!B{row}", "dataValidation")
        assert (found is None) == (line.rule is None)
        if line.rule is not None:
            assert_holds(found, line.rule, filled)


@every_table
def test_headers_are_protected_by_a_question_only_and_stay_in_sight(filled, table):
    google, sheet = filled
    tab = google.tab(sheet, table.name)
    (protected,) = tab.protected
    assert protected["warningOnly"] is True
    assert protected["range"] == {"sheetId": tab.sheet_id, "startRowIndex": 0, "endRowIndex": 1}
    assert tab.properties["gridProperties"] == {"frozenRowCount": 1, "frozenColumnCount": 1}


@every_table
def test_a_needed_column_is_bold_and_every_column_has_a_width(filled, whole, table):
    google, sheet = filled
    for at, column in enumerate(table.columns):
        assert look(filled, table, at, 1, "userEnteredFormat.textFormat")["bold"] == column.required
    widths = {}
    for told in google.tab(sheet, table.name).dimensions:
        where = told["range"]
        widths |= dict.fromkeys(
            range(where["startIndex"], where["endIndex"]), told["properties"]["pixelSize"]
        )
    assert sorted(widths) == list(range(len(table.columns)))
    assert all(widths[at] >= 7 * f.width for at, f in enumerate(whole.page(table.name).fields))


def test_only_leads_have_room_for_more_columns(filled):
    google, sheet = filled
    for table in TABLES.values():
        spare = google.tab(sheet, table.name).columns - len(table.columns)
        assert spare == (8 if table.open_ended else 0)


def test_the_first_tab_says_what_the_template_says_and_leads_to_the_tabs(filled, whole):
    google, sheet = filled
    ids = {tab.title: tab.sheet_id for tab in google.book(sheet).sheets}
    for at, row in enumerate(whole.start, start=1):
        for column, text in enumerate(row.cells):
            assert google.get(sheet, f"'{START}'!{letters(column)}{at}") == text
        if row.tab is not None:
            link = google.look(sheet, f"'{START}'!A{at}", "userEnteredFormat.textFormat")["link"]
            assert link == {"uri": f"#gid={ids[row.tab]}"}
    assert {row.cells[0] for row in whole.start if row.style is Style.ROW} >= set(SETTINGS) | set(METRICS)


def test_the_version_stands_on_the_first_tab_and_in_the_metadata(filled, whole):
    google, sheet = filled
    assert version_in(google.get(sheet, f"'{START}'!A{at}") for at in range(1, 10)) == whole.version
    (stamp,) = google.book(sheet).metadata
    assert (stamp["metadataKey"], stamp["metadataValue"]) == ("tandem_template", whole.version)


# --- where it is written --------------------------------------------------------------------------------


def test_locale_and_time_zone_stay_unless_asked_for(google, whole):
    sheet = google.spreadsheet(locale="pt_BR", time_zone="America/Sao_Paulo")
    template_google.make(reached(google), google.url(sheet), whole)
    properties = google.book(sheet).properties
    assert (properties["locale"], properties["timeZone"]) == ("pt_BR", "America/Sao_Paulo")


def test_locale_and_time_zone_are_set_where_asked_for(google):
    sheet = google.spreadsheet()
    some = template(("goals",))
    template_google.make(reached(google), sheet, some, locale="de-DE", time_zone="Europe/Berlin")
    properties = google.book(sheet).properties
    assert (properties["locale"], properties["timeZone"]) == ("de_DE", "Europe/Berlin")
    assert [tab.title for tab in google.book(sheet).sheets] == [START, "goals"]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"locale": "german"}, "--locale 'german' can't be used. Write a locale such as de_DE or en_US."),
        ({"time_zone": "Berlin"}, "--time-zone 'Berlin' can't be used."),
    ],
    ids=["locale", "time zone"],
)
def test_a_locale_or_zone_that_is_none_is_refused_before_anything_is_asked(google, whole, asked, words):
    with pytest.raises(ValueError, match=f"^{words}"):
        template_google.make(reached(google), google.spreadsheet(), whole, **asked)
    assert google.calls == []


@pytest.mark.parametrize("title", ["Tabellenblatt1", "Feuille 1", "it's"])
def test_the_empty_tab_may_have_any_name(google, title):
    sheet = google.spreadsheet(tabs={title: []})
    template_google.make(reached(google), sheet, template(("goals",)))
    assert [tab.title for tab in google.book(sheet).sheets] == [START, "goals"]


@pytest.mark.parametrize(
    ("tabs", "words"),
    [
        ({"Sheet1": [[], [None, None, "ours"]]}, "something in Sheet1!C2"),
        ({"My notes": [[0]]}, "something in 'My notes'!A1"),
        ({"Sheet1": [[date(2026, 1, 5)]]}, "something in Sheet1!A1"),
        ({"leads": [], "goals": []}, r"2 tabs \('leads', 'goals'\)"),
        ({f"t{i}": [] for i in range(7)}, r"7 tabs \('t0', 't1', 't2', 't3', 't4', ...\)"),
    ],
    ids=["text", "zero", "date", "two tabs", "many tabs"],
)
def test_a_spreadsheet_that_holds_anything_is_left_as_it_is(google, whole, tabs, words):
    sheet = google.spreadsheet("Ours", tabs=tabs)
    with pytest.raises(SourceError, match=f"'Ours' isn't empty: it holds {words}. Nothing was written."):
        template_google.make(reached(google), sheet, whole)
    assert google.writes == 0


def test_a_formula_that_shows_nothing_is_something(google, whole):
    sheet = google.spreadsheet()
    google.set(sheet, "Sheet1!B2", Formula("=IF(TRUE,)"))
    with pytest.raises(SourceError, match="something in Sheet1!B2"):
        template_google.make(reached(google), sheet, whole)


def test_protected_cells_are_something(google, whole):
    sheet = google.spreadsheet()
    google.tab(sheet, "Sheet1").protected.append({"protectedRangeId": 7})
    with pytest.raises(SourceError, match="protected cells in the tab 'Sheet1'"):
        template_google.make(reached(google), sheet, whole)


def test_a_template_is_not_filled_in_twice(google, whole):
    sheet = google.spreadsheet("Ours")
    template_google.make(reached(google), sheet, whole)
    with pytest.raises(SourceError, match=rf"'Ours' holds the template already \(version {whole.version}\)"):
        template_google.make(reached(google), sheet, whole)
    assert google.writes == 1


# --- when it can't be written ---------------------------------------------------------------------------


def test_a_spreadsheet_that_is_not_shared_says_with_whom_to_share_it(google, whole):
    sheet = google.spreadsheet(shared=False)
    address = google.service_account()["client_email"]
    with pytest.raises(SourceError, match=f"isn't shared with {address}.*choose Editor"):
        template_google.make(reached(google), sheet, whole)


def test_a_spreadsheet_shared_to_be_read_says_what_to_choose_instead(google, whole):
    sheet = google.spreadsheet(shared=False)
    google.share(sheet, role="reader")
    with pytest.raises(SourceError, match="choose Editor"):
        template_google.make(reached(google), sheet, whole)
    assert [tab.title for tab in google.book(sheet).sheets] == ["Sheet1"]


def test_an_unknown_spreadsheet_is_said(google, whole):
    with pytest.raises(SourceError, match="no spreadsheet of this id"):
        template_google.make(reached(google), "1" * 44, whole)


def test_an_api_key_can_only_read(google, whole):
    section = {"api_key": google.api_key(), "endpoint": google.endpoint}
    with pytest.raises(ConfigError, match=r"needs tandem\.google\.service_account"):
        template_google.make(google_config.read(section, Path("secrets.toml")), google.spreadsheet(), whole)
    assert google.calls == []


@pytest.mark.parametrize("named", ["", "  ", "what is it"])
def test_what_names_no_spreadsheet_is_refused(google, whole, named):
    with pytest.raises(ConfigError, match="--google names"):
        template_google.make(reached(google), named, whole)


def test_google_out_of_reach_is_said_with_what_to_do(google, whole):
    sheet, config = google.spreadsheet(), reached(google)
    google.gone()
    with pytest.raises(SourceError, match="Run the command again"):
        template_google.make(config, sheet, whole)


@pytest.mark.parametrize("fault", [faults.UNAVAILABLE, faults.BAD_GATEWAY, faults.RESET], ids=str)
def test_a_call_that_fails_leaves_the_spreadsheet_empty_and_can_be_repeated(google, whole, fault):
    sheet = google.spreadsheet()
    google.faults.next(fault, on=["write"])
    with pytest.raises(SourceError, match="Run the command again"):
        template_google.make(reached(google), sheet, whole)
    assert [tab.title for tab in google.book(sheet).sheets] == ["Sheet1"]
    template_google.make(reached(google), sheet, whole)
    assert google.get(sheet, "leads!A1") == "lead_id"


def test_a_reply_that_is_lost_on_its_way_is_not_followed_by_a_second_template(google, whole):
    sheet = google.spreadsheet()
    google.faults.next(faults.TRUNCATED, on=["write"])
    with pytest.raises(SourceError, match="isn't filled twice"):
        template_google.make(reached(google), sheet, whole)
    with pytest.raises(SourceError, match="holds the template already"):
        template_google.make(reached(google), sheet, whole)
    assert google.writes == 1


def test_a_locale_that_google_does_not_know_is_said(google, whole, monkeypatch):
    def refused(_book, _body, _numbers):
        raise errors.invalid("Unsupported locale: tlh")

    monkeypatch.setitem(changes.CHANGES, "updateSpreadsheetProperties", refused)
    sheet = google.spreadsheet()
    with pytest.raises(SourceError, match="doesn't know this --locale or --time-zone"):
        template_google.make(reached(google), sheet, whole, locale="eo")
    assert [tab.title for tab in google.book(sheet).sheets] == ["Sheet1"]
