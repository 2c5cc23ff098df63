"""What a page has put on the screen, and what of it a new state of the data changes.

Each section draws one reading. When the data change, each reading is worked out anew and only the sections
whose readings differ run again; the rest of the page isn't touched. What the page is built from (settings,
pickers, which sections there are) is compared too: when that differs, the whole page runs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, datetime
from typing import Any, Concatenate, Final, NoReturn, ParamSpec, TypeVar, cast

import streamlit as st
from streamlit.errors import StreamlitAPIException

from components import controls, live
from scorecard import small
from scorecard.clock import AsOf
from scorecard.dataset import Dataset
from scorecard.formats import Formats
from scorecard.periods import Period
from scorecard.scopes import Filter
from scorecard.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")

_NOT_HAD: Final = object()
STAMP: Final = "page_stamp_section"  # the fragment of the stamp
_UNSEEN: Final = frozenset({"as_of", "weight"})
_MOVING: Final = frozenset({"expected"})
_TOO_LITTLE: Final = 5e-4  # of a pace: 57.00 % and 57.02 % are drawn alike


@dataclass(frozen=True)
class View:
    """What a page shows: the data in one state, as they look from `as_of`, for a period and a filter."""

    slug: str
    dataset: Dataset
    settings: Settings
    formats: Formats
    period: Period
    compare: Period | None
    as_of: AsOf
    where: Filter
    screen: Screen = field(repr=False, compare=False)

    def get(self, function: Callable[Concatenate[Dataset, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What a pure function of the data says; worked out once for this state and these arguments."""
        return live.cached(function, self.dataset, *args, **kwargs)


@dataclass(frozen=True)
class Frame:
    """What the page's head and its way of writing come from."""

    settings: Settings
    offer: controls.Offer


@dataclass(frozen=True)
class Part:
    """A reading as it was drawn (`_NOT_HAD`: not at all), and how to take it again."""

    read: Callable[[View], object]
    found: object


@dataclass
class Screen:
    """One viewer's page, from its last whole run on."""

    slug: str
    asked: controls.Asked
    now: live.Live
    moment: datetime
    frame: Frame
    sections: dict[str, Part] = field(default_factory=dict)
    outlines: list[Part] = field(default_factory=list)

    @classmethod
    def of(cls, slug: str, now: live.Live, asked: controls.Asked) -> Screen:
        """An empty one, for what is published now."""
        return cls(slug, asked, now, datetime.now(UTC), _frame(now, asked))

    @property
    def view(self) -> View:
        """What its sections show."""
        return self._view(self.now, self.frame)

    def fixed_as_of(self) -> AsOf | None:
        """The as_of of the address; None when the page keeps up with time."""
        return self.frame.offer.choices.as_of if self.frame.offer.choices.fixed else None

    def section(self, key: str, read: Callable[[View], T]) -> T:
        """The reading of a section that is about to be drawn; NoDataError when it can't be had now."""
        self.sections[key] = Part(read, _NOT_HAD)
        found = read(self.view)
        self.sections[key] = Part(read, found)
        return found

    def outline(self, read: Callable[[View], T]) -> T:
        """A reading that decides which sections there are; NoDataError when it can't be had now."""
        self.outlines.append(Part(read, _NOT_HAD))
        found = read(self.view)
        self.outlines[-1] = Part(read, found)
        return found

    def move_to(self, now: live.Live) -> bool:
        """Takes the screen to that state of the data; False when the whole page must run for it."""
        frame = _frame(now, self.asked)
        if not same(frame, self.frame):
            return False
        self.now, self.moment, self.frame = now, datetime.now(UTC), frame
        return True

    def catch_up(self) -> None:
        """Has what differs on the newest state run again; to be called from a callback."""
        try:
            now = live.live()
            # Of a source that doesn't answer nothing is asked: the figures stay.
            stale = self._stale(now) if now.trouble is None else []
        except live.NoDataError:
            self.stamp_again()  # they stay, too, when one question isn't answered; the screen asks again soon
        if stale is None or (now.trouble is None and not self.move_to(now)):
            st.rerun()
        _rerun([*stale, STAMP])

    def stamp_again(self) -> NoReturn:
        """Has the stamp alone run again; to be called from a callback."""
        _rerun([STAMP])

    def _stale(self, now: live.Live) -> list[str] | None:
        """The sections whose readings differ on that state; None when the page is built differently."""
        frame = _frame(now, self.asked)
        if not same(frame, self.frame):
            return None
        view = self._view(now, frame)
        if not all(same(part.read(view), part.found) for part in self.outlines):
            return None
        return [key for key, part in self.sections.items() if not same(part.read(view), part.found)]

    def _view(self, now: live.Live, frame: Frame) -> View:
        c = frame.offer.choices
        formats = Formats.of(frame.settings)
        return View(
            self.slug, now.dataset, frame.settings, formats, c.period, c.compare, c.as_of, c.where, self
        )


def same(a: object, b: object) -> bool:
    """Whether two readings show the same.

    What as_of alone moves on doesn't count: when they were taken, the weight in an order, and a pace that
    differs by less than anybody can see.
    """
    if type(a) is not type(b):
        return False
    if is_dataclass(a) and not isinstance(a, type):
        names = [f.name for f in fields(a) if f.compare and f.name not in _UNSEEN]
        return all(_same_field(name, getattr(a, name), getattr(b, name)) for name in names)
    if isinstance(a, Mapping):
        other = cast("Mapping[Any, object]", b)
        return list(a) == list(other) and all(same(a[key], other[key]) for key in a)
    if isinstance(a, (list, tuple)):
        ours, theirs = cast("Sequence[object]", a), cast("Sequence[object]", b)
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    return bool(a == b) or (a != a and b != b)  # noqa: PLR0124 - NaN differs from itself


def _same_field(name: str, a: object, b: object) -> bool:
    if name in _MOVING and isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=_TOO_LITTLE)
    return same(a, b)


def _frame(now: live.Live, asked: controls.Asked) -> Frame:
    settings = small.settings(now.dataset)
    return Frame(settings, controls.offer(now, settings, asked))


def _rerun(keys: list[str]) -> NoReturn:
    try:
        st.rerun(keys)
    except StreamlitAPIException:  # one of them isn't there: the page has been run differently since
        st.rerun()
