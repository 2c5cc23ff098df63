"""What became of content ideas: from the idea to the calendar to live."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from scorecard import small
from scorecard.clock import AsOf
from scorecard.dataset import Dataset
from scorecard.feedback import Entry
from scorecard.statistics import median_of_counts, wilson

Stage = Literal["live", "planned", "on the calendar", "waiting", "answered", "done", "dropped", "declined"]

KIND: Final = "content_idea"
NEEDS: Final = ("calendar.feedback_id",)
ON_CALENDAR: Final = ("live", "planned", "on the calendar")
_LIVE: Final = ("live", "done")
_SETTLED: Final = ("done", "declined")
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Idea:
    """An idea and how far it came; `title` and `start` are those of its entry in the calendar.

    `days` from the idea to the first day live, None unless it is; below 0 where it was live before.
    """

    entry: Entry
    stage: Stage
    title: str = ""
    start: date | None = None
    days: int | None = None


@dataclass(frozen=True)
class Ideas:
    """Ideas, the latest first; how many are on the calendar, how many live, with Wilson's interval of these.

    `median` days from the idea to live, of those that are.
    """

    ideas: tuple[Idea, ...] = ()
    on_calendar: int = 0
    live: int = 0
    low: float | None = None
    high: float | None = None
    median: float | None = None


def ideas(dataset: Dataset, found: Iterable[Entry], since: date, as_of: AsOf) -> Ideas:
    """The path of every idea said on or after that day."""
    by: dict[str, list[Mapping[str, Any]]] = {}
    for row in small.rows(dataset, "calendar"):
        by.setdefault(str(row["feedback_id"]), []).append(row)
    said = [e for e in found if e.kind == KIND and e.day >= since]
    paths = tuple(_path(e, by.get(e.feedback_id, ()), as_of.day) for e in said)
    live = [i for i in paths if i.stage == "live"]
    low, high = wilson(len(live), len(paths))
    days = [i.days for i in live if i.days is not None and i.days >= 0]
    return Ideas(
        ideas=paths,
        on_calendar=sum(i.stage in ON_CALENDAR for i in paths),
        live=len(live),
        low=low,
        high=high,
        median=median_of_counts(days, [1] * len(days)),
    )


def waiting(dataset: Dataset, as_of: AsOf) -> tuple[Mapping[str, Any], ...]:
    """The rows of content ideas that are neither settled nor on the calendar, the latest first."""
    taken = {row["feedback_id"] for row in small.rows(dataset, "calendar") if row["status"] != "dropped"}
    found = [
        row
        for row in small.rows(dataset, "feedback")
        if row["kind"] == KIND
        and row["at"] < as_of.until
        and row["status"] not in _SETTLED
        and row["resolved_at"] is None
        and row["feedback_id"] not in taken
    ]
    return tuple(sorted(found, key=lambda row: (-row["at"], str(row["feedback_id"]))))


def _path(entry: Entry, rows: Rows, today: date) -> Idea:
    """The furthest that any entry of the calendar has brought it; plans aren't hidden by as_of."""
    live = [r for r in rows if r["status"] in _LIVE and r["start"] <= today]
    planned = [r for r in rows if r["status"] in (*_LIVE, "planned") and r["start"] > today]
    planned += [r for r in rows if r["status"] == "planned" and r["start"] <= today]
    noted = [r for r in rows if r["status"] in ("idea", None)]
    dropped = [r for r in rows if r["status"] == "dropped"]
    stages: tuple[tuple[Stage, Rows], ...] = (
        ("live", live), ("planned", planned), ("on the calendar", noted), ("dropped", dropped),
    )  # fmt: skip
    for stage, there in stages:
        if there:
            first = min(there, key=lambda r: (r["start"], str(r["entry_id"])))
            days = (first["start"] - entry.day).days if stage == "live" else None
            return Idea(entry, stage, str(first["title"] or ""), first["start"], days)
    return Idea(entry, _without_calendar(entry))


def _without_calendar(entry: Entry) -> Stage:
    if entry.settled:
        return "declined" if entry.status == "declined" else "done"
    return "answered" if entry.answered else "waiting"
