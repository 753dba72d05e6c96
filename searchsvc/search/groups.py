"""Hits by groups that share a value, as variants of a product do: best hits, totals and facets.

Nothing of an engine is asked but searches as any other. So the first slice of hits is followed by
one without the groups that are known, until the page is full; and groups are counted as values of
their field, under each condition of which they are counted.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

import msgspec

from searchsvc.domain.query import Equals, FacetRequest, Grouping, Ids, Not, OneOf, SearchQuery
from searchsvc.domain.result import Group, Hit, SearchResult
from searchsvc.ports import Search
from searchsvc.search.filter_parts import joined
from searchsvc.search.group_facets import widened, with_groups

MOST = 10_000  # groups that are counted; of more, a total says "at least"
# Hits of the second search, and at most of one after it; each takes twice as many as the last.
_SLICE, _MOST_SLICE = 100, 800
_AT_ONCE = 8  # searches that one request has under way

# A group by its value, or a document without one by its id.
_Key: TypeAlias = tuple[str | None, str]
_Counts: TypeAlias = Mapping[str | None, int]
_Others: TypeAlias = Mapping[str | None, Sequence[Hit]]

_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])


def begun(query: SearchQuery, grouping: Grouping) -> SearchQuery:
    """The first search: from the first hit on, as many as a page of groups mostly takes."""
    fields = query.fields
    if fields is not None and grouping.field not in fields:
        fields = (*fields, grouping.field)
    last_pin = max((pin.at for pin in query.pins), default=0)
    limit = max(2 * (query.offset + query.limit), last_pin) if query.limit else 0
    return replace(query, fields=fields, offset=0, limit=limit, facets=widened(query.facets))


class GroupedSearch:
    """The page of groups that `query` asks for, by the searches of an engine.

    `first`, what was found for `begun`, is where it starts; all of it is of that version.
    """

    def __init__(
        self, query: SearchQuery, grouping: Grouping, begun: SearchQuery, search: Search
    ) -> None:
        self._query = query
        self._grouping = grouping
        self._begun = begun
        self._search = search

    async def page(self, first: SearchResult) -> SearchResult:
        """Its hits, totals and facets. Raises UnknownVersion where the version is dropped."""
        query = self._query
        self._begun = replace(self._begun, version=first.version)
        heads = (await self._heads(first))[query.offset :][: query.limit]
        keys = tuple(key for (key, _), _ in heads if key is not None)
        total, is_all, counts = await self._counted(keys)
        several = [key for key in keys if counts.get(key, 0) > 1]
        others = await self._others(several, first.hits)
        hits = tuple(self._hit(key, hit, counts, others) for (key, _), hit in heads)
        facets = await with_groups(
            query.facets, first.facets, self._grouping.field, self._begun, self._search
        )
        return replace(first, total=total, at_least=not is_all, hits=hits, facets=facets, last=None)

    async def _heads(self, first: SearchResult) -> list[tuple[_Key, Hit]]:
        """The best hit of each group, the best group first, up to the page's end."""
        found: dict[_Key, Hit] = {}
        hits, limit, following = first.hits, self._begun.limit, _SLICE
        while True:
            for hit in hits:
                found.setdefault(self._key(hit), hit)
            is_enough = len(found) >= self._query.offset + self._query.limit
            if is_enough or len(hits) < limit:
                return list(found.items())
            limit, following = following, min(2 * following, _MOST_SLICE)
            hits = (await self._search(self._without(found, limit))).hits

    def _without(self, found: Iterable[_Key], limit: int) -> SearchQuery:
        """The best hits of all other groups. A pinned document is known, or it is not there."""
        keys = tuple(key for key, _ in found if key is not None)
        ids = tuple(id for key, id in found if key is None)
        known = Not(OneOf(self._grouping.field, keys)) if keys else None
        single = Not(Ids(ids)) if ids else None
        left = joined(self._begun.filter, known, single)
        return replace(self._begun, filter=left, limit=limit, facets=(), pins=())

    async def _counted(self, keys: Sequence[str]) -> tuple[int, bool, _Counts]:
        """How many groups there are, whether those are all, and how many hits `keys` have."""
        field, filter = self._grouping.field, self._begun.filter
        requests = [FacetRequest(field, MOST + 1, filter)]
        if keys:
            requests.append(FacetRequest(field, len(keys), joined(filter, OneOf(field, (*keys,)))))
        result = await self._search(replace(self._begun, limit=0, facets=tuple(requests)))
        every, *some = result.facets
        counts: dict[str | None, int] = {
            str(bucket.value): bucket.count for one in some for bucket in one.buckets
        }
        if len(every.buckets) > MOST:
            return MOST, False, counts
        single = result.total - sum(bucket.count for bucket in every.buckets)
        return len(every.buckets) + max(0, single), True, counts

    async def _others(self, keys: Sequence[str], first: Sequence[Hit]) -> _Others:
        """The best hits of each of these groups, where more than one is asked for.

        All pinned ones are among the `first` hits, in their places.
        """
        field, size = self._grouping.field, self._grouping.size
        if size < 2:
            return {}
        asked = replace(self._begun, facets=(), pins=(), limit=size)
        filters = (joined(self._begun.filter, Equals(field, key)) for key in keys)
        queries = [replace(asked, filter=one) for one in filters]
        results: list[SearchResult] = []
        for start in range(0, len(queries), _AT_ONCE):
            some = queries[start : start + _AT_ONCE]
            results += await asyncio.gather(*map(self._search, some))
        found: dict[str | None, list[Hit]] = {key: [] for key in keys}
        for hit in first:
            found.get(self._key(hit)[0], []).append(hit)
        for key, result in zip(keys, results, strict=True):
            known = {hit.id for hit in found[key]}
            found[key] += [hit for hit in result.hits if hit.id not in known]
        return found

    def _hit(self, key: str | None, head: Hit, counts: _Counts, others: _Others) -> Hit:
        """A group's best hit with what it stands for."""
        behind = [hit for hit in others.get(key, ()) if hit.id != head.id]
        hits = tuple(self._shown(hit) for hit in behind[: self._grouping.size - 1])
        count = 1 if key is None else counts.get(key, 1)
        told = key if self._grouping.told else None
        return replace(self._shown(head), group=Group(told, count, hits))

    def _key(self, hit: Hit) -> _Key:
        raw = _MEMBERS.decode(hit.source).get(self._grouping.field)
        value = None if raw is None else msgspec.json.decode(raw)
        if isinstance(value, list):
            value = next(iter(value), None)
        return (None, hit.id) if value is None else (str(value), "")

    def _shown(self, hit: Hit) -> Hit:
        """The hit without the field of the group, where that was not asked for."""
        fields, field = self._query.fields, self._grouping.field
        if fields is None or field in fields:
            return hit
        members = _MEMBERS.decode(hit.source)
        members.pop(field, None)
        marks = {name: text for name, text in hit.highlight.items() if name != field}
        return replace(hit, source=msgspec.json.encode(members), highlight=marks)
