"""Generates the OpenAPI document from the tables of parameters, errors and schemas."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from searchsvc import __version__
from searchsvc.api.errors import PROBLEM_JSON
from searchsvc.api.filter_schemas import FILTER_SCHEMAS
from searchsvc.api.operation_schemas import OPERATION_SCHEMAS, PREVIEW_BODY
from searchsvc.api.parameter_schemas import body_schema, query_parameter
from searchsvc.api.parameters import (
    HISTORY_PARAMETERS,
    LATENCY_PARAMETERS,
    MAX_SEARCHES,
    REPORT_PARAMETERS,
    RUNS_PARAMETERS,
)
from searchsvc.api.request import MAX_TEXT, MEDIA_TYPES
from searchsvc.api.routes import need_of
from searchsvc.api.schemas import SCHEMAS, Schema, record, reference
from searchsvc.api.search_ui.schemas import COMPLETION_BODY, SEARCH_BODY, UI_SCHEMAS
from searchsvc.domain.curation import CurationKind
from searchsvc.search.parameters import (
    FACET_PARAMETERS,
    SEARCH_PARAMETERS,
    SIMILAR_PARAMETERS,
    SUGGEST_PARAMETERS,
    WHY_PARAMETERS,
    Parameter,
)

_JSON = "application/json"
_METHODS = {"get", "post", "put"}
_SECURITY: Mapping[str, Any] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A key or a token."},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}
_ANSWER_HEADERS: Mapping[str, Any] = {
    "X-Request-Id": {
        "description": "The caller's own id when it is sane, else a new one.",
        "schema": {"type": "string"},
        "required": True,
    },
    "Server-Timing": {
        "description": "Milliseconds of each stage and in total.",
        "schema": {"type": "string"},
        "required": True,
    },
}
_ERRORS: Mapping[int, str] = {
    400: "A parameter cannot be used; `param` names it.",
    401: "A key is asked for, and none that holds was sent.",
    403: "The key does not reach so far, or this API does not change files.",
    404: "There is no such index, version or document.",
    408: "The body did not end in time.",
    410: "The version that the cursor goes on in is gone.",
    412: "The file is not the one of `If-Match`.",
    413: "The body has too many bytes; `message` tells how many it may have.",
    414: "The URL is too long.",
    415: "The body is of another media type, or compressed.",
    422: "The file's new content cannot be used; `message` names each line.",
    429: "The key, or this client of it, asks too often; try again after `Retry-After` seconds.",
    503: "Not now; try again after `Retry-After` seconds.",
}


def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document of the native API."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "searchsvc",
            "version": __version__,
            "summary": "Search in indexes that follow their tables.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {path: _guarded(path, item()) for path, item in _PATHS.items()},
        "components": {
            "schemas": {**SCHEMAS, **OPERATION_SCHEMAS, **FILTER_SCHEMAS, **UI_SCHEMAS},
            "securitySchemes": _SECURITY,
        },
    }


def _guarded(path: str, item: dict[str, Any]) -> dict[str, Any]:
    """The path's item with what becomes of a request whose key does not let it in."""
    if need_of(path.replace("{id}", "{id:path}")).role is None:
        return item
    for method in _METHODS & item.keys():
        operation = item[method]
        operation["security"] = [{}, *({name: []} for name in _SECURITY)]
        responses = operation["responses"]
        responses.update(_problems((401, 403, 429, 503)))
        operation["responses"] = dict(sorted(responses.items()))
    return item


def _asked(
    name: str,
    summary: str,
    answer: str,
    parameters: Sequence[Parameter],
    place: Sequence[dict[str, Any]],
    *also: int,
) -> dict[str, Any]:
    """What is asked by a query string or by a body; both may be refused for `also`, too."""
    get = _query(name, summary, answer, parameters)
    get["responses"].update(_problems(also))
    post = _operation(f"{name}ByBody", f"{summary}, parameters in a JSON body", answer, (404,))
    post["requestBody"] = _request_body(body_schema(parameters))
    post["responses"].update(_problems(sorted((408, 413, 415, 503, *also))))
    return {"parameters": [*place], "get": get, "post": post}


def _search() -> dict[str, Any]:
    return _asked("search", "Search", "SearchAnswer", SEARCH_PARAMETERS, (_INDEX,), 410)


def _searches() -> dict[str, Any]:
    """A search's own parameters are described only: where one is bad, the others are answered."""
    post = _operation("searches", "Several searches in one request", "SearchesAnswer", ())
    described = {one.name: {"description": one.description} for one in SEARCH_PARAMETERS}
    search = {"type": "object", "properties": {"index": {"description": "The index."}, **described}}
    searches = {"type": "array", "items": search, "minItems": 1, "maxItems": MAX_SEARCHES}
    body = record({"searches": searches})
    post["requestBody"] = _request_body(body)
    post["responses"].update(_problems((408, 413, 415)))
    return {"post": post}


def _similar() -> dict[str, Any]:
    summary = "Documents like one of them"
    return _asked("similar", summary, "SimilarAnswer", SIMILAR_PARAMETERS, (_INDEX, _ID))


def _why() -> dict[str, Any]:
    summary = "Why a document is a hit of a search, or none"
    return _asked("why", summary, "WhyAnswer", WHY_PARAMETERS, (_INDEX, _ID))


def _facet_values() -> dict[str, Any]:
    summary = "Search the values of a facet"
    return _asked("facetValues", summary, "FacetValues", FACET_PARAMETERS, (_INDEX, _FIELD))


def _suggest() -> dict[str, Any]:
    get = _query("suggest", "Complete what is being typed", "SuggestAnswer", SUGGEST_PARAMETERS)
    return {"parameters": [_INDEX], "get": get}


def _posted(name: str, summary: str, answer: str, body: Schema) -> dict[str, Any]:
    """What is asked by a body only, under an index."""
    post = _operation(name, summary, answer, (404,))
    post["requestBody"] = _request_body(body)
    post["responses"].update(_problems((408, 413, 415, 503)))
    return {"parameters": [_INDEX], "post": post}


def _ui_search() -> dict[str, Any]:
    return _posted("uiSearch", "Search, as Elastic's Search UI asks", "UiSearchState", SEARCH_BODY)


def _ui_autocomplete() -> dict[str, Any]:
    summary = "Hits and suggestions while one types, as Search UI asks"
    return _posted("uiAutocomplete", summary, "UiCompletions", COMPLETION_BODY)


def _curation(kind: CurationKind) -> dict[str, Any]:
    """A file's text travels as it is, in both directions."""
    get = _operation(kind, f"The index's {kind} as their file has them", "CurationFile", (404,))
    put = _operation(f"{kind}ByBody", f"Put others in the place of the {kind}", "CurationFile", ())
    put["parameters"] = [_IF_MATCH]
    text = {"schema": {"type": "string", "maxLength": MAX_TEXT}}
    put["requestBody"] = {"required": True, "content": {"text/plain": text}}
    statuses = (403, 404, 408, 412, 413, 415, 422)
    put["responses"].update(_problems(statuses))
    for operation in (get, put):
        answer = operation["responses"]["200"]
        answer["headers"] = {**answer["headers"], "ETag": _ETAG}
    return {"parameters": [_INDEX], "get": get, "put": put}


def _document() -> dict[str, Any]:
    get = _operation("document", "One document", "Document", (404, 503))
    return {"parameters": [_INDEX, _ID], "get": get}


def _indexes() -> dict[str, Any]:
    return {"get": _operation("indexes", "Every index", "Indexes", (503,))}


def _index() -> dict[str, Any]:
    get = _operation("index", "One index with its fields and sorts", "Index", (404, 503))
    return {"parameters": [_INDEX], "get": get}


def _versions() -> dict[str, Any]:
    get = _operation("versions", "The versions of an index, oldest first", "Versions", (404, 503))
    return {"parameters": [_INDEX], "get": get}


def _runs() -> dict[str, Any]:
    return {"get": _query("runs", "What the indexers did, newest first", "Runs", RUNS_PARAMETERS)}


def _latency() -> dict[str, Any]:
    summary = "Percentiles per route, index and stage, across all workers"
    return {"get": _query("latency", summary, "Latency", LATENCY_PARAMETERS)}


def _history() -> dict[str, Any]:
    summary = "Percentiles of each minute of the last hour"
    return {"get": _query("latencyHistory", summary, "LatencyHistory", HISTORY_PARAMETERS)}


def _key() -> dict[str, Any]:
    return {"get": _operation("key", "What these credentials may do", "Key", ())}


def _status() -> dict[str, Any]:
    return {"get": _operation("status", "How every index stands", "Status", (503,))}


def _report(name: str, summary: str, answer: str) -> dict[str, Any]:
    return {"get": _query(name, summary, answer, REPORT_PARAMETERS)}


def _preview() -> dict[str, Any]:
    summary = "What other synonyms and rules would change in the first ten hits"
    item = _posted("preview", summary, "Preview", PREVIEW_BODY)
    item["post"]["responses"].update(_problems((422,)))
    return item


def _livez() -> dict[str, Any]:
    return {"get": _operation("live", "Whether the process answers", "Live", ())}


def _readyz() -> dict[str, Any]:
    get = _operation("ready", "Whether this server should get requests", "Ready", ())
    get["responses"]["503"] = _answer("Not ready; the body says which part.", reference("Ready"))
    return {"get": get}


def _metrics() -> dict[str, Any]:
    get = _operation("metrics", "Metrics for Prometheus", "Live", (503,))
    get["responses"]["200"] = {
        "description": "Prometheus's text format.",
        "headers": _ANSWER_HEADERS,
        "content": {"text/plain": {"schema": {"type": "string"}}},
    }
    return {"get": get}


def _openapi() -> dict[str, Any]:
    get = _operation("openapi", "This document", "Live", ())
    get["responses"]["200"] = _answer("This document.", {"type": "object"})
    return {"get": get}


_PATHS: Mapping[str, Callable[[], dict[str, Any]]] = {
    "/v1/indexes": _indexes,
    "/v1/indexes/{index}": _index,
    "/v1/indexes/{index}/versions": _versions,
    "/v1/indexes/{index}/search": _search,
    "/v1/indexes/{index}/suggest": _suggest,
    "/v1/indexes/{index}/facets/{field}": _facet_values,
    "/v1/indexes/{index}/ui/search": _ui_search,
    "/v1/indexes/{index}/ui/autocomplete": _ui_autocomplete,
    "/v1/indexes/{index}/docs/{id}": _document,
    "/v1/indexes/{index}/similar/{id}": _similar,
    "/v1/indexes/{index}/why/{id}": _why,
    "/v1/search": _searches,
    "/v1/indexes/{index}/synonyms": partial(_curation, CurationKind.SYNONYMS),
    "/v1/indexes/{index}/rules": partial(_curation, CurationKind.RULES),
    "/v1/indexes/{index}/preview": _preview,
    "/v1/key": _key,
    "/v1/status": _status,
    "/v1/runs": _runs,
    "/v1/reports/popular": partial(
        _report, "popular", "What most clients search for", "SearchReport"
    ),
    "/v1/reports/zero-results": partial(
        _report, "zeroResults", "What most clients search for in vain", "SearchReport"
    ),
    "/v1/reports/slow": partial(_report, "slow", "The slowest requests", "SlowReport"),
    "/v1/latency/history": _history,
    "/v1/latency": _latency,
    "/livez": _livez,
    "/readyz": _readyz,
    "/metrics": _metrics,
    "/openapi.json": _openapi,
}


def _in_path(name: str, description: str) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1}
    place = {"name": name, "in": "path", "required": True}
    return {**place, "description": description, "schema": schema}


_INDEX = _in_path("index", "The index's name.")
_FIELD = _in_path("field", "A facet whose values are texts.")
_ID = _in_path("id", "The document's id, percent-encoded; it may hold `/`.")
_HASH = {"schema": {"type": "string"}}
_MEANT = "The `ETag` of the file that is meant: where it has changed, nothing is done."
_IF_MATCH = {"name": "If-Match", "in": "header", "required": False, "description": _MEANT, **_HASH}
_ETAG = {"description": "The hash of the file's content.", "required": True, **_HASH}


def _query(name: str, summary: str, schema: str, parameters: Sequence[Parameter]) -> dict[str, Any]:
    operation = _operation(name, summary, schema, (404, 503))
    operation["parameters"] = [query_parameter(parameter) for parameter in parameters]
    return operation


def _operation(name: str, summary: str, schema: str, errors: tuple[int, ...]) -> dict[str, Any]:
    """An operation that may also be refused for its URL."""
    responses = {"200": _answer("The answer.", reference(schema))}
    responses.update(_problems(sorted({400, 414, *errors})))
    return {"operationId": name, "summary": summary, "responses": responses}


def _answer(description: str, schema: Schema) -> dict[str, Any]:
    return {
        "description": description,
        "headers": _ANSWER_HEADERS,
        "content": {_JSON: {"schema": schema}},
    }


def _problems(statuses: Iterable[int]) -> dict[str, Any]:
    """The answers that refuse, by their statuses."""
    content = {PROBLEM_JSON: {"schema": reference("Problem")}}
    return {
        str(status): {
            "description": _ERRORS[status],
            "headers": _ANSWER_HEADERS,
            "content": content,
        }
        for status in statuses
    }


def _request_body(schema: Schema) -> dict[str, Any]:
    content = {media_type: {"schema": schema} for media_type in MEDIA_TYPES}
    return {"required": True, "content": content}
