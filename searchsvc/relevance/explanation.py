"""What was found of the place of a hit, and of another beside it."""

from dataclasses import dataclass

from searchsvc.relevance.shares import Part, Source
from searchsvc.relevance.what_if import WordChange
from searchsvc.search.why import Why

ROUNDING = 1e-5  # of a score, by engines that count in single precision


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a document is a hit, and what its score is made of. `factor`: what boosts multiply by.

    Without parts where it is none, or where words decide nothing. `behind`: it lacks a word, and
    those that hold all come first, so that little is left of its score.
    """

    why: Why
    parts: tuple[Part, ...] = ()
    factor: float = 1.0
    behind: bool = False

    @property
    def score(self) -> float:
        """All of its parts."""
        return sum(part.score for part in self.parts)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing by which two scores differ: here, there, and its share of the whole difference."""

    source: Source
    word: str
    field: str
    here: float
    there: float
    share: float


@dataclass(frozen=True, slots=True)
class Confirmed:
    """With `weight` in the place of `now` the engine really puts the one before the other.

    All other weights stay, that of all fields together too: it is `together`.
    """

    field: str
    now: float
    weight: float
    together: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """`hit`, beside the `other` where one was named; `ahead`: whether it stands before that.

    `weights` are changes that the engine confirmed, `words` estimates. `reasons` say all of it in
    sentences.
    """

    ranking: str
    hit: Explained
    other: Explained | None = None
    ahead: bool = False
    differences: tuple[Difference, ...] = ()
    weights: tuple[Confirmed, ...] = ()
    words: tuple[WordChange, ...] = ()
    reasons: tuple[str, ...] = ()
