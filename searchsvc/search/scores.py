"""Whether a caller may be told scores: a score tells the value of a field that it is made of."""

from collections.abc import Iterable
from dataclasses import replace

from searchsvc.domain.allowlists import Use
from searchsvc.domain.definition import IndexDefinition, Ranking
from searchsvc.domain.query import Boosted
from searchsvc.domain.result import Hit, SearchResult
from searchsvc.search.filter_parts import fields_of
from searchsvc.search.filters import parse_filter

_MOST_KEPT = 256
# Worked out once for each definition: a condition is a text that has to be read.
_kept: dict[int, tuple[IndexDefinition, dict[str, frozenset[str]]]] = {}


def ranked_by(definition: IndexDefinition, ranking: Ranking) -> frozenset[str]:
    """The fields whose values boosts and decays of the ranking go by."""
    if not (ranking.boosts or ranking.decays):
        return frozenset()
    held = _kept.get(id(definition))
    if held is None or held[0] is not definition:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        held = _kept[id(definition)] = definition, {}
    found = held[1].get(ranking.name)
    if found is None:
        found = held[1][ranking.name] = _read(definition, ranking)
    return found


def may_rank(seen: IndexDefinition, names: Iterable[str]) -> bool:
    """Whether a caller who sees the index so may learn of the order of these fields."""
    fields = (seen.field(name) for name in names)
    return all(field is not None and seen.allows(field, Use.SORT) for field in fields)


def tells_scores(
    seen: IndexDefinition, definition: IndexDefinition, ranking: Ranking, by: Iterable[Boosted]
) -> bool:
    """Whether the caller may know all that multiplies a score, boosts of rules included."""
    conditions = (boosted.condition.filter for boosted in by)
    names = ranked_by(definition, ranking).union(*(fields_of(one) for one in conditions))
    return may_rank(seen, names)


def unscored(result: SearchResult) -> SearchResult:
    """The same hits in the same order, without their scores."""
    return replace(result, hits=tuple(_unscored(hit) for hit in result.hits))


def _unscored(hit: Hit) -> Hit:
    if hit.group is None:
        return replace(hit, score=None)
    others = tuple(_unscored(other) for other in hit.group.hits)
    return replace(hit, score=None, group=replace(hit.group, hits=others))


def _read(definition: IndexDefinition, ranking: Ranking) -> frozenset[str]:
    names = {one.field for one in ranking.decays}
    names |= {one.field for one in ranking.boosts if one.field}
    for one in ranking.boosts:
        found = parse_filter(one.when, definition) if one.when else None
        names |= fields_of(found) if found is not None else set()
    return frozenset(names)
