"""Similar documents: a search for the words that tell most of what one document says."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import orjson

from searchsvc.domain.definition import Field, FieldType, IndexDefinition
from searchsvc.domain.query import Ids, Match, Not, SearchQuery, Term
from searchsvc.domain.result import DocumentResult, Frequencies, SearchResult
from searchsvc.ports import SearchEngine
from searchsvc.search.answer import SimilarAnswer
from searchsvc.search.cost import refuse_costly
from searchsvc.search.filter_parts import joined
from searchsvc.search.stopwords import stop_words
from searchsvc.search.synonyms import folded
from searchsvc.search.words import LONGEST_WORD, words

# Of each field so many words are looked at, and of all so many are then searched for.
_LOOKED_AT, _SEARCHED = 50, 12
# An id names its document, and tells nothing of what that is like.
_TELLING = frozenset({FieldType.TEXT, FieldType.KEYWORD})

# How often a document says each word, by field.
Counts: TypeAlias = Mapping[str, Mapping[str, int]]


async def like(
    document: DocumentResult,
    query: SearchQuery,
    definition: IndexDefinition,
    engine: SearchEngine,
    most: int | None = None,
) -> SimilarAnswer:
    """The documents like that one, of its version, for a cost of `most`.

    Raises UnknownVersion, TooCostly or an engine's error.
    """
    version, id = document.version, document.hit.id
    counts = said(document.hit.source, definition, query.search_fields)
    words = tuple(telling(counts, await engine.frequencies(version, counts), definition))
    query = replace(asking(query, id, words), version=version)
    refuse_costly(query, definition, most)
    nothing = SearchResult(version, 0, ())
    return SimilarAnswer(id, words, query, await engine.search(query) if words else nothing)


def said(source: bytes, definition: IndexDefinition, only: tuple[str, ...] | None) -> Counts:
    """The words of the document's searched fields, or of those in `only`, the most said first."""
    held = orjson.loads(source)
    counted = {
        field.name: Counter(_words(held.get(field.name)))
        for field in definition.select("searchable")
        if field.type in _TELLING and (only is None or field.name in only)
    }
    return {name: dict(of.most_common(_LOOKED_AT)) for name, of in counted.items() if of}


def telling(counts: Counts, found: Frequencies, definition: IndexDefinition) -> list[str]:
    """The words that tell most: said often, in heavy fields, and by few other documents.

    A word that no other document holds leads to none, and one that says little to all of them.
    """
    little = _saying_little(definition)
    worth: dict[str, float] = {}
    for field in definition.fields:
        for word, times in counts.get(field.name, {}).items():
            holding = found.by_field.get(field.name, {}).get(word, 0)
            if holding > 1 and folded(word) not in little:
                worth[word] = worth.get(word, 0.0) + _worth(field, times, holding, found.documents)
    return sorted(worth, key=lambda word: (-worth[word], word))[:_SEARCHED]


def _saying_little(definition: IndexDefinition) -> frozenset[str]:
    """The stop words of every language that a document may be of."""
    return frozenset().union(*(stop_words(definition, code) for code in definition.all_languages))


def asking(query: SearchQuery, id: str, found: Sequence[str]) -> SearchQuery:
    """`query` for any of the words, without the document itself."""
    return replace(
        query,
        terms=tuple(Term(word) for word in found),
        match=Match.ANY,
        filter=joined(query.filter, Not(Ids((id,)))),
        highlight=False,
    )


def _worth(field: Field, times: int, holding: int, documents: int) -> float:
    """The weight of a word by tf-idf, in the shape in which it is as good as BM25's."""
    rare = math.log(1 + max(documents, holding) / holding)
    return field.weight * (1 + math.log(times)) * rare


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _words(one)
    elif isinstance(value, str):
        yield from (word for word in words(value) if len(word.encode()) < LONGEST_WORD)
