"""Tunes how an index ranks and tells what that is worth, by queries held out."""

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from statistics import fmean

from searchsvc.domain.definition import (
    DEFAULT,
    HIGHEST,
    JOINED_WEIGHT,
    LEAST_WEIGHT,
    MOST_WEIGHT,
    RANKING_NAME,
    FieldType,
    IndexDefinition,
    Ranking,
)
from searchsvc.domain.query import SearchQuery
from searchsvc.errors import UsageError
from searchsvc.ports import Search, SearchEngine
from searchsvc.relevance.boosted import BoostedSearch, Multiplier, logarithms
from searchsvc.relevance.evaluate import Ratings, telling
from searchsvc.relevance.features import CANDIDATES, FeatureLog, Features, weights_of
from searchsvc.relevance.metrics import Metric
from searchsvc.relevance.sample import Sample
from searchsvc.relevance.statistics import Difference, difference
from searchsvc.relevance.tune import Tuned, Tuner
from searchsvc.search.answering import answered
from searchsvc.search.service import SearchService
from searchsvc.telemetry.stages import Stages

METRIC = Metric("ndcg", 10)
LEAST_QUERIES = 20


@dataclass(frozen=True, slots=True)
class Tuning:
    """What came of it. `before` and `held_out` are means over the same queries.

    Each query is held out: it was asked by what was found on others. `start` is the default
    ranking, with a weight for each field and, as the last, for all together.
    """

    tuned: Tuned
    start: Ranking
    queries: int
    before: float
    held_out: float
    difference: Difference

    @property
    def is_better(self) -> bool:
        """Whether the interval of the gain is above 0."""
        return self.difference.interval.low > 0

    @property
    def judged_alone(self) -> str:
        """What both give where what nobody judged is left out, by logged scores."""
        before, held_out = self.tuned.judged_alone
        return f"ndcg_judged@{METRIC.depth} {held_out:.4f} for {before:.4f}"

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

    `multiplier` makes what computes a document's boosts. `told` is called after each query that is
    asked, and after each part of the search.
    """

    def __init__(
        self,
        engine: SearchEngine,
        search: SearchService,
        index: str,
        multiplier: Multiplier,
        told: Callable[[], None] = lambda: None,
    ) -> None:
        self._multiplier = multiplier
        self._engine = engine
        self._search = search
        self._index = index
        self._told = told
        self._asked: dict[str, SearchQuery] = {}
        self._before: dict[str, float] = {}

    async def tune(self, ratings: Ratings, folds: int = 5, seed: int = 0) -> Tuning:
        """Raises UsageError where there are too few queries."""
        live, _ = self._search.basis(self._index)
        start = _start(live.definition)
        # In an order of their own, so that the same judgments are drawn into the same parts.
        known = dict(sorted(telling(ratings).items()))
        _refuse_little(known)
        numbers = logarithms(_numbers(live.definition), live.definition, self._multiplier)
        log = FeatureLog(self._engine.search, live.definition, numbers=numbers)
        found: dict[str, Features] = {}
        for query, rated in known.items():
            hits = await self._ask(query, rated)
            found[query] = await log.features(self._asked[query], hits, rated)
            self._told()
        _refuse_unfound(found)
        sample = Sample([name for name, _ in start.weights[:-1]], found, known, tuple(numbers))
        tuned = Tuner(sample, start, self._told).tune(folds, seed)
        most = dict(zip(numbers, sample.most, strict=True))
        held = await self._held_out(tuned, known, live.definition, most)
        before = [self._before[query] for query in known]
        # What finds nothing that could be ranked is as it was.
        after = [held.get(query, self._before[query]) for query in known]
        gain = difference(before, after)
        return Tuning(tuned, start, len(known), fmean(before), fmean(after), gain)

    async def _ask(self, query: str, rated: Mapping[str, float]) -> list[str]:
        """The first hits by the default ranking."""
        given = {"q": f"{query} ", "per_page": CANDIDATES, "highlight": False, "fields": []}
        answer = await self._search.search(self._index, given, Stages())
        ids = [hit.id for hit in answer.result.hits]
        self._asked[query] = answer.query
        self._before[query] = METRIC.of(ids, rated)
        return ids

    async def _held_out(
        self,
        tuned: Tuned,
        ratings: Ratings,
        definition: IndexDefinition,
        most: Mapping[str, float],
    ) -> dict[str, float]:
        """Each query as the engine really answers it, by the ranking of its part."""
        values = {}
        for part, ranking in zip(tuned.parts, tuned.by_part, strict=True):
            search = self._by(ranking, definition, most)
            for query in part:
                asked = replace(
                    self._asked[query],
                    weights=ranking.weights,
                    all_words=ranking.all_words,
                    limit=METRIC.depth,
                )
                hits = (await answered(asked, search)).hits
                values[query] = METRIC.of([hit.id for hit in hits], ratings[query])
        return values

    def _by(
        self, ranking: Ranking, definition: IndexDefinition, most: Mapping[str, float]
    ) -> Search:
        """What searches as an engine by that ranking, whose new boosts are by logarithms."""
        new = [boost for boost in ranking.boosts if boost not in definition.boosts]
        if not new:
            return self._engine.search
        highest = min(1 + sum(boost.weight * most[boost.field] for boost in new), HIGHEST)
        if any(most[boost.field] >= HIGHEST - 1 for boost in new):  # larger ones are not told apart
            highest = HIGHEST
        fields = tuple(boost.field for boost in new)
        factor = self._multiplier(definition, new)
        return BoostedSearch(self._engine.search, factor, fields, highest).search


def check_tools() -> None:
    """Raises UsageError where numpy is not installed."""
    if importlib.util.find_spec("numpy") is None:
        hint = "install it: pip install 'searchsvc[tune]'"
        raise UsageError("tuning needs numpy, which is not installed", hint=hint)


def tuning_steps(ratings: Ratings, folds: int) -> int:
    """How often `told` is called."""
    return len(telling(ratings)) + folds + 1


def check_tunable(ratings: Ratings) -> None:
    """Raises UsageError where there are too few queries."""
    _refuse_little(telling(ratings))


def check_name(name: str) -> None:
    """Raises UsageError for what cannot name the ranking that weights become."""
    if RANKING_NAME.fullmatch(name) is None:
        hint = "use letters, digits and '_', beginning with a letter, at most 64"
        raise UsageError(f"'{name[:64]}' cannot be a ranking's name", hint=hint)


def _start(definition: IndexDefinition) -> Ranking:
    """The default ranking, with the weights that it ranks by."""
    default = definition.ranking(DEFAULT) or Ranking(DEFAULT)
    own = weights_of(definition, SearchQuery(definition.name))
    # Of any scale where only fields have them; a ranking's have bounds.
    scale = min(1.0, MOST_WEIGHT / max(weight for _, weight in own))
    kept = tuple(
        (name, weight * scale if name == JOINED_WEIGHT else max(weight * scale, LEAST_WEIGHT))
        for name, weight in own
    )
    return replace(default, weights=kept)


def _numbers(definition: IndexDefinition) -> list[str]:
    """The numbers that may come to boost: none where the default ranking has boosts or decays."""
    if definition.boosts or definition.decays:
        return []
    numbers = (field for field in definition.fields if field.type is FieldType.NUMBER)
    return [field.name for field in numbers if not field.hidden]


def _refuse_unfound(found: Mapping[str, Features]) -> None:
    answered = sum(bool(one.ids) for one in found.values())
    if answered < LEAST_QUERIES:
        message = f"of the {len(found)} judged queries {answered} find anything, too few to tune by"
        raise UsageError(message, hint="look at what they find: searchsvc eval")


def _refuse_little(known: Ratings) -> None:
    if len(known) < LEAST_QUERIES:
        message = f"{len(known)} queries with a relevant document are too few to tune by"
        raise UsageError(message, hint=f"judge {LEAST_QUERIES} or more")
