"""Text from data, made fit for one line of a screen, a mail or a header."""

from __future__ import annotations

import unicodedata
from typing import Final

_BIDI: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean(text: object) -> str:
    """One line of visible text: no control characters, no overrides of the reading direction."""
    one_line = " ".join(str(text).split())
    return "".join(c for c in one_line if c not in _BIDI and unicodedata.category(c) not in {"Cc", "Cs"})


def piece(text: str) -> str:
    """The same for a piece of a sentence, whose outer spaces part words."""
    front = " " if text[:1].isspace() else ""
    back = " " if text[-1:].isspace() and text.strip() else ""
    return f"{front}{clean(text)}{back}"
