"""What each team wants of a lead, as it stands in the table profiles, and what can't be followed in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from scorecard import cells, small, words
from scorecard.contract import TEAMS, Column, Type, normalise
from scorecard.dataset import Dataset, Kind
from scorecard.passes import DIMENSIONS
from scorecard.problems import Problem, Severity

_KNOWN: Final = ("source", "landing_page", "channel")  # looked at beside the attributes, named or not
_YES_NO: Final = Column("value", Type.BOOLEAN, "Yes or no.")


@dataclass(frozen=True, slots=True)
class Wish:
    """Whether a team wants such leads, and how much it matters, 1 to 5; None where it doesn't say."""

    want: bool
    importance: int | None = None


class Agreement(StrEnum):
    """How the two teams' wishes stand to each other."""

    DISPUTED = "disputed"
    AGREED = "agreed"
    ONE_TEAM = "named by one team only"


@dataclass(frozen=True, slots=True)
class Wished:
    """A value that a team named. `column` is None where leads have no such column; `called` is its name."""

    called: str
    column: str | None
    value: str
    wishes: Mapping[str, Wish]

    @property
    def agreement(self) -> Agreement:
        """Agreed or disputed where both teams named it."""
        if len(self.wishes) < len(TEAMS):
            return Agreement.ONE_TEAM
        return Agreement.AGREED if len({w.want for w in self.wishes.values()}) == 1 else Agreement.DISPUTED

    @property
    def weight(self) -> int:
        """How much it matters to whom it matters most."""
        return max((w.importance or 0 for w in self.wishes.values()), default=0)


@dataclass(frozen=True, slots=True)
class Wishes:
    """All that was named, and what is wrong with the rest."""

    named: tuple[Wished, ...] = ()
    problems: tuple[Problem, ...] = ()


def columns(dataset: Dataset) -> tuple[str, ...]:
    """The columns that are looked at whoever names them: attributes of leads, source, page, channel."""
    if "leads" not in dataset.relations:
        return ()
    own = [name for name in _KNOWN if dataset.has(f"leads.{name}")]
    reached = ["channel"] if dataset.has("leads.campaign_id", "campaigns.channel") else []
    return tuple(dict.fromkeys((*dataset.relations["leads"].attributes, *own, *reached)))


def wishes(dataset: Dataset) -> Wishes:
    """The pictures of both teams; a team's contradictory rows about one value are left out and told."""
    found = small.reading(dataset, "profiles")
    groups: dict[tuple[str, str, str], list[small.Row]] = {}
    problems = list(found.problems)
    nearby = _by_name(dataset)
    for row in found.rows:
        column = nearby.get(normalise(row["attribute"]))
        value = _value(dataset, column, row["value"])
        if row["want"] is None:
            problems.append(_no_word(row))
        else:
            groups.setdefault((column or normalise(row["attribute"]), value, row["department"]), []).append(
                row
            )
    problems += [_contradiction(rows) for rows in groups.values() if _contradict(rows)]
    kept = {key: rows for key, rows in groups.items() if not _contradict(rows)}
    return Wishes(tuple(_wished(kept, nearby)), tuple(problems))


def problems(dataset: Dataset) -> tuple[Problem, ...]:
    """What is wrong with the pictures beyond what is wrong with a row by itself."""
    known = small.reading(dataset, "profiles").problems
    return tuple(problem for problem in wishes(dataset).problems if problem not in known)


def label(column: str) -> str:
    """A column as a reader calls it: 'company size'."""
    return column.replace("_", " ").strip()


def _by_name(dataset: Dataset) -> dict[str, str]:
    """Columns that leads can be told apart by, under their names without case, blanks and marks."""
    if "leads" not in dataset.relations:
        return {}
    leads = dataset.relations["leads"]
    groupable = [name for name in leads.kinds if name in DIMENSIONS]
    return {normalise(name): name for name in (*groupable, *columns(dataset))}


def _value(dataset: Dataset, column: str | None, text: str) -> str:
    """The value as `profile_counts` writes it: of a column of yes and no any word for them."""
    if column is None or column == "channel":
        return text
    if dataset.relations["leads"].kinds[column] is not Kind.BOOLEAN and column != "decision_maker":
        return text
    meant = cells.parse(text, _YES_NO, small.settings(dataset)).value
    return text if meant is None else "yes" if meant else "no"


def _wished(
    groups: Mapping[tuple[str, str, str], list[small.Row]], nearby: Mapping[str, str]
) -> Iterable[Wished]:
    together: dict[tuple[str, str], dict[str, Wish]] = {}
    called: dict[str, str] = {}
    for (column, value, team), rows in groups.items():
        together.setdefault((column, value), {})[team] = _wish(rows)
        called.setdefault(column, label(column if column in nearby.values() else rows[0]["attribute"]))
    for (column, value), found in together.items():
        yield Wished(called[column], column if column in nearby.values() else None, value, found)


def _wish(rows: Iterable[small.Row]) -> Wish:
    rows = list(rows)
    return Wish(rows[0]["want"], max((r["importance"] for r in rows if r["importance"]), default=None))


# --- what is wrong ----------------------------------------------------------------------------------------


def _contradict(rows: Iterable[small.Row]) -> bool:
    return len({row["want"] for row in rows}) > 1


def _contradiction(rows: list[small.Row]) -> Problem:
    one = rows[0]
    spelled = words.listing(dict.fromkeys(f"{row['attribute']} {row['value']}" for row in rows))
    return Problem(
        Severity.ERROR,
        "contradiction",
        "profiles",
        f"{one['department'].capitalize()} both wants and doesn't want these leads ({spelled}); "
        "neither is followed.",
        "Keep one of the rows.",
        key=", ".join((one["department"], one["attribute"], one["value"])),
        column="want",
        rows=len(rows),
        rows_left_out=len(rows),
    )


def _no_word(row: small.Row) -> Problem:
    return Problem(
        Severity.WARNING,
        "required",
        "profiles",
        "want is blank, so nobody knows whether such leads are wanted.",
        "Write yes or no.",
        key=", ".join((row["department"], row["attribute"], row["value"])),
        column="want",
        rows_left_out=1,
    )
