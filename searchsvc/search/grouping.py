"""By what a request groups its hits."""

from collections.abc import Mapping
from typing import Any

from searchsvc.domain.definition import IndexDefinition
from searchsvc.domain.query import Grouping
from searchsvc.errors import RequestError, nearest

NONE = "none"  # each document by itself; no mapping groups by a field of that name
MOST_PAGED = 1_000  # groups that pages reach


def grouping_of(values: Mapping[str, Any], definition: IndexDefinition) -> Grouping | None:
    """The grouping of a request, the index's own where it says nothing. Raises RequestError."""
    name = values["group_by"] or definition.groups.default
    if name in ("", NONE):
        return None
    known, public = definition.groups.fields, definition.public()
    if name not in known:
        message = f"index '{definition.name}' is not grouped by '{name}'"
        told = [one for one in known if one in public]
        hint = nearest(name, (*told, NONE)) if known else "declare group_by in its mapping"
        raise RequestError(message, param="group_by", hint=hint)
    if values["cursor"]:
        hint = "send page, or group_by=none to walk through documents"
        raise RequestError("a cursor goes through documents, not groups", param="cursor", hint=hint)
    if values["page"] * values["per_page"] > MOST_PAGED:
        message = f"page and per_page reach beyond the first {MOST_PAGED} groups"
        raise RequestError(message, param="page", hint="narrow the query or add a filter")
    return Grouping(name, values["group_size"], told=name in public)
