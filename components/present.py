"""The presentation: slides over the whole screen, turned in the browser, kept fresh like any page.

The slides are sections whose readings are compared on news, as everywhere; the stage over them is a component
(present_stage.js) that shows one at a time and says loudly when this screen can't vouch for them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import streamlit as st

from components import access, live, live_route, live_stamp, meeting, page, present_link, slides
from components.present_link import PARAMETERS, Link
from components.screen import STAMP, Screen, View
from components.sections import outline, section
from components.sentences import href
from components.text import clean
from scorecard import agenda, words
from scorecard.agenda import Item
from scorecard.slides import Slide, slide

TITLE: Final = "Presentation"
_HERE: Final = Path(__file__)
_GROUND: Final = "light-dark(#FFFFFF, #13161C)"  # the page's backgrounds in .streamlit/config.toml


def _beside(name: str) -> str:
    return _HERE.with_name(name).read_text(encoding="utf-8")


_component = st.components.v2.component(
    "tandem_present_stage",
    html=_beside("present_stage.html"),
    css=_beside("present_stage.css"),
    js="".join(map(_beside, ("present_stage.js", "present_meeting.js", "present_setup.js"))),
)


@dataclass(frozen=True)
class Room:
    """What this screen presents: the link, checked, and the page it stands on."""

    link: Link
    screen: Screen

    @property
    def view(self) -> View:
        return self.screen.view


def open_room() -> Room:
    """Starts the page; whoever may not see, or without data, gets what every page gives."""
    written = {name: st.query_params.get_all(name) for name in PARAMETERS}
    link = present_link.read(written)
    room = Room(link, page.enter("present", TITLE))
    st.html(_HERE.with_name("present.css"))
    st.html(f"<style>{_theme(link)}</style>")
    return room


def _theme(link: Link) -> str:
    """A theme named by the link holds for the presentation alone; else it is the viewer's own."""
    scheme = "" if link.theme == "auto" else f"color-scheme: {link.theme};"
    return f".stApp {{ --p-ground: {_GROUND}; {scheme} }}"


def items(room: Room) -> tuple[Item, ...]:
    """What is shown, in order: the slides of a loop, or a meeting's agenda."""
    if room.link.mode == "loop":
        return tuple(Item(key, key, 0) for key in room.link.pages)
    return outline(room.view, meeting.items)


def place(room: Room, shown: Sequence[Item]) -> None:
    """The slides, out of sight until the stage shows them."""
    of_data = [item for item in shown if item.key not in meeting.MADE]
    readings: dict[str, Callable[[View], Slide]] = {i.key: partial(_reading, room.link, i) for i in of_data}
    if room.link.mode == "meeting":
        readings = {meeting.FIRST.key: lambda _: agenda.overview(shown), **readings}
    for key, reading in readings.items():
        with st.container(key=f"slide_{key}"):
            section(room.view, f"slide_{key}", reading, slides.draw)


def _reading(link: Link, item: Item, now: View) -> Slide:
    if link.mode == "meeting":
        return meeting.slide(now, item)
    return now.get(slide, item.key, meeting.scope(now))


def stage(room: Room, items: Sequence[Item]) -> None:
    """The stage over the slides. A fragment: when the data are looked at again nothing else runs."""
    with st.container(key="present_stage"):
        st.fragment(_stage, key=STAMP)(room, tuple(items))
        live_stamp.listen(room.screen.catch_up, room.screen.stamp_again, key="page_listens")
        if room.link.mode == "meeting":
            meeting.listen(lambda: room.view)


def _stage(room: Room, items: Sequence[Item]) -> None:
    access.check()
    _component(key="stage", data=_data(room, items))


def _data(room: Room, items: Sequence[Item]) -> dict[str, Any]:
    screen, link, agreed = room.screen, room.link, live.agreed()
    seen = live.seen(live.Published(screen.now), screen.moment)
    notes = [*link.notes, *screen.frame.offer.choices.notes]
    return {
        **live_stamp.data_of(live_stamp.Drawn(seen), live_route.mint(access.key())),
        "mode": link.mode,
        "seconds": link.seconds,
        "start": link.start,
        "slides": _order(room.link, items),
        "meeting": meeting.data(room.view) if link.mode == "meeting" else None,
        "setup": _setup(room),
        "about": clean(_about(room.view, screen)),
        "notes": [clean(note) for note in notes],
        "staleMinutes": link.stale_minutes or agreed.stale_minutes,
        "unchangedHours": link.unchanged_hours or agreed.unchanged_hours,
        "leave": href("scorecard"),
        "other": href("present", (("mode", "meeting" if link.mode == "loop" else "loop"),)),
    }


def _order(link: Link, items: Sequence[Item]) -> list[dict[str, Any]]:
    """Slides by key, with the minutes proposed and what a note made there is about."""
    shown = [*items] if link.mode == "loop" else [meeting.FIRST, *items, meeting.LAST]
    return [{"key": one.key, "minutes": one.minutes, "topic": clean(one.topic)} for one in shown]


def _setup(room: Room) -> dict[str, Any]:
    """What can be chosen for a screen, and what is."""
    link, period = room.link, room.view.period
    return {
        "pages": [{"key": key, "name": present_link.name_of(key)} for key in present_link.every(link)],
        "chosen": link.pages,
        "theme": link.theme,
        "period": {"text": period.text, "label": clean(period.label(room.view.settings.locale))},
    }


def _about(view: View, screen: Screen) -> str:
    """'Q4 2026 (running) · as of 30 Sept 2026 · source is Webinar'."""
    running = " (running)" if view.period.contains(view.as_of.day) else ""
    parts = [f"{view.period.label(view.settings.locale)}{running}"]
    if (fixed := screen.fixed_as_of()) is not None:
        parts.append(f"as of {live_stamp.seen_from(fixed, view.formats)}")
    parts.append(words.filtered(view.dataset, str(view.where), view.as_of))
    return " · ".join(part for part in parts if part)
