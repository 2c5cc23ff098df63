"""One way, measured in a process of its own: `python -m bench.sheet_measured ours|tutorial PORT SECRET`.

With "once" behind it, it looks once and says nothing.
"""

from __future__ import annotations

import gc
import itertools
import json
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Final

from bench.measured import memory
from bench.sheet_server import desk
from bench.sheet_sides import Ours, Tutorial

REPEATS: Final = 5  # looks at an unchanged spreadsheet
SIDES: Final = {"ours": Ours, "tutorial": Tutorial}


def measured(side: str, at: Any) -> dict[str, Any]:
    """Every case's figures. What was edited must be seen afterwards."""
    with tempfile.TemporaryDirectory(prefix="tandem-bench-") as folder:
        one = SIDES[side](at.about(), Path(folder))
        found = {"cold": taken(at, one.look)}
        at.render()  # a tab that nobody had asked for alone
        one.look()
        if side == "ours":
            found["quiet_small"] = taken(at, lambda: one.look(everything=False), REPEATS)
        found["quiet"] = taken(at, one.look, REPEATS if side == "ours" else 1)
        for case, (table, row, name) in EDITS.items():
            wanted = next(NUMBERS)
            at.edit(f"{table}!{letter(at, table, name)}{row}", wanted)
            at.render()
            everything = case == "edit_leads" or side == "tutorial"
            found[case] = taken(at, partial(one.look, everything=everything))
            if not one.holds(table, name, wanted):
                raise AssertionError(f"{side}: an edit in {table} was not seen")
        one.close()
        if side == "ours":
            found["restart"] = restarted(at, Path(folder))
    return found


def looked(side: str, at: Any) -> dict[str, Any]:
    """One look that nobody measures; both ways must find the same number of leads."""
    with tempfile.TemporaryDirectory(prefix="tandem-bench-") as folder:
        one = SIDES[side](at.about(), Path(folder))
        one.look()
        if side == "ours":
            one.look(everything=False)
        one.close()
        return {"leads": one.count()}


EDITS: Final = {
    "edit_goals": ("goals", 3, "target"),
    "edit_spend": ("spend", 5, "amount"),
    "edit_leads": ("leads", 7, "amount"),
}
NUMBERS: Final = itertools.count(int(time.time()))  # so that no edit repeats what an earlier run wrote


def letter(at: Any, table: str, name: str) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return next(one for one in letters if at.get(f"{table}!{one}1") == name)


def restarted(at: Any, folder: Path) -> dict[str, float]:
    """From the start of another process (imports are there) to the last good state."""
    one = Ours(at.about(), folder)
    found = taken(at, one.source.last)
    one.close()
    return found


def taken(at: Any, work: Callable[[], object], repeats: int = 1) -> dict[str, float]:
    """Seconds, processor seconds, MB at the peak and above what was held before, and Google's part."""
    gc.collect()
    before, start = at.used(), forget_peak()
    clock, cpu = time.perf_counter(), time.process_time()
    for _ in range(repeats):
        work()
    seconds, used = time.perf_counter() - clock, time.process_time() - cpu
    peak, after = memory(), at.used()
    return {
        "seconds": seconds / repeats, "cpu": used / repeats, "peak": peak, "growth": peak - start,
        "google": (after["cpu"] - before["cpu"]) / repeats,
        "reads": (after["reads"] - before["reads"]) / repeats,
        "bytes": (after["bytes"] - before["bytes"]) / repeats,
    }  # fmt: skip


def forget_peak() -> float:
    """The memory held now, in MB; on Linux the high-water mark begins anew here."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return memory()


if __name__ == "__main__":
    which, port, secret, *more = sys.argv[1:]
    json.dump((looked if more else measured)(which, desk(int(port), secret)), sys.stdout)
