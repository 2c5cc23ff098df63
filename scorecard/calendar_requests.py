"""What sales asked for and what came of it: from the idea to live.

Asked for is what somebody in sales stands at as requested_by, and every content idea of sales in feedback,
on the calendar or not yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Final, Literal

from scorecard import calendar_entries, feedback, words
from scorecard.calendar_entries import Entry
from scorecard.clock import AsOf
from scorecard.dataset import Dataset
from scorecard.feedback import Entry as Idea
from scorecard.feedback_ideas import KIND
from scorecard.formats import Formats

State = Literal["waiting", "idea", "planned", "live", "done", "answered", "dropped", "declined"]

PATH: Final[tuple[State, ...]] = ("idea", "planned", "live", "done")
OPEN: Final[frozenset[State]] = frozenset(("waiting", "idea", "planned"))
UNANSWERED: Final[frozenset[State]] = frozenset(("waiting", "idea"))
ENDED: Final[frozenset[State]] = frozenset(("answered", "dropped", "declined"))
_ORDER: Final = (UNANSWERED, ("planned",), ("live", "done"), ENDED)
WORDS: Final[Mapping[State, str]] = {
    "waiting": "not on the calendar yet",
    "idea": "an idea",
    "planned": "planned",
    "live": "live",
    "done": "done",
    "answered": "answered, not on the calendar",
    "dropped": "dropped",
    "declined": "declined",
}


@dataclass(frozen=True, slots=True)
class Request:
    """One thing that sales asked for. `entry` is what stands on the calendar for it.

    `waited` is in days: until it went live or was settled otherwise, else so far; None where one of the days
    isn't known (only feedback tells when something was asked for). `answered`: feedback has an answer.
    """

    title: str
    state: State
    by: str
    asked: date | None
    waited: int | None
    owner: str
    answered: bool = False
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
        """Those that nobody has planned, turned down or said anything to."""
        return tuple(line for line in self.lines if line.state in UNANSWERED and not line.answered)


def requests(dataset: Dataset, as_of: AsOf) -> Requests:
    """What sales asked for by as_of. `unknown` counts entries asked for by somebody who isn't in people."""
    reader = _Reader(dataset, as_of)
    lines = sorted(reader.lines(), key=_rank)
    took = [r.waited for r in lines if r.state in ("live", "done") and r.waited is not None]
    return Requests(tuple(lines), median(took) if took else None, len(took), reader.unknown)


def _rank(r: Request) -> tuple[int, float, int, str]:
    """Unanswered, planned, live, come to nothing; in each what waits longest, else the latest, first."""
    group = next(n for n, states in enumerate(_ORDER) if r.state in states)
    wait = -(r.waited or 0) if r.state in OPEN else 0
    latest = 0 if r.entry is None else -r.entry.first.toordinal()
    return group, wait, latest, r.key


class _Reader:
    def __init__(self, dataset: Dataset, as_of: AsOf) -> None:
        self.dataset, self.as_of = dataset, as_of
        self.people = feedback.people(dataset)
        ideas = (e for e in feedback.entries(dataset, as_of) if e.kind == KIND and e.origin == "sales")
        self.ideas = {idea.feedback_id: idea for idea in ideas}
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
                yield self._not_yet(idea)

    def _is_sales(self, entry: Entry) -> bool:
        who = self.people.get(str(entry.requested_by))
        self.unknown += entry.requested_by is not None and who is None
        return who is not None and who.team == "sales"

    def _on_calendar(self, entry: Entry, idea: Idea | None) -> Request:
        by = idea.author.name if idea else ""
        return Request(
            title=entry.title,
            state=self._state(entry, idea),
            by=by or words.person(self.dataset, entry.requested_by),
            asked=idea.day if idea else None,
            waited=self._waited(self._state(entry, idea), idea, entry.first),
            owner=entry.owner or (idea.owes.name if idea else ""),
            answered=idea is not None and idea.answered,
            entry=entry,
            feedback_id=entry.feedback_id,
            response=idea.response if idea else "",
        )

    def _state(self, entry: Entry, idea: Idea | None) -> State:
        if idea is not None and idea.state == "declined" and entry.stage in ("idea", "dropped"):
            return "declined"
        early = entry.stage in ("live", "done") and entry.first > self.as_of.day
        return "planned" if early else entry.stage

    def _not_yet(self, idea: Idea) -> Request:
        state: State = "answered" if idea.answered else "waiting"
        state = "declined" if idea.state == "declined" else state
        return Request(
            title=idea.text or "An idea without a text",
            state=state,
            by=idea.author.name,
            asked=idea.day,
            waited=self._waited(state, idea, None),
            owner=idea.owes.name,
            answered=idea.answered,
            feedback_id=idea.feedback_id,
            response=idea.response,
        )

    @staticmethod
    def _waited(state: State, idea: Idea | None, went_live: date | None) -> int | None:
        """Days to the first day live, to the answer, or so far."""
        if idea is None or state in OPEN:
            return None if idea is None else idea.age
        if state in ("live", "done") and went_live is not None:
            return max((went_live - idea.day).days, 0)
        return idea.days


def told(found: Requests, formats: Formats) -> str:
    """'Sales asked for 8 things: 3 live or done, 2 planned, 2 ideas and 1 declined.' and how long it took."""
    if not found.lines:
        return "Sales hasn't asked for anything yet."
    of = found.count
    parts = (
        (of("live") + of("done"), "live or done"), (of("planned"), "planned"),
        (of("idea"), "still an idea" if of("idea") == 1 else "still ideas"),
        (of("waiting"), WORDS["waiting"]), (of("answered"), "answered otherwise"),
        (of("dropped") + of("declined"), "turned down"),
    )  # fmt: skip
    said = words.listing(f"{n} {what}" for n, what in parts if n)
    return f"Sales asked for {words.counted(len(found.lines), 'thing')}: {said}.{_took(found, formats)}"


def _took(found: Requests, formats: Formats) -> str:
    if found.days_to_live is None:
        return ""
    days = formats.days(found.days_to_live)
    return f" From the idea to live it took {days} (median of {found.went_live})."


def steps(state: State) -> Sequence[tuple[State, bool]]:
    """The way from idea to done, each step with whether it was reached."""
    reached = PATH.index(state) if state in PATH else -1
    return [(one, n <= reached) for n, one in enumerate(PATH)]
