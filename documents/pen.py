"""Draws one chart. As a script it is a process that does nothing else: JSON in, JSON out, a line each.

It imports nothing of ours, so that such a process is there in a moment; it ends with its standard input.
"""

from __future__ import annotations

import json
import sys
from typing import Any, Final

import vl_convert

_VEGA_LITE: Final = "6.1"
_loaded: Final[set[str]] = set()  # folders


def svg(spec: dict[str, Any], look: dict[str, Any], folder: str) -> str:
    """The chart as an SVG, in the typefaces of that folder; ValueError where nothing can draw it."""
    load(folder)
    drawn: str = vl_convert.vegalite_to_svg(spec, vl_version=_VEGA_LITE, config=look, allowed_base_urls=[])
    return drawn


def load(folder: str) -> None:
    """Makes the typefaces of that folder known, once."""
    if folder not in _loaded:
        vl_convert.register_font_directory(folder)
        _loaded.add(folder)


def _answer(line: str) -> dict[str, str]:
    try:
        return {"svg": svg(**json.loads(line))}
    except ValueError as error:
        return {"wrong": str(error)}


def main() -> None:
    """Answers each line of standard input with one of standard output."""
    svg({"mark": "point", "data": {"values": []}}, {}, sys.argv[1])  # what draws takes half a second to start
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_answer(line)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
