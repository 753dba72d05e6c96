"""Folds the sibling requests of one page into one search.

A page with n refined facets sends n + 1 requests: the hits, and for each of those facets its
counts without its own refinement. They ask the same words, so one search can count all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import orjson

from searchsvc.api.algolia.attributes import Attribute, attribute
from searchsvc.api.algolia.wish import MOST_HITS, Wish
from searchsvc.domain.allowlists import Use
from searchsvc.domain.definition import Field, FieldType, IndexDefinition
from searchsvc.search.shape import Count, Counted, Shape

LEVELS = 5  # of a path, where all facets are asked for


@dataclass(frozen=True, slots=True)
class Page:
    """One search: the wish for its hits, and those whose facets it counts as well.

    `places` are where their answers belong among those of the request, that of `hits` first.
    """

    hits: Wish
    counts: tuple[Wish, ...]
    places: tuple[int, ...]

    @property
    def window(self) -> tuple[int, int]:
        """Offset and number of its hits; none behind those that pages reach."""
        limit = max(0, min(self.hits.limit, MOST_HITS - self.hits.offset))
        return (self.hits.offset if limit else 0), limit

    def shape(self, definition: IndexDefinition) -> Shape:
        """What is counted, by wish, and how much is shown."""
        first = Count(self.hits.filter, counted(self.hits, definition))
        others = (Count(one.filter, counted(one, definition), total=True) for one in self.counts)
        return Shape(self.window, (first, *others), False, self.hits.preferred)


def folded(wishes: Sequence[tuple[int, Wish]]) -> list[Page]:
    """The searches that answer these wishes, each with its place."""
    pages: dict[bytes, list[tuple[int, Wish]]] = {}
    alone: list[Page] = []
    for place, wish in wishes:
        key = orjson.dumps([wish.target.index, wish.question], option=orjson.OPT_SORT_KEYS)
        group = pages.setdefault(key, [])
        if wish.only_counts or all(one.only_counts for _, one in group):
            group.append((place, wish))
        else:
            alone.append(Page(wish, (), (place,)))
    return [*(_page(group) for group in pages.values()), *alone]


def _page(group: Sequence[tuple[int, Wish]]) -> Page:
    ordered = sorted(group, key=lambda one: one[1].only_counts)
    places, wishes = tuple(place for place, _ in ordered), [wish for _, wish in ordered]
    return Page(wishes[0], tuple(wishes[1:]), places)


def counted(wish: Wish, definition: IndexDefinition) -> tuple[Counted, ...]:
    """The facets of a wish; what is no facet is left out, as the wire does."""
    return tuple(
        Counted(one.field.name, wish.shown.values, one.depth) for _, one in facets(wish, definition)
    )


def facets(wish: Wish, definition: IndexDefinition) -> list[tuple[str, Attribute]]:
    """The facets of a wish by their attributes; `*` means all, of paths the first few levels."""
    names = wish.facets
    if "*" in names:
        every = (f for f in definition.select("facet") if definition.allows(f, Use.FACET))
        names = tuple(name for field in every for name in _attributes(field))
    found = ((name, attribute(name, definition, Use.FACET)) for name in names)
    return [(name, _placed(one)) for name, one in found if one is not None and one.field.facet]


def _attributes(field: Field) -> Sequence[str]:
    if field.type is not FieldType.PATH:
        return (field.name,)
    return [f"{field.name}.lvl{level}" for level in range(LEVELS)]


def _placed(one: Attribute) -> Attribute:
    is_path = one.field.type is FieldType.PATH
    return replace(one, depth=1) if is_path and not one.depth else one
