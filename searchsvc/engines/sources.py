"""A document's source on its way in and out: without hidden fields, or only some fields of it.

Values are copied as they are written, so that no digit of a long number is lost.
"""

from collections.abc import Callable, Sequence

import msgspec

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
        return msgspec.json.encode(members)

    return strip if hidden else bytes


_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])


def _members(source: bytes) -> dict[str, msgspec.Raw]:
    try:
        return _MEMBERS.decode(source)
    except msgspec.ValidationError:
        raise Unindexable("the source is no JSON object") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unindexable(f"the source is not JSON: {error}") from None


def chosen(source: bytes, names: Sequence[str] | None) -> bytes:
    """The source with only the fields in `names`, in that order; untouched where it is None."""
    if names is None:
        return source
    members = _MEMBERS.decode(source)
    return msgspec.json.encode({name: members[name] for name in names if name in members})
