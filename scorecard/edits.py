"""What somebody intends to change: rows of a table, as they were seen and as they should become.

A form makes an `Edit` from what was typed; `components.writes` signs and sends it, `data_sources.writing`
puts it into the source. Several edits with one change_id are one write, whole or not at all where the
source can. Values are those of `scorecard.small`: text, datetime.date, whole seconds since 1970, int,
float, bool; None is blank.
"""

from __future__ import annotations

import json
import re
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, Final, Protocol

from scorecard import cells
from scorecard.clock import Zone
from scorecard.contract import TABLES, Column, Table, Type
from scorecard.problems import Severity, grouped

Value = str | int | float | bool | date | None
Row = Mapping[str, Value]

LONGEST: Final = 4_000  # characters of one text
CHANGES: Final = "changes"
# What each action may write to. Nothing else can be written, whatever a form or a link asks for.
ACTIONS: Final[Mapping[str, frozenset[str]]] = {
    "feedback": frozenset({"feedback", "calendar"}),
    "check-in": frozenset({"goal_actuals"}),
    "sign-off": frozenset({"signoffs"}),
    "review": frozenset({"reviews", "feedback", "calendar"}),
    "calendar request": frozenset({"calendar", "feedback"}),
    "target": frozenset({"goals", "quotas", "target_changes"}),
}
# Texts that may have several lines; a line break elsewhere becomes a space.
LONG: Final = frozenset(
    ("text", "response", "comment", "why", "terms", "went_well", "went_wrong", "decision", "action", "before",
     "after")
)  # fmt: skip
_PREFIXES: Final = {"feedback": "F", "calendar": "E", "reviews": "R", "goals": "G", "campaigns": "C"}
_SIGNS: Final = "23456789bcdfghjkmnpqrstvwxyz"  # no vowels, so no words, and nothing that looks alike
_HUGE: Final = 1e15  # beyond it a float no longer holds cents
_FIRST, _LAST = date(1955, 1, 1), date(2118, 12, 31)  # days that every source can hold
_KEPT_CONTROLS: Final = frozenset("\n\t")


class EditError(ValueError):
    """An edit that no form of ours makes: another table, another column, no key. The message says which."""


class Written(Protocol):
    """The part of the settings that says how cells are written: `scorecard.cells.CellSettings`."""

    @property
    def locale(self) -> str: ...
    @property
    def zone(self) -> Zone: ...
    @property
    def date_order(self) -> str | None: ...


@dataclass(frozen=True)
class Edit:
    """One row as it should become.

    `change_id` is made once, when a form is opened: the same twice is one edit. `key` are the values of the
    table's key columns, () where its rows have none. `before` is the whole row as the user saw it, None for
    a new row. `after` holds the columns that change, of a new row all that say something.
    """

    change_id: str
    action: str
    table: str
    key: tuple[Value, ...]
    before: Row | None
    after: Row = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "after", MappingProxyType(dict(self.after)))
        if self.before is not None:
            object.__setattr__(self, "before", MappingProxyType(dict(self.before)))
        _check(self)

    @property
    def is_new(self) -> bool:
        return self.before is None

    @property
    def key_text(self) -> str:
        """The key as one text, its parts parted by commas, as target_changes has it ('' without a key)."""
        return ",".join("" if part is None else str(part) for part in self.key)

    def on(self, now: Row) -> Edit:
        """The same change, made to the row as it is now: what "keep mine" means after a conflict."""
        return replace(self, before=now)


@dataclass(frozen=True)
class Write:
    """Edits of one change_id, signed: when (seconds since 1970) and by whom (an address, '': nobody)."""

    edits: tuple[Edit, ...]
    at: int
    by: str

    def __post_init__(self) -> None:
        ids = {edit.change_id for edit in self.edits}
        if len(ids) != 1:
            raise EditError("The edits of one write have one change_id, and there is at least one.")
        for edit in self.edits:
            if edit.is_new and (
                missing := [name for name in _needed(edit.table) if edit.after.get(name) is None]
            ):
                raise EditError(f"A new row of {edit.table} needs {missing[0]}.")

    @property
    def change_id(self) -> str:
        return self.edits[0].change_id

    def recorded(self, zone: Zone) -> list[dict[str, Value]]:
        """The rows of `changes` that say what was done, a line for each edit."""
        return [self._line(number, edit, zone) for number, edit in enumerate(self.edits, 1)]

    def _line(self, number: int, edit: Edit, zone: Zone) -> dict[str, Value]:
        before = None if edit.before is None else {name: edit.before.get(name) for name in edit.after}
        return {
            "change_id": edit.change_id, "line_no": number, "at": self.at, "by": self.by or None,
            "action": edit.action, "table": edit.table, "key": edit.key_text or None,
            "before": None if before is None else as_json(edit.table, before, zone),
            "after": as_json(edit.table, edit.after, zone),
        }  # fmt: skip


@dataclass(frozen=True)
class Clash:
    """An edit that met another: `now` is the row as it stands, None when it is gone.

    Of a new row: its key is taken.
    """

    edit: Edit
    now: Row | None


def _check(edit: Edit) -> None:
    if edit.table not in ACTIONS.get(edit.action, ()):
        raise EditError(f"{edit.action!r} can't write to {edit.table!r}.")
    table = TABLES[edit.table]
    if unknown := [name for name in edit.after if name not in table]:
        raise EditError(f"{edit.table} has no column {unknown[0]!r}.")
    if len(edit.key) != len(table.key):
        raise EditError(f"The key of {edit.table} is {', '.join(table.key) or 'empty'}.")
    if not table.key and not edit.is_new:
        raise EditError(f"Rows of {edit.table} have no key: they are added, never altered.")
    if not re.fullmatch(r"[\w.-]{8,80}", edit.change_id, re.ASCII):
        raise EditError("A change_id has 8 to 80 letters, digits, dots and dashes.")


# --- making edits -----------------------------------------------------------------------------------------


def change_id(day: date) -> str:
    """A new change_id: the day it was made on and 60 random bits."""
    return f"{day:%Y%m%d}-{''.join(secrets.choice(_SIGNS) for _ in range(13))}"


def key_for(table: str, change: str, number: int = 1) -> str:
    """The key of a new row (F-20261125-7k3qp), made from its change_id: sent again it is the same row."""
    day = change[:8] if change[:8].isdigit() else "new"
    digest = int.from_bytes(blake2b(f"{table} {change} {number}".encode(), digest_size=8).digest())
    signs = []
    for _ in range(5):
        digest, rest = divmod(digest, len(_SIGNS))
        signs.append(_SIGNS[rest])
    return f"{_PREFIXES.get(table, table[:1].upper())}-{day}-{''.join(signs)}"


def new(change: str, action: str, table: str, after: Row, number: int = 1) -> Edit:
    """A new row.

    A key of one text column that `after` lacks is made from the change_id; `number` tells several apart.
    """
    found = {name: value for name, value in after.items() if value is not None}
    names = TABLES[table].key
    if names and names[0] not in found and TABLES[table][names[0]].type is Type.TEXT:
        found[names[0]] = key_for(table, change, number)
    defaults = {name: _default(TABLES[table][name]) for name in names if name not in found}
    found |= {name: value for name, value in defaults.items() if value is not None}
    return Edit(change, action, table, tuple(found.get(name) for name in names), None, found)


def altered(change: str, action: str, table: str, row: Row, after: Row) -> Edit:
    """A row as the user saw it (of `small.rows`), and what should differ; equal columns are left out."""
    names = TABLES[table].key
    differing = {name: value for name, value in after.items() if name not in row or row[name] != value}
    if touched := [name for name in names if name in differing]:
        raise EditError(f"{touched[0]} is part of the key of {table} and stays as it is.")
    return Edit(change, action, table, tuple(row.get(name) for name in names), dict(row), differing)


def moved_target(change: str, table: str, row: Row, target: float, why: str | None) -> tuple[Edit, Edit]:
    """A goal's or quota's new target, and the row of target_changes that says so."""
    edit = altered(change, "target", table, row, {"target": target})
    said: Row = {"table": table, "key": edit.key_text, "old": row.get("target"), "new": target, "why": why}
    return edit, new(change, "target", "target_changes", said)


def _needed(table: str) -> list[str]:
    return [c.name for c in TABLES[table].columns if _is_needed(c)]


def _is_needed(column: Column) -> bool:
    return column.required and column.default is None


def _default(column: Column) -> Value:
    if column.default is None:
        return None
    return int(column.default) if column.type is Type.INTEGER else column.default


# --- reading what was typed -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Checked:
    """What was typed, read: values, and what is wrong ready to stand beside the field, by column."""

    values: dict[str, Value] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


def check(table: str, typed: Mapping[str, object], how: Written, required: Sequence[str] = ()) -> Checked:
    """Reads every column that was typed.

    `required` are columns that this form needs beside the table's own.
    """
    found = Checked()
    for name, cell in typed.items():
        value, problem = _read(TABLES[table], name, cell, how)
        needed = name in required or (name in TABLES[table] and TABLES[table][name].required)
        if problem is None and value is None and needed:
            problem = "Fill this in."
        if problem is None:
            found.values[name] = value
        else:
            found.problems[name] = problem
    return found


def _read(table: Table, name: str, cell: object, how: Written) -> tuple[Value, str | None]:
    if name not in table:
        return None, f"{table.name} has no column {name}."
    column = table[name]
    if column.type is Type.TEXT:
        return _text(column, cell, how)
    if isinstance(cell, str):
        cell = cells.trim(tidy(cell))
    parsed = cells.parse(cell, column, how)
    if parsed.problem is not None:
        return None, _sentence(parsed.problem, parsed.instead)
    return _bounded(_settled(parsed.value, how.zone), column)


def _text(column: Column, cell: object, how: Written) -> tuple[Value, str | None]:
    text = tidy("" if cell is None else str(cell), lines=column.name in LONG)
    if len(text) > LONGEST:
        return (
            None,
            (
                f"This has {grouped(len(text))} characters, and {grouped(LONGEST)} fit. "
                f"Shorten it by {grouped(len(text) - LONGEST)}."
            ),
        )
    parsed = cells.parse(text, column, how)
    if parsed.severity is Severity.WARNING:
        return None, f"Choose one of: {', '.join(column.allowed)}."
    if parsed.problem is not None:
        return None, "A spreadsheet would take this for an error of its own. Say it in other words."
    return parsed.value, None


def tidy(text: str, *, lines: bool = False) -> str:
    """Text without control characters and halves of characters, trimmed; line breaks only with `lines`."""
    text = re.sub(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]", "\n", text)
    kept = (c for c in text if c in _KEPT_CONTROLS or unicodedata.category(c) not in {"Cc", "Cs"})
    tidied = "".join(kept).replace("\t", " ")
    return cells.trim(tidied if lines else tidied.replace("\n", " "))


def _settled(value: Any, zone: Zone) -> Value:
    found: Value = zone.to_epoch(value) if isinstance(value, datetime) else value
    return found


def _bounded(value: Value, column: Column) -> tuple[Value, str | None]:
    if isinstance(value, (int, float)) and abs(value) > _HUGE:
        return None, "This number is too large."
    if column.type is Type.DATE and isinstance(value, date) and not _FIRST <= value <= _LAST:
        return None, f"Choose a day from {_FIRST.year} to {_LAST.year}."
    if column.type is Type.TIME and isinstance(value, int) and not _is_of_our_time(value):
        return None, f"Choose a day from {_FIRST.year} to {_LAST.year}."
    return value, None


def _is_of_our_time(epoch: int) -> bool:
    origin = date(1970, 1, 1).toordinal()
    return (_FIRST.toordinal() - origin) * 86_400 <= epoch <= (_LAST.toordinal() - origin) * 86_400


def _sentence(what: str, instead: str | None) -> str:
    return f"{what[:1].upper()}{what[1:]}{f' {instead}' if instead else ''}"


# --- comparing and recording ------------------------------------------------------------------------------


def same(a: Value, b: Value) -> bool:
    """Whether two cells say the same: blank is blank, and numbers don't differ by how they are kept."""
    if a is None or b is None or isinstance(a, bool) or isinstance(b, bool):
        return a == b or (a in (None, "") and b in (None, ""))
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return a == b or abs(a - b) <= 1e-12 * max(abs(a), abs(b))
    return a == b


def differing(before: Row, now: Row) -> list[str]:
    """The columns of `before` that say something else now, as far as they are there."""
    return [name for name, value in before.items() if name in now and not same(value, now[name])]


def as_json(table: str, row: Row, zone: Zone) -> str:
    """Columns as readable JSON: days and times as text, in the organisation's zone with its offset."""
    shown = {name: _shown(TABLES[table], name, value, zone) for name, value in row.items()}
    return json.dumps(shown, ensure_ascii=False)


def _shown(table: Table, name: str, value: Value, zone: Zone) -> Value:
    if isinstance(value, date):
        return value.isoformat()
    if name in table and table[name].type is Type.TIME and isinstance(value, int):
        return moment_text(value, zone)
    return value if not isinstance(value, str) or len(value) <= LONGEST else f"{value[: LONGEST - 1]}…"


def moment_text(epoch: int, zone: Zone) -> str:
    """2026-11-25 10:15:00+01:00: a time that reads the same everywhere."""
    seconds = zone.offset(epoch)
    sign, minutes = "-" if seconds < 0 else "+", abs(seconds) // 60
    return f"{zone.from_epoch(epoch).isoformat(' ')}{sign}{minutes // 60:02}:{minutes % 60:02}"
