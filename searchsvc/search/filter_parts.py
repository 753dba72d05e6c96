"""Puts filters together, and takes them apart into the clauses that they join by AND."""

from collections.abc import Iterator

from searchsvc.domain.query import And, Equals, Filter, Ids, Not, OneOf, Or, Scalar


def joined(*parts: Filter | None) -> Filter | None:
    """All of `parts` that are filters."""
    found = tuple(part for part in parts if part is not None)
    return And(found) if len(found) > 1 else next(iter(found), None)


def parts_of(found: Filter | None) -> tuple[Filter, ...]:
    """The clauses that a filter joins by AND at its top."""
    if found is None:
        return ()
    return found.parts if isinstance(found, And) else (found,)


def without_field(found: Filter | None, field: str) -> Filter | None:
    """`found` less the clauses, joined by AND at its top, that speak of `field` alone.

    This is the filter a facet on `field` counts under, so that the values beside the chosen one
    keep their counts.
    """
    if found is None or fields_of(found) == {field}:
        return None
    return joined(*(part for part in parts_of(found) if fields_of(part) != {field}))


def chosen(found: Filter | None, field: str) -> tuple[Scalar, ...]:
    """The values of `field` that those clauses name: what `without_field` leaves out."""
    own = [part for part in parts_of(found) if fields_of(part) == {field}]
    return tuple(dict.fromkeys(value for part in own for value in _values_of(part)))


def _values_of(found: Filter) -> Iterator[Scalar]:
    match found:
        case Equals(_, value):
            yield value
        case OneOf(_, values):
            yield from values
        case And(parts) | Or(parts):
            for part in parts:
                yield from _values_of(part)


def fields_of(found: Filter) -> set[str]:
    """The fields that a filter speaks of."""
    if isinstance(found, And | Or):
        return set().union(*(fields_of(part) for part in found.parts))
    if isinstance(found, Not):
        return fields_of(found.part)
    if isinstance(found, Ids):
        return set()
    return {found.field}
