"""What the search service hands to a renderer: the query as understood, and the engine's result."""

from dataclasses import dataclass

from searchsvc.domain.query import FacetSearch, PlanStep, SearchQuery, SuggestQuery
from searchsvc.domain.result import FacetValues, SearchResult, SuggestResult
from searchsvc.search.drafting import Drafted


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """`query` is the one that found `result`.

    `correction` is a text that was probably meant and has hits. `next_cursor` leads to the page
    behind this one; None where there is none. `drafted` is there where two rankings have brought
    the hits; nobody who searches is told.
    """

    query: SearchQuery
    result: SearchResult
    correction: str | None = None
    next_cursor: str | None = None
    drafted: Drafted | None = None

    @property
    def steps(self) -> tuple[PlanStep, ...] | None:
        """Every step from the text to the query that was answered; None unless asked for."""
        planned = self.query.applied.steps
        if planned is None or self.query.apart is None:
            return planned
        changes = {"match": self.query.match, "alternatives": self.query.alternatives}
        return (*planned, PlanStep("widen", changes))


@dataclass(frozen=True, slots=True)
class SimilarAnswer:
    """Documents like the one of that `id`, found by some of its words."""

    id: str
    words: tuple[str, ...]
    query: SearchQuery
    result: SearchResult


@dataclass(frozen=True, slots=True)
class FacetAnswer:
    """A question for the values of a facet, with those found."""

    query: FacetSearch
    result: FacetValues


@dataclass(frozen=True, slots=True)
class SuggestAnswer:
    """A suggest query with its completions."""

    query: SuggestQuery
    result: SuggestResult
