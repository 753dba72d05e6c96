"""Places in an order of hits: where a hit stands, and how many stand before a page that goes on.

tantivy cannot search behind a value. But hits before a place can be counted, by looking at single
ones: mostly at two, since so many have been shown as stand there.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import TypeAlias

from tantivy import DocAddress, Order, Query

from searchsvc.domain.query import Place
from searchsvc.engines.embedded.order import BY_ID, TIES, Found, Key, by_score
from searchsvc.engines.embedded.schema import ID
from searchsvc.engines.embedded.snapshot import Snapshot
from searchsvc.engines.embedded.writer import address_of
from searchsvc.engines.places import follows
from searchsvc.engines.values import Value

Hits: TypeAlias = Sequence[tuple[Value | None, DocAddress]]


def place_of(
    snapshot: Snapshot, address: DocAddress, keys: Sequence[Key]
) -> tuple[Value | None, ...]:
    """The values of a document by which `keys` order it, and its id."""
    id = _id(snapshot, address)
    alone = Query.term_query(snapshot.schema, ID, id)
    return (*(key.ordered(snapshot, alone, 0, 1)[0][0] for key in keys), id)


def score_place(snapshot: Snapshot, found: Found) -> tuple[Value | None, ...]:
    """The score of a hit and its id."""
    return (found[0], _id(snapshot, found[1]))


def count_sorted(snapshot: Snapshot, query: Query, keys: Sequence[Key], place: Place) -> int:
    """How many matches `keys`, and then the id, put at or before the place."""
    limit, hint = place.values[0], place.seen
    key = keys[0] if keys else BY_ID
    descending = key.order == Order.Desc

    def hit(at: int) -> Hits:
        return key.ordered(snapshot, query, at, 1)

    if not keys:
        return _count(hit, lambda value: not _is_behind(value, limit, descending), hint)
    earlier = _count(hit, lambda value: _is_behind(limit, value, descending), hint)
    rest = Place(place.values[1:], max(0, hint - earlier))
    return earlier + count_sorted(snapshot, key.tied(snapshot, query, limit), keys[1:], rest)


def count_scored(snapshot: Snapshot, query: Query, column: str, place: Place) -> int:
    """How many matches come at or before the place by their scores, ties as on any page."""
    score, id = place.values[0], str(place.values[1])

    def hit(at: int) -> Hits:
        return by_score(snapshot, query, column, at, 1)

    better = _count(hit, lambda held: _is_behind(score, held, True), place.seen)
    as_good = _count(hit, lambda held: not _is_behind(held, score, True), place.seen)
    tied = as_good - better
    run = by_score(snapshot, query, column, better, tied) if tied else []
    if len(run) > TIES:
        return better + _place_in(run, snapshot, id, place.seen - better)
    ids = sorted(_id(snapshot, address) for _, address in run)
    return better + bisect_right(ids, id)


def _place_in(run: Sequence[Found], snapshot: Snapshot, id: str, hint: int) -> int:
    """Behind document `id` in a long row of ties, which keeps tantivy's own order."""
    address = address_of(snapshot.index, snapshot.searcher, id)
    numbers = (number for number, found in enumerate(run, 1) if found[1] == address)
    return next(numbers, max(0, min(hint, len(run))))


def _id(snapshot: Snapshot, address: DocAddress) -> str:
    return str(snapshot.searcher.doc(address).get_first(ID))


def _is_behind(value: Value | None, limit: Value | None, greater_first: bool) -> bool:
    return value != limit and follows(value, limit, greater_first=greater_first)


def _count(hit: Callable[[int], Hits], is_before: Callable[[Value | None], bool], hint: int) -> int:
    """How many hits come first for which `is_before` holds; `hit(n)` is the n-th, or nothing."""

    def holds(at: int) -> bool:
        found = hit(at)
        return bool(found) and is_before(found[0][0])

    low = high = hint
    step = 1
    while low and not holds(low - 1):
        low, step = max(0, low - step), 2 * step
    step = 1
    while holds(high):
        high, step = high + step, 2 * step
    return low + bisect_left(range(low, high), True, key=lambda at: not holds(at))
