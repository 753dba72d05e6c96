"""Searches, suggestions, documents, and the files that curate them."""

from functools import partial
from typing import Any

from searchsvc.api.openapi.operation import (
    ID,
    INDEX,
    Paths,
    asked,
    in_path,
    operation,
    posted,
    problems,
    query,
    request_body,
)
from searchsvc.api.openapi.schema import record
from searchsvc.api.openapi.schemas.reports import PREVIEW_BODY
from searchsvc.api.parameters import MAX_SEARCHES
from searchsvc.api.request import MAX_TEXT
from searchsvc.domain.curation import CurationKind
from searchsvc.search.parameters import (
    FACET_PARAMETERS,
    SEARCH_PARAMETERS,
    SIMILAR_PARAMETERS,
    SUGGEST_PARAMETERS,
    WHY_PARAMETERS,
)

_FIELD = in_path("field", "A facet whose values are texts.")
_HASH = {"schema": {"type": "string"}}
_MEANT = "The `ETag` of the file that is meant: where it has changed, nothing is done."
_IF_MATCH = {"name": "If-Match", "in": "header", "required": False, "description": _MEANT, **_HASH}
_ETAG = {"description": "The hash of the file's content.", "required": True, **_HASH}


def _search() -> dict[str, Any]:
    return asked("search", "Search", "SearchAnswer", SEARCH_PARAMETERS, (INDEX,), 410)


def _searches() -> dict[str, Any]:
    """A search's own parameters are described only: where one is bad, the others are answered."""
    post = operation("searches", "Several searches in one request", "SearchesAnswer", ())
    described = {one.name: {"description": one.description} for one in SEARCH_PARAMETERS}
    search = {"type": "object", "properties": {"index": {"description": "The index."}, **described}}
    searches = {"type": "array", "items": search, "minItems": 1, "maxItems": MAX_SEARCHES}
    body = record({"searches": searches})
    post["requestBody"] = request_body(body)
    post["responses"].update(problems((408, 413, 415)))
    return {"post": post}


def _similar() -> dict[str, Any]:
    summary = "Documents like one of them"
    return asked("similar", summary, "SimilarAnswer", SIMILAR_PARAMETERS, (INDEX, ID))


def _why() -> dict[str, Any]:
    summary = "Why a document is a hit of a search, or none"
    return asked("why", summary, "WhyAnswer", WHY_PARAMETERS, (INDEX, ID))


def _facet_values() -> dict[str, Any]:
    summary = "Search the values of a facet"
    return asked("facetValues", summary, "FacetValues", FACET_PARAMETERS, (INDEX, _FIELD))


def _suggest() -> dict[str, Any]:
    get = query("suggest", "Complete what is being typed", "SuggestAnswer", SUGGEST_PARAMETERS)
    return {"parameters": [INDEX], "get": get}


def _curation(kind: CurationKind) -> dict[str, Any]:
    """A file's text travels as it is, in both directions."""
    get = operation(kind, f"The index's {kind} as their file has them", "CurationFile", (404,))
    put = operation(f"{kind}ByBody", f"Put others in the place of the {kind}", "CurationFile", ())
    put["parameters"] = [_IF_MATCH]
    text = {"schema": {"type": "string", "maxLength": MAX_TEXT}}
    put["requestBody"] = {"required": True, "content": {"text/plain": text}}
    statuses = (403, 404, 408, 412, 413, 415, 422)
    put["responses"].update(problems(statuses))
    for one in (get, put):
        answer = one["responses"]["200"]
        answer["headers"] = {**answer["headers"], "ETag": _ETAG}
    return {"parameters": [INDEX], "get": get, "put": put}


def _document() -> dict[str, Any]:
    get = operation("document", "One document", "Document", (404, 503))
    return {"parameters": [INDEX, ID], "get": get}


def _preview() -> dict[str, Any]:
    summary = "What other synonyms and rules would change in the first ten hits"
    item = posted("preview", summary, "Preview", PREVIEW_BODY)
    item["post"]["responses"].update(problems((422,)))
    return item


SEARCH_PATHS: Paths = {
    "/v1/indexes/{index}/search": _search,
    "/v1/indexes/{index}/suggest": _suggest,
    "/v1/indexes/{index}/facets/{field}": _facet_values,
    "/v1/search": _searches,
}
DOCUMENT_PATHS: Paths = {
    "/v1/indexes/{index}/docs/{id}": _document,
    "/v1/indexes/{index}/similar/{id}": _similar,
    "/v1/indexes/{index}/why/{id}": _why,
}
CURATION_PATHS: Paths = {
    "/v1/indexes/{index}/synonyms": partial(_curation, CurationKind.SYNONYMS),
    "/v1/indexes/{index}/rules": partial(_curation, CurationKind.RULES),
    "/v1/indexes/{index}/preview": _preview,
}
