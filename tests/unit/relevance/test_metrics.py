"""Metrics against values worked out by hand, and against what must always hold."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.relevance.metrics import ndcg, percentile

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
