"""What is asked when few documents match: unknown words written apart, and fewer of the words."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from searchsvc.domain.query import Alternative, Match, SearchQuery, Term

# With fewer hits than a page usually has, whoever searches would rather see some that are near.
FEW = 10
# What was typed is meant more often than what it could have been.
_APART, _TOGETHER = 0.8, 0.9
_LONGEST_APART = 24  # letters; each place to cut an unknown word is looked up
_SHORTEST_APART = 4


def is_thin(query: SearchQuery, total: int) -> bool:
    """Whether a search that found `total` documents should find more.

    In an order of its own, the near ones would stand between the hits: there, only when nothing
    was found.
    """
    return total < (1 if query.sort else FEW)


def widened(query: SearchQuery, apart: Collection[str], *, relax: bool) -> SearchQuery:
    """The same question, such that words may be written together, and some of them `apart`.

    With `relax`, documents that hold only some of the words match as well, below the others. The
    query itself where there is nothing to widen.
    """
    terms = query.terms
    more = (*_apart(terms, apart), *_together(terms))
    match = Match.ANY if relax and len(terms) > 1 else query.match
    if not more and match is query.match:
        return query
    alternatives = (*query.alternatives, *more)
    return replace(query, alternatives=alternatives, match=match, apart=tuple(apart))


def cuts(word: str) -> Iterator[tuple[str, str]]:
    """A word in two, wherever it can be cut: `firestick` may be meant for `fire stick`."""
    if _SHORTEST_APART <= len(word) <= _LONGEST_APART:
        yield from ((word[:cut], word[cut:]) for cut in range(1, len(word)))


def _apart(terms: Sequence[Term], apart: Collection[str]) -> Iterator[Alternative]:
    for place, term in enumerate(terms):
        for written in apart:
            words = tuple(written.split(" "))
            if "".join(words) == term.text:
                yield Alternative(place, place + 1, words, _APART)


def _together(terms: Sequence[Term]) -> Iterator[Alternative]:
    """Neighbours written as one: `fire stick` may stand in a text as `firestick`."""
    for place in range(len(terms) - 1):
        word = terms[place].text + terms[place + 1].text
        yield Alternative(place, place + 2, (word,), _TOGETHER)
