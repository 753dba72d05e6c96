"""Reads filters that are given as JSON, the twin of the expressions in `filters.py`.

    filter    = {"and": [filter, …]} | {"or": [filter, …]} | {"not": filter} | condition
    condition = {"field": name, operator: value, …}

The operators are eq, ne, gt, gte, lt, lte, in (a list), exists (true or false) and within (an
object: a `radius` and what it is `of`, a box's corners `from` and `to`, or those of a `polygon`).
Several in one condition must all hold, and a lower and an upper bound for the same value. An error
says where it is as a JSON pointer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from searchsvc.domain.definition import Field, IndexDefinition
from searchsvc.domain.query import And, Exists, Filter, Not, Or, Range
from searchsvc.errors import FilterError, nearest
from searchsvc.search.filter_conditions import (
    Limits,
    bounded,
    compared,
    filtered_field,
    one_of,
    ordered,
)
from searchsvc.search.filter_regions import in_box, in_circle, in_polygon
from searchsvc.search.regions import read_point

SIGNS = {"eq": "=", "ne": "!=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_LOWER, _UPPER = ("gt", "gte"), ("lt", "lte")
_OPERATORS = (*SIGNS, "in", "exists", "within")
MAX_CORNERS = 200
_JOINERS = ("and", "or", "not")
_CIRCLE = 'such as {"radius": "5km", "of": {"lat": 52.52, "lon": 13.405}}'
_EXAMPLE = 'such as {"field": "price", "gte": 10}'


@dataclass(frozen=True, slots=True)
class _Given:
    """A text of the filter, and where it stood."""

    text: str
    pointer: str
    position: None = None

    @property
    def where(self) -> str:
        """Its place, for errors."""
        return f"{self.pointer} of the filter"


def read_filter(given: Mapping[str, object], definition: IndexDefinition) -> Filter | None:
    """The filter of `given`, None when it is empty. Raises FilterError with a JSON pointer."""
    return _Reader(definition).filter(given, "") if given else None


class _Reader:
    """Recursive descent over the objects."""

    def __init__(self, definition: IndexDefinition) -> None:
        self._definition = definition
        self._limits = Limits()

    def filter(self, given: object, at: str) -> Filter:
        """One filter; `at` is the JSON pointer to it."""
        if not isinstance(given, Mapping) or not given:
            raise _fault("expected a condition", at, _EXAMPLE)
        self._limits.enter()
        joiner = next((name for name in _JOINERS if name in given), None)
        found = self._condition(given, at) if joiner is None else self._joined(joiner, given, at)
        self._limits.leave()
        return found

    def _joined(self, joiner: str, given: Mapping[str, object], at: str) -> Filter:
        if len(given) > 1:
            raise _fault(f"'{joiner}' stands alone in its object", at)
        value, at = given[joiner], f"{at}/{joiner}"
        if joiner == "not":
            return Not(self.filter(value, at))
        if not isinstance(value, list) or not value:
            raise _fault("expected a list of filters", at)
        parts = tuple(self.filter(part, f"{at}/{n}") for n, part in enumerate(value))
        if len(parts) == 1:
            return parts[0]
        return And(parts) if joiner == "and" else Or(parts)

    def _condition(self, given: Mapping[str, object], at: str) -> Filter:
        name = given.get("field")
        if not isinstance(name, str):
            raise _fault("expected 'and', 'or', 'not', or 'field' with a name", at, _EXAMPLE)
        field = filtered_field(_Given(name, f"{at}/field"), self._definition)
        operators = {key: value for key, value in given.items() if key != "field"}
        if not operators:
            raise _fault(f"no operator beside '{name}'", at, f"one of {', '.join(_OPERATORS)}")
        for key in operators:
            if key not in _OPERATORS:
                raise _fault(f"unknown operator '{key[:50]}'", at, nearest(key[:50], _OPERATORS))
        parts = self._parts(field, operators, at)
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _parts(self, field: Field, operators: dict[str, Any], at: str) -> list[Filter]:
        """One part for each operator, and one for two bounds."""
        low = _only(_LOWER, operators, at)
        high = _only(_UPPER, operators, at)
        parts: list[Filter] = []
        if low and high:
            self._limits.clause()
            lower = _ordered(field, low, operators.pop(low), at)
            parts.append(bounded(lower, _ordered(field, high, operators.pop(high), at)))
        return parts + [self._part(field, key, value, at) for key, value in operators.items()]

    def _part(self, field: Field, key: str, value: object, at: str) -> Filter:
        self._limits.clause()
        pointer = f"{at}/{key}"
        if key == "exists":
            if not isinstance(value, bool):
                raise _fault("expected true or false", pointer)
            return Exists(field.name) if value else Not(Exists(field.name))
        if key == "in":
            return self._one_of(field, value, pointer)
        if key == "within":
            return _within(field, value, pointer)
        return compared(field, _Given(SIGNS[key], pointer), _text(value, pointer))

    def _one_of(self, field: Field, value: object, at: str) -> Filter:
        if not isinstance(value, list) or not value:
            raise _fault("expected a list of values", at)
        for _ in value[1:]:
            self._limits.clause()
        return one_of(field, [_text(item, f"{at}/{n}") for n, item in enumerate(value)])


def _only(names: tuple[str, ...], operators: Mapping[str, object], at: str) -> str:
    found = [name for name in names if name in operators]
    if len(found) > 1:
        raise _fault(f"'{found[0]}' and '{found[1]}' in one condition", at, "give one of them")
    return found[0] if found else ""


def _ordered(field: Field, key: str, value: object, at: str) -> Range:
    pointer = f"{at}/{key}"
    return ordered(field, _Given(SIGNS[key], pointer), _text(value, pointer))


def _within(field: Field, value: object, at: str) -> Filter:
    members = value if isinstance(value, Mapping) else {}
    if members.keys() == {"radius", "of"}:
        radius = _text(members["radius"], f"{at}/radius")
        return in_circle(field, radius, _point(members["of"], f"{at}/of"))
    if members.keys() == {"from", "to"}:
        corner = _point(members["from"], f"{at}/from")
        return in_box(field, corner, _point(members["to"], f"{at}/to"))
    corners = members.get("polygon")
    if members.keys() == {"polygon"} and isinstance(corners, list):
        if not 3 <= len(corners) <= MAX_CORNERS:
            raise _fault(f"expected 3 to {MAX_CORNERS} corners", f"{at}/polygon")
        return in_polygon(
            field, [_point(one, f"{at}/polygon/{n}") for n, one in enumerate(corners)]
        )
    raise _fault("expected 'radius' and 'of', 'from' and 'to', or 'polygon'", at, _CIRCLE)


def _point(value: object, pointer: str) -> _Given:
    """A point as an expression would write it."""
    if not isinstance(value, Mapping):
        return _text(value, pointer)
    try:
        point = read_point(value)
    except ValueError as error:
        raise _fault("cannot use this point", pointer, str(error)) from None
    return _Given(f"{point.lat!r},{point.lon!r}", pointer)


def _text(value: object, pointer: str) -> _Given:
    """A value as an expression would write it, to be read as its field's type."""
    if isinstance(value, bool):
        return _Given("true" if value else "false", pointer)
    if isinstance(value, str):
        return _Given(value, pointer)
    if isinstance(value, int | float):
        return _Given(repr(value), pointer)
    raise _fault("expected a text, a number, true or false", pointer)


def _fault(message: str, pointer: str, hint: str = "") -> FilterError:
    return FilterError(f"{message} at {pointer or '/'} of the filter", hint=hint)
