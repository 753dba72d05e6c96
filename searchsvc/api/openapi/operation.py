"""The parts that operations are made of: parameters, bodies, answers and refusals."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from searchsvc.api.errors import PROBLEM_JSON
from searchsvc.api.openapi.schema import Schema, reference
from searchsvc.api.openapi.schemas.parameters import body_schema, query_parameter
from searchsvc.api.request import MEDIA_TYPES
from searchsvc.search.parameters import Parameter

_JSON = "application/json"
ANSWER_HEADERS: Mapping[str, Any] = {
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
    403: "The key does not reach so far, or this API changes nothing.",
    404: "There is no such index, version, document, set, evaluation, run or experiment.",
    408: "The body did not end in time.",
    409: "An experiment runs already, or the evaluations differ in more than they may.",
    410: "The version that the cursor goes on in is gone.",
    412: "The file is not the one of `If-Match`.",
    413: "The body has too many bytes; `message` tells how many it may have.",
    414: "The URL is too long.",
    415: "The body is of another media type, or compressed.",
    422: "The new content cannot be used; `message` names each line.",
    429: "The key, or this client of it, asks too often; try again after `Retry-After` seconds.",
    503: "Not now; try again after `Retry-After` seconds.",
}

# The item of each path, made when the document is.
Paths: TypeAlias = Mapping[str, Callable[[], dict[str, Any]]]


def in_path(name: str, description: str, **limits: str) -> dict[str, Any]:
    """A part of a path."""
    schema = {"type": "string", "minLength": 1, **limits}
    place = {"name": name, "in": "path", "required": True}
    return {**place, "description": description, "schema": schema}


INDEX = in_path("index", "The index's name.")
ID = in_path("id", "The document's id, percent-encoded; it may hold `/`.")


def asked(
    name: str,
    summary: str,
    answer: str,
    parameters: Sequence[Parameter],
    place: Sequence[dict[str, Any]],
    *also: int,
) -> dict[str, Any]:
    """What is asked by a query string or by a body; both may be refused for `also`, too."""
    get = query(name, summary, answer, parameters)
    get["responses"].update(problems(also))
    post = operation(f"{name}ByBody", f"{summary}, parameters in a JSON body", answer, (404,))
    post["requestBody"] = request_body(body_schema(parameters))
    post["responses"].update(problems(sorted((408, 413, 415, 503, *also))))
    return {"parameters": [*place], "get": get, "post": post}


def posted(name: str, summary: str, answer: str, body: Schema) -> dict[str, Any]:
    """What is asked by a body only, under an index."""
    post = operation(name, summary, answer, (404,))
    post["requestBody"] = request_body(body)
    post["responses"].update(problems((408, 413, 415, 503)))
    return {"parameters": [INDEX], "post": post}


def query(name: str, summary: str, schema: str, parameters: Sequence[Parameter]) -> dict[str, Any]:
    """An operation that takes these in its query string."""
    made = operation(name, summary, schema, (404, 503))
    made["parameters"] = [query_parameter(parameter) for parameter in parameters]
    return made


def operation(name: str, summary: str, schema: str, errors: tuple[int, ...]) -> dict[str, Any]:
    """An operation that may also be refused for its URL."""
    responses = {"200": answer("The answer.", reference(schema))}
    responses.update(problems(sorted({400, 414, *errors})))
    return {"operationId": name, "summary": summary, "responses": responses}


def answer(description: str, schema: Schema) -> dict[str, Any]:
    """An answer in JSON, with the headers that all have."""
    return {
        "description": description,
        "headers": ANSWER_HEADERS,
        "content": {_JSON: {"schema": schema}},
    }


def problems(statuses: Iterable[int]) -> dict[str, Any]:
    """The answers that refuse, by their statuses."""
    content = {PROBLEM_JSON: {"schema": reference("Problem")}}
    return {
        str(status): {
            "description": _ERRORS[status],
            "headers": ANSWER_HEADERS,
            "content": content,
        }
        for status in statuses
    }


def request_body(schema: Schema) -> dict[str, Any]:
    """A body of JSON, whichever of our media types it says it is."""
    content = {media_type: {"schema": schema} for media_type in MEDIA_TYPES}
    return {"required": True, "content": content}
