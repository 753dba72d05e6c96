"""Indexes, and the service itself."""

from typing import Any

from searchsvc.api.openapi.operation import (
    ANSWER_HEADERS,
    INDEX,
    Paths,
    answer,
    in_path,
    operation,
    query,
)
from searchsvc.api.openapi.schema import reference
from searchsvc.api.parameters import (
    HISTORY_PARAMETERS,
    LATENCY_PARAMETERS,
    RUNS_PARAMETERS,
)


def _indexes() -> dict[str, Any]:
    return {"get": operation("indexes", "Every index", "Indexes", (503,))}


def _index() -> dict[str, Any]:
    get = operation("index", "One index with its fields and sorts", "Index", (404, 503))
    return {"parameters": [INDEX], "get": get}


def _versions() -> dict[str, Any]:
    get = operation("versions", "The versions of an index, oldest first", "Versions", (404, 503))
    return {"parameters": [INDEX], "get": get}


def _runs() -> dict[str, Any]:
    return {
        "get": query(
            "runs", "What indexers and analysts had done, newest first", "Runs", RUNS_PARAMETERS
        )
    }


def _run() -> dict[str, Any]:
    number = in_path("id", "The number of a run.")
    get = operation("run", "One run, with what came of it", "RunWithResult", (404, 503))
    return {"parameters": [number], "get": get}


def _latency() -> dict[str, Any]:
    summary = "Percentiles per route, index and stage, across all workers"
    return {"get": query("latency", summary, "Latency", LATENCY_PARAMETERS)}


def _history() -> dict[str, Any]:
    summary = "Percentiles of each minute of the last hour"
    return {"get": query("latencyHistory", summary, "LatencyHistory", HISTORY_PARAMETERS)}


def _key() -> dict[str, Any]:
    return {"get": operation("key", "What these credentials may do", "Key", ())}


def _status() -> dict[str, Any]:
    return {"get": operation("status", "How every index stands", "Status", (503,))}


def _livez() -> dict[str, Any]:
    return {"get": operation("live", "Whether the process answers", "Live", ())}


def _readyz() -> dict[str, Any]:
    get = operation("ready", "Whether this server should get requests", "Ready", ())
    get["responses"]["503"] = answer("Not ready; the body says which part.", reference("Ready"))
    return {"get": get}


def _metrics() -> dict[str, Any]:
    get = operation("metrics", "Metrics for Prometheus", "Live", (503,))
    get["responses"]["200"] = {
        "description": "Prometheus's text format.",
        "headers": ANSWER_HEADERS,
        "content": {"text/plain": {"schema": {"type": "string"}}},
    }
    return {"get": get}


def _openapi() -> dict[str, Any]:
    get = operation("openapi", "This document", "Live", ())
    get["responses"]["200"] = answer("This document.", {"type": "object"})
    return {"get": get}


OPERATION_PATHS: Paths = {
    "/v1/indexes": _indexes,
    "/v1/indexes/{index}": _index,
    "/v1/indexes/{index}/versions": _versions,
    "/v1/key": _key,
    "/v1/status": _status,
    "/v1/runs": _runs,
    "/v1/runs/{id}": _run,
    "/v1/latency/history": _history,
    "/v1/latency": _latency,
    "/livez": _livez,
    "/readyz": _readyz,
    "/metrics": _metrics,
    "/openapi.json": _openapi,
}
