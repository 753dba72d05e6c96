"""How good a list of hits is: pure functions of the order served and of judgments.

What was not judged is rated 0, or left out by metrics of judged hits. Where no document is rated
above 0, nothing can be told of a query: 0.0. Binary metrics take a document for relevant that is
rated `RELEVANT` or higher.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

RELEVANT = 1.0

Ratings: TypeAlias = Mapping[str, float]
Gain: TypeAlias = Callable[[float], float]


def ndcg(ids: Sequence[str], ratings: Ratings, depth: int = 10) -> float:
    """The nDCG of trec_eval, 0 to 1: linear gains, a discount of log2(rank + 1), the ideal of all.

    Järvelin and Kekäläinen, 2002.
    """
    return _ndcg(ids, ratings, depth, lambda rating: rating)


def ndcg_exp(ids: Sequence[str], ratings: Ratings, depth: int = 10) -> float:
    """The same with gains of 2^rating - 1. Burges and others, 2005."""
    return _ndcg(ids, ratings, depth, lambda rating: 2.0**rating - 1.0)


def _ndcg(ids: Sequence[str], ratings: Ratings, depth: int, gain: Gain) -> float:
    ideal = _dcg([gain(one) for one in sorted(ratings.values(), reverse=True)[:depth]])
    gains = [gain(ratings.get(id, 0.0)) for id in ids[:depth]]
    return _dcg(gains) / ideal if ideal else 0.0


def _dcg(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(rank + 2) for rank, gain in enumerate(gains))


def average_precision(ids: Sequence[str], ratings: Ratings, depth: int = 10) -> float:
    """The mean of the precision at each relevant hit, over all that are relevant; 0 to 1."""
    relevant, found, total = _number(ratings), 0, 0.0
    for rank, id in enumerate(ids[:depth], 1):
        if _is_relevant(id, ratings):
            found += 1
            total += found / rank
    return total / relevant if relevant else 0.0


def reciprocal_rank(ids: Sequence[str], ratings: Ratings, depth: int = 10) -> float:
    """1 by the rank of the first relevant hit; 0 without one."""
    ranks = (rank for rank, id in enumerate(ids[:depth], 1) if _is_relevant(id, ratings))
    return 1.0 / next(ranks, math.inf)


def precision(ids: Sequence[str], ratings: Ratings, depth: int = 10) -> float:
    """The relevant hits among the first `depth` places, hit or not; 0 to 1."""
    return _found(ids, ratings, depth) / depth


def recall(ids: Sequence[str], ratings: Ratings, depth: int = 10) -> float:
    """The share of all relevant documents that is among the first `depth` hits."""
    relevant = _number(ratings)
    return _found(ids, ratings, depth) / relevant if relevant else 0.0


def err(ids: Sequence[str], ratings: Ratings, depth: int = 10, highest: float = 4.0) -> float:
    """The expected reciprocal rank at which somebody stops who reads from the top; 0 to 1.

    A rating r satisfies with (2^r - 1) / 2^highest. Chapelle and others, 2009; trec's gdeval has
    the highest rating 4.
    """
    reads_on, total = 1.0, 0.0
    for rank, id in enumerate(ids[:depth], 1):
        satisfied = min(1.0, (2.0 ** ratings.get(id, 0.0) - 1.0) / 2.0**highest)
        total += reads_on * satisfied / rank
        reads_on *= 1.0 - satisfied
    return total


def judged(ids: Sequence[str], ratings: Ratings, depth: int = 10) -> float:
    """The share of the first `depth` hits that was judged; of no hits 0.0."""
    first = ids[:depth]
    return sum(id in ratings for id in first) / len(first) if first else 0.0


def _is_relevant(id: str, ratings: Ratings) -> bool:
    return ratings.get(id, 0.0) >= RELEVANT


def _found(ids: Sequence[str], ratings: Ratings, depth: int) -> int:
    return sum(_is_relevant(id, ratings) for id in ids[:depth])


def _number(ratings: Ratings) -> int:
    return sum(rating >= RELEVANT for rating in ratings.values())


_KINDS: Mapping[str, Callable[[Sequence[str], Ratings, int], float]] = {
    "ndcg": ndcg,
    "ndcg_exp": ndcg_exp,
    "ap": average_precision,
    "rr": reciprocal_rank,
    "p": precision,
    "r": recall,
    "err": err,
    "judged": judged,
}
MOST_DEPTH = 100
# Behind a kind: hits that nobody judged are left out of the list first (a condensed list; Sakai,
# 2007; trec_eval -J).
_JUDGED_ONLY = "_judged"
_NAMES = (*_KINDS, *(f"{kind}{_JUDGED_ONLY}" for kind in _KINDS if kind != "judged"))
# What is told of an evaluation unless others are asked for.
USUAL = ("ndcg@10", "ap@10", "rr@10", "p@10", "r@10", "err@10")


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric of the first `depth` hits, written `ndcg@10`; `ndcg_judged@10` of judged ones."""

    kind: str
    depth: int

    @property
    def looks_at(self) -> int:
        """How many hits it takes; of which the judged ones are the first, nobody knows before."""
        return MOST_DEPTH if self.kind.endswith(_JUDGED_ONLY) else self.depth

    @property
    def name(self) -> str:
        """As it is written."""
        return f"{self.kind}@{self.depth}"

    def of(self, ids: Sequence[str], ratings: Ratings) -> float:
        """Its value for one list."""
        kind = self.kind.removesuffix(_JUDGED_ONLY)
        if kind != self.kind:
            ids = [id for id in ids[:MOST_DEPTH] if id in ratings]
        return _KINDS[kind](ids, ratings, self.depth)


def read_metric(text: str) -> Metric:
    """`ndcg@10` and the like; without a depth, of ten hits. Raises ValueError."""
    kind, _, depth = text.strip().lower().partition("@")
    if kind not in _NAMES:
        raise ValueError(f"unknown metric '{text}'; there is {', '.join(_NAMES)}, each with @10")
    if depth and not (depth.isascii() and depth.isdigit() and 1 <= int(depth) <= MOST_DEPTH):
        raise ValueError(f"'{text}' has no depth from 1 to {MOST_DEPTH}, like {kind}@10")
    return Metric(kind, int(depth or 10))


def depth_of(metrics: Sequence[Metric]) -> int:
    """How many hits they look at; ten at least, which is what is shown."""
    return max(10, *(metric.looks_at for metric in metrics))


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of `values` that at least `share` of them do not exceed; of none 0.0."""
    if not values:
        return 0.0
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
