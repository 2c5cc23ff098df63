"""What a metric lacks, in the words of whoever can add it."""

from __future__ import annotations

from collections.abc import Sequence

from scorecard.contract import SETTINGS, TABLES
from scorecard.rows import Row
from scorecard.words import inner, listing

_TIMES = "times of day: the columns of the hand-off and the first touch hold dates only"


def needs(row: Row) -> tuple[str, ...]:
    """The needs a locked row names, as the catalogue writes them."""
    return tuple(need for need in (row.note("needs") or "").split("+") if need)


def in_words(need: str) -> str:
    """'leads.won_at' as 'the column won_at of leads'; either of 'a|b'; of 'a?b' the one that applies."""
    if need == "times":
        return _TIMES
    if "?" in need:
        first, _, other = need.partition("?")
        return f"{in_words(first)} (or, without a table {first.partition('.')[0]}, {in_words(other)})"
    return " or ".join(_one(name) for name in need.split("|"))


def _one(name: str) -> str:
    table, _, column = name.partition(".")
    if not column:
        return table if " " in table else f"the table {table}"
    if table == "settings":
        return f"the setting {column}"
    return f"the column {column} of {table}"


def to_do(need: str, *, tabs: bool) -> str:
    """What its keeper can do: 'Add a column won_at to the tab leads.' `tabs`: the source is a spreadsheet."""
    if need == "times":
        return f"Write {_TIMES}."
    kind = "tab" if tabs else "table"
    first, _, other = need.partition("?")
    ways = " or ".join(_added(name, kind) for name in first.split("|"))
    beside = f" (or, without a {kind} {first.partition('.')[0]}, {_added(other, kind)})" if other else ""
    return f"Add {ways}{beside}."


def _added(name: str, kind: str) -> str:
    table, _, column = name.partition(".")
    if not column:
        return table if " " in table else f"a {kind} {table}"
    return f"a {'row' if table == 'settings' else 'column'} {column} to the {kind} {table}"


def table_to_add(table: str, columns: Sequence[str], *, tabs: bool) -> str:
    """The same for a whole table: 'Add a tab spend with the columns date and amount.'."""
    beside = f" with the column{'s' * (len(columns) > 1)} {listing(columns)}" if columns else ""
    return f"Add a {'tab' if tabs else 'table'} {table}{beside}."


def meaning(need: str) -> str:
    """What the first thing a need names is for, in the contract's sentence; empty where it has none."""
    table, _, column = need.replace("?", "|").partition("|")[0].partition(".")
    if table == "settings" and column in SETTINGS:
        return SETTINGS[column].doc
    if table in TABLES and column in TABLES[table]:
        return TABLES[table][column].doc
    return TABLES[table].doc if table in TABLES and not column else ""


def what_and_why(row: Row, then: str) -> str:
    """What unlocks a locked row, what the first of it means, and what stands here `then`."""
    found = needs(row)
    what = what_to_add(row)
    about = meaning(found[0]) if len(found) == 1 else ""
    said = f"{what.removesuffix('.')}: {inner(about)}" if about else what
    return f"{said.removesuffix('.')}. Then {then} here."


def what_to_add(row: Row) -> str:
    """'Add the setting sla_hours.': what unlocks a locked row."""
    found = needs(row)
    if not found:
        return "A table, column or setting that it needs is missing; the Data page lists them."
    if found == ("times",):
        return f"It needs {_TIMES}."
    return f"Add {listing([in_words(need) for need in found])}."
