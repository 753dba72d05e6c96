"""Asks golden queries of two versions of an index, side by side: a rebuild's last question."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter

from searchsvc.domain.index import IndexVersion
from searchsvc.domain.judgment import Comparison, Evaluation, Judgment
from searchsvc.domain.query import FacetSearch, SearchQuery, SuggestQuery
from searchsvc.domain.result import (
    DocumentResult,
    FacetValues,
    Frequencies,
    LiveIndex,
    SearchResult,
    SuggestResult,
    UnknownWord,
)
from searchsvc.ports import SearchEngine
from searchsvc.relevance.judgments import read_judgments
from searchsvc.relevance.metrics import ndcg, percentile
from searchsvc.search.service import SearchService
from searchsvc.telemetry.stages import Stages

_MOST_QUERIES = 200  # evenly chosen where there are more: a gate is no place to wait long
_ROUNDS = 3  # the least of which is what a query takes: the rest is the machine's
_DEPTH = 10


class GoldenFile:
    """The golden queries of `file`, read anew for each comparison.

    `open_engine` gives an engine of its own for each, which is closed at the end.
    """

    def __init__(self, file: Path, open_engine: Callable[[], SearchEngine]) -> None:
        self._file = file
        self._open_engine = open_engine

    def compare(self, live: IndexVersion, candidate: IndexVersion) -> Comparison | None:
        """None where there is no such file, or no query in it.

        Raises DefinitionError for a line that is no judgment, and what the engine raises.
        """
        if not self._file.exists():
            return None
        ratings = _by_query(read_judgments(self._file))
        return asyncio.run(self._compare(ratings, live, candidate)) if ratings else None

    def check(self) -> None:
        """Raises DefinitionError for a line that is no judgment."""
        if self._file.exists():
            read_judgments(self._file)

    async def _compare(
        self, ratings: Mapping[str, Mapping[str, float]], live: IndexVersion, new: IndexVersion
    ) -> Comparison:
        engine = self._open_engine()
        try:
            sides = [_Side(engine, await engine.opened(version)) for version in (live, new)]
            for number in range(_ROUNDS):
                for query in ratings:
                    # In turns, so that what slows the machine for a while slows both.
                    for side in sides if number % 2 else sides[::-1]:
                        await side.ask(query)
            return Comparison(len(ratings), *(side.evaluation(ratings) for side in sides))
        finally:
            await engine.close()


def _by_query(judgments: Sequence[Judgment]) -> dict[str, dict[str, float]]:
    """The ratings of each query, of some evenly chosen queries at most."""
    found: dict[str, dict[str, float]] = {}
    for judgment in judgments:
        found.setdefault(judgment.query, {})[judgment.id] = judgment.rating
    step = max(1, -(-len(found) // _MOST_QUERIES))
    return dict(list(found.items())[::step])


@dataclass(slots=True)
class _Asked:
    """What one query found, and the least that it took, in seconds."""

    ids: list[str] = field(default_factory=list)
    seconds: float = float("inf")


class _Side:
    """One version, asked as the API would ask it."""

    def __init__(self, engine: SearchEngine, opened: LiveIndex) -> None:
        self._index = opened.version.index
        pinned = _Pinned(engine, opened)
        self._service = SearchService(pinned, {self._index: opened.definition})
        self._asked: dict[str, _Asked] = {}

    async def ask(self, query: str) -> None:
        asked = self._asked.setdefault(query, _Asked())
        started = perf_counter()
        answer = await self._service.search(
            self._index, {"q": query, "per_page": _DEPTH, "highlight": False}, Stages()
        )
        asked.seconds = min(asked.seconds, perf_counter() - started)
        asked.ids = [hit.id for hit in answer.result.hits]

    def evaluation(self, ratings: Mapping[str, Mapping[str, float]]) -> Evaluation:
        scores = [ndcg(asked.ids, ratings[q], _DEPTH) for q, asked in self._asked.items()]
        return Evaluation(
            ndcg=sum(scores) / len(scores),
            empty=frozenset(query for query, asked in self._asked.items() if not asked.ids),
            p95=percentile([asked.seconds for asked in self._asked.values()], 0.95) * 1000,
        )


class _Pinned:
    """A SearchEngine that answers from one version, whichever is live."""

    def __init__(self, engine: SearchEngine, opened: LiveIndex) -> None:
        self._engine = engine
        self._opened = opened

    def live(self, index: str) -> LiveIndex | None:
        return self._opened if index == self._opened.version.index else None

    async def opened(self, version: IndexVersion) -> LiveIndex:
        return await self._engine.opened(version)

    async def search(self, query: SearchQuery) -> SearchResult:
        return await self._engine.search(replace(query, version=self._opened.version))

    async def unknown(self, query: SearchQuery) -> tuple[UnknownWord, ...]:
        return await self._engine.unknown(replace(query, version=self._opened.version))

    async def suggest(self, query: SuggestQuery) -> SuggestResult:
        return await self._engine.suggest(query)

    async def facet_values(self, query: FacetSearch) -> FacetValues:
        return await self._engine.facet_values(query)

    async def document(self, index: str, id: str) -> DocumentResult | None:
        return await self._engine.document(index, id)

    async def frequencies(
        self, version: IndexVersion, words: Mapping[str, Collection[str]]
    ) -> Frequencies:
        return await self._engine.frequencies(version, words)

    async def close(self) -> None:
        await self._engine.close()
