"""Points on earth, how far apart they are, and the regions that hold them."""

import math
from dataclasses import dataclass
from typing import TypeAlias

EARTH_RADIUS = 6_371_008.7714  # metres: the mean radius of WGS 84, which Lucene takes too
FARTHEST = math.pi * EARTH_RADIUS  # from one side of the earth to the other
NEAREST = 0.1  # metres; what is nearer is the same point, since no engine keeps more digits


@dataclass(frozen=True, slots=True)
class Point:
    """A point in degrees: `lat` from the South Pole at -90 to 90, `lon` from -180 to 180.

    Raises ValueError for a point that is not on earth.
    """

    lat: float
    lon: float

    def __post_init__(self) -> None:
        if not -90 <= self.lat <= 90:
            raise ValueError("the latitude must lie between -90 and 90")
        if not -180 <= self.lon <= 180:
            raise ValueError("the longitude must lie between -180 and 180")


@dataclass(frozen=True, slots=True)
class Circle:
    """All points within `radius` metres of `center`."""

    center: Point
    radius: float

    def holds(self, point: Point) -> bool:
        """Whether the point lies within, or on the rim."""
        return distance(self.center, point) <= self.radius


@dataclass(frozen=True, slots=True)
class Box:
    """All points between two corners, the sides included.

    It goes east from the south-west corner to the north-east one, and so across the antimeridian
    where the eastern longitude is the lesser.
    """

    south_west: Point
    north_east: Point

    def __post_init__(self) -> None:
        if self.south_west.lat > self.north_east.lat:
            raise ValueError("the first corner must be the southern one")

    def holds(self, point: Point) -> bool:
        """Whether the point lies within, or on a side."""
        within = self.south_west.lat <= point.lat <= self.north_east.lat
        return within and any(west <= point.lon <= east for west, east in self.spans)

    @property
    def spans(self) -> tuple[tuple[float, float], ...]:
        """From which longitude to which it reaches; two spans across the antimeridian."""
        west, east = self.south_west.lon, self.north_east.lon
        return ((west, east),) if west <= east else ((west, 180.0), (-180.0, east))

    def widened(self, degrees: float) -> "Box":
        """The box with its sides so much farther out, where there is more of the earth."""
        low, high = self.south_west, self.north_east
        west, east = max(low.lon - degrees, -180.0), min(high.lon + degrees, 180.0)
        if low.lon > high.lon and west <= east:  # it meets itself on the other side
            west, east = -180.0, 180.0
        south, north = max(low.lat - degrees, -90.0), min(high.lat + degrees, 90.0)
        return Box(Point(south, west), Point(north, east))


@dataclass(frozen=True, slots=True)
class Polygon:
    """All points in a ring of corners, its sides included, of which the last leads to the first.

    Sides are straight on a map of degrees, and do not cross the antimeridian. Raises ValueError for
    corners that make no ring.
    """

    corners: tuple[Point, ...]

    def __post_init__(self) -> None:
        longitudes = [corner.lon for corner in self.corners]
        if len(self.corners) < 3 or len(set(self.corners)) < len(self.corners):
            raise ValueError("a polygon takes three corners or more, each of them once")
        if max(longitudes) - min(longitudes) >= 180:
            raise ValueError("a polygon may be less than 180 degrees wide; use several")
        if not _is_ring(self.sides):
            raise ValueError("the sides of a polygon must not meet but at its corners")

    @property
    def sides(self) -> tuple["Side", ...]:
        """From each corner to the next."""
        return tuple(zip(self.corners, (*self.corners[1:], self.corners[0]), strict=True))

    def holds(self, point: Point) -> bool:
        """Whether the point lies within, or on a side: a ray from there meets an odd number."""
        inside = False
        for one, other in self.sides:
            if _turn(one, other, point) == 0 and _is_between(one, other, point):
                return True
            if (one.lat > point.lat) != (other.lat > point.lat):
                along = (point.lat - one.lat) / (other.lat - one.lat)
                inside ^= point.lon < one.lon + along * (other.lon - one.lon)
        return inside


Side: TypeAlias = tuple[Point, Point]
Region: TypeAlias = Circle | Box | Polygon


def meet(one: Side, other: Side) -> bool:
    """Whether two straight lines have a point in common."""
    (a, b), (c, d) = one, other
    turns = _turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)
    if turns[0] * turns[1] < 0 and turns[2] * turns[3] < 0:
        return True
    ends = ((a, b, c), (a, b, d), (c, d, a), (c, d, b))
    return any(not turn and _is_between(*three) for turn, three in zip(turns, ends, strict=True))


def _turn(a: Point, b: Point, c: Point) -> int:
    """1 where the way from `a` over `b` to `c` goes to the left, -1 to the right, else 0."""
    area = (b.lon - a.lon) * (c.lat - a.lat) - (b.lat - a.lat) * (c.lon - a.lon)
    return (area > 0) - (area < 0)


def _is_between(a: Point, b: Point, c: Point) -> bool:
    """Whether `c`, which is in line with `a` and `b`, is one of them or lies between them."""
    return min(a.lat, b.lat) <= c.lat <= max(a.lat, b.lat) and (
        min(a.lon, b.lon) <= c.lon <= max(a.lon, b.lon)
    )


def _is_ring(sides: tuple[Side, ...]) -> bool:
    """Whether sides meet only where one leads to the next, and none goes back on the one before."""
    last = len(sides) - 1
    for number, one in enumerate(sides):
        following = sides[0 if number == last else number + 1]
        if not _turn(*one, following[1]) and (
            _is_between(*one, following[1]) or _is_between(*following, one[0])
        ):
            return False
        others = sides[number + 2 : last + (number > 0)]
        if any(meet(one, other) for other in others):
            return False
    return True


def distance(one: Point, other: Point) -> float:
    """Metres along the great circle between them, by the haversine formula on a sphere."""
    lat, other_lat = math.radians(one.lat), math.radians(other.lat)
    across = math.sin((other_lat - lat) / 2) ** 2
    along = math.sin(math.radians(other.lon - one.lon) / 2) ** 2
    chord = across + math.cos(lat) * math.cos(other_lat) * along
    return 2 * EARTH_RADIUS * math.asin(math.sqrt(min(1.0, chord)))


def parse_point(text: str) -> Point:
    """`52.52,13.405`, the latitude first. Raises ValueError."""
    try:
        lat, lon = map(float, text.split(","))
    except ValueError:
        raise ValueError("expected a latitude and a longitude, like 52.52,13.405") from None
    return Point(lat, lon)
