"""Points as cells: the earth is cut in 16, each cell in 16 again, and so on 16 times.

A point is 16 hex digits, each two bits of its latitude and two of its longitude; the first n of
them name the cell that holds it after n cuts. The last cells measure less than a centimetre.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import cos, radians
from typing import TypeAlias

from searchsvc.domain.geo import EARTH_RADIUS, Box, Circle, Point, Polygon, Region, distance, meet

DIGITS = 16
SLACK = 1e-7  # degrees: more than a point can be away from the middle of its last cell

Cell: TypeAlias = str

_REMEMBERED = 20_000  # cells, since most queries ask for the same large ones
_BITS = 2 * DIGITS
_STEPS = 1 << _BITS
# To spread a number's bits, its halves are moved apart, then the quarters of each, and so on.
_GAPS = (16, 8, 4, 2, 1)
_MASKS = (
    0xFFFFFFFF, 0x0000FFFF0000FFFF, 0x00FF00FF00FF00FF, 0x0F0F0F0F0F0F0F0F, 0x3333333333333333,
    0x5555555555555555,
)  # fmt: skip


def number_of(point: Point) -> int:
    """The point as a number of 64 bits, those of its latitude first."""
    return _step(point.lat, 90) << _BITS | _step(point.lon, 180)


def _step(degrees: float, most: int) -> int:
    return min(int((degrees + most) / (2 * most) * _STEPS), _STEPS - 1)


def _spread(number: int) -> int:
    """The number's 32 bits with a gap before each."""
    for gap, mask in zip(_GAPS, _MASKS[1:], strict=True):
        number = (number | number << gap) & mask
    return number


def _gathered(number: int) -> int:
    """What `_spread` has spread; other bits are passed over."""
    number &= _MASKS[-1]
    for gap, mask in zip(_GAPS[::-1], _MASKS[-2::-1], strict=True):
        number = (number | number >> gap) & mask
    return number


def point_of(number: int) -> Point:
    """The middle of the point's last cell."""
    lat, lon = number >> _BITS, number & _MASKS[0]
    return Point((lat + 0.5) * 180 / _STEPS - 90, (lon + 0.5) * 360 / _STEPS - 180)


def last_cell(number: int) -> Cell:
    """The name of the smallest cell of a point."""
    woven = _spread(number >> _BITS) << 1 | _spread(number & _MASKS[0])
    return f"{woven:0{DIGITS}x}"


def parts(cell: Cell) -> list[Cell]:
    """The 16 cells that it is cut in."""
    return [cell + digit for digit in "0123456789abcdef"]


@dataclass(frozen=True, slots=True)
class Sides:
    """Where a cell lies, in degrees."""

    south: float
    north: float
    west: float
    east: float


@lru_cache(maxsize=_REMEMBERED)
def sides(cell: Cell) -> Sides:
    """The sides of the cell of that name; "" is the whole earth."""
    woven = int(cell, 16) if cell else 0
    cut = 4 ** len(cell)
    lat, lon = _gathered(woven >> 1), _gathered(woven)
    return Sides(
        lat * 180 / cut - 90,
        (lat + 1) * 180 / cut - 90,
        lon * 360 / cut - 180,
        (lon + 1) * 360 / cut - 180,
    )


def lies_in(cell: Cell, region: Region) -> bool | None:
    """Whether all of the cell lies in the region: True, False for none of it, None if unsure."""
    if isinstance(region, Circle):
        return _in_circle(cell, region)
    at = sides(cell)
    return _in_box(at, region) if isinstance(region, Box) else _in_polygon(at, region)


def _in_circle(cell: Cell, circle: Circle) -> bool | None:
    middle, half = _around(cell)
    away = distance(circle.center, middle)
    if away - half > circle.radius:
        return False
    return True if away + half <= circle.radius else None


@lru_cache(maxsize=_REMEMBERED)
def _around(cell: Cell) -> tuple[Point, float]:
    """The middle of a cell, and at least the metres from there to its farthest point."""
    at = sides(cell)
    up, along = (at.north - at.south) / 2, (at.east - at.west) / 2
    widest = 1.0 if at.south < 0 < at.north else cos(radians(min(abs(at.south), abs(at.north))))
    # Going up first and then along is no shorter than the straight way.
    half = EARTH_RADIUS * (radians(up) + widest * radians(along))
    return Point(at.south + up, at.west + along), half


def _in_box(at: Sides, box: Box) -> bool | None:
    south, north = box.south_west.lat, box.north_east.lat
    met = [span for span in box.spans if span[0] <= at.east and at.west <= span[1]]
    if at.north < south or north < at.south or not met:
        return False
    between = south <= at.south and at.north <= north
    whole = between and any(west <= at.west and at.east <= east for west, east in met)
    return True if whole else None


def _in_polygon(at: Sides, polygon: Polygon) -> bool | None:
    """Unsure where a side has a part in the cell; else all of the cell is on one side of it."""
    corners = (
        Point(at.south, at.west),
        Point(at.south, at.east),
        Point(at.north, at.east),
        Point(at.north, at.west),
    )
    edges = tuple(zip(corners, (*corners[1:], corners[0]), strict=True))
    for one, other in polygon.sides:
        if at.south <= one.lat <= at.north and at.west <= one.lon <= at.east:
            return None
        is_apart = (
            max(one.lat, other.lat) < at.south
            or min(one.lat, other.lat) > at.north
            or max(one.lon, other.lon) < at.west
            or min(one.lon, other.lon) > at.east
        )
        if not is_apart and any(meet((one, other), edge) for edge in edges):
            return None
    return polygon.holds(corners[0])
