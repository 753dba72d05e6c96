"""Allow-lists: the fields that a key, or a token of it, may name for each use of a field."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Use(StrEnum):
    """What a request may use a field for."""

    RETURN = "return"  # its value is in documents, and in whatever else shows a text of it
    FILTER = "filter"  # conditions, regions and distances
    FACET = "facet"  # its values are counted
    SORT = "sort"
    HIGHLIGHT = "highlight"  # matches in it are marked, in texts that are returned


@dataclass(frozen=True, slots=True)
class AllowLists:
    """The fields of each use, by lists as they were given; a use without one is not limited.

    What is not returned is not there at all: where other uses have no list, they have that of
    `return`. Nothing else is marked than what is returned.
    """

    given: Mapping[str, tuple[str, ...]]

    def fields(self, use: Use) -> frozenset[str] | None:
        """The fields of that use; None for all of them."""
        returned, own = self.given.get(Use.RETURN), self.given.get(use)
        if own is None:
            return None if returned is None else frozenset(returned)
        if use is Use.HIGHLIGHT and returned is not None:
            return frozenset(own) & frozenset(returned)
        return frozenset(own)

    def within(self, others: "AllowLists") -> "AllowLists":
        """What both of them allow."""
        both = {use: _common(self.fields(use), others.fields(use)) for use in Use}
        return AllowLists(
            {use: tuple(sorted(names)) for use, names in both.items() if names is not None}
        )

    def __bool__(self) -> bool:
        return bool(self.given)


NO_LISTS = AllowLists({})


def unknown_uses(given: Iterable[str]) -> list[str]:
    """Those names that are no use of a field."""
    return [name for name in given if name not in tuple(Use)]


def _common(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    if one is None or other is None:
        return one if other is None else other
    return one & other
