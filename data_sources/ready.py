"""The last step of filling a store of our own."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from data_sources.database import Database, remember_surveys
from scorecard import prepared


def make_ready(engine: sa.Engine, changed: Collection[str] | None = None) -> None:
    """The last step of filling a store of our own: what reading it needs is worked out now.

    `changed`: the tables that differ from those it was made ready with; None: all of them.
    """
    if engine.dialect.name != "sqlite":
        return
    url = engine.url.render_as_string(hide_password=False)
    remember_surveys(engine, url, changed)
    database = Database(url)
    try:
        prepared.prepare(engine, database.open(), changed)
    finally:
        database.close()
