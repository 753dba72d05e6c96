"""Turns what was typed into terms: normalised words with the typos and prefixes they may have."""

from searchsvc.domain.definition import Typo
from searchsvc.domain.query import Term
from searchsvc.search.words import normalise, words

# More words than a person types; each costs an engine look-ups in every field.
MAX_TERMS = 32


def plan_terms(text: str, typo: Typo, *, prefix: bool = True) -> tuple[Term, ...]:
    """The terms of `text`, the first 32 distinct ones.

    The last word counts as unfinished (`prefix`) unless something was typed after it.
    """
    found = words(text)
    unfinished = prefix and bool(found) and normalise(text)[-1:].isalnum()
    terms: dict[str, Term] = {}
    for position, word in enumerate(found):
        last = unfinished and position == len(found) - 1
        terms[word] = Term(word, typo.allowed(word), prefix=last)
    return tuple(terms.values())[:MAX_TERMS]
