"""Regions as tantivy queries, which has none: by the cells of points, and one by one at the rim."""

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence

import tantivy
from tantivy import DocAddress, Query

from searchsvc.domain.geo import Box, Point, Region
from searchsvc.engines.distances import nearest
from searchsvc.engines.embedded.cells import (
    DIGITS,
    SLACK,
    Cell,
    last_cell,
    lies_in,
    number_of,
    parts,
    point_of,
)
from searchsvc.engines.embedded.schema import Physical
from searchsvc.engines.embedded.snapshot import Snapshot

_DEEPEST = 10  # digits of the smallest cell that is counted: some 20 by 40 metres
_FEW = 64  # documents of a cell at the rim that are looked at rather than cut the cell again
_SIGN = 1 << 63  # tantivy's integers have a sign
EARTH: Cell = ""


def add(target: tantivy.Document, one: Physical, points: Sequence[Point]) -> None:
    """Index a document's points: each by its cells; one alone by its number, several by a list."""
    numbers = list(dict.fromkeys(number_of(point) for point in points))
    ends = [last_cell(number) for number in numbers]
    every = (end[:length] for end in ends for length in (*range(_DEEPEST + 1), DIGITS))
    for cell in dict.fromkeys(every):
        target.add_text(one.value, _term(cell))
    if len(numbers) == 1:
        target.add_integer(one.sort, numbers[0] - _SIGN)
    else:
        target.add_bytes(one.several, struct.pack(f">{len(numbers)}Q", *numbers))


def _term(cell: Cell) -> str:
    return f"@{cell}"


def anywhere(snapshot: Snapshot, one: Physical) -> Query:
    """The documents that have a point."""
    return Query.term_query(snapshot.schema, one.value, _term(EARTH), "basic")


def within(snapshot: Snapshot, one: Physical, region: Region) -> Query:
    """The documents with a point in the region."""
    exact = region.widened(SLACK) if isinstance(region, Box) else region
    inner, rim = cover(snapshot, one, lambda cell: lies_in(cell, exact))
    about = _matches(snapshot, in_cells(snapshot, one, rim))
    held = (number for numbers in points_of(snapshot, one, about) for number in numbers)
    near = {last_cell(number) for number in held if exact.holds(point_of(number))}
    return in_cells(snapshot, one, [*inner, *near])


def in_cells(snapshot: Snapshot, one: Physical, cells: Iterable[Cell]) -> Query:
    """The documents with a point in one of the cells."""
    terms = [_term(cell) for cell in cells]
    if not terms:
        return Query.empty_query()
    return Query.term_set_query(snapshot.schema, one.value, terms)


def cover(
    snapshot: Snapshot, one: Physical, lies: Callable[[Cell], bool | None]
) -> tuple[list[Cell], list[Cell]]:
    """The cells of documents that lie within, and those of a few that may lie within in part.

    `lies` tells of a cell whether it lies within: True, False, or None where that is unsure.
    """
    inner: list[Cell] = []
    rim: list[Cell] = []
    open = [EARTH]
    while open:
        cell = open.pop()
        within = lies(cell)
        documents = 0 if within is False else snapshot.searcher.doc_freq(one.value, _term(cell))
        if not documents:
            continue
        if within:
            inner.append(cell)
        elif documents <= _FEW or len(cell) == _DEEPEST:
            rim.append(cell)
        else:
            open += parts(cell)
    return inner, rim


def measured(
    snapshot: Snapshot, one: Physical, query: Query, center: Point
) -> list[tuple[float, DocAddress]]:
    """The matches of `query`, each with the metres to the nearest of its points."""
    addresses = _matches(snapshot, query)
    numbers = points_of(snapshot, one, addresses)
    away = (nearest(map(point_of, held), center) for held in numbers)
    pairs = zip(away, addresses, strict=True)
    return [(metres, address) for metres, address in pairs if metres is not None]


def _matches(snapshot: Snapshot, query: Query) -> list[DocAddress]:
    """Every match of `query`."""
    most = snapshot.count(query)
    found = snapshot.searcher.search(query, most, count=False).hits if most else ()
    return [address for _, address in found]


def points_of(
    snapshot: Snapshot, one: Physical, addresses: list[DocAddress]
) -> Iterator[Sequence[int]]:
    """The numbers of each document's points."""
    singles = snapshot.searcher.fast_field_values(one.sort, addresses) if addresses else []
    for address, single in zip(addresses, singles, strict=True):
        if single is not None:
            yield (int(single) + _SIGN,)
        else:
            packed = bytes(snapshot.searcher.doc(address).get_first(one.several) or b"")
            yield struct.unpack(f">{len(packed) // 8}Q", packed)
