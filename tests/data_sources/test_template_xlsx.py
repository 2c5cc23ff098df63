"""Every column of the contract stands in the written .xlsx with its header, note, format and validation."""

import io
import zipfile

import openpyxl
import pytest
from openpyxl.utils import get_column_letter, range_boundaries
from python_calamine import CalamineWorkbook

from data_sources import template_xlsx
from scorecard.contract import SETTINGS, TABLES, Type
from scorecard.metrics import METRICS
from scorecard.template import START, Need, template, version_in

FORMATS = {
    Type.TEXT: "@",
    Type.TIME: "yyyy-mm-dd hh:mm",
    Type.DATE: "yyyy-mm-dd",
    Type.INTEGER: "#,##0",
    Type.NUMBER: "General",
    Type.MONEY: "#,##0.00",
    Type.SHARE: "0.0%",
    Type.BOOLEAN: "@",
}
every_table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)


@pytest.fixture(scope="module")
def whole():
    return template()


@pytest.fixture(scope="module")
def content(whole):
    return template_xlsx.workbook(whole)


@pytest.fixture(scope="module")
def book(content):
    return openpyxl.load_workbook(io.BytesIO(content))


def field(whole, table, column):
    return next(f for f in whole.page(table.name).fields if f.name == column.name)


def below(sheet, at):
    """What holds for the cells of a column that aren't written; neighbours alike stand as one."""
    return next(c for c in sheet.column_dimensions.values() if c.min <= at <= c.max)


def validation(sheet, at, row=2):
    """The one validation of a cell, None where it has none."""
    found = [
        v
        for v in sheet.data_validations.dataValidation
        if any(
            first <= at <= last and top <= row <= bottom
            for first, top, last, bottom in (range_boundaries(str(r)) for r in v.sqref.ranges)
        )
    ]
    assert len(found) <= 1
    return found[0] if found else None


def test_the_tabs_are_the_first_one_and_a_tab_per_table(book, whole):
    assert book.sheetnames == [START, *(page.title for page in whole.pages)]
    assert book.active.title == START


@every_table
def test_every_column_has_its_header_and_its_note(book, whole, table):
    sheet = book[table.name]
    assert [cell.value for cell in sheet[1]] == [c.name for c in table.columns]
    for at, column in enumerate(table.columns, start=1):
        assert sheet.cell(1, at).comment.text == field(whole, table, column).note


@every_table
def test_every_column_has_the_format_of_its_type_and_a_width(book, whole, table):
    sheet = book[table.name]
    for at, column in enumerate(table.columns, start=1):
        cells = below(sheet, at)
        assert cells.number_format == FORMATS[column.type]
        assert cells.width == pytest.approx(field(whole, table, column).width, abs=1)
        assert not cells.protection.locked
        assert bool(cells.alignment.wrap_text) == field(whole, table, column).wraps


@every_table
def test_every_column_has_its_validation(book, whole, table):
    sheet = book[table.name]
    for at, column in enumerate(table.columns, start=1):
        found, rule = validation(sheet, at), field(whole, table, column).rule
        if table.name == "settings" and column.name == "value":
            continue  # each key has its own
        if rule is None:
            assert found is None
            continue
        assert found.errorStyle == (None if rule.strict else "warning")
        assert found.error == rule.message[:254] + "…" * (len(rule.message) > 255)
        assert str(found.sqref) == f"{get_column_letter(at)}2:{get_column_letter(at)}1048576"
        assert offered(book, found) == expected(rule)


def offered(book, found):
    """What a validation takes, in words of the template's rules."""
    if found.type == "list":
        formula = found.formula1
        if formula.startswith('"'):
            return "choices", *formula.strip('"').split(",")
        tab, _, cells = formula.removeprefix("OFFSET(").replace("$", "").partition("!")
        if tab.strip("'") == START:
            return "choices", *(row[0].value for row in book[START][cells])
        column = book[tab.strip("'")][f"{cells.partition('2,')[0]}1"].value
        return "tab", tab.strip("'"), column
    if found.type == "date":
        return ("day",)
    low, high = float(found.formula1), float(found.formula2 or "inf")
    return found.type, low if low > -1e15 else None, high if high < 1e15 else None


def expected(rule):
    if rule.kind == "choices":
        return "choices", *rule.choices
    if rule.kind == "tab":
        return "tab", rule.tab, rule.column
    if rule.kind == "day":
        return ("day",)
    return "whole" if rule.whole else "decimal", rule.low, rule.high


def test_a_dropdown_of_another_tab_ends_where_its_rows_end(book):
    sheet = book["goals"]
    at = [cell.value for cell in sheet[1]].index("owner") + 1
    filled = "MAX(1,COUNTA('people'!$A$2:$A$5000))"
    assert validation(sheet, at).formula1 == f"OFFSET('people'!$A$2,0,0,{filled},1)"


def test_dropdowns_too_long_for_excel_stand_on_the_first_tab(book):
    settings, quotas = book["settings"], book["quotas"]
    metric = [cell.value for cell in quotas[1]].index("metric") + 1
    assert offered(book, validation(settings, 1)) == ("choices", *SETTINGS)
    assert offered(book, validation(quotas, metric)) == ("choices", *METRICS)


def test_each_setting_stands_ready_with_a_note_and_holds_its_value_to_what_it_takes(book, whole):
    sheet = book["settings"]
    for row, line in enumerate(whole.page("settings").lines, start=2):
        key, value = sheet.cell(row, 1), sheet.cell(row, 2)
        assert (key.value, value.value) == (line.key, None)
        assert key.comment.text == f"{line.key}: {line.note}"
        assert value.number_format == FORMATS[line.type]
        assert not value.protection.locked
        found = validation(sheet, 2, row)
        assert (found.promptTitle, found.prompt) == (line.key, line.note)  # told where the value is written
        assert (found.type in (None, "none")) == (line.rule is None)
        if line.rule is not None:
            assert offered(book, found) == expected(line.rule)
            assert found.errorStyle == "warning"


@every_table
def test_only_the_headers_are_locked_and_stay_in_sight(book, table):
    sheet = book[table.name]
    assert sheet.protection.sheet
    assert sheet.protection.password is None
    assert all(cell.protection.locked for cell in sheet[1])
    beyond = below(sheet, len(table.columns) + 1)
    assert (beyond.max, beyond.protection.locked) == (16384, False)
    assert sheet.freeze_panes == "B2"


@every_table
def test_rows_can_be_inserted_deleted_sorted_and_filtered(book, table):
    sheet = book[table.name]
    # in the file False says: not forbidden
    for what in ("insertRows", "deleteRows", "sort", "autoFilter", "formatCells", "insertColumns", "objects"):
        assert getattr(sheet.protection, what) is False, what
    assert sheet.auto_filter.ref == f"A1:{get_column_letter(len(table.columns))}1048576"


@every_table
def test_a_needed_column_is_bold_and_of_a_colour_of_its_own(book, whole, table):
    sheet = book[table.name]
    for at, column in enumerate(table.columns, start=1):
        header, need = sheet.cell(1, at), field(whole, table, column).need
        background, text = template_xlsx.COLOURS[need]
        assert header.font.b == column.required
        assert header.fill.fgColor.rgb == f"FF{background[1:]}"
        assert header.font.color.rgb == f"FF{text[1:]}"


@pytest.mark.parametrize("need", Need)
def test_headers_have_the_contrast_that_reading_needs(need):
    lighter, darker = sorted(map(luminance, template_xlsx.COLOURS[need]), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def luminance(colour):
    """WCAG 2's relative luminance of #RRGGBB."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_first_tab_says_what_the_template_says_and_leads_to_the_tabs(book, whole):
    sheet = book[START]
    for at, row in enumerate(whole.start, start=1):
        shown = tuple(cell.value for cell in sheet[at] if cell.value is not None)
        assert shown == tuple(cell for cell in row.cells if cell)
        if row.tab is not None:
            assert sheet.cell(at, 1).hyperlink.location == f"'{row.tab}'!A1"
    assert version_in(cell.value for cell in sheet["A"]) == whole.version
    assert book.custom_doc_props["Tandem template"].value == whole.version


@every_table
def test_a_reader_finds_headers_and_no_rows(content, table):
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(table.name).to_python()
    assert rows[0] == [c.name for c in table.columns]
    assert [row for row in rows[1:] if any(cell != "" for cell in row)] == (
        [[key, ""] for key in SETTINGS] if table.name == "settings" else []
    )


def test_no_cell_holds_a_formula(content):
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        sheets = [name for name in packed.namelist() if name.startswith("xl/worksheets/sheet")]
        assert len(sheets) == len(TABLES) + 1
        assert not any(b"<f>" in packed.read(name) for name in sheets)


def test_the_same_template_gives_the_same_file(whole, content):
    assert template_xlsx.workbook(whole) == content


def test_a_file_that_is_there_is_left_alone(tmp_path, whole):
    file = tmp_path / "ours.xlsx"
    file.write_text("what somebody filled in")
    with pytest.raises(ValueError, match="is there already"):
        template_xlsx.write(whole, file)
    assert file.read_text() == "what somebody filled in"


def test_a_folder_that_is_not_there_is_said(tmp_path, whole):
    with pytest.raises(ValueError, match="can't be written: No such file or directory"):
        template_xlsx.write(whole, tmp_path / "nowhere" / "ours.xlsx")


def test_some_tables_alone_make_a_file_too():
    some = openpyxl.load_workbook(io.BytesIO(template_xlsx.workbook(template(("quotas",)))))
    assert some.sheetnames == [START, "quotas"]
    metric = [cell.value for cell in some["quotas"][1]].index("metric") + 1
    assert offered(some, validation(some["quotas"], metric)) == ("choices", *METRICS)
