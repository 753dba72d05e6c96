"""The keys of an open prefix file: ranges of them, and the best entries of those."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import orjson

from searchsvc.domain.result import Scope
from searchsvc.suggestions.entries import Entry, Kind
from searchsvc.suggestions.layout import HEAVY, best_of_each

Range: TypeAlias = tuple[int, int]
_END = b"\0"


class Table:
    """`data` is the file as bytes that can be sliced, from `texts` on the section of that name.

    `sections` are views of the others, `bounds` the numbers at which each kind's entries end.
    """

    def __init__(
        self,
        data: Any,
        texts: int,
        sections: Mapping[str, "memoryview[int]"],
        bounds: Sequence[int],
    ) -> None:
        self._data = data
        self._texts = texts
        self._sections = sections
        self._pointers = sections["pointers"]
        self._bounds = bounds

    def __len__(self) -> int:
        return self._bounds[-1]

    def whole(self) -> Range:
        """Every key."""
        return 0, len(self._pointers)

    def narrowed(self, place: Range, depth: int, more: bytes) -> Range:
        """The keys of a range that go on with `more` behind the `depth` bytes that all share."""
        if not more:
            return place
        read = self._reader(depth, len(more))
        low = bisect_left(self._pointers, more, *place, key=read)
        if low == place[1] or read(self._pointers[low]) != more:
            return low, low
        return low, bisect_right(self._pointers, more, low, place[1], key=read)

    def children(self, place: Range, depth: int) -> Iterator[tuple[bytes, Range]]:
        """The characters that stand behind the shared bytes, each with its keys."""
        low, high = place
        while low < high:
            sign = self._sign(self._texts + self._pointers[low] + depth)
            end = bisect_right(self._pointers, sign, low, high, key=self._reader(depth, len(sign)))
            if sign != _END:
                yield sign, (low, end)
            low = end

    def best(self, places: Iterable[Range]) -> dict[Kind, list[int]]:
        """The best entries of these ranges by kind, MOST at most of each, the heaviest first."""
        found: set[int] = set()
        for low, high in places:
            light = high - low <= HEAVY
            found.update(self._sections["ids"][low:high] if light else self._best_of(low, high))
        return dict(zip(Kind, best_of_each(found, self._bounds), strict=True))

    def entry(self, number: int) -> Entry:
        """What an answer tells of it; its weight is its rank."""
        ends = self._sections["ends"]
        begin = ends[number - 1] if number else 0
        record = self._sections["records"][begin : ends[number]]
        text, field, id, count, scope = orjson.loads(record)
        return Entry(text, -number, field, id, count, scope and Scope(*scope))

    def _best_of(self, low: int, high: int) -> "memoryview[int]":
        """Of a range that is a prefix's, as they were looked for when the file was written."""
        place = bisect_left(self._sections["heavy"], low << 32 | high)
        ends = self._sections["best_ends"]
        return self._sections["best"][ends[place - 1] if place else 0 : ends[place]]

    def _reader(self, depth: int, length: int) -> Callable[[int], bytes]:
        data, begin = self._data, self._texts + depth

        def read(pointer: int) -> bytes:
            found: bytes = data[begin + pointer : begin + pointer + length]
            return found

        return read

    def _sign(self, at: int) -> bytes:
        """The character at that place of the file, as UTF-8."""
        lead = self._data[at]
        length = 1 if lead < 0xC0 else 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
        found: bytes = self._data[at : at + length]
        return found
