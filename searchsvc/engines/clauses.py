"""Which words of a query a hit holds: its terms, or what may stand in their place."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Generic, TypeVar

from searchsvc.domain.query import Alternative, Term

G = TypeVar("G")

_MOST_WAYS = 32  # through one clause; only long alternatives that overlap make more than two


@dataclass(frozen=True, slots=True)
class Piece(Generic[G]):
    """One thing to look up, and what finding it is worth."""

    group: G
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Slot(Generic[G]):
    """A place in a row of words: any of its pieces fills it. What is not `required` only ranks."""

    pieces: tuple[Piece[G], ...]
    required: bool = True


@dataclass(frozen=True, slots=True)
class Clause(Generic[G]):
    """Neighbouring terms that a document holds in one of several `ways`, rows of slots.

    The first piece of each slot of the first way is what was typed.
    """

    ways: tuple[tuple[Slot[G], ...], ...]

    @property
    def required(self) -> bool:
        """Whether a hit has to hold it."""
        return any(slot.required for slot in self.ways[0])

    @property
    def typed(self) -> Iterator[G]:
        """The terms as they were typed."""
        return (slot.pieces[0].group for slot in self.ways[0])

    @property
    def groups(self) -> Iterator[G]:
        """Everything that may be found, some of it more than once."""
        return (piece.group for way in self.ways for slot in way for piece in slot.pieces)


def clauses(
    terms: Sequence[Term], alternatives: Sequence[Alternative], read: Callable[[Term], G | None]
) -> list[Clause[G]]:
    """The clauses of a query in the order of its terms; `read` gives None for what is no word.

    At least one is required, where there are any: words that say little may be all that was typed.
    """
    stretches = _stretches(len(terms), alternatives)
    made = (_clause(terms, alternatives, start, end, read) for start, end in stretches)
    found = [clause for clause in made if clause is not None]
    if any(clause.required for clause in found):
        return found
    spoken = [replace(term, optional=False) for term in terms]
    return clauses(spoken, alternatives, read) if found else []


def one_by_one(groups: Iterable[G]) -> list[Clause[G]]:
    """The clauses of terms that nothing else may stand for."""
    return [Clause(((Slot((Piece(group),)),),)) for group in groups]


def groups_in(found: Iterable[Clause[G]]) -> list[G]:
    """Everything that a hit may hold, each once."""
    return list({id(group): group for clause in found for group in clause.groups}.values())


def _stretches(number: int, alternatives: Iterable[Alternative]) -> Iterator[tuple[int, int]]:
    """The terms in as many stretches as possible such that no alternative crosses their ends."""
    glued = {place for a in alternatives for place in range(a.start + 1, a.end)}
    start = 0
    for place in range(1, number + 1):
        if place not in glued:
            yield start, place
            start = place


def _clause(
    terms: Sequence[Term],
    alternatives: Iterable[Alternative],
    start: int,
    end: int,
    read: Callable[[Term], G | None],
) -> Clause[G] | None:
    """The terms from `start` to `end` with their alternatives; None where they hold no word."""
    pieces: dict[tuple[int, int], list[Piece[G]]] = {}
    for place in range(start, end):
        group = read(terms[place])
        pieces[place, place + 1] = [] if group is None else [Piece(group)]
    for one in alternatives:
        group = read(Term(" ".join(one.words))) if start <= one.start < end else None
        if group is not None:
            pieces.setdefault((one.start, one.end), []).append(Piece(group, one.weight))
    slots = {
        step: Slot(tuple(held), required=any(not term.optional for term in terms[slice(*step)]))
        for step, held in pieces.items()
    }
    ways = (
        tuple(slots[step] for step in path if slots[step].pieces)
        for path in islice(_paths(list(slots), start, end), _MOST_WAYS)
    )
    held = tuple(way for way in ways if way)
    return Clause(held) if held else None


def _paths(
    steps: Sequence[tuple[int, int]], start: int, end: int
) -> Iterator[tuple[tuple[int, int], ...]]:
    """Every row of steps from `start` to `end`; the first is the one of single terms."""
    if start == end:
        yield ()
    for step in steps:
        if step[0] == start:
            for rest in _paths(steps, step[1], end):
                yield step, *rest
