"""Reads `mappings/<index>/mapping.yaml` into index definitions."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from searchsvc.definitions.fields import read_field
from searchsvc.domain.definition import (
    Boost,
    Field,
    FieldType,
    IndexDefinition,
    Sort,
    Typo,
)
from searchsvc.domain.index import is_index_name
from searchsvc.domain.query import Equals
from searchsvc.errors import DefinitionError, FilterError, nearest
from searchsvc.search.filters import parse_filter
from searchsvc.yamlfile import Node, parse_yaml, read_yaml

FILE_NAME = "mapping.yaml"
# The languages that every engine can stem; "none" only folds case and accents.
_CODES = "none ar da de el en es fi fr hu it nl no pt ro ru sv ta tr"
LANGUAGES = tuple(_CODES.split())
BOOST_FUNCTIONS = ("log", "sqrt", "value")


def mapping_files(folder: Path) -> dict[str, Path]:
    """The mapping file of every index under `folder`, by index. Raises DefinitionError."""
    if not folder.is_dir():
        hint = "run this in a project folder, or begin one with: searchsvc init URL"
        raise DefinitionError("there is no such folder", file=folder, hint=hint)
    files = {path.parent.name: path for path in sorted(folder.glob(f"*/{FILE_NAME}"))}
    for index, path in files.items():
        if not is_index_name(index):
            hint = "use lower case, digits and '_', beginning with a letter, at most 63"
            raise DefinitionError(f"'{index}' cannot be an index's name", file=path, hint=hint)
    return files


def read_mapping(path: Path) -> IndexDefinition:
    """The definition in one mapping.yaml; its folder names the index. Raises DefinitionError."""
    return _definition(path.parent.name, read_yaml(path, DefinitionError))


def parse_mapping(index: str, text: str) -> IndexDefinition:
    """As `read_mapping`, from text."""
    return _definition(index, parse_yaml(text, Path(index) / FILE_NAME, DefinitionError))


def _definition(index: str, root: Node) -> IndexDefinition:
    entries = _entries(root, ("fields", "language", "typo", "ranking", "sorts"))
    if "fields" not in entries:
        raise root.error(DefinitionError, "'fields' is missing", "name at least one field")
    fields = _fields(entries["fields"])
    plain = IndexDefinition(index, fields)
    return IndexDefinition(
        name=index,
        fields=fields,
        language=_language(entries.get("language")),
        typo=_read(entries.get("typo"), lambda node: _typo(node, plain), Typo()),
        boosts=_read(entries.get("ranking"), lambda node: _ranking(node, plain), ()),
        sorts=_read(entries.get("sorts"), lambda node: _sorts(node, plain), ()),
    )


def _read(node: Node | None, reader: Callable[[Node], Any], default: Any) -> Any:
    return default if node is None else reader(node)


def _entries(node: Node, known: tuple[str, ...]) -> dict[str, Node]:
    """The entries of a mapping, each of them known."""
    if not isinstance(node.value, dict):
        raise node.error(DefinitionError, "must be a mapping", f"known keys: {', '.join(known)}")
    for name, child in node.items():
        if name not in known:
            raise child.error(DefinitionError, f"unknown key '{name}'", nearest(name, known))
    return dict(node.items())


def _fields(node: Node) -> tuple[Field, ...]:
    if not isinstance(node.value, dict) or not node.value:
        raise node.error(DefinitionError, "must name at least one field")
    fields = tuple(read_field(name, child) for name, child in node.items())
    if not any(field.searchable for field in fields):
        hint = "add a text field, or give a keyword a weight: keyword^2"
        raise node.error(DefinitionError, "no field can be searched", hint)
    return fields


def _language(node: Node | None) -> str:
    if node is None:
        return "en"
    if node.value not in LANGUAGES:
        hint = nearest(str(node.value), LANGUAGES)
        raise node.error(DefinitionError, f"unknown language '{node.value}'", hint)
    return str(node.value)


def _typo(node: Node, definition: IndexDefinition) -> Typo:
    entries = _entries(node, ("off_for", "min_length"))
    off_for = entries["off_for"].plain() if "off_for" in entries else []
    if not isinstance(off_for, list):
        raise entries["off_for"].error(DefinitionError, "must be a list of fields")
    for name in off_for:
        _field(str(name), entries["off_for"], definition)
    lengths = entries["min_length"].plain() if "min_length" in entries else [4, 8]
    if not _are_lengths(lengths):
        hint = "like: min_length: [4, 8]"
        raise entries["min_length"].error(
            DefinitionError, "must be two word lengths, for one and for two typos", hint
        )
    return Typo(lengths[0], lengths[1], tuple(str(name) for name in off_for))


def _are_lengths(value: Any) -> bool:
    if not isinstance(value, list) or len(value) != 2:
        return False
    return all(type(item) is int and item >= 1 for item in value) and value[0] <= value[1]


def _ranking(node: Node, definition: IndexDefinition) -> tuple[Boost, ...]:
    entries = _entries(node, ("default",))
    if "default" not in entries:
        raise node.error(DefinitionError, "'default' is missing", "like: default: [...]")
    steps = entries["default"]
    if not isinstance(steps.value, list):
        raise steps.error(DefinitionError, "must be a list of boosts", "like: - boost: {...}")
    return tuple(_boost(step, definition) for step in steps.value)


def _boost(step: Node, definition: IndexDefinition) -> Boost:
    outer = _entries(step, ("boost",))
    if "boost" not in outer:
        raise step.error(DefinitionError, "a step of a ranking is 'boost'")
    node = outer["boost"]
    entries = _entries(node, ("field", "by", "when", "weight"))
    weight = entries["weight"].value if "weight" in entries else None
    if isinstance(weight, bool) or not isinstance(weight, int | float) or abs(weight) > 100:
        raise node.error(DefinitionError, "weight must be a number between -100 and 100")
    if "when" in entries and ("field" in entries or "by" in entries):
        raise node.error(DefinitionError, "a boost has either 'when', or 'field' and 'by'")
    if "when" in entries:
        return _conditional(entries["when"], float(weight), definition)
    return _by_number(node, entries, float(weight), definition)


def _conditional(node: Node, weight: float, definition: IndexDefinition) -> Boost:
    try:
        found = parse_filter(str(node.value), definition)
    except FilterError as error:
        raise node.error(DefinitionError, error.message, error.hint) from error
    if not isinstance(found, Equals) or not isinstance(found.value, str | float | bool):
        raise node.error(DefinitionError, "must be one condition", 'like: when: "in_stock:false"')
    return Boost(found.field, weight, equals=found.value)


def _by_number(
    node: Node, entries: dict[str, Node], weight: float, definition: IndexDefinition
) -> Boost:
    if "field" not in entries:
        raise node.error(DefinitionError, "'field' is missing", "or use 'when'")
    field = _field(str(entries["field"].value), entries["field"], definition)
    if field.type is not FieldType.NUMBER:
        raise entries["field"].error(DefinitionError, f"'{field.name}' is not a number")
    by = entries["by"].value if "by" in entries else "value"
    if by not in BOOST_FUNCTIONS:
        hint = nearest(str(by), BOOST_FUNCTIONS)
        raise entries["by"].error(DefinitionError, f"unknown function '{by}'", hint)
    return Boost(field.name, weight, by=str(by))


def _sorts(node: Node, definition: IndexDefinition) -> tuple[tuple[str, Sort], ...]:
    if not isinstance(node.value, dict):
        raise node.error(DefinitionError, "must be a mapping", 'like: newest: "created_at:desc"')
    return tuple((name, _sort(child, definition)) for name, child in node.items())


def _sort(node: Node, definition: IndexDefinition) -> Sort:
    name, _, direction = str(node.value).partition(":")
    field = _field(name, node, definition)
    if not field.sortable:
        raise node.error(DefinitionError, f"'{name}' is not sortable", "add the flag 'sort' to it")
    if direction not in ("asc", "desc"):
        raise node.error(
            DefinitionError, f"no order '{direction}'", f"use {name}:asc or {name}:desc"
        )
    return Sort(name, descending=direction == "desc")


def _field(name: str, node: Node, definition: IndexDefinition) -> Field:
    field = definition.field(name)
    if field is None:
        hint = nearest(name, (f.name for f in definition.fields))
        raise node.error(DefinitionError, f"unknown field '{name}'", hint)
    return field
