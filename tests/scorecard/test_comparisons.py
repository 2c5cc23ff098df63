"""Two periods side by side: at the same point of their course, and what moved a rate."""

import math

from hypothesis import given
from hypothesis import strategies as st

from scorecard import periods
from scorecard.clock import AsOf, Zone
from scorecard.comparisons import effects, same_point

BERLIN = Zone.of("Europe/Berlin")
CASES = st.integers(0, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
GROUPS = st.dictionaries(st.sampled_from(["Fair", "Webinar", "Partner list", None]), CASES, max_size=4)


def test_a_running_period_is_compared_at_the_same_elapsed_share():
    quarter = periods.parse("2026-Q4")
    start, end = quarter.bounds(BERLIN)
    then = same_point(quarter, quarter.previous(), AsOf.parse("2026-11-15T12:00", BERLIN), BERLIN)
    before, after = quarter.previous().bounds(BERLIN)
    now = AsOf.parse("2026-11-15T12:00", BERLIN).instant
    assert math.isclose(
        (then.instant - before) / (after - before), (now - start) / (end - start), abs_tol=1e-6
    )


def test_a_finished_period_is_compared_as_long_after_its_end():
    quarter = periods.parse("2026-Q3")
    then = same_point(quarter, quarter.previous(), AsOf.parse("2026-10-03", BERLIN), BERLIN)
    assert then.day.isoformat() == "2026-07-04"


def test_nothing_is_compared_as_seen_later_than_as_of():
    quarter = periods.parse("2026-Q3")
    as_of = AsOf.parse("2026-10-03", BERLIN)
    assert same_point(quarter, periods.parse("2026-10"), as_of, BERLIN).instant <= as_of.instant


@given(GROUPS, GROUPS)
def test_the_effects_of_all_groups_add_up_to_the_change(now, before):
    found = effects(now, before)
    many, few = (sum(n for _, n in cases.values()) for cases in (now, before))
    if not many or not few:
        assert found == []
        return
    change = sum(k for k, _ in now.values()) / many - sum(k for k, _ in before.values()) / few
    assert math.isclose(sum(e.rate + e.mix for e in found), change, abs_tol=1e-9)


def test_a_rate_that_falls_in_one_group_is_its_rate_effect_alone():
    found = effects({"Fair": (5, 10), "Webinar": (8, 10)}, {"Fair": (9, 10), "Webinar": (8, 10)})
    assert found[0].group == "Fair"
    assert math.isclose(found[0].rate, -0.2)
    assert all(math.isclose(e.mix, 0, abs_tol=1e-12) for e in found)


def test_more_of_a_poor_group_is_a_mix_effect_alone():
    found = effects({"Fair": (15, 30), "Webinar": (9, 10)}, {"Fair": (5, 10), "Webinar": (27, 30)})
    assert all(e.rate == 0 for e in found)
    assert found[0].mix < 0


def test_a_group_that_is_new_acts_by_being_there():
    new = next(
        e for e in effects({"Fair": (2, 10), "Webinar": (8, 10)}, {"Webinar": (8, 10)}) if e.group == "Fair"
    )
    assert new.rate == 0
    assert new.mix < 0
