"""Documents as tantivy documents, field by field as it is settled once per definition."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import tantivy

from searchsvc.domain.definition import LOWEST, FieldType, IndexDefinition
from searchsvc.domain.document import Document
from searchsvc.engines import boosts, sources, values
from searchsvc.engines.analysis import for_tokenizer, tokens
from searchsvc.engines.embedded import geo
from searchsvc.engines.embedded.schema import (
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

# Adds a field's value, or its values.
Add: TypeAlias = Callable[[tantivy.Document, Any], None]
# Adds one converted value under the name of a tantivy field.
Put: TypeAlias = Callable[[tantivy.Document, str, Any], None]
Convert: TypeAlias = Callable[[Document], tantivy.Document]
# A field's name, whether a plain text is indexed as it is, the tantivy fields for its words, the
# one for all of them as one, those for the text itself, and what adds any text.
Text: TypeAlias = tuple[str, bool, Sequence[str], str, Sequence[str], Add]
# A field's name, what converts a value, what adds it, and its tantivy fields for value and sort.
Number: TypeAlias = tuple[str, values.Convert, Put, str, str]

_LONGEST_PLAIN = values.LONGEST_VALUE  # characters of ASCII, which are bytes
_LONGEST_WHOLE = 120  # characters; a longer text is nothing that somebody types as a name


def converter(definition: IndexDefinition) -> Convert:
    """What turns documents into tantivy's; it raises Unindexable with the reason.

    Only values that tantivy can hold get through: a single other one would cost every document
    since the last commit.
    """
    fields = [one for one in physical(definition) if one.words or one.value or one.sort]
    points = [one for one in fields if one.field.is_geo]
    texts = [_text(one) for one in fields if one.field.type not in (*_NUMBERS, FieldType.GEO)]
    numbers = [_number(one) for one in fields if one.field.type in _NUMBERS]
    visible = sources.visible(definition)
    factors = boosts.columns(definition).items()

    def convert(document: Document) -> tantivy.Document:
        id, version, held, source, digest, mark = document
        target = tantivy.Document()
        target.add_text(ID, values.checked_id(id))
        target.add_integer(VERSION, version)
        target.add_integer(DIGEST, digest)
        target.add_integer(SLOT, mark.slot)
        target.add_integer(CHECKSUM, mark.checksum)
        target.add_bytes(SOURCE, visible(source))
        _add_texts(target, held, texts)
        _add_numbers(target, held, numbers)
        for one in points:
            _add_points(target, held, one)
        for column, factor in factors:
            target.add_float(column, as_weight(factor(held)))
        return target

    return convert


def as_weight(factor: float) -> float:
    """The weight by which tantivy multiplies a score with `factor`, up to a constant.

    It multiplies by log2(2 + weight), which is at least 1; so every factor is first divided by
    the least that a factor can be.
    """
    return float(2.0 ** (factor / LOWEST) - 2.0)


def _text(one: Physical) -> Text:
    kind = one.field.type
    plain = kind is FieldType.KEYWORD or (kind is FieldType.TEXT and not one.sort)
    exact = [name for name in (one.value, one.sort) if name]
    return one.field.name, plain, one.worded, one.whole, exact, _text_adder(one)


def _add_texts(target: tantivy.Document, held: Mapping[str, Any], texts: Iterable[Text]) -> None:
    """Most texts are single ones in plain ASCII, which the tokenizer itself folds."""
    name = ""
    try:
        for name, plain, worded, whole, exact, add in texts:
            text = held.get(name)
            if plain and type(text) is str and text.isascii() and len(text) <= _LONGEST_PLAIN:
                for field in worded:
                    target.add_text(field, text)
                if whole and len(text) <= _LONGEST_WHOLE and (named := exact_text(tokens(text))):
                    target.add_text(whole, named)
                for field in exact:
                    target.add_text(field, text)
            elif text is not None:
                add(target, text)
    except values.Unindexable as error:
        raise values.Unindexable(f"{name}: {error}") from None


def _text_adder(one: Physical) -> Add:
    """What adds any text, or several: folded, exact values once each, and the first to sort by."""
    field, value, sort = one.field, one.value, one.sort
    convert = values.converter(field) or str
    add_words = _add_id_words if field.type is FieldType.ID else _add_words

    def add(target: tantivy.Document, given: Any) -> None:
        items = [convert(item) for item in values.many(given)]
        for item in items if one.words else ():
            add_words(target, one, item)
        for item in dict.fromkeys(values.held(field, items)) if value else ():
            target.add_text(value, item)
        if items and sort:
            target.add_text(sort, str(values.sort_value(field, items[0])))

    return add


def _add_words(target: tantivy.Document, one: Physical, text: str) -> None:
    readable = for_tokenizer(text)
    for name in one.worded:
        target.add_text(name, readable)
    if one.whole and len(text) <= _LONGEST_WHOLE and (named := exact_text(tokens(text))):
        target.add_text(one.whole, named)


def _add_id_words(target: tantivy.Document, one: Physical, text: str) -> None:
    for part in id_parts(tokens(text)):
        target.add_text(one.words, " ".join(part))
        if one.whole and (named := exact_text(part)):
            target.add_text(one.whole, named)


def _number(one: Physical) -> Number:
    convert = values.converter(one.field) or float
    return one.field.name, convert, _NUMBERS[one.field.type], one.value, one.sort


def _add_numbers(
    target: tantivy.Document, held: Mapping[str, Any], numbers: Iterable[Number]
) -> None:
    """Numbers, dates and booleans; most are single ones."""
    name = ""
    try:
        for number in numbers:
            name, convert, put, value, sort = number
            given = held.get(name)
            if type(given) in values.SINGLE:
                item = convert(given)
                put(target, value, item)
                if sort:
                    put(target, sort, item)
            elif given is not None:
                _add_several(target, [convert(item) for item in values.many(given)], number)
    except values.Unindexable as error:
        raise values.Unindexable(f"{name}: {error}") from None


def _add_several(target: tantivy.Document, items: Sequence[Any], number: Number) -> None:
    _, _, put, value, sort = number
    for item in dict.fromkeys(items):
        put(target, value, item)
    if sort and items:
        put(target, sort, items[0])


def _add_points(target: tantivy.Document, held: Mapping[str, Any], one: Physical) -> None:
    read = values.reader(one.field)
    points = read(held.get(one.field.name)) if read else []
    if points:
        geo.add(target, one, points)


# tantivy's own methods, since one more call per value shows.
_NUMBERS: dict[FieldType, Put] = {
    FieldType.NUMBER: tantivy.Document.add_float,
    FieldType.BOOL: tantivy.Document.add_boolean,
    FieldType.DATE: tantivy.Document.add_integer,
}
