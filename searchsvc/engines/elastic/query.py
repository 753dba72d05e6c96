"""A query's words as a native query. Built from terms, so that no text is ever read as syntax.

What one word may stand for is asked in layers that add up: the very word, its stem, a beginning,
a typo away. A document that holds the word as typed is in every layer, so it ranks above what the
word merely may stand for, however rare that is.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from searchsvc.domain.definition import Field, FieldType
from searchsvc.domain.query import Boosted, Match, SearchQuery, Term
from searchsvc.engines import boosts
from searchsvc.engines.analysis import tokens
from searchsvc.engines.clauses import Clause, Slot
from searchsvc.engines.elastic.filters import ALL, NONE, Native, either, every, passing
from searchsvc.engines.elastic.plan import Plan
from searchsvc.engines.elastic.schema import JOINED, Physical
from searchsvc.engines.fields import complete_weight, exact_text
from searchsvc.engines.terms import forgives_typos

# A document is worth what its best field says, and a little for each other one.
_TIE_BREAKER = 0.1
# Beside the words themselves: standing together, and being all that a field says.
_ADJACENT, _EXACT = 1.0, 3.0
_STEM, _COMPLETION, _CORRECTION = 0.9, 0.7, 0.6
# A beginning, or a misspelt one, that matches words not among the completions that are scored.
_BEGUN, _BEGUN_WRONG = 0.01, 0.005
_COMPLETIONS = 50  # scored as the commonest of them
_CORRECTIONS = 50  # words that one misspelt word may mean
_LONGEST_BEGUN = 24  # characters of a misspelt beginning; longer ones are pasted, not typed


@dataclass(frozen=True, slots=True)
class Group:
    """One term of a query, cut into words; several of them are a phrase."""

    words: tuple[str, ...]
    typos: int
    prefix: bool


def group(term: Term) -> Group | None:
    """A term cut into words; None where it holds none."""
    words = tuple(tokens(term.text))
    return Group(words, term.typos, term.prefix) if words else None


# How several parts become one: `every` or `either`.
Join: TypeAlias = Callable[[Sequence[Native]], Native]
# What finds one term, with what finding it is worth.
Find: TypeAlias = Callable[[Group, float], Native]


class Words:
    """The words of one search, looked up in `fields`.

    `joined`: what a word in the joined field is worth, which ranks and matches nothing by itself.
    `misspelt`: an unfinished word may be misspelt; only asked when nothing begins as typed.
    """

    def __init__(
        self,
        plan: Plan,
        query: SearchQuery,
        clauses: Sequence[Clause[Group]],
        fields: Sequence[Field],
        joined: float = 0.0,
        *,
        misspelt: bool = False,
    ) -> None:
        self._plan = plan
        self._clauses = clauses
        self._fields = fields
        self._joined = joined
        self._text = query.text
        self._all = query.match is Match.ALL
        self._misspelt = misspelt
        self._needed = [clause for clause in clauses if clause.required]
        self._pinned = query.pinned

    @property
    def matching(self) -> Native:
        """What matches the words; everything where there are none."""
        if not self._needed:
            return ALL
        join = every if self._all else either
        found = join([self._clause(clause, join, self._in_fields) for clause in self._needed])
        if not self._pinned:
            return found
        ids = {"ids": {"values": list(self._pinned)}}
        return either([found, {"constant_score": {"filter": ids, "boost": 0}}])

    @property
    def scoring(self) -> Native:
        """The same matches, the better ones with a higher score."""
        bonuses = list(self._bonuses())
        return {"bool": {"must": [self.matching], "should": bonuses}} if bonuses else self.matching

    def _clause(self, clause: Clause[Group], join: Join, find: Find) -> Native:
        """The terms, or what may stand in their place."""
        return _best([self._way(way, join, find) for way in clause.ways], 0.0)

    def _way(self, way: Sequence[Slot[Group]], join: Join, find: Find) -> Native:
        needed = [self._slot(slot, find) for slot in way if slot.required]
        extra = [self._slot(slot, find) for slot in way if not slot.required]
        if not needed:
            return either(extra)
        found = join(needed)
        return {"bool": {"must": [found], "should": extra}} if extra else found

    def _slot(self, slot: Slot[Group], find: Find) -> Native:
        return _best([find(piece.group, piece.weight) for piece in slot.pieces], 0.0)

    def _in_fields(self, group: Group, weight: float) -> Native:
        """One term in the best of its fields."""
        found = [self._in_field(field, field.weight * weight, group) for field in self._fields]
        return _best(found, _TIE_BREAKER)

    def _in_joined(self, group: Group, weight: float) -> Native:
        """One term in the joined field, which has stems alone."""
        stems = dict.fromkeys(self._plan.stem(word) for word in group.words)
        return either([_term(JOINED, stem, self._joined * weight) for stem in stems])

    def _in_field(self, field: Field, weight: float, group: Group) -> Native:
        if len(group.words) > 1:
            return _phrase(self._plan.of(field), group.words, weight)
        return either(self._layers(field, weight, group))

    def _layers(self, field: Field, weight: float, group: Group) -> Iterator[Native]:
        """All that one word may stand for in one field."""
        one, word = self._plan.of(field), group.words[0]
        yield _term(one.words, word, weight)
        if field.type is FieldType.ID:
            if group.prefix:
                yield _begun(one.words, word, weight * _BEGUN)
            return
        yield _term(one.stems, self._plan.stem(word), weight * _STEM)
        if group.prefix:
            # Scored as if all were as common as the commonest, the word itself among them.
            top = {"rewrite": f"top_terms_blended_freqs_{_COMPLETIONS}"}
            yield _begun(one.words, word, weight * _COMPLETION, top)
            yield _begun(one.words, word, weight * _BEGUN)
        if group.typos and forgives_typos(field, self._plan.definition):
            for name in (one.words, one.stems):
                yield _fuzzy(name, word, group.typos, weight * _CORRECTION)
            if group.prefix and self._misspelt and len(word) <= _LONGEST_BEGUN:
                yield _begun_wrong(one.words, word, weight * _BEGUN_WRONG)

    def _bonuses(self) -> Iterator[Native]:
        """What ranks higher without being asked for."""
        typed = [word for c in self._clauses for group in c.typed for word in group.words]
        if len(typed) > 1 and self._fields:
            yield _best(
                [_phrase(self._plan.of(f), typed, f.weight * _ADJACENT) for f in self._fields], 0.0
            )
        wholes = {exact_text(typed), exact_text(tokens(self._text))} - {""}
        named = [part for field in self._fields for part in self._wholes(field, sorted(wholes))]
        if named and self._clauses:
            yield _best(named, 0.0)
        for clause in self._clauses:
            if not clause.required:
                yield self._clause(clause, either, self._in_fields)
            if self._joined:
                yield self._clause(clause, either, self._in_joined)
        if not self._all and len(typed) > 1:
            complete = every([self._clause(c, every, self._in_fields) for c in self._needed])
            yield {"constant_score": {"filter": complete, "boost": complete_weight(self._fields)}}

    def _wholes(self, field: Field, wholes: Iterable[str]) -> Iterator[Native]:
        name = self._plan.of(field).whole
        for text in wholes if name else ():
            yield _term(name, text, field.weight * _EXACT)


def boosted(query: Native, by: Sequence[Boosted], plan: Plan) -> Native:
    """The same matches; their scores times what the boosts `by` say."""
    if not by:
        return query
    constant, added = boosts.parts(by)
    functions: list[Native] = [{"weight": constant}]
    functions += [{"filter": passing(filter, plan), "weight": weight} for filter, weight in added]
    modes = {"score_mode": "sum", "boost_mode": "multiply"}
    return {"function_score": {"query": query, "functions": functions, **modes}}


def can_be_misspelt(clauses: Iterable[Clause[Group]]) -> bool:
    """Whether an unfinished word of the query may be misspelt."""
    typed = (group for clause in clauses for group in clause.typed)
    return any(group.prefix and group.typos and len(group.words) == 1 for group in typed)


def _term(name: str, value: str, boost: float) -> Native:
    return {"term": {name: {"value": value, "boost": boost}}}


def _begun(name: str, value: str, boost: float, rewrite: Native | None = None) -> Native:
    how = rewrite or {"rewrite": "constant_score"}
    return {"prefix": {name: {"value": value, "boost": boost, **how}}}


def _fuzzy(name: str, value: str, typos: int, boost: float) -> Native:
    how = {"fuzziness": typos, "prefix_length": 1, "max_expansions": _CORRECTIONS}
    return {"fuzzy": {name: {"value": value, "boost": boost, **how}}}


def _begun_wrong(name: str, word: str, boost: float) -> Native:
    """One wrong letter or one swap of neighbours within a beginning; the first letter agrees.

    Words hold letters and digits only, so none of them is an operator of the expression.
    """
    wrong = {word[:n] + "." + word[n + 1 :] for n in range(1, len(word) - 1)}
    wrong |= {word[:n] + word[n + 1] + word[n] + word[n + 2 :] for n in range(1, len(word) - 1)}
    pattern = f"({'|'.join(sorted(wrong))}).*" if wrong else word
    return {"regexp": {name: {"value": pattern, "flags": "NONE", "boost": boost}}}


def _phrase(one: Physical, words: Sequence[str], boost: float) -> Native:
    # The analyzer only splits at spaces: nothing in the text is an operator.
    text = {"query": " ".join(words), "analyzer": "whitespace", "boost": boost}
    return {"match_phrase": {one.words: text}}


def _best(parts: Sequence[Native], tie_breaker: float) -> Native:
    if len(parts) == 1:
        return parts[0]
    return {"dis_max": {"queries": parts, "tie_breaker": tie_breaker}} if parts else NONE
