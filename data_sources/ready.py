"""The last step of filling a store of our own."""

from __future__ import annotations

import sqlalchemy as sa

from data_sources.database import Database, remember_surveys
from scorecard import prepared


def make_ready(engine: sa.Engine) -> None:
    """The last step of filling a store of our own: what reading it needs is worked out now."""
    if engine.dialect.name != "sqlite":
        return
    url = engine.url.render_as_string(hide_password=False)
    remember_surveys(engine, url)
    database = Database(url)
    try:
        prepared.prepare(engine, database.open())
    finally:
        database.close()
