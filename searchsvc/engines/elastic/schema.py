"""An index definition as an index body: which native fields each field of ours becomes.

Words are cut, folded and stemmed by `engines/analysis.py` and arrive as texts that only need
splitting at spaces. So a word is the same word on every engine, whatever analysis modules a
server has. What a search returns is one string: the document's JSON as it was written, digit for
digit; the fields beside it are indexed, and not stored a second time.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from searchsvc.domain.definition import Field, FieldType, IndexDefinition
from searchsvc.domain.index import IndexVersion, Recipe
from searchsvc.engines import boosts
from searchsvc.engines.fields import has_words, joined
from searchsvc.engines.recipes import Card, card_of
from searchsvc.errors import EngineError

FORMAT = 2  # raised whenever this file's output changes: older versions are then rebuilt

JSON, KEY, DIGEST = "_json", "_key", "_digest"
SLOT, CHECKSUM, JOINED = "_slot", "_checksum", "_joined"
BUILDING = {"refresh_interval": "-1", "number_of_replicas": 0}

_STRINGS = frozenset({FieldType.TEXT, FieldType.KEYWORD, FieldType.ID, FieldType.PATH})
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_WORDS = {"type": "text", "analyzer": "whitespace"}
_STEMS = {"type": "text", "analyzer": "whitespace", "index_options": "freqs"}
_WHOLE = {"type": "keyword", "doc_values": False}
_NATIVE = {
    FieldType.NUMBER: "double",
    FieldType.BOOL: "boolean",
    FieldType.DATE: "long",
    FieldType.GEO: "geo_point",
}


@dataclass(frozen=True, slots=True)
class Physical:
    """A field and the native fields below `root` that it is indexed in; "" where it has none.

    `words` holds its folded words with positions, `stems` their stems, `whole` all words of a
    short value as one term, `value` what filters and facets compare, `sort` the one value that it
    is sorted by.
    """

    field: Field
    root: str
    words: str = ""
    stems: str = ""
    whole: str = ""
    value: str = ""
    sort: str = ""


def physical(definition: IndexDefinition) -> tuple[Physical, ...]:
    """Every field's native fields."""
    return tuple(_physical(n, field) for n, field in enumerate(definition.fields))


def _physical(number: int, field: Field) -> Physical:
    # A name with a dot or a leading underscore means something to the server.
    root = field.name if _PLAIN.fullmatch(field.name) else f"field-{number}"
    if field.stored or field.type is FieldType.JSON:
        return Physical(field, root)
    with_words = has_words(field)
    with_stems = with_words and field.type is not FieldType.ID
    return Physical(
        field,
        root,
        words=f"{root}.words" if with_words else "",
        stems=f"{root}.stems" if with_stems else "",
        whole=f"{root}.whole" if with_words and field.searchable else "",
        value="" if field.type is FieldType.TEXT else f"{root}.value",
        sort=f"{root}.sort" if field.sort else "",
    )


def body(recipe: Recipe, shards: int = 1) -> dict[str, Any]:
    """What a version is created with: not refreshed and not replicated until it goes live."""
    definition = recipe.definition
    properties: dict[str, Any] = {
        JSON: {"type": "keyword", "index": False, "doc_values": False},
        KEY: {"type": "keyword"},
        DIGEST: {"type": "long", "index": False},
        SLOT: {"type": "long"},
        CHECKSUM: {"type": "long", "index": False},
    }
    for column in boosts.columns(definition):
        properties[column] = {"type": "double", "index": False}
    shared = joined(definition)
    if shared:
        properties[JOINED] = _STEMS
    for one in physical(definition):
        native = _properties(one, {"copy_to": JOINED} if one.field in shared else {})
        if native:
            properties[one.root] = {"properties": native}
    return {
        "settings": {
            "index": {
                **BUILDING,
                "number_of_shards": shards,
                # For so long a deleted document keeps an older write from bringing it back.
                "gc_deletes": "1h",
                "mapping": {"total_fields": {"limit": max(1000, 20 + 6 * len(properties))}},
            }
        },
        "mappings": {
            "dynamic": "strict",
            "_meta": meta(recipe),
            "_source": {"includes": [JSON]},
            "properties": properties,
        },
    }


def _properties(one: Physical, copied: dict[str, Any]) -> dict[str, Any]:
    """The native fields of one field, by their last names; its stems are `copied` as that says."""
    kind = one.field.type
    value = {"type": "keyword" if kind in _STRINGS else _NATIVE.get(kind, "")}
    every = {
        one.words: _WORDS,
        one.stems: {**_STEMS, **copied},
        one.whole: _WHOLE,
        one.value: value,
        one.sort: value,
    }
    return {name.rpartition(".")[2]: native for name, native in every.items() if name}


def meta(recipe: Recipe) -> dict[str, Any]:
    """The `_meta` of a version made from `recipe`."""
    return {"searchsvc": msgspec.to_builtins(card_of(recipe, FORMAT))}


def card(meta: Mapping[str, Any]) -> Card | None:
    """What `_meta` says, None where it is not ours. Raises msgspec.ValidationError if damaged."""
    ours = meta.get("searchsvc")
    return None if ours is None else msgspec.convert(ours, Card)


def card_in(described: Mapping[str, Any], version: IndexVersion) -> Card:
    """The card in what the server says of a version. Raises EngineError where it is not ours."""
    try:
        found = card(described["mappings"]["_meta"])
    except (KeyError, TypeError, AttributeError, msgspec.ValidationError):
        found = None
    if found is None or found.index_format != FORMAT:
        raise EngineError(
            f"version '{version}' was not made by this searchsvc",
            hint=f"run `searchsvc index rebuild {version.index}`",
        )
    return found
