"""Turns Search UI's filters into one filter of ours, as JSON.

    {"field": "price", "type": "any", "values": [{"from": 10, "to": 20, "name": "cheap"}, 99]}

A range holds its `from` and not its `to`, as our facets count. One that is only named is one of
those that the facet of its field is configured with.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from searchsvc.api.search_ui.given import Given, scalar
from searchsvc.errors import FilterError

Native: TypeAlias = Mapping[str, Any]
Ranges: TypeAlias = Mapping[str, Mapping[str, Any]]  # by their names

_JOINERS = {"all": "and", "any": "or", "none": "or"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """Filters, each with the field that it speaks of: the page's own, and those of its state."""

    fixed: tuple[tuple[str, Native], ...] = ()
    parts: tuple[tuple[str, Native], ...] = ()

    @property
    def whole(self) -> Native:
        """What passes all of them; {} for everything."""
        return _joined(part for _, part in (*self.parts, *self.fixed))

    @property
    def fixed_fields(self) -> frozenset[str]:
        """The fields of the page's own."""
        return frozenset(field for field, _ in self.fixed)

    def without(self, field: str) -> Native:
        """What passes all but what was chosen of that field."""
        others = [(name, part) for name, part in self.parts if name != field]
        return _joined(part for _, part in (*others, *self.fixed))


def read_filters(
    state: Iterable[Given], config: Iterable[Given], named: Mapping[str, Ranges]
) -> Chosen:
    """The filters. Raises RequestError or FilterError; `named`: ranges of each field's facet."""
    fixed = _read(config, named)
    # The client sends those of its configuration in the state as well.
    return Chosen(fixed, tuple(one for one in _read(state, named) if one not in fixed))


def _read(filters: Iterable[Given], named: Mapping[str, Ranges]) -> tuple[tuple[str, Native], ...]:
    found = [(field := one.text("field"), _filter(one, named.get(field, {}))) for one in filters]
    return tuple((field, part) for field, part in found if part is not None)


def _joined(found: Iterable[Native]) -> Native:
    parts = list(found)
    return {"and": parts} if parts else {}


def _filter(given: Given, named: Ranges) -> Native | None:
    field, kind = given.text("field"), given.text("type", *_JOINERS) or "all"
    if not field:
        hint = 'like: {"field": "brand", "type": "any", "values": ["Apple"]}'
        raise FilterError(f"'{given.where}' names no field", hint=hint)
    values = given.values("values")
    if not values:
        return None
    found = _all_or_any(field, values, kind, named, given)
    return {"not": found} if kind == "none" else found


def _all_or_any(
    field: str, values: Sequence[Any], kind: str, named: Ranges, given: Given
) -> Native:
    plain = not any(isinstance(value, Mapping | list) or value in named for value in values)
    at = given.at("values")
    if plain and kind != "all":
        return {"field": field, "in": [scalar(value, at) for value in values]}
    parts = [_condition(field, value, named, given) for value in values]
    return parts[0] if len(parts) == 1 else {_JOINERS[kind]: parts}


def _condition(field: str, value: Any, named: Ranges, given: Given) -> Native:
    at = given.at("values")
    if isinstance(value, list):
        return {"field": field, "in": [scalar(one, at) for one in value]}
    if isinstance(value, str) and value in named:
        return _between(field, named[value])
    if not isinstance(value, Mapping):
        return {"field": field, "eq": scalar(value, at)}
    wanted = _range(Given(value, at))
    meant = wanted if _bounds(wanted) else named.get(str(value.get("name")))
    if meant is None:
        hint = "give it 'from' or 'to', or configure the facet with a range of its name"
        raise FilterError(f"a range of field '{field[:50]}' in '{given.where}' is open", hint=hint)
    return _between(field, meant)


def _between(field: str, value: Mapping[str, Any]) -> Native:
    return {"field": field, **(_bounds(value) or {"exists": True})}


def _bounds(value: Mapping[str, Any]) -> Native:
    given = {"gte": value.get("from"), "lt": value.get("to")}
    return {sign: bound for sign, bound in given.items() if bound is not None}


def by_name(ranges: Sequence[Given]) -> Ranges:
    """The ranges of a facet by their names."""
    return {one.text("name"): _range(one) for one in ranges}


def _range(given: Given) -> Mapping[str, Any]:
    return {"from": given.scalar("from"), "to": given.scalar("to")}
