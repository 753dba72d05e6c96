"""The bodies of search requests, put together of words, filters, facets and an order."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from searchsvc.domain.definition import DEFAULT, Decay, Field
from searchsvc.domain.query import Filter, SearchQuery, SuggestQuery, Term
from searchsvc.engines import suggestions
from searchsvc.engines.analysis import fold
from searchsvc.engines.clauses import Clause, clauses
from searchsvc.engines.decays import MICROSECONDS
from searchsvc.engines.elastic.facets import aggregations, terms
from searchsvc.engines.elastic.filters import Native, passing
from searchsvc.engines.elastic.order import order
from searchsvc.engines.elastic.plan import Plan
from searchsvc.engines.elastic.query import Group, Words, boosted, group
from searchsvc.search.narrowing import narrowed

_VALUES = 1_000  # values of one field that are looked through for those that begin as typed


def search_body(
    plan: Plan, query: SearchQuery, cut: Sequence[Clause[Group]], *, misspelt: bool
) -> Native:
    """One search: its hits, their order and its facets."""
    fields = plan.searched(query.search_fields, query.weights)
    joined = plan.joined(query.search_fields, query.weights)
    words = Words(plan, query, cut, fields, joined, misspelt=misspelt)
    ranked = bool(query.limit) and not query.sort
    narrow = narrowed([query.filter, *(facet.filter for facet in query.facets)])
    counted = [replace(facet, filter=narrow.rest(facet.filter)) for facet in query.facets]
    found = _ranked(plan, words.scoring, query) if ranked else words.matching
    if narrow.candidates is not None:
        found = {"bool": {"must": [found], "filter": [passing(narrow.candidates, plan)]}}
    # Facets have filters of their own; what is left of the query's narrows the hits alone.
    rest, asked = narrow.rest(query.filter), aggregations(counted, plan)
    return {
        "query": found,
        "track_total_hits": True,
        "size": query.limit,
        "sort": order(query.sort, plan),
        **({"from": query.offset} if query.after is None else {"search_after": query.after.values}),
        **({} if rest is None else {"post_filter": passing(rest, plan)}),
        **({"aggs": asked} if asked else {}),
    }


def _ranked(plan: Plan, found: Native, query: SearchQuery) -> Native:
    """The scores times what the ranking's boosts, and the query's own, say of each document."""
    ranked = _ranked_by(plan, boosted(found, query.boosts, plan), query.ranking)
    ranking = plan.definition.ranking(query.ranking)
    for decay in ranking.decays if ranking else ():
        ranked = _recent(ranked, decay, query.now, plan)
    return ranked


def _ranked_by(plan: Plan, query: Native, ranking: str) -> Native:
    column = plan.column(ranking)
    if not column:
        return query
    factor = {"field": column, "missing": 1.0}
    how = {"field_value_factor": factor, "boost_mode": "multiply"}
    return {"function_score": {"query": query, **how}}


def _recent(query: Native, decay: Decay, now: int, plan: Plan) -> Native:
    """The scores times what the decay says. A server takes what is to come for as old as that."""
    one = plan.fields.get(decay.field)
    if one is None or not one.sort:
        return query
    how = {"origin": now, "scale": decay.half_life * MICROSECONDS, "decay": 0.5}
    functions = [
        {"weight": 1.0},
        {"filter": {"range": {one.sort: {"gt": now}}}, "weight": decay.weight},
        {
            "filter": {"range": {one.sort: {"lte": now}}},
            "exp": {one.sort: how},
            "weight": decay.weight,
        },
    ]
    modes = {"score_mode": "sum", "boost_mode": "multiply"}
    return {"function_score": {"query": query, "functions": functions, **modes}}


def text_body(plan: Plan, query: SuggestQuery, texts: Sequence[Field], *, misspelt: bool) -> Native:
    """The documents whose `texts` match what has been typed."""
    words = _words(plan, query.terms, texts, misspelt=misspelt)
    return {
        "query": _within(_ranked_by(plan, words.scoring, DEFAULT), query.filter, plan),
        "size": query.limit * suggestions.OVERSAMPLE,
        "sort": order((), plan),
    }


def words_body(plan: Plan, words: Mapping[str, Collection[str]]) -> Native:
    """A document that says just these words, to be told what the index holds of them."""
    said: dict[str, Native] = {}
    for name, some in words.items():
        one = plan.fields.get(name)
        if one is not None and one.words:
            said[one.root] = {"words": [fold(word) for word in some]}
    shown = dict.fromkeys(("positions", "offsets", "payloads"), False)
    return {"doc": said, "term_statistics": True, "field_statistics": True, **shown}


def _within(query: Native, filter: Filter | None, plan: Plan) -> Native:
    if filter is None:
        return query
    return {"bool": {"must": [query], "filter": [passing(filter, plan)]}}


def value_body(
    plan: Plan, field: Field, wanted: Sequence[Term], filter: Filter | None = None
) -> Native:
    """The commonest values of the documents in which `field` matches."""
    words = _words(plan, wanted, [field], misspelt=True)
    counts = {"values": terms(plan.of(field), _VALUES)}
    return {"query": _within(words.matching, filter, plan), "size": 0, "aggs": counts}


def _words(plan: Plan, terms: Sequence[Term], fields: Sequence[Field], *, misspelt: bool) -> Words:
    query = SearchQuery(plan.definition.name)
    return Words(plan, query, clauses(terms, (), group), fields, misspelt=misspelt)
