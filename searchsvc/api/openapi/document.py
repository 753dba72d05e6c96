"""Puts the OpenAPI document together, with what each route asks of a key."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, NamedTuple

from searchsvc import __version__
from searchsvc.api.openapi.examples import examples_of
from searchsvc.api.openapi.operation import Paths, problems
from searchsvc.api.openapi.paths.algolia import ALGOLIA_PATHS, refusals
from searchsvc.api.openapi.paths.clicks import CLICK_PATHS
from searchsvc.api.openapi.paths.operations import OPERATION_PATHS
from searchsvc.api.openapi.paths.relevance import RELEVANCE_PATHS
from searchsvc.api.openapi.paths.reports import REPORT_PATHS
from searchsvc.api.openapi.paths.search import CURATION_PATHS, DOCUMENT_PATHS, SEARCH_PATHS
from searchsvc.api.openapi.paths.search_ui import UI_PATHS
from searchsvc.api.openapi.schema import Schema
from searchsvc.api.openapi.schemas.algolia import ALGOLIA_SCHEMAS
from searchsvc.api.openapi.schemas.clicks import CLICK_SCHEMAS
from searchsvc.api.openapi.schemas.filters import FILTER_SCHEMAS
from searchsvc.api.openapi.schemas.operations import OPERATION_SCHEMAS
from searchsvc.api.openapi.schemas.relevance import EVALUATION_SCHEMAS, RELEVANCE_SCHEMAS
from searchsvc.api.openapi.schemas.reports import REPORT_SCHEMAS
from searchsvc.api.openapi.schemas.search import SEARCH_SCHEMAS
from searchsvc.api.openapi.schemas.search_ui import UI_SCHEMAS
from searchsvc.api.routes import need_of

_METHODS = ("get", "post", "put")


class _Tag(NamedTuple):
    """The paths that a reader finds together."""

    description: str
    paths: Paths


_TAGS: Mapping[str, _Tag] = {
    "search": _Tag("Searches, the values of facets, and suggestions.", SEARCH_PATHS),
    "documents": _Tag(
        "Documents by their ids, what is like them, and why they are hits.", DOCUMENT_PATHS
    ),
    "curation": _Tag("Synonyms and rules, and what others would change.", CURATION_PATHS),
    "relevance": _Tag(
        "How good hits are, as people say and click, and which ranking is better by that.",
        {**RELEVANCE_PATHS, **CLICK_PATHS},
    ),
    "operations": _Tag("Indexes, versions and runs; health and latency.", OPERATION_PATHS),
    "reports": _Tag("What is searched for, in vain, and clicked on.", REPORT_PATHS),
    "search-ui": _Tag("For Elastic's Search UI, by its ApiProxyConnector.", UI_PATHS),
    "algolia": _Tag("For InstantSearch, Autocomplete and all clients of Algolia.", ALGOLIA_PATHS),
}
_SECURITY: Mapping[str, Any] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A key or a token."},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "algolia": {"type": "apiKey", "in": "header", "name": "X-Algolia-API-Key"},
    "algoliaQuery": {"type": "apiKey", "in": "query", "name": "x-algolia-api-key"},
}
_EVERYWHERE = ("bearer", "header")
SCHEMAS: Mapping[str, Schema] = {
    **SEARCH_SCHEMAS,
    **FILTER_SCHEMAS,
    **UI_SCHEMAS,
    **OPERATION_SCHEMAS,
    **REPORT_SCHEMAS,
    **RELEVANCE_SCHEMAS,
    **CLICK_SCHEMAS,
    **EVALUATION_SCHEMAS,
    **ALGOLIA_SCHEMAS,
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
        "tags": [{"name": name, "description": tag.description} for name, tag in _TAGS.items()],
        "paths": dict(_items()),
        "components": {"schemas": SCHEMAS, "securitySchemes": _SECURITY},
    }


def _items() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, tag in _TAGS.items():
        for path, make in tag.paths.items():
            item = deepcopy(make())
            for method in _METHODS:
                if method in item:
                    item[method] = _finished(item[method], name, path)
            yield path, item


def _finished(operation: dict[str, Any], tag: str, path: str) -> dict[str, Any]:
    """An operation with its tag, its examples, and what becomes of one whose key lets nobody in."""
    made = {"tags": [tag], **operation}
    examples_of(operation["operationId"]).put_into(made)
    if need_of(path.replace("{id}", "{id:path}")).role is None:
        return made
    is_algolia = path in ALGOLIA_PATHS
    ways = _SECURITY if is_algolia else _EVERYWHERE
    refused = refusals((401, 403, 429)) if is_algolia else problems((401, 403, 429, 503))
    return {
        **made,
        "security": [{}, *({way: []} for way in ways)],
        "responses": dict(sorted({**made["responses"], **refused}.items())),
    }
