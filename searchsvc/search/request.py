"""Turns the parameters of a request into a query, checked against the index's definition."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from typing import Any

from searchsvc.domain.curation import NO_CURATION, Curation
from searchsvc.domain.definition import DEFAULT, IndexDefinition, Ranking, Typo
from searchsvc.domain.query import (
    NOTHING_APPLIED,
    Applied,
    FacetSearch,
    Filter,
    Ids,
    Match,
    Not,
    PlanStep,
    SearchQuery,
    SuggestQuery,
)
from searchsvc.errors import RequestError, nearest
from searchsvc.search.explain import explained
from searchsvc.search.facets import facet_requests, refuse_unsearchable
from searchsvc.search.filter_json import read_filter
from searchsvc.search.filter_parts import joined, parts_of
from searchsvc.search.filters import parse_filter
from searchsvc.search.forced import NOTHING_FORCED, Forced
from searchsvc.search.grouping import grouping_of
from searchsvc.search.moment import as_of
from searchsvc.search.orders import sort_keys
from searchsvc.search.parameters import (
    FACET_PARAMETERS,
    SEARCH_PARAMETERS,
    SIMILAR_PARAMETERS,
    SUGGEST_PARAMETERS,
    WHY_PARAMETERS,
    read_parameters,
)
from searchsvc.search.planner import NEVER, Asked, Plan, plan
from searchsvc.search.regions import near_of, regions_of
from searchsvc.search.rules import Consequences, consequences, holding
from searchsvc.search.scores import tells_scores
from searchsvc.search.shape import NATIVE, Shape
from searchsvc.search.spoken import of_language
from searchsvc.search.stopwords import stop_words

# Deeper pages cost the engine more than anyone reads.
MAX_WINDOW = 10_000
_DECIDING = tuple(one.name for one in WHY_PARAMETERS)
# Letters: a completion is seen before it is chosen, so it may guess a letter earlier than a search.
_LEAST_FORGIVEN = 3
_NO_TYPOS = Typo(one_from=1_000_000, two_from=1_000_000)


def search_query(
    given: Mapping[str, object],
    definition: IndexDefinition,
    curation: Curation = NO_CURATION,
    now: datetime = NEVER,
    forced: Forced = NOTHING_FORCED,
    shape: Shape = NATIVE,
) -> SearchQuery:
    """The query of a search request, curated and narrowed to what is `forced`.

    Raises RequestError, naming the parameter, or KeyForbids.
    """
    whole, definition = definition, forced.seen(definition)
    values = forced.bounded(read_parameters(given, SEARCH_PARAMETERS), given)
    near = near_of(values, definition)
    given_filter = _filter(values["filter"], definition)
    found = joined(*parts_of(given_filter), *regions_of(values, definition))
    offset, limit = shape.window or (
        (values["page"] - 1) * values["per_page"],
        values["per_page"],
    )
    forced.refuse_window(limit)
    if offset + limit > MAX_WINDOW:
        message = f"page and per_page reach beyond the first {MAX_WINDOW} hits"
        raise RequestError(message, param="page", hint="narrow the query or add a filter")
    grouping = grouping_of(values, definition)
    told = near if near is None or near.field in definition.public() else None
    sort = sort_keys(values["sort"], definition, near)
    ranking = _ranking(values["ranking"] or DEFAULT, definition)
    typed = values["q"]
    spared = stop_words(definition, values["lang"])
    asked = Asked(typed, _typo(values, definition), curation, found, bool(sort), spared, now)
    planned, steps = explained(asked) if values["explain"] else (plan(asked), None)
    imposed = joined(_imposed(planned), of_language(values["lang"], definition), forced.filter)
    facets = facet_requests(values["facets"], values["facet_limit"], definition, found, imposed)
    others = (r for count in shape.counts for r in count.requests(definition, imposed))
    preferred = tuple(one.boosted(definition) for one in shape.preferred)
    return SearchQuery(
        index=definition.name,
        text=typed if planned.rewrite is None else planned.rewrite,
        terms=planned.terms,
        alternatives=planned.alternatives,
        match=Match.ANY if values["match"] == "any" else Match.ALL,
        filter=joined(found, imposed),
        facets=(*facets, *others),
        sort=sort,
        ranking=ranking.name,
        weights=ranking.weights,
        all_words=ranking.all_words,
        now=as_of(now, ranking),
        offset=offset,
        limit=limit,
        fields=_fields(values["fields"], definition),
        highlight=values["highlight"],
        snippets=shape.snippets,
        search_fields=_search_fields(values["search_fields"], definition),
        near=told,
        page=values["page"],
        pins=planned.pins,
        boosts=planned.boosts if sort else (*planned.boosts, *preferred),
        ignored=planned.ignored,
        applied=_applied(planned, forced.shown(steps)),
        fingerprint=_fingerprint(values, planned, forced.mark),
        grouping=grouping,
        highlighted=definition.marked,
        scored=tells_scores(definition, whole, ranking, planned.boosts),
    )


def similar_query(
    given: Mapping[str, object],
    definition: IndexDefinition,
    now: datetime = NEVER,
    forced: Forced = NOTHING_FORCED,
) -> SearchQuery:
    """How similar documents are narrowed and shown. Raises as `search_query` does."""
    whole, definition = definition, forced.seen(definition)
    ranking = _ranking(DEFAULT, definition)
    values = forced.bounded(read_parameters(given, SIMILAR_PARAMETERS), given)
    return SearchQuery(
        index=definition.name,
        filter=joined(_filter(values["filter"], definition), forced.filter),
        limit=values["per_page"],
        fields=_fields(values["fields"], definition),
        search_fields=_search_fields(values["search_fields"], definition),
        now=as_of(now, ranking),
        scored=tells_scores(definition, whole, ranking, ()),
    )


def _fingerprint(values: Mapping[str, Any], planned: Plan, mark: str) -> str:
    """Of what was asked, of what synonyms and rules made of it, and of what is forced."""
    curated = planned[2:] if planned.rules or planned.synonyms else ()
    deciding = ascii([*(values[name] for name in _DECIDING), curated, *([mark] if mark else ())])
    return blake2b(deciding.encode(), digest_size=8).hexdigest()


def ranked(
    query: SearchQuery, name: str, definition: IndexDefinition, now: datetime
) -> SearchQuery:
    """The same query by that ranking. Raises RequestError where there is none."""
    ranking = _ranking(name, definition)
    return replace(
        query,
        ranking=ranking.name,
        weights=ranking.weights,
        all_words=ranking.all_words,
        now=as_of(now, ranking),
    )


def may_relax(given: Mapping[str, object]) -> bool:
    """Whether a request without hits may be tried again with any of its words."""
    return given.get("match", "auto") == "auto"


def facet_search(
    given: Mapping[str, object],
    field: str,
    definition: IndexDefinition,
    curation: Curation = NO_CURATION,
    now: datetime = NEVER,
    forced: Forced = NOTHING_FORCED,
) -> FacetSearch:
    """The values of a facet, counted as it is in a search. Raises as `search_query` does."""
    values = read_parameters(given, FACET_PARAMETERS)
    refuse_unsearchable(field, forced.seen(definition))
    searched = {name: value for name, value in given.items() if name not in ("query", "limit")}
    searched |= {"q": values["query"], "per_page": 0, "facets": field}
    within = search_query(searched, definition, curation, now, forced)
    within = replace(within, filter=within.facets[0].filter, facets=())
    planned = plan(Asked(values["q"], _typo(values, definition)))
    return FacetSearch(within, field, values["q"], planned.terms, values["limit"])


def suggest_query(
    given: Mapping[str, object],
    definition: IndexDefinition,
    curation: Curation = NO_CURATION,
    now: datetime = NEVER,
    forced: Forced = NOTHING_FORCED,
) -> SuggestQuery:
    """The query of a suggest request. Raises as `search_query` does.

    Of the rules, those that hold whatever is typed narrow it: nobody is offered what is hidden.
    """
    definition = forced.seen(definition)
    values = forced.bounded(read_parameters(given, SUGGEST_PARAMETERS), given, "limit")
    typo, found = _typo(values, definition), _filter(values["filter"], definition)
    planned = plan(Asked(values["q"], typo))
    ruled = consequences(holding(Curation(always=curation.always), (), found, now))
    spoken = of_language(values["lang"], definition)
    narrowed = joined(found, _imposed(ruled), spoken, forced.filter)
    return SuggestQuery(
        definition.name, values["q"], planned.terms, values["limit"], narrowed,
        max(_LEAST_FORGIVEN, typo.one_from - 1), definition.suggested,
        bool(definition.suggest_scope),
    )  # fmt: skip


def _imposed(ruled: Plan | Consequences) -> Filter | None:
    """What rules ask of every hit, and of every document that a facet counts."""
    hidden = Not(Ids(ruled.hides)) if ruled.hides else None
    return joined(*(stated.filter for stated in ruled.filters), hidden)


def _applied(planned: Plan, steps: tuple[PlanStep, ...] | None) -> Applied:
    if not planned.rules and not planned.synonyms and steps is None:
        return NOTHING_APPLIED
    typed = None if planned.rewrite is None else planned.asked.text
    return Applied(typed, planned.rules, planned.synonyms, planned.redirect, steps)


def _filter(given: str | Mapping[str, object], definition: IndexDefinition) -> Filter | None:
    if isinstance(given, str):
        return parse_filter(given, definition)
    return read_filter(given, definition)


def _typo(values: Mapping[str, Any], definition: IndexDefinition) -> Typo:
    return _NO_TYPOS if values["typo"] == "off" else definition.typo


def _ranking(name: str, definition: IndexDefinition) -> Ranking:
    found = definition.ranking(name)
    if found is None:
        message = f"index '{definition.name}' has no ranking '{name}'"
        hint = nearest(name, [one.name for one in definition.all_rankings])
        raise RequestError(message, param="ranking", hint=hint)
    return found


def _fields(names: tuple[str, ...], definition: IndexDefinition) -> tuple[str, ...] | None:
    if not names:
        return definition.returned
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
