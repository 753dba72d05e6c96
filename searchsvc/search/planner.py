"""Turns what was typed into a plan, step by step; each step is a pure function of the plan before.

Everything that no engine needs to know of happens here. A plan's members are replaced and never
changed, so that what a step did is told by the plans before and after it: see search/explain.py.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from searchsvc.domain.definition import Typo
from searchsvc.domain.query import Term
from searchsvc.search.words import LONGEST_WORD, cut, normalise

# More words than a person types; each costs an engine look-ups in every field.
MAX_TERMS = 32


class Asked(NamedTuple):
    """What a plan is made from."""

    text: str
    typo: Typo


class Plan(NamedTuple):
    """What a text asks for, as far as the steps until now have understood it.

    `words` are in the order of the text, the last of them `unfinished` or not. `terms` are to be
    looked up, `ignored` words are not. A named tuple, since every request replaces members and a
    dataclass takes three times as long to do so.
    """

    asked: Asked
    text: str
    words: tuple[str, ...] = ()
    unfinished: bool = False
    terms: tuple[Term, ...] = ()
    ignored: tuple[str, ...] = ()


Step: TypeAlias = Callable[[Plan], Plan]


def plan(asked: Asked) -> Plan:
    """The plan after every step."""
    made = Plan(asked, asked.text)
    for step in STEPS.values():
        made = step(made)
    return made


def cut_words(made: Plan) -> Plan:
    """Normalise the text and cut it into words.

    The last word counts as unfinished unless something was typed after it.
    """
    text = normalise(made.text)
    return made._replace(text=text, words=tuple(cut(text)), unfinished=text[-1:].isalnum())


def choose_terms(made: Plan) -> Plan:
    """Look up the first 32 distinct words; what is too long for a word is none."""
    typo, last = made.asked.typo, len(made.words) - 1
    terms: dict[str, Term] = {}
    ignored: dict[str, None] = {}
    for position, word in enumerate(made.words):
        if len(word.encode()) >= LONGEST_WORD or (len(terms) == MAX_TERMS and word not in terms):
            ignored[word] = None
            continue
        terms[word] = Term(word, typo.allowed(word), prefix=made.unfinished and position == last)
    return made._replace(terms=tuple(terms.values()), ignored=tuple(ignored))


STEPS: Mapping[str, Step] = MappingProxyType({"words": cut_words, "terms": choose_terms})
