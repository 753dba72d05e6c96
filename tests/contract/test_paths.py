"""The contract of fields that hold paths: places, all that lies below them, and their levels."""

import asyncio
import random
from collections import Counter
from itertools import accumulate

import pytest

from searchsvc.domain.definition import Boost, Field, FieldType, IndexDefinition
from searchsvc.domain.document import Delete
from searchsvc.domain.query import Equals, Exists, FacetRequest, Not, OneOf, Range, SortKey
from tests.contract.support import document, outcomes, query, typed

SEPARATOR = " > "
PLACES = Field(
    "places", FieldType.PATH, weight=2.0, facet=True, sort=True, highlight=True, separator=SEPARATOR
)
SHOP = IndexDefinition("products", (Field("name", FieldType.TEXT, weight=1.0), PLACES))
SHELVES = (
    document("1", name="boots", places="Men > Shoes > Boots"),
    document("2", name="sandals", places=["Men > Shoes", "Women > Shoes"]),
    document("3", name="coat", places=["Women > Coats", "Women >  Coats "]),
    document("4", name="scarf", places="Women"),
    document("5", name="gift card", places=[]),
)


@pytest.fixture
def shop(engines):
    """An engine that serves SHELVES."""
    engines.serve(*SHELVES, definition=SHOP)
    return engines


def find(engines, text: str = "", **options):
    """The result of one search."""
    return asyncio.run(engines.search.search(query(text, **options)))


def ids(engines, text: str = "", **options) -> str:
    """The ids of the hits, in their order."""
    return "".join(hit.id for hit in find(engines, text, **options).hits)


def below(engines, place: str | None, size: int = 10, separator: str = SEPARATOR, **options):
    """(place, count) of what lies directly below one; None: of every place."""
    one = FacetRequest("places", size, options.pop("own", None), separator=separator, below=place)
    (facet,) = find(engines, facets=(one,), limit=0, **options).facets
    return [(bucket.value, bucket.count) for bucket in facet.buckets]


FILTERS = {
    "a place at the top": (Equals("places", "Women"), "234"),
    "a place within": (Equals("places", "Men > Shoes"), "12"),
    "the very place": (Equals("places", "Men > Shoes > Boots"), "1"),
    "spaces round a name": (Equals("places", " Women >Coats".replace(">", " > ")), "3"),
    "a name that is no place": (Equals("places", "Shoes"), ""),
    "the beginning of a name": (Equals("places", "Wom"), ""),
    "case matters": (Equals("places", "women"), ""),
    "a number": (Equals("places", 5.0), ""),
    "no name": (Equals("places", " > "), ""),
    "one of": (OneOf("places", ("Men", "Women > Coats")), "123"),
    "exists": (Exists("places"), "1234"),
    "not": (Not(Equals("places", "Women > Shoes")), "1345"),
    "a range": (Range("places", 1.0), ""),
}


@pytest.mark.parametrize(("filter", "expected"), FILTERS.values(), ids=FILTERS)
def test_a_place_holds_all_that_is_below_it(shop, filter, expected) -> None:
    """A filter names a place from the top down."""
    assert "".join(sorted(ids(shop, filter=filter))) == expected


def test_levels_are_counted_one_by_one(shop) -> None:
    """The places directly below one; a document counts once in each."""
    assert below(shop, "") == [("Women", 3), ("Men", 2)]
    assert below(shop, "Men") == [("Men > Shoes", 2)]
    assert below(shop, "Women") == [("Women > Coats", 1), ("Women > Shoes", 1)]
    assert below(shop, "Men > Shoes") == [("Men > Shoes > Boots", 1)]
    assert below(shop, "Men > Shoes > Boots") == below(shop, "Nothing") == []
    assert below(shop, "", size=1) == [("Women", 3)]
    assert below(shop, "", text="sandals") == [("Men", 1), ("Women", 1)]
    assert below(shop, "", own=Equals("places", "Men > Shoes > Boots")) == [("Men", 1)]
    assert below(shop, None, size=3) == [("Women", 3), ("Men", 2), ("Men > Shoes", 2)]


def test_a_path_is_searched_as_text(shop) -> None:
    """By its words, with beginnings and typos, as a keyword is; highlights show it as written."""
    assert ids(shop, "coats") == "3"
    assert ids(shop, terms=typed("women co")) == "3"
    assert set(ids(shop, terms=typed("shose", 1))) == {"1", "2"}
    (hit,) = find(shop, "coats").hits
    assert (
        hit.highlight["places"] == "Women &gt; <mark>Coats</mark>, Women &gt;  <mark>Coats</mark> "
    )


def test_paths_sort_by_their_first(shop) -> None:
    """As whole texts; without one they come last."""
    assert ids(shop, sort=(SortKey("places"),)) == "21435"
    assert ids(shop, sort=(SortKey("places", descending=True),)) == "34125"


def test_a_boost_may_name_a_place(engines) -> None:
    """Everything below it is raised."""
    definition = IndexDefinition(
        "products", SHOP.fields, boosts=(Boost("places", 1.0, equals="Men > Shoes"),)
    )
    engines.serve(*SHELVES, definition=definition)
    assert set(ids(engines)[:2]) == {"1", "2"}


SIGNS = ["/", "|", " » ", ".", "\\", "->", "*", "{}", '"', "\N{GRINNING FACE}", "a"]


@pytest.mark.parametrize("separator", SIGNS)
def test_any_sign_may_separate(engines, separator) -> None:
    """No sign of a separator or of a name is an operator of an engine."""
    names = ["C++ (x86)", "[a-z]*", "~é#@&<>^$", "\N{PILE OF POO} 100 %"]
    paths = list(accumulate(names, lambda path, name: f"{path}{separator}{name}"))
    field = Field("places", FieldType.PATH, facet=True, separator=separator)
    definition = IndexDefinition("products", (SHOP.fields[0], field))
    engines.serve(document("1", places=paths[-1]), document("2", places="C"), definition=definition)
    tops = {path.split(separator)[0].strip() for path in (paths[0], "C")} - {""}
    assert {place for place, _ in below(engines, "", separator=separator)} >= {"C"} & tops
    for inner in paths:
        assert ids(engines, filter=Equals("places", inner)) == "1"
    if separator not in "".join(names):
        for outer, inner in zip(["", *paths], paths, strict=False):
            assert (inner, 1) in below(engines, outer, separator=separator)


@pytest.mark.parametrize("seed", range(2))
def test_levels_are_exact_over_several_commits(engines, seed) -> None:
    """However the documents lie, and whatever was deleted or replaced."""
    draw = random.Random(seed)
    held = {
        f"{n:03}": [
            SEPARATOR.join(draw.choices("abcd", k=draw.randint(1, 4)))
            for _ in range(draw.randint(0, 3))
        ]
        for n in range(90)
    }  # fmt: skip
    made = engines.serve(
        *(document(id, places=places) for id, places in list(held.items())[:40]), definition=SHOP
    )
    engines.write(made, *(document(id, places=places) for id, places in list(held.items())[40:]))
    held["001"] = ["a"]
    del held["002"]
    engines.write(made, Delete("002", 2), document("001", 2, places=held["001"]))
    counts = Counter(
        place
        for places in held.values()
        for place in {
            SEPARATOR.join(path.split(SEPARATOR)[:n]) for path in places
            for n in range(1, path.count(SEPARATOR) + 2)
        }
    )  # fmt: skip
    for outer in ["", *counts]:
        inside = [
            (place, count) for place, count in counts.items()
            if place.rpartition(SEPARATOR)[0] == outer
        ]  # fmt: skip
        expected = sorted(inside, key=lambda item: (-item[1], item[0]))
        assert below(engines, outer) == expected
        assert below(engines, outer, size=2) == expected[:2]


def test_what_is_no_path_is_refused(engines) -> None:
    """One without a name, too deep or too long; the others are written."""
    made = engines.create(definition=SHOP)
    results = engines.write(
        made, document("1", places="a"), document("2", places=" > "),
        document("3", places=SEPARATOR.join("a" * 33)), document("4", places="x" * 40_000),
        document("5", places=SEPARATOR.join("a" * 32)),
    )  # fmt: skip
    assert outcomes(results) == ["indexed", "dead", "dead", "dead", "indexed"]
