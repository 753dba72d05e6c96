"""Exact counts of a field's values, all facets of a search in its one request."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from searchsvc.domain.definition import FieldType
from searchsvc.domain.query import FacetRequest
from searchsvc.domain.result import Bucket, Facet
from searchsvc.engines.elastic.filters import Native, passing
from searchsvc.engines.elastic.plan import Plan
from searchsvc.engines.elastic.schema import Physical
from searchsvc.engines.elastic.shapes import Bucket as Counted
from searchsvc.engines.elastic.shapes import Filtered

COUNTED = frozenset({FieldType.KEYWORD, FieldType.ID, FieldType.NUMBER, FieldType.BOOL})
_VALUES = "values"
_PER_SHARD = 1_000  # at least so many values are counted by each shard, so that sums are exact


def aggregations(requests: Sequence[FacetRequest], plan: Plan) -> Native:
    """What is asked for `requests`; facets are numbered, so that no name can need escaping.

    Each has its own filter. The query's must then be a `post_filter`, which narrows hits only.
    """
    asked: Native = {}
    for number, request in enumerate(requests):
        one = _counted(plan.fields.get(request.field))
        if one is None or request.size < 1:
            continue
        counts = {_VALUES: terms(one, request.size)}
        filter = {"match_all": {}} if request.filter is None else passing(request.filter, plan)
        asked[f"f{number}"] = {"filter": filter, "aggs": counts}
    return asked


def terms(one: Physical, size: int) -> Native:
    """The `size` commonest values of a field, most frequent first, ties by value."""
    order: list[Any] = [{"_count": "desc"}, {"_key": "asc"}]
    wide = {"size": size, "shard_size": max(size * 2, _PER_SHARD)}
    return {"terms": {"field": one.value, "order": order, **wide}}


def facets(
    requests: Iterable[FacetRequest], answered: Mapping[str, Filtered], plan: Plan
) -> tuple[Facet, ...]:
    """The facets in the order of the requests."""
    return tuple(
        Facet(request.field, _of(answered.get(f"f{number}"), plan.fields.get(request.field)))
        for number, request in enumerate(requests)
    )


def _of(answer: Filtered | None, one: Physical | None) -> tuple[Bucket, ...]:
    return () if answer is None or one is None else buckets(answer.values.buckets, one)


def buckets(found: Iterable[Counted], one: Physical) -> tuple[Bucket, ...]:
    """The buckets of a terms aggregation as ours."""
    return tuple(Bucket(_value(each.key, one.field.type), each.doc_count) for each in found)


def _counted(one: Physical | None) -> Physical | None:
    return one if one is not None and one.value and one.field.type in COUNTED else None


def _value(key: Any, type: FieldType) -> str | float | bool:
    if type is FieldType.BOOL:
        return bool(key)
    return float(key) if type is FieldType.NUMBER else str(key)
