"""Whether one document in memory matches a query, and how well."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from searchsvc.domain.definition import Field, IndexDefinition
from searchsvc.domain.query import Filter, Match, SearchQuery
from searchsvc.engines import boosts
from searchsvc.engines.analysis import tokens
from searchsvc.engines.clauses import Clause, Slot
from searchsvc.engines.conditions import holds
from searchsvc.engines.memory.documents import State, Stored
from searchsvc.engines.terms import Group, evened, rarity, words_for

_K1, _B = 1.2, 0.75
# How many of some words are enough: `all` or `any`.
Join: TypeAlias = Callable[[Iterable[bool]], bool]

_ADJACENT, _EXACT, _COMPLETE = 1.0, 3.0, 1000.0
_BEGUN = 0.05


def passes(stored: Stored, filter: Filter | None, definition: IndexDefinition) -> bool:
    """Whether the document passes `filter`."""
    return filter is None or holds(stored.document.id, stored.values, filter, definition)


class Scorer:
    """Scores documents of one state for one query; `fields` are those that are looked in."""

    def __init__(
        self,
        state: State,
        query: SearchQuery,
        clauses: Sequence[Clause[Group]],
        fields: Sequence[Field],
    ) -> None:
        self._state = state
        self._clauses = clauses
        self._fields = fields
        self._column = boosts.column(state.definition, query.ranking)
        self._all = query.match is Match.ALL
        self._pinned = frozenset(query.pinned)
        self._boosts = boosts.parts(query.boosts)
        self._typed = [word for c in clauses for group in c.typed for word in group.phrase]
        self._queried = {" ".join(self._typed), " ".join(tokens(query.text))} - {""}

    def score(self, stored: Stored) -> float | None:
        """The document's score, None where it does not match."""
        if not self._clauses:
            return self._boost(stored)
        needed = [clause for clause in self._clauses if clause.required]
        complete = all(self._best(stored, clause, all) is not None for clause in needed)
        if not complete and (self._all or not self._holds_any(stored, needed)):
            return 0.0 if stored.document.id in self._pinned else None
        join = all if self._all else any
        score = sum(self._best(stored, clause, join) or 0.0 for clause in self._clauses)
        score += self._bonus(stored)
        score += _COMPLETE if complete and not self._all else 0.0
        return self._boost(stored) * score

    def _boost(self, stored: Stored) -> float:
        """What the ranking's boosts, and the query's own, make of the document's score."""
        constant, added = self._boosts
        definition = self._state.definition
        own = constant + sum(w for filter, w in added if passes(stored, filter, definition))
        return own * stored.factors.get(self._column, 1.0)

    def _holds_any(self, stored: Stored, clauses: Iterable[Clause[Group]]) -> bool:
        return any(self._best(stored, clause, any) is not None for clause in clauses)

    def _best(self, stored: Stored, clause: Clause[Group], join: Join) -> float | None:
        """The best of the ways in which the document holds a clause."""
        ways = (self._way(stored, way, join) for way in clause.ways)
        return max((score for score in ways if score is not None), default=None)

    def _way(self, stored: Stored, way: Iterable[Slot[Group]], join: Join) -> float | None:
        """The score of a row of words, None where too few of them are there."""
        found = [(slot.required, self._slot(stored, slot)) for slot in way]
        needed = [score is not None for required, score in found if required]
        enough = join(needed) if needed else any(score is not None for _, score in found)
        return sum(score or 0.0 for _, score in found) if enough else None

    def _slot(self, stored: Stored, slot: Slot[Group]) -> float | None:
        """The best of the pieces, each in the best of its fields."""
        found = [
            piece.weight * score
            for piece in slot.pieces
            for field in self._fields
            for score in self._scores(stored, field, piece.group)
        ]
        return max(found, default=None)

    def _scores(self, stored: Stored, field: Field, group: Group) -> Iterable[float]:
        """Scores of the matches of one group in one field, if there are any."""
        parts = stored.words.get(field.name, [])
        if group.expansion is None:
            if any(_adjacent(part, group.phrase) for part in parts):
                yield field.weight
            return
        words = words_for(field, group.expansion, self._state.definition)
        frequencies = self._state.frequencies.get(field.name, {})
        number = len(self._state.documents)
        for word, weight in evened(words, frequencies, number).items():
            times = sum(part.count(word) for part in parts)
            if times:
                rare = rarity(frequencies[word], number)
                yield field.weight * weight * rare * self._frequency(times, parts, field)
        if group.expansion.begun and _begins(parts, group.expansion.typed):
            yield field.weight * _BEGUN

    def _frequency(self, times: int, parts: Sequence[Sequence[str]], field: Field) -> float:
        length = sum(map(len, parts)) / (self._state.lengths[field.name] or 1)
        return times * (_K1 + 1) / (times + _K1 * (1 - _B + _B * length))

    def _bonus(self, stored: Stored) -> float:
        """More where the words stand together, most where a field is nothing but the query."""
        bonus = 0.0
        for field in self._fields:
            for part in stored.words.get(field.name, []):
                if " ".join(part) in self._queried:
                    bonus = max(bonus, _EXACT * field.weight)
                elif len(self._typed) > 1 and _adjacent(part, self._typed):
                    bonus = max(bonus, _ADJACENT * field.weight)
        return bonus


def _adjacent(words: Sequence[str], phrase: Sequence[str]) -> bool:
    size = len(phrase)
    wanted = list(phrase)
    return any(list(words[i : i + size]) == wanted for i in range(len(words) - size + 1))


def _begins(parts: Iterable[Sequence[str]], typed: str) -> bool:
    return any(word.startswith(typed) for part in parts for word in part)
