"""Documents as tantivy documents, through one function per field made once per definition."""

from collections.abc import Callable
from typing import Any, TypeAlias

import tantivy

from searchsvc.domain.definition import FieldType, IndexDefinition
from searchsvc.domain.document import Document
from searchsvc.engines import boosts, sources, values
from searchsvc.engines.analysis import for_tokenizer, tokens
from searchsvc.engines.embedded.schema import (
    BOOST,
    DIGEST,
    ID,
    SOURCE,
    VERSION,
    Physical,
    physical,
)
from searchsvc.engines.fields import exact_text, id_parts

Add: TypeAlias = Callable[[tantivy.Document, Any], None]
Convert: TypeAlias = Callable[[Document], tantivy.Document]

_LONGEST_WHOLE = 120  # characters; a longer text is nothing that somebody types as a name


def converter(definition: IndexDefinition) -> Convert:
    """What turns documents into tantivy's; it raises Unindexable with the reason.

    Only values that tantivy can hold get through: a single other one would cost every document
    since the last commit.
    """
    adders = [(one.field.name, add) for one in physical(definition) if (add := _adder(one))]
    visible = sources.visible(definition)
    factor = boosts.multiplier(definition) if definition.boosts else None

    def convert(document: Document) -> tantivy.Document:
        target = tantivy.Document()
        target.add_text(ID, values.checked_id(document.id))
        target.add_integer(VERSION, document.version)
        target.add_integer(DIGEST, document.digest)
        target.add_bytes(SOURCE, visible(document.source))
        held = document.values
        for name, add in adders:
            value = held.get(name)
            if value is not None:
                add(target, value)
        if factor is not None:
            target.add_float(BOOST, as_weight(factor(held)))
        return target

    return convert


def as_weight(factor: float) -> float:
    """The weight by which tantivy multiplies a score with `factor`, up to a constant.

    It multiplies by log2(2 + weight), which is at least 1; so every factor is first divided by
    the least that a factor can be.
    """
    return float(2.0 ** (factor / boosts.LOWEST) - 2.0)


def _adder(one: Physical) -> Add | None:
    """What adds a value of one field; None where the field is not indexed."""
    read = values.reader(one.field)
    parts = [add for add in (_words(one), _value(one), _sort(one)) if add]
    if read is None or not parts:
        return None

    def add(target: tantivy.Document, value: Any) -> None:
        held = read(value)
        for part in parts:
            part(target, held)

    return add


def _words(one: Physical) -> Add | None:
    """Adds the words of each value, and a short value as one term."""
    name, whole = one.words, one.whole
    if not name:
        return None
    if one.field.type is FieldType.ID:
        return _id_words(name, whole)

    def add(target: tantivy.Document, texts: list[str]) -> None:
        for text in texts:
            target.add_text(name, for_tokenizer(text))
            if whole and len(text) <= _LONGEST_WHOLE and (exact := exact_text(tokens(text))):
                target.add_text(whole, exact)

    return add


def _id_words(name: str, whole: str) -> Add:
    def add(target: tantivy.Document, texts: list[str]) -> None:
        for text in texts:
            for part in id_parts(tokens(text)):
                target.add_text(name, " ".join(part))
                if whole and (exact := exact_text(part)):
                    target.add_text(whole, exact)

    return add


def _value(one: Physical) -> Add | None:
    """Adds each value as filters, facets and sorts compare it."""
    if not one.value:
        return None
    put, name = _put(one.field.type), one.value

    def add(target: tantivy.Document, held: list[Any]) -> None:
        for value in held if len(held) < 2 else dict.fromkeys(held):
            put(target, name, value)

    return add


def _sort(one: Physical) -> Add | None:
    """Adds the one value that the document is sorted by."""
    put, name, field = _put(one.field.type), one.sort, one.field
    if not name:
        return None

    def add(target: tantivy.Document, held: list[Any]) -> None:
        key = values.sort_value(field, held)
        if key is not None:
            put(target, name, key)

    return add


def _put(type: FieldType) -> Callable[[tantivy.Document, str, Any], None]:
    """How a value of that type enters a tantivy document."""
    if type is FieldType.NUMBER:
        return tantivy.Document.add_float
    if type is FieldType.BOOL:
        return tantivy.Document.add_boolean
    return tantivy.Document.add_integer if type is FieldType.DATE else tantivy.Document.add_text
