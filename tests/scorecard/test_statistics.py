"""Intervals against the closed formulas, survival curves against a naive product limit."""

from fractions import Fraction
from math import sqrt
from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.statistics import median_of_counts, nearest_rank, newcombe, survival, wilson

Z = 1.959963984540054  # the 97.5 % point of the normal distribution

rates = st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
counted = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 4)), min_size=1, max_size=12)
waits = st.lists(st.tuples(st.integers(0, 12), st.booleans(), st.integers(1, 3)), min_size=1, max_size=15)


@given(rates)
def test_wilson_is_the_closed_formula(rate):
    k, n = rate
    centre = (k + Z * Z / 2) / (n + Z * Z)
    half = Z * sqrt(k * (n - k) / n + Z * Z / 4) / (n + Z * Z)
    assert wilson(k, n) == pytest.approx((max(centre - half, 0), min(centre + half, 1)), abs=1e-12)


def test_wilson_of_none_is_nothing():
    assert wilson(0, 0) == (None, None)


def test_wilson_of_none_out_of_some_starts_at_zero_and_of_all_ends_at_one():
    assert wilson(0, 10)[0] == 0
    assert wilson(10, 10)[1] == 1


def test_newcombe_is_the_paper_s_first_example():
    """56/70 - 48/80 in Newcombe (1998), table II, method 10: 0.0524 to 0.3339."""
    found = newcombe(56, 70, 48, 80)
    assert found.value == pytest.approx(0.2)
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert found.verdict == "higher"


@given(rates, rates)
def test_a_difference_turned_round_changes_its_sign(first, second):
    there, back = newcombe(*first, *second), newcombe(*second, *first)
    assert (there.value, there.low, there.high) == pytest.approx((-back.value, -back.high, -back.low))
    assert -1 <= there.low <= there.value + 1e-12
    assert there.value - 1e-12 <= there.high <= 1


@pytest.mark.parametrize(
    ("rates_", "verdict"),
    [
        ((10, 100, 60, 100), "lower"),
        ((60, 100, 10, 100), "higher"),
        ((6, 10, 5, 10), "can't tell yet"),
        ((0, 0, 5, 10), "can't tell yet"),
        ((5, 10, 0, 0), "can't tell yet"),
    ],
)
def test_a_verdict_needs_an_interval_on_one_side_of_zero(rates_, verdict):
    assert newcombe(*rates_).verdict == verdict


def product_limit(rows):
    """S(t) after every time, as fractions: at each, those who left over those still there."""
    still, share, curve = sum(n for _, _, n in rows), Fraction(1), {}
    for t in sorted({t for t, _, _ in rows}):
        left = sum(n for at, over, n in rows if at == t and over)
        share *= 1 - Fraction(left, still)
        curve[t] = share
        still -= sum(n for at, _, n in rows if at == t)
    return curve


@given(waits, st.sampled_from([Fraction(1, 2), Fraction(9, 10), Fraction(1, 4), Fraction(1)]))
def test_a_quantile_is_the_first_time_at_which_the_product_limit_falls_to_it(rows, q):
    curve = survival(*zip(*rows, strict=True))
    expected = next((t for t, share in product_limit(rows).items() if share <= 1 - q), None)
    assert curve.quantile(float(q)) == expected


@given(waits)
def test_a_curve_knows_how_many_waited_and_how_long(rows):
    curve = survival(*zip(*rows, strict=True))
    assert curve.n == sum(n for _, _, n in rows)
    assert curve.touched == sum(n for _, over, n in rows if over)
    assert curve.longest == max(t for t, _, _ in rows)


def test_at_a_tie_touches_come_before_those_still_waiting():
    assert survival([5, 5], [1, 0], [1, 1]).quantile(0.5) == 5


def test_a_quantile_that_so_many_have_not_reached_is_none():
    curve = survival([1, 9], [1, 0], [1, 9])
    assert curve.quantile(0.5) is None
    assert (curve.n, curve.touched, curve.longest) == (10, 1, 9)


def test_nobody_touched_has_no_quantile_and_no_pass_no_curve():
    assert survival([5], [0], [3]).quantile(0.5) is None
    empty = survival([], [], [])
    assert (empty.n, empty.touched, empty.longest, empty.quantile(0.5)) == (0, 0, None, None)


def test_noise_of_products_does_not_shift_a_quantile():
    assert survival(range(1, 11), [1] * 10, [1] * 10).quantile(0.9) == 9


@given(counted)
def test_the_median_of_counts_is_that_of_the_rows(rows):
    values, counts = zip(*rows, strict=True)
    spread = [value for value, n in rows for _ in range(n)]
    assert median_of_counts(values, counts) == median(spread)


@given(counted, st.integers(1, 100))
def test_the_nearest_rank_is_that_of_the_sorted_rows(rows, percent):
    values, counts = zip(*rows, strict=True)
    spread = sorted(value for value, n in rows for _ in range(n))
    rank = -(-percent * len(spread) // 100)  # rounded up, in whole numbers
    assert nearest_rank(values, counts, percent / 100) == spread[rank - 1]


def test_nothing_counted_has_no_median_and_no_rank():
    assert median_of_counts([], []) is None
    assert nearest_rank([], [], 0.9) is None
    assert median_of_counts([3], [0]) is None


def test_columns_of_numpy_are_as_good_as_lists():
    values, counts = np.array([3.5, 1.0]), np.array([1, 2])
    assert (median_of_counts(values, counts), nearest_rank(values, counts, 0.9)) == (1.0, 3.5)
    assert survival(values, np.array([1, 1]), counts).quantile(0.5) == 1.0
