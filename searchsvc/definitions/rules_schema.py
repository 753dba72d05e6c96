"""The JSON Schema of rules.yaml, for editors that complete and check it as it is written.

python -m searchsvc.definitions.rules_schema > docs/rules.schema.json
"""

import json
from typing import Any

from searchsvc.definitions.rule_values import MAX_CONDITIONS, MAX_IDS, MAX_PLACE
from searchsvc.definitions.rules import CONSEQUENCES, KEYS, MAX_RULES

_WHEN = r"^\s*query\s+(is|contains|starts\s+with)\s+('[^']*'|\"[^\"]*\")\s*$"
_TARGET = r"^(/(?![/\\])|https?://[^\s/\\])\S*$"
# YAML reads a bare number or day as such, and the reader takes it as it is written.
_ID: dict[str, Any] = {"type": ["string", "integer"]}
_FILTER: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 4096}


def rules_schema() -> dict[str, Any]:
    """The schema, draft 2020-12."""
    rules = {"type": "array", "maxItems": MAX_RULES, "items": _rule()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "searchsvc rules",
        "type": ["object", "null"],
        "additionalProperties": False,
        "properties": {"rules": {"anyOf": [rules, {"type": "null"}]}},
    }


def _rule() -> dict[str, Any]:
    values = {
        "name": {"type": ["string", "integer"]},
        "when": _some({"type": "string", "pattern": _WHEN}, MAX_CONDITIONS),
        "when_filter": _FILTER,
        "from": {"type": "string"},
        "until": {"type": "string"},
        "enabled": {"type": "boolean"},
        "pin": _some({"anyOf": [_ID, _placed()]}, MAX_IDS),
        "hide": _some(_ID, MAX_IDS),
        "boost": _some(_boost(), None),
        "filter": _FILTER,
        "rewrite": {"type": "string", "maxLength": 200},
        "redirect": {"type": "string", "pattern": _TARGET},
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: values[name] for name in KEYS},
        "anyOf": [{"required": [name]} for name in CONSEQUENCES],
        "dependentRequired": {"rewrite": ["when"]},
    }


def _some(one: dict[str, Any], most: int | None) -> dict[str, Any]:
    """One, or a list of them."""
    several: dict[str, Any] = {"type": "array", "items": one, "minItems": 1}
    return {"anyOf": [one, several if most is None else {**several, "maxItems": most}]}


def _placed() -> dict[str, Any]:
    at = {"type": "integer", "minimum": 1, "maximum": MAX_PLACE}
    return _whole({"id": _ID, "at": at})


def _boost() -> dict[str, Any]:
    weight = {"type": "number", "minimum": -1, "maximum": 10, "not": {"const": 0}}
    by_ids = _whole({"ids": _some(_ID, MAX_IDS), "weight": weight})
    return {"anyOf": [_whole({"filter": _FILTER, "weight": weight}), by_ids]}


def _whole(properties: dict[str, Any]) -> dict[str, Any]:
    """An object of exactly these."""
    found = {"type": "object", "additionalProperties": False, "properties": properties}
    return {**found, "required": list(properties)}


if __name__ == "__main__":
    print(json.dumps(rules_schema(), indent=2))  # noqa: T201 - this is its output
