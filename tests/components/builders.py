"""Rows and figures for tests of what is drawn."""

from datetime import UTC, datetime

from scorecard.clock import Zone
from scorecard.dataset import Dataset, Stamp
from scorecard.formats import Formats
from scorecard.rows import Row

ENGLISH = Formats("en_GB", "EUR", Zone.of("UTC"))
GERMAN = Formats("de_DE", "EUR", Zone.of("Europe/Berlin"))
NOON = datetime(2026, 9, 30, 12, tzinfo=UTC)


def row(**cells):
    blank = dict.fromkeys(
        ("value", "numerator", "denominator", "n", "low", "high", "target", "expected", "status")
    )
    names = {
        "metric": "goal_progress",
        "team": "shared",
        "scope": "all",
        "period": "2026-Q3",
        "as_of": "2026-09-30",
        "unit": "percent",
        "notes": "",
    }
    return Row(**{**names, **blank, **cells})


def dataset(version="1", **more):
    """A dataset without tables."""
    return Dataset(engine=None, relations={}, stamp=Stamp(version, NOON), label="Test", **more)
