"""Facets by aggregations in the form that Elasticsearch, OpenSearch and tantivy share.

Uneven steps of the calendar are counted by day. Where days together hold more documents than
there are, some document has several dates, and the steps are counted once more as ranges.
"""

import math
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from searchsvc.domain.definition import Cut
from searchsvc.domain.result import Stats
from searchsvc.search.cuts import Counts, grid, next_step


def aggregation(cut: Cut, field: str) -> dict[str, Any]:
    """What counts the documents of `field` by range, or by a step of which ranges are made."""
    if cut.bounds:
        return _between(pairwise((None, *cut.bounds, None)), field)
    width, offset = grid(cut)
    steps = {"field": field, "interval": width, "offset": offset, "min_doc_count": 1}
    return {"histogram": steps}


def recount(cut: Cut, counts: Counts, field: str) -> dict[str, Any]:
    """What counts the documents of the steps in `counts`, each of them as one range."""
    lows = [low for low in counts if low is not None]
    return _between(((low, next_step(cut, low)) for low in lows), field)


def _between(pairs: Iterable[tuple[float | None, float | None]], field: str) -> dict[str, Any]:
    ranges = [
        {side: bound for side, bound in (("from", low), ("to", high)) if bound is not None}
        for low, high in pairs
    ]
    return {"range": {"field": field, "ranges": ranges}}


def low_of(key: object, low: float | None) -> float | None:
    """Where a native bucket begins: a range says it, and a step is named by it."""
    return float(key) if low is None and isinstance(key, (int, float)) else low


def stats(low: object, high: object, sum: object, count: int) -> Stats | None:
    """What was counted of a number field; None without a value, or where a sum is infinite."""
    match low, high, sum:
        case ((int() | float()), (int() | float()), (int() | float())) if math.isfinite(sum):
            return Stats(low, high, sum, count)
    return None
