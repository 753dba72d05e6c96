"""Asks an index as if a ranking had boosts that its documents do not carry yet."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from searchsvc.domain.definition import Boost, IndexDefinition
from searchsvc.domain.query import SearchQuery
from searchsvc.domain.result import Hit, SearchResult
from searchsvc.ports import Search
from searchsvc.relevance.features import CANDIDATES, Number

# What computes the factor that boosts make of a document.
Multiplier: TypeAlias = Callable[[IndexDefinition, Sequence[Boost]], Number]

# A document further behind by its words is not lifted to the first page by any boost that tunes.
_MOST = 10 * CANDIDATES


@dataclass(frozen=True, slots=True)
class BoostedSearch:
    """Multiplies what an engine scores, as it would itself once documents are indexed anew.

    `highest`: the largest factor there is. Queries are by a ranking without boosts; `fields` are
    those that the factor goes by.
    """

    engine: Search
    factor: Number
    fields: tuple[str, ...]
    highest: float

    async def search(self, query: SearchQuery) -> SearchResult:
        """The page that the query asks for, of hits in the order of their boosted scores."""
        end = query.offset + query.limit
        if not query.limit:
            return await self.engine(query)
        fields = None if query.fields is None else (*query.fields, *self.fields)
        size = max(CANDIDATES, end)
        while True:
            asked = replace(query, offset=0, limit=size, fields=fields)
            result = await self.engine(asked)
            hits = sorted(map(self._boosted, result.hits), key=lambda hit: -(hit.score or 0.0))
            if len(hits) < size or size >= _MOST or self._is_settled(result, hits[:end]):
                return replace(result, hits=tuple(hits[query.offset : end]))
            size = max(_MOST, end)

    def _boosted(self, hit: Hit) -> Hit:
        return replace(hit, score=(hit.score or 0.0) * self.factor(json.loads(hit.source)))

    def _is_settled(self, asked: SearchResult, page: Sequence[Hit]) -> bool:
        """Whether no document behind the last that was asked for could come to the front."""
        return (asked.hits[-1].score or 0.0) * self.highest <= (page[-1].score or 0.0)


def logarithms(
    numbers: Sequence[str], definition: IndexDefinition, multiplier: Multiplier
) -> Mapping[str, Number]:
    """What reads from a document by how much the logarithm of each number would boost it."""
    return {
        name: _one_less(multiplier(definition, (Boost(name, 1.0, by="log"),))) for name in numbers
    }


def _one_less(factor: Number) -> Number:
    return lambda document: factor(document) - 1
