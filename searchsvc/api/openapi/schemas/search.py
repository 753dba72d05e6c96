"""What searches, suggestions and documents are answered with."""

from collections.abc import Mapping

from searchsvc.api.openapi.schema import (
    ANY_OBJECT,
    BOOLEAN,
    COUNT,
    FLOAT,
    NUMBER,
    PAGE_UNIT,
    STRING,
    TIMES,
    VALUE,
    Schema,
    array,
    mapping,
    nullable,
    record,
    reference,
)

_COUNTED: Schema = record({"value": VALUE, "count": COUNT})
_PLACE: Schema = record({"value": STRING, "name": STRING, "count": COUNT})
_LEVEL: Schema = record(
    {"below": nullable(STRING), "values": array(_PLACE), "unit": PAGE_UNIT}, optional=("unit",)
)
_BOUND: Schema = {
    "type": ["number", "string", "null"],
    "description": "A number, an instant in UTC, or null for no bound; `from` is included.",
}
_RANGE: Schema = record({"from": _BOUND, "to": _BOUND, "count": COUNT})


def _facet(kind: str, **members: Schema) -> Schema:
    """A facet of that type; of a number field it has statistics. Where hits are grouped, `unit`."""
    shared = {"stats": reference("Stats"), "unit": PAGE_UNIT}
    return record({"type": {"const": kind}, **members, **shared}, optional=tuple(shared))


_HTML: Schema = {
    "type": "string",
    "description": "Safe HTML: escaped text, matched words in <mark>.",
}
_SCOPE: Schema = nullable(record({"field": STRING, "value": STRING, "count": COUNT}))
# Each by its name, which programs that make clients need.
_FACETS: Mapping[str, Schema] = {
    "ValuesFacet": _facet("values", selected=array(VALUE), values=array(_COUNTED)),
    "PathFacet": _facet("path", separator=STRING, selected=array(STRING), levels=array(_LEVEL)),
    "RangesFacet": _facet("ranges", ranges=array(_RANGE)),
    "HistogramFacet": _facet(
        "histogram", interval={"type": ["string", "number"]}, ranges=array(_RANGE)
    ),
}


# What is told of one document of a search.
WHY: Mapping[str, Schema] = {
    "id": STRING,
    "indexed": BOOLEAN,
    "passes_filter": BOOLEAN,
    "match": {"enum": ["all", "any"]},
    "words": array(
        record(
            {
                "word": STRING,
                "needed": BOOLEAN,
                "fields": array(STRING),
                "instead": array(STRING),
                "hidden": BOOLEAN,
            }
        )
    ),
    "hit": BOOLEAN,
    "rank": nullable(COUNT),
    "score": nullable(NUMBER),
    "pinned": BOOLEAN,
    "total": record({"value": COUNT, "relation": {"const": "eq"}}),
    "applied": record({"rules": array(STRING), "synonyms": array(STRING)}),
    "reasons": array(STRING),
}

SEARCH_SCHEMAS: Mapping[str, Schema] = {
    "SearchAnswer": record(
        {
            "query": STRING,
            "index": STRING,
            "version": STRING,
            "total": record(
                {
                    "value": COUNT,
                    "relation": {"enum": ["eq", "gte"]},
                    "unit": PAGE_UNIT,
                }
            ),
            "page": nullable({"type": "integer", "minimum": 1}),
            "per_page": COUNT,
            "next_cursor": nullable(STRING),
            "hits": array(reference("Hit")),
            "facets": mapping(reference("Facet")),
            "correction": nullable(record({"query": STRING})),
            "applied": record(
                {
                    "match": {"enum": ["all", "any"]},
                    "ignored_words": array(STRING),
                    "rules": array(STRING),
                    "synonyms": array(STRING),
                    "rewritten": nullable(STRING),
                }
            ),
            "redirect": nullable(STRING),
            "explain": array(reference("PlanStep")),
            "query_id": nullable(STRING),
            **TIMES,
        },
        optional=("explain",),
    ),
    "PlanStep": record(
        {
            "step": STRING,
            "changes": {
                "type": "object",
                "description": "The members of the plan that the step changed, as they are then.",
            },
        }
    ),
    "SearchesAnswer": record(
        {
            "results": array({"anyOf": [reference("SearchAnswer"), reference("Problem")]}),
            **TIMES,
        }
    ),
    "SimilarAnswer": record(
        {
            "index": STRING,
            "version": STRING,
            "id": STRING,
            "words": array(STRING),
            "total": record({"value": COUNT, "relation": {"const": "eq"}}),
            "per_page": COUNT,
            "hits": array(reference("Hit")),
            **TIMES,
        }
    ),
    "WhyAnswer": record(
        {
            "query": STRING,
            "index": STRING,
            "version": STRING,
            **WHY,
            **TIMES,
        }
    ),
    "Hit": record(
        {
            "id": STRING,
            "score": nullable(NUMBER),
            "doc": ANY_OBJECT,
            "highlight": mapping(_HTML),
            "pinned": BOOLEAN,
            "distance_m": NUMBER,
            "group": record(
                {"key": nullable(STRING), "count": COUNT, "hits": array(reference("Hit"))}
            ),
        },
        optional=("distance_m", "group"),
    ),
    "Facet": {"anyOf": [reference(name) for name in _FACETS]},
    **_FACETS,
    "Stats": record({**dict.fromkeys(("min", "max", "avg", "sum"), FLOAT), "count": COUNT}),
    "FacetValues": record(
        {
            "query": STRING,
            "index": STRING,
            "version": STRING,
            "field": STRING,
            "values": array(record({"value": STRING, "count": COUNT, "highlight": _HTML})),
            "complete": BOOLEAN,
            **TIMES,
        }
    ),
    "SuggestAnswer": record(
        {
            "query": STRING,
            "index": STRING,
            "version": STRING,
            "queries": array(record({"text": STRING, "highlight": _HTML, "scope": _SCOPE})),
            "values": array(
                record(
                    {
                        "field": STRING,
                        "value": STRING,
                        "count": COUNT,
                        "highlight": _HTML,
                        "scope": _SCOPE,
                    }
                )
            ),
            "hits": array(
                record({"id": STRING, "field": STRING, "text": STRING, "highlight": _HTML})
            ),
            "correction": nullable(record({"query": STRING})),
            **TIMES,
        }
    ),
    "Document": record({"index": STRING, "version": STRING, "id": STRING, "doc": ANY_OBJECT}),
}
