"""Whether a document passes a filter, by the values that an engine would index of it."""

from collections.abc import Iterable, Mapping, Sequence

from searchsvc.domain.definition import Field, FieldType, IndexDefinition
from searchsvc.domain.geo import Point
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
    Within,
)
from searchsvc.engines import values
from searchsvc.engines.values import Value

# What is indexed of each field.
Held = Mapping[str, Sequence[Value | Point]]


def holds(id: str, held: Held, filter: Filter, definition: IndexDefinition) -> bool:
    """Whether the document `id`, which holds these values, passes `filter`."""
    match filter:
        case And(parts):
            return all(holds(id, held, part, definition) for part in parts)
        case Or(parts):
            return any(holds(id, held, part, definition) for part in parts)
        case Not(part):
            return not holds(id, held, part, definition)
        case Ids(ids):
            return id in ids
    return _meets(held, filter, definition)


def _meets(held: Held, filter: Condition, definition: IndexDefinition) -> bool:
    field = definition.field(filter.field)
    if field is None or not field.filterable:
        return False
    found = held.get(field.name, ())
    return bool(found) if isinstance(filter, Exists) else _holds(found, field, filter)


def _holds(held: Iterable[object], field: Field, filter: Equals | OneOf | Range | Within) -> bool:
    match filter:
        case Within(_, region):
            return any(region.holds(point) for point in held if isinstance(point, Point))
        case Equals(_, value):
            return values.comparable(field, value) in held
        case OneOf(_, wanted):
            return any(values.comparable(field, value) in held for value in wanted)
    return any(_within(value, field, filter) for value in held)


def _within(value: object, field: Field, range: Range) -> bool:
    if field.type not in (FieldType.NUMBER, FieldType.DATE) or not isinstance(value, (int, float)):
        return False
    for bound, sign, included in (
        (range.low, 1, range.include_low),
        (range.high, -1, range.include_high),
    ):
        if bound is None:
            continue
        limit = values.comparable(field, bound)
        if not isinstance(limit, (int, float)):
            return False
        distance = (value - limit) * sign
        if distance < 0 or (distance == 0 and not included):
            return False
    return True
