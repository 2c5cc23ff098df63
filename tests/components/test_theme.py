"""One palette: the style sheet and Streamlit's theme say the same, and everyone can read it."""

import re
import tomllib

import pytest

from components.theme import STYLE, TONES
from scorecard.status import Status
from tests.browser import ROOT

CONFIG = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())
THEMES = {name: CONFIG["theme"][name] for name in ("light", "dark")}
TEXTS = ("good", "warn", "bad", "ink", "muted")  # tones in which words are written
MARKS = ("marketing", "sales", "good", "warn", "bad", "neutral", "ink", "muted")


def palette(theme):
    return dict(zip(TONES, THEMES[theme]["chartCategoricalColors"], strict=True))


def contrast(one, other):
    """WCAG's ratio of two colours."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("tone", TEXTS)
def test_words_are_readable(theme, tone):
    for ground in ("backgroundColor", "secondaryBackgroundColor"):
        assert contrast(palette(theme)[tone], THEMES[theme][ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("tone", MARKS)
def test_marks_stand_out(theme, tone):
    assert contrast(palette(theme)[tone], THEMES[theme]["backgroundColor"]) >= 3


@pytest.mark.parametrize("theme", THEMES)
def test_the_two_teams_differ_in_lightness_too(theme):
    assert contrast(palette(theme)["marketing"], palette(theme)["sales"]) >= 1.4


@pytest.mark.parametrize("theme", THEMES)
def test_accents_are_readable(theme):
    accent = THEMES[theme]["primaryColor"]
    assert contrast(accent, THEMES[theme]["backgroundColor"]) >= 4.5
    assert accent not in palette(theme).values()


def test_the_style_sheet_has_the_colours_of_the_theme():
    found = dict(re.findall(r"--t-(\w+): light-dark\((#\w+, #\w+)\)", STYLE.read_text()))
    for tone in TONES:
        assert found[tone] == f"{palette('light')[tone]}, {palette('dark')[tone]}"


def test_every_tone_of_a_status_is_one_of_ours():
    assert {status.tone for status in Status} <= set(TONES)


def test_nothing_of_the_look_is_fetched_from_elsewhere():
    for file in (STYLE, ROOT / ".streamlit/config.toml", ROOT / "components/icon.svg"):
        assert not re.search(r"https?://(?!www\.w3\.org)", file.read_text())


def test_the_style_sheet_survives_the_cleaning_of_markup():
    assert "<" not in STYLE.read_text()
