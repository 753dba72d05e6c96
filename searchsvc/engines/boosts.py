"""Boosts: each ranking's as one factor of a document when it is written; a query's as parts."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from searchsvc.domain.definition import (
    HIGHEST,
    LOWEST,
    Boost,
    Field,
    FieldType,
    IndexDefinition,
)
from searchsvc.domain.query import Boosted, Filter, Not
from searchsvc.engines import values
from searchsvc.engines.conditions import holds
from searchsvc.search.filter_parts import fields_of
from searchsvc.search.filters import parse_filter

COLUMN = "_boost"  # the name of the first one; the others are numbered

Shape: TypeAlias = Callable[[float], float]
Part: TypeAlias = Callable[[Mapping[str, object]], float]

_SHAPES: Mapping[str, Shape] = {
    "log": lambda value: math.log1p(value) if value > 0 else 0.0,
    "sqrt": lambda value: math.sqrt(value) if value > 0 else 0.0,
    "value": float,
}


def columns(definition: IndexDefinition) -> dict[str, Part]:
    """What computes the factors of a document, one for each column of them that it has."""
    return {name: multiplier(definition, of) for of, name in _columns(definition).items()}


def column(definition: IndexDefinition, ranking: str) -> str:
    """The column with the factors of that ranking; "" where it has no boosts."""
    found = definition.ranking(ranking)
    return _columns(definition).get(found.boosts, "") if found else ""


def _columns(definition: IndexDefinition) -> dict[tuple[Boost, ...], str]:
    """Rankings of the same boosts share a column."""
    distinct = dict.fromkeys(one.boosts for one in definition.all_rankings if one.boosts)
    return {of: f"{COLUMN}{number or ''}" for number, of in enumerate(distinct)}


def multiplier(definition: IndexDefinition, boosts: Sequence[Boost]) -> Part:
    """What computes `1 + sum of the boosts`, kept within LOWEST and HIGHEST.

    `log` is the natural logarithm of 1 + value. A field with several values counts by its first.
    The values must be such that their fields can hold them.
    """
    parts = [part for boost in boosts if (part := _part(boost, definition))]

    def factor(document: Mapping[str, object]) -> float:
        total = 1.0
        for part in parts:
            total += part(document)
        return LOWEST if total < LOWEST else min(total, HIGHEST)

    return factor


def _part(boost: Boost, definition: IndexDefinition) -> Part | None:
    """One boost as a function of a document's values; None where it speaks of no known field."""
    if boost.when:
        return _by_condition(boost, definition)
    field = definition.field(boost.field)
    if field is None:
        return None
    convert = values.converter(field) or (lambda value: value)
    if boost.by is not None:
        return _by_value(field.name, boost.weight, _SHAPES[boost.by], convert)
    wanted = None if boost.equals is None else values.comparable(field, boost.equals)
    if field.type is FieldType.PATH:
        return _by_place(field, boost.weight, wanted, convert)
    return _by_equality(field.name, boost.weight, wanted, convert)


def _by_condition(boost: Boost, definition: IndexDefinition) -> Part | None:
    filter = parse_filter(boost.when, definition)
    if filter is None:
        return None
    spoken = [f for f in definition.select("filterable") if f.name in fields_of(filter)]
    readers = [(f, read) for f in spoken if (read := values.reader(f))]

    def part(document: Mapping[str, object]) -> float:
        held = {f.name: values.held(f, read(document.get(f.name))) for f, read in readers}
        return boost.weight if holds("", held, filter, definition) else 0.0

    return part


def _by_value(name: str, weight: float, shape: Shape, convert: values.Convert) -> Part:
    def part(document: Mapping[str, object]) -> float:
        value = document.get(name)
        if type(value) is int or type(value) is float:
            return weight * shape(value)
        if isinstance(value, values.MANY):
            value = next((one for one in value if one is not None), None)
        return 0.0 if value is None else weight * shape(convert(value))

    return part


def _by_place(
    field: Field, weight: float, wanted: values.Value | None, convert: values.Convert
) -> Part:
    def part(document: Mapping[str, object]) -> float:
        items = list(map(convert, values.many(document.get(field.name))))
        return weight if wanted in values.held(field, items) else 0.0

    return part


def _by_equality(
    name: str, weight: float, wanted: values.Value | None, convert: values.Convert
) -> Part:
    def part(document: Mapping[str, object]) -> float:
        value = document.get(name)
        if isinstance(value, values.MANY):
            return weight if wanted in map(convert, values.many(value)) else 0.0
        return weight if value is not None and convert(value) == wanted else 0.0

    return part


def parts(boosts: Sequence[Boosted]) -> tuple[float, list[tuple[Filter, float]]]:
    """`1 + sum of the weights that hold`, as a constant and what each filter adds to it.

    Nothing of it is negative, since engines only add scores: what lowers is added where it does
    not hold. All that lowers together leaves LOWEST at least.
    """
    lower = -sum(boost.weight for boost in boosts if boost.weight < 0)
    share = min(1.0, (1 - LOWEST) / lower) if lower else 1.0
    added: list[tuple[Filter, float]] = [
        (boost.condition.filter, boost.weight)
        if boost.weight > 0
        else (Not(boost.condition.filter), -boost.weight * share)
        for boost in boosts
    ]
    return 1 - lower * share, added
