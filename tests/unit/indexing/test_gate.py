"""The gate's rules, figure by figure."""

from dataclasses import replace

import pytest

from searchsvc.domain.judgment import Comparison, Evaluation
from searchsvc.indexing.gate import Evidence, refusals
from searchsvc.settings import Indexing

SETTINGS = Indexing()
GOOD = Evidence(rows=1000, documents=1000, sampled=200, live=1000)


def test_an_equal_version_passes():
    """With and without a live one beside it."""
    assert refusals(GOOD, SETTINGS) == []
    assert refusals(replace(GOOD, live=None), SETTINGS) == []
    assert refusals(Evidence(rows=0, documents=0), SETTINGS) == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"documents": 999}, "holds 999 documents, and the source 1000 rows"),
        ({"documents": 1001}, "holds 1001 documents"),
        ({"documents": 949, "dead": 51}, "51 of 1000 rows cannot be indexed"),
        ({"differing": ("7", "8")}, "2 documents differ from a fresh read"),
        ({"rows": 0, "documents": 0}, "the source has no row"),
        ({"rows": 1101, "documents": 1101}, "1101 documents against 1000 live"),
        ({"rows": 899, "documents": 899}, "899 documents against 1000 live"),
    ],
)
def test_each_fault_is_refused_with_its_figures(changes, reason):
    """The text is what an operator reads."""
    assert any(reason in text for text in refusals(replace(GOOD, **changes), SETTINGS))


@pytest.mark.parametrize(
    "changes",
    [
        {"documents": 950, "dead": 50},
        {"documents": 997, "slack": 3},
        {"rows": 1100, "documents": 1100},
        {"rows": 900, "documents": 900},
        {"rows": 105, "documents": 105, "live": 5},
    ],
)
def test_what_is_within_bounds_passes(changes):
    """Dead rows, changes under way, a tenth more or less, a few rows of a small one."""
    assert refusals(replace(GOOD, **changes), SETTINGS) == []


def test_an_operator_may_accept_an_empty_source_or_a_changed_count():
    """Each by its own name; a wrong count is never accepted."""
    empty = replace(GOOD, rows=0, documents=0)
    assert refusals(empty, SETTINGS, allow_empty=True) == []
    assert refusals(empty, SETTINGS, allow_change=True) != []
    half = replace(GOOD, rows=500, documents=500)
    assert refusals(half, SETTINGS, allow_change=True) == []
    wrong = replace(GOOD, documents=999)
    assert refusals(wrong, SETTINGS, allow_change=True, allow_empty=True) != []


LIVE = Evaluation(0.80, frozenset({"odd"}), 20.0)


def answered(**changes: object) -> Evidence:
    return replace(GOOD, golden=Comparison(50, LIVE, replace(LIVE, **changes)))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ndcg": 0.77}, "nDCG@10 of 50 golden queries falls from 0.800 to 0.770"),
        ({"empty": frozenset({"odd", "lamp"})}, "1 golden queries find nothing any more: 'lamp'"),
        ({"p95": 31.0}, "the p95 of golden queries rises from 20.0 to 31.0 ms"),
    ],
)
def test_worse_answers_to_golden_queries_are_refused(changes, reason):
    """Each with its figures, and accepted by one name."""
    (found,) = refusals(answered(**changes), SETTINGS)
    assert found == f"{reason} (--allow-worse accepts it)"
    assert refusals(answered(**changes), SETTINGS, allow_worse=True) == []


@pytest.mark.parametrize(
    "changes", [{}, {"ndcg": 0.781}, {"ndcg": 0.9}, {"empty": frozenset()}, {"p95": 30.0}]
)
def test_answers_within_bounds_pass(changes):
    """A little less, anything more, and queries that were empty before."""
    assert refusals(answered(**changes), SETTINGS) == []
    quick = Comparison(50, replace(LIVE, p95=1.0), replace(LIVE, p95=5.9))
    assert refusals(replace(GOOD, golden=quick), SETTINGS) == []


def test_the_report_tells_what_golden_queries_found():
    """One line for the run's record."""
    report = answered(ndcg=0.85, p95=12.0).report()
    assert "golden queries 50, nDCG@10 0.850 (live 0.800), newly empty 0" in report
    assert "p95 12.0 ms (live 20.0)" in report
