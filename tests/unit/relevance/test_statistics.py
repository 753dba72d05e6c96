"""Tests of significance: exact where that is possible, fair where nothing differs, seeded."""

from dataclasses import replace
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest, wilcoxon

from searchsvc.relevance.statistics import (
    difference,
    holm,
    interval,
    overlap,
    queries_needed,
    randomisation,
)


@given(st.lists(st.integers(-8, 8), min_size=1, max_size=9))
def test_a_few_queries_are_tested_exactly(gains: list[int]) -> None:
    """By all ways to exchange the sides, as the test is defined."""
    signs = product((1, -1), repeat=len(gains))
    means = [sum(g * s for g, s in zip(gains, one, strict=True)) for one in signs]
    wanted = sum(abs(mean) >= abs(sum(gains)) for mean in means) / len(means)
    assert randomisation([gain / 8 for gain in gains]) == pytest.approx(wanted, abs=1e-12)


def test_what_a_few_queries_agree_on_is_not_proven() -> None:
    """Of five that gain alike no sample has a mean of 0, and yet it may be chance; of six not."""
    five, six = (difference([0.0] * n, [0.5] * n) for n in (5, 6))
    assert (five.interval.low, five.p, five.is_real) == (0.5, 0.0625, False)
    assert (six.p, six.is_real) == (0.03125, True)
    assert not replace(six, p=2 * six.p).is_real  # as Holm raises it


def test_many_queries_are_sampled_and_seeded() -> None:
    """The same values give the same p, near the one of a rank test that asks nearly the same."""
    random = Random(1)
    gains = [random.gauss(0.03, 0.2) for _ in range(200)]
    assert randomisation(gains) == randomisation(gains)
    assert randomisation(gains) == pytest.approx(wilcoxon(gains).pvalue, abs=0.06)
    assert randomisation(gains, seed=1) == pytest.approx(randomisation(gains), abs=0.02)


def test_where_nothing_differs_p_is_any_number() -> None:
    """A against A: of a hundred such comparisons five have a p below 0.05, and so on."""
    random = Random(7)
    values = []
    for _ in range(150):
        gains = [random.choice((-1, 1)) * random.random() for _ in range(40)]
        values.append(randomisation(gains, seed=random.randrange(1000)))
    assert kstest(values, "uniform").pvalue > 0.01
    assert 0 < sum(p < 0.05 for p in values) < 20


def test_the_interval_holds_the_true_mean_nearly_always() -> None:
    """In about 95 of 100 samples."""
    random = Random(3)
    held = 0
    for _ in range(60):
        found = interval([random.gauss(0.05, 0.3) for _ in range(60)])
        held += found.low <= 0.05 <= found.high
    assert 51 <= held <= 60


def test_a_difference_in_numbers() -> None:
    """Who won how often, and how sure that is."""
    a = [0.5] * 40
    b = [0.7] * 25 + [0.5] * 5 + [0.4] * 10
    found = difference(a, b)
    assert (found.won, found.lost, found.tied) == (25, 10, 5)
    assert found.mean == pytest.approx(0.1)
    assert found.interval.low > 0
    assert found.is_real
    assert found.p < 0.001
    assert found.needed == queries_needed([y - x for x, y in zip(a, b, strict=True)]) - 40
    back = difference(b, a)
    assert (back.won, back.lost, back.mean) == (10, 25, pytest.approx(-0.1))
    assert back.interval.high < 0


def test_the_same_twice() -> None:
    """Differs by nothing, surely."""
    found = difference([0.1, 0.9], [0.1, 0.9])
    assert (found.mean, found.p, found.needed, found.is_real) == (0.0, 1.0, 0, False)


def test_other_queries_cannot_be_compared() -> None:
    """Nor can none."""
    for a, b in (([0.1], [0.1, 0.2]), ([], [])):
        with pytest.raises(ValueError, match="same queries"):
            difference(a, b)


def test_one_of_many_is_small_by_chance() -> None:
    """The smallest counts as often as there are values, and no raised one is below one before."""
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03}) == {
        "a": pytest.approx(0.03), "c": pytest.approx(0.06), "b": pytest.approx(0.06),
    }  # fmt: skip
    assert holm({"a": 0.9, "b": 0.8}) == {"a": 1.0, "b": 1.0}
    assert holm({}) == {}


def test_overlap_of_lists() -> None:
    """Equal ones 1, strange ones 0; what stands first counts more."""
    assert overlap("abcd", "abcd") == pytest.approx(1.0)
    assert overlap("abcd", "wxyz") == 0.0
    assert overlap("", "") == 1.0
    assert overlap("a", "") == 0.0
    assert overlap("abcd", "abdc") > overlap("abcd", "bacd") > overlap("abcd", "dbca")
