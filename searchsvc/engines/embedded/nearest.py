"""The order by distance: it measures the documents of a circle that surely holds enough of them."""

from dataclasses import dataclass
from math import sqrt
from operator import itemgetter
from typing import ClassVar, TypeAlias

from tantivy import DocAddress, Order, Query

from searchsvc.domain.geo import FARTHEST, Circle, Point
from searchsvc.engines.embedded.cells import Cell, lies_in
from searchsvc.engines.embedded.filters import both, negated
from searchsvc.engines.embedded.geo import anywhere, cover, in_cells, measured
from searchsvc.engines.embedded.schema import ID, Physical
from searchsvc.engines.embedded.snapshot import Snapshot
from searchsvc.engines.values import Value

Valued: TypeAlias = tuple[Value | None, DocAddress]

_FEW = 1_000  # documents that are all measured, rather than look for a circle first
_LEAST = 1.0  # metres of the smallest circle that is tried
_CIRCLES = 16  # that are tried; each leaves half as many orders of magnitude for the radius
_ABOUT = 1.0  # metres


@dataclass(frozen=True, slots=True)
class DistanceKey:
    """A point to be near to. Implements order.Key."""

    one: Physical
    center: Point
    order: ClassVar[Order] = Order.Asc

    def ordered(self, snapshot: Snapshot, query: Query, offset: int, limit: int) -> list[Valued]:
        end = offset + limit
        found: list[Valued] = [*self._nearest(snapshot, query, end)]
        if len(found) < end:
            elsewhere = self.tied(snapshot, query, None)
            rest = snapshot.searcher.search(elsewhere, end - len(found), count=False).hits
            found += [(None, address) for _, address in rest]
        return found[offset:end]

    def tied(self, snapshot: Snapshot, query: Query, value: Value | None) -> Query:
        if value is None:
            return both([query, negated(anywhere(snapshot, self.one))])
        _, ring = cover(snapshot, self.one, lambda cell: self._is_about(cell, float(value)))
        about = both([query, in_cells(snapshot, self.one, ring)])
        found = measured(snapshot, self.one, about, self.center)
        ids = [_id(snapshot, address) for metres, address in found if metres == value]
        return Query.term_set_query(snapshot.schema, ID, ids) if ids else Query.empty_query()

    def _is_about(self, cell: Cell, metres: float) -> bool | None:
        """Whether points of the cell may be so far away: False where none can be, else unsure."""
        inside = lies_in(cell, Circle(self.center, metres - _ABOUT))
        outside = lies_in(cell, Circle(self.center, metres + _ABOUT)) is False
        return False if inside or outside else None

    def _nearest(
        self, snapshot: Snapshot, query: Query, wanted: int
    ) -> list[tuple[float, DocAddress]]:
        """The `wanted` matches that are nearest, and maybe more; fewer only where no more are."""
        located, radius = both([query, anywhere(snapshot, self.one)]), FARTHEST
        if snapshot.count(located) > max(_FEW, wanted):
            radius = self._radius(snapshot, query, wanted)
            inner, rim = self._cover(snapshot, radius)
            located = both([query, in_cells(snapshot, self.one, [*inner, *rim])])
        found = measured(snapshot, self.one, located, self.center)
        return sorted((pair for pair in found if pair[0] <= radius), key=itemgetter(0))

    def _radius(self, snapshot: Snapshot, query: Query, wanted: int) -> float:
        """Metres within which `wanted` matches are, and not many times as many if that can be."""
        low, high = _LEAST, FARTHEST
        for _ in range(_CIRCLES):
            middle = sqrt(low * high)
            inner, _ = self._cover(snapshot, middle)
            found = snapshot.count(both([query, in_cells(snapshot, self.one, inner)]))
            if found < wanted:
                low = middle
                continue
            high = middle
            if found <= max(_FEW, 2 * wanted):
                break
        return high

    def _cover(self, snapshot: Snapshot, radius: float) -> tuple[list[Cell], list[Cell]]:
        circle = Circle(self.center, radius)
        return cover(snapshot, self.one, lambda cell: lies_in(cell, circle))


def _id(snapshot: Snapshot, address: DocAddress) -> str:
    return str(snapshot.searcher.doc(address).get_first(ID))
