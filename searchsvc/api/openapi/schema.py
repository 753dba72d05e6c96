"""The small parts that JSON Schemas are made of."""

from collections.abc import Mapping
from typing import Any, TypeAlias

Schema: TypeAlias = Mapping[str, Any]

STRING: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number", "minimum": 0}
FLOAT: Schema = {"type": "number"}
COUNT: Schema = {"type": "integer", "minimum": 0}
BOOLEAN: Schema = {"type": "boolean"}
TIME: Schema = {"type": "string", "format": "date-time"}
ANY_OBJECT: Schema = {"type": "object"}


def record(properties: Mapping[str, Schema], optional: tuple[str, ...] = ()) -> Schema:
    """An object of exactly these properties, all there but the optional ones."""
    required = [name for name in properties if name not in optional]
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def array(items: Schema) -> Schema:
    """A list of them."""
    return {"type": "array", "items": items}


def mapping(values: Schema) -> Schema:
    """An object with any names and these values."""
    return {"type": "object", "additionalProperties": values}


def reference(name: str) -> Schema:
    """One of the schemas of the document, by name."""
    return {"$ref": f"#/components/schemas/{name}"}


def nullable(schema: Schema) -> Schema:
    """It, or null."""
    return {**schema, "type": [schema["type"], "null"]}


VALUE: Schema = {"type": ["string", "number", "boolean"]}
TIMES: Mapping[str, Schema] = {"took_ms": NUMBER, "timing": mapping(NUMBER)}
PAGE_UNIT: Schema = {"enum": ["documents", "groups"]}
