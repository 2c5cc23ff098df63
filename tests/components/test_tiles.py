"""Small print: what may end a line, and what stays together."""

import re

from components.tiles import parted


def said(markup):
    return re.sub("<[^>]*>", "", markup)


def test_small_print_says_the_same_in_parts_and_keeps_a_figure_with_its_unit():
    text = "450 of 664 · 95%: 64.1% – 71.2% · nine in ten within 30 h 41 min · -12.7 points"
    markup = parted(text)
    assert said(markup).replace("\u00a0", " ") == text
    assert markup.count("t-part") == 4
    assert "30\u00a0h 41\u00a0min" in markup
    assert "-12.7\u00a0points" in markup


def test_parts_from_data_are_inert():
    assert said(parted("<b>1</b> · <i>")) == "&lt;b&gt;1&lt;/b&gt; · &lt;i&gt;"
