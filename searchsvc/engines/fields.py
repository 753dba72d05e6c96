"""Which fields a query's words are looked up in, and which make facets and suggestions."""

from collections.abc import Sequence
from dataclasses import replace

from searchsvc.domain.definition import (
    JOINED_SHARE,
    JOINED_WEIGHT,
    SEARCHABLE,
    Field,
    FieldType,
    IndexDefinition,
    Weights,
)

# Types of which a facet counts value by value; ranges of dates are counted, too.
COUNTED = frozenset(
    {FieldType.KEYWORD, FieldType.ID, FieldType.NUMBER, FieldType.BOOL, FieldType.PATH}
)


def has_words(field: Field) -> bool:
    """Whether the words of `field` are indexed."""
    return field.type in SEARCHABLE and not field.stored and (field.searchable or field.suggest)


def searched(
    definition: IndexDefinition, names: Sequence[str] | None, weights: Weights = ()
) -> list[Field]:
    """The fields with a weight; only those in `names`, where it is given.

    `weights` stand in for those of the fields they name.
    """
    given = dict(weights)
    return [
        replace(field, weight=given[field.name]) if field.name in given else field
        for field in definition.fields
        if has_words(field) and field.searchable and (names is None or field.name in names)
    ]


def joined(definition: IndexDefinition, weights: Weights = ()) -> list[Field]:
    """The fields whose words stand in one joined field, too; none where that would be one field.

    BM25 on the joined field tells what a document is about, whichever field says so. Ids are not
    in it: they are matched as they are typed.
    """
    found = [f for f in searched(definition, None, weights) if f.type is not FieldType.ID]
    return found if len(found) > 1 else []


def complete_weight(fields: Sequence[Field], worth: float) -> float:
    """What it adds to a score to hold all words, which is `worth` so many times the mean weight."""
    return worth * _mean(fields)


def joined_weight(
    definition: IndexDefinition, names: Sequence[str] | None, weights: Weights = ()
) -> float:
    """What a word in the joined field is worth; 0 where `names` restrict a search to some fields.

    By the mean weight, so that a definition may use any scale, unless `weights` say it.
    """
    shared = joined(definition, weights) if names is None else []
    if not shared:
        return 0.0
    return dict(weights).get(JOINED_WEIGHT, JOINED_SHARE * _mean(shared))


def _mean(fields: Sequence[Field]) -> float:
    return sum(field.weight for field in fields) / len(fields) if fields else 0.0


def suggest_values(definition: IndexDefinition) -> list[Field]:
    """The fields whose values are suggested with their number of documents."""
    return [
        field
        for field in definition.select("suggest")
        if field.facet and field.type is FieldType.KEYWORD and has_words(field)
    ]


def suggest_texts(definition: IndexDefinition) -> list[Field]:
    """The fields by which documents are suggested, weighted like each other where none weighs.

    A field that gives values is not among them: the same word twice helps nobody.
    """
    values = suggest_values(definition)
    return [
        replace(field, weight=field.weight or 1.0)
        for field in definition.select("suggest")
        if has_words(field) and field not in values
    ]


def among(fields: Sequence[Field], names: Sequence[str] | None) -> list[Field]:
    """Those fields that are in `names`, where it is given."""
    return [field for field in fields if names is None or field.name in names]


def exact_text(words: Sequence[str]) -> str:
    """A short text as one value, to find documents whose field is just the query; or ""."""
    return " ".join(words) if len(words) <= LONGEST_EXACT else ""


LONGEST_EXACT = 12  # words; nobody types more to name one thing


def id_parts(words: list[str]) -> list[list[str]]:
    """An id's words, and the id without its punctuation: `SKU-12/A` is found as `sku12a`, too."""
    return [words, ["".join(words)]] if len(words) > 1 else [words]
