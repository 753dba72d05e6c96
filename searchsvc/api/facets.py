"""Renders facets: values, levels of paths, ranges and histograms, with statistics of numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

from searchsvc.domain.query import FacetRequest
from searchsvc.domain.result import Facet, RangeBucket, Stats


def facets_body(
    requests: Sequence[FacetRequest], found: Sequence[Facet], *, grouped: bool = False
) -> Mapping[str, Mapping[str, Any]]:
    """Every facet by its field; the levels of a path were asked for one by one.

    Where hits are `grouped`, each says whether it counts groups.
    """
    body: dict[str, dict[str, Any]] = {}
    for request, facet in zip(requests, found, strict=True):
        unit = {"unit": "groups" if facet.grouped else "documents"} if grouped else {}
        if request.below is None:
            body[request.field] = _facet(request, facet) | unit
            continue
        head = {"type": "path", "separator": request.separator, "selected": request.selected}
        levels = body.setdefault(request.field, {**head, "levels": []})["levels"]
        levels.append({**_level(request, facet), **unit})
    return body


def _level(request: FacetRequest, facet: Facet) -> Mapping[str, Any]:
    """The places directly below one; `name` is the last name of each."""
    start = len(request.below + request.separator) if request.below else 0
    values = [
        {"value": bucket.value, "name": str(bucket.value)[start:], "count": bucket.count}
        for bucket in facet.buckets
    ]
    return {"below": request.below or None, "values": values}


def _facet(request: FacetRequest, facet: Facet) -> dict[str, Any]:
    """What a facet has beside its counts depends on its type."""
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
