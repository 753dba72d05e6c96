"""What should be judged next: documents that searches show and nobody has judged."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import log2

import orjson

from searchsvc.domain.definition import FieldType, IndexDefinition
from searchsvc.domain.result import Hit
from searchsvc.search.service import SearchService
from searchsvc.telemetry.stages import Stages

DEPTH = 10
_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A document that nobody has judged for `query`, with its rank by each ranking that shows it.

    `weight` is the most that its rating can change between two of the rankings, in units of DCG
    for a gain of 1. `text` is what it says of itself.
    """

    query: str
    id: str
    ranks: Mapping[str, int]
    weight: float
    text: str


async def unjudged(
    search: SearchService,
    index: str,
    judged: Mapping[str, Collection[str]],
    rankings: Sequence[str],
) -> list[Unjudged]:
    """Of the first ten hits of each query of `judged`, those that are not among its documents.

    Without `rankings` by all that the live version has.
    Those first on whose places the rankings differ most, then those at the top. Raises
    UnknownIndex, NotServing, RequestError for a ranking that there is not, or an engine's error.
    """
    asker = _Asker(search, index, rankings)
    queries = list(judged)
    found: list[Unjudged] = []
    for start in range(0, len(queries), _AT_ONCE):
        some = queries[start : start + _AT_ONCE]
        for lists in await asyncio.gather(*(asker.ask(query, judged[query]) for query in some)):
            found += lists
    return sorted(found, key=lambda one: (-one.weight, min(one.ranks.values()), one.query, one.id))


class _Asker:
    """Asks one index by several rankings, as its users are answered."""

    def __init__(self, search: SearchService, index: str, rankings: Sequence[str]) -> None:
        self._search = search
        self._index = index
        self._definition = search.basis(index)[0].definition
        self._rankings = rankings or [one.name for one in self._definition.all_rankings]

    async def ask(self, query: str, judged: Collection[str]) -> list[Unjudged]:
        ranks: dict[str, dict[str, int]] = {}
        hits: dict[str, Hit] = {}
        for ranking in self._rankings:
            asked = {"q": query, "ranking": ranking, "per_page": DEPTH, "highlight": False}
            answer = await self._search.search(self._index, asked, Stages())
            for rank, hit in enumerate(answer.result.hits, 1):
                if hit.id not in judged:
                    ranks.setdefault(hit.id, {})[ranking] = rank
                    hits[hit.id] = hit
        return [
            Unjudged(query, id, found, self._weight(found), _text(hits[id], self._definition))
            for id, found in ranks.items()
        ]

    def _weight(self, ranks: Mapping[str, int]) -> float:
        discounts = [_discount(ranks.get(ranking)) for ranking in self._rankings]
        return max(discounts) - min(discounts)


def _discount(rank: int | None) -> float:
    return 0.0 if rank is None else 1 / log2(rank + 1)


def _text(hit: Hit, definition: IndexDefinition) -> str:
    """The value of the text that weighs most."""
    texts = [one for one in definition.fields if one.type is FieldType.TEXT and not one.hidden]
    document = orjson.loads(hit.source)
    for field in sorted(texts, key=lambda one: -one.weight):
        if isinstance(value := document.get(field.name), str) and value:
            return value
    return ""
