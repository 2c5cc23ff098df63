"""Who answers for a problem: whom the row names, else whom people.covers says to ask, else a liaison."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from scorecard import small
from scorecard.contract import TABLES
from scorecard.dataset import Dataset
from scorecard.near import folded
from scorecard.problems import Problem

Row = Mapping[str, Any]
_DATA: Final = "data"  # who covers this covers every table


def answered(dataset: Dataset, problems: Iterable[Problem]) -> list[Problem]:
    """The problems with the name of who answers for each; None where nobody is named."""
    asked = _Asked(dataset)
    return [asked.answered(problem) for problem in problems]


class _Asked:
    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.zone = small.settings(dataset).zone
        self.people = small.rows(dataset, "people")
        self.names = {str(p["person_id"]): str(p["name"] or p["person_id"]) for p in self.people}
        self.rows: dict[str, dict[str, Row]] = {}
        self.by_table: dict[str, str | None] = {}

    def answered(self, problem: Problem) -> Problem:
        found = self._from_row(problem)
        owner = found.owner or self._of_table(problem.table)
        return replace(found, owner=None if owner is None else self.names.get(owner, owner))

    def _from_row(self, problem: Problem) -> Problem:
        """Owner and day from the row of a small table, where the check that found it didn't say."""
        if problem.key is None or (problem.owner is not None and problem.day is not None):
            return problem
        row = self._rows(problem.table).get(problem.key)
        if row is None:
            return problem
        owner, day = small.owner_of(problem.table, row), small.day_of(problem.table, row, self.zone)
        return replace(problem, owner=problem.owner or owner, day=problem.day or day)

    def _rows(self, table: str) -> dict[str, Row]:
        if table not in self.rows:
            known = table in TABLES and not TABLES[table].large and table != "settings"
            rows = small.rows(self.dataset, table) if known else ()
            self.rows[table] = {small.key_text(TABLES[table], row, row): row for row in rows}
        return self.rows[table]

    def _of_table(self, table: str) -> str | None:
        if table not in self.by_table:
            named = (p for subject in (table, _DATA) for p in self.people if _covers(p["covers"], subject))
            liaisons = (p for p in self.people if p["is_liaison"])
            first = next(named, None) or next(liaisons, None)
            self.by_table[table] = None if first is None else str(first["person_id"])
        return self.by_table[table]


def _covers(written: str | None, subject: str) -> bool:
    """Whether somebody's subjects name it, in singular or plural: 'leads and the hand-off' covers leads."""
    return f" {_stems(subject)} " in f" {_stems(written or '')} "


def _stems(text: str) -> str:
    return " ".join(word.removesuffix("s") for word in re.findall(r"\w+", folded(text)))
