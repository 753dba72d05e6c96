"""What one typed word may stand for in an index: itself, inflections, completions, corrections."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from heapq import nlargest
from itertools import chain
from typing import Protocol

from searchsvc.domain.definition import Field, FieldType, IndexDefinition
from searchsvc.domain.query import SearchQuery, Term
from searchsvc.domain.result import UnknownWord
from searchsvc.engines.analysis import Stem, tokens
from searchsvc.engines.clauses import Clause, clauses
from searchsvc.search.typos import corrections, prefix_corrections
from searchsvc.search.widening import cuts

# What a match is worth beside the very word that was typed.
_INFLECTION, _COMPLETION, _CORRECTION = 0.9, 0.7, 0.6
_MOST_COMPLETIONS = 20  # scored one by one; a prefix matches any number of words all the same


_MOST_EXPANSIONS = 1000  # cached per letter


class Letter:
    """The words of an index that begin with one letter, and how many documents hold each.

    `fields` has one mapping of word to number per field, in the order of the vocabulary.
    `expansions` caches what terms were found to stand for.
    """

    def __init__(self, fields: Sequence[Mapping[str, int]], stems: Sequence[Stem]) -> None:
        self.fields = fields
        self.words: dict[str, int] = {}
        for frequencies in fields:
            for word, number in frequencies.items():
                if number > self.words.get(word, 0):
                    self.words[word] = number
        self._sorted = sorted(self.words)
        self.expansions: dict[Term, Expansion] = {}
        self._by_stem = [(stem, _by_stem(self._sorted, stem)) for stem in stems]

    def inflections(self, word: str) -> list[str]:
        """The words of the same stem in any language, `word` itself too if the index has it."""
        found = [words.get(stem([word])[0], []) for stem, words in self._by_stem]
        return found[0] if len(found) == 1 else list(dict.fromkeys(chain.from_iterable(found)))

    def completions(self, prefix: str, limit: int = _MOST_COMPLETIONS) -> list[str]:
        """The commonest words that begin with `prefix`."""
        first = bisect_left(self._sorted, prefix)
        last = bisect_left(self._sorted, prefix + "\U0010ffff", lo=first)
        return nlargest(limit, self._sorted[first:last], key=self.words.__getitem__)


def _by_stem(words: Sequence[str], stem: Stem) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word, root in zip(words, stem(words), strict=True):
        found.setdefault(root, []).append(word)
    return found


class Vocabulary(Protocol):
    """The words of one version."""

    def letter(self, first: str) -> Letter:
        """The words that begin with the character `first`."""
        ...


class Corpus(Vocabulary, Protocol):
    """A vocabulary that tells where its words stand, too."""

    def side_by_side(self, words: Sequence[str]) -> bool:
        """Whether a searched field of a document has these words one after another."""
        ...


@dataclass(frozen=True, slots=True)
class Expansion:
    """What one word stands for. Weights are at most 1; `meant` are matches by spelling and form.

    `known`: it stands in a document, in some form. `begun`: every word that begins with `typed`
    matches as well; `complete`: all of those that the vocabulary has are in `meant`. `corrected`
    count only in fields that forgive typos.
    """

    typed: str
    known: bool = True
    begun: bool = False
    complete: bool = False
    meant: Mapping[str, float] = field(default_factory=dict)
    corrected: Mapping[str, float] = field(default_factory=dict)

    def words(self, *, typos: bool) -> Mapping[str, float]:
        """Words to look up in a field, each with its weight."""
        return {**self.corrected, **self.meant} if typos else self.meant


@dataclass(frozen=True, slots=True)
class Group:
    """One term of a query, cut into words: a single expansion, or a phrase of several words."""

    phrase: tuple[str, ...]
    expansion: Expansion | None


def understood(query: SearchQuery, vocabulary: Vocabulary) -> list[Clause[Group]]:
    """The words of a query with their alternatives, expanded by what the index holds."""
    return clauses(query.terms, query.alternatives, partial(_read, vocabulary))


def understand(terms: Iterable[Term], vocabulary: Vocabulary) -> list[Group]:
    """The terms that hold a word, expanded by what the index holds."""
    read = (_read(vocabulary, term) for term in terms)
    return [group for group in read if group is not None]


def _read(vocabulary: Vocabulary, term: Term) -> Group | None:
    words = tokens(term.text)
    if len(words) == 1:
        return Group((words[0],), expand(words[0], term, vocabulary))
    return Group(tuple(words), None) if words else None


def unknown(terms: Iterable[Term], corpus: Corpus) -> tuple[UnknownWord, ...]:
    """The terms that no word of the corpus is a form of, and what it has that is like them."""
    read = ((term, _read(corpus, term)) for term in terms)
    return tuple(
        UnknownWord(term.text, _nearest(group.expansion), _apart(term.text, corpus))
        for term, group in read
        if group is not None and group.expansion is not None and not group.expansion.known
    )


def is_doubtful(found: Iterable[Clause[Group]]) -> bool:
    """Whether a word was typed that the vocabulary does not know in any form."""
    typed = (clause.typed.expansion for clause in found)
    return any(expansion is not None and not expansion.known for expansion in typed)


def _apart(word: str, corpus: Corpus) -> tuple[str, ...]:
    def is_known(part: str) -> bool:
        return part in corpus.letter(part[0]).words

    def is_said(parts: Sequence[str]) -> bool:
        return len(parts) == 2 and all(map(is_known, parts)) and corpus.side_by_side(parts)

    return tuple(f"{a} {b}" for a, b in cuts(word) if is_said(tokens(f"{a} {b}")))


def _nearest(expansion: Expansion) -> str | None:
    found = expansion.corrected
    return max(found, key=found.__getitem__) if found else None


def expand(word: str, term: Term, vocabulary: Vocabulary) -> Expansion:
    """What `word`, typed as `term`, stands for."""
    letter = vocabulary.letter(word[0])
    expansion = letter.expansions.get(term)
    if expansion is None:
        expansion = _expanded(word, term, letter)
        if len(letter.expansions) >= _MOST_EXPANSIONS:
            letter.expansions.clear()
        letter.expansions[term] = expansion
    return expansion


def _expanded(word: str, term: Term, letter: Letter) -> Expansion:
    completions = letter.completions(word) if term.prefix else []
    meant = dict.fromkeys(completions, _COMPLETION)
    meant |= dict.fromkeys(letter.inflections(word), _INFLECTION)
    known = bool(meant)
    meant[word] = 1.0
    corrected = _corrected(word, term, letter) if term.typos else {}
    complete = len(completions) < _MOST_COMPLETIONS
    return Expansion(word, known, term.prefix, complete, meant, corrected)


def _corrected(word: str, term: Term, letter: Letter) -> dict[str, float]:
    """Other words that could be meant by a misspelt one, and by a misspelt beginning."""
    found: dict[str, float] = {}
    if term.prefix:
        for start in prefix_corrections(word, term.typos, letter.words):
            for completion in letter.completions(start.word):
                found.setdefault(completion, _CORRECTION * _COMPLETION * start.weight)
    for correction in corrections(word, term.typos, letter.words):
        weight = _CORRECTION * correction.weight
        for inflection in letter.inflections(correction.word):
            found.setdefault(inflection, weight * _INFLECTION)
        found[correction.word] = weight
    return found


def forgives_typos(field: Field, definition: IndexDefinition) -> bool:
    """Whether a misspelt word may match in `field`."""
    return field.type is not FieldType.ID and field.name not in definition.typo.off_for


def words_for(field: Field, expansion: Expansion, definition: IndexDefinition) -> dict[str, float]:
    """The words to look up in `field`: an id matches only as typed, or by its beginning."""
    if field.type is FieldType.ID:
        return {expansion.typed: 1.0}
    return dict(expansion.words(typos=forgives_typos(field, definition)))


def rarity(frequency: int, documents: int) -> float:
    """How much a match says: the inverse document frequency of BM25."""
    frequency = min(frequency, documents)
    return math.log(1 + (documents - frequency + 0.5) / (frequency + 0.5))


def evened(
    words: Mapping[str, float], frequencies: Mapping[str, int], documents: int
) -> dict[str, float]:
    """Each word's weight such that all of them are as rare as the commonest one.

    Otherwise the rarest inflection, completion or correction would rank above the word that was
    typed. (Lucene's SynonymQuery takes the commonest one's frequency too.) Words that no document
    holds are left out.
    """
    present = {word: frequencies[word] for word in words if word in frequencies}
    if len(present) < 2:
        return {word: words[word] for word in present}
    shared = rarity(max(present.values()), documents)
    return {
        word: words[word] * shared / rarity(number, documents) for word, number in present.items()
    }
