"""How entries are laid out on a timeline: in groups, and in each in lanes in which none hides another."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal

from scorecard.calendar_entries import OFF, Entry
from scorecard.periods import Period

By = Literal["channel", "team"]
BY: Final[dict[str, str]] = {"channel": "By channel", "team": "By team"}

LANES: Final = 8  # of a group; what doesn't fit is counted
BARS: Final = 80
THROUGHOUT: Final = 16  # named as running all the time
GROUPS: Final = 12
_CHARACTER: Final = 6.6  # px
_LABEL: Final = 210  # px a title beside a short bar takes at most
_TEAMS: Final = {
    "marketing": "Marketing",
    "sales": "Sales",
    "shared": "Both teams",
    "leadership": "Leadership",
    "other": "Others",
}
_MEETINGS: Final = frozenset(("exchange", "review"))
_TOGETHER, _AWAY, _NONE = "Meetings of both", "Away and off", "No channel"


@dataclass(frozen=True, slots=True)
class Bar:
    """An entry in its lane. Days are counted from the period's first, 0.

    The bar has `length` days from `start` on; with its title beside it, it takes `room` days from `left` on.
    `inside`: the title stands in the bar; `before`: at its left. `cut` says at which ends it goes on.
    """

    entry: Entry
    lane: int
    start: int
    length: int
    left: int
    room: int
    inside: bool
    before: bool
    cut: tuple[bool, bool]


@dataclass(frozen=True, slots=True)
class Room:
    """How many lanes a group may have, and how wide they are, in px."""

    lanes: int
    wide: int


SCREEN: Final = Room(LANES, wide=1000)  # of the narrowest that shows it
PAPER: Final = Room(lanes=16, wide=620)


@dataclass(frozen=True, slots=True)
class Group:
    """The entries of a channel or team: those that run on every day shown, the bars of the others.

    `more` is how many of them don't fit.
    """

    name: str
    throughout: tuple[Entry, ...]
    bars: tuple[Bar, ...]
    more: int

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All that has room."""
        return (*self.throughout, *(bar.entry for bar in self.bars))


def groups(
    every: Iterable[Entry], period: Period, by: By, today: date, room: Room = SCREEN
) -> tuple[Group, ...]:
    """The entries of those days, by channel or by team; dropped ones stand in lists only."""
    shown = [e for e in every if e.stage != "dropped" and e.touches(period.start, period.last_day)]
    parted: dict[str, list[Entry]] = {}
    for entry in shown:
        parted.setdefault(group_of(entry, by), []).append(entry)
    names = sorted(parted, key=lambda name: _rank(name, by))
    kept, rest = names[:GROUPS], names[GROUPS:]
    found = [_group(name, parted[name], period, today, room) for name in kept]
    if rest:
        more = sum(len(parted[name]) for name in rest)
        found.append(Group(f"{len(rest)} more {by}s", (), (), more))
    return tuple(found)


def group_of(entry: Entry, by: By) -> str:
    """The row an entry stands in."""
    if by == "team":
        return _TEAMS.get(entry.team, "No team")
    if entry.kind in OFF:
        return _AWAY
    if entry.channel:
        return entry.channel[:1].upper() + entry.channel[1:]
    return _TOGETHER if entry.kind in _MEETINGS else _NONE


def _rank(name: str, by: By) -> tuple[int, str]:
    if by == "team":
        names = list(_TEAMS.values())
        return (names.index(name) if name in names else len(names)), name
    last = (_NONE, _TOGETHER, _AWAY)
    return (last.index(name) + 1 if name in last else 0), name.casefold()


def _group(name: str, entries: Sequence[Entry], period: Period, today: date, room: Room) -> Group:
    """First fit: what is still to come takes its place before what is over, each the topmost that is free."""
    lanes: list[list[Bar]] = [[] for _ in range(room.lanes)]
    through = [e for e in entries if e.covers(period.start) and e.covers(period.last_day)]
    others = [_placed(e, period, room.wide) for e in entries if e not in through]
    over = {bar.entry.key: bar.entry.last is not None and bar.entry.last < today for bar in others}
    for bar in sorted(others, key=lambda b: (over[b.entry.key], b.left, -b.room, b.entry.key))[:BARS]:
        _into(lanes, bar)
    bars = tuple(bar for lane in lanes for bar in lane)
    more = len(others) - len(bars) + max(len(through) - THROUGHOUT, 0)
    return Group(name, tuple(through[:THROUGHOUT]), bars, more)


def _into(lanes: Sequence[list[Bar]], bar: Bar) -> None:
    """Into the topmost lane with room for the bar and its title, else for the bar alone, else nowhere."""
    bare = replace(bar, left=bar.start, room=bar.length, inside=True, before=False)
    for one in (bar, bare):
        for n, lane in enumerate(lanes):
            if all(one.left + one.room <= o.left or o.left + o.room <= one.left for o in lane):
                lane.append(replace(one, lane=n))
                return


def _placed(entry: Entry, period: Period, wide: int) -> Bar:
    """The bar with its title, wherever there is room for it: inside, at its right, else at its left."""
    first = max(entry.first, period.start)
    last = period.last_day if entry.last is None else min(entry.last, period.last_day)
    start, length = (first - period.start).days, (last - first).days + 1
    title = _title_days(entry.title, period.days, wide)
    cut = (entry.first < period.start, entry.last is None or entry.last > period.last_day)
    if length >= title:
        return Bar(entry, 0, start, length, start, length, inside=True, before=False, cut=cut)
    room = min(length + title, period.days)
    before = start + room > period.days
    left = max(start + length - room, 0) if before else start
    return Bar(entry, 0, start, length, left, room, inside=False, before=before, cut=cut)


def _title_days(title: str, days: int, wide: int) -> int:
    """How many days wide a title is."""
    px = min(_CHARACTER * (len(title) + 3), _LABEL)
    return math.ceil(px / (wide / days))
