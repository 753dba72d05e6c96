"""Metrics against values worked out by hand, and against what must always hold."""

import math

import ir_measures as ir
import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.relevance.metrics import (
    Metric,
    depth_of,
    err,
    ndcg,
    ndcg_exp,
    percentile,
    read_metric,
)  # fmt: skip

RATINGS = {"a": 3.0, "b": 2.0, "c": 1.0, "d": 0.0}


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ("abc", 1.0),
        ("abcd", 1.0),
        ("a", 3 / (3 + 2 / math.log2(3) + 0.5)),
        ("ba", (2 + 3 / math.log2(3)) / (3 + 2 / math.log2(3) + 0.5)),
        ("xc", (1 / math.log2(3)) / (3 + 2 / math.log2(3) + 0.5)),
        ("xyz", 0.0),
        ("", 0.0),
    ],
)
def test_ndcg_by_hand(ids: str, expected: float) -> None:
    """The ideal holds every judged document, found or not; what was not judged counts as 0."""
    assert ndcg(list(ids), RATINGS) == pytest.approx(expected, abs=1e-12)


def test_only_the_first_hits_count() -> None:
    """Both the list and the ideal end at the depth."""
    assert ndcg(["x", "a"], RATINGS, 1) == 0.0
    assert ndcg(["a", "x"], {"a": 1, "b": 1}, 1) == 1.0
    assert ndcg(["a"], {"a": 0.0}) == 0.0


@given(st.permutations("abcdxyz"))
def test_no_order_is_better_than_the_ideal(ids: list[str]) -> None:
    """And a better document further up never scores less."""
    score = ndcg(ids, RATINGS)
    assert 0.0 <= score <= 1.0 + 1e-12
    best = sorted(ids, key=lambda each: -RATINGS.get(each, 0.0))
    assert ndcg(best, RATINGS) == pytest.approx(1.0)
    assert score <= ndcg(best, RATINGS) + 1e-12


@given(st.lists(st.floats(0, 100), min_size=1), st.floats(0.01, 1))
def test_a_percentile_is_one_of_its_values(values: list[float], share: float) -> None:
    """As many as its share are not above it, and fewer are not above a smaller one."""
    found = percentile(values, share)
    assert found in values
    assert sum(v <= found for v in values) >= share * len(values)
    assert sum(v < found for v in values) < share * len(values)
    assert percentile([], 0.5) == 0.0


NAMES = {"ndcg": ir.nDCG, "ap": ir.AP, "rr": ir.RR, "p": ir.P, "r": ir.R}
DOCUMENTS = [f"d{n}" for n in range(12)]


@given(
    st.lists(st.sampled_from(DOCUMENTS), unique=True, min_size=1),
    st.dictionaries(st.sampled_from(DOCUMENTS), st.integers(0, 3), min_size=1),
    st.sampled_from([1, 3, 5, 10]),
    st.sampled_from(sorted(NAMES)),
)
def test_they_agree_with_ir_measures(ids, ratings, depth, kind) -> None:
    """To 1e-9, on any list; its order is told by scores, since that library sorts by them."""
    if not any(ratings.values()):
        ratings = {**ratings, "d0": 1}
    run = {"q": {id: 1 / rank for rank, id in enumerate(ids, 1)}}
    (expected,) = ir.iter_calc([NAMES[kind] @ depth], {"q": ratings}, run)
    assert Metric(kind, depth).of(ids, ratings) == pytest.approx(expected.value, abs=1e-9)


@given(
    st.lists(st.sampled_from(DOCUMENTS), unique=True, min_size=1),
    st.dictionaries(st.sampled_from(DOCUMENTS), st.integers(0, 3), min_size=1),
    st.sampled_from([1, 3, 5, 10]),
    st.sampled_from(["ap", "ndcg", "p", "r"]),  # it knows no other at a depth
)
def test_of_judged_hits_they_agree_with_ir_measures(ids, ratings, depth, kind) -> None:
    """Which leaves out the others as well where it is told to."""
    if not any(ratings.values()):
        ratings = {**ratings, "d0": 1}
    run = {"q": {id: 1 / rank for rank, id in enumerate(ids, 1)}}
    measure = NAMES[kind](judged_only=True) @ depth
    expected = [one.value for one in ir.iter_calc([measure], {"q": ratings}, run)]
    found = read_metric(f"{kind}_judged@{depth}").of(ids, ratings)
    assert found == pytest.approx(expected[0] if expected else 0.0, abs=1e-9)


def test_hits_that_nobody_judged_take_no_place_of_judged_ones() -> None:
    """So that more hits are asked for than are counted, and no more than an answer may have."""
    unjudged = [f"x{n}" for n in range(99)]
    metric = read_metric("ndcg_judged@3")
    assert metric.name == "ndcg_judged@3"
    assert metric.of([*unjudged, *"abc"], RATINGS) == pytest.approx(
        3 / (3 + 2 / math.log2(3) + 0.5)
    )
    assert metric.of([*unjudged[:9], *"abcd"], RATINGS) == pytest.approx(1.0)
    assert depth_of((read_metric("p@20"),)) == 20
    assert depth_of((read_metric("p@20"), metric)) == 100
    with pytest.raises(ValueError, match="unknown metric 'judged_judged'"):
        read_metric("judged_judged")


@given(
    st.lists(st.sampled_from(DOCUMENTS), unique=True, min_size=1),
    st.dictionaries(st.sampled_from(DOCUMENTS), st.integers(0, 3), min_size=1),
)
def test_exponential_gains_agree_with_ir_measures(ids, ratings) -> None:
    """Which are linear ones of ratings that are raised first."""
    ratings = {**ratings, "d0": 1}
    run = {"q": {id: 1 / rank for rank, id in enumerate(ids, 1)}}
    raised = {id: 2**rating - 1 for id, rating in ratings.items()}
    (expected,) = ir.iter_calc([ir.nDCG @ 10], {"q": raised}, run)
    assert ndcg_exp(ids, ratings) == pytest.approx(expected.value, abs=1e-9)


def test_equal_scores_keep_the_order_that_was_served() -> None:
    """A list has an order and no scores, so that ties cannot be put in another one."""
    assert Metric("rr", 10).of(["d2", "d1"], {"d2": 1.0}) == 1.0
    assert Metric("rr", 10).of(["d1", "d2"], {"d2": 1.0}) == 0.5


def test_err_by_hand() -> None:
    """With four as the highest rating: 15/16, then 3/16 of those who read on."""
    found = err(["a", "b", "c"], {"a": 2.0, "b": 4.0, "c": 1.0})
    first, second, third = 3 / 16, 15 / 16, 1 / 16
    wanted = first + (1 - first) * second / 2 + (1 - first) * (1 - second) * third / 3
    assert found == pytest.approx(wanted, abs=1e-12)
    assert err([], {"a": 1.0}) == 0.0


@pytest.mark.parametrize("kind", ["ndcg", "ndcg_exp", "ap", "rr", "p", "r", "err", "judged"])
def test_of_no_hits_and_of_no_judgment(kind) -> None:
    """0, and no error."""
    assert Metric(kind, 10).of([], {"a": 1.0}) == 0.0
    assert Metric(kind, 10).of([], {}) == 0.0
    assert Metric(kind, 10).of(["a"], {"b": 0.0}) == 0.0


def test_what_was_judged() -> None:
    """Of the hits that there are, not of the places."""
    assert Metric("judged", 10).of(["a", "x"], {"a": 0.0}) == 0.5


def test_metrics_have_names() -> None:
    """With a depth, of ten hits without one."""
    assert read_metric("ndcg") == Metric("ndcg", 10)
    assert read_metric(" AP@100 ").name == "ap@100"
    for bad in ("ndgc@10", "ndcg@0", "ndcg@101", "ndcg@x", "", "p@-1"):
        with pytest.raises(ValueError, match=r"unknown metric|no depth"):
            read_metric(bad)
