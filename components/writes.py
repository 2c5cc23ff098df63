"""The one door for what is entered in the app: who may, signed and dated here, written once, shown at once.

Nothing is written unless section [tandem.writing] says so and somebody is signed in. What a form sends is a
wish: who it comes from and when is said here, by the sign-in, and whether that person may is asked again
for each write.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from traceback import format_tb
from typing import Final

import streamlit as st

from components import access, live
from components.screen import View
from data_sources import config
from data_sources.config import Config
from data_sources.errors import ConfigError, SourceError
from data_sources.sources import STORE, writer_of
from data_sources.writing import ConflictError, Writer
from scorecard import roles, small
from scorecard.contract import TABLES
from scorecard.edits import Clash, Edit, EditError, Value, Write
from scorecard.roles import Act, Role, Viewer

NOW: Final = "\0now"  # as a value of an edit: the moment of writing; a form can't type it
ME: Final = "\0me"  # the person who is signed in
ACTIONS: Final[Mapping[Act, str]] = {
    Act.FEEDBACK: "feedback",
    Act.CHECK_IN: "check-in",
    Act.SIGN_OFF: "sign-off",
    Act.REVIEW: "review",
    Act.CALENDAR: "calendar request",
    Act.TARGET: "target",
}
_LOG: Final = logging.getLogger(__name__)
_TEAMS: Final = (Role.MARKETING, Role.SALES)


@dataclass(frozen=True)
class Standing:
    """Whether anything can be entered, and what there is to say about it on the Data page."""

    on: bool
    says: str


@dataclass(frozen=True)
class Outcome:
    """What became of a write. `again`: it had been written before, and stands there once.

    Not `done`: `clash` says which row is otherwise now, else `message` why, ready to show.
    """

    done: bool
    again: bool = False
    message: str = ""
    clash: Clash | None = None


# --- whether, and who -------------------------------------------------------------------------------------


def standing() -> Standing:
    """Whether the configuration has anything be entered here, and whether that can be."""
    found = _config()
    if isinstance(found, str):
        return Standing(on=False, says=found)
    viewer = access.viewer()
    if not found.writing:
        return Standing(on=False, says=_OFF)
    if viewer is None:
        return Standing(on=False, says=_NO_SIGN_IN)
    try:
        writer = _writer()
    except (ConfigError, SourceError) as error:
        return Standing(on=False, says=str(error))
    if writer.refusal is not None:
        return Standing(on=False, says=writer.refusal)
    return Standing(
        on=True,
        says=f"What people enter on the pages is written into {writer.label}, signed with their address.",
    )


_OFF: Final = "Tandem only reads: nothing can be entered here. To change that, see docs/writing.md."
_NO_SIGN_IN: Final = (
    "[tandem.writing] is on, but nobody can sign in, because section [auth] is missing. Everything that is "
    "entered bears a name, so nothing can be entered until then (docs/access.md)."
)


def is_on() -> bool:
    """Whether somebody can enter something here."""
    return standing().on


def refusal(view: View, act: Act, department: str | None = None, owner: str | None = None) -> str | None:
    """Why this viewer can't enter that now, in a quiet line ('': nothing to say); None: he can."""
    if live.own() is not None or not is_on():
        return ""
    if not roles.may(access.viewer(), act, department, owner):
        return f"{_who(act, department)} Ask whoever runs Tandem for the role (docs/access.md)."
    if view.screen.fixed_as_of() is not None:
        return "This looks back. Go back to now to enter something."
    return None


def _who(act: Act, department: str | None) -> str:
    if act is Act.SIGN_OFF:
        return f"Only {department or 'the team itself'} can sign here."
    if act is Act.TARGET:
        return "The one who answers for it, or an admin, can move this target."
    return "People of marketing, of sales and admins can enter something here."


# --- writing ----------------------------------------------------------------------------------------------


def send(
    view: View, edits: Sequence[Edit], act: Act, department: str | None = None, owner: str | None = None
) -> Outcome:
    """Writes these edits as one, once, in the name of who is signed in; whatever happens is told.

    `department` is the team signed for, `owner` who answers for the target (see `scorecard.roles.may`).
    """
    if (why := refusal(view, act, department, owner)) is not None:
        return Outcome(done=False, message=why or "Nothing can be entered here now.")
    viewer = access.viewer()
    assert viewer is not None  # noqa: S101 - refusal has seen to it
    if any(edit.action != ACTIONS[act] for edit in edits):
        return Outcome(done=False, message="This form may not write that.")
    at = int(datetime.now(UTC).timestamp())
    signed = Write(tuple(_signed(edit, viewer, view, at) for edit in edits), at, viewer.email)
    outcome = _written(signed, view)
    if outcome.done:
        live.look_now()
    return outcome


def _written(write: Write, view: View) -> Outcome:
    try:
        fresh = _writer().write(write, view.settings)
    except ConflictError as conflict:
        return Outcome(done=False, clash=Clash(conflict.edit, conflict.now))
    except (SourceError, ConfigError, EditError) as error:
        return Outcome(done=False, message=str(error))
    except Exception as error:  # noqa: BLE001 - whatever a driver raises, what was typed stays on the screen
        _LOG.error(
            "Nothing was written: %s\n%s", type(error).__name__, "".join(format_tb(error.__traceback__))
        )
        name = type(error).__name__
        return Outcome(
            done=False, message=f"It stopped at an unforeseen error ({name}); the server's log says where."
        )
    return Outcome(done=True, again=not fresh)


# --- signing ----------------------------------------------------------------------------------------------

# What of a new row is said by the sign-in and the clock, whatever the form says.
_STAMPS: Final[Mapping[str, Mapping[str, str]]] = {
    "feedback": {"at": "now", "from_person": "me", "from_department": "team"},
    "signoffs": {"at": "now", "person_id": "me", "department": "role"},
    "goal_actuals": {"entered_by": "me"},
    "target_changes": {"at": "now", "by": "me"},
    "calendar": {"requested_by": "me"},
}


def _signed(edit: Edit, viewer: Viewer, view: View, at: int) -> Edit:
    me = viewer.person_id or viewer.email
    said: dict[str, Value] = {
        "now": at, "me": me, "role": viewer.role.value, "team": _team(viewer, view),
    }  # fmt: skip
    made: dict[Value, Value] = {NOW: at, ME: me}
    after: dict[str, Value] = {name: made.get(value, value) for name, value in edit.after.items()}
    if edit.is_new:
        stamps = _STAMPS.get(edit.table, {})
        after |= {name: said[what] for name, what in stamps.items() if _has(view, edit.table, name)}
    return replace(edit, after=after)


def _team(viewer: Viewer, view: View) -> str | None:
    """The team somebody speaks for: the role's, else the one that `people` names."""
    if viewer.role in _TEAMS:
        return viewer.role.value
    found = (
        row["department"]
        for row in small.rows(view.dataset, "people")
        if row["person_id"] == viewer.person_id
    )
    return next(found, None)


def _has(view: View, table: str, column: str) -> bool:
    """Whether the source keeps that column, or will: a table that isn't there yet gets all of them."""
    return not view.dataset.has(table) or view.dataset.has(f"{table}.{column}")


def columns(view: View, table: str) -> frozenset[str]:
    """The columns of a table that the source can keep; forms leave the others out."""
    return frozenset(c.name for c in TABLES[table].columns if _has(view, table, c.name))


# --- the configuration ------------------------------------------------------------------------------------


def _config() -> Config | str:
    """What is configured now, or why it can't be told."""
    file = config.place(os.environ)
    try:
        return _read(
            file, 0 if file is None else file.stat().st_mtime_ns, os.environ.get(config.SOURCE_VARIABLE, "")
        )
    except (ConfigError, OSError) as error:
        return str(error)


@lru_cache(maxsize=4)
def _read(file: Path | None, _written: int, _source: str) -> Config:
    return config.load(file, environ=os.environ)


def _writer() -> Writer:
    """The process's writer to the configured source. ConfigError, SourceError."""
    found = _config()
    if isinstance(found, str):
        raise ConfigError(found)
    return _opened(repr((found.path, found.source, id(found))), found)


@st.cache_resource(max_entries=2, show_spinner=False, on_release=lambda writer: writer.close())
def _opened(name: str, _found: Config) -> Writer:  # noqa: ARG001 - the key
    return writer_of(_found, STORE)
