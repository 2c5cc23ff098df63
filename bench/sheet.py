"""Live from the sheet: from poll to swapped mirror, and from edit to screen, against the tutorial way."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any, Final

from tqdm import tqdm

from bench.companies import ROOT

CASES: Final = {  # ours, to the tutorial's: it has but one way to look
    "cold": "cold", "quiet_small": "quiet", "quiet": "quiet", "edit_goals": "edit_goals",
    "edit_spend": "edit_spend", "edit_leads": "edit_leads",
}  # fmt: skip
WORDS: Final = {
    "cold": "first reading, no mirror yet", "quiet_small": "nothing changed, small tabs",
    "quiet": "nothing changed, every tab", "edit_goals": "a cell of goals edited",
    "edit_spend": "a cell of spend edited", "edit_leads": "a cell of leads edited",
}  # fmt: skip
SPANS: Final = {"ours": 90, "tutorial": 120}  # seconds over which edits are spread

Figures = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Server:
    """Where the spreadsheet's process can be reached."""

    port: int
    secret: str

    def ask(self, module: str, side: str, *more: str) -> dict[str, Any]:
        """What that side says in a process of its own."""
        command = [sys.executable, "-m", f"bench.{module}", side, str(self.port), self.secret, *more]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            raise RuntimeError(f"{side} on the spreadsheet failed:\n{done.stderr[-3000:]}")
        found: dict[str, Any] = json.loads(done.stdout)
        return found


@contextmanager
def serving(leads: int) -> Iterator[Server]:
    """The spreadsheet on the stand-in for Google, until the end of the block."""
    command = [sys.executable, "-m", "bench.sheet_server", str(leads)]
    with subprocess.Popen(  # noqa: S603
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None  # noqa: S101 - a pipe, as asked
        try:
            yield Server(**json.loads(process.stdout.readline()))
        finally:
            process.kill()  # nothing of it is kept


def measured(leads: int, runs: int, *, live: bool) -> dict[str, Any]:
    """Medians of both sides by case, and the seconds of each edit until it was on the screen."""
    with serving(leads) as server:
        server.ask("sheet_measured", "tutorial", "once")  # bodies are rendered once, before anything counts
        server.ask("sheet_measured", "ours", "once")
        pairs = [
            (server.ask("sheet_measured", "ours"), server.ask("sheet_measured", "tutorial"))
            for _ in tqdm(range(runs), desc=f"spreadsheet, {leads:,} leads", unit=" pairs", leave=False)
        ]
        waits = {side: server.ask("sheet_live", side, str(span)) for side, span in SPANS.items() if live}
    ours, theirs = ([pair[side] for pair in pairs] for side in (0, 1))
    return {
        "leads": leads, "runs": runs, "python": platform.python_version(), "ours": medians(ours),
        "tutorial": medians(theirs), "waits": waits,
    }  # fmt: skip


def medians(runs: Sequence[dict[str, Figures]]) -> Figures:
    return {
        case: {name: median(run[case][name] for run in runs) for name in figures}
        for case, figures in runs[0].items()
    }


# --- tables ---------------------------------------------------------------------------------------------

HEADERS: Final = (
    "", "tutorial, s", "Tandem, s", "ratio", "tutorial, CPU s", "Tandem, CPU s", "ratio", "tutorial, MB",
    "Tandem, MB", "ratio", "tutorial, reads and MB sent", "Tandem, reads and MB sent",
)  # fmt: skip


def tables(found: dict[str, Any]) -> str:
    """Markdown: both sides by case with how many times less ours is, then the waits."""
    lines = [_line(HEADERS), "|---|" + "--:|" * (len(HEADERS) - 1)]
    lines += [_line(_cells(WORDS[c], found["tutorial"][t], found["ours"][c])) for c, t in CASES.items()]
    return "\n".join([*lines, *_waits(found["waits"])])


def _line(cells: Sequence[object]) -> str:
    return "| " + " | ".join(map(str, cells)) + " |"


def _cells(words: str, theirs: dict[str, float], ours: dict[str, float]) -> Iterator[str]:
    yield words
    for name, form in (("seconds", ".3f"), ("cpu", ".3f"), ("peak", ".0f")):
        yield f"{theirs[name]:{form}}"
        yield f"{ours[name]:{form}}"
        yield f"{theirs[name] / ours[name]:,.1f}"
    for side in (theirs, ours):
        yield f"{side['reads']:.0f}, {side['bytes'] / 1e6:.2f}"


def _waits(waits: dict[str, dict[str, list[float]]]) -> Iterator[str]:
    if not waits:
        return
    yield from ("", _line(("edit to screen", "edits", "p50, s", "p95, s")), "|---|--:|--:|--:|")
    for side, by_table in waits.items():
        for table, seconds in by_table.items():
            who = "Tandem" if side == "ours" else "tutorial"
            yield _line((f"{who}, {table}", len(seconds), *(f"{p:.1f}" for p in percentiles(seconds))))


def percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    """The middle one, and that which 95 of 100 don't exceed."""
    return median(seconds), quantiles(seconds, n=20, method="inclusive")[-1]
