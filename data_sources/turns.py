"""Taking turns: of all processes on one machine, one at a time writes to a spreadsheet."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from data_sources.writing import NotWrittenError

SECONDS: Final = 30.0  # that a write waits for others


@contextmanager
def alone(file: Path, seconds: float = SECONDS) -> Iterator[None]:
    """Holds SQLite's own lock on that file, which ends with the process that holds it. NotWrittenError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(file, timeout=seconds, isolation_level=None)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            held = False
        else:
            held = True
        if not held:
            raise NotWrittenError("Other entries are being written just now. Send this again in a moment.")
        yield
        lock.execute("ROLLBACK")
