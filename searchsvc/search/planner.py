"""Turns what was typed into terms: normalised words with the typos and prefixes they may have."""

from dataclasses import dataclass

from searchsvc.domain.definition import Typo
from searchsvc.domain.query import Term
from searchsvc.search.words import LONGEST_WORD, normalise, words

# More words than a person types; each costs an engine look-ups in every field.
MAX_TERMS = 32


@dataclass(frozen=True, slots=True)
class Plan:
    """What a text asks for: its terms, and the words that are not looked up."""

    terms: tuple[Term, ...]
    ignored: tuple[str, ...] = ()


def plan(text: str, typo: Typo) -> Plan:
    """The terms of `text`, the first 32 distinct ones; what is too long for a word is none.

    The last word counts as unfinished unless something was typed after it.
    """
    found = words(text)
    unfinished = bool(found) and normalise(text)[-1:].isalnum()
    terms: dict[str, Term] = {}
    ignored: dict[str, None] = {}
    for position, word in enumerate(found):
        if len(word.encode()) >= LONGEST_WORD or (len(terms) == MAX_TERMS and word not in terms):
            ignored[word] = None
            continue
        last = unfinished and position == len(found) - 1
        terms[word] = Term(word, typo.allowed(word), prefix=last)
    return Plan(tuple(terms.values()), tuple(ignored))
