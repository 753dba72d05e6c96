"""Cells of points: names, sides, and what is sure of a cell and a region."""

from hypothesis import given
from hypothesis import strategies as st

from searchsvc.domain.geo import Box, Circle, Point, distance
from searchsvc.engines.embedded.cells import (
    DIGITS,
    SLACK,
    last_cell,
    lies_in,
    number_of,
    parts,
    point_of,
    sides,
)

POINTS = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))
DEPTHS = st.integers(0, DIGITS)


@given(POINTS)
def test_a_point_is_kept_to_the_centimetre(point) -> None:
    """Whichever it is, also at the ends of the map."""
    kept = point_of(number_of(point))
    assert distance(point, kept) < 0.01
    assert abs(point.lat - kept.lat) < SLACK
    assert abs(point.lon - kept.lon) < SLACK


@given(POINTS, DEPTHS)
def test_each_cell_of_a_point_holds_it(point, depth) -> None:
    """And is one of the parts of the cell before."""
    last = last_cell(number_of(point))
    kept, cell = point_of(number_of(point)), last[:depth]
    at = sides(cell)
    assert at.south <= kept.lat <= at.north
    assert at.west <= kept.lon <= at.east
    assert depth == DIGITS or last[: depth + 1] in parts(cell)


@given(POINTS, DEPTHS, POINTS, st.floats(0, 2.1e7))
def test_what_is_sure_of_a_circle_is_so(point, depth, center, radius) -> None:
    """A cell that lies in the circle has no point outside, and one outside none within."""
    lies = lies_in(last_cell(number_of(point))[:depth], Circle(center, radius))
    away = distance(center, point_of(number_of(point)))
    assert lies is None or lies == (away <= radius) or abs(away - radius) < 0.001


@given(POINTS, DEPTHS, POINTS, POINTS)
def test_what_is_sure_of_a_box_is_so(point, depth, one, other) -> None:
    """The same of boxes, also of those across the antimeridian."""
    low, high = sorted((one, other), key=lambda corner: corner.lat)
    box = Box(low, high)
    lies = lies_in(last_cell(number_of(point))[:depth], box)
    assert lies is None or lies == box.holds(point_of(number_of(point)))


@given(POINTS, POINTS, st.floats(0, 1))
def test_a_wider_box_holds_more(one, other, degrees) -> None:
    """Its corners at least, and never less than before."""
    low, high = sorted((one, other), key=lambda corner: corner.lat)
    wide = Box(low, high).widened(degrees)
    assert wide.holds(low)
    assert wide.holds(high)
    assert wide.holds(Point(low.lat, high.lon))
    assert not Box(low, high).holds(Point(low.lat, 0.0)) or wide.holds(Point(low.lat, 0.0))
