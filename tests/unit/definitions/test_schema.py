"""The JSON Schema of mappings: current, and of one mind with the reader."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from searchsvc.definitions.mappings import parse_mapping
from searchsvc.definitions.schema import mapping_schema
from searchsvc.errors import DefinitionError

ROOT = Path(__file__).parents[3]
SHIPPED = sorted((ROOT / "mappings").glob("*/mapping.yaml"))


def test_the_committed_schema_is_current() -> None:
    """docs/mapping.schema.json is what the code generates."""
    committed = json.loads((ROOT / "docs" / "mapping.schema.json").read_text())
    assert committed == mapping_schema()


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_shipped_mappings_fit(path: Path) -> None:
    """An editor marks nothing in the mappings that are shipped."""
    jsonschema.validate(yaml.safe_load(path.read_text()), mapping_schema())


@pytest.mark.parametrize(
    "field",
    [
        "number, facet(ranges 0 25.5 -1e3)", "number, facet(histogram 10)",
        "date, facet(histogram month), sort", 'path(" > ")^4, facet', 'path( "," ), facet',
        {"type": "path", "separator": " > ", "facet": True},
        {"type": "number", "facet": "ranges 0 10"},
    ],
)  # fmt: skip
def test_an_editor_marks_no_kind_of_facet(field: object) -> None:
    """Neither in the short form nor in the long one."""
    jsonschema.validate({"fields": {"a": "text", "b": field}}, mapping_schema())


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "fields: {a: txt}",
        "fields: {a: 'text, sugest'}",
        "fields: {a: text, b: path}",
        "fields: {a: text, b: {type: path}}",
        "fields: {a: text, b: {type: keyword, separator: /}}",
        "fields: {a: text, b: 'number, facet(ranges)'}",
        "fields: {a: text, b: 'number, facet(histogram x)'}",
        "fields: {a: text, b: {type: date, facet: monthly}}",
        "fields: {a: {type: text, wieght: 1}}",
        "fields: {a: text}\nlanguage: klingon",
        "fields: {a: text}\ntypo: {min_length: [4]}",
        "fields: {a: text}\nsorts: {x: a}",
        "fields: {a: text}\nranking: {default: [{boost: {field: a}}]}",
    ],
)
def test_schema_and_reader_refuse_alike(text: str) -> None:
    """What the reader refuses by its form, the schema refuses too."""
    with pytest.raises(DefinitionError):
        parse_mapping("products", text)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(text), mapping_schema())
