"""Facets of groups: in how many groups some hit has a value, or lies in a range.

A facet's commonest values by documents come first. A value has no more groups than documents, so
as soon as the next one has fewer documents than the last of those wanted has groups, the rest
need not be looked at. Where that cannot be said of the values that an engine was not even asked
for, the facet counts documents.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from searchsvc.domain.query import Equals, Exists, FacetRequest, Filter, Range, SearchQuery
from searchsvc.domain.result import Bucket, Facet, RangeBucket
from searchsvc.ports import Search
from searchsvc.search.cuts import edge
from searchsvc.search.filter_parts import joined

MOST_DOCUMENTS = 20_000  # of a facet's values together; of more, documents are counted
_VALUES = 1_000  # of a facet that are looked at
_BATCH = 20  # values of each facet at a time
_TOGETHER = 64  # conditions of one search


def widened(requests: Sequence[FacetRequest]) -> tuple[FacetRequest, ...]:
    """So many values that those with the most groups are mostly among them."""
    return tuple(
        one if one.cut is not None or not one.size else replace(one, size=_looked_at(one))
        for one in requests
    )


def _looked_at(request: FacetRequest) -> int:
    return max(request.size + 1, _VALUES)


_Either: TypeAlias = Bucket | RangeBucket


@dataclass(slots=True)
class _Counting:
    """One facet while its groups are counted, the next of its buckets first in `left`."""

    request: FacetRequest
    facet: Facet
    left: list[_Either]
    buckets: list[Bucket] = field(default_factory=list)
    ranges: list[RangeBucket] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        """Whether no bucket that is left can have as many groups as the last one wanted."""
        if not self.left:
            return True
        size = self.request.size
        if self.request.cut is not None or len(self.buckets) < size:
            return False
        least = sorted((one.count for one in self.buckets), reverse=True)[size - 1]
        return self.left[0].count < least

    def count(self, bucket: _Either, groups: int) -> None:
        """So many groups have that bucket."""
        if isinstance(bucket, Bucket):
            self.buckets.append(replace(bucket, count=groups))
        else:
            self.ranges.append(replace(bucket, count=groups))

    def counted(self) -> Facet:
        """The facet with the groups that were counted; as it was where others may have more."""
        if self.request.cut is not None:
            return replace(self.facet, ranges=tuple(self.ranges), grouped=True)
        best = sorted(self.buckets, key=_rank)[: self.request.size]
        if not self._has_all(best):
            return _cut(self.request, self.facet)
        return replace(self.facet, buckets=tuple(best), grouped=True)

    def _has_all(self, best: Sequence[Bucket]) -> bool:
        """Whether no value behind those that were found can be among the best."""
        found = self.facet.buckets
        if len(found) < _looked_at(self.request):
            return True
        return _rank(best[-1]) <= _rank(found[-1])


def _rank(bucket: Bucket) -> tuple[int, str | float | bool]:
    return -bucket.count, bucket.value


_Part: TypeAlias = Sequence[tuple[_Counting, _Either]]


async def with_groups(
    requests: Sequence[FacetRequest],
    found: Sequence[Facet],
    by: str,
    within: SearchQuery,
    search: Search,
) -> tuple[Facet, ...]:
    """The facets of a search, of which `found` are the documents' counts, with those of groups.

    Groups share a value of the field `by`.
    """
    every = [_counting(*pair) for pair in zip(requests, found, strict=True)]
    while waiting := [one for one in every if one is not None and not one.is_done]:
        batches = [(one, one.left[:_BATCH]) for one in waiting]
        asked = [(one, bucket) for one, batch in batches for bucket in batch]
        for part in _parts(asked):
            await _count(part, by, within, search)
        for one, batch in batches:
            del one.left[: len(batch)]
    return tuple(
        _cut(request, facet) if one is None else one.counted()
        for request, facet, one in zip(requests, found, every, strict=True)
    )


def _counting(request: FacetRequest, facet: Facet) -> _Counting | None:
    """None where too many documents would have to be looked at."""
    left: list[_Either] = [*facet.buckets, *facet.ranges]
    if sum(one.count for one in left) > MOST_DOCUMENTS:
        return None
    return _Counting(request, facet, left)


def _cut(request: FacetRequest, facet: Facet) -> Facet:
    return replace(facet, buckets=facet.buckets[: request.size])


def _parts(asked: _Part) -> Iterator[_Part]:
    """As many conditions as one search may have, of no more documents than an engine counts."""
    part: list[tuple[_Counting, _Either]] = []
    documents = 0
    for one in asked:
        documents += one[1].count
        if part and (len(part) == _TOGETHER or documents > MOST_DOCUMENTS):
            yield part
            part, documents = [], one[1].count
        part.append(one)
    if part:
        yield part


async def _count(part: _Part, by: str, within: SearchQuery, search: Search) -> None:
    requests = tuple(
        FacetRequest(by, bucket.count + 1, joined(one.request.filter, _condition(one, bucket)))
        for one, bucket in part
    )
    result = await search(replace(within, limit=0, facets=requests))
    for (one, bucket), facet in zip(part, result.facets, strict=True):
        single = bucket.count - sum(group.count for group in facet.buckets)
        one.count(bucket, len(facet.buckets) + max(0, single))


def _condition(one: _Counting, bucket: _Either) -> Filter:
    name = one.request.field
    if isinstance(bucket, Bucket):
        return Equals(name, bucket.value)
    low, high = (edge(one.request.cut, bound) for bound in (bucket.low, bucket.high))
    if low is None and high is None:
        return Exists(name)
    return Range(name, low, high, include_high=high is None)
