"""Which words of a query a hit holds: each of its terms, or what may stand in its place."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from searchsvc.domain.query import Alternative, Term

G = TypeVar("G")


@dataclass(frozen=True, slots=True)
class Piece(Generic[G]):
    """One thing to look up, and what finding it is worth."""

    group: G
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Clause(Generic[G]):
    """A term, and the alternatives that cover it: any of the `pieces` is enough.

    The first is what was typed. An alternative of several terms is in the clause of each, so that
    a document that holds it needs none of them. What is not `required` only ranks.
    """

    pieces: tuple[Piece[G], ...]
    required: bool = True

    @property
    def typed(self) -> G:
        """The term as it was typed."""
        return self.pieces[0].group


def clauses(
    terms: Sequence[Term], alternatives: Sequence[Alternative], read: Callable[[Term], G | None]
) -> list[Clause[G]]:
    """The clauses of a query in the order of its terms; `read` gives None for what is no word.

    At least one is required, where there are any: words that say little may be all that was typed.
    """
    others = list(_others(alternatives, read))
    found = [
        Clause((Piece(group), *_covering(place, others)), not term.optional)
        for place, term in enumerate(terms)
        if (group := read(term)) is not None
    ]
    if any(clause.required for clause in found):
        return found
    return [replace(clause, required=True) for clause in found]


def one_by_one(groups: Iterable[G]) -> list[Clause[G]]:
    """The clauses of terms that nothing else may stand for."""
    return [Clause((Piece(group),)) for group in groups]


def groups_in(found: Iterable[Clause[G]]) -> list[G]:
    """Everything that a hit may hold, each once."""
    return list({id(p.group): p.group for clause in found for p in clause.pieces}.values())


def _others(
    alternatives: Iterable[Alternative], read: Callable[[Term], G | None]
) -> Iterator[tuple[range, Piece[G]]]:
    """Each alternative that holds a word, with the places of the terms that it covers."""
    for one in alternatives:
        group = read(Term(" ".join(one.words)))
        if group is not None:
            yield range(one.start, one.end), Piece(group, one.weight)


def _covering(place: int, others: Iterable[tuple[range, Piece[G]]]) -> Iterator[Piece[G]]:
    return (piece for places, piece in others if place in places)
