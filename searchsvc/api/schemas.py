"""JSON Schemas of every answer, as /openapi.json shows them."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from searchsvc.api.errors import HTTP_PROBLEMS, PROBLEMS
from searchsvc.domain.definition import FieldType
from searchsvc.domain.run import RunKind, RunStatus
from searchsvc.telemetry.latency_report import WINDOWS

Schema: TypeAlias = Mapping[str, Any]

STRING: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number", "minimum": 0}
_FLOAT: Schema = {"type": "number"}
COUNT: Schema = {"type": "integer", "minimum": 0}
BOOLEAN: Schema = {"type": "boolean"}
TIME: Schema = {"type": "string", "format": "date-time"}
ANY_OBJECT: Schema = {"type": "object"}


def record(properties: Mapping[str, Schema], optional: tuple[str, ...] = ()) -> Schema:
    """An object of exactly these properties, all there but the optional ones."""
    required = [name for name in properties if name not in optional]
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def array(items: Schema) -> Schema:
    """A list of them."""
    return {"type": "array", "items": items}


def mapping(values: Schema) -> Schema:
    """An object with any names and these values."""
    return {"type": "object", "additionalProperties": values}


def reference(name: str) -> Schema:
    """One of SCHEMAS, by name."""
    return {"$ref": f"#/components/schemas/{name}"}


def nullable(schema: Schema) -> Schema:
    """It, or null."""
    return {**schema, "type": [schema["type"], "null"]}


_CODES = sorted({kind.code for kind in PROBLEMS} | {code for code, _ in HTTP_PROBLEMS.values()})
VALUE: Schema = {"type": ["string", "number", "boolean"]}
_COUNTED: Schema = record({"value": VALUE, "count": COUNT})
_PLACE: Schema = record({"value": STRING, "name": STRING, "count": COUNT})
_UNIT: Schema = {"enum": ["documents", "groups"]}
_LEVEL: Schema = record(
    {"below": nullable(STRING), "values": array(_PLACE), "unit": _UNIT}, optional=("unit",)
)
_BOUND: Schema = {
    "type": ["number", "string", "null"],
    "description": "A number, an instant in UTC, or null for no bound; `from` is included.",
}
_RANGE: Schema = record({"from": _BOUND, "to": _BOUND, "count": COUNT})


def _facet(kind: str, **members: Schema) -> Schema:
    """A facet of that type; of a number field it has statistics. Where hits are grouped, `unit`."""
    shared = {"stats": reference("Stats"), "unit": _UNIT}
    return record({"type": {"const": kind}, **members, **shared}, optional=tuple(shared))


_HTML: Schema = {
    "type": "string",
    "description": "Safe HTML: escaped text, matched words in <mark>.",
}
_SCOPE: Schema = nullable(record({"field": STRING, "value": STRING, "count": COUNT}))
_TIMES: Mapping[str, Schema] = {"took_ms": NUMBER, "timing": mapping(NUMBER)}
_INDEX: Mapping[str, Schema] = {
    "name": STRING,
    "serving": BOOLEAN,
    "version": nullable(STRING),
    "documents": COUNT,
}

# Each by its name, which programs that make clients need.
_FACETS: Mapping[str, Schema] = {
    "ValuesFacet": _facet("values", selected=array(VALUE), values=array(_COUNTED)),
    "PathFacet": _facet("path", separator=STRING, selected=array(STRING), levels=array(_LEVEL)),
    "RangesFacet": _facet("ranges", ranges=array(_RANGE)),
    "HistogramFacet": _facet(
        "histogram", interval={"type": ["string", "number"]}, ranges=array(_RANGE)
    ),
}

SCHEMAS: Mapping[str, Schema] = {
    "SearchAnswer": record(
        {
            "query": STRING,
            "index": STRING,
            "version": STRING,
            "total": record(
                {
                    "value": COUNT,
                    "relation": {"enum": ["eq", "gte"]},
                    "unit": _UNIT,
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
            **_TIMES,
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
            **_TIMES,
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
            **_TIMES,
        }
    ),
    "WhyAnswer": record(
        {
            "query": STRING,
            "index": STRING,
            "version": STRING,
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
                    }
                )
            ),
            "hit": BOOLEAN,
            "rank": nullable(COUNT),
            "score": nullable(NUMBER),
            "pinned": BOOLEAN,
            "total": record({"value": COUNT, "relation": {"const": "eq"}}),
            "applied": record({"rules": array(STRING)}),
            "reasons": array(STRING),
            **_TIMES,
        }
    ),
    "Hit": record(
        {
            "id": STRING,
            "score": {"type": "number"},
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
    "Stats": record({**dict.fromkeys(("min", "max", "avg", "sum"), _FLOAT), "count": COUNT}),
    "FacetValues": record(
        {
            "query": STRING,
            "index": STRING,
            "version": STRING,
            "field": STRING,
            "values": array(record({"value": STRING, "count": COUNT, "highlight": _HTML})),
            "complete": BOOLEAN,
            **_TIMES,
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
            **_TIMES,
        }
    ),
    "Document": record({"index": STRING, "version": STRING, "id": STRING, "doc": ANY_OBJECT}),
    "Indexes": record({"indexes": array(record(_INDEX))}),
    "Index": record(
        {
            **_INDEX,
            "language": STRING,
            "fields": array(reference("Field")),
            "sorts": array(record({"name": STRING, "field": STRING, "descending": BOOLEAN})),
            "rankings": array(STRING),
            "group_by": record({"of": array(STRING), "default": nullable(STRING)}),
        }
    ),
    "Field": record(
        {
            "name": STRING,
            "type": {"enum": [kind.value for kind in FieldType]},
            "search": BOOLEAN,
            "weight": {"type": "number"},
            "suggest": BOOLEAN,
            "highlight": BOOLEAN,
            "snippet": COUNT,
            "facet": BOOLEAN,
            "facet_type": {"enum": ["values", "path", "ranges", "histogram", None]},
            "filter": BOOLEAN,
            "sort": BOOLEAN,
        }
    ),
    "Versions": record({"index": STRING, "versions": array(reference("Version"))}),
    "Version": record(
        {
            "version": STRING,
            "created": TIME,
            "documents": COUNT,
            "size_bytes": COUNT,
            "definition_hash": STRING,
            "live": BOOLEAN,
        }
    ),
    "CurationFile": record(
        {
            "index": STRING,
            "file": STRING,
            "hash": STRING,
            "used": STRING,
            "problem": nullable(STRING),
            "text": STRING,
            "changes": array(record({"at": TIME, "by": STRING, "before": STRING, "after": STRING})),
        }
    ),
    "Runs": record({"runs": array(reference("Run"))}),
    "Run": record(
        {
            "id": {"type": "integer"},
            "index": STRING,
            "kind": {"enum": [kind.value for kind in RunKind]},
            "version": STRING,
            "status": {"enum": [status.value for status in RunStatus]},
            "started": TIME,
            "finished": nullable(TIME),
            "seconds": nullable(NUMBER),
            "counts": mapping(COUNT),
            "drift": nullable(COUNT),
            "progress": nullable(
                record({"phase": STRING, "done": COUNT, "total": nullable(COUNT)})
            ),
            "error": STRING,
        }
    ),
    "Latency": record(
        {
            "windows": array(
                record(
                    {
                        "minutes": {"enum": list(WINDOWS)},
                        "series": array(reference("LatencySeries")),
                    }
                )
            )
        }
    ),
    "LatencySeries": record(
        {
            "route": STRING,
            "index": STRING,
            "stage": STRING,
            "count": COUNT,
            **dict.fromkeys(("p50_ms", "p90_ms", "p99_ms", "max_ms"), NUMBER),
        }
    ),
    "Live": record({"live": {"const": True}}),
    "Ready": record(
        {
            "ready": BOOLEAN,
            "draining": BOOLEAN,
            "state_store": {"enum": ["ok", "failed"]},
            "indexes": mapping({"enum": ["serving", "not_serving", "failed"]}),
            "curations": mapping({"enum": ["ok", "refused"]}),
        }
    ),
    "Problem": record(
        {
            "type": STRING,
            "title": STRING,
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "code": {"enum": _CODES},
            "message": STRING,
            "hint": STRING,
            "param": STRING,
            "position": {"type": "integer", "minimum": 1},
            "request_id": STRING,
        },
        optional=("hint", "param", "position"),
    ),
}
