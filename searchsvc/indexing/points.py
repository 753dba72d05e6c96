"""Reads a point from what a database or `to_document` gives.

{"lat": 52.52, "lon": 13.405}     also lng, latitude and longitude; a POINT of MySQL is one
"52.52,13.405"                    the latitude first, as CONCAT(lat, ',', lng) gives it
"POINT(13.405 52.52)"             WKT, the longitude first
'{"type": "Point", …}'            JSON of the first form, or of GeoJSON, the longitude first
"""

import re
from collections.abc import Mapping
from decimal import Decimal

import orjson

from searchsvc.domain.geo import Point, parse_point

_WKT = re.compile(r"POINT\s*\(\s*(\S+)\s+(\S+)\s*\)", re.IGNORECASE)
_LATITUDES, _LONGITUDES = ("lat", "latitude"), ("lon", "lng", "longitude")


def point_and_shown(value: object) -> tuple[object, object]:
    """The point that is indexed, and which JSON shows as its lat and lon; as `read_point`."""
    point = read_point(value)
    return point, point


def read_point(value: object) -> Point | None:
    """The point, None where neither coordinate is known. Raises ValueError or TypeError."""
    if isinstance(value, Point):
        return value
    if isinstance(value, Mapping):
        return _of_mapping(value)
    if not isinstance(value, str):
        raise TypeError(f"is a {type(value).__name__}, not a point")
    text = value.strip()
    if text.startswith("{"):
        return _of_json(text)
    wkt = _WKT.fullmatch(text)
    return parse_point(f"{wkt[2]},{wkt[1]}" if wkt else text)


def _of_json(text: str) -> Point | None:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"is not JSON: {error}") from error
    return _of_mapping(found)


def _of_mapping(given: Mapping[object, object]) -> Point | None:
    if given.get("type") == "Point":
        coordinates = given.get("coordinates")
        if not isinstance(coordinates, list | tuple) or len(coordinates) < 2:
            raise ValueError("has no longitude and latitude in its coordinates")
        return Point(_degrees(coordinates[1]), _degrees(coordinates[0]))
    lat, lon = _member(given, _LATITUDES), _member(given, _LONGITUDES)
    return None if lat is lon is None else Point(_degrees(lat), _degrees(lon))


def _member(given: Mapping[object, object], names: tuple[str, ...]) -> object:
    for name in names:
        if name in given:
            return given[name]
    raise ValueError(f"has no {names[0]}")


def _degrees(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise TypeError(f"holds a {type(value).__name__}, not a number of degrees")
    return float(value)
