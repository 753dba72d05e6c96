"""Finds the synonyms in a query: the longest that begin at each word, from the first word on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from searchsvc.domain.curation import Phrase, Synonym
from searchsvc.search.folding import tokens
from searchsvc.search.words import words

Synonyms = Mapping[str, tuple[Synonym, ...]]


def phrase(text: str) -> Phrase:
    """The folded words of `text`, cut as those of a query are."""
    return tuple(map(folded, words(text)))


def folded(word: str) -> str:
    """One word of a query as documents hold it."""
    return " ".join(tokens(word))


def by_first_word(synonyms: Iterable[Synonym]) -> dict[str, tuple[Synonym, ...]]:
    """The synonyms by their first word, longest first; what several say of one phrase joined."""
    joined: dict[Phrase, dict[Phrase, None]] = {}
    for one in synonyms:
        joined.setdefault(one.words, {}).update(dict.fromkeys(one.others))
    found: dict[str, list[Synonym]] = {}
    for said in sorted(joined, key=len, reverse=True):
        found.setdefault(said[0], []).append(Synonym(said, tuple(joined[said])))
    return {first: tuple(some) for first, some in found.items()}


def find(synonyms: Synonyms, typed: Sequence[str]) -> Iterator[tuple[int, Synonym]]:
    """Each synonym in the words `typed`, with the place where it begins; none overlap."""
    said = tuple(map(folded, typed))
    at = 0
    while at < len(said):
        found = _longest(synonyms.get(said[at], ()), said, at)
        if found is None:
            at += 1
        else:
            yield at, found
            at += len(found.words)


def _longest(candidates: Sequence[Synonym], said: Phrase, at: int) -> Synonym | None:
    for one in candidates:
        if said[at : at + len(one.words)] == one.words:
            return one
    return None
