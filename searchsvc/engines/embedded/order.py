"""Pages in a stated order: by several keys, missing values last, ties by id; or by score.

tantivy orders by one field. Within documents that tie on it, the page is asked for again with
the next key; the last key is the id, which never ties. `nearest.py` orders by distance.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import log2
from operator import itemgetter
from typing import Protocol, TypeAlias

import tantivy
from tantivy import DocAddress, Order, Query, Searcher

from searchsvc.domain.definition import LOWEST, FieldType
from searchsvc.domain.query import SortKey
from searchsvc.engines.embedded.filters import both, having, negated
from searchsvc.engines.embedded.nearest import DistanceKey, Valued
from searchsvc.engines.embedded.schema import ID
from searchsvc.engines.embedded.snapshot import Plan, Snapshot
from searchsvc.engines.values import Value

Found: TypeAlias = tuple[float, DocAddress]

# So many documents of one score are put in the order of their ids. A longer row of them keeps
# tantivy's order, which is the same on every page of one snapshot, so that pages stay disjoint.
TIES = 100


class Key(Protocol):
    """What to order by; documents without a value come last."""

    @property
    def order(self) -> Order:
        """Whether the least or the greatest value comes first."""
        ...

    def ordered(self, snapshot: Snapshot, query: Query, offset: int, limit: int) -> list[Valued]:
        """Hits in this order, each with its value."""
        ...

    def tied(self, snapshot: Snapshot, query: Query, value: Value | None) -> Query:
        """The matches of `query` that are ordered by `value`; None: those without a value."""
        ...


@dataclass(frozen=True, slots=True)
class FieldKey:
    """A tantivy field to order by."""

    name: str
    type: FieldType
    order: Order

    def ordered(self, snapshot: Snapshot, query: Query, offset: int, limit: int) -> list[Valued]:
        found = snapshot.searcher.search(
            query, limit, count=False, offset=offset, order_by_field=self.name, order=self.order
        )
        return found.hits

    def tied(self, snapshot: Snapshot, query: Query, value: Value | None) -> Query:
        if value is None:
            return both([query, negated(Query.exists_query(self.name))])
        return both([query, having(self.name, self.type, value, snapshot.schema)])


BY_ID = FieldKey(ID, FieldType.ID, Order.Asc)  # the last key of every order


def sort_keys(sort: Sequence[SortKey], column: str, plan: Plan) -> list[Key]:
    """What orders the hits by `sort`, or by a column of boosts where nothing else is asked for.

    Fields that the version cannot sort by are passed over.
    """
    if not sort:
        return [FieldKey(column, FieldType.NUMBER, Order.Desc)] if column else []
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
    columns = [key.name for key in keys if isinstance(key, FieldKey)]
    if not columns:
        return [(1.0, address) for address in addresses]
    weights = snapshot.searcher.fast_field_values(columns[0], addresses)
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
    return counted(result), with_ties(snapshot.searcher, hits, first, last)


def with_ties(searcher: Searcher, hits: Sequence[Found], first: int, last: int) -> list[Found]:
    """The hits from `first` up to `last` of some that are in order; those that tie by id."""
    ordered: list[Found] = []
    begin = end = _run(hits, first)[0] if first < last else last
    while end < last:
        run_begin, end = _run(hits, end)
        ordered += _by_id(searcher, hits[run_begin:end])
    return ordered[first - begin : last - begin]


def by_score(snapshot: Snapshot, query: Query, column: str, offset: int, limit: int) -> list[Found]:
    """Hits by score, and of equal ones in tantivy's own order."""
    found = snapshot.searcher.search(
        query, limit, count=False, offset=offset, weight_by_field=column or None
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
        if one is None or not one.sort:
            continue
        if not one.field.is_geo:
            order = Order.Desc if key.descending else Order.Asc
            yield FieldKey(one.sort, one.field.type, order)
        elif key.near is not None:
            yield DistanceKey(one, key.near)


def _page(
    snapshot: Snapshot, query: Query, keys: Sequence[Key], offset: int, limit: int
) -> Iterator[DocAddress]:
    """`limit` matches from `offset` on, ordered by `keys` and then by id."""
    if limit < 1:
        return
    key = keys[0] if keys else BY_ID
    # From the start, since only that shows where a row of ties begins; tantivy orders all those
    # before the offset anyway. One hit more shows whether the last row goes on.
    hits = key.ordered(snapshot, query, 0, offset + limit + 1)
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
            inner = key.tied(snapshot, query, value)
            yield from _page(snapshot, inner, keys[1:], begin - position, end - begin)
        position += len(run)
