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
    CHECKSUM,
    DIGEST,
    ID,
    SLOT,
    SOURCE,
    VERSION,
    Physical,
    physical,
)
from searchsvc.engines.fields import exact_text, id_parts

Add: TypeAlias = Callable[[tantivy.Document, Any], None]
# Adds one converted value under the name of a tantivy field.
Put: TypeAlias = Callable[[tantivy.Document, str, Any], None]
Convert: TypeAlias = Callable[[Document], tantivy.Document]

_LONGEST_WHOLE = 120  # characters; a longer text is nothing that somebody types as a name


def converter(definition: IndexDefinition) -> Convert:
    """What turns documents into tantivy's; it raises Unindexable with the reason.

    Only values that tantivy can hold get through: a single other one would cost every document
    since the last commit.
    """
    fields = [(one.field.name, *adders) for one in physical(definition) if (adders := _adders(one))]
    visible = sources.visible(definition)
    factor = boosts.multiplier(definition) if definition.boosts else None

    def convert(document: Document) -> tantivy.Document:
        id, version, held, source, digest, mark = document
        target = tantivy.Document()
        target.add_text(ID, values.checked_id(id))
        target.add_integer(VERSION, version)
        target.add_integer(DIGEST, digest)
        target.add_integer(SLOT, mark.slot)
        target.add_integer(CHECKSUM, mark.checksum)
        target.add_bytes(SOURCE, visible(source))
        name = ""
        try:
            for name, single, several in fields:
                value = held.get(name)
                if value is not None:
                    (single if type(value) in values.SINGLE else several)(target, value)
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


def _adders(one: Physical) -> tuple[Add, Add] | None:
    """What adds a single value of one field, and what adds several; None: it is not indexed.

    Most fields of most documents have a single value, so that is the short way through.
    """
    convert = values.converter(one.field)
    words, value, sort = _words(one), _value(one), _sort(one)
    parts = [part for part in (words, value, sort) if part]
    if convert is None or not parts:
        return None

    def single(target: tantivy.Document, given: Any) -> None:
        item = convert(given)
        for put, name in parts:
            put(target, name, item)

    def several(target: tantivy.Document, given: Any) -> None:
        items = [convert(item) for item in values.many(given)]
        for part, some in ((words, items), (value, dict.fromkeys(items)), (sort, items[:1])):
            put, name = part or (_ignore, "")
            for item in some:
                put(target, name, item)

    return _quick(one, convert, single), several


def _quick(one: Physical, convert: values.Convert, single: Add) -> Add:
    """What does as `single`, in fewer calls for the values that most documents have."""
    kind = one.field.type
    if kind is FieldType.KEYWORD or (kind is FieldType.TEXT and not one.sort):
        return _quick_text(one, single)
    return single if kind is FieldType.ID or one.words else _quick_value(one, convert)


def _quick_text(one: Physical, single: Add) -> Add:
    words, whole, value, sort = one.words, one.whole, one.value, one.sort

    def add(target: tantivy.Document, text: Any) -> None:
        # Plain ASCII is folded by the tokenizer, and as long in bytes as in characters.
        if type(text) is not str or not text.isascii() or len(text) > values.LONGEST_VALUE:
            single(target, text)
            return
        if words:
            target.add_text(words, text)
        if whole and len(text) <= _LONGEST_WHOLE and (exact := exact_text(tokens(text))):
            target.add_text(whole, exact)
        if value:
            target.add_text(value, text)
        if sort:
            target.add_text(sort, text)

    return add


def _quick_value(one: Physical, convert: values.Convert) -> Add:
    value, sort, put = one.value, one.sort, _PUT[one.field.type]

    def add(target: tantivy.Document, given: Any) -> None:
        item = convert(given)
        put(target, value, item)
        if sort:
            put(target, sort, item)

    return add


def _words(one: Physical) -> tuple[Put, str] | None:
    """Adds the words of a value, and a short value as one term."""
    if not one.words:
        return None
    put = _id_words(one.whole) if one.field.type is FieldType.ID else _text_words(one.whole)
    return put, one.words


def _text_words(whole: str) -> Put:
    def put(target: tantivy.Document, name: str, text: str) -> None:
        target.add_text(name, for_tokenizer(text))
        if whole and len(text) <= _LONGEST_WHOLE and (exact := exact_text(tokens(text))):
            target.add_text(whole, exact)

    return put


def _id_words(whole: str) -> Put:
    def put(target: tantivy.Document, name: str, text: str) -> None:
        for part in id_parts(tokens(text)):
            target.add_text(name, " ".join(part))
            if whole and (exact := exact_text(part)):
                target.add_text(whole, exact)

    return put


def _value(one: Physical) -> tuple[Put, str] | None:
    """Adds a value as filters and facets compare it."""
    return (_PUT[one.field.type], one.value) if one.value else None


def _sort(one: Physical) -> tuple[Put, str] | None:
    """Adds the one value that the document is sorted by."""
    field = one.field
    if not one.sort:
        return None
    if field.type is not FieldType.TEXT:
        return _PUT[field.type], one.sort

    def put(target: tantivy.Document, name: str, first: str) -> None:
        target.add_text(name, str(values.sort_value(field, first)))

    return put, one.sort


def _ignore(_target: tantivy.Document, _name: str, _item: object) -> None:
    """For a field without such a part."""


# tantivy's own methods, since one more call per value shows.
_PUT: dict[FieldType, Put] = {
    FieldType.TEXT: tantivy.Document.add_text,
    FieldType.KEYWORD: tantivy.Document.add_text,
    FieldType.ID: tantivy.Document.add_text,
    FieldType.NUMBER: tantivy.Document.add_float,
    FieldType.BOOL: tantivy.Document.add_boolean,
    FieldType.DATE: tantivy.Document.add_integer,
}
