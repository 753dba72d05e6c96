"""JSON Schemas of what a body may give as an object: filters, and their points and regions."""

from collections.abc import Mapping

from searchsvc.api.openapi.schema import BOOLEAN, STRING, VALUE, Schema, array, record, reference
from searchsvc.search.filter_json import SIGNS

DEGREES: Schema = {"type": "number", "minimum": -180, "maximum": 180}
_CONDITION: Mapping[str, Schema] = {
    "field": STRING,
    **dict.fromkeys(SIGNS, VALUE),
    "in": {**array(VALUE), "minItems": 1},
    "exists": BOOLEAN,
    "within": reference("Region"),
}

# Each by its name: programs that make clients give up on a choice that holds itself.
_FILTERS: Mapping[str, Schema] = {
    "FilterAnd": record({"and": {**array(reference("Filter")), "minItems": 1}}),
    "FilterOr": record({"or": {**array(reference("Filter")), "minItems": 1}}),
    "FilterNot": record({"not": reference("Filter")}),
    "FilterCondition": record(_CONDITION, optional=tuple(_CONDITION)[1:]),
}

FILTER_SCHEMAS: Mapping[str, Schema] = {
    **_FILTERS,
    "Filter": {"anyOf": [reference(name) for name in _FILTERS]},
    "Region": {
        "anyOf": [
            record({"radius": {"type": ["string", "number"]}, "of": reference("Point")}),
            record({"from": reference("Point"), "to": reference("Point")}),
            record({"polygon": {**array(reference("Point")), "minItems": 3}}),
        ]
    },
    "Point": {
        "anyOf": [
            {"type": "string", "description": "Latitude and longitude: `52.52,13.405`."},
            record({"lat": DEGREES, "lon": DEGREES}),
            record({"lat": DEGREES, "lng": DEGREES}),
        ]
    },
}
