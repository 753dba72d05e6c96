"""Exact counts of ranges, and what numbers come to, by tantivy's aggregations in one pass."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from tantivy import Query

from searchsvc.domain.definition import Cut, FieldType
from searchsvc.domain.query import FacetRequest
from searchsvc.domain.result import RangeBucket, Stats
from searchsvc.engines import aggregations
from searchsvc.engines.embedded.filters import both
from searchsvc.engines.embedded.order import counted
from searchsvc.engines.embedded.schema import Physical
from searchsvc.engines.embedded.snapshot import Snapshot
from searchsvc.search import cuts

Answer: TypeAlias = Mapping[str, Mapping[str, Any]]

_NOTHING: Mapping[str, Any] = {"buckets": ()}


@dataclass(frozen=True, slots=True)
class Measured:
    """What was counted of one field beside its values."""

    ranges: tuple[RangeBucket, ...] = ()
    stats: Stats | None = None


def measured(
    snapshot: Snapshot, query: Query, requests: Sequence[FacetRequest]
) -> dict[FacetRequest, Measured]:
    """The ranges and stats of each requested field that has any, over the matches of `query`."""
    held = [(r, one) for r in requests if (one := snapshot.plan.fields.get(r.field)) and one.value]
    asked: dict[str, Any] = {}
    for number, (request, one) in enumerate(held):
        if request.cut is not None:
            asked[f"ranges{number}"] = aggregations.aggregation(request.cut, one.value)
        if one.field.type is FieldType.NUMBER:
            asked[f"stats{number}"] = {"stats": {"field": one.value}}
    answer: Answer = snapshot.searcher.aggregate(query, asked) if asked else {}
    found = {}
    for number, (request, one) in enumerate(held):
        steps = _by_low(answer.get(f"ranges{number}", _NOTHING))
        ranges = _ranges(snapshot, query, request.cut, one, steps) if request.cut else ()
        found[request] = Measured(ranges, _stats(answer.get(f"stats{number}")))
    return found


def _ranges(
    snapshot: Snapshot, query: Query, cut: Cut, one: Physical, counts: cuts.Counts
) -> tuple[RangeBucket, ...]:
    steps = cuts.together(cut, counts)
    if cuts.is_uneven(cut):
        holding = both([query, Query.exists_query(one.value)])
        if sum(counts.values()) > counted(snapshot.searcher.search(holding, 1)):
            again = {one.value: aggregations.recount(cut, steps, one.value)}
            steps = _by_low(snapshot.searcher.aggregate(query, again)[one.value])
    return cuts.ranges(cut, steps)


def _by_low(answer: Mapping[str, Any]) -> cuts.Counts:
    buckets = answer["buckets"]
    return {aggregations.low_of(one["key"], one.get("from")): one["doc_count"] for one in buckets}


def _stats(found: Mapping[str, Any] | None) -> Stats | None:
    return (
        aggregations.stats(found["min"], found["max"], found["sum"], found["count"])
        if found
        else None
    )
