"""Examples of what is sent and answered, by the names of operations; a test holds them right."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_JSON = "application/json"
_BIKE = {"name": "Red city bike", "brand": "Velo", "price": 489}
_ABOUT = {"index": "products", "version": "products-20261128t101202z-1"}
_TIMES = {"took_ms": 2.41, "timing": {"parse": 0.11, "plan": 0.3, "engine": 1.9, "render": 0.1}}
_HIT = {
    "id": "17",
    "score": 21.7,
    "doc": _BIKE,
    "highlight": {"name": "Red city <mark>bike</mark>"},
    "pinned": False,
}
_BRANDS = {"type": "values", "selected": [], "values": [{"value": "Velo", "count": 12}]}
_ANSWER = {
    **_ABOUT,
    "query": "bike",
    "total": {"value": 31, "relation": "eq", "unit": "documents"},
    "page": 1,
    "per_page": 1,
    "next_cursor": None,
    "hits": [_HIT],
    "facets": {"brand": _BRANDS},
    "correction": None,
    "applied": {
        "match": "all",
        "ignored_words": [],
        "rules": [],
        "synonyms": [],
        "rewritten": None,
    },
    "redirect": None,
    **_TIMES,
}
_UI_HIT = {
    "id": {"raw": "17"},
    "name": {"raw": "Red city bike", "snippet": "Red city <mark>bike</mark>"},
    "_meta": {"id": "17", "score": 21.7},
}
_ALGOLIA_TIMES = {"processingTimeMS": 2, "serverTimeMS": 2}
_ALGOLIA_HIT = {
    **_BIKE,
    "objectID": "17",
    "_highlightResult": {
        "name": {
            "value": "Red city <em>bike</em>",
            "matchLevel": "full",
            "fullyHighlighted": False,
            "matchedWords": ["bike"],
        }
    },
    "_snippetResult": {},
}
_ALGOLIA_RESULT = {
    "hits": [_ALGOLIA_HIT],
    "nbHits": 31,
    "page": 0,
    "nbPages": 2,
    "hitsPerPage": 20,
    "exhaustiveNbHits": True,
    "exhaustiveFacetsCount": True,
    "exhaustiveTypo": True,
    "exhaustive": {"nbHits": True, "facetsCount": True, "typo": True},
    "query": "bike",
    "params": "",
    "index": "products",
    "facets": {"brand": {"Velo": 12}},
    "facets_stats": {},
    **_ALGOLIA_TIMES,
}
_ALGOLIA_FACETS = {
    "facetHits": [{"value": "Velo", "highlighted": "<em>Ve</em>lo", "count": 12}],
    "exhaustiveFacetsCount": True,
    **_ALGOLIA_TIMES,
}
_PREVIEWED = {"id": "17", "doc": _BIKE, "pinned": False}


def _side(hits: list[Any]) -> dict[str, Any]:
    """What one side of a preview finds."""
    return {
        "total": len(hits), "hits": hits, "rules": [], "synonyms": [], "redirect": None,
    }  # fmt: skip


_FILE: Mapping[str, Any] = {
    "index": "products",
    "file": "mappings/products/synonyms.txt",
    "hash": "9f2d1c5b0a7e4f36",
    "used": "9f2d1c5b0a7e4f36",
    "problem": None,
    "text": "bike, bicycle\n",
    "changes": [],
}
PROBLEM = {
    "type": "urn:searchsvc:error:bad_filter",
    "title": "Bad filter",
    "status": 400,
    "code": "bad_filter",
    "message": "unknown field 'prise' at column 14",
    "hint": "did you mean 'price'?",
    "param": "filter",
    "position": 14,
    "request_id": "6cb1f2aa-1f",
}

ALGOLIA_PROBLEM = {
    "message": "unknown index 'product' (did you mean 'products'?)",
    "status": 404,
    "code": "unknown_index",
}


@dataclass(frozen=True, slots=True)
class Examples:
    """What is sent in a body, and what is answered; None where there is nothing to show."""

    answered: Any = None
    sent: Any = None

    def put_into(self, operation: Mapping[str, Any]) -> None:
        """Show them where the operation describes its JSON."""
        answers = operation["responses"]["200"]["content"]
        if self.answered is not None:
            answers[_JSON]["example"] = self.answered
        if self.sent is not None:
            operation["requestBody"]["content"][_JSON]["example"] = self.sent


_SEARCH = {"q": "bike", "filter": "price<500", "facets": ["brand"], "per_page": 1}
_EXAMPLES: Mapping[str, Examples] = {
    "search": Examples(_ANSWER),
    "searchByBody": Examples(_ANSWER, _SEARCH),
    "searches": Examples(
        {"results": [_ANSWER, PROBLEM], **_TIMES},
        {"searches": [{"index": "products", **_SEARCH}, {"index": "brands", "filter": "prise<3"}]},
    ),
    "suggest": Examples(
        {
            **_ABOUT,
            "query": "bi",
            "queries": [
                {
                    "text": "bike lock",
                    "highlight": "<mark>bi</mark>ke lock",
                    "scope": {"field": "category", "value": "Accessories", "count": 9},
                }
            ],
            "values": [],
            "hits": [
                {
                    "id": "17",
                    "field": "name",
                    "text": "Red city bike",
                    "highlight": "Red city <mark>bi</mark>ke",
                }
            ],
            "correction": None,
            **_TIMES,
        }
    ),
    "facetValuesByBody": Examples(
        {
            **_ABOUT,
            "query": "ve",
            "field": "brand",
            "values": [{"value": "Velo", "count": 12, "highlight": "<mark>Ve</mark>lo"}],
            "complete": True,
            **_TIMES,
        },
        {"q": "ve", "query": "bike"},
    ),
    "document": Examples({**_ABOUT, "id": "17", "doc": _BIKE}),
    "similarByBody": Examples(
        {
            **_ABOUT,
            "id": "3",
            "words": ["city", "bike"],
            "total": {"value": 4, "relation": "eq"},
            "per_page": 1,
            "hits": [_HIT],
            **_TIMES,
        },
        {"per_page": 1, "filter": "price<500"},
    ),
    "whyByBody": Examples(
        {
            **_ABOUT,
            "query": "bike",
            "id": "17",
            "indexed": True,
            "passes_filter": True,
            "match": "all",
            "words": [{"word": "bike", "needed": True, "fields": ["name"], "instead": []}],
            "hit": True,
            "rank": 1,
            "score": 21.7,
            "pinned": False,
            "total": {"value": 31, "relation": "eq"},
            "applied": {"rules": []},
            "reasons": ["it is hit 1 of 31"],
            **_TIMES,
        },
        {"q": "bike"},
    ),
    "synonyms": Examples(_FILE),
    "synonymsByBody": Examples(_FILE),
    "preview": Examples(
        {
            **_ABOUT,
            "queries": [
                {
                    "q": "bicycle",
                    "changed": True,
                    "before": _side([]),
                    "after": _side([{**_PREVIEWED, "place": 1, "other_place": None}]),
                }
            ],
        },
        {"queries": ["bicycle"], "synonyms": "bike, bicycle\n"},
    ),
    "uiSearch": Examples(
        {
            "facets": {
                "brand": [
                    {
                        "field": "brand",
                        "name": "brand",
                        "type": "value",
                        "data": [{"value": "Velo", "count": 12}],
                    }
                ]
            },
            "pagingStart": 1,
            "pagingEnd": 20,
            "rawResponse": _ABOUT,
            "requestId": "6cb1f2aa-1f",
            "resultSearchTerm": "bike",
            "results": [_UI_HIT],
            "totalPages": 2,
            "totalResults": 31,
            "wasSearched": True,
            **_TIMES,
        },
        {
            "state": {
                "searchTerm": "bike",
                "resultsPerPage": 20,
                "filters": [{"field": "brand", "values": ["Velo"], "type": "any"}],
            },
            "queryConfig": {
                "result_fields": {"name": {"raw": {}, "snippet": {"size": 100}}},
                "facets": {"brand": {"type": "value", "size": 10}},
                "disjunctiveFacets": ["brand"],
            },
        },
    ),
    "uiAutocomplete": Examples(
        {
            "autocompletedResults": [_UI_HIT],
            "autocompletedResultsRequestId": "6cb1f2aa-20",
            "autocompletedSuggestions": {"names": [{"suggestion": "Red city bike"}]},
            "autocompletedSuggestionsRequestId": "6cb1f2aa-20",
            **_TIMES,
        },
        {
            "state": {"searchTerm": "bi"},
            "queryConfig": {
                "results": {"resultsPerPage": 3, "result_fields": {"name": {"raw": {}}}},
                "suggestions": {"types": {"names": {"fields": ["name"]}}, "size": 4},
            },
        },
    ),
    "algoliaQueries": Examples(
        {"results": [_ALGOLIA_RESULT]},
        {
            "requests": [
                {
                    "indexName": "products",
                    "query": "bike",
                    "facets": ["brand"],
                    "facetFilters": [["brand:Velo", "brand:Acme"]],
                }
            ]
        },
    ),
    "algoliaObjects": Examples(
        {"results": [{**_BIKE, "objectID": "17"}, None]},
        {"requests": [{"indexName": "products", "objectID": id} for id in ("17", "18")]},
    ),
    "algoliaQueryByBody": Examples(_ALGOLIA_RESULT, {"query": "bike", "facets": ["brand"]}),
    "algoliaFacetQuery": Examples(_ALGOLIA_FACETS, {"facetQuery": "ve", "query": "bike"}),
    "algoliaBrowseByBody": Examples(_ALGOLIA_RESULT, {"query": "bike", "hitsPerPage": 100}),
    "algoliaObject": Examples({**_BIKE, "objectID": "17"}),
    "algoliaEvents": Examples(
        {"status": 200, "message": "OK"},
        {
            "events": [
                {
                    "eventType": "click",
                    "eventName": "Hit clicked",
                    "index": "products",
                    "userToken": "anonymous-1",
                    "queryID": "8c1b8a7f3c2e4d5f9a0b1c2d3e4f5a6b",
                    "objectIDs": ["17"],
                    "positions": [1],
                }
            ]
        },
    ),
    "indexes": Examples(
        {
            "indexes": [
                {
                    "name": "products",
                    "serving": True,
                    "version": "products-20261128t101202z-1",
                    "documents": 4810,
                }
            ]
        }
    ),
}


def examples_of(operation: str) -> Examples:
    """Those of the operation of that name; of what shows itself there are none."""
    return _EXAMPLES.get(operation, Examples())
