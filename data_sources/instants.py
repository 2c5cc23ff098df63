"""Local times as instants, a column at a time: what `scorecard.clock.Zone.to_epoch` gives, only sooner."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import numpy as np

from scorecard.clock import Zone

Seconds = np.ndarray[tuple[int], np.dtype[np.int64]]
Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]

_YEAR: Final = 31_556_952
_FIRST, _LAST = 1900, 2150  # years whose changes of offset count


def instants(local: Seconds, zone: Zone) -> Seconds:
    """Seconds since 1970 UTC of seconds since 1970 as the wall shows them.

    A repeated local time is the first one; a skipped one is read with the offset before the gap.
    """
    if not local.size:
        return local
    from_, offsets, _, _ = _changes(zone, *_years(local))
    found: Seconds = local - offsets[np.searchsorted(from_, local, side="right")]
    return found


def skipped(local: Seconds, zone: Zone) -> Flags:
    """Which of these local times no clock showed."""
    if not local.size:
        return np.zeros(0, dtype=bool)
    _, _, starts, ends = _changes(zone, *_years(local))
    if not starts.size:
        return np.zeros(local.size, dtype=bool)
    at = np.searchsorted(starts, local, side="right") - 1
    inside: Flags = (at >= 0) & (local < ends[np.maximum(at, 0)])
    return inside


def _years(local: Seconds) -> tuple[int, int]:
    """The years to look at, widened so that nearly every column asks for the same ones."""
    low, high = (1970 + int(second) // _YEAR for second in (local.min(), local.max()))
    return max(min(low // 10 * 10 - 1, _LAST), _FIRST), max(min(high // 10 * 10 + 11, _LAST), _FIRST)


@lru_cache(maxsize=32)
def _changes(zone: Zone, first: int, last: int) -> tuple[Any, Any, Any, Any]:
    """Local times from which an offset holds, the offsets (one more), and where gaps begin and end."""
    changes = zone.transitions(first, last)
    below = changes[0].before if changes else zone.offset((first - 1970) * _YEAR)
    gaps = [(t.utc + t.before, t.utc + t.after) for t in changes if t.after > t.before]
    arrays = (
        [t.utc + max(t.before, t.after) for t in changes],
        [below, *(t.after for t in changes)],
        [start for start, _ in gaps],
        [end for _, end in gaps],
    )
    return tuple(np.array(values, dtype=np.int64) for values in arrays)  # type: ignore[return-value]
