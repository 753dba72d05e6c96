"""Searches for what ranks judged queries better, on logged features alone.

What is found is told by queries that it was not found on: in five parts, each part is ranked by
what the other four ask for. Needs numpy, which the extra `tune` installs.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from searchsvc.domain.definition import (
    COMPLETE_SHARE,
    FIRST,
    LEAST_WEIGHT,
    MOST_WEIGHT,
    MOST_WORTH,
    Boost,
    Ranking,
)
from searchsvc.relevance.sample import Sample

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# What each weight is multiplied by in turn; a second round refines what the first has found.
_STEPS = (0.0, 0.1, 0.25, 0.5, 0.7, 1.4, 2.0, 4.0, 8.0), (0.6, 0.8, 0.9, 1.1, 1.25, 1.6)
# What is tried of what has no value to begin with.
_WORTHS = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, FIRST)
_NUMBERS = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
MOST_BOOST = 10.0
# What is turned must gain that much, and half of how far its gain may be chance: of many tries
# some seem to gain, the more the fewer queries there are.
_LEAST_GAIN, _CERTAINTY = 1e-4, 0.5


class JudgedAlone(NamedTuple):
    """The mean nDCG@10 where what nobody judged is left out, by logged scores.

    Before, and of queries held out. What finds nothing counts as 0.
    """

    before: float
    held_out: float


@dataclass(frozen=True, slots=True)
class Tuned:
    """A ranking by all queries, and that of each part, which was found on the others.

    `parts` have the queries of each.
    """

    ranking: Ranking
    by_part: tuple[Ranking, ...]
    parts: tuple[tuple[str, ...], ...]
    judged_alone: JudgedAlone
    tried: int


class Tuner:
    """Turns one thing after the other: weights, what all words are worth, boosts by numbers.

    Begins with `start`, which has a weight for each field and, as the last, for all together.
    `told` is called after each part.
    """

    def __init__(
        self,
        sample: Sample,
        start: Ranking,
        told: Callable[[], None] = lambda: None,
    ) -> None:
        import numpy as np  # noqa: PLC0415 - an extra

        self._sample = sample
        self._start = start
        self._told = told
        self._fields = len(start.weights)
        worth = math.nan if start.all_words is None else start.all_words
        weights = [weight for _, weight in start.weights]
        self._first = np.array([*weights, worth, *(0.0 for _ in sample.numbers)])
        turned = (True, *sample.spread)
        self._turned = [
            *range(self._fields),
            *(n + self._fields for n, t in enumerate(turned) if t),
        ]
        # Parts share most of their queries, and so most of what is tried for them.
        self._known: dict[bytes, NDArray[np.float64]] = {}

    def tune(self, folds: int = 5, seed: int = 0) -> Tuned:
        """Parts are drawn by `seed`, so that the same sample is tuned alike."""
        import numpy as np  # noqa: PLC0415 - an extra

        numbers = list(range(len(self._sample.queries)))
        Random(seed).shuffle(numbers)  # noqa: S311 - it keeps no secret, it must be repeatable
        parts = [sorted(numbers[n::folds]) for n in range(folds)]
        by_part = []
        before = self._judged_alone(self._first)
        held_out = before.copy()
        for part in parts:
            others = np.ones(len(numbers), dtype=bool)
            others[part] = False
            found = self._search(others)
            held_out[part] = self._judged_alone(found)[part]
            by_part.append(self._named(found))
            self._told()
        everything = self._named(self._search(np.ones(len(numbers), dtype=bool)))
        self._told()
        queries = self._sample.queries
        named = tuple(tuple(queries[n] for n in part) for part in parts)
        asked = self._sample.asked
        alone = JudgedAlone(float(before.sum()) / asked, float(held_out.sum()) / asked)
        return Tuned(everything, tuple(by_part), named, alone, len(self._known))

    def _search(self, counted: "NDArray[np.bool_]") -> "NDArray[np.float64]":
        """What ranks the `counted` queries best."""
        found = self._first
        values = self._values(found)[counted]
        for round in range(len(_STEPS)):
            gained = True
            while gained:
                gained = False
                for at in self._turned:
                    for tried in self._tries(found, at, round):
                        those = self._values(tried)[counted]
                        if _better(those - values):
                            found, values, gained = tried, those, True
        return found

    def _tries(
        self, found: "NDArray[np.float64]", at: int, round: int
    ) -> "list[NDArray[np.float64]]":
        tries = []
        for value in self._others(float(found[at]), at - self._fields, round):
            tried = found.copy()
            tried[at] = value
            tries.append(tried)
        return tries

    def _others(self, now: float, place: int, round: int) -> list[float]:
        """What else the one at that place may be: a weight below 0, then all words, numbers."""
        stepped = [now * step for step in _STEPS[round]]
        if place < 0:
            least = 0.0 if place == -1 else LEAST_WEIGHT
            return [min(max(value, least), MOST_WEIGHT) for value in stepped]
        if round == 0:
            return list(_NUMBERS if place else _WORTHS)
        most = MOST_BOOST if place else MOST_WORTH
        return [min(value, most) for value in stepped] if 0 < now < FIRST else []

    def _values(self, found: "NDArray[np.float64]") -> "NDArray[np.float64]":
        # Only how weights stand to each other matters.
        weights, rest = found[: self._fields], found[self._fields :]
        key = (weights / weights.sum()).round(6).tobytes() + rest.round(6).tobytes()
        values = self._known.get(key)
        if values is None:
            values = self._known[key] = self._sample.values(self._scores(found))
        return values

    def _judged_alone(self, found: "NDArray[np.float64]") -> "NDArray[np.float64]":
        return self._sample.values(self._scores(found), judged_alone=True)

    def _scores(self, found: "NDArray[np.float64]") -> "NDArray[np.float64]":
        weights, rest = found[: self._fields], found[self._fields :]
        return self._sample.scores(weights, _worth(rest), rest[1:])

    def _named(self, found: "NDArray[np.float64]") -> Ranking:
        weights, rest = found[: self._fields].tolist(), found[self._fields :].tolist()
        boosts = zip(self._sample.numbers, rest[1:], strict=True)
        return replace(
            self._start,
            weights=tuple(
                (name, _short(weight))
                for name, weight in zip(self._sample.names, weights, strict=True)
            ),
            all_words=_worth(found[self._fields :]),
            boosts=(
                *self._start.boosts,
                *(Boost(name, _short(weight), by="log") for name, weight in boosts if weight),
            ),
        )


def _better(gains: "NDArray[np.float64]") -> bool:
    mean = float(gains.mean())
    return mean > _LEAST_GAIN and mean > _CERTAINTY * float(gains.std()) / math.sqrt(len(gains))


def _worth(rest: "NDArray[np.float64]") -> float | None:
    """What all words are worth; None: as it was logged.

    That is another thing once there are boosts, so that it is said beside them.
    """
    if not math.isnan(rest[0]):
        return _short(float(rest[0]))
    return COMPLETE_SHARE if rest[1:].any() else None


def _short(weight: float) -> float:
    """To three digits, as it is written into a mapping."""
    return float(f"{weight:.3g}")
