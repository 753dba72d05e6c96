"""The contract of going on behind a place: every hit once, whatever its order and its ties."""

import asyncio
import random
from itertools import chain

import pytest

from searchsvc.domain.definition import Boost
from searchsvc.domain.document import Delete
from searchsvc.domain.query import Equals, SortKey
from tests.contract.support import PRODUCTS, START, boosted, document, query


def find(engines, text: str = "", **options):
    """The result of one search."""
    return asyncio.run(engines.search.search(query(text, **options)))


def walk(engines, text: str = "", limit: int = 7, between=None, **options) -> list[list[str]]:
    """The ids of each page until there is none; `between` is called after each with its number."""
    pages, after = [], None
    while True:
        result = find(engines, text, limit=limit, after=after, **options)
        if not result.hits:
            assert result.last is None
            return pages
        pages.append([hit.id for hit in result.hits])
        after = result.last
        if between is None:
            assert after.seen == sum(map(len, pages))
        else:
            between(len(pages))


ORDERS = {
    "by score": (),
    "a number": (SortKey("price"),),
    "a number, descending": (SortKey("price", True),),
    "a keyword": (SortKey("brand"),),
    "a keyword, descending": (SortKey("brand", True),),
    "a text": (SortKey("name"),),
    "a bool and a number": (SortKey("in_stock"), SortKey("price", True)),
    "a date and a keyword": (SortKey("added", True), SortKey("brand")),
    "an unknown field": (SortKey("nothing"), SortKey("price")),
}


def many(number: int, seed: int = 1):
    """So many documents, many of which tie in any order, and some of which lack what orders."""
    draw = random.Random(seed)
    for n in range(number):
        values = {
            "price": draw.choice([-3, 0, 2.5, 10**9]),
            "in_stock": draw.random() < 0.5,
            "brand": draw.choice(["Ä", "a", "b b", "\N{GRINNING FACE}"]),
            "added": START.replace(microsecond=draw.randrange(3)),
        }
        held = {key: value for key, value in values.items() if draw.random() < 0.8}
        yield document(f"d{n:04}", name="lamp " * draw.randint(1, 3), **held)


@pytest.mark.parametrize("text", ["", "lamp"])
@pytest.mark.parametrize("sort", ORDERS.values(), ids=ORDERS)
def test_pages_one_after_the_other_are_the_whole(engines, text, sort) -> None:
    """The same hits in the same order as one long page, none twice; the total stays."""
    documents = list(many(60))
    made = engines.serve(*documents[:40])
    engines.write(made, *documents[40:], Delete("d0005", 2))
    whole = [hit.id for hit in find(engines, text, sort=sort, limit=100).hits]
    assert list(chain(*walk(engines, text, sort=sort))) == whole
    assert len(whole) == len(set(whole)) == 59


def test_a_walk_with_boosts_and_a_filter(engines) -> None:
    """Boosts order what no words order, and a filter narrows every page alike."""
    definition = boosted(Boost("price", 0.5, by="log"))
    engines.serve(*many(60), definition=definition)
    for text in ("", "lamp"):
        whole = [hit.id for hit in find(engines, text, limit=100).hits]
        assert list(chain(*walk(engines, text))) == whole
        stocked = Equals("in_stock", True)
        narrow = [hit.id for hit in find(engines, text, filter=stocked, limit=100).hits]
        assert list(chain(*walk(engines, text, filter=stocked, limit=3))) == narrow


def test_long_rows_of_equal_scores(engines) -> None:
    """More ties than an engine may put in order are still shown once each."""
    engines.serve(*(document(f"{n:04}", name="lamp") for n in range(450)))
    for text in ("lamp", ""):
        found = list(chain(*walk(engines, text, limit=90)))
        assert sorted(found) == [f"{n:04}" for n in range(450)]


def test_a_walk_by_fields_shows_every_document_that_stays(engines) -> None:
    """Once each, while others come, go and move; and none twice, unless it moved itself."""
    draw = random.Random(2)
    made = engines.serve(*(document(f"s{n:03}", name="lamp", price=n % 9) for n in range(60)))

    def change(number: int) -> None:
        moved = [
            document(f"m{draw.randrange(20):02}", number + 2, name="lamp", price=draw.randrange(9))
            for _ in range(5)
        ]
        engines.write(made, *{one.id: one for one in moved}.values())
        engines.write(made, Delete(f"m{draw.randrange(20):02}", number + 2))

    for sort in ((SortKey("price"),), (SortKey("price", True), SortKey("name"))):
        found = list(chain(*walk(engines, "lamp", sort=sort, between=change)))
        stayed = [id for id in found if id[0] == "s"]
        assert sorted(stayed) == [f"s{n:03}" for n in range(60)]


def test_a_walk_that_is_pinned_sees_no_swap(engines) -> None:
    """The version's own documents, once each, by score and by fields, whatever is live by then."""
    first = engines.serve(*many(40))
    whole = [hit.id for hit in find(engines, "lamp", limit=100).hits]

    def swap(number: int) -> None:
        if number == 1:
            engines.serve(document("new", name="lamp"), number=number + 1)

    for sort in ((), (SortKey("price"),)):
        engines.store.swap(first)
        found = list(chain(*walk(engines, "lamp", version=first, sort=sort, between=swap)))
        assert sorted(found) == sorted(whole)
        assert [hit.id for hit in find(engines, "lamp").hits] == ["new"]
        engines.store.swap(first)
        engines.store.drop(engines.store.versions("products")[-1].version)


@pytest.mark.parametrize(
    ("descending", "expected"), [(False, ["new", "3", "4", "5"]), (True, ["new", "2", "1", "0"])]
)
def test_a_place_of_a_document_that_is_gone(engines, descending, expected) -> None:
    """The walk goes on behind where it stood, and in front of what has come since."""
    made = engines.serve(*(document(f"{n}", name="lamp", price=n) for n in range(6)))
    sort = (SortKey("price", descending),)
    first = find(engines, "lamp", sort=sort, limit=3)
    gone = Delete(first.hits[-1].id, 2)
    engines.write(made, gone, document("new", 2, name="lamp", price=2.5))
    rest = find(engines, "lamp", sort=sort, limit=10, after=first.last)
    assert [hit.id for hit in rest.hits] == expected


def test_no_place_without_hits(engines) -> None:
    """A page of nothing, and one behind the end, lead nowhere."""
    engines.serve(document("1", name="lamp"), definition=PRODUCTS)
    assert find(engines, "lamp", limit=0).last is None
    assert find(engines, "zebra").last is None
    last = find(engines, "lamp").last
    result = find(engines, "lamp", after=last)
    assert (result.total, result.hits, result.last) == (1, (), None)


def test_a_walk_goes_beyond_what_pages_reach(engines) -> None:
    """Behind the 10,000th hit as before it, by score and by a field."""
    names = ("lamp", "lamp light", "lamp light shade")
    engines.serve(
        *(document(f"{n:05}", name=names[n % 3], price=n % 1000) for n in range(10_100)),
    )
    for text, sort in (("lamp", ()), ("", (SortKey("price"),)), ("", ())):
        found = list(chain(*walk(engines, text, limit=1000, sort=sort, highlight=False)))
        assert sorted(found) == [f"{n:05}" for n in range(10_100)]
