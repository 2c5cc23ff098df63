"""The demo company of one day, small and made ready, for tests of pages and of their readings."""

from datetime import date
from pathlib import Path

from data_sources.demo import open_demo
from data_sources.sources import make_ready

TODAY = date(2026, 11, 21)
CHOSEN = "period=2026-Q4&as_of=2026-11-21"


def demo_store(folder: Path, leads: int = 4_000) -> str:
    """Its URL."""
    return f"sqlite:///{open_demo(folder, TODAY, leads, finish=make_ready)}"
