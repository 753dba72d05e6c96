"""A definition's boosts as one factor per document, fixed when the document is written."""

import math
from collections.abc import Callable, Iterable, Mapping

from searchsvc.domain.definition import Boost, Field, IndexDefinition
from searchsvc.engines import values

# A score is never turned off or around by a boost, and no boost drowns every match.
LOWEST, HIGHEST = 0.25, 30.0

_SHAPES: Mapping[str, Callable[[float], float]] = {
    "log": lambda value: math.log1p(max(value, 0.0)),
    "sqrt": lambda value: math.sqrt(max(value, 0.0)),
    "value": float,
}


def multiplier(definition: IndexDefinition) -> Callable[[Mapping[str, object]], float]:
    """What computes `1 + sum of the boosts`, kept within LOWEST and HIGHEST.

    `log` is the natural logarithm of 1 + value. A field with several values counts by its first.
    The result raises Unindexable for a value that the field cannot hold.
    """
    parts = [_part(boost, field) for boost, field in _fields(definition)]

    def factor(document: Mapping[str, object]) -> float:
        total = 1.0 + sum(part(document) for part in parts)
        return min(max(total, LOWEST), HIGHEST)

    return factor


def _fields(definition: IndexDefinition) -> Iterable[tuple[Boost, Field]]:
    for boost in definition.boosts:
        field = definition.field(boost.field)
        if field is not None:
            yield boost, field


def _part(boost: Boost, field: Field) -> Callable[[Mapping[str, object]], float]:
    """One boost as a function of a document's values."""
    read = values.reader(field) or (lambda value: [value])
    if boost.by is not None:
        shape = _SHAPES[boost.by]

        def by_value(document: Mapping[str, object]) -> float:
            value = document.get(field.name)
            first = next(iter(read(value)), None) if value is not None else None
            return 0.0 if first is None else boost.weight * shape(first)

        return by_value
    wanted = None if boost.equals is None else values.comparable(field, boost.equals)

    def by_equality(document: Mapping[str, object]) -> float:
        value = document.get(field.name)
        return boost.weight if value is not None and wanted in read(value) else 0.0

    return by_equality
