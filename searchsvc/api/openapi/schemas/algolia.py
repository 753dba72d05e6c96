"""What Algolia's clients send and are answered.

Of a parameter the types are those that are not refused: what widgets send and we have no use for
is passed over.
"""

from collections.abc import Mapping, Sequence

from searchsvc.analytics.ubi import MOST_EVENTS
from searchsvc.api.algolia.searches import MOST_REQUESTS, STRATEGIES
from searchsvc.api.algolia.wish import (
    FACET_ORDERS,
    MOST_HITS,
    QUERY_TYPES,
    RELAXING,
    TOLERANCES,
)
from searchsvc.api.openapi.schema import (
    BOOLEAN,
    COUNT,
    FLOAT,
    STRING,
    Schema,
    array,
    mapping,
    nullable,
    record,
    reference,
)
from searchsvc.api.openapi.wire_examples import ALGOLIA_PROBLEM

_TEXT: Schema = {"type": ["string", "number", "boolean", "null"]}
_WHOLE: Schema = {"type": ["integer", "string", "null"], "minimum": 0}
_NAMES: Schema = {"type": ["array", "string", "null"], "items": STRING}
_FILTERS: Schema = {"type": ["array", "string", "null"]}


def _about(description: str, schema: Schema | None = None) -> Schema:
    return {**(schema or {}), "description": description}


def _one_of(words: Sequence[str], *also: bool) -> Schema:
    return {"enum": [*words, *also, "", None]}


PARAMETERS: Mapping[str, Schema] = {
    "query": _about("What was typed.", _TEXT),
    "queryType": _about("`prefixNone`: the last word is no beginning.", _one_of(QUERY_TYPES)),
    "page": _about("Which page of hits, from 0.", _WHOLE),
    "hitsPerPage": _about(f"Hits on a page, {MOST_HITS:,} at most.", _WHOLE),
    "offset": _about("Where hits begin, beside `length`."),
    "length": _about("How many hits, in the place of pages.", _WHOLE),
    "facets": _about("Facets to count; `*` for all.", _NAMES),
    "maxValuesPerFacet": _about("Values of each facet.", _WHOLE),
    "sortFacetValuesBy": _about(
        "`alpha`: by name; else the commonest first.", _one_of(FACET_ORDERS)
    ),
    "filters": _about("An expression: `brand:Acme AND price > 10`.", nullable(STRING)),
    "facetFilters": _about("Lists: the outer one AND, an inner one OR.", _FILTERS),
    "numericFilters": _about("Likewise, of comparisons: `price>=10`.", _FILTERS),
    "tagFilters": _about("Likewise, of tags.", _FILTERS),
    "optionalFilters": _about(
        "Likewise, of what makes a hit come earlier: `brand:Acme<score=2>`.", _FILTERS
    ),
    "insideBoundingBox": _about("Boxes of two corners, each as four numbers."),
    "insidePolygon": _about("Polygons, each as latitudes and longitudes of three corners or more."),
    "aroundLatLng": _about("From where the nearest come first: `52.52,13.4`.", _TEXT),
    "aroundRadius": _about("Metres round it, or `all`."),
    "attributesToRetrieve": _about("Only these attributes, `-name` without one.", _NAMES),
    "attributesToHighlight": _about("In these matches are marked.", _NAMES),
    "attributesToSnippet": _about("Of these a piece is shown: `description:20`.", _NAMES),
    "highlightPreTag": _about("What stands before a match.", _TEXT),
    "highlightPostTag": _about("What stands behind a match.", _TEXT),
    "snippetEllipsisText": _about("What stands where text was left out.", _TEXT),
    "restrictSearchableAttributes": _about("Look words up in these only.", _NAMES),
    "typoTolerance": _about("`false`: every word as it stands.", _one_of(TOLERANCES, True, False)),
    "removeWordsIfNoResults": _about("`none`: every word must be held.", _one_of(tuple(RELAXING))),
    "distinct": _about("How many hits of each group; `true` for one, `false` for no groups."),
    "clickAnalytics": _about("`true`: the answer has a `queryID` for events to refer to."),
    "analytics": _about("`false`: not counted for suggestions."),
}
_PARAMS: Schema = {"description": "The parameters as an object, or encoded as a URL's query."}
_REQUEST: Schema = {
    "type": "object",
    "properties": {
        "indexName": STRING,
        "type": {"description": "`facet`: the values of a facet, in the place of a search."},
        "facet": _about("The facet whose values are searched."),
        "facetQuery": _about("What was typed of them."),
        "maxFacetHits": _about("How many of them, 100 at most."),
        "params": _PARAMS,
        **PARAMETERS,
    },
    "required": ["indexName"],
}
_REQUESTS: Schema = {**array(_REQUEST), "maxItems": MOST_REQUESTS}
QUERIES_BODY: Schema = {
    "anyOf": [
        {
            "type": "object",
            "properties": {"requests": _REQUESTS, "strategy": {"enum": [*STRATEGIES, None]}},
            "required": ["requests"],
        },
        _REQUESTS,
    ]
}
SEARCH_BODY: Schema = {"type": "object", "properties": {"params": _PARAMS, **PARAMETERS}}
FACET_BODY: Schema = {
    "type": "object",
    "properties": {
        "facetQuery": _about("What was typed of a value.", _TEXT),
        "maxFacetHits": _about("How many values, 100 at most.", _WHOLE),
        "params": _PARAMS,
        **PARAMETERS,
    },
}
BROWSE_BODY: Schema = {
    "type": "object",
    "properties": {
        "cursor": {"description": "The `cursor` of an answer, which leads to the next page."},
        "params": _PARAMS,
        **PARAMETERS,
    },
}
_ASKED: Schema = {
    "type": "object",
    "properties": {
        "indexName": {"description": "The index."},
        "objectID": STRING,
        "attributesToRetrieve": {"description": "Only these attributes, in a list."},
    },
    "required": ["objectID"],
}
OBJECTS_BODY: Schema = {
    "type": "object",
    "properties": {"requests": {**array(_ASKED), "maxItems": MOST_HITS}},
    "required": ["requests"],
}
_EVENT = "What cannot be used is passed over."
EVENTS_BODY: Schema = {
    "type": "object",
    "properties": {
        "events": {"type": "array", "description": _EVENT, "maxItems": MOST_EVENTS},
    },
    "required": ["events"],
}

_TIMES: Mapping[str, Schema] = {"processingTimeMS": COUNT, "serverTimeMS": COUNT}
_EXACT = ("exhaustiveNbHits", "exhaustiveFacetsCount", "exhaustiveTypo")
_RESULT: Mapping[str, Schema] = {
    "hits": array(reference("AlgoliaHit")),
    **dict.fromkeys(("nbHits", "page", "nbPages", "hitsPerPage"), COUNT),
    **dict.fromkeys(_EXACT, BOOLEAN),
    "exhaustive": record(dict.fromkeys(("nbHits", "facetsCount", "typo"), BOOLEAN)),
    **dict.fromkeys(("query", "params", "index"), STRING),
    "facets": mapping(mapping(COUNT)),
    "facets_stats": mapping(record(dict.fromkeys(("min", "max", "avg", "sum"), FLOAT))),
    "queryID": STRING,
    "cursor": STRING,
    "processed": BOOLEAN,
    "_searchsvc": record({"correction": STRING}),
    **_TIMES,
}
_LEVEL: Schema = {"enum": ["none", "partial", "full"]}

ALGOLIA_SCHEMAS: Mapping[str, Schema] = {
    "AlgoliaResults": record(
        {
            "results": array(
                {"anyOf": [reference("AlgoliaResult"), reference("AlgoliaFacetHits")]}
            ),
        }
    ),
    "AlgoliaResult": record(
        _RESULT, optional=("facets", "facets_stats", "queryID", "cursor", "processed", "_searchsvc")
    ),
    "AlgoliaHit": {
        "type": "object",
        "description": "A document's attributes, with highlights in raw text.",
        "properties": {
            "objectID": STRING,
            "_highlightResult": mapping(
                {"anyOf": [reference("AlgoliaHighlight"), array(reference("AlgoliaHighlight"))]}
            ),
            "_snippetResult": mapping(record({"value": STRING, "matchLevel": _LEVEL})),
            "_geoloc": record({"lat": FLOAT, "lng": FLOAT}),
        },
        "required": ["objectID"],
    },
    "AlgoliaHighlight": record(
        {
            "value": STRING,
            "matchLevel": _LEVEL,
            "fullyHighlighted": BOOLEAN,
            "matchedWords": array(STRING),
        }
    ),
    "AlgoliaFacetHits": record(
        {
            "facetHits": array(record({"value": STRING, "highlighted": STRING, "count": COUNT})),
            "exhaustiveFacetsCount": BOOLEAN,
            **_TIMES,
        }
    ),
    "AlgoliaObject": {
        "type": "object",
        "description": "A document's attributes.",
        "properties": {"objectID": STRING},
        "required": ["objectID"],
    },
    "AlgoliaObjects": record(
        {"results": array({"anyOf": [reference("AlgoliaObject"), {"type": "null"}]})}
    ),
    "AlgoliaSettings": record(
        {
            "searchableAttributes": array(STRING),
            "attributesForFaceting": array(STRING),
            "attributesToHighlight": array(STRING),
            "replicas": array(STRING),
            "attributeForDistinct": STRING,
            **dict.fromkeys(("hitsPerPage", "maxValuesPerFacet", "paginationLimitedTo"), COUNT),
            "queryType": STRING,
            "indexLanguages": array(STRING),
        },
        optional=("attributeForDistinct",),
    ),
    "AlgoliaIndices": record(
        {
            "items": array(
                record(
                    {
                        "name": STRING,
                        "replicas": array(STRING),
                        **dict.fromkeys(("entries", "dataSize", "fileSize"), COUNT),
                        **dict.fromkeys(("createdAt", "updatedAt"), STRING),
                        **dict.fromkeys(("lastBuildTimeS", "numberOfPendingTasks"), COUNT),
                        "pendingTask": BOOLEAN,
                    }
                )
            ),
            "nbPages": COUNT,
        }
    ),
    "AlgoliaTaken": record({"status": {"const": 200}, "message": STRING}),
    "AlgoliaProblem": {
        **record(
            {
                "message": STRING,
                "status": {"type": "integer", "minimum": 400, "maximum": 599},
                "code": STRING,
            }
        ),
        "examples": [ALGOLIA_PROBLEM],
    },
}
