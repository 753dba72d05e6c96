"""How far a document is from the point that a query names, told from the document's own JSON.

So a distance is the same on every engine, however coarsely an engine keeps its points.
"""

from collections.abc import Iterable, Mapping

from searchsvc.domain.geo import Point, distance
from searchsvc.domain.query import Near


def from_source(source: Mapping[str, object], near: Near | None) -> float | None:
    """Metres to the nearest point of the field; None where there is none, or none to tell from."""
    if near is None:
        return None
    held = source.get(near.field)
    points = held if isinstance(held, list) else [held]
    return nearest((_point(point) for point in points if isinstance(point, dict)), near.point)


def nearest(points: Iterable[Point], center: Point) -> float | None:
    """Metres to the nearest of the points, None without any."""
    return min((distance(center, point) for point in points), default=None)


def _point(shown: Mapping[str, float]) -> Point:
    return Point(shown["lat"], shown["lon"])
