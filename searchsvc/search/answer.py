"""What the search service hands to a renderer: the query as understood, and the engine's result."""

from dataclasses import dataclass

from searchsvc.domain.query import SearchQuery, SuggestQuery
from searchsvc.domain.result import SearchResult, SuggestResult


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """`query` is the one that found `result`; `relaxed`: no hit held all words, so any counted."""

    query: SearchQuery
    result: SearchResult
    relaxed: bool = False


@dataclass(frozen=True, slots=True)
class SuggestAnswer:
    """A suggest query with its completions."""

    query: SuggestQuery
    result: SuggestResult
