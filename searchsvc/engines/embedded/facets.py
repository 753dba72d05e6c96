"""Exact counts of a field's values, by tantivy's aggregations."""

from collections.abc import Iterable, Sequence
from typing import Any

from tantivy import Query, Searcher

from searchsvc.domain.definition import FieldType
from searchsvc.domain.query import FacetRequest, Filter
from searchsvc.domain.result import Bucket, Facet
from searchsvc.engines.embedded.schema import Physical
from searchsvc.engines.embedded.snapshot import Snapshot

COUNTED = frozenset({FieldType.KEYWORD, FieldType.ID, FieldType.NUMBER, FieldType.BOOL})

_EVERY = 1_000_000  # values counted per segment: fewer would make the counts estimates
_MOST = 60_000  # buckets of one answer; tantivy refuses 65,000


def facets(
    requests: Iterable[FacetRequest], matching: dict[Filter | None, Query], snapshot: Snapshot
) -> tuple[Facet, ...]:
    """Each facet counted over the query in `matching` that its filter belongs to."""
    return tuple(
        Facet(
            request.field,
            buckets(
                snapshot.searcher,
                matching[request.filter],
                snapshot.plan.fields.get(request.field),
                request.size,
            ),
        )
        for request in requests
    )


def buckets(
    searcher: Searcher, query: Query, one: Physical | None, size: int
) -> tuple[Bucket, ...]:
    """The `size` commonest values, most frequent first, ties by value."""
    if one is None or one.field.type not in COUNTED or not one.value or size < 1:
        return ()
    fetched = min(size + 1, _MOST)
    while True:
        raw = _aggregated(searcher, query, one.value, fetched)
        # tantivy orders ties as it likes; all values that tie with the last one must be here.
        if len(raw) < fetched or raw[-1]["doc_count"] < raw[size - 1]["doc_count"]:
            break
        if fetched == _MOST:
            break
        fetched = min(fetched * 8, _MOST)
    found = [Bucket(_value(b, one.field.type), b["doc_count"]) for b in raw]
    return tuple(sorted(found, key=lambda b: (-b.count, b.value))[:size])


def _aggregated(searcher: Searcher, query: Query, name: str, size: int) -> Sequence[dict[str, Any]]:
    terms = {"field": name, "size": size, "segment_size": max(_EVERY, size)}
    answer = searcher.aggregate(query, {"values": {"terms": terms}})
    found: Sequence[dict[str, Any]] = answer["values"]["buckets"]
    return found


def _value(bucket: dict[str, Any], type: FieldType) -> str | float | bool:
    key = bucket["key"]
    if type is FieldType.BOOL:
        return bool(key)
    return float(key) if type is FieldType.NUMBER else str(key)
