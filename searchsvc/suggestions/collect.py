"""Gathers what may be suggested of the documents of one version."""

import heapq
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from searchsvc.domain.definition import Field
from searchsvc.suggestions.entries import Entry, Kind
from searchsvc.suggestions.keys import key_of

# Characters: what is longer is no name that somebody would type to its end.
_LONGEST = 200
# Of each kind, the heaviest: a file grows by about 140 bytes for each.
_MOST = 1_000_000


class Collected:
    """Values of the fields `values` with how many documents have them, and texts of `texts`.

    A text weighs what `weigh` makes of its document; of documents that read alike the heaviest
    is suggested.
    """

    def __init__(
        self,
        values: Sequence[Field],
        texts: Sequence[Field],
        weigh: Callable[[Mapping[str, object]], float],
    ) -> None:
        self._values = [field.name for field in values]
        self._texts = [field.name for field in texts]
        self._weigh = weigh
        self._counts: Counter[tuple[str, str]] = Counter()
        self._hits: dict[str, Entry] = {}

    def add(self, id: str, source: bytes) -> None:
        """One document, by the JSON that an answer shows of it."""
        document: dict[str, Any] = orjson.loads(source)
        for name in self._values:
            self._counts.update({(name, text) for text in _texts(document.get(name))})
        weight = self._weigh(document) if self._texts else 0.0
        for name in self._texts:
            for text in _texts(document.get(name)):
                self._offer(Entry(text, weight, name, id))

    def entries(self) -> dict[Kind, list[Entry]]:
        """What was gathered, by kind."""
        values = (
            Entry(text, count, name, count=count) for (name, text), count in self._counts.items()
        )
        hits = self._hits.values()
        return {Kind.VALUE: _heaviest(values), Kind.HIT: _heaviest(hits)}

    def _offer(self, entry: Entry) -> None:
        key = key_of(entry.text)
        known = self._hits.get(key)
        if key and (known is None or _order(entry) < _order(known)):
            self._hits[key] = entry


def _heaviest(entries: Any) -> list[Entry]:
    return heapq.nsmallest(_MOST, entries, key=_order)


def _order(entry: Entry) -> tuple[float, str, str]:
    return -entry.weight, entry.text, entry.id


def _texts(value: object) -> Iterator[str]:
    for one in value if isinstance(value, list) else (value,):
        if isinstance(one, str) and one.strip() and len(one) <= _LONGEST:
            yield one
