"""The filter grammar: what it reads, what it refuses and where it points."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.definitions.mappings import parse_mapping
from searchsvc.domain.geo import NEAREST, Box, Circle, Point
from searchsvc.domain.query import And, Equals, Exists, Filter, Not, OneOf, Or, Range, Within
from searchsvc.errors import FilterError
from searchsvc.search.filter_conditions import MAX_CLAUSES, MAX_DEPTH
from searchsvc.search.filter_parts import without_field
from searchsvc.search.filters import parse_filter

PRODUCTS = parse_mapping(
    "products",
    """
    fields:
      name: text^8
      brand: keyword, facet
      tags: keyword, facet
      price: number, facet
      in_stock: bool, facet
      created_at: date
      location: geo
      secret: keyword, hidden
      note: keyword, stored
    """,
)
BERLIN = Point(52.5, 13.4)
DAY = datetime(2026, 8, 23, tzinfo=UTC)
NEXT_DAY = datetime(2026, 8, 24, tzinfo=UTC)
NOON = datetime(2026, 8, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("   ", None),
        ("brand:Apple", Equals("brand", "Apple")),
        ('brand:"Sam:sung \\"x\\" \\\\"', Equals("brand", 'Sam:sung "x" \\')),
        ("brand = Apple", Equals("brand", "Apple")),
        ("brand != Apple", Not(Equals("brand", "Apple"))),
        ('brand:"AND"', Equals("brand", "AND")),
        ("price:10", Equals("price", 10.0)),
        ("price:-1.5e3", Equals("price", -1500.0)),
        ("price>=10", Range("price", low=10.0)),
        ("price>10", Range("price", low=10.0, include_low=False)),
        ("price<10", Range("price", high=10.0, include_high=False)),
        ("price:10 TO 20", Range("price", 10.0, 20.0)),
        ("in_stock:TRUE", Equals("in_stock", True)),
        ("created_at:2026-08-23", Range("created_at", DAY, NEXT_DAY, include_high=False)),
        ("created_at>2026-08-23", Range("created_at", low=NEXT_DAY)),
        ("created_at>=2026-08-23", Range("created_at", low=DAY)),
        ("created_at<2026-08-23", Range("created_at", high=DAY, include_high=False)),
        ("created_at<=2026-08-23", Range("created_at", high=NEXT_DAY, include_high=False)),
        ('created_at:"2026-08-23T14:00:00+02:00"', Equals("created_at", NOON)),
        (
            "created_at:2026-08-23 TO 2026-08-23",
            Range("created_at", DAY, NEXT_DAY, include_high=False),
        ),
        ('tags IN [a, "b c"]', OneOf("tags", ("a", "b c"))),
        ("tags EXISTS", Exists("tags")),
        ("location WITHIN 5km OF 52.5,13.4", Within("location", Circle(BERLIN, 5000.0))),
        ('location WITHIN "800" OF "52.5, 13.4"', Within("location", Circle(BERLIN, 800.0))),
        ("location WITHIN 0 OF 52.5,13.4", Within("location", Circle(BERLIN, NEAREST))),
        (
            "location WITHIN -18.2,178.4 TO 52.5,13.4",
            Within("location", Box(Point(-18.2, 178.4), BERLIN)),
        ),
        ("location EXISTS", Exists("location")),
        ("NOT NOT tags EXISTS", Not(Not(Exists("tags")))),
    ],
)
def test_conditions(text: str, expected: Filter | None) -> None:
    """Each condition of the grammar becomes its node, with values typed by the field."""
    assert parse_filter(text, PRODUCTS) == expected


def test_precedence_is_not_and_or() -> None:
    """NOT binds tighter than AND, AND tighter than OR, parentheses tighter than all."""
    a, b, c = (Equals("brand", x) for x in "abc")
    assert parse_filter("brand:a OR brand:b AND NOT brand:c", PRODUCTS) == Or((a, And((b, Not(c)))))
    assert parse_filter("(brand:a OR brand:b) AND brand:c", PRODUCTS) == And((Or((a, b)), c))


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("prise:3", 1, "did you mean 'price'?"),
        ("secret:x", 1, "unknown field 'secret'"),
        ("note:x", 1, "cannot be filtered"),
        ("name:x", 1, "field 'name' (text) cannot be filtered"),
        ("brand:", 7, "expected a value at column 7, found the end"),
        ("brand:a b", 9, "put AND between conditions"),
        ("(brand:a", 9, "closing ')'"),
        ("brand:a)", 8, "expected AND, OR or the end"),
        ("price>abc", 7, "expected a number"),
        ("price:nan", 7, "finite"),
        ("price:1e999", 7, "finite"),
        ("brand>a", 6, "has no order"),
        ("brand:a TO b", 7, "has no order"),
        ("price:1 TO", 11, "expected a value"),
        ('brand:"x', 7, "quote at column 7 is not closed"),
        ("in_stock:1", 10, "expected true or false"),
        ("location:52.5,13.4", 10, "expected a region, like location WITHIN 5km OF"),
        ("location>5", 9, "use WITHIN"),
        ("price WITHIN 5km OF 52.5,13.4", 14, "'price' (number) has no points"),
        ("price WITHIN 1,1 TO 2,2", 14, "'price' (number) has no points"),
        ("location WITHIN 5 km OF 52.5,13.4", 19, "OF behind a distance, or TO behind a corner"),
        ("location WITHIN 5kg OF 52.5,13.4", 17, "one of m, km, mi, yd, ft"),
        ("location WITHIN -5km OF 52.5,13.4", 17, "cannot use '-5km' at column 17"),
        ("location WITHIN 5km OF 91,13.4", 24, "between -90 and 90"),
        ("location WITHIN 5km OF 52.5", 24, "a latitude and a longitude"),
        ("location WITHIN 5km OF nan,nan", 24, "between -90 and 90"),
        ("location WITHIN 2,1 TO 1,2", 17, "must be the southern one"),
        ("location WITHIN 2,1 TO 3,181", 24, "between -180 and 180"),
        ("location WITHIN", 16, "expected a value"),
        ("created_at:2026-13-01", 12, "expected a date"),
        ("created_at:9999-12-31", 12, "beyond the calendar"),
        ("brand IN []", 11, "expected a value"),
        ("brand IN a", 10, "'[' after IN"),
        ("AND brand:a", 1, "unknown field 'AND'"),
        ("(" * (MAX_DEPTH + 1) + "brand:a", MAX_DEPTH + 1, "nested deeper"),
        ("NOT " * 50 + "brand:a", None, "nested deeper"),
        (" AND ".join(["brand:a"] * (MAX_CLAUSES + 1)), None, "more than 200 clauses"),
        ("x" * 5000, None, "longer than 4096"),
    ],
)
def test_faults_point_at_their_column(text: str, position: int | None, words: str) -> None:
    """Whatever cannot be read is refused with its column and what to write instead."""
    with pytest.raises(FilterError) as caught:
        parse_filter(text, PRODUCTS)
    assert words in str(caught.value)
    assert position is None or caught.value.position == position


@given(st.text(max_size=80))
def test_no_text_breaks_the_parser(text: str) -> None:
    """Any text is a filter or a FilterError, never another exception."""
    try:
        parse_filter(text, PRODUCTS)
    except FilterError as error:
        assert error.message


FIELDS = st.sampled_from(["brand", "tags", "price", "in_stock"])
VALUES = st.text(min_size=1, max_size=10)


@given(VALUES)
def test_any_value_survives_quoting(value: str) -> None:
    """A quoted value comes out as it went in."""
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    assert parse_filter(f'brand:"{quoted}"', PRODUCTS) == Equals("brand", value)


def test_a_facet_counts_without_its_own_clauses() -> None:
    """Clauses on the facet's field alone are dropped from the top of the filter, others stay."""
    found = parse_filter("brand:a AND price>1 AND (brand:b OR tags:c)", PRODUCTS)
    rest = And(
        (
            Range("price", low=1.0, include_low=False),
            Or((Equals("brand", "b"), Equals("tags", "c"))),
        )
    )
    assert without_field(found, "brand") == rest
    assert without_field(found, "tags") == found
    assert without_field(parse_filter("brand:a OR brand:b", PRODUCTS), "brand") is None
    assert without_field(parse_filter("NOT brand:a AND tags:b", PRODUCTS), "brand") == Equals(
        "tags", "b"
    )
    assert without_field(None, "brand") is None
