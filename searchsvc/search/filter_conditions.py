"""Makes the conditions of a filter from fields and values, in whichever form they were given."""

from collections.abc import Sequence

from searchsvc.domain.allowlists import Use
from searchsvc.domain.definition import Field, FieldType, IndexDefinition
from searchsvc.domain.query import Equals, Filter, Not, OneOf, Or, Range
from searchsvc.errors import FilterError, nearest
from searchsvc.search.filter_values import Written, equal_to

MAX_DEPTH = 20
MAX_CLAUSES = 200
_ORDERED = frozenset({FieldType.NUMBER, FieldType.DATE})


class Limits:
    """How deep a filter is nested and how many clauses it has, so that none costs too much."""

    def __init__(self) -> None:
        self._depth = 0
        self._clauses = 0

    def enter(self, position: int | None = None) -> None:
        """One level deeper. Raises FilterError beyond MAX_DEPTH."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            message = f"the filter is nested deeper than {MAX_DEPTH} levels"
            raise FilterError(message, position=position)

    def leave(self) -> None:
        """Back to the level before."""
        self._depth -= 1

    def clause(self, position: int | None = None) -> None:
        """One clause more. Raises FilterError beyond MAX_CLAUSES."""
        self._clauses += 1
        if self._clauses > MAX_CLAUSES:
            message = f"the filter has more than {MAX_CLAUSES} clauses"
            raise FilterError(message, position=position)


def filtered_field(name: Written, definition: IndexDefinition) -> Field:
    """The field of that name. Raises FilterError unless it can be filtered."""
    field = definition.field(name.text)
    usable = definition.public("filterable")
    if field is None or not definition.allows(field, Use.FILTER):
        message = f"unknown field '{name.text}' at {name.where}"
        raise FilterError(message, position=name.position, hint=nearest(name.text, usable))
    if not field.filterable:
        message = f"field '{field.name}' ({field.type}) cannot be filtered"
        raise FilterError(message, position=name.position, hint=nearest(name.text, usable))
    return field


def compared(field: Field, operator: Written, value: Written) -> Filter:
    """`=`, `!=`, `>`, `>=`, `<` or `<=`."""
    if operator.text == "=":
        return equal_to(field, value)
    if operator.text == "!=":
        return Not(equal_to(field, value))
    return ordered(field, operator, value)


def ordered(field: Field, operator: Written, value: Written) -> Range:
    """`>`, `>=`, `<` or `<=`; against a day, after and up to mean its end."""
    _require_order(field, operator, operator.text)
    return _range(field, operator.text, value)


def between(field: Field, low: Written, high: Written) -> Range:
    """From `low` to `high`, both included: to the end of a day."""
    _require_order(field, low, "TO")
    upper = _range(field, "<=", high)
    return bounded(_range(field, ">=", low), upper)


def bounded(lower: Range, upper: Range) -> Range:
    """One value within both: two ranges could be met by two values of a list."""
    return Range(lower.field, lower.low, upper.high, lower.include_low, upper.include_high)


def one_of(field: Field, values: Sequence[Written]) -> Filter:
    """One of the values; a day among dates is all of that day."""
    parts = tuple(equal_to(field, value) for value in values)
    single = tuple(part.value for part in parts if isinstance(part, Equals))
    if len(single) == len(parts):
        return OneOf(field.name, single)
    return parts[0] if len(parts) == 1 else Or(parts)


def _range(field: Field, sign: str, given: Written) -> Range:
    """The values on one side of `given`, which stands for all of its day if it is one."""
    value = equal_to(field, given)
    if isinstance(value, Range):
        low = value.high if sign == ">" else value.low
        high = value.high if sign == "<=" else value.low
        if sign.startswith(">"):
            return Range(field.name, low=low)
        return Range(field.name, high=high, include_high=False)
    bound = value.value
    if isinstance(bound, str):
        message = f"expected a value with an order at {given.where}, found '{given.text}'"
        raise FilterError(message, position=given.position)
    if sign.startswith(">"):
        return Range(field.name, low=bound, include_low=sign == ">=")
    return Range(field.name, high=bound, include_high=sign == "<=")


def _require_order(field: Field, at: Written, operator: str) -> None:
    if field.type not in _ORDERED:
        message = f"field '{field.name}' ({field.type}) has no order: no {operator} at {at.where}"
        hint = "use WITHIN" if field.is_geo else "use equality or IN"
        raise FilterError(message, position=at.position, hint=hint)
