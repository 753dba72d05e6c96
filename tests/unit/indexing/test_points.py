"""Points as databases and to_document give them."""

from decimal import Decimal

import orjson
import pytest

from searchsvc.definitions.mappings import parse_mapping
from searchsvc.domain.geo import Point
from searchsvc.errors import RowError
from searchsvc.indexing.converters import compile_converters

CONVERT = compile_converters(parse_mapping("shops", "fields: {name: text, at: geo}"))
BERLIN = Point(52.52, 13.405)


@pytest.mark.parametrize(
    "given",
    [
        BERLIN,
        {"lat": 52.52, "lon": 13.405},
        {"lat": Decimal("52.52"), "lng": "13.405"},
        {"latitude": 52.52, "longitude": 13.405, "name": "Berlin"},
        "52.52,13.405",
        " 52.5200, 13.4050 ",
        "POINT(13.405 52.52)",
        "point (13.405  52.52)",
        '{"lat": 52.52, "lon": 13.405}',
        '{"type": "Point", "coordinates": [13.405, 52.52]}',
        {"type": "Point", "coordinates": (13.405, 52.52, 34)},
    ],
)
def test_a_point_may_be_given_as(given) -> None:
    """Every form means the same place, and answers show it as latitude and longitude."""
    values, source = CONVERT({"at": given})
    assert values == {"at": BERLIN}
    assert orjson.loads(source) == {"at": {"lat": 52.52, "lon": 13.405}}


def test_several_places_and_none() -> None:
    """A list is several; what is not known is left out."""
    values, source = CONVERT({"at": ["1,2", None, BERLIN]})
    assert values == {"at": [Point(1.0, 2.0), BERLIN]}
    assert orjson.loads(source)["at"][0] == {"lat": 1.0, "lon": 2.0}
    for nothing in (None, [], {"lat": None, "lon": None}):
        assert CONVERT({"at": nothing}) == ({}, b"{}")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("somewhere", "expected a latitude and a longitude"),
        ("", "expected a latitude and a longitude"),
        ("91,0", "the latitude must lie between"),
        ("13.405,-181", "the longitude must lie between"),
        ("nan,nan", "the latitude must lie between"),
        ({"lat": 1}, "has no lon"),
        ({"lat": None, "lon": 1}, "not a number of degrees"),
        ({"lat": True, "lon": 1}, "not a number of degrees"),
        ({"lat": "north", "lon": 1}, "could not convert"),
        ({"type": "Point", "coordinates": [1]}, "no longitude and latitude"),
        ("{", "is not JSON"),
        ("POINT(1)", "expected a latitude and a longitude"),
        (52.52, "is a float, not a point"),
        ((52.52, 13.405), "is a float, not a point"),
        (b"POINT", "is a bytes, not a point"),
    ],
)
def test_what_is_no_place_is_a_dead_letter(given, reason) -> None:
    """The row is refused, and the reason names field and value."""
    with pytest.raises(RowError, match=rf"^field 'at': .*{reason}"):
        CONVERT({"at": given})
