"""Puts pinned documents into their places among all hits, exactly over pages and totals.

They are asked for by their ids, which the search for all others leaves out. So none comes twice,
each must pass the filter as any other, and facets count it with the rest.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from searchsvc.domain.query import Ids, Not, Pin, Place, SearchQuery
from searchsvc.domain.result import Hit, SearchResult
from searchsvc.ports import Search
from searchsvc.search.filter_parts import joined

_TRIES = 3  # a swap between two answers makes them of two versions, and is rare


async def search_pinned(query: SearchQuery, search: Search) -> SearchResult:
    """The answer to `query` with its pins; `search` is an engine's."""
    for _ in range(_TRIES):
        pinned = await search(_for_pinned(query))
        by_id = {hit.id: replace(hit, pinned=True) for hit in pinned.hits}
        places = wanted([pin for pin in query.pins if pin.id in by_id])
        others = await search(_for_others(query, places))
        if others.version == pinned.version:
            break
    total = others.total + len(places)
    shown = [by_id[pin.id] for pin in query.pins if pin.id in by_id]
    at = dict(zip(final(places, total), shown, strict=True))
    hits = tuple(_merged(range(_start(query), total)[: query.limit], at, others.hits))
    last = _last(query, places, others, len(hits))
    return replace(others, total=total, hits=hits, pinned=len(places), last=last)


def wanted(pins: Sequence[Pin]) -> list[int]:
    """Where each pin stands from 0, if there are enough hits."""
    return [pin.at - 1 for pin in pins]


def final(places: Sequence[int], total: int) -> list[int]:
    """Where each pin stands among `total` hits: those that would stand behind the end are last."""
    room = total - len(places)
    return [min(place, room + number) for number, place in enumerate(places)]


def _for_pinned(query: SearchQuery) -> SearchQuery:
    """The pinned documents that there are and that pass the filter, all at once."""
    return replace(
        query,
        filter=joined(query.filter, Ids(query.pinned)),
        facets=(),
        boosts=(),
        after=None,
        offset=0,
        limit=len(query.pins),
    )


def _for_others(query: SearchQuery, places: Sequence[int]) -> SearchQuery:
    """Everything else, less what the pinned documents take of the page and of those before it."""
    start = _start(query)
    before = sum(place < start for place in places)
    within = sum(start <= place < start + query.limit for place in places)
    after = query.after
    return replace(
        query,
        filter=joined(query.filter, Not(Ids(query.pinned))),
        after=Place(after.values, start - before) if after and after.values else None,
        offset=start - before,
        limit=query.limit - within,
    )


def _start(query: SearchQuery) -> int:
    """How many hits stand before the page, pinned ones among them."""
    return query.offset if query.after is None else query.after.seen


def _merged(page: range, pinned: Mapping[int, Hit], others: Sequence[Hit]) -> Iterator[Hit]:
    """The page: pinned hits in their places, the others round them."""
    rest = iter(others)
    for place in page:
        hit = pinned.get(place) or next(rest, None)
        if hit is not None:
            yield hit


def _last(
    query: SearchQuery, places: Sequence[int], others: SearchResult, shown: int
) -> Place | None:
    """Where the page ends: behind the last hit that is not pinned, after so many hits in all.

    None where no such hit is known, though some stand before the page.
    """
    start = _start(query)
    if others.last is not None:
        return Place(others.last.values, start + shown)
    if query.after is not None:
        return Place(query.after.values, start + shown)
    nothing_before = start == sum(place < start for place in places)
    return Place((), start + shown) if nothing_before and shown else None
