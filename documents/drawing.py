"""Charts as pictures, without a browser: SVG whose words are text, PNG, and how large they are.

They have the light theme's colours, whatever theme the viewer has.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import vl_convert

from components.charts import Figure
from components.theme import TONES, light
from documents import fonts, pen, texts
from documents.pens import FAILS, PATIENCE, Pens
from scorecard.memory import Memory

WIDE: Final = 640  # px: at this width a chart's words are as large as a page's
HALF: Final = 400  # set half as wide as a page: its words a little smaller
_SIZE: Final = re.compile(r'<svg [^>]*?width="(\d+(?:\.\d+)?)" height="(\d+(?:\.\d+)?)"')
_KEPT: Final = 256  # pictures, the last asked for
_pictures: Final = Memory(_KEPT)
_begun: Final[dict[str, Future[str]]] = {}
_PADDING: Final = {"left": 4, "right": 4, "top": 4, "bottom": 4}


@dataclass(frozen=True)
class Picture:
    """An SVG, and its size in px."""

    svg: str
    width: float
    height: float


@contextmanager
def ahead() -> Iterator[Callable[[Figure, int], None]]:
    """Within it, charts that are begun are drawn by others meanwhile; `picture` waits for them."""
    with ExitStack() as ends:
        pens = cache(lambda: ends.enter_context(Pens(fonts.folder())))  # with the first chart

        def begin(figure: Figure, width: int) -> None:
            key = _key(figure, width)
            if key in _begun or _pictures.knows(key):
                return
            _begun[key] = pens().begin(json.loads(key), _look())
            ends.callback(_begun.pop, key, None)  # another export may have begun it at the same moment

        yield begin


def picture(figure: Figure, width: int = WIDE) -> Picture:
    """The chart as an SVG of that width; one that was drawn before is kept."""
    key = _key(figure, width)
    found: Picture = _pictures.once(key, lambda: _measured(_svg(key)))
    return found


def _key(figure: Figure, width: int) -> str:
    """All there is to draw, as JSON."""
    spec = {**texts.inert(figure.whole()), "width": width - 8, "padding": _PADDING}
    return json.dumps(spec, default=str)


def _svg(key: str) -> str:
    """By whoever has begun it, or here."""
    begun = _begun.get(key)
    try:
        if begun is not None:
            return begun.result(PATIENCE)
    except FAILS:
        pass  # a pen that broke; if it's the chart's fault, it says so again below
    return pen.svg(json.loads(key), _look(), str(fonts.folder()))


def _measured(svg: str) -> Picture:
    found = _SIZE.search(svg)
    assert found is not None, "an SVG of Vega's says its size"  # noqa: S101 - it always does
    return Picture(svg, float(found[1]), float(found[2]))


def png(figure: Figure, width: int = WIDE, scale: float = 3.0) -> bytes:
    """The chart as a PNG on white, `scale` times as many dots as its width has px."""
    svg = picture(figure, width).svg
    pen.load(str(fonts.folder()))
    ground = re.sub(r"(<svg [^>]*>)", r'\1<rect width="100%" height="100%" fill="#FFFFFF"/>', svg, count=1)
    found: bytes = vl_convert.svg_to_png(ground, scale=scale)
    return found


@cache
def _look() -> dict[str, Any]:
    """The theme: tones in their order, our typefaces."""
    family = ", ".join(fonts.FAMILIES)
    tones = [light()[tone] for tone in TONES]
    return {
        "range": {"category": tones},
        "font": family,
        "text": {"font": family},
        "background": None,
        "autosize": {"type": "pad", "contains": "content"},
    }
