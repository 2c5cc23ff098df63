"""What the teams tell each other: who asked whom for what, whether it was answered, and how long that took.

An entry asks for an answer by its kind (a lead's quality, a content idea, a problem) or because somebody took
it on (an owner or a due date); praise never does. docs/decisions.md says what counts as an answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from scorecard import small
from scorecard.clock import AsOf, Zone
from scorecard.dataset import Dataset
from scorecard.statistics import Survival, survival, wilson

Way = Literal["to_marketing", "to_sales", ""]
State = Literal["overdue", "open", "promised", "done", "declined", "said"]

TEAMS: Final = ("marketing", "sales")
ASKING: Final = ("lead_quality", "content_idea", "problem")
PRAISE: Final = ("win", "thanks")
_GOOD: Final = 4  # of 5: a lead rated so well, without a reason to reject it, is praise
_SETTLED: Final = ("done", "declined")
_OTHER: Final = {"marketing": "sales", "sales": "marketing"}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as far as known; `team` is the department, blank where nobody says."""

    person_id: str = ""
    name: str = ""
    team: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of feedback as it looks from as_of; days are local dates.

    `toward` is the team it was said to. `owes` is who sees to it: the owner, else whom it was said to, else
    that team. `days` it took to answer, None unanswered or where nobody wrote when; `age` since it was said.
    """

    feedback_id: str
    day: date
    kind: str
    author: Person
    to: Person
    owes: Person
    origin: str
    toward: str
    lead_id: str
    campaign_id: str
    reject_reason: str
    rating: int | None
    text: str
    response: str
    status: str
    due: date | None
    settled_on: date | None
    praises: bool
    asks: bool
    answered: bool
    settled: bool
    backwards: bool  # resolved before it was said: how long it took can't be known
    days: int | None
    age: int
    overdue: bool

    @property
    def way(self) -> Way:
        """From one team to the other, or neither."""
        if (self.origin, self.toward) == ("sales", "marketing"):
            return "to_marketing"
        return "to_sales" if (self.origin, self.toward) == ("marketing", "sales") else ""

    @property
    def state(self) -> State:
        """How far it is."""
        if self.settled:
            return "declined" if self.status == "declined" else "done"
        if not self.asks:
            return "said"
        if self.overdue:
            return "overdue"
        return "promised" if self.answered else "open"


def entries(dataset: Dataset, as_of: AsOf) -> tuple[Entry, ...]:
    """Every entry seen at as_of, the latest first."""
    zone, known = small.settings(dataset).zone, people(dataset)
    seen = [row for row in small.rows(dataset, "feedback") if row["at"] < as_of.until]
    seen.sort(key=lambda row: (-row["at"], str(row["feedback_id"])))
    return tuple(_entry(row, known, as_of, zone) for row in seen)


def people(dataset: Dataset) -> dict[str, Person]:
    """Everybody in people, by id."""
    rows = small.rows(dataset, "people")
    return {
        str(r["person_id"]): Person(
            str(r["person_id"]), str(r["name"] or r["person_id"]), str(r["department"] or "")
        )
        for r in rows
    }


def _entry(row: Mapping[str, Any], known: Mapping[str, Person], as_of: AsOf, zone: Zone) -> Entry:
    author, to, owner = (_person(row[c], known) for c in ("from_person", "to_person", "owner"))
    origin = str(row["from_department"] or author.team)
    toward = _toward(origin, to, owner)
    day, kind, status = zone.from_epoch(row["at"]).date(), str(row["kind"] or ""), str(row["status"] or "")
    resolved, hidden = row["resolved_at"], (row["resolved_at"] or 0) >= as_of.until
    settled = not hidden and (resolved is not None or status in _SETTLED)
    settled_on = zone.from_epoch(resolved).date() if resolved is not None and not hidden else None
    backwards = settled_on is not None and settled_on < day
    answered = settled or (not hidden and bool(row["response"]))
    taken_on = bool(row["owner"] or row["due"])
    praises = kind in PRAISE or (_is_good_lead(row, kind) and not taken_on)
    return Entry(
        feedback_id=str(row["feedback_id"]), day=day, kind=kind, author=author, to=to,
        owes=_owes(owner, to, toward), origin=origin, toward=toward,
        lead_id=str(row["lead_id"] or ""), campaign_id=str(row["campaign_id"] or ""),
        reject_reason=str(row["reject_reason"] or ""), rating=row["rating"],
        text=str(row["text"] or ""), response=str(row["response"] or ""), status=status, due=row["due"],
        settled_on=settled_on,
        praises=praises,
        asks=not praises and (kind in ASKING or taken_on),
        answered=answered, settled=settled, backwards=backwards,
        days=None if settled_on is None or backwards else (settled_on - day).days,
        age=(as_of.day - day).days,
        overdue=not settled and row["due"] is not None and row["due"] < as_of.day,
    )  # fmt: skip


def _is_good_lead(row: Mapping[str, Any], kind: str) -> bool:
    """Whether a lead was found good: there is nothing to answer."""
    return kind == "lead_quality" and (row["rating"] or 0) >= _GOOD and not row["reject_reason"]


def _person(person_id: str | None, known: Mapping[str, Person]) -> Person:
    """Whoever isn't in people goes by the id, of no known team."""
    if person_id is None:
        return Person()
    return known.get(str(person_id), Person(str(person_id), str(person_id)))


def _toward(origin: str, to: Person, owner: Person) -> str:
    """The team it was said to: that of the person named, else of the owner, else the other one."""
    return to.team or owner.team or _OTHER.get(origin, "")


def _owes(owner: Person, to: Person, toward: str) -> Person:
    if owner.person_id or to.person_id:
        return owner if owner.person_id else to
    name = f"{toward.capitalize()}, nobody named" if toward else "Nobody named"
    return Person(f"team:{toward}", name, toward)


# --- how well the teams answer ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answers:
    """How one team answered what was asked of it.

    `answered` of `asked`, with Wilson's 95 % interval. `median` days to the answer by Kaplan and Meier: those
    still waiting count as waiting; None where half aren't answered yet. `longest` is the longest wait seen.
    The `untimed` were answered on a day that nobody wrote down, and are left out of the median.
    """

    asked: int
    answered: int
    low: float | None
    high: float | None
    median: float | None
    longest: float | None
    timed: int
    untimed: int


def asking(found: Iterable[Entry], since: date, way: Way | None = None) -> list[Entry]:
    """The entries that ask for an answer, said on or after that day, of one way or all."""
    return [e for e in found if e.asks and e.day >= since and way in (None, e.way)]


def answers(asked: Iterable[Entry]) -> Answers:
    """How those entries were answered."""
    asked = list(asked)
    answered = sum(e.answered for e in asked)
    low, high = wilson(answered, len(asked))
    waits = _waits(asked)
    return Answers(
        asked=len(asked),
        answered=answered,
        low=low,
        high=high,
        median=waits.quantile(0.5),
        longest=waits.longest,
        timed=waits.n,
        untimed=len(asked) - waits.n,
    )


def _waits(asked: Iterable[Entry]) -> Survival:
    """Days to the answer, of the unanswered the days so far."""
    known = [(e.age if e.days is None else e.days, e.answered) for e in asked if _is_timed(e)]
    return survival([days for days, _ in known], [over for _, over in known], [1] * len(known))


def _is_timed(entry: Entry) -> bool:
    return entry.days is not None or not entry.answered


def owed(found: Iterable[Entry]) -> tuple[Entry, ...]:
    """What is asked and not settled: the longest overdue first, then by due date, then the oldest first."""
    open_ = [e for e in found if e.asks and not e.settled]
    return tuple(sorted(open_, key=_urgency))


def _urgency(entry: Entry) -> tuple[bool, bool, date, date, str]:
    return not entry.overdue, entry.due is None, entry.due or date.max, entry.day, entry.feedback_id


def oldest(found: Iterable[Entry]) -> Entry | None:
    """The one that has waited longest for any answer."""
    waiting = [e for e in found if e.asks and not e.answered]
    return min(waiting, key=lambda e: (e.day, e.feedback_id), default=None)
