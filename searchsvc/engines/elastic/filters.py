"""Filters as native queries that match without scoring."""

from collections.abc import Iterable
from typing import Any, TypeAlias

from searchsvc.domain.definition import FieldType
from searchsvc.domain.geo import FARTHEST, Circle, Point, Polygon, Region
from searchsvc.domain.query import (
    And,
    Condition,
    Equals,
    Exists,
    Filter,
    Ids,
    Not,
    OneOf,
    Or,
    Range,
    Within,
)
from searchsvc.engines import values
from searchsvc.engines.elastic.plan import Plan
from searchsvc.engines.elastic.schema import Physical

Native: TypeAlias = dict[str, Any]

ALL: Native = {"match_all": {}}
NONE: Native = {"match_none": {}}
# A server keeps points to the centimetre, and so might leave out one that lies on a box's side.
_SLACK = 1e-7  # degrees
_RANGED = frozenset({FieldType.NUMBER, FieldType.DATE})


def passing(filter: Filter, plan: Plan) -> Native:
    """The documents that pass `filter`."""
    match filter:
        case And(parts):
            return {"bool": {"filter": [passing(part, plan) for part in parts]}} if parts else ALL
        case Or(parts):
            return either(passing(part, plan) for part in parts)
        case Not(part):
            return {"bool": {"must_not": [passing(part, plan)]}}
        case Ids(ids):
            return {"ids": {"values": list(ids)}}
    one = plan.fields.get(filter.field)
    return NONE if one is None or not one.value else _leaf(filter, one)


def _leaf(filter: Condition, one: Physical) -> Native:
    match filter:
        case Exists():
            return {"exists": {"field": one.value}}
        case Equals(_, value):
            return _one_of(one, [values.comparable(one.field, value)])
        case OneOf(_, wanted):
            return _one_of(one, [values.comparable(one.field, value) for value in wanted])
        case Within(_, region):
            return _within(one, region) if one.field.is_geo else NONE
    return _range(filter, one)


def _one_of(one: Physical, wanted: Iterable[values.Value | None]) -> Native:
    held = [value for value in wanted if value is not None]
    return {"terms": {one.value: held}} if held else NONE


def _range(range: Range, one: Physical) -> Native:
    if one.field.type not in _RANGED:
        return NONE
    bounds: Native = {}
    for name, bound in (
        ("gte" if range.include_low else "gt", range.low),
        ("lte" if range.include_high else "lt", range.high),
    ):
        if bound is None:
            continue
        limit = values.comparable(one.field, bound)
        if limit is None:
            return NONE
        bounds[name] = limit
    return {"range": {one.value: bounds}} if bounds else {"exists": {"field": one.value}}


def _within(one: Physical, region: Region) -> Native:
    if isinstance(region, Circle):
        if region.radius >= FARTHEST:
            return {"exists": {"field": one.value}}
        metres = f"{region.radius:.3f}m"
        return {"geo_distance": {"distance": metres, one.value: native_point(region.center)}}
    if isinstance(region, Polygon):
        ring = [[corner.lon, corner.lat] for corner in (*region.corners, region.corners[0])]
        shape = {"type": "polygon", "coordinates": [ring]}
        return {"geo_shape": {one.value: {"shape": shape, "relation": "intersects"}}}
    box = region.widened(_SLACK)
    low, high = box.south_west, box.north_east
    sides = {"top": high.lat, "left": low.lon, "bottom": low.lat, "right": high.lon}
    return {"geo_bounding_box": {one.value: sides}}


def native_point(point: Point) -> Native:
    """A point as the server takes it."""
    return {"lat": point.lat, "lon": point.lon}


def every(parts: Iterable[Native]) -> Native:
    """All of `parts`; every document where there are none."""
    joined = list(parts)
    if len(joined) == 1:
        return joined[0]
    return {"bool": {"must": joined}} if joined else ALL


def either(parts: Iterable[Native]) -> Native:
    """At least one of `parts`; no document where there are none."""
    joined = list(parts)
    if len(joined) == 1:
        return joined[0]
    return {"bool": {"should": joined, "minimum_should_match": 1}} if joined else NONE
