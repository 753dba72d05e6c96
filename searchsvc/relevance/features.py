"""Logs what each word of a query is worth to each candidate in each field, once for all weights.

A score is linear in the weights of fields but for the choice of the best field of each word. So
from these the score under any weights is worked out without asking an engine again.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import TypeAlias

from searchsvc.domain.definition import (
    JOINED_SHARE,
    JOINED_WEIGHT,
    SEARCHABLE,
    WORDS_ALONE,
    Field,
    FieldType,
    IndexDefinition,
    Weights,
)
from searchsvc.domain.query import Alternative, Ids, Match, SearchQuery, Term
from searchsvc.ports import Search
from searchsvc.search.completeness import COMPLETE_MOST, multiplies, worth_of_all
from searchsvc.search.filter_parts import joined

CANDIDATES = 100
# A number of a document, by what its JSON object holds.
Number: TypeAlias = Callable[[Mapping[str, object]], float]
_MOST_WORDS = 10  # a longer query says it in its first ones
# Beside it a word is not the whole query, and gains nothing for being the whole of a field.
_NOTHING = Term("0zq9x7j0q")


@dataclass(frozen=True, slots=True)
class Features:
    """One query's candidates, and what is known of each, in their order.

    `words[n][f]` is what the nth word scores in the fth field of weight 1; `whole[f]` what words
    score there for standing side by side, or being all of it; `together` what they score in all
    texts and keywords together. `complete`: the candidate holds every word, where any is enough,
    which is `worth` so many times the mean weight (0 where it does not count; FIRST: it comes
    before those that do not). `factors` are what boosts make of the score; empty where nothing
    boosts. `numbers` has a row for each number that was asked for.
    """

    ids: tuple[str, ...]
    words: tuple[tuple[tuple[float, ...], ...], ...]
    whole: tuple[tuple[float, ...], ...]
    together: tuple[float, ...]
    complete: tuple[bool, ...]
    worth: float = 0.0
    factors: tuple[float, ...] = ()
    numbers: tuple[tuple[float, ...], ...] = ()


def tunable(definition: IndexDefinition, names: Collection[str] | None = None) -> list[Field]:
    """The fields in which words are looked up, in the definition's order; only those of `names`."""
    return [
        field
        for field in definition.select("searchable")
        if field.type in SEARCHABLE and not field.stored and (names is None or field.name in names)
    ]


def weights_of(definition: IndexDefinition, query: SearchQuery) -> Weights:
    """The weights by which a query is ranked, that of all fields together as the last."""
    given = dict(query.weights)
    fields = tunable(definition, query.search_fields)
    own = {field.name: given.get(field.name, field.weight) for field in fields}
    shared = [own[field.name] for field in fields if field.type is not FieldType.ID]
    together = 0.0
    if len(shared) > 1 and query.search_fields is None:
        together = given.get(JOINED_WEIGHT, JOINED_SHARE * fmean(shared))
    return (*own.items(), (JOINED_WEIGHT, together))


def complete_bonus(weights: Sequence[float], worth: float) -> float:
    """What it adds to hold all words, by the weights of the fields that are searched."""
    return worth * fmean(weights) if weights else 0.0


class FeatureLog:
    """Asks by `search` for the features of queries on the live version of `definition`.

    With `names` only these fields are looked up. `numbers` are read from each candidate's fields
    of these names.
    """

    def __init__(
        self,
        search: Search,
        definition: IndexDefinition,
        names: Collection[str] | None = None,
        numbers: Mapping[str, Number] | None = None,
    ) -> None:
        self._numbers = dict(numbers or {})
        self._search = search
        self._definition = definition
        self._fields = tunable(definition, names)
        self._alone = {field.name: _only(self._fields, field.name) for field in self._fields}
        self._together = _only(self._fields, JOINED_WEIGHT)
        shared = sum(field.type is not FieldType.ID for field in self._fields)
        self._has_together = names is None and shared > 1

    async def features(
        self, query: SearchQuery, hits: Sequence[str], judged: Collection[str]
    ) -> Features:
        """Of the hits of a query and of what was judged for it, as far as it matches."""
        ids = tuple(dict.fromkeys((*hits, *judged)))
        asked = replace(_bare(query), filter=joined(query.filter, Ids(ids)), limit=len(ids))
        found, numbers = await self._candidates(asked)
        ids = tuple(id for id in ids if id in found)
        words = []
        for term, instead in _clauses(query):
            one = replace(
                asked, terms=(term, _NOTHING), alternatives=instead, text="", match=Match.ANY
            )
            words.append([await self._in_field(one, field) for field in self._fields])
        counts = _counts_complete(query)
        complete = [counts and all(any(f.get(id) for f in word) for word in words) for id in ids]
        worth = worth_of_all(self._definition, query) if counts else 0.0
        factors = await self._factors(query, asked, found)
        together = await self._joined(asked) if self._has_together else {}
        whole = [await self._beyond(asked, n, words) for n in range(len(self._fields))]
        return Features(
            ids,
            tuple(tuple(_of(ids, field) for field in word) for word in words),
            tuple(_of(ids, field) for field in whole),
            _of(ids, together),
            tuple(complete),
            worth,
            _of(ids, factors) if factors else (),
            tuple(_of(ids, number) for number in numbers),
        )

    async def _candidates(
        self, query: SearchQuery
    ) -> tuple[Mapping[str, float], list[Mapping[str, float]]]:
        """The scores of the candidates that match, and each of the numbers."""
        result = await self._search(replace(query, fields=tuple(self._numbers)))
        scores = {hit.id: hit.score or 0.0 for hit in result.hits}
        if not self._numbers:
            return scores, []
        documents = {hit.id: json.loads(hit.source) for hit in result.hits}
        read = self._numbers.values()
        return scores, [{id: number(d) for id, d in documents.items()} for number in read]

    async def _scores(self, query: SearchQuery) -> Mapping[str, float]:
        """The scores of the candidates that match."""
        result = await self._search(query)
        return {hit.id: hit.score or 0.0 for hit in result.hits}

    async def _factors(
        self,
        query: SearchQuery,
        bare: SearchQuery,
        alone: Mapping[str, float],
    ) -> Mapping[str, float]:
        """What boosts make of what words alone score; nothing where there are no boosts."""
        if not multiplies(self._definition, query):
            return {}
        boosted = await self._scores(replace(bare, ranking=query.ranking, boosts=query.boosts))
        held = [(id, score, alone.get(id, 0.0)) for id, score in boosted.items()]
        return {id: score / words if words > 0 else 1.0 for id, score, words in held}

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
    """The query's words and filter, and nothing that else adds to a score or costs time."""
    return replace(
        query, pins=(), boosts=(), ranking=WORDS_ALONE, facets=(), highlight=False, fields=(),
        sort=(), offset=0, after=None, grouping=None, all_words=0.0,
    )  # fmt: skip


def _counts_complete(query: SearchQuery) -> bool:
    """Whether it matters that a document holds all words."""
    return query.match is Match.ANY and 1 < len(query.terms) <= COMPLETE_MOST


def _clauses(query: SearchQuery) -> list[tuple[Term, tuple[Alternative, ...]]]:
    """Each word, as one that is needed, with what may stand in its place."""
    found = []
    for place, term in enumerate(query.terms[:_MOST_WORDS]):
        instead = [a for a in query.alternatives if a.start <= place < a.end]
        alone = tuple(replace(a, start=0, end=1) for a in instead)
        found.append((replace(term, optional=False), alone))
    return found


def _of(ids: Sequence[str], scores: Mapping[str, float]) -> tuple[float, ...]:
    return tuple(scores.get(id, 0.0) for id in ids)
