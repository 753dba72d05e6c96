"""Tunes the weights of an index and tells what they are worth, by queries held out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from statistics import fmean

from searchsvc.domain.definition import (
    JOINED_SHARE,
    JOINED_WEIGHT,
    FieldType,
    IndexDefinition,
    Weights,
)
from searchsvc.domain.query import SearchQuery
from searchsvc.errors import UsageError
from searchsvc.ports import SearchEngine
from searchsvc.relevance.evaluate import Ratings, telling
from searchsvc.relevance.features import CANDIDATES, FeatureLog, Features, tunable
from searchsvc.relevance.metrics import Metric
from searchsvc.relevance.statistics import Difference, difference
from searchsvc.relevance.tune import Sample, Tuned, Tuner
from searchsvc.search.service import SearchService
from searchsvc.telemetry.stages import Stages

METRIC = Metric("ndcg", 10)
LEAST_QUERIES = 20


@dataclass(frozen=True, slots=True)
class Tuning:
    """What came of it. `before` and `held_out` are means over the same queries.

    Each query is held out: it was asked with weights that were found on others.
    """

    tuned: Tuned
    start: Weights
    queries: int
    before: float
    held_out: float
    difference: Difference

    @property
    def is_better(self) -> bool:
        """Whether the interval of the gain is above 0."""
        return self.difference.interval.low > 0

    @property
    def verdict(self) -> str:
        """In a sentence."""
        found = self.difference
        span = f"95 % {found.interval.low:+.4f} to {found.interval.high:+.4f}"
        told = (
            f"{METRIC.name} {self.held_out:.4f} for {self.before:.4f}: {found.mean:+.4f} ({span})"
        )
        if self.is_better:
            return f"better on queries that were held out: {told}"
        more = f"; about {found.needed:,} more queries would show 0.01" if found.needed else ""
        return f"not proven better than the default: {told}{more}"


class IndexTuner:
    """Tunes one index, whose live version `engine` searches and `search` answers from.

    `told` is called after each query that is asked, and after each part of the search.
    """

    def __init__(
        self,
        engine: SearchEngine,
        search: SearchService,
        index: str,
        told: Callable[[], None] = lambda: None,
    ) -> None:
        self._engine = engine
        self._search = search
        self._index = index
        self._told = told
        self._asked: dict[str, SearchQuery] = {}
        self._before: dict[str, float] = {}

    async def tune(self, ratings: Ratings, folds: int = 5, seed: int = 0) -> Tuning:
        """Raises UsageError where there are too few queries, or one field only."""
        live, _ = self._search.basis(self._index)
        start = usual_weights(live.definition)
        known = telling(ratings)
        _refuse_little(known, start)
        log = FeatureLog(self._engine, live.definition)
        found: dict[str, Features] = {}
        for query, rated in known.items():
            hits = await self._ask(query, rated)
            found[query] = await log.features(self._asked[query], hits, rated)
            self._told()
        sample = Sample([name for name, _ in start[:-1]], found, known)
        tuned = Tuner(sample, start, self._told).tune(folds, seed)
        held = await self._held_out(tuned, known)
        queries = list(held)
        before = [self._before[query] for query in queries]
        after = [held[query] for query in queries]
        gain = difference(before, after)
        return Tuning(tuned, start, len(queries), fmean(before), fmean(after), gain)

    async def _ask(self, query: str, rated: Mapping[str, float]) -> list[str]:
        """The first hits by the default ranking."""
        given = {"q": f"{query} ", "per_page": CANDIDATES, "highlight": False, "fields": []}
        answer = await self._search.search(self._index, given, Stages())
        ids = [hit.id for hit in answer.result.hits]
        self._asked[query] = answer.query
        self._before[query] = METRIC.of(ids, rated)
        return ids

    async def _held_out(self, tuned: Tuned, ratings: Ratings) -> dict[str, float]:
        """Each query as the engine really answers it, by the weights of its part."""
        values = {}
        for part, weights in zip(tuned.parts, tuned.by_part, strict=True):
            for query in part:
                asked = replace(self._asked[query], weights=weights, limit=METRIC.depth)
                result = await self._engine.search(asked)
                values[query] = METRIC.of([hit.id for hit in result.hits], ratings[query])
        return values


def usual_weights(definition: IndexDefinition) -> Weights:
    """The weights by which the default ranking goes, that of all fields together among them."""
    fields = tunable(definition)
    shared = [field.weight for field in fields if field.type is not FieldType.ID]
    together = JOINED_SHARE * fmean(shared) if len(shared) > 1 else 0.0
    return (*((field.name, field.weight) for field in fields), (JOINED_WEIGHT, together))


def _refuse_little(known: Ratings, start: Weights) -> None:
    if len(known) < LEAST_QUERIES:
        message = f"{len(known)} queries with a relevant document are too few to tune by"
        raise UsageError(message, hint=f"judge {LEAST_QUERIES} or more")
    if len(start) < 3:
        raise UsageError("there is one searched field, and so nothing to weigh")
