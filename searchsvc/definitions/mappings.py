"""Reads `mappings/<index>/mapping.yaml` into index definitions."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from searchsvc.definitions.fields import read_field
from searchsvc.definitions.groups import read_groups
from searchsvc.definitions.nodes import entries, known_field
from searchsvc.definitions.rankings import read_rankings
from searchsvc.domain.definition import (
    DEFAULT,
    Field,
    FieldType,
    Groups,
    IndexDefinition,
    Languages,
    Ranking,
    Sort,
    Typo,
)
from searchsvc.domain.index import is_index_name
from searchsvc.errors import DefinitionError, nearest
from searchsvc.yamlfile import Node, parse_yaml, read_yaml

FILE_NAME = "mapping.yaml"
# The languages that every engine can stem; "none" only folds case and accents.
_CODES = "none ar da de el en es fi fr hu it nl no pt ro ru sv ta tr"
LANGUAGES = tuple(_CODES.split())
_KEYS = (
    "fields", "language", "stop_words", "typo", "ranking", "sorts", "group_by", "suggest_scope",
)  # fmt: skip


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
    found = entries(root, _KEYS)
    if "fields" not in found:
        raise root.error(DefinitionError, "'fields' is missing", "name at least one field")
    fields = _fields(found["fields"])
    plain = IndexDefinition(index, fields)
    default, *others = _read(
        found.get("ranking"), lambda node: read_rankings(node, plain), (Ranking(DEFAULT),)
    )
    return IndexDefinition(
        name=index,
        fields=fields,
        language=_language(found.get("language")),
        languages=_languages(found.get("language"), plain),
        stop_words=_read(found.get("stop_words"), _stop_words, None),
        typo=_read(found.get("typo"), lambda node: _typo(node, plain), Typo()),
        boosts=default.boosts,
        all_words=default.all_words,
        sorts=_read(found.get("sorts"), lambda node: _sorts(node, plain), ()),
        rankings=tuple(others),
        decays=default.decays,
        groups=_read(found.get("group_by"), lambda node: read_groups(node, plain), Groups()),
        suggest_scope=_read(found.get("suggest_scope"), lambda node: _scope(node, plain), ""),
    )


def _read(node: Node | None, reader: Callable[[Node], Any], default: Any) -> Any:
    return default if node is None else reader(node)


def _fields(node: Node) -> tuple[Field, ...]:
    if not isinstance(node.value, dict) or not node.value:
        raise node.error(DefinitionError, "must name at least one field")
    fields = tuple(read_field(name, child) for name, child in node.items())
    if not any(field.searchable for field in fields):
        hint = "add a text field, or give a keyword a weight: keyword^2"
        raise node.error(DefinitionError, "no field can be searched", hint)
    return fields


def _language(node: Node | None) -> str:
    """The language of every document, or of those that name no other."""
    if node is None:
        return "en"
    if isinstance(node.value, dict):
        return _language(node.value.get("default"))
    return _code(node)


def _languages(node: Node | None, definition: IndexDefinition) -> Languages | None:
    """What names a document's language, and which languages there are."""
    if node is None or not isinstance(node.value, dict):
        return None
    found = entries(node, ("from", "of", "default"))
    for name in ("from", "of"):
        if name not in found:
            hint = "like: language: {from: lang, of: [en, de], default: en}"
            raise node.error(DefinitionError, f"'{name}' is missing", hint)
    field = known_field(str(found["from"].value), found["from"], definition)
    if field.type is not FieldType.KEYWORD or field.stored:
        hint = f"declare it so: {field.name}: keyword"
        raise found["from"].error(DefinitionError, f"'{field.name}' is no keyword", hint)
    codes = found["of"]
    if not isinstance(codes.value, list) or not codes.value:
        raise codes.error(DefinitionError, "must be a list of languages", "like: of: [en, de]")
    return Languages(field.name, tuple(dict.fromkeys(_code(code) for code in codes.value)))


def _code(node: Node) -> str:
    if node.value not in LANGUAGES:
        hint = nearest(str(node.value), LANGUAGES)
        raise node.error(DefinitionError, f"unknown language '{node.value}'", hint)
    return str(node.value)


def _stop_words(node: Node) -> tuple[str, ...]:
    words = node.plain()
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        hint = "like: stop_words: [the, of], or [] for none"
        raise node.error(DefinitionError, "must be a list of words", hint)
    return tuple(words)


def _typo(node: Node, definition: IndexDefinition) -> Typo:
    found = entries(node, ("off_for", "min_length"))
    off_for = found["off_for"].plain() if "off_for" in found else []
    if not isinstance(off_for, list):
        raise found["off_for"].error(DefinitionError, "must be a list of fields")
    for name in off_for:
        known_field(str(name), found["off_for"], definition)
    lengths = found["min_length"].plain() if "min_length" in found else [4, 8]
    if not _are_lengths(lengths):
        hint = "like: min_length: [4, 8]"
        raise found["min_length"].error(
            DefinitionError, "must be two word lengths, for one and for two typos", hint
        )
    return Typo(lengths[0], lengths[1], tuple(str(name) for name in off_for))


def _are_lengths(value: Any) -> bool:
    if not isinstance(value, list) or len(value) != 2:
        return False
    return all(type(item) is int and item >= 1 for item in value) and value[0] <= value[1]


def _scope(node: Node, definition: IndexDefinition) -> str:
    field = known_field(str(node.value), node, definition)
    if field.hidden or field.facet_type not in ("values", "path"):
        hint = "name a facet of values or of a path that is not hidden"
        raise node.error(DefinitionError, f"'{field.name}' has no values to tell", hint)
    return field.name


def _sorts(node: Node, definition: IndexDefinition) -> tuple[tuple[str, Sort], ...]:
    if not isinstance(node.value, dict):
        raise node.error(DefinitionError, "must be a mapping", 'like: newest: "created_at:desc"')
    return tuple((name, _sort(child, definition)) for name, child in node.items())


def _sort(node: Node, definition: IndexDefinition) -> Sort:
    name, _, direction = str(node.value).partition(":")
    field = known_field(name, node, definition)
    if not field.sortable:
        raise node.error(DefinitionError, f"'{name}' is not sortable", "add the flag 'sort' to it")
    known = ("near",) if field.is_geo else ("asc", "desc")
    if direction not in known:
        hint = f"use {' or '.join(f'{name}:{order}' for order in known)}"
        raise node.error(DefinitionError, f"no order '{direction}'", hint)
    return Sort(name, descending=direction == "desc")
