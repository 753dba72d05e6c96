"""What is answered about indexes, curation and the service itself, and how it refuses."""

from collections.abc import Mapping

from searchsvc.api.errors import HTTP_PROBLEMS, PROBLEMS
from searchsvc.api.openapi.examples import PROBLEM
from searchsvc.api.openapi.schema import (
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
from searchsvc.domain.definition import FieldType
from searchsvc.domain.run import RunKind, RunStatus
from searchsvc.telemetry.latency_report import WINDOWS

_CODES = sorted({kind.code for kind in PROBLEMS} | {code for code, _ in HTTP_PROBLEMS.values()})
_INDEX: Mapping[str, Schema] = {
    "name": STRING,
    "serving": BOOLEAN,
    "version": nullable(STRING),
    "documents": COUNT,
}
_RUN: Mapping[str, Schema] = {
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
    "progress": nullable(record({"phase": STRING, "done": COUNT, "total": nullable(COUNT)})),
    "error": STRING,
}

OPERATION_SCHEMAS: Mapping[str, Schema] = {
    "Indexes": record({"indexes": array(record(_INDEX))}),
    "Index": record(
        {
            **_INDEX,
            "documents": nullable(COUNT),
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
    "Run": record(_RUN),
    "RunWithResult": record(
        {
            **_RUN,
            "result": {
                "anyOf": [
                    {"type": "null"},
                    reference("EvaluationKept"),
                    reference("Comparisons"),
                    reference("Tuning"),
                ]
            },
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
    "Problem": {
        **record(
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
        "examples": [PROBLEM],
    },
}
