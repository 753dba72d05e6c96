"""What people judged of hits, and what an evaluation by it found."""

from dataclasses import dataclass
from datetime import datetime

DEFAULT_SET = "default"
LONGEST_QUERY = 1000  # characters: as many as a search may have
LONGEST_ID = 512  # bytes: as many as a document's may have
LONGEST_RATER = 100
LONGEST_SOURCE = 200
MOST_RATING = 100  # what 2 ** rating, as some metrics have it, can still be counted with


@dataclass(frozen=True, slots=True)
class Judgment:
    """How good the document `id` is for `query`: 0 is irrelevant, more is better.

    `rater` is who says so and `source` where it was found, "" where nobody knows; `at` is when.
    """

    query: str
    id: str
    rating: float
    rater: str = ""
    source: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class JudgmentSet:
    """The judgments of an index that go by one name, counted. `latest` is the newest of them."""

    index: str
    name: str
    judgments: int
    queries: int
    raters: int
    latest: datetime | None


@dataclass(frozen=True, slots=True)
class JudgmentCounts:
    """What became of judgments that were put into a set."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class Conflict:
    """Raters who differ: `ratings` has what each of them says, by name."""

    query: str
    id: str
    ratings: tuple[tuple[str, float], ...]


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
