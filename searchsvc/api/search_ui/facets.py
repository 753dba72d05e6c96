"""Reads which facets Search UI wishes for, and how each is counted.

One of `disjunctiveFacets` counts without what was chosen of it, the others under all that was.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import inf, isfinite
from typing import Any

from searchsvc.api.search_ui.filters import Chosen, Ranges, by_name
from searchsvc.api.search_ui.given import Given, fault
from searchsvc.domain.definition import Cut, Field, FieldType, IndexDefinition
from searchsvc.search.parameters import SEARCH_PARAMETERS
from searchsvc.search.shape import NATIVE, Count, Counted, Shape

_VALUES = 20
_MOST_VALUES = 1_000
_MOST_RANGES = 50
_LIMIT = next(one for one in SEARCH_PARAMETERS if one.name == "facet_limit")


@dataclass(frozen=True, slots=True)
class FacetWish:
    """How many values of a facet are shown, and in which order; or how it is `cut`.

    `ranges` are those that the configuration names, which may be filters. `own_cut`: they are
    those that are counted, too. `shared`: it counts under all that was chosen.
    """

    size: int = _VALUES
    by_value: bool = False
    descending: bool = True
    ranges: Ranges = field(default_factory=dict)
    cut: Cut | None = None
    own_cut: bool = False
    shared: bool = False
    is_path: bool = False  # whose places are opened by what was chosen of them

    @property
    def asked(self) -> int:
        """How many values the engine is asked for: all where others than the commonest lead."""
        return _MOST_VALUES if self.by_value or not self.descending else self.size


def read_facets(config: Given, definition: IndexDefinition) -> Mapping[str, FacetWish]:
    """The facets that the index has, by their fields. Raises RequestError, naming the member."""
    known, free = definition.public("facet"), config.values("disjunctiveFacets")
    found = {}
    for name, one in config.objects("facets"):
        field = definition.field(name)
        if field is not None and name in known:
            found[name] = _facet(one, field, is_shared=name not in free)
    return found


def _facet(config: Given, field: Field, *, is_shared: bool) -> FacetWish:
    size = replace(_LIMIT, name=config.at("size"), default=_VALUES)
    by_value = config.text("sort", "count", "value", "") == "value"
    direction = config.text("direction", "asc", "desc", "")
    ranges = config.items("ranges") if config.text("type") == "range" else []
    if len(ranges) > _MOST_RANGES:
        raise fault(f"has more than {_MOST_RANGES} ranges", config.at("ranges"))
    bounds = _bounds(ranges) if field.type is FieldType.NUMBER else ()
    return FacetWish(
        config.parameter("size", size),
        by_value,
        direction == "desc" if direction else not by_value,
        by_name(ranges),
        Cut(bounds) if bounds else field.cut,
        own_cut=bool(bounds),
        shared=is_shared,
        is_path=field.type is FieldType.PATH,
    )


def _bounds(ranges: Iterable[Given]) -> tuple[float, ...]:
    """Where the ranges begin and end, each once."""
    ends = {one.at(name): one.scalar(name) for one in ranges for name in ("from", "to")}
    return tuple(sorted({_number(end, at) for at, end in ends.items() if end is not None}))


def _number(value: Any, at: str) -> float:
    try:
        found = float(value)
    except (TypeError, ValueError):
        found = inf
    if not isfinite(found):
        raise fault("must be a number", at)
    return found


def counted(facets: Mapping[str, FacetWish], chosen: Chosen) -> tuple[Mapping[str, Any], Shape]:
    """The parameters and the shape by which all of them are counted in one search."""
    own = [
        name
        for name, one in facets.items()
        if one.is_path or not (one.shared or one.own_cut or name in chosen.fixed_fields)
    ]
    counts = [
        Count(
            chosen.whole if one.shared else chosen.without(name),
            (Counted(name, one.asked, cut=one.cut),),
        )
        for name, one in facets.items()
        if name not in own
    ]
    if not own:
        return {}, Shape(counts=tuple(counts)) if counts else NATIVE
    limit = max(facets[name].asked for name in own)
    return {"facets": own, "facet_limit": limit}, Shape(counts=tuple(counts))
