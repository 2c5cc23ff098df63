"""The presentation: slides over the whole screen, turned in the browser, kept fresh like any page.

The slides are sections whose readings are compared on news, as everywhere; the stage over them is a component
(present_stage.js) that shows one at a time and says loudly when this screen can't vouch for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import streamlit as st

from components import access, live, live_route, live_stamp, page, present_link, slides
from components.present_link import PARAMETERS, Link
from components.screen import STAMP, Screen, View
from components.sections import section
from components.sentences import href
from components.text import clean
from scorecard import words
from scorecard.slides import Scope, Slide, slide

TITLE: Final = "Presentation"
_HERE: Final = Path(__file__)
_GROUND: Final = "light-dark(#FFFFFF, #13161C)"  # the page's backgrounds in .streamlit/config.toml
_HTML: Final = """
<div class="stage" data-part="stage">
  <div class="banner" role="alert"><b data-part="alarm"></b> <span data-part="reason"></span></div>
  <div class="edge" aria-hidden="true"></div>
  <ul class="notes" data-part="notes" role="status"></ul>
  <div class="controls" data-part="controls" role="toolbar" aria-label="Presentation">
    <button type="button" data-part="back" title="Arrow left">Back</button>
    <button type="button" data-part="pause" title="Space">Pause</button>
    <button type="button" data-part="next" title="Arrow right">Next</button>
    <button type="button" data-part="full" title="F">Full screen</button>
    <a data-part="other"></a>
    <a data-part="leave">Leave</a>
  </div>
  <div class="strip">
    <span class="mark" data-part="mark"></span>
    <span class="age" data-part="age"></span>
    <span class="about" data-part="about"></span>
    <span class="paused" data-part="paused"></span>
    <span class="place" data-part="place"></span>
  </div>
  <div class="countdown" aria-hidden="true"><i data-part="countdown"></i></div>
</div>
"""


def _beside(name: str) -> str:
    return _HERE.with_name(name).read_text(encoding="utf-8")


_component = st.components.v2.component(
    "tandem_present_stage", html=_HTML, css=_beside("present_stage.css"), js=_beside("present_stage.js")
)


@dataclass(frozen=True)
class Room:
    """What this screen presents: the link, checked, and the page it stands on."""

    link: Link
    screen: Screen

    @property
    def view(self) -> View:
        return self.screen.view


@dataclass(frozen=True)
class Item:
    """A slide in its order: its key on the page and its title."""

    key: str
    title: str


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


def items(link: Link, _: View) -> tuple[Item, ...]:
    """What is shown, in order."""
    return tuple(Item(key, key) for key in link.pages)


def place(room: Room, item: Item) -> None:
    """A slide, out of sight until the stage shows it."""
    with st.container(key=f"slide_{item.key}"):
        section(room.view, f"slide_{item.key}", lambda now: _reading(now, item.key), slides.draw)


def _reading(now: View, key: str) -> Slide:
    return now.get(slide, key, Scope(now.period, now.as_of, now.compare, now.where))


def stage(room: Room, items: Sequence[Item]) -> None:
    """The stage over the slides. A fragment: when the data are looked at again nothing else runs."""
    with st.container(key="present_stage"):
        st.fragment(_stage, key=STAMP)(room, tuple(items))
        live_stamp.listen(room.screen.catch_up, room.screen.stamp_again, key="page_listens")


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
        "slides": [{"key": item.key, "title": clean(item.title)} for item in items],
        "about": clean(_about(room.view, screen)),
        "notes": [clean(note) for note in notes],
        "staleMinutes": link.stale_minutes or agreed.stale_minutes,
        "unchangedHours": link.unchanged_hours or agreed.unchanged_hours,
        "leave": href("scorecard"),
        "other": href("present", (("mode", "meeting" if link.mode == "loop" else "loop"),)),
    }


def _about(view: View, screen: Screen) -> str:
    """'Q4 2026 (running) · as of 30 Sept 2026 · source is Webinar'."""
    running = " (running)" if view.period.contains(view.as_of.day) else ""
    parts = [f"{view.period.label(view.settings.locale)}{running}"]
    if (fixed := screen.fixed_as_of()) is not None:
        parts.append(f"as of {live_stamp.seen_from(fixed, view.formats)}")
    parts.append(words.filtered(view.dataset, str(view.where), view.as_of))
    return " · ".join(part for part in parts if part)
