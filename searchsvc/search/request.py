"""Turns the parameters of a request into a query, checked against the index's definition."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from searchsvc.domain.definition import IndexDefinition, Typo
from searchsvc.domain.query import (
    NOTHING_APPLIED,
    Applied,
    Filter,
    Match,
    SearchQuery,
    SortKey,
    SuggestQuery,
)
from searchsvc.errors import RequestError, nearest
from searchsvc.search.explain import explained
from searchsvc.search.facets import facet_requests
from searchsvc.search.filter_json import read_filter
from searchsvc.search.filters import parse_filter
from searchsvc.search.parameters import (
    SEARCH_PARAMETERS,
    SIMILAR_PARAMETERS,
    SUGGEST_PARAMETERS,
    read_parameters,
)
from searchsvc.search.planner import Asked, Plan, plan

# Deeper pages cost the engine more than anyone reads.
MAX_WINDOW = 10_000
# How hits are shown; all other parameters decide which they are, or in which order.
_SHOWING = frozenset(
    ("page", "per_page", "cursor", "facets", "facet_limit", "fields", "highlight", "explain")
)
_DECIDING = tuple(one.name for one in SEARCH_PARAMETERS if one.name not in _SHOWING)
_NO_TYPOS = Typo(one_from=1_000_000, two_from=1_000_000)


def search_query(given: Mapping[str, object], definition: IndexDefinition) -> SearchQuery:
    """The query of a search request. Raises RequestError, naming the parameter."""
    values = read_parameters(given, SEARCH_PARAMETERS)
    found = _filter(values["filter"], definition)
    offset = (values["page"] - 1) * values["per_page"]
    if offset + values["per_page"] > MAX_WINDOW:
        message = f"page and per_page reach beyond the first {MAX_WINDOW} hits"
        raise RequestError(message, param="page", hint="narrow the query or add a filter")
    planned, applied = _planned(Asked(values["q"], _typo(values, definition)), values["explain"])
    return SearchQuery(
        index=definition.name,
        text=values["q"],
        terms=planned.terms,
        match=Match.ANY if values["match"] == "any" else Match.ALL,
        filter=found,
        facets=facet_requests(values["facets"], values["facet_limit"], definition, found),
        sort=_sort(values["sort"], definition),
        offset=offset,
        limit=values["per_page"],
        fields=_fields(values["fields"], definition),
        highlight=values["highlight"],
        search_fields=_search_fields(values["search_fields"], definition),
        page=values["page"],
        ignored=planned.ignored,
        applied=applied,
        fingerprint=_fingerprint(values),
    )


def similar_query(given: Mapping[str, object], definition: IndexDefinition) -> SearchQuery:
    """How similar documents are narrowed and shown. Raises RequestError, naming the parameter."""
    values = read_parameters(given, SIMILAR_PARAMETERS)
    return SearchQuery(
        index=definition.name,
        filter=_filter(values["filter"], definition),
        limit=values["per_page"],
        fields=_fields(values["fields"], definition),
        search_fields=_search_fields(values["search_fields"], definition),
    )


def _fingerprint(values: Mapping[str, Any]) -> str:
    deciding = ascii([values[name] for name in _DECIDING])
    return blake2b(deciding.encode(), digest_size=8).hexdigest()


def may_relax(given: Mapping[str, object]) -> bool:
    """Whether a request without hits may be tried again with any of its words."""
    return given.get("match", "auto") == "auto"


def suggest_query(given: Mapping[str, object], definition: IndexDefinition) -> SuggestQuery:
    """The query of a suggest request. Raises RequestError, naming the parameter."""
    values = read_parameters(given, SUGGEST_PARAMETERS)
    planned = plan(Asked(values["q"], _typo(values, definition)))
    return SuggestQuery(definition.name, values["q"], planned.terms, values["limit"])


def _planned(asked: Asked, explain: bool) -> tuple[Plan, Applied]:
    """The plan, and what it applied: its steps one by one only where they are asked for."""
    if not explain:
        return plan(asked), NOTHING_APPLIED
    planned, steps = explained(asked)
    return planned, Applied(steps)


def _filter(given: str | Mapping[str, object], definition: IndexDefinition) -> Filter | None:
    if isinstance(given, str):
        return parse_filter(given, definition)
    return read_filter(given, definition)


def _typo(values: Mapping[str, Any], definition: IndexDefinition) -> Typo:
    return _NO_TYPOS if values["typo"] == "off" else definition.typo


def _sort(names: tuple[str, ...], definition: IndexDefinition) -> tuple[SortKey, ...]:
    keys: dict[str, SortKey] = {}
    for name in names:
        key = _sort_key(name, definition)
        keys.setdefault(key.field, key)
    return tuple(keys.values())


def _sort_key(name: str, definition: IndexDefinition) -> SortKey:
    named = definition.sort_named(name)
    if named is not None:
        return SortKey(named.field, named.descending)
    field, _, direction = name.partition(":")
    sortable = definition.public("sortable")
    if field not in sortable:
        raise RequestError(
            f"cannot sort by '{field[:50]}'",
            param="sort",
            hint=nearest(field[:50], [*sortable, *(key for key, _ in definition.sorts)]),
        )
    if direction not in ("", "asc", "desc"):
        raise RequestError(
            f"cannot sort '{field}' in order '{direction[:50]}'",
            param="sort",
            hint=f"use {field}:asc or {field}:desc",
        )
    return SortKey(field, descending=direction == "desc")


def _fields(names: tuple[str, ...], definition: IndexDefinition) -> tuple[str, ...] | None:
    if not names:
        return None
    return _known(names, definition.public(), "fields", definition)


def _search_fields(names: tuple[str, ...], definition: IndexDefinition) -> tuple[str, ...] | None:
    if not names:
        return None
    return _known(names, definition.public("searchable"), "search_fields", definition)


def _known(
    names: tuple[str, ...], known: list[str], parameter: str, definition: IndexDefinition
) -> tuple[str, ...]:
    for name in names:
        if name not in known:
            message = f"index '{definition.name}' has no such field: '{name[:50]}'"
            raise RequestError(message, param=parameter, hint=nearest(name[:50], known))
    return names
