"""Reads what Search UI posts: its state as a search of ours, its configuration as a wish.

The configuration comes from a browser. Of the fields and facets that it names, those count that
the index's definition makes public; the others are left out, so that it can neither learn of a
hidden field nor fail for an old one. What a person chose (filters, the order) must be usable.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from searchsvc.api.search_ui.facets import FacetWish, counted, read_facets
from searchsvc.api.search_ui.filters import read_filters
from searchsvc.api.search_ui.given import Given, fault
from searchsvc.domain.definition import IndexDefinition
from searchsvc.search.parameters import SEARCH_PARAMETERS, SUGGEST_PARAMETERS
from searchsvc.search.request import MAX_WINDOW
from searchsvc.search.shape import NATIVE, Shape

PER_PAGE = 20  # what the client assumes where it says nothing
_COMPLETIONS = 5
_MOST_TYPES = 10
_SEARCH = {one.name: one for one in SEARCH_PARAMETERS}
_SUGGEST = {one.name: one for one in SUGGEST_PARAMETERS}
TERM = replace(_SEARCH["q"], name="state.searchTerm")
PAGE = replace(_SEARCH["page"], name="state.current")
SIZE = replace(_SEARCH["per_page"], name="state.resultsPerPage", default=PER_PAGE)
_HITS = replace(_SEARCH["per_page"], name="resultsPerPage", default=0)
_SUGGESTIONS = replace(_SUGGEST["limit"], name="suggestions.size", default=_COMPLETIONS)


@dataclass(frozen=True, slots=True)
class FieldWish:
    """Whether a field comes with a snippet; `fallback`: its escaped text where nothing matched."""

    snippet: bool = False
    fallback: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """A search, and what of its answer is shown; `fields` None: all that are public."""

    parameters: Mapping[str, Any]
    fields: Mapping[str, FieldWish] | None
    facets: Mapping[str, FacetWish] = field(default_factory=dict)
    shape: Shape = NATIVE


@dataclass(frozen=True, slots=True)
class Completions:
    """What is asked of suggestions: for each name the fields that they may come from.

    Without a field they are what people search for.
    """

    parameters: Mapping[str, Any]
    size: int
    fields: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Completion:
    """What is asked while one types: hits, suggestions, and hits among the suggestions."""

    results: Wish | None
    suggestions: Completions | None
    hits: Mapping[str, Wish]


def read_search(
    body: Mapping[str, Any], definition: IndexDefinition, most: int | None = None
) -> Wish:
    """The search of a body, with `most` hits of a page.

    Who uses a page cannot know what its token allows, so more are not refused. Raises RequestError,
    naming the member, or FilterError.
    """
    state, config = _parts(body)
    facets = read_facets(config, definition)
    page, size = state.parameter("current", PAGE), state.parameter("resultsPerPage", SIZE)
    size = min(size, most or size)
    if page * size > MAX_WINDOW:
        hint = "narrow the search or add a filter"
        raise fault(f"reaches beyond the first {MAX_WINDOW} hits", state.at("current"), hint)
    wish = _wish(config, definition, size)
    named = {name: one.ranges for name, one in facets.items()}
    chosen = read_filters(state.items("filters"), config.items("filters"), named)
    counts, shape = counted(facets, chosen)
    asked = {
        **wish.parameters,
        "q": state.parameter("searchTerm", TERM),
        "page": page,
        "sort": _sorts(state, definition),
        "filter": chosen.whole,
        **counts,
    }
    return Wish(asked, wish.fields, facets, shape)


def read_completion(
    body: Mapping[str, Any], definition: IndexDefinition, most: int | None = None
) -> Completion:
    """What a body asks of an autocomplete, `most` of each. Raises RequestError, as above."""
    state, config = _parts(body)
    text = state.parameter("searchTerm", TERM)
    suggestions = config.object("suggestions")
    size = suggestions.parameter("size", _SUGGESTIONS)
    size = min(size, most or size)
    types = dict(suggestions.objects("types"))
    if len(types) > _MOST_TYPES:
        raise fault(f"has more than {_MOST_TYPES} types", suggestions.at("types"))
    results = config.object("results")
    hits = {
        name: _typed(one, definition, text, size, most)
        for name, one in types.items()
        if one.text("queryType") == "results"
    }
    fields = {name: _sources(one, definition) for name, one in types.items() if name not in hits}
    limit = min(most or _SUGGESTIONS.maximum or size, size * max(1, len(fields)))
    return Completion(
        _typed(results, definition, text, _COMPLETIONS, most) if "results" in config else None,
        Completions({"q": text, "limit": limit}, size, fields) if fields else None,
        hits,
    )


def _parts(body: Mapping[str, Any]) -> tuple[Given, Given]:
    given = Given(body)
    if "state" not in given:
        hint = 'post what ApiProxyConnector does: {"state": {"searchTerm": "words"}}'
        raise fault("is missing", "state", hint)
    return given.object("state"), given.object("queryConfig")


def _typed(
    config: Given, definition: IndexDefinition, text: str, size: int, most: int | None
) -> Wish:
    """The hits that are shown while one types."""
    wanted = config.parameter("resultsPerPage", _HITS) or size
    wish = _wish(config, definition, min(wanted, most or wanted))
    chosen = read_filters((), config.items("filters"), {})
    return Wish({**wish.parameters, "q": text, "filter": chosen.whole}, wish.fields)


def _wish(config: Given, definition: IndexDefinition, size: int) -> Wish:
    """Which fields are searched and shown, of those that are public."""
    public, searchable = definition.public(), definition.public("searchable")
    fields = {
        name: FieldWish("snippet" in one, bool(one.object("snippet").flag("fallback")))
        for name, one in config.objects("result_fields")
        if name in public
    }
    asked: dict[str, Any] = {"per_page": size}
    if fields:
        asked |= {"fields": [*fields], "highlight": any(one.snippet for one in fields.values())}
    if found := [name for name, _ in config.objects("search_fields") if name in searchable]:
        asked["search_fields"] = found
    if config.flag("fuzziness") is False:
        asked["typo"] = "off"
    is_wished = any(True for _ in config.objects("result_fields"))
    return Wish(asked, fields if is_wished else None)


def _sorts(state: Given, definition: IndexDefinition) -> list[str]:
    """The orders that are chosen; one that has no direction and no name is none."""
    named = {name for name, _ in definition.sorts}
    orders = [
        (one.text("field"), one.text("direction", "asc", "desc", ""))
        for one in state.items("sortList")
    ]
    if not orders:
        orders = [(state.text("sortField"), state.text("sortDirection", "asc", "desc", ""))]
    return [
        name if name in named else f"{name}:{direction}"
        for name, direction in orders
        if name in named or (name and direction)
    ]


def _sources(config: Given, definition: IndexDefinition) -> tuple[str, ...]:
    """The fields that completions may come from; "" for what people search for."""
    known = set(definition.public("suggest"))
    wished = config.values("fields")
    return tuple(name for name in wished if name in known) if wished else ("",)
