"""Tells from clicks how much documents attract, whatever their positions were.

People look at what stands on top and click there: clicks alone say where a document stood. Each
model gives an examination to every position, which is how likely a hit there is looked at, as a
multiple of the first. What a document attracts is its clicks by the examinations of where it was
served, as a multiple of the mean. Nothing is drawn at random: the same log gives the same figures.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from searchsvc.analytics.impressions import Count, Impressions, Pair

_Z = 1.959964  # of the normal distribution, for an interval of 95 %
_ROUNDS = 500
_ENOUGH = 1e-9  # change of an examination that is none

Served: TypeAlias = Mapping[Pair, Mapping[int, Count]]
# By position; one that is not there cannot be told.
Examinations: TypeAlias = Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Attraction:
    """How often a document was clicked on, as a multiple of what is usual where it stood.

    The true value lies from `low` to `high` 95 times of 100. Of so many `clients` who were served
    it `clicks` clicked.
    """

    value: float
    low: float
    high: float
    clients: int
    clicks: int


def coec(found: Impressions) -> Examinations:
    """By the clicks at each position, of all queries: clicks over expected clicks.

    Where better documents stand further up, that, too, is taken for examination, so that what
    stands on top is rated too low. Zhang and Jones, 2007.
    """
    rates = {p: c.clicks / c.clients for p, c in found.places().items() if c.clicks}
    first = rates.get(min(rates), 1.0) if rates else 1.0
    return {place: rate / first for place, rate in rates.items()}


def position_based(found: Impressions, least: int) -> Examinations:
    """By the documents of a query that were served at several positions.

    A click is an examination times an attraction; the one is told from the other only where the
    same document stood in different places. So these are of the positions that are joined by
    documents which `least` clients, in sum, were served at both; of several such groups, the
    one that most clients were served. Craswell and others, 2008.
    """
    moved = {
        pair: cells
        for pair, cells in found.served.items()
        if len(cells) > 1 and any(count.clicks for count in cells.values())
    }
    joined = _joined(moved.values(), found.places(), least)
    within = {
        pair: {p: c for p, c in cells.items() if p in joined} for pair, cells in moved.items()
    }
    return _fitted({pair: cells for pair, cells in within.items() if len(cells) > 1}, joined)


def attractions(
    served: Served, examined: Examinations, least: int
) -> tuple[Mapping[Pair, Attraction], int, int]:
    """Of the documents that `least` clients were served; and how many were served to fewer.

    Only positions that are `examined` count; the last number is of the documents that stood at
    none of these.
    """
    tallies = {pair: _tally(cells, examined) for pair, cells in served.items()}
    told = {pair: one for pair, one in tallies.items() if one[0].clients >= least and one[1] > 0}
    expected = math.fsum(expected for _, expected in tallies.values())
    usual = sum(count.clicks for count, _ in tallies.values()) / expected if expected else 0.0
    found = {pair: _attraction(count, expected * usual) for pair, (count, expected) in told.items()}
    unplaced = sum(not count.clients for count, _ in tallies.values())
    return found, len(tallies) - len(told) - unplaced, unplaced


def _tally(cells: Mapping[int, Count], examined: Examinations) -> tuple[Count, float]:
    """The clients and clicks at the positions that count, and how many of those looked there."""
    total, expected = Count(), 0.0
    for place, count in cells.items():
        if place in examined:
            total.add(count.clients, count.clicks)
            expected += count.clients * examined[place]
    return total, expected


def _attraction(count: Count, expected: float) -> Attraction:
    low, high = poisson_interval(count.clicks)
    values = count.clicks / expected, low / expected, high / expected
    return Attraction(*values, count.clients, count.clicks)


def poisson_interval(count: int) -> tuple[float, float]:
    """What a count's mean is, 95 times of 100: Byar's approximation of the exact interval.

    Of clicks, of which a client has one at most, it is a little too wide, never too narrow.
    """
    if not count:
        return 0.0, -math.log(0.025)
    more = count + 1
    low = count * (1 - 1 / (9 * count) - _Z / (3 * math.sqrt(count))) ** 3
    high = more * (1 - 1 / (9 * more) + _Z / (3 * math.sqrt(more))) ** 3
    return max(low, 0.0), high


def _joined(
    moved: Iterable[Mapping[int, Count]], places: Mapping[int, Count], least: int
) -> frozenset[int]:
    links: dict[tuple[int, int], int] = {}
    for cells in moved:
        ordered = sorted(cells)
        for at, one in enumerate(ordered):
            for other in ordered[at + 1 :]:
                both = min(cells[one].clients, cells[other].clients)
                links[one, other] = links.get((one, other), 0) + both
    group = {place: place for place, count in places.items() if count.clicks}
    for (one, other), clients in sorted(links.items()):
        if clients >= least and one in group and other in group:
            kept, gone = sorted((group[one], group[other]))
            group = {place: kept if name == gone else name for place, name in group.items()}
    clients_of: dict[int, int] = {}
    for place, name in group.items():
        clients_of[name] = clients_of.get(name, 0) + places[place].clients
    largest = max(clients_of, key=lambda name: (clients_of[name], -name), default=None)
    return frozenset(place for place, name in group.items() if name == largest)


def _fitted(served: Served, places: Iterable[int]) -> Examinations:
    """The examinations by which clicks are what is expected, at every position and document.

    One side is made to fit after the other, until nothing changes.
    """
    examined = dict.fromkeys(sorted(places), 1.0)
    for _ in range(_ROUNDS):
        clicks, expected = dict.fromkeys(examined, 0), dict.fromkeys(examined, 0.0)
        for cells in served.values():
            attracts = _attracts(cells, examined)
            for place, count in cells.items():
                clicks[place] += count.clicks
                expected[place] += count.clients * attracts
        before = examined
        examined = _scaled({
            place: clicks[place] / expected[place] if expected[place] else before[place]
            for place in before
        })  # fmt: skip
        if all(abs(examined[place] - before[place]) < _ENOUGH for place in before):
            break
    return examined


def _attracts(cells: Mapping[int, Count], examined: Examinations) -> float:
    expected = sum(count.clients * examined[place] for place, count in cells.items())
    return sum(count.clicks for count in cells.values()) / expected if expected else 0.0


def _scaled(examined: Mapping[int, float]) -> dict[int, float]:
    """As multiples of the first one's; only these can be told."""
    first = next((value for value in examined.values() if value), 1.0)
    return {place: value / first for place, value in examined.items()}
