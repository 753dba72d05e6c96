"""Documents as tantivy documents, through one function per field made once per definition."""

from collections.abc import Callable, Sequence
from datetime import datetime
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

_SINGLE = frozenset({str, int, float, bool, datetime})  # one look instead of four, for most values
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
        name = ""
        try:
            for name, add in adders:
                value = held.get(name)
                if value is not None:
                    add(target, value)
        except values.Unindexable as error:
            raise values.Unindexable(f"{name}: {error}") from None
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
    """What adds a value of one field; None where the field is not indexed.

    Most fields of most documents have a single value, so that is the short way through.
    """
    convert = values.converter(one.field)
    each = [add for add in (_words(one),) if add]
    distinct = [add for add in (_value(one),) if add]
    first = [add for add in (_sort(one),) if add]
    every = (*each, *distinct, *first)
    if convert is None or not every:
        return None

    def add_many(target: tantivy.Document, value: Any) -> None:
        held = [convert(item) for item in values.many(value)]
        for parts, some in ((each, held), (distinct, dict.fromkeys(held)), (first, held[:1])):
            for part in parts:
                for item in some:
                    part(target, item)

    return _short_way(convert, every, add_many)


def _short_way(convert: values.Convert, every: Sequence[Add], add_many: Add) -> Add:
    """Adds a single value by each of `every`, and several by `add_many`."""
    if len(every) == 1:
        (only,) = every

        def add_by_one(target: tantivy.Document, value: Any) -> None:
            if type(value) in _SINGLE or not isinstance(value, values.MANY):
                only(target, convert(value))
            else:
                add_many(target, value)

        return add_by_one

    def add(target: tantivy.Document, value: Any) -> None:
        if type(value) in _SINGLE or not isinstance(value, values.MANY):
            converted = convert(value)
            for part in every:
                part(target, converted)
        else:
            add_many(target, value)

    return add


def _words(one: Physical) -> Add | None:
    """Adds the words of a value, and a short value as one term."""
    name, whole = one.words, one.whole
    if not name:
        return None
    if one.field.type is FieldType.ID:
        return _id_words(name, whole)

    def add(target: tantivy.Document, text: str) -> None:
        target.add_text(name, for_tokenizer(text))
        if whole and len(text) <= _LONGEST_WHOLE and (exact := exact_text(tokens(text))):
            target.add_text(whole, exact)

    return add


def _id_words(name: str, whole: str) -> Add:
    def add(target: tantivy.Document, text: str) -> None:
        for part in id_parts(tokens(text)):
            target.add_text(name, " ".join(part))
            if whole and (exact := exact_text(part)):
                target.add_text(whole, exact)

    return add


def _value(one: Physical) -> Add | None:
    """Adds a value as filters and facets compare it."""
    return _put(one.value, one.field.type) if one.value else None


def _sort(one: Physical) -> Add | None:
    """Adds the one value that the document is sorted by."""
    field = one.field
    if not one.sort:
        return None
    put = _put(one.sort, field.type)
    if field.type is not FieldType.TEXT:
        return put
    return lambda target, first: put(target, values.sort_value(field, first))


def _put(name: str, type: FieldType) -> Add:
    """How a value of that type enters a tantivy document."""
    if type is FieldType.NUMBER:
        return lambda target, value: target.add_float(name, value)
    if type is FieldType.BOOL:
        return lambda target, value: target.add_boolean(name, value)
    if type is FieldType.DATE:
        return lambda target, value: target.add_integer(name, value)
    return lambda target, value: target.add_text(name, value)
