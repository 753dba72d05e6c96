"""Renders facets: values, ranges and histograms, with the statistics of number fields."""

from collections.abc import Mapping
from typing import Any

from searchsvc.domain.query import FacetRequest
from searchsvc.domain.result import Facet, RangeBucket, Stats


def facet_body(request: FacetRequest, facet: Facet) -> Mapping[str, Any]:
    """One facet; what it has beside its counts depends on its type."""
    stats = {} if facet.stats is None else {"stats": _stats(facet.stats)}
    if request.cut is None:
        values = [{"value": bucket.value, "count": bucket.count} for bucket in facet.buckets]
        return {"type": "values", "selected": request.selected, "values": values, **stats}
    ranges = [_range(one) for one in facet.ranges]
    if request.cut.bounds:
        return {"type": "ranges", "ranges": ranges, **stats}
    interval = request.cut.unit or request.cut.width
    return {"type": "histogram", "interval": interval, "ranges": ranges, **stats}


def _range(one: RangeBucket) -> Mapping[str, Any]:
    return {"from": one.low, "to": one.high, "count": one.count}


def _stats(found: Stats) -> Mapping[str, Any]:
    return {
        "min": found.min,
        "max": found.max,
        "avg": found.avg,
        "sum": found.sum,
        "count": found.count,
    }
