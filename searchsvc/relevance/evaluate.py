"""Asks an index its judged queries, as the API would, and keeps what came with what it rests on."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from time import perf_counter

from searchsvc.domain.curation import Curation
from searchsvc.domain.definition import DEFAULT, IndexDefinition, content_hash
from searchsvc.domain.evaluation import Answered, Basis, Evaluation
from searchsvc.domain.judgment import Judgment
from searchsvc.domain.result import LiveIndex
from searchsvc.errors import RequestError, UsageError, nearest
from searchsvc.relevance.metrics import RELEVANT
from searchsvc.search.service import SearchService
from searchsvc.telemetry.stages import Stages

DEPTH = 100
Ratings = Mapping[str, Mapping[str, float]]


class Evaluator:
    """Evaluates rankings of one index by `search`, which answers from its live version.

    `engine` says what stands behind it; `told` is called after each query.
    """

    def __init__(
        self,
        search: SearchService,
        index: str,
        engine: str,
        told: Callable[[], None] = lambda: None,
    ) -> None:
        self._search = search
        self._index = index
        self._engine = engine
        self._told = told

    async def evaluate(
        self,
        ratings: Ratings,
        ranking: str = DEFAULT,
        depth: int = DEPTH,
        judged_by: str = "",
    ) -> Evaluation:
        """One query behind the other, so that each takes what it takes by itself.

        Raises UsageError for a ranking that is none and where no query can tell anything, and as
        `SearchService.search` does.
        """
        known = telling(ratings)
        check_telling(known)
        basis = self._basis(ratings, ranking, depth)
        answers = {}
        for query in known:
            answers[query] = await self._answered(query, ranking, depth)
            self._told()
        left_out = len(ratings) - len(known)
        return Evaluation(basis, datetime.now(UTC), answers, known, left_out, judged_by)

    def _basis(self, ratings: Ratings, ranking: str, depth: int) -> Basis:
        live, curation = self._search.basis(self._index)
        check_ranking(live.definition, ranking)
        return basis_of((live, curation), self._engine, ranking, ratings_hash(ratings), depth)

    async def _answered(self, query: str, ranking: str, depth: int) -> Answered:
        asked = {
            "q": query,
            "per_page": depth,
            "ranking": ranking,
            "highlight": False,
            "fields": [],
        }
        begun = perf_counter()
        try:
            answer = await self._search.search(self._index, asked, Stages())
        except RequestError:  # a query that the API refuses finds nothing there either
            return Answered((), (), (perf_counter() - begun) * 1000)
        ms = (perf_counter() - begun) * 1000
        hits = answer.result.hits
        ids, scores = tuple(hit.id for hit in hits), tuple(hit.score or 0.0 for hit in hits)
        return Answered(ids, scores, round(ms, 3))


def check_ranking(definition: IndexDefinition, ranking: str) -> None:
    """Raises UsageError where a live version's definition has none of that name."""
    if definition.ranking(ranking) is None:
        names = [one.name for one in definition.all_rankings]
        hint = f"{nearest(ranking, names)}; `searchsvc plan` says what a new one takes"
        message = f"the live version of index '{definition.name}' has no ranking '{ranking}'"
        raise UsageError(message, hint=hint)


def basis_of(
    served: tuple[LiveIndex, Curation], engine: str, ranking: str, judgments: str, depth: int
) -> Basis:
    """What an evaluation of a live version rests on; `judgments` is their hash."""
    live, curation = served
    return Basis(
        index=live.version.index,
        version=live.version.name,
        engine=engine,
        ranking=ranking,
        definition=live.definition.hash,
        curation=content_hash({"curation": repr(curation)}),
        judgments=judgments,
        depth=depth,
    )


def ratings_of(judgments: Iterable[Judgment]) -> dict[str, dict[str, float]]:
    """The rating of each document for each query; the mean where several judged it."""
    given: dict[str, dict[str, list[float]]] = {}
    for one in judgments:
        given.setdefault(one.query, {}).setdefault(one.id, []).append(one.rating)
    return {
        query: {id: sum(some) / len(some) for id, some in by_id.items()}
        for query, by_id in given.items()
    }


def ratings_hash(ratings: Ratings) -> str:
    """Changes with any rating: 16 hex digits."""
    return content_hash({query: dict(sorted(rated.items())) for query, rated in ratings.items()})


def telling(ratings: Ratings) -> Ratings:
    """The queries that have a relevant document; nothing can be told by the others."""
    return {q: rated for q, rated in ratings.items() if any(r >= RELEVANT for r in rated.values())}


def check_telling(known: Ratings) -> None:
    """Raises UsageError where there is no such query."""
    if not known:
        hint = "judge a document of some query 1 or higher"
        raise UsageError("no query has a relevant document", hint=hint)
