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


@dataclass(frozen=True, slots=True)
class Room:
    """`expansions` words may each word stand for by typos, and as many by its beginning.

    `lean`: not even what each word needs itself fits, so it is looked up by its stem alone, and
    without what may stand in its place.
    """

    expansions: int = _MOST
    lean: bool = False


def room(guesses: Collection[int], fields: int, *, spelt: bool) -> Room:
    """The room of a query of so many words, looked up in so many fields.

    `guesses` tells of each word how often it is expanded in a field.
    """
    layers = _LAYERS + (_SPELT if spelt else 0)
    left = _CLAUSES - len(guesses) * (fields * layers + 1)
    if left < 0:
        return Room(0, lean=True)
    expanded = sum(guesses) * fields
    return Room(min(_MOST, left // expanded)) if expanded else Room()
