"""Asks for the hits of two rankings at once, and drafts a page of them."""

from asyncio import gather
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from searchsvc.domain.definition import IndexDefinition
from searchsvc.domain.query import SearchQuery
from searchsvc.domain.result import SearchResult, UnknownWord
from searchsvc.errors import DependencyError
from searchsvc.search.cursors import Cursor
from searchsvc.search.drafting import DEPTH, Draft, Drafted, are_alike, page_of
from searchsvc.search.request import ranked

Settled: TypeAlias = tuple[SearchQuery, SearchResult, Sequence[UnknownWord]]


@dataclass(frozen=True, slots=True)
class Page:
    """The `query` that was answered, and its hits. `drafted` None: they are of one ranking."""

    query: SearchQuery
    result: SearchResult
    unknown: Sequence[UnknownWord]
    drafted: Drafted | None


class DraftedSearch:
    """A search of an index of that `definition` by both rankings of `draft`.

    `settled` answers a query by one ranking, wider where few documents match.
    """

    def __init__(
        self,
        draft: Draft,
        definition: IndexDefinition,
        now: datetime,
        settled: Callable[[SearchQuery], Awaitable[Settled]],
    ) -> None:
        self._draft = draft
        self._definition = definition
        self._now = now
        self._settled = settled

    async def page(self, query: SearchQuery) -> Page:
        """Of one ranking alone where an engine fails for the other. Raises as `settled` does."""
        whole = replace(query, offset=0, limit=query.offset + query.limit)
        a, b = self._by(self._draft.a, whole), self._by(self._draft.b, whole)
        # What is counted is the same for both.
        asked = self._settled(a), self._settled(replace(b, facets=()))
        first, second = await gather(*asked, return_exceptions=True)
        for one in (first, second):
            if isinstance(one, BaseException) and not isinstance(one, DependencyError):
                raise one
        if isinstance(first, BaseException):
            if isinstance(second, BaseException):
                raise first
            found = await self._settled(self._by(self._draft.b, query))
            return Page(*found, None)
        return self._merged(query, first, None if isinstance(second, BaseException) else second)

    def _by(self, ranking: str, query: SearchQuery) -> SearchQuery:
        return ranked(query, ranking, self._definition, self._now)

    def _merged(self, query: SearchQuery, first: Settled, second: Settled | None) -> Page:
        asked, result, unknown = first
        answered = replace(asked, offset=query.offset, limit=query.limit)
        if second is None or not _alike(first, second):
            shown = replace(result, hits=result.hits[query.offset :])
            return Page(answered, shown, unknown, None)
        page, teams = page_of(result, second[1], self._draft, query)
        told = Drafted(self._draft.experiment, self._draft.ranking, teams)
        return Page(answered, page, unknown, told)


def may_draft(
    query: SearchQuery, cursor: Cursor | None, draft: Draft, definition: IndexDefinition
) -> bool:
    """Whether both rankings are there, can be told apart, and pages go on from each other.

    A version that has gone live since, or again, may lack one of them.
    """
    if None in (definition.ranking(draft.a), definition.ranking(draft.b)):
        return False
    if query.wordless or query.sort or query.grouping is not None or not query.limit:
        return False
    return query.offset + query.limit <= DEPTH and (cursor is None or cursor.drafted)


def _alike(first: Settled, second: Settled) -> bool:
    """A swap between both is rare, and then only one of them is served."""
    one, other = first[0], second[0]
    widened_alike = (one.match, one.apart) == (other.match, other.apart)
    return widened_alike and are_alike(first[1], second[1])
