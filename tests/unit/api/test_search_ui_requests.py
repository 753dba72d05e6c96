"""Search UI's filters, orders and facets, as searches of ours."""

from datetime import UTC, datetime

import pytest

from searchsvc.api.search_ui.facet_data import facets_body
from searchsvc.api.search_ui.facets import FacetWish
from searchsvc.api.search_ui.request import read_search
from searchsvc.domain.definition import Cut
from searchsvc.domain.query import And, Equals, Exists, FacetRequest, Not, OneOf, Or, Range
from searchsvc.domain.result import Bucket, Facet, RangeBucket
from searchsvc.search.request import search_query
from tests.support.lamps import SHOP


def query(state, config=None):
    """The query of a state."""
    wish = read_search({"state": state, "queryConfig": config or {}}, SHOP)
    return search_query(wish.parameters, SHOP, shape=wish.shape)


CHEAP = Range("price", 0.0, 25.0, include_high=False)
RANGE = {"name": "cheap", "from": 0, "to": 25}
RANGES = {"facets": {"price": {"type": "range", "ranges": [RANGE, {"name": "any"}]}}}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"type": "any", "values": ["a", "b"]}, OneOf("brand", ("a", "b"))),
        ({"type": "all", "values": ["a", "b"]}, And((Equals("brand", "a"), Equals("brand", "b")))),
        ({"values": ["a"]}, Equals("brand", "a")),
        ({"type": "none", "values": ["a", "b"]}, Not(OneOf("brand", ("a", "b")))),
        ({"type": "all", "values": [["a", "b"]]}, OneOf("brand", ("a", "b"))),
        ({"values": ['x" OR brand:y']}, Equals("brand", 'x" OR brand:y')),
        ({"values": []}, None),
        ({}, None),
    ],
)
def test_values(given, expected) -> None:
    """As all, any or none of them; whatever a value holds, it is a value."""
    assert query({"filters": [{"field": "brand", **given}]}).filter == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([{"name": "cheap", "from": 0, "to": 25}], CHEAP),
        ([{"name": "cheap"}], CHEAP),
        (["cheap"], CHEAP),
        ([{"from": "10"}], Range("price", low=10.0)),
        ([{"to": 10, "from": None}], Range("price", high=10.0, include_high=False)),
        ([{"name": "any"}], Exists("price")),
        ([{"name": "cheap"}, 99], Or((CHEAP, Equals("price", 99.0)))),
    ],
)
def test_ranges(values, expected) -> None:
    """From and not to; one that is only named is the one that the facet is configured with."""
    state = {"filters": [{"field": "price", "type": "any", "values": values}]}
    assert query(state, RANGES).filter == expected


def test_dates() -> None:
    """A day without a time is from its beginning."""
    state = {"filters": [{"field": "sold", "values": [{"from": "2026-01-01", "to": "2026-02-01"}]}]}
    days = [datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2)]
    assert query(state).filter == Range("sold", *days, include_high=False)


def test_filters_of_the_state_and_of_the_configuration_all_hold() -> None:
    """The client sends those of its configuration twice."""
    stock = {"field": "in_stock", "values": ["true"], "type": "all", "persistent": True}
    brand = {"field": "brand", "values": ["Volt"], "type": "any"}
    both = And((OneOf("brand", ("Volt",)), Equals("in_stock", True)))
    assert query({"filters": [brand, stock]}, {"filters": [stock]}).filter == both
    assert query({"filters": [brand]}, {"filters": [stock]}).filter == both


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({"sortList": [{"field": "price", "direction": "desc"}]}, [("price", True)]),
        ({"sortField": "price", "sortDirection": "asc"}, [("price", False)]),
        ({"sortField": "cheapest", "sortDirection": ""}, [("price", False)]),
        (
            {
                "sortList": [
                    {"field": "sold", "direction": "desc"},
                    {"field": "price", "direction": ""},
                ]
            },
            [("sold", True)],
        ),
        ({"sortList": [], "sortField": "", "sortDirection": ""}, []),
    ],
)
def test_orders(state, expected) -> None:
    """By fields and directions, or by a sort that the mapping names; none is by relevance."""
    assert [(key.field, key.descending) for key in query(state).sort] == expected


def test_fuzziness_that_is_not_wanted() -> None:
    """No typo is forgiven where the configuration says false."""
    state = {"searchTerm": "keyboard"}
    assert query(state).terms[0].typos == 2
    assert query(state, {"fuzziness": False}).terms[0].typos == 0


def data(facet, wish):
    """The facet's data."""
    cut = SHOP.field("price").cut if facet.ranges else None
    body = facets_body([FacetRequest(facet.field, 10, cut=cut)], [facet], {facet.field: wish})
    return [(one["value"], one["count"]) for one in body[facet.field][0]["data"]]


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        (FacetWish(), [("b", 3), ("c", 2), ("a", 1)]),
        (FacetWish(size=2), [("b", 3), ("c", 2)]),
        (FacetWish(by_value=True, descending=False), [("a", 1), ("b", 3), ("c", 2)]),
        (FacetWish(by_value=True, size=1), [("c", 2)]),
        (FacetWish(descending=False, size=2), [("a", 1), ("c", 2)]),
    ],
)
def test_the_order_of_values(wish, expected) -> None:
    """By count or by value, in either direction, and so many."""
    assert data(Facet("brand", (Bucket("b", 3), Bucket("c", 2), Bucket("a", 1))), wish) == expected


def test_all_values_are_asked_for_where_the_commonest_do_not_come_first() -> None:
    """Otherwise those of the least count would be the least of the commonest."""
    for facet, size in (({}, 20), ({"size": 5}, 5), ({"size": 5, "sort": "value"}, 1000)):
        (found,) = query({}, {"facets": {"brand": {"type": "value", **facet}}}).facets
        assert found.size == size


def test_what_the_page_itself_filters_by_narrows_every_facet() -> None:
    """Also a disjunctive one of that field: nobody has chosen it, and nobody can take it back."""
    brands = {"field": "brand", "type": "any", "values": ["Volt", "Acme"]}
    volt = {"field": "brand", "type": "any", "values": ["Volt"]}
    config = {
        "filters": [brands],
        "facets": {"brand": {"type": "value"}},
        "disjunctiveFacets": ["brand"],
    }
    (facet,) = query({"filters": [volt, brands]}, config).facets
    assert facet.filter == OneOf("brand", ("Volt", "Acme"))


def test_places_of_a_path_are_opened() -> None:
    """By what was chosen of them, whether the facet is disjunctive or not."""
    men = {"field": "place", "type": "all", "values": ["Men"]}
    for free in ([], ["place"]):
        config = {"facets": {"place": {"type": "value"}}, "disjunctiveFacets": free}
        asked = query({"filters": [men]}, config)
        assert [one.below for one in asked.facets] == ["", "Men"]


BRANDS = {"field": "brand", "type": "any", "values": ["Volt"]}
PRICES = {"field": "price", "type": "any", "values": [RANGE]}
DEAR = {"name": "dear", "from": "30"}


@pytest.mark.parametrize("free", [[], ["brand"], ["price"], ["brand", "price"]])
def test_what_facets_count(free) -> None:
    """A disjunctive one without what was chosen of it, another under all that was chosen."""
    facets = {"brand": {"type": "value"}, "price": {"type": "range", "ranges": [RANGE, DEAR]}}
    config = {"facets": facets, "disjunctiveFacets": free}
    asked = query({"filters": [BRANDS, PRICES]}, config)
    counted = {one.field: one for one in asked.facets}
    both = asked.filter
    assert counted["brand"].filter == (CHEAP if "brand" in free else both)
    assert counted["price"].filter == (OneOf("brand", ("Volt",)) if "price" in free else both)
    assert counted["price"].cut == Cut(bounds=(0, 25, 30))


def test_wished_ranges_are_made_of_the_parts_that_were_counted() -> None:
    """They may overlap, and need not be those of the mapping."""
    low = {"name": "low", "from": None, "to": 25}
    ranges = {"low": low, "all": {"from": None, "to": None}, "high": {"from": "10", "to": 50}}
    wish = FacetWish(ranges=ranges, cut=Cut(bounds=(10, 25, 50)), own_cut=True)
    parts = (
        RangeBucket(None, 10, 1), RangeBucket(10, 25, 2), RangeBucket(25, 50, 4),
        RangeBucket(50, None, 8),
    )  # fmt: skip
    assert data(Facet("price", ranges=parts), wish) == [
        ({"to": 25, "name": "low"}, 3),
        ({"name": "all"}, 15),
        ({"from": "10", "to": 50, "name": "high"}, 6),
    ]


def test_declared_ranges_are_named_by_their_bounds() -> None:
    """Where the configuration names no ranges, or counts values."""
    parts = (RangeBucket(None, 25, 1), RangeBucket(25, 50.5, 2), RangeBucket(50.5, None, 3))
    assert data(Facet("price", ranges=parts), FacetWish()) == [
        ({"to": 25, "name": "< 25"}, 1),
        ({"from": 25, "to": 50.5, "name": "25 - 50.5"}, 2),
        ({"from": 50.5, "name": "≥ 50.5"}, 3),
    ]
    months = (RangeBucket(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC), 1),)
    ((value, _),) = data(Facet("price", ranges=months), FacetWish())
    assert value["name"] == "2026-01-01 - 2026-02-01"
