"""Text from data, made fit for one line of a screen, a mail or a header."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_BIDI: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SPACES: Final = re.compile(r"\s*[^\S\u00a0\u202f]\s*|[\u00a0\u202f]{2,}")


def clean(text: object) -> str:
    """One line of visible text: no control characters, no overrides of the reading direction.

    A single space at which no line breaks stays: it holds a figure together with its thousands and its sign.
    """
    one_line = _SPACES.sub(" ", str(text)).strip()
    return "".join(c for c in one_line if c not in _BIDI and unicodedata.category(c) not in {"Cc", "Cs"})


def piece(text: str) -> str:
    """The same for a piece of a sentence, whose outer spaces part words."""
    front = " " if text[:1].isspace() else ""
    back = " " if text[-1:].isspace() and text.strip() else ""
    return f"{front}{clean(text)}{back}"
