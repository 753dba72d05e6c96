"""Filters as JSON: the same as their expressions, and what is refused with its place."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.definitions.mappings import parse_mapping
from searchsvc.domain.query import Exists, Not, Range
from searchsvc.errors import FilterError
from searchsvc.search.filter_conditions import MAX_CLAUSES, MAX_DEPTH
from searchsvc.search.filter_json import read_filter
from searchsvc.search.filters import parse_filter

PRODUCTS = parse_mapping(
    "products",
    """
    fields:
      name: text^8
      brand: keyword, facet
      price: number, facet
      in_stock: bool, facet
      created_at: date
      location: geo
      secret: keyword, hidden
    """,
)
SIGNS = {"eq": "=", "ne": "!=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
NUMBERS = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
DAYS = st.dates().map(str).filter(lambda day: day < "9999-12-31")
TIMES = st.datetimes().map(lambda time: time.isoformat() + "Z")
VALUES = {"price": NUMBERS, "created_at": DAYS | TIMES, "brand": st.text(max_size=8)}
VALUES["in_stock"] = st.booleans()


def written(value: object) -> str:
    """A value as an expression has it."""
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return json.dumps(value)


POINTS = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
RADII = st.tuples(st.integers(0, 10**6), st.sampled_from(["", "m", "km", "mi"]))


@st.composite
def places(draw: st.DrawFn) -> tuple[str, dict[str, object]]:
    """One condition on a place, some of them on none."""
    field = draw(st.sampled_from(["location", "price"]))
    (lat, lng), (other_lat, other_lng) = draw(POINTS), draw(POINTS)
    other = f"{other_lat},{other_lng}"
    if draw(st.booleans()):
        amount, unit = draw(RADII)
        radius = amount if not unit and draw(st.booleans()) else f"{amount}{unit}"
        circle = {
            "radius": radius,
            "of": draw(st.sampled_from([other, {"lat": other_lat, "lng": other_lng}])),
        }
        return f"{field} WITHIN {radius} OF {other}", {"field": field, "within": circle}
    box = {"from": {"lat": lat, "lon": lng}, "to": other}
    return f"{field} WITHIN {lat},{lng} TO {other}", {"field": field, "within": box}


@st.composite
def conditions(draw: st.DrawFn) -> tuple[str, dict[str, object]]:
    """One condition as an expression and as an object."""
    field = draw(st.sampled_from(sorted(VALUES)))
    has_order = field in ("price", "created_at")
    kinds = ["eq", "ne", "in", "exists", *(["gt", "gte", "lt", "lte", "to"] if has_order else [])]
    kind = draw(st.sampled_from(kinds))
    value, other = draw(VALUES[field]), draw(VALUES[field])
    text, twin = written(value), {"field": field}
    if kind == "exists":
        return f"{field} EXISTS", {**twin, "exists": True}
    if kind == "in":
        return f"{field} IN [{text}, {written(other)}]", {**twin, "in": [value, other]}
    if kind == "to":
        return f"{field}:{text} TO {written(other)}", {**twin, "gte": value, "lte": other}
    return f"{field} {SIGNS[kind]} {text}", {**twin, kind: value}


def joined(
    parts: st.SearchStrategy[tuple[str, dict[str, object]]],
) -> st.SearchStrategy[tuple[str, dict[str, object]]]:
    """Filters joined by AND, OR, NOT."""
    many = st.lists(parts, min_size=1, max_size=3)
    return st.one_of(
        many.map(lambda m: (" AND ".join(f"({t})" for t, _ in m), {"and": [j for _, j in m]})),
        many.map(lambda m: (" OR ".join(f"({t})" for t, _ in m), {"or": [j for _, j in m]})),
        parts.map(lambda one: (f"NOT ({one[0]})", {"not": one[1]})),
    )


@given(st.recursive(conditions() | places(), joined, max_leaves=8))
def test_an_object_means_what_its_expression_means(both: tuple[str, dict[str, object]]) -> None:
    """Either form of any filter becomes the same filter, or is refused."""
    text, twin = both
    try:
        expected = parse_filter(text, PRODUCTS)
    except FilterError:
        with pytest.raises(FilterError):
            read_filter(twin, PRODUCTS)
        return
    assert read_filter(json.loads(json.dumps(twin)), PRODUCTS) == expected


def test_what_has_no_twin() -> None:
    """Bounds that leave their ends out, no value, and no filter at all."""
    between = {"field": "price", "gt": 1, "lt": "2.5"}
    assert read_filter(between, PRODUCTS) == Range("price", 1.0, 2.5, False, False)
    assert read_filter({"field": "brand", "exists": False}, PRODUCTS) == Not(Exists("brand"))
    assert read_filter({}, PRODUCTS) is None


def nested(levels: int) -> dict[str, object]:
    """A filter of so many levels."""
    found: dict[str, object] = {"field": "brand", "eq": "a"}
    for _ in range(levels - 1):
        found = {"not": found}
    return found


@pytest.mark.parametrize(
    ("twin", "words"),
    [
        ({"and": []}, "expected a list of filters at /and"),
        ({"and": {}}, "expected a list of filters at /and"),
        ({"and": [{}]}, "expected a condition at /and/0"),
        ({"or": [{"field": "brand", "eq": "a"}, 3]}, "expected a condition at /or/1"),
        ({"not": []}, "expected a condition at /not"),
        ({"and": [], "or": []}, "'and' stands alone"),
        ({"brand": "a"}, 'such as {"field": "price", "gte": 10}'),
        ({"field": 3}, "'field' with a name"),
        ({"field": "brand"}, "no operator beside 'brand'"),
        ({"field": "brand", "equal": "a"}, "unknown operator 'equal'"),
        ({"field": "brand", "eq": None}, "expected a text, a number, true or false at /eq"),
        ({"field": "brand", "in": "a"}, "expected a list of values at /in"),
        ({"field": "brand", "in": []}, "expected a list of values at /in"),
        ({"field": "brand", "in": ["a", {}]}, "at /in/1"),
        ({"field": "brand", "exists": "yes"}, "expected true or false at /exists"),
        ({"field": "brand", "gt": "a"}, "has no order"),
        ({"field": "price", "gt": 1, "gte": 1}, "give one of them"),
        ({"field": "price", "eq": "ten"}, "'ten' at /eq of the filter is no value of 'price'"),
        ({"field": "price", "eq": True}, "expected a number"),
        ({"field": "price", "gt": float("inf")}, "finite"),
        ({"field": "location", "within": "5km"}, "expected 'radius' and 'of', 'from' and 'to', or"),
        ({"field": "location", "within": {"polygon": ["1,1", "2,2"]}}, "expected 3 to 200 corners"),
        ({"field": "location", "within": {"polygon": ["1,1", "2", "3,3"]}}, "/within/polygon/1"),
        (
            {"field": "location", "within": {"polygon": ["1,1", "2,2", "1,1"]}},
            "three corners or more",
        ),
        (
            {"field": "location", "within": {"polygon": ["0,0", "2,2", "0,2", "2,0"]}},
            "must not meet but at its corners",
        ),
        (
            {"field": "location", "within": {"polygon": ["0,-100", "0,100", "9,0"]}},
            "less than 180 degrees wide",
        ),
        ({"field": "brand", "within": {"polygon": ["0,0", "0,1", "1,0"]}}, "has no points"),
        ({"field": "location", "within": {"radius": "5km"}}, 'such as {"radius": "5km", "of":'),
        ({"field": "location", "within": {"radius": {}, "of": "1,1"}}, "at /within/radius"),
        ({"field": "location", "within": {"radius": 5, "of": {"lat": 1}}}, "at /within/of"),
        ({"field": "location", "within": {"from": "2,1", "to": "1,2"}}, "the southern one"),
        ({"field": "location", "eq": "1,1"}, "expected a region"),
        ({"not": {"field": "prise", "eq": 1}}, "'prise' at /not/field of the filter"),
        ({"field": "secret", "eq": "a"}, "unknown field 'secret'"),
        ({"field": "name", "eq": "a"}, "cannot be filtered"),
        (nested(MAX_DEPTH + 1), "nested deeper"),
        ({"or": [nested(1)] * (MAX_CLAUSES + 1)}, "more than 200 clauses"),
        ({"field": "brand", "in": ["a"] * (MAX_CLAUSES + 1)}, "more than 200 clauses"),
    ],
)
def test_faults_say_where(twin: dict[str, object], words: str) -> None:
    """Whatever cannot be read is refused with its place and what to write instead."""
    with pytest.raises(FilterError) as caught:
        read_filter(twin, PRODUCTS)
    assert words in f"{caught.value} {caught.value.hint}"
    assert caught.value.param == "filter"


def test_the_deepest_filter_is_read() -> None:
    """The limits themselves are allowed."""
    assert read_filter(nested(MAX_DEPTH), PRODUCTS)
    assert read_filter({"or": [nested(1)] * MAX_CLAUSES}, PRODUCTS)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["and", "or", "not", "field", *SIGNS, "in", "exists", "x"]), inner
        )
    ),
)


@given(st.dictionaries(st.sampled_from(["and", "or", "not", "field", *SIGNS, "in"]), JSON))
def test_no_object_breaks_the_reader(twin: dict[str, object]) -> None:
    """Any object is a filter or a FilterError, never another exception."""
    try:
        read_filter(twin, PRODUCTS)
    except FilterError as error:
        assert error.code == "bad_filter"
