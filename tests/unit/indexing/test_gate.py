"""The gate's rules, figure by figure."""

from dataclasses import replace

import pytest

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
