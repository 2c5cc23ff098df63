"""What was typed in a meeting, checked, and the rows of reviews that it becomes.

A browser sends it, so every part is a stranger's word: of the wrong kind it is refused whole, with a
sentence; text is cleaned as a form's is. The same minutes make the same rows however often they are sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Any, Final, Literal, get_args

from scorecard import small
from scorecard.dataset import Dataset
from scorecard.edits import LONGEST, Edit, Value, check, key_for, new, tidy
from scorecard.problems import grouped

Kind = Literal["decision", "action", "well", "wrong"]

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
MOST: Final = 200  # notes of a meeting
_COLUMNS: Final[Mapping[Kind, str]] = {
    "decision": "decision", "action": "action", "well": "went_well", "wrong": "went_wrong",
}  # fmt: skip
_SHORT: Final = 300  # characters of a name
_ID: Final = re.compile(r"\d{8}-[\w-]{5,40}", re.ASCII)


class MinutesError(ValueError):
    """What was sent is no minutes of a meeting; the message says why, ready to show."""


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that was said: its number in the meeting, what kind; of an action by whom and by when.

    `about` is the item at which it was said, `campaign_id` the campaign where that is one.
    """

    number: int
    kind: Kind
    text: str
    who: str = ""
    due: date | None = None
    about: str = ""
    campaign_id: str = ""

    @property
    def told(self) -> str:
        """'Hand-off: ask five customers', as the review has it."""
        return f"{self.about}: {self.text}" if self.about else self.text


@dataclass(frozen=True, slots=True)
class Minutes:
    """A meeting's notes; `meeting` is its id, made once in the browser."""

    meeting: str
    attendees: tuple[str, ...]
    notes: tuple[Note, ...]

    @property
    def review_id(self) -> str:
        return key_for("reviews", self.meeting)


def read(sent: object) -> Minutes:
    """What a browser sent; MinutesError."""
    found = _mapping(sent)
    meeting = found.get("meeting")
    if not isinstance(meeting, str) or not _ID.fullmatch(meeting):
        raise MinutesError("This meeting has no name of its own. Load the page again; what was typed stays.")
    notes = found.get("notes")
    if not isinstance(notes, list) or not notes:
        raise MinutesError("Nothing was noted yet, so there is nothing to save.")
    if len(notes) > MOST:
        raise MinutesError(f"These are more than {MOST} notes. Take some out, or copy the text.")
    read_notes = tuple(_note(one) for one in notes)
    if len({note.number for note in read_notes}) != len(read_notes):
        raise MinutesError("Two notes have the same number. Load the page again; what was typed stays.")
    return Minutes(meeting, _names(found.get("attendees", "")), read_notes)


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise MinutesError("What was sent can't be read. Load the page again; what was typed stays.")
    return value


def _note(sent: object) -> Note:
    found = _mapping(sent)
    number, kind = found.get("number"), found.get("kind")
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= 10 * MOST:
        raise MinutesError("A note has no number. Load the page again; what was typed stays.")
    if kind not in KINDS:
        raise MinutesError("A note is of no known kind. Load the page again; what was typed stays.")
    text = _text(found.get("text"), LONGEST, "A note")
    if not text:
        raise MinutesError("A note has no words. Write some, or take it out.")
    is_action = kind == "action"
    who = _text(found.get("who", ""), _SHORT, "A name") if is_action else ""
    due = _day(found.get("due")) if is_action else None
    about, campaign_id = (_text(found.get(name, ""), _SHORT, "A topic") for name in ("about", "campaign"))
    return Note(number, kind, text, who, due, " ".join(about.split()), campaign_id)


def _text(value: object, longest: int, what: str) -> str:
    if not isinstance(value, str):
        raise MinutesError("What was sent can't be read. Load the page again; what was typed stays.")
    text = tidy(value, lines=True)
    if len(text) > longest:
        raise MinutesError(f"{what} is longer than {grouped(longest)} characters. Shorten it.")
    return text


def _day(value: object) -> date | None:
    if value in (None, ""):
        return None
    try:
        found = date.fromisoformat(str(value))
    except ValueError:
        found = date.min
    if not 1955 <= found.year <= 2118:  # noqa: PLR2004 - days that every source can hold
        raise MinutesError("A due date can't be read. Choose it again.")
    return found


def _names(value: object) -> tuple[str, ...]:
    text = _text(value, LONGEST, "The list of who was there")
    return tuple(dict.fromkeys(name.strip() for name in re.split(r"[,;\n]", text) if name.strip()))


# --- rows of reviews --------------------------------------------------------------------------------------


def edits(
    dataset: Dataset, minutes: Minutes, about: Mapping[str, Value], columns: frozenset[str]
) -> list[Edit]:
    """New rows of reviews, a line a note, those left out that stand there already.

    `about` are the columns that all lines share (period, as_of, held_at); `columns` those that the source can
    keep. MinutesError when it can't keep what was noted.
    """
    if lacking := [c for c in dict.fromkeys(_COLUMNS[n.kind] for n in minutes.notes) if c not in columns]:
        raise MinutesError(
            f"The source's table reviews has no column {lacking[0]}, so this can't be saved there."
        )
    known = [row for row in small.rows(dataset, "reviews") if row["review_id"] == minutes.review_id]
    there, people = {row["line_no"] for row in known}, _people(dataset)
    wanted = [note for note in minutes.notes if note.number not in there]
    attendees = ", ".join(dict.fromkeys(people.get(name.casefold(), name) for name in minutes.attendees))
    rows = [{**about, **_row(dataset, note, people, attendees)} for note in wanted]
    change = _change_id(minutes, wanted)
    return [
        new(change, "review", "reviews", _kept(row, columns, minutes.review_id, note.number), place)
        for place, (note, row) in enumerate(zip(wanted, rows, strict=True), 1)
    ]


def _row(dataset: Dataset, note: Note, people: Mapping[str, str], attendees: str) -> dict[str, Value]:
    """What a note says, checked as a form's cells are."""
    said: dict[str, Value] = {_COLUMNS[note.kind]: note.told, "attendees": attendees}
    if note.campaign_id in {str(row["campaign_id"]) for row in small.rows(dataset, "campaigns")}:
        said["campaign_id"] = note.campaign_id
    if note.kind == "action":
        said |= {"action_owner": people.get(note.who.casefold(), note.who), "action_due": note.due}
    checked = check("reviews", said, small.settings(dataset))
    for problem in checked.problems.values():
        raise MinutesError(f"“{note.text[:60]}” can't be saved: {problem}")
    return checked.values


def _kept(row: Mapping[str, Value], columns: frozenset[str], review_id: str, number: int) -> dict[str, Value]:
    known = {name: value for name, value in row.items() if name in columns}
    return {**known, "review_id": review_id, "line_no": number}


def _people(dataset: Dataset) -> dict[str, str]:
    """Whoever is in people by id and by name, as a reader types them; a name that two bear is no id."""
    rows = small.rows(dataset, "people")
    found: dict[str, str] = {}
    shared: set[str] = set()
    for row in rows:
        for typed in {str(row["person_id"]).casefold(), str(row["name"] or row["person_id"]).casefold()}:
            shared |= {typed} if typed in found else set()
            found[typed] = str(row["person_id"])
    return {typed: person_id for typed, person_id in found.items() if typed not in shared}


def _change_id(minutes: Minutes, notes: Sequence[Note]) -> str:
    """The same notes sent again are one write; with another note they are another."""
    said = repr([(n.number, n.kind, n.told, n.who, n.due, n.campaign_id) for n in notes])
    return f"{minutes.meeting[:50]}.{blake2b(said.encode(), digest_size=6).hexdigest()}"
