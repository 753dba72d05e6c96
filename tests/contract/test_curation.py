"""The contract of SearchEngine: what rules need of it, documents by id, pinned ones and boosts."""

import asyncio
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from searchsvc.domain.definition import LOWEST, Boost
from searchsvc.domain.query import (
    And,
    Boosted,
    Equals,
    FacetRequest,
    Ids,
    Not,
    OneOf,
    Or,
    Pin,
    SortKey,
    Stated,
)
from searchsvc.domain.result import Bucket
from searchsvc.engines.boosts import parts
from tests.contract.support import boosted, document, query

LAMPS = (
    document("a", name="Desk lamp", brand="Volt", price=10, in_stock=True),
    document("b/2", name="Floor lamp", brand="Volt", price=20, in_stock=False),
    document("c", name="Table", brand="Oak", price=30, in_stock=True),
    document("d", name="Chair", brand="Oak", price=40, in_stock=False),
)


@pytest.fixture
def lamps(engines):
    """An engine that serves LAMPS."""
    engines.serve(*LAMPS)
    return engines


def find(engines, text: str = "", **options):
    """The result of one search."""
    return asyncio.run(engines.search.search(query(text, **options)))


def ids(engines, text: str = "", **options) -> list[str]:
    """The ids of one search's hits."""
    result = find(engines, text, **options)
    assert result.total == len(result.hits)
    return [hit.id for hit in result.hits]


def by(filter, weight: float) -> tuple[Boosted, ...]:
    """One boost."""
    return (Boosted(Stated("", filter), weight),)


def test_a_filter_may_name_documents(lamps) -> None:
    """Those there are, alone and within other filters; ids that nobody has match nothing."""
    assert ids(lamps, filter=Ids(("b/2", "c", "nobody"))) == ["b/2", "c"]
    assert ids(lamps, filter=Ids(())) == []
    assert ids(lamps, "lamp", filter=Not(Ids(("a",)))) == ["b/2"]
    both = And((Or((Ids(("a",)), Equals("brand", "Oak"))), Not(Ids(("c",)))))
    assert ids(lamps, filter=both) == ["a", "d"]


def test_pinned_documents_match_whatever_was_typed(lamps) -> None:
    """They pass the filter as any other, score nothing for words they do not hold, and count."""
    pins = (Pin("c", 1), Pin("nobody", 2))
    result = find(lamps, "lamp", pins=pins, facets=(FacetRequest("brand", 5),))
    assert {hit.id for hit in result.hits} == {"a", "b/2", "c"}
    assert (result.hits[-1].id, result.total) == ("c", 3)
    assert result.facets[0].buckets == (Bucket("Volt", 2), Bucket("Oak", 1))
    assert ids(lamps, "lamp", pins=pins, filter=Equals("brand", "Volt")) == ["a", "b/2"]
    assert ids(lamps, "zebra", pins=pins) == ["c"]
    assert ids(lamps, "lamp", pins=pins, sort=(SortKey("price", descending=True),))[0] == "c"
    assert ids(lamps, pins=pins) == ["a", "b/2", "c", "d"]


def test_boosts_multiply_scores(lamps) -> None:
    """By 1 plus the weights of those that hold, of matches and of nothing else."""
    plain = {hit.id: hit.score for hit in find(lamps, "lamp").hits}
    result = find(lamps, "lamp", boosts=by(Equals("in_stock", False), 2.5))
    assert [hit.id for hit in result.hits] == ["b/2", "a"]
    for hit in result.hits:
        factor = 3.5 if hit.id == "b/2" else 1.0
        assert math.isclose(hit.score, factor * plain[hit.id], rel_tol=1e-4)


def test_negative_weights_lower(lamps) -> None:
    """Never below a quarter, however many they are, so that every match stays one."""
    plain = {hit.id: hit.score for hit in find(lamps, "lamp").hits}
    low = by(Equals("in_stock", True), -0.5)
    hits = {hit.id: hit.score for hit in find(lamps, "lamp", boosts=low).hits}
    assert math.isclose(hits["a"], 0.5 * plain["a"], rel_tol=1e-4)
    assert math.isclose(hits["b/2"], plain["b/2"], rel_tol=1e-4)
    hits = {hit.id: hit.score for hit in find(lamps, "lamp", boosts=low * 4).hits}
    assert math.isclose(hits["a"], LOWEST * plain["a"], rel_tol=1e-4)


def test_boosts_rank_without_words(lamps) -> None:
    """Those that they lift come first, the rest by id."""
    boosts = (*by(Ids(("d",)), 3.0), *by(Equals("brand", "Oak"), 1.0))
    assert ids(lamps, boosts=boosts) == ["d", "c", "a", "b/2"]
    assert ids(lamps, boosts=boosts, filter=Equals("brand", "Volt")) == ["a", "b/2"]
    assert ids(lamps, boosts=boosts, sort=(SortKey("price"),)) == ["a", "b/2", "c", "d"]


def test_boosts_multiply_those_of_the_definition(engines) -> None:
    """Both count, the one fixed with the document and the one of the query."""
    engines.serve(*LAMPS, definition=boosted(Boost("price", 0.1, by="value")))
    plain = {hit.id: hit.score for hit in find(engines, "lamp").hits}
    result = find(engines, "lamp", boosts=by(Equals("brand", "Volt"), 1.0))
    for hit in result.hits:
        assert math.isclose(hit.score, 2 * plain[hit.id], rel_tol=1e-4)
    boosts = by(Equals("brand", "Oak"), 1.0)
    assert ids(engines, boosts=boosts) == ["d", "c", "b/2", "a"]


FILTERS = st.sampled_from(
    [Equals("brand", "Volt"), OneOf("brand", ("Oak", "Ash")), Equals("in_stock", True), Ids(("d",))]
)
BOOSTS = st.lists(st.tuples(FILTERS, st.sampled_from([-1.0, -0.4, 0.3, 2.0, 10.0])), max_size=4)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(boosts=BOOSTS, text=st.sampled_from(["lamp", ""]))
def test_boosts_change_scores_and_never_matches(lamps, boosts, text) -> None:
    """Whatever they are, the same documents match, each with its score times what holds for it."""
    plain = {hit.id: hit.score for hit in find(lamps, text).hits}
    asked = tuple(one for filter, weight in boosts for one in by(filter, weight))
    hits = find(lamps, text, boosts=asked).hits
    assert {hit.id for hit in hits} == plain.keys()
    constant, added = parts(asked)
    holding = [(set(ids(lamps, filter=filter)), weight) for filter, weight in added]
    for hit in hits:
        factor = constant + sum(weight for some, weight in holding if hit.id in some)
        assert math.isclose(hit.score, factor * plain[hit.id], rel_tol=1e-4)


@given(BOOSTS)
def test_no_part_of_a_boost_is_negative(boosts) -> None:
    """What a document gains at least is a quarter of its score."""
    constant, added = parts(tuple(one for f, weight in boosts for one in by(f, weight)))
    assert constant >= LOWEST - 1e-9
    assert all(weight > 0 for _, weight in added)
