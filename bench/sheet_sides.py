"""Both ways to keep up with a spreadsheet: Tandem's mirror, and what tutorials show.

Each opens the spreadsheet on the stand-in; `look` brings what is there
now, `holds` says whether a number is in it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import sqlalchemy as sa

from bench.sheet_company import TABS

TTL: Final = 60
MANY: Final = 6000  # reads a minute: one look after the other, as fast as they go


def source(about: dict[str, Any], folder: Path, **pace: int) -> Any:
    """Tandem's source, its mirror in that folder; `pace`: what [tandem.google] may say."""
    from data_sources.config import Config  # noqa: PLC0415 - what is imported counts as memory
    from data_sources.google_config import Google  # noqa: PLC0415
    from data_sources.sources import connect  # noqa: PLC0415

    google = Google(service_account=about["account"], endpoint=about["endpoint"], **pace)
    config = Config(source=f"gsheets://{about['key']}", google=google)
    return connect(config, datetime.now(UTC), folder)


class Ours:
    """Tandem's source: Google's reader, the mirror, and the dataset that is opened from it."""

    def __init__(self, about: dict[str, Any], folder: Path) -> None:
        self.source = source(about, folder, reads_per_minute=MANY)
        self.engine: sa.Engine | None = None

    def look(self, *, everything: bool = True) -> None:
        """A look at the small tabs, or at every one; ends when the dataset of the present state is there."""
        self.source.probe(everything=everything)
        self.engine = self.source.open().engine

    def holds(self, table: str, name: str, value: float) -> bool:
        """Whether the present state has that number in that column."""
        assert self.engine is not None  # noqa: S101 - look comes first
        asked = sa.select(sa.func.count()).select_from(sa.table(table)).where(sa.column(name) == value)
        with self.engine.connect() as connection:
            return bool(connection.execute(asked).scalar_one())

    def count(self) -> int:
        assert self.engine is not None  # noqa: S101 - look comes first
        with self.engine.connect() as connection:
            return int(connection.execute(sa.text("SELECT count(*) FROM leads")).scalar_one())

    def close(self) -> None:
        self.source.close()


class Tutorial:
    """gspread's get_all_records per tab, kept by st.cache_data for a while: every look reads everything."""

    def __init__(self, about: dict[str, Any], _: Path) -> None:
        import gspread  # noqa: PLC0415 - what is imported counts as memory
        import pandas as pd  # noqa: PLC0415
        import streamlit as st  # noqa: PLC0415

        from tests.google.adapter import mount  # noqa: PLC0415

        made = gspread.service_account_from_dict(about["account"])
        client = mount(made, SimpleNamespace(endpoint=about["endpoint"]))  # type: ignore[arg-type]

        @st.cache_data(ttl=TTL, show_spinner=False)
        def tables(key: str) -> dict[str, pd.DataFrame]:
            book = client.open_by_key(key)
            return {name: pd.DataFrame(book.worksheet(name).get_all_records()) for name in TABS}

        self.key, self.tables = about["key"], tables
        self.frames: dict[str, pd.DataFrame] = {}

    def look(self, *, everything: bool = True) -> None:
        """A rerun after the ttl, or (not `everything`) within it."""
        if everything:
            self.tables.clear(self.key)
        self.frames = self.tables(self.key)

    def holds(self, table: str, name: str, value: float) -> bool:
        return bool((self.frames[table][name] == value).any())

    def count(self) -> int:
        return len(self.frames["leads"])

    def close(self) -> None:
        pass
