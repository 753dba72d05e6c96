"""Reads the declaration of one field: `text^8, suggest, snippet(30)` or the long form."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from searchsvc.definitions.cuts import read_cut
from searchsvc.domain.definition import FILTERABLE, SEARCHABLE, Field, FieldType
from searchsvc.errors import DefinitionError, nearest
from searchsvc.yamlfile import Node

FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
FLAGS = ("suggest", "highlight", "snippet", "facet", "sort", "stored", "hidden")
_ARGUMENT = r"\((?P<argument>\s*\"[^\"]*\"\s*|[^()\"]*)\)"
_PART = re.compile(rf"(?P<name>\w+)(?:{_ARGUMENT})?(?:\^(?P<weight>[\d.]+))?")
_COMMA = re.compile(r',(?=(?:[^"]*"[^"]*")*[^"]*$)')  # one that stands in no quotes
_DEFAULT_WEIGHTS = {FieldType.TEXT: 1.0, FieldType.ID: 1.0}


def read_field(name: str, node: Node) -> Field:
    """The field `name`. Raises DefinitionError with file, line and key."""
    if FIELD_NAME.fullmatch(name) is None:
        hint = "use letters, digits and '_', beginning with a letter, at most 64"
        raise node.error(DefinitionError, f"'{name}' cannot be a field's name", hint)
    if isinstance(node.value, str):
        given = _short_form(node)
    elif isinstance(node.value, dict):
        given = _long_form(node)
    else:
        raise node.error(DefinitionError, "must be a type with flags", "like: text^8, suggest")
    field = _build(name, given, node)
    _check_flags(field, node)
    return field


def _short_form(node: Node) -> dict[str, Any]:
    """`type^weight, flag, flag(argument)` as the long form's entries."""
    given: dict[str, Any] = {}
    for number, part in enumerate(_parts(node.value)):
        match = _PART.fullmatch(part)
        if match is None:
            message = f"cannot read '{part}'"
            raise node.error(DefinitionError, message, "like: text^8, suggest, snippet(30)")
        if number == 0:
            given["type"] = match["name"]
            if match["weight"]:
                given["weight"] = _number(match["weight"], node)
            if match["argument"] is not None:
                given["separator"] = _argument(match["argument"])
            continue
        if match["weight"]:
            raise node.error(DefinitionError, f"the weight stands behind the type, not '{part}'")
        given[match["name"]] = _argument(match["argument"])
    return given


def _parts(text: str) -> list[str]:
    return [part.strip() for part in _COMMA.split(text)]


def _argument(text: str | None) -> Any:
    if text is None:
        return True
    bare = text.strip()
    return int(bare) if bare.isdigit() else bare.strip('"')


def _number(text: str, node: Node) -> float:
    try:
        return float(text)
    except ValueError:
        raise node.error(DefinitionError, f"'{text}' is no weight") from None


def _long_form(node: Node) -> dict[str, Any]:
    return {name: child.plain() for name, child in node.items()}


def _build(name: str, given: Mapping[str, Any], node: Node) -> Field:
    known = ("type", "weight", "separator", *FLAGS)
    for key in given:
        if key not in known:
            raise node.error(DefinitionError, f"unknown flag '{key}'", nearest(key, known))
    kind = _type(given.get("type"), node)
    separator = _separator(kind, given.get("separator"), node)
    flags = {flag: given[flag] for flag in FLAGS if flag in given}
    if isinstance(flags.get("facet"), str | int) and not isinstance(flags["facet"], bool):
        flags |= {"facet": True, "cut": read_cut(str(flags["facet"]), kind, node)}
    for flag, value in flags.items():
        _check_value(flag, value, node)
    weight = given.get("weight", 0.0 if flags.get("stored") else _DEFAULT_WEIGHTS.get(kind, 0.0))
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight <= 1000:
        raise node.error(DefinitionError, f"weight {weight!r} is not between 0 and 1000")
    return Field(name, kind, float(weight), separator=separator, **flags)


def _type(value: Any, node: Node) -> FieldType:
    types = [t.value for t in FieldType]
    if not isinstance(value, str) or value not in types:
        hint = nearest(str(value), types)
        raise node.error(DefinitionError, f"unknown field type '{value}'", hint)
    return FieldType(value)


def _separator(kind: FieldType, given: Any, node: Node) -> str:
    """What stands between the names of a path."""
    if kind is not FieldType.PATH:
        if given is not None:
            raise node.error(DefinitionError, f"the type '{kind}' takes no argument")
        return ""
    if not isinstance(given, str) or not 0 < len(given) <= 10:
        message = "a path takes what stands between its names, 1 to 10 characters"
        raise node.error(DefinitionError, message, 'like: path(" > "), facet')
    return given


def _check_value(flag: str, value: Any, node: Node) -> None:
    if flag == "snippet":
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 500:
            hint = "like: snippet(30)"
            message = "snippet takes a whole number of words, 1 to 500"
            raise node.error(DefinitionError, message, hint)
    elif flag in FLAGS and not isinstance(value, bool):
        raise node.error(DefinitionError, f"'{flag}' takes no argument")


def _check_flags(field: Field, node: Node) -> None:
    """Refuse what could never have an effect."""
    for is_bad, message, hint in _CONTRADICTIONS:
        if is_bad(field):
            raise node.error(DefinitionError, message, hint)


def _suggests_nothing(field: Field) -> bool:
    if not field.suggest or field.type is FieldType.TEXT:
        return False
    return field.type is not FieldType.KEYWORD or field.hidden or not (field.facet or field.weight)


_CONTRADICTIONS: tuple[tuple[Callable[[Field], object], str, str], ...] = (
    (
        lambda f: f.stored and f.hidden,
        "a field cannot be both stored and hidden",
        "stored fields are only returned, hidden ones never",
    ),
    (
        lambda f: f.weight and f.type not in SEARCHABLE,
        "this type takes no weight",
        "only text, keyword, id and path fields are searched",
    ),
    (
        lambda f: f.facet and f.type not in FILTERABLE - {FieldType.GEO},
        "this type cannot be a facet",
        "facet goes with keyword, id, number, bool, date and path",
    ),
    (
        lambda f: f.facet and f.type is FieldType.DATE and f.cut is None,
        "the values of a date are too many to count one by one",
        "like: facet(histogram month)",
    ),
    (
        lambda f: f.sort and f.type is FieldType.JSON,
        "a json field cannot be sorted",
        "name the part to sort by as a field of its own",
    ),
    (
        lambda f: f.sort and f.type is FieldType.GEO,
        "a geo field is always sorted by distance",
        "drop 'sort'",
    ),
    (
        _suggests_nothing,
        "there is nothing to suggest from this field",
        "suggest goes with text, and with a keyword that is a facet or has a weight",
    ),
    (
        lambda f: (f.highlight or f.snippet) and not f.searchable,
        "only a searched field can be highlighted",
        "give it a weight, like keyword^2",
    ),
    (
        lambda f: f.hidden and (f.highlight or f.snippet or f.facet or f.sort),
        "a hidden field shows in no answer, and no caller can name it",
        "drop 'hidden', or the flag that shows it",
    ),
    (
        lambda f: f.stored and (f.facet or f.sort or f.weight or f.suggest),
        "a stored field is only returned",
        "drop 'stored' to search, filter or sort by it",
    ),
)
