"""Renders searches as the wire has them: hits with highlights, facets by value, statistics."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from searchsvc.api.algolia.attributes import Attribute
from searchsvc.api.algolia.folding import Page, facets
from searchsvc.api.algolia.marks import Tags, highlighted, snippeted
from searchsvc.api.algolia.wish import MOST_HITS, Shown, Wish
from searchsvc.domain.allowlists import Use
from searchsvc.domain.definition import Field, FieldType, IndexDefinition
from searchsvc.domain.result import Bucket, Facet, FacetValues, Hit, SuggestResult
from searchsvc.search.answer import SearchAnswer
from searchsvc.search.regions import read_point

_TEXTS = frozenset({FieldType.TEXT, FieldType.KEYWORD, FieldType.ID, FieldType.PATH})
_EXACT = {"exhaustiveNbHits": True, "exhaustiveFacetsCount": True, "exhaustiveTypo": True}
_EXHAUSTIVE = {**_EXACT, "exhaustive": {"nbHits": True, "facetsCount": True, "typo": True}}


def page_results(
    page: Page, answer: SearchAnswer, definition: IndexDefinition
) -> Iterator[Mapping[str, Any]]:
    """The result of each wish of a page, without times, the one with the hits first."""
    result, shown = answer.result, page.hits.shown
    words = len([term for term in answer.query.terms if not term.optional])
    rows = [_hit(hit, shown, definition, words) for hit in _flat(result.hits)]
    counted = iter(result.facets)
    first = [next(counted) for _ in facets(page.hits, definition)]
    about: dict[str, Any] = {"index": page.hits.name}
    if answer.correction:
        about["_searchsvc"] = {"correction": answer.correction}
    yield _result(page.hits, rows, result.total, first, definition) | about
    for wish in page.counts:
        total = next(counted).documents or 0
        found = [next(counted) for _ in facets(wish, definition)]
        yield _result(wish, [], total, found, definition) | {"index": wish.name}


def nothing(wish: Wish, definition: IndexDefinition) -> Mapping[str, Any]:
    """The result of a wish that nothing can answer."""
    return _result(wish, [], 0, [], definition) | {"index": wish.name}


def suggestion_results(wish: Wish, found: SuggestResult) -> Mapping[str, Any]:
    """Suggested queries as hits of an index of their own."""
    tags = wish.shown.tags
    rows = [
        {
            "objectID": one.text,
            "query": one.text,
            "popularity": len(found.queries) - place,
            **({} if one.scope is None else {"scope": _scope(one.scope)}),
            "_highlightResult": {"query": highlighted(one.text, one.highlight, 1, tags)},
        }
        for place, one in enumerate(found.queries)
    ]
    return _paged(wish, rows[: wish.limit], len(rows)) | {"index": wish.name}


def _scope(scope: Any) -> Mapping[str, Any]:
    return {"field": scope.field, "value": scope.value, "count": scope.count}


def facet_hits(
    found: FacetValues, limit: int, depth: int, separator: str, tags: Tags
) -> Mapping[str, Any]:
    """The values of a facet that hold what was typed; of a path those of `depth` names."""
    wanted = [v for v in found.values if not depth or v.value.count(separator) == depth - 1]
    rows = [
        {"value": v.value, "highlighted": tags.of(v.highlight), "count": v.count}
        for v in wanted[:limit]
    ]
    return {"facetHits": rows, "exhaustiveFacetsCount": found.complete}


def document(hit: Hit, retrieve: Sequence[str] | None) -> Mapping[str, Any]:
    """One document as an object of the wire."""
    source = orjson.loads(hit.source)
    kept = source if retrieve is None else {n: v for n, v in source.items() if n in retrieve}
    return {**kept, "objectID": hit.id}


def _result(
    wish: Wish,
    rows: Sequence[Mapping[str, Any]],
    total: int,
    found: Sequence[Facet],
    definition: IndexDefinition,
) -> dict[str, Any]:
    pairs = list(zip(facets(wish, definition), found, strict=False))
    if "*" in wish.facets:  # how deep a path goes is seen by what is there
        pairs = [(one, facet) for one, facet in pairs if one[1].depth <= 1 or facet.buckets]
    stats = {name: _stats(facet) for (name, _), facet in pairs if facet.stats is not None}
    return {
        **_paged(wish, rows, total),
        "facets": {name: _values(one, facet, wish.shown) for (name, one), facet in pairs},
        "facets_stats": stats,
    }


def _paged(wish: Wish, rows: Sequence[Mapping[str, Any]], total: int) -> dict[str, Any]:
    reached = min(total, MOST_HITS)
    return {
        "hits": rows,
        "nbHits": total,
        "page": wish.page,
        "nbPages": -(-reached // wish.limit) if wish.limit else 0,
        "hitsPerPage": wish.limit,
        **_EXHAUSTIVE,
        "query": wish.text,
        "params": "",
    }


def _values(one: Attribute, facet: Facet, shown: Shown) -> Mapping[str, int]:
    buckets = facet.buckets[: shown.values]
    if shown.by_name:
        buckets = tuple(sorted(buckets, key=lambda bucket: _name(bucket, one)))
    return {_name(bucket, one): bucket.count for bucket in buckets}


def _name(bucket: Bucket, one: Attribute) -> str:
    value = bucket.value
    if isinstance(value, bool):
        return "true" if value else "false"
    if one.field.type is FieldType.NUMBER and float(value).is_integer():
        return str(int(value))
    return str(value)


def _stats(facet: Facet) -> Mapping[str, float]:
    stats = facet.stats
    if stats is None:
        return {}
    return {"min": stats.min, "max": stats.max, "avg": stats.avg, "sum": stats.sum}


def _flat(hits: Sequence[Hit]) -> Iterator[Hit]:
    """Hits of groups one behind the other."""
    for hit in hits:
        yield hit
        yield from hit.group.hits if hit.group else ()


def _hit(hit: Hit, shown: Shown, definition: IndexDefinition, words: int) -> Mapping[str, Any]:
    source: Mapping[str, Any] = orjson.loads(hit.source)
    kept = {
        name: value
        for name, value in source.items()
        if (shown.retrieve is None or name in shown.retrieve) and name not in shown.left_out
    }
    marked = [
        field.name
        for field in definition.fields
        if field.type in _TEXTS
        and source.get(field.name) is not None
        and definition.allows(field, Use.HIGHLIGHT)
        and _is_marked(field, shown.highlight)
    ]
    tags, marks = shown.tags, hit.highlight
    cut = dict(_snippets(shown.snippets, source, definition))
    return {
        **kept,
        **_place(source, definition),
        "objectID": hit.id,
        "_highlightResult": {
            name: highlighted(source[name], marks.get(name), words, tags) for name in marked
        },
        "_snippetResult": {
            name: snippeted(source[name], marks.get(name), size, words, tags)
            for name, size in cut.items()
        },
    }


def _is_marked(field: Field, wanted: Sequence[str] | None) -> bool:
    """Whether its matches are shown: as is asked, or those of what is searched."""
    return field.searchable if wanted is None else field.name in wanted or "*" in wanted


def _snippets(
    wanted: Iterable[tuple[str, int]], source: Mapping[str, Any], definition: IndexDefinition
) -> Iterator[tuple[str, int]]:
    """The attributes that are there, with how many words of each; `*` means all texts."""
    texts = [f.name for f in definition.fields if f.type in _TEXTS]
    allowed = source if definition.marked is None else definition.marked
    for given, size in wanted:
        for name in texts if given == "*" else [given]:
            if source.get(name) is not None and name in allowed:
                yield name, size


def _place(source: Mapping[str, Any], definition: IndexDefinition) -> Mapping[str, Any]:
    """Where a document is, as maps want it."""
    for name in definition.public("is_geo"):
        try:
            point = read_point(source.get(name))
        except ValueError:
            continue
        return {"_geoloc": {"lat": point.lat, "lng": point.lon}}
    return {}
