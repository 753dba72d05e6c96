"""What Elastic's Search UI posts, as its connector does, and what it is answered."""

import pytest

from searchsvc.domain.definition import Cut
from searchsvc.domain.query import And, Equals, OneOf, Range, SearchQuery
from searchsvc.domain.result import (
    Bucket,
    Facet,
    LiveIndex,
    RangeBucket,
    SearchResult,
)
from tests.support.lamps import LAMP, SHOP, VERSION

# As the driver posts it: the whole state that it knows, and the configuration of the page.
STATE = {
    "current": 2,
    "filters": [
        {"field": "brand", "values": ["Volt", "Fleet & Sons"], "type": "any"},
        {"field": "price", "values": [{"from": 0, "to": 25, "name": "cheap"}], "type": "all"},
        {"field": "in_stock", "values": ["true"], "type": "all", "persistent": True},
    ],
    "resultsPerPage": 10,
    "searchTerm": "lamp",
    "sortDirection": "",
    "sortField": "",
    "sortList": [{"field": "price", "direction": "asc"}],
}
CONFIG = {
    "search_fields": {"name": {"weight": 3}, "margin": {}},
    "result_fields": {
        "name": {"raw": {}, "snippet": {"size": 100, "fallback": True}},
        "brand": {"raw": {}, "snippet": {"fallback": True}},
        "margin": {"raw": {}},
        "nonsense": {},
    },
    "disjunctiveFacets": ["brand"],
    "facets": {
        "brand": {"type": "value", "size": 30},
        "price": {
            "type": "range",
            "ranges": [{"from": 0, "to": 50, "name": "cheap"}, {"from": 50, "name": "dear"}],
        },
        "margin": {"type": "value"},
    },
    "filters": [{"field": "in_stock", "values": ["true"], "type": "all", "persistent": True}],
}


@pytest.fixture
def shop(api):
    """An app whose books are a shop's goods."""
    api.engine.held = LiveIndex(VERSION, SHOP)
    api.engine.answers = answers
    return api


def answers(query: SearchQuery) -> SearchResult:
    """The lamp, and what each kind of facet counts."""
    counted = {
        "brand": Facet("brand", (Bucket("Volt", 2), Bucket("Acme", 1))),
        "price": Facet(
            "price",
            ranges=(RangeBucket(None, 0, 9), RangeBucket(0, 50, 4), RangeBucket(50, None, 2)),
        ),
        "place": Facet("place", (Bucket("Men > Shoes", 4),)),
    }
    return SearchResult(VERSION, 15, (LAMP,), tuple(counted[f.field] for f in query.facets))


def search(api, state=None, config=None):
    """The answer to a state."""
    body = {"state": state or {}, "queryConfig": config or {}}
    return api.client.simulate_post("/v1/indexes/books/ui/search", json=body)


def test_a_state_is_a_search(shop) -> None:
    """Text, page, order, filters and facets arrive at the engine as a native search would ask."""
    assert search(shop, STATE, CONFIG).status_code == 200
    (query,) = shop.engine.asked
    assert (query.text, query.offset, query.limit) == ("lamp", 10, 10)
    assert [(key.field, key.descending) for key in query.sort] == [("price", False)]
    assert query.filter == And(
        (
            OneOf("brand", ("Volt", "Fleet & Sons")),
            Range("price", 0.0, 25.0, include_high=False),
            Equals("in_stock", True),
        )
    )
    assert query.search_fields == ("name",)
    assert query.fields == ("name", "brand")
    assert [one.field for one in query.facets] == ["brand", "price"]
    assert query.facets[0].size == 30
    # What is disjunctive counts without what was chosen of it, the other under all of it.
    assert query.facets[0].filter == And(query.filter.parts[1:])
    assert query.facets[1].filter == query.filter
    assert query.facets[1].cut == Cut(bounds=(0, 50))


def test_an_answer_is_the_state_that_the_client_shows(shop) -> None:
    """Every member that the client reads, and nothing of a hidden field."""
    result = search(shop, STATE, CONFIG)
    body = result.json
    assert body.pop("requestId") == result.headers["x-request-id"]
    assert set(body.pop("timing")) == {"parse", "plan", "engine", "render"}
    assert body.pop("took_ms") > 0
    assert body == {
        "facets": {
            "brand": [
                {
                    "field": "brand",
                    "name": "brand",
                    "type": "value",
                    "data": [{"value": "Volt", "count": 2}, {"value": "Acme", "count": 1}],
                }
            ],
            "price": [
                {
                    "field": "price",
                    "name": "price",
                    "type": "range",
                    "data": [
                        {"value": {"from": 0, "to": 50, "name": "cheap"}, "count": 4},
                        {"value": {"from": 50, "name": "dear"}, "count": 2},
                    ],
                }
            ],
        },
        "pagingStart": 11,
        "pagingEnd": 15,
        "rawResponse": {
            "index": "books",
            "version": VERSION.name,
            "total": {"value": 15, "relation": "eq", "unit": "documents"},
            "correction": None,
            "redirect": None,
        },
        "resultSearchTerm": "lamp",
        "results": [
            {
                "_meta": {"id": "7", "score": 2.5},
                "id": {"raw": "7"},
                "name": {
                    "raw": "Red & blue lamp",
                    "snippet": "Red &amp; blue <mark>lamp</mark>",
                },
                "brand": {"raw": "Volt", "snippet": "Volt"},
            }
        ],
        "totalPages": 2,
        "totalResults": 15,
        "wasSearched": True,
        "query_id": None,
    }
    assert result.headers["x-index-version"] == VERSION.name


def test_a_page_without_a_configuration_shows_what_is_public(shop) -> None:
    """All fields with their snippets; a number keeps each of its digits."""
    result = search(shop)
    assert '"price":{"raw":19.90}' in result.text
    (hit,) = result.json["results"]
    assert hit["name"]["snippet"] == "Red &amp; blue <mark>lamp</mark>"
    assert set(hit) == {"id", "_meta", "name", "price", "brand"}
    (query,) = shop.engine.asked
    assert (query.limit, query.fields, query.facets) == (20, None, ())


def test_only_unknown_fields_show_only_the_id(shop) -> None:
    """A wish that cannot be met at all is not met by everything."""
    (hit,) = search(shop, {}, {"result_fields": {"margin": {}, "nope": {}}}).json["results"]
    assert set(hit) == {"id", "_meta"}


def test_equal_states_are_answered_from_the_cache_each_with_its_id(shop) -> None:
    """And never with the answer to another wish, or with a native one."""
    first, second = search(shop, STATE, CONFIG), search(shop, STATE, CONFIG)
    assert first.json["requestId"] != second.json["requestId"]
    other = search(shop, STATE, {**CONFIG, "result_fields": {"price": {}}})
    assert set(other.json["results"][0]) == {"id", "_meta", "price"}


def test_no_hits(shop) -> None:
    """Nothing from nothing to nothing."""
    shop.engine.answers = lambda _: SearchResult(VERSION, 0, ())
    body = search(shop, {"searchTerm": "xylophone", "filters": [], "sortList": None}).json
    paging = [body[name] for name in ("pagingStart", "pagingEnd", "totalPages", "totalResults")]
    assert paging == [0, 0, 0, 0]
    assert body["results"] == []


@pytest.mark.parametrize(
    ("state", "config", "code", "names"),
    [
        ({"filters": [{"field": "prise", "values": [1]}]}, {}, "bad_filter", "prise"),
        ({"filters": [{"field": "margin", "values": [1]}]}, {}, "bad_filter", "margin"),
        ({"filters": [{"field": "name", "values": ["x"]}]}, {}, "bad_filter", "name"),
        ({"filters": [{"field": "price", "values": ["x"]}]}, {}, "bad_filter", "'x'"),
        ({"filters": [{"field": "price", "values": [{"name": "n"}]}]}, {}, "bad_filter", "price"),
        ({"filters": [{"values": ["x"]}]}, {}, "bad_filter", "state.filters[0]"),
        ({"filters": [{"field": "price", "values": [None]}]}, {}, "bad_parameter", "[0].values"),
        ({"filters": [{"field": "price", "values": [[[1]]]}]}, {}, "bad_parameter", "[0].values"),
        ({"filters": [{"field": "price", "values": [{"to": []}]}]}, {}, "bad_parameter", "to"),
        ({"filters": [1]}, {}, "bad_parameter", "state.filters[0]"),
        ({"filters": {}}, {}, "bad_parameter", "state.filters"),
        ({"filters": [{"field": "brand", "type": "some"}]}, {}, "bad_parameter", "type"),
        ({"current": 0}, {}, "bad_parameter", "state.current"),
        ({"current": "2"}, {}, "bad_parameter", "state.current"),
        ({"current": 1000, "resultsPerPage": 20}, {}, "bad_parameter", "state.current"),
        ({"resultsPerPage": 101}, {}, "bad_parameter", "state.resultsPerPage"),
        ({"searchTerm": 1}, {}, "bad_parameter", "state.searchTerm"),
        ({"searchTerm": "x" * 1001}, {}, "bad_parameter", "state.searchTerm"),
        ({"sortField": "margin", "sortDirection": "asc"}, {}, "bad_parameter", "margin"),
        ({"sortList": [{"field": "price", "direction": "up"}]}, {}, "bad_parameter", "sortList"),
        ({}, {"facets": []}, "bad_parameter", "queryConfig.facets"),
        ({}, {"facets": {"brand": {"size": 0}}}, "bad_parameter", "facets.brand.size"),
        ({}, {"result_fields": {"name": 1}}, "bad_parameter", "result_fields.name"),
        ({}, {"fuzziness": "yes"}, "bad_parameter", "fuzziness"),
    ],
)
def test_what_cannot_be_used_is_told(shop, state, config, code, names) -> None:
    """By its name and place; a hidden field is as unknown as one that is not there."""
    result = search(shop, state, config)
    assert (result.status_code, result.json["code"]) == (400, code)
    assert names in result.json["message"]
    assert shop.engine.asked == []


def test_a_body_without_a_state_and_an_index_that_is_not_there(shop) -> None:
    """Both say what was expected."""
    path = "/v1/indexes/books/ui/search"
    result = shop.client.simulate_post(path, json={"searchTerm": "x"})
    assert (result.status_code, result.json["param"]) == (400, "state")
    assert "ApiProxyConnector" in result.json["hint"]
    result = shop.client.simulate_post("/v1/indexes/boks/ui/search", json={"state": {}})
    assert (result.status_code, result.json["hint"]) == (404, "did you mean 'books'?")
    assert shop.client.simulate_get(path).status_code == 405


@pytest.mark.parametrize("depth", range(850, 1000, 10))
def test_bodies_that_nest(shop, depth) -> None:
    """Are the caller's fault wherever they nest."""
    deep = b"[" * depth + b"]" * depth
    for member in (b'"filters": [{"field": "brand", "values": %b}]', b'"searchTerm": %b'):
        body = b'{"state": {%b}, "queryConfig": {"x": %b}}' % (member % deep, deep)
        for route in ("search", "autocomplete"):
            path = f"/v1/indexes/books/ui/{route}"
            result = shop.client.simulate_post(path, body=body)
            assert result.status_code in (200, 400), result.text
