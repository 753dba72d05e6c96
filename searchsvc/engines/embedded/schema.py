"""An index definition as tantivy fields: which physical fields each field of ours becomes."""

from dataclasses import dataclass

from tantivy import Schema, SchemaBuilder

from searchsvc.domain.definition import Field, FieldType, IndexDefinition
from searchsvc.engines import boosts
from searchsvc.engines.embedded.analyzers import RAW, WORDS
from searchsvc.engines.fields import has_words, joined

FORMAT = 3  # raised whenever this file's output changes: older versions are then rebuilt

ID, VERSION, DIGEST, SOURCE = "_id", "_version", "_digest", "_source"
SLOT, CHECKSUM, JOINED = "_slot", "_checksum", "_joined"

_STRINGS = frozenset({FieldType.TEXT, FieldType.KEYWORD, FieldType.ID, FieldType.PATH})


@dataclass(frozen=True, slots=True)
class Physical:
    """A field and the tantivy fields it is indexed in; "" where it has no such one.

    `words` holds its folded words with positions, `worded` names all that hold them, `whole` has
    all words of a short value as one term, `value` what filters and facets compare, `sort` the one
    value that it is sorted by. Of a point that is its cells and its number; several points are
    listed in `several`.
    """

    field: Field
    words: str = ""
    worded: tuple[str, ...] = ()
    whole: str = ""
    value: str = ""
    sort: str = ""
    several: str = ""


def physical(definition: IndexDefinition) -> tuple[Physical, ...]:
    """Every field's tantivy fields. They are numbered, so that no name can need escaping."""
    shared = joined(definition)
    return tuple(
        _physical(number, field, (JOINED,) if field in shared else ())
        for number, field in enumerate(definition.fields)
    )


def _physical(number: int, field: Field, shared: tuple[str, ...]) -> Physical:
    if field.stored or field.type is FieldType.JSON:
        return Physical(field)
    with_words = has_words(field)
    words = f"words{number}" if with_words else ""
    return Physical(
        field,
        words=words,
        worded=(words, *shared) if with_words else (),
        whole=f"whole{number}" if with_words and field.searchable else "",
        value="" if field.type is FieldType.TEXT else f"value{number}",
        sort=f"sort{number}" if field.sortable else "",
        several=f"several{number}" if field.is_geo else "",
    )


def build(definition: IndexDefinition) -> Schema:
    """The tantivy schema of `definition`."""
    builder = SchemaBuilder()
    _add_exact(builder, ID, stored=True)
    builder.add_integer_field(VERSION, fast=True)
    builder.add_integer_field(DIGEST, fast=True)
    builder.add_integer_field(SLOT, indexed=True, fast=True)
    builder.add_integer_field(CHECKSUM, fast=True)
    builder.add_bytes_field(SOURCE, stored=True)
    for column in boosts.columns(definition):
        builder.add_float_field(column, fast=True)
    if joined(definition):
        builder.add_text_field(JOINED, tokenizer_name=WORDS, index_option="freq")
    for one in physical(definition):
        _add(builder, one)
    return builder.build()


def _add(builder: SchemaBuilder, one: Physical) -> None:
    if one.words:
        builder.add_text_field(one.words, tokenizer_name=WORDS, index_option="position")
    if one.whole:
        builder.add_text_field(one.whole, tokenizer_name=RAW, index_option="basic")
    if one.field.is_geo:
        builder.add_text_field(one.value, tokenizer_name=RAW, index_option="basic")
        builder.add_integer_field(one.sort, fast=True)
        builder.add_bytes_field(one.several, stored=True)
        return
    for name in (one.value, one.sort):
        if name:
            _add_value(builder, name, one.field.type)


def _add_value(builder: SchemaBuilder, name: str, type: FieldType) -> None:
    if type in _STRINGS:
        _add_exact(builder, name)
    elif type is FieldType.NUMBER:
        builder.add_float_field(name, indexed=True, fast=True)
    elif type is FieldType.BOOL:
        builder.add_boolean_field(name, indexed=True, fast=True)
    else:  # a date in µs: tantivy's own dates end in 2262 and lose the fraction of a second
        builder.add_integer_field(name, indexed=True, fast=True)


def _add_exact(builder: SchemaBuilder, name: str, *, stored: bool = False) -> None:
    builder.add_text_field(name, stored=stored, fast=True, tokenizer_name=RAW, index_option="basic")
