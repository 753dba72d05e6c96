"""Turns what was typed into a plan, step by step; each step is a pure function of the plan before.

Everything that no engine needs to know of happens here. A plan's members are replaced and never
changed, so that what a step did is told by the plans before and after it: see search/explain.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from searchsvc.domain.curation import NO_CURATION, Curation
from searchsvc.domain.definition import Typo
from searchsvc.domain.query import Alternative, Boosted, Filter, Pin, Stated, Term
from searchsvc.search.rules import consequences, holding, rewritten
from searchsvc.search.synonyms import find, folded
from searchsvc.search.words import LONGEST_WORD, cut, normalise

# More words than a person types; each costs an engine look-ups in every field.
MAX_TERMS = 32
# Each costs as much as a term.
MAX_ALTERNATIVES = 32
# A document that says what was typed ranks above one that says the same in other words.
SYNONYM_WEIGHT = 0.8
NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # what is asked without rules has no need of a time


class Asked(NamedTuple):
    """What a plan is made from.

    `filter` is the request's own. Pins hold only where hits are not `sorted` as somebody asked.
    """

    text: str
    typo: Typo
    curation: Curation = NO_CURATION
    filter: Filter | None = None
    sorted: bool = False
    stop_words: frozenset[str] = frozenset()
    now: datetime = NEVER


class Plan(NamedTuple):
    """What a text asks for, as far as the steps until now have understood it.

    `words` are in the order of the text, the last of them `unfinished` or not. `terms` are to be
    looked up, `ignored` words are not; `alternatives` may stand in the place of terms, by the
    `synonyms` that are told. `rules` are the names of those that hold, and what follows up to
    `redirect` is what they do. A named tuple, since every request replaces members and a dataclass
    takes three times as long to do so.
    """

    asked: Asked
    text: str
    words: tuple[str, ...] = ()
    unfinished: bool = False
    rules: tuple[str, ...] = ()
    pins: tuple[Pin, ...] = ()
    hides: tuple[str, ...] = ()
    filters: tuple[Stated, ...] = ()
    boosts: tuple[Boosted, ...] = ()
    rewrite: str | None = None
    redirect: str | None = None
    terms: tuple[Term, ...] = ()
    ignored: tuple[str, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    synonyms: tuple[str, ...] = ()


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


def apply_rules(made: Plan) -> Plan:
    """Do what the rules say that hold for the words as they were typed, and for the filter."""
    asked = made.asked
    is_ruled = asked.curation.rules or asked.curation.always
    if not is_ruled or (made.text.strip() and not made.words):
        return made
    typed = tuple(map(folded, made.words))
    rules = holding(asked.curation, typed, asked.filter, asked.now)
    if not rules:
        return made
    done = consequences(rules)
    ruled = made._replace(
        rules=tuple(rule.name for rule in rules),
        pins=() if asked.sorted else done.pins,
        hides=done.hides,
        filters=done.filters,
        boosts=() if asked.sorted else done.boosts,
        redirect=done.redirect,
    )
    change = rewritten(rules, typed)
    return ruled if change is None else _rewrite(ruled, *change)


def _rewrite(made: Plan, start: int, end: int, words: tuple[str, ...]) -> Plan:
    """The words from `start` to `end` replaced; what a rule says is finished."""
    changed = (*made.words[:start], *words, *made.words[end:])
    unfinished = made.unfinished and end < len(made.words)
    return made._replace(words=changed, unfinished=unfinished, rewrite=" ".join(changed))


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


def spare_stop_words(made: Plan) -> Plan:
    """No hit needs to hold a word that says little; the last one may still become another."""
    stop_words = made.asked.stop_words
    terms = tuple(
        replace(term, optional=True)
        if not term.prefix and folded(term.text) in stop_words
        else term
        for term in made.terms
    )
    return made if terms == made.terms else made._replace(terms=terms)


def add_synonyms(made: Plan) -> Plan:
    """Let the synonyms of words that stand together as typed take the place of their terms."""
    synonyms = made.asked.curation.synonyms
    if not synonyms:
        return made
    places = {term.text: place for place, term in enumerate(made.terms)}
    told: dict[Alternative, str] = {}
    for at, synonym in find(synonyms, made.words):
        said = made.words[at : at + len(synonym.words)]
        start = places.get(said[0], MAX_TERMS)
        # A word that was typed before, or is ignored, has its term elsewhere or none.
        if [places.get(word) for word in said] != list(range(start, start + len(said))):
            continue
        for other in synonym.others[: MAX_ALTERNATIVES - len(told)]:
            one = Alternative(start, start + len(said), other, SYNONYM_WEIGHT)
            told[one] = f"{' '.join(said)} => {' '.join(other)}"
    return made._replace(alternatives=tuple(told), synonyms=tuple(told.values()))


STEPS: Mapping[str, Step] = MappingProxyType(
    {
        "words": cut_words,
        "rules": apply_rules,
        "terms": choose_terms,
        "stop words": spare_stop_words,
        "synonyms": add_synonyms,
    }
)
