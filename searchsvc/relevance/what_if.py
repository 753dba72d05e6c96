"""Solves what would have to change for one hit to pass another: weights, and missing words."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from searchsvc.domain.definition import JOINED_WEIGHT, LEAST_WEIGHT, MOST_WEIGHT, Weights
from searchsvc.relevance.features import Features
from searchsvc.relevance.shares import Model

T = TypeVar("T")

# Each step of the way to where the order changes; then halving, until a fiftieth of a step.
_STEP, _STEPS, _HALVINGS = 1.25, 60, 12
# Beyond what was solved, so that rounding does not undo it; the next is tried where one fails.
_MARGINS = (1.01, 1.05, 1.2)
_LEAST_GAIN = 0.05
# From nothing, fields together have no way by steps: they begin here.
_SMALLEST = 0.01


@dataclass(frozen=True, slots=True)
class WeightChange:
    """The weight of `field`, `now`, from which on (or down to which) the one passes the other.

    The field `*` is all texts and keywords together. `tries` are weights, each a little further
    than the one before, in case the model is not exact.
    """

    field: str
    now: float
    tries: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class WordChange:
    """If the document held `word` in `field` as the other does, it would score about `score`."""

    word: str
    field: str
    score: float
    passes: bool


def with_weight(weights: Weights, field: str, weight: float) -> Weights:
    """The same weights, but for that of one field."""
    return tuple((name, weight if name == field else own) for name, own in weights)


def rounded(weight: float, *, up: bool) -> float:
    """To four digits, away from where it does not do."""
    if weight <= 0:
        return 0.0
    digits: float = 10.0 ** (3 - math.floor(math.log10(weight)))
    # What has four digits already stays, though it may not be what binary fractions are.
    number = round(weight * digits, 6)
    return (math.ceil(number) if up else math.floor(number)) / digits


def weight_changes(model: Model, weights: Weights, own: int, other: int) -> list[WeightChange]:
    """For each field the nearest weight up and the nearest down that lets `own` pass `other`.

    The smallest change first. Only weights that `own` passes with are told, as far as 1,000.
    """
    found = [
        change
        for place, (name, now) in enumerate(weights)
        for change in _of_field(model, weights, place, name, now, own, other)
    ]
    return sorted(found, key=_far)


def word_changes(model: Model, weights: Weights, own: int, other: int) -> list[WordChange]:
    """What each word would add that `own` lacks in a field where `other` has it; most first.

    What would close less than a twentieth of the gap is left out.
    """
    names = [name for name, _ in weights if name != JOINED_WEIGHT]
    now, goal = model.score(own, weights), model.score(other, weights)
    found = []
    for w, (word, by_field) in enumerate(zip(model.typed, model.features.words, strict=True)):
        for f, name in enumerate(names):
            if not by_field[f][own] and by_field[f][other]:
                score = _with_word(model, w, f, own, other).score(own, weights)
                if score - now >= (goal - now) * _LEAST_GAIN:
                    found.append(WordChange(word, name, score, score > goal))
    return sorted(found, key=lambda one: -one.score)


def _with_word(model: Model, w: int, f: int, own: int, other: int) -> Model:
    """As if the document had the word there, written as the other has it."""
    features = model.features
    words = [list(by_field) for by_field in features.words]
    words[w][f] = _set(words[w][f], own, words[w][f][other])
    held = all(any(of[own] for of in by_field) for by_field in words)
    complete = _set(features.complete, own, held and _counts(features, other))
    changed = tuple(tuple(by_field) for by_field in words)
    return replace(model, features=replace(features, words=changed, complete=complete))


def _counts(features: Features, other: int) -> bool:
    # Where the other one is complete, it matters to be so.
    return features.complete[other]


def _of_field(
    model: Model, weights: Weights, place: int, name: str, now: float, own: int, other: int
) -> Iterator[WeightChange]:
    def ahead(weight: float) -> bool:
        tried = _set(weights, place, (name, weight))
        return model.score(own, tried) > model.score(other, tried)

    least = 0.0 if name == JOINED_WEIGHT else LEAST_WEIGHT
    for up in (True, False):
        limit = _first_ahead(ahead, now, up=up, least=least)
        if limit is not None:
            tries = tuple(limit * margin if up else limit / margin for margin in _MARGINS)
            yield WeightChange(name, now, tries)


def _first_ahead(
    ahead: Callable[[float], bool], now: float, *, up: bool, least: float
) -> float | None:
    """The weight nearest to `now` on one side with which it is ahead; None where there is none."""
    last = now
    for _ in range(_STEPS):
        tried = max(last, _SMALLEST) * _STEP if up else last / _STEP
        if not least <= tried <= MOST_WEIGHT or (not up and tried < _SMALLEST):
            return None
        if ahead(tried):
            return _halved(ahead, last, tried)
        last = tried
    return None


def _halved(ahead: Callable[[float], bool], behind: float, found: float) -> float:
    for _ in range(_HALVINGS):
        middle = (behind + found) / 2
        if ahead(middle):
            found = middle
        else:
            behind = middle
    return found


def _far(change: WeightChange) -> float:
    """How many times the weight is changed, up or down."""
    weight, now = change.tries[0], max(change.now, _SMALLEST)
    return max(weight / now, now / max(weight, _SMALLEST / 10))


def _set(items: Sequence[T], place: int, item: T) -> tuple[T, ...]:
    return (*items[:place], item, *items[place + 1 :])
