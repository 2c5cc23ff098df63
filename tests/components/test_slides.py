"""Slides as markup: all text of the data is inert, and bars stay on their axes."""

import re

from components.slides import markup
from scorecard.slides import Bar, Big, Line, Slide
from scorecard.status import Mark
from scorecard.words import Said

BAD = "<script>x</script>\u202e"
STATE = Mark(BAD, "warn", "▲")


def test_text_from_data_is_escaped_wherever_it_stands():
    number = Big(BAD, BAD, STATE, (BAD,))
    line = Line(BAD, BAD, f"{BAD} · {BAD}", BAD, STATE)
    shown = Slide(
        "goals", BAD, ((Said(BAD, strong=True), Said(f" {BAD} ")),), (number,), BAD, (line,), more=BAD
    )
    for one in (shown, Slide("goals", BAD, nothing=(BAD, BAD))):
        text = str(markup(one))
        assert "<script" not in text
        assert "\u202e" not in text
        assert text.count("&lt;script&gt;") >= 3


def test_words_stay_apart_and_strong_ones_are():
    said = ((Said("Of "), Said("3 goals", strong=True), Said(" one is late.")), (Said("Ask Ana."),))
    text = re.sub(r"</?(span|b)>", "", str(markup(Slide("goals", "T", said))))
    assert "Of 3 goals one is late. Ask Ana." in text


def test_an_action_can_be_ticked_only_where_something_can_be_entered():
    lines = (Line("Call", undone='R1 1"><b>'), Line("Ask"))
    shown = Slide("last", "T", lines=lines)
    assert "tick" not in str(markup(shown))
    assert re.findall(r'data-done="([^"]*)"', str(markup(shown, ticks=True))) == ["R1 1&quot;&gt;&lt;b&gt;"]


def places(bar):
    text = str(markup(Slide("goals", "T", lines=(Line("what", bar=bar),))))
    return [float(x) for x in re.findall(r"--(?:x|from):([\d.]+)%", text)]


def test_a_bar_stays_on_its_axis_however_far_it_went():
    assert places(Bar(9.0, -0.5, 1.0, top=1.25)) == [80, 100, 0, 80]
    assert places(Bar(None, low=0.2, high=0.5)) == [100, 0, 20, 30]
