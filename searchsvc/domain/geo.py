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


Region: TypeAlias = Circle | Box


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
