"""Text from data does nothing, wherever it is shown."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from components.text import Html, clean, escape, html, joined, mail
from tests.browser import ROOT, errors_of, running_app, settled

NASTY = [
    "![x](http://example.invalid/a.png)",
    "[click](http://example.invalid)",
    "[click](javascript:alert(1))",
    "<img src=http://example.invalid/b.png onerror=alert(1)>",
    "<script>alert(1)</script>",
    "<b>bold</b> &amp; &lt;i&gt;",
    "http://example.invalid/path?x=1",
    "https://example.invalid and www.example.invalid",
    "someone@example.invalid",
    "<http://example.invalid>",
    "[ref]: http://example.invalid",
    "# heading",
    "1. one",
    "- item",
    "> quote",
    "**bold** _it_ ~~no~~ `code`",
    "$x^2$ and $$y$$",
    ":smile: :red[x] :material/home: :streamlit: :100:",
    ":red-background[x] :small[y] :badge[z]",
    "a -> b <- c -- d >= e <= f ~= g",
    "| a | b |",
    "```python",
    "---",
    "\\*already escaped\\*",
    "=1+1",
    "data:text/html,<script>alert(1)</script>",
    "[x](data:text/html,x)",
    "{curly} {0} %s",
    "Ünïcödé 日本 🙂",
]
JOINER = "\u2060"

SCRIPT = """
import sys
sys.path.insert(0, {root!r})
import streamlit as st
from components.text import escape, html
for i, text in enumerate({texts!r}):
    st.markdown(escape(text))
    st.title(escape(text), anchor=False)
    st.metric(escape(text), escape(text), help=escape(text))
    st.button(escape(text), key=f"b{{i}}")
    st.info(escape(text))
    st.caption(escape(text))
    st.html(html("<p class='ours'>{{text}}</p>", text=text))
st.tabs([escape(text) for text in {texts!r}])
"""


def test_clean_leaves_one_line_without_controls_and_overrides():
    assert clean("a\r\n\tb\x00\x1b[0m \u202egnp.exe\u2066") == "a b[0m gnp.exe"


@given(st.text())
def test_escaped_text_is_shown_as_it_is_written(text):
    shown = escape(text).replace(JOINER, "")
    assert unescaped(shown) == clean(text).replace(JOINER, "")


def unescaped(text):
    """What CommonMark makes of backslashes."""
    out, i = [], 0
    while i < len(text):
        i += text[i] == "\\"
        out.append(text[i])
        i += 1
    return "".join(out)


@given(st.text())
def test_no_line_break_or_override_gets_through(text):
    assert not [c for c in escape(text) if unicodedata.category(c) == "Cc" or c in "\u202e\u2066\u200f"]


def test_values_are_escaped_and_markup_of_ours_is_not():
    inner = html("<b>{x}</b>", x="<i>")
    assert (
        html("<p title='{t}'>{inner}</p>", t="'\"", inner=inner)
        == "<p title='&#x27;&quot;'><b>&lt;i&gt;</b></p>"
    )
    assert joined([inner, inner], " ") == "<b>&lt;i&gt;</b> <b>&lt;i&gt;</b>"
    assert isinstance(inner, Html)


def test_braces_in_a_value_are_only_text():
    assert html("{x}", x="{y} {0} {x.__class__}") == "{y} {0} {x.__class__}"


@pytest.fixture(scope="module")
def nasty_app(tmp_path_factory):
    script = tmp_path_factory.mktemp("nasty") / "nasty.py"
    script.write_text(SCRIPT.format(root=str(ROOT), texts=NASTY))
    with running_app(script=str(script)) as app:
        yield app


def test_the_script_runs(tmp_path):
    app = AppTest.from_string(SCRIPT.format(root=str(ROOT), texts=NASTY), default_timeout=30).run()
    assert not app.exception


def test_in_a_browser_it_makes_no_link_no_image_no_request_and_no_markup(nasty_app, page):
    tab = page()
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(nasty_app.url)
    settled(tab)
    main = tab.locator("[data-testid=stMain]")
    for tag in (
        "a[href]",
        "img",
        "script",
        "strong",
        "em",
        "del",
        "code",
        "pre",
        "li",
        "blockquote",
        "table",
        "hr",
    ):
        assert main.locator(tag).count() == 0, tag
    assert main.locator(".katex, .stMarkdownColoredText, [data-testid=stIconMaterial]").count() == 0
    assert [url for url in asked if "example.invalid" in url] == []
    assert errors_of(tab) == []


def test_in_a_browser_it_reads_as_it_is_written(nasty_app, page):
    tab = settled(page(nasty_app.url))
    shown = [t.replace(JOINER, "") for t in tab.locator("[data-testid=stCaptionContainer]").all_inner_texts()]
    assert shown == [clean(text) for text in NASTY]
    assert tab.locator(".ours").all_inner_texts() == [clean(text) for text in NASTY]
    metrics = tab.locator("[data-testid=stMetricValue]").all_inner_texts()
    assert [m.strip().replace(JOINER, "") for m in metrics] == [clean(text) for text in NASTY]


@pytest.mark.parametrize("address", ["ana.kovac@example.com", "a-b_c+d@mail.example.co.uk"])
def test_a_mail_address_opens_a_letter(address):
    assert mail(address) == f'<a href="mailto:{address.replace("+", "%2B")}">{address}</a>'


@pytest.mark.parametrize(
    "address",
    [
        *NASTY,
        "a@example.com?bcc=b@example.com",
        "a@example.com,b@example.com",
        "a@example.com\n@example.com",
        "javascript:alert(1)//a@example.com",
        '"><img src=x onerror=alert(1)>@example.com',
        "a%0Ab@example.com",
        "ana@localhost",
        "ана@example.com",
        f"{'a' * 65}@example.com",
        "",
    ],
)
def test_what_is_not_plainly_a_mail_address_stays_text(address):
    found = mail(address)
    assert "<a" not in found or address == "someone@example.invalid"
    assert "<img" not in found


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("12\u202f480 rows", "12\u202f480 rows"),
        ("67,8\u00a0%", "67,8\u00a0%"),
        ("\u00a0a\u00a0\u00a0b \u00a0c\n", "a b c"),
    ],
)
def test_a_figure_stays_in_one_line_and_other_blanks_are_one(given, shown):
    assert clean(given) == shown
