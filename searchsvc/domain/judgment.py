"""What people judged of hits, and what an evaluation by it found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Judgment:
    """How good the document `id` is for `query`: 0 is irrelevant, more is better."""

    query: str
    id: str
    rating: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One version asked all of the golden queries.

    `ndcg` is the mean nDCG@10, `empty` the queries without a hit, `p95` the 95th percentile of
    what the queries took, in ms.
    """

    ndcg: float
    empty: frozenset[str]
    p95: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same `queries` asked of the live version and of one that may take its place."""

    queries: int
    live: Evaluation
    candidate: Evaluation

    @property
    def newly_empty(self) -> list[str]:
        """The queries that only the live version finds something for."""
        return sorted(self.candidate.empty - self.live.empty)
