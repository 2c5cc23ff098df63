"""The Data page's parts: what was read, what is locked, what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pandas as pd
import streamlit as st

from components import board, problems, tables, tiles, writes
from components.charts import Table
from components.screen import View
from scorecard.data_view import Group, Locked, Read, Wrong
from scorecard.dataset import Stamp
from scorecard.entered import Entered
from scorecard.target_moves import Move
from scorecard.words import Said, Sentence, sentence

_LATEST: Final = 6  # entries that are listed; the table has the others


@dataclass(frozen=True)
class Answer:
    """What stands first: problems, tables, locks, and when the source last changed, where that is known."""

    wrong: Wrong
    read: Sequence[Read]
    locked: Sequence[Locked]
    changed: datetime | None


def verdict(found: Answer, view: View) -> None:
    """What is wrong in a sentence, where to begin, whether an edit has arrived, and in figures."""
    board.verdict(found.wrong.verdict, view)
    board.because((*found.wrong.because, *_arrived(found.changed, view)), view)
    tiles.facts(problems.counts(found.wrong, found.read, found.locked, view.formats))


def _arrived(changed: datetime | None, view: View) -> Sequence[Sentence]:
    """Up to when edits of the source are in what is shown."""
    if changed is None:
        return ()
    when = Said(view.formats.moment(int(changed.timestamp())), strong=True)
    return (
        sentence("The last change of the source arrived on ", when, "; what was edited later isn’t in yet."),
    )


def groups(shown: Sequence[Group], view: View) -> None:
    """The problems, and all of them as a table."""
    if shown:
        problems.groups(shown, view.formats)
        with st.expander("All of them as a table"):
            tables.table(problems.table(shown), view, name="problems", key="problems")


def locks(locked: Sequence[Locked], _: View) -> None:
    """What is locked, and what unlocks it."""
    tiles.heading("What is locked, and what unlocks it", anchor="locked")
    if locked:
        problems.locks(locked)
    else:
        tiles.note("Nothing is locked: every metric has the tables, columns and settings that it needs.")


def read(found: tuple[Sequence[Read], Stamp, Sequence[str]], view: View) -> None:
    """What was read, from where, and what the configuration names in vain."""
    shown, stamp, missing = found
    tables.beside_table(problems.read(shown), view, title="What was read", key="read", anchor="read")
    changed = stamp.changed_at and view.formats.moment(int(stamp.changed_at.timestamp()))
    when = view.formats.moment(int(stamp.read_at.timestamp()))
    known = [("Source", view.dataset.label), ("Read", when), ("Changed", changed or "not known")]
    problems.facts(known)
    for what in missing:
        tiles.empty("Named in the configuration, but not there", what)
    problems.tables(shown, view.formats)


def entered(found: tuple[Entered, writes.Standing, Sequence[Move]], view: View) -> None:
    """Whether something can be entered in the app, and what has been."""
    shown, standing, moves = found
    if shown.entries:
        tables.beside_table(_entries(shown), view, title="What was entered here", key="entered")
    else:
        tiles.heading("What was entered here")
    tiles.note(standing.says)
    if moves:
        tiles.notes([_moved(move, view) for move in moves])
    if shown.entries:
        problems.entries(shown.entries[:_LATEST])
        tiles.note(_older(shown, view))
    elif standing.on:
        tiles.empty(
            "Nothing yet", "What people enter on the pages is listed here: who, when, what, before and after."
        )


def _older(shown: Entered, view: View) -> str:
    """Where the entries are that aren't listed; nothing where all of them are."""
    rest = shown.count - len(shown.entries)
    told = [
        f"The table beside the title has {view.formats.integer(len(shown.entries))}."
        if len(shown.entries) > _LATEST
        else "",
        f"{view.formats.integer(rest)} older ones stand in the source’s table changes." if rest else "",
    ]
    return " ".join(text for text in told if text)


def _entries(shown: Entered) -> Table:
    titles = {"When": "when", "Who": "who", "What": "what", "Row": "where", "Before → after": "changed"}
    columns = {title: [getattr(entry, name) for entry in shown.entries] for title, name in titles.items()}
    return Table(pd.DataFrame(columns), {})


def _moved(move: Move, view: View) -> str:
    number = view.formats.number
    return (
        f"{view.formats.moment(move.at)}: the target of {move.table} {move.key} was seen to change in "
        f"the source from "
        f"{number(move.old)} to {number(move.new)}. With writing on it would stand in target_changes."
    )


def advice(statements: Sequence[str], _: View) -> None:
    """Indexes for the database's keeper."""
    if statements:
        tiles.heading("Indexes that would make it faster")
        tiles.note("For whoever keeps the database; Tandem only reads.")
        st.code("\n".join(statements), language=None, wrap_lines=True)
