"""Groups that differ from all others by more than chance explains."""

from hypothesis import given
from hypothesis import strategies as st

from scorecard.standouts import standouts

SPREAD = st.dictionaries(
    st.text(max_size=3),
    st.integers(0, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    max_size=8,
)


def test_a_group_far_below_the_others_stands_out_with_its_difference():
    found = standouts({"List": (20, 80), "Fair": (60, 80), "Webinar": (62, 80)}, min_n=10)
    worst = found[0]
    assert (worst.group, worst.cases, worst.others) == ("List", (20, 80), (122, 160))
    assert worst.difference.high < 0


def test_groups_that_differ_by_chance_do_not():
    assert standouts({"List": (40, 60), "Fair": (41, 60), "Webinar": (44, 60)}, min_n=10) == ()


def test_one_in_twenty_alike_groups_is_not_named_for_its_luck():
    alike = {f"G{i}": (14, 20) for i in range(19)}
    assert standouts({**alike, "unlucky": (9, 20)}, min_n=10) == ()


def test_small_groups_and_a_group_without_others_are_left_alone():
    assert standouts({"tiny": (0, 9), "rest": (90, 100)}, min_n=10) == ()
    assert standouts({"all": (1, 100)}, min_n=10) == ()
    assert standouts({}, min_n=10) == ()


@given(SPREAD)
def test_whatever_stands_out_differs_from_all_others_and_worst_comes_first(cases):
    found = standouts(cases, min_n=0)
    differences = [s.difference.value for s in found]
    assert differences == sorted(differences)
    assert all(s.difference.value != 0 and s.cases[1] and s.others[1] for s in found)
