"""A query's words as a native query. Built from terms, so that no text is ever read as syntax.

What one word may stand for is asked in layers that add up: the very word, its stem, a beginning,
a typo away. A document that holds the word as typed is in every layer, so it ranks above what the
word merely may stand for, however rare that is.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from searchsvc.domain.definition import FIRST, Field, FieldType
from searchsvc.domain.query import Boosted, Match, SearchQuery, Term
from searchsvc.engines import boosts
from searchsvc.engines.analysis import tokens
from searchsvc.engines.clauses import Clause
from searchsvc.engines.elastic.filters import ALL, NONE, Native, either, every, passing
from searchsvc.engines.elastic.plan import Plan
from searchsvc.engines.elastic.room import room
from searchsvc.engines.elastic.schema import JOINED, Physical
from searchsvc.engines.fields import complete_weight, exact_text
from searchsvc.engines.terms import forgives_typos
from searchsvc.search.completeness import BEHIND, COMPLETE_MOST, worth_of_all

# A document is worth what its best field says, and a little for each other one.
_TIE_BREAKER = 0.1
# Beside the words themselves: standing together, and being all that a field says.
_ADJACENT, _EXACT = 1.0, 3.0
_STEM, _COMPLETION, _CORRECTION = 0.9, 0.7, 0.6
# A beginning, or a misspelt one, that matches words not among the completions that are scored.
_BEGUN, _BEGUN_WRONG = 0.01, 0.005
_LONGEST_BEGUN = 24  # characters of a misspelt beginning; longer ones are pasted, not typed


@dataclass(frozen=True, slots=True)
class Group:
    """One term of a query, cut into words; several of them are a phrase."""

    words: tuple[str, ...]
    typos: int
    prefix: bool

    @property
    def guesses(self) -> int:
        """How often it is expanded in one field: by a beginning, and by typos of word and stem."""
        return int(self.prefix) + (2 if self.typos else 0)


def group(term: Term) -> Group | None:
    """A term cut into words; None where it holds none."""
    words = tuple(tokens(term.text))
    return Group(words, term.typos, term.prefix) if words else None


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
        self._typed = [word for clause in clauses for word in clause.typed.words]
        self._completes = not self._all and 1 < len(self._typed) <= COMPLETE_MOST
        held = [piece.group for clause in clauses for piece in clause.pieces]
        guesses = [one.guesses * len(plan.marks) for one in held for _ in one.words]
        self._all_words = worth_of_all(plan.definition, query) if self._completes else 0.0
        self._complete_first = self._all_words == FIRST
        self._room = room(guesses, len(fields), spelt=self._completes, guessed=self._complete_first)

    @property
    def matching(self) -> Native:
        """What matches the words; everything where there are none."""
        if not self._needed:
            return ALL
        join = every if self._all else either
        found = join([self._clause(clause, self._in_fields) for clause in self._needed])
        if not self._pinned:
            return found
        ids = {"ids": {"values": list(self._pinned)}}
        return either([found, {"constant_score": {"filter": ids, "boost": 0}}])

    @property
    def scoring(self) -> Native:
        """The same matches, the better ones with a higher score."""
        bonuses = list(self._bonuses())
        found = {"bool": {"must": [self.matching], "should": bonuses}} if bonuses else self.matching
        return self._with_complete_first(found) if self._complete_first else found

    def _with_complete_first(self, found: Native) -> Native:
        """Those of `found` with all words keep their scores, which leaves the others behind."""
        find = self._held if self._room.guessed else self._spelt
        complete = every([self._clause(clause, find) for clause in self._needed])
        behind = {"filter": {"bool": {"must_not": [complete]}}, "weight": BEHIND}
        return {"function_score": {"query": found, "functions": [behind]}}

    def _clause(self, clause: Clause[Group], find: Find) -> Native:
        """The term, or what may stand in its place."""
        pieces = clause.pieces[:1] if self._room.lean else clause.pieces
        return _best([find(piece.group, piece.weight) for piece in pieces], 0.0)

    def _in_fields(self, group: Group, weight: float) -> Native:
        """One term in the best of its fields."""
        found = [self._in_field(field, field.weight * weight, group) for field in self._fields]
        return _best(found, _TIE_BREAKER)

    def _in_joined(self, group: Group, weight: float) -> Native:
        """One term in the joined field, which has stems alone."""
        stems = dict.fromkeys(stem for word in group.words for stem in self._plan.stems(word))
        return either([_term(JOINED, stem, self._joined * weight) for stem in stems])

    def _in_field(
        self, field: Field, weight: float, group: Group, *, ranked: bool = True
    ) -> Native:
        if len(group.words) > 1:
            return _phrase(self._plan.of(field), group.words, weight)
        return either(self._layers(field, weight, group, ranked=ranked))

    def _spelt(self, group: Group, weight: float) -> Native:
        """One term in any of its fields, with no typo forgiven."""
        return self._held(replace(group, typos=0), weight)

    def _held(self, group: Group, _weight: float) -> Native:
        """One term in any of its fields, where it is of no matter how well."""
        return either([self._in_field(field, 1.0, group, ranked=False) for field in self._fields])

    def _layers(
        self, field: Field, weight: float, group: Group, *, ranked: bool
    ) -> Iterator[Native]:
        """All that one word may stand for in one field; where nothing is `ranked`, by less."""
        one, word = self._plan.of(field), group.words[0]
        if self._room.lean and one.stems:
            yield from self._stemmed(one, word, weight)
            return
        yield _term(one.words, word, weight)
        if field.type is FieldType.ID:
            if group.prefix:
                yield _begun(one.words, word, weight * _BEGUN)
            return
        yield from self._stemmed(one, word, weight * _STEM)
        if group.prefix:
            yield from self._completions(one, word, weight) if ranked else ()
            yield _begun(one.words, word, weight * _BEGUN)
        if group.typos and forgives_typos(field, self._plan.definition):
            yield from self._corrections(one, group, weight * _CORRECTION, ranked=ranked)
            if group.prefix and self._misspelt and len(word) <= _LONGEST_BEGUN:
                yield _begun_wrong(one.words, word, weight * _BEGUN_WRONG)

    def _stemmed(self, one: Physical, word: str, weight: float) -> Iterator[Native]:
        return (_term(one.stems, stem, weight) for stem in self._plan.stems(word))

    def _corrections(
        self, one: Physical, group: Group, weight: float, *, ranked: bool
    ) -> Iterator[Native]:
        """What is a typo away from the word, in any of its forms."""
        most, (word,) = self._room.expansions, group.words
        # Not ranked, all of them are one clause.
        how = {"max_expansions": most} if ranked else {"rewrite": "constant_score"}
        if most:
            yield _fuzzy(one.words, word, group.typos, weight, how)
            for mark in self._plan.marks:
                yield _fuzzy(one.stems, mark + word, group.typos, weight, how, len(mark))

    def _completions(self, one: Physical, word: str, weight: float) -> Iterator[Native]:
        """Scored as if all were as common as the commonest, the word itself among them."""
        if self._room.expansions:
            top = {"rewrite": f"top_terms_blended_freqs_{self._room.expansions}"}
            yield _begun(one.words, word, weight * _COMPLETION, top)

    def _bonuses(self) -> Iterator[Native]:
        """What ranks higher without being asked for."""
        typed = self._typed
        if len(typed) > 1 and self._fields and not self._room.lean:
            yield _best(
                [_phrase(self._plan.of(f), typed, f.weight * _ADJACENT) for f in self._fields], 0.0
            )
        wholes = {exact_text(typed), exact_text(tokens(self._text))} - {""}
        named = [part for field in self._fields for part in self._wholes(field, sorted(wholes))]
        if named and self._clauses:
            yield _best(named, 0.0)
        for clause in self._clauses:
            if not clause.required:
                yield self._clause(clause, self._in_fields)
            if self._joined:
                yield self._clause(clause, self._in_joined)
        if 0 < self._all_words < FIRST:
            complete = every([self._clause(clause, self._spelt) for clause in self._needed])
            worth = complete_weight(self._fields, self._all_words)
            yield {"constant_score": {"filter": complete, "boost": worth}}

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
    typed = (clause.typed for clause in clauses)
    return any(group.prefix and group.typos and len(group.words) == 1 for group in typed)


def _term(name: str, value: str, boost: float) -> Native:
    return {"term": {name: {"value": value, "boost": boost}}}


def _begun(name: str, value: str, boost: float, rewrite: Native | None = None) -> Native:
    how = rewrite or {"rewrite": "constant_score"}
    return {"prefix": {name: {"value": value, "boost": boost, **how}}}


def _fuzzy(name: str, value: str, typos: int, boost: float, how: Native, mark: int = 0) -> Native:
    near = {"fuzziness": typos, "prefix_length": mark + 1}
    return {"fuzzy": {name: {"value": value, "boost": boost, **near, **how}}}


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
