"""Whether one document in memory matches a query, and how well."""

from collections.abc import Iterable, Sequence

from searchsvc.domain.definition import Field, FieldType, IndexDefinition
from searchsvc.domain.query import (
    And,
    Equals,
    Exists,
    Filter,
    Match,
    Not,
    OneOf,
    Or,
    Range,
    SearchQuery,
)
from searchsvc.engines import values
from searchsvc.engines.analysis import tokens
from searchsvc.engines.memory.documents import State, Stored
from searchsvc.engines.terms import Group, evened, rarity, words_for

_K1, _B = 1.2, 0.75
_ADJACENT, _EXACT = 1.0, 3.0
_BEGUN = 0.05


def passes(stored: Stored, filter: Filter | None, definition: IndexDefinition) -> bool:
    """Whether the document passes `filter`."""
    match filter:
        case None:
            return True
        case And(parts):
            return all(passes(stored, part, definition) for part in parts)
        case Or(parts):
            return any(passes(stored, part, definition) for part in parts)
        case Not(part):
            return not passes(stored, part, definition)
    field = definition.field(filter.field)
    if field is None or not field.filterable:
        return False
    held = stored.values.get(field.name, [])
    return bool(held) if isinstance(filter, Exists) else _holds(held, field, filter)


def _holds(held: Iterable[object], field: Field, filter: Equals | OneOf | Range) -> bool:
    match filter:
        case Equals(_, value):
            return values.comparable(field, value) in held
        case OneOf(_, wanted):
            return any(values.comparable(field, value) in held for value in wanted)
    return any(_within(value, field, filter) for value in held)


def _within(value: object, field: Field, range: Range) -> bool:
    if field.type not in (FieldType.NUMBER, FieldType.DATE) or not isinstance(value, (int, float)):
        return False
    for bound, sign, included in (
        (range.low, 1, range.include_low),
        (range.high, -1, range.include_high),
    ):
        if bound is None:
            continue
        limit = values.comparable(field, bound)
        if not isinstance(limit, (int, float)):
            return False
        distance = (value - limit) * sign
        if distance < 0 or (distance == 0 and not included):
            return False
    return True


class Scorer:
    """Scores documents of one state for one query; `fields` are those that are looked in."""

    def __init__(
        self, state: State, query: SearchQuery, groups: Sequence[Group], fields: Sequence[Field]
    ) -> None:
        self._state = state
        self._groups = groups
        self._fields = fields
        self._all = query.match is Match.ALL
        self._typed = [word for group in groups for word in group.phrase]
        self._queried = {" ".join(self._typed), " ".join(tokens(query.text))} - {""}

    def score(self, stored: Stored) -> float | None:
        """The document's score, None where it does not match."""
        if not self._groups:
            return stored.factor
        parts = [self._best(stored, group) for group in self._groups]
        if None in parts if self._all else not any(part is not None for part in parts):
            return None
        return stored.factor * (sum(part or 0.0 for part in parts) + self._bonus(stored))

    def _best(self, stored: Stored, group: Group) -> float | None:
        found = [score for field in self._fields for score in self._scores(stored, field, group)]
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
