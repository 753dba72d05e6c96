"""The words of a few texts as a vocabulary, where no engine tells its own."""

from collections.abc import Iterable, Sequence

from searchsvc.domain.query import Term
from searchsvc.engines.analysis import Stem, tokens
from searchsvc.engines.terms import Letter


class SeenWords:
    """The vocabulary of a few texts: what the words of a query stand for there.

    Typed words are left out of it, so that every correction counts that the engine has found.
    """

    def __init__(self, texts: Iterable[str], terms: Iterable[Term], stems: Sequence[Stem]) -> None:
        self._stems = stems
        typed = {word for term in terms for word in tokens(term.text)}
        self._letters: dict[str, dict[str, int]] = {}
        for text in texts:
            for word in set(tokens(text)) - typed:
                of_letter = self._letters.setdefault(word[0], {})
                of_letter[word] = of_letter.get(word, 0) + 1
        self._made: dict[str, Letter] = {}

    def letter(self, first: str) -> Letter:
        """The words that begin with the character `first`."""
        if first not in self._made:
            self._made[first] = Letter([self._letters.get(first, {})], self._stems)
        return self._made[first]
