"""The places of a request: what is read, and what is refused with the parameter's name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.definitions.mappings import parse_mapping
from searchsvc.domain.geo import FARTHEST, NEAREST, Box, Circle, Point, Polygon
from searchsvc.domain.query import And, Equals, Near, SortKey, Within
from searchsvc.errors import RequestError
from searchsvc.search.regions import read_box, read_distance, read_point
from searchsvc.search.request import search_query

SHOPS = parse_mapping(
    "shops",
    """
    fields: {name: text, brand: keyword, location: geo, depot: "geo, hidden"}
    sorts: {nearest: "location:near"}
    """,
)
RIDES = parse_mapping("rides", "fields: {start: geo, end: geo, name: text}")
BOOKS = parse_mapping("books", "fields: {name: text}")
BERLIN = Point(52.52, 13.405)
AROUND = Within("location", Circle(BERLIN, 5000.0))
BOX = Within("location", Box(Point(52.0, 13.0), Point(53.0, 14.0)))


@pytest.mark.parametrize(
    ("given", "metres"),
    [
        ("800", 800.0), ("5km", 5000.0), ("1.5 km", 1500.0), ("3mi", 4828.032), ("10yd", 9.144),
        ("10ft", 3.048), (250, 250.0), (0, NEAREST), ("0", NEAREST), ("99999km", FARTHEST),
        (1e300, FARTHEST),
    ],
)  # fmt: skip
def test_distances(given, metres) -> None:
    """Metres, or a number with a unit; never less than one can tell, nor beyond the earth."""
    assert read_distance(given) == pytest.approx(metres)


@pytest.mark.parametrize(
    "given", ["", "km", "-1", "1e3", "nan", "5 parsecs", "1" * 99, -1, True, float("nan"), None, []]
)
def test_what_is_no_distance(given) -> None:
    """The error says what one looks like."""
    with pytest.raises(ValueError, match="like 5km"):
        read_distance(given)


@pytest.mark.parametrize(
    "given",
    [
        "52.52,13.405", " 52.52 , 13.405 ", {"lat": 52.52, "lon": 13.405},
        {"lat": 52.52, "lng": 13.405},
    ],
)  # fmt: skip
def test_points(given) -> None:
    """As text with the latitude first, or as an object."""
    assert read_point(given) == BERLIN


@given(
    st.text(max_size=12)
    | st.floats()
    | st.none()
    | st.dictionaries(st.text(max_size=3), st.floats())
)
def test_whatever_else_is_no_place(given) -> None:
    """It is refused as a value, and breaks nothing."""
    for read in (read_point, read_box, read_distance):
        try:
            read(given)
        except ValueError as error:
            assert str(error)


def test_a_request_for_what_is_near() -> None:
    """The radius narrows, the distance is told, and the order is asked for by name."""
    query = search_query({"near": "52.52,13.405", "radius": "5km", "sort": "nearest"}, SHOPS)
    assert query.filter == AROUND
    assert query.near == Near("location", BERLIN)
    assert query.sort == (SortKey("location", near=BERLIN),)
    for sort in ("location", "location:near"):
        assert search_query({"near": "52.52,13.405", "sort": sort}, SHOPS).sort == query.sort


def test_regions_are_joined_to_the_filter() -> None:
    """By AND at its top, so that facets still count without their own conditions."""
    query = search_query(
        {"near": "52.52,13.405", "radius": 5000, "box": [52, 13, 53, 14], "filter": "brand:a"},
        SHOPS,
    )
    assert query.filter == And((Equals("brand", "a"), AROUND, BOX))
    assert search_query({"box": "52,13,53,14"}, SHOPS).filter == BOX


def test_one_of_several_geo_fields_is_named() -> None:
    """Where there is only one, nobody has to."""
    query = search_query({"near": "52.52,13.405", "geo_field": "end", "sort": "end"}, RIDES)
    assert query.near == Near("end", BERLIN)
    assert query.sort == (SortKey("end", near=BERLIN),)


FAULTS = [
    (SHOPS, {"near": "52.52"}, "near", "like 52.52,13.405"),
    (SHOPS, {"near": "95,13"}, "near", "between -90 and 90"),
    (SHOPS, {"near": "5,181"}, "near", "between -180 and 180"),
    (SHOPS, {"near": "nan,inf"}, "near", "between -90 and 90"),
    (SHOPS, {"near": {"lat": 1, "lon": True}}, "near", "numbers of degrees"),
    (SHOPS, {"near": {"lat": 10**400, "lon": 1}}, "near", "numbers of degrees"),
    (SHOPS, {"near": {"lat": "1", "lon": 1}}, "near", "numbers of degrees"),
    (SHOPS, {"near": None}, "near", "like 52.52,13.405"),
    (SHOPS, {"near": {"latitude": 1}}, "near", "an object of lat and lon"),
    (SHOPS, {"near": "1,1", "radius": "far"}, "radius", "like 5km"),
    (SHOPS, {"radius": "5km"}, "radius", "near="),
    (SHOPS, {"box": "1,2,3"}, "box", "south, west, north and east"),
    (SHOPS, {"box": "3,1,2,2"}, "box", "the southern one"),
    (SHOPS, {"box": ["1", 1, 2, 3]}, "box", "numbers of degrees"),
    (SHOPS, {"box": "a,1,2,3"}, "box", "south, west, north and east"),
    (SHOPS, {"sort": "nearest"}, "near", "near="),
    (SHOPS, {"sort": "location:desc", "near": "1,1"}, "sort", "use location:near"),
    (SHOPS, {"sort": "location:asc", "near": "1,1"}, "sort", "use location:near"),
    (SHOPS, {"sort": "brand:near"}, "sort", ""),
    (SHOPS, {"near": "1,1", "geo_field": "depot"}, "geo_field", "'depot' is no geo field"),
    (SHOPS, {"near": "1,1", "geo_field": "brand"}, "geo_field", "'brand' is no geo field"),
    (RIDES, {"near": "1,1"}, "geo_field", "one of start, end"),
    (RIDES, {"near": "1,1", "geo_field": "start", "sort": "end"}, "geo_field", "takes 'near'"),
    (BOOKS, {"near": "1,1"}, "near", "has no geo field"),
    (BOOKS, {"box": "1,1,2,2"}, "box", "has no geo field"),
]


@pytest.mark.parametrize(("definition", "given", "param", "words"), FAULTS)
def test_faults_name_their_parameter(definition, given, param, words) -> None:
    """And say what to write instead."""
    with pytest.raises(RequestError) as caught:
        search_query(given, definition)
    assert caught.value.param == param
    assert words in f"{caught.value} {caught.value.hint}"


# An arrow head that points north, with a notch from the south.
ARROW = Polygon((Point(0, 0), Point(4, 2), Point(0, 4), Point(1, 2)))


@pytest.mark.parametrize(
    ("lat", "lon", "held"),
    [
        (2, 2, True),
        (0.2, 0.2, True),
        (0.5, 2, False),  # in the notch
        (1, 2, True),  # a corner
        (2, 1, True),  # on a side
        (0, 2, False),  # between two corners, outside
        (4, 0, False),
        (4, 2, True),
        (4.1, 2, False),
    ],
)
def test_a_polygon_holds_what_is_inside(lat: float, lon: float, held: bool) -> None:
    """Whichever corner is named first, and in either direction."""
    for corners in (ARROW.corners, ARROW.corners[::-1], ARROW.corners[2:] + ARROW.corners[:2]):
        assert Polygon(corners).holds(Point(lat, lon)) is held


@pytest.mark.parametrize(
    ("corners", "fault"),
    [
        ([(0, 0), (1, 1)], "three corners or more"),
        ([(0, 0), (1, 1), (0, 0)], "each of them once"),
        ([(0, 0), (1, 1), (2, 2)], "must not meet"),
        ([(0, 0), (0, 2), (2, 0), (2, 2)], "must not meet"),
        ([(0, 0), (0, 4), (0, 2), (3, 3)], "must not meet"),
        ([(0, 0), (0, 4), (4, 4), (0, 2)], "must not meet"),  # a corner on another side
        ([(0, -90), (0, 90), (9, 0)], "180 degrees wide"),
    ],
)
def test_corners_that_make_no_ring(corners: list[tuple[float, float]], fault: str) -> None:
    """No engine is asked for what it might read in another way."""
    with pytest.raises(ValueError, match=fault):
        Polygon(tuple(Point(lat, lon) for lat, lon in corners))
