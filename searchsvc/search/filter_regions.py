"""Makes the conditions of a filter on points: within a distance of a point, or in a box."""

from collections.abc import Sequence

from searchsvc.domain.definition import Field
from searchsvc.domain.geo import Box, Circle, Point, Polygon, parse_point
from searchsvc.domain.query import Within
from searchsvc.errors import FilterError
from searchsvc.search.filter_values import Written
from searchsvc.search.regions import parse_distance


def in_circle(field: Field, radius: Written, center: Written) -> Within:
    """Within `radius` of `center`. Raises FilterError with the place of the fault."""
    _require_geo(field, radius)
    try:
        metres = parse_distance(radius.text)
    except ValueError as error:
        raise _fault(radius, error) from None
    return Within(field.name, Circle(_point(center), metres))


def in_box(field: Field, south_west: Written, north_east: Written) -> Within:
    """Between two corners. Raises FilterError with the place of the fault."""
    _require_geo(field, south_west)
    corners = _point(south_west), _point(north_east)
    try:
        return Within(field.name, Box(*corners))
    except ValueError as error:
        raise _fault(south_west, error) from None


def in_polygon(field: Field, corners: Sequence[Written]) -> Within:
    """In a ring of corners. Raises FilterError with the place of the fault."""
    _require_geo(field, corners[0])
    points = list(map(_point, corners))
    if points[0] == points[-1]:
        points.pop()  # many write the first corner again
    try:
        return Within(field.name, Polygon(tuple(points)))
    except ValueError as error:
        raise _fault(corners[0], error) from None


def _require_geo(field: Field, at: Written) -> None:
    if not field.is_geo:
        message = f"field '{field.name}' ({field.type}) has no points: no WITHIN at {at.where}"
        raise FilterError(message, position=at.position, hint="only geo fields have points")


def _point(given: Written) -> Point:
    try:
        return parse_point(given.text)
    except ValueError as error:
        raise _fault(given, error) from None


def _fault(given: Written, error: ValueError) -> FilterError:
    message = f"cannot use '{given.text}' at {given.where}"
    return FilterError(message, position=given.position, hint=str(error))
