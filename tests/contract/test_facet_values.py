"""The contract of searching the values of a facet."""

import asyncio
from dataclasses import replace

import pytest

from searchsvc.domain.definition import Field, FieldType, IndexDefinition
from searchsvc.domain.query import Equals, FacetSearch
from searchsvc.errors import NotServing
from tests.contract.support import document, query, typed

BOOKS = IndexDefinition(
    "products",
    (
        Field("name", FieldType.TEXT, weight=1.0),
        Field("author", FieldType.KEYWORD, facet=True),
        Field("shelf", FieldType.PATH, facet=True, separator=" > "),
        Field("isbn", FieldType.ID, weight=1.0, facet=True),
    ),
)
SHELF = (
    document("1", name="chess novel", author="Stefan Zweig", shelf="Fiction > Novels"),
    document("2", name="world of yesterday", author=["Stefan Zweig", "Café & Co."], isbn="978-3/A"),
    document("3", name="algorithms", author="Robert Sedgewick", shelf="Science > Computers"),
    document("4", name="algorithms in C", author=["Robert Sedgewick", "Ångström"]),
    document("5", name="novel", author="Straßer Müller", shelf="Science Fiction > Novels"),
)  # fmt: skip


@pytest.fixture
def shelf(engines):
    """An engine that serves SHELF."""
    engines.serve(*SHELF, definition=BOOKS)
    return engines


def find(engines, text: str, field: str = "author", typos: int = 0, limit: int = 10, **within):
    """What is found of a facet's values."""
    search = query(within.pop("q", ""), **within)
    asked = FacetSearch(search, field, text, typed(text, typos), limit)
    return asyncio.run(engines.search.facet_values(asked))


def values(engines, text: str, field: str = "author", **options) -> list[tuple[str, int]]:
    """(value, count) of each."""
    found = find(engines, text, field, **options)
    assert found.complete
    assert {one.field for one in found.values} <= {field}
    return [(one.value, one.count) for one in found.values]


VALUES = {
    "a beginning": ("zw", [("Stefan Zweig", 2)]),
    "a whole word": ("robert", [("Robert Sedgewick", 2)]),
    "words in any order": ("zweig ste", [("Stefan Zweig", 2)]),
    "every word": ("stefan sedgewick", []),
    "not the inside of a word": ("weig", []),
    "accents do not matter": ("cafe", [("Café & Co.", 1)]),
    "nor where they were typed": ("muller straß", [("Straßer Müller", 1)]),
    "two letters for one": ("strasser", [("Straßer Müller", 1)]),
    "an accent that begins a word": ("angstrom", [("Ångström", 1)]),
    "case does not matter": ("ZWEIG", [("Stefan Zweig", 2)]),
    "commonest first": ("s", [("Robert Sedgewick", 2), ("Stefan Zweig", 2), ("Straßer Müller", 1)]),
    "syntax is text": (".*", []),
    "no word": ("!?", []),
}


@pytest.mark.parametrize(("text", "expected"), VALUES.values(), ids=VALUES)
def test_values_hold_what_was_typed(shelf, text, expected) -> None:
    """Every word, the last of them unfinished."""
    assert values(shelf, text) == expected


def test_typos_are_forgiven_where_nothing_is_spelt_so(shelf) -> None:
    """As in suggestions."""
    assert values(shelf, "sedgwick", typos=1) == [("Robert Sedgewick", 2)]
    assert values(shelf, "stefna", typos=1) == [("Stefan Zweig", 2)]
    assert values(shelf, "sedgwick") == []
    assert values(shelf, "xylophone", typos=2) == []


def test_values_are_counted_within_a_search(shelf) -> None:
    """Its words and its filter apply to the documents."""
    assert values(shelf, "st", q="novel") == [("Stefan Zweig", 1), ("Straßer Müller", 1)]
    assert values(shelf, "", q="algorithms") == [("Robert Sedgewick", 2), ("Ångström", 1)]
    fiction = Equals("shelf", "Fiction")
    assert values(shelf, "s", filter=fiction) == [("Stefan Zweig", 1)]
    assert find(shelf, "s", q="zebra").total == 0
    assert find(shelf, "s", filter=fiction).total == 1


def test_nothing_typed_gives_the_commonest(shelf) -> None:
    """As a facet would."""
    found = find(shelf, "", limit=2)
    assert [(one.value, one.count) for one in found.values] == [
        ("Robert Sedgewick", 2), ("Stefan Zweig", 2),
    ]  # fmt: skip
    assert values(shelf, "  ", limit=1) == [("Robert Sedgewick", 2)]


def test_places_and_ids_are_searched_too(shelf) -> None:
    """A place at any level, by the names of its path; an id by its parts."""
    assert values(shelf, "fiction", "shelf") == [
        ("Fiction", 1), ("Fiction > Novels", 1), ("Science Fiction", 1),
        ("Science Fiction > Novels", 1),
    ]  # fmt: skip
    assert values(shelf, "fiction nov", "shelf", limit=1) == [("Fiction > Novels", 1)]
    assert values(shelf, "978", "isbn") == [("978-3/A", 1)]
    assert values(shelf, "01", "shelf") == []


def test_highlights_are_safe(shelf) -> None:
    """The words that were found are marked in escaped text."""
    (found,) = find(shelf, "cafe c").values
    assert found.highlight == "<mark>Café</mark> &amp; <mark>Co</mark>."
    (found,) = find(shelf, "", q="yesterday", filter=Equals("author", "Café & Co."), limit=1).values
    assert found.highlight == "Café &amp; Co."


def test_rare_values_are_found_among_many(engines) -> None:
    """However many values are commoner and hold the same letters."""
    common = [f"Zebra {n:04}" for n in range(1500)]
    engines.serve(
        document("1", author=common), document("2", author=[*common, "Orzebrat", "The Zebroid"]),
        definition=BOOKS,
    )  # fmt: skip
    assert values(engines, "zebroid") == [("The Zebroid", 1)]
    assert values(engines, "zebr", limit=3) == [(f"Zebra {n:04}", 2) for n in range(3)]
    assert values(engines, "the zeb") == [("The Zebroid", 1)]


def test_an_index_that_does_not_serve_says_so(engines) -> None:
    """As for any search."""
    asked = FacetSearch(query(""), "author", "x", typed("x"))
    with pytest.raises(NotServing):
        asyncio.run(engines.search.facet_values(asked))
    engines.serve(*SHELF, definition=BOOKS)
    other = replace(asked, field="nothing")
    assert asyncio.run(engines.search.facet_values(other)).values == ()
