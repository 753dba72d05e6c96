"""The contract of places: circles, boxes, order by distance, and distances told."""

import asyncio
import math
import random

import pytest

from searchsvc.domain.definition import Boost, Field, FieldType, IndexDefinition
from searchsvc.domain.document import Delete
from searchsvc.domain.geo import FARTHEST, NEAREST, Box, Circle, Point, Polygon, distance
from searchsvc.domain.query import Equals, Exists, FacetRequest, Near, Not, Or, SortKey, Within
from tests.contract.support import INDEX, document, query

SHOPS = IndexDefinition(
    INDEX,
    (
        Field("name", FieldType.TEXT, weight=1.0),
        Field("kind", FieldType.KEYWORD, facet=True, sort=True),
        Field("at", FieldType.GEO),
        Field("depot", FieldType.GEO, hidden=True),
    ),
)
BERLIN, POTSDAM, HAMBURG = Point(52.52, 13.405), Point(52.3906, 13.0645), Point(53.5511, 9.9937)
SUVA, APIA = Point(-18.1248, 178.4501), Point(-13.8333, -171.7667)
PLACES = (
    document("1", name="shop", kind="a", at=BERLIN, depot=HAMBURG),
    document("2", name="shop", kind="b", at=POTSDAM),
    document("3", name="shop", kind="a", at=HAMBURG),
    document("4", name="shop", kind="b", at=SUVA),
    document("5", name="shop", kind="a", at=APIA),
    document("6", name="shop", kind="b"),
    document("7", name="chain", kind="a", at=[SUVA, POTSDAM, POTSDAM]),
)
# How far from a rim engines may disagree, in metres: they keep points to the centimetre, and one
# of them computes with sines that are good to half a metre across the whole earth.
RIM = 0.5


@pytest.fixture
def shops(engines):
    """An engine that serves PLACES."""
    engines.serve(*PLACES, definition=SHOPS)
    return engines


def find(engines, text: str = "", **options):
    """The result of one search."""
    return asyncio.run(engines.search.search(query(text, **options)))


def ids(engines, text: str = "", **options) -> str:
    """The ids of one search's hits."""
    return "".join(hit.id for hit in find(engines, text, **options).hits)


def within(*region: object) -> Within:
    """The filter of a circle (a point and metres) or of a box (two points)."""
    made = Box(*region) if isinstance(region[1], Point) else Circle(*region)
    return Within("at", made)


REGIONS = {
    "a circle": (within(BERLIN, 40_000), "127"),
    "a wider circle": (within(BERLIN, 300_000), "1237"),
    "a circle of nothing": (within(Point(0, 0), 1000), ""),
    "a circle across the antimeridian": (within(SUVA, 1_300_000), "457"),
    "a circle over a pole": (within(Point(90, 0), 4_200_000), "1237"),
    "the very place": (within(BERLIN, NEAREST), "1"),
    "the whole earth": (within(BERLIN, FARTHEST), "123457"),
    "a box": (within(Point(52, 13), Point(53, 14)), "127"),
    "a box to the place": (within(POTSDAM, BERLIN), "127"),
    "a box that is a place": (within(BERLIN, BERLIN), "1"),
    "a box across the antimeridian": (within(Point(-20, 170), Point(-10, -170)), "457"),
    "a box of the whole earth": (within(Point(-90, -180), Point(90, 180)), "123457"),
    "a box round the earth": (within(Point(50, 14), Point(60, 13.9)), "1237"),
    "a box all but round the earth": (within(Point(50, 13.5), Point(60, 13.2)), "237"),
    "not": (Not(within(BERLIN, 40_000)), "3456"),
    "or": (Or((within(HAMBURG, 1), within(APIA, 1))), "35"),
    "has a place": (Exists("at"), "123457"),
    "has none": (Not(Exists("at")), "6"),
    "a hidden place": (Within("depot", Circle(HAMBURG, 1)), "1"),
    "a place equals nothing": (Equals("at", "52.52,13.405"), ""),
    "a keyword is no place": (Within("kind", Circle(BERLIN, FARTHEST)), ""),
}


@pytest.mark.parametrize(("filter", "expected"), REGIONS.values(), ids=REGIONS)
def test_regions(shops, filter, expected) -> None:
    """A region lets exactly these documents pass, one of several places sufficing."""
    assert "".join(sorted(ids(shops, filter=filter))) == expected


def test_regions_narrow_words_and_facets(shops) -> None:
    """As every other filter does."""
    near = within(BERLIN, 40_000)
    assert ids(shops, "chain", filter=near) == "7"
    found = find(shops, filter=near, facets=(FacetRequest("kind", 5, near),))
    assert [(b.value, b.count) for b in found.facets[0].buckets] == [("a", 2), ("b", 1)]


def test_the_nearest_come_first(shops) -> None:
    """By the nearest of several places, ties by the next key and id, the placeless last."""
    near = SortKey("at", near=POTSDAM)
    assert ids(shops, sort=(near,)) == "2713546"
    assert ids(shops, sort=(near, SortKey("kind"))) == "7213546"
    assert ids(shops, sort=(SortKey("kind"), near)) == "7135246"
    pages = [ids(shops, sort=(near,), offset=n, limit=2) for n in range(0, 8, 2)]
    assert "".join(pages) == "2713546"


def test_a_walk_by_distance_shows_every_document(shops) -> None:
    """Page after page, each going on where the one before it ended."""
    for sort in ((SortKey("at", near=POTSDAM),), (SortKey("kind"), SortKey("at", near=POTSDAM))):
        found, after = "", None
        while len(found) < len(PLACES):
            result = find(shops, sort=sort, limit=2, after=after)
            found, after = found + "".join(hit.id for hit in result.hits), result.last
        assert found == ids(shops, sort=sort)


def test_every_hit_tells_its_distance(shops) -> None:
    """From the place asked for, in metres by the great circle, whatever fields are returned."""
    found = find(shops, near=Near("at", BERLIN), fields=("name",), highlight=False)
    told = {hit.id: hit.distance for hit in found.hits}
    assert told["1"] == 0
    assert told["2"] == told["7"] == distance(BERLIN, POTSDAM)
    assert told["2"] == pytest.approx(27_200, rel=0.01)
    assert told["6"] is None
    assert all(hit.distance is None for hit in find(shops).hits)


def test_a_region_may_boost(engines) -> None:
    """Documents near a point rank higher, whatever their words."""
    boost = Boost("", 2.0, when="at WITHIN 100km OF 52.52,13.405")
    engines.serve(*PLACES, definition=IndexDefinition(INDEX, SHOPS.fields, boosts=(boost,)))
    assert set(ids(engines, "shop")[:2]) == {"1", "2"}


@pytest.mark.parametrize("place", [Point(90, 0), Point(-90, 180), Point(0, 180), Point(0, -180)])
def test_the_ends_of_the_map(engines, place) -> None:
    """Poles and the antimeridian are places like others."""
    engines.serve(document("1", at=place), document("2", at=Point(1, 1)), definition=SHOPS)
    assert ids(engines, filter=within(place, 10)) == "1"
    assert ids(engines, filter=within(place, place)) == "1"
    assert ids(engines, sort=(SortKey("at", near=place),)) == "12"


def test_places_change_with_their_documents(engines) -> None:
    """Writes and deletes of later commits count."""
    made = engines.serve(*PLACES, definition=SHOPS)
    moved = document("3", 2, name="shop", at=BERLIN)
    engines.write(made, moved, Delete("1", 2))
    assert ids(engines, filter=within(BERLIN, 100)) == "3"
    assert ids(engines, filter=within(HAMBURG, 100)) == ""


def scattered(number: int, draw: random.Random) -> list[Point]:
    """Places of which many are near each other, and some at the ends of the map."""
    middles = [BERLIN, SUVA, Point(89.9, 10), Point(-90, -180)]
    return [
        draw.choice(
            [
                Point(draw.uniform(-90, 90), draw.uniform(-180, 180)),
                beside(draw.choice(middles), draw.choice([0.001, 0.1, 5]), draw),
            ]
        )
        for _ in range(number)
    ]


def beside(place: Point, degrees: float, draw: random.Random) -> Point:
    """A place so many degrees away at most."""
    lat = place.lat + draw.uniform(-degrees, degrees)
    lon = place.lon + draw.uniform(-degrees, degrees)
    return Point(max(-90.0, min(90.0, lat)), (lon + 180) % 360 - 180)


def test_regions_agree_with_the_formula(engines) -> None:
    """Whatever the region, only documents at its rim may be taken either way."""
    draw = random.Random(7)
    points = scattered(1500, draw)
    documents = [document(f"{n:04}", name="shop", at=point) for n, point in enumerate(points)]
    served = engines.serve(*documents[:900], definition=SHOPS)
    engines.write(served, *documents[900:])
    for _ in range(40):
        center, radius = draw.choice(scattered(3, draw)), 10 ** draw.uniform(1, 7.3)
        inner = {n for n, p in enumerate(points) if distance(center, p) < radius - RIM}
        outer = {n for n, p in enumerate(points) if distance(center, p) <= radius + RIM}
        found = find(engines, filter=within(center, radius), limit=1500)
        assert inner <= {int(hit.id) for hit in found.hits} <= outer
        assert found.total == len(found.hits)
    for _ in range(40):
        one, other = scattered(2, draw)
        box = Box(
            Point(min(one.lat, other.lat), one.lon), Point(max(one.lat, other.lat), other.lon)
        )
        held = {n for n, point in enumerate(points) if box.holds(point)}
        found = find(engines, filter=Within("at", box), limit=1500)
        assert {int(hit.id) for hit in found.hits} == held


def ring(draw: random.Random) -> Polygon:
    """Corners round a place, at any distance from it."""
    middle, corners = draw.choice([BERLIN, Point(0, 0), Point(60, -100)]), draw.randint(3, 9)
    reach = draw.choice([0.01, 0.2, 20.0])
    turns = sorted(draw.uniform(0, 2 * math.pi) for _ in range(corners))
    away = [draw.uniform(0.2, 1) * reach for _ in turns]
    return Polygon(
        tuple(
            Point(middle.lat + far * math.sin(turn), middle.lon + far * math.cos(turn))
            for turn, far in zip(turns, away, strict=True)
        )
    )


def rim(polygon: Polygon, point: Point) -> float:
    """How many degrees a point lies from the nearest side."""
    found = []
    for one, other in polygon.sides:
        up, along = other.lat - one.lat, other.lon - one.lon
        part = (point.lat - one.lat) * up + (point.lon - one.lon) * along
        part = min(1.0, max(0.0, part / (up * up + along * along)))
        found.append(
            math.hypot(point.lat - one.lat - part * up, point.lon - one.lon - part * along)
        )
    return min(found)


def test_polygons_agree_with_the_formula(engines) -> None:
    """Whatever their corners, only documents at their rims may be taken either way."""
    draw = random.Random(13)
    middles = [BERLIN, Point(0, 0), Point(60, -100)]
    points = [
        beside(draw.choice(middles), draw.choice([0.01, 0.2, 20, 25]), draw) for _ in range(1200)
    ]
    engines.serve(
        *(document(f"{n:04}", name="shop", at=point) for n, point in enumerate(points)),
        definition=SHOPS,
    )
    some = 0
    for _ in range(40):
        polygon = ring(draw)
        unsure = {n for n, point in enumerate(points) if rim(polygon, point) < 1e-5}
        held = {n for n, point in enumerate(points) if polygon.holds(point)}
        found = find(engines, filter=Within("at", polygon), limit=1200)
        assert {int(hit.id) for hit in found.hits} - unsure == held - unsure
        some += len(held)
    assert some > 1000


@pytest.mark.parametrize("text", ["", "rare"])
def test_the_order_agrees_with_the_formula(engines, text) -> None:
    """Pages follow each other from near to far, whichever documents match."""
    draw = random.Random(11)
    points = scattered(2500, draw)
    names = ["rare" if n % 50 == 0 else "shop" for n in range(len(points))]
    engines.serve(
        *(document(f"{n:04}", name=names[n], at=point) for n, point in enumerate(points)),
        document("9999", name="rare"), definition=SHOPS,
    )  # fmt: skip
    for place in (BERLIN, SUVA, Point(90, 0), Point(0, 0)):
        sort, near = (SortKey("at", near=place),), Near("at", place)
        pages = [
            find(engines, text, sort=sort, near=near, offset=n, limit=30).hits
            for n in (0, 30, 60, 90)
        ]
        found = [hit for page in pages for hit in page]
        away = sorted(
            distance(place, point) for n, point in enumerate(points) if text in ("", names[n])
        )
        told = [hit.distance for hit in found if hit.distance is not None]
        assert told == pytest.approx(away[: len(told)], abs=RIM)
        assert len({hit.id for hit in found}) == len(found) == min(120, len(away) + 1)


def test_documents_of_one_place_are_in_the_order_of_their_ids(engines) -> None:
    """However many they are, on every page."""
    there = [document(f"{n:04}", name="shop", at=BERLIN) for n in range(1200)]
    engines.serve(*there, document("9999", at=POTSDAM), definition=SHOPS)
    sort = (SortKey("at", near=POTSDAM),)
    first, second, last = (find(engines, sort=sort, offset=n, limit=100) for n in (0, 100, 1100))
    expected = ["9999", *(f"{n:04}" for n in (*range(199), *range(1099, 1199)))]
    assert [hit.id for page in (first, second, last) for hit in page.hits] == expected
    walked = find(engines, sort=sort, after=first.last, limit=100)
    assert [hit.id for hit in walked.hits] == [hit.id for hit in second.hits]
