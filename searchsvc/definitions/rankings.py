"""Reads `ranking` of a mapping: named ways to rank, the default one among them."""

import re
from collections.abc import Callable, Mapping

from searchsvc.definitions.nodes import entries, known_field
from searchsvc.domain.definition import (
    DEFAULT,
    FIRST,
    JOINED_WEIGHT,
    LEAST_WEIGHT,
    MOST_WEIGHT,
    MOST_WORTH,
    RANKING_NAME,
    Boost,
    Decay,
    FieldType,
    IndexDefinition,
    Ranking,
    Weights,
)
from searchsvc.domain.query import Equals
from searchsvc.errors import DefinitionError, FilterError, nearest
from searchsvc.search.filters import parse_filter
from searchsvc.yamlfile import Node

BOOST_FUNCTIONS = ("log", "sqrt", "value")
HALF_LIFE = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)([smhdwy])")
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 31_557_600}
_MOST_SECONDS = 100 * UNITS["y"]
MAX_RANKINGS = 20  # each may cost every document a number


def read_rankings(node: Node, definition: IndexDefinition) -> tuple[Ranking, ...]:
    """The rankings of an index, the default one first. Raises DefinitionError."""
    if not isinstance(node.value, dict) or DEFAULT not in node.value:
        raise node.error(DefinitionError, "'default' is missing", "like: default: [...]")
    found = {name: _ranking(name, steps, definition) for name, steps in node.items()}
    if len(found) > MAX_RANKINGS:
        raise node.error(DefinitionError, f"there are more than {MAX_RANKINGS} rankings")
    return (found.pop(DEFAULT), *found.values())


def _ranking(name: str, steps: Node, definition: IndexDefinition) -> Ranking:
    if RANKING_NAME.fullmatch(name) is None:
        hint = "use letters, digits and '_', beginning with a letter, at most 64"
        raise steps.error(DefinitionError, f"'{name}' cannot be a ranking's name", hint)
    if not isinstance(steps.value, list):
        raise steps.error(
            DefinitionError, "must be a list of boosts and decays", "like: - boost: {...}"
        )
    found = [_step(step, definition) for step in steps.value]
    weights = [one for one in found if isinstance(one, tuple)]
    worth = [one for one in found if isinstance(one, float)]
    if weights and (name == DEFAULT or len(weights) > 1):
        hint = "give the fields their weights" if name == DEFAULT else "put all into one step"
        raise steps.error(DefinitionError, "'weights' cannot stand here", hint)
    if len(worth) > 1:
        raise steps.error(DefinitionError, "'all_words' is said twice", "keep one of them")
    return Ranking(
        name,
        tuple(one for one in found if isinstance(one, Boost)),
        tuple(one for one in found if isinstance(one, Decay)),
        weights[0] if weights else (),
        worth[0] if worth else None,
    )


def _step(step: Node, definition: IndexDefinition) -> Boost | Decay | Weights | float:
    outer = entries(step, tuple(_STEPS))
    if len(outer) != 1:
        parts = "'boost', 'decay', 'weights' or 'all_words'"
        raise step.error(DefinitionError, f"a step of a ranking is {parts}")
    ((name, node),) = outer.items()
    return _STEPS[name](node, definition)


def _all_words(node: Node, _: IndexDefinition) -> float:
    """What it is worth to hold all words, in mean weights."""
    value = node.value
    if value == "first":
        return FIRST
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MOST_WORTH:
        return float(value)
    hint = "like: all_words: 4, times the mean weight of the fields"
    message = f"'all_words' must be 'first' or a number from 0 to {MOST_WORTH:g}"
    raise node.error(DefinitionError, message, hint)


def _weights(node: Node, definition: IndexDefinition) -> Weights:
    """What words count in which field, in the order of the definition."""
    hint = 'like: weights: {title: 5, description: 1, "*": 2}'
    if not isinstance(node.value, dict) or not node.value:
        raise node.error(DefinitionError, "'weights' must name fields", hint)
    given: dict[str, float] = {}
    for name, weight in node.items():
        least = 0.0 if name == JOINED_WEIGHT else LEAST_WEIGHT
        if name != JOINED_WEIGHT and not known_field(name, weight, definition).searchable:
            message = f"'{name}' is not searched; only a field with a weight can have another"
            raise weight.error(DefinitionError, message)
        value = weight.value
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not least <= value <= MOST_WEIGHT:
            message = f"a weight must be a number from {least:g} to {MOST_WEIGHT:g}"
            raise weight.error(DefinitionError, message, hint)
        given[name] = float(value)
    order = (*(field.name for field in definition.fields), JOINED_WEIGHT)
    return tuple((name, given[name]) for name in order if name in given)


def _decay(node: Node, definition: IndexDefinition) -> Decay:
    found = entries(node, ("field", "half_life", "weight"))
    for key in ("field", "half_life"):
        if key not in found:
            hint = "like: decay: {field: created_at, half_life: 90d, weight: 0.1}"
            raise node.error(DefinitionError, f"'{key}' is missing", hint)
    field = known_field(str(found["field"].value), found["field"], definition)
    if field.type is not FieldType.DATE:
        raise found["field"].error(DefinitionError, f"'{field.name}' is not a date")
    if not field.sortable:
        message = f"'{field.name}' is not sortable"
        raise found["field"].error(DefinitionError, message, "add the flag 'sort' to it")
    return Decay(field.name, _seconds(found["half_life"]), _weight(node, found, 0))


def _seconds(node: Node) -> float:
    """A time such as 90d, in seconds."""
    match = HALF_LIFE.fullmatch(str(node.value))
    seconds = float(match[1]) * UNITS[match[2]] if match else 0.0
    if not 1 <= seconds <= _MOST_SECONDS:
        hint = "like 12h, 90d or 2y; a second at least, a century at most"
        raise node.error(DefinitionError, f"cannot read the time '{node.value}'", hint)
    return seconds


def _boost(node: Node, definition: IndexDefinition) -> Boost:
    found = entries(node, ("field", "by", "when", "weight"))
    weight = _weight(node, found, -100)
    if "when" in found and ("field" in found or "by" in found):
        raise node.error(DefinitionError, "a boost has either 'when', or 'field' and 'by'")
    if "when" in found:
        return _conditional(found["when"], weight, definition)
    return _by_number(node, found, weight, definition)


def _weight(node: Node, found: dict[str, Node], least: int) -> float:
    weight = found["weight"].value if "weight" in found else None
    if isinstance(weight, int | float) and not isinstance(weight, bool) and least <= weight <= 100:
        return float(weight)
    raise node.error(DefinitionError, f"weight must be a number between {least} and 100")


def _conditional(node: Node, weight: float, definition: IndexDefinition) -> Boost:
    text = str(node.value)
    try:
        found = parse_filter(text, definition)
    except FilterError as error:
        raise node.error(DefinitionError, error.message, error.hint) from error
    if found is None:
        raise node.error(DefinitionError, "must be a filter", 'like: when: "in_stock:false"')
    if isinstance(found, Equals) and isinstance(found.value, str | float | bool):
        return Boost(found.field, weight, equals=found.value)
    return Boost("", weight, when=text)


def _by_number(
    node: Node, found: dict[str, Node], weight: float, definition: IndexDefinition
) -> Boost:
    if "field" not in found:
        raise node.error(DefinitionError, "'field' is missing", "or use 'when'")
    field = known_field(str(found["field"].value), found["field"], definition)
    if field.type is not FieldType.NUMBER:
        raise found["field"].error(DefinitionError, f"'{field.name}' is not a number")
    by = found["by"].value if "by" in found else "value"
    if by not in BOOST_FUNCTIONS:
        hint = nearest(str(by), BOOST_FUNCTIONS)
        raise found["by"].error(DefinitionError, f"unknown function '{by}'", hint)
    return Boost(field.name, weight, by=str(by))


_STEPS: Mapping[str, Callable[[Node, IndexDefinition], Boost | Decay | Weights | float]] = {
    "boost": _boost,
    "decay": _decay,
    "weights": _weights,
    "all_words": _all_words,
}
