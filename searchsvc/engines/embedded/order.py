"""Pages in a stated order: by several keys, missing values last, ties by id; or by score.

tantivy orders by one field. Within documents that tie on it, the page is asked for again with
the next key; the last key is the id, which never ties.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import log2
from operator import itemgetter
from typing import TypeAlias

import tantivy
from tantivy import DocAddress, Occur, Order, Query, Searcher

from searchsvc.domain.definition import FieldType
from searchsvc.domain.query import SortKey
from searchsvc.engines.boosts import LOWEST
from searchsvc.engines.embedded.filters import having
from searchsvc.engines.embedded.schema import ID
from searchsvc.engines.embedded.snapshot import Plan, Snapshot
from searchsvc.engines.values import Value

Found: TypeAlias = tuple[float, DocAddress]

# So many documents of one score are put in the order of their ids. A longer row of them keeps
# tantivy's order, which is the same on every page of one snapshot, so that pages stay disjoint.
TIES = 100


@dataclass(frozen=True, slots=True)
class Key:
    """A tantivy field to order by."""

    name: str
    type: FieldType
    order: Order

    @classmethod
    def of_id(cls) -> "Key":
        """The last key of every order."""
        return cls(ID, FieldType.ID, Order.Asc)


def sort_keys(sort: Sequence[SortKey], column: str, plan: Plan) -> list[Key]:
    """What orders the hits by `sort`, or by a column of boosts where nothing else is asked for.

    Fields that the version cannot sort by are passed over.
    """
    if not sort:
        return [Key(column, FieldType.NUMBER, Order.Desc)] if column else []
    return list(_keys(sort, plan))


def sorted_page(
    snapshot: Snapshot, query: Query, keys: Sequence[Key], offset: int, limit: int
) -> list[Found]:
    """The page in the order of `keys`."""
    return [(0.0, address) for address in _page(snapshot, query, keys, offset, limit)]


def boosted_page(
    snapshot: Snapshot, query: Query, keys: Sequence[Key], offset: int, limit: int
) -> list[Found]:
    """The page of matches that differ by their boosts alone, since no word was asked for."""
    addresses = list(_page(snapshot, query, keys, offset, limit))
    if not keys:
        return [(1.0, address) for address in addresses]
    weights = snapshot.searcher.fast_field_values(keys[0].name, addresses)
    return [
        (LOWEST * log2(2.0 + (weight or 0.0)), address)
        for weight, address in zip(weights, addresses, strict=True)
    ]


def scored_page(
    snapshot: Snapshot, query: Query, column: str, offset: int, limit: int
) -> tuple[int, list[Found]]:
    """The number of matches, and the page of them by score, best first; ties by id.

    `column` has the boosts that multiply the scores; "" for none.
    """
    start = max(0, offset - TIES)
    size = offset + limit + TIES - start
    result = snapshot.searcher.search(query, size, offset=start, weight_by_field=column or None)
    hits = result.hits
    first, last = offset - start, min(offset - start + limit, len(hits))
    ordered: list[Found] = []
    begin = end = _run(hits, first)[0] if first < last else last
    while end < last:
        run_begin, end = _run(hits, end)
        ordered += _by_id(snapshot.searcher, hits[run_begin:end])
    return counted(result), ordered[first - begin : last - begin]


def by_score(snapshot: Snapshot, query: Query, column: str, offset: int, limit: int) -> list[Found]:
    """Hits by score, and of equal ones in tantivy's own order."""
    found = snapshot.searcher.search(
        query, limit, count=False, offset=offset, weight_by_field=column or None
    )
    return found.hits


def ordered(
    snapshot: Snapshot, query: Query, key: Key, offset: int, limit: int
) -> list[tuple[Value | None, DocAddress]]:
    """Hits in the order of one key, each with its value of it."""
    found = snapshot.searcher.search(
        query, limit, count=False, offset=offset, order_by_field=key.name, order=key.order
    )
    return found.hits


def _run(hits: Sequence[Found], at: int) -> tuple[int, int]:
    """Where the row of hits with the same score as `hits[at]` begins and ends."""
    begin, end, score = at, at + 1, hits[at][0]
    while begin and hits[begin - 1][0] == score:
        begin -= 1
    while end < len(hits) and hits[end][0] == score:
        end += 1
    return begin, end


def _by_id(searcher: Searcher, run: Sequence[Found]) -> Sequence[Found]:
    if 1 < len(run) <= TIES:
        return sorted(run, key=lambda found: str(searcher.doc(found[1]).get_first(ID)))
    return run


def counted(result: tantivy.SearchResult) -> int:
    """How many documents match, of which `result` holds some."""
    return int(result.count)  # type: ignore[attr-defined]  # the library's stubs forget it


def _keys(sort: Iterable[SortKey], plan: Plan) -> Iterator[Key]:
    for key in sort:
        one = plan.fields.get(key.field)
        if one is not None and one.sort:
            yield Key(one.sort, one.field.type, Order.Desc if key.descending else Order.Asc)


def _page(
    snapshot: Snapshot, query: Query, keys: Sequence[Key], offset: int, limit: int
) -> Iterator[DocAddress]:
    """`limit` matches from `offset` on, ordered by `keys` and then by id."""
    if limit < 1:
        return
    key = keys[0] if keys else Key.of_id()
    # From the start, since only that shows where a row of ties begins; tantivy orders all those
    # before the offset anyway. One hit more shows whether the last row goes on.
    hits = ordered(snapshot, query, key, 0, offset + limit + 1)
    if not keys:
        yield from (address for _, address in hits[offset : offset + limit])
        return
    position = 0
    for value, group in groupby(hits, key=itemgetter(0)):
        run = [address for _, address in group]
        begin, end = max(position, offset), min(position + len(run), offset + limit)
        if begin < end and len(run) == 1:
            yield run[0]
        elif begin < end:
            inner = tied(snapshot, query, key, value)
            yield from _page(snapshot, inner, keys[1:], begin - position, end - begin)
        position += len(run)


def tied(snapshot: Snapshot, query: Query, key: Key, value: Value | None) -> Query:
    """The matches of `query` that are ordered by `value`; None: those without a value."""
    if value is None:
        exists = Query.exists_query(key.name)
        return Query.boolean_query([(Occur.Must, query), (Occur.MustNot, exists)])
    same = having(key.name, key.type, value, snapshot.schema)
    return Query.boolean_query([(Occur.Must, query), (Occur.Must, same)])
