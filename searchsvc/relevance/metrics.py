"""How good a list of hits is: pure functions of the order served and of judgments."""

import math
from collections.abc import Mapping, Sequence


def ndcg(ids: Sequence[str], ratings: Mapping[str, float], depth: int = 10) -> float:
    """The nDCG of trec_eval: linear gains, a discount of log2(rank + 1), the ideal of all ratings.

    0 to 1; what was not judged counts as 0. 0.0 where no document is rated above 0.
    """
    ideal = _dcg(sorted(ratings.values(), reverse=True)[:depth])
    gains = [ratings.get(id, 0.0) for id in ids[:depth]]
    return _dcg(gains) / ideal if ideal else 0.0


def _dcg(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(rank + 2) for rank, gain in enumerate(gains))


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of `values` that at least `share` of them do not exceed; of none 0.0."""
    if not values:
        return 0.0
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
