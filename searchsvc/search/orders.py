"""Turns the orders that a request names into sort keys, checked against the index's definition."""

from searchsvc.domain.definition import IndexDefinition
from searchsvc.domain.query import Near, SortKey
from searchsvc.errors import RequestError, nearest


def sort_keys(
    names: tuple[str, ...], definition: IndexDefinition, near: Near | None
) -> tuple[SortKey, ...]:
    """The keys, each field once; none is the order by score. Raises RequestError."""
    keys: dict[str, SortKey] = {}
    for name in names:
        key = _key(name, definition, near)
        keys.setdefault(key.field, key)
    return tuple(keys.values())


def _key(name: str, definition: IndexDefinition, near: Near | None) -> SortKey:
    named = definition.sort_named(name)
    if named is not None and not _is_geo(named.field, definition):
        return SortKey(named.field, named.descending)
    field, _, direction = (named.field if named else name).partition(":")
    sortable = definition.public("sortable")
    if field not in sortable:
        raise RequestError(
            f"cannot sort by '{field[:50]}'",
            param="sort",
            hint=nearest(field[:50], [*sortable, *(key for key, _ in definition.sorts)]),
        )
    if _is_geo(field, definition):
        return _by_distance(field, direction, near)
    if direction not in ("", "asc", "desc"):
        raise _no_order(field, direction, f"use {field}:asc or {field}:desc")
    return SortKey(field, descending=direction == "desc")


def _is_geo(name: str, definition: IndexDefinition) -> bool:
    field = definition.field(name)
    return field is not None and field.is_geo


def _by_distance(field: str, direction: str, near: Near | None) -> SortKey:
    if direction not in ("", "near"):
        raise _no_order(field, direction, f"use {field}:near")
    if near is None or near.field != field:
        param = "near" if near is None else "geo_field"
        message = f"to sort by the distance to '{field}' takes 'near'"
        raise RequestError(message, param=param, hint="near=52.52,13.405")
    return SortKey(field, near=near.point)


def _no_order(field: str, direction: str, hint: str) -> RequestError:
    message = f"cannot sort '{field}' in order '{direction[:50]}'"
    return RequestError(message, param="sort", hint=hint)
