"""Values that look like slips of the pen for others: case, blanks, one letter."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

_MUCH_MORE = 10  # how much more frequent a value must be for another, one letter off, to be its slip
_SHORTEST = 5  # below this length one letter makes another word
_UNSEEN = ("Cf",)  # zero-width characters, marks of direction, soft hyphens


def near_misses(counts: Mapping[str, int]) -> dict[str, str]:
    """Each value that seems to be meant for a more frequent one, and that one."""
    ordered = sorted(counts, key=lambda v: (-counts[v], v))
    found: dict[str, str] = {}
    first: dict[str, str] = {}
    for value in ordered:
        usual = first.setdefault(folded(value), value)
        if usual != value:
            found[value] = usual
    kept = [v for v in ordered if v not in found]
    for i, value in enumerate(kept):
        much = [v for v in kept[:i] if counts[v] >= _MUCH_MORE * counts[value]]
        if usual_one := next((v for v in much if _one_letter_off(value, v)), None):
            found[value] = usual_one
    return found


def nearest(value: str, names: Iterable[str]) -> str | None:
    """The name most like it, if any is."""
    known = {folded(name): name for name in names}
    near = get_close_matches(folded(value), known, n=1, cutoff=0.75)
    return known[near[0]] if near else None


def looks_alike(a: str, b: str) -> bool:
    """Whether only blanks and characters that nobody sees tell the two apart."""
    return _seen(a) == _seen(b)


def _seen(value: str) -> str:
    shown = "".join(c for c in unicodedata.normalize("NFKC", value) if unicodedata.category(c) not in _UNSEEN)
    return " ".join(shown.split())


def folded(value: str) -> str:
    """Without case, accents, what nobody sees, and the difference between blanks, - and _."""
    bare = "".join(
        c
        for c in unicodedata.normalize("NFKD", value)
        if not unicodedata.combining(c) and unicodedata.category(c) not in _UNSEEN
    )
    return " ".join(bare.replace("_", " ").replace("-", " ").casefold().split())


def _one_letter_off(a: str, b: str) -> bool:
    """Whether one letter changed, added, left out or swapped with its neighbour makes one the other."""
    if min(len(a), len(b)) < _SHORTEST or abs(len(a) - len(b)) > 1:
        return False
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    x, y = a[start:], b[start:]
    if any(c.isdigit() for c in x[:1] + y[:1]):
        return False  # Q1 and Q2, 2025 and 2026 are two things
    changed, swapped = x[1:] == y[1:], x[2:] == y[2:] and x[:2] == y[:2][::-1]
    return changed or x[1:] == y or x == y[1:] or swapped
