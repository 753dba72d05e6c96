"""Examples of what is sent and answered, by the names of operations; a test holds them right."""

from collections.abc import Mapping
from typing import Any

from searchsvc.api.openapi.click_examples import CLICK_EXAMPLES
from searchsvc.api.openapi.example import ABOUT, BIKE, TIMES, Examples
from searchsvc.api.openapi.relevance_examples import RELEVANCE_EXAMPLES
from searchsvc.api.openapi.wire_examples import WIRE_EXAMPLES

_HIT = {
    "id": "17",
    "score": 21.7,
    "doc": BIKE,
    "highlight": {"name": "Red city <mark>bike</mark>"},
    "pinned": False,
}
_BRANDS = {"type": "values", "selected": [], "values": [{"value": "Velo", "count": 12}]}
_ANSWER = {
    **ABOUT,
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
    "query_id": "5f0c2a9be1d84c7f9a3b6d0e8c1f2a47",
    **TIMES,
}
_PREVIEWED = {"id": "17", "doc": BIKE, "pinned": False}


def _side(hits: list[Any]) -> dict[str, Any]:
    """What one side of a preview finds."""
    return {
        "total": len(hits), "hits": hits, "rules": [], "synonyms": [], "redirect": None,
    }  # fmt: skip


_WHY: Mapping[str, Any] = {
    "id": "17",
    "indexed": True,
    "passes_filter": True,
    "match": "all",
    "words": [{"word": "bike", "needed": True, "fields": ["name"], "instead": [], "hidden": False}],
    "hit": True,
    "rank": 1,
    "score": 21.7,
    "pinned": False,
    "total": {"value": 31, "relation": "eq"},
    "applied": {"rules": [], "synonyms": []},
    "reasons": ["it is hit 1 of 31"],
}
_PART = {"source": "word", "score": 21.7, "share": 1.0, "word": "bike", "field": "name"}
_JUDGED = {
    "query": "bike",
    "id": "17",
    "rating": 3.0,
    "rater": "ann",
    "source": "api",
    "at": "2026-11-28T10:12:02Z",
}
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


_SEARCH = {"q": "bike", "filter": "price<500", "facets": ["brand"], "per_page": 1}
_EXAMPLES: Mapping[str, Examples] = {
    **WIRE_EXAMPLES,
    **CLICK_EXAMPLES,
    **RELEVANCE_EXAMPLES,
    "search": Examples(_ANSWER),
    "searchByBody": Examples(_ANSWER, _SEARCH),
    "searches": Examples(
        {"results": [_ANSWER, PROBLEM], **TIMES},
        {"searches": [{"index": "products", **_SEARCH}, {"index": "brands", "filter": "prise<3"}]},
    ),
    "suggest": Examples(
        {
            **ABOUT,
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
            **TIMES,
        }
    ),
    "facetValuesByBody": Examples(
        {
            **ABOUT,
            "query": "ve",
            "field": "brand",
            "values": [{"value": "Velo", "count": 12, "highlight": "<mark>Ve</mark>lo"}],
            "complete": True,
            **TIMES,
        },
        {"q": "ve", "query": "bike"},
    ),
    "document": Examples({**ABOUT, "id": "17", "doc": BIKE}),
    "similarByBody": Examples(
        {
            **ABOUT,
            "id": "3",
            "words": ["city", "bike"],
            "total": {"value": 4, "relation": "eq"},
            "per_page": 1,
            "hits": [_HIT],
            **TIMES,
        },
        {"per_page": 1, "filter": "price<500"},
    ),
    "whyByBody": Examples({**ABOUT, "query": "bike", **_WHY, **TIMES}, {"q": "bike"}),
    "explainByBody": Examples(
        {
            **ABOUT,
            "query": "bike",
            "ranking": "default",
            "hit": {**_WHY, "factor": 1.0, "behind": False, "parts": [_PART]},
            "other": None,
            "ahead": False,
            "differences": [],
            "weights": [],
            "words": [],
            "reasons": ["it is hit 1 of 31", "100% of its score of 21.70: 'bike' in name"],
            **TIMES,
        },
        {"index": "products", "id": "17", "q": "bike"},
    ),
    "synonyms": Examples(_FILE),
    "synonymsByBody": Examples(_FILE),
    "preview": Examples(
        {
            **ABOUT,
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
    "judgments": Examples(
        {"index": "products", "set": "default", "total": 1, "conflicts": 0, "judgments": [_JUDGED]}
    ),
    "judgmentsByBody": Examples(
        {
            "index": "products",
            "set": "default",
            "new": 1,
            "changed": 0,
            "unchanged": 0,
            "conflicts": 0,
        },
        {"judgments": [{"query": "bike", "id": "17", "rating": 3}]},
    ),
    "events": Examples(
        {"taken": 1, "dropped": 0},
        [
            {
                "action_name": "click",
                "timestamp": "2026-11-28T10:00:00.250Z",
                "query_id": "5f0c2a9be1d84c7f9a3b6d0e8c1f2a47",
                "event_attributes": {"object": {"object_id": "17"}, "position": {"ordinal": 0}},
            }
        ],
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
