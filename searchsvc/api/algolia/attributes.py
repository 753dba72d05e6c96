"""Attributes, as the wire names fields: a path's places of each depth are one of their own.

`categories.lvl0` are the places at the top of the path `categories`, `categories.lvl1` those
directly inside of them.
"""

import re
from dataclasses import dataclass

from searchsvc.domain.allowlists import Use
from searchsvc.domain.definition import Field, FieldType, IndexDefinition
from searchsvc.errors import RequestError, nearest

_LEVEL = re.compile(r"(.+)\.lvl(\d{1,2})")


@dataclass(frozen=True, slots=True)
class Attribute:
    """A public field, and of a path how many names its places have; 0: any number."""

    field: Field
    depth: int = 0


def attribute(name: str, definition: IndexDefinition, use: Use) -> Attribute | None:
    """The attribute of that name; None where the caller may not use it so."""
    field = _allowed(name, definition, use)
    if field is not None:
        return Attribute(field)
    level = _LEVEL.fullmatch(name)
    field = _allowed(level[1], definition, use) if level else None
    if level is None or field is None or field.type is not FieldType.PATH:
        return None
    return Attribute(field, int(level[2]) + 1)


def filtered(name: str, definition: IndexDefinition, param: str) -> Attribute:
    """An attribute that a filter may name. Raises RequestError."""
    found = attribute(name, definition, Use.FILTER)
    if found is None or not found.field.filterable:
        known = definition.public("filterable")
        message = f"index '{definition.name}' has no attribute to filter by: '{name[:50]}'"
        raise RequestError(message, param=param, hint=nearest(name[:50], known))
    return found


def _allowed(name: str, definition: IndexDefinition, use: Use) -> Field | None:
    field = definition.field(name)
    return field if field is not None and definition.allows(field, use) else None
