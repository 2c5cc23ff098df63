"""CSV of what is shown, safe to open: a cell that a spreadsheet would run as a formula becomes text."""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

from components.text import clean

_RISKY: Final = re.compile(r"[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]")  # the last four: their full-width forms
_NUMBER: Final = re.compile(r"[+-]?(\d+([.,]\d+)*|[.,]\d+)([eE][+-]?\d+)?\s?%?", re.ASCII)
_MOST: Final = 120  # characters of a file's name


def neutral(cell: object) -> object:
    """The cell as it is; a text that starts like a formula and isn't a plain number behind an apostrophe."""
    if not isinstance(cell, str) or not _RISKY.match(cell) or _NUMBER.fullmatch(cell):
        return cell
    return f"'{cell}"


def csv(frame: pd.DataFrame) -> bytes:
    """The frame as CSV, in UTF-8 with the mark that spreadsheets need; numbers unrounded, blanks empty."""
    safe = frame.rename(columns=neutral).apply(lambda column: column.map(neutral))
    text: str = safe.to_csv(index=False, lineterminator="\r\n")
    return text.encode("utf-8-sig")


def file_name(*parts: str, form: str = "csv") -> str:
    """'tandem scorecard goals 2026-Q3 as of 2026-09-30.csv' without what a file system minds."""
    words = " ".join(clean(part) for part in ("tandem", *parts) if part)
    return re.sub(r"[^\w.=+-]+", "_", words)[:_MOST].strip("_.") + f".{form}"
