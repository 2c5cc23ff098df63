"""The visual language: two team hues, the tones of a status, one style sheet.

Charts don't name colours. They name a tone, whose place in TONES is its place in chartCategoricalColors of
.streamlit/config.toml: so a chart follows the viewer's light or dark theme in the browser, without a rerun.
style.css has the same colours under the same names.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

import streamlit as st

Tone = Literal["marketing", "sales", "good", "warn", "bad", "neutral", "ink", "muted", "track", "faint"]
TONES: Final[tuple[Tone, ...]] = (
    "marketing", "sales", "good", "warn", "bad", "neutral", "ink", "muted", "track", "faint",
)  # fmt: skip

ICON: Final = Path(__file__).with_name("icon.svg")
STYLE: Final = Path(__file__).with_name("style.css")


def tone_of_team(team: str | None) -> Tone:
    """The hue of a department; what both share is ink."""
    return "marketing" if team == "marketing" else "sales" if team == "sales" else "ink"


def use_style() -> None:
    """Puts the style sheet into the page; once per run, by open_page."""
    st.html(STYLE)
