"""Groups where counting is hard: uneven floats, more values than are looked at, pins within."""

import asyncio
import random
from collections.abc import Mapping
from typing import Any

import orjson
import pytest

from searchsvc.definitions.mappings import parse_mapping
from searchsvc.domain.curation import Curation, Rule
from searchsvc.domain.definition import Cut, IndexDefinition
from searchsvc.domain.document import Document
from searchsvc.domain.query import Pin
from searchsvc.domain.result import SearchResult
from searchsvc.search.cuts import step_of
from searchsvc.search.service import SearchService
from searchsvc.telemetry.stages import Stages
from tests.contract.support import document

DEFINITION = parse_mapping(
    "products",
    """
    fields:
      name: text
      parent: keyword
      tags: keyword, facet
      width: number, facet(histogram 0.1)
    group_by: parent
    """,
)


class Pinned:
    """Two documents of one group in their places, whatever is asked."""

    def of(self, _live: object) -> Curation:
        """One rule for all indexes."""
        rule = Rule("both", 1, pins=(Pin("chair", 1), Pin("table", 4)))
        return Curation(always=(rule,))


def ask(engines: Any, curations: Any = None, /, **asked: object) -> SearchResult:
    """The answer to one search."""
    known: Mapping[str, IndexDefinition] = {"products": DEFINITION}
    service = SearchService(engines.search, known, curations=curations)
    answer = asyncio.run(service.search("products", {"match": "all", **asked}, Stages()))
    return answer.result


def test_steps_count_the_groups_of_the_numbers_they_hold(engines) -> None:
    """Also of numbers that are less than where their step begins by the last digit of a float."""
    draw = random.Random(3)
    widths = [draw.randint(-9, 30) / 10 for _ in range(90)]
    parents = [f"p{draw.randint(0, 9)}" if draw.random() < 0.8 else None for _ in widths]
    pairs = list(zip(widths, parents, strict=True))
    engines.serve(
        *(document(f"{n:03}", name="lamp", width=w, parent=p) for n, (w, p) in enumerate(pairs)),
        definition=DEFINITION,
    )
    held: dict[float | None, set[str]] = {}
    for number, (width, parent) in enumerate(pairs):
        held.setdefault(step_of(Cut(width=0.1), width), set()).add(parent or f"alone {number}")
    assert 1.7 in widths
    assert 1.7000000000000002 in held  # the step that holds it
    (facet,) = ask(engines, facets="width").facets
    assert facet.grouped
    assert {one.low: one.count for one in facet.ranges if one.count} == {
        low: len(groups) for low, groups in held.items()
    }


@pytest.mark.parametrize(("rare", "grouped"), [(0, True), (20, False)])
def test_a_facet_of_more_values_than_are_looked_at(engines, rare: int, grouped: bool) -> None:
    """It counts groups only where no other value can have more of them."""
    common = 3 if rare else 1
    shop = [
        document(f"a{n:05}", name="lamp", parent="one" if rare else f"p{n}", tags=f"a{n % 1000:03}")
        for n in range(common * 1000)
    ]
    shop += [document(f"b{n:05}", name="lamp", tags=f"b{n % 20:03}") for n in range(2 * rare)]
    shop += [document("c", name="lamp", tags="c")]
    engines.serve(*shop, definition=DEFINITION)
    (facet,) = ask(engines, facets="tags", facet_limit=2).facets
    assert facet.grouped is grouped
    assert [(one.value, one.count) for one in facet.buckets] == [("a000", common), ("a001", common)]


def test_pinned_documents_have_their_places_within_a_group(engines) -> None:
    """Those that hold no word, too; the others keep the order of the search round them."""
    shop: list[Document] = [document(name, name=name, parent="p") for name in ("chair", "table")]
    shop += [document(f"lamp{n}", name="lamp", parent="p") for n in range(1, 5)]
    engines.serve(*shop, definition=DEFINITION)
    every = ask(engines, Pinned(), q="lamp", group_by="none").hits
    assert [hit.id for hit in every] == ["chair", "lamp1", "lamp2", "table", "lamp3", "lamp4"]
    (head,) = ask(engines, Pinned(), q="lamp", group_size=5).hits
    assert head.group
    assert (head.group.key, head.group.count) == ("p", 6)
    assert [hit.id for hit in (head, *head.group.hits)] == [hit.id for hit in every][:5]
    assert [hit.id for hit in head.group.hits if hit.pinned] == ["table"]
    assert orjson.loads(head.source)["parent"] == "p"
