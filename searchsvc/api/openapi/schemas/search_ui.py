"""JSON Schemas of what Search UI posts and of what it is answered."""

from collections.abc import Mapping

from searchsvc.api.openapi.schema import (
    ANY_OBJECT,
    BOOLEAN,
    COUNT,
    STRING,
    VALUE,
    Schema,
    array,
    mapping,
    nullable,
    record,
    reference,
)
from searchsvc.api.search_ui.request import PAGE, SIZE, TERM

_LIST: Schema = {"type": ["array", "null"]}
_OBJECT: Schema = nullable(ANY_OBJECT)
_BOUND: Schema = {"type": ["string", "number"]}
_RANGE: Schema = record({"name": STRING, "from": _BOUND, "to": _BOUND}, ("from", "to"))
_FILTERS: Schema = {
    **_LIST,
    "items": {
        "type": "object",
        "properties": {
            "field": {"type": "string", "minLength": 1},
            "type": {"enum": ["all", "any", "none"]},
            "values": {"type": "array", "items": {"anyOf": [VALUE, array(VALUE), _RANGE]}},
        },
        "required": ["field"],
    },
}
_DIRECTION: Schema = {"enum": ["asc", "desc", "", None]}
_ORDERS: Schema = {
    **_LIST,
    "items": {"type": "object", "properties": {"field": STRING, "direction": _DIRECTION}},
}
_WISHES: Schema = {
    "type": ["object", "null"],
    "description": "What is to be shown. What the index does not have is left out.",
}
_TERM: Schema = {"type": ["string", "null"], "maxLength": TERM.maximum}
_STATE: Schema = {
    "type": "object",
    "properties": {
        "searchTerm": _TERM,
        "current": {"type": ["integer", "null"], "minimum": 1, "maximum": PAGE.maximum},
        "resultsPerPage": {"type": ["integer", "null"], "minimum": 0, "maximum": SIZE.maximum},
        "filters": _FILTERS,
        "sortList": _ORDERS,
        "sortField": nullable(STRING),
        "sortDirection": _DIRECTION,
    },
}
_SEARCHED: Mapping[str, Schema] = {
    "result_fields": {**_OBJECT, "additionalProperties": _OBJECT},
    "search_fields": {**_OBJECT, "additionalProperties": _OBJECT},
    "filters": _FILTERS,
}


_TYPED: Schema = {"type": "object", "properties": {"searchTerm": _TERM}}


def _body(state: Schema, config: Mapping[str, Schema]) -> Schema:
    """A state and a configuration; either may hold more, which is not looked at."""
    properties = {"state": state, "queryConfig": {**_WISHES, "properties": config}}
    return {"type": "object", "properties": properties, "required": ["state"]}


SEARCH_BODY: Schema = _body(
    _STATE,
    {
        **_SEARCHED,
        "facets": {**_OBJECT, "additionalProperties": _OBJECT},
        "disjunctiveFacets": _LIST,
    },
)
COMPLETION_BODY: Schema = _body(
    _TYPED,
    {
        "results": {**_OBJECT, "properties": _SEARCHED},
        "suggestions": {
            **_OBJECT,
            "properties": {"types": {**_OBJECT, "additionalProperties": _OBJECT}},
        },
    },
)

_TIMES: Mapping[str, Schema] = {"took_ms": {"type": "number"}, "timing": ANY_OBJECT}
_FACET: Schema = record(
    {
        "field": STRING,
        "name": STRING,
        "type": {"enum": ["value", "range"]},
        "data": array(record({"value": {"anyOf": [VALUE, _RANGE]}, "count": COUNT})),
    }
)
_HITS: Schema = array(reference("UiResult"))

UI_SCHEMAS: Mapping[str, Schema] = {
    "UiResult": {
        "type": "object",
        "description": "Fields as `{raw, snippet}`; a snippet is safe HTML with <mark>.",
        "properties": {"id": record({"raw": STRING}), "_meta": ANY_OBJECT},
        "required": ["id", "_meta"],
        "additionalProperties": ANY_OBJECT,
    },
    "UiSearchState": record(
        {
            "facets": mapping(array(_FACET)),
            "pagingStart": COUNT,
            "pagingEnd": COUNT,
            "rawResponse": ANY_OBJECT,
            "requestId": STRING,
            "resultSearchTerm": STRING,
            "results": _HITS,
            "totalPages": COUNT,
            "totalResults": COUNT,
            "wasSearched": BOOLEAN,
            "query_id": nullable(STRING),
            **_TIMES,
        }
    ),
    "UiCompletions": record(
        {
            "autocompletedResults": _HITS,
            "autocompletedResultsRequestId": STRING,
            "autocompletedSuggestions": mapping(array(ANY_OBJECT)),
            "autocompletedSuggestionsRequestId": STRING,
            **_TIMES,
        }
    ),
}
