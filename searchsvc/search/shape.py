"""What a wire beside the native one asks of a search: a window of its own, and counts by hand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from searchsvc.domain.definition import Cut, FieldType, IndexDefinition
from searchsvc.domain.query import Boosted, FacetRequest, Filter, Stated
from searchsvc.errors import FilterError
from searchsvc.search.filter_json import read_filter
from searchsvc.search.filter_parts import joined


@dataclass(frozen=True, slots=True)
class Counted:
    """The `size` commonest values of a facet field, or its ranges where it is `cut`.

    Of a path the places of `depth` names.
    """

    field: str
    size: int
    depth: int = 0
    cut: Cut | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """Facets of the documents that hold the words of a search and pass `filter`, a JSON filter.

    All of it narrows each of them. With `total`, how many documents those are.
    """

    filter: Mapping[str, object]
    facets: tuple[Counted, ...] = ()
    total: bool = False

    def requests(
        self, definition: IndexDefinition, imposed: Filter | None
    ) -> Iterator[FacetRequest]:
        """What an engine is asked, the total first. Raises FilterError."""
        filter = joined(read_filter(self.filter, definition), imposed)
        if self.total:
            yield FacetRequest("", 0, filter, total=True)
        for one in self.facets:
            field = definition.field(one.field)
            if field is not None and field.type is FieldType.PATH:
                yield FacetRequest(
                    one.field, one.size, filter,
                    separator=field.separator, below="", depth=max(1, one.depth),
                )  # fmt: skip
            else:
                yield FacetRequest(one.field, one.size, filter, one.cut)


@dataclass(frozen=True, slots=True)
class Preferred:
    """Documents that pass `filter`, a JSON filter, score `weight` times their score more."""

    filter: Mapping[str, object]
    weight: float

    def boosted(self, definition: IndexDefinition) -> Boosted:
        """As a query has it. Raises FilterError."""
        found = read_filter(self.filter, definition)
        if found is None:
            raise FilterError("what is preferred passes no filter")
        return Boosted(Stated(repr(self.filter), found), self.weight)


@dataclass(frozen=True, slots=True)
class Shape:
    """What parameters do not say. Facets of `counts` come behind those of the parameters.

    `window`: the offset and the number of hits, in the place of page and per_page. By relevance,
    those that are `preferred` come earlier.
    """

    window: tuple[int, int] | None = None
    counts: Sequence[Count] = ()
    snippets: bool = True
    preferred: Sequence[Preferred] = ()


NATIVE = Shape()
