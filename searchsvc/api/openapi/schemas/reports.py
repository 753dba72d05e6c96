"""JSON Schemas of the answers that tell of the service: status, reports, latencies, previews."""

from collections.abc import Mapping

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
    "SearchReport": record(
        {
            "logged": {**BOOLEAN, "description": "Whether searches are remembered."},
            "since": nullable(TIME),
            "searches": COUNT,
            "rows": array(reference("SearchedFor")),
        }
    ),
    "SearchedFor": record(
        {
            "q": STRING,
            "index": STRING,
            "searches": COUNT,
            "clients": COUNT,
            "filtered": COUNT,
            "hits": COUNT,
            "last": TIME,
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
