"""Scopes and filters: what is written is read back, whatever the value looks like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.scopes import Filter, scope

# a value as sources hand it over: trimmed, and not blank
values = st.text(min_size=1, max_size=30).filter(lambda text: text == text.strip() and text != "")


@pytest.mark.parametrize(
    ("parts", "written"),
    [
        ((), "all"),
        ((("source", "Webinar"),), "source=Webinar"),
        ((("source", None),), "source="),
        ((("source", "Fair, Köln"),), 'source="Fair, Köln"'),
        ((("source", "a=b"),), 'source="a=b"'),
        ((("source", 'Say "hi"'),), 'source="Say ""hi"""'),
        ((("source", "two\nlines"),), 'source="two\nlines"'),
        ((("source", "two\rlines"),), 'source="two\rlines"'),
        ((("source", "🚀 Launch"),), "source=🚀 Launch"),
        ((("department", "sales"), ("metric", "revenue")), "department=sales,metric=revenue"),
    ],
)
def test_a_scope_quotes_what_would_be_misread(parts, written):
    assert scope(*parts) == written


@given(st.lists(st.tuples(st.sampled_from(("source", "owner", "leads.region")), values), max_size=3))
def test_a_scope_is_read_back_as_the_filter_it_says(parts):
    assert Filter.parse(scope(*parts) if parts else "") == Filter.of(parts)


def test_a_filter_with_several_values_of_a_column_means_any_of_them():
    assert Filter.parse("source=Webinar, source=Fair").parts == (("source", ("Webinar", "Fair")),)


def test_a_blank_value_is_null():
    assert Filter.parse("source=").parts == (("source", (None,)),)


@pytest.mark.parametrize("text", ["Webinar", "source=Webinar, Fair", "=Webinar"])
def test_what_is_not_column_and_value_is_refused_by_name(text):
    with pytest.raises(ValueError, match=r"isn't column=value\. Write it like source=Webinar\."):
        Filter.parse(text)


def test_nothing_filters_nothing():
    assert not Filter.parse(None)
    assert not Filter.parse("  ")
