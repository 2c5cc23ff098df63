"""Charts as pictures, without a browser: SVG whose words are text, PNG, and how large they are.

They have the light theme's colours, whatever theme the viewer has.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import vl_convert

from components.charts import Figure
from components.theme import TONES, light
from documents import fonts, texts
from scorecard.memory import Memory

WIDE: Final = 640  # px: at this width a chart's words are as large as a page's
HALF: Final = 400  # set half as wide as a page: its words a little smaller
_VEGA_LITE: Final = "6.1"
_SIZE: Final = re.compile(r'<svg [^>]*?width="(\d+(?:\.\d+)?)" height="(\d+(?:\.\d+)?)"')
_KEPT: Final = 256  # pictures, the last asked for
_pictures: Final = Memory(_KEPT)
_PADDING: Final = {"left": 4, "right": 4, "top": 4, "bottom": 4}


@dataclass(frozen=True)
class Picture:
    """An SVG, and its size in px."""

    svg: str
    width: float
    height: float


def picture(figure: Figure, width: int = WIDE) -> Picture:
    """The chart as an SVG of that width; one that was drawn before is kept."""
    spec: dict[str, Any] = {**texts.inert(figure.whole()), "width": width - 8, "padding": _PADDING}
    found: Picture = _pictures.once(json.dumps(spec, default=str), lambda: _drawn(spec))
    return found


def _drawn(spec: dict[str, Any]) -> Picture:
    _ready()
    svg = vl_convert.vegalite_to_svg(spec, vl_version=_VEGA_LITE, config=_look(), allowed_base_urls=[])
    found = _SIZE.search(svg)
    assert found is not None, "an SVG of Vega's says its size"  # noqa: S101 - it always does
    return Picture(svg, float(found[1]), float(found[2]))


def png(figure: Figure, width: int = WIDE, scale: float = 3.0) -> bytes:
    """The chart as a PNG on white, `scale` times as many dots as its width has px."""
    svg = picture(figure, width).svg
    ground = re.sub(r"(<svg [^>]*>)", r'\1<rect width="100%" height="100%" fill="#FFFFFF"/>', svg, count=1)
    found: bytes = vl_convert.svg_to_png(ground, scale=scale)
    return found


@cache
def _ready() -> None:
    vl_convert.register_font_directory(str(fonts.folder()))


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
