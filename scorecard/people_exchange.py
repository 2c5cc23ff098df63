"""Seeing the other side: who has sat in on the other team's work, who hasn't, and what is planned.

A session is a calendar entry of kind exchange. It shows the work of its owner's team, else of its department;
whoever takes part from the other team has sat in. Where neither says whose work it is, it counts for both
teams, if both are there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from scorecard import small, words
from scorecard.clock import AsOf
from scorecard.contract import TEAMS
from scorecard.dataset import Dataset
from scorecard.near import nearest

WINDOW_DAYS: Final = 90
_OTHER: Final = {"marketing": "sales", "sales": "marketing"}
_COUNTS: Final = (None, "planned", "live", "done")  # an idea isn't agreed, what is dropped doesn't take place


@dataclass(frozen=True, slots=True)
class Session:
    """One session by its last day: whose work it shows, who hosts, and who sits in (ids and names).

    `shows` is the team, an empty text for both. The takeaway is a feedback row's text, empty without.
    """

    entry_id: str
    day: date
    title: str
    shows: str
    hosts: tuple[str, ...]
    guests: tuple[tuple[str, str], ...]
    takeaway: str
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exchanges:
    """Sessions held, the last first, and those to come, the next first.

    `last` is each guest's last session, `planned` the day of the next one, `lately` who sat in within the
    window; by person_id. `known` says that the calendar has any, `notes` name attendees that nobody is.
    """

    held: tuple[Session, ...] = ()
    ahead: tuple[Session, ...] = ()
    last: Mapping[str, Session] = field(default_factory=dict)
    planned: Mapping[str, date] = field(default_factory=dict)
    lately: frozenset[str] = frozenset()
    known: bool = False
    notes: tuple[str, ...] = ()


def read(dataset: Dataset, as_of: AsOf) -> Exchanges:
    """All sessions as they look at as_of."""
    reader = _Reader(dataset, as_of)
    rows = [r for r in small.rows(dataset, "calendar") if r["kind"] == "exchange" and r["status"] in _COUNTS]
    held = [reader.session(row) for row in rows if _is_held(row, as_of)]
    ahead = [reader.session(row) for row in rows if not _is_held(row, as_of) and _last(row) >= as_of.day]
    held.sort(key=lambda s: (s.day, s.entry_id), reverse=True)
    ahead.sort(key=lambda s: (s.day, s.entry_id))
    last, planned = _by_guest(held), {who: s.day for who, s in _by_guest(ahead).items()}
    since = as_of.day - timedelta(days=min(WINDOW_DAYS - 1, as_of.day.toordinal() - 1))
    return Exchanges(
        held=tuple(held),
        ahead=tuple(ahead),
        last=last,
        planned=planned,
        lately=frozenset(who for who, session in last.items() if session.day >= since),
        known=bool(rows),
        notes=tuple(_notes([*held, *ahead], reader.names)),
    )


def _last(row: Mapping[str, Any]) -> date:
    """Its last day; one that ends before it starts lasts a day."""
    found: date = max(row["start"], row["end"] or row["start"])
    return found


def _is_held(row: Mapping[str, Any], as_of: AsOf) -> bool:
    """Whether it has taken place: marked as done and begun, or its last day is over."""
    if row["status"] == "done":
        return bool(row["start"] <= as_of.day)
    return _last(row) < as_of.day


def _by_guest(sessions: Sequence[Session]) -> dict[str, Session]:
    """Each guest's first session in this order."""
    found: dict[str, Session] = {}
    for session in sessions:
        for person_id, _ in session.guests:
            found.setdefault(person_id, session)
    return found


class _Reader:
    """Reads sessions with the people and feedback of one dataset."""

    def __init__(self, dataset: Dataset, as_of: AsOf) -> None:
        rows = small.rows(dataset, "people")
        self.names = {str(row["person_id"]): str(row["name"] or row["person_id"]) for row in rows}
        self.teams = {str(row["person_id"]): str(row["department"] or "") for row in rows}
        bearers = Counter(self.names.values())
        self.ids = {name: one for one, name in self.names.items() if bearers[name] == 1}
        self.texts = {
            str(row["feedback_id"]): str(row["text"] or "")
            for row in small.rows(dataset, "feedback")
            if row["at"] < as_of.until
        }

    def session(self, row: Mapping[str, Any]) -> Session:
        named = dict.fromkeys(self._id(one) for one in words.parted(row["attendees"]))
        owner = None if row["owner"] is None else self._id(str(row["owner"]))
        people = [*dict.fromkeys([*([owner] if owner else []), *named])]
        shows = self._shows(owner, row["department"])
        guests = [one for one in people if self._sits_in(one, shows, people)]
        return Session(
            entry_id=str(row["entry_id"]),
            day=_last(row),
            title=str(row["title"] or "Exchange"),
            shows=shows,
            hosts=tuple(self.names.get(one, one) for one in people if one not in guests),
            guests=tuple((one, self.names[one]) for one in guests),
            takeaway=self.texts.get(str(row["feedback_id"]), ""),
            unknown=tuple(one for one in people if one not in self.names),
        )

    def _id(self, written: str) -> str:
        """The person_id meant: the id itself, or a name that one person alone bears."""
        return written if written in self.names else self.ids.get(written, written)

    def _shows(self, owner: str | None, department: str | None) -> str:
        team = self.teams.get(owner or "", "")
        if team in TEAMS:
            return team
        return str(department) if department in TEAMS else ""

    def _sits_in(self, one: str, shows: str, people: Sequence[str]) -> bool:
        team = self.teams.get(one, "")
        if team not in TEAMS:
            return False
        if shows:
            return team == _OTHER[shows]
        return any(self.teams.get(other) == _OTHER[team] for other in people)


def _notes(sessions: Sequence[Session], names: Mapping[str, str]) -> Iterator[str]:
    """Attendees that people doesn't have, each once, with whom they may stand for."""
    told: set[str] = set()
    for session in sessions:
        for one in session.unknown:
            if one not in told:
                told.add(one)
                near = nearest(one, [*names, *names.values()])
                hint = f" Did you mean {near}?" if near else " Add the person to people."
                yield f"{words.brief(one)} of calendar {session.entry_id} isn’t in people.{hint}"
