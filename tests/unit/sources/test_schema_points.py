"""Which columns are taken for the latitude and the longitude of a point."""

import pytest
from sqlalchemy import types
from sqlalchemy.dialects import mysql

from searchsvc.sources.schema_points import joined, pairs


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["lat", "lng"], {"location": ("lat", "lng")}),
        (["Longitude", "Latitude"], {"location": ("Latitude", "Longitude")}),
        (["pickup_lat", "pickup_long"], {"pickup_location": ("pickup_lat", "pickup_long")}),
        (["homeLat", "homeLon"], {"home_location": ("homeLat", "homeLon")}),
        (
            ["lat", "lon", "to_lat", "to_lon"],
            {"location": ("lat", "lon"), "to_location": ("to_lat", "to_lon")},
        ),
        (["lat"], {}),
        (["from_lat", "to_lng"], {}),
        (["platform", "longing"], {}),
    ],
)
def test_pairs(names, found) -> None:
    """By their names, which must begin alike."""
    assert pairs(names, names) == found


def test_a_point_has_a_name_of_its_own() -> None:
    """A column that is called so already keeps its name."""
    numbers = ["lat", "lng"]
    assert list(pairs(numbers, [*numbers, "Location"])) == ["point"]
    assert pairs(numbers, [*numbers, "location", "point", "geo"]) == {}


def test_both_columns_are_selected_as_one() -> None:
    """By what each database has for it; a FLOAT keeps its digits."""
    exact = [("lat", mysql.DECIMAL(9, 6)), ("lng", mysql.DOUBLE())]
    assert joined("at", exact, is_mysql=True) == "CONCAT(lat, ',', lng) AS at"
    rough = [("lat", mysql.FLOAT()), ("lng", mysql.FLOAT())]
    assert joined("at", rough, is_mysql=True) == "CONCAT(lat + 0e0, ',', lng + 0e0) AS at"
    assert joined("at", [("a", types.REAL()), ("b", types.REAL())], is_mysql=False) == (
        "a || ',' || b AS at"
    )
