"""Exact counts of a field's values and ranges, all facets of a search in its one request."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from searchsvc.domain.definition import FieldType
from searchsvc.domain.query import FacetRequest, Filter
from searchsvc.domain.result import Bucket, Facet
from searchsvc.engines import values
from searchsvc.engines.aggregations import aggregation, low_of, recount, stats
from searchsvc.engines.elastic.filters import ALL, Native, passing
from searchsvc.engines.elastic.plan import Plan
from searchsvc.engines.elastic.schema import Physical
from searchsvc.engines.elastic.shapes import Bucket as Counted
from searchsvc.engines.elastic.shapes import Filtered
from searchsvc.engines.fields import COUNTED
from searchsvc.engines.letters import holding
from searchsvc.search import cuts

_VALUES, _STATS, _HELD = "values", "stats", "held"
_SIGN = re.compile(r"[^\w\s]", re.ASCII)  # what may be an operator of a server's expressions
_PER_SHARD = 1_000  # at least so many values are counted by each shard, so that sums are exact


def aggregations(requests: Sequence[FacetRequest], plan: Plan) -> Native:
    """What is asked for `requests`; facets are numbered, so that no name can need escaping.

    Each has its own filter. The query's must then be a `post_filter`, which narrows hits only.
    """
    asked: Native = {}
    for number, request in enumerate(requests):
        one = plan.fields.get(request.field)
        counts = _counts(request, one) if one is not None and one.value else {}
        if counts or request.total:
            asked[f"f{number}"] = _under(request.filter, counts, plan)
    return asked


def _counts(request: FacetRequest, one: Physical) -> Native:
    """What is counted of one field, by the names under which it is answered."""
    counts: Native = {}
    if request.cut is not None:
        counts[_VALUES] = aggregation(request.cut, one.value)
        if cuts.is_uneven(request.cut):
            counts[_HELD] = {"filter": {"exists": {"field": one.value}}}
    elif one.field.type in COUNTED and request.size > 0:
        counts[_VALUES] = terms(one, request.size, _start(request, one), request.holding)
    if one.field.type is FieldType.NUMBER:
        counts[_STATS] = {"stats": {"field": one.value}}
    return counts


def _start(request: FacetRequest, one: Physical) -> str:
    """What the wanted places of a path begin with."""
    if request.below is None:
        return ""
    return values.below(request.below, one.field.separator, request.depth)


def _under(filter: Filter | None, counts: Native, plan: Plan) -> Native:
    passed = {"filter": ALL if filter is None else passing(filter, plan)}
    return {**passed, "aggs": counts} if counts else passed


def terms(one: Physical, size: int, start: str = "", letters: str = "") -> Native:
    """The `size` commonest values of a field, most frequent first, ties by value.

    Only values that begin with `start`, or that hold these `letters`, where there are any.
    """
    order: list[Any] = [{"_count": "desc"}, {"_key": "asc"}]
    how: Native = {"order": order, "size": size, "shard_size": max(size * 2, _PER_SHARD)}
    if start:
        how["include"] = _SIGN.sub(r"\\\g<0>", start) + ".*"
    elif letters:
        how["include"] = f".*{holding(letters)}.*"
    return {"terms": {"field": one.value, **how}}


def recounts(
    requests: Sequence[FacetRequest], answered: Mapping[str, Filtered], plan: Plan
) -> Native:
    """What is asked once more: uneven steps in which some document was counted twice."""
    asked: Native = {}
    for number, request in enumerate(requests):
        answer, cut = answered.get(f"f{number}"), request.cut
        if cut is None or answer is None or answer.held is None:
            continue
        counts = _by_low(answer)
        if sum(counts.values()) > answer.held.doc_count:
            name = plan.fields[request.field].value
            again = recount(cut, cuts.together(cut, counts), name)
            asked[f"f{number}"] = _under(request.filter, {_VALUES: again}, plan)
    return asked


def facets(
    requests: Iterable[FacetRequest], answered: Mapping[str, Filtered], plan: Plan
) -> tuple[Facet, ...]:
    """The facets in the order of the requests."""
    return tuple(
        _facet(request, answered.get(f"f{number}"), plan.fields.get(request.field))
        for number, request in enumerate(requests)
    )


def _facet(request: FacetRequest, answer: Filtered | None, one: Physical | None) -> Facet:
    total = answer.doc_count if answer and request.total else None
    if answer is None or one is None:
        return Facet(request.field, documents=total)
    found = answer.stats
    measured = stats(found.min, found.max, found.sum, found.count) if found else None
    if request.cut is None:
        counted = buckets(answer.values.buckets, one)
        return Facet(request.field, counted, stats=measured, documents=total)
    counts = cuts.together(request.cut, _by_low(answer))
    ranges = cuts.ranges(request.cut, counts)
    return Facet(request.field, ranges=ranges, stats=measured, documents=total)


def _by_low(answer: Filtered) -> cuts.Counts:
    return {low_of(one.key, one.low): one.doc_count for one in answer.values.buckets}


def buckets(found: Iterable[Counted], one: Physical) -> tuple[Bucket, ...]:
    """The buckets of a terms aggregation as ours."""
    return tuple(Bucket(_value(each.key, one.field.type), each.doc_count) for each in found)


def _value(key: Any, type: FieldType) -> str | float | bool:
    if type is FieldType.BOOL:
        return bool(key)
    if type is FieldType.PATH:
        return values.place(str(key))
    return float(key) if type is FieldType.NUMBER else str(key)
