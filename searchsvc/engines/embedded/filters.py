"""Filters as tantivy queries that match without scoring."""

from collections.abc import Callable, Iterable

from tantivy import FieldType as Kind
from tantivy import Occur, Query, Schema

from searchsvc.domain.definition import FieldType
from searchsvc.domain.query import (
    And,
    Condition,
    Equals,
    Exists,
    Filter,
    Ids,
    Not,
    OneOf,
    Or,
    Range,
    Scalar,
    Within,
)
from searchsvc.engines import values
from searchsvc.engines.embedded import geo
from searchsvc.engines.embedded.schema import ID, Physical
from searchsvc.engines.embedded.snapshot import Snapshot

_KINDS = {FieldType.NUMBER: Kind.Float, FieldType.DATE: Kind.Integer}


def passing(filter: Filter, snapshot: Snapshot) -> Query:
    """The documents that pass `filter`, each with the score 0."""
    return Query.const_score_query(_compile(filter, snapshot), 0.0)


def _compile(filter: Filter, snapshot: Snapshot) -> Query:
    match filter:
        case And(parts):
            return both(_compile(part, snapshot) for part in parts)
        case Or(parts):
            return either(_compile(part, snapshot) for part in parts)
        case Not(part):
            return negated(_compile(part, snapshot))
        case Ids(ids):
            return either(Query.term_query(snapshot.schema, ID, id, "basic") for id in ids)
    one = snapshot.plan.fields.get(filter.field)
    if one is None or not one.value:
        return Query.empty_query()
    return _of_points(filter, one, snapshot) if one.field.is_geo else _leaf(filter, one, snapshot)


def _of_points(filter: Condition, one: Physical, snapshot: Snapshot) -> Query:
    match filter:
        case Exists():
            return geo.anywhere(snapshot, one)
        case Within(_, region):
            return geo.within(snapshot, one, region)
    return Query.empty_query()


def _leaf(filter: Condition, one: Physical, snapshot: Snapshot) -> Query:
    match filter:
        case Exists():
            return Query.exists_query(one.value)
        case Equals(_, value):
            return _equal(one, value, snapshot.schema)
        case OneOf(_, wanted):
            return either(_equal(one, value, snapshot.schema) for value in wanted)
        case Range():
            return _range(filter, one, snapshot.schema)
    return Query.empty_query()


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


def negated(query: Query) -> Query:
    """The documents that do not match."""
    return Query.boolean_query([(Occur.Must, Query.all_query()), (Occur.MustNot, query)])


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
