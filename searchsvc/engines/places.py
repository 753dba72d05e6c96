"""Places in an order of hits: what stands behind what, value by value."""

from collections.abc import Iterable, Sequence

from searchsvc.domain.query import SortKey
from searchsvc.engines.values import Value

BY_SCORE = (True, False)  # the best first, and then by id


def directions(sort: Iterable[SortKey]) -> tuple[bool, ...]:
    """For each value of a place whether a greater one comes first; the last one is the id."""
    descending = tuple(key.descending for key in sort)
    return (*descending, False) if descending else BY_SCORE


def is_behind(
    values: Sequence[Value | None], place: Sequence[Value | None], descending: Sequence[bool]
) -> bool:
    """Whether a hit with these values comes after that place; without a value it comes last."""
    for value, limit, greater_first in zip(values, place, descending, strict=True):
        if value != limit:
            return follows(value, limit, greater_first=greater_first)
    return False


def follows(value: Value | None, limit: Value | None, *, greater_first: bool) -> bool:
    """Whether one value of two comes later than the other, which differs from it."""
    if value is None or limit is None:
        return value is None
    # Of one field, so both are texts or both are numbers.
    return value < limit if greater_first else limit < value  # type: ignore[operator]
