"""A small company in SQLite, for pages."""

import sqlite3
from contextlib import closing

LEADS = """
CREATE TABLE leads (lead_id TEXT PRIMARY KEY, created_at TEXT, source TEXT, owner TEXT, handed_off_at TEXT,
                    accepted_at TEXT, rejected_at TEXT)
"""
ROWS = [
    ("L1", "2026-07-02 09:00", "Webinar", "ana", "2026-07-03 09:00", "2026-07-03 12:00", None),
    ("L2", "2026-08-02 09:00", "Fair", "ben", "2026-08-03 09:00", None, "2026-08-05 12:00"),
    ("L3", "2026-10-02 09:00", "<img src=x onerror=alert(1)>", "ana", None, None, None),
]


def small_company(path, rows=ROWS):
    """The URL of a database with a table of leads only."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(LEADS)
        connection.executemany("INSERT INTO leads VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    return f"sqlite:///{path}"
