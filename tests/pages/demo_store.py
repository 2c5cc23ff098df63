"""The demo company of one day, small and made ready, for tests of pages and of their readings."""

import itertools
from datetime import date
from pathlib import Path
from typing import Any

from data_sources.demo import Demo, open_demo, rows
from data_sources.sources import make_ready

TODAY = date(2026, 11, 21)
CHOSEN = "period=2026-Q4&as_of=2026-11-21"


def demo_store(folder: Path, leads: int = 4_000) -> str:
    """Its URL."""
    return f"sqlite:///{open_demo(folder, TODAY, leads, finish=make_ready)}"


def small_tables(*names: str, leads: int = 100) -> dict[str, list[dict[str, Any]]]:
    """The demo company's rows of these small tables, days and times as text, as a sheet has them."""
    found = itertools.takewhile(lambda batch: batch[0] != "leads", rows(Demo(leads, 7, TODAY)))
    return {
        name: [{k: str(v) if isinstance(v, date) else v for k, v in row.items()} for row in batch]
        for name, batch in found
        if name in names
    }
