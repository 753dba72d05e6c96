"""Pins against the plain way: all hits in one list, the pinned ones put in, and a page cut out."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from searchsvc.domain.index import IndexVersion
from searchsvc.domain.query import And, Filter, Ids, Not, Pin, Place, SearchQuery
from searchsvc.domain.result import Hit, SearchResult
from searchsvc.search.pins import search_pinned

OLD, NEW = (IndexVersion.new("shop", datetime(2026, 3, day, tzinfo=UTC), 1) for day in (1, 2))


class FakeEngine:
    """Finds `found` and every pinned document in `stored`; a swap comes after `swaps` answers."""

    def __init__(self, found: list[str], stored: list[str], swaps: int = 1000) -> None:
        self._found = found
        self._stored = stored
        self._swaps = swaps
        self.asked = 0

    async def search(self, query: SearchQuery) -> SearchResult:
        self.asked += 1
        matching = [*self._found, *(id for id in query.pinned if id not in self._found)]
        hits = [id for id in matching if id in self._stored and passes(id, query.filter)]
        start = query.offset if query.after is None else hits.index(query.after.values[0]) + 1
        page = hits[start : start + query.limit]
        version = OLD if self.asked <= self._swaps else NEW
        last = Place((page[-1],), start + len(page)) if page else None
        made = tuple(Hit(id, 1.0, b"{}") for id in page)
        return SearchResult(version, len(hits), made, last=last)


def passes(id: str, filter: Filter | None) -> bool:
    """Whether a document passes a filter of ids."""
    match filter:
        case Ids(ids):
            return id in ids
        case Not(part):
            return not passes(id, part)
        case And(parts):
            return all(passes(id, part) for part in parts)
    return True


def plainly(found: list[str], pins: list[Pin], stored: list[str]) -> list[str]:
    """All hits with each pin at its place, or at the end where there are too few."""
    there = [pin for pin in pins if pin.id in stored]
    hits = [id for id in found if id not in {pin.id for pin in pins}]
    for pin in sorted(there, key=lambda pin: pin.at):
        hits.insert(pin.at - 1, pin.id)
    return hits


IDS = [f"d{n}" for n in range(12)]


@given(
    found=st.lists(st.sampled_from(IDS), unique=True),
    pinned=st.dictionaries(st.integers(1, 20), st.sampled_from(IDS), min_size=1, max_size=5),
    gone=st.sets(st.sampled_from(IDS), max_size=4),
    size=st.integers(0, 7),
)
def test_pages_are_those_of_the_plain_way(found, pinned, gone, size) -> None:
    """Every page and the total, with pins that are hits or none, are gone, or stand far behind."""
    stored = [id for id in IDS if id not in gone]
    found = [id for id in found if id in stored]
    by_id = {id: at for at, id in sorted(pinned.items(), reverse=True)}
    pins = sorted((Pin(id, at) for id, at in by_id.items()), key=lambda pin: pin.at)
    expected = plainly(found, pins, stored)
    engine = FakeEngine(found, stored)
    query = SearchQuery("shop", pins=tuple(pins), limit=size)
    for offset in range(0, len(expected) + 3, size or 20):
        result = asyncio.run(search_pinned(replace(query, offset=offset), engine.search))
        assert [hit.id for hit in result.hits] == expected[offset : offset + size]
        assert all(hit.pinned == (hit.id in by_id) for hit in result.hits)
        assert (result.total, result.pinned) == (len(expected), len(set(by_id) - gone))


@given(
    found=st.lists(st.sampled_from(IDS), unique=True),
    places=st.sets(st.integers(1, 12), min_size=1, max_size=4),
    size=st.integers(1, 5),
    first=st.integers(0, 6),
)
def test_a_walk_by_places_meets_every_hit_once(found, places, size, first) -> None:
    """From any page on, each place leads to the hits behind it, whatever is pinned where."""
    pins = tuple(Pin(id, at) for id, at in zip(IDS, sorted(places), strict=False))
    expected = plainly(found, list(pins), IDS)
    engine = FakeEngine(found, IDS)
    query = SearchQuery("shop", pins=pins, limit=size, offset=first)
    walked = expected[:first]
    while True:
        result = asyncio.run(search_pinned(query, engine.search))
        walked += [hit.id for hit in result.hits]
        if result.last is None:
            break
        assert result.last.seen == len(walked)
        query = replace(query, after=result.last)
        if len(walked) >= result.total:
            break
    lost = len(expected) - len(walked)
    assert walked == expected[: len(walked)]
    assert not lost or result.last is None
    # Only a page of nothing but pins, with others before it, does not know where they ended.
    assert not lost or all(hit.pinned for hit in result.hits)


def test_an_answer_is_of_one_version() -> None:
    """A swap between its two questions makes both be asked again."""
    engine = FakeEngine(["a"], ["a", "b"], swaps=1)
    query = SearchQuery("shop", pins=(Pin("b", 1),))
    result = asyncio.run(search_pinned(query, engine.search))
    assert (result.version, [hit.id for hit in result.hits]) == (NEW, ["b", "a"])
    assert engine.asked == 4
