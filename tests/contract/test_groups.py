"""Groups answer as if all hits were put into groups by hand: best hits, totals, counts, facets."""

import asyncio
import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchsvc.definitions.mappings import parse_mapping
from searchsvc.domain.document import Document
from searchsvc.domain.result import Facet, Hit
from searchsvc.search.answer import SearchAnswer
from searchsvc.search.service import SearchService
from searchsvc.telemetry.stages import Stages
from tests.contract.support import document

DEFINITION = parse_mapping(
    "products",
    """
    fields:
      name: text^8
      parent: keyword
      tags: keyword, facet
      in_stock: bool, facet
      price: number, facet(ranges 0 25 50), sort
      rating: number, facet
    group_by: parent
    """,
)
EVERY = 100  # more than there are documents in the index
FACETS = ("tags", "in_stock", "price", "rating")
FILTERS = ("", "tags:t1", "tags IN [t2, t3]", "in_stock:true", "price>=20", "rating:3 AND tags:t1")


def products() -> list[Document]:
    """In groups of one to a dozen; some in none; with a value, none or several of each field."""
    draw = random.Random(5)
    return [document(f"{n:03}", **_product(draw)) for n in range(90)]


def _product(draw: random.Random) -> dict[str, object]:
    values = {
        "parent": f"p{int(14 * draw.random() ** 2)}",
        "tags": draw.sample(["t1", "t2", "t3", "t4", "t5"], draw.randint(0, 3)),
        "in_stock": draw.random() < 0.5,
        "price": [draw.randint(-4, 300) / 4 for _ in range(draw.randint(1, 2))],
        "rating": draw.randint(1, 5),
    }
    kept = {name: value for name, value in values.items() if draw.random() < 0.85}
    return {"name": draw.choice(["red lamp", "blue lamp", "red chair", "desk"]), **kept}


class Shop:
    """The products, asked by the service over one engine."""

    def __init__(self, engines: Any) -> None:
        engines.serve(*products(), definition=DEFINITION)
        self._service = SearchService(engines.search, {"products": DEFINITION})

    def ask(self, **parameters: object) -> SearchAnswer:
        """The answer to a search."""
        # Not widened: whether a search is depends on its filter, and a facet's is another one.
        asked = {"match": "all", **parameters}
        return asyncio.run(self._service.search("products", asked, Stages()))

    def every(self, **parameters: object) -> Sequence[Hit]:
        """All hits, one by one."""
        return self.ask(**parameters, group_by="none", per_page=EVERY).result.hits


def grouped(hits: Iterable[Hit]) -> dict[str, list[Hit]]:
    """By parent, or by their own id; the best first."""
    found: dict[str, list[Hit]] = {}
    for hit in hits:
        key = orjson.loads(hit.source).get("parent")
        found.setdefault(key or f"id {hit.id}", []).append(hit)
    return found


def numbers(facet: Facet, hits: Sequence[Hit]) -> list[int]:
    """In how many groups of these hits some hit has each value, or lies in each range."""
    held = {
        key: [item for hit in some for item in _many(orjson.loads(hit.source).get(facet.field))]
        for key, some in grouped(hits).items()
    }
    if facet.ranges:
        return [
            sum(any(_lies(item, one.low, one.high) for item in items) for items in held.values())
            for one in facet.ranges
        ]
    return [sum(one.value in items for items in held.values()) for one in facet.buckets]


def _many(value: object) -> Sequence[Any]:
    if isinstance(value, list):
        return value
    return () if value is None else (value,)


def _lies(item: float, low: Any, high: Any) -> bool:
    return (low is None or item >= low) and (high is None or item < high)


@pytest.fixture
def shop(engines) -> Shop:
    """The products on an engine."""
    return Shop(engines)


def test_groups_are_those_of_all_hits(shop: Shop) -> None:
    """Whatever is asked: order and members of groups, on any page, their number, and facets."""
    asked: st.SearchStrategy[Mapping[str, object]] = st.fixed_dictionaries(
        {
            "q": st.sampled_from(["", "lamp", "red lamp", "dek"]),
            "filter": st.sampled_from(FILTERS),
            "sort": st.sampled_from(["", "price:asc", "price:desc"]),
        }
    )

    @given(asked, st.integers(1, 4), st.sampled_from([1, 2, 5, 30]), st.integers(1, 3))
    @settings(max_examples=30, derandomize=True, database=None, deadline=None)
    def check(parameters: Mapping[str, object], page: int, per_page: int, size: int) -> None:
        wanted = grouped(shop.every(**parameters))
        answer = shop.ask(
            **parameters, page=page, per_page=per_page, group_size=size, facets=list(FACETS)
        )
        found = [[hit, *hit.group.hits] for hit in answer.result.hits if hit.group]
        shown = list(wanted.values())[(page - 1) * per_page :][:per_page]
        assert [[h.id for h in some] for some in found] == [[h.id for h in s[:size]] for s in shown]
        assert [h.group and h.group.count for h in answer.result.hits] == [len(s) for s in shown]
        assert answer.result.total == len(wanted)
        for request, facet in zip(answer.query.facets, answer.result.facets, strict=True):
            clauses = [] if not request.filter else [str(parameters["filter"])]
            hits = shop.every(q=parameters["q"], filter=_rest(clauses, facet.field))
            counts = [one.count for one in facet.ranges or facet.buckets]
            assert facet.grouped
            assert counts == numbers(facet, hits)
            assert facet.ranges or counts == sorted(counts, reverse=True)

    check()


def _rest(clauses: Sequence[str], field: str) -> str:
    """The filter less what speaks of that field, as a facet of it has it."""
    parts = [part for clause in clauses for part in clause.split(" AND ")]
    return " AND ".join(part for part in parts if not part.startswith(field))
