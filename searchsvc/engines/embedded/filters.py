"""Filters as tantivy queries that match without scoring."""

from collections.abc import Callable, Iterable

from tantivy import FieldType as Kind
from tantivy import Occur, Query, Schema

from searchsvc.domain.definition import FieldType
from searchsvc.domain.query import And, Equals, Exists, Filter, Ids, Not, OneOf, Or, Range, Scalar
from searchsvc.engines import values
from searchsvc.engines.embedded.schema import ID, Physical
from searchsvc.engines.embedded.snapshot import Plan

_KINDS = {FieldType.NUMBER: Kind.Float, FieldType.DATE: Kind.Integer}


def passing(filter: Filter, plan: Plan, schema: Schema) -> Query:
    """The documents that pass `filter`, each with the score 0."""
    return Query.const_score_query(_compile(filter, plan, schema), 0.0)


def _compile(filter: Filter, plan: Plan, schema: Schema) -> Query:
    match filter:
        case And(parts):
            return both(_compile(part, plan, schema) for part in parts)
        case Or(parts):
            return either(_compile(part, plan, schema) for part in parts)
        case Not(part):
            return Query.boolean_query(
                [
                    (Occur.Must, Query.all_query()),
                    (Occur.MustNot, _compile(part, plan, schema)),
                ]
            )
        case Ids(ids):
            return either(Query.term_query(schema, ID, id, "basic") for id in ids)
    one = plan.fields.get(filter.field)
    if one is None or not one.value:
        return Query.empty_query()
    return _leaf(filter, one, schema)


def _leaf(filter: Equals | OneOf | Range | Exists, one: Physical, schema: Schema) -> Query:
    match filter:
        case Exists():
            return Query.exists_query(one.value)
        case Equals(_, value):
            return _equal(one, value, schema)
        case OneOf(_, wanted):
            return either(_equal(one, value, schema) for value in wanted)
    return _range(filter, one, schema)


def _equal(one: Physical, value: Scalar, schema: Schema) -> Query:
    held = values.comparable(one.field, value)
    if held is None:
        return Query.empty_query()
    return having(one.value, one.field.type, held, schema)


def having(name: str, type: FieldType, value: values.Value, schema: Schema) -> Query:
    """The documents that hold `value`, as indexed, in the tantivy field `name`."""
    kind = _KINDS.get(type)
    if kind is None:
        return Query.term_query(schema, name, value, "basic")
    return Query.range_query(schema, name, kind, value, value)


def _range(range: Range, one: Physical, schema: Schema) -> Query:
    kind = _KINDS.get(one.field.type)
    low = None if range.low is None else values.comparable(one.field, range.low)
    high = None if range.high is None else values.comparable(one.field, range.high)
    unusable = (low is None) != (range.low is None) or (high is None) != (range.high is None)
    if kind is None or unusable:
        return Query.empty_query()
    if low is None and high is None:
        return Query.exists_query(one.value)
    return Query.range_query(
        schema, one.value, kind, low, high, range.include_low, range.include_high
    )


def both(parts: Iterable[Query]) -> Query:
    """All of `parts`; every document where there are none."""
    return _joined(parts, Occur.Must, Query.all_query)


def either(parts: Iterable[Query]) -> Query:
    """At least one of `parts`; no document where there are none."""
    return _joined(parts, Occur.Should, Query.empty_query)


def _joined(parts: Iterable[Query], occur: Occur, none: Callable[[], Query]) -> Query:
    joined = [(occur, part) for part in parts]
    if len(joined) == 1:
        return joined[0][1]
    return Query.boolean_query(joined) if joined else none()
