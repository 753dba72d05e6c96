"""Reads how a facet is cut into ranges: `facet(ranges 0 25 50)`, `facet(histogram month)`."""

import math

from searchsvc.domain.definition import Cut, FieldType, Unit
from searchsvc.errors import DefinitionError, nearest
from searchsvc.yamlfile import Node

MOST_BOUNDS = 100
_KINDS = ("ranges", "histogram")
_UNITS = tuple(unit.value for unit in Unit)


def read_cut(text: str, kind: FieldType, node: Node) -> Cut:
    """The cut that `text` declares for a field of that type. Raises DefinitionError."""
    name, *arguments = text.split() or [""]
    if name not in _KINDS:
        hint = f"{nearest(name, _KINDS)}, like: facet(ranges 0 25 50), facet(histogram 10)"
        raise node.error(DefinitionError, f"a facet cannot be '{name}'", hint)
    if kind is FieldType.NUMBER:
        return _ranges(arguments, node) if name == "ranges" else _steps(arguments, node)
    if kind is FieldType.DATE and name == "histogram":
        return _calendar(arguments, node)
    message = f"there is no facet({name}) of this type"
    hint = "ranges go with number, a histogram with number and date"
    raise node.error(DefinitionError, message, hint)


def _ranges(arguments: list[str], node: Node) -> Cut:
    bounds = tuple(number for text in arguments if (number := _number(text)) is not None)
    fits = 0 < len(bounds) == len(arguments) <= MOST_BOUNDS
    if not fits or list(bounds) != sorted(set(bounds)):
        message = f"ranges take 1 to {MOST_BOUNDS} numbers in ascending order"
        raise node.error(DefinitionError, message, "like: facet(ranges 0 25 50 100 250)")
    return Cut(bounds=bounds)


def _steps(arguments: list[str], node: Node) -> Cut:
    width = _number(arguments[0]) if len(arguments) == 1 else None
    if width is None or width <= 0:
        message = "a histogram of numbers takes the width of its steps, above 0"
        raise node.error(DefinitionError, message, "like: facet(histogram 10)")
    return Cut(width=width)


def _calendar(arguments: list[str], node: Node) -> Cut:
    if len(arguments) != 1 or arguments[0] not in _UNITS:
        hint = nearest(" ".join(arguments), _UNITS)
        message = "a histogram of dates takes a step of the calendar"
        raise node.error(DefinitionError, message, f"{hint}, like: facet(histogram month)")
    return Cut(unit=Unit(arguments[0]))


def _number(text: str) -> float | None:
    """The finite number, without the sign of a zero."""
    try:
        number = float(text) + 0.0
    except ValueError:
        return None
    return number if math.isfinite(number) else None
