"""Groups where there are more of them than are counted, and what a request may ask of them."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from searchsvc.definitions.mappings import parse_mapping
from searchsvc.domain.index import IndexVersion
from searchsvc.domain.query import Grouping, SearchQuery
from searchsvc.domain.result import Bucket, Facet, Hit, SearchResult
from searchsvc.errors import RequestError
from searchsvc.search import group_facets, groups
from searchsvc.search.request import search_query

VERSION = IndexVersion.new("shop", datetime(2026, 3, 1, tzinfo=UTC), 1)
SHOP = parse_mapping(
    "shop",
    """
    fields:
      name: text
      parent: keyword
      color: keyword, facet
    group_by: {of: [parent, color], default: parent}
    """,
)
PARENT = Grouping("parent")


class Engine:
    """Finds `number` documents, each with a parent of its own, all of one color."""

    def __init__(self, number: int) -> None:
        self._number = number
        self.asked: list[SearchQuery] = []

    async def search(self, query: SearchQuery) -> SearchResult:
        """The first hits, whatever is asked; each facet of its size at most."""
        self.asked.append(query)
        numbers = range(min(query.limit, self._number))
        hits = tuple(Hit(str(n), 1.0, b'{"parent":"p%d"}' % n) for n in numbers)
        facets = tuple(self._facet(one.field, one.size) for one in query.facets)
        return SearchResult(VERSION, self._number, hits, facets)

    def _facet(self, field: str, size: int) -> Facet:
        if field == "color":
            return Facet(field, (Bucket("red", self._number),))
        return Facet(field, tuple(Bucket(f"p{n}", 1) for n in range(min(size, self._number))))


def page(number: int, **parameters: object) -> SearchResult:
    """The page of groups of so many documents."""
    engine = Engine(number)
    query = search_query(parameters, SHOP)
    start = groups.begun(query, PARENT)
    found = asyncio.run(engine.search(start))
    result = asyncio.run(groups.GroupedSearch(query, PARENT, start, engine.search).page(found))
    assert all(asked.version == VERSION for asked in engine.asked[1:])
    return result


@pytest.mark.parametrize("more", [-1, 0, 1, 5000])
def test_a_total_says_when_it_is_no_more_than_a_bound(more: int) -> None:
    """Exact up to the most that are counted; beyond, that many or more."""
    result = page(groups.MOST + more, per_page=3)
    assert result.total == groups.MOST + min(0, more)
    assert result.at_least == (more > 0)
    assert [(hit.group and hit.group.key) for hit in result.hits] == ["p0", "p1", "p2"]


def test_a_facet_of_too_many_documents_counts_those() -> None:
    """And says so; with fewer, it counts groups."""
    (few,) = page(group_facets.MOST_DOCUMENTS, facets="color").facets
    (many,) = page(group_facets.MOST_DOCUMENTS + 1, facets="color").facets
    assert few.grouped
    assert many == Facet("color", (Bucket("red", group_facets.MOST_DOCUMENTS + 1),))


@pytest.mark.parametrize(
    ("asked", "grouping"),
    [
        ({}, PARENT),
        ({"group_by": "parent", "group_size": "3"}, Grouping("parent", 3)),
        ({"group_by": "color"}, Grouping("color")),
        ({"group_by": "none", "page": "500"}, None),
        ({"group_by": "none", "cursor": "x"}, None),
        ({"page": 100, "per_page": 10}, PARENT),
    ],
)
def test_what_a_request_groups_by(asked: Mapping[str, object], grouping: Grouping | None) -> None:
    """What it names, or else what the mapping says."""
    assert search_query(asked, SHOP).grouping == grouping


@pytest.mark.parametrize(
    ("asked", "param", "words"),
    [
        ({"group_by": "parnt"}, "group_by", "did you mean 'parent'?"),
        ({"group_by": "name"}, "group_by", "is not grouped by 'name'"),
        ({"cursor": "x"}, "cursor", "group_by=none"),
        ({"page": 101, "per_page": 10}, "page", "beyond the first 1000 groups"),
    ],
)
def test_what_groups_cannot_do(asked: Mapping[str, object], param: str, words: str) -> None:
    """Each fault names its parameter, and the way on."""
    with pytest.raises(RequestError) as caught:
        search_query(asked, SHOP)
    assert caught.value.param == param
    assert words in str(caught.value)


def test_an_index_that_declares_none_says_how() -> None:
    """Rather than guess a field."""
    with pytest.raises(RequestError, match="declare group_by in its mapping"):
        search_query({"group_by": "color"}, replace(SHOP, groups=type(SHOP.groups)()))
