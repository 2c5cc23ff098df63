"""Turns rows of the contract's tables into what a spreadsheet holds: for the stand-in, for an .xlsx.

A row is a dict of date, datetime (naive, local), bool, int, float, str and None, as demo.rows() gives them.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import openpyxl
import xlsxwriter

from scorecard.contract import SETTINGS, TABLES

Row = Mapping[str, object]
Tables = Mapping[str, Sequence[Row]]


def gathered(batches: Iterable[tuple[str, Iterable[Row]]]) -> dict[str, list[Row]]:
    """Batches of rows by table, as demo.rows() gives them, put together."""
    found: dict[str, list[Row]] = {}
    for name, batch in batches:
        found.setdefault(name, []).extend(batch)
    return found


def headers(table: str, rows: Sequence[Row]) -> list[str]:
    """The contract's columns in their order, then the attributes of leads that rows have."""
    known = [column.name for column in TABLES[table].columns]
    return list(dict.fromkeys([*known, *(name for row in rows for name in row)]))


def cells(table: str, rows: Sequence[Row]) -> list[list[object]]:
    """A tab, the headers first; None is blank. Settings have every key, as in the template."""
    rows = _every_key(rows) if table == "settings" else rows
    names = headers(table, rows)
    return [names, *([row.get(name) for name in names] for row in rows)]


def _every_key(rows: Sequence[Row]) -> list[Row]:
    written = {row.get("key") for row in rows}
    return [*rows, *({"key": key, "value": None} for key in SETTINGS if key not in written)]


def tabs(tables: Tables) -> dict[str, list[list[object]]]:
    """Every tab's cells, for the stand-in: google.spreadsheet(tabs=tabs(...))."""
    return {name: cells(name, rows) for name, rows in tables.items()}


def write_workbook(path: Path, tables: Tables) -> Path:
    """A plain .xlsx with a sheet per table, written row by row: fast for many rows."""
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        look = {
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        }
        for name, rows in tables.items():
            sheet = book.add_worksheet(name)
            for at, values in enumerate(cells(name, rows)):
                for column, value in enumerate(values):
                    _write(sheet, at, column, value, look.get(type(value)))
    return path


def _write(sheet, row, column, value, look) -> None:
    """Text stays text, whatever it looks like."""
    if isinstance(value, date):
        sheet.write_datetime(row, column, value, look)
    elif isinstance(value, str):
        sheet.write_string(row, column, value)
    elif value is not None:
        sheet.write(row, column, value)


def fill_workbook(path: Path, tables: Tables) -> Path:
    """Writes rows into the tabs of a template's .xlsx, as its keepers would; the rest stays as it is."""
    book = openpyxl.load_workbook(path)
    for name, rows in tables.items():
        sheet = book[name]
        for at, values in enumerate(cells(name, rows), start=1):
            for column, value in enumerate(values, start=1):
                if value is not None:
                    _put(sheet.cell(at, column), value)
    book.save(path)
    return path


def _put(cell, value: object) -> None:
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"  # also where it begins with =
