"""Renders results as JSON; documents pass through as the bytes that the engine gave."""

from collections.abc import Mapping, Sequence
from typing import Any

import falcon.asgi
import orjson

from searchsvc.api.facets import facets_body
from searchsvc.domain.query import Match, PlanStep
from searchsvc.domain.result import Hit, Scope
from searchsvc.search.answer import FacetAnswer, SearchAnswer, SimilarAnswer, SuggestAnswer
from searchsvc.search.why import Why
from searchsvc.telemetry.stages import Stages

JSON = "application/json"


def send_json(resp: falcon.asgi.Response, value: object) -> None:
    """Answer with `value`; times become RFC 3339 in UTC."""
    resp.data = orjson.dumps(value, option=orjson.OPT_UTC_Z)
    resp.content_type = JSON


def search_body(answer: SearchAnswer, version: str) -> bytes:
    """The JSON of a search without its times."""
    query, result = answer.query, answer.result
    applied = query.applied
    any_word = query.match is Match.ANY
    return orjson.dumps(
        {
            "query": query.text if applied.typed is None else applied.typed,
            "index": query.index,
            "version": version,
            "total": {
                "value": result.total,
                "relation": "gte" if result.at_least else "eq",
                "unit": "documents" if query.grouping is None else "groups",
            },
            "page": query.page,
            "per_page": query.limit,
            "next_cursor": answer.next_cursor,
            "hits": [_hit(hit) for hit in result.hits],
            "facets": facets_body(query.facets, result.facets, grouped=query.grouping is not None),
            "correction": answer.correction and {"query": answer.correction},
            "applied": {
                "match": "any" if any_word else "all",
                "ignored_words": query.ignored,
                "rules": applied.rules,
                "synonyms": applied.synonyms,
                "rewritten": None if applied.typed is None else query.text,
            },
            "redirect": applied.redirect,
            **_explain(answer.steps),
        },
        option=orjson.OPT_UTC_Z,
    )


def suggest_body(answer: SuggestAnswer, version: str, stages: Stages) -> bytes:
    """The JSON of suggestions."""
    queries = [
        {"text": q.text, "highlight": q.highlight, "scope": _scope(q.scope)}
        for q in answer.result.queries
    ]
    values = [
        {
            "field": v.field,
            "value": v.value,
            "count": v.count,
            "highlight": v.highlight,
            "scope": _scope(v.scope),
        }
        for v in answer.result.values
    ]
    hits = [
        {"id": h.id, "field": h.field, "text": h.text, "highlight": h.highlight}
        for h in answer.result.hits
    ]
    stages.lap("render")
    return orjson.dumps(
        {
            "query": answer.query.text,
            "index": answer.query.index,
            "version": version,
            "queries": queries,
            "values": values,
            "hits": hits,
            "correction": answer.result.correction and {"query": answer.result.correction},
            **times(stages),
        }
    )


def _scope(scope: Scope | None) -> Mapping[str, Any] | None:
    if scope is None:
        return None
    return {"field": scope.field, "value": scope.value, "count": scope.count}


def similar_body(answer: SimilarAnswer, version: str, stages: Stages) -> bytes:
    """The JSON of similar documents."""
    hits = orjson.Fragment(orjson.dumps([_hit(hit) for hit in answer.result.hits]))
    stages.lap("render")
    return orjson.dumps(
        {
            "index": answer.query.index,
            "version": version,
            "id": answer.id,
            "words": answer.words,
            "total": {"value": answer.result.total, "relation": "eq"},
            "per_page": answer.query.limit,
            "hits": hits,
            **times(stages),
        }
    )


def why_body(answer: Why, stages: Stages) -> bytes:
    """The JSON of why a document is a hit, or none."""
    return orjson.dumps(
        {
            "query": answer.query.text,
            "index": answer.query.index,
            "version": answer.version.name,
            **why_members(answer),
            **times(stages),
        }
    )


def why_members(answer: Why) -> dict[str, object]:
    """What is told of one document of a search."""
    words = [
        {
            "word": w.word,
            "needed": w.needed,
            "fields": w.fields,
            "instead": w.instead,
            "hidden": w.hidden,
        }
        for w in answer.words
    ]
    return {
        "id": answer.id,
        "indexed": answer.indexed,
        "passes_filter": answer.passes,
        "match": answer.query.match,
        "words": words,
        "hit": answer.hit,
        "rank": answer.rank,
        "score": answer.score,
        "pinned": answer.pinned,
        "total": {"value": answer.total, "relation": "eq"},
        "applied": {
            "rules": answer.query.applied.rules,
            "synonyms": answer.query.applied.synonyms,
        },
        "reasons": answer.reasons,
    }


def facet_values_body(answer: FacetAnswer, version: str, stages: Stages) -> bytes:
    """The JSON of a facet's values."""
    values = [
        {"value": v.value, "count": v.count, "highlight": v.highlight} for v in answer.result.values
    ]
    stages.lap("render")
    return orjson.dumps(
        {
            "query": answer.query.text,
            "index": answer.query.within.index,
            "version": version,
            "field": answer.query.field,
            "values": values,
            "complete": answer.result.complete,
            **times(stages),
        }
    )


def document_body(index: str, version: str, hit: Hit) -> bytes:
    """The JSON of one document."""
    doc = orjson.Fragment(hit.source)
    return orjson.dumps({"index": index, "version": version, "id": hit.id, "doc": doc})


def _hit(hit: Hit) -> Mapping[str, Any]:
    shown: dict[str, object] = {
        "id": hit.id,
        "score": hit.score,
        "doc": orjson.Fragment(hit.source),
        "highlight": hit.highlight,
        "pinned": hit.pinned,
    }
    if hit.distance is not None:
        shown["distance_m"] = round(hit.distance, 1)
    if hit.group is not None:
        others = [_hit(other) for other in hit.group.hits]
        shown["group"] = {"key": hit.group.key, "count": hit.group.count, "hits": others}
    return shown


def _explain(steps: Sequence[PlanStep] | None) -> Mapping[str, Any]:
    if steps is None:
        return {}
    return {"explain": [{"step": step.name, "changes": step.changes} for step in steps]}


def extended(body: bytes, members: Mapping[str, Any]) -> bytes:
    """A JSON object that is not empty, with more members."""
    return b"%b,%b" % (body[:-1], orjson.dumps(members)[1:])


def times(stages: Stages) -> Mapping[str, Any]:
    """What a request took until now, in milliseconds, as a whole and by stage."""
    timing = {stage: round(seconds * 1000, 3) for stage, seconds in stages.durations.items()}
    return {"took_ms": round(stages.total * 1000, 3), "timing": timing}
