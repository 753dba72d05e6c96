"""How OpenAPI describes the parameters of a table, in a query string and in a JSON body."""

from collections.abc import Mapping, Sequence
from typing import Any

from searchsvc.api.openapi.schema import NUMBER, Schema, array, reference
from searchsvc.api.openapi.schemas.filters import DEGREES
from searchsvc.search.parameters import Parameter

_IN_BODY: Mapping[str, Schema] = {
    "filter": {"anyOf": [reference("Filter"), {"type": "object", "maxProperties": 0}]},
    "point": reference("Point"),
    "distance": NUMBER,
    "box": {**array(DEGREES), "minItems": 4, "maxItems": 4},
}


def query_parameter(parameter: Parameter) -> dict[str, Any]:
    """One parameter of a query string. Lists travel as one value with commas."""
    found: dict[str, Any] = {
        "name": parameter.name,
        "in": "query",
        "description": parameter.description,
        "schema": _schema(parameter),
    }
    if parameter.kind == "list":
        found.update(style="form", explode=False)
    return found


def body_schema(parameters: Sequence[Parameter]) -> Schema:
    """A JSON body that holds any of `parameters`, and nothing else."""
    return {
        "type": "object",
        "properties": {p.name: {**_in_body(p), "description": p.description} for p in parameters},
        "additionalProperties": False,
    }


def _in_body(parameter: Parameter) -> dict[str, Any]:
    """What is always text in a query string may be an object, a number or a list in a body."""
    schema, of_body = _schema(parameter), _IN_BODY.get(parameter.kind)
    return schema if of_body is None else {"anyOf": [schema, of_body]}


def _schema(parameter: Parameter) -> dict[str, Any]:
    if parameter.kind == "list":
        return {"type": "array", "items": {"type": "string"}, "maxItems": 100}
    kind = "string" if parameter.kind in _IN_BODY else parameter.kind
    schema: dict[str, Any] = {"type": kind, "default": parameter.default}
    low, high = ("minLength", "maxLength") if kind == "string" else ("minimum", "maximum")
    bounds = {low: parameter.minimum, high: parameter.maximum}
    schema.update({name: bound for name, bound in bounds.items() if bound is not None})
    if parameter.choices:
        schema["enum"] = list(parameter.choices)
    return schema
