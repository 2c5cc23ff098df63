"""Weights of journeys: properties, cases by hand, and another house's library, marketing_attribution_models.

The library's markov shares a journey out by its states' removal effects, as ours does; its position-based
model takes the first and the last touch, which is our u_shaped on journeys that end at created_at.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard import attribution
from scorecard.attribution import MODELS
from scorecard.journeys import BEFORE, Journeys, Touches
from tests.oracle.attribution import effects_of

DAY = 86_400
ONE_BY_ONE = [model for model in MODELS if model != "markov"]
STATES = st.sampled_from(("ad", "call", "event", "mail"))
STAMPS = st.integers(0, 30 * DAY)
PATHS = st.lists(st.lists(STATES, min_size=1, max_size=6), min_size=1, max_size=12)


@st.composite
def drawn_journeys(draw: Any) -> Journeys:
    """Journeys of one to eight touches, milestones anywhere or missing."""
    each = draw(st.lists(st.lists(STAMPS, min_size=1, max_size=8).map(sorted), min_size=1, max_size=6))
    marks = [[draw(st.one_of(STAMPS, st.just(BEFORE))) for _ in each] for _ in range(2)]
    return journeys_of(each, *marks)


def journeys_of(each: list[list[int]], created: list[int], opened: list[int]) -> Journeys:
    """Journeys whose touches were at these moments, closed with the last one."""
    count = np.array([len(stamps) for stamps in each])
    at = np.array([stamp for stamps in each for stamp in stamps], dtype=np.int64)
    return Journeys(
        Touches(at, {}, {}), tuple((n,) for n in range(len(each))), np.cumsum(count) - count, count,
        np.arange(len(at)), at, np.array([stamps[-1] for stamps in each]), np.array(created),
        np.array(opened), {},
    )  # fmt: skip


def flat(paths: list[list[str]]) -> list[str]:
    return [state for path in paths for state in path]


def weights_of(stamps: list[int], model: str, *, created: int = BEFORE, opened: int = BEFORE) -> list[float]:
    found = attribution.weights(journeys_of([stamps], [created], [opened]), model, 7.0)
    return [float(weight) for weight in found]


# --- properties


@given(journeys=drawn_journeys(), half_life=st.sampled_from((0.01, 7.0, 400.0)))
@pytest.mark.parametrize("model", ONE_BY_ONE)
def test_weights_of_a_journey_sum_to_one_and_are_never_negative(model, journeys, half_life):
    found = attribution.weights(journeys, model, half_life)
    assert (found >= 0).all()
    assert np.add.reduceat(found, journeys.first) == pytest.approx(np.ones(len(journeys.first)))


@given(won=PATHS, lost=PATHS)
def test_markov_weights_sum_to_one_and_are_never_negative(won, lost):
    counts = [len(path) for path in won]
    found = attribution.markov(flat(won), counts, flat(lost), [len(path) for path in lost])
    assert (found >= 0).all()
    assert np.add.reduceat(found, np.cumsum(counts) - counts) == pytest.approx(np.ones(len(won)))


@given(won=PATHS, lost=st.one_of(st.just([]), PATHS))
def test_removal_effects_are_those_of_taking_each_state_out(won, lost):
    """Ours by the fundamental matrix; the oracle's by solving the chain without the state, in fractions."""
    found = attribution.removal_effects(flat(won), [len(p) for p in won], flat(lost), [len(p) for p in lost])
    wanted = effects_of([(path, "won") for path in won] + [(path, "lost") for path in lost])
    assert found == pytest.approx({state: float(effect) for state, effect in wanted.items()})


@pytest.mark.parametrize("model", ONE_BY_ONE)
def test_models_agree_on_journeys_of_one_touch(model):
    assert weights_of([5 * DAY], model, created=6 * DAY) == [1.0]
    assert weights_of([5 * DAY], model) == [1.0]


# --- the contract's cases, by hand


def test_position_based_models_share_what_is_missing_by_the_rest():
    stamps = [day * DAY for day in (1, 2, 3, 4, 5)]
    shaped = weights_of(stamps, "u_shaped", created=3 * DAY)
    assert shaped == pytest.approx([0.4, 0.2 / 3, 0.4, 0.2 / 3, 0.2 / 3])
    full = weights_of(stamps, "w_shaped", created=2 * DAY, opened=4 * DAY)
    assert full == pytest.approx([0.3, 0.3, 0.05, 0.3, 0.05])
    # one touch holds two milestones; the opportunity's is missing, so 0.7 is shared
    assert weights_of(stamps, "w_shaped", created=DAY) == pytest.approx([0.6 / 0.7, *[0.025 / 0.7] * 4])
    # no touch until created_at: 0.4 is missing
    assert weights_of(stamps[:3], "u_shaped", created=0) == pytest.approx([2 / 3, 1 / 6, 1 / 6])
    # nobody in the middle
    assert weights_of(stamps[:2], "u_shaped", created=9 * DAY) == pytest.approx([0.5, 0.5])


def test_a_touch_a_half_life_earlier_gets_half_as_much():
    assert weights_of([0, 7 * DAY], "time_decay") == pytest.approx([1 / 3, 2 / 3])
    assert weights_of([0, 40_000 * DAY], "time_decay") == pytest.approx([0, 1])


def test_removal_effect_of_a_chain_worked_out_by_hand():
    """Start to a 3/4, to b 1/4; a to b, won, lost a third each; b to won, lost a half each: half are won.

    Without a, 1/4 x 1/2 are; without b, 3/4 x 1/3.
    """
    found = attribution.removal_effects(["a", "b", "a"], [2, 1], ["a", "b"], [1, 1])
    assert found == pytest.approx({"a": 1 - (1 / 8) / (1 / 2), "b": 1 - (1 / 4) / (1 / 2)})


def test_a_journey_of_500_touches():
    stamps = [hour * 3600 for hour in range(500)]
    for model in ONE_BY_ONE:
        assert sum(weights_of(stamps, model, created=100 * 3600, opened=300 * 3600)) == pytest.approx(1)


# --- a library of another house


def drawn_paths() -> tuple[list[list[str]], list[list[str]]]:
    """150 won and 250 lost paths of one to seven touches."""
    random = np.random.default_rng(7)
    names = np.array(["ad", "call", "content", "event", "mail"])
    paths = [[str(n) for n in random.choice(names, random.integers(1, 8))] for _ in range(400)]
    return paths[:150], paths[150:]


@pytest.fixture(scope="module")
def library() -> Any:
    mam = pytest.importorskip("mam", reason="marketing_attribution_models isn't installed")
    won, lost = drawn_paths()
    rows = [
        (
            f"{end}{n}",
            " > ".join(path),
            " > ".join(str(24.0 * k) for k in reversed(range(len(path)))),
            end == "won",
        )
        for end, paths in (("won", won), ("lost", lost))
        for n, path in enumerate(paths)
    ]
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame(rows, schema=["id", "path", "hours", "won"], orient="row")
    return mam.core.MAM(
        frame, format_type="format_2", channels_colname="path", journey_with_conv_colname="won",
        user_id_colname="id", time_till_conv_colname="hours",
    )  # fmt: skip


def by_state(found: Any) -> dict[str, float]:
    won, _ = drawn_paths()
    credit: dict[str, float] = {}
    for state, weight in zip(flat(won), found, strict=True):
        credit[state] = credit.get(state, 0.0) + float(weight)
    return credit


def of_library(result: Any) -> dict[str, float]:
    found = result.to_dict()
    return dict(zip(found["channels"], found["attribution"], strict=True))


def test_markov_is_what_the_library_says(library):
    won, lost = drawn_paths()
    ours = attribution.markov(flat(won), [len(p) for p in won], flat(lost), [len(p) for p in lost])
    assert by_state(ours) == pytest.approx(of_library(library.run_markov()))


@pytest.mark.parametrize(
    ("model", "run"),
    [
        ("first", "run_first_click"),
        ("last", "run_last_click"),
        ("linear", "run_linear"),
        ("time_decay", "run_time_decay"),
        ("u_shaped", "run_position_based"),
    ],
)
def test_the_other_models_are_what_the_library_says(library, model, run):
    """Journeys that end at created_at: there u_shaped's second milestone is the last touch."""
    won, _ = drawn_paths()
    each = [[k * DAY for k in range(len(path))] for path in won]
    ends = [stamps[-1] for stamps in each]
    ours = attribution.weights(journeys_of(each, ends, ends), model, 7.0)
    credit = {state: share for state, share in by_state(ours).items() if share}
    theirs = {state: share for state, share in of_library(getattr(library, run)()).items() if share}
    assert credit == pytest.approx(theirs)
