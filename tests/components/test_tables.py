"""Figures and days in tables: written in the organisation's locale, untouched underneath."""

import pandas as pd

from components import tables
from components.charts import Table
from tests.components.builders import GERMAN


def test_days_are_written_in_the_locale_and_stay_as_they_were_underneath():
    frame = pd.DataFrame(
        {"Due": ["2026-11-21", "", None], "Said": ["2026-11-21", "no day", ""], "n": [1, 2, 3]}
    )
    style = tables._localised(Table(frame, {"n": "number"}), GERMAN)
    shown = style.to_html()
    assert "21.11.2026" in shown
    assert "2026-11-21" in shown  # among words it is a text as any other
    assert list(style.data["Due"][:2]) == ["2026-11-21", ""]


def test_what_only_looks_like_a_day_is_left_alone():
    frame = pd.DataFrame({"Cell": ["2026-02-31"], "Blank": [""]})
    assert "2026-02-31" in tables._localised(Table(frame, {}), GERMAN).to_html()
