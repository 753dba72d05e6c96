"""JSON Schemas of the answers that tell of the service: status, reports, latencies, previews."""

from collections.abc import Mapping

from searchsvc.analytics.ubi import EVENT_TEXTS, MOST_EVENTS
from searchsvc.api.openapi.schema import (
    ANY_OBJECT,
    BOOLEAN,
    COUNT,
    NUMBER,
    STRING,
    TIME,
    Schema,
    array,
    mapping,
    nullable,
    record,
    reference,
)
from searchsvc.api.parameters import MAX_PREVIEWED
from searchsvc.domain.access import Role

_PERCENTILES: Mapping[str, Schema] = dict.fromkeys(("p50_ms", "p90_ms", "p99_ms", "max_ms"), NUMBER)
_PLACE: Schema = {"type": "integer", "minimum": 1}
_SIDE: Schema = record(
    {
        "total": COUNT,
        "hits": array(
            record(
                {
                    "id": STRING,
                    "doc": ANY_OBJECT,
                    "pinned": BOOLEAN,
                    "place": _PLACE,
                    "other_place": nullable(_PLACE),
                }
            )
        ),
        "rules": array(STRING),
        "synonyms": array(STRING),
        "redirect": nullable(STRING),
    }
)

_QUERY: Mapping[str, Schema] = {"q": STRING, "index": STRING}
_COUNTS: Mapping[str, Schema] = {"searches": COUNT, "clients": COUNT}
# What a row is about, as `by` asks.
_BY: Mapping[str, Schema] = {
    **_QUERY,
    "day": {"type": "string", "format": "date"},
    "ranking": STRING,
    "explain": STRING,
}
_OBJECT_ID: Schema = {"type": ["string", "integer"]}
_EVENT: Schema = {
    "type": "object",
    "properties": {
        **{name: {"type": "string", "maxLength": most} for name, most in EVENT_TEXTS.items()},
        "timestamp": TIME,
        "event_attributes": {
            "type": "object",
            "properties": {
                "object": {
                    "type": "object",
                    "properties": {"object_id": _OBJECT_ID},
                    "required": ["object_id"],
                },
                "position": {"type": "object", "properties": {"ordinal": COUNT}},
            },
        },
    },
    "required": ["action_name", "timestamp"],
    "additionalProperties": False,
}
EVENTS_BODY: Schema = {**array(_EVENT), "minItems": 1, "maxItems": MOST_EVENTS}


def _report(row: str) -> Schema:
    """A report of those rows."""
    return record(
        {
            "logged": {**BOOLEAN, "description": "Whether searches are remembered."},
            "since": nullable(TIME),
            "searches": COUNT,
            "clicked": COUNT,
            "rows": array(reference(row)),
        }
    )


REPORT_SCHEMAS: Mapping[str, Schema] = {
    "Key": record(
        {
            "name": nullable(STRING),
            "role": {"enum": [role.value for role in Role]},
            "token": BOOLEAN,
            "indexes": array(record({"name": STRING, "serving": BOOLEAN})),
            "expires": nullable(TIME),
            "max_per_page": nullable(COUNT),
        }
    ),
    "Status": record({"release": STRING, "indexes": array(reference("IndexStatus"))}),
    "IndexStatus": record(
        {
            "name": STRING,
            "version": nullable(STRING),
            "documents": nullable(COUNT),
            "size_bytes": nullable(COUNT),
            "freshness_seconds": nullable(NUMBER),
            "drift": nullable(COUNT),
            "dead_letters": COUNT,
            "problems": array(STRING),
        }
    ),
    "LatencyHistory": record(
        {
            "route": STRING,
            "index": STRING,
            "stage": STRING,
            "rows": array(record({"minute": TIME, "count": COUNT, **_PERCENTILES})),
        }
    ),
    "EventsTaken": record({"taken": COUNT, "dropped": COUNT}),
    "SearchReport": _report("SearchedFor"),
    "SearchedFor": record(
        {
            **_QUERY,
            **_COUNTS,
            "filtered": COUNT,
            "hits": nullable(COUNT),
            "last": TIME,
            "explain": STRING,
        }
    ),
    "CtrReport": _report("Ctr"),
    "Ctr": record({**_COUNTS, "clicked": COUNT, "ctr": NUMBER, **_BY}, optional=tuple(_BY)),
    "ClickMrrReport": _report("ClickMrr"),
    "ClickMrr": record({**_COUNTS, "clicked": COUNT, "mrr": NUMBER, **_BY}, optional=tuple(_BY)),
    "ReformulationReport": _report("Reformulation"),
    "Reformulation": record(
        {
            **_QUERY,
            "next": STRING,
            **_COUNTS,
            "hits": nullable(COUNT),
            "next_hits": nullable(COUNT),
            "last": TIME,
            "explain": STRING,
        }
    ),
    "SlowReport": record({"rows": array(reference("SlowRequest"))}),
    "SlowRequest": record(
        {
            "time": TIME,
            "request_id": STRING,
            "method": STRING,
            "path": STRING,
            "parameters": ANY_OBJECT,
            "index": STRING,
            "version": STRING,
            "status": {"type": "integer"},
            "total_ms": NUMBER,
            "stages": mapping(NUMBER),
            "explain": nullable(STRING),
        }
    ),
    "Preview": record(
        {"index": STRING, "version": STRING, "queries": array(reference("Previewed"))}
    ),
    "Previewed": record({"q": STRING, "changed": BOOLEAN, "before": _SIDE, "after": _SIDE}),
}

PREVIEW_BODY: Schema = record(
    {
        "queries": {**array(STRING), "minItems": 1, "maxItems": MAX_PREVIEWED},
        "synonyms": STRING,
        "rules": STRING,
    },
    optional=("synonyms", "rules"),
)
