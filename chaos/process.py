"""What a process uses, as the kernel counts it; Linux only."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import linear_regression
from time import monotonic
from typing import Final

_PROC: Final = Path("/proc")
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_FEWEST: Final = 3


@dataclass(frozen=True)
class Sample:
    """At a moment: CPU seconds used so far, memory in MB, how many threads and open files."""

    at: float
    cpu: float
    memory: float
    threads: int
    files: int


def of_port(port: int) -> int:
    """The id of the Streamlit process that serves this port; LookupError when there is none."""
    for folder in _PROC.iterdir():
        if folder.name.isdigit():
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue  # it has just ended
            if words[1:3] == [b"-m", b"streamlit"] and f"--server.port={port}".encode() in words:
                return int(folder.name)
    raise LookupError(f"No Streamlit process serves port {port}.")


def sample(process: int) -> Sample:
    """What it uses now."""
    folder = _PROC / str(process)
    fields = (folder / "stat").read_text().rpartition(")")[2].split()
    status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines() if ":" in line)
    return Sample(
        monotonic(),
        (int(fields[11]) + int(fields[12])) / _TICKS,
        int(status["VmRSS"].split()[0]) / 1024,
        int(status["Threads"]),
        len(list((folder / "fd").iterdir())),
    )


def cpu_percent(samples: Sequence[Sample]) -> float:
    """Of one core, over all of the samples."""
    first, last = samples[0], samples[-1]
    return 100 * (last.cpu - first.cpu) / max(last.at - first.at, 1e-9)


def growth(samples: Sequence[Sample]) -> float | None:
    """MB an hour by which its memory grew over the second half, as a straight line; None: too few samples."""
    late = samples[len(samples) // 2 :]
    if len(late) < _FEWEST:
        return None
    return linear_regression([s.at / 3600 for s in late], [s.memory for s in late]).slope
