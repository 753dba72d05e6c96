"""Examples of what Search UI and the clients of Algolia send and are answered."""

from collections.abc import Mapping

from searchsvc.api.openapi.example import ABOUT, BIKE, TIMES, Examples

_UI_HIT = {
    "id": {"raw": "17"},
    "name": {"raw": "Red city bike", "snippet": "Red city <mark>bike</mark>"},
    "_meta": {"id": "17", "score": 21.7},
}
_ALGOLIA_TIMES = {"processingTimeMS": 2, "serverTimeMS": 2}
_ALGOLIA_HIT = {
    **BIKE,
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
ALGOLIA_PROBLEM = {
    "message": "unknown index 'product' (did you mean 'products'?)",
    "status": 404,
    "code": "unknown_index",
}

WIRE_EXAMPLES: Mapping[str, Examples] = {
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
            "rawResponse": ABOUT,
            "requestId": "6cb1f2aa-1f",
            "query_id": "5f0c2a9be1d84c7f9a3b6d0e8c1f2a47",
            "resultSearchTerm": "bike",
            "results": [_UI_HIT],
            "totalPages": 2,
            "totalResults": 31,
            "wasSearched": True,
            **TIMES,
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
            **TIMES,
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
        {"results": [{**BIKE, "objectID": "17"}, None]},
        {"requests": [{"indexName": "products", "objectID": id} for id in ("17", "18")]},
    ),
    "algoliaQueryByBody": Examples(_ALGOLIA_RESULT, {"query": "bike", "facets": ["brand"]}),
    "algoliaFacetQuery": Examples(_ALGOLIA_FACETS, {"facetQuery": "ve", "query": "bike"}),
    "algoliaBrowseByBody": Examples(_ALGOLIA_RESULT, {"query": "bike", "hitsPerPage": 100}),
    "algoliaObject": Examples({**BIKE, "objectID": "17"}),
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
}
