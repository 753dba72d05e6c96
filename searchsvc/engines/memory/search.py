"""Searches by scanning dicts: the reference of the port SearchEngine."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from operator import itemgetter

import orjson

from searchsvc.domain.definition import Field
from searchsvc.domain.index import IndexVersion
from searchsvc.domain.query import FacetSearch, Filter, Place, SearchQuery, SortKey, SuggestQuery
from searchsvc.domain.result import (
    Bucket,
    DocumentResult,
    Facet,
    FacetValues,
    Frequencies,
    Hit,
    HitSuggestion,
    LiveIndex,
    SearchResult,
    SuggestResult,
    UnknownWord,
)
from searchsvc.engines import distances, places, sources, suggestions
from searchsvc.engines.analysis import fold
from searchsvc.engines.clauses import Clause, groups_in, one_by_one
from searchsvc.engines.facet_values import facet_values
from searchsvc.engines.fields import among, joined_weight, searched, suggest_texts, suggest_values
from searchsvc.engines.marks import Highlighter
from searchsvc.engines.memory.documents import State, Stored
from searchsvc.engines.memory.facets import buckets, facet
from searchsvc.engines.memory.index import MemoryStore
from searchsvc.engines.memory.query import Scorer, passes
from searchsvc.engines.terms import Group, is_doubtful, understand, understood, unknown
from searchsvc.engines.values import Value
from searchsvc.search.serving import not_serving

_EVERY = 10**9


class MemoryEngine:
    """A SearchEngine over the versions of `store`, which is its own where none is given."""

    def __init__(self, store: MemoryStore | None = None) -> None:
        self.store = store or MemoryStore()

    def live(self, index: str) -> LiveIndex | None:
        version = self.store.live(index)
        if version is None:
            return None
        return LiveIndex(version, self.store.state(version).definition)

    async def opened(self, version: IndexVersion) -> LiveIndex:
        return self._opened(version)

    async def search(self, query: SearchQuery) -> SearchResult:
        live, state = self._serving(query.index, query.version)
        clauses = understood(query, state)
        fields = searched(state.definition, query.search_fields, query.weights)
        joined = joined_weight(state.definition, query.search_fields, query.weights)
        matching = _scored(state, query, clauses, fields, joined)
        found = [pair for pair in matching if passes(pair[1], query.filter, state.definition)]
        ordered = _ordered(found, query.sort)
        start = query.offset if query.after is None else _behind(ordered, query)
        shown = ordered[start : start + query.limit]
        marks = None
        if query.highlight:
            marks = Highlighter(
                state.definition, groups_in(clauses), query.marked, snippets=query.snippets
            )
        return SearchResult(
            live.version,
            len(found),
            tuple(_hit(score, stored, query, marks) for score, stored in shown),
            tuple(_facets(query, [stored for _, stored in matching], state)),
            Place(_place(*shown[-1], query.sort), start + len(shown)) if shown else None,
            doubtful=is_doubtful(clauses),
        )

    async def unknown(self, query: SearchQuery) -> tuple[UnknownWord, ...]:
        _, state = self._serving(query.index, query.version)
        return unknown(query.terms, state)

    async def suggest(self, query: SuggestQuery) -> SuggestResult:
        live, state = self._serving(query.index)
        definition = state.definition
        fields = among(suggest_values(definition), query.fields)
        found, groups = [], understand(query.terms, state)
        for terms in (suggestions.as_spelt(query.terms), query.terms) if groups else ():
            spelt = understand(terms, state)
            matcher = suggestions.Matcher(fields, spelt, definition)
            found = matcher.values(partial(_values, state, spelt, query.filter), query.limit)
            if found:
                break
        hits = _suggested(state, groups, query) if groups else []
        return SuggestResult(live.version, tuple(found), tuple(hits))

    async def facet_values(self, query: FacetSearch) -> FacetValues:
        return await facet_values(self, query)

    async def document(self, index: str, id: str) -> DocumentResult | None:
        live, state = self._serving(index)
        stored = state.documents.get(id)
        if stored is None:
            return None
        return DocumentResult(live.version, Hit(id, 1.0, stored.source))

    async def frequencies(
        self, version: IndexVersion, words: Mapping[str, Collection[str]]
    ) -> Frequencies:
        state = self.store.state(version)
        return Frequencies(
            len(state.documents),
            {
                name: {word: state.frequencies.get(name, {}).get(fold(word), 0) for word in some}
                for name, some in words.items()
            },
        )

    async def close(self) -> None:
        """Nothing to let go of."""

    def _serving(self, index: str, version: IndexVersion | None = None) -> tuple[LiveIndex, State]:
        live = self.live(index) if version is None else self._opened(version)
        if live is None:
            raise not_serving(index)
        return live, self.store.state(live.version)

    def _opened(self, version: IndexVersion) -> LiveIndex:
        return LiveIndex(version, self.store.state(version).definition)


def _scored(
    state: State,
    query: SearchQuery,
    clauses: Sequence[Clause[Group]],
    fields: Sequence[Field],
    joined: float = 0.0,
) -> list[tuple[float, Stored]]:
    """Every document that matches the words, with its score."""
    scorer = Scorer(state, query, clauses, fields, joined)
    return [
        (score, stored)
        for stored in state.documents.values()
        if (score := scorer.score(stored)) is not None
    ]


def _ordered(
    found: Iterable[tuple[float, Stored]], sort: Iterable[SortKey]
) -> list[tuple[float, Stored]]:
    """By the sort keys, or else by score; ties by id. Stable sorts, from the last key on."""
    ordered = sorted(found, key=lambda pair: pair[1].document.id)
    keys = tuple(sort)
    if not keys:
        return sorted(ordered, key=itemgetter(0), reverse=True)
    for key in reversed(keys):
        ordered = _by_key(ordered, key)
    return ordered


def _by_key(found: Iterable[tuple[float, Stored]], key: SortKey) -> list[tuple[float, Stored]]:
    """Documents with a value in order, then those without one as they are."""
    valued, missing = [], []
    for pair in found:
        value = pair[1].sort_value(key)
        if value is None:
            missing.append(pair)
        else:
            valued.append((value, pair))
    valued.sort(key=itemgetter(0), reverse=key.descending)
    return [pair for _, pair in valued] + missing


def _place(score: float, stored: Stored, sort: Iterable[SortKey]) -> tuple[Value | None, ...]:
    """Where a document stands: its values of the sort keys, or its score, and its id."""
    keys = [stored.sort_value(key) for key in sort]
    return (*(keys or [score]), stored.document.id)


def _behind(ordered: Iterable[tuple[float, Stored]], query: SearchQuery) -> int:
    """How many documents stand at or before the place that the query goes on from."""
    after, directions = query.after.values if query.after else (), places.directions(query.sort)
    places_ = (_place(score, stored, query.sort) for score, stored in ordered)
    return sum(not places.is_behind(place, after, directions) for place in places_)


def _hit(score: float, stored: Stored, query: SearchQuery, marks: Highlighter | None) -> Hit:
    members = orjson.loads(stored.source) if marks or query.near else {}
    return Hit(
        stored.document.id,
        score,
        sources.chosen(stored.source, query.fields),
        marks.of(members) if marks else {},
        distances.from_source(members, query.near),
    )


def _facets(query: SearchQuery, matching: Sequence[Stored], state: State) -> Iterable[Facet]:
    for request in query.facets:
        counted = [s for s in matching if passes(s, request.filter, state.definition)]
        yield facet(request, state.definition.field(request.field), counted)


def _values(
    state: State, groups: Sequence[Group], filter: Filter | None, field: Field
) -> Iterable[Bucket]:
    matching = [stored for _, stored in _passing(state, groups, [field], filter)]
    return buckets(field, matching, _EVERY)


def _passing(
    state: State, groups: Sequence[Group], fields: Sequence[Field], filter: Filter | None
) -> list[tuple[float, Stored]]:
    """The documents of which `fields` hold all groups, and that pass."""
    query = SearchQuery(state.definition.name)
    scored = _scored(state, query, one_by_one(groups), fields)
    return [pair for pair in scored if passes(pair[1], filter, state.definition)]


def _suggested(state: State, groups: Sequence[Group], query: SuggestQuery) -> list[HitSuggestion]:
    fields, limit = among(suggest_texts(state.definition), query.fields), query.limit
    best = _ordered(_passing(state, groups, fields, query.filter), ())
    matcher = suggestions.Matcher(fields, groups, state.definition)
    return suggestions.distinct(
        (
            matcher.hit(stored.document.id, orjson.loads(stored.source))
            for _, stored in best[: limit * suggestions.OVERSAMPLE]
        ),
        limit,
    )
