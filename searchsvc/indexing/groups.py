"""A document is in one group: what `group_by` names has one value."""

from collections.abc import Callable
from typing import TypeAlias

Convert: TypeAlias = Callable[[object], tuple[object, object]]


def in_one_group(convert: Convert) -> Convert:
    """The same conversion of a value, or of a list; it raises ValueError for several values."""

    def checked(value: object) -> tuple[object, object]:
        indexed, shown = convert(value)
        if isinstance(indexed, list) and len(indexed) > 1:
            raise ValueError("has several values, and a document is in one group")
        return indexed, shown

    return checked
