"""A query's words as a tantivy query. Built from terms, so that no text is ever read as syntax."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import TypeAlias

from tantivy import Occur, Query

from searchsvc.domain.definition import FIRST, Field, FieldType
from searchsvc.domain.query import Boosted, Filter, Ids, Match, SearchQuery
from searchsvc.engines import boosts
from searchsvc.engines.analysis import tokens
from searchsvc.engines.clauses import Clause
from searchsvc.engines.embedded.filters import both, either, passing
from searchsvc.engines.embedded.schema import JOINED
from searchsvc.engines.embedded.snapshot import Snapshot
from searchsvc.engines.fields import complete_weight, exact_text
from searchsvc.engines.terms import Expansion, Group, evened, words_for
from searchsvc.search.completeness import BEHIND, COMPLETE_MOST, worth_of_all

# A document is worth what its best field says, and a little for each other one.
_TIE_BREAKER = 0.1
# Beside the words themselves: standing together, and being all that a field says. The latter
# counts most, since BM25 alone would let a long text repeat its way past a name.
_ADJACENT, _EXACT = 1.0, 3.0
# A beginning that matches only words that are not among the commonest completions.
_BEGUN = 0.05

# What finds one term.
Find: TypeAlias = Callable[[Group], Query]


class WordsQuery:
    """The words of one search on one snapshot, looked up in `fields`.

    `joined`: what a word in the joined field is worth, which ranks and matches nothing by itself.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        query: SearchQuery,
        clauses: Sequence[Clause[Group]],
        fields: Sequence[Field],
        joined: float = 0.0,
    ) -> None:
        self._snapshot = snapshot
        self._schema = snapshot.schema
        self._query = query
        self._clauses = clauses
        self._fields = fields
        self._joined = joined
        self._weights = tuple((field.name, field.weight) for field in fields)
        self._needed = [clause for clause in clauses if clause.required]
        self._typed = [word for clause in clauses for word in clause.typed.phrase]
        some = query.match is Match.ANY
        self._completes = some and 1 < len(self._typed) <= COMPLETE_MOST
        self._all_words = worth_of_all(snapshot.definition, query) if self._completes else 0.0

    @cached_property
    def matching(self) -> Query:
        """What matches the words; everything where there are none."""
        if not self._needed:
            return Query.all_query()
        join = both if self._query.match is Match.ALL else either
        found = join([self._clause(clause, self._group) for clause in self._needed])
        if not self._query.pins:
            return found
        pinned = passing(Ids(self._query.pinned), self._snapshot)
        return either([found, pinned])

    @cached_property
    def scoring(self) -> Query:
        """The same matches, the better ones with a higher score."""
        if not self._needed:
            # Within other queries, tantivy may forget the score of a plain all_query.
            return Query.const_score_query(self.matching, 1.0)
        bonuses = [(Occur.Should, bonus) for bonus in self._bonuses()]
        found = Query.boolean_query([(Occur.Must, self.matching), *bonuses])
        if self._all_words == FIRST:
            return self._with_complete_first(found)
        return found if bonuses else self.matching

    def _with_complete_first(self, found: Query) -> Query:
        """Those of `found` with all words keep their scores, which leaves the others behind."""
        complete = Query.const_score_query(self._complete, 0.0)
        whole = Query.boolean_query([(Occur.Must, found), (Occur.Must, complete)])
        rest = Query.boost_query(found, BEHIND)
        more = Query.boost_query(whole, 1 - BEHIND)
        return Query.boolean_query([(Occur.Must, rest), (Occur.Should, more)])

    @property
    def _complete(self) -> Query:
        return both([self._clause(clause, self._group) for clause in self._needed])

    def _clause(self, clause: Clause[Group], find: Find) -> Query:
        """The term, or what may stand in its place."""
        found = [(find(piece.group), piece.weight) for piece in clause.pieces]
        return self._best([q if w == 1.0 else Query.boost_query(q, w) for q, w in found])

    def _group(self, group: Group) -> Query:
        """One term in the best of its fields."""
        expansion = group.expansion
        if expansion is None:
            return self._any([self._phrase(f, group.phrase, f.weight) for f in self._fields])
        make = partial(self._expanded, expansion)
        return self._snapshot.compiled.get(expansion, self._weights, make)

    def _expanded(self, expansion: Expansion) -> Query:
        """Each word that one term may stand for, in each field."""
        return self._any([p for field in self._fields for p in self._parts(field, expansion)])

    def _in_joined(self, group: Group) -> Query:
        """One term in the joined field: all words that it may stand for."""
        expansion = group.expansion
        if expansion is None:
            return self._joined_words(dict.fromkeys(group.phrase, 1.0))
        weights = ((JOINED, self._joined),)
        return self._snapshot.compiled.get(expansion, weights, partial(self._meant, expansion))

    def _meant(self, expansion: Expansion) -> Query:
        letter = self._snapshot.letter(expansion.typed[0])
        # By its commonest field, a word is about as frequent as in all of them.
        words = expansion.words(typos=True)
        return self._joined_words(evened(words, letter.words, self._snapshot.documents))

    def _joined_words(self, weights: Mapping[str, float]) -> Query:
        terms = ((Query.term_query(self._schema, JOINED, w, "freq"), n) for w, n in weights.items())
        return self._any([Query.boost_query(term, self._joined * n) for term, n in terms])

    def _any(self, parts: Sequence[Query]) -> Query:
        if len(parts) == 1:
            return parts[0]
        return Query.disjunction_max_query(parts, _TIE_BREAKER) if parts else Query.empty_query()

    def _parts(self, field: Field, expansion: Expansion) -> Iterator[Query]:
        """One term in one field: each word that it may stand for."""
        name = self._snapshot.plan.of(field).words
        letter = self._snapshot.letter(expansion.typed[0])
        frequencies = letter.fields[self._snapshot.plan.word_numbers[field.name]]
        wanted = words_for(field, expansion, self._snapshot.definition)
        weights = evened(wanted, frequencies, self._snapshot.documents)
        # Always, since the vocabulary may be older than a document that came just now.
        weights.setdefault(expansion.typed, 1.0)
        for word, weight in weights.items():
            term = Query.term_query(self._schema, name, word, "freq")
            yield Query.boost_query(term, field.weight * weight)
        if expansion.begun and not self._is_spelt_out(field, expansion):
            begun = Query.fuzzy_term_query(
                self._schema, name, expansion.typed, distance=0, prefix=True
            )
            yield Query.boost_query(begun, field.weight * _BEGUN)

    def _is_spelt_out(self, field: Field, expansion: Expansion) -> bool:
        """Whether every word of `field` that begins as typed is looked up one by one."""
        spelt = expansion.complete and field.type is not FieldType.ID
        return spelt and self._snapshot.has_seen(expansion.typed[0])

    def _bonuses(self) -> Iterator[Query]:
        """What ranks higher without being asked for."""
        typed = self._typed
        if len(typed) > 1 and self._fields:
            yield self._best([self._phrase(f, typed, f.weight * _ADJACENT) for f in self._fields])
        wholes = {exact_text(typed), exact_text(tokens(self._query.text))} - {""}
        named = [part for f in self._fields for part in self._wholes(f, wholes)]
        if named:
            yield self._best(named)
        for clause in self._clauses:
            if not clause.required:
                yield self._clause(clause, self._group)
            if self._joined:
                yield self._clause(clause, self._in_joined)
        if 0 < self._all_words < FIRST:
            worth = complete_weight(self._fields, self._all_words)
            yield Query.const_score_query(self._complete, worth)

    def _wholes(self, field: Field, wholes: set[str]) -> Iterator[Query]:
        name = self._snapshot.plan.of(field).whole
        for text in wholes if name else ():
            term = Query.term_query(self._schema, name, text, "basic")
            yield Query.boost_query(term, field.weight * _EXACT)

    def _phrase(self, field: Field, words: Sequence[str], weight: float) -> Query:
        name = self._snapshot.plan.of(field).words
        return Query.boost_query(Query.phrase_query(self._schema, name, list(words)), weight)

    def _best(self, parts: Sequence[Query]) -> Query:
        return parts[0] if len(parts) == 1 else Query.disjunction_max_query(parts, 0.0)


def within(query: Query, filter: Filter | None, snapshot: Snapshot) -> Query:
    """Those matches of `query` that pass `filter`, with the same scores."""
    if filter is None:
        return query
    return Query.boolean_query([(Occur.Must, query), (Occur.Must, passing(filter, snapshot))])


def boosted(query: Query, by: Sequence[Boosted], snapshot: Snapshot) -> Query:
    """The same matches; their scores times what the boosts `by` say."""
    if not by:
        return query
    constant, added = boosts.parts(by)
    more = [Query.boost_query(within(query, filter, snapshot), w) for filter, w in added]
    return Query.boolean_query(
        [(Occur.Must, Query.boost_query(query, constant)), *((Occur.Should, part) for part in more)]
    )
