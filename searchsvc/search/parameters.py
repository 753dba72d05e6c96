"""The parameters of a search and of a suggest request: one table for parser, docs and OpenAPI."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from searchsvc.domain.definition import DEFAULT
from searchsvc.errors import RequestError, UnknownParameter, nearest
from searchsvc.search.regions import read_box, read_distance, read_point

Kind: TypeAlias = Literal[
    "string", "integer", "boolean", "list", "filter", "point", "distance", "box"
]

_BOOLEANS = {"true": True, "false": False}
_MAX_ITEMS = 100
_GEO: Mapping[str, Callable[[object], object]] = {
    "point": read_point,
    "distance": read_distance,
    "box": read_box,
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. `minimum` and `maximum` bound a number, or the length of a string.

    A `list` is a JSON array of strings, or in a query string one value with commas; a `filter` is
    a string, or a JSON object. A `point`, a `distance` and a `box` are strings too, or in JSON an
    object, a number and an array of numbers; an empty string gives None.
    """

    name: str
    kind: Kind
    description: str
    default: str | int | bool | None = None
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[str, ...] = ()
    absent: Any = field(init=False)  # the default, as `read` gives it

    def __post_init__(self) -> None:
        object.__setattr__(self, "absent", self.read(self.default))

    def read(self, value: object) -> Any:
        """`value` as this parameter's type. Raises RequestError naming it."""
        if self.kind == "list":
            return self._list(value)
        if self.kind in _GEO:
            return self._geo(value)
        if isinstance(value, list):
            raise self._error("was given more than once, or as a list")
        if self.kind == "filter" and isinstance(value, dict):
            return value
        if self.kind == "integer":
            return self._integer(value)
        if self.kind == "boolean":
            return self._boolean(value)
        return self._string(value)

    def _string(self, value: object) -> str:
        if not isinstance(value, str):
            wanted = "a string or an object" if self.kind == "filter" else "a string"
            raise self._error(f"must be {wanted}")
        if self.choices and value not in self.choices:
            named = [choice for choice in self.choices if choice]
            raise self._error(f"cannot be '{value[:50]}'", nearest(value, named))
        if self.maximum is not None and len(value) > self.maximum:
            raise self._error(f"is longer than {self.maximum} characters")
        return value

    def _integer(self, value: object) -> int:
        number = _as_integer(value)
        if number is None:
            raise self._error("must be a whole number")
        if self.minimum is not None and number < self.minimum:
            raise self._error(f"must be at least {self.minimum}")
        if self.maximum is not None and number > self.maximum:
            raise self._error(f"must be at most {self.maximum}")
        return number

    def _geo(self, value: object) -> object:
        if value == "":
            return None
        try:
            return _GEO[self.kind](value)
        except ValueError as error:
            raise self._error("cannot be used", str(error)) from None

    def _boolean(self, value: object) -> bool:
        found = _BOOLEANS.get(value) if isinstance(value, str) else value
        if not isinstance(found, bool):
            raise self._error("must be true or false")
        return found

    def _list(self, value: object) -> tuple[str, ...]:
        if isinstance(value, str):
            items: Sequence[object] = [v.strip() for v in value.split(",")] if value else ()
        elif isinstance(value, list):
            items = value
        else:
            raise self._error("must be a list of strings")
        if not all(isinstance(item, str) for item in items):
            raise self._error("must be a list of strings")
        if len(items) > _MAX_ITEMS:
            raise self._error(f"has more than {_MAX_ITEMS} items")
        return tuple(dict.fromkeys(str(item) for item in items))

    def _error(self, fault: str, hint: str = "") -> RequestError:
        return RequestError(f"parameter '{self.name}' {fault}", param=self.name, hint=hint)


def _as_integer(value: object) -> int | None:
    """A JSON integer, or ASCII digits with an optional minus.

    More than 18 digits are read as a number that is as far beyond every bound: to read thousands
    of them takes long.
    """
    if isinstance(value, float) and abs(value) >= 2**63 and value.is_integer():
        return int(value)  # as JSON's readers give a whole number of so many digits
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str) or not value.isascii():
        return None
    digits = value.removeprefix("-")
    if not digits.isdigit():
        return None
    number = int(digits.lstrip("0")[:19] or 0)
    return -number if value.startswith("-") else number


_QUERY = Parameter(
    "q",
    "string",
    "What was typed; empty, or only spaces, matches every document.",
    "",
    maximum=1000,
)
_TYPO = Parameter(
    "typo", "string", "`off` takes every word as it stands.", "auto", choices=("auto", "off")
)

SEARCH_PARAMETERS: tuple[Parameter, ...] = (
    _QUERY,
    Parameter("page", "integer", "Which page of hits, from 1.", 1, minimum=1, maximum=10_000),
    Parameter("per_page", "integer", "Hits on a page.", 10, minimum=0, maximum=100),
    Parameter(
        "cursor",
        "string",
        "The `next_cursor` of an answer to the same search, in place of a page.",
        "",
        maximum=60_000,
    ),
    Parameter(
        "filter",
        "filter",
        "A filter expression, in a body also an object; see docs/filters.md.",
        "",
        maximum=4096,
    ),
    Parameter("facets", "list", "Facet fields to count; `*` for all.", ""),
    Parameter("facet_limit", "integer", "Values of each facet.", 10, minimum=1, maximum=1000),
    Parameter(
        "sort", "list", "Named sorts, or `field:asc`, `field:desc`; by relevance without.", ""
    ),
    Parameter("ranking", "string", "How relevance ranks; `default` without.", DEFAULT, maximum=64),
    Parameter(
        "near", "point", "From where distances are told: latitude and longitude; `lat,lng`.", ""
    ),
    Parameter("radius", "distance", "Hits within so far of `near`: metres, or `5km`, `3mi`.", ""),
    Parameter("box", "box", "Hits between these sides: `south,west,north,east`.", ""),
    Parameter(
        "geo_field",
        "string",
        "Of which field `near`, `radius` and `box` speak; needed where several are `geo`.",
        "",
        maximum=64,
    ),
    Parameter(
        "group_by",
        "string",
        "One hit for all that share a value of this field; `none`: each document by itself.",
        "",
        maximum=64,
    ),
    Parameter("group_size", "integer", "Hits of each group.", 1, minimum=1, maximum=10),
    Parameter("fields", "list", "Fields of a document to return; all that are public without.", ""),
    Parameter("search_fields", "list", "Look the words up in these fields only.", ""),
    Parameter("highlight", "boolean", "Whether hits carry highlights.", default=True),
    Parameter(
        "match",
        "string",
        "`all`: a hit holds every word; `any`: one; `auto`: all, or any where few hold all.",
        "auto",
        choices=("auto", "all", "any"),
    ),
    _TYPO,
    Parameter(
        "lang",
        "string",
        "Only documents of this language; in all languages of the index without.",
        "",
        maximum=8,
    ),
    Parameter(
        "explain", "boolean", "Whether the answer tells how the query was made.", default=False
    ),
)

# What decides which documents are hits, and in which order; the others say how hits are shown.
WHY_PARAMETERS = tuple(
    parameter
    for parameter in SEARCH_PARAMETERS
    if parameter.name
    not in (
        "page",
        "per_page",
        "cursor",
        "facets",
        "facet_limit",
        "fields",
        "highlight",
        "explain",
        "group_by",
        "group_size",
    )
)

_SHARED = {parameter.name: parameter for parameter in SEARCH_PARAMETERS}

FACET_PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "q", "string", "What was typed of a value; empty gives the commonest.", "", maximum=1000
    ),
    Parameter(
        "query",
        "string",
        "The `q` of the search in whose results the values are counted.",
        "",
        maximum=1000,
    ),
    Parameter("limit", "integer", "How many values.", 10, minimum=1, maximum=100),
    *(
        _SHARED[name]
        for name in (
            "filter",
            "near",
            "radius",
            "box",
            "geo_field",
            "search_fields",
            "match",
            "typo",
            "lang",
        )
    ),
)

SIMILAR_PARAMETERS: tuple[Parameter, ...] = (
    _SHARED["per_page"],
    _SHARED["filter"],
    _SHARED["fields"],
    Parameter("search_fields", "list", "Compare these fields only.", ""),
)

SUGGEST_PARAMETERS: tuple[Parameter, ...] = (
    _QUERY,
    Parameter("limit", "integer", "Suggestions of each kind.", 8, minimum=1, maximum=50),
    _SHARED["filter"],
    _SHARED["lang"],
    _TYPO,
)


def read_parameters(given: Mapping[str, object], table: tuple[Parameter, ...]) -> dict[str, Any]:
    """Every parameter of `table` with its value or default.

    Raises UnknownParameter, or RequestError for a value that cannot be used.
    """
    refuse_unknown(given, [parameter.name for parameter in table])
    return {
        parameter.name: parameter.read(given[parameter.name])
        if parameter.name in given
        else parameter.absent
        for parameter in table
    }


def refuse_unknown(given: Iterable[str], known: Collection[str]) -> None:
    """Raises UnknownParameter for the first name that is none, with the nearest that is."""
    for name in given:
        if name not in known:
            message = f"unknown parameter '{name[:50]}'"
            raise UnknownParameter(message, param=name[:50], hint=nearest(name[:50], known))
