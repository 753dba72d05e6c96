"""How much more a recent document scores: the decays of a ranking as one factor, as of a moment."""

import math
from collections.abc import Callable, Iterable
from typing import TypeAlias

from searchsvc.domain.definition import Decay
from searchsvc.engines.values import Value

# The factor of a date in µs, or of none.
Recency: TypeAlias = Callable[[Value | None], float]
MICROSECONDS = 1_000_000


def recency(decay: Decay, now: int) -> Recency:
    """`1 + weight * 0.5 ** (age / half_life)`; what is yet to come is new, and no date is old."""
    weight, half_life = decay.weight, decay.half_life * MICROSECONDS

    def factor(date: Value | None) -> float:
        if not isinstance(date, (int, float)):
            return 1.0
        return 1.0 + weight * math.exp2(-max(0.0, now - date) / half_life)

    return factor


def most(decays: Iterable[Decay]) -> float:
    """The factor of a document that is new by all of them; no factor is greater."""
    return math.prod(1.0 + decay.weight for decay in decays)
