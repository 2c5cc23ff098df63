"""What chance alone does, as scipy.stats works it out."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats

from scorecard import chances

cells = st.integers(0, 60)
likely = st.floats(0.001, 0.999)
freedoms = st.floats(1, 400)


@given(cells, cells, cells, cells)
@example(0, 0, 0, 0)
@example(0, 5, 0, 9)  # nobody won
@example(3, 7, 7, 3)  # as likely on the other side
@example(900, 2100, 40_000, 121_000)
@example(5, 0, 4_000, 4_000)
def test_fishers_exact_test_is_that_of_scipy(won, lost, others_won, others_lost):
    found = chances.fisher(won, won + lost, others_won, others_won + others_lost)
    known = stats.fisher_exact([[won, lost], [others_won, others_lost]]).pvalue
    assert found == pytest.approx(known, rel=1e-7, abs=1e-12)


@given(st.lists(st.floats(0, 1), max_size=30))
def test_false_discoveries_are_held_in_check_as_scipy_does(found):
    known = stats.false_discovery_control(found) if found else []
    assert chances.adjusted(found) == pytest.approx(list(known), abs=1e-15)


@given(likely, freedoms)
def test_quantiles_and_tails_are_those_of_scipy(p, freedom):
    x = chances.t_quantile(p, freedom)
    assert x == pytest.approx(stats.t.ppf(p, freedom), rel=1e-9, abs=1e-12)
    assert chances.t_beyond(x, freedom) == pytest.approx(stats.t.sf(x, freedom), rel=1e-9)
    assert chances.normal_quantile(p) == pytest.approx(stats.norm.ppf(p), rel=1e-12, abs=1e-12)
    assert chances.normal_beyond(x) == pytest.approx(stats.norm.sf(x), rel=1e-12)
