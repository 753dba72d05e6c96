"""Tries another curation on judged queries, before anybody is served by it."""

from dataclasses import dataclass
from statistics import fmean

from searchsvc.domain.curation import Curation
from searchsvc.relevance.compare import values
from searchsvc.relevance.evaluate import Evaluator, Ratings, telling
from searchsvc.relevance.metrics import Metric
from searchsvc.relevance.statistics import Difference, difference
from searchsvc.search.service import SearchService

METRIC = Metric("ndcg", 10)
# Of fewer queries a range says little.
LEAST_QUERIES = 10


@dataclass(frozen=True, slots=True)
class Trial:
    """How the queries are answered by one curation and by the other; None where none tells."""

    queries: int
    before: float | None = None
    after: float | None = None
    difference: Difference | None = None

    @property
    def is_better(self) -> bool:
        """Whether it is proven that the other is."""
        found = self.difference
        return found is not None and self.queries >= LEAST_QUERIES and found.interval.low > 0

    @property
    def verdict(self) -> str:
        """In a sentence."""
        if self.difference is None:
            return "not tried: no query was held out that could tell"
        found = self.difference
        span = f"95 % {found.interval.low:+.4f} to {found.interval.high:+.4f}"
        told = f"{METRIC.name} {found.mean:+.4f} ({span}) over {self.queries:,} held-out queries"
        if self.queries < LEAST_QUERIES:
            return f"not proven, as {LEAST_QUERIES} queries would be too few already: {told}"
        return f"{'proven better' if self.is_better else 'not proven better'}: {told}"


async def tried(
    search: SearchService, index: str, ratings: Ratings, before: Curation, after: Curation
) -> Trial:
    """Asks the default ranking of the live version each query twice. Raises as `Evaluator` does."""
    told = telling(ratings)
    if not told:
        return Trial(0)
    found = []
    for curation in (before, after):
        evaluation = await Evaluator(search.curated_by(curation), index, "").evaluate(told)
        found.append(values(evaluation, METRIC))
    one, other = found
    return Trial(len(told), fmean(one), fmean(other), difference(one, other))
