"""Logs what each word of a query is worth to each candidate in each field, once for all weights.

A score is linear in the weights of fields but for the choice of the best field of each word. So
from these the score under any weights is worked out without asking an engine again.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from searchsvc.domain.definition import (
    JOINED_WEIGHT,
    SEARCHABLE,
    Field,
    FieldType,
    IndexDefinition,
)
from searchsvc.domain.query import Ids, Match, SearchQuery, Term
from searchsvc.ports import SearchEngine
from searchsvc.search.filter_parts import joined

CANDIDATES = 100
_MOST_WORDS = 10  # a longer query says it in its first ones
# Beside it a word is not the whole query, and gains nothing for being the whole of a field.
_NOTHING = Term("0zq9x7j0q")


@dataclass(frozen=True, slots=True)
class Features:
    """One query's candidates, and what is known of each, in their order.

    `words[n][f]` is what the nth word scores in the fth field of weight 1; `whole[f]` what words
    score there for standing side by side, or being all of it; `together` what they score in all
    texts and keywords together. `complete`: the candidate holds every word, which ranks where
    any is enough.
    """

    ids: tuple[str, ...]
    words: tuple[tuple[tuple[float, ...], ...], ...]
    whole: tuple[tuple[float, ...], ...]
    together: tuple[float, ...]
    complete: tuple[bool, ...]


def tunable(definition: IndexDefinition) -> list[Field]:
    """The fields in which words are looked up, in the definition's order."""
    return [
        field
        for field in definition.select("searchable")
        if field.type in SEARCHABLE and not field.stored
    ]


class FeatureLog:
    """Asks `engine` for the features of queries on the live version of `definition`."""

    def __init__(self, engine: SearchEngine, definition: IndexDefinition) -> None:
        self._engine = engine
        self._fields = tunable(definition)
        self._alone = {field.name: _only(self._fields, field.name) for field in self._fields}
        self._together = _only(self._fields, JOINED_WEIGHT)
        self._has_together = sum(f.type is not FieldType.ID for f in self._fields) > 1

    async def features(
        self, query: SearchQuery, hits: Sequence[str], judged: Collection[str]
    ) -> Features:
        """Of the hits of a query and of what was judged for it, as far as it matches."""
        bare = _bare(query)
        ids = tuple(dict.fromkeys((*hits, *judged)))
        asked = replace(bare, filter=joined(query.filter, Ids(ids)), limit=len(ids))
        found = await self._scores(asked)
        ids = tuple(id for id in ids if id in found)
        terms = query.terms[:_MOST_WORDS]
        words = []
        for term in terms:
            one = replace(asked, terms=(term, _NOTHING), text="", match=Match.ANY)
            words.append([await self._in_field(one, field) for field in self._fields])
        together = await self._joined(asked) if self._has_together else {}
        whole = [await self._beyond(asked, n, words) for n in range(len(self._fields))]
        counts = query.match is Match.ANY and len(terms) > 1
        complete = [counts and all(any(f.get(id) for f in word) for word in words) for id in ids]
        return Features(
            ids,
            tuple(tuple(_of(ids, field) for field in word) for word in words),
            tuple(_of(ids, field) for field in whole),
            _of(ids, together),
            tuple(complete),
        )

    async def _scores(self, query: SearchQuery) -> Mapping[str, float]:
        """The scores of the candidates that match."""
        result = await self._engine.search(query)
        return {hit.id: hit.score or 0.0 for hit in result.hits}

    async def _in_field(self, query: SearchQuery, field: Field) -> Mapping[str, float]:
        only = replace(query, search_fields=(field.name,), weights=self._alone[field.name])
        return await self._scores(only)

    async def _joined(self, query: SearchQuery) -> Mapping[str, float]:
        return await self._scores(replace(query, match=Match.ANY, weights=self._together))

    async def _beyond(
        self, query: SearchQuery, number: int, words: Sequence[Sequence[Mapping[str, float]]]
    ) -> Mapping[str, float]:
        """What all words together score in a field beyond what each does."""
        all_words = await self._in_field(replace(query, match=Match.ALL), self._fields[number])
        parts = [word[number] for word in words]
        return {
            id: max(0.0, score - sum(part.get(id, 0.0) for part in parts))
            for id, score in all_words.items()
        }


def _only(fields: Sequence[Field], name: str) -> tuple[tuple[str, float], ...]:
    """Weight 1 for that one, and 0 for the others."""
    names = (*(field.name for field in fields), JOINED_WEIGHT)
    return tuple((one, float(one == name)) for one in names)


def _bare(query: SearchQuery) -> SearchQuery:
    """The query's words and filter, and nothing that multiplies a score or costs time."""
    return replace(
        query, pins=(), boosts=(), facets=(), highlight=False, fields=(), sort=(), offset=0,
        after=None, grouping=None, alternatives=(),
    )  # fmt: skip


def _of(ids: Sequence[str], scores: Mapping[str, float]) -> tuple[float, ...]:
    return tuple(scores.get(id, 0.0) for id in ids)
