"""Explains the place of a hit, and of two against each other: shares of scores, and what if."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from searchsvc.domain.definition import JOINED_WEIGHT, Weights
from searchsvc.domain.query import Ids, SearchQuery
from searchsvc.errors import RequestError
from searchsvc.relevance.explanation import (
    ROUNDING,
    Confirmed,
    Difference,
    Explained,
    Explanation,
)
from searchsvc.relevance.features import FeatureLog, weights_of
from searchsvc.relevance.shares import Model, Part, Source
from searchsvc.relevance.told import told
from searchsvc.relevance.what_if import (
    WeightChange,
    rounded,
    weight_changes,
    with_weight,
    word_changes,
)
from searchsvc.search.filter_parts import joined
from searchsvc.search.service import SearchService
from searchsvc.telemetry.stages import Stages

_MOST_CHANGES, _MOST_WORDS = 4, 3
_HALVINGS = 7  # of the way to a weight, each by asking the engine

# The parts of a score, what boosts make of them, and whether it stands behind.
_Apart: TypeAlias = tuple[tuple[Part, ...], float, bool]


class Explainer:
    """Explains hits of `search`."""

    def __init__(self, search: SearchService) -> None:
        self._search = search

    async def explain(
        self, index: str, id: str, vs: str | None, parameters: Mapping[str, object], stages: Stages
    ) -> Explanation:
        """One hit of a search, or two of them. Raises RequestError, and as `SearchService.why`."""
        if vs == id:
            hint = "name another document, or leave it out"
            raise RequestError(f"'{id}' cannot stand against itself", param="vs", hint=hint)
        why = await self._search.why(index, id, parameters, stages)
        other = await self._search.why(index, vs, parameters, stages) if vs is not None else None
        query, hits = why.query, [one for one in (why, other) if one is not None and one.hit]
        found = Explanation(query.ranking, Explained(why), Explained(other) if other else None)
        if hits and query.terms and not query.sort:
            found = await self._apart(found, query, [one.id for one in hits])
        stages.lap("engine")
        return replace(found, reasons=tuple(told(found)))

    async def _apart(
        self, found: Explanation, query: SearchQuery, ids: Sequence[str]
    ) -> Explanation:
        live, _ = self._search.basis(query.index)
        weights = weights_of(live.definition, query)
        log = FeatureLog(self._search.found, live.definition, query.search_fields)
        features = await log.features(query, ids, ())
        if not query.scored:
            # What boosts make of it would tell a field that nobody may see.
            features = replace(features, factors=())
        model = Model(tuple(term.text for term in query.terms[: len(features.words)]), features)
        served = await self._served(query, ids) if query.scored else {}
        parts = {
            id: (
                tuple(model.parts(n, weights, served.get(id))),
                model.factor(n),
                model.is_behind(n),
            )
            for n, id in enumerate(features.ids)
        }
        hit = _with_parts(found.hit, parts)
        if found.other is None:
            return replace(found, hit=hit)
        other = _with_parts(found.other, parts)
        if len(parts) < 2:
            return replace(found, hit=hit, other=other)
        ahead = _is_ahead(hit, other)
        if hit.behind != other.behind:  # which decides alone
            return replace(found, hit=hit, other=other, ahead=ahead)
        found = replace(found, hit=hit, other=other, differences=_differences(hit, other))
        if ahead or hit.why.pinned or other.why.pinned:
            return replace(found, ahead=ahead)
        return await self._what_if(found, query, model, weights)

    async def _what_if(
        self, found: Explanation, query: SearchQuery, model: Model, weights: Weights
    ) -> Explanation:
        ids = model.features.ids
        own = ids.index(found.hit.why.id)
        other = 1 - own
        confirmed: list[Confirmed] = []
        for change in weight_changes(model, weights, own, other):
            weight = await self._nearest(query, weights, change, (ids[own], ids[other]))
            if weight is not None:
                together = dict(weights)[JOINED_WEIGHT]
                confirmed.append(Confirmed(change.field, change.now, weight, together))
            if len(confirmed) == _MOST_CHANGES:
                break
        words = word_changes(model, weights, own, other)[:_MOST_WORDS]
        return replace(found, weights=tuple(confirmed), words=tuple(words))

    async def _nearest(
        self, query: SearchQuery, weights: Weights, change: WeightChange, ids: tuple[str, str]
    ) -> float | None:
        """The nearest weight that the engine confirms, to a hundredth of the way or better."""
        ahead = None
        for weight in change.tries:
            if await self._passes(query, with_weight(weights, change.field, weight), ids):
                ahead = weight
                break
        if ahead is None:
            return None
        behind = change.now
        for _ in range(_HALVINGS):
            middle = (behind + ahead) / 2
            if await self._passes(query, with_weight(weights, change.field, middle), ids):
                ahead = middle
            else:
                behind = middle
        return rounded(ahead, up=ahead > change.now)

    async def _served(self, query: SearchQuery, ids: Sequence[str]) -> Mapping[str, float]:
        result = await self._search.found(_only(query, ids))
        return {hit.id: hit.score or 0.0 for hit in result.hits}

    async def _passes(self, query: SearchQuery, weights: Weights, ids: tuple[str, str]) -> bool:
        """Whether the engine, asked with these weights, puts the first of them first."""
        result = await self._search.found(replace(_only(query, ids), weights=weights))
        return bool(result.hits) and result.hits[0].id == ids[0]


def _only(query: SearchQuery, ids: Sequence[str]) -> SearchQuery:
    """The same scores, of these documents alone."""
    return replace(
        query, filter=joined(query.filter, Ids(tuple(ids))), pins=(), facets=(), fields=(),
        highlight=False, offset=0, limit=len(ids), after=None, grouping=None,
    )  # fmt: skip


def _with_parts(one: Explained, parts: Mapping[str, _Apart]) -> Explained:
    found, factor, behind = parts.get(one.why.id, ((), 1.0, False))
    return replace(one, parts=found, factor=factor, behind=behind)


def _is_ahead(hit: Explained, other: Explained) -> bool:
    """By the places that were served; by scores where both are far behind."""
    ranks = hit.why.rank, other.why.rank
    if ranks[0] is not None and ranks[1] is not None:
        return ranks[0] < ranks[1]
    return ranks[0] is not None or (ranks[1] is None and hit.score > other.score)


def _unboosted(one: Explained) -> dict[tuple[Source, str, str], float]:
    """What each part scores by itself, and what boosts add to all of them.

    A boost would seem to be of words otherwise, as it multiplies each of them.
    """
    factor = one.factor or 1.0  # 0 of a document that was gone when boosts were asked for
    found = {(p.source, p.word, p.field): p.score / factor for p in one.parts}
    if abs(factor - 1) > ROUNDING:
        found[Source.BOOSTS, "", ""] = one.score - one.score / factor
    return found


def _differences(hit: Explained, other: Explained) -> tuple[Difference, ...]:
    """What differs, the largest part first."""
    here, there = _unboosted(hit), _unboosted(other)
    whole = other.score - hit.score
    found = [
        Difference(*key, here.get(key, 0.0), there.get(key, 0.0), 0.0)
        for key in dict.fromkeys((*there, *here))
    ]
    shared = (replace(one, share=(one.there - one.here) / whole if whole else 0.0) for one in found)
    return tuple(sorted(shared, key=lambda one: -abs(one.there - one.here)))
