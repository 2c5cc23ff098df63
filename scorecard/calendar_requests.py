"""What sales asked for and what came of it: from the idea to live.

Asked for is what somebody in sales stands at as requested_by, and every content idea of sales in feedback,
on the calendar or not yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any, Final, Literal

from scorecard import calendar_entries, small, words
from scorecard.calendar_entries import Entry
from scorecard.clock import AsOf
from scorecard.dataset import Dataset

State = Literal["waiting", "idea", "planned", "live", "done", "dropped", "declined"]
Row = Mapping[str, Any]

PATH: Final[tuple[State, ...]] = ("idea", "planned", "live", "done")
OPEN: Final[frozenset[State]] = frozenset(("waiting", "idea", "planned"))
UNANSWERED: Final[frozenset[State]] = frozenset(("waiting", "idea"))
ENDED: Final[frozenset[State]] = frozenset(("dropped", "declined"))
_ORDER: Final = (UNANSWERED, ("planned",), ("live", "done"), ENDED)
WORDS: Final[Mapping[State, str]] = {
    "waiting": "not on the calendar yet",
    "idea": "an idea",
    "planned": "planned",
    "live": "live",
    "done": "done",
    "dropped": "dropped",
    "declined": "declined",
}


@dataclass(frozen=True, slots=True)
class Request:
    """One thing that sales asked for. `entry` is what stands on the calendar for it.

    `waited` is in days: until it went live or was turned down, else so far; None where the day on which it
    was asked for isn't known (only feedback has one).
    """

    title: str
    state: State
    by: str
    asked: date | None
    waited: int | None
    owner: str
    entry: Entry | None = None
    feedback_id: str | None = None
    response: str = ""

    @property
    def key(self) -> str:
        """What tells it from the others."""
        return self.entry.key if self.entry is not None else f"feedback {self.feedback_id}"


@dataclass(frozen=True)
class Requests:
    """All of them, those that wait first, the longest first; `days_to_live` is a median over `went_live`."""

    lines: tuple[Request, ...]
    days_to_live: float | None
    went_live: int
    unknown: int

    def count(self, state: State) -> int:
        """How many have come that far and no farther."""
        return sum(line.state == state for line in self.lines)

    @property
    def unanswered(self) -> tuple[Request, ...]:
        """Those that nobody has planned or turned down."""
        return tuple(line for line in self.lines if line.state in UNANSWERED)


def requests(dataset: Dataset, as_of: AsOf) -> Requests:
    """What sales asked for by as_of. `unknown` counts entries asked for by somebody who isn't in people."""
    reader = _Reader(dataset, as_of)
    lines = sorted(reader.lines(), key=_rank)
    took = [r.waited for r in lines if r.state in ("live", "done") and r.waited is not None]
    return Requests(tuple(lines), median(took) if took else None, len(took), reader.unknown)


def _rank(r: Request) -> tuple[int, float, int, str]:
    """Unanswered before planned before live before turned down; what waits longest first, else the latest."""
    group = next(n for n, states in enumerate(_ORDER) if r.state in states)
    wait = -(r.waited or 0) if r.state in OPEN else 0
    latest = 0 if r.entry is None else -r.entry.first.toordinal()
    return group, wait, latest, r.key


class _Reader:
    def __init__(self, dataset: Dataset, as_of: AsOf) -> None:
        self.dataset, self.as_of = dataset, as_of
        self.sales = calendar_entries.names_of(dataset, "sales")
        self.known = {str(row["person_id"]) for row in small.rows(dataset, "people")}
        self.zone = small.settings(dataset).zone
        self.ideas = {str(row["feedback_id"]): row for row in self._ideas()}
        self.unknown = 0

    def lines(self) -> Iterator[Request]:
        planned: set[str] = set()
        for entry in calendar_entries.entries(self.dataset, self.as_of):
            idea = self.ideas.get(str(entry.feedback_id))
            if entry.entry_id is not None and (idea is not None or self._is_sales(entry)):
                planned.add(str(entry.feedback_id))
                yield self._on_calendar(entry, idea)
        for feedback_id, idea in self.ideas.items():
            if feedback_id not in planned:
                yield self._not_yet(feedback_id, idea)

    def _ideas(self) -> Iterator[Row]:
        """Content ideas of sales that were written by as_of."""
        for row in small.rows(self.dataset, "feedback"):
            by_sales = row["from_department"] == "sales" or str(row["from_person"]) in self.sales
            if row["kind"] == "content_idea" and row["at"] < self.as_of.until and by_sales:
                yield row

    def _is_sales(self, entry: Entry) -> bool:
        self.unknown += entry.requested_by is not None and entry.requested_by not in self.known
        return entry.requested_by in self.sales

    def _on_calendar(self, entry: Entry, idea: Row | None) -> Request:
        declined = idea is not None and idea["status"] == "declined" and entry.stage in ("idea", "dropped")
        state: State = "declined" if declined else entry.stage
        by = entry.requested_by if idea is None else idea["from_person"] or entry.requested_by
        return Request(
            title=entry.title, state=state, by=words.person(self.dataset, by), asked=self._asked(idea),
            waited=self._waited(state, idea, entry.first), owner=entry.owner or self._owner(idea),
            entry=entry, feedback_id=entry.feedback_id, response=self._response(idea),
        )  # fmt: skip

    def _not_yet(self, feedback_id: str, idea: Row) -> Request:
        state: State = "declined" if idea["status"] == "declined" else "waiting"
        return Request(
            title=str(idea["text"] or "An idea without a text"), state=state,
            by=words.person(self.dataset, idea["from_person"]), asked=self._asked(idea),
            waited=self._waited(state, idea, None), owner=self._owner(idea), feedback_id=feedback_id,
            response=self._response(idea),
        )  # fmt: skip

    def _asked(self, idea: Row | None) -> date | None:
        return None if idea is None else self.zone.from_epoch(idea["at"]).date()

    def _waited(self, state: State, idea: Row | None, went_live: date | None) -> int | None:
        asked = self._asked(idea)
        if idea is None or asked is None:
            return None
        end: date | None = self.as_of.day
        if state in ("live", "done"):
            end = went_live
        elif state in ENDED:
            resolved = idea["resolved_at"]
            seen = resolved is not None and resolved < self.as_of.until
            end = self.zone.from_epoch(resolved).date() if seen else None
        return None if end is None else max((end - asked).days, 0)

    def _owner(self, idea: Row | None) -> str:
        return "" if idea is None else words.person(self.dataset, idea["owner"] or idea["to_person"])

    @staticmethod
    def _response(idea: Row | None) -> str:
        return "" if idea is None else str(idea["response"] or "")


def told(found: Requests) -> str:
    """'Sales asked for 8 things: 3 live or done, 2 planned, 2 ideas and 1 declined.' and how long it took."""
    if not found.lines:
        return "Sales hasn't asked for anything yet."
    of = found.count
    parts = (
        (of("live") + of("done"), "live or done"), (of("planned"), "planned"),
        (of("idea"), "still an idea" if of("idea") == 1 else "still ideas"),
        (of("waiting"), WORDS["waiting"]), (of("dropped") + of("declined"), "turned down"),
    )  # fmt: skip
    said = words.listing(f"{n} {what}" for n, what in parts if n)
    return f"Sales asked for {words.counted(len(found.lines), 'thing')}: {said}.{_took(found)}"


def _took(found: Requests) -> str:
    if found.days_to_live is None:
        return ""
    days = f"{found.days_to_live:g} {'day' if found.days_to_live == 1 else 'days'}"
    return f" From the idea to live it took {days} (median of {found.went_live})."


def steps(state: State) -> Sequence[tuple[State, bool]]:
    """The way from idea to done, each step with whether it was reached."""
    reached = PATH.index(state) if state in PATH else -1
    return [(one, n <= reached) for n, one in enumerate(PATH)]
