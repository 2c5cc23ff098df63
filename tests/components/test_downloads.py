"""CSV that no spreadsheet runs."""

import csv as python_csv
import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.downloads import csv, file_name, neutral

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)


def read_back(frame):
    text = csv(frame).decode("utf-8-sig")
    return list(python_csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize(
    "cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1+1", "-", "+"]
)
def test_a_cell_that_a_spreadsheet_would_run_gets_an_apostrophe(cell):
    assert neutral(cell) == f"'{cell}"


@pytest.mark.parametrize(
    "cell", ["-5", "+3.5", "-1,234.50", "-12 %", "-1e5", "", "a=b", " =1", "'=1", -7, 2.5, None]
)
def test_plain_numbers_and_harmless_texts_stay_as_they_are(cell):
    assert neutral(cell) == cell


@given(
    st.lists(
        st.tuples(texts, st.sampled_from(STARTS).flatmap(lambda c: texts.map(lambda t: c + t))), min_size=1
    )
)
def test_no_text_cell_comes_out_as_a_formula_and_none_is_lost(rows):
    frame = pd.DataFrame(rows, columns=["plain", "=risky"])
    header, *cells = read_back(frame)
    assert header == ["plain", "'=risky"]
    assert len(cells) == len(rows)
    for before, after in zip(rows, cells, strict=True):
        for old, new in zip(before, after, strict=True):
            assert new in {old, f"'{old}"}
            assert not new.startswith(STARTS) or is_number(new)


def is_number(text):
    try:
        float(text.replace(",", "").replace("%", ""))
    except ValueError:
        return False
    return True


def test_numbers_are_unrounded_and_blanks_empty():
    frame = pd.DataFrame({"name": ["Ü", None], "value": [1 / 3, None]})
    assert read_back(frame) == [["name", "value"], ["Ü", "0.3333333333333333"], ["", ""]]


def test_the_file_bears_the_mark_that_spreadsheets_need():
    assert csv(pd.DataFrame({"a": [1]})).startswith(b"\xef\xbb\xbfa\r\n1\r\n")


def test_the_name_says_page_topic_period_and_as_of():
    name = file_name("scorecard", "Shared goals", "2026-Q3", "as of 2026-09-30")
    assert name == "tandem_scorecard_Shared_goals_2026-Q3_as_of_2026-09-30.csv"


@given(st.lists(st.text(), max_size=4))
def test_a_file_name_holds_nothing_a_file_system_minds(parts):
    name = file_name(*parts)
    assert not set(name) & set('/\\:*?"<>|\0\n')
    assert len(name) <= 130
    assert name.endswith(".csv")
