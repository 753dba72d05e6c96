"""What a search is estimated to cost an engine, so that one too dear is refused before it is asked.

    words * fields + facets + depth + filter, three times where hits are grouped

A word costs 1 in each field that is searched, 3 where typos are forgiven or it is unfinished; each
word that may stand in its place costs 1. A facet costs 5, and 1 for each 20 values. Each hundred
hits up to the page's end cost 1, and so do ten conditions of a filter.
"""

import math
from collections.abc import Iterable

from searchsvc.domain.definition import IndexDefinition
from searchsvc.domain.query import (
    And,
    FacetRequest,
    Filter,
    Not,
    OneOf,
    Or,
    SearchQuery,
    SuggestQuery,
    Term,
)
from searchsvc.errors import TooCostly

_WIDE_WORD, _FACET, _VALUES, _HITS, _CONDITIONS, _GROUPED = 3, 5, 20, 100, 10, 3


def refuse_costly(
    query: SearchQuery | SuggestQuery, definition: IndexDefinition, most: int | None
) -> None:
    """Raises TooCostly for a query that costs more than `most`; None is no limit."""
    if most is None:
        return
    if isinstance(query, SearchQuery):
        cost = cost_of(query, definition)
    else:
        cost = cost_of_suggestions(query, definition)
    if cost > most:
        message = f"the search would cost {cost:,}, and {most:,} is the most"
        hint = (
            "ask for fewer words, facets, values or hits; docs/access.md says what costs how much"
        )
        raise TooCostly(message, hint=hint)


def cost_of(query: SearchQuery, definition: IndexDefinition) -> int:
    """The estimate: at least 1."""
    fields = len(query.search_fields or tuple(definition.select("searchable")))
    words = _words(query.terms)
    words += sum(len(alternative.words) for alternative in query.alternatives)
    preferred = sum(_conditions(one.condition.filter) for one in query.boosts)
    parts = (
        words * fields,
        sum(map(_of_facet, query.facets)),
        math.ceil((query.offset + query.limit) / _HITS),
        math.ceil((_conditions(query.filter) + preferred) / _CONDITIONS),
    )
    return max(1, sum(parts)) * (1 if query.grouping is None else _GROUPED)


def cost_of_suggestions(query: SuggestQuery, definition: IndexDefinition) -> int:
    """Of what an engine would be asked, also where it is answered from a file: at least 1.

    The words are looked up in each field that is suggested; those that are facets are counted.
    """
    fields = list(definition.select("suggest"))
    parts = (
        _words(query.terms) * len(fields),
        sum(_FACET + math.ceil(query.limit / _VALUES) for field in fields if field.facet),
        math.ceil(query.limit / _HITS),
        math.ceil(_conditions(query.filter) / _CONDITIONS),
    )
    return max(1, sum(parts))


def _words(terms: Iterable[Term]) -> int:
    return sum(_WIDE_WORD if term.typos or term.prefix else 1 for term in terms)


def _of_facet(request: FacetRequest) -> int:
    return _FACET + math.ceil(request.size / _VALUES)


def _conditions(filter: Filter | None) -> int:
    match filter:
        case None:
            return 0
        case And(parts) | Or(parts):
            return sum(map(_conditions, parts))
        case Not(part):
            return _conditions(part)
        case OneOf(_, values):
            return len(values)
    return 1
