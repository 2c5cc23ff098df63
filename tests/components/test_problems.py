"""Problems on screen: cells that open, nothing that a sheet says made a link, and the count in the corner."""

import pytest

from components import problems
from components.text import Html
from scorecard.data_view import Touch
from scorecard.problems import Problem, Severity
from tests.components.builders import ENGLISH, GERMAN

SHEET = "https://docs.google.com/spreadsheets/d/abc/edit#gid=0&range=F17"


@pytest.fixture
def drawn(monkeypatch):
    found: list[Html] = []
    monkeypatch.setattr(problems.st, "html", found.append)
    return found


def shown(**cells):
    return problems._problem(Problem(Severity.ERROR, "cell", "leads", "no.", "Write yes.", **cells), ENGLISH)


def test_a_cell_of_google_sheets_opens_in_a_tab_of_its_own():
    text = shown(cell="leads!F17", link=SHEET, key="L1")
    href = SHEET.replace("&", "&amp;")
    assert f'<a href="{href}" target="_blank" rel="noopener noreferrer">leads!F17</a>' in text


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "http://docs.google.com/x",
        "https://docs.google.com.evil.invalid/x",
        "https://docs.google.com@evil.invalid/x",
        'https://docs.google.com/x" onclick="alert(1)',
        "https://docs.google.com/x y",
        "https://docs.google.com/x\n",
        " https://docs.google.com/x",
        None,
    ],
)
def test_no_other_address_is_made_a_link(link):
    text = shown(cell="<b>leads</b>!F17", link=link)
    assert "<a " not in text
    assert "&lt;b&gt;leads&lt;/b&gt;!F17" in text


def test_a_problem_says_who_answers_and_what_it_costs():
    text = shown(key="L1", owner="<i>Ana</i>", rows_left_out=3, amount_left_out=12_400.0)
    assert "(&lt;i&gt;Ana&lt;/i&gt; · 3 rows, " in text
    assert "12,400 left out)" in text
    assert "nobody is named for it" in shown(key="L1")


def test_the_corner_counts_errors_and_says_nothing_without(drawn):
    problems.corner(None, GERMAN)
    assert drawn == []
    problems.corner(Touch(1), GERMAN)
    problems.corner(Touch(1234), GERMAN)
    assert "1 error touches this page" in drawn[0]
    assert "1.234 errors touch this page" in drawn[1]
    assert 'href="data?severity=error"' in drawn[1]
