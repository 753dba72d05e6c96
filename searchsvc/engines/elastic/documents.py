"""Writes as the two lines that a bulk request has for each."""

from collections.abc import Callable
from typing import Any, TypeAlias

import orjson

from searchsvc.domain.definition import FieldType, IndexDefinition
from searchsvc.domain.document import Delete, Document, Write
from searchsvc.engines import boosts, sources, values
from searchsvc.engines.analysis import Stem, tokens
from searchsvc.engines.elastic.schema import (
    CHECKSUM,
    DIGEST,
    JSON,
    KEY,
    SLOT,
    Physical,
    physical,
)
from searchsvc.engines.fields import exact_text, id_parts
from searchsvc.engines.languages import stem_of

Convert: TypeAlias = Callable[[Write], bytes]
# Puts what a field's value is natively into a body, under the native fields' whole names; words
# are stemmed as the document's language has it.
Add: TypeAlias = Callable[[dict[str, Any], Any, Stem], None]

_LONGEST_WHOLE = 120  # characters; a longer text is nothing that somebody types as a name


def converter(definition: IndexDefinition) -> Convert:
    """What turns writes into bulk lines; it raises Unindexable with the reason.

    The result must not be shared between threads.
    """
    render = _renderer(definition)

    def convert(write: Write) -> bytes:
        values.checked_id(write.id)
        # Always a whole `index`: what is written is a function of one read, never of what is there.
        name = b"delete" if isinstance(write, Delete) else b"index"
        action = b'{"%b":{"_id":%b,"version":%d,"version_type":"external_gte"}}\n' % (
            name, orjson.dumps(write.id), write.version,
        )  # fmt: skip
        return action if isinstance(write, Delete) else action + render(write)

    return convert


def _renderer(definition: IndexDefinition) -> Callable[[Document], bytes]:
    fields = [
        (one.field.name, _adder(one, convert))
        for one in physical(definition)
        if (convert := values.converter(one.field))
    ]
    stem_for = stem_of(definition)
    visible = sources.visible(definition)
    factors = boosts.columns(definition).items()

    def render(document: Document) -> bytes:
        held, mark = document.values, document.mark
        body: dict[str, Any] = {
            JSON: _text(visible(document.source)), KEY: document.id, DIGEST: document.digest,
            SLOT: mark.slot, CHECKSUM: mark.checksum,
        }  # fmt: skip
        name, stem = "", stem_for(held)
        try:
            for name, add in fields:
                value = held.get(name)
                if value is not None:
                    add(body, value, stem)
        except ValueError as error:
            raise values.Unindexable(f"{name}: {error}") from None
        for column, factor in factors:
            body[column] = factor(held)
        return orjson.dumps(body, option=orjson.OPT_APPEND_NEWLINE)

    return render


def _text(source: bytes) -> str:
    try:
        return source.decode()
    except UnicodeDecodeError:
        raise values.Unindexable("the source is not UTF-8") from None


def _adder(one: Physical, convert: values.Convert) -> Add:
    """What adds one field; it raises Unindexable without the field's name."""

    def add(body: dict[str, Any], given: Any, stem: Stem) -> None:
        items = [convert(item) for item in values.many(given)]
        if items and one.words:
            _add_words(body, one, stem, items)
        if items and one.value:
            held = values.held(one.field, items)
            body[one.value] = list(dict.fromkeys(held)) if len(held) > 1 else held
        if items and one.sort:
            body[one.sort] = values.sort_value(one.field, items[0])

    if one.field.type is FieldType.PATH:
        return add
    # Most fields of most documents are a single value, in half the time.
    if one.stems:
        return _text_adder(one, convert, add)
    return _value_adder(one, convert, add) if one.value and not one.words else add


def _value_adder(one: Physical, convert: values.Convert, add_many: Add) -> Add:
    """Adds what has no words: the same for filters and sorts."""
    value, sort = one.value, one.sort

    def add(body: dict[str, Any], given: Any, stem: Stem) -> None:
        if type(given) in values.SINGLE:
            body[value] = item = convert(given)
            if sort:
                body[sort] = item
        else:
            add_many(body, given, stem)

    return add


def _text_adder(one: Physical, convert: values.Convert, add_many: Add) -> Add:
    """Adds a text with its words and stems."""

    def add(body: dict[str, Any], given: Any, stem: Stem) -> None:
        if type(given) is not str:
            add_many(body, given, stem)
            return
        item = convert(given)
        words = tokens(item)
        body[one.words] = " ".join(words)
        body[one.stems] = " ".join(stem(words))
        if one.whole and len(item) <= _LONGEST_WHOLE and (exact := exact_text(words)):
            body[one.whole] = exact
        if one.value:
            body[one.value] = item
        if one.sort:
            body[one.sort] = values.sort_value(one.field, item)

    return add


def _add_words(body: dict[str, Any], one: Physical, stem: Stem, items: list[str]) -> None:
    """Words, stems and wholes; each value by itself, so that no phrase reaches into the next."""
    cut = [tokens(item) for item in items]
    wholes = cut if one.whole else []
    if one.field.type is FieldType.ID:
        cut = [part for words in cut for part in id_parts(words)]
        wholes = cut if one.whole else []
    elif one.whole:
        pairs = zip(items, cut, strict=True)
        wholes = [words for item, words in pairs if len(item) <= _LONGEST_WHOLE]
    body[one.words] = [" ".join(words) for words in cut]
    if one.stems:
        body[one.stems] = [" ".join(stem(words)) for words in cut]
    named = [exact for words in wholes if (exact := exact_text(words))]
    if named:
        body[one.whole] = named
