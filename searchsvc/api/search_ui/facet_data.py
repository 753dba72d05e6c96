"""Writes facets as Search UI reads them: values, places and ranges with their counts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import inf
from typing import Any

from searchsvc.api.search_ui.facets import FacetWish
from searchsvc.domain.query import FacetRequest
from searchsvc.domain.result import Facet, RangeBucket


def facets_body(
    requests: Sequence[FacetRequest], found: Sequence[Facet], wished: Mapping[str, FacetWish]
) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Each facet by its field, in a list, as the client has it.

    The places of a path come as one list, those at the top first.
    """
    data: dict[str, list[Mapping[str, Any]]] = {}
    kinds: dict[str, str] = {}
    for request, facet in zip(requests, found, strict=True):
        wish = wished[request.field]
        is_cut = request.cut is not None
        kinds[request.field] = "range" if is_cut else "value"
        held = _ranges(facet, wish) if is_cut else _values(facet, wish)
        data.setdefault(request.field, []).extend(held)
    return {
        field: [{"field": field, "type": kinds[field], "name": field, "data": held}]
        for field, held in data.items()
    }


def _values(facet: Facet, wish: FacetWish) -> Sequence[Mapping[str, Any]]:
    buckets = list(facet.buckets)
    if wish.by_value:
        buckets.sort(key=lambda one: one.value, reverse=wish.descending)
    elif not wish.descending:
        buckets.sort(key=lambda one: one.count)
    return [{"value": one.value, "count": one.count} for one in buckets[: wish.size]]


def _ranges(facet: Facet, wish: FacetWish) -> Sequence[Mapping[str, Any]]:
    """The ranges that are wished for, or those that the mapping declares."""
    if not wish.own_cut:
        return [_range(_name(one), one.low, one.high, one.count) for one in facet.ranges]
    return [
        _range(name, one["from"], one["to"], _counted(facet.ranges, one["from"], one["to"]))
        for name, one in wish.ranges.items()
    ]


def _counted(parts: Sequence[RangeBucket], low: Any, high: Any) -> int:
    """The counts of the parts between two bounds, at each of which the facet was cut."""
    start = -inf if low is None else float(low)
    end = inf if high is None else float(high)
    return sum(
        one.count
        for one in parts
        if start <= _number(one.low, -inf) and _number(one.high, inf) <= end
    )


def _number(bound: float | datetime | None, otherwise: float) -> float:
    return otherwise if bound is None or isinstance(bound, datetime) else bound


def _range(name: str, low: Any, high: Any, count: int) -> Mapping[str, Any]:
    """A side that is open is not there at all: the client asks whether it is."""
    bounds = {"from": low, "to": high}
    value = {side: bound for side, bound in bounds.items() if bound is not None}
    return {"value": {**value, "name": name}, "count": count}


def _name(one: RangeBucket) -> str:
    """What a range is called: `25 - 50`, `< 25`, `≥ 250`."""
    low, high = (_said(bound) for bound in (one.low, one.high))
    if one.low is None:
        return f"< {high}"
    return f"≥ {low}" if one.high is None else f"{low} - {high}"


def _said(bound: float | datetime | None) -> str:
    if isinstance(bound, datetime):
        return bound.date().isoformat()
    return "" if bound is None else f"{bound:.15g}"
