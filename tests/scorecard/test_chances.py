"""What chance alone does."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from scorecard import chances

likely = st.floats(0.001, 0.999)
freedoms = st.floats(1, 400)


def test_a_start_does_not_load_what_takes_a_second():
    """In a process of its own: pytest's may have loaded it."""
    code = "import sys, scorecard.goals, scorecard.feedback_loops; sys.exit('scipy.stats' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_fishers_exact_test_of_the_lady_tasting_tea():
    """Fisher's own example: of eight cups she names three of four; 34 of the 70 ways are no likelier."""
    assert chances.fisher(3, 4, 1, 4) == pytest.approx(34 / 70)
    assert chances.fisher(0, 0, 0, 0) == 1
    assert chances.fisher(0, 5, 0, 9) == 1  # nobody won


def test_false_discoveries_are_held_in_check():
    """Each of m chances in order is m / rank as high, and none above those that follow."""
    assert chances.adjusted([]) == []
    assert chances.adjusted([0.04, 0.01, 0.03, 0.9]) == pytest.approx([0.16 / 3, 0.04, 0.16 / 3, 0.9])


@given(likely, freedoms)
def test_quantiles_and_tails_are_those_of_scipy(p, freedom):
    x = chances.t_quantile(p, freedom)
    assert x == pytest.approx(stats.t.ppf(p, freedom), rel=1e-9, abs=1e-12)
    assert chances.t_beyond(x, freedom) == pytest.approx(stats.t.sf(x, freedom), rel=1e-9)
    assert chances.normal_quantile(p) == pytest.approx(stats.norm.ppf(p), rel=1e-12, abs=1e-12)
    assert chances.normal_beyond(x) == pytest.approx(stats.norm.sf(x), rel=1e-12)
