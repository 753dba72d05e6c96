"""What a search asks of the facets that a request names, each under its own filter."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from searchsvc.domain.definition import Field, FieldType, IndexDefinition
from searchsvc.domain.query import FacetRequest, Filter
from searchsvc.domain.result import Facet
from searchsvc.errors import RequestError, nearest
from searchsvc.search.cuts import ranges
from searchsvc.search.filter_parts import chosen, joined, without_field
from searchsvc.search.paths import names, opened

_TEXTS = frozenset({FieldType.KEYWORD, FieldType.ID, FieldType.PATH})
MOST_OPENED = 50  # places of a path whose insides are counted


def facet_requests(
    asked: Iterable[str],
    size: int,
    definition: IndexDefinition,
    filter: Filter | None,
    imposed: Filter | None = None,
) -> tuple[FacetRequest, ...]:
    """The facets of these fields, `*` for all. Raises RequestError for what is no facet.

    Each counts under what of `filter` does not speak of it alone, and under all that is `imposed`.
    """
    requests = (r for field in _fields(asked, definition) for r in _requests(field, size, filter))
    if imposed is None:
        return tuple(requests)
    return tuple(replace(one, filter=joined(one.filter, imposed)) for one in requests)


def searchable_facets(definition: IndexDefinition) -> list[str]:
    """The facets whose values are texts, which can be searched."""
    facets = definition.public("facet")
    return [f.name for f in definition.fields if f.name in facets and f.type in _TEXTS]


def refuse_unsearchable(name: str, definition: IndexDefinition) -> None:
    """Raises RequestError unless the values of this facet can be searched."""
    known = searchable_facets(definition)
    if name not in known:
        raise RequestError(
            f"'{name[:50]}' is no facet of index '{definition.name}' with values to search",
            param="field",
            hint=nearest(name[:50], known),
        )


def nothing_counted(request: FacetRequest) -> Facet:
    """The facet over no document."""
    return Facet(request.field, ranges=ranges(request.cut, {}) if request.cut else ())


def _fields(asked: Iterable[str], definition: IndexDefinition) -> Iterator[Field]:
    known, wanted = definition.public("facet"), tuple(asked)
    for name in known if wanted == ("*",) else wanted:
        field = definition.field(name)
        if field is None or name not in known:
            raise RequestError(
                f"'{name[:50]}' is no facet of index '{definition.name}'",
                param="facets",
                hint=nearest(name[:50], known),
            )
        yield field


def _requests(field: Field, size: int, filter: Filter | None) -> Iterator[FacetRequest]:
    """One for a field; for a path one of its top, and one of each place that is opened."""
    own = chosen(filter, field.name) if field.cut is None else ()
    rest = without_field(filter, field.name)
    if field.type is not FieldType.PATH:
        yield FacetRequest(field.name, size, rest, field.cut, own)
        return
    mark = field.separator
    selected = tuple(dict.fromkeys(mark.join(names(str(path), mark)) for path in own))
    for below in ("", *opened(selected, mark, MOST_OPENED)):
        yield FacetRequest(field.name, size, rest, selected=selected, separator=mark, below=below)
