"""Answers a planned query by any search: pins in their places, groups where it asks for them."""

from searchsvc.domain.query import SearchQuery
from searchsvc.domain.result import SearchResult
from searchsvc.ports import Search
from searchsvc.search.groups import GroupedSearch, begun
from searchsvc.search.pins import search_pinned


async def answered(query: SearchQuery, search: Search) -> SearchResult:
    """What is served of it where `search` is an engine's, and would be where it is another."""
    if query.grouping is None:
        return await placed(query, search)
    start = begun(query, query.grouping)
    first = await placed(start, search)
    return await GroupedSearch(query, query.grouping, start, search).page(first)


async def placed(query: SearchQuery, search: Search) -> SearchResult:
    """What it finds, ungrouped, with pins in their places."""
    return await search_pinned(query, search) if query.pins else await search(query)
