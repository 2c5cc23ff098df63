"""Processes that draw while this one reckons: what draws takes one chart at a time, wherever it runs.

They are a help and no more. Where one can't be started, dies or is stuck, whoever waits for its chart gets
an error and draws it himself; the next chart gets a new one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Final, Self

_SCRIPT: Final = Path(__file__).with_name("pen.py")
_MOST: Final = 2  # each holds 130 MB while a file is made
PATIENCE: Final = 60  # seconds for a chart; the slowest takes half of one
FAILS: Final = (OSError, ValueError, CancelledError, TimeoutError)  # what may come of waiting for a chart


class Pens:
    """As many as the machine has to spare, at least one; nothing of them is left after the `with`."""

    def __init__(self, folder: Path, most: int = _MOST) -> None:
        self._folder = str(folder)
        count = max(1, min(most, (os.cpu_count() or 1) - 1))
        self._pens = [_Pen(self._folder) for _ in range(count)]
        self._idle: SimpleQueue[_Pen] = SimpleQueue()
        for pen in self._pens:
            self._idle.put(pen)
        self._threads = ThreadPoolExecutor(count, "pen")  # each waits for one

    def begin(self, spec: dict[str, Any], look: dict[str, Any]) -> Future[str]:
        """The chart's SVG when it's there; FAILS are what can become of it."""
        asked = json.dumps({"spec": spec, "look": look, "folder": self._folder})
        return self._threads.submit(self._draw, asked)

    def _draw(self, asked: str) -> str:
        pen = self._idle.get()
        try:
            return pen.draw(asked)
        finally:
            self._idle.put(pen)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pen in self._pens:
            pen.stop()  # whoever waits for a stuck one waits no longer
        self._threads.shutdown(cancel_futures=True)
        for pen in self._pens:
            pen.end()


class _Pen:
    """One process, started with its first chart."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None

    def draw(self, asked: str) -> str:
        """The SVG; OSError where there is no process any more, ValueError where it can't draw that."""
        process = self._running()
        assert process.stdin is not None  # noqa: S101 - both are pipes
        assert process.stdout is not None  # noqa: S101
        process.stdin.write(asked + "\n")
        process.stdin.flush()
        answer: dict[str, str] = json.loads(process.stdout.readline())  # one that died says nothing: no JSON
        if "svg" not in answer:
            raise ValueError(answer["wrong"])
        return answer["svg"]

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self.end()
            self._process = _started(self._folder)
        return self._process

    def stop(self) -> None:
        """At once: it has nothing to tidy up."""
        if self._process is not None:
            self._process.kill()

    def end(self) -> None:
        """Until nothing is left of it."""
        self.stop()
        if self._process is not None:
            self._process.communicate()


def _started(folder: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - a script of ours
        [sys.executable, "-P", str(_SCRIPT), folder],
        encoding="utf-8",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
