"""Searches the live versions in this process: the port SearchEngine.

Searches run where they are called: tantivy answers in less time than a thread's turn costs.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from searchsvc.domain.definition import DEFAULT, Field
from searchsvc.domain.index import IndexVersion
from searchsvc.domain.query import FacetSearch, Filter, SearchQuery, SuggestQuery
from searchsvc.domain.result import (
    Bucket,
    DocumentResult,
    FacetValues,
    Frequencies,
    Hit,
    HitSuggestion,
    LiveIndex,
    SearchResult,
    SuggestResult,
    UnknownWord,
    ValueSuggestion,
)
from searchsvc.engines import suggestions
from searchsvc.engines.analysis import fold
from searchsvc.engines.clauses import groups_in, one_by_one
from searchsvc.engines.embedded.facets import commonest, facets
from searchsvc.engines.embedded.live import LiveSnapshots
from searchsvc.engines.embedded.order import scored_page
from searchsvc.engines.embedded.pages import page
from searchsvc.engines.embedded.query import WordsQuery, within
from searchsvc.engines.embedded.response import hits, read, suggested
from searchsvc.engines.embedded.snapshot import Snapshot
from searchsvc.engines.embedded.tantivy_errors import guarded
from searchsvc.engines.embedded.writer import address_of
from searchsvc.engines.facet_values import facet_values
from searchsvc.engines.fields import among
from searchsvc.engines.terms import Group, is_doubtful, understand, understood, unknown
from searchsvc.errors import SearchsvcError
from searchsvc.search.serving import not_serving

_VALUES = 1_000  # values of one field that are looked through for those that begin as typed


class EmbeddedEngine:
    """A SearchEngine over the versions that an EmbeddedStore keeps under `root`.

    `poll`: seconds for which a swap or a commit may go unseen.
    """

    def __init__(self, root: Path, poll: float = 0.1) -> None:
        self._snapshots = LiveSnapshots(root, poll)

    def live(self, index: str) -> LiveIndex | None:
        try:
            snapshot = self._snapshots.get(index)
        except SearchsvcError:
            return None
        return None if snapshot is None else snapshot.live

    async def opened(self, version: IndexVersion) -> LiveIndex:
        return self._snapshots.of(version).live

    async def search(self, query: SearchQuery) -> SearchResult:
        snapshot = self._asked(query)
        with guarded(f"searching index '{query.index}'"):
            return _search(snapshot, query)

    async def unknown(self, query: SearchQuery) -> tuple[UnknownWord, ...]:
        snapshot = self._asked(query)
        with guarded(f"looking up words of index '{query.index}'"):
            return unknown(query.terms, snapshot)

    async def suggest(self, query: SuggestQuery) -> SuggestResult:
        snapshot = self._serving(query.index)
        with guarded(f"suggesting from index '{query.index}'"):
            return SuggestResult(
                snapshot.version,
                tuple(_value_suggestions(snapshot, query)),
                tuple(_hit_suggestions(snapshot, query)),
            )

    async def facet_values(self, query: FacetSearch) -> FacetValues:
        return await facet_values(self, query)

    async def document(self, index: str, id: str) -> DocumentResult | None:
        snapshot = self._serving(index)
        with guarded(f"reading index '{index}'"):
            address = address_of(snapshot.index, snapshot.searcher, id)
            if address is None:
                return None
            hit = Hit(id, 1.0, read(snapshot.searcher, address)[1])
            return DocumentResult(snapshot.version, hit)

    async def frequencies(
        self, version: IndexVersion, words: Mapping[str, Collection[str]]
    ) -> Frequencies:
        snapshot = self._snapshots.of(version)
        with guarded(f"counting words of version '{version}'"):
            return _frequencies(snapshot, words)

    async def close(self) -> None:
        self._snapshots.close()

    def _asked(self, query: SearchQuery) -> Snapshot:
        pinned = query.version
        return self._serving(query.index) if pinned is None else self._snapshots.of(pinned)

    def _serving(self, index: str) -> Snapshot:
        snapshot = self._snapshots.get(index)
        if snapshot is None:
            raise not_serving(index)
        return snapshot


def _search(snapshot: Snapshot, query: SearchQuery) -> SearchResult:
    clauses = understood(query, snapshot)
    plan, names = snapshot.plan, query.search_fields
    fields = plan.searched(names, query.weights)
    joined = plan.joined(names, query.weights)
    words = WordsQuery(snapshot, query, clauses, fields, joined)
    shown = page(snapshot, query, words, scored=bool(clauses or query.boosts))
    matching = {
        filter: within(words.matching, filter, snapshot)
        for filter in {request.filter for request in query.facets}
    }
    return SearchResult(
        snapshot.version,
        shown.total,
        hits(snapshot, shown.found, query, groups_in(clauses)),
        facets(query.facets, matching, snapshot),
        shown.last,
        doubtful=is_doubtful(clauses),
    )


def _frequencies(snapshot: Snapshot, words: Mapping[str, Collection[str]]) -> Frequencies:
    found: dict[str, dict[str, int]] = {}
    for name, some in words.items():
        one = snapshot.plan.fields.get(name)
        if one is not None and one.words:
            count = partial(snapshot.searcher.doc_freq, one.words)
            found[name] = {word: count(fold(word)) for word in some}
    return Frequencies(snapshot.documents, found)


def _value_suggestions(snapshot: Snapshot, query: SuggestQuery) -> list[ValueSuggestion]:
    """Values as spelt; with typos forgiven only where there is none."""
    fields = among(snapshot.plan.suggest_values, query.fields)
    tried: Sequence[Group] = []
    for terms in (suggestions.as_spelt(query.terms), query.terms):
        groups = understand(terms, snapshot)
        if groups == tried:
            return []
        matcher = suggestions.Matcher(fields, groups, snapshot.definition)
        counts = partial(_counts, snapshot, groups, query.filter)
        found = matcher.values(counts, query.limit)
        if found:
            return found
        tried = groups
    return []


def _counts(
    snapshot: Snapshot, groups: Sequence[Group], filter: Filter | None, field: Field
) -> Iterable[Bucket]:
    """The values of the documents of which `field` holds the words."""
    matching = within(_words(snapshot, groups, [field]).matching, filter, snapshot)
    return commonest(snapshot, matching, {field.name: _VALUES})[field.name]


def _hit_suggestions(snapshot: Snapshot, query: SuggestQuery) -> list[HitSuggestion]:
    fields = among(snapshot.plan.suggest_texts, query.fields)
    groups = understand(query.terms, snapshot)
    if not fields or not groups or query.limit < 1:
        return []
    best = within(_words(snapshot, groups, fields).scoring, query.filter, snapshot)
    column = snapshot.plan.column(DEFAULT)
    _, found = scored_page(snapshot, best, column, 0, query.limit * suggestions.OVERSAMPLE)
    matcher = suggestions.Matcher(fields, groups, snapshot.definition)
    return suggested(snapshot, found, matcher, query.limit)


def _words(snapshot: Snapshot, groups: Sequence[Group], fields: Sequence[Field]) -> WordsQuery:
    query = SearchQuery(snapshot.definition.name)
    return WordsQuery(snapshot, query, one_by_one(groups), fields)
