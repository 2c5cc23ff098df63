"""One side, measured in a process of its own: `python -m bench.measured ours|naive URL DAY` prints JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa


def ours(url: str, today: date) -> dict[str, Any]:
    """Seconds of the page after a change and again, its statements, memory, and the numbers themselves."""
    from bench.ours import Screen, counted  # noqa: PLC0415 - what is imported counts as memory

    screen = Screen(url, today)
    try:
        screen.page()  # the state before: connections, imports and compiled statements are there from now on
        changed = touch(url) and screen.has_noticed()
        if not changed:
            screen.forget()
        with counted(screen.engine) as statements:
            after, _ = timed(screen.page)
            asked = len(statements)
        with counted(screen.engine) as statements:
            warm, _ = timed(screen.page)
            asked_again = [s for s in statements if "pg_stat" not in s]
        held = memory()
        found = screen.answer().as_dict()
    finally:
        screen.close()
    again = len(asked_again)
    return {"after": after, "warm": warm, "queries": asked, "queries_warm": again, "changed": changed,
            "answer": found, "memory": held}  # fmt: skip


def naive(url: str, today: date) -> dict[str, Any]:
    """The same of the script."""
    from bench.naive import answer, forget, page  # noqa: PLC0415

    small = sa.create_engine(url)
    with small.connect() as connection:
        connection.execute(sa.text("SELECT 1"))  # the driver is imported
    small.dispose()
    forget()
    after, _ = timed(lambda: page(url, today))
    warm, _ = timed(lambda: page(url, today))
    held = memory()
    return {"after": after, "warm": warm, "answer": answer(url, today).as_dict(), "memory": held}


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def memory() -> float:
    """The most memory this process has held, in MB.

    On Linux from the kernel's own high-water mark: what getrusage says begins with the parent's.
    """
    status = Path("/proc/self/status")
    if status.exists():
        fields = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        return int(fields["VmHWM"].split()[0]) / 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1024 if sys.platform != "darwin" else 1024 * 1024)


def touch(url: str) -> bool:
    """Really changes one row, so that the source is in a new state; True when the change was made.

    On a server it is a lead. Our own store is never written to in part (it is swapped whole), so there it is
    a row of the calendar, which nothing was worked out from at load.
    """
    engine = sa.create_engine(url)
    lead = sa.text(
        "UPDATE leads SET updated_at = updated_at WHERE lead_id = (SELECT max(lead_id) FROM leads)"
    )
    entry = sa.text(
        "UPDATE calendar SET title = CASE WHEN title LIKE '% ' THEN rtrim(title) ELSE title || ' ' END "
        "WHERE entry_id = (SELECT min(entry_id) FROM calendar)"
    )
    try:
        with engine.begin() as connection:
            done = connection.execute(entry if engine.dialect.name == "sqlite" else lead)
            return bool(done.rowcount)
    finally:
        engine.dispose()


if __name__ == "__main__":
    side, where, day = sys.argv[1:]
    json.dump({"ours": ours, "naive": naive}[side](where, date.fromisoformat(day)), sys.stdout)
