"""Counts which documents were served where for each query, and to how many clients that clicked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeAlias

from searchsvc.analytics.searches import Search

# Whoever comes back from a hit often loads the page of the search again, as a search of its own.
_VISIT = timedelta(minutes=30)

Pair: TypeAlias = tuple[str, str]  # a query and the id of a document


@dataclass(slots=True)
class Count:
    """So many clients were served a document, and so many of them clicked on it."""

    clients: int = 0
    clicks: int = 0

    def add(self, clients: int, clicks: int) -> None:
        """Some more."""
        self.clients += clients
        self.clicks += clicks


@dataclass(slots=True)
class Impressions:
    """What was served, by query and document, and there by position.

    `searches` of so many `clients` count, since a time that is None without any. Those with a
    filter, and those of nobody, do not.
    """

    served: dict[Pair, dict[int, Count]] = field(default_factory=dict)
    searches: int = 0
    clients: int = 0
    filtered: int = 0
    nameless: int = 0
    since: str | None = None

    def places(self) -> Mapping[int, Count]:
        """Of all queries together, by position from the first."""
        found: dict[int, Count] = {}
        for cells in self.served.values():
            for place, count in cells.items():
                found.setdefault(place, Count()).add(count.clients, count.clicks)
        return dict(sorted(found.items()))


def impressions(searches: Iterable[Search]) -> Impressions:
    """Counts them; the oldest search is to come first.

    A client counts once for a query: by the first search for it and what it does with that text in
    the half hour from then on. So whoever clicks on everything, all day, is one. A document counts
    where it was first served to that client; a click on what the log has no place of does not.
    """
    found = Impressions()
    visits: dict[tuple[str, str], list[Search]] = {}
    for search in searches:
        if search.filtered:  # who filters asks for something else than the text alone says
            found.filtered += 1
        elif not search.client:
            found.nameless += 1
        else:
            visit = visits.setdefault((search.client, search.text), [])
            if not visit or search.at - visit[0].at <= _VISIT:
                visit.append(search)
            found.searches += 1
            found.since = found.since or search.time
    found.clients = len({client for client, _ in visits})
    for (_, text), visit in visits.items():
        _count(found, text, visit)
    return found


def _count(found: Impressions, text: str, visit: Iterable[Search]) -> None:
    places: dict[str, int] = {}
    clicked = set()
    for search in visit:
        for id, place in search.places:
            places.setdefault(id, place)
        clicked |= {click.id for click in search.clicks}
    for id, place in places.items():
        cells = found.served.setdefault((text, id), {})
        cells.setdefault(place, Count()).add(1, id in clicked)
