"""Who may do what: roles by e-mail address or domain, and what each role may enter.

Pure: whoever asks has made sure of the address; `components.access` says who looks at a screen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from scorecard import small
from scorecard.dataset import Dataset

LONGEST: Final = 30  # days that Streamlit's cookie of a sign-in is good for


class Role(StrEnum):
    """What somebody is here, as section [tandem.access] of the configuration calls it."""

    VIEWER = "viewer"
    MARKETING = "marketing"
    SALES = "sales"
    ADMIN = "admin"


class Act(StrEnum):
    """What can be entered."""

    FEEDBACK = "feedback"
    CHECK_IN = "check_in"  # a goal's value, confidence and comment
    REVIEW = "review"
    CALENDAR = "calendar"
    SIGN_OFF = "sign_off"  # one team's key of a campaign
    TARGET = "target"  # of a goal or quota


@dataclass(frozen=True)
class Viewer:
    """Somebody signed in: address, how to call them, role, and their row in `people`, if there is one."""

    email: str
    name: str
    role: Role
    person_id: str | None = None


@dataclass(frozen=True)
class Rules:
    """Who has which role. `entries`: addresses (mia@example.com) and domains (@example.com), as `folded`.

    `days` is how long a sign-in lasts.
    """

    entries: Mapping[str, Role] = field(default_factory=dict)
    days: int = LONGEST

    @property
    def has_viewers(self) -> bool:
        """Whether there is a list of viewers: then only who stands in some list may see."""
        return Role.VIEWER in self.entries.values()

    def role_of(self, email: str) -> Role | None:
        """The role of an address: its own entry, else its domain's, else viewer; None: it is refused.

        Refused is whoever stands in no list where there is a list of viewers.
        """
        address = folded(email)
        name, at, domain = address.rpartition("@")
        if not (name and at and domain) or "@" in name:
            return None
        found = self.entries.get(address) or self.entries.get(f"@{domain}")
        return found or (None if self.has_viewers else Role.VIEWER)


_TOGETHER: Final = frozenset({Act.FEEDBACK, Act.CHECK_IN, Act.REVIEW, Act.CALENDAR})
_WORDS: Final = "feedback, check-ins, reviews and calendar requests"
_TEAMS: Final = frozenset({Role.MARKETING, Role.SALES})


def may(viewer: Viewer | None, act: Act, department: str | None = None, owner: str | None = None) -> bool:
    """Whether somebody may enter that; None is a person who isn't signed in, and may enter nothing.

    `department` is the team that is signed for, `owner` the person_id of who answers for the target.
    """
    if viewer is None or viewer.role is Role.VIEWER:
        return False
    if act is Act.SIGN_OFF:
        return viewer.role in _TEAMS and viewer.role == department  # nobody signs for another team
    if act is Act.TARGET:
        return viewer.role is Role.ADMIN or (owner is not None and viewer.person_id == owner)
    return act in _TOGETHER


def said(role: Role) -> str:
    """What a role may, in a sentence."""
    if role is Role.VIEWER:
        return "Your role is viewer: you see everything, and enter nothing."
    own = (
        "change any target"
        if role is Role.ADMIN
        else f"sign for {role}, and change targets that you answer for"
    )
    return f"Your role is {role}: where entries are switched on, you enter {_WORDS}, {own}."


def folded(email: str) -> str:
    """An address as it is compared: without outer blanks, capital letters of A to Z made small.

    No other letters: what Unicode takes for the same letter may be somebody else's address.
    """
    return "".join(c.lower() if c.isascii() else c for c in email.strip())


def person(dataset: Dataset, email: str) -> tuple[str, str | None] | None:
    """person_id and name of the row in `people` with that address; None where there is none, or several."""
    address = folded(email)
    found = [row for row in small.rows(dataset, "people") if folded(row["email"] or "") == address]
    return (found[0]["person_id"], found[0]["name"]) if address and len(found) == 1 else None
