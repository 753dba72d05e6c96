"""Reads points and regions of a request: from where, how far, and which box."""

import math
import re
from collections.abc import Mapping
from typing import Any

from searchsvc.domain.definition import IndexDefinition
from searchsvc.domain.geo import FARTHEST, NEAREST, Box, Circle, Point, parse_point
from searchsvc.domain.query import Near, Within
from searchsvc.errors import RequestError, nearest

UNITS = {"m": 1.0, "km": 1000.0, "mi": 1609.344, "yd": 0.9144, "ft": 0.3048}
_DISTANCE = re.compile(r"\s*(\d{1,12}(?:\.\d{1,12})?)\s*([a-z]*)\s*", re.ASCII)
_LONGITUDES = ("lon", "lng")


def parse_distance(text: str) -> float:
    """`5km` or `800` in metres: at least NEAREST, at most FARTHEST. Raises ValueError."""
    found = _DISTANCE.fullmatch(text)
    unit = UNITS.get(found[2] or "m") if found else None
    if found is None or unit is None:
        raise ValueError(f"expected metres, or a number and one of {', '.join(UNITS)}, like 5km")
    return min(max(float(found[1]) * unit, NEAREST), FARTHEST)


def read_distance(given: object) -> float:
    """A distance in metres as a number, or as `parse_distance` takes it. Raises ValueError."""
    if isinstance(given, int | float) and not isinstance(given, bool) and 0 <= given < math.inf:
        return min(max(float(given), NEAREST), FARTHEST)
    return parse_distance(given if isinstance(given, str) else "")


def read_point(given: object) -> Point:
    """`52.52,13.405`, or {"lat": 52.52, "lon": 13.405}; `lng` will do. Raises ValueError."""
    if isinstance(given, Mapping):
        names = [name for name in _LONGITUDES if name in given]
        if len(given) == 2 and "lat" in given and names:
            return Point(_degrees(given["lat"]), _degrees(given[names[0]]))
        raise ValueError("expected an object of lat and lon")
    return parse_point(given if isinstance(given, str) else "")


def read_box(given: object) -> Box:
    """South, west, north and east, as numbers or with commas between. Raises ValueError."""
    sides = _numbers(given) if isinstance(given, str) else given
    if not isinstance(sides, list) or len(sides) != 4:
        raise ValueError("expected south, west, north and east, like 52.3,13.1,52.7,13.8")
    south, west, north, east = (_degrees(side) for side in sides)
    return Box(Point(south, west), Point(north, east))


def _numbers(text: str) -> list[float] | None:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        return None


def _degrees(given: object) -> float:
    """A number that may be too great for a float."""
    if isinstance(given, int | float) and not isinstance(given, bool) and abs(given) <= 180:
        return float(given)
    raise ValueError("expected numbers of degrees, -180 to 180")


def near_of(values: Mapping[str, Any], definition: IndexDefinition) -> Near | None:
    """From where a request measures, None where it does not say. Raises RequestError."""
    if values["near"] is None:
        return None
    return Near(_field(values, definition, "near"), values["near"])


def regions_of(values: Mapping[str, Any], definition: IndexDefinition) -> list[Within]:
    """The regions that hits must lie in. Raises RequestError."""
    found: list[Within] = []
    if values["radius"] is not None:
        if values["near"] is None:
            message = "parameter 'radius' is of no use without 'near'"
            raise RequestError(message, param="radius", hint="near=52.52,13.405")
        circle = Circle(values["near"], values["radius"])
        found.append(Within(_field(values, definition, "radius"), circle))
    if values["box"] is not None:
        found.append(Within(_field(values, definition, "box"), values["box"]))
    return found


def _field(values: Mapping[str, Any], definition: IndexDefinition, asked: str) -> str:
    """The geo field that a request speaks of; it must say which where there are several."""
    known = definition.public("is_geo")
    named: str = values["geo_field"]
    if named in known or (not named and len(known) == 1):
        return named or known[0]
    if not known:
        message = f"index '{definition.name}' has no geo field, so no '{asked}'"
        raise RequestError(message, param=asked)
    if not named:
        message = f"index '{definition.name}' has several geo fields"
        raise RequestError(message, param="geo_field", hint=f"one of {', '.join(known)}")
    message = f"'{named[:50]}' is no geo field of index '{definition.name}'"
    raise RequestError(message, param="geo_field", hint=nearest(named[:50], known))
