"""Workbooks and CSV files: cells as they stand, read when they change, and clear words when they can't be."""

import csv
import io
import os
import zipfile
from datetime import UTC, date, datetime, time, timedelta

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_sources.csv_folder import FolderReader
from data_sources.csv_text import csv_tab
from data_sources.errors import SourceError
from data_sources.workbook import WorkbookReader, open_bytes

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LONG_AGO = NOW.timestamp() - 3600


def everything(titles):
    return titles


def book(sheets, path=None):
    """A workbook of sheets, title to rows, as bytes or written to a path an hour ago."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue() if path is None else put(path, out.getvalue())


def put(path, content, at=LONG_AGO):
    path.write_bytes(content)
    os.utime(path, (at, at))
    return path


def reader(path, kind=WorkbookReader):
    return kind(path, clock=lambda: NOW, pause=lambda _: None)


def cells(tab):
    return [list(column) for column in tab.columns]


def edited(content, part, change):
    """A workbook with one of its parts changed as text."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, change(text.decode()).encode() if name == part else text)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


# --- cells of a workbook


def test_cells_come_typed_as_excel_holds_them():
    row = ["00123", 12, 0.5, True, date(2026, 9, 30), datetime(2026, 9, 30, 14, 5), time(9), "  Ana ", None]  # noqa: DTZ001
    (tab,) = open_bytes("a.xlsx", book({"leads": [row]})).tabs
    assert [column[0] for column in cells(tab)] == [*row[:8]]
    assert isinstance(tab.columns[4][0], date)


def test_durations_and_percentages_are_read_as_what_they_are():
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet["A1"], sheet["B1"] = 0.25, timedelta(hours=30)
    sheet["A1"].number_format = "0%"
    out = io.BytesIO()
    workbook.save(out)
    (tab,) = open_bytes("a.xlsx", out.getvalue()).tabs
    assert cells(tab) == [[0.25], [timedelta(hours=30)]]


def test_blank_rows_and_columns_before_the_data_keep_every_cell_at_its_address():
    workbook = openpyxl.Workbook()
    workbook.active["C5"] = "x"
    out = io.BytesIO()
    workbook.save(out)
    (tab,) = open_bytes("a.xlsx", out.getvalue()).tabs
    assert tab.cell(2, 4) == "x"
    assert (len(tab.columns), tab.height) == (3, 5)


def test_an_error_cell_is_never_blank():
    content = book({"leads": [["lead_id", "amount"], ["L-1", 10], ["L-2", 20]]})
    broken = edited(content, SHEET, lambda xml: xml.replace('r="B3" t="n"><v>20', 'r="B3" t="e"><v>#DIV/0!'))
    assert broken != content
    (tab,) = open_bytes("a.xlsx", broken).tabs
    assert cells(tab)[1] == ["amount", 10, "#DIV/0!"]


def test_an_error_beyond_all_other_cells_is_seen_too():
    content = book({"leads": [["x"]]})
    row = '<row r="9"><c r="D9" t="e"><v>#REF!</v></c></row></sheetData>'
    (tab,) = open_bytes("a.xlsx", edited(content, SHEET, lambda xml: xml.replace("</sheetData>", row))).tabs
    assert tab.cell(3, 8) == "#REF!"
    assert tab.cell(0, 0) == "x"


@pytest.mark.parametrize(
    "written",
    [
        "<c r='B3' t='e'><v>#REF!",
        '<c\n\tr="B3"\tt="e"><v>#REF!',
        '<c r = "B3" t = "e" ><v>#REF!',
        '<c t="e" r="B3"><v>#REF!',
    ],
)
def test_an_error_cell_is_seen_however_its_tag_is_written(written):
    content = book({"leads": [["lead_id", "amount"], ["L-1", 10], ["L-2", 20]]})
    broken = edited(content, SHEET, lambda xml: xml.replace('<c r="B3" t="n"><v>20', written))
    (tab,) = open_bytes("a.xlsx", broken).tabs
    assert tab.cell(1, 2) == "#REF!"


@pytest.mark.parametrize("written", ["r='XFD1048576'", 'r = "XFD1048576"', '\n r="XFD1048576"'])
def test_a_cell_far_away_cannot_hide_behind_its_spelling(written):
    content = book({"leads": [["x"], ["y"]]})
    far = edited(content, SHEET, lambda xml: xml.replace('r="A2"', written))
    with pytest.raises(SourceError, match="XFD1048576"):
        open_bytes("a.xlsx", far)


def test_a_formula_whose_result_was_never_stored_is_an_error_not_a_blank():
    (tab,) = open_bytes("a.xlsx", book({"leads": [["amount"], ["=1+1"]]})).tabs
    assert cells(tab) == [["amount", "#CALC!"]]


def test_a_formula_that_gives_an_empty_text_is_blank():
    content = book({"leads": [["amount", "x"], ["=1+1", 1]]})
    blank = edited(content, SHEET, lambda xml: xml.replace('r="A2"><f>', 'r="A2" t="str"><f>'))
    assert blank != content
    (tab,) = open_bytes("a.xlsx", blank).tabs
    assert tab.cell(0, 1) in (None, "")


def test_merged_cells_fill_their_first_cell_only():
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet["A1"], sheet["B3"] = "Google", 1
    sheet.merge_cells("A1:A3")
    out = io.BytesIO()
    workbook.save(out)
    (tab,) = open_bytes("a.xlsx", out.getvalue()).tabs
    assert [cell or None for cell in tab.columns[0]] == ["Google", None, None]


def test_a_cell_far_away_is_named_instead_of_filling_the_memory():
    workbook = openpyxl.Workbook()
    workbook.active["A1"] = "x"
    workbook.active.cell(1_048_576, 16_384).value = "stray"
    out = io.BytesIO()
    workbook.save(out)
    with pytest.raises(SourceError, match="XFD1048576"):
        open_bytes("a.xlsx", out.getvalue())


def test_formats_without_values_reach_as_far_as_they_like():
    workbook = openpyxl.Workbook()
    workbook.active["A1"] = "x"
    workbook.active.cell(1_048_576, 16_384).number_format = "0%"
    out = io.BytesIO()
    workbook.save(out)
    (tab,) = open_bytes("a.xlsx", out.getvalue()).tabs
    assert cells(tab) == [["x"]]


# --- what can't be read


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.xlsx", b"PK\x03\x04 half a file", "damaged"),
        ("a.xlsx", b"", "damaged"),
        ("a.xlsx", b"<html>", "something else inside"),
        ("a.xls", b"\xd0\xcf\x11\xe0 old", "before 2007. Save it as .xlsx"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "password"),
        ("a.docx", b"PK\x03\x04", "Save it as .xlsx"),
        ("a.csv", b"PK\x03\x04", "is a workbook, not CSV"),
        ("a.csv", b'lead_id,owner\nL-1,"ana\n' + b"L-2,bo\n" * 300, "line 2"),
    ],
)
def test_what_is_no_workbook_is_refused_with_what_to_do(name, content, words):
    with pytest.raises(SourceError, match=words):
        open_bytes(name, content)


def test_a_file_that_unpacks_to_more_than_it_should_is_refused():
    content = book({"leads": [["x"]]})
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/bomb.xml", b"0" * 501_000_000)
    with pytest.raises(SourceError, match="501 MB unpacked"):
        open_bytes("a.xlsx", out.getvalue())


def test_a_workbook_with_entities_is_refused():
    def change(xml):
        return xml.replace("<workbook", '<!DOCTYPE x [<!ENTITY a "b">]><workbook', 1)

    with pytest.raises(SourceError, match="Save it again"):
        open_bytes("a.xlsx", edited(book({"leads": [["x"]]}), "xl/workbook.xml", change))


WHOLE = book({"leads": [["lead_id", "amount"], ["L-1", 10]]})


@settings(max_examples=60)
@given(
    st.integers(0, len(WHOLE)),
    st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=8),
)
def test_no_damaged_workbook_breaks_the_reading(end, changes):
    content = bytearray(WHOLE)
    for at, byte in changes:
        content[at] = byte
    for damaged in (bytes(content), bytes(content[:end])):
        try:
            assert open_bytes("a.xlsx", damaged).titles
        except SourceError as error:
            assert str(error).startswith("a.xlsx")  # noqa: PT017 - both ways are right


# --- a workbook that is watched


def test_an_unchanged_workbook_is_not_read_again(tmp_path):
    path = book({"leads": [["lead_id"], ["L-1"]], "notes": [["x"]]}, tmp_path / "sales.xlsx")
    watched = reader(path)
    first = watched.read(lambda _: ["leads"], everything=False)
    assert first.titles == ("leads", "notes")
    assert [tab.title for tab in first.tabs] == ["leads"]
    assert (first.read_at, first.changed_at.timestamp()) == (NOW, LONG_AGO)
    assert watched.read(lambda _: ["leads"], everything=True) is None
    watched.forget()
    assert [tab.title for tab in watched.read(everything, everything=False).tabs] == ["leads", "notes"]


def test_of_a_changed_workbook_only_sheets_that_differ_come_again(tmp_path):
    path = tmp_path / "sales.xlsx"
    book({"leads": [["L-1"]], "orders": [["O-1"]]}, path)
    watched = reader(path)
    watched.read(everything, everything=False)
    put(path, book({"leads": [["L-1"]], "orders": [["O-2"]]}), at=LONG_AGO + 60)
    again = watched.read(everything, everything=False)
    assert [tab.title for tab in again.tabs] == ["orders"]
    assert again.changed_at.timestamp() == LONG_AGO + 60


def test_another_file_put_in_its_place_is_seen_even_with_the_same_time_and_size(tmp_path):
    path = book({"leads": [["L-1"]]}, tmp_path / "sales.xlsx")
    watched = reader(path)
    watched.read(everything, everything=False)
    other = put(tmp_path / "other.xlsx", path.read_bytes())
    other.replace(path)
    assert watched.read(everything, everything=False).tabs == ()


def test_a_file_that_is_being_saved_is_waited_for(tmp_path):
    content = book({"leads": [["L-1"]]})
    path = put(tmp_path / "sales.xlsx", content[:200], at=datetime.now(UTC).timestamp())
    watched = WorkbookReader(path, clock=lambda: datetime.now(UTC), pause=lambda _: None)
    with pytest.raises(SourceError, match="is being saved"):
        watched.read(everything, everything=False)
    assert watched.wait(watched=False) == 1
    path.write_bytes(content)
    assert watched.read(everything, everything=False).titles == ("leads",)
    assert watched.wait(watched=False) > 1


def test_a_damaged_file_is_not_opened_again_until_it_changes(tmp_path):
    for kind, name, good, bad in (
        (WorkbookReader, "leads.xlsx", book({"leads": [["L-1"]]}), b"PK\x03\x04"),
        (FolderReader, "leads.csv", b"lead_id\nL-1\n", b"PK\x03\x04"),
    ):
        folder_of = tmp_path / name.replace(".", "_")
        folder_of.mkdir()
        path = put(folder_of / name, bad)
        watched = reader(path if kind is WorkbookReader else folder_of, kind)
        for _ in range(2):
            with pytest.raises(SourceError, match=name):
                watched.read(everything, everything=False)
        assert watched.wait(watched=False) > 1
        put(path, good, at=LONG_AGO + 1)
        assert watched.read(everything, everything=False).titles == ("leads",)


def test_a_file_written_to_while_it_is_read_is_read_again(tmp_path):
    path = put(tmp_path / "sales.xlsx", book({"leads": [["L-1"]]}), at=datetime.now(UTC).timestamp())
    later = [book({"leads": [["L-2"]]})]
    watched = WorkbookReader(path, clock=lambda: NOW, pause=lambda _: later and put(path, later.pop()))
    (tab,) = watched.read(everything, everything=False).tabs
    assert cells(tab) == [["L-2"]]


def test_a_file_that_is_missing_or_a_folder_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"no file .*gone\.xlsx"):
        reader(tmp_path / "gone.xlsx").read(everything, everything=False)
    with pytest.raises(SourceError, match="is a folder"):
        reader(tmp_path).read(everything, everything=False)


def test_a_reader_is_called_by_its_file_and_told_from_others(tmp_path):
    a, b = reader(tmp_path / "a.xlsx"), reader(tmp_path / "b.xlsx")
    assert a.label == "Workbook a.xlsx"
    assert a.identity != b.identity


# --- CSV


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_usual_way_of_writing_csv_is_read_alike(delimiter, encoding):
    rows = [
        ["lead_id", "owner", "amount"],
        ["00123", "Jörg, Dr; x", "1.200,50 €"],
        ["L-2", 'says "yes"', "a\nb"],
    ]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    tab = csv_tab("leads", "leads.csv", out.getvalue().encode(encoding))
    assert [list(row) for row in zip(*tab.columns, strict=True)] == rows
    assert tab.note is None


def test_text_of_windows_is_read_with_a_note():
    tab = csv_tab("leads", "leads.csv", "lead_id;owner\nL-1;Jörg\n".encode("cp1252"))
    assert cells(tab) == [["lead_id", "L-1"], ["owner", "Jörg"]]
    assert "UTF-8" in tab.note


def test_decimal_commas_do_not_pass_for_delimiters():
    tab = csv_tab("spend", "spend.csv", b"date;amount\n2026-01-05;1,5\n2026-01-06;2,5\n2026-01-07;3,5\n")
    assert cells(tab)[1] == ["amount", "1,5", "2,5", "3,5"]


def test_commas_in_cells_of_several_lines_do_not_pass_for_delimiters():
    tab = csv_tab("signoffs", "signoffs.csv", b'"a";"terms"\n"1";"x, y\np, q\nr, s"\n"2";"x, y\np, q"\n')
    assert cells(tab) == [["a", "1", "2"], ["terms", "x, y\np, q\nr, s", "x, y\np, q"]]


def test_titles_above_and_ragged_rows_do_not_hide_the_delimiter():
    tab = csv_tab("spend", "spend.csv", b"Campaign report\nApril, May\na;b;c\n1;2;3\n4;5\n6;7;8\n")
    assert cells(tab) == [["Campaign report", "April, May", "a", "1", "4", "6"], ["", "", "b", "2", "5", "7"],
                          ["", "", "c", "3", "", "8"]]  # fmt: skip


def test_excels_line_about_the_delimiter_is_no_row():
    assert cells(csv_tab("a", "a.csv", b"sep=|\r\na,b|c\r\n")) == [["a,b"], ["c"]]


def test_a_stray_quotation_mark_in_a_cell_is_a_character():
    assert cells(csv_tab("a", "a.csv", b'id,size\n1,15" screen\n2,x\n')) == [
        ["id", "1", "2"],
        ["size", '15" screen', "x"],
    ]


def test_an_empty_file_is_an_empty_tab():
    for content in (b"", b"\xef\xbb\xbf", b"\n\n", b",,\n"):
        assert csv_tab("a", "a.csv", content).height == 0


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reading_of_csv(content):
    try:
        assert csv_tab("a", "a.csv", content).title == "a"
    except SourceError as error:
        assert str(error).startswith("a.csv")  # noqa: PT017 - both ways are right


CELLS = st.lists(
    st.lists(st.text('ab,;"\n é', max_size=5), min_size=2, max_size=2), min_size=1, max_size=5
)  # fmt: skip


@given(CELLS)
def test_what_is_written_with_a_given_delimiter_is_read_again(rows):
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    tab = csv_tab("a", "a.csv", ("sep=,\n" + out.getvalue()).encode())
    found = [list(row) for row in zip(*tab.columns, strict=True)]
    while rows and not any(rows[-1]):
        rows.pop()
    assert found == rows


# --- a folder


def folder(path, **files):
    for stem, text in files.items():
        put(path / f"{stem}.csv", text.encode())
    return reader(path, FolderReader)


def test_each_csv_file_of_a_folder_is_a_tab(tmp_path):
    put(tmp_path / "touches.TSV", b"touch_id\tlead_id\nT-1\tL-1\n")
    for other in ("~$leads.csv", ".hidden.csv", "readme.txt"):
        put(tmp_path / other, b"x")
    watched = folder(tmp_path, leads="lead_id,created_at\nL-1,2026-01-05\n", orders="order_id\n")
    found = watched.read(lambda _: ["leads", "touches"], everything=False)
    assert found.titles == ("leads", "orders", "touches")
    assert {tab.title: cells(tab)[0][1] for tab in found.tabs} == {"leads": "L-1", "touches": "T-1"}
    assert found.tabs[0].locale is None


def test_only_files_that_changed_are_read_again(tmp_path):
    watched = folder(tmp_path, leads="lead_id\nL-1\n", orders="order_id\nO-1\n")
    assert len(watched.read(everything, everything=False).tabs) == 2
    assert watched.read(everything, everything=True) is None
    put(tmp_path / "orders.csv", b"order_id\nO-2\n", at=LONG_AGO + 5)
    assert [cells(tab) for tab in watched.read(everything, everything=False).tabs] == [[["order_id", "O-2"]]]
    put(tmp_path / "orders.csv", b"order_id\nO-2\n", at=LONG_AGO + 9)
    assert watched.read(everything, everything=False).tabs == ()
    watched.forget()
    assert len(watched.read(everything, everything=False).tabs) == 2


def test_a_file_that_goes_away_or_comes_is_news(tmp_path):
    watched = folder(tmp_path, leads="lead_id\nL-1\n", orders="order_id\nO-1\n")
    watched.read(everything, everything=False)
    (tmp_path / "orders.csv").unlink()
    gone = watched.read(everything, everything=False)
    assert (gone.titles, gone.tabs) == (("leads",), ())
    put(tmp_path / "orders.csv", b"order_id\nO-1\n")
    assert watched.read(everything, everything=False).titles == ("leads", "orders")


def test_a_folder_that_cannot_be_read_says_why(tmp_path):
    with pytest.raises(SourceError, match=r"no file that ends in \.csv"):
        reader(tmp_path, FolderReader).read(everything, everything=False)
    with pytest.raises(SourceError, match="can't be looked into"):
        reader(tmp_path / "gone", FolderReader).read(everything, everything=False)
    put(tmp_path / "leads.csv", b"a")
    put(tmp_path / "leads.tsv", b"a")
    with pytest.raises(SourceError, match=r"both leads\.csv and leads\.tsv"):
        reader(tmp_path, FolderReader).read(everything, everything=False)
