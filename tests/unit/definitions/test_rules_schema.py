"""The JSON Schema of rules: current, and of one mind with the reader."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from searchsvc.definitions.mappings import parse_mapping
from searchsvc.definitions.rules import parse_rules, read_rules
from searchsvc.definitions.rules_schema import rules_schema
from searchsvc.errors import DefinitionError
from tests.unit.definitions.test_rules import FAULTS, read

ROOT = Path(__file__).parents[3]
# What only a definition, a calendar or another value of the rule can tell.
READ_ONLY = frozenset(
    (
        "no word", "nothing contained", "unknown field", "hidden field", "empty filter",
        "a place twice", "an id twice", "pinned and hidden", "no id", "no date", "no day",
        "back in time", "rewriting to signs",
    )
)  # fmt: skip


def as_an_editor_reads(text: str) -> object:
    """The values of a file, days as they are written."""
    loader = yaml.SafeLoader(text)
    loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in some if not tag.endswith(":timestamp")]
        for first, some in loader.yaml_implicit_resolvers.items()
    }
    return loader.get_data()


def test_the_committed_schema_is_current() -> None:
    """docs/rules.schema.json is what the code generates."""
    committed = json.loads((ROOT / "docs" / "rules.schema.json").read_text())
    assert committed == rules_schema()


def test_the_example_of_the_docs_fits() -> None:
    """An editor marks nothing in it, and nothing in a file that says nothing."""
    page = (ROOT / "docs" / "curation.md").read_text(encoding="utf-8")
    example = page.partition("```yaml\n")[2].partition("```")[0]
    fields = "fields: {name: text, brand: keyword, price: number, in_stock: bool}"
    assert (
        len(read_rules(parse_rules(example, Path("rules.yaml")), parse_mapping("a", fields))) == 4
    )
    for text in (example, "", "rules:", "rules: []"):
        jsonschema.validate(as_an_editor_reads(text), rules_schema())


def test_every_rule_of_the_scenarios_fits() -> None:
    """Nor in the rules that every engine is tried on."""
    text = (ROOT / "tests/scenarios/products/rules.yaml").read_text(encoding="utf-8")
    jsonschema.validate(as_an_editor_reads(text), rules_schema())


@pytest.mark.parametrize("fault", [name for name in FAULTS if name not in READ_ONLY])
def test_schema_and_reader_refuse_alike(fault: str) -> None:
    """What the reader refuses by its form, the schema refuses too."""
    text = f"rules: [{FAULTS[fault][0]}]"
    with pytest.raises(DefinitionError):
        read(text)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(as_an_editor_reads(text), rules_schema())
