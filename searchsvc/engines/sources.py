"""A document's source on its way in and out: without hidden fields, or only some fields of it."""

from collections.abc import Callable, Sequence

import orjson

from searchsvc.domain.definition import IndexDefinition
from searchsvc.engines.values import Unindexable


def visible(definition: IndexDefinition) -> Callable[[bytes], bytes]:
    """What removes the hidden fields from a source; the same bytes where none is hidden.

    The result raises Unindexable for a source that is no JSON object.
    """
    hidden = [field.name for field in definition.select("hidden")]

    def strip(source: bytes) -> bytes:
        members = _members(source)
        for name in hidden:
            members.pop(name, None)
        return orjson.dumps(members)

    return strip if hidden else bytes


def _members(source: bytes) -> dict[str, object]:
    try:
        members = orjson.loads(source)
    except orjson.JSONDecodeError as error:
        raise Unindexable(f"the source is not JSON: {error}") from None
    if not isinstance(members, dict):
        raise Unindexable("the source is no JSON object")
    return members


def chosen(source: bytes, names: Sequence[str] | None) -> bytes:
    """The source with only the fields in `names`, in that order; untouched where it is None."""
    if names is None:
        return source
    members = orjson.loads(source)
    return orjson.dumps({name: members[name] for name in names if name in members})
