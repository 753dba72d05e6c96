"""What InstantSearch, Autocomplete and other clients of Algolia ask."""

from collections.abc import Iterable, Mapping
from typing import Any

from searchsvc.api.algolia_problems import ROOT
from searchsvc.api.openapi.operation import Paths, answer, in_path, request_body
from searchsvc.api.openapi.schema import Schema, reference
from searchsvc.api.openapi.schemas.algolia import (
    BROWSE_BODY,
    EVENTS_BODY,
    FACET_BODY,
    OBJECTS_BODY,
    PARAMETERS,
    QUERIES_BODY,
    SEARCH_BODY,
)

_NAME = in_path("name", "An index, or one of its orders: `products`, `products_cheapest`.")
_FACET = in_path("facet", "A facet whose values are texts.")
_ID = in_path("id", "The document's id, percent-encoded.")
_CURSOR = "The `cursor` of an answer, which leads to the next page."
_ERRORS: Mapping[int, str] = {
    400: "A parameter cannot be used; `message` names it.",
    401: "A key is asked for, and none that holds was sent.",
    403: "The key does not reach so far, or nothing is written on this wire.",
    404: "There is no such index or document.",
    408: "The body did not end in time.",
    410: "The version that the cursor goes on in is gone.",
    413: "The body has too many bytes.",
    414: "The URL is too long.",
    415: "The body is of another media type, or compressed otherwise than by gzip.",
    429: "Not now; try again after `Retry-After` seconds. Here it is what 503 is elsewhere.",
}
_OF_BODY = (408, 413, 415)


def _queries() -> dict[str, Any]:
    summary = "Searches and facet searches of a page"
    return {"post": _posted("algoliaQueries", summary, "AlgoliaResults", QUERIES_BODY)}


def _objects() -> dict[str, Any]:
    summary = "Several documents by their ids"
    return {"post": _posted("algoliaObjects", summary, "AlgoliaObjects", OBJECTS_BODY)}


def _query() -> dict[str, Any]:
    get = _got("algoliaQuery", "One search", "AlgoliaResult", _parameters())
    post = _posted(
        "algoliaQueryByBody", "One search, parameters in a body", "AlgoliaResult", SEARCH_BODY
    )
    return {"parameters": [_NAME], "get": get, "post": post}


def _facet_query() -> dict[str, Any]:
    summary = "Search the values of a facet"
    post = _posted("algoliaFacetQuery", summary, "AlgoliaFacetHits", FACET_BODY)
    return {"parameters": [_NAME, _FACET], "post": post}


def _browse() -> dict[str, Any]:
    cursor = {"name": "cursor", "in": "query", "description": _CURSOR, "schema": {"type": "string"}}
    summary = "Every hit, 1,000 at a time"
    get = _got("algoliaBrowse", summary, "AlgoliaResult", [*_parameters(), cursor], 410)
    post = _posted("algoliaBrowseByBody", f"{summary}, by a body", "AlgoliaResult", BROWSE_BODY)
    post["responses"].update(refusals((410,)))
    return {"parameters": [_NAME], "get": get, "post": post}


def _settings() -> dict[str, Any]:
    get = _got("algoliaSettings", "How an index is searched", "AlgoliaSettings", ())
    return {"parameters": [_NAME], "get": get}


def _object() -> dict[str, Any]:
    described = "Only these attributes, with commas between them."
    only = {"name": "attributesToRetrieve", "in": "query", "description": described}
    get = _got(
        "algoliaObject", "One document", "AlgoliaObject", [{**only, "schema": {"type": "string"}}]
    )
    return {"parameters": [_NAME, _ID], "get": get}


def _indices() -> dict[str, Any]:
    return {"get": _got("algoliaIndices", "The indices that answer", "AlgoliaIndices", ())}


def _events() -> dict[str, Any]:
    summary = "Views, clicks and conversions"
    return {"post": _posted("algoliaEvents", summary, "AlgoliaTaken", EVENTS_BODY)}


def _parameters() -> list[dict[str, Any]]:
    """The parameters of a search in a query string, where all of them are texts."""
    return [
        {
            "name": name,
            "in": "query",
            "description": schema["description"],
            "schema": {"type": "string"},
        }
        for name, schema in PARAMETERS.items()
    ]


def _got(
    name: str, summary: str, schema: str, parameters: Iterable[Mapping[str, Any]], *also: int
) -> dict[str, Any]:
    found = list(parameters)
    made = _operation(name, summary, schema, also)
    return {**made, "parameters": found} if found else made


def _posted(name: str, summary: str, schema: str, body: Schema) -> dict[str, Any]:
    return {**_operation(name, summary, schema, _OF_BODY), "requestBody": request_body(body)}


def _operation(name: str, summary: str, schema: str, also: Iterable[int]) -> dict[str, Any]:
    responses = {"200": answer("The answer.", reference(schema))}
    responses.update(refusals(sorted({400, 404, 414, 429, *also})))
    return {"operationId": name, "summary": summary, "responses": responses}


def refusals(statuses: Iterable[int]) -> dict[str, Any]:
    """The answers that refuse, in the shape that their clients read."""
    problem = reference("AlgoliaProblem")
    return {str(status): answer(_ERRORS[status], problem) for status in statuses}


ALGOLIA_PATHS: Paths = {
    f"{ROOT}/1/indexes/*/queries": _queries,
    f"{ROOT}/1/indexes/*/objects": _objects,
    f"{ROOT}/1/indexes/{{name}}/query": _query,
    f"{ROOT}/1/indexes/{{name}}/facets/{{facet}}/query": _facet_query,
    f"{ROOT}/1/indexes/{{name}}/browse": _browse,
    f"{ROOT}/1/indexes/{{name}}/settings": _settings,
    f"{ROOT}/1/indexes/{{name}}/{{id}}": _object,
    f"{ROOT}/1/indexes": _indices,
    f"{ROOT}/1/events": _events,
}
