"""What a link to the presentation says: mode, pages, seconds, theme and how old data may be.

Like everything in an address it is a stranger's word: each part is checked, and what can't be followed is
told and left out. The period, as_of and filters are read as on every page (`components.controls`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeVar, get_args

from components.sentences import href
from components.text import Html, html
from scorecard.slides import SLIDES

T = TypeVar("T")
Mode = Literal["loop", "meeting"]
Theme = Literal["auto", "light", "dark"]

MODES: Final[tuple[Mode, ...]] = get_args(Mode)
THEMES: Final[tuple[Theme, ...]] = get_args(Theme)
SECONDS: Final = 20
LEAST: Final = 3  # seconds a slide may stay, and the most
MOST: Final = 3_600
PARAMETERS: Final = ("mode", "pages", "seconds", "theme", "start", "stale_minutes", "unchanged_hours")
_SET_UP: Final = ("setup", "yes")  # in the address: the screen begins with its choices (present_setup.js)
_NAMES: Final = {"handoff": "Hand-off"}  # in the menu; the others are called as their address
_A_YEAR: Final = 366 * 24 * 60
_LONGEST: Final = 60  # letters of a wrong value that are repeated


@dataclass(frozen=True)
class Link:
    """A link, checked. None in `stale_minutes` or `unchanged_hours`: as the configuration says."""

    mode: Mode = "loop"
    pages: tuple[str, ...] = tuple(SLIDES)
    seconds: int = SECONDS
    theme: Theme = "auto"
    start: str | None = None
    stale_minutes: int | None = None
    unchanged_hours: int | None = None
    notes: tuple[str, ...] = ()


def read(written: Mapping[str, Sequence[str]]) -> Link:
    """What the parameters of the address say; `notes` are sentences on what couldn't be followed."""
    return _Reader(written).link()


def to_the_room(slug: str) -> Html:
    """The button in a page's head that leads to the presentation, beginning at the page's own slide."""
    start = (("start", slug),) if slug in SLIDES else ()
    return html(
        '<a class="t-present" href="{to}" target="_self" title="Present: full screen, for a room" '
        'aria-label="Present"></a>',
        to=href("present", (*start, _SET_UP)),
    )


def name_of(key: str) -> str:
    """What a slide is called in the menu: 'Ideal lead'."""
    return _NAMES.get(key, key.replace("-", " ").capitalize())


def every(link: Link) -> tuple[str, ...]:
    """All slides, those of the link first, in its order."""
    return (*link.pages, *(key for key in SLIDES if key not in link.pages))


class _Reader:
    def __init__(self, written: Mapping[str, Sequence[str]]) -> None:
        self.written = {name: list(written.get(name, ())) for name in PARAMETERS}
        self.notes: list[str] = []

    def link(self) -> Link:
        return Link(
            mode=self._one_of("mode", MODES, "loop"),
            pages=self._pages(),
            seconds=self._whole("seconds", LEAST, MOST, f"{SECONDS} seconds a slide") or SECONDS,
            theme=self._one_of("theme", THEMES, "auto"),
            start=self._start(),
            stale_minutes=self._whole("stale_minutes", 1, _A_YEAR, "what the configuration says"),
            unchanged_hours=self._whole("unchanged_hours", 1, _A_YEAR // 60, "what the configuration says"),
            notes=tuple(self.notes),
        )

    def _first(self, name: str, read: Callable[[str], T]) -> T | None:
        text = next((value.strip() for value in self.written[name] if value.strip()), "")
        return read(text) if text else None

    def _one_of(self, name: str, known: Sequence[T], default: T) -> T:
        def chosen(text: str) -> T:
            found = next((one for one in known if one == text.casefold()), None)
            if found is None:
                self._note(name, text, f"is none of {', '.join(map(str, known))}", f"it is {default}")
            return default if found is None else found

        found = self._first(name, chosen)
        return default if found is None else found

    def _whole(self, name: str, least: int, most: int, instead: str) -> int | None:
        def number(text: str) -> int | None:
            if (
                text.isascii()
                and text.isdecimal()
                and len(text) <= len(str(most))
                and least <= int(text) <= most
            ):
                return int(text)
            self._note(name, text, f"isn't a whole number from {least} to {most}", f"it is {instead}")
            return None

        return self._first(name, number)

    def _pages(self) -> tuple[str, ...]:
        asked = [part.strip() for value in self.written["pages"] for part in value.split(",") if part.strip()]
        known = list(dict.fromkeys(page for page in asked if page in SLIDES))
        unknown = [page for page in dict.fromkeys(asked) if page not in SLIDES]
        if unknown:
            self._note("pages", ", ".join(unknown), f"isn't among {', '.join(SLIDES)}", "left out")
        return tuple(known) or tuple(SLIDES)

    def _start(self) -> str | None:
        """Where to begin; a page without a slide is no mistake of the reader, who came by its button."""
        return self._first("start", lambda text: text if text in SLIDES else None)

    def _note(self, name: str, text: str, wrong: str, instead: str) -> None:
        shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
        self.notes.append(f"The link's {name} “{shown}” {wrong}, so {instead}.")
