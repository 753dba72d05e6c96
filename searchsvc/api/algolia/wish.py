"""Reads one request of the wire: what is searched, and how it is shown.

Parameters that the wire has and we have no use for are passed over, since widgets send many.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import orjson

from searchsvc.api.algolia.filters import JsonFilter, filter_of, preferred_of
from searchsvc.api.algolia.marks import PLAIN, Tags
from searchsvc.api.algolia.names import Target
from searchsvc.domain.definition import IndexDefinition
from searchsvc.errors import RequestError, nearest
from searchsvc.search.shape import Preferred

MOST_HITS = 1000  # that pages reach, and that one of them has
_PAGE, _VALUES = 20, 100
_MOST_VALUES = 1000
QUERY_TYPES = ("prefixLast", "prefixAll", "prefixNone")
FACET_ORDERS = ("count", "alpha")
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
    page = _integer(given, "page", 0, 10_000_000)
    size = _integer(given, "hitsPerPage", min(_PAGE, most or _PAGE), MOST_HITS)
    length = given.get("length")
    offset = page * size if length is None else _integer(given, "offset", 0, 10_000_000)
    limit = size if length is None else _integer(given, "length", _PAGE, MOST_HITS)
    return Wish(
        name=name,
        target=target,
        question=_question(target, given, definition),
        filter=filter_of(given, definition),
        facets=_strings(given, "facets") or (),
        page=page if length is None else offset // max(1, limit),
        offset=offset,
        limit=limit,
        shown=_shown(given),
        clicks=given.get("clickAnalytics") in (True, "true"),
        typed=given.get("analytics") not in (False, "false"),
        facet=_facet(given) if given.get("type") == "facet" else None,
        preferred=preferred_of(given.get("optionalFilters"), definition),
    )


def _question(
    target: Target, given: Mapping[str, Any], definition: IndexDefinition
) -> Mapping[str, object]:
    text = _text(given, "query")
    if _choice(given, "queryType", QUERY_TYPES) == "prefixNone" and text:
        text += " "  # which finishes its last word
    question: dict[str, object] = {"q": text, "ranking": target.ranking}
    if target.sort:
        question["sort"] = target.sort
    if _choice(given, "typoTolerance", TOLERANCES) == "false":
        question["typo"] = "off"
    fewer = _choice(given, "removeWordsIfNoResults", tuple(RELAXING))
    if fewer is not None:
        question["match"] = RELAXING[fewer]
    fields = _strings(given, "restrictSearchableAttributes")
    if fields and "*" not in fields:
        question["search_fields"] = _searched(fields, definition)
    return question | _geo(given, definition) | _distinct(given.get("distinct"), definition)


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
    around = _text(given, "aroundLatLng")
    if not around:
        return {}
    found: dict[str, object] = {"near": around}
    radius = given.get("aroundRadius")
    if radius not in (None, "all", ""):
        found["radius"] = f"{radius}m"
    names = definition.public("is_geo")
    if len(names) > 1:
        found["geo_field"] = names[0]
    if names and not _text(given, "query").strip():
        found["sort"] = f"{names[0]}:near"
    return found


def _distinct(value: object, definition: IndexDefinition) -> dict[str, object]:
    """The best hit of each group, or so many; an index that groups nothing has no groups."""
    if value is None or not definition.groups.fields:
        return {}
    if value in (False, "false", 0, "0"):
        return {"group_by": "none"}
    by = definition.groups.default or definition.groups.fields[0]
    size = value if isinstance(value, int) and not isinstance(value, bool) else 1
    return {"group_by": by, "group_size": min(max(size, 1), 10)}


def _shown(given: Mapping[str, Any]) -> Shown:
    retrieve = _strings(given, "attributesToRetrieve")
    wanted = None if retrieve is None else tuple(n for n in retrieve if not n.startswith("-"))
    snippets = _strings(given, "attributesToSnippet") or ()
    tags = Tags(
        _text(given, "highlightPreTag", "<em>"),
        _text(given, "highlightPostTag", "</em>"),
        _text(given, "snippetEllipsisText", "…"),
    )
    return Shown(
        retrieve=None if wanted is None or "*" in wanted else wanted,
        left_out=tuple(n[1:] for n in retrieve or () if n.startswith("-")),
        highlight=_strings(given, "attributesToHighlight"),
        snippets=tuple(_sized(one) for one in snippets),
        tags=tags,
        values=_integer(given, "maxValuesPerFacet", _VALUES, _MOST_VALUES),
        by_name=_choice(given, "sortFacetValuesBy", FACET_ORDERS) == "alpha",
    )


def _sized(given: str) -> tuple[str, int]:
    name, _, size = given.partition(":")
    return name, max(1, min(int(size), 1000)) if size.isascii() and size.isdigit() else 10


def _facet(given: Mapping[str, Any]) -> FacetWish:
    limit = _integer(given, "maxFacetHits", 10, 100)
    return FacetWish(_text(given, "facet"), _text(given, "facetQuery"), max(1, limit))


def _text(given: Mapping[str, Any], name: str, absent: str = "") -> str:
    value = given.get(name)
    if value is None:
        return absent
    if isinstance(value, bool | int | float):
        return str(value)  # a number that was typed, out of a query string
    if not isinstance(value, str):
        raise RequestError(f"'{name}' must be a string", param=name)
    return value


def _choice(given: Mapping[str, Any], name: str, choices: Sequence[str]) -> str | None:
    """One of these words; None where it is absent. Raises RequestError."""
    value = given.get(name)
    if value in (None, ""):
        return None
    said = str(value).lower() if isinstance(value, bool) else value
    if said not in choices:
        hint = f"one of: {', '.join(choices)}"
        raise RequestError(f"'{name}' cannot be '{str(value)[:50]}'", param=name, hint=hint)
    return str(said)


def attributes_of(values: Iterable[str]) -> tuple[str, ...]:
    """Names out of a query string: repeated, with commas between them, or as a JSON list."""
    parts = (_strings({"": _decoded(value)}, "") or () for value in values)
    return tuple(name for part in parts for name in part)


def _strings(given: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    """A list of strings, or one alone, with commas between several; None where it is absent."""
    value = given.get(name)
    if value is None:
        return None
    if isinstance(value, str):
        return tuple(one.strip() for one in value.split(",") if one.strip())
    if not isinstance(value, Sequence) or not all(isinstance(one, str) for one in value):
        raise RequestError(f"'{name}' must be a list of strings", param=name)
    return tuple(dict.fromkeys(value))


def _integer(given: Mapping[str, Any], name: str, absent: int, most: int) -> int:
    value = given.get(name)
    if value is None:
        return absent
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:12])
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise RequestError(f"'{name}' must be a whole number from 0", param=name)
    return min(value, most)
