"""Reads one request of the wire: what is searched, and how it is shown.

Parameters that the wire has and we have no use for are passed over, since widgets send many.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import orjson

from searchsvc.api.algolia.filters import JsonFilter, filter_of, preferred_of
from searchsvc.api.algolia.marks import PLAIN, Tags
from searchsvc.api.algolia.names import Target
from searchsvc.api.algolia.values import (
    read_choice,
    read_flag,
    read_integer,
    read_place,
    read_strings,
    read_text,
    read_typed,
)
from searchsvc.domain.definition import IndexDefinition
from searchsvc.domain.geo import FARTHEST
from searchsvc.errors import RequestError, nearest
from searchsvc.search.shape import Preferred

MOST_HITS = 1000  # that pages reach, and that one of them has
_PAGE, _VALUES = 20, 100
_MOST_VALUES = 1000
_FARTHEST = round(FARTHEST)
QUERY_TYPES = ("prefixLast", "prefixAll", "prefixNone")
FACET_ORDERS = ("count", "alpha")
TYPES = ("default", "facet")
TOLERANCES = ("true", "false", "min", "strict")
RELAXING = {"none": "all", "lastWords": "auto", "firstWords": "auto", "allOptional": "auto"}


@dataclass(frozen=True, slots=True)
class Shown:
    """How an answer is shown. None: all that may be.

    `snippets` has the words of each attribute. `values` are those of a facet, `by_name` in the
    order of their names.
    """

    retrieve: tuple[str, ...] | None = None
    left_out: tuple[str, ...] = ()
    highlight: tuple[str, ...] | None = None
    snippets: tuple[tuple[str, int], ...] = ()
    tags: Tags = PLAIN
    values: int = _VALUES
    by_name: bool = False


@dataclass(frozen=True, slots=True)
class FacetWish:
    """The values of a facet that hold what was typed."""

    attribute: str
    text: str
    limit: int


@dataclass(frozen=True, slots=True)
class Wish:
    """One request. `question` are a search's parameters that decide which words match, and where.

    `name` is the index as it was asked for, `facets` are attributes. Hits are `offset` to `offset +
    limit`, those that are `preferred` earlier. `clicks`: the answer gets an id, by which clicks are
    told. `typed`: somebody has typed this, and it may count as what people search for.
    """

    name: str
    target: Target
    question: Mapping[str, object]
    filter: JsonFilter
    facets: tuple[str, ...]
    page: int
    offset: int
    limit: int
    shown: Shown = Shown()
    clicks: bool = False
    typed: bool = True
    facet: FacetWish | None = None
    preferred: tuple[Preferred, ...] = ()

    @property
    def text(self) -> str:
        """What was typed."""
        return str(self.question.get("q", ""))

    @property
    def is_search(self) -> bool:
        """Whether it is one of documents, and not of a facet's values or of suggestions."""
        return self.facet is None and not self.target.suggestions

    @property
    def only_counts(self) -> bool:
        """Whether it wants no hit, so that another request's search can count for it."""
        return self.limit == 0


def flat(given: Mapping[str, object]) -> dict[str, Any]:
    """A request with its parameters beside its name, in whichever of three forms they came.

    They lie flat, in the object `params`, or in a string that is encoded as a URL's query.
    """
    params = given.get("params")
    rest = {name: value for name, value in given.items() if name != "params"}
    if isinstance(params, str):
        return {**rest, **{name: _decoded(value) for name, value in parse_qsl(params, True)}}
    return {**rest, **params} if isinstance(params, Mapping) else rest


def _decoded(value: str) -> object:
    """Lists, numbers and booleans are JSON in a query string; what is none is a text."""
    try:
        return orjson.loads(value) if value[:1] in "[{0123456789-tf" else value
    except orjson.JSONDecodeError:
        return value


def read_wish(
    name: str,
    target: Target,
    given: Mapping[str, Any],
    definition: IndexDefinition,
    most: int | None = None,
) -> Wish:
    """The wish of flat parameters. Raises RequestError, naming the parameter.

    A page has no more than `most` hits where the request does not say how many.
    """
    page = read_integer(given, "page", 0, 10_000_000)
    size = read_integer(given, "hitsPerPage", min(_PAGE, most or _PAGE), MOST_HITS)
    length = given.get("length")
    offset = page * size if length is None else read_integer(given, "offset", 0, 10_000_000)
    limit = size if length is None else read_integer(given, "length", _PAGE, MOST_HITS)
    return Wish(
        name=name,
        target=target,
        question=_question(target, given, definition),
        filter=filter_of(given, definition),
        facets=read_strings(given, "facets") or (),
        page=page if length is None else offset // max(1, limit),
        offset=offset,
        limit=limit,
        shown=_shown(given),
        clicks=read_flag(given, "clickAnalytics"),
        typed=read_flag(given, "analytics", absent=True),
        facet=_facet(given) if read_choice(given, "type", TYPES) == "facet" else None,
        preferred=preferred_of(given.get("optionalFilters"), definition),
    )


def _question(
    target: Target, given: Mapping[str, Any], definition: IndexDefinition
) -> Mapping[str, object]:
    text = read_typed(given, "query")
    if read_choice(given, "queryType", QUERY_TYPES) == "prefixNone" and text:
        text += " "  # which finishes its last word
    question: dict[str, object] = {"q": text, "ranking": target.ranking}
    if target.sort:
        question["sort"] = target.sort
    if read_choice(given, "typoTolerance", TOLERANCES) == "false":
        question["typo"] = "off"
    fewer = read_choice(given, "removeWordsIfNoResults", tuple(RELAXING))
    if fewer is not None:
        question["match"] = RELAXING[fewer]
    fields = read_strings(given, "restrictSearchableAttributes")
    if fields and "*" not in fields:
        question["search_fields"] = _searched(fields, definition)
    return question | _geo(given, definition) | _distinct(given, definition)


def _searched(names: Iterable[str], definition: IndexDefinition) -> list[str]:
    """The fields of these attributes; the places of every depth are of one. Raises RequestError."""
    known, found = definition.public("searchable"), []
    for name in names:
        field = name if name in known else name.partition(".lvl")[0]
        if field not in known:
            message = f"index '{definition.name}' has no searchable attribute '{name[:50]}'"
            hint = nearest(name[:50], known)
            raise RequestError(message, param="restrictSearchableAttributes", hint=hint)
        found.append(field)
    return list(dict.fromkeys(found))


def _geo(given: Mapping[str, Any], definition: IndexDefinition) -> dict[str, object]:
    """Where a request measures from, and how far; without words the nearest come first."""
    around = read_place(given, "aroundLatLng")
    if not around:
        return {}
    names = definition.public("is_geo")
    if not names:
        message = f"index '{definition.name}' has no geo field"
        raise RequestError(message, param="aroundLatLng")
    found: dict[str, object] = {"near": around}
    if given.get("aroundRadius") not in (None, "all", ""):
        found["radius"] = f"{read_integer(given, 'aroundRadius', 0, _FARTHEST)}m"
    if len(names) > 1:
        found["geo_field"] = names[0]
    if not read_text(given, "query").strip():
        found["sort"] = f"{names[0]}:near"
    return found


def _distinct(given: Mapping[str, Any], definition: IndexDefinition) -> dict[str, object]:
    """The best hit of each group, or so many; an index that groups nothing has no groups."""
    value = given.get("distinct")
    if value is None:
        return {}
    is_flag = isinstance(value, bool) or value in ("true", "false")
    number = read_flag(given, "distinct") if is_flag else read_integer(given, "distinct", 0, 10)
    if not definition.groups.fields:
        return {}
    if not number:
        return {"group_by": "none"}
    by = definition.groups.default or definition.groups.fields[0]
    return {"group_by": by, "group_size": int(number)}


def _shown(given: Mapping[str, Any]) -> Shown:
    retrieve = read_strings(given, "attributesToRetrieve")
    wanted = None if retrieve is None else tuple(n for n in retrieve if not n.startswith("-"))
    snippets = read_strings(given, "attributesToSnippet") or ()
    tags = Tags(
        read_text(given, "highlightPreTag", "<em>"),
        read_text(given, "highlightPostTag", "</em>"),
        read_text(given, "snippetEllipsisText", "…"),
    )
    return Shown(
        retrieve=None if wanted is None or "*" in wanted else wanted,
        left_out=tuple(n[1:] for n in retrieve or () if n.startswith("-")),
        highlight=read_strings(given, "attributesToHighlight"),
        snippets=tuple(_sized(one) for one in snippets),
        tags=tags,
        values=read_integer(given, "maxValuesPerFacet", _VALUES, _MOST_VALUES),
        by_name=read_choice(given, "sortFacetValuesBy", FACET_ORDERS) == "alpha",
    )


def _sized(given: str) -> tuple[str, int]:
    name, _, size = given.partition(":")
    return name, max(1, min(int(size[:6]), 1000)) if size.isascii() and size.isdigit() else 10


def _facet(given: Mapping[str, Any]) -> FacetWish:
    limit = read_integer(given, "maxFacetHits", 10, 100)
    return FacetWish(read_text(given, "facet"), read_typed(given, "facetQuery"), max(1, limit))


def attributes_of(values: Iterable[str]) -> tuple[str, ...]:
    """Names out of a query string: repeated, with commas between them, or as a JSON list."""
    parts = (read_strings({"": _decoded(value)}, "") or () for value in values)
    return tuple(name for part in parts for name in part)
