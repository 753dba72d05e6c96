"""The values of a facet that hold what was typed: candidates from an engine, judged here.

An engine leaves out values without the letters of the longest word. Which of the others hold the
words, the last of them unfinished, is decided as for suggestions, the same for every engine.
"""

from collections.abc import Sequence
from dataclasses import replace

from searchsvc.domain.definition import IndexDefinition
from searchsvc.domain.query import FacetRequest, FacetSearch, Term
from searchsvc.domain.result import Bucket, FacetValues, LiveIndex, ValueSuggestion
from searchsvc.engines.analysis import tokens
from searchsvc.engines.languages import stemmers
from searchsvc.engines.seen_words import SeenWords
from searchsvc.engines.suggestions import Matcher, as_spelt
from searchsvc.engines.terms import understand
from searchsvc.ports import SearchEngine
from searchsvc.search.highlight import highlight
from searchsvc.search.serving import not_serving

# Values that are looked through: mostly the first number does, and more are too many to look at.
_FEW, _MANY = 1_000, 50_000


async def facet_values(engine: SearchEngine, query: FacetSearch) -> FacetValues:
    """The commonest values as spelt; with typos forgiven only where there is none."""
    live = engine.live(query.within.index)
    if live is None:
        raise not_serving(query.within.index)
    words = tokens(query.text)
    if not words:
        return await _looked(engine, query, live, 0 if query.text.strip() else query.limit)
    letters, spelt = max(words, key=len), as_spelt(query.terms)
    found = await _looked(engine, query, live, _FEW, letters, spelt)
    if not found.complete:
        found = await _looked(engine, query, live, _MANY, letters, spelt)
    if not found.values and any(term.typos for term in query.terms):
        found = await _looked(engine, query, live, _MANY, terms=query.terms)
    return found


async def _looked(
    engine: SearchEngine,
    query: FacetSearch,
    live: LiveIndex,
    size: int,
    letters: str = "",
    terms: Sequence[Term] = (),
) -> FacetValues:
    """Which of the `size` commonest values with these `letters` hold the `terms`."""
    within = query.within
    request = FacetRequest(query.field, size, within.filter, holding=letters)
    result = await engine.search(replace(within, facets=(request,), limit=0, offset=0))
    buckets = result.facets[0].buckets
    values = _matching(query, terms, buckets, live.definition)
    complete = len(values) == query.limit or len(buckets) < max(size, 1)
    return FacetValues(result.version, tuple(values), result.total, complete=complete)


def _matching(
    query: FacetSearch,
    terms: Sequence[Term],
    buckets: Sequence[Bucket],
    definition: IndexDefinition,
) -> list[ValueSuggestion]:
    field = definition.field(query.field)
    if field is None or not terms:
        pairs = ((str(bucket.value), bucket.count) for bucket in buckets)
        return [ValueSuggestion(query.field, v, n, highlight(v, ())) for v, n in pairs]
    texts = [str(bucket.value) for bucket in buckets]
    groups = understand(terms, SeenWords(texts, terms, stemmers(definition)))
    return Matcher([field], groups, definition).values(lambda _: buckets, query.limit)
