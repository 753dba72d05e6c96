"""Puts the OpenAPI document together, with what each route asks of a key."""

from collections.abc import Mapping
from typing import Any

from searchsvc import __version__
from searchsvc.api.openapi.operation import Paths, problems
from searchsvc.api.openapi.paths.operations import OPERATION_PATHS
from searchsvc.api.openapi.paths.search import SEARCH_PATHS
from searchsvc.api.openapi.paths.search_ui import UI_PATHS
from searchsvc.api.openapi.schema import Schema
from searchsvc.api.openapi.schemas.filters import FILTER_SCHEMAS
from searchsvc.api.openapi.schemas.operations import OPERATION_SCHEMAS
from searchsvc.api.openapi.schemas.reports import REPORT_SCHEMAS
from searchsvc.api.openapi.schemas.search import SEARCH_SCHEMAS
from searchsvc.api.openapi.schemas.search_ui import UI_SCHEMAS
from searchsvc.api.routes import need_of

_METHODS = {"get", "post", "put"}
_SECURITY: Mapping[str, Any] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A key or a token."},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}
_PATHS: Paths = {**SEARCH_PATHS, **UI_PATHS, **OPERATION_PATHS}
SCHEMAS: Mapping[str, Schema] = {
    **SEARCH_SCHEMAS,
    **FILTER_SCHEMAS,
    **UI_SCHEMAS,
    **OPERATION_SCHEMAS,
    **REPORT_SCHEMAS,
}


def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "searchsvc",
            "version": __version__,
            "summary": "Search in indexes that follow their tables.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {path: _guarded(path, item()) for path, item in _PATHS.items()},
        "components": {"schemas": SCHEMAS, "securitySchemes": _SECURITY},
    }


def _guarded(path: str, item: dict[str, Any]) -> dict[str, Any]:
    """The path's item with what becomes of a request whose key does not let it in."""
    if need_of(path.replace("{id}", "{id:path}")).role is None:
        return item
    for method in _METHODS & item.keys():
        operation = item[method]
        operation["security"] = [{}, *({name: []} for name in _SECURITY)]
        responses = operation["responses"]
        responses.update(problems((401, 403, 429, 503)))
        operation["responses"] = dict(sorted(responses.items()))
    return item
