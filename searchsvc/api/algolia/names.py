"""Names of indices on the wire: an index, one of its orders, or what people search it for.

`products` is the index, `products_cheapest` its sort or ranking of that name,
`products/sort/price:asc` an order by a field, and `products_query_suggestions` holds suggested
queries.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from searchsvc.domain.definition import DEFAULT, IndexDefinition
from searchsvc.errors import UnknownIndex, nearest

SUGGESTIONS = "query_suggestions"
_SORT = "/sort/"


@dataclass(frozen=True, slots=True)
class Target:
    """The index that a name stands for; `sort` "" is the order by the `ranking`."""

    index: str
    sort: str = ""
    ranking: str = DEFAULT
    suggestions: bool = False


def target(name: str, definitions: Mapping[str, IndexDefinition]) -> Target:
    """What a name stands for. Raises UnknownIndex."""
    if name in definitions:
        return Target(name)
    index, slash, order = name.partition(_SORT)
    if slash and index in definitions:
        return Target(index, sort=order)
    for index, definition in definitions.items():
        if name.startswith(f"{index}_"):
            found = _virtual(name.removeprefix(f"{index}_"), definition)
            if found is not None:
                return found
    known = [*definitions, *(one for d in definitions.values() for one in replicas(d))]
    raise UnknownIndex(f"unknown index '{name[:63]}'", hint=nearest(name[:63], known))


def replicas(definition: IndexDefinition) -> list[str]:
    """The names of an index's sorts and rankings."""
    sorts = [name for name, _ in definition.sorts]
    rankings = [one.name for one in definition.rankings if one.name not in sorts]
    return [f"{definition.name}_{name}" for name in (*sorts, *rankings)]


def _virtual(name: str, definition: IndexDefinition) -> Target | None:
    if definition.sort_named(name) is not None:
        return Target(definition.name, sort=name)
    if definition.ranking(name) is not None:
        return Target(definition.name, ranking=name)
    return Target(definition.name, suggestions=True) if name == SUGGESTIONS else None
