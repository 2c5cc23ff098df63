"""Pictures of every page of the demo company, for docs/screens: look at them before you call a change done.

`make screens` takes them all; `python -m scripts.screens goals data` only those. The demo company is made of
today's date, so two days' pictures differ.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser import running_app, settled, start_chromium, watch

FOLDER: Final = Path(__file__).parent.parent / "docs" / "screens"
PAGES: Final = (
    "scorecard", "goals", "campaigns", "calendar", "handoff", "ideal-lead",
    "attribution", "quotas", "feedback", "reviews", "people", "data",
)  # fmt: skip
SLIDES: Final = ("scorecard", "goals", "handoff", "quotas", "campaigns", "attribution", "ideal-lead")
_COLOURS: Final = 256  # of a picture's palette: a third of the size, and nobody sees it
_SECONDS: Final = 120.0  # the demo company is made when the first page asks for it


@dataclass(frozen=True)
class Shot:
    """One picture: its file's name, the address, the size in CSS pixels, the theme."""

    name: str
    address: str
    width: int
    height: int
    theme: Literal["light", "dark"] = "light"


def shots(wanted: Sequence[str]) -> Iterator[Shot]:
    """All pictures of the wanted pages; none wanted: of all, and the presentation."""
    for page in wanted or PAGES:
        yield Shot(page, page, 1280, 720)
        yield Shot(f"{page}-dark", page, 1280, 720, "dark")
        yield Shot(f"{page}-phone", page, 390, 844)
    if not wanted:
        for slide in SLIDES:
            yield Shot(f"present-{slide}", f"present?pages={slide}", 1920, 1080)
        yield Shot("present-meeting", "present?mode=meeting", 1920, 1080)
        yield Shot("present-setup", "present?setup=yes", 1920, 1080)


def main(wanted: Sequence[str]) -> None:
    """Starts the app on the demo company and takes the pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with running_app() as app, sync_playwright() as playwright:
        browser = start_chromium(playwright)
        for shot in shots(wanted):
            size = {"width": shot.width, "height": shot.height}
            context = browser.new_context(viewport=size, color_scheme=shot.theme)  # type: ignore[arg-type]
            tab = watch(context.new_page())
            tab.goto(f"{app.url}/{shot.address}")
            _kept(settled(tab, _SECONDS), shot)
            context.close()
        browser.close()


def _kept(tab: Page, shot: Shot) -> None:
    picture = Image.open(io.BytesIO(tab.screenshot())).convert("RGB")
    file = FOLDER / f"{shot.name}.png"
    few = picture.quantize(_COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(file, optimize=True)
    print(f"{file.relative_to(FOLDER.parent.parent)}  {file.stat().st_size // 1024} kB")  # noqa: T201 - a command


if __name__ == "__main__":
    main(sys.argv[1:])
