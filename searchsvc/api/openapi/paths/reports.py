"""What people did with the hits of their searches, and what reports tell of it."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from searchsvc.api.openapi.operation import (
    Paths,
    answer,
    operation,
    problems,
    query,
    request_body,
)
from searchsvc.api.openapi.schema import reference
from searchsvc.api.openapi.schemas.reports import EVENTS_BODY
from searchsvc.api.parameters import MEASURE_PARAMETERS, REPORT_PARAMETERS
from searchsvc.search.parameters import Parameter

_ROWS: Mapping[str, Any] = {
    media_type: {"schema": {"type": "string"}}
    for media_type in ("text/csv", "application/x-ndjson")
}


def _events() -> dict[str, Any]:
    summary = "What people did with the hits of their searches, in UBI 1.3"
    post = operation("events", summary, "EventsTaken", ())
    del post["responses"]["200"]
    taken = {"202": answer("They will be written soon.", reference("EventsTaken"))}
    post["responses"] = {**taken, **post["responses"], **problems((408, 413, 415))}
    post["requestBody"] = request_body(EVENTS_BODY)
    return {"post": post}


def _report(
    name: str,
    summary: str,
    schema: str,
    parameters: tuple[Parameter, ...] = REPORT_PARAMETERS,
) -> dict[str, Any]:
    """As JSON, or its rows alone as CSV or as lines of JSON."""
    get = query(name, summary, schema, parameters)
    get["responses"]["200"]["content"].update(_ROWS)
    return {"get": get}


REPORT_PATHS: Paths = {
    "/v1/events": _events,
    "/v1/reports/popular": partial(
        _report, "popular", "What most clients search for", "SearchReport"
    ),
    "/v1/reports/zero-results": partial(
        _report, "zeroResults", "What most clients search for in vain", "SearchReport"
    ),
    "/v1/reports/no-click": partial(
        _report, "noClick", "What most clients find and do not click on", "SearchReport"
    ),
    "/v1/reports/ctr": partial(
        _report, "ctr", "The share of searches with a click", "CtrReport", MEASURE_PARAMETERS
    ),
    "/v1/reports/click-mrr": partial(
        _report, "clickMrr", "How far up the first click is", "ClickMrrReport", MEASURE_PARAMETERS
    ),
    "/v1/reports/reformulations": partial(
        _report, "reformulations", "What is searched for instead", "ReformulationReport"
    ),
    "/v1/reports/slow": partial(_report, "slow", "The slowest requests", "SlowReport"),
}
