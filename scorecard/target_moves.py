"""Targets that changed in the source itself: compared state by state, and noted once in target_changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from scorecard import edits, small
from scorecard.contract import TABLES
from scorecard.dataset import Dataset
from scorecard.edits import Write

WHY: Final = "seen to change in the source"
WATCHED: Final = ("goals", "quotas")

Key = tuple[str, str]  # the table and the row's key, as target_changes has them
Targets = Mapping[Key, float]


@dataclass(frozen=True)
class Move:
    """A target that isn't what it was; `at` is when that was seen, in seconds since 1970."""

    table: str
    key: str
    old: float
    new: float
    at: int


def targets(dataset: Dataset) -> dict[Key, float]:
    """Every target of goals and quotas."""
    return {
        (table, key_of(table, row)): float(row["target"])
        for table in WATCHED
        for row in small.rows(dataset, table)
    }


def key_of(table: str, row: Mapping[str, object]) -> str:
    """A row's key as target_changes writes it."""
    parts = (row[name] for name in TABLES[table].key)
    return ",".join("" if part is None else str(part) for part in parts)


def moved(before: Targets, now: Targets, at: int) -> tuple[Move, ...]:
    """What differs; a row that came or went hasn't moved."""
    return tuple(
        Move(*key, before[key], target, at)
        for key, target in now.items()
        if key in before and not edits.same(before[key], target)
    )


def unnoted(dataset: Dataset, moves: Sequence[Move]) -> tuple[Move, ...]:
    """Those that target_changes doesn't end with: whoever moved the target may have said so already."""
    last = {
        (row["table"], row["key"]): row["new"]
        for row in sorted(small.rows(dataset, "target_changes"), key=lambda row: int(row["at"]))
    }
    return tuple(move for move in moves if not edits.same(last.get((move.table, move.key)), move.new))


def noting(dataset: Dataset, move: Move) -> Write:
    """The row of target_changes for a move.

    Whichever process sees it makes the same, so it is written once.
    """
    said = [
        row
        for row in small.rows(dataset, "target_changes")
        if (row["table"], row["key"]) == (move.table, move.key)
    ]
    mark = f"{move.table} {move.key} {move.old!r} {move.new!r} {len(said)}"
    change = f"seen-{blake2b(mark.encode(), digest_size=10).hexdigest()}"
    row: edits.Row = {
        "at": move.at,
        "table": move.table,
        "key": move.key,
        "old": move.old,
        "new": move.new,
        "why": WHY,
    }
    return Write((edits.new(change, "target", "target_changes", row),), move.at, "")
