"""What is to be judged next: what rankings differ on, then what is at the top."""

import asyncio
from datetime import UTC, datetime
from math import log2

import orjson
import pytest

from searchsvc.domain.definition import Boost, Field, FieldType, IndexDefinition, Ranking
from searchsvc.domain.document import Document, digest
from searchsvc.domain.index import IndexVersion, Recipe
from searchsvc.engines.memory import MemoryEngine, MemoryStore
from searchsvc.errors import NotServing, RequestError
from searchsvc.relevance.todo import Unjudged, unjudged
from searchsvc.search.service import SearchService

LAMPS = IndexDefinition(
    name="lamps",
    fields=(
        Field("note", FieldType.TEXT, weight=1),
        Field("name", FieldType.TEXT, weight=4),
        Field("price", FieldType.NUMBER),
    ),
    rankings=(Ranking("dear", (Boost("price", 5.0, by="value"),)),),
)


def service(count: int) -> SearchService:
    """So many lamps alike, each dearer than the one before; none with 0."""
    store = MemoryStore()
    if count:
        version = IndexVersion.new("lamps", datetime(2026, 8, 23, tzinfo=UTC), 1)
        store.create(version, Recipe(LAMPS))
        with store.writer(version) as writer:
            writer.write([_lamp(n) for n in range(1, count + 1)])
            writer.commit()
        store.swap(version)
    return SearchService(MemoryEngine(store), {"lamps": LAMPS})


def _lamp(number: int) -> Document:
    doc = {"name": "lamp", "note": f"number {number}", "price": float(number)}
    source = orjson.dumps(doc)
    return Document(f"{number:02}", 1, doc, source, digest(source))


def todo(count: int, judged: dict[str, set[str]], *rankings: str) -> list[Unjudged]:
    return asyncio.run(unjudged(service(count), "lamps", judged, rankings))


def test_what_rankings_differ_on_comes_first() -> None:
    """By what its rating could change; then by its place; what is judged is left out."""
    found = todo(4, {"lamp": {"02"}}, "default", "dear")
    assert [(one.id, dict(one.ranks)) for one in found] == [
        ("01", {"default": 1, "dear": 4}),
        ("04", {"default": 4, "dear": 1}),
        ("03", {"default": 3, "dear": 2}),
    ]
    assert found[0].weight == pytest.approx(1 - 1 / log2(5))
    assert found[0].text == "lamp"


def test_what_only_one_ranking_shows() -> None:
    """It counts as a difference from nothing."""
    found = todo(15, {"lamp": set()}, "default", "dear")
    assert (found[0].id, dict(found[0].ranks), found[0].weight) == ("01", {"default": 1}, 1.0)
    assert {one.id for one in found} == {f"{n:02}" for n in range(1, 16)}


def test_without_a_ranking_all_of_them_are_asked() -> None:
    """Those of the live version."""
    assert todo(4, {"lamp": set()}) == todo(4, {"lamp": set()}, "default", "dear")


def test_by_one_ranking_the_top_comes_first() -> None:
    """Of every query; one that finds nothing, or has no words, adds nothing."""
    found = todo(
        12, {"lamp": {"01"}, "lamp number": set(), "zebra": set(), "!!!": set()}, "default"
    )
    assert [one.ranks["default"] for one in found] == sorted(one.ranks["default"] for one in found)
    assert [one.query for one in found].count("lamp") == 9
    assert {one.query for one in found} == {"lamp", "lamp number"}
    assert {one.weight for one in found} == {0.0}


def test_what_cannot_be_asked() -> None:
    """A ranking that there is not, an index without a live version."""
    with pytest.raises(RequestError, match="cheap"):
        todo(1, {"lamp": set()}, "cheap")
    with pytest.raises(NotServing):
        todo(0, {"lamp": set()}, "default")
