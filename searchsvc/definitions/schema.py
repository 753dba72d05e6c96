"""The JSON Schema of mapping.yaml, for editors that complete and check it as it is written.

python -m searchsvc.definitions.schema > docs/mapping.schema.json
"""

import json
from typing import Any

from searchsvc.definitions.fields import FIELD_NAME, FLAGS
from searchsvc.definitions.mappings import LANGUAGES
from searchsvc.definitions.rankings import (
    BOOST_FUNCTIONS,
    HALF_LIFE,
    MAX_RANKINGS,
)
from searchsvc.domain.definition import (
    DEFAULT,
    MOST_WEIGHT,
    MOST_WORTH,
    RANKING_NAME,
    FieldType,
    Unit,
)

_FLOAT = r"-?\d+(\.\d+)?([eE][+-]?\d+)?"
_CUT = rf"\s*(ranges(\s+{_FLOAT})+|histogram\s+({_FLOAT}|{'|'.join(Unit)}))\s*"
_NO_SEPARATOR = {"properties": {"separator": False}}
_TYPES = [kind.value for kind in FieldType]

_CODE = {"enum": list(LANGUAGES)}


def mapping_schema() -> dict[str, Any]:
    """The schema, draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "searchsvc mapping",
        **_object(
            {
                "fields": {
                    "type": "object",
                    "minProperties": 1,
                    "propertyNames": {"pattern": f"^{FIELD_NAME.pattern}$"},
                    "additionalProperties": {"anyOf": [_short_field(), _long_field()]},
                },
                "language": {"anyOf": [_CODE, _languages()]},
                "stop_words": {"type": "array", "items": {"type": "string"}},
                "typo": _typo(),
                "ranking": _ranking(),
                "sorts": _strings(r"^\w+:(asc|desc|near)$"),
                "group_by": {"anyOf": [{"type": "string"}, _groups()]},
                "suggest_scope": {"type": "string"},
            },
            "fields",
        ),
    }


def _languages() -> dict[str, Any]:
    codes = {"type": "array", "items": _CODE, "minItems": 1}
    return _object({"from": {"type": "string"}, "of": codes, "default": _CODE}, "from", "of")


def _groups() -> dict[str, Any]:
    names = {"type": "array", "items": {"type": "string"}, "minItems": 1}
    return _object({"of": names, "default": {"type": "string"}}, "of")


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    found = {"type": "object", "additionalProperties": False, "properties": properties}
    return found | ({"required": list(required)} if required else {})


def _strings(pattern: str) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": {"type": "string", "pattern": pattern}}


def _short_field() -> dict[str, Any]:
    flags = "|".join(flag for flag in FLAGS if flag != "snippet")
    flag = rf"({flags}|snippet\(\d+\)|facet\({_CUT}\))"
    types = "|".join(name for name in _TYPES if name != FieldType.PATH)
    types += r'|path\(\s*"[^"]+"\s*\)'
    return {
        "type": "string",
        "description": "the type, ^weight, and flags: text^8, suggest, snippet(30)",
        "pattern": rf"^\s*({types})(\^\d+(\.\d+)?)?\s*(,\s*{flag}\s*)*$",
    }


def _long_field() -> dict[str, Any]:
    flags: dict[str, Any] = {flag: {"type": "boolean"} for flag in FLAGS}
    flags["snippet"] = {"type": "integer", "minimum": 1, "maximum": 500}
    flags["facet"] = {"anyOf": [{"type": "boolean"}, {"type": "string", "pattern": f"^{_CUT}$"}]}
    weight = {"type": "number", "minimum": 0, "maximum": 1000}
    separator = {"type": "string", "minLength": 1, "maxLength": 10}
    uses = {"weight": weight, "separator": separator, **flags}
    found = _object({"type": {"enum": _TYPES}, **uses}, "type")
    is_path = {"properties": {"type": {"const": FieldType.PATH}}}
    return {**found, "if": is_path, "then": {"required": ["separator"]}, "else": _NO_SEPARATOR}


def _typo() -> dict[str, Any]:
    lengths = {"type": "integer", "minimum": 1}
    return _object(
        {
            "off_for": {"type": "array", "items": {"type": "string"}},
            "min_length": {"type": "array", "items": lengths, "minItems": 2, "maxItems": 2},
        }
    )


def _ranking() -> dict[str, Any]:
    steps = {"type": "array", "items": _step()}
    return {
        "type": "object",
        "required": [DEFAULT],
        "maxProperties": MAX_RANKINGS,
        "propertyNames": {"pattern": f"^{RANKING_NAME.pattern}$"},
        "additionalProperties": steps,
    }


def _step() -> dict[str, Any]:
    weight = {"type": "number", "minimum": -100, "maximum": 100}
    by = {"field": {"type": "string"}, "by": {"enum": list(BOOST_FUNCTIONS)}, "weight": weight}
    when = {"when": {"type": "string"}, "weight": weight}
    either = [_object(by, "field", "weight"), _object(when, "when", "weight")]
    decay = {
        "field": {"type": "string"},
        "half_life": {"type": "string", "pattern": f"^{HALF_LIFE.pattern}$"},
        "weight": {"type": "number", "minimum": 0, "maximum": 100},
    }
    boosts = _object({"boost": {"anyOf": either}}, "boost")
    values = {"type": "number", "minimum": 0, "maximum": MOST_WEIGHT}
    weights = {"type": "object", "minProperties": 1, "additionalProperties": values}
    decays = _object({"decay": _object(decay, *decay)}, "decay")
    worth = {"anyOf": [{"type": "number", "minimum": 0, "maximum": MOST_WORTH}, {"const": "first"}]}
    own = _object({"weights": weights}, "weights"), _object({"all_words": worth}, "all_words")
    return {"anyOf": [boosts, decays, *own]}


if __name__ == "__main__":
    print(json.dumps(mapping_schema(), indent=2))  # noqa: T201 - this is its output
