"""Chapter: what was read, what is wrong with it, and what that costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from documents.pack import Asked, Badge, Cell, Chapter, Column, Grid, Kind, Tile, Tiles, Topic, says, when_any
from scorecard import checks_costs, data_view, words
from scorecard.data_view import Group, Locked, Read, Wrong
from scorecard.problems import Problem, Severity

_TOLD: Final = 25  # problems that are told one by one
_LOCKS: Final = 12
_LABELS: Final = 6  # metrics that are named of those one thing unlocks
_LOOKS: Final = {
    Severity.ERROR: Badge("✕", "Error", "bad"),
    Severity.WARNING: Badge("▲", "Warning", "warn"),
}


def chapter(asked: Asked) -> Chapter:
    """The page about the data."""
    wrong = asked.get(data_view.wrong, asked.as_of)
    read = asked.get(data_view.tables, asked.as_of)
    locked = asked.get(data_view.locked, asked.period, asked.as_of)
    topics = (
        Topic(
            "How much, and what it costs", (Tiles(_counts(wrong, read, locked, asked)),), wrong.verdict[:1]
        ),
        *_kinds(wrong.groups),
        *_errors(wrong.groups, asked),
        *_locks(locked),
        *_read(read, asked),
    )
    return Chapter("data", "Data", "Can these figures be trusted?", wrong.verdict, topics)


def _counts(wrong: Wrong, read: Sequence[Read], locked: Sequence[Locked], asked: Asked) -> tuple[Tile, ...]:
    errors, warnings = wrong.count(Severity.ERROR), wrong.count(Severity.WARNING)
    there = [one for one in read if one.rows is not None]
    metrics = {metric for one in locked for metric in one.unlocks}
    money = (f"worth {asked.formats.money(wrong.amount)}",) if wrong.amount else ()
    number = asked.formats.integer

    def count(name: str, n: int, *fine: str, status: Badge | None = None) -> Tile:
        return Tile(name, n, "number", number(n), None, status, fine)

    return (
        count(
            "Errors", errors, "left out until corrected", status=_LOOKS[Severity.ERROR] if errors else None
        ),
        count("Warnings", warnings, "counted as they stand"),
        count("Rows left out", wrong.left_out, *money),
        count("Rows read", sum(one.rows or 0 for one in there), f"in {len(there)} of {len(read)} tables"),
        count("Locked metrics", len(metrics)),
    )


def _kinds(groups: Sequence[Group]) -> tuple[Topic, ...]:
    if not groups:
        return ()
    columns = (
        Column("Severity", "badge", 1.1), Column("Problem", "text", 3.2), Column("Table", "text", 1.2),
        Column("Rows", "number"), Column("Left out", "number"), Column("Money lost", "currency", 1.2),
    )  # fmt: skip
    rows = tuple((_LOOKS[g.severity], g.title, g.table, g.rows, g.left_out, g.amount or None) for g in groups)
    return (Topic("What is wrong, by kind", (Grid(columns, rows),)),)


def _errors(groups: Sequence[Group], asked: Asked) -> tuple[Topic, ...]:
    """The errors one by one, with what to write instead and who answers."""
    found = [p for g in groups if g.severity is Severity.ERROR for p in g.problems]
    if not found:
        return ()
    columns = (
        Column("Where", "name", 1.7), Column("What is wrong", "name", 3.6), Column("What to do", "name", 3),
        Column("Who answers", "name", 1.2), Column("Costs", "text", 1.4),
    )  # fmt: skip
    rows = tuple(_told(problem, asked) for problem in found[:_TOLD])
    more = len(found) - _TOLD
    rest = f"{more} more: the page Data and `python -m scorecard check` name them." if more > 0 else ""
    return (Topic("Errors to correct", (Grid(columns, rows), *says(rest, small=True))),)


def _told(problem: Problem, asked: Asked) -> tuple[Cell, ...]:
    cost = checks_costs.cost(problem).in_words(asked.formats)
    stands = "" if problem.value is None else f" (“{words.brief(problem.value)}”)"
    return problem.place, f"{problem.what}{stands}", problem.instead, problem.owner or "nobody named", cost


def _locks(locked: Sequence[Locked]) -> tuple[Topic, ...]:
    columns = (Column("What to do", "text", 3), Column("What it brings", "text", 4))
    rows = tuple((one.to_do, _brings(one.unlocks)) for one in locked[:_LOCKS])
    more = len(locked) - _LOCKS
    rest = f"{more} more: the page Data has them." if more > 0 else ""
    return when_any((Grid(columns, rows), *says(rest, small=True)), "What is locked") if rows else ()


def _brings(labels: Sequence[str]) -> str:
    more = len(labels) - _LABELS
    return ", ".join(labels[:_LABELS]) + (f" and {more} more" if more > 0 else "")


def _read(read: Sequence[Read], asked: Asked) -> tuple[Topic, ...]:
    there = [one for one in read if one.rows is not None]
    kinds: tuple[tuple[str, Kind, float], ...] = (
        ("Table", "text", 1.4), ("Rows", "number", 0.9), ("From", "date", 1.1), ("To", "date", 1.1),
        ("What it holds", "text", 4),
    )  # fmt: skip
    rows = tuple((one.table, one.rows, one.first, one.last, one.doc) for one in there)
    stamp = asked.dataset.stamp
    when = asked.formats.moment(int(stamp.read_at.timestamp()))
    source = says(f"Source: {asked.dataset.label}. Read: {when}. Version: {stamp.version}.", small=True)
    grid = (Grid(tuple(Column(*kind) for kind in kinds), rows),) if rows else ()
    return (Topic("What was read", (*grid, *source, *says(*asked.dataset.missing, small=True)), annex=True),)
