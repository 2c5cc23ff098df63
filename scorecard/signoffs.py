"""Who signed a campaign: two keys, one a team, each bound to the terms that were approved.

A key is turned by a row of signoffs from somebody of that very team. A row with a fingerprint holds for the
terms it was made of: when they change, the key opens again, and when they change back it is turned again.
Rows without a fingerprint, from before there were any, hold whatever changes. Signatures are seen at as_of;
the terms are those of now, since rows of campaigns and goals keep no history.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from scorecard import small, terms
from scorecard.clock import AsOf
from scorecard.contract import TEAMS
from scorecard.dataset import Dataset
from scorecard.memory import Memory
from scorecard.status import Mark
from scorecard.terms import FIELDS, Terms

Phase = Literal["planned", "live", "ended"]
State = Literal["unsigned", "signed", "unrecorded", "reopened", "unreadable", "foreign"]
Row = Mapping[str, Any]

_TURNED: Final = ("signed", "unrecorded")


@dataclass(frozen=True, slots=True)
class Change:
    """A field of the terms that isn't what was approved any more; blank is ''."""

    field: str
    approved: str
    now: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A row of signoffs that turns no key: who signed, of which department, when."""

    person_id: str
    department: str
    at: int


@dataclass(frozen=True, slots=True)
class Key:
    """One team's key to a campaign, and the row that decides its state.

    unsigned: nobody of the team has signed. signed: to the terms of now. unrecorded: signed, without a
    fingerprint. reopened: signed to other terms (`changes`; none where the approved ones can't be read back).
    unreadable: what stands as its fingerprint can't be one. foreign: only people of other teams have signed
    (`refused`, which may stand beside any state). `late`: signed on a later day than the launch. `known` is
    False where people doesn't say which team the person is of.
    """

    team: str
    state: State
    person_id: str = ""
    at: int | None = None
    changes: tuple[Change, ...] = ()
    late: bool = False
    known: bool = True
    refused: tuple[Refused, ...] = ()

    @property
    def turned(self) -> bool:
        """Whether it counts as signed."""
        return self.state in _TURNED


# --- keys -------------------------------------------------------------------------------------------------


def keys(dataset: Dataset, as_of: AsOf) -> dict[str, tuple[Key, ...]] | None:
    """Both keys of every campaign; None without a table signoffs."""
    if "signoffs" not in dataset.relations:
        return None
    seen: dict[tuple[str, str], list[Row]] = {}
    for row in small.rows(dataset, "signoffs"):
        if row["at"] < as_of.until:
            seen.setdefault((str(row["campaign_id"]), str(row["department"])), []).append(row)
    agreed, team_of = terms.of_dataset(dataset), departments(dataset)
    return {
        str(row["campaign_id"]): tuple(
            _key(
                dataset, row, agreed[str(row["campaign_id"])], team,
                seen.get((str(row["campaign_id"]), team), ()), team_of,
            )
            for team in TEAMS
        )
        for row in small.rows(dataset, "campaigns")
    }  # fmt: skip


def departments(dataset: Dataset) -> dict[str, str]:
    """Which department everybody in people is of, as far as it is known."""
    rows = small.rows(dataset, "people")
    return {str(row["person_id"]): str(row["department"]) for row in rows if row["department"] is not None}


def _key(
    dataset: Dataset, campaign: Row, agreed: Terms, team: str, rows: Sequence[Row], team_of: Mapping[str, str]
) -> Key:
    own = [row for row in rows if team_of.get(str(row["person_id"]), team) == team]
    refused = tuple(
        Refused(str(row["person_id"]), team_of[str(row["person_id"])], row["at"])
        for row in sorted(rows, key=_when)
        if row not in own
    )
    if not own:
        return Key(team, "foreign" if refused else "unsigned", refused=refused)
    state, row = _decisive(own, agreed)
    launch = launched(dataset, campaign)
    day = small.settings(dataset).zone.from_epoch(row["at"]).date()
    return Key(
        team, state, str(row["person_id"]), row["at"],
        changes=changes(row, agreed) if state == "reopened" else (),
        late=launch is not None and day > launch,
        known=str(row["person_id"]) in team_of,
        refused=refused,
    )  # fmt: skip


def _decisive(own: Sequence[Row], agreed: Terms) -> tuple[State, Row]:
    """The first signature to the terms of now; without one, what the latest row says."""
    ordered = sorted(own, key=_when)
    for row in ordered:
        if row["fingerprint"] == agreed.fingerprint:
            return "signed", row
    last = ordered[-1]
    if last["fingerprint"] is None:
        return "unrecorded", next(row for row in ordered if row["fingerprint"] is None)
    return ("reopened" if terms.is_fingerprint(last["fingerprint"]) else "unreadable"), last


def _when(row: Row) -> tuple[int, str]:
    return int(row["at"]), str(row["person_id"])


def changes(row: Row, agreed: Terms) -> tuple[Change, ...]:
    """What differs from what was approved; nothing where the row's text isn't what its fingerprint is of."""
    approved = Terms.read(row["terms"])
    if approved is None or approved.fingerprint != row["fingerprint"]:
        return ()
    pairs = ((name, approved.fields.get(name, ""), agreed.fields.get(name, "")) for name in FIELDS)
    return tuple(Change(name, was, now) for name, was, now in pairs if was != now)


# --- when a campaign is live ------------------------------------------------------------------------------


def launched(dataset: Dataset, campaign: Row) -> date | None:
    """The day it went live: launched_at, and where the table has no such column, its start."""
    if campaign["launched_at"] is not None:
        return small.settings(dataset).zone.from_epoch(campaign["launched_at"]).date()
    found: date | None = None if dataset.has("campaigns.launched_at") else campaign["start"]
    return found


def phase(dataset: Dataset, campaign: Row, as_of: AsOf) -> Phase:
    """Whether it is still planned, live, or over."""
    launch = launched(dataset, campaign)
    if campaign["end"] is not None and campaign["end"] < as_of.day:
        return "ended"
    return "live" if launch is not None and launch <= as_of.day else "planned"


# --- the mark that goes wherever a campaign appears -------------------------------------------------------


def open_teams(found: Iterable[Key]) -> tuple[str, ...]:
    """The teams whose key was never turned, or by nobody who may."""
    return tuple(key.team for key in found if not key.turned and key.state != "reopened")


def reopened_teams(found: Iterable[Key]) -> tuple[str, ...]:
    """The teams whose key a later change opened again."""
    return tuple(key.team for key in found if key.state == "reopened")


def marks(dataset: Dataset, as_of: AsOf) -> Mapping[str, Mark]:
    """The mark of each campaign that is or was live without both keys turned."""
    memory: Memory = dataset.cache.setdefault("signoff marks", Memory(64))
    found: Mapping[str, Mark] = memory.once((as_of.until, as_of.day), lambda: _marks(dataset, as_of))
    return found


def marked(dataset: Dataset, campaign_id: str, name: str, as_of: AsOf) -> str:
    """The campaign's name as it is to be shown: '✕ Spring mail (unsigned by sales)', where it has a mark.

    The icon comes first, since names are cut where there is little room.
    """
    return with_mark(name, marks(dataset, as_of).get(campaign_id))


def with_mark(name: str, mark: Mark | None) -> str:
    """A name and its mark in one line of text."""
    return name if mark is None else f"{mark.icon} {name} ({mark.word})"


def _marks(dataset: Dataset, as_of: AsOf) -> dict[str, Mark]:
    rows = {str(row["campaign_id"]): row for row in small.rows(dataset, "campaigns")}
    both = keys(dataset, as_of) or {}
    told = {one: mark_of(found, phase(dataset, rows[one], as_of)) for one, found in both.items()}
    return {one: mark for one, mark in told.items() if mark is not None}


def mark_of(found: Iterable[Key], now: Phase) -> Mark | None:
    """What is to be seen wherever the campaign appears; None while it is planned, or both keys are turned."""
    found = tuple(found)
    if now == "planned" or not found:
        return None
    if unsigned := open_teams(found):
        return Mark("unsigned" if len(unsigned) > 1 else f"unsigned by {unsigned[0]}", "bad", "✕")
    return Mark("changed since signed", "warn", "▲") if reopened_teams(found) else None


# --- signing ----------------------------------------------------------------------------------------------


class SignError(ValueError):
    """Why a campaign can't be signed so, in one sentence."""


def sign(
    dataset: Dataset, campaign_id: str, department: str, person_id: str, seen: str | None = None
) -> dict[str, str]:
    """The row to append to signoffs, without its `at`; `seen` is the fingerprint that was on the screen.

    Raises SignError for a campaign there isn't, a key that is another team's, and terms that have changed
    since they were seen.
    """
    agreed = terms.terms_of(dataset, campaign_id)
    if agreed is None:
        raise SignError(f"There is no campaign {campaign_id}.")
    if department not in TEAMS:
        raise SignError(f"Only {' and '.join(TEAMS)} have a key.")
    team = departments(dataset).get(person_id)
    if team != department:
        is_of = "not in people with a department" if team is None else f"in {team}"
        raise SignError(f"Only {department} can turn its key, and {person_id} is {is_of}.")
    if seen is not None and seen != agreed.fingerprint:
        raise SignError("The terms have changed since this page was drawn; look at them again and then sign.")
    return {
        "campaign_id": campaign_id,
        "department": department,
        "person_id": person_id,
        "terms": agreed.text,
        "fingerprint": agreed.fingerprint,
    }
