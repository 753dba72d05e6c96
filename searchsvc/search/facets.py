"""What a search asks of the facets that a request names, each under its own filter."""

from collections.abc import Iterable, Iterator

from searchsvc.domain.definition import Field, IndexDefinition
from searchsvc.domain.query import FacetRequest, Filter
from searchsvc.domain.result import Facet
from searchsvc.errors import RequestError, nearest
from searchsvc.search.cuts import ranges
from searchsvc.search.filters import chosen, without_field


def facet_requests(
    names: Iterable[str], size: int, definition: IndexDefinition, filter: Filter | None
) -> tuple[FacetRequest, ...]:
    """The facets of these fields, `*` for all. Raises RequestError for what is no facet."""
    return tuple(_request(field, size, filter) for field in _fields(names, definition))


def nothing_counted(request: FacetRequest) -> Facet:
    """The facet over no document."""
    return Facet(request.field, ranges=ranges(request.cut, {}) if request.cut else ())


def _fields(names: Iterable[str], definition: IndexDefinition) -> Iterator[Field]:
    known = definition.public("facet")
    asked = tuple(names)
    for name in known if asked == ("*",) else asked:
        field = definition.field(name)
        if field is None or name not in known:
            raise RequestError(
                f"'{name[:50]}' is no facet of index '{definition.name}'",
                param="facets",
                hint=nearest(name[:50], known),
            )
        yield field


def _request(field: Field, size: int, filter: Filter | None) -> FacetRequest:
    name = field.name
    own = chosen(filter, name) if field.cut is None else ()
    return FacetRequest(name, size, without_field(filter, name), field.cut, own)
