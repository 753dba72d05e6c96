"""The words of a few texts as a vocabulary, where no engine tells its own."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain

from searchsvc.domain.query import Term
from searchsvc.engines.analysis import Stem, tokens
from searchsvc.engines.terms import Letter


class SeenWords:
    """The vocabulary of a few texts: what the words of a query stand for there.

    Typed words are left out of it, so that every correction counts that the engine has found.
    """

    def __init__(self, texts: Iterable[str], terms: Iterable[Term], stems: Sequence[Stem]) -> None:
        self._stems = stems
        # How often each word occurs stands in for how many texts hold it: a page has a thousand
        # words, and to count those of each text by itself takes twice as long.
        self._words = Counter(chain.from_iterable(map(tokens, texts)))
        for term in terms:
            for word in tokens(term.text):
                self._words.pop(word, None)
        self._made: dict[str, Letter] = {}

    def letter(self, first: str) -> Letter:
        """The words that begin with the character `first`."""
        if first not in self._made:
            begun = {word: n for word, n in self._words.items() if word[0] == first}
            self._made[first] = Letter([begun], self._stems)
        return self._made[first]
