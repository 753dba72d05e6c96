"""Whether one document in memory matches a query, and how well."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import prod
from typing import TypeAlias

from searchsvc.domain.definition import FIRST, Field, IndexDefinition, Ranking
from searchsvc.domain.query import Filter, Match, SearchQuery
from searchsvc.engines import boosts
from searchsvc.engines.analysis import tokens
from searchsvc.engines.clauses import Clause
from searchsvc.engines.conditions import holds
from searchsvc.engines.decays import recency
from searchsvc.engines.fields import complete_weight
from searchsvc.engines.memory.documents import JOINED, State, Stored, adjacent
from searchsvc.engines.terms import Group, evened, rarity, words_for
from searchsvc.search.completeness import BEHIND, COMPLETE_MOST, worth_of_all

_K1, _B = 1.2, 0.75
# What one term scores in a document, None where it is not there.
Find: TypeAlias = Callable[[Stored, Group], float | None]

_ADJACENT, _EXACT = 1.0, 3.0
_BEGUN = 0.05


def passes(stored: Stored, filter: Filter | None, definition: IndexDefinition) -> bool:
    """Whether the document passes `filter`."""
    return filter is None or holds(stored.document.id, stored.values, filter, definition)


class Scorer:
    """Scores documents of one state for one query; `fields` are those that are looked in.

    `joined`: what a word in the joined field is worth, which ranks and matches nothing by itself.
    """

    def __init__(
        self,
        state: State,
        query: SearchQuery,
        clauses: Sequence[Clause[Group]],
        fields: Sequence[Field],
        joined: float = 0.0,
    ) -> None:
        self._state = state
        self._clauses = clauses
        self._fields = fields
        self._joined = joined
        self._column = boosts.column(state.definition, query.ranking)
        ranking = state.definition.ranking(query.ranking) or Ranking(query.ranking)
        self._ages = [(decay.field, recency(decay, query.now)) for decay in ranking.decays]
        self._all = query.match is Match.ALL
        self._all_words = worth_of_all(state.definition, query)
        self._pinned = frozenset(query.pinned)
        self._boosts = boosts.parts(query.boosts)
        self._typed = [word for clause in clauses for word in clause.typed.phrase]
        self._queried = {" ".join(self._typed), " ".join(tokens(query.text))} - {""}

    def score(self, stored: Stored) -> float | None:
        """The document's score, None where it does not match."""
        if not self._clauses:
            return self._boost(stored)
        needed = [clause for clause in self._clauses if clause.required]
        held = [self._clause(stored, clause, self._in_fields) is not None for clause in needed]
        if not (all(held) if self._all else any(held)):
            return 0.0 if stored.document.id in self._pinned else None
        parts = [self._clause(stored, clause, self._in_fields) for clause in self._clauses]
        if self._joined:
            parts += [self._clause(stored, clause, self._in_joined) for clause in self._clauses]
        score = sum(part or 0.0 for part in parts) + self._bonus(stored)
        if not self._all and 1 < len(self._typed) <= COMPLETE_MOST:
            score = self._completed(score, complete=all(held))
        return self._boost(stored) * score

    def _completed(self, score: float, *, complete: bool) -> float:
        """What it is worth to hold all words where any is enough."""
        if self._all_words == FIRST:
            return score if complete else score * BEHIND
        return score + complete_weight(self._fields, self._all_words) if complete else score

    def _boost(self, stored: Stored) -> float:
        """What the ranking's boosts, and the query's own, make of the document's score."""
        constant, added = self._boosts
        definition = self._state.definition
        own = constant + sum(w for filter, w in added if passes(stored, filter, definition))
        ages = (of_age(stored.sorts.get(name)) for name, of_age in self._ages)
        return own * stored.factors.get(self._column, 1.0) * prod(ages)

    def _clause(self, stored: Stored, clause: Clause[Group], find: Find) -> float | None:
        """The best of a term and what may stand in its place; None where nothing is there."""
        found = ((find(stored, piece.group), piece.weight) for piece in clause.pieces)
        return max((score * weight for score, weight in found if score is not None), default=None)

    def _in_fields(self, stored: Stored, group: Group) -> float | None:
        """One term in the best of its fields."""
        found = (score for f in self._fields for score in self._scores(stored, f, group))
        return max(found, default=None)

    def _in_joined(self, stored: Stored, group: Group) -> float | None:
        """One term in the joined field: the best of all words that it may stand for."""
        parts = stored.words.get(JOINED, [])
        scores = [
            self._joined * weight * self._bm25(JOINED, word, parts)
            for word, weight in self._meant(group).items()
            if any(word in part for part in parts)
        ]
        return max(scores, default=None)

    def _meant(self, group: Group) -> Mapping[str, float]:
        if group.expansion is None:
            return dict.fromkeys(group.phrase, 1.0)
        words = group.expansion.words(typos=True)
        return evened(words, self._state.frequencies.get(JOINED, {}), len(self._state.documents))

    def _scores(self, stored: Stored, field: Field, group: Group) -> Iterable[float]:
        """Scores of the matches of one group in one field, if there are any."""
        parts = stored.words.get(field.name, [])
        if group.expansion is None:
            if any(adjacent(part, group.phrase) for part in parts):
                yield field.weight
            return
        words = words_for(field, group.expansion, self._state.definition)
        frequencies = self._state.frequencies.get(field.name, {})
        for word, weight in evened(words, frequencies, len(self._state.documents)).items():
            if any(word in part for part in parts):
                yield field.weight * weight * self._bm25(field.name, word, parts)
        if group.expansion.begun and _begins(parts, group.expansion.typed):
            yield field.weight * _BEGUN

    def _bm25(self, field: str, word: str, parts: Sequence[Sequence[str]]) -> float:
        times = sum(part.count(word) for part in parts)
        length = sum(map(len, parts)) / (self._state.lengths[field] or 1)
        frequency = times * (_K1 + 1) / (times + _K1 * (1 - _B + _B * length))
        number = len(self._state.documents)
        return rarity(self._state.frequencies[field][word], number) * frequency

    def _bonus(self, stored: Stored) -> float:
        """More where the words stand together, most where a field is nothing but the query."""
        bonus = 0.0
        for field in self._fields:
            for part in stored.words.get(field.name, []):
                if " ".join(part) in self._queried:
                    bonus = max(bonus, _EXACT * field.weight)
                elif len(self._typed) > 1 and adjacent(part, self._typed):
                    bonus = max(bonus, _ADJACENT * field.weight)
        return bonus


def _begins(parts: Iterable[Sequence[str]], typed: str) -> bool:
    return any(word.startswith(typed) for part in parts for word in part)
