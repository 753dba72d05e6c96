"""How much of what words may stand for fits into one query: a server refuses too many clauses."""

from collections.abc import Collection
from dataclasses import dataclass

# A server's own limit is 1,024 unless it has been raised; filters and facets need a few.
_CLAUSES = 900
_MOST = 50
# For one word in one field: the word, its stem, a beginning, and its part of the whole phrase.
_LAYERS = 4
# And once more as spelt, where documents with all words rank higher.
_SPELT = 3
_FEW = 10  # expansions; to see more documents with all words is not worth fewer hits


@dataclass(frozen=True, slots=True)
class Room:
    """`expansions` words may each word stand for by typos, and as many by its beginning.

    `lean`: not even what each word needs itself fits, so it is looked up by its stem alone, and
    without what may stand in its place. `guessed`: words are looked up once more with their
    expansions, each of them one clause.
    """

    expansions: int = _MOST
    lean: bool = False
    guessed: bool = False


def room(guesses: Collection[int], fields: int, *, spelt: bool, guessed: bool = False) -> Room:
    """The room of a query of so many words, looked up in so many fields.

    `guesses` tells of each word how often it is expanded in a field. All words are looked up once
    more as `spelt`, and if possible as `guessed`.
    """
    layers = _LAYERS + (_SPELT if spelt else 0)
    left = _CLAUSES - len(guesses) * (fields * layers + 1)
    if left < 0:
        return Room(0, lean=True)
    expanded = sum(guesses) * fields
    if not expanded:
        return Room()
    most = min(_MOST, left // expanded)
    return Room(most - 1, guessed=True) if guessed and most > _FEW else Room(most)
