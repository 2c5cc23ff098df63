"""What a source that can be written to does: take a write once, whole, and say when its row has changed.

`SqlWriter`, `GoogleWriter` and `FolderWriter` keep this promise for their source; `MemoryWriter` keeps it
for tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from threading import RLock
from typing import Any, Final, Protocol

from data_sources.errors import SourceError
from scorecard.contract import TABLES, Table, Type
from scorecard.edits import CHANGES, Edit, Row, Value, Write, differing, same
from scorecard.settings import Settings


class NotWrittenError(SourceError):
    """Nothing was written: what happened, where, what to do."""


class UncertainError(NotWrittenError):
    """It can't be told whether it was written. Sending the same write again writes it once."""


class ConflictError(Exception):
    """The row isn't as the user saw it.

    `now` is the row as it is, None when it is gone. Nothing was written.
    """

    def __init__(self, edit: Edit, now: Row | None) -> None:
        super().__init__(f"{edit.table} {edit.key_text} was changed by somebody else meanwhile.")
        self.edit, self.now = edit, now


class CannotHoldError(ValueError):
    """What a column can't hold, as the end of a sentence that begins with its name."""


class Writer(Protocol):
    """Writes to one source; safe to share between threads."""

    @property
    def label(self) -> str:
        """How to speak of the source."""

    @property
    def refusal(self) -> str | None:
        """Why this source can't be written to at all; None: it can."""

    def write(self, write: Write, how: Settings) -> bool:
        """Writes all of it and its lines of `changes`, or nothing; False: it had been written before.

        `how` says how cells are read. Raises ConflictError, NotWrittenError (UncertainError among them).
        """

    def close(self) -> None:
        """Lets go of connections."""


class NoWriter:
    """For a source that Tandem doesn't write to; it says why."""

    def __init__(self, label: str, reason: str) -> None:
        self.label, self.refusal = label, reason

    def write(self, write: Write, how: Settings) -> bool:
        del write, how
        raise NotWrittenError(self.refusal)

    def close(self) -> None:
        """Nothing is held open."""


def theirs(values: Mapping[str, str], ours: str) -> str:
    """The source's value for ours: the first mapped to it, else ours where it reads as itself."""
    found = next((old for old, new in values.items() if new == ours), None)
    if found is not None:
        return found
    if values.get(ours, ours) != ours:
        raise CannotHoldError(f"calls another value {ours}; see its values in the configuration.")
    return ours


def is_kept(table: Table, name: str, wanted: Value, found: Value) -> bool:
    """Whether a cell read back is what was written; numbers may be kept in fewer digits than ours."""
    if isinstance(wanted, (int, float)) and isinstance(found, (int, float)) and table[name].type in _NUMBERS:
        return abs(wanted - found) <= _FEWER_DIGITS * max(abs(wanted), abs(found))
    return same(wanted, found) or (wanted is None and table[name].default is not None)


_NUMBERS: Final = (Type.NUMBER, Type.MONEY, Type.SHARE)
_FEWER_DIGITS: Final = 1e-6


class MemoryWriter:
    """Tables in memory, for tests of whatever writes: rows as `small.rows` gives them, by table."""

    label = "Memory"
    refusal = None

    def __init__(self, **tables: Iterable[Mapping[str, Any]]) -> None:
        self.tables: dict[str, list[dict[str, Any]]] = {
            n: [dict(r) for r in rows] for n, rows in tables.items()
        }
        self.fails: list[Exception] = []  # what the next writes meet, one each
        self._lock = RLock()

    def write(self, write: Write, how: Settings) -> bool:
        with self._lock:
            if self.fails:
                raise self.fails.pop(0)
            if any(row["change_id"] == write.change_id for row in self.tables.get(CHANGES, ())):
                return False
            places = [self._place(edit) for edit in write.edits]
            for edit, place in zip(write.edits, places, strict=True):
                if place is None:
                    blank = {c.name: None for c in TABLES[edit.table].columns}
                    self.tables.setdefault(edit.table, []).append(blank | dict(edit.after))
                else:
                    place.update(edit.after)
            self.tables.setdefault(CHANGES, []).extend(write.recorded(how.zone))
            return True

    def _place(self, edit: Edit) -> dict[str, Any] | None:
        """The row that is altered, None for a new one."""
        names = TABLES[edit.table].key
        found = [
            r for r in self.tables.get(edit.table, ()) if names and tuple(r[n] for n in names) == edit.key
        ]
        if edit.before is None:
            if found:
                raise ConflictError(edit, found[0])
            return None
        if not found:
            raise ConflictError(edit, None)
        if differing(edit.before, found[0]):
            raise ConflictError(edit, found[0])
        return found[0]

    def close(self) -> None:
        """Nothing is held open."""
