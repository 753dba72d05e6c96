"""Facets by tantivy's aggregations: exact counts of fields' values, all fields in one pass."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from tantivy import Query

from searchsvc.domain.definition import FieldType
from searchsvc.domain.query import FacetRequest, Filter
from searchsvc.domain.result import Bucket, Facet
from searchsvc.engines import values
from searchsvc.engines.embedded.ranges import Measured, measured
from searchsvc.engines.embedded.schema import Physical
from searchsvc.engines.embedded.snapshot import Snapshot
from searchsvc.engines.fields import COUNTED
from searchsvc.engines.letters import holding

_EVERY = 1_000_000  # values kept of each segment: fewer would make counts estimates
_SPARE = 20  # more values than wanted: mostly all that tie with the last one are among them
_MOST = 60_000  # buckets of one pass; tantivy refuses 65,000

Sizes: TypeAlias = Mapping[str, int]
Raw: TypeAlias = Sequence[Mapping[str, Any]]


def facets(
    requests: Sequence[FacetRequest], matching: Mapping[Filter | None, Query], snapshot: Snapshot
) -> tuple[Facet, ...]:
    """Each facet counted over the query in `matching` that its filter belongs to."""
    found: dict[FacetRequest, Facet] = {}
    for filter, query in matching.items():
        some = [request for request in requests if request.filter == filter]
        plain = [one for one in some if one.cut is None and one.below is None and not one.holding]
        counts = commonest(snapshot, query, {one.field: one.size for one in plain})
        others = measured(snapshot, query, some)
        for one in some:
            other = others.get(one, Measured())
            buckets = counts[one.field] if one in plain else _chosen(snapshot, query, one)
            total = snapshot.count(query) if one.total else None
            found[one] = Facet(one.field, buckets, other.ranges, other.stats, documents=total)
    return tuple(found[request] for request in requests)


def _chosen(snapshot: Snapshot, query: Query, request: FacetRequest) -> tuple[Bucket, ...]:
    """The commonest of the values with certain letters, or of the places below one."""
    if request.holding:
        include = f"(?s:.*){holding(request.holding)}(?s:.*)"
        return commonest(snapshot, query, {request.field: request.size}, include)[request.field]
    one = snapshot.plan.fields.get(request.field)
    if request.below is None or one is None or one.field.type is not FieldType.PATH:
        return ()
    start = values.below(request.below, one.field.separator, request.depth)
    found = snapshot.searcher.terms_with_prefix(one.value, start, query, request.size)
    return tuple(Bucket(values.place(node), count) for node, count in found)


def commonest(
    snapshot: Snapshot, query: Query, sizes: Sizes, include: str = ""
) -> dict[str, tuple[Bucket, ...]]:
    """Of each field so many values as `sizes` says, most frequent first, ties by value.

    Only values that match the expression `include`, where there is one.
    """
    found: dict[str, tuple[Bucket, ...]] = dict.fromkeys(sizes, ())
    for some in _passes({name: size for name, size in sizes.items() if _has(snapshot, name)}):
        found |= _counted(snapshot, query, some, {"include": include} if include else {})
    return found


def _has(snapshot: Snapshot, name: str) -> bool:
    one = snapshot.plan.fields.get(name)
    return one is not None and bool(one.value) and one.field.type in COUNTED


def _passes(sizes: Sizes) -> Iterator[Sizes]:
    """Together as many fields as tantivy has buckets for."""
    names = [name for name, size in sizes.items() if size > 0]
    step = max(1, _MOST // (_SPARE + max(sizes.values(), default=0)))
    for start in range(0, len(names), step):
        yield {name: min(sizes[name], _MOST) for name in names[start : start + step]}


def _counted(
    snapshot: Snapshot, query: Query, sizes: Sizes, only: dict[str, Any]
) -> dict[str, tuple[Bucket, ...]]:
    """In one pass, and in another one the fields of which values tie with the last one wanted."""
    fields = snapshot.plan.fields
    # Of a single segment counts are exact, however few of its values are kept.
    kept = _EVERY if snapshot.searcher.num_segments > 1 else 0
    asked = {name: _terms(fields[name], n + _SPARE, kept) | only for name, n in sizes.items()}
    firsts = _aggregated(snapshot, query, asked)
    ties = {name: tie for name, size in sizes.items() if (tie := _tie(firsts[name], size))}
    asked = {name: _tied(fields[name], sizes[name], tie) | only for name, tie in ties.items()}
    seconds = _aggregated(snapshot, query, asked)
    return {
        name: _best(fields[name], raw, seconds.get(name, ()), sizes[name])
        for name, raw in firsts.items()
    }


def _aggregated(
    snapshot: Snapshot, query: Query, asked: Mapping[str, Mapping[str, Any]]
) -> dict[str, Raw]:
    if not asked:
        return {}
    answer = snapshot.searcher.aggregate(query, {n: {"terms": terms} for n, terms in asked.items()})
    return {name: answer[name]["buckets"] for name in asked}


def _terms(one: Physical, size: int, kept: int) -> dict[str, Any]:
    return {"field": one.value, "size": size, "segment_size": max(size, kept)}


def _tie(raw: Raw, size: int) -> int:
    """How often the last of `size` values occurs, where others may that `raw` has not; else 0."""
    if len(raw) < size + _SPARE or raw[-1]["doc_count"] < raw[size - 1]["doc_count"]:
        return 0
    return int(raw[-1]["doc_count"])


def _tied(one: Physical, size: int, least: int) -> dict[str, Any]:
    """The first `size` values, by value, of those that occur `least` times or more often."""
    # A segment keeps values before it looks at their counts; all occur once.
    terms = _terms(one, size, _EVERY if least > 1 else 0)
    return {**terms, "order": {"_key": "asc"}, "min_doc_count": least}


def _best(one: Physical, raw: Raw, tied: Raw, size: int) -> tuple[Bucket, ...]:
    """The commonest values, those that `tied` at the end instead of the ones in `raw`."""
    last = raw[-1]["doc_count"] if tied else 0
    chosen = [bucket for bucket in raw if bucket["doc_count"] > last]
    chosen += [bucket for bucket in tied if bucket["doc_count"] == last]
    chosen.sort(key=lambda bucket: (-bucket["doc_count"], bucket["key"]))
    return tuple(Bucket(_value(b, one.field.type), b["doc_count"]) for b in chosen[:size])


def _value(bucket: Mapping[str, Any], type: FieldType) -> str | float | bool:
    key = bucket["key"]
    if type is FieldType.BOOL:
        return bool(key)
    if type is FieldType.PATH:
        return values.place(str(key))
    return float(key) if type is FieldType.NUMBER else str(key)
