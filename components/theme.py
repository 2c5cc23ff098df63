"""The visual language: two team hues, the tones of a status, one style sheet. Without Streamlit.

Charts don't name colours. They name a tone, whose place in TONES is its place in chartCategoricalColors of
.streamlit/config.toml: so a chart follows the viewer's light or dark theme in the browser, without a rerun.
style.css has the same colours under the same names.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, Literal

Tone = Literal["marketing", "sales", "good", "warn", "bad", "neutral", "ink", "muted", "track", "faint"]
TONES: Final[tuple[Tone, ...]] = (
    "marketing", "sales", "good", "warn", "bad", "neutral", "ink", "muted", "track", "faint",
)  # fmt: skip

ICON: Final = Path(__file__).with_name("icon.svg")
STYLE: Final = Path(__file__).with_name("style.css")
_CONFIG: Final = Path(__file__).parent.parent / ".streamlit" / "config.toml"


def tone_of_team(team: str | None) -> Tone:
    """The hue of a department; what both share is ink."""
    return "marketing" if team == "marketing" else "sales" if team == "sales" else "ink"


@cache
def light() -> Mapping[Tone, str]:
    """The tones in the light theme, for what is printed or sent: #RRGGBB each."""
    theme = tomllib.loads(_CONFIG.read_text(encoding="utf-8"))["theme"]["light"]
    return dict(zip(TONES, theme["chartCategoricalColors"], strict=True))
