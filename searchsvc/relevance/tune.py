"""Searches for weights of fields that rank judged queries better, on logged features alone.

What is found is told by queries that it was not found on: in five parts, each part is ranked by the
weights that the other four ask for. Needs numpy, which the extra `tune` installs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from searchsvc.domain.definition import (
    COMPLETE_SHARE,
    JOINED_WEIGHT,
    LEAST_WEIGHT,
    MOST_WEIGHT,
    TIE_BREAKER,
    Weights,
)
from searchsvc.relevance.features import Features

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_DEPTH = 10
# What each weight is multiplied by in turn; a second round refines what the first has found.
_STEPS = (0.0, 0.1, 0.25, 0.5, 0.7, 1.4, 2.0, 4.0, 8.0), (0.6, 0.8, 0.9, 1.1, 1.25, 1.6)
# A weight is changed only for a gain that is more than rounding.
_LEAST_GAIN = 1e-4


class Sample:
    """Queries with their features and ratings, as arrays: a row for each candidate.

    `names` are the fields of the features, in their order.
    """

    def __init__(
        self,
        names: Sequence[str],
        found: Mapping[str, Features],
        ratings: Mapping[str, Mapping[str, float]],
    ) -> None:
        import numpy as np  # noqa: PLC0415 - an extra

        self.names = (*names, JOINED_WEIGHT)
        self.queries = [query for query, features in found.items() if features.ids]
        kept = [found[query] for query in self.queries]
        most = max((len(one.words) for one in kept), default=0)
        sizes = [len(one.ids) for one in kept]
        rows = sum(sizes)
        self.query = np.repeat(np.arange(len(kept)), sizes)
        self.words = np.zeros((rows, most, len(names)), dtype=np.float32)
        self.whole = np.zeros((rows, len(names)), dtype=np.float32)
        self.together = np.zeros(rows, dtype=np.float32)
        self.complete = np.zeros(rows, dtype=bool)
        self.rating = np.zeros(rows, dtype=np.float64)
        start = 0
        for query, one in zip(self.queries, kept, strict=True):
            end = start + len(one.ids)
            for n, word in enumerate(one.words):
                self.words[start:end, n, :] = np.array(word, dtype=np.float32).T
            self.whole[start:end, :] = np.array(one.whole, dtype=np.float32).T
            self.together[start:end] = one.together
            self.complete[start:end] = one.complete
            self.rating[start:end] = [ratings[query].get(id, 0.0) for id in one.ids]
            start = end
        self.starts = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
        discounts = 1.0 / np.log2(np.arange(2, _DEPTH + 2))
        ideals = [sorted(ratings[query].values(), reverse=True)[:_DEPTH] for query in self.queries]
        self.ideal = np.array([float(np.dot(one, discounts[: len(one)])) for one in ideals])
        self._discounts = discounts

    def scores(self, weights: "NDArray[np.float64]") -> "NDArray[np.float64]":
        """The score of each row; the last weight is that of all fields together."""
        own = weights[:-1]
        each = self.words * own
        best = each.max(axis=2)
        best = (best + TIE_BREAKER * (each.sum(axis=2) - best)).sum(axis=1)
        whole = (self.whole * own).max(axis=1)
        complete = self.complete * (COMPLETE_SHARE * own.mean())
        found: NDArray[np.float64] = best + whole + self.together * weights[-1] + complete
        return found

    def values(self, scores: "NDArray[np.float64]") -> "NDArray[np.float64]":
        """The nDCG@10 of each query; equal scores keep the order in which they were logged."""
        import numpy as np  # noqa: PLC0415 - an extra

        order = np.lexsort((-scores, self.query))
        place = np.arange(len(order)) - self.starts[self.query[order]]
        first = place < _DEPTH
        gains = self.rating[order][first] * self._discounts[place[first]]
        sums = np.bincount(self.query[order][first], weights=gains, minlength=len(self.queries))
        found: NDArray[np.float64] = sums / self.ideal
        return found


@dataclass(frozen=True, slots=True)
class Tuned:
    """Weights for all queries, and those of each part, which were found on the others.

    `parts` have the queries of each.
    """

    weights: Weights
    by_part: tuple[Weights, ...]
    parts: tuple[tuple[str, ...], ...]
    tried: int


class Tuner:
    """Searches coordinate by coordinate, from `start` on. `told` is called after each part."""

    def __init__(
        self,
        sample: Sample,
        start: Weights,
        told: Callable[[], None] = lambda: None,
    ) -> None:
        self._sample = sample
        self._start = start
        self._told = told
        # Parts share most of their queries, and so most of what is tried for them.
        self._known: dict[bytes, NDArray[np.float64]] = {}

    def tune(self, folds: int = 5, seed: int = 0) -> Tuned:
        """Parts are drawn by `seed`, so that the same sample is tuned alike."""
        import numpy as np  # noqa: PLC0415 - an extra

        numbers = list(range(len(self._sample.queries)))
        Random(seed).shuffle(numbers)  # noqa: S311 - it keeps no secret, it must be repeatable
        parts = [sorted(numbers[n::folds]) for n in range(folds)]
        by_part = []
        for part in parts:
            others = np.ones(len(numbers), dtype=bool)
            others[part] = False
            by_part.append(self._search(others))
            self._told()
        everything = self._search(np.ones(len(numbers), dtype=bool))
        self._told()
        queries = self._sample.queries
        named = tuple(tuple(queries[n] for n in part) for part in parts)
        return Tuned(everything, tuple(by_part), named, len(self._known))

    def _search(self, counted: "NDArray[np.bool_]") -> Weights:
        """The weights that rank the `counted` queries best."""
        import numpy as np  # noqa: PLC0415 - an extra

        weights = np.array([weight for _, weight in self._start], dtype=np.float64)
        best = self._mean(weights, counted)
        for steps in _STEPS:
            gained = True
            while gained:
                gained = False
                for at in range(len(weights)):
                    for tried in self._tries(weights, at, steps):
                        mean = self._mean(tried, counted)
                        if mean > best + _LEAST_GAIN:
                            best, weights, gained = mean, tried, True
        return self._named(weights)

    def _tries(
        self, weights: "NDArray[np.float64]", at: int, steps: Sequence[float]
    ) -> "list[NDArray[np.float64]]":
        found = []
        least = 0.0 if at == len(weights) - 1 else LEAST_WEIGHT
        for step in steps:
            tried = weights.copy()
            tried[at] = min(max(weights[at] * step, least), MOST_WEIGHT)
            found.append(tried)
        return found

    def _mean(self, weights: "NDArray[np.float64]", counted: "NDArray[np.bool_]") -> float:
        # Only how weights stand to each other matters.
        key = (weights / weights.sum()).round(6).tobytes()
        values = self._known.get(key)
        if values is None:
            values = self._known[key] = self._sample.values(self._sample.scores(weights))
        return float(values[counted].mean())

    def _named(self, weights: "NDArray[np.float64]") -> Weights:
        return tuple(
            (name, round(float(weight), 4))
            for name, weight in zip(self._sample.names, weights, strict=True)
        )
