"""The typefaces that documents are set in and embed: FiraGO, and Noto for the signs that it lacks.

They come in a package as compressed bytes; what sets type wants files, so they are unpacked once a process.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pymupdf_fonts  # type: ignore[import-untyped]  # bytes of typefaces

FAMILIES: Final = ("FiraGO", "Noto Sans Math", "Noto Sans Symbols2")
_FILES: Final = ("figo", "figbo", "figit", "math", "symbol2")
_kept: list[TemporaryDirectory[str]] = []  # each lives, and is cleared away, with the process


@cache
def folder() -> Path:
    """A folder with the typefaces, for as long as the process lives."""
    _kept.append(TemporaryDirectory(prefix="tandem-fonts-"))
    place = Path(_kept[-1].name)
    for name in _FILES:
        (place / f"{name}.ttf").write_bytes(pymupdf_fonts.myfont(name))
    return place
