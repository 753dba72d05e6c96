"""The page of hits that a search shows: by score, by score and age, or by fields."""

from dataclasses import dataclass

from searchsvc.domain.definition import Decay
from searchsvc.domain.query import Place, SearchQuery
from searchsvc.engines.embedded.order import (
    Found,
    boosted_page,
    scored_page,
    sort_keys,
    sorted_page,
)
from searchsvc.engines.embedded.places import count_scored, count_sorted, place_of, score_place
from searchsvc.engines.embedded.query import WordsQuery, boosted, within
from searchsvc.engines.embedded.recency import Recent
from searchsvc.engines.embedded.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Page:
    """The exact number of matches, the hits of the page, and where it ends."""

    total: int
    found: list[Found]
    last: Place | None


def page(snapshot: Snapshot, query: SearchQuery, words: WordsQuery, *, scored: bool) -> Page:
    """The page that `query` asks for; `scored`: its words or its boosts give scores."""
    if query.sort or not query.limit:
        return _by_fields(snapshot, query, words)
    decays = _decays(snapshot, query)
    if decays:
        return _by_age(snapshot, query, words, decays, scored=scored)
    return _by_score(snapshot, query, words) if scored else _by_fields(snapshot, query, words)


def _by_score(snapshot: Snapshot, query: SearchQuery, words: WordsQuery) -> Page:
    column = snapshot.plan.column(query.ranking)
    best = within(boosted(words.scoring, query.boosts, snapshot), query.filter, snapshot)
    start = query.offset
    if query.after is not None:
        start = count_scored(snapshot, best, column, query.after)
    total, found = scored_page(snapshot, best, column, start, query.limit)
    return _scored(snapshot, total, found, start)


def _by_age(
    snapshot: Snapshot, query: SearchQuery, words: WordsQuery, decays: list[Decay], *, scored: bool
) -> Page:
    """As of one moment in an unchanged version, a hit's number is its place."""
    column = snapshot.plan.column(query.ranking)
    best = boosted(words.scoring, query.boosts, snapshot) if scored else words.matching
    best = within(best, query.filter, snapshot)
    start = query.offset if query.after is None else query.after.seen
    plain = not scored and not column
    recent = Recent(snapshot, best, column, decays, query.now, plain=plain)
    found = recent.page(start, query.limit)
    return _scored(snapshot, snapshot.count(best), found, start)


def _scored(snapshot: Snapshot, total: int, found: list[Found], start: int) -> Page:
    last = Place(score_place(snapshot, found[-1]), start + len(found)) if found else None
    return Page(total, found, last)


def _by_fields(snapshot: Snapshot, query: SearchQuery, words: WordsQuery) -> Page:
    """By the sort keys, or without words by boosts and then by id."""
    column = snapshot.plan.column(query.ranking)
    matching = within(words.matching, query.filter, snapshot)
    keys = sort_keys(query.sort, column, snapshot.plan)
    start = query.offset
    if query.after is not None:
        start = count_sorted(snapshot, matching, keys, query.after)
    make = sorted_page if query.sort else boosted_page
    found = make(snapshot, matching, keys, start, query.limit)
    last = Place(place_of(snapshot, found[-1][1], keys), start + len(found)) if found else None
    return Page(snapshot.count(matching), found, last)


def _decays(snapshot: Snapshot, query: SearchQuery) -> list[Decay]:
    """The decays of the query's ranking whose dates the version can sort by."""
    ranking = snapshot.definition.ranking(query.ranking)
    fields = snapshot.plan.fields
    decays = ranking.decays if ranking else ()
    return [decay for decay in decays if decay.field in fields and fields[decay.field].sort]
