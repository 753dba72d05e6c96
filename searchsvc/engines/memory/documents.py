"""Documents as the memory engine keeps them, and one committed state of a version."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from searchsvc.domain.definition import Field, FieldType, IndexDefinition
from searchsvc.domain.document import Document
from searchsvc.domain.geo import Point
from searchsvc.domain.query import SortKey
from searchsvc.engines import boosts, distances, sources, values
from searchsvc.engines.analysis import tokens
from searchsvc.engines.fields import has_words, id_parts, joined, searched
from searchsvc.engines.languages import stemmers
from searchsvc.engines.terms import Letter
from searchsvc.engines.values import Value

JOINED = ""  # no field has this name


@dataclass(frozen=True, slots=True)
class Stored:
    """One document: its checked values, and per field the words of each value.

    `sorts` has what each field sorts by, `factors` what each column of boosts says.
    """

    document: Document
    source: bytes
    values: Mapping[str, list[Any]]
    sorts: Mapping[str, Value]
    words: Mapping[str, list[list[str]]]
    factors: Mapping[str, float]

    def sort_value(self, key: SortKey) -> Value | None:
        """What the document has of that key, None where it has nothing."""
        if key.near is None:
            return self.sorts.get(key.field)
        held = self.values.get(key.field, ())
        points = (point for point in held if isinstance(point, Point))
        return distances.nearest(points, key.near)


def reader(definition: IndexDefinition) -> Callable[[Document], Stored]:
    """What checks and analyses documents; it raises Unindexable with the reason."""
    readers = [(f, of_field) for f in definition.fields if (of_field := values.reader(f))]
    shared = [field.name for field in joined(definition)]
    columns, visible = boosts.columns(definition), sources.visible(definition)

    def read(document: Document) -> Stored:
        values.checked_id(document.id)
        held = {
            f: list(of_field(value))
            for f, of_field in readers
            if (value := document.values.get(f.name)) is not None
        }
        return Stored(
            document,
            visible(document.source),
            {f.name: values.held(f, items) for f, items in held.items()},
            {
                f.name: values.sort_value(f, items[0])
                for f, items in held.items()
                if items and not f.is_geo
            },
            _all_words(held, shared),
            {name: factor(document.values) for name, factor in columns.items()},
        )

    return read


def _all_words(
    held: Mapping[Field, list[Value]], shared: Iterable[str]
) -> dict[str, list[list[str]]]:
    """The words of each field, and under JOINED those of all that share one."""
    found = {field.name: _words(field, items) for field, items in held.items()}
    together = [part for name in shared for part in found.get(name, ())]
    return {**found, JOINED: together} if together else found


def _words(field: Field, held: list[Value]) -> list[list[str]]:
    if not has_words(field):
        return []
    found = [tokens(str(value)) for value in held]
    if field.type is FieldType.ID:
        return [part for words in found for part in id_parts(words)]
    return found


@dataclass(frozen=True)
class State:
    """What one commit left: never changed afterwards, so a search sees a single moment."""

    definition: IndexDefinition
    documents: Mapping[str, Stored] = field(default_factory=dict)
    tombstones: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def frequencies(self) -> dict[str, dict[str, int]]:
        """Per field, the number of documents that hold each word."""
        counts: dict[str, dict[str, int]] = {}
        for stored in self.documents.values():
            for name, parts in stored.words.items():
                of_field = counts.setdefault(name, {})
                for word in {word for part in parts for word in part}:
                    of_field[word] = of_field.get(word, 0) + 1
        return counts

    @cached_property
    def lengths(self) -> dict[str, float]:
        """Per field, the mean number of words."""
        number = max(1, len(self.documents))
        return {
            name: sum(len(part) for s in self.documents.values() for part in s.words.get(name, ()))
            / number
            for name in self.frequencies
        }

    def letter(self, first: str) -> Letter:
        """The vocabulary's words that begin with `first`."""
        fields = [
            {word: n for word, n in words.items() if word[0] == first}
            for words in self.frequencies.values()
        ]
        return Letter(fields, stemmers(self.definition))

    def side_by_side(self, words: Sequence[str]) -> bool:
        """Whether a searched field of a document has these words one after another."""
        names = [field.name for field in searched(self.definition, None)]
        parts = (p for d in self.documents.values() for n in names for p in d.words.get(n, ()))
        return any(adjacent(part, words) for part in parts)


def adjacent(words: Sequence[str], phrase: Sequence[str]) -> bool:
    """Whether `words` have those of `phrase` one after another."""
    size, wanted = len(phrase), list(phrase)
    return any(list(words[i : i + size]) == wanted for i in range(len(words) - size + 1))
