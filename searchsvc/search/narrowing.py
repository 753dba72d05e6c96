"""Which documents a search has to look at, where its hits and its facets have filters of their own.

Each facet leaves out its own conditions, so most filters of a search say nearly the same. What all
of them say holds for every document that is looked at; of the rest, one filter must pass.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from searchsvc.domain.query import And, Filter, Not, Or
from searchsvc.search.filter_parts import joined

MOST = 100  # conditions that alternatives may have in all; an engine takes only so many


@dataclass(frozen=True, slots=True)
class Narrowing:
    """`candidates` holds every document that passes one of the filters, and hardly any other.

    None: all documents do.
    """

    candidates: Filter | None
    common: frozenset[Filter]

    def rest(self, filter: Filter | None) -> Filter | None:
        """What is left to ask of a candidate, so that it passes `filter`."""
        return joined(*(part for part in _parts(filter) if part not in self.common))


def narrowed(filters: Iterable[Filter | None]) -> Narrowing:
    """The narrowing that these filters, at least one of them, allow."""
    every = [_parts(filter) for filter in dict.fromkeys(filters)]
    common = frozenset(every[0]).intersection(*every[1:])
    rests = [tuple(part for part in parts if part not in common) for parts in every]
    # Who passes a filter passes any that asks for less.
    weakest = [r for r in rests if not any(set(other) < set(r) for other in rests)]
    parts = [part for part in every[0] if part in common]
    if all(weakest) and sum(map(_size, chain(*weakest))) <= MOST:
        parts.append(_either([And(rest) if len(rest) > 1 else rest[0] for rest in weakest]))
    return Narrowing(joined(*parts), common)


def _size(filter: Filter) -> int:
    """How many conditions it is made of."""
    match filter:
        case And(parts) | Or(parts):
            return sum(map(_size, parts))
        case Not(part):
            return _size(part)
    return 1


def _parts(filter: Filter | None) -> tuple[Filter, ...]:
    """What must all hold."""
    if filter is None:
        return ()
    if isinstance(filter, And):
        return tuple(part for inner in filter.parts for part in _parts(inner))
    return (filter,)


def _either(parts: Sequence[Filter]) -> Filter:
    return parts[0] if len(parts) == 1 else Or(tuple(parts))
