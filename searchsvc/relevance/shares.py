"""Takes a score apart: what each word in each field, and what else, has added to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from searchsvc.domain.definition import FIRST, JOINED_WEIGHT, TIE_BREAKER, Weights
from searchsvc.relevance.features import Features, complete_bonus
from searchsvc.search.completeness import BEHIND


class Source(StrEnum):
    """What a part of a score is for."""

    WORD = "word"  # a word in a field
    TOGETHER = "together"  # the words in all texts and keywords together
    SIDE_BY_SIDE = "side_by_side"  # words side by side in a field, or being all of it
    COMPLETE = "complete"  # that every word is there
    BOOSTS = "boosts"  # of a difference: what boosts and decays add to all of the others
    REST = "rest"  # what none of these tell, as of a misspelt word


@dataclass(frozen=True, slots=True)
class Part:
    """What one thing adds to a score, boosts included. `share` is its part of the whole score."""

    source: Source
    score: float
    share: float
    word: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """The score of each candidate of one query, worked out for any weights.

    `typed` are the words of the features, in their order.
    """

    typed: tuple[str, ...]
    features: Features

    def score(self, number: int, weights: Weights) -> float:
        """What the candidate of that number scores."""
        return sum(part.score for part in self.parts(number, weights))

    def parts(self, number: int, weights: Weights, served: float | None = None) -> list[Part]:
        """The parts of its score, the largest first; a `served` score that differs has a rest."""
        names = [name for name, _ in weights if name != JOINED_WEIGHT]
        own, together = [w for n, w in weights if n in names], dict(weights)[JOINED_WEIGHT]
        factor = self._factor(number)
        found: list[tuple[Source, float, str, str]] = []
        for word, by_field in zip(self.typed, self.features.words, strict=True):
            scores = [w * of[number] for w, of in zip(own, by_field, strict=True)]
            found += [
                (Source.WORD, score, word, name)
                for name, score in zip(names, _best_first(scores), strict=True)
            ]
        wholes = [w * of[number] for w, of in zip(own, self.features.whole, strict=True)]
        if wholes:
            best = max(range(len(wholes)), key=wholes.__getitem__)
            found.append((Source.SIDE_BY_SIDE, wholes[best], "", names[best]))
        found.append((Source.TOGETHER, together * self.features.together[number], "", ""))
        worth = self.features.worth
        if self.features.complete[number] and worth != FIRST:
            found.append((Source.COMPLETE, complete_bonus(own, worth), "", ""))
        parts = [(source, score * factor, word, name) for source, score, word, name in found]
        total = sum(score for _, score, _, _ in parts)
        if served is not None and abs(served - total) > abs(served) * _ROUNDING:
            parts.append((Source.REST, served - total, "", ""))
            total = served
        parts = sorted((part for part in parts if part[1]), key=lambda part: -abs(part[1]))
        return [
            Part(source, score, score / total if total else 0.0, word, name)
            for source, score, word, name in parts
        ]

    def factor(self, number: int) -> float:
        """What boosts make of the candidate's score; 1 without any."""
        return self.features.factors[number] if self.features.factors else 1.0

    def is_behind(self, number: int) -> bool:
        """Whether it stands behind those that hold all words, since it does not."""
        return self.features.worth == FIRST and not self.features.complete[number]

    def _factor(self, number: int) -> float:
        return self.factor(number) * (BEHIND if self.is_behind(number) else 1.0)


# Scores come from engines with seven digits.
_ROUNDING = 1e-3


def _best_first(scores: Sequence[float]) -> list[float]:
    """What each field counts: the best one all of its score, the others a tenth."""
    if not scores:
        return []
    best = max(range(len(scores)), key=scores.__getitem__)
    return [score if n == best else TIE_BREAKER * score for n, score in enumerate(scores)]
